"""The gallery: every part in one place, to be looked at in both themes before anything else is blamed."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QFrame, QScrollArea, QTabBar, QVBoxLayout, QWidget

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import Page, page
from rathaus_desk.desktop.parts.consequences_panel import CardWidget
from rathaus_desk.desktop.parts.described import (
    Banner,
    Card,
    Choice,
    Fact,
    Facts,
    Field,
    Line,
    Lines,
    Meaning,
    Section,
    State,
    Target,
    Versions,
)
from rathaus_desk.desktop.parts.detail import PartsColumn
from rathaus_desk.desktop.parts.flow import Flow
from rathaus_desk.desktop.parts.form import Form
from rathaus_desk.desktop.parts.part_widgets import button, hairline, icon_button, label
from rathaus_desk.desktop.theme.pills import Pill
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import NAMES, XL, L, M, S

FIELDS = (
    Section(
        "Felder",
        (
            (
                Field("text", "&Text", required=True, hint="Ein Hinweis steht darunter."),
                Field("date", "&Tag", "date", 3, placeholder="TT.MM.JJJJ"),
                Field("time", "&Uhrzeit", "time", 3),
            ),
            (
                Field("money", "&Betrag", "money", 3),
                Field("number", "&Zahl", "number", 3, unit="Jahre"),
                Field("choice", "A&uswahl", "choice", 6, choices=(Choice("a", "eins"), Choice("b", "zwei"))),
            ),
            (Field("person", "&Person", "person", 8), Field("flag", "ein &Haken", "flag", 4)),
            (
                Field(
                    "quantities",
                    "Leistungen",
                    "quantities",
                    12,
                    choices=(Choice("hall", "Trauerhalle"), Choice("cold", "Kühlzelle", "Tage")),
                ),
            ),
            (Field("long", "&Langer Text", "long_text", 8, lines=2), Field("file", "&Datei", "file", 4)),
        ),
    ),
)
STATES = (
    State("aktiv", "good", "✓"),
    State("endet bald", "warn", "▲"),
    State("gemahnt", "bad", "!"),
    State("verstorben", "calm", "†"),
)


class GalleryPage(Page):
    """One part below the other."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setProperty("surface", "sheet")
        box = QVBoxLayout(inner)
        box.setContentsMargins(XL, L, XL, XL)
        box.setSpacing(L)
        for role in ("page-title", "record-title", "section", "strong", "", "muted", "second", "caption"):
            box.addWidget(label(role, role or "Text"))
        box.addWidget(hairline())
        box.addWidget(self._buttons())
        box.addWidget(self._pills())
        tabs = QTabBar()
        tabs.setDrawBase(False)
        for title in ("Übersicht", "Vorgang", "Schreiben"):
            tabs.addTab(title)
        box.addWidget(tabs)
        self.form = Form(FIELDS, desk)
        self.form.show_problems({"date": "Trauerhalle ist bis 10:30 belegt. Frei: 11:00."})
        box.addWidget(self.form)
        parts = PartsColumn(desk)
        parts.show_parts(
            (
                *(
                    Banner(f"Ein Satz im Ton „{tone}“.", tone, remedy="Beheben")
                    for tone in ("good", "warn", "bad", "calm")
                ),
                Facts(
                    "Angaben",
                    (Fact("Straße", "Lindenweg 89"), Fact("Grab", "B/4/17", "Wahlgrab", Target("friedhof"))),
                ),
                Versions(
                    "Beide Fassungen",
                    ("jetzt", "gewollt"),
                    (("Straße", "Lindenweg 89", "Lindenweg 98"), ("Ort", "Musterrode", "Hainrode")),
                ),
                Lines(
                    "Zeilen",
                    (
                        Line(
                            "Urnenbeisetzung",
                            "Kernstadt",
                            "10:00",
                            "flower-2",
                            STATES[0],
                            target=Target("heute"),
                        ),
                        Line("Bescheid", "fällig morgen", "morgen", "euro", STATES[2], "2.731,00 €"),
                    ),
                ),
            )
        )
        box.addWidget(parts)
        card = CardWidget(desk)
        card.show_card(
            Card(
                "Gebühren",
                (
                    Meaning("Bestattung", "690,00 €", "§ 5 Nr. 1"),
                    Meaning("Verlängerung", "1.728,00 €", "§ 8 Nr. 2, 36 × 48,00 €"),
                    Meaning("Summe", "2.418,00 €", strong=True),
                ),
            )
        )
        box.addWidget(card)
        box.addWidget(self._colours())
        scroll.setWidget(inner)
        outer.addWidget(scroll)

    def _buttons(self) -> QWidget:
        row = Flow(spacing=S)
        row.add(button("Gefüllt", "check", primary=True))
        row.add(button("Gewöhnlich", "pencil"))
        row.add(button("Leise", "search", quiet=True))
        disabled = button("Nicht möglich", "ban")
        disabled.setEnabled(False)
        row.add(disabled)
        row.add(icon_button("download", "Nur ein Bild", lambda: None))
        return row

    def _pills(self) -> QWidget:
        row = Flow(spacing=M)
        for state in STATES:
            pill = Pill()
            pill.show_state(state)
            row.add(pill)
        return row

    def _colours(self) -> QWidget:
        row = Flow(spacing=S)
        for name in NAMES:
            colour = QPixmap(28, 18)
            colour.fill(theme().colour(name))
            square = button(name)
            square.setIcon(QIcon(colour))
            row.add(square)
        return row

    def focus_first(self) -> None:
        """The first field."""
        self.form.focus_first()


@page(
    "galerie", "Galerie der Bauteile", within="einstellungen", words="entwickler", help_page="einstellungen"
)
def gallery_page(desk: Desk) -> Page:
    """Every part."""
    return GalleryPage(desk)


@command("view.gallery", "Galerie der Bauteile", icon="layers", words="entwickler theme")
def show_gallery(desk: Desk, _subject: Any) -> None:
    """Every part in one place."""
    desk.go("galerie")
