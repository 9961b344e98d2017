"""What a screen reader is told: order, headings, tables, lists, pictures. The validator cannot judge this."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace

import pytest

from rathaus_desk.letters.letter import BulletList, Column, Heading, Paragraph, Run, Table, plain
from rathaus_desk.letters.render import render


@pytest.fixture
def spoken(tmp_path):
    """The structure tree with its text, as poppler reads it: (depth, words) a line."""

    def read(pdf):
        file = tmp_path / "letter.pdf"
        file.write_bytes(pdf)
        run = subprocess.run(
            ["pdfinfo", "-struct-text", str(file)], capture_output=True, text=True, check=True
        )
        return [(len(line) - len(line.lstrip()), line.strip()) for line in run.stdout.splitlines()]

    return read


def test_a_notice_is_read_from_sender_to_signature(spoken, pdf):
    text = "\n".join(words for _, words in spoken(pdf))
    order = [
        "Der Magistrat der Stadt Musterrode",
        "Stadt Musterrode · Am Markt 1 · 34999 Musterrode",
        "Jürgen Großmann",
        "Aktenzeichen: FH-2026-00042",
        "Datum: 25.11.2026",
        "Gebührenbescheid: Bestattung von Anneliese Erna Großmann",
        "Sehr geehrter Herr Großmann",
        "Gesamtbetrag",
        "Zahlung",
        "Verwendungszweck: RF18 5390 0754 7034",
        "Begründung",
        "Rechtsbehelfsbelehrung",
        "Mit freundlichen Grüßen",
        "maschinell erstellt",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_decoration_and_repetition_are_not_read(spoken, specimens):
    text = "\n".join(words for _, words in spoken(specimens["fee_notice_0"]))
    assert "Seite 1 von 2" not in text
    assert "IBAN DE02" not in text


def test_the_subject_is_the_first_heading_and_sections_follow(structure, pdf):
    tree = structure(pdf)
    assert len(tree.all("H1")) == 1
    assert [node.tag for node in tree.kids if node.tag in ("H1", "H2", "H3")] == [
        "H1",
        "H2",
        "H2",
        "H3",
        "H2",
    ]


def test_no_level_of_headings_is_skipped(structure, letter):
    blocks = (Heading("tief", 3), Paragraph(plain("x")), Heading("tiefer", 3), Paragraph(plain("x")))
    tags = [node.tag for node in structure(render(replace(letter, blocks=blocks))).kids]
    assert [tag for tag in tags if tag.startswith("H")] == ["H1", "H2", "H3"]


def test_header_cells_say_whom_they_speak_for(structure, pdf):
    (table,) = structure(pdf).all("Table")
    columns = table.all("THead")[0].all("TH")
    assert [cell.attributes["Scope"] for cell in columns] == ["/Column"] * 5
    rows = table.all("TBody")[0].all("TR")
    assert len(rows) == 4
    assert all([cell.tag for cell in row.kids] == ["TH", "TD", "TD", "TD", "TD"] for row in rows)
    assert all(row.kids[0].attributes["Scope"] == "/Row" for row in rows)
    (total,) = table.all("TFoot")[0].all("TR")
    assert total.kids[0].attributes["ColSpan"] == 4


def test_every_header_cell_of_every_letter_has_a_scope(structure, specimens):
    for name, pdf in specimens.items():
        if name != "stock":
            assert all("Scope" in cell.attributes for cell in structure(pdf).all("TH")), name


def test_a_table_over_pages_is_one_table_with_one_header(structure, specimens, page_texts):
    (table,) = structure(specimens["long"]).all("Table")
    assert len(table.all("THead")) == 1
    assert len(table.all("TR")) == 1 + 141 + 1
    pages = page_texts(specimens["long"])
    with_rows = [text for text in pages if "§ 5 Nr. 1" in text]
    assert len(with_rows) >= 5
    assert all("Leistung Vorschrift Menge Betrag" in text for text in with_rows)


def test_a_cell_that_breaks_over_a_page_stays_one_cell(structure, specimens, page_texts):
    (table,) = structure(specimens["long"]).all("Table")
    broken = [cell for cell in table.all("TH") if cell.pages == 2]
    assert len(broken) == 1
    text = " ".join(page_texts(specimens["long"]))
    assert re.findall(r"Wort\d+", text) == [f"Wort{number}" for number in range(500)]


def test_lists_have_labels_and_bodies(structure, letter):
    blocks = (
        BulletList((plain("eins"), plain("zwei"))),
        BulletList((plain("drei"),), numbered=True, first=3),
    )
    bullets, numbers = structure(render(replace(letter, blocks=blocks))).all("L")
    assert [[kid.tag for kid in item.kids] for item in bullets.kids] == [["Lbl", "LBody"]] * 2
    assert bullets.attributes["ListNumbering"] == "/Disc"
    assert numbers.attributes["ListNumbering"] == "/Decimal"


def test_the_code_for_paying_says_in_words_what_it_holds(structure, pdf):
    (figure,) = structure(pdf).all("Figure")
    assert figure.attributes["Alt"] == (
        "GiroCode für die Banking-App: Überweisung von 2.731,00\u00a0€ an Stadtkasse Musterrode,"
        " IBAN DE02 1203 0000 0000 2020 51, Verwendungszweck RF18 5390 0754 7034"
    )


def test_a_letter_with_marks_says_what_it_stands_for(structure, spoken, letter):
    pdf = render(replace(letter, blocks=(Paragraph(plain("Herr J̌ürgens aus K͟Hartum kommt")),)))
    spans = structure(pdf).all("Span")
    assert [span.attributes["ActualText"] for span in spans] == ["J̌", "K͟"]
    words = [words.strip('"') for _, words in spoken(pdf) if words.startswith('"')]
    assert "Herr J̌ürgens aus K͟Hartum kommt" in "".join(words).replace("\u2060", "")


def test_bold_words_and_links_stand_in_their_sentence(spoken, letter):
    runs = (
        Run("Bitte "),
        Run("heute", bold=True),
        Run(" "),
        Run("hier", link="https://a.example"),
        Run(" melden."),
    )
    lines = [words for _, words in spoken(render(replace(letter, blocks=(Paragraph(runs),))))]
    at = lines.index('"Bitte heute "')
    assert lines[at + 1 : at + 3] == ["Link (inline)", '"hier"']
    assert lines[at + 4] == '" melden."'


def test_an_empty_cell_is_still_a_cell(structure, letter):
    table = Table((Column("a"), Column("b")), ((plain("x"), plain("")),))
    (found,) = structure(render(replace(letter, blocks=(table,)))).all("Table")
    assert [cell.tag for cell in found.all("TBody")[0].all("TR")[0].kids] == ["TD", "TD"]
