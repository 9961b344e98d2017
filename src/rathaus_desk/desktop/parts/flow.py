"""Widgets in a row that goes on in the next line where there is no room: nothing is clipped at 200 %."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class Flow(QWidget):
    """Lays its widgets out from left to right, line by line, in the order they were added."""

    def __init__(self, spacing: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spacing = spacing
        self._items: list[QWidget] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def add(self, widget: QWidget) -> None:
        """One more at the end."""
        widget.setParent(self)
        self._items.append(widget)
        widget.show()
        self.updateGeometry()

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """How high it is at a width."""
        return self._arrange(width, move=False)

    def sizeHint(self) -> QSize:  # noqa: N802
        """All in one row."""
        shown = [one.sizeHint() for one in self._items if not one.isHidden()]
        width = sum(size.width() for size in shown) + self._spacing * max(0, len(shown) - 1)
        return QSize(width, max((size.height() for size in shown), default=0))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As wide as the widest, as high as the present width makes it."""
        shown = [one.sizeHint() for one in self._items if not one.isHidden()]
        widest = max((size.width() for size in shown), default=0)
        return QSize(widest, self._arrange(max(self.width(), widest), move=False))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Qt's event."""
        super().resizeEvent(event)
        self._arrange(self.width(), move=True)
        self.updateGeometry()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Qt's event."""
        super().showEvent(event)
        self._arrange(self.width(), move=True)

    def event(self, event: QEvent) -> bool:
        """A widget changed its text or went."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange(self.width(), move=True)
            self.updateGeometry()
        return super().event(event)

    def _arrange(self, width: int, *, move: bool) -> int:
        x = y = height = 0
        for one in self._items:
            if one.isHidden():
                continue
            size = one.sizeHint()
            if x and x + size.width() > width:
                x, y, height = 0, y + height + self._spacing, 0
            if move:
                one.setGeometry(QRect(x, y, min(size.width(), max(width, 1)), size.height()))
            x += size.width() + self._spacing
            height = max(height, size.height())
        return y + height
