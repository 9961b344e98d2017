"""Hilfe: the offline handbook; F1 opens the page of the place where the clerk is."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QFrame, QHBoxLayout, QTextBrowser, QVBoxLayout

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import Page, page
from rathaus_desk.desktop.parts.described import Target
from rathaus_desk.desktop.parts.part_widgets import button, hairline, label
from rathaus_desk.desktop.parts.side_list import SideList
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import XL, L
from rathaus_desk.kernel import resources


def handbook() -> list[tuple[str, str]]:
    """Name and title of every page, in reading order."""
    pages = []
    for name in resources.path("manual", "pages.txt").read_text(encoding="utf-8").split():
        first = resources.path("manual", f"{name}.md").read_text(encoding="utf-8").splitlines()[0]
        pages.append((name, first.lstrip("# ").strip()))
    return pages


class HelpPage(Page):
    """Left the pages, right the one that is chosen; links lead to the others."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.setProperty("surface", "sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(XL, L, L, L)
        head.addWidget(label("page-title", "Handbuch"), 1)
        back = button("Zurück zur Arbeit", "arrow-left")
        back.clicked.connect(lambda: desk.back_wanted.emit())
        head.addWidget(back)
        box.addLayout(head)
        box.addWidget(hairline())
        row = QHBoxLayout()
        row.setSpacing(0)
        self._list = SideList("Seiten des Handbuchs")
        self._names: list[str] = []
        for name, title in handbook():
            self._names.append(name)
            self._list.add(name, title)
        self._list.currentRowChanged.connect(self._chosen)
        row.addWidget(self._list)
        self._text = QTextBrowser()
        self._text.setAccessibleName("Text der Seite")
        self._text.setOpenLinks(False)
        # Tab leaves the text; by keyboard the list beside it leads to every page.
        flag = Qt.TextInteractionFlag
        self._text.setTextInteractionFlags(
            flag.TextSelectableByMouse | flag.TextSelectableByKeyboard | flag.LinksAccessibleByMouse
        )
        self._text.setTabChangesFocus(True)
        self._text.setFrameShape(QFrame.Shape.NoFrame)
        self._text.document().setDocumentMargin(XL)
        self._text.anchorClicked.connect(self._follow)
        row.addWidget(self._text, 1)
        box.addLayout(row, 1)
        theme().changed.connect(self._retheme)

    def open(self, _target: Target) -> None:
        """The page that was asked for."""
        self.show_page(self.desk.help_page or "heute")

    def show_page(self, name: str) -> None:
        """A page by its name; the first one where there is none."""
        row = self._names.index(name) if name in self._names else 0
        if self._list.currentRow() == row:
            self._chosen(row)
        self._list.setCurrentRow(row)

    def _retheme(self) -> None:
        self._chosen(self._list.currentRow())

    def _chosen(self, row: int) -> None:
        if row >= 0:
            text = resources.path("manual", f"{self._names[row]}.md").read_text(encoding="utf-8")
            self._text.setMarkdown(text)

    def _follow(self, link: QUrl) -> None:
        self.show_page(link.path().removesuffix(".md"))

    def focus_first(self) -> None:
        """The text, to be read."""
        self._text.setFocus()


@page("hilfe", "Handbuch", icon="book-open", words="hilfe anleitung f1")
def help_page(desk: Desk) -> Page:
    """The offline handbook."""
    return HelpPage(desk)
