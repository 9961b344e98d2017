"""Statutes, tariffs and everything else that is data: what is in force, checked while it is written."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.catalogue.checking import Report, check
from rathaus_desk.catalogue.records import CatalogueVersion
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import Page, page
from rathaus_desk.desktop.parts.described import Banner, Line, Lines, Part, State, Target
from rathaus_desk.desktop.parts.detail import PartsColumn
from rathaus_desk.desktop.parts.part_widgets import button, hairline, label
from rathaus_desk.desktop.parts.questions import ask
from rathaus_desk.desktop.settings.section import SettingsSection, counted
from rathaus_desk.desktop.theme.tokens import XL, L, M, S
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.periods import SINCE_EVER, german_date
from rathaus_desk.office.founding import checked, load
from rathaus_desk.office.kinds import KINDS, RUNNERS

_HEADS = {
    "statute": "Friedhofsordnungen",
    "tariff": "Gebührenordnungen und Tarife",
    "hall": "Hallen",
    "law": "Rechtsgrundlagen",
}
_PAUSE = 500


@dataclass(frozen=True, slots=True)
class Version:
    """A version as the list shows it."""

    id: UUID
    head: str
    title: str
    file: str
    valid_from: str
    text: str


def versions(session: Session) -> list[Version]:
    """Every version that was loaded, the latest first."""
    query = select(CatalogueVersion).order_by(
        CatalogueVersion.head,
        CatalogueVersion.key,
        CatalogueVersion.valid_from.desc(),
        CatalogueVersion.revision.desc(),
    )
    return [
        Version(one.id, one.head, one.title, one.file_name, _validity(one.valid_from), one.text)
        for one in session.scalars(query)
    ]


def _validity(first: date) -> str:
    return "gilt seit jeher" if first == SINCE_EVER else f"gilt ab {german_date(first)}"


class CatalogueSection(SettingsSection):
    """Satzungen und Tarife."""

    name = "satzungen"
    title = "Satzungen und Tarife"
    intro = (
        "Satzungen, Gebühren und Hallen sind Daten. Jede Datei bringt Beispiele mit; geht eines nicht auf,"
        " wird sie nicht übernommen, und die bisherige Fassung gilt weiter. Alte Bescheide bleiben."
    )
    icon = "scale"

    def fill(self) -> None:
        """The buttons."""
        self.buttons(
            ("Dateien übernehmen …", "upload", self._files),
            ("Ordner übernehmen …", "folder-open", self._folder),
        )

    def refresh(self) -> None:
        """What is loaded."""
        found = self.desk.read_now(versions)
        shared = "sync.publish_version" if self.desk.agent.status is not None else ""
        parts: list[Part] = []
        for head in dict.fromkeys(one.head for one in found):
            lines = tuple(
                Line(
                    one.title,
                    f"{one.file} · {one.valid_from}",
                    icon="scale",
                    target=Target("satzung", one.id),
                    action=shared,
                    record=one.id,
                )
                for one in found
                if one.head == head
            )
            parts.append(Lines(_HEADS.get(head, head), lines))
        if not found:
            parts.append(Banner("Noch ist keine Satzung da. Ohne sie kann nichts entschieden werden."))
        self.show_parts(*parts)

    def _files(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(
            self, "Dateien übernehmen", "", "Satzungen und Tarife (*.toml)"
        )
        if chosen:
            self._take([Path(one) for one in chosen])

    def _folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Ordner übernehmen")
        if chosen:
            self._take([Path(chosen)])

    def _take(self, paths: Sequence[Path]) -> None:
        self.desk.tasks.start(
            lambda: check(paths, KINDS, RUNNERS),
            lambda report: self._checked(paths, report),
            self.desk.failed.emit,
        )

    def _checked(self, paths: Sequence[Path], report: Report) -> None:
        failed = [one for one in report.examples if not one.ok]
        if report.refused or failed:
            self.show_parts(
                Banner("Nicht übernommen. Die bisherigen Fassungen gelten weiter.", "bad"),
                *report_parts(report),
            )
            return
        good = counted(len(report.examples), "Beispiel geht auf", "Beispiele gehen auf")
        hints = counted(len(report.findings), "Hinweis", "Hinweise")
        files = counted(len(report.files), "Datei", "Dateien")
        if ask(
            self,
            "Übernehmen?",
            f"{files} gelesen, {good}, {hints}. Als neue Fassungen übernehmen?",
            yes="Übernehmen",
            mark="info",
        ):
            office = self.desk.office
            self.desk.tasks.start(
                lambda: load(office, checked(*paths)),
                lambda done: self._loaded(len(done.loaded), len(done.same)),
                self.desk.failed.emit,
            )

    def _loaded(self, new: int, same: int) -> None:
        self.desk.say(f"{counted(new, 'Fassung', 'Fassungen')} übernommen, {same} waren schon da.")
        self.desk.happenings.look()
        self.refresh()


def report_parts(report: Report) -> tuple[Part, ...]:
    """What the check found, for reading."""
    refused = tuple(Line(str(one), icon="circle-alert") for one in report.refused)
    examples = tuple(
        Line(
            one.example,
            one.file if one.ok else _differs(one.expected, one.computed),
            icon="calculator",
            state=State("geht auf", "good", "✓") if one.ok else State("geht nicht auf", "bad", "✕"),
        )
        for one in sorted(report.examples, key=lambda one: one.ok)
    )
    findings = tuple(Line(str(one), icon="info") for one in report.findings)
    return (
        *((Lines("Nicht verwendbar", refused),) if refused else ()),
        Lines("Beispiele", examples, "Die Datei hat keine Beispiele."),
        Lines("Hinweise", findings, "Keine Hinweise."),
    )


def _differs(expected: Mapping[str, object], computed: Mapping[str, object]) -> str:
    wrong = [
        f"{name}: erwartet {value}, errechnet {computed.get(name)}"
        for name, value in expected.items()
        if computed.get(name) != value
    ]
    return ", ".join(wrong) or f"abgelehnt: {computed.get('refused')}"


class CataloguePage(Page):
    """One file: its text left, what the check says of it right, while somebody writes."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._version: Version | None = None
        self._latest = desk.latest(self)
        self.setProperty("surface", "sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(XL, L, L, L)
        row.setSpacing(S)
        self._title = label("page-title")
        self._second = label("muted")
        row.addWidget(self._title)
        row.addWidget(self._second, 1)
        back = button("Zurück", "arrow-left")
        back.clicked.connect(lambda: desk.go("einstellungen", tab="satzungen"))
        self._save = button("Als neue Fassung übernehmen", "check", primary=True)
        self._save.clicked.connect(self._take)
        row.addWidget(back)
        row.addWidget(self._save)
        box.addWidget(head)
        box.addWidget(hairline())
        split = QSplitter()
        split.setHandleWidth(1)
        self.text = QPlainTextEdit()
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName("Text der Datei")
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        split.addWidget(self.text)
        side = QWidget()
        side_box = QVBoxLayout(side)
        side_box.setContentsMargins(L, M, L, M)
        self.parts = PartsColumn(desk)
        side_box.addWidget(self.parts)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(side)
        split.addWidget(scroll)
        split.setSizes([700, 500])
        box.addWidget(split, 1)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._check)
        self.text.textChanged.connect(self._pause.start)

    def open(self, target: Target) -> None:
        """Shows a version."""
        found = self.desk.read_now(versions)
        self._version = next((one for one in found if one.id == target.record), None)
        if self._version is None:
            return
        self._title.setText(self._version.title)
        self._second.setText(f"{self._version.file} · {self._version.valid_from}")
        self.text.setPlainText(self._version.text)
        self._check()

    def _others(self) -> list[Version]:
        """The files around it: a tariff's examples need the statute."""
        shown: dict[str, Version] = {}
        for one in self.desk.read_now(versions):
            if self._version is not None and one.file != self._version.file:
                shown.setdefault(one.file, one)
        return list(shown.values())

    def _check(self) -> None:
        version = self._version
        if version is None:
            return
        text, others = self.text.toPlainText(), self._others()
        self._save.setEnabled(False)
        self._latest.ask(lambda: _checked_text(version.file, text, others), self._show, self.desk.failed.emit)

    def _show(self, report: Report) -> None:
        version = self._version
        if version is None:
            return
        changed = self.text.toPlainText() != version.text
        self._save.setEnabled(changed and report.ok)
        self.parts.show_parts(report_parts(report))

    def _take(self) -> None:
        version = self._version
        if version is None:
            return
        text, office, others = self.text.toPlainText(), self.desk.office, self._others()

        def work() -> int:
            with _folder_with(version.file, text, others) as file:
                loaded = len(load(office, checked(file)).loaded)
            if not loaded:
                raise BadInput("Diese Fassung ist schon da.")
            return loaded

        def done(_count: int) -> None:
            self._version = None
            self.desk.say("Neue Fassung übernommen.")
            self.desk.happenings.look()
            self.desk.go("einstellungen", tab="satzungen")

        self.desk.tasks.start(work, done, self.desk.failed.emit, owner=self)

    def may_leave(self) -> bool:
        """Asks where the text was changed."""
        version = self._version
        if version is None or self.text.toPlainText() == version.text or not self._save.isEnabled():
            return True
        return ask(
            self, "Änderungen verwerfen?", "Der Text ist noch nicht übernommen.", yes="Verwerfen", no="Zurück"
        )

    def focus_first(self) -> None:
        """The text."""
        self.text.setFocus()


def _checked_text(name: str, text: str, others: Sequence[Version]) -> Report:
    with _folder_with(name, text, others) as file:
        return check([file], KINDS, RUNNERS)


@contextmanager
def _folder_with(name: str, text: str, others: Sequence[Version]) -> Iterator[Path]:
    """The file with the others beside it: the examples of a tariff need the statute."""
    with tempfile.TemporaryDirectory(prefix="rathaus-desk-") as folder:
        for one in others:
            (Path(folder) / one.file).write_text(one.text, encoding="utf-8")
        file = Path(folder) / name
        file.write_text(text, encoding="utf-8")
        yield file


@page("satzung", "Satzung", within="einstellungen", kinds=("catalogue",), anew=True, help_page="satzungen")
def catalogue_page(desk: Desk) -> Page:
    """One file of the catalogue."""
    return CataloguePage(desk)
