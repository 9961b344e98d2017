"""What a field proposes while somebody types: a small list below it; the focus stays in the field."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from rathaus_desk.desktop.parts.described import Found
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import XS

_MOST = 8


class Proposals(QObject):
    """Arrow keys choose, Enter or Tab takes, Esc closes."""

    taken = Signal(object)

    def __init__(self, field: QLineEdit) -> None:
        super().__init__(field)
        self._field = field
        self._frame: QFrame | None = None
        self._list = QListWidget()
        self._found: list[Found] = []
        field.installEventFilter(self)

    @property
    def is_open(self) -> bool:
        """Whether they are seen."""
        return self._frame is not None and self._frame.isVisible()

    @property
    def found(self) -> list[Found]:
        """What is proposed."""
        return self._found if self.is_open else []

    def _made(self) -> QFrame:
        if self._frame is None:
            window: QWidget = self._field.window()
            frame = QFrame(window)
            frame.setObjectName("search-popup")
            frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            box = QVBoxLayout(frame)
            box.setContentsMargins(XS, XS, XS, XS)
            self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._list.setAccessibleName("Vorschläge")
            self._list.setFrameShape(QFrame.Shape.NoFrame)
            self._list.setWordWrap(True)
            self._list.itemClicked.connect(lambda item: self._take(self._list.row(item)))
            box.addWidget(self._list)
            self._frame = frame
        return self._frame

    def show_found(self, found: Sequence[Found]) -> None:
        """Proposes these; closes if there are none."""
        self._found = list(found)[:_MOST]
        if not self._found:
            self.close()
            return
        frame = self._made()
        self._list.clear()
        for one in self._found:
            words = f"{one.title}\n{one.second}" if one.second else one.title
            self._list.addItem(QListWidgetItem(words))
        self._list.setCurrentRow(0)
        height = sum(self._list.sizeHintForRow(at) for at in range(len(self._found)))
        self._list.setFixedHeight(height + 4)
        width = max(self._field.width(), theme().em(44))
        frame.setFixedWidth(width)
        frame.adjustSize()
        window = self._field.window()
        where = self._field.mapTo(window, QPoint(0, self._field.height() + 4))
        x = max(0, min(where.x(), window.width() - width - 8))
        y = where.y()
        if y + frame.height() > window.height():
            y = max(0, where.y() - self._field.height() - 8 - frame.height())
        frame.move(x, y)
        frame.raise_()
        frame.show()
        self._announce()

    def close(self) -> None:
        """They are wanted no longer."""
        if self._frame is not None:
            self._frame.hide()

    def _announce(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            said = f"{len(self._found)} Vorschläge. {item.text()}"
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._field, said))

    def _take(self, at: int) -> None:
        if 0 <= at < len(self._found):
            found = self._found[at]
            self.close()
            self.taken.emit(found)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """The keys that are meant for the list."""
        if not self.is_open or watched is not self._field:
            return False
        if event.type() == QEvent.Type.FocusOut:
            self.close()
            return False
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key, at = event.key(), self._list.currentRow()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                step = 1 if key == Qt.Key.Key_Down else -1
                self._list.setCurrentRow((at + step) % len(self._found))
                self._announce()
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
                self._take(at)
                return True
            if key == Qt.Key.Key_Tab:
                self._take(at)
                return False
            if key == Qt.Key.Key_Escape:
                self.close()
                return True
        return False
