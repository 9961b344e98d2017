"""The model of a list: the order of all records, and rows fetched by the page as they are painted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from rathaus_desk.desktop.parts.described import Column
from rathaus_desk.desktop.parts.sources import Order, Row, in_words, spoken

Index = QModelIndex | QPersistentModelIndex
Fetch = Callable[[Sequence[bytes]], Mapping[bytes, Row]]

PAGE = 32
"""Rows fetched at once."""

_PAGES_KEPT = 256
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT_KINDS = {"money", "number"}
_ROOT = QModelIndex()


class ListModel(QAbstractTableModel):
    """Read only. The delegate asks `row` directly; roles serve screen readers and tests."""

    def __init__(self, columns: tuple[Column, ...], fetch: Fetch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = columns
        self._fetch = fetch
        self._ids: Sequence[bytes] = ()
        self._whole: Mapping[bytes, Row] | None = None
        self._pages: OrderedDict[int, list[Row | None]] = OrderedDict()
        self._sorted: tuple[str, bool] = "", False

    # --- what is shown ----------------------------------------------------------------------------------

    def show(self, order: Order) -> None:
        """Takes over a new order."""
        self.beginResetModel()
        self._ids, self._whole = order.ids, order.rows
        self._pages.clear()
        self.endResetModel()

    def forget_rows(self) -> None:
        """What was fetched is old: it is fetched anew as it is painted."""
        self._pages.clear()
        if self._ids:
            last = self.index(len(self._ids) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def sorted_by(self, key: str, descending: bool) -> None:
        """Which column shows the arrow."""
        self._sorted = key, descending

    def record(self, row: int) -> UUID | None:
        """The record in a row."""
        return UUID(bytes=self._ids[row]) if 0 <= row < len(self._ids) else None

    def row_of(self, record: UUID) -> int:
        """Where a record stands; -1 if it does not."""
        try:
            return self._ids.index(record.bytes)
        except ValueError:
            return -1

    def row(self, row: int) -> Row | None:
        """The values of a row; None if the record is gone meanwhile."""
        if self._whole is not None:
            return self._whole.get(self._ids[row])
        number, place = divmod(row, PAGE)
        page = self._pages.get(number)
        if page is None:
            ids = self._ids[number * PAGE : (number + 1) * PAGE]
            found = self._fetch(ids)
            page = self._pages[number] = [found.get(record) for record in ids]
            if len(self._pages) > _PAGES_KEPT:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page[place]

    # --- Qt's questions ---------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _ROOT) -> int:  # noqa: N802
        """Qt's question."""
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = _ROOT) -> int:  # noqa: N802
        """Qt's question."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt's question."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if self.columns[index.column()].kind in _RIGHT_KINDS else _LEFT
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        row = self.row(index.row())
        if row is None:
            return ""
        column = self.columns[index.column()]
        value = row[index.column()]
        return in_words(value) if role == Qt.ItemDataRole.DisplayRole else spoken(value, column)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Qt's question."""
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            key, descending = self._sorted
            if key != column.key:
                return column.title
            return f"{column.title}, {'absteigend' if descending else 'aufsteigend'} sortiert"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.kind in _RIGHT_KINDS else _LEFT
        return None
