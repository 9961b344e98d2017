"""What the input means: cards on the canvas beside the form; labels are kept and only get new texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Banner, Card, Consequences, Meaning
from rathaus_desk.desktop.parts.part_widgets import BannerWidget, hairline, label
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import XS, L, M, S

_LONG = 26
"""Characters from which a value may go on in a second line."""


class _Row:
    """One meaning: label, value at the right, the reason below both."""

    def __init__(self, grid: QGridLayout, at: int, choose: Callable[[Mapping[str, Any]], None]) -> None:
        self.line = hairline()
        self.label = label(wrap=True)
        self._instead: Mapping[str, Any] = {}
        self.label.linkActivated.connect(lambda _: choose(self._instead))
        self.value = label("strong", selectable=True)
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self.label.setBuddy(self.value)
        self.why = label("second", wrap=True, selectable=True)
        grid.addWidget(self.line, 3 * at, 0, 1, 2)
        grid.addWidget(self.label, 3 * at + 1, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.value, 3 * at + 1, 1)
        grid.addWidget(self.why, 3 * at + 2, 0, 1, 2)

    def show(self, meaning: Meaning | None) -> None:
        there = meaning is not None
        for one in (self.label, self.value):
            one.setVisible(there)
        self.line.setVisible(meaning is not None and meaning.strong)
        self.why.setVisible(meaning is not None and bool(meaning.why))
        if meaning is None:
            return
        role = "strong" if meaning.strong else ""
        if self.label.property("role") != role:
            for one, its in ((self.label, role), (self.value, "section" if role else "strong")):
                one.setProperty("role", its)
                one.style().unpolish(one)
                one.style().polish(one)
        self._show_label(meaning)
        self.value.setText(meaning.value)
        self.value.setWordWrap(len(meaning.value) > _LONG)
        self.why.setText(meaning.why)

    def _show_label(self, meaning: Meaning) -> None:
        """Plain words, or a link by mouse and keyboard where choosing the line changes the form."""
        self._instead = meaning.instead
        if not meaning.instead:
            self.label.setTextFormat(Qt.TextFormat.PlainText)
            self.label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
            self.label.setText(meaning.label)
            return
        self.label.setTextFormat(Qt.TextFormat.RichText)
        self.label.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        colour = theme().tokens.accent
        self.label.setText(f'<a href="instead" style="color: {colour}">{escape(meaning.label)}</a>')


class CardWidget(QFrame):
    """A `Card`."""

    asked = Signal(object)
    chosen = Signal(object)
    """What the clerk chose instead: values for the form."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setProperty("surface", "card")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._rows: list[_Row] = []
        self._banners: list[BannerWidget] = []
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(L, M, L, L)
        self._box.setSpacing(S)
        self._title = label("strong")
        self._box.addWidget(self._title)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(M)
        self._grid.setVerticalSpacing(XS)
        self._grid.setColumnStretch(0, 1)
        self._box.addLayout(self._grid)

    def show_card(self, card: Card) -> None:
        """Takes over another card."""
        self._title.setText(card.title)
        while len(self._rows) < len(card.meanings):
            self._rows.append(_Row(self._grid, len(self._rows), self.chosen.emit))
        for at, row in enumerate(self._rows):
            row.show(card.meanings[at] if at < len(card.meanings) else None)
        while len(self._banners) < len(card.banners):
            made = BannerWidget(self._desk.follow, self._desk.do)
            made.remedy_wanted.connect(self.asked)
            self._banners.append(made)
            self._box.addWidget(made)
        for at, widget in enumerate(self._banners):
            widget.setVisible(at < len(card.banners))
            if at < len(card.banners):
                widget.show_part(card.banners[at])


class ConsequencesPanel(QWidget):
    """„Was das bedeutet“: as high as its cards; whoever shows it scrolls it."""

    asked = Signal(object)
    """A `Banner` whose remedy the clerk wants; it is already under way."""
    chosen = Signal(object)
    """What the clerk chose instead: values for the form."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setProperty("surface", "canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(L + XS, L, L, L)
        self.box.setSpacing(M)
        self.box.addWidget(label("section", "Was das bedeutet"))
        self._waiting = label(
            "muted", "Sobald die ersten Angaben da sind, steht hier, was daraus folgt.", wrap=True
        )
        self.box.addWidget(self._waiting)
        self._cards: list[CardWidget] = []
        self.extra = QVBoxLayout()
        """Room for what a page adds below the cards: the letter as it will look."""
        self.box.addLayout(self.extra)
        self.box.addStretch(1)

    def show_consequences(self, found: Consequences) -> None:
        """Takes over what follows now."""
        cards = list(found.cards)
        if found.refused:
            banner = Banner(found.refused, "bad")
            cards.insert(0, Card("So geht es nicht", banners=(banner,)))
        self._waiting.setVisible(not cards)
        while len(self._cards) < len(cards):
            made = CardWidget(self._desk)
            made.asked.connect(self.asked)
            made.chosen.connect(self.chosen)
            self.box.insertWidget(2 + len(self._cards), made)
            self._cards.append(made)
        for at, widget in enumerate(self._cards):
            widget.setVisible(at < len(cards))
            if at < len(cards):
                widget.show_card(cards[at])
