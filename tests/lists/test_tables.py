"""Whatever a town saved its list as is read, with the lines it can be found by; what is no list is named."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.lists import tables
from rathaus_desk.lists.tables import Layout, Table, read_table, shown

Write = Callable[..., Path]
LIST = "Nr.;Name;Ort\n1;Müller;Kassel\n2;Groß;Fulda\n"


def read(path: Path, **layout: object) -> Table:
    known = ("Nr.", "Name", "Ort", "Vorname", "Datum")
    return read_table(path, Layout(**layout), recognise=lambda text: text in known)  # type: ignore[arg-type]


def cells(table: Table) -> list[tuple[object, ...]]:
    return [row.cells for row in table.rows]


def workbook(*sheets: tuple[str, list[list[object]]], merged: tuple[str, str] | None = None) -> bytes:
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True})
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(at, column, datetime(value.year, value.month, value.day), day)
                elif value is not None:
                    sheet.write(at, column, value)
        if merged:
            sheet.merge_range(merged[0], merged[1])
    book.close()
    return kept.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp850", "utf-16", "utf-16-le"])
def test_umlauts_survive_whatever_characters_the_file_is_written_in(write: Write, encoding: str) -> None:
    table = read(write(LIST, encoding=encoding))
    assert cells(table) == [("1", "Müller", "Kassel"), ("2", "Groß", "Fulda")]
    assert [row.line for row in table.rows] == [2, 3]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_the_one_that_makes_columns(write: Write, delimiter: str) -> None:
    text = "Nr.;Name;Ort\n1;Müller, Karl;Kassel\n2;Groß, Eva;Fulda\n"
    quoted = "\n".join(
        delimiter.join(f'"{cell}"' if "," in cell else cell for cell in line.split(";"))
        for line in text.splitlines()
    )
    assert cells(read(write(quoted))) == [("1", "Müller, Karl", "Kassel"), ("2", "Groß, Eva", "Fulda")]


def test_names_with_commas_do_not_make_the_comma_the_delimiter(write: Write) -> None:
    assert cells(read(write("Nr.;Name\n1;Müller, Karl\n2;Groß, Eva\n"))) == [
        ("1", "Müller, Karl"),
        ("2", "Groß, Eva"),
    ]


def test_character_references_are_letters_before_the_line_is_split(write: Write) -> None:
    table = read(
        write(
            "Nr.;Name;Ort\n1;&#321;ukasiewicz, Stanis&#322;awa;M&uuml;nchen\n2;A &amp; B;x&#59;y\n"
            "3;Q&A;&Sohn;\n"
        )
    )
    assert cells(table)[:2] == [
        ("1", "Łukasiewicz, Stanisława", "München"),
        ("2", "A & B", "x;y"),
    ]
    assert cells(table)[2][1:3] == ("Q&A", "&Sohn")


def test_titles_above_the_heading_blank_lines_and_repeated_headings_are_passed_over(write: Write) -> None:
    table = read(
        write(
            "Gräberliste Stand 2024;;\n\nNr.;Name;Ort\n1;Müller;Kassel\n\nNr.;Name;Ort\n2;Groß;Fulda;drüber\n"
        )
    )
    assert table.heading_line == 3
    assert table.headings == ("Nr.", "Name", "Ort", "Spalte 4")
    assert [(row.line, row.cells) for row in table.rows] == [
        (4, ("1", "Müller", "Kassel", None)),
        (7, ("2", "Groß", "Fulda", "drüber")),
    ]


def test_a_row_over_several_lines_has_the_number_of_its_first(write: Write) -> None:
    table = read(write('Nr.;Name\n1;"Müller\nKarl"\n2;Groß\n'))
    assert [(row.line, row.cells[1]) for row in table.rows] == [(2, "Müller\nKarl"), (4, "Groß")]


def test_a_quote_nobody_closed_does_not_swallow_the_rest(write: Write) -> None:
    table = read(write('Nr.;Name\n1;"Müller\n' + "".join(f"{number};x\n" for number in range(2, 60))))
    assert len(table.rows) == 59
    assert table.rows[0].cells[1] == '"Müller'
    assert "Anführungszeichen" in table.notes[0]


def test_the_same_heading_twice_is_told_apart(write: Write) -> None:
    assert read(write("Name;Ort;Name\na;b;c\n")).headings == ("Name", "Ort", "Name (2)")


def test_spreadsheets_keep_dates_numbers_and_lines(write: Write) -> None:
    rows = [
        ["Gräberliste"],
        [],
        ["Nr.", "Name", "Datum"],
        [17, "Müller &amp; Co", date(2004, 6, 17)],
        [1.5, "Groß", None],
    ]
    table = read(write(workbook(("Gräber", rows)), "liste.xlsx"))
    assert (table.sheet, table.heading_line) == ("Gräber", 3)
    assert [(row.line, row.cells) for row in table.rows] == [
        (4, (17, "Müller & Co", date(2004, 6, 17))),
        (5, (1.5, "Groß", None)),
    ]
    assert [shown(cell) for cell in table.rows[0].cells] == ["17", "Müller & Co", "17.06.2004"]


def test_a_merged_cell_counts_for_every_row_beside_it(write: Write) -> None:
    rows = [["Ort", "Nr."], ["Kassel", 1], [None, 2], ["Fulda", 3]]
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, rows[0])
    sheet.merge_range("A2:A3", "Kassel")
    sheet.write_column(1, 1, [1, 2, 3])
    sheet.write(3, 0, "Fulda")
    book.close()
    assert cells(read(write(content.getvalue(), "l.xlsx"))) == [("Kassel", 1), ("Kassel", 2), ("Fulda", 3)]


def test_groups_above_the_heading_tell_equal_names_apart(write: Write) -> None:
    table = read(write("Verstorbene;;Angehörige;\nName;Vorname;Name;Vorname\na;b;c;d\n"))
    assert table.headings == (
        "Verstorbene Name",
        "Verstorbene Vorname",
        "Angehörige Name",
        "Angehörige Vorname",
    )


def test_the_sheet_with_the_expected_headings_is_read_and_the_others_are_named(write: Write) -> None:
    content = workbook(("Notizen", [["x", "y"], ["a", "b"]]), ("Liste", [["Nr.", "Name"], [1, "Müller"]]))
    table = read(write(content, "l.xlsx"))
    assert table.sheet == "Liste"
    assert table.notes == ("Nicht gelesen wurden die Tabellenblätter: Notizen.",)
    assert read(write(content, "l.xlsx"), sheet="notizen").rows[0].cells == ("a", "b")
    with pytest.raises(BadInput, match="Notizen, Liste"):
        read(write(content, "l.xlsx"), sheet="Gräber")


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "l.csv", "leer"),
        (b"\n \n", "l.csv", "leer"),
        (b"%PDF-1.7 x", "l.csv", "PDF"),
        (b"\x89PNG\r\n\x1a\n123", "l.csv", "Bild"),
        (b"a;b\x00\x01\x02\n1;2", "l.csv", "Steuerzeichen"),
        (b"PK\x03\x04kaputt", "l.xlsx", "beschädigt"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1kaputt", "l.xls", "beschädigt"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "l.xls", "HTML"),
        (b"Nr.;Name\n", "l.csv", "keine Zeilen"),
    ],
)
def test_what_is_no_list_is_named(write: Write, content: bytes, name: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence) as refused:
        read(write(content, name))
    assert name in str(refused.value)


def test_what_is_not_there_too_long_or_packed_to_burst_is_refused(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadInput, match="gibt es nicht"):
        read(tmp_path / "fehlt.csv")
    with pytest.raises(BadInput, match="Ordner"):
        read(tmp_path)
    monkeypatch.setattr(tables, "MAX_ROWS", 10)
    with pytest.raises(BadInput, match="zu lang"):
        read(write("Nr.;Name\n" + "1;x\n" * 11))
    monkeypatch.setattr(tables, "MAX_UNPACKED_BYTES", 1000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 100_000)
    with pytest.raises(BadInput, match="zu lang"):
        read(write(packed.getvalue(), "l.xlsx"))
    monkeypatch.setattr(tables, "MAX_BYTES", 5)
    with pytest.raises(BadInput, match="zu groß"):
        read(write(LIST))


def test_wrong_layouts_are_refused(write: Write) -> None:
    path = write(LIST.encode("cp1252"))
    for layout, sentence in (
        ({"encoding": "utf-8"}, "nicht im Zeichensatz"),
        ({"encoding": "klingonisch"}, "gibt es nicht"),
        ({"delimiter": ";;"}, "kein einzelnes Zeichen"),
        ({"header_row": 99}, "keine Überschrift"),
    ):
        with pytest.raises(BadInput, match=sentence):
            read(path, **layout)


@given(st.binary(max_size=300))
def test_no_bytes_make_it_stumble(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "zufall.csv"
    path.write_bytes(content)
    try:
        table = read(path)
    except BadInput:
        return
    assert all(len(row.cells) == len(table.headings) for row in table.rows)
