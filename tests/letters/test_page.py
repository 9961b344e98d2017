"""The page as the post and the reader see it: DIN 5008, windows, page numbers, what stays together."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.letters import din5008
from rathaus_desk.letters.flow import Body, Plain, paginate
from rathaus_desk.letters.letter import Column, Heading, Paragraph, Signature, Table, plain
from rathaus_desk.letters.look import BODY, MM
from rathaus_desk.letters.render import render
from rathaus_desk.letters.typeset import break_lines

LONGEST_ADDRESS = (
    "Erbengemeinschaft nach Anneliese Großmann",
    "Jürgen Großmann",
    "Łucja Großmann",
    "vertreten durch Rechtsanwältin Dr. Ágnes Kővári",
    "c/o Bestattungshaus Abendruh GmbH",
    "Hinterhaus, 3. Stock",
    "Lange Straße 14",
    "34999 MUSTERRODE",
    "ÖSTERREICH",
)


@pytest.fixture(scope="session")
def boxes():
    """Where a line stands on the first page: left, top, right, bottom in millimetres from the top left."""

    def find(pdf, line):
        document = pypdfium2.PdfDocument(pdf)
        try:
            page = document[0]
            text = page.get_textpage()
            found = text.search(line, match_case=True).get_next()
            assert found, f"not on the page: {line}"
            start, count = found
            parts = [text.get_charbox(start + number) for number in range(count)]
            height = page.get_height()
            text.close()
            page.close()
            return (
                min(box[0] for box in parts) / MM,
                (height - max(box[3] for box in parts)) / MM,
                max(box[2] for box in parts) / MM,
                (height - min(box[1] for box in parts)) / MM,
            )
        finally:
            document.close()

    return find


@pytest.mark.parametrize("lines", [("Herrn", "Jürgen Großmann", "Eichenweg 3", "34999 Ort"), LONGEST_ADDRESS])
def test_the_address_lies_in_the_window_of_the_envelope(letter, boxes, lines):
    pdf = render(replace(letter, recipient=lines))
    field = din5008.ADDRESS_FIELD
    bottoms = []
    for line in lines:
        left, top, right, bottom = boxes(pdf, line)
        assert field.left < left, line
        assert field.top < top, line
        assert right < field.right, line
        assert bottom < field.bottom, line
        bottoms.append(bottom)
    assert bottoms == sorted(bottoms)


def test_a_usual_address_begins_where_din_5008_says(pdf, boxes):
    _, top, _, _ = boxes(pdf, "Herrn")
    assert din5008.ADDRESS_TEXT_TOP <= top <= din5008.ADDRESS_TEXT_TOP + din5008.ADDRESS_LINE


def test_the_return_line_stands_above_the_address_in_the_window(letter, boxes):
    pdf = render(replace(letter, recipient=LONGEST_ADDRESS))
    _, top, right, bottom = boxes(pdf, letter.letterhead.return_line)
    assert din5008.ADDRESS_FIELD.top < top
    assert right < din5008.ADDRESS_FIELD.right
    assert bottom < boxes(pdf, LONGEST_ADDRESS[0])[1]


def test_a_remark_stands_between_return_line_and_address(letter, boxes):
    pdf = render(replace(letter, remark="Einschreiben"))
    assert boxes(pdf, letter.letterhead.return_line)[3] < boxes(pdf, "Einschreiben")[1]
    assert boxes(pdf, "Einschreiben")[3] < boxes(pdf, "Herrn")[1]


def test_subject_and_information_lie_where_din_5008_says(pdf, boxes):
    left, top, _, _ = boxes(pdf, "Gebührenbescheid: Bestattung")
    assert left == pytest.approx(din5008.LEFT, abs=1)
    assert din5008.SUBJECT_TOP <= top < din5008.SUBJECT_TOP + 5
    left, top, right, _ = boxes(pdf, "friedhof@musterrode.example")
    assert din5008.INFORMATION.left <= left
    assert right <= din5008.INFORMATION.right
    assert din5008.INFORMATION.top <= top


def test_an_address_that_does_not_fit_is_refused_with_its_first_line(letter):
    with pytest.raises(BadInput, match="Erbengemeinschaft"):
        render(replace(letter, recipient=(*LONGEST_ADDRESS, "noch eine Zeile")))
    with pytest.raises(BadInput, match="keine Anschrift"):
        render(replace(letter, recipient=()))
    with pytest.raises(BadInput, match="keine Anschrift"):
        render(replace(letter, recipient=("", " ")))
    with pytest.raises(BadInput, match="Zeilen") as caught:
        render(replace(letter, recipient=("Name " * 10_000,)))
    assert len(caught.value.sentence) < 200
    with pytest.raises(BadInput, match="Vermerk"):
        render(replace(letter, remark="Einschreiben " * 10))


def test_an_overlong_information_block_is_refused(letter):
    with pytest.raises(BadInput, match="Betreff"):
        render(replace(letter, information=(("E-Mail", "x" * 2_000),)))


def test_a_sender_that_does_not_fit_is_refused(letter):
    head = letter.letterhead
    for broken in (
        replace(head, name="Der Magistrat " * 60),
        replace(head, office="Fachbereich " * 200),
        replace(head, return_line="Stadt Musterrode " * 20),
        replace(head, footer=(("Zeile",) * 12,)),
    ):
        with pytest.raises(BadInput, match="zu lang"):
            render(replace(letter, letterhead=broken))


def test_a_long_return_line_is_set_smaller_and_stays_in_the_window(letter, boxes):
    line = "Der Magistrat der Hochschul- und Barockstadt Musterrode · Am Markt 1 · 34999 Musterrode"
    pdf = render(replace(letter, letterhead=replace(letter.letterhead, return_line=line)))
    assert boxes(pdf, line)[2] < din5008.ADDRESS_FIELD.right


def test_page_number_and_case_number_stand_on_every_page(specimens, page_texts):
    pages = page_texts(specimens["long"])
    assert len(pages) >= 6
    for number, text in enumerate(pages, 1):
        assert f"Aktenzeichen FH-2026-00042 · Seite {number} von {len(pages)}" in text
    assert all("Der Magistrat der Stadt Musterrode" in text for text in pages)


def test_a_letter_of_one_page_says_so(specimens, page_texts):
    (text,) = page_texts(specimens["burial_confirmation_0"])
    assert "Seite 1 von 1" in text


def test_the_payment_box_stays_with_its_words(letter, page_texts):
    for filler in range(0, 30, 3):
        blocks = (*(Paragraph(plain(f"Zeile {number}")) for number in range(filler)), *letter.blocks)
        for text in page_texts(render(replace(letter, blocks=blocks))):
            assert ("Zahlung " in text) == ("Verwendungszweck:" in text) == ("GiroCode: mit" in text)


def test_a_signature_is_never_alone_on_a_page(letter, page_texts):
    for filler in range(30, 50):
        blocks = (
            *(Paragraph(plain(f"Zeile {number}")) for number in range(filler)),
            Signature("Mit freundlichen Grüßen", ("Im Auftrag", "Frau Beispiel")),
        )
        last = page_texts(render(replace(letter, blocks=blocks)))[-1]
        assert f"Zeile {filler - 1}" in last
        assert "Frau Beispiel" in last


def test_a_heading_is_never_the_last_line_of_a_page(letter, page_texts):
    for filler in range(10, 40):
        blocks = (
            *(Paragraph(plain(f"Zeile {number}")) for number in range(filler)),
            Heading("Begründung"),
            Paragraph(plain("Weil es so ist.")),
        )
        for text in page_texts(render(replace(letter, blocks=blocks))):
            assert ("Begründung" in text) == ("Weil es so ist." in text)


def test_a_value_of_fifty_thousand_letters_is_printed_whole(letter, page_texts):
    pages = page_texts(render(replace(letter, blocks=(Paragraph(plain("ß" * 50_000)),))))
    assert sum(text.count("ß") for text in pages) - 6 * len(pages) <= 50_000
    assert sum(text.count("ß") for text in pages) >= 50_000


def test_a_word_wider_than_its_column_is_broken_not_cut(letter, page_texts):
    table = Table((Column("Name"), Column("Zahl", numeric=True)), ((plain("Ö" * 300), plain("9" * 200)),))
    text = page_texts(render(replace(letter, blocks=(table,))))[0]
    assert text.count("Ö") == 300
    assert text.count("9") >= 200


# Lines and pages as such


@given(st.lists(st.text(alphabet="aäß-/§ \n.", max_size=40), max_size=12), st.floats(30, 500))
@settings(max_examples=60, deadline=None)
def test_lines_hold_every_letter_and_never_exceed_the_width(texts, width):
    runs = tuple(run for text in texts for run in plain(text))
    lines = break_lines(runs, BODY, width)
    assert all(line.width <= width + 0.5 for line in lines)
    shown = "".join(piece.text for line in lines for piece in line.pieces)
    assert shown.replace(" ", "") == "".join(texts).replace(" ", "").replace("\n", "")


def test_a_paragraph_sign_stays_with_its_number():
    for width in range(90, 300, 3):
        for line in break_lines(plain("siehe dazu (§ 80 Absatz 2 Satz 1 der Ordnung, Nr. 6)"), BODY, width):
            text = "".join(piece.text for piece in line.pieces).rstrip()
            assert not text.endswith(("§", "Absatz", "Satz", "Nr."))


def strips(draw_heights, glue):
    return [
        Plain(height, lambda pdf, top: None, gap=3.0, glued=bond)
        for height, bond in zip(draw_heights, glue, strict=True)
    ]


@given(st.lists(st.tuples(st.floats(1, 90), st.booleans()), min_size=1, max_size=60))
@settings(max_examples=100, deadline=None)
def test_pages_hold_every_strip_in_order_without_overlap(pairs):
    made = strips([height for height, _ in pairs], [bond for _, bond in pairs])
    pages = paginate(made, Body(50, 150), Body(20, 170))
    assert [strip for page in pages for _, strip in page.placed] == made
    for page in pages:
        y = page.body.top
        for top, strip in page.placed:
            assert top >= y - 0.01
            y = top + strip.height
        assert y <= page.body.bottom + 0.01
