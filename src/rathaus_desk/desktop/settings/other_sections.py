"""The smaller sections: how it looks, whether the data is sound, files, what this program is."""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QFileDialog

from rathaus_desk import __version__
from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import (
    Banner,
    Choice,
    Fact,
    Facts,
    Field,
    Line,
    Lines,
    Section,
    Target,
)
from rathaus_desk.desktop.parts.form import Form
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.desktop.settings.section import SettingsSection, counted
from rathaus_desk.desktop.shell.lock import DEFAULT_MINUTES, password_of, set_password
from rathaus_desk.desktop.theme.theme import Choice as Appearance
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.kernel import resources
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.listing import Wanted
from rathaus_desk.kernel.policies import policies
from rathaus_desk.lists.writing import write
from rathaus_desk.office import installation
from rathaus_desk.office.listings import LISTINGS, listing_named
from rathaus_desk.office.support import write_bundle
from rathaus_desk.store.home import log_folder

_APPEARANCES = (
    Choice("system", "wie das System"),
    Choice("light", "hell"),
    Choice("dark", "dunkel"),
)
_ZOOMS = tuple(Choice(str(percent), f"{percent} %") for percent in (100, 115, 130, 150))
_MINUTES = tuple(
    Choice(str(minutes), "nie" if not minutes else f"nach {minutes} Minuten")
    for minutes in (0, 5, 10, 15, 30, 60)
)


class AppearanceSection(SettingsSection):
    """Darstellung und Sperre."""

    name = "darstellung"
    title = "Darstellung und Sperre"
    icon = "monitor"

    def fill(self) -> None:
        """The choices."""
        self.form = Form(
            (
                Section(
                    "Darstellung",
                    (
                        (
                            Field("appearance", "&Farben", "choice", 6, required=True, choices=_APPEARANCES),
                            Field(
                                "zoom",
                                "&Größe",
                                "choice",
                                6,
                                required=True,
                                choices=_ZOOMS,
                                hint="Gilt ab dem nächsten Start.",
                            ),
                        ),
                    ),
                ),
                Section(
                    "Sperre",
                    (
                        (
                            Field(
                                "minutes",
                                "Fenster &sperren, wenn niemand arbeitet",
                                "choice",
                                6,
                                required=True,
                                choices=_MINUTES,
                            ),
                        ),
                    ),
                ),
            ),
            self.desk,
        )
        self.form.set_values(
            {
                "appearance": theme().choice,
                "zoom": str(self.desk.setting("zoom", 100)),
                "minutes": str(self.desk.setting("lock.minutes", DEFAULT_MINUTES)),
            }
        )
        self.form.changed.connect(self._changed)
        self.box.addWidget(self.form)
        self.buttons(("Kennwort der Sperre ändern …", "lock", lambda: self.desk.do("window.password")))

    def _changed(self) -> None:
        values = self.form.values()
        appearance: Appearance = values["appearance"]
        if appearance != theme().choice:
            theme().choose(appearance)
            self.desk.set_setting("appearance", appearance)
        self.desk.set_setting("zoom", int(values["zoom"]))
        self.desk.set_setting("lock.minutes", int(values["minutes"]))
        self.desk.lock_after.emit(int(values["minutes"]))

    def refresh(self) -> None:
        """How the lock opens."""
        if password_of(self.desk):
            self.show_parts()
        else:
            self.show_parts(
                Banner(
                    "Ohne Kennwort verdeckt die Sperre nur die Daten; zum Weiterarbeiten genügt ein Klick.",
                    "calm",
                )
            )


@command("window.password", "Kennwort der Sperre ändern", icon="lock", words="sperren passwort")
def change_password(desk: Desk, _subject: UUID | None) -> None:
    """Sets or takes away the password of the lock."""
    known = password_of(desk)

    def take(values: dict[str, Any]) -> None:
        if known and not known.fits(values.get("old") or ""):
            raise BadInput("Das bisherige Kennwort stimmt nicht.")
        if (values.get("new") or "") != (values.get("again") or ""):
            raise BadInput("Die beiden neuen Kennwörter sind verschieden.")
        set_password(desk, values.get("new") or "")
        desk.say("Kennwort geändert." if values.get("new") else "Die Sperre öffnet jetzt ohne Kennwort.")

    rows: tuple[tuple[Field, ...], ...] = (
        (
            Field("new", "&Neues Kennwort", "secret", 6, hint="Leer: ohne Kennwort."),
            Field("again", "noch &einmal", "secret", 6),
        ),
    )
    if known:
        rows = ((Field("old", "&Bisheriges Kennwort", "secret", 6, required=True),), *rows)
    open_form(desk, "Kennwort der Sperre", (Section("", rows),), take)


class ChecksSection(SettingsSection):
    """Datenprüfung."""

    name = "pruefung"
    title = "Datenprüfung"
    intro = (
        "Prüft, ob der Bestand unversehrt ist (Datenbank, Verlauf, Belegungen, Nummern, Anhänge), und nennt,"
        " was in den Registern nicht stimmen kann."
    )
    icon = "list-checks"

    def fill(self) -> None:
        """The button."""
        self._button, _ = self.buttons(
            ("Jetzt prüfen", "list-checks", self._check),
            ("Angaben für die Betreuung speichern …", "life-buoy", lambda: self.desk.do("support.bundle")),
        )

    def _check(self) -> None:
        office = self.desk.office
        self._button.setEnabled(False)
        self.show_parts(Banner("Es wird geprüft …", "calm"))

        def work() -> tuple[list[Line], list[Line]]:
            found = [*installation.examine(installation.program_folder()), *office.store.examine()]
            broken = [Line(one.what, one.remedy, icon="circle-alert") for one in found]
            data = [
                Line(one.sentence, icon="triangle-alert", target=Target("friedhof", UUID(one.subject)))
                for one in office.register_findings()
            ]
            data += [
                Line(one.what, one.remedy, icon="triangle-alert")
                for one in office.data_checks()
                if one.check == "letter_template"
            ]
            return broken, data

        self.desk.long(
            "Der Bestand wird geprüft …", lambda _: work(), self._show, owner=self, cancellable=False
        )

    def _show(self, found: tuple[list[Line], list[Line]]) -> None:
        broken, data = found
        self._button.setEnabled(True)
        banner = (
            Banner("Der Bestand ist beschädigt. Bitte zuerst sichern, was da ist.", "bad")
            if broken
            else Banner("Der Bestand ist unversehrt.", "good")
        )
        self.show_parts(
            banner,
            *((Lines("Beschädigt", tuple(broken)),) if broken else ()),
            Lines(f"In den Registern ({len(data)})", tuple(data), "Nichts fällt auf."),
        )


@command("data.check", "Daten prüfen", icon="list-checks", words="doctor datenprüfung fehler")
def check_data(desk: Desk, _subject: UUID | None) -> None:
    """The section of the settings."""
    desk.go("einstellungen", tab="pruefung")


@command(
    "support.bundle",
    "Angaben für die Betreuung speichern",
    icon="life-buoy",
    words="support protokoll hilfe fehler log",
)
def support_bundle(desk: Desk, _subject: UUID | None) -> None:
    """A file that says how the program is, without anything about a person."""
    chosen, _ = QFileDialog.getSaveFileName(
        desk.window, "Angaben für die Betreuung", f"Rathaus Desk {desk.today:%Y-%m-%d}.zip", "ZIP (*.zip)"
    )
    if not chosen:
        return
    home, clock = desk.office.store.home, desk.office.store.clock
    desk.long(
        "Die Angaben werden gesammelt …",
        lambda _: write_bundle(Path(chosen), home, desk.key_file, clock),
        lambda done: desk.say(f"Gespeichert: {done.path.name}. Die Datei enthält nichts über Personen."),
        cancellable=False,
    )


class ExportSection(SettingsSection):
    """Ausgabe."""

    name = "ausgabe"
    title = "Listen und Gesamtausgabe"
    intro = (
        "Jede Liste als Excel oder CSV; oder alles, was im Haus ist, mit Schreiben und Anhängen als Dateien."
    )
    icon = "download"

    def fill(self) -> None:
        """The list to choose."""
        self.form = Form(
            (
                Section(
                    "",
                    (
                        (
                            Field(
                                "listing",
                                "&Liste",
                                "choice",
                                8,
                                required=True,
                                choices=tuple(Choice(one.name, one.title) for one in LISTINGS),
                            ),
                        ),
                    ),
                ),
            ),
            self.desk,
        )
        self.form.set_values({"listing": LISTINGS[0].name})
        self.box.addWidget(self.form)
        self.buttons(
            ("Liste ausgeben …", "file-spreadsheet", self._one),
            ("Alles ausgeben …", "download", self._all),
        )

    def _one(self) -> None:
        listing = listing_named(self.form.values()["listing"])
        store, today = self.desk.office.store, self.desk.today
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Liste ausgeben", f"{listing.title} {today:%Y-%m-%d}.xlsx", "Excel (*.xlsx);;CSV (*.csv)"
        )
        if not chosen:
            return
        target = Path(chosen)

        def work() -> None:
            with store.read() as session:
                form = "csv" if target.suffix.lower() == ".csv" else "excel"
                write(target, form, listing, listing.rows(session, Wanted(today)), store.clock.now())  # type: ignore[arg-type]

        self.desk.tasks.start(
            work, lambda _: self.desk.say(f"Ausgegeben: {target.name}"), self.desk.failed.emit
        )

    def _all(self) -> None:
        from rathaus_desk.store.export import export_all

        chosen = QFileDialog.getExistingDirectory(self, "Ordner für die Gesamtausgabe")
        if not chosen:
            return
        target = Path(chosen) / f"Gesamtausgabe {self.desk.today:%Y-%m-%d}"
        store = self.desk.office.store
        self.desk.long(
            "Alles wird ausgegeben …",
            lambda _: export_all(store, target),
            lambda done: self.desk.say(
                f"{counted(len(done.files), 'Datei', 'Dateien')} ausgegeben nach {target}."
            ),
            cancellable=False,
        )


class AboutSection(SettingsSection):
    """Über das Programm."""

    name = "ueber"
    title = "Über dieses Programm"
    icon = "info"

    def refresh(self) -> None:
        """Version, licences, where things lie."""
        from PySide6 import __version__ as qt
        from sqlalchemy import __version__ as alchemy

        licence = resources.path("icons", "LICENSE")
        installed = installation.program_folder()
        contained = tuple(Fact(name, licence) for name, licence in installation.parts(installed))
        laid_down = tuple(
            Fact(name, "ja" if value is True else str(value)) for name, value in policies().named().items()
        )
        self.show_parts(
            Facts(
                "Rathaus Desk",
                (
                    Fact("Fassung", __version__),
                    Fact("Lizenz", "EUPL-1.2"),
                    Fact("Python", f"{sys.version.split()[0]} ({platform.system()})"),
                    Fact("Qt für Python", qt, "LGPL-3.0"),
                    Fact("SQLAlchemy", alchemy, "MIT"),
                    Fact("Symbole", "Lucide", f"ISC, {licence.name} liegt bei"),
                ),
            ),
            Facts(
                "Orte",
                (
                    Fact("Datenordner", str(self.desk.office.store.home.folder)),
                    Fact("Protokolle", str(log_folder())),
                    *((Fact("Lizenzen aller Teile", str(installed / "licences")),) if installed else ()),
                ),
            ),
            *((Facts("Vorgaben der Verwaltung", laid_down),) if laid_down else ()),
            *((Facts("Enthaltene Teile und ihre Lizenzen", contained),) if contained else ()),
            Lines(
                "Tastatur",
                tuple(
                    Line(one.title, when=one.key_words, icon=one.icon or "chevron-right")
                    for one in self.desk.commands
                    if one.key
                ),
            ),
        )
