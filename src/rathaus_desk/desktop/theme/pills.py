"""State pills: a sign and a word on a ground of their tone; never colour alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from rathaus_desk.desktop.parts.described import State
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import PILL_RADIUS, S

if TYPE_CHECKING:
    from rathaus_desk.desktop.theme.theme import Theme


def pill_size(state: State, now: Theme) -> QSize:
    """How large a pill is."""
    metrics = QFontMetrics(now.font("second_strong"))
    return QSize(metrics.horizontalAdvance(str(state)) + 2 * (S + 2), metrics.height() + 4)


def paint_pill(painter: QPainter, rect: QRect, state: State, now: Theme) -> None:
    """Paints a pill at the left of ``rect``, in the middle of its height, cut where there is no room."""
    size = pill_size(state, now)
    box = QRect(
        rect.x(),
        rect.y() + (rect.height() - size.height()) // 2,
        min(size.width(), rect.width()),
        size.height(),
    )
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(now.colour(f"{state.tone}_bg"))
    painter.drawRoundedRect(box, PILL_RADIUS, PILL_RADIUS)
    font = now.font("second_strong")
    painter.setFont(font)
    painter.setPen(QPen(now.colour(state.tone)))
    inner = box.adjusted(S, 0, -S, 0)
    words = QFontMetrics(font).elidedText(str(state), Qt.TextElideMode.ElideRight, inner.width())
    painter.drawText(inner, int(Qt.AlignmentFlag.AlignCenter), words)
    painter.restore()


class Pill(QWidget):
    """A pill as a widget of its own."""

    def __init__(self, state: State | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state or State("")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def show_state(self, state: State) -> None:
        """Takes over another state."""
        self._state = state
        self.setAccessibleName(f"Zustand: {state.word}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """As large as the words."""
        return pill_size(self._state, theme())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The pill."""
        paint_pill(QPainter(self), self.rect(), self._state, theme())
