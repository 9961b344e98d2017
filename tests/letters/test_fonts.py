"""The fonts hold what names in Europe need, and text comes out of a letter as it went in."""

from __future__ import annotations

import subprocess
import unicodedata
from dataclasses import replace

import pytest

from rathaus_desk.kernel import resources
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.letters.fonts import clean, letter_font
from rathaus_desk.letters.letter import Paragraph, plain
from rathaus_desk.letters.render import render
from rathaus_desk.letters.shaping import clusters, shape


@pytest.fixture(scope="module")
def norm():
    """Every entry of DIN 91379 that can be printed."""
    lines = resources.path("din91379.txt").read_text(encoding="utf-8").splitlines()
    entries = [
        "".join(chr(int(code, 16)) for code in line.split()) for line in lines if not line.startswith("#")
    ]
    return [entry for entry in entries if entry.isprintable() or entry == "\u00a0"]


def test_the_norm_is_complete(norm, sequences):
    assert len(norm) == 930 - 3  # tab, line feed, carriage return
    assert len(sequences) == 149
    assert len(set(norm)) == len(norm)
    assert all(unicodedata.is_normalized("NFC", entry) for entry in norm)


@pytest.mark.parametrize("bold", [False, True])
def test_both_weights_hold_every_entry_of_the_norm(norm, bold):
    font = letter_font(bold)
    for entry in norm:
        assert font.width(entry, 10) >= 0


def test_all_sequences_are_read_back_as_they_were_written(letter, sequences, page_texts, tmp_path):
    words = [f"x{one}y{number:03}" for number, one in enumerate(sequences)]
    pdf = render(replace(letter, blocks=tuple(Paragraph(plain(word)) for word in words)))
    for text in (" ".join(page_texts(pdf)), _poppler(pdf, tmp_path)):
        found = unicodedata.normalize("NFC", text)
        assert [word for word in words if word not in found] == []


def _poppler(pdf, folder):
    file = folder / "letter.pdf"
    file.write_bytes(pdf)
    return subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    ).stdout


def test_everything_else_of_the_norm_is_read_back_too(letter, norm, page_texts):
    single = [
        entry for entry in norm if len(entry) == 1 and not unicodedata.combining(entry) and entry.strip()
    ]
    text = " ".join(page_texts(render(replace(letter, blocks=(Paragraph(plain(" ".join(single))),)))))
    found = unicodedata.normalize("NFC", text)
    assert [char for char in single if char not in found] == []


def test_a_mark_takes_no_room_of_its_own():
    font = letter_font(False)
    assert font.width("J̌", 10) == pytest.approx(font.width("J", 10))


@pytest.mark.parametrize("bold", [False, True])
def test_every_glyph_that_harfbuzz_chooses_stands_for_a_character(sequences, bold):
    font = letter_font(bold)
    for cluster in (*sequences, "j\u0301"):
        for glyph in shape(font._path, cluster):
            assert font.face.glyphToChar.get(glyph.number), cluster
    assert 0x237 in font.face.glyphToChar[shape(font._path, "j\u0301")[0].number]  # dotless below an accent


def test_a_mark_above_stands_over_its_letter():
    base, mark = shape(letter_font(False)._path, "J\u030c")
    assert base.advance == base.width
    assert mark.right < 0 < mark.up
    assert mark.advance == 0


def test_text_is_composed_before_it_is_printed():
    assert clean("Mu\u0308ller") == "Müller"
    assert clean("eine\tZeile\r\nund  noch eine") == "eine Zeile und noch eine"
    assert clean("2.731,00\u00a0€") == "2.731,00\u00a0€"
    assert clean("Fried\u00adhof") == "Friedhof"


def test_clusters_keep_a_letter_with_its_marks():
    assert list(clusters("aC̨̆b")) == [("a", False), ("C̨̆", True), ("b", False)]
    assert list(clusters("K͟H")) == [("K͟", True), ("H", False)]


def test_a_letter_outside_of_the_font_is_refused_when_it_is_measured():
    with pytest.raises(BadInput, match="U\\+05D0"):
        letter_font(False).width("א", 10)
    with pytest.raises(BadInput, match="U\\+1F600"):
        letter_font(True).width("😀", 10)
    with pytest.raises(BadInput, match="U\\+0489"):
        letter_font(True).width("a҉", 10)


def test_fonts_and_colour_profile_come_with_their_licences():
    assert "SIL OPEN FONT LICENSE" in resources.path("fonts", "OFL.txt").read_text(encoding="utf-8")
    assert "zlib/libpng" in resources.path("icc", "LICENSE.txt").read_text(encoding="utf-8")
