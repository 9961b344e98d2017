"""Tables as strips: a header that repeats on every page, rows that may break, totals kept with their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rathaus_desk.letters import look
from rathaus_desk.letters.flow import Plain, Strip
from rathaus_desk.letters.letter import Column, Inline, Run, Table, Total
from rathaus_desk.letters.paint import show_line
from rathaus_desk.letters.structure import Element, table_attributes
from rathaus_desk.letters.tagged_pdf import TaggedPdf
from rathaus_desk.letters.typeset import Line, Style, break_lines, measure

_BOLD_CELL = replace(look.CELL, bold=True)
_SIDE, _ABOVE = 4.0, 3.0
"""Free space in a cell, points."""

_WIDEST_NUMERIC = 0.24
"""No numeric column takes more of the table than this."""

_FEWEST_LINES = 2
"""Of a broken row, on either page."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a column lies."""

    left: float
    width: float
    numeric: bool

    @property
    def inner(self) -> float:
        return self.width - 2 * _SIDE


@dataclass(slots=True)
class _Row:
    """One row; see `flow.Strip`."""

    cells: tuple[tuple[Element | None, tuple[Line, ...], _Place], ...]
    style: Style
    edge: tuple[float, float]
    glued: bool = False
    gap: float = 0.0
    repeat: Plain | None = None
    tinted: bool = False
    rule: float = 0.4
    height: float = field(init=False)

    def __post_init__(self) -> None:
        most = max([len(lines) for _, lines, _ in self.cells])
        self.height = most * self.style.leading + 2 * _ABOVE

    def draw(self, pdf: TaggedPdf, top: float) -> None:
        left, width = self.edge
        pdf.artifact("Layout")
        if self.tinted:
            pdf.colour(look.TINT)
            pdf.area(left, top, width, self.height)
        pdf.colour(look.RULE)
        pdf.area(left, top + self.height, width, self.rule)
        self.draw_cells(pdf, top)

    def draw_cells(self, pdf: TaggedPdf, top: float) -> None:
        for owner, lines, place in self.cells:
            for number, line in enumerate(lines):
                indent = place.inner - line.width if place.numeric else 0.0
                y = top + _ABOVE + number * self.style.leading
                show_line(pdf, owner, place.left + _SIDE + indent, y, line, self.style)

    def split(self, room: float) -> tuple[Strip, Strip] | None:
        fitting = int((room - 2 * _ABOVE) // self.style.leading)
        most = max(len(lines) for _, lines, _ in self.cells)
        fitting = min(fitting, most - _FEWEST_LINES)
        if fitting < _FEWEST_LINES:
            return None
        first = tuple((owner, lines[:fitting], place) for owner, lines, place in self.cells)
        second = tuple((owner, lines[fitting:], place) for owner, lines, place in self.cells)
        return replace(self, cells=first, glued=False, rule=0.0), replace(self, cells=second, gap=0.0)


def table_strips(pdf: TaggedPdf, parent: Element, table: Table, left: float, width: float) -> list[Strip]:
    """``table`` between ``left`` and ``left`` + ``width`` points, tagged below ``parent``."""
    places = _places(table, left, width)
    root = pdf.element("Table", parent)
    edge = (left, width)
    header = _header(pdf, pdf.element("THead", root), table.columns, places, edge)
    body = pdf.element("TBody", root)
    rows = [_body_row(pdf, body, table.columns, cells, places, edge) for cells in table.rows]
    repeated = _repeated(header)
    for row in rows:
        row.repeat = repeated
    if table.totals:
        foot = pdf.element("TFoot", root)
        totals = [_total_row(pdf, foot, total, places, edge) for total in table.totals]
        for row in [*rows[-1:], *totals[:-1]]:
            row.glued = True
        rows += totals
    return [header, *rows]


def _places(table: Table, left: float, width: float) -> list[_Place]:
    """Numeric columns are as wide as their figures, the others share what remains."""
    needed = [
        min(_figures(table, number), width * _WIDEST_NUMERIC) if column.numeric else 0.0
        for number, column in enumerate(table.columns)
    ]
    rest = width - sum(needed)
    shares = sum(column.share for column in table.columns if not column.numeric)
    if rest < width / 4 or not shares:
        needed, rest, shares = [0.0] * len(needed), width, sum(column.share for column in table.columns)
    places = []
    for column, own in zip(table.columns, needed, strict=True):
        taken = own or rest * column.share / shares
        places.append(_Place(left, taken, column.numeric))
        left += taken
    return places


def _figures(table: Table, number: int) -> float:
    """Width of the widest figure of a column, and of the longest word of its title."""
    words = table.columns[number].title.replace("-", "- ").split() or [""]
    widths = [measure(word, look.CELL_HEAD) for word in words]
    widths += [
        sum([measure(run.text, _BOLD_CELL if run.bold else look.CELL) for run in row[number]])
        for row in table.rows
    ]
    if number == len(table.columns) - 1:
        widths += [measure(total.amount, look.CELL_TOTAL) for total in table.totals]
    return max(widths) + 2 * _SIDE + 1


def _header(
    pdf: TaggedPdf,
    parent: Element,
    columns: Sequence[Column],
    places: Sequence[_Place],
    edge: tuple[float, float],
) -> _Row:
    row = pdf.element("TR", parent)
    cells = tuple(
        (
            pdf.element("TH", row, table_attributes(scope="Column")),
            break_lines((Run(column.title),), look.CELL_HEAD, place.inner),
            place,
        )
        for column, place in zip(columns, places, strict=True)
    )
    return _Row(cells, look.CELL_HEAD, edge, glued=True, gap=look.BLOCK_GAP, rule=0.9)


def _repeated(header: _Row) -> Plain:
    """The header once more, for the eye only: the structure has it once."""
    silent = replace(header, cells=tuple((None, lines, place) for _, lines, place in header.cells))
    return Plain(silent.height, silent.draw)


def _body_row(
    pdf: TaggedPdf,
    parent: Element,
    columns: Sequence[Column],
    cells: Sequence[Inline],
    places: Sequence[_Place],
    edge: tuple[float, float],
) -> _Row:
    row = pdf.element("TR", parent)
    made = []
    for column, runs, place in zip(columns, cells, places, strict=True):
        owner = (
            pdf.element("TH", row, table_attributes(scope="Row"))
            if column.heads_row
            else pdf.element("TD", row)
        )
        made.append((owner, break_lines(runs, look.CELL, place.inner), place))
    return _Row(tuple(made), look.CELL, edge)


def _total_row(
    pdf: TaggedPdf, parent: Element, total: Total, places: Sequence[_Place], edge: tuple[float, float]
) -> _Row:
    style = look.CELL_TOTAL if total.final else look.CELL
    row = pdf.element("TR", parent)
    span = len(places) - 1
    label = _Place(places[0].left, sum(place.width for place in places[:-1]), numeric=False)
    amount = replace(places[-1], numeric=True)
    cells = tuple(
        (owner, break_lines((Run(text),), style, place.inner), place)
        for owner, text, place in (
            (pdf.element("TH", row, table_attributes(scope="Row", columns=span)), total.label, label),
            (pdf.element("TD", row), total.amount, amount),
        )
    )
    return _Row(cells, style, edge, tinted=total.final, rule=0.9 if total.final else 0.4)
