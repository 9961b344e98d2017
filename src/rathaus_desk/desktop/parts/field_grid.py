"""The fields of a section in twelve columns; where that would make one too narrow, its row is broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """A field in the grid. ``least``: the width it needs; ``caption``: the height of the label above it."""

    item: QLayoutItem
    row: int
    span: int
    least: int
    caption: int


@dataclass(frozen=True, slots=True)
class _Placed:
    cell: Cell
    x: int
    width: int
    sunk: int
    """How much lower it stands, so that a box to tick is in line with the fields beside it."""

    @property
    def height(self) -> int:
        item = self.cell.item
        wished = item.heightForWidth(self.width) if item.hasHeightForWidth() else item.sizeHint().height()
        return self.sunk + wished


class FieldGrid(QLayout):
    """Rows of fields, aligned at their top; hidden ones leave no gap."""

    def __init__(self, across: int, down: int, usual: int) -> None:
        super().__init__()
        self._across, self._down, self._usual = across, down, usual
        self._cells: list[Cell] = []

    def add(self, widget: QWidget, row: int, span: int, least: int, caption: int) -> None:
        """One more field at the end of ``row``; see `Cell`."""
        self.addWidget(widget)
        item = self._cells.pop().item
        self._cells.append(Cell(item, row, span, least, caption))

    # --- what Qt asks of a layout -----------------------------------------------------------------------

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802
        """Qt's way to add."""
        self._cells.append(Cell(item, len(self._cells), COLUMNS, 0, 0))

    def count(self) -> int:
        """How many there are, hidden ones too."""
        return len(self._cells)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        """One of them; None beyond the last."""
        return self._cells[index].item if 0 <= index < len(self._cells) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        """Removes one of them."""
        return self._cells.pop(index).item if 0 <= index < len(self._cells) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802
        """It takes the width it gets, no more height than it needs."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """Narrower is higher."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """How high all rows are at a width."""
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:  # noqa: N802
        """The usual width, and as high as it is then."""
        return QSize(self._usual, self.heightForWidth(self._usual))

    def minimumSize(self) -> QSize:  # noqa: N802
        """As wide as the field that needs most."""
        widest = max((cell.least for cell in self._cells if not cell.item.isEmpty()), default=0)
        return QSize(widest, 0)

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802
        """Qt's order to lay out."""
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    # --- laying out -------------------------------------------------------------------------------------

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        y = rect.y()
        for line in self._lines(rect.width()):
            height = max(placed.height for placed in line)
            if move:
                for placed in line:
                    placed.cell.item.setGeometry(
                        QRect(
                            rect.x() + placed.x, y + placed.sunk, placed.width, max(height - placed.sunk, 0)
                        )
                    )
            y += height + self._down
        return max(y - self._down - rect.y(), 0)

    def _lines(self, width: int) -> Iterator[list[_Placed]]:
        rows: dict[int, list[Cell]] = {}
        for cell in self._cells:
            if not cell.item.isEmpty():
                rows.setdefault(cell.row, []).append(cell)
        for row in rows.values():
            whole = self._spread(row, width, COLUMNS)
            if all(placed.width >= placed.cell.least for placed in whole):
                yield whole
            else:
                for line in self._broken(row, width):
                    yield self._spread(line, width, sum(cell.span for cell in line))

    def _spread(self, line: list[Cell], width: int, columns: int) -> list[_Placed]:
        """Side by side, ``columns`` of equal width with the gaps between them."""
        step = (width + self._across) / columns
        caption = max(cell.caption for cell in line)
        placed, at = [], 0
        for cell in line:
            left, right = round(at * step), round((at + cell.span) * step) - self._across
            placed.append(_Placed(cell, left, max(right - left, 0), caption - cell.caption))
            at += cell.span
        return placed

    def _broken(self, row: list[Cell], width: int) -> Iterator[list[Cell]]:
        """The row in lines; in each all fields have, by their spans, the width they need."""
        line: list[Cell] = []
        for cell in row:
            longer = [*line, cell]
            spans = sum(one.span for one in longer)
            fits = all(one.width >= one.cell.least for one in self._spread(longer, width, spans))
            if line and not fits:
                yield line
                longer = [cell]
            line = longer
        if line:
            yield line
