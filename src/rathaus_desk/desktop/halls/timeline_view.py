"""A timeline: lanes as rows, time as columns, bars over both. A table, so that it is read as one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QToolTip, QWidget

from rathaus_desk.desktop.halls.scale import Scale
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import RADIUS, M, S
from rathaus_desk.halls.timeline import Bar, Lane

_NARROW = 46
"""Pixels below which a bar shows only its sign."""
_EDGE = 7
"""Pixels at the end of a bar by which it is made longer."""
_SIGNS = {"firm": "●", "option": "?", "closed": "╱"}
_INSET = 4


class TimelineModel(QAbstractTableModel):
    """What a screen reader and the keyboard find: a cell says what is in it."""

    def __init__(self, scale: Scale, parent: QWidget) -> None:
        super().__init__(parent)
        self.scale = scale
        self.lanes: Sequence[Lane] = ()
        self.by_room: dict[UUID, list[Bar]] = {}
        self._in_cell: dict[tuple[UUID, int], list[Bar]] = {}

    def show(self, scale: Scale, lanes: Sequence[Lane], bars: Sequence[Bar]) -> None:
        """Takes over what is seen now."""
        self.beginResetModel()
        self.scale, self.lanes = scale, lanes
        self.by_room = {}
        for bar in bars:
            self.by_room.setdefault(bar.room, []).append(bar)
        self._in_cell = {}
        for room, own in self.by_room.items():
            for bar in own:
                last = scale.column_of(bar.ends - timedelta(minutes=1))
                for column in range(scale.column_of(bar.starts), last + 1):
                    self._in_cell.setdefault((room, column), []).append(bar)
        self.endResetModel()

    def bars_in(self, row: int, column: int) -> list[Bar]:
        """The bars that touch a cell, by time."""
        return self._in_cell.get((self.lanes[row].room, column), [])

    def slot(self, bar: Bar, column: int) -> tuple[int, int]:
        """Which of how many a bar is among those of a cell: they share its width."""
        among = self._in_cell[bar.room, column]
        return among.index(bar), len(among)

    def rowCount(self, _parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: N802, B008
        """The lanes."""
        return len(self.lanes)

    def columnCount(self, _parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: N802, B008
        """The hours or days."""
        return self.scale.columns

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        """Nothing to see (bars are painted over the cells), everything to hear."""
        if role != Qt.ItemDataRole.AccessibleTextRole or not index.isValid():
            return None
        found = self.bars_in(index.row(), index.column())
        said = "; ".join(bar.words for bar in found) or "frei"
        return f"{self.lanes[index.row()].title}, {self.scale.spoken(index.column())}: {said}"

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:  # noqa: N802
        """The times above, the lanes at the left."""
        if role == Qt.ItemDataRole.DisplayRole:
            if orientation == Qt.Orientation.Horizontal:
                return self.scale.head(section)
            lane = self.lanes[section]
            return lane.hall_name if lane.alone else f"{lane.room_name}\n{lane.hall_name}"
        if role == Qt.ItemDataRole.ToolTipRole and orientation == Qt.Orientation.Vertical:
            return self.lanes[section].title
        return None


class Timeline(QTableView):
    """The table with its bars. Times are naive wall times."""

    opened = Signal(object)
    """A `Bar` to see whole."""
    wanted = Signal(object, object, object)
    """Something new: `Lane`, begin, end."""
    moved = Signal(object, object, object)
    """A bar shall be elsewhere: `Bar`, begin, end."""
    dragging = Signal(object, object, object)
    """As `moved`, while the button is down; (None, None, None) when it is over."""

    def __init__(self, scale: Scale, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = TimelineModel(scale, self)
        self.setModel(self._model)
        self.setObjectName("record-list")
        self.setAccessibleName(title)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setSectionsClickable(False)
        self.horizontalHeader().setMinimumSectionSize(26)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setSectionsClickable(False)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._pressed: tuple[QPoint, Bar | None, bool] | None = None
        self._ghost: tuple[int, datetime, datetime] | None = None
        self.today: datetime | None = None
        self.retheme()
        theme().changed.connect(self.retheme)

    @property
    def scale(self) -> Scale:
        """What of the calendar is seen."""
        return self._model.scale

    def retheme(self) -> None:
        """Colours or fonts changed."""
        metrics = QFontMetrics(theme().font("body"))
        self.verticalHeader().setDefaultSectionSize(max(46, metrics.height() * 2 + 14))
        self.verticalHeader().setFixedWidth(theme().em(34))
        self.horizontalHeader().setFixedHeight(max(34, metrics.height() * 2 + 8))
        self.viewport().update()

    def show_plan(self, scale: Scale, lanes: Sequence[Lane], bars: Sequence[Bar]) -> None:
        """Takes over what is seen now; the cell somebody stands on stays."""
        at = self.currentIndex()
        row, column = at.row(), at.column()
        scrolled = self.verticalScrollBar().value()
        self._model.show(scale, lanes, bars)
        if lanes:
            where = self._model.index(
                max(0, min(row, len(lanes) - 1)), max(0, min(column, scale.columns - 1))
            )
            self.setCurrentIndex(where)
            self.verticalScrollBar().setValue(scrolled)

    @property
    def current(self) -> tuple[Lane, datetime] | None:
        """The lane and the time on which somebody stands."""
        at = self.currentIndex()
        if not at.isValid():
            return None
        return self._model.lanes[at.row()], self.scale.begins(at.column())

    @property
    def current_bar(self) -> Bar | None:
        """The first bar of the cell on which somebody stands."""
        at = self.currentIndex()
        found = self._model.bars_in(at.row(), at.column()) if at.isValid() else []
        return found[0] if found else None

    # --- where things are -------------------------------------------------------------------------------

    def _x(self, moment: datetime) -> float:
        first = self.columnViewportPosition(0)
        return first + self.scale.at(moment) * self._width() / max(1, self.scale.columns)

    def _width(self) -> int:
        last = self.scale.columns - 1
        return self.columnViewportPosition(last) + self.columnWidth(last) - self.columnViewportPosition(0)

    def _time_at(self, x: int) -> datetime:
        share = (x - self.columnViewportPosition(0)) / max(1, self._width())
        moment = self.scale.first + share * (self.scale.last - self.scale.first)
        step = self.scale.step
        return self.scale.first + round((moment - self.scale.first) / step) * step

    def bar_rect(self, bar: Bar, row: int) -> QRectF:
        """Where a bar is painted: over its hours in a day, over its days else; cut to what is seen."""
        if self.scale.name == "day":
            left = self._x(max(bar.starts, self.scale.first))
            right = self._x(min(bar.ends, self.scale.last))
        else:
            first = self.scale.column_of(bar.starts)
            last = self.scale.column_of(bar.ends - timedelta(minutes=1))
            left = self._slot_x(bar, first, end=False)
            right = self._slot_x(bar, last, end=True)
        top, height = self.rowViewportPosition(row) + _INSET, self.rowHeight(row) - 2 * _INSET
        return QRectF(left + 1, top, max(10.0, right - left - 2), height)

    def _slot_x(self, bar: Bar, column: int, *, end: bool) -> float:
        at, of = self._model.slot(bar, column)
        return self.columnViewportPosition(column) + self.columnWidth(column) * (at + end) / of

    def bar_at(self, point: QPoint) -> Bar | None:
        """The bar under a point of the viewport."""
        row = self.rowAt(point.y())
        if row < 0:
            return None
        for bar in self._model.by_room.get(self._model.lanes[row].room, ()):
            if self.bar_rect(bar, row).contains(point):
                return bar
        return None

    # --- painting ---------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """The cells, then the bars of the rows that are seen."""
        painter = QPainter(self.viewport())
        self._paint_ground(painter, event.rect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row in self._rows_seen(event.rect()):
            for bar in self._model.by_room.get(self._model.lanes[row].room, ()):
                rect = self.bar_rect(bar, row)
                if rect.intersects(QRectF(event.rect())):
                    self._paint_bar(painter, rect, bar)
        if self._ghost is not None:
            row, starts, ends = self._ghost
            left, right = self._x(starts), self._x(ends)
            top, height = self.rowViewportPosition(row) + _INSET, self.rowHeight(row) - 2 * _INSET
            painter.setPen(QPen(theme().colour("accent"), 2, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(left + 1, top, max(8.0, right - left - 2), height), RADIUS, RADIUS)

    def _rows_seen(self, rect: QRect) -> range:
        first, last = self.rowAt(rect.top()), self.rowAt(rect.bottom())
        count = len(self._model.lanes)
        return range(max(0, first), (count if last < 0 else last + 1))

    def _paint_ground(self, painter: QPainter, rect: QRect) -> None:
        now = theme()
        painter.fillRect(rect, now.colour("sheet"))
        rows = self._rows_seen(rect)
        bottom = self.rowViewportPosition(rows[-1]) + self.rowHeight(rows[-1]) if rows else 0
        for column in range(self.scale.columns):
            begins = self.scale.begins(column)
            x, width = self.columnViewportPosition(column), self.columnWidth(column)
            if self.scale.name != "day" and begins.weekday() >= 5:
                painter.fillRect(x, 0, width, bottom, now.colour("alternate"))
            if self.today is not None and begins <= self.today < begins + self.scale.unit:
                painter.fillRect(x, 0, width, bottom, now.colour("hover"))
                painter.fillRect(x, 0, width, 3, now.colour("accent"))
            if self.scale.name != "month" or begins.weekday() == 0:
                painter.setPen(now.colour("line"))
                painter.drawLine(x, 0, x, bottom)
        painter.setPen(now.colour("line"))
        for row in rows:
            y = self.rowViewportPosition(row) + self.rowHeight(row) - 1
            painter.drawLine(0, y, self.viewport().width(), y)
        at = self.currentIndex()
        if at.isValid():
            cell = self.visualRect(at).adjusted(1, 1, -1, -2)
            painter.setPen(QPen(now.colour("accent" if self.hasFocus() else "control"), 2))
            painter.drawRect(cell)

    def _paint_bar(self, painter: QPainter, rect: QRectF, bar: Bar) -> None:
        now = theme()
        ground, ink = {
            "firm": ("tint", "on_tint"),
            "option": ("warn_bg", "warn"),
            "closed": ("calm_bg", "calm"),
        }[bar.kind]
        edge = QPen(now.colour(ink if bar.kind != "firm" else "accent"), 1)
        if bar.kind == "option":
            edge.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(edge)
        painter.setBrush(now.colour(ground))
        painter.drawRoundedRect(rect, 4, 4)
        if bar.kind == "closed":
            hatch = QColor(now.colour("calm"))
            hatch.setAlpha(90)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(hatch, Qt.BrushStyle.BDiagPattern))
            painter.drawRoundedRect(rect, 4, 4)
        if bar.kind == "firm":
            painter.fillRect(QRectF(rect.left(), rect.top() + 1, 3, rect.height() - 2), now.colour("accent"))
        painter.setPen(now.colour(ink))
        if rect.width() < _NARROW:
            painter.setFont(now.font("second_strong"))
            short = _SIGNS[bar.kind] if bar.kind != "firm" or rect.width() < 20 else f"{bar.starts:%H}"
            painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), short)
            return
        inner = rect.adjusted(S, 2, -4, -2)
        sign = "? " if bar.kind == "option" else ""
        self._paint_line(painter, inner, "second_strong", f"{sign}{bar.title}", Qt.AlignmentFlag.AlignTop)
        hours = f"{bar.starts:%H:%M}–{bar.ends:%H:%M}"
        second = f"{hours} {bar.second}".strip()
        self._paint_line(painter, inner, "second", second, Qt.AlignmentFlag.AlignBottom)

    def _paint_line(
        self, painter: QPainter, rect: QRectF, font: Any, text: str, where: Qt.AlignmentFlag
    ) -> None:
        used = theme().font(font)
        painter.setFont(used)
        shown = QFontMetrics(used).elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()))
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignLeft | where), shown)

    # --- keyboard and mouse -----------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter opens, N makes something new; Alt with an arrow moves a bar, with Shift makes it longer."""
        at, bar = self.current, self.current_bar
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if alt and by is not None and bar is not None and bar.kind != "closed":
            longer = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            step = self.scale.step * by
            self.moved.emit(bar, bar.starts + (timedelta() if longer else step), bar.ends + step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and bar is not None:
            self.opened.emit(bar)
        elif at is not None and (
            event.key() == Qt.Key.Key_N or event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            column = self.currentIndex().column()
            last = min(column + 1, 23) if self.scale.name == "day" else column
            self.wanted.emit(at[0], *self.scale.between(column, last))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Takes hold of a bar, or of an empty time."""
        super().mousePressEvent(event)
        point = event.position().toPoint()
        bar = self.bar_at(point)
        row = self.rowAt(point.y())
        at_end = bar is not None and row >= 0 and self.bar_rect(bar, row).right() - point.x() < _EDGE
        self._pressed = (point, bar, at_end)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Shows where the bar would be."""
        point = event.position().toPoint()
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            bar = self.bar_at(point)
            row = self.rowAt(point.y())
            near = bar is not None and self.bar_rect(bar, row).right() - point.x() < _EDGE
            self.setCursor(Qt.CursorShape.SizeHorCursor if near else Qt.CursorShape.ArrowCursor)
            return
        span = self._dragged(point)
        row = self.rowAt(self._pressed[0].y())
        if span is None or row < 0:
            return
        self._ghost = (row, *span)
        if self._pressed[1] is not None:
            self.dragging.emit(self._pressed[1], *span)
        self.viewport().update()

    def _dragged(self, point: QPoint) -> tuple[datetime, datetime] | None:
        """The times that a drag asks for; None if it was no more than a click."""
        assert self._pressed is not None
        begun, bar, at_end = self._pressed
        if abs(point.x() - begun.x()) < M or (bar is not None and bar.kind == "closed"):
            return None
        if bar is None:
            first, last = sorted((self.columnAt(begun.x()), self.columnAt(point.x())))
            return self.scale.between(first, last) if first >= 0 else None
        by = self._time_at(point.x()) - self._time_at(begun.x())
        if at_end:
            return (bar.starts, bar.ends + by) if bar.ends + by > bar.starts else None
        return bar.starts + by, bar.ends + by

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Lets go: moved, something new, or just a click that opens."""
        super().mouseReleaseEvent(event)
        if self._pressed is None:
            return
        point = event.position().toPoint()
        span, (begun, bar, _) = self._dragged(point), self._pressed
        row = self.rowAt(begun.y())
        self._pressed = self._ghost = None
        self.dragging.emit(None, None, None)
        self.viewport().update()
        if bar is not None and span is None:
            self.opened.emit(bar)
        elif bar is not None and span is not None:
            self.moved.emit(bar, *span)
        elif span is not None and row >= 0:
            self.wanted.emit(self._model.lanes[row], *span)

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        """Says what a bar is where the mouse rests."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            bar = self.bar_at(event.pos())
            QToolTip.showText(event.globalPos(), bar.words if bar else "", self)
            return True
        return super().viewportEvent(event)
