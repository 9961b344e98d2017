"""The occupancy plan on one sheet for the notice board (A4 or A3, landscape): a table over the whole page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Literal
from uuid import UUID

from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
)

from rathaus_desk.desktop.halls.scale import Scale
from rathaus_desk.desktop.theme.theme import FAMILIES
from rathaus_desk.desktop.theme.tokens import LIGHT
from rathaus_desk.halls.timeline import Bar, Lane
from rathaus_desk.kernel.errors import CannotWork

Paper = Literal["A4", "A3"]
TAKEN = "belegt"
_PAGES = {"A4": QPageSize.PageSizeId.A4, "A3": QPageSize.PageSizeId.A3}
_DPI = 300
_MARGIN = 12
"""Millimetres."""
_HEAD, _COLUMN_HEAD = 0.07, 0.055
"""Shares of the height of the sheet."""
_NAMES = 0.2
"""Share of the width."""


def public_bars(bars: Sequence[Bar]) -> list[Bar]:
    """The same bars without who and what for: what may hang where everybody reads it."""
    return [replace(bar, title=TAKEN if bar.kind != "closed" else "geschlossen", second="") for bar in bars]


def write_poster(path: Path, scale: Scale, lanes: Sequence[Lane], bars: Sequence[Bar], paper: Paper) -> None:
    """Writes the sheet as PDF; CannotWork if the file cannot be written."""
    writer = QPdfWriter(str(path))
    writer.setResolution(_DPI)
    writer.setTitle(scale.title)
    writer.setCreator("Rathaus Desk")
    writer.setPageLayout(
        QPageLayout(
            QPageSize(_PAGES[paper]),
            QPageLayout.Orientation.Landscape,
            QMarginsF(_MARGIN, _MARGIN, _MARGIN, _MARGIN),
            QPageLayout.Unit.Millimeter,
        )
    )
    painter = QPainter()
    if not painter.begin(writer):
        raise CannotWork(f"„{path.name}“ lässt sich nicht schreiben.")
    try:
        _Sheet(painter, writer, scale, lanes).paint(bars)
    finally:
        painter.end()


class _Sheet:
    """One sheet being painted."""

    def __init__(self, painter: QPainter, writer: QPdfWriter, scale: Scale, lanes: Sequence[Lane]) -> None:
        self._painter, self._scale, self._lanes = painter, scale, lanes
        self._width, self._height = writer.width(), writer.height()
        self._left = self._width * _NAMES
        self._top = self._height * (_HEAD + _COLUMN_HEAD)
        self._row = (self._height - self._top) / max(1, len(lanes))
        self._column = (self._width - self._left) / scale.columns
        self._row = min(self._row, self._height * 0.09)

    def paint(self, bars: Sequence[Bar]) -> None:
        self._text(QRectF(0, 0, self._width, self._height * _HEAD), self._scale.title, 20, bold=True)
        for column in range(self._scale.columns):
            head = QRectF(
                self._left + column * self._column,
                self._height * _HEAD,
                self._column,
                self._height * _COLUMN_HEAD,
            )
            if self._scale.name != "day" and self._scale.begins(column).weekday() >= 5:
                bottom = self._top + self._row * len(self._lanes)
                weekend = QRectF(head.left(), self._top, self._column, bottom - self._top)
                self._painter.fillRect(weekend, QColor(LIGHT.canvas))
            self._text(head, self._scale.head(column), 9, centre=True)
        for at, lane in enumerate(self._lanes):
            y = self._top + at * self._row
            self._painter.setPen(QPen(QColor(LIGHT.line), 2))
            self._painter.drawLine(0, int(y), self._width, int(y))
            name = lane.hall_name if lane.alone else f"{lane.room_name}\n{lane.hall_name}"
            self._text(QRectF(0, y, self._left - 20, self._row), name, 9)
        by_room: dict[UUID, list[Bar]] = {}
        for bar in bars:
            by_room.setdefault(bar.room, []).append(bar)
        for at, lane in enumerate(self._lanes):
            for bar in by_room.get(lane.room, ()):
                self._bar(bar, by_room[lane.room], self._top + at * self._row)

    def _bar(self, bar: Bar, own: Sequence[Bar], y: float) -> None:
        first = self._scale.column_of(bar.starts)
        last = self._scale.column_of(bar.ends - timedelta(minutes=1))
        if self._scale.name == "day":
            left = self._left + max(0.0, self._scale.at(bar.starts)) * self._column
            right = self._left + min(float(self._scale.columns), self._scale.at(bar.ends)) * self._column
        else:
            left, right = self._slot(bar, own, first, 0), self._slot(bar, own, last, 1)
        rect = QRectF(left + 3, y + 6, max(12.0, right - left - 6), self._row - 12)
        ground, ink = {
            "firm": (LIGHT.tint, LIGHT.on_tint),
            "option": (LIGHT.warn_bg, LIGHT.warn),
            "closed": (LIGHT.calm_bg, LIGHT.calm),
        }[bar.kind]
        style = Qt.PenStyle.DashLine if bar.kind == "option" else Qt.PenStyle.SolidLine
        self._painter.setPen(QPen(QColor(ink), 3, style))
        self._painter.setBrush(QBrush(QColor(ground)))
        self._painter.drawRoundedRect(rect, 12, 12)
        if bar.kind == "closed":
            self._painter.fillRect(rect, QBrush(QColor(LIGHT.line), Qt.BrushStyle.BDiagPattern))
        sign = "? " if bar.kind == "option" else ""
        hours = "%H" if rect.width() < self._width * 0.05 else "%H:%M"
        words = f"{sign}{bar.title}\n{bar.starts:{hours}}–{bar.ends:{hours}}"
        self._painter.setPen(QColor(ink))
        self._text(rect.adjusted(10, 2, -4, -2), words, 7, ink=ink)

    def _slot(self, bar: Bar, own: Sequence[Bar], column: int, end: int) -> float:
        """Bars of one day share its width."""
        begins = self._scale.begins(column)
        among = [one for one in own if one.starts < begins + self._scale.unit and one.ends > begins]
        return self._left + (column + (among.index(bar) + end) / len(among)) * self._column

    def _text(
        self,
        rect: QRectF,
        text: str,
        points: float,
        *,
        bold: bool = False,
        centre: bool = False,
        ink: str = LIGHT.text,
    ) -> None:
        font = QFont(FAMILIES)
        font.setPointSizeF(points)
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        self._painter.setFont(font)
        self._painter.setPen(QColor(ink))
        metrics = QFontMetricsF(font, self._painter.device())
        lines = [
            metrics.elidedText(line, Qt.TextElideMode.ElideRight, rect.width()) for line in text.split("\n")
        ]
        where = Qt.AlignmentFlag.AlignHCenter if centre else Qt.AlignmentFlag.AlignLeft
        self._painter.drawText(rect, int(where | Qt.AlignmentFlag.AlignVCenter), "\n".join(lines))
