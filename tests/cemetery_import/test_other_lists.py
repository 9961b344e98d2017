"""Lists of any form: other columns, other files, other habits of writing; and what is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime

import pytest
import sqlalchemy as sa
import xlsxwriter

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.import_graves import ImportResult, fields
from rathaus_desk.cemetery.operations.graves import DescribeGrave, EnterCemetery, EnterGrave
from rathaus_desk.cemetery.records import Burial, Cemetery, Grave, RightOfUse
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.periods import SINCE_EVER
from rathaus_desk.people import queries as people
from rathaus_desk.people.operations import ChangePerson, PersonDetails
from rathaus_desk.people.records import Address, ContactPoint, Person
from rathaus_desk.people.rules.names import display_name
from rathaus_desk.store.engine import Store

Take = Callable[..., ImportResult]

HEADING = (
    "Friedhof;Grab-Nr.;Grabart;Name;geb.;gest.;beigesetzt;Nutzungsberechtigt;Anschrift;Recht bis;Bemerkung\n"
)


def row(number: str = "1", **values: str) -> str:
    said = {
        "cemetery": "Kernstadt", "number": number, "kind": "Wahlgrab 2st.", "name": "Klein, Karl",
        "born": "1.2.1930", "died": "3.4.2010", "buried": "7.4.2010", "holder": "Klein, Eva",
        "address": "Am Bach 7, 34999 Musterrode", "until": "7.4.2040", "remark": "", **values,
    }  # fmt: skip
    return ";".join(said.values()) + "\n"


def rights(desk: Store) -> list[tuple[date, date, bool]]:
    with desk.read() as session:
        found = session.scalars(sa.select(RightOfUse).order_by(RightOfUse.until)).all()
        return [(right.first, right.until, right.disputed) for right in found]


def doubts(result: ImportResult, line: int) -> str:
    return " | ".join(f"{doubt.column}: {doubt.reason}" for doubt in result.doubtful if doubt.row == line)


def test_a_spreadsheet_with_dates_names_and_addresses_in_several_columns(take: Take, desk: Store) -> None:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    sheet = book.add_worksheet("Gräber")
    sheet.write(0, 0, "Belegungsliste Friedhof Altenfeld")
    headings = ("lfd. Nr.", "Grabstätte", "Grabart", "Nachname", "Vorname", "Geburtsdatum", "Sterbedatum",
                "Bestattungsdatum", "NB Name", "NB Vorname", "NB Straße", "NB PLZ", "NB Ort", "NB Telefon",
                "Nutzungsrecht von", "Nutzungsrecht bis")  # fmt: skip
    sheet.write_row(2, 0, headings)
    values = (1, 12, "Urnenwahlgrab", "Yılmaz", "Ayşe", datetime(1950, 3, 1), datetime(2020, 5, 4),
              datetime(2020, 5, 12), "von Berg", "Karl", "Lange Str. 5a", 34999, "Musterrode",
              "05699 / 47 11", datetime(2020, 5, 12), datetime(2040, 5, 11))  # fmt: skip
    for column, value in enumerate(values):
        if isinstance(value, datetime):
            sheet.write_datetime(3, column, value, day)
        else:
            sheet.write(3, column, value)
    book.close()
    result = take(content.getvalue(), name="liste.xlsx", cemetery="Altenfeld")
    assert result.new == {"graves": 1, "people": 2, "rights": 1, "burials": 1}
    assert result.doubtful == ()
    assert rights(desk) == [(date(2020, 5, 12), date(2040, 5, 11), False)]
    with desk.read() as session:
        (burial,) = session.scalars(sa.select(Burial)).all()
        assert (burial.form, burial.buried.day) == ("urn", date(2020, 5, 12))
        assert burial.rest_end == date(2040, 5, 12)
        names = {display_name(person) for person in session.scalars(sa.select(Person))}
        assert names == {"Ayşe Yılmaz", "Karl von Berg"}
        (address,) = session.scalars(sa.select(Address)).all()
        assert address.one_line == "Lange Str. 5a, 34999 Musterrode"
        assert [contact.value for contact in session.scalars(sa.select(ContactPoint))] == ["+49 5699 4711"]


def test_one_row_per_dead_person_makes_one_grave_and_one_right(take: Take, desk: Store) -> None:
    result = take(
        HEADING + row() + row(name="Klein, Ida", born="5.6.1932", died="7.8.2015", buried="12.8.2015")
    )
    assert result.new == {"graves": 1, "people": 3, "rights": 1, "burials": 2}
    assert rights(desk) == [(SINCE_EVER, date(2040, 4, 7), False)]


@pytest.mark.parametrize(
    "heading",
    [
        "Friedhof;Grab;Verstorbener 1;gest. 1;Verstorbener 2;gest. 2;Nutzer;Recht bis",
        "Friedhof;Grab;1. Verstorbener;gest.;2. Verstorbener;gest.;Nutzer;Recht bis",
    ],
)
def test_one_row_per_grave_may_name_several_dead_in_columns_of_their_own(
    take: Take, desk: Store, heading: str
) -> None:
    text = (
        f"{heading}\nK;1;Klein, Karl;2.2.1990;Klein, Ida;4.4.2000;Klein, Udo;2030\nK;2;;;;;Groß, Udo;2031\n"
    )
    result = take(text)
    assert (result.rows, result.new) == (2, {"graves": 2, "people": 4, "rights": 2, "burials": 2})
    with desk.read() as session:
        died = {display_name(person): person.died.text for person in session.scalars(sa.select(Person))}
        assert (died["Karl Klein"], died["Ida Klein"]) == ("2.2.1990", "4.4.2000")
    assert take(text).same == 2


@pytest.mark.parametrize(
    ("written", "first", "until"),
    [
        ("2004-2034", date(2004, 1, 1), date(2034, 12, 31)),
        ("12.06.2004 - 11.06.2034", date(2004, 6, 12), date(2034, 6, 11)),
        ("12.06.2004 bis 11.06.2034", date(2004, 6, 12), date(2034, 6, 11)),
    ],
)
def test_a_right_may_be_written_as_a_period(
    take: Take, desk: Store, written: str, first: date, until: date
) -> None:
    assert "als Zeitraum" in doubts(take(HEADING + row(until=written)), 2)
    assert rights(desk) == [(first, until, False)]


def test_a_duration_counts_from_a_known_beginning(take: Take, desk: Store) -> None:
    result = take("Friedhof;Grab;Nutzer;Nutzungsrecht von;Laufzeit\nK;1;Klein, Udo;20.11.2020;30\n")
    assert "Ende aus Beginn und Dauer errechnet: 19.11.2050" in doubts(result, 2)
    assert rights(desk) == [(date(2020, 11, 20), date(2050, 11, 19), False)]


def test_rows_below_a_grave_without_a_number_belong_to_it(take: Take) -> None:
    below = row(number="", cemetery="", kind="", name="Klein, Ida", holder="", address="", until="")
    result = take(HEADING + row() + below)
    assert (result.new["graves"], result.new["burials"], result.refused) == (1, 2, ())
    assert "wie in der Zeile darüber (1) angenommen" in doubts(result, 3)


def test_rows_that_name_no_grave_or_no_cemetery_are_refused_and_named(take: Take) -> None:
    result = take(HEADING + row(number="") + row())
    assert [(each.row, each.column, each.reason) for each in result.refused] == [
        (2, "Grab-Nr.", "keine Grabnummer")
    ]
    assert result.new["graves"] == 1


def test_rows_that_contradict_each_other_block_the_grave(take: Take, desk: Store) -> None:
    result = take(HEADING + row() + row(kind="Urnenwahl", name="Klein, Ida"))
    assert "Grabart in den Zeilen 2, 3 verschieden" in doubts(result, 3)
    with desk.read() as session:
        (grave,) = session.scalars(sa.select(Grave)).all()
        assert grave.blocked.startswith("Liste widerspricht sich")


def test_a_right_follows_one_that_has_ended(take: Take, desk: Store) -> None:
    take(HEADING + row(until="31.12.2009") + row(name="Klein, Ida", holder="Klein, Ute"))
    assert rights(desk) == [
        (SINCE_EVER, date(2009, 12, 31), False),
        (date(2010, 1, 1), date(2040, 4, 7), False),
    ]


def test_a_changed_row_changes_its_records_and_nothing_else(take: Take, desk: Store) -> None:
    take(HEADING + row() + row("2", name="Groß, Ada", holder="Groß, Udo"))
    result = take(
        HEADING + row(buried="8.4.2010", until="7.4.2045", address="Am Berg 1, 34999 Musterrode")
        + row("2", name="Groß, Ada", holder="Groß, Udo")
    )  # fmt: skip
    assert (result.changed, result.same) == (1, 1)
    assert result.new == {"graves": 0, "people": 0, "rights": 0, "burials": 0}
    assert (SINCE_EVER, date(2045, 4, 7), False) in rights(desk)
    with desk.read() as session:
        days = {burial.buried.text for burial in session.scalars(sa.select(Burial))}
        assert days == {"8.4.2010", "7.4.2010"}
        streets = sorted(address.street for address in session.scalars(sa.select(Address)))
        assert streets == ["Am Bach", "Am Berg"]
    assert (
        take(HEADING + row(buried="8.4.2010", until="7.4.2045", address="Am Berg 1, 34999 Musterrode")).same
        == 1
    )


def test_a_corrected_spelling_is_a_changed_row_not_another_burial(take: Take, desk: Store) -> None:
    take(HEADING + row(name="Klien, Karl"))
    result = take(HEADING + row(name="Klein, Karl"))
    assert (result.changed, result.new["burials"]) == (1, 0)
    with desk.read() as session:
        assert "Karl Klein" in {display_name(person) for person in session.scalars(sa.select(Person))}


def test_what_a_clerk_has_changed_since_is_not_overwritten(take: Take, desk: Store) -> None:
    take(HEADING + row())
    with desk.read() as session:
        karl = people.find(session, "Klein, Karl")[0].id
    desk.run(ChangePerson(person=karl, details=PersonDetails(family_name="Kleine", given_names="Karl")))
    result = take(HEADING + row(died="4.4.2010"))
    assert "nicht überschrieben" in doubts(result, 2)
    with desk.read() as session:
        assert people.people(session, [karl])[karl].family_name == "Kleine"


def test_a_grave_that_is_there_already_is_completed(take: Take, desk: Store) -> None:
    cemetery = desk.run(EnterCemetery(name="Friedhof Kernstadt")).value
    grave = desk.run(
        EnterGrave(cemetery=cemetery, number="1", kind="wahl_sarg", places=2, remark="Linde")
    ).value
    desk.run(DescribeGrave(grave=grave, kind="wahl_sarg", places=2, remark="Linde"))
    result = take(HEADING + row(remark="am Zaun"))
    assert result.new == {"graves": 0, "people": 2, "rights": 1, "burials": 1}
    with desk.read() as session:
        assert len(session.scalars(sa.select(Cemetery)).all()) == 1
        assert queries.grave(session, grave).remark == "Linde\nam Zaun"


def test_another_list_of_the_same_graves_adds_only_what_is_new(take: Take, desk: Store) -> None:
    take(HEADING + row())
    result = take("Friedhof;Grab;Inhaber;Laufzeit bis;Telefon\nKernstadt;1;Eva Klein;07.04.2040;05699 4711\n")
    assert result.new["rights"] == 0
    assert len(rights(desk)) == 1


def test_columns_nobody_knows_are_kept_as_remarks_and_named(take: Take, desk: Store) -> None:
    result = take("Friedhof;Grab;Name;gest.;Religion\nKernstadt;1;Klein, Karl;2010-04-03;ev.\n")
    assert "Religion: keinem Feld zugeordnet" in doubts(result, 1)
    with desk.read() as session:
        (grave,) = session.scalars(sa.select(Grave)).all()
        assert grave.remark == "Religion: ev."


MAPPING = """
delimiter = "|"
date_formats = ["%m/%d/%Y"]
ignore = ["X"]
[defaults]
cemetery = "Hainrode"
[columns]
"A" = "grave.number"
"B" = "grave.kind"
"C" = "deceased.name"
"D" = "burial.date"
[values."grave.kind"]
"WG" = { kind = "wahl_sarg", places = 3 }
"UG" = "urne_wahl"
"""


def test_a_mapping_file_decides_and_is_kept_for_the_next_list(take: Take, desk: Store) -> None:
    first = take("A|B|C|D|X\n1|WG|Klein, Karl|04/05/2010|9\n2|UG|Groß, Ada|04/06/2010|9\n", mapping=MAPPING)
    assert (first.new["graves"], first.doubtful) == (2, ())
    with desk.read() as session:
        graves = session.scalars(sa.select(Grave).order_by(Grave.number)).all()
        assert [(grave.kind, grave.places) for grave in graves] == [("wahl_sarg", 3), ("urne_wahl", 1)]
        assert {burial.buried.day for burial in session.scalars(sa.select(Burial))} == {
            date(2010, 4, 5), date(2010, 4, 6),
        }  # fmt: skip
    again = take("A|B|C|D|X\n1|WG|Klein, Karl|04/05/2010|9\n3|UG|Braun, Bea|04/07/2010|9\n")
    assert (again.same, again.new["graves"]) == (1, 1)


@pytest.mark.parametrize(
    ("content", "mapping", "sentence"),
    [
        ("Friedhof;Farbe\nKernstadt;rot\n", "", "keine Spalte mit der Grabnummer"),
        ("Grab;Name\n1;Klein, Karl\n", "", "--cemetery"),
        ("A\n1\n", '[columns]\n"A" = "grave.numbr"', "„grave.number“"),
        ("A\n1\n", '[columns]\n"B" = "grave.number"', "die Spalte „B“"),
        ("A;B\n1;x\n", '[columns]\nA = "grave.number"\nB = "grave.kind"\n[defaults]\ncemetery = "K"\n'
                       '[values."grave.kind"]\nx = "palast"', "palast"),
        ("", "", "leer"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_over_is_refused_with_a_sentence(
    take: Take, desk: Store, content: str, mapping: str, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        take(content, mapping=mapping)
    assert rights(desk) == []


def test_wild_values_are_kept_and_doubted_never_a_stumbling_block(take: Take, desk: Store) -> None:
    wild = row(
        kind="?" * 300, name="X" * 50_000, born="morgen", died="99.99.9999", buried="2190-01-01",
        holder="=HYPERLINK(1)", address="<b>" * 2_000, until="bis auf Weiteres", remark="ä" * 30_000,
    )  # fmt: skip
    result = take(HEADING + wild)
    assert (result.new["graves"], result.new["burials"], result.new["rights"]) == (1, 1, 0)
    assert "liegt in der Zukunft" in doubts(result, 2)
    assert "gekürzt" in doubts(result, 2)
    assert take(HEADING + wild).same == 1


def test_dates_in_the_wrong_order_are_doubted(take: Take) -> None:
    result = take(HEADING + row(born="1.1.2020", buried="1.1.2009"))
    assert "geb.: die Geburt liegt nach dem Tod" in doubts(result, 2)
    assert "beigesetzt: die Bestattung liegt vor dem Tod" in doubts(result, 2)


def test_the_end_of_rest_a_list_names_is_compared(take: Take, desk: Store) -> None:
    heading = "Friedhof;Grab;Grabart;Name;Bestattung;Ruhefrist bis;Recht bis\n"
    result = take(
        heading
        + "Kernstadt;1;Reihengrab;Klein, Karl;7.4.2010;07.04.2040;7.4.2040\n"
        + "Kernstadt;2;Reihengrab;Groß, Ada;7.4.2010;01.01.2031;7.4.2035\n"
    )
    assert "Ruhefrist" not in doubts(result, 2)
    assert "Ende der Ruhefrist nach der Friedhofsordnung 07.04.2040" in doubts(result, 3)
    assert "kürzer als die Ruhefrist bis 07.04.2040" in doubts(result, 3)


def test_the_relation_of_the_holder_to_the_dead_is_kept_for_the_succession(take: Take, desk: Store) -> None:
    take(
        "Friedhof;Grab;Name;gest.;Nutzungsberechtigt;Verwandtschaft;Recht bis\n"
        "Kernstadt;1;Klein, Karl;2010;Klein, Eva;Ehefrau;2040\n"
    )
    with desk.read() as session:
        karl = people.find(session, "Klein, Karl")[0].id
        assert [(display_name(one.person), one.relation) for one in people.relatives_of(session, karl)] == [
            ("Eva Klein", "Ehefrau")
        ]


def test_a_holder_of_two_graves_is_one_person(take: Take, desk: Store) -> None:
    result = take(HEADING + row() + row("2", name="Klein, Ida"))
    assert result.new["people"] == 3


def test_somebody_known_already_is_proposed_and_not_merged(take: Take, desk: Store) -> None:
    take(HEADING + row())
    result = take(HEADING + row("9", name="Klein, Ida", holder="Klein, Eva"))
    assert "vielleicht schon im Register: „Klein, Eva“" in doubts(result, 2)
    assert result.new["people"] == 2


def test_the_fields_are_described_with_meaning_and_example() -> None:
    described = {each["field"]: each for each in fields()}
    assert described["grave.number"]["meaning"] == "Grabnummer"
    assert all(each["meaning"] and each["example"] for each in described.values())
