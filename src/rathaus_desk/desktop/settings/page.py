"""Einstellungen: left the subjects, right the one that is chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import Page, page
from rathaus_desk.desktop.parts.described import Target
from rathaus_desk.desktop.parts.part_widgets import hairline, label
from rathaus_desk.desktop.parts.side_list import SideList
from rathaus_desk.desktop.server.section import ServerSection
from rathaus_desk.desktop.settings.catalogue_section import CatalogueSection
from rathaus_desk.desktop.settings.import_section import ImportSection
from rathaus_desk.desktop.settings.letters_section import LettersSection
from rathaus_desk.desktop.settings.other_sections import (
    AboutSection,
    AppearanceSection,
    ChecksSection,
    ExportSection,
)
from rathaus_desk.desktop.settings.safety_section import BackupSection, KeysSection
from rathaus_desk.desktop.settings.town_section import TownSection
from rathaus_desk.desktop.theme.tokens import XL, L, S
from rathaus_desk.store.watch import News

SECTIONS: tuple[Any, ...] = (
    TownSection,
    CatalogueSection,
    LettersSection,
    ImportSection,
    ExportSection,
    ChecksSection,
    BackupSection,
    KeysSection,
    ServerSection,
    AppearanceSection,
    AboutSection,
)

Make = Callable[[Desk], QWidget]


class SettingsPage(Page):
    """A section is made when it is first seen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._made: dict[str, Any] = {}
        self.setProperty("surface", "sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        head = label("page-title", "Einstellungen")
        head.setContentsMargins(XL, L, L, L)
        box.addWidget(head)
        box.addWidget(hairline())
        row = QHBoxLayout()
        row.setSpacing(0)
        self.list = SideList("Bereiche der Einstellungen")
        for kind in SECTIONS:
            self.list.add(kind.name, kind.title, kind.icon)
        self.list.currentRowChanged.connect(self._chosen)
        row.addWidget(self.list)
        line = QFrame()
        line.setObjectName("hairline")
        line.setFixedWidth(1)
        row.addWidget(line)
        self._stack = QStackedWidget()
        row.addWidget(self._stack, 1)
        box.addLayout(row, 1)
        self.list.setContentsMargins(0, S, 0, 0)

    @property
    def section(self) -> Any:
        """The section that is seen."""
        return self._stack.currentWidget()

    def open(self, target: Target) -> None:
        """``tab`` names a section."""
        names = [kind.name for kind in SECTIONS]
        row = names.index(target.tab) if target.tab in names else max(0, self.list.currentRow())
        if self.list.currentRow() == row:
            self._chosen(row)
        else:
            self.list.setCurrentRow(row)

    def _chosen(self, row: int) -> None:
        if row < 0:
            return
        kind = SECTIONS[row]
        if kind.name not in self._made:
            made = kind(self.desk)
            self._made[kind.name] = made
            self._stack.addWidget(made)
        self._stack.setCurrentWidget(self._made[kind.name])
        self._made[kind.name].refresh()

    def happened(self, _news: News) -> None:
        """The section that is seen shows the state of now."""
        if self.section is not None:
            self.section.refresh()

    def focus_first(self) -> None:
        """The list of subjects."""
        self.list.setFocus()


@page(
    "einstellungen", "Einstellungen", icon="settings", rank=8, words="konfiguration stadt satzung sicherung"
)
def settings_page(desk: Desk) -> Page:
    """All subjects."""
    return SettingsPage(desk)
