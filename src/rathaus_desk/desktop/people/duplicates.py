"""Doppelte: two entries side by side; the clerk says which value holds, or that they are two people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QRadioButton, QScrollArea, QVBoxLayout, QWidget
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import Page, page
from rathaus_desk.desktop.parts.described import Target
from rathaus_desk.desktop.parts.flow import Flow
from rathaus_desk.desktop.parts.part_widgets import button, hairline, label
from rathaus_desk.desktop.parts.sources import day_words
from rathaus_desk.desktop.tasks import Progress
from rathaus_desk.desktop.theme.tokens import XL, L, M, S
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.people import merging
from rathaus_desk.people import queries as people
from rathaus_desk.people.operations import MergePeople, PersonDetails, details_of
from rathaus_desk.people.records import Person
from rathaus_desk.store.watch import News

FIELDS = {
    "salutation": "Anrede",
    "titles": "Titel",
    "given_names": "Vornamen",
    "family_name": "Familienname",
    "name_suffix": "Namenszusatz",
    "birth_name": "Geburtsname",
    "organisation": "Name",
    "born": "Geboren",
    "died": "Gestorben",
    "remark": "Bemerkung",
}
_MOST_SOUNDS = 400


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries that may be one person, and why."""

    keep: UUID
    drop: UUID
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as it stands beside the other."""

    details: PersonDetails
    address: str
    contacts: str


def pairs(session: Session, progress: Progress, limit: int = 100) -> list[Pair]:
    """The likeliest pairs in the whole register, by the sound of their names."""
    sounds = session.execute(
        select(Person.sound)
        .where(Person.sound != "", Person.deleted_at.is_(None))
        .group_by(Person.sound)
        .having(func.count() > 1)
        .order_by(func.count())
        .limit(_MOST_SOUNDS)
    ).all()
    found: list[tuple[int, Pair]] = []
    seen: set[frozenset[UUID]] = set()
    for at, (sound,) in enumerate(sounds):
        progress.tell(at, len(sounds))
        for person in session.scalars(select(Person.id).where(Person.sound == sound).limit(40)):
            for other in people.duplicates_of(session, person)[:2]:
                both = frozenset((person, other.person))
                if both not in seen:
                    seen.add(both)
                    pair = Pair(person, other.person, other.likeness.reasons)
                    found.append((-other.likeness.score, pair))
            if len(found) >= limit:
                break
    return [pair for _, pair in sorted(found, key=lambda one: one[0])[:limit]]


def pairs_of(session: Session, person: UUID) -> list[Pair]:
    """Who may be the same as one person."""
    return [
        Pair(person, other.person, other.likeness.reasons) for other in people.duplicates_of(session, person)
    ]


def shown(session: Session, person: UUID, on: Any) -> Shown:
    """What is compared of somebody."""
    found = session.get_one(Person, person)
    address = people.postal_address(session, person, on)
    contacts = ", ".join(one.value for one in people.contacts_of(session, person))
    return Shown(details_of(found), address.one_line if address else "", contacts)


def _words(value: Any) -> str:
    return day_words(value) if isinstance(value, UncertainDate) else str(value)


class DuplicatesPage(Page):
    """One pair after the other."""

    about = ""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._pairs: list[Pair] = []
        self._at = 0
        self._groups: dict[str, QButtonGroup] = {}
        self._both: tuple[Shown, Shown] | None = None
        self._only: UUID | None = None
        self.setProperty("surface", "sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(self)
        box.setContentsMargins(XL, L, L, L)
        box.setSpacing(M)
        box.addWidget(label("page-title", "Doppelte Einträge"))
        self._second = label("muted", "", wrap=True)
        box.addWidget(self._second)
        box.addWidget(hairline())
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inner = QWidget()
        self._inner_box = QVBoxLayout(self._inner)
        self._inner_box.setContentsMargins(0, 0, 0, 0)
        scroll.setWidget(self._inner)
        box.addWidget(scroll, 1)
        buttons = Flow(spacing=S)
        self._merge = button("Zusammenführen", "merge", primary=True)
        self._merge.clicked.connect(self._do_merge)
        self._swap = button("Andere Seite behalten", "refresh-cw")
        self._swap.clicked.connect(self._do_swap)
        self._next = button("Sind zwei Personen, weiter", "arrow-right")
        self._next.clicked.connect(self._skip)
        back = button("Zurück", "arrow-left")
        back.clicked.connect(lambda: desk.back_wanted.emit())
        for one in (self._merge, self._swap, self._next, back):
            buttons.add(one)
        box.addWidget(buttons)

    def open(self, target: Target) -> None:
        """The pairs of one person, or of the whole register."""
        self._only = target.record
        self._second.setText("Das Register wird durchgesehen …")
        only = self._only
        self.desk.long(
            "Das Register wird durchgesehen …",
            lambda progress: self.desk.read_now(
                lambda session: pairs_of(session, only) if only else pairs(session, progress)
            ),
            self._found,
            owner=self,
        )

    def happened(self, news: News) -> None:
        """Another pass, where people changed."""
        if "person" in news.tables and self._pairs:
            self.open(Target("doppelte", self._only))

    def _found(self, found: list[Pair]) -> None:
        self._pairs, self._at = found, 0
        self._show()

    def _show(self) -> None:
        self._clear()
        there = self._at < len(self._pairs)
        for one in (self._merge, self._swap, self._next):
            one.setEnabled(there)
        if not there:
            self._second.setText(
                "Es ist niemand mehr da, der doppelt sein könnte."
                if self._pairs
                else "Niemand im Register sieht doppelt aus."
            )
            return
        pair = self._pairs[self._at]
        self._second.setText(f"{self._at + 1} von {len(self._pairs)} · {', '.join(pair.reasons)}")
        today = self.desk.today
        self._both = self.desk.read_now(
            lambda session: (shown(session, pair.keep, today), shown(session, pair.drop, today))
        )
        self._fill(*self._both)
        self._merge.setFocus()

    def _clear(self) -> None:
        self._groups = {}
        while self._inner_box.count():
            item = self._inner_box.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.deleteLater()

    def _fill(self, keep: Shown, drop: Shown) -> None:
        table = QWidget()
        grid = QGridLayout(table)
        grid.setHorizontalSpacing(XL)
        grid.setVerticalSpacing(S)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        for column, words in ((1, "bleibt im Register"), (2, "wird zusammengeführt")):
            grid.addWidget(label("caption", words), 0, column)
        suggested = merging.combined(keep.details, drop.details)
        at = 1
        for name, title in FIELDS.items():
            mine, theirs = getattr(keep.details, name), getattr(drop.details, name)
            if not mine and not theirs:
                continue
            grid.addWidget(label("muted", title), at, 0)
            if mine == theirs:
                grid.addWidget(label("", _words(mine)), at, 1)
                grid.addWidget(label("", _words(theirs)), at, 2)
            else:
                group = QButtonGroup(table)
                for column, value in ((1, mine), (2, theirs)):
                    choice = QRadioButton(_words(value).replace("&", "&&") or "(nichts)")
                    choice.setAccessibleName(f"{title}: {_words(value) or 'nichts'}")
                    choice.setChecked(value == getattr(suggested, name))
                    group.addButton(choice, column)
                    grid.addWidget(choice, at, column)
                if group.checkedId() < 0:
                    group.buttons()[0].setChecked(True)
                self._groups[name] = group
            at += 1
        for title, left, right in (
            ("Anschrift", keep.address, drop.address),
            ("Erreichbar", keep.contacts, drop.contacts),
        ):
            grid.addWidget(label("muted", title), at, 0)
            grid.addWidget(label("", left or "—", wrap=True), at, 1)
            grid.addWidget(label("", right or "—", wrap=True), at, 2)
            at += 1
        self._inner_box.addWidget(table)
        hint = "Anschriften, Gräber, Bescheide und alles andere beider Einträge bleiben erhalten."
        self._inner_box.addWidget(label("second", hint, wrap=True))
        self._inner_box.addStretch(1)

    def _do_merge(self) -> None:
        if self._both is None or self._at >= len(self._pairs):
            return
        pair, (keep, drop) = self._pairs[self._at], self._both
        details = merging.combined(keep.details, drop.details)
        chosen = {
            name: getattr((keep if group.checkedId() == 1 else drop).details, name)
            for name, group in self._groups.items()
        }
        request = MergePeople(
            keep=pair.keep, drop=pair.drop, details=msgspec.structs.replace(details, **chosen)
        )
        self.desk.run(request, lambda _: self._skip(), words="Zusammengeführt.", owner=self)

    def _do_swap(self) -> None:
        pair = self._pairs[self._at]
        self._pairs[self._at] = Pair(pair.drop, pair.keep, pair.reasons)
        self._show()

    def _skip(self) -> None:
        self._at += 1
        self._show()

    def focus_first(self) -> None:
        """The button."""
        self._merge.setFocus()


@page("doppelte", "Doppelte Einträge", within="personen", anew=True, help_page="personen")
def duplicates_page(desk: Desk) -> Page:
    """Pairs side by side."""
    return DuplicatesPage(desk)
