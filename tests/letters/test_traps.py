"""What ReportLab does by itself that a tagged archive file must not have, one test each.

Several of these pass the validator, so that it alone is no guard.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pikepdf
import pytest

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.letters.fonts import letter_font
from rathaus_desk.letters.letter import Paragraph, Run, plain
from rathaus_desk.letters.render import render
from rathaus_desk.letters.tagged_pdf import TaggedPdf


@pytest.fixture
def drawing():
    return TaggedPdf(title="Probe", author="Stadt", day=date(2026, 11, 25))


@pytest.fixture
def links(letter):
    return render(
        replace(letter, blocks=(Paragraph((Run("Siehe "), Run("hier", link="https://a.example"), Run("."))),))
    )


def streams(pdf):
    """Length as declared and as found, of every stream in the raw bytes."""
    for found in re.finditer(rb"/Length (\d+)[^>]*>>\nstream\n", pdf):
        yield pdf[found.end() + int(found[1]) :]


def test_a_line_end_stands_before_every_endstream(specimens):
    for pdf in (specimens["fee_notice_0"], specimens["marks"], specimens["links"]):
        behind = list(streams(pdf))
        assert behind
        assert all(rest.startswith(b"\nendstream\nendobj\n") for rest in behind)


def test_streams_that_reportlab_writes_get_their_line_end_even_if_they_end_in_one(drawing):
    from reportlab.pdfbase.pdfdoc import PDFStream

    drawing.artifact("Layout")
    for number, content in enumerate(("abc", "abc\n")):
        drawing.canvas._doc.Reference(PDFStream(content=content), f"foreign{number}")
    pdf = drawing.finish()
    assert b"stream\nabc\nendstream\n" in pdf
    assert b"stream\nabc\n\nendstream\n" in pdf


def test_the_catalog_keeps_its_output_intent(pdf, opened):
    with opened(pdf) as document:
        intent = document.Root.OutputIntents[0]
        assert intent.S == "/GTS_PDFA1"
        assert intent.DestOutputProfile.N == 3
        assert intent.DestOutputProfile.read_bytes()[36:40] == b"acsp"


def test_pages_keep_their_key_to_the_structure_and_their_tab_order(specimens, opened):
    with opened(specimens["fee_notice_0"]) as document:
        keys = [int(page.obj.StructParents) for page in document.pages]
        assert len(set(keys)) == len(keys) == 2
        assert all(page.obj.Tabs == "/S" for page in document.pages)


def test_metadata_is_readable_without_a_pdf_program_and_says_what_the_file_is(pdf, opened):
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>" in pdf
    with opened(pdf) as document:
        assert "/Filter" not in document.Root.Metadata


def test_metadata_and_info_dictionary_say_the_same(pdf, opened):
    with opened(pdf) as document:
        title = str(document.docinfo["/Title"])
        assert title == "Gebührenbescheid FH-2026-00042"
        with document.open_metadata() as metadata:
            assert metadata["dc:title"] == title
            assert metadata["dc:creator"] == [str(document.docinfo["/Author"])]
            assert metadata["xmp:CreateDate"].startswith("2026-11-25")
        assert str(document.docinfo["/CreationDate"]).startswith("D:20261125000000")


def test_the_file_says_that_it_is_tagged(pdf, opened):
    with opened(pdf) as document:
        assert document.Root.MarkInfo.Marked is True
        assert document.Root.StructTreeRoot.Type == "/StructTreeRoot"


def test_nothing_is_drawn_outside_of_content_and_artifacts(specimens, opened):
    for name in ("fee_notice_0", "long", "marks", "links", "burial_confirmation_0"):
        with opened(specimens[name]) as document:
            for page in document.pages:
                depth = 0
                for operands, operator in pikepdf.parse_content_stream(page):
                    sign = str(operator)
                    if sign == "BDC":
                        depth += 1
                        assert depth == 1, "marked content inside marked content"
                        assert operands[0] == "/Artifact" or "/MCID" in operands[1]
                    elif sign == "EMC":
                        depth -= 1
                    elif sign in ("Tj", "TJ", "f", "re", "BT"):
                        assert depth == 1
                assert depth == 0


def test_text_objects_do_not_cross_the_borders_of_marked_content(specimens, opened):
    with opened(specimens["marks"]) as document:
        for page in document.pages:
            inside = False
            for _, operator in pikepdf.parse_content_stream(page):
                sign = str(operator)
                assert not (inside and sign in ("BDC", "EMC", "BT"))
                inside = {"BT": True, "ET": False}.get(sign, inside)


def test_drawing_without_saying_what_it_belongs_to_is_refused(drawing):
    with pytest.raises(RuntimeError):
        drawing.area(10, 10, 10, 10)


def test_a_link_is_printed_named_and_found_in_the_structure(links, opened, structure):
    with opened(links) as document:
        (annotation,) = document.pages[0].Annots
        assert annotation.F == 4
        assert str(annotation.Contents) == "https://a.example"
        assert str(annotation.A.URI) == "https://a.example"
        parents = document.Root.StructTreeRoot.ParentTree.Nums
        owner = parents[list(parents)[::2].index(annotation.StructParent) * 2 + 1]
        assert owner.S == "/Link"
        assert any(
            isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/OBJR" and kid.Obj == annotation
            for kid in owner.K
        )
    assert len(structure(links).all("Link")) == 1


def test_the_language_is_german_and_the_window_shows_the_title(pdf, opened):
    with opened(pdf) as document:
        assert str(document.Root.Lang) == "de-DE"
        assert document.Root.ViewerPreferences.DisplayDocTitle is True


def test_a_character_without_glyph_is_an_error_that_names_it(letter):
    with pytest.raises(BadInput, match=r"„漢“ \(U\+6F22") as caught:
        render(replace(letter, blocks=(Paragraph(plain("Herr 漢")),)))
    assert "DIN 91379" in caught.value.sentence
    with pytest.raises(BadInput, match="U\\+0007"):
        render(replace(letter, recipient=("Klingel\x07", "Weg 1", "34999 Ort")))


def test_a_character_without_glyph_is_an_error_in_every_place_of_a_letter(letter):
    head = replace(letter.letterhead, name="Der Magistrat 漢")
    for broken in (
        replace(letter, subject="漢"),
        replace(letter, letterhead=head),
        replace(letter, case_number="漢"),
        replace(letter, information=(("漢", "x"),)),
    ):
        with pytest.raises(BadInput, match="U\\+6F22"):
            render(broken)


def test_a_minus_sign_is_printed(letter, page_texts):
    assert "−30,00 €" in page_texts(render(replace(letter, blocks=(Paragraph(plain("−30,00 €")),))))[0]


def test_every_font_that_is_named_is_embedded(specimens, opened):
    for name in ("fee_notice_0", "marks", "joined"):
        with opened(specimens[name]) as document:
            fonts = [
                one
                for one in document.objects
                if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Font"
            ]
            assert fonts
            for font in fonts:
                inner = font.DescendantFonts[0] if font.Subtype == "/Type0" else font
                assert "/FontFile2" in inner.FontDescriptor
                assert "Helvetica" not in str(font.BaseFont)


def test_everyday_german_embeds_the_small_fonts_and_a_rare_letter_the_complete_one(letter, opened):
    usual = render(replace(letter, blocks=(Paragraph(plain("Grüße, Straße, 5 €")),)))
    rare = render(replace(letter, blocks=(Paragraph(plain("Łęcka")),)))

    def names(content):
        with opened(content) as document:
            fonts = document.pages[0].Resources.Font
            return {str(fonts[name].BaseFont) for name in fonts.keys()}  # noqa: SIM118 - no mapping of Python's

    assert names(usual) == {"/DINDAY+Arimo-Regular", "/DINDAY+Arimo-Bold"}
    assert names(rare) == {"/DINALL+Arimo-Regular", "/DINDAY+Arimo-Bold"}
    assert len(usual) < 45_000


def test_the_file_is_pdf_1_7_binary_and_without_transitions(pdf, opened):
    assert pdf.startswith(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    assert b"ASCII85Decode" not in pdf
    assert b"/Trans" not in pdf
    with opened(pdf) as document:
        assert "/Encrypt" not in document.trailer


def test_two_letters_that_differ_in_one_word_have_different_ids(letter, opened):
    def file_id(blocks):
        with opened(render(replace(letter, blocks=blocks))) as document:
            return bytes(document.trailer["/ID"][0])

    assert file_id((Paragraph(plain("ja")),)) != file_id((Paragraph(plain("nein")),))


def test_words_stay_apart_at_the_end_of_a_line(letter, page_texts):
    words = " ".join(f"Wort{number}" for number in range(300))
    text = " ".join(page_texts(render(replace(letter, blocks=(Paragraph(plain(words)),)))))
    found = re.findall(r"Wort\d+", text)
    assert found == words.split()


def test_drawn_text_is_ascii_so_that_reportlab_cannot_misread_it(specimens, opened):
    with opened(specimens["marks"]) as document:
        for page in document.pages:
            assert page.Contents.read_bytes().isascii()


def test_reportlabs_own_drawing_is_checked_for_glyphs_too(drawing):
    drawing.artifact("Layout")
    drawing.canvas.setFont(letter_font(False).fontName, 10)
    drawing.canvas.drawString(72, 72, "Grüße Łęcka")
    with pytest.raises(BadInput, match="U\\+6F22"):
        drawing.canvas.drawString(72, 72, "漢")
    assert b"DINALL+Arimo-Regular" in drawing.finish()


def test_the_same_letter_gives_the_same_bytes_in_any_process(pdf):
    script = (
        "import sys\n"
        "from rathaus_desk.letters.samples import samples\n"
        "from rathaus_desk.letters.template import built_in, compose, facts_of\n"
        "from rathaus_desk.letters.render import render\n"
        "facts = facts_of(samples('fee_notice')[0])\n"
        "sys.stdout.buffer.write(render(compose(built_in('fee_notice'), facts)))\n"
    )
    for seed, zone in (("0", "UTC"), ("4711", "America/New_York")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "SOURCE_DATE_EPOCH": seed}
        other = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, check=True
        )
        assert other.stdout == pdf


def test_the_same_letter_gives_the_same_bytes_after_others(letter, pdf, specimens):
    assert specimens["fee_notice_0"] == pdf
    assert render(letter) == pdf


def test_embedded_data_comes_out_as_it_went_in(specimens, opened):
    with opened(specimens["data"]) as document:
        attached = document.attachments["bescheid.json"]
        assert attached.get_file().read_bytes() == b'{"a": 1}'
        assert document.Root.AF[0].AFRelationship == "/Data"
    assert b"<pdfaid:part>3</pdfaid:part>" in specimens["data"]
