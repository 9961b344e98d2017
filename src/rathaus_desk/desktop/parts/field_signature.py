"""The field for a signature: drawn by pen, finger or mouse; a typed name beside it does as well."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QTabletEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Field
from rathaus_desk.desktop.parts.field_input import Input, plain_label
from rathaus_desk.desktop.parts.part_widgets import button
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import RADIUS, XS
from rathaus_desk.letters.letter import SIGNING_HEIGHT, Stroke

_WIDE = 1000
_LEAST_WIDTH, _MOST_WIDTH = 260, 560


class SignaturePad(QWidget):
    """Where somebody signs. Points are kept in thousandths of its width, so that paper can show them."""

    changed = Signal()
    left = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.strokes: list[list[tuple[int, int]]] = []
        self._drawing = False
        self.setAccessibleName(f"{name}: Feld zum Unterschreiben")
        self.setAccessibleDescription("Ohne Stift genügt der Name darunter. Entf löscht die Unterschrift.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumWidth(_LEAST_WIDTH)
        self.setMaximumWidth(_MOST_WIDTH)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme().changed.connect(self.update)

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """As on paper."""
        return round(min(width, _MOST_WIDTH) * SIGNING_HEIGHT / _WIDE)

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as it may be."""
        return QSize(_MOST_WIDTH, self.heightForWidth(_MOST_WIDTH))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Large enough for a finger."""
        return QSize(_LEAST_WIDTH, self.heightForWidth(max(self.width(), _LEAST_WIDTH)))

    def show_strokes(self, strokes: list[list[tuple[int, int]]]) -> None:
        """Shows what was drawn before."""
        self.strokes = strokes
        self.update()

    # --- drawing ----------------------------------------------------------------------------------------

    def _begin(self, at: QPointF) -> None:
        self._drawing = True
        self.strokes.append([self._kept(at)])
        self.update()

    def _go_on(self, at: QPointF) -> None:
        if self._drawing and self.strokes[-1][-1] != (point := self._kept(at)):
            self.strokes[-1].append(point)
            self.update()

    def _end(self) -> None:
        if self._drawing:
            self._drawing = False
            self.changed.emit()

    def _kept(self, at: QPointF) -> tuple[int, int]:
        scale = _WIDE / max(1, self.width())
        x, y = round(at.x() * scale), round(at.y() * scale)
        return min(max(x, 0), _WIDE), min(max(y, 0), SIGNING_HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Fingers come as the mouse, too."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._begin(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The line goes on."""
        self._go_on(event.position())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:  # noqa: N802
        """The line ends."""
        self._end()

    def tabletEvent(self, event: QTabletEvent) -> None:  # noqa: N802
        """A pen: finer than the mouse it would otherwise be."""
        kinds = {
            QTabletEvent.Type.TabletPress: lambda: self._begin(event.position()),
            QTabletEvent.Type.TabletMove: lambda: self._go_on(event.position()),
            QTabletEvent.Type.TabletRelease: self._end,
        }
        if (act := kinds.get(event.type())) is not None:
            act()
            event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Entf takes everything back."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
        else:
            super().keyPressEvent(event)

    def clear(self) -> None:
        """Nothing is drawn any more."""
        self.show_strokes([])
        self.changed.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The field, its line, and what was drawn."""
        now = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = now.colour("accent" if self.hasFocus() else "control")
        painter.setPen(QPen(edge, 2 if self.hasFocus() else 1))
        painter.setBrush(now.colour("field"))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        base = round(self.height() * 0.78)
        painter.setPen(QPen(now.colour("line"), 1))
        painter.drawLine(16, base, self.width() - 16, base)
        if not self.strokes:
            painter.setPen(now.colour("muted"))
            words = QRect(16, base, self.width() - 32, self.height() - base)
            painter.drawText(words, int(Qt.AlignmentFlag.AlignCenter), "hier unterschreiben")
        scale = self.width() / _WIDE
        painter.setPen(_pen(now.colour("text"), max(2.0, 5 * scale)))
        for stroke in self.strokes:
            points = [QPointF(x * scale, y * scale) for x, y in stroke]
            if len(points) == 1:
                painter.drawPoint(points[0])
            else:
                painter.drawPolyline(QPolygonF(points))


def _pen(colour: QColor, width: float) -> QPen:
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


class SignatureInput(Input):
    """A signature; None where nothing was drawn."""

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field, desk)
        self.box.setSpacing(XS)
        self.pad = SignaturePad(plain_label(field))
        self.pad.changed.connect(self._drawn)
        self.take(self.pad)
        self.pad.setAccessibleName(f"{plain_label(field)}: Feld zum Unterschreiben")
        self.box.addWidget(self.pad)
        self._clear = button("Löschen", "undo-2", quiet=True)
        self._clear.setAccessibleName(f"{plain_label(field)}: Unterschrift löschen")
        self._clear.clicked.connect(self.pad.clear)
        self._clear.setEnabled(False)
        self.box.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignLeft)

    def _drawn(self) -> None:
        self._clear.setEnabled(bool(self.pad.strokes))
        self.changed.emit()

    def value(self) -> tuple[Stroke, ...] | None:
        """The strokes."""
        return tuple(tuple(stroke) for stroke in self.pad.strokes) or None

    def set_value(self, value: Any) -> None:
        """Shows strokes."""
        self.pad.show_strokes([list(stroke) for stroke in value or ()])
        self._clear.setEnabled(bool(self.pad.strokes))

    def raw(self) -> Any:
        """The strokes."""
        return [[list(point) for point in stroke] for stroke in self.pad.strokes]

    def set_raw(self, raw: Any) -> None:
        """As they were."""
        strokes = raw if isinstance(raw, list) else []
        self.set_value([[(int(x), int(y)) for x, y in stroke] for stroke in strokes])

    def describe(self, problem: str, hint: str) -> None:
        """Read aloud with the field."""
        words = "Ohne Stift genügt der Name. Entf löscht die Unterschrift."
        self.pad.setAccessibleDescription(" ".join(filter(None, (problem or hint, words))))
