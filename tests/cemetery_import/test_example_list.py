"""The example town's old list comes out as expected: counted, doubted, repeatable, nothing dropped."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.import_graves import ImportResult
from rathaus_desk.cemetery.records import Burial, Grave, RightOfUse
from rathaus_desk.kernel.names import fold
from rathaus_desk.kernel.periods import FOR_EVER, SINCE_EVER
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.names import display_name
from rathaus_desk.store.claims import Claim
from rathaus_desk.store.engine import Store
from rathaus_desk.store.schema import synced_tables
from rathaus_desk.store.search import search

Take = Callable[..., ImportResult]
NOTHING = {"graves": 0, "people": 0, "rights": 0, "burials": 0}


@pytest.fixture
def old_list(musterrode: Path) -> Path:
    return musterrode / "graeberliste-alt.csv"


def rows_of(desk: Store) -> int:
    with desk.read() as session:
        return sum(
            session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in synced_tables().values()
        )


def test_the_first_run_and_the_second(take: Take, desk: Store, old_list: Path) -> None:
    first = take(old_list)
    assert (first.rows, first.duplicate, first.same, first.changed, first.refused) == (12, 1, 0, 0, ())
    assert {name: first.new[name] for name in ("graves", "burials", "rights")} == {
        "graves": 10, "burials": 11, "rights": 9,
    }  # fmt: skip
    assert first.import_id is not None
    before = rows_of(desk)
    second = take(old_list)
    assert (second.new, second.same, second.duplicate, second.changed) == (NOTHING, 11, 1, 0)
    assert second.import_id is None
    assert rows_of(desk) == before


def test_a_dry_run_says_the_same_and_writes_nothing(take: Take, desk: Store, old_list: Path) -> None:
    dry = take(old_list, dry_run=True)
    assert rows_of(desk) == 0
    assert dry.import_id is None
    assert dry == ImportResult(**{**_fields(take(old_list)), "import_id": None})


def _fields(result: ImportResult) -> dict[str, object]:
    return {name: getattr(result, name) for name in ImportResult.__slots__}


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        (3, "Recht bis", "01/2041", "nur Monat und Jahr .* zählt als 31.01.2041; ein anderes .* in Zeile 4"),
        (4, "Recht bis", "2049", "nur das Jahr .* 31.12.2049; .* Zeile 3 .*; anderer Nutz.*: strittig"),
        (4, "geb.", "7.7.43", "Jahrhundert angenommen: 1943"),
        (3, "Nutzungsberechtigt", "Müller, Ilse geb. Wagner", "Person wie „Mueller, Ilse“ in Zeile 4"),
        (4, "Name Verstorbene/r", "Mueller, Ilse", "Person wie „Müller, Ilse“ in Zeile 3 .*, nicht zusam"),
        (5, "Name Verstorbene/r", "unbekannt (poln. Zwangsarbeiter)", "kein Name; es wird keiner erfunden"),
        (5, "gest.", "um 1944", "nur ungefähr bekannt"),
        (6, "Recht bis", "abgelaufen?", "kein Datum: kein Nutzungsrecht angelegt"),
        (7, "geb.", "31.02.1929", "diesen Tag gibt es nicht"),
        (8, "Name Verstorbene/r", "Schmidt, Fritz u. Schmidt, Emma", "mehrere Personen in einem Feld"),
        (8, "geb.", "1910 / 1913", "Angaben zu 2 Personen in einem Feld"),
        (8, "gest.", "1985 / 1999", "Angaben zu 2 Personen in einem Feld"),
        (8, "Anschrift", "unbekannt", "keine Anschrift"),
        (8, "Recht bis", "2029", "nur das Jahr ist genannt"),
        (9, "Name Verstorbene/r", "", "ohne Bestattung: die Grabstätte ist reserviert"),
        (10, "Recht bis", "25 J.", "eine Dauer, kein Datum: kein Nutzungsrecht angelegt"),
        (10, "Nutzungsberechtigt", "", "keine nutzungsberechtigte Person"),
        (11, "Grab-Nr.", "1-2", "zwei Stellen in einem Grab"),
        (11, "Nutzungsberechtigt", "Becker, Gerda +2021", "die nutzungsberechtigte Person ist verstorben"),
        (12, "Grabart", "Kindergrab", "kennt die Grabart nicht: das Ende der Ruhefrist bleibt leer"),
        (5, "beigesetzt", "", "keine bekannte Friedhofsordnung .* das Ende der Ruhefrist bleibt leer"),
        (6, "beigesetzt", "1979", "keine Friedhofsordnung bekannt: das Ende der Ruhefrist bleibt leer"),
        (8, "beigesetzt", "", "keine bekannte Friedhofsordnung .* das Ende der Ruhefrist bleibt leer"),
        (11, "beigesetzt", "", "keine bekannte Friedhofsordnung .* das Ende der Ruhefrist bleibt leer"),
        (3, "beigesetzt", "", "kein Tag der Bestattung: das Ende der Ruhefrist bleibt leer"),
        (8, "Grabart", "Wahlgrab", "Sarg oder Urne und Zahl der Stellen nicht gesagt: .* 2 Stellen"),
        (9, "Grabart", "Wahlgrab", "Sarg oder Urne und Zahl der Stellen nicht gesagt: .* 2 Stellen"),
        (11, "Grabart", "Wahlgrab", "Sarg oder Urne und Zahl der Stellen nicht gesagt: .* 2 Stellen"),
        (12, "Nutzungsberechtigt", "Becker, Familie", "eine Familie, keine einzelne Person"),
    ],
)  # fmt: skip
def test_each_doubtful_value_is_named(
    take: Take, old_list: Path, row: int, column: str, value: str, reason: str
) -> None:
    found = [
        doubt.reason
        for doubt in take(old_list, dry_run=True).doubtful
        if (doubt.row, doubt.column, doubt.value) == (row, column, value)
    ]
    assert len(found) == 1
    assert re.search(reason, found[0])


def test_what_is_certain_is_not_doubted(take: Take, old_list: Path) -> None:
    doubted = {doubt.row for doubt in take(old_list, dry_run=True).doubtful}
    assert not doubted & {2, 13}


def test_the_rights_stand_as_the_list_has_them(take: Take, desk: Store, old_list: Path) -> None:
    take(old_list)
    with desk.read() as session:
        query = sa.select(Grave, RightOfUse, Person).join(RightOfUse, RightOfUse.grave_id == Grave.id)
        rows = session.execute(query.outerjoin(Person, RightOfUse.holder_id == Person.id)).all()
        rights = {
            (grave.label, display_name(person) if person else "", right.until, right.disputed)
            for grave, right, person in rows
        }
        assert rights == {
            ("B/4/17", "Anneliese Großmann", date(2034, 6, 30), False),
            ("B/4/18", "Ilse Müller", date(2041, 1, 31), False),
            ("B/4/18", "Thomas Müller", date(2049, 12, 31), True),
            ("A/1/3", "Stadt", FOR_EVER, False),
            ("U/2/9", "Renate von der Heyden", date(2035, 3, 20), False),
            ("12a", "Horst Schmidt", date(2029, 12, 31), False),
            ("12b", "Maria Kessler", date(2031, 8, 15), False),
            ("C/1-2", "Gerda Becker", date(2028, 10, 24), False),
            ("C/3", "Familie Becker", date(2039, 5, 14), False),
        }
        claimed = set(session.scalars(sa.select(Claim.record)))
        assert claimed == {right.id for _, right, _ in rows if not right.disputed}
        assert {right.first for _, right, _ in rows} == {SINCE_EVER}
        assert {right.until_text for _, right, _ in rows} == {"", "01/2041", "2049", "ewig", "2029"}
        war = next(grave for grave, _, _ in rows if grave.label == "A/1/3")
        assert war.war_grave


def test_the_burials_stand_with_their_rest_and_place(take: Take, desk: Store, old_list: Path) -> None:
    take(old_list)
    with desk.read() as session:
        found = {
            (grave.label, queries.name_of(session, burial)): burial
            for burial, grave in session.execute(
                sa.select(Burial, Grave).join(Grave, Burial.grave_id == Grave.id)
            )
        }
    heinrich = found["B/4/17", "Heinrich Großmann"]
    assert (heinrich.rest_end, heinrich.place, heinrich.form) == (date(2034, 6, 17), 1, "coffin")
    heyden = found["U/2/9", "Dr. Ernst-August von der Heyden"]
    assert (heyden.form, heyden.rest_end) == ("urn", date(2035, 3, 20))
    nameless = found["A/1/3", "unbekannt (poln. Zwangsarbeiter)"]
    assert (nameless.rest_end, nameless.buried.known) == (None, False)
    assert found["C/3", "Lena Becker"].rest_end is None
    assert {name for label, name in found if label == "12a"} == {"Fritz Schmidt", "Emma Schmidt"}


def test_nothing_the_list_says_is_dropped(take: Take, desk: Store, old_list: Path) -> None:
    take(old_list)
    with desk.read() as session:
        kept = fold(
            " ".join(
                str(value)
                for name in ("cemetery", "grave", "person", "address", "right_of_use", "burial")
                for row in session.execute(sa.select(synced_tables()[name]))
                for value in row
            )
        )
        days = set(re.findall(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", kept))
    text = old_list.read_bytes().decode("cp1252").replace("&#321;", "Ł").replace("&#322;", "ł")
    words = {
        word.strip("+*.?!") for word in re.findall(r"[^\s,;()]+", "".join(text.splitlines(keepends=True)[1:]))
    }
    for word in words - {"", "u", "geb", "Familie", "/"}:
        written = re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", word)
        day = f"{written[3]}-{written[2]:0>2}-{written[1]:0>2}" if written else word
        assert fold(word) in kept or day in days, word


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("Zwangsarbeiter", "unbekannt (poln. Zwangsarbeiter)"),
        ("lukasiewicz", "Stanisława Łukasiewicz"),
        ("grossmann hein", "Heinrich Großmann"),
    ],
)
def test_everybody_is_found(take: Take, desk: Store, old_list: Path, typed: str, title: str) -> None:
    take(old_list)
    with desk.read() as session:
        assert title in [hit.title for hit in search(session, typed, kinds=("burial",))]


def test_both_remarks_of_a_repeated_row_are_kept(take: Take, desk: Store, old_list: Path) -> None:
    take(old_list)
    with desk.read() as session:
        (grave,) = queries.graves_numbered(session, "B/04/017")
        assert grave.remark == "Stelle 1\ndoppelt erfasst"


def test_undo_takes_the_whole_import_back_and_it_can_be_taken_over_again(
    take: Take, desk: Store, old_list: Path
) -> None:
    first = take(old_list)
    assert first.import_id is not None
    desk.undo_import(first.import_id)
    with desk.read() as session:
        for kind in (Grave, Person, RightOfUse, Burial, Claim):
            assert session.scalars(sa.select(kind)).all() == []
    again = take(old_list)
    assert again.new == first.new
