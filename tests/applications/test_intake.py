"""From files in a folder to applications with a case, or to the quarantine."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy.orm import Session

from rathaus_desk.applications import queries
from rathaus_desk.applications.delivery import Limits
from rathaus_desk.applications.handover import BurialRegistration, Prefilled, offer, offered
from rathaus_desk.applications.intake import Intake
from rathaus_desk.applications.operations import HandOver, PutAside
from rathaus_desk.applications.records import State
from rathaus_desk.applications.services import Services
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.store.attachments import attachments_of
from rathaus_desk.store.engine import Store
from rathaus_desk.store.journal import history
from rathaus_desk.store.operations import Work
from rathaus_desk.store.search import search
from rathaus_desk.town.operations import SetUpTown
from rathaus_desk.town.queries import clerks
from rathaus_desk.town.records import Note
from rathaus_desk.town.town_file import TownFile

Form = dict[str, Any]


@pytest.fixture
def town(make_store: Callable[..., Store], musterrode: Path) -> Store:
    store = make_store(clock=FixedClock(datetime(2026, 11, 25, 8, tzinfo=UTC)))
    store.run(SetUpTown(file=msgspec.toml.decode((musterrode / "town.toml").read_bytes(), type=TownFile)))
    return store


@pytest.fixture
def clerk(town: Store) -> UUID:
    with town.read() as session:
        return clerks(session)[0].id


@pytest.fixture
def intake(town: Store, services: Services, clerk: UUID) -> Intake:
    return Intake(town, services, clerk)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "eingang"
    made.mkdir()
    return made


@pytest.fixture
def lay(folder: Path) -> Callable[[str, Any], Path]:
    """Lays a file into the folder."""

    def laid(name: str, what: Any) -> Path:
        path = folder / name
        path.write_bytes(what if isinstance(what, bytes) else json.dumps(what, ensure_ascii=False).encode())
        return path

    return laid


def test_the_undertakers_form_opens_a_case(intake: Intake, town: Store, musterrode: Path) -> None:
    path = musterrode / "bestattungsanmeldung.json"
    (outcome,) = intake.paths([path])
    assert (outcome.path, outcome.state, outcome.service) == (str(path), "new", "bestattungsanmeldung")
    assert (outcome.case_number, outcome.reason) == ("FH-2026-00001", None)
    with town.read() as session:
        (row,) = queries.worklist(session)
        assert (row.title, row.case_number, row.clerk) == (
            "Bestattung Großmann, Anneliese Erna",
            outcome.case_number,
            "Frau Beispiel",
        )
        assert row.state is State.NEW


def test_an_application_reads_as_its_form_did(
    intake: Intake, town: Store, services: Services, musterrode: Path
) -> None:
    path = musterrode / "bestattungsanmeldung.json"
    intake.paths([path])
    with town.read() as session:
        (row,) = queries.worklist(session)
        view = queries.view(session, services, row.id)
        assert [block.title for block in view.blocks][:2] == ["Verstorbene Person", "Bestattung"]
        assert view.hands_over_to == "burial"
        assert isinstance(view.facts, BurialRegistration)
        assert view.facts.existing_grave == "B/04/017"
        assert view.row.case_id is not None
        assert queries.application_of_case(session, view.row.case_id) is view.row
        (attachment,) = view.attachments
        assert attachment.media_type == "application/json"
        bare = queries.view(session, Services({}), row.id)
        assert "Anneliese Erna" in [row.value for row in bare.blocks[0].rows]
    assert town.read_attachment(attachment) == path.read_bytes()


def test_the_same_delivery_twice_is_one_application(
    intake: Intake, town: Store, example: bytes, lay: Callable[..., Path]
) -> None:
    first, second = lay("a.json", example), lay("b.json", example)
    new, known = intake.paths([first, second])
    assert (new.state, known.state) == ("new", "known")
    assert known.case_number == new.case_number
    assert intake.paths([first])[0].state == "known"
    with town.read() as session:
        assert len(queries.worklist(session)) == 1


def test_a_bad_file_keeps_no_other_from_being_taken_in(
    intake: Intake, town: Store, form: Form, example: bytes, lay: Callable[..., Path], folder: Path
) -> None:
    lay("01-leer.json", b"")
    lay("02-kaputt.json", example[:200])
    lay("03-fremd.json", {"leistung": "Hundesteuer"})
    lay("04-programm.pdf", b"MZ\x90\x00")
    lay("05-latin.json", example.decode().encode("cp1252", errors="replace"))
    lay("06-tief.json", b"[" * 100_000)
    lay("07-lang.json", {**form, "verstorbene": {"familienname": "A" * 50_000}})
    lay("08-skript.json", {**form, "verstorbene": {"familienname": "<script>alert(1)</script>"}})
    lay("09-nan.json", b'{"leistung": NaN}')
    (folder / "10-verweis.json").symlink_to("/etc/passwd")
    (folder / "11-ordner").mkdir()
    lay("12-gut.json", example)
    outcomes = intake.paths([folder])
    assert [outcome.state for outcome in outcomes] == ["quarantined"] * 11 + ["new"]
    assert all(outcome.reason for outcome in outcomes[:-1])
    assert outcomes[3].reason is not None
    assert "ausführbares Programm" in outcomes[3].reason
    with town.read() as session:
        waiting = queries.quarantine(session)
        assert [delivery.name for delivery in waiting] == sorted(path.name for path in folder.glob("0*"))
        kept = [attachments_of(session, delivery.id) for delivery in waiting]
        assert [attachment.size for (attachment,) in kept] == [delivery.size for delivery in waiting]
    assert town.read_attachment(kept[1][0]) == example[:200]


def test_a_quarantined_delivery_waits_once(intake: Intake, town: Store, lay: Callable[..., Path]) -> None:
    path = lay("fremd.json", {"leistung": "Hundesteuer"})
    assert [intake.paths([path])[0].state for _ in range(3)] == ["quarantined"] * 3
    with town.read() as session:
        assert len(queries.quarantine(session)) == 1


def test_what_the_town_learns_to_read_leaves_the_quarantine(
    intake: Intake, town: Store, clerk: UUID, services: Services, example: bytes, lay: Callable[..., Path]
) -> None:
    path = lay("antrag.json", example)
    narrow = Intake(town, services, clerk, Limits(bytes=100))
    assert narrow.paths([path])[0].state == "quarantined"
    assert Intake(town, Services({}), clerk).paths([path])[0].state == "quarantined"
    assert intake.paths([path])[0].state == "new"
    with town.read() as session:
        assert queries.quarantine(session) == []


def test_a_clerk_puts_a_delivery_aside(
    intake: Intake, town: Store, clerk: UUID, lay: Callable[..., Path]
) -> None:
    intake.paths([lay("brief.txt", b"Guten Tag")])
    with town.read() as session:
        (waiting,) = queries.quarantine(session)
    with pytest.raises(BadInput):
        town.run(PutAside(delivery=waiting.id, reason=" "), clerk=clerk)
    town.run(PutAside(delivery=waiting.id, reason="Absender angerufen"), clerk=clerk)
    with pytest.raises(Refused):
        town.run(PutAside(delivery=waiting.id, reason="noch einmal"), clerk=clerk)
    with town.read() as session:
        assert queries.quarantine(session) == []


def test_a_test_submission_is_kept_and_never_becomes_a_case(
    intake: Intake, town: Store, form: Form, lay: Callable[..., Path]
) -> None:
    (outcome,) = intake.paths([lay("test.json", {**form, "test": True})])
    assert (outcome.state, outcome.case_number) == ("new", None)
    with town.read() as session:
        assert queries.worklist(session)[0].is_test


def test_what_was_noticed_is_said_and_kept(
    intake: Intake, town: Store, form: Form, lay: Callable[..., Path]
) -> None:
    form["verstorbene"]["sterbedatum"] = "2027-11-16"
    (outcome,) = intake.paths([lay("antrag.json", form)])
    assert outcome.state == "new"
    assert outcome.reason is not None
    assert "liegt in der Zukunft" in outcome.reason
    with town.read() as session:
        assert queries.worklist(session)[0].findings == 2


def test_an_application_taken_back_can_be_taken_in_again(
    intake: Intake, town: Store, clerk: UUID, example: bytes, lay: Callable[..., Path]
) -> None:
    path = lay("antrag.json", example)
    intake.paths([path])
    with town.read() as session:
        (row,) = queries.worklist(session)
        (taken_in,) = history(session, row.id)
    town.undo(taken_in.operation, clerk=clerk)
    with town.read() as session:
        assert queries.worklist(session) == []
    assert intake.paths([path])[0].case_number == "FH-2026-00002"


def test_anything_in_the_form_finds_the_application(
    intake: Intake, town: Store, example: bytes, lay: Callable[..., Path]
) -> None:
    intake.paths([lay("antrag.json", example)])
    with town.read() as session:
        for text in ("grossmann", "Sahin-Luczak", "S 77/2026", "Abendruh", "FH-2026-00001"):
            found = {hit.kind: hit for hit in search(session, text)}
            assert found["application"].title == "Bestattung Großmann, Anneliese Erna"


class _Cemetery:
    """Stands for the module that carries on."""

    to = "burial"
    title = "Bestattung eintragen"

    def prefill(self, session: Session, facts: BurialRegistration, case: UUID | None) -> Prefilled:
        return Prefilled({"number": facts.existing_grave}, ("Welche Stelle?",))

    def carry_out(self, work: Work, request: dict[str, Any]) -> UUID:
        note = Note(about_id=work.clerk, text=request["number"], clerk_id=work.clerk)
        work.session.add(note)
        return note.id


def test_an_application_is_handed_over_once(
    intake: Intake, town: Store, clerk: UUID, services: Services, example: bytes, lay: Callable[..., Path]
) -> None:
    offer(_Cemetery())
    intake.paths([lay("antrag.json", example)])
    with town.read() as session:
        (row,) = queries.worklist(session)
        view = queries.view(session, services, row.id)
        assert view.facts is not None
        prefilled = offered("burial").prefill(session, view.facts, view.row.case_id)
    assert prefilled == Prefilled({"number": "B/04/017"}, ("Welche Stelle?",))
    request = HandOver(application=row.id, to="burial", request=prefilled.request)
    note = town.run(request, clerk=clerk).value
    with town.read() as session:
        (row,) = queries.worklist(session)
        assert row.state is State.IN_PROGRESS
        assert queries.application(session, row.id).result_id == note
    with pytest.raises(Refused):
        town.run(request, clerk=clerk)


def test_a_test_submission_is_not_handed_over(
    intake: Intake, town: Store, clerk: UUID, form: Form, lay: Callable[..., Path]
) -> None:
    intake.paths([lay("test.json", {**form, "test": True})])
    with town.read() as session:
        (row,) = queries.worklist(session)
    with pytest.raises(Refused, match="Testübermittlung"):
        town.run(HandOver(application=row.id, to="burial", request={}), clerk=clerk)
