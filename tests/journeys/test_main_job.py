"""A working day: the old list is taken over, the undertaker's form comes in, the notice goes to the post."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import select
from stdnum import iso11649

from rathaus_desk.cemetery import queries as cemetery
from rathaus_desk.cemetery.books import statutes_of
from rathaus_desk.cemetery.operations.rights import TransferRight
from rathaus_desk.cemetery.records import Burial
from rathaus_desk.fees.records import DueItem, Notice
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.letters import queries as letters
from rathaus_desk.letters.records import StoredLetter
from rathaus_desk.office.founding import found
from rathaus_desk.office.main_job import MainJob, do_main_job
from rathaus_desk.office.town_hall import TownHall

MORNING = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)

LINES = [
    ("bestattung.sarg", "§ 5 Nr. 1", "1", "690.00", "690.00"),
    ("verlaengerung.wahl_sarg", "§ 8 Nr. 2", "36", "48.00", "1728.00"),
    ("trauerhalle", "§ 6 Nr. 1", "1", "185.00", "185.00"),
    ("kuehlzelle", "§ 6 Nr. 2", "4", "32.00", "128.00"),
]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What ``rathaus-desk demo --no-window --json`` prints, as a script calls it."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RATHAUS_DESK_")}
    done = subprocess.run(
        [sys.executable, "-m", "rathaus_desk", "demo", "--no-window", "--json"],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        env=environment | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "TMPDIR": str(folder)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def text_of(pdf: Path) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
    finally:
        document.close()


class TestTheDocumentOfTheDemo:
    def test_rest_right_and_extension(self, document: dict[str, Any]) -> None:
        assert document["rest_end"] == "2051-11-20"
        assert document["extension_years"] == 18
        assert document["right_until"] == "2052-06-30"

    def test_fees_line_by_line(self, document: dict[str, Any]) -> None:
        found = [
            (line["key"], line["paragraph"], line["quantity"], line["rate"], line["amount"])
            for line in document["lines"]
        ]
        assert sorted(found) == sorted(LINES)
        assert document["total"] == "2731.00"

    def test_the_periods_run_from_the_posting(self, document: dict[str, Any]) -> None:
        assert document["received_on"] == "2026-11-30"
        assert document["appeal_until"] == "2026-12-30"
        assert document["due_on"] == "2026-12-30"

    def test_the_reference_holds_by_its_check_digits(self, document: dict[str, Any]) -> None:
        assert iso11649.is_valid(document["payment_reference"])

    def test_the_list_is_taken_over(self, document: dict[str, Any]) -> None:
        imported = document["import"]
        assert (imported["rows"], imported["duplicate"], imported["refused"]) == (12, 1, [])
        assert {**imported["new"], "people": 0} == {"graves": 10, "burials": 11, "rights": 9, "people": 0}

    def test_the_key_lies_beside_the_home_and_the_notice_outside(self, document: dict[str, Any]) -> None:
        home = Path(document["home"])
        for outside in (document["key_file"], document["notice"]):
            assert Path(outside).exists()
            assert home not in Path(outside).parents

    @pytest.mark.parametrize(
        "part",
        [
            "Der Magistrat der Stadt Musterrode",
            "Fachbereich Bürgerdienste, Friedhofsverwaltung",
            "Jürgen Großmann",
            "Eichenweg 3",
            "34999 Musterrode",
            "FH-2026-00001",
            "Frau Beispiel",
            "0.07",
            "25.11.2026",
            "2.731,00",
            "§ 8 Nr. 2",
            "DE02 1203 0000 0000 2020 51",
            "Stadtkasse Musterrode",
            "30.12.2026",
            "Hessischen Gemeindeordnung",
            "kommunale Abgaben",
            "Gebührenordnung zur Friedhofsordnung der Stadt Musterrode",
            "Rechtsbehelfsbelehrung",
            "Widerspruch",
            "eines Monats nach seiner Bekanntgabe",
            "Am Markt 1",
            "30.11.2026",
            "ohne Unterschrift gültig",
            "Seite 2 von 2",
        ],
    )
    def test_the_notice_says_what_a_notice_must_say(self, document: dict[str, Any], part: str) -> None:
        assert part in text_of(Path(document["notice"]))

    def test_the_girocode_on_the_page_pays_the_fee(self, document: dict[str, Any]) -> None:
        pdf = pypdfium2.PdfDocument(document["notice"])
        codes = [
            code.text
            for page in pdf
            for code in zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil().convert("L"))
        ]
        pdf.close()
        (code,) = codes
        lines = code.splitlines()
        assert lines[:4] == ["BCD", "002", "1", "SCT"]
        assert "DE02120300000000202051" in lines
        assert "EUR2731.00" in lines
        assert document["payment_reference"] in lines


def worked(folder: Path) -> tuple[TownHall, MainJob]:
    """A town hall of its own after the main job."""
    clock = FixedClock(MORNING)
    example = Path(__file__).resolve().parents[2] / "resources" / "examples" / "musterrode"
    found(folder / "home", example, key_file=folder / "key", clock=clock)
    hall = TownHall.open(folder / "home", key_file=folder / "key", clock=clock)
    return hall, do_main_job(hall, folder / "notice.pdf", lambda _: None)


def text_of_letter(hall: TownHall, letter: StoredLetter, folder: Path) -> str:
    with hall.store.read() as session:
        pdf = letters.pdf_of(session, letter)
    file = folder / f"{letter.id}.pdf"
    file.write_bytes(hall.store.read_attachment(pdf))
    return text_of(file)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TownHall, MainJob]]:
    """The town hall after the main job."""
    hall, job = worked(tmp_path_factory.mktemp("office"))
    yield hall, job
    hall.close()


def test_the_older_burial_rests_by_the_statute_of_its_day(office: tuple[TownHall, MainJob]) -> None:
    hall, _ = office
    with hall.store.read() as session:
        (grave,) = cemetery.graves_numbered(session, "B/04/017")
        ends = {
            cemetery.name_of(session, one): one.rest_end for one in cemetery.burials_in(session, grave.id)
        }
    assert ends == {"Heinrich Großmann": date(2034, 6, 17), "Anneliese Erna Großmann": date(2051, 11, 20)}


def test_the_son_is_proposed_to_follow_and_nothing_is_transferred(office: tuple[TownHall, MainJob]) -> None:
    hall, _ = office
    with hall.store.read() as session:
        (grave,) = cemetery.graves_numbered(session, "B/4/17")
        statute = statutes_of(session).in_force(date(2026, 11, 25))
        assert statute is not None
        (first, *_) = cemetery.successors(session, grave, statute)
        assert (first.name, first.rank) == ("Jürgen Großmann", 2)
        right = cemetery.right_that_counts(session, grave)
        assert right is not None
        assert cemetery.holder_name(session, right) == "Anneliese Erna Großmann"
        (line,) = [
            one for one in cemetery.graves_without_holder(session, MORNING.date()) if one.grave == grave.id
        ]
        assert line.what == "Anneliese Erna Großmann ist verstorben"


def test_nobody_is_entered_twice(office: tuple[TownHall, MainJob]) -> None:
    hall, _ = office
    with hall.store.read() as session:
        burial = session.scalars(select(Burial).where(Burial.undertaker_id.is_not(None))).one()
        assert burial.debtor_id == burial.applicant_id
        (grave,) = cemetery.graves_numbered(session, "B/4/17")
        right = cemetery.right_that_counts(session, grave)
        assert right is not None
        assert burial.deceased_id == right.holder_id


def test_the_undertaker_is_told_the_time_but_no_fee(office: tuple[TownHall, MainJob], tmp_path: Path) -> None:
    hall, _ = office
    with hall.store.read() as session:
        confirmation = session.scalars(
            select(StoredLetter).where(StoredLetter.kind == "burial_confirmation")
        ).one()
    text = text_of_letter(hall, confirmation, tmp_path)
    assert "Bestattungshaus Abendruh GmbH" in text
    assert "14:00" in text
    assert "B/4/17" in text
    assert "€" not in text


def test_both_letters_went_to_the_post_and_the_item_is_open(office: tuple[TownHall, MainJob]) -> None:
    hall, job = office
    with hall.store.read() as session:
        assert not letters.waiting(session)
        notice = session.scalars(select(Notice)).one()
        assert notice.posted_on == date(2026, 11, 25)
        item = session.scalars(select(DueItem)).one()
        assert item.reference == job.payment_reference
    assert [(one.kind, one.on) for one in hall.due(40)] == [
        ("appeal", date(2026, 12, 30)),
        ("due_item", date(2026, 12, 30)),
    ]


def test_the_house_is_in_order_afterwards(office: tuple[TownHall, MainJob]) -> None:
    hall, _ = office
    assert hall.store.examine() == []


def test_the_stored_notice_is_the_one_on_the_desk(office: tuple[TownHall, MainJob]) -> None:
    hall, job = office
    with hall.store.read() as session:
        notice = session.scalars(select(Notice)).one()
        pdf = letters.pdf_of(session, letters.letters_about(session, notice.id)[0])
    assert hall.store.read_attachment(pdf) == job.notice.read_bytes()


def test_the_clerk_carries_the_succession_out(tmp_path: Path) -> None:
    hall, _ = worked(tmp_path)
    with hall.store.read() as session:
        (grave,) = cemetery.graves_numbered(session, "B/4/17")
        statute = statutes_of(session).in_force(date(2026, 11, 25))
        assert statute is not None
        (son, *_) = cemetery.successors(session, grave, statute)
    hall.run(TransferRight(grave=grave.id, to=UUID(son.person), reason=f"Tod der Mutter. {son.reason}"))
    with hall.store.read() as session:
        right = cemetery.right_that_counts(session, grave)
        assert right is not None
        assert (right.holder_id, right.until) == (UUID(son.person), date(2052, 6, 30))
        assert grave.id not in [one.grave for one in cemetery.graves_without_holder(session, MORNING.date())]
        (letter,) = letters.waiting(session)
    text = text_of_letter(hall, letter, tmp_path)
    for part in (
        "Herrn Jürgen Großmann",
        "Bisher stand es Anneliese Erna Großmann zu",
        "30,00 €",
        "30.06.2052",
    ):
        assert part in text
    hall.close()


def test_the_same_clock_gives_the_same_letters_byte_for_byte(
    office: tuple[TownHall, MainJob], tmp_path: Path
) -> None:
    """Letters, numbers and references come out the same; ids, keys and recovery codes never do."""
    hall, job = office
    other, again = worked(tmp_path)
    other.close()
    assert again.notice.read_bytes() == job.notice.read_bytes()
    assert replace(again, notice=job.notice, imported=job.imported) == job
    assert other.store.recovery_code != hall.store.recovery_code
