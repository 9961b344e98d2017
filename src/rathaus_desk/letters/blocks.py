"""Blocks of a letter as strips: typeset and tagged, ready to be laid on pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatchmethod

from rathaus_desk.letters import look
from rathaus_desk.letters.flow import Plain, Strip
from rathaus_desk.letters.hand_signed import photo_strips, signature_strip
from rathaus_desk.letters.letter import (
    Block,
    BulletList,
    Enclosures,
    HandSignatures,
    Heading,
    Inline,
    Paragraph,
    Payment,
    Photos,
    Run,
    Signature,
    Table,
    plain,
)
from rathaus_desk.letters.paint import show_line
from rathaus_desk.letters.payment_box import payment_strip
from rathaus_desk.letters.structure import Element, list_attributes
from rathaus_desk.letters.table import table_strips
from rathaus_desk.letters.tagged_pdf import Colour, TaggedPdf
from rathaus_desk.letters.typeset import Line, Style, break_lines, one_line

_INDENT = 15.0
_BULLET = "•"
_SIGNING_SPACE = 34.0
"""Room for a signature by hand, points."""


class Typesetter:
    """Makes strips of blocks, from ``left``, ``width`` points wide, tagged in their order."""

    def __init__(self, pdf: TaggedPdf, left: float, width: float) -> None:
        self._pdf = pdf
        self._left = left
        self._width = width
        self._level = 1

    def subject(self, text: str) -> list[Strip]:
        """The letter's first heading."""
        return self._lines("H1", plain(text), look.SUBJECT, glued=True)

    def strips(self, blocks: Iterable[Block]) -> list[Strip]:
        """All ``blocks``; signature, payment box and enclosures stay with what is before them."""
        made: list[Strip] = []
        for block in blocks:
            if isinstance(block, Signature | Payment | Enclosures) and made:
                made[-1].glued = True
            made.extend(self._strips(block))
        return made

    @singledispatchmethod
    def _strips(self, block: Block) -> Sequence[Strip]:
        raise TypeError(block)

    @_strips.register
    def _(self, block: Heading) -> Sequence[Strip]:
        # Levels must not be skipped, or a screen reader's list of headings has holes (PDF/UA-1, 7.4.2).
        self._level = min(block.level, self._level + 1)
        style = look.HEADING[self._level]
        strips = self._lines(f"H{self._level}", plain(block.text), style, look.ACCENT, glued=True)
        strips[0].gap = look.HEADING_GAP
        return strips

    @_strips.register
    def _(self, block: Paragraph) -> Sequence[Strip]:
        leads_in = bool(block.runs) and block.runs[-1].text.rstrip().endswith(":")
        return self._lines("P", block.runs, look.BODY, glued=leads_in)

    @_strips.register
    def _(self, block: BulletList) -> Sequence[Strip]:
        root = self._pdf.element("L", attributes=list_attributes(numbered=block.numbered))
        strips: list[Strip] = []
        for number, item in enumerate(block.items):
            label = f"{block.first + number}." if block.numbered else _BULLET
            strips += self._item(root, label, item, gap=look.PARAGRAPH_GAP if number == 0 else 2.0)
        return strips

    @_strips.register
    def _(self, block: Table) -> Sequence[Strip]:
        return table_strips(self._pdf, self._pdf.root, block, self._left, self._width)

    @_strips.register
    def _(self, block: Payment) -> Sequence[Strip]:
        return [payment_strip(self._pdf, self._pdf.root, block, self._left, self._width)]

    @_strips.register
    def _(self, block: HandSignatures) -> Sequence[Strip]:
        return [signature_strip(self._pdf, self._pdf.root, block, self._left, self._width)]

    @_strips.register
    def _(self, block: Photos) -> Sequence[Strip]:
        return photo_strips(self._pdf, self._pdf.root, block, self._left, self._width)

    @_strips.register
    def _(self, block: Signature) -> Sequence[Strip]:
        strips: list[Strip] = []
        if block.greeting:
            strips += self._lines("P", plain(block.greeting), look.BODY, glued=True, gap=look.HEADING_GAP)
        for number, line in enumerate(block.lines):
            space = 0.0 if block.note or number else _SIGNING_SPACE
            gap = space or (look.PARAGRAPH_GAP if number == 0 else 0.0)
            strips += self._lines("P", plain(line), look.BODY, glued=True, gap=gap)
        if block.note:
            strips += self._lines("P", plain(block.note), look.SMALL, look.QUIET, gap=look.PARAGRAPH_GAP)
        return strips

    @_strips.register
    def _(self, block: Enclosures) -> Sequence[Strip]:
        title = "Anlage" if len(block.items) == 1 else "Anlagen"
        head = self._lines("P", (Run(title, bold=True),), look.BODY, glued=True, gap=look.HEADING_GAP)
        root = self._pdf.element("L", attributes=list_attributes(numbered=False))
        items = [self._item(root, _BULLET, plain(item), gap=0.0) for item in block.items]
        return [*head, *(strip for item in items for strip in item)]

    def _lines(
        self,
        tag: str,
        runs: Inline,
        style: Style,
        colour: Colour = look.INK,
        *,
        glued: bool = False,
        gap: float = look.PARAGRAPH_GAP,
    ) -> list[Strip]:
        """One element, a strip a line; ``glued`` to what follows it."""
        owner = self._pdf.element(tag)
        lines = break_lines(runs, style, self._width)
        strips = [self._line(owner, line, style, colour, self._left) for line in lines]
        return _kept(strips, glued=glued, gap=gap)

    def _item(self, root: Element, label: str, runs: Inline, *, gap: float) -> list[Strip]:
        item = self._pdf.element("LI", root)
        marker, body = self._pdf.element("Lbl", item), self._pdf.element("LBody", item)
        style = look.BODY
        lines = break_lines(runs, style, self._width - _INDENT)
        shown = one_line(f"{label} ", style)

        def first(pdf: TaggedPdf, top: float) -> None:
            show_line(pdf, marker, self._left, top, shown, style)
            show_line(pdf, body, self._left + _INDENT, top, lines[0], style)

        rest = [self._line(body, line, style, look.INK, self._left + _INDENT) for line in lines[1:]]
        return _kept([Plain(style.leading, first), *rest], glued=False, gap=gap)

    def _line(self, owner: Element, line: Line, style: Style, colour: Colour, left: float) -> Plain:
        def paint(pdf: TaggedPdf, top: float) -> None:
            show_line(pdf, owner, left, top, line, style, colour)

        return Plain(style.leading, paint)


def _kept(strips: list[Plain], *, glued: bool, gap: float) -> list[Strip]:
    """No line of a paragraph stands on a page alone; ``glued`` binds it to what follows."""
    strips[0].gap = gap
    last = len(strips) - 1
    for number, strip in enumerate(strips):
        strip.glued = number in (0, last - 1) and number != last
    strips[-1].glued = glued
    return list(strips)
