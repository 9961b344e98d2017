"""Which column holds what: proposed from headings, their neighbours and values; or stated in a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.lists.fields import Vocabulary
from rathaus_desk.lists.mapping import Mapping, fitted, mapping_of, propose, read_mapping, write_mapping
from rathaus_desk.lists.rows import Doubt, mapped_rows
from rathaus_desk.lists.tables import Row, Table

Write = Callable[..., Path]


def table(headings: str, *rows: str) -> Table:
    lines = enumerate(rows, start=2)
    body = tuple(Row(line, tuple(cell or None for cell in row.split(";"))) for line, row in lines)
    return Table("liste.csv", tuple(headings.split(";")), 1, body)


def proposed(vocabulary: Vocabulary, headings: str, *rows: str) -> dict[str, str]:
    return propose(table(headings, *rows), vocabulary).mapping.columns


def test_a_heading_that_names_nobody_belongs_to_the_columns_before_it(vocabulary: Vocabulary) -> None:
    assert proposed(vocabulary, "Inventar-Nr.;Entleiher;Ort;Verleiher;PLZ/Ort", "1;a;b;c;d") == {
        "Inventar-Nr.": "thing.number",
        "Entleiher": "borrower.name",
        "Ort": "borrower.place",
        "Verleiher": "lender.name",
        "PLZ/Ort": "lender.place",
    }


def test_a_heading_that_comes_again_is_about_somebody_else(vocabulary: Vocabulary) -> None:
    assert proposed(vocabulary, "Name;Name (2)", "a;b") == {
        "Name": "lender.name",
        "Name (2)": "borrower.name",
    }


def test_misspelt_short_and_turned_headings_are_understood(vocabulary: Vocabulary) -> None:
    assert proposed(vocabulary, "Inventanummer;EL-Name;Datum der Ausleihe;Bemerkungen", "1;a;1.2.2020;x") == {
        "Inventanummer": "thing.number",
        "EL-Name": "borrower.name",
        "Datum der Ausleihe": "loan.on",
        "Bemerkungen": "remark",
    }


def test_a_column_of_other_values_is_not_taken_for_dates_or_names(vocabulary: Vocabulary) -> None:
    assert proposed(vocabulary, "ausgeliehen;Nr.", "ja;1", "nein;2", "ja;3") == {"Nr.": "thing.number"}
    assert proposed(vocabulary, "Entleiher;Nr.", "1.2.2020;1", "3.4.2020;2") == {"Nr.": "thing.number"}


def test_a_mere_row_number_is_ignored_and_unknown_columns_are_kept(vocabulary: Vocabulary) -> None:
    listed = table("lfd. Nr.;Nr.;Farbe", "1;17;rot", "2;18;blau")
    proposal = propose(listed, vocabulary)
    assert proposal.mapping.ignore == ("lfd. Nr.",)
    (first, _) = mapped_rows(listed, proposal.mapping)
    assert first.text("thing.number") == "17"
    assert [(value.column, value.text) for value in first.unmapped] == [("Farbe", "rot")]
    assert "Bemerkung" in proposal.guesses[2].reason


def test_numbered_columns_name_several_of_a_row(vocabulary: Vocabulary) -> None:
    several = replace(vocabulary, repeated=frozenset({"borrower"}))
    listed = table(
        "Nr.;1. Entleiher;Ort;2. Entleiher;Ort (2);Verleiher", "1;a;X;b;Y;c", "2;d;X;;;c", "3;;;;;c"
    )
    columns = propose(listed, several).mapping.columns
    assert list(columns.values()) == [
        "thing.number", "borrower.name", "borrower.place", "borrower.name", "borrower.place", "lender.name",
    ]  # fmt: skip
    rows = list(mapped_rows(listed, propose(listed, several).mapping, several.repeated))
    assert [(row.line, row.text("borrower.name"), row.text("borrower.place")) for row in rows] == [
        (2, "a", "X"), (2, "b", "Y"), (3, "d", "X"), (4, "", ""),
    ]  # fmt: skip
    assert {row.text("lender.name") for row in rows} == {"c"}


COMPLETE = """
encoding = "cp1252"
delimiter = ";"
header_row = 1
sheet = "Gräber"
date_formats = ["%d.%m.%Y", "%Y-%m-%d"]
ignore = ["lfd. Nr."]
[defaults]
"thing.shelf" = "Keller"
[columns]
"Nr" = "thing.number"
"Wann" = "loan.on"
[values."thing.shelf"]
"oben \\"links\\"" = { shelf = "A", places = 2 }
"""


def test_a_mapping_file_is_read_and_written_back_the_same(write: Write, vocabulary: Vocabulary) -> None:
    mapping = read_mapping(write(COMPLETE, "m.toml"), vocabulary)
    assert mapping.columns == {"Nr": "thing.number", "Wann": "loan.on"}
    assert mapping.values["thing.shelf"]['oben "links"'] == {"shelf": "A", "places": 2}
    assert mapping_of(write_mapping(mapping), vocabulary) == mapping


def test_defaults_stand_in_where_a_row_says_nothing(vocabulary: Vocabulary) -> None:
    mapping = mapping_of(COMPLETE, vocabulary)
    rows = list(mapped_rows(table("Nr;Wann", "17;1.2.2020"), mapping))
    assert (rows[0].text("thing.shelf"), rows[0].column("thing.shelf")) == ("Keller", "")
    rows[0].doubt("loan.on", "1.2.2020", "so früh")
    assert rows[0].doubts == [Doubt(2, "Wann", "1.2.2020", "so früh")]


def test_headings_of_a_mapping_file_may_differ_in_case_and_spaces(vocabulary: Vocabulary) -> None:
    mapping = Mapping(columns={"inventar  NR": "thing.number"})
    assert fitted(mapping, table("Inventar Nr;x", "1;2")).columns == {"Inventar Nr": "thing.number"}
    with pytest.raises(BadInput, match="Gemeint ist vielleicht „Inventar Nr“"):
        fitted(Mapping(columns={"Inventr Nr": "thing.number"}), table("Inventar Nr", "1"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[columns]\n"Nr" = "thing.numbr"', "Zeile 2: Ein Feld „thing.numbr“ gibt es nicht. Gemeint ist"),
        ('[defaults]\ncemetery = "x"', "Zeile 2: Ein Feld „cemetery“ gibt es nicht"),
        ('[spalten]\n"Nr" = "thing.number"', "Möglich sind: encoding"),
        ("header_row = 'eins'", "andere Form"),
        ("das ist kein TOML", "Zeile 1: Nach dem Namen fehlt das Gleichheitszeichen"),
        ("a = " + "[" * 5000, "zu tief verschachtelt"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_file_is_refused_with_what_would_be_right(
    write: Write, vocabulary: Vocabulary, text: str, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        read_mapping(write(text, "m.toml"), vocabulary)


def test_a_mapping_file_that_is_none_is_refused(write: Write, vocabulary: Vocabulary, tmp_path: Path) -> None:
    for path, sentence in (
        (tmp_path / "fehlt.toml", "gibt es nicht"),
        (write(b"\xff\xfe\x00", "m.toml"), "nicht lesen"),
        (write(b"#" * 1_000_001, "groß.toml"), "zu groß"),
    ):
        with pytest.raises(BadInput, match=sentence):
            read_mapping(path, vocabulary)
