"""Lists as files: what a clerk sees in Excel, what a program reads, what no value can break."""

from __future__ import annotations

import csv
import json
import zipfile
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from rathaus_desk.kernel.errors import BadInput, CannotWork
from rathaus_desk.kernel.listing import Column, Listing
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import FOR_EVER
from rathaus_desk.kernel.spreadsheet import harmless, harmless_exactly
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.lists import writing

NINE = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)

COLUMNS = (
    Column("grave", "Grabstätte"),
    Column("until", "Recht bis", "date"),
    Column("at", "Uhrzeit", "time"),
    Column("buried", "Bestattet", "uncertain"),
    Column("amount", "Betrag", "money"),
    Column("places", "Stellen", "number"),
    Column("disputed", "strittig", "flag"),
)
ROWS: list[tuple[Any, ...]] = [
    (
        "B/4/17",
        date(2052, 6, 30),
        time(14, 30),
        UncertainDate.exact(date(2026, 11, 20)),
        Money(273100),
        2,
        True,
    ),
    ("U/2/9", FOR_EVER, None, UncertainDate("um 1879"), Money(-1250), Decimal("0.50"), False),
    ("12a", None, None, UncertainDate(), None, None, None),
]


def graves(columns: tuple[Column, ...] = COLUMNS, title: str = "Gräber") -> Listing:
    return Listing("graeber", title, columns, lambda _session, _wanted: ())


def written(tmp_path: Path, form: writing.Format, rows: list[tuple[Any, ...]], **changes: Any) -> Path:
    target = tmp_path / f"liste{writing.SUFFIXES[form]}"
    writing.write(target, form, graves(**changes), rows, NINE)
    return target


def cells(path: Path) -> list[list[Any]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def texts(tmp_path: Path, form: writing.Format, *values: str) -> list[str]:
    """What stands in the file for each of ``values``, read back by a library that is not ours."""
    path = written(tmp_path, form, [(value,) for value in values], columns=(Column("text", "Text"),))
    if form == "excel":
        found = {row: cell for row, (cell,) in enumerate(cells(path)[1:])}
        # Excel itself reads its escapes of the two characters that XML has not; this library does not.
        return [
            str(found.get(row, "")).replace("_xFFFE_", "\ufffe").replace("_xFFFF_", "\uffff")
            for row in range(len(values))
        ]
    if form == "json":
        return [row["text"] for row in json.loads(path.read_text("utf-8"))["rows"]]
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return [row[0] if row else "" for row in csv.reader(stream, delimiter=";")][1:]


def test_excel_gets_real_days_amounts_and_numbers(tmp_path):
    heading, first, second, third = cells(written(tmp_path, "excel", ROWS))
    assert heading == ["Grabstätte", "Recht bis", "Uhrzeit", "Bestattet", "Betrag", "Stellen", "strittig"]
    assert first == ["B/4/17", date(2052, 6, 30), time(14, 30), date(2026, 11, 20), 2731.0, 2.0, "ja"]
    assert second == ["U/2/9", "unbegrenzt", "", "um 1879", -12.5, 0.5, "nein"]
    assert third == ["12a", "", "", "", "", "", ""]


def test_the_heading_stays_in_sight_and_filters(tmp_path):
    with zipfile.ZipFile(written(tmp_path, "excel", ROWS)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        styles = parts.read("xl/styles.xml").decode()
    assert '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' in sheet
    assert '<autoFilter ref="A1:G4"/>' in sheet
    assert '<ignoredError sqref="A1:G4" numberStoredAsText="1"/>' in sheet
    assert 'formatCode="dd.mm.yyyy"' in styles
    assert "€" in styles


def test_equal_lists_are_equal_files(tmp_path):
    first = written(tmp_path, "excel", ROWS).read_bytes()
    assert written(tmp_path, "excel", ROWS).read_bytes() == first
    assert b"2026-11-25T08:00:00Z" in zipfile.ZipFile(tmp_path / "liste.xlsx").read("docProps/core.xml")


def test_csv_is_what_a_german_excel_opens(tmp_path):
    content = written(tmp_path, "csv", ROWS).read_bytes()
    assert content.decode("utf-8").splitlines() == [
        "\ufeffGrabstätte;Recht bis;Uhrzeit;Bestattet;Betrag;Stellen;strittig",
        "B/4/17;30.06.2052;14:30;20.11.2026;2731,00;2;ja",
        "U/2/9;unbegrenzt;;um 1879;-12,50;0,50;nein",
        "12a;;;;;;",
    ]


def test_a_certain_day_looks_alike_however_it_was_written(tmp_path):
    rows = [(UncertainDate.exact(date(1943, 7, 7), "7.7.43"),), (UncertainDate("=um 1943"),)]
    columns = (Column("born", "Geboren", "uncertain"),)
    csv_lines = written(tmp_path, "csv", rows, columns=columns).read_text("utf-8-sig").splitlines()
    assert csv_lines == ["Geboren", "07.07.1943", "'=um 1943"]
    assert cells(written(tmp_path, "excel", rows, columns=columns))[1:] == [[date(1943, 7, 7)], ["=um 1943"]]


def test_json_is_for_programs(tmp_path):
    document = json.loads(written(tmp_path, "json", ROWS).read_text("utf-8"))
    assert document["list"] == "graeber"
    assert document["made_at"] == "2026-11-25T09:00:00+01:00"
    assert document["columns"][1] == {"key": "until", "title": "Recht bis", "kind": "date"}
    assert document["rows"][0] == {
        "grave": "B/4/17",
        "until": "2052-06-30",
        "at": "14:30",
        "buried": {"text": "20.11.2026", "earliest": "2026-11-20", "latest": "2026-11-20"},
        "amount": "2731.00",
        "places": 2,
        "disputed": True,
    }
    assert document["rows"][1]["buried"] == {"text": "um 1879", "earliest": None, "latest": None}
    assert document["rows"][1]["until"] == "9999-12-31"
    assert (document["rows"][1]["amount"], document["rows"][1]["places"]) == ("-12.50", "0.50")
    assert document["rows"][2]["buried"] is None


FORMULAS = ("=1+1", "+49 5699 4711", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", '=HYPERLINK("http://x";"y")')


def test_a_text_never_becomes_a_formula(tmp_path):
    assert texts(tmp_path, "csv", *FORMULAS) == [f"'{formula}" for formula in FORMULAS]
    assert texts(tmp_path, "excel", *FORMULAS) == list(FORMULAS)
    with zipfile.ZipFile(tmp_path / "liste.xlsx") as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "hyperlink" not in sheet
        assert 'quotePrefix="1"' in parts.read("xl/styles.xml").decode()


def test_an_exact_escape_can_be_taken_back():
    for text in (*FORMULAS, "'t Hooft", "''", "", "Meyer"):
        escaped = harmless_exactly(text)
        assert (escaped[1:] if escaped.startswith("'") else escaped) == text
    assert harmless("'t Hooft") == "'t Hooft"


STRANGE = (
    "<r>x</r>",
    "<b>&amp;</b>",
    "_x0041_",
    "a\x0bb",
    "a\x1fb",
    "\ufffe\uffff",
    "zwei\nZeilen",
    'ein "Zitat"; mit Semikolon',
    "Łęcka 𝔐 e\u0301 👵",
    "5.10",
    "1-2",
    "http://example.invalid/",
)


@pytest.mark.parametrize("form", ["excel", "csv", "json"])
def test_strange_text_comes_through(tmp_path, form: writing.Format):
    back = texts(tmp_path, form, *STRANGE)
    assert [text.strip() for text in back] == list(STRANGE)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=40))
def test_no_text_breaks_a_file(tmp_path, value: str):
    assert texts(tmp_path, "json", value) == [value]
    assert texts(tmp_path, "csv", value) == [harmless(value)]
    (back,) = texts(tmp_path, "excel", value)
    assert back.rstrip("\t ") == value.rstrip("\t ")


def test_half_a_character_from_a_broken_file_does_not_stop_the_list(tmp_path):
    for form in ("excel", "csv", "json"):
        assert texts(tmp_path, form, "a\ud800b") == ["a?b"]


def test_a_cell_too_long_for_excel_says_so(tmp_path):
    fits, long = "ä" * writing.LONGEST_CELL, "👵" * 20_000
    first, second = texts(tmp_path, "excel", fits, long)
    assert first == fits
    assert second.startswith("👵" * 16_000)
    assert second.endswith("vollständig in der CSV-Datei]")
    assert len(second.encode("utf-16-le")) // 2 <= writing.LONGEST_CELL
    assert texts(tmp_path, "csv", long) == [long]


def test_more_lines_than_excel_has_are_refused_and_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "MOST_ROWS", 2)
    with pytest.raises(BadInput, match=r"hat mehr als 2 Zeilen.*wählen Sie CSV"):
        written(tmp_path, "excel", ROWS)
    assert list(tmp_path.iterdir()) == []
    assert written(tmp_path, "csv", ROWS).exists()


def test_old_days_stand_as_text_where_excel_would_err(tmp_path):
    rows = [(date(1875, 5, 1),), (date(1900, 2, 28),), (date(1900, 3, 1),)]
    path = written(tmp_path, "excel", rows, columns=(Column("day", "Tag", "date"),))
    assert cells(path)[1:] == [["01.05.1875"], ["28.02.1900"], [date(1900, 3, 1)]]


def test_an_empty_list_has_its_heading(tmp_path):
    assert cells(written(tmp_path, "excel", []))[0][0] == "Grabstätte"
    assert len(written(tmp_path, "csv", []).read_text("utf-8-sig").splitlines()) == 1


def test_any_title_makes_a_sheet(tmp_path):
    for title in ("Gräber: [A/B] *?\\ und noch vieles mehr im Jahr", "'", "", "&B"):
        assert cells(written(tmp_path, "excel", ROWS, title=title))
    assert writing.sheet_name("a/b:c") == "a b c"
    assert writing.sheet_name("[]") == "Liste"


def test_an_older_file_stays_when_the_list_cannot_be_written(tmp_path):
    target = tmp_path / "liste.csv"
    target.write_text("von gestern")

    def broken():
        yield ROWS[0]
        raise CannotWork("Der Datenträger meldet einen Fehler.")

    for form in ("excel", "csv", "json"):
        with pytest.raises(CannotWork):
            writing.write(target, form, graves(), broken(), NINE)
    assert target.read_text() == "von gestern"
    assert list(tmp_path.iterdir()) == [target]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(BadInput, match="ist ein Ordner"):
        writing.write(tmp_path, "csv", graves(), ROWS, NINE)
    with pytest.raises(BadInput, match=r"Den Ordner .*fehlt“ gibt es nicht"):
        writing.write(tmp_path / "fehlt" / "x.csv", "csv", graves(), ROWS, NINE)
    with pytest.raises(CannotWork, match=r"Der Name ist zu lang\. Es wurde nichts geändert"):
        writing.write(tmp_path / ("x" * 300), "csv", graves(), ROWS, NINE)


def test_a_row_of_the_wrong_length_is_a_mistake_of_the_program(tmp_path):
    for form in ("excel", "csv", "json"):
        with pytest.raises(ValueError, match="graeber: a row of 1 values for 7 columns"):
            written(tmp_path, form, [("B/4/17",)])


def test_numbers_are_drawn_below_the_table(tmp_path):
    columns = (
        Column("hall", "Halle"),
        Column("used", "genutzt", "number"),
        Column("empty", "leer", "number"),
    )
    listing = Listing("nutzung", "Nutzung", columns, lambda *_: (), chart=("used", "empty"))
    target = tmp_path / "nutzung.xlsx"
    writing.write(target, "excel", listing, [("Saal", 3, 4), ("Küche", 1, 6)], NINE)
    with zipfile.ZipFile(target) as parts:
        drawn = parts.read("xl/charts/chart1.xml").decode()
    assert "Nutzung!$B$2:$B$3" in drawn
    assert "Nutzung!$C$2:$C$3" in drawn
