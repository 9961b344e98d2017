"""The navigation: words with icons, counts of what waits; narrow windows put the word under the icon."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from rathaus_desk.desktop.pages import PageKind
from rathaus_desk.desktop.theme.icons import pixmap
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import L, M, S

_WIDE, _NARROW = 196, 88
_ICON = 20
_BAR = 3


def _narrow_width() -> int:
    """Wide enough for the longest word."""
    words = QFontMetrics(theme().font("second_strong")).horizontalAdvance("Einstellungen")
    return max(_NARROW, words + 2 * S + 4)


class NavigationEntry(QAbstractButton):
    """One place to go to."""

    def __init__(self, kind: PageKind, key: str) -> None:
        super().__init__()
        self.kind = kind
        self._key = key
        self._count = 0
        self._narrow = False
        self.setCheckable(True)
        self.setText(kind.title)
        self.setToolTip(f"{kind.title} ({key})")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_count(0)

    def show_count(self, count: int) -> None:
        """How many wait there."""
        self._count = count
        waiting = f", {count} warten" if count > 1 else ", 1 wartet" if count else ""
        self.setAccessibleName(f"{self.kind.title}{waiting}")
        self.update()

    def show_narrow(self, narrow: bool) -> None:
        """Icon above the word."""
        self._narrow = narrow
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """A row, or an icon with a word under it."""
        if self._narrow:
            return QSize(_narrow_width(), _ICON + QFontMetrics(theme().font("second")).height() + 2 * M)
        return QSize(_WIDE, max(40, QFontMetrics(theme().font("body")).height() + 20))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The entry."""
        now = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().adjusted(S, 1, -S, -1)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.colour("tint"))
            painter.drawRoundedRect(box, 6, 6)
            painter.setBrush(now.colour("accent"))
            painter.drawRoundedRect(QRect(box.x(), box.y() + 10, _BAR, box.height() - 20), 1, 1)
        elif self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.colour("hover"))
            painter.drawRoundedRect(box, 6, 6)
        colour = "accent" if self.isChecked() else "muted"
        mark = pixmap(self.kind.icon, _ICON, colour, self.devicePixelRatioF())
        painter.setPen(QPen(now.colour("on_tint" if self.isChecked() else "text")))
        if self._narrow:
            painter.drawPixmap((self.width() - _ICON) // 2, box.y() + S, mark)
            painter.setFont(now.font("second_strong" if self.isChecked() else "second"))
            words = QRect(box.x(), box.y() + S + _ICON, box.width(), box.height() - S - _ICON)
            metrics = QFontMetrics(painter.font())
            text = metrics.elidedText(self.kind.title, Qt.TextElideMode.ElideRight, box.width() + 2)
            painter.drawText(words, int(Qt.AlignmentFlag.AlignCenter), text)
        else:
            painter.drawPixmap(box.x() + M, (self.height() - _ICON) // 2, mark)
            painter.setFont(now.font("strong" if self.isChecked() else "body"))
            words = box.adjusted(M + _ICON + M, 0, -M, 0)
            painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), self.kind.title)
        if self._count:
            painter.setFont(now.font("second_strong"))
            painter.setPen(QPen(now.colour("on_tint" if self.isChecked() else "muted")))
            where = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            corner = box.adjusted(0, 0, -M, 0)
            if self._narrow:
                corner = QRect(box.x(), box.y() + 4, box.width() - S, 16)
            painter.drawText(corner, int(where), str(self._count))
        if self.hasFocus():
            painter.setPen(QPen(now.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 6, 6)


class Navigation(QWidget):
    """All places, one below the other; arrow keys go through them."""

    wanted = Signal(str)
    """The name of a page."""

    def __init__(self, kinds: list[PageKind], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Navigation")
        self.setProperty("surface", "nav")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, L)
        box.setSpacing(0)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.entries: dict[str, NavigationEntry] = {}
        for at, kind in enumerate(kinds, 1):
            entry = NavigationEntry(kind, f"Alt+{at}")
            entry.clicked.connect(lambda _=False, name=kind.name: self.wanted.emit(name))
            self._group.addButton(entry)
            self.entries[kind.name] = entry
            box.addWidget(entry)
        box.addStretch(1)
        self.show_narrow(False)

    def show_current(self, name: str) -> None:
        """Marks where the clerk is."""
        if name in self.entries:
            self.entries[name].setChecked(True)

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Shows what waits where."""
        for name, entry in self.entries.items():
            entry.show_count(counts.get(name, 0))

    def show_narrow(self, narrow: bool) -> None:
        """Narrow windows have room for icons with a word under them."""
        self.setFixedWidth(_narrow_width() if narrow else _WIDE)
        for entry in self.entries.values():
            entry.show_narrow(narrow)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Up and down go to the neighbour."""
        entries = list(self.entries.values())
        focused = next((at for at, one in enumerate(entries) if one.hasFocus()), None)
        if focused is not None and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            entries[(focused + step) % len(entries)].setFocus()
        else:
            super().keyPressEvent(event)
