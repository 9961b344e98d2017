"""A list of records: one row each, painted by one delegate, moved through by keyboard."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from rathaus_desk.desktop.parts.described import Column, State
from rathaus_desk.desktop.parts.list_model import ListModel
from rathaus_desk.desktop.parts.sources import in_words
from rathaus_desk.desktop.theme.pills import paint_pill
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import XL, L, M

_SELECTED = QStyle.StateFlag.State_Selected.value
_HOVER = QStyle.StateFlag.State_MouseOver.value
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_BAR = 3
_MOST_ELIDED = 4000
_SHRINK = 0.4
"""What part of its width a stretching column gives up before the list scrolls sideways."""


class _RowDelegate(QStyledItemDelegate):
    """Paints a cell from the model's row; pens, fonts and elided texts are kept until the theme changes."""

    def __init__(self, view: RecordList) -> None:
        super().__init__(view)
        self._view = view
        self.retheme()

    def retheme(self) -> None:
        """Colours or sizes changed."""
        now = theme()
        self._body = QFont(now.font("body"))
        self._bold = QFont(self._body)
        self._bold.setWeight(QFont.Weight.DemiBold)
        self._metrics = QFontMetrics(self._body), QFontMetrics(self._bold)
        self._line = QPen(now.colour("line"))
        self._focus = QPen(now.colour("accent"), 2)
        self._pens = {name: QPen(now.colour(name)) for name in ("text", "muted", "on_tint", "bad")}
        self._elided: dict[tuple[str, int, bool], str] = {}

    def sizeHint(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Rows are as high as the view says."""
        return QSize(super().sizeHint(option, index).width(), self._view.row_height)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """One cell."""
        at, column_at = index.row(), index.column()
        model = self._view.list_model
        row = model.row(at)
        rect: QRect = option.rect
        flags: int = option.state.value
        selected = bool(flags & _SELECTED)
        now = theme()
        if selected:
            painter.fillRect(rect, now.colour("tint"))
            if column_at == self._view.first_column:
                painter.fillRect(rect.x(), rect.y(), _BAR, rect.height(), now.colour("accent"))
        elif at == self._view.hovered_row:
            painter.fillRect(rect, now.colour("hover"))
        painter.setPen(self._line)
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if row is not None:
            self._paint_value(painter, rect, model.columns[column_at], row[column_at], selected)
        if selected and self._view.hasFocus() and self._view.currentIndex().row() == at:
            self._paint_focus(painter, rect, column_at)

    def _paint_value(
        self, painter: QPainter, rect: QRect, column: Column, value: object, selected: bool
    ) -> None:
        first = column.key == self._view.first_key
        inner = rect.adjusted(XL if first else M, 0, -M, 0)
        if isinstance(value, State):
            paint_pill(painter, inner, value, theme())
            return
        bold = first or (selected and column.kind == "money")
        text = in_words(value)
        key = (text, inner.width(), bold)
        elided = self._elided.get(key)
        if elided is None:
            if len(self._elided) > _MOST_ELIDED:
                self._elided.clear()
            metrics = self._metrics[bold]
            elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
            self._elided[key] = elided
        painter.setFont(self._bold if bold else self._body)
        painter.setPen(self._pens["on_tint" if selected else "text" if first else "muted"])
        painter.drawText(inner, _RIGHT if column.kind in ("money", "number") else _LEFT, elided)

    def _paint_focus(self, painter: QPainter, rect: QRect, column_at: int) -> None:
        painter.setPen(self._focus)
        inside = rect.adjusted(1, 1, -1, -1)
        painter.drawLine(rect.left(), inside.top(), rect.right(), inside.top())
        painter.drawLine(rect.left(), inside.bottom(), rect.right(), inside.bottom())
        if column_at == self._view.first_column:
            painter.drawLine(inside.left(), inside.top(), inside.left(), inside.bottom())
        if column_at == self._view.last_column:
            painter.drawLine(inside.right(), inside.top(), inside.right(), inside.bottom())


class RecordList(QTableView):
    """The table. `chosen` tells which record the clerk stands on, `opened` that they want it whole."""

    chosen = Signal(object)
    opened = Signal(object)
    sort_wanted = Signal(str, bool)
    """A column's key, and whether descending."""
    columns_changed = Signal()

    def __init__(self, model: ListModel, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list_model = model
        self.hovered_row = -1
        self.first_column = 0
        self.last_column = len(model.columns) - 1
        self.first_key = model.columns[0].key
        self._sort = "", False
        self._widths: dict[str, int] = {}
        self._resizing = False
        self.setObjectName("record-list")
        self.setAccessibleName(title)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._delegate = _RowDelegate(self)
        self.setItemDelegate(self._delegate)
        self._prepare_header()
        self.retheme()
        theme().changed.connect(self.retheme)
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        self.doubleClicked.connect(lambda index: self.opened.emit(model.record(index.row())))

    @property
    def row_height(self) -> int:
        """High enough for the font (LOOK.md)."""
        return max(36, QFontMetrics(theme().font("body")).height() + 20)

    def retheme(self) -> None:
        """Colours or fonts changed."""
        self._delegate.retheme()
        self.verticalHeader().setDefaultSectionSize(self.row_height)
        self.horizontalHeader().setFixedHeight(max(34, QFontMetrics(theme().font("body")).height() + 16))
        self.viewport().update()

    # --- columns ----------------------------------------------------------------------------------------

    def _prepare_header(self) -> None:
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(48)
        header.setStretchLastSection(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(
            lambda at: self.column_menu().popup(header.mapToGlobal(QPoint(at)))
        )
        header.sectionClicked.connect(self._header_clicked)
        header.sectionMoved.connect(lambda *_: self._columns_moved())
        header.sectionResized.connect(self._section_resized)
        for at, column in enumerate(self.list_model.columns):
            self.setColumnHidden(at, not column.shown)

    def column_menu(self) -> QMenu:
        """Which columns are there, to choose from."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for at, column in enumerate(self.list_model.columns):
            action = menu.addAction(column.title)
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(at))
            action.setEnabled(at > 0)
            action.toggled.connect(lambda shown, at=at: self._show_column(at, shown))
        menu.addSeparator()
        menu.addAction("Wie am Anfang").triggered.connect(lambda: self.restore_columns({}))
        return menu

    def _show_column(self, at: int, shown: bool) -> None:
        self.setColumnHidden(at, not shown)
        self._columns_moved()
        self._fit()

    def _columns_moved(self) -> None:
        header = self.horizontalHeader()
        visible = [
            header.logicalIndex(place)
            for place in range(header.count())
            if not header.isSectionHidden(header.logicalIndex(place))
        ]
        if visible:
            self.first_column, self.last_column = visible[0], visible[-1]
        self.columns_changed.emit()

    def _section_resized(self, at: int, _old: int, new: int) -> None:
        # Only what a hand does is remembered: Qt resizes sections for reasons of its own.
        by_hand = bool(QGuiApplication.mouseButtons()) and not self._resizing
        if by_hand and new and at < len(self.list_model.columns):
            self._widths[self.list_model.columns[at].key] = new
            self.columns_changed.emit()

    def columns_state(self) -> dict[str, object]:
        """What a clerk chose, to be remembered."""
        header = self.horizontalHeader()
        columns = self.list_model.columns
        return {
            "order": [columns[header.logicalIndex(place)].key for place in range(header.count())],
            "hidden": [column.key for at, column in enumerate(columns) if self.isColumnHidden(at)],
            "widths": dict(self._widths),
            "sort": list(self._sort),
        }

    def restore_columns(self, state: dict[str, object]) -> None:
        """As they were remembered; columns that are new since then stand at the end."""
        header, columns = self.horizontalHeader(), self.list_model.columns
        keys = [column.key for column in columns]
        order = [key for key in _texts(state.get("order")) if key in keys] or keys
        for place, key in enumerate(order):
            header.moveSection(header.visualIndex(keys.index(key)), place)
        hidden = _texts(state.get("hidden")) if "hidden" in state else None
        for at, column in enumerate(columns):
            self.setColumnHidden(
                at, at > 0 and (column.key in hidden if hidden is not None else not column.shown)
            )
        widths = state.get("widths")
        self._widths = (
            {key: width for key, width in widths.items() if key in keys} if isinstance(widths, dict) else {}
        )
        self._columns_moved()
        self._fit()

    def _fit(self) -> None:
        """Gives every column its width, and the stretching ones what is left."""
        metrics = QFontMetrics(theme().font("body"))
        shown = [at for at in range(len(self.list_model.columns)) if not self.isColumnHidden(at)]
        widths: dict[int, int] = {}
        for at in shown:
            column = self.list_model.columns[at]
            inset = (XL if at == 0 else M) + M
            title = metrics.horizontalAdvance(column.title) + inset + L
            natural = max(metrics.averageCharWidth() * column.width + inset, title)
            widths[at] = self._widths.get(column.key, natural)
        stretching = [
            at
            for at in shown
            if self.list_model.columns[at].stretch and self.list_model.columns[at].key not in self._widths
        ]
        if shown:
            _share(widths, stretching or shown[-1:], self.viewport().width() - sum(widths.values()))
        self._resizing = True
        for at, width in widths.items():
            self.setColumnWidth(at, width)
        self._resizing = False

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Qt's event."""
        super().resizeEvent(event)
        self._fit()

    # --- sorting ----------------------------------------------------------------------------------------

    def _header_clicked(self, at: int) -> None:
        self.sort_by_column(at)

    def sort_by_column(self, at: int) -> None:
        """Sorts by a column; once more turns it round."""
        column = self.list_model.columns[at]
        if column.sortable:
            descending = self._sort[0] == column.key and not self._sort[1]
            self.show_sort(column.key, descending)
            self.sort_wanted.emit(column.key, descending)
            self.columns_changed.emit()

    def show_sort(self, key: str, descending: bool) -> None:
        """Shows the arrow."""
        self._sort = key, descending
        self.list_model.sorted_by(key, descending)
        header = self.horizontalHeader()
        keys = [column.key for column in self.list_model.columns]
        header.setSortIndicatorShown(key in keys)
        if key in keys:
            order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
            header.setSortIndicator(keys.index(key), order)

    # --- moving -----------------------------------------------------------------------------------------

    @property
    def current(self) -> UUID | None:
        """The record the clerk stands on."""
        return self.list_model.record(self.currentIndex().row())

    def choose(self, record: UUID) -> bool:
        """Stands on a record and shows it; False if the list has it not."""
        row = self.list_model.row_of(record)
        if row < 0:
            return False
        self.choose_row(row)
        return True

    def choose_row(self, row: int) -> None:
        """Stands on a row."""
        index = self.list_model.index(row, self.first_column)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def _current_changed(self, now: QModelIndex, _before: QModelIndex) -> None:
        self.chosen.emit(self.list_model.record(now.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter opens; F5 to F8 are not ours; the arrow keys left and right scroll."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            if self.current is not None:
                self.opened.emit(self.current)
            return
        if event.key() == Qt.Key.Key_S and event.modifiers() == Qt.KeyboardModifier.AltModifier:
            self.sort_by_column(max(0, self.currentIndex().column()))
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:  # noqa: N802
        """Not ours: it would read every row of a long list. The filter finds."""

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        """Notices the row under the mouse."""
        kind = event.type()
        if isinstance(event, QMouseEvent) and kind == QEvent.Type.MouseMove:
            self._hover(self.rowAt(event.position().toPoint().y()))
        elif kind == QEvent.Type.Leave:
            self._hover(-1)
        return super().viewportEvent(event)

    def _hover(self, row: int) -> None:
        if row != self.hovered_row:
            self.hovered_row = row
            self.viewport().update()


def _share(widths: dict[int, int], columns: list[int], free: int) -> None:
    """Gives the columns what is left over, or takes what is missing as far as they stay readable."""
    for place, at in enumerate(columns):
        part = free // (len(columns) - place)
        part = max(part, -int(widths[at] * _SHRINK))
        widths[at] += part
        free -= part


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
