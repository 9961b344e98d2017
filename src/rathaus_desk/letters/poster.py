"""A plan for the notice board: a table over the whole sheet, accessible like every letter (PDF/UA, PDF/A).

Every row is read with its name, every column with its head; a bar's words stand in the cell where it begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from rathaus_desk.letters import look
from rathaus_desk.letters.fonts import clean
from rathaus_desk.letters.look import MM
from rathaus_desk.letters.paint import show_line
from rathaus_desk.letters.pdf_objects import text_string
from rathaus_desk.letters.structure import Element, table_attributes
from rathaus_desk.letters.tagged_pdf import Colour, TaggedPdf
from rathaus_desk.letters.typeset import Style, measure, one_line

Paper = Literal["A4", "A3"]
BarKind = Literal["firm", "option", "closed"]

_SIZES: dict[Paper, tuple[float, float]] = {"A4": (297 * MM, 210 * MM), "A3": (420 * MM, 297 * MM)}
"""Landscape."""
_MARGIN = 12 * MM
_NAMES = 0.2
"""Share of the width."""
_ROW_LEAST, _ROW_MOST = 9 * MM, 22 * MM
_HEAD_ROW = 11 * MM
_TITLE = Style(20, 26, bold=True)
_HEAD, _NAME, _SECOND = Style(9, 11), Style(9, 11, bold=True), Style(8, 10)
_BAR, _HOURS = Style(7.5, 9, bold=True), Style(7, 8.5)
_PAD = 3.0

_COLOURS: dict[BarKind, tuple[Colour, Colour]] = {
    "firm": ((0.871, 0.914, 0.965), (0.071, 0.220, 0.373)),
    "option": ((0.984, 0.937, 0.835), (0.478, 0.294, 0.0)),
    "closed": ((0.914, 0.925, 0.941), (0.290, 0.329, 0.380)),
}
"""Ground and ink; ink on its ground stands out by more than 4.5:1."""

_SAID: dict[BarKind, str] = {"firm": "", "option": "Option: ", "closed": "zu: "}
"""What a screen reader hears before the title, where others see it by dashes and hatching."""


@dataclass(frozen=True, slots=True)
class PosterBar:
    """Something in a row, from ``left`` to ``right`` in columns.

    ``hours`` stand below its title, ``short`` ones where it is narrow; a screen reader hears title and hours.
    """

    left: float
    right: float
    title: str
    hours: str
    kind: BarKind
    short: str = ""


@dataclass(frozen=True, slots=True)
class PosterRow:
    """A row with its name, and what is in it, from left to right."""

    name: str
    second: str
    bars: tuple[PosterBar, ...]


@dataclass(frozen=True, slots=True)
class Poster:
    """The sheet. ``columns``: heads, of one or two lines; ``quiet``: columns with a grey ground."""

    title: str
    author: str
    day: date
    columns: tuple[str, ...]
    quiet: frozenset[int]
    rows: tuple[PosterRow, ...]
    paper: Paper = "A4"


def render_poster(poster: Poster) -> bytes:
    """The PDF, on as many sheets as its rows need; the same plan gives the same bytes."""
    return _Sheets(poster).drawn()


class _Sheets:
    """The plan being drawn."""

    def __init__(self, poster: Poster) -> None:
        size = _SIZES[poster.paper]
        title, author = clean(poster.title), clean(poster.author)
        self._pdf = TaggedPdf(title=title, author=author, day=poster.day, size=size)
        self._poster = poster
        self._width = size[0] - 2 * _MARGIN
        self._left = _MARGIN + self._width * _NAMES
        self._column = self._width * (1 - _NAMES) / max(1, len(poster.columns))
        self._top = _MARGIN + _TITLE.leading + 4
        room = size[1] - _MARGIN - self._top - _HEAD_ROW
        fitting = max(1, int(room // _ROW_LEAST))
        count = max(1, len(poster.rows))
        self._row = min(_ROW_MOST, room / min(count, fitting))
        self._sheets = [poster.rows[at : at + fitting] for at in range(0, count, fitting)]

    def drawn(self) -> bytes:
        heading, table = self._pdf.element("H1"), self._pdf.element("Table")
        for number, rows in enumerate(self._sheets):
            if number:
                self._pdf.next_page()
            self._title(heading if number == 0 else None, number + 1)
            self._heads(table if number == 0 else None, len(rows))
            for at, row in enumerate(rows):
                self._draw_row(table, row, self._top + _HEAD_ROW + at * self._row)
        return self._pdf.finish()

    def _title(self, heading: Element | None, number: int) -> None:
        many = len(self._sheets) > 1
        line = one_line(self._poster.title, _TITLE)
        if heading is None:
            self._pdf.artifact("Header")
        show_line(self._pdf, heading, _MARGIN, _MARGIN, line, _TITLE, look.ACCENT)
        if many:
            self._pdf.artifact("Footer")
            page = one_line(f"Blatt {number} von {len(self._sheets)}", _HEAD)
            right = _MARGIN + self._width - page.width
            show_line(self._pdf, None, right, _MARGIN + 8, page, _HEAD, look.QUIET)

    def _heads(self, table: Element | None, count: int) -> None:
        """Heads of the columns, and the grey behind quiet ones; repeated on later sheets for the eye only."""
        pdf, bottom = self._pdf, self._top + _HEAD_ROW + count * self._row
        pdf.artifact("Layout")
        pdf.colour(look.TINT)
        for column in sorted(self._poster.quiet):
            pdf.area(self._x(column), self._top + _HEAD_ROW, self._column, bottom - self._top - _HEAD_ROW)
        row = pdf.element("TR", table) if table is not None else None
        if row is not None:
            corner = pdf.element("TH", row, table_attributes(scope="Column"))
            show_line(pdf, corner, _MARGIN, self._top + 2, one_line("Raum", _HEAD), _HEAD, look.QUIET)
        for column, head in enumerate(self._poster.columns):
            owner = None
            if row is not None:
                owner = pdf.element("TH", row, table_attributes(scope="Column"))
            else:
                pdf.artifact("Header")
            for number, text in enumerate(head.split("\n")):
                line = one_line(text, _HEAD)
                x = self._x(column) + (self._column - line.width) / 2
                show_line(pdf, owner, x, self._top + number * _HEAD.leading, line, _HEAD)

    def _x(self, column: float) -> float:
        return self._left + column * self._column

    def _draw_row(self, table: Element, row: PosterRow, y: float) -> None:
        pdf = self._pdf
        pdf.artifact("Layout")
        pdf.colour(look.RULE)
        pdf.area(_MARGIN, y, self._width, 0.5)
        owner = pdf.element("TR", table)
        head = pdf.element("TH", owner, table_attributes(scope="Row"))
        room = self._left - _MARGIN - 2 * _PAD
        show_line(pdf, head, _MARGIN, y + 3, one_line(_fitted(row.name, _NAME, room), _NAME), _NAME)
        if row.second:
            second = one_line(_fitted(row.second, _SECOND, room), _SECOND)
            show_line(pdf, head, _MARGIN, y + 3 + _NAME.leading, second, _SECOND, look.QUIET)
        cells = [pdf.element("TD", owner) for _ in self._poster.columns]
        for bar in row.bars:
            begins = min(len(cells) - 1, max(0, int(bar.left)))
            said = b"/ActualText" + text_string(clean(f"{_SAID[bar.kind]}{bar.title}, {bar.hours}"))
            self._draw_bar(pdf.element("P", cells[begins], said), bar, y)

    def _draw_bar(self, owner: Element, bar: PosterBar, y: float) -> None:
        pdf, (ground, ink) = self._pdf, _COLOURS[bar.kind]
        x, top, height = self._x(bar.left) + 1, y + 2, self._row - 4
        width = max(6.0, (bar.right - bar.left) * self._column - 2)
        pdf.tag(owner)
        pdf.colour(ground)
        pdf.area(x, top, width, height)
        if bar.kind == "closed":
            pdf.hatch(x, top, width, height, look.RULE)
        pdf.frame(x, top, width, height, ink, dashed=bar.kind == "option")
        sign = "? " if bar.kind == "option" else ""
        room = width - 2 * _PAD
        hours = bar.hours if measure(bar.hours, _HOURS) <= room else bar.short
        for number, (text, style) in enumerate(((sign + bar.title, _BAR), (hours, _HOURS))):
            below = top + 2 + number * _BAR.leading
            if below + style.leading <= top + height + 2:
                line = one_line(_fitted(text, style, room), style)
                show_line(pdf, owner, x + _PAD, below, line, style, ink)


def _fitted(text: str, style: Style, width: float) -> str:
    """``text``, shortened with … where it is wider than there is room."""
    if measure(text, style) <= width:
        return text
    kept = text
    while kept and measure(f"{kept}…", style) > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}…" if kept else ""
