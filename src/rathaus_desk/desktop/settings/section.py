"""What the sections of the settings share: heading, explanation, buttons, a place for what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Part
from rathaus_desk.desktop.parts.detail import PartsColumn
from rathaus_desk.desktop.parts.flow import Flow
from rathaus_desk.desktop.parts.part_widgets import button, label
from rathaus_desk.desktop.theme.tokens import XL, L, S


class SettingsSection(QWidget):
    """One subject. Subclasses set ``name``, ``title``, ``intro`` and fill `box`."""

    name = ""
    title = ""
    intro = ""
    icon = "settings"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget()
        self.box = QVBoxLayout(inner)
        self.box.setContentsMargins(XL, L, XL, XL)
        self.box.setSpacing(L)
        self.box.addWidget(label("record-title", self.title))
        if self.intro:
            self.box.addWidget(label("muted", self.intro, wrap=True))
        self.parts = PartsColumn(desk)
        scroll.setWidget(inner)
        outer.addWidget(scroll)
        self.fill()
        self.box.addWidget(self.parts)
        self.box.addStretch(1)

    def fill(self) -> None:
        """Adds what stands above the parts."""

    def refresh(self) -> None:
        """Shows the state of now; called whenever the section is seen, and when somebody wrote."""

    def show_parts(self, *parts: Part) -> None:
        """Facts, lines and banners of the section."""
        self.parts.show_parts(parts)

    def buttons(
        self, *described: tuple[str, str, Callable[[], Any]], primary: int | None = None
    ) -> list[Any]:
        """A row of buttons: words, icon, what they do."""
        row = Flow(spacing=S)
        made = []
        for at, (words, mark, do) in enumerate(described):
            one = button(words, mark, primary=at == primary)
            one.clicked.connect(lambda _=False, do=do: do())
            row.add(one)
            made.append(one)
        self.box.addWidget(row)
        return made


def counted(number: int, one: str, many: str) -> str:
    """``1 Datei``, ``3 Dateien``."""
    return f"{number} {one if number == 1 else many}"


def listed(words: Sequence[str], most: int = 3) -> str:
    """The first few, and how many more."""
    shown = ", ".join(words[:most])
    return f"{shown} und {len(words) - most} weitere" if len(words) > most else shown
