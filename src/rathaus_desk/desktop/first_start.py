"""The first start: look at the example town, or set up one's own in a few steps on one page."""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from rathaus_desk.desktop.app import application
from rathaus_desk.desktop.parts.part_widgets import button, label
from rathaus_desk.desktop.settings.town_section import (
    ACCOUNT_FIELDS,
    CLERK_FIELDS,
    TOWN_FIELDS,
    account_of,
    head_of,
    office_of,
)
from rathaus_desk.desktop.theme.icons import pixmap
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import XL, L, M, S
from rathaus_desk.kernel.clock import Clock
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.office.founding import Founded, found, found_town
from rathaus_desk.office.main_job import example_town
from rathaus_desk.town.town_file import TownFile


class FirstStart(QDialog):
    """What a clerk sees when there is no town yet. ``founded`` once there is one."""

    def __init__(
        self, home: Path, *, key_file: Path | None, clock: Clock, prepared: Path | None = None
    ) -> None:
        super().__init__()
        self._home, self._key_file, self._clock = home, key_file, clock
        self._prepared = prepared
        self.founded: Founded | None = None
        self.setWindowTitle("Rathaus Desk")
        self.setMinimumSize(720, 520)
        self.resize(960, 720)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        self.stack = QStackedWidget()
        box.addWidget(self.stack)
        self.stack.addWidget(self._make_welcome())

    # --- the choice -------------------------------------------------------------------------------------

    def _make_welcome(self) -> QWidget:
        page = QWidget()
        page.setProperty("surface", "canvas")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(page)
        box.setContentsMargins(XL * 2, XL * 2, XL * 2, XL)
        box.setSpacing(L)
        mark = label()
        mark.setPixmap(pixmap("landmark", 36, "accent", self.devicePixelRatioF()))
        box.addWidget(mark)
        box.addWidget(label("page-title", "Willkommen bei Rathaus Desk"))
        box.addWidget(
            label(
                "muted",
                "Friedhof, Gebühren, Anträge und Post einer kleinen Stadt. Alles liegt verschlüsselt auf"
                " diesem Rechner; ein Netz wird nicht gebraucht.",
                wrap=True,
            )
        )
        row = QHBoxLayout()
        row.setSpacing(L)
        self.example = button("Beispielstadt ansehen", "eye")
        self.example.clicked.connect(self.take_example)
        self.own = button("Unsere Stadt einrichten", "landmark", primary=self._prepared is None)
        self.own.clicked.connect(self.show_assistant)
        self.member = button("Einem Server beitreten", "monitor")
        self.member.clicked.connect(self.show_joining)
        ways = [
            (
                self.example,
                "Die erfundene Stadt Musterrode mit Gräbern, Satzung und Gebühren, zum Ausprobieren.",
            ),
            (
                self.own,
                "Angaben zur Stadt, ein Konto, wer hier arbeitet. Satzungen und Listen kommen danach.",
            ),
            (
                self.member,
                "Ein weiterer Arbeitsplatz einer Stadt, die schon auf einem zentralen Server ist. Dazu gehört"
                " ein Anmeldecode.",
            ),
        ]
        if self._prepared is not None:
            self.ready = button("Vorbereitete Stadt einrichten", "check", primary=True)
            self.ready.clicked.connect(self.take_prepared)
            words = f"Mit Satzungen, Tarifen und Hallen, wie sie vorbereitet wurden: {self._prepared}"
            ways.insert(0, (self.ready, words))
        for one, words in ways:
            card = QFrame()
            card.setProperty("surface", "card")
            inside = QVBoxLayout(card)
            inside.setContentsMargins(L, L, L, L)
            inside.setSpacing(M)
            inside.addWidget(label("", words, wrap=True))
            inside.addStretch(1)
            inside.addWidget(one, 0, Qt.AlignmentFlag.AlignLeft)
            row.addWidget(card, 1)
        box.addLayout(row)
        self._problem = label("problem", "", wrap=True)
        box.addWidget(self._problem)
        box.addStretch(1)
        box.addWidget(label("second", f"Datenordner: {self._home}", wrap=True))
        (self.own if self._prepared is None else self.ready).setFocus()
        return page

    def take_prepared(self) -> None:
        """The town that an administrator prepared, or that was opened by a double click."""
        from rathaus_desk.office.town_pack import unpacked

        assert self._prepared is not None
        source = self._prepared

        def do() -> Founded:
            with unpacked(source) as folder:
                return found(self._home, folder, key_file=self._key_file, clock=self._clock)

        self._found(do)
        if self.founded is not None:
            self.stack.addWidget(self._make_code(self.founded))
            self.stack.setCurrentIndex(self.stack.count() - 1)

    def take_example(self) -> None:
        """The example town, with its old list."""
        folder = example_town()
        self._found(lambda: found(self._home, folder, key_file=self._key_file, clock=self._clock))
        if self.founded is not None:
            from rathaus_desk.office.town_hall import TownHall

            office = TownHall.open(self._home, key_file=self.founded.key_file, clock=self._clock)
            try:
                office.import_graves(example_town() / "graeberliste-alt.csv")
            finally:
                office.close()
            self.accept()

    # --- our town ---------------------------------------------------------------------------------------

    def show_assistant(self) -> None:
        """One page with everything that is needed at first."""
        self.stack.addWidget(self._make_assistant())
        self.stack.setCurrentIndex(1)
        self.town.focus_first()

    def _make_assistant(self) -> QWidget:
        from rathaus_desk.desktop.parts.form import Form

        desk: Any = _NoDesk(self._clock)
        page = QWidget()
        box = QVBoxLayout(page)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        head = label("page-title", "Unsere Stadt einrichten")
        head.setContentsMargins(XL, L, XL, M)
        box.addWidget(head)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(XL, S, XL, L)
        inside.setSpacing(L)
        self.town, self.account, self.clerk = (
            Form(fields, desk) for fields in (TOWN_FIELDS, ACCOUNT_FIELDS, CLERK_FIELDS)
        )
        self.town.set_values({"state": "HE"})
        for title, form in (
            ("1  Die Stadt", self.town),
            ("2  Das Konto, auf das Gebühren gezahlt werden", self.account),
            ("3  Wer hier arbeitet", self.clerk),
        ):
            inside.addWidget(label("section", title))
            inside.addWidget(form)
        inside.addStretch(1)
        scroll.setWidget(inner)
        box.addWidget(scroll, 1)
        foot = QWidget()
        foot.setProperty("surface", "footer")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(foot)
        row.setContentsMargins(XL, M, L, M)
        row.setSpacing(S)
        self._missing = label("problem", "", wrap=True)
        row.addWidget(self._missing, 1)
        back = button("Zurück")
        back.clicked.connect(lambda: self.stack.setCurrentIndex(0))
        self.save = button("Einrichten", "check", primary=True)
        self.save.clicked.connect(self.set_up)
        row.addWidget(back)
        row.addWidget(self.save)
        box.addWidget(foot)
        return page

    def set_up(self) -> None:
        """Makes the town, then shows the recovery code."""
        forms = (self.town, self.account, self.clerk)
        for form in forms:
            form.show_all()
        for form in forms:
            if form.missing() or form.problems():
                form.focus_problem()
                self._missing.setText("Bitte die markierten Felder ausfüllen.")
                return
        try:
            file = TownFile(
                town=head_of(self.town.values()),
                bank_account=(account_of(self.account.values()),),
                office=(office_of(self.clerk.values()),),
            )
        except DeskError as error:
            self._missing.setText(str(error))
            return
        self._found(lambda: found_town(self._home, file, key_file=self._key_file, clock=self._clock))
        if self.founded is not None:
            self.stack.addWidget(self._make_code(self.founded))
            self.stack.setCurrentIndex(self.stack.count() - 1)

    def _found(self, do: Callable[[], Founded]) -> None:
        try:
            self.founded = do()
        except DeskError as error:
            self._problem.setText(str(error))
            if hasattr(self, "_missing"):
                self._missing.setText(str(error))

    # --- a server -----------------------------------------------------------------------------------------

    def show_joining(self) -> None:
        """Asks for the code."""
        self.stack.addWidget(self._make_joining())
        self.stack.setCurrentIndex(self.stack.count() - 1)
        self.joining.focus_first()

    def _make_joining(self) -> QWidget:
        from rathaus_desk.desktop.parts.form import Form
        from rathaus_desk.desktop.server.section import CODE_FIELDS

        desk: Any = _NoDesk(self._clock)
        page = QWidget()
        page.setProperty("surface", "sheet")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(page)
        box.setContentsMargins(XL * 2, XL * 2, XL * 2, XL)
        box.setSpacing(L)
        box.addWidget(label("page-title", "Einem Server beitreten"))
        box.addWidget(
            label(
                "muted",
                "Der Arbeitsplatz beginnt leer und holt alles vom Server; danach arbeitet er auch ohne Netz.",
                wrap=True,
            )
        )
        self.joining = Form(CODE_FIELDS, desk)
        self.joining.set_values({"machine": platform.node()})
        box.addWidget(self.joining)
        self._joining_problem = label("problem", "", wrap=True)
        box.addWidget(self._joining_problem)
        box.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addStretch(1)
        back = button("Zurück")
        back.clicked.connect(lambda: self.stack.setCurrentIndex(0))
        join_now = button("Beitreten", "check", primary=True)
        join_now.clicked.connect(self.join_town)
        row.addWidget(back)
        row.addWidget(join_now)
        box.addLayout(row)
        return page

    def join_town(self) -> None:
        """Joins, then shows the recovery code; what the town has comes in the window."""
        from rathaus_desk.office.joining import join

        self.joining.show_all()
        if self.joining.missing() or self.joining.problems():
            self.joining.focus_problem()
            return
        values = self.joining.values()
        try:
            joined = join(
                self._home, values["code"], values["machine"], key_file=self._key_file, clock=self._clock
            )
        except DeskError as error:
            self._joining_problem.setText(str(error))
            return
        self.founded = Founded(joined.home, joined.recovery_code, joined.key_file)
        self.stack.addWidget(self._make_code(self.founded))
        self.stack.setCurrentIndex(self.stack.count() - 1)

    # --- the code ---------------------------------------------------------------------------------------

    def _make_code(self, founded: Founded) -> QWidget:
        page = QWidget()
        page.setProperty("surface", "canvas")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(page)
        box.setContentsMargins(XL * 2, XL * 2, XL * 2, XL)
        box.setSpacing(L)
        box.addWidget(label("page-title", "Bitte diesen Code in den Tresor legen"))
        box.addWidget(
            label(
                "muted",
                "Geht dieser Rechner verloren, öffnet nur dieser Code die Sicherung. Niemand kennt ihn.",
                wrap=True,
            )
        )
        card = QFrame()
        card.setProperty("surface", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(XL, XL, XL, XL)
        code = label("number", founded.recovery_code, wrap=True, selectable=True)
        code.setAccessibleName(founded.recovery_code)
        inside.addWidget(code)
        box.addWidget(card)
        if founded.key_file is not None:
            box.addWidget(
                label("second", f"Der Schlüssel dieses Rechners liegt in {founded.key_file}.", wrap=True)
            )
        row = QHBoxLayout()
        row.setSpacing(S)
        printed = button("Als PDF speichern und drucken …", "printer")
        printed.clicked.connect(lambda: self._save_code(founded))
        self.go_on = button("Der Code liegt im Tresor, weiter", "check", primary=True)
        self.go_on.clicked.connect(self.accept)
        row.addWidget(printed)
        row.addWidget(self.go_on)
        row.addStretch(1)
        box.addLayout(row)
        box.addStretch(1)
        return page

    def _save_code(self, founded: Founded) -> None:
        from PySide6.QtWidgets import QFileDialog

        from rathaus_desk.desktop.settings.safety_section import code_document, write_document

        chosen, _ = QFileDialog.getSaveFileName(
            self, "Wiederherstellungscode", "Wiederherstellungscode.pdf", "PDF (*.pdf)"
        )
        if chosen:
            form = getattr(self, "town", None)
            name = (form.values().get("name") if form is not None else "") or ""
            write_document(code_document(name, founded.recovery_code, self._clock.today()), Path(chosen))


class _NoDesk:
    """What the fields of the assistant need of a desk, where there is no town yet."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    @property
    def today(self) -> Any:
        """Today in the town."""
        return self._clock.today()

    def latest(self, _parent: Any) -> None:
        """Nothing is searched for here."""


def first_start(
    home: Path, *, key_file: Path | None, clock: Clock, prepared: Path | None = None
) -> Founded | None:
    """Asks, and sets up a town; None if the clerk closed the window. ``prepared``: a town to be taken."""
    theme().start(application())
    window = FirstStart(home, key_file=key_file, clock=clock, prepared=prepared)
    window.exec()
    return window.founded
