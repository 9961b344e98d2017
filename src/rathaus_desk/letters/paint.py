"""A typeset line on the page: text, and the links in it."""

from __future__ import annotations

from rathaus_desk.letters import look
from rathaus_desk.letters.structure import Element
from rathaus_desk.letters.tagged_pdf import Colour, TaggedPdf
from rathaus_desk.letters.typeset import Line, Style


def show_line(
    pdf: TaggedPdf,
    owner: Element | None,
    x: float,
    top: float,
    line: Line,
    style: Style,
    colour: Colour = look.INK,
) -> None:
    """Shows ``line`` with its left end at ``x`` and its upper edge at ``top``, as content of ``owner``.

    Without an owner it becomes part of the artifact that is open.
    """
    if not line.pieces:
        return
    y = top + look.baseline(style)
    if owner is None:
        pdf.colour(colour)
        pdf.text(x, y, style.size, [(piece.font, piece.text) for piece in line.pieces])
        return
    for piece in line.pieces:
        if piece.link:
            link = pdf.element("Link", owner)
            pdf.tag(link)
            pdf.colour(look.ACCENT)
            pdf.text(x, y, style.size, [(piece.font, piece.text)])
            pdf.link(link, x, top, piece.width, style.leading, piece.link)
        else:
            pdf.tag(owner)
            pdf.colour(colour)
            pdf.text(x, y, style.size, [(piece.font, piece.text)])
        x += piece.width
