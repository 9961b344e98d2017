"""Fields to sign by hand, and photos: what a handover record has beside words."""

from __future__ import annotations

from collections.abc import Sequence

from rathaus_desk.letters import look, photos
from rathaus_desk.letters.flow import Plain
from rathaus_desk.letters.letter import SIGNING_HEIGHT, HandSignatures, Photo, Photos, SignedBy, plain
from rathaus_desk.letters.paint import show_line
from rathaus_desk.letters.structure import Element, figure_attributes
from rathaus_desk.letters.tagged_pdf import TaggedPdf
from rathaus_desk.letters.typeset import Line, Style, break_lines

_BETWEEN = 18.0
_PEN = 1.3
_HIGHEST = 70 * look.MM


def signature_strip(
    pdf: TaggedPdf, parent: Element, block: HandSignatures, left: float, width: float
) -> Plain:
    """The fields in one row, which stays on one page."""
    each = (width - _BETWEEN * (len(block.signers) - 1)) / max(1, len(block.signers))
    field = each * SIGNING_HEIGHT / 1000
    words = [_words(signer, each) for signer in block.signers]
    height = field + 4 + max(map(len, words), default=0) * look.CELL.leading
    holder = pdf.element("Div", parent)

    def paint(pdf: TaggedPdf, top: float) -> None:
        for at, signer in enumerate(block.signers):
            x = left + at * (each + _BETWEEN)
            _show_strokes(pdf, holder, signer, (x, top), each)
            pdf.artifact("Layout")
            pdf.colour(look.QUIET)
            pdf.area(x, top + field, each, 0.6)
            _show_lines(pdf, holder, words[at], (x, top + field + 3), look.CELL)

    return Plain(height, paint, gap=look.BLOCK_GAP)


def _words(signer: SignedBy, width: float) -> list[Line]:
    """Name and role below the line; for pen and paper also what is to be written there."""
    texts = (signer.name or "Name, Unterschrift", signer.role)
    return [line for text in texts for line in break_lines(plain(text), look.CELL, width)]


def _show_strokes(
    pdf: TaggedPdf, holder: Element, signer: SignedBy, place: tuple[float, float], width: float
) -> None:
    if not signer.strokes:
        return
    x, y = place
    high = width * SIGNING_HEIGHT / 1000
    box = (x, pdf.size[1] - y - high, x + width, pdf.size[1] - y)
    pdf.tag(pdf.element("Figure", holder, figure_attributes(f"Unterschrift von {signer.name}", box)))
    pdf.strokes(x, y, width / 1000, signer.strokes, _PEN)


def _show_lines(
    pdf: TaggedPdf, holder: Element, lines: Sequence[Line], place: tuple[float, float], style: Style
) -> None:
    owner, (x, y) = pdf.element("P", holder), place
    for number, line in enumerate(lines):
        show_line(pdf, owner, x, y + number * style.leading, line, style)


def photo_strips(
    pdf: TaggedPdf, parent: Element, block: Photos, left: float, width: float
) -> Sequence[Plain]:
    """Rows of two photos; a row stays on one page."""
    each = (width - _BETWEEN) / 2
    pairs = [block.photos[at : at + 2] for at in range(0, len(block.photos), 2)]
    return [_row(pdf.element("Div", parent), pair, left, each) for pair in pairs]


def _row(holder: Element, pair: Sequence[Photo], left: float, each: float) -> Plain:
    sizes = [_fitted(photo, each) for photo in pair]
    captions = [break_lines(plain(photo.text), look.SMALL, each) for photo in pair]
    high = max(size[1] for size in sizes)
    height = high + 4 + max(map(len, captions)) * look.SMALL.leading

    def paint(pdf: TaggedPdf, top: float) -> None:
        for at, photo in enumerate(pair):
            x, (wide, tall) = left + at * (each + _BETWEEN), sizes[at]
            y = top + high - tall
            box = (x, pdf.size[1] - y - tall, x + wide, pdf.size[1] - y)
            pdf.tag(pdf.element("Figure", holder, figure_attributes(f"Foto: {photo.text}", box)))
            pdf.picture(x, y, wide, tall, photo.content)
            _show_lines(pdf, holder, captions[at], (x, top + high + 3), look.SMALL)

    return Plain(height, paint, gap=look.BLOCK_GAP)


def _fitted(photo: Photo, width: float) -> tuple[float, float]:
    """Width and height on the page: as wide as there is room, not higher than `_HIGHEST`."""
    wide, tall = photos.size(photo.content)
    scale = min(width / wide, _HIGHEST / tall)
    return wide * scale, tall * scale
