"""The list of subjects at the left of a page: settings, handbook."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QWidget

from rathaus_desk.desktop.theme.icons import icon
from rathaus_desk.desktop.theme.theme import theme


class SideList(QListWidget):
    """One row a subject, as high as its words need."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side-list")
        self.setAccessibleName(title)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFixedWidth(theme().em(36))
        self.setIconSize(QSize(18, 18))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def add(self, name: str, title: str, mark: str = "") -> None:
        """One more subject."""
        item = QListWidgetItem(title)
        if mark:
            item.setIcon(icon(mark))
        item.setData(Qt.ItemDataRole.UserRole, name)
        item.setSizeHint(QSize(10, max(36, QFontMetrics(theme().font("body")).height() + 18)))
        self.addItem(item)
