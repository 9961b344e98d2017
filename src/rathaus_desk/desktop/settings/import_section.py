"""Taking over an old list: first what would happen, with every doubt and the mapping; then it does."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QLabel, QPlainTextEdit
from sqlalchemy.orm import Session

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.import_graves import ImportResult
from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Banner, Choice, Fact, Facts, Field, Line, Lines, Section
from rathaus_desk.desktop.parts.form import Form
from rathaus_desk.desktop.parts.part_widgets import label
from rathaus_desk.desktop.settings.section import SettingsSection, counted
from rathaus_desk.desktop.tasks import Progress
from rathaus_desk.kernel.errors import BadInput, DeskError
from rathaus_desk.lists.rows import Doubt

_MOST_SHOWN = 200


class ImportSection(SettingsSection):
    """Übernahme alter Listen."""

    name = "uebernahme"
    title = "Alte Listen übernehmen"
    intro = (
        "Gräberlisten aus Excel, CSV oder ODS. Nichts geht verloren und nichts wird erfunden: zweifelhafte"
        " Werte werden mit Zeile, Spalte und Grund genannt. Zuerst wird nur geprüft."
    )
    icon = "upload"

    def fill(self) -> None:
        """The file, and the mapping once it is read."""
        self._result: ImportResult | None = None
        self.form = Form(
            (
                Section(
                    "",
                    (
                        (
                            Field(
                                "file",
                                "&Liste",
                                "file",
                                8,
                                suffixes=(".xlsx", ".csv", ".ods", ".xls", ".txt"),
                            ),
                            Field(
                                "cemetery",
                                "&Friedhof, wo die Liste keinen nennt",
                                "choice",
                                4,
                                choices=lambda _: self.desk.read_now(_cemeteries),
                            ),
                        ),
                    ),
                ),
            ),
            self.desk,
        )
        self.box.addWidget(self.form)
        self._check_button, self._take_button = self.buttons(
            ("Prüfen", "eye", self.check), ("Übernehmen", "check", self.take), primary=1
        )
        self._take_button.setEnabled(False)
        self._state = label("muted", "", wrap=True)
        self.box.addWidget(self._state)
        self._caption = QLabel("Zuordnung der Spalten (kann berichtigt werden)")
        self._caption.setProperty("role", "caption")
        self.mapping = QPlainTextEdit()
        self.mapping.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.mapping.setTabChangesFocus(True)
        self.mapping.setFixedHeight(260)
        self.mapping.setAccessibleName("Zuordnung der Spalten")
        self._caption.setBuddy(self.mapping)
        self._caption.hide()
        self.mapping.hide()
        self.box.addWidget(self._caption)
        self.box.addWidget(self.mapping)
        self.form.changed.connect(self._other_file)

    def _other_file(self) -> None:
        self._take_button.setEnabled(False)
        self._caption.hide()
        self.mapping.hide()
        self.mapping.clear()
        self.show_parts()

    def check(self) -> None:
        """What would happen; nothing is written."""
        self._run(dry_run=True)

    def take(self) -> None:
        """Takes the list over."""
        self._run(dry_run=False)

    def _run(self, *, dry_run: bool) -> None:
        self.form.show_all()
        values = self.form.values()
        path = values.get("file")
        if path is None:
            self.form.focus_field("file")
            self.desk.say("Bitte zuerst eine Liste wählen.")
            return
        mapping, cemetery, office = self.mapping.toPlainText(), values.get("cemetery") or "", self.desk.office
        self._state.setText("Die Liste wird gelesen …" if dry_run else "Die Liste wird übernommen …")
        self._check_button.setEnabled(False)
        self._take_button.setEnabled(False)

        def work(progress: Progress) -> ImportResult:
            with tempfile.TemporaryDirectory(prefix="rathaus-desk-") as folder:
                file = None
                if mapping.strip():
                    file = Path(folder) / "zuordnung.toml"
                    file.write_text(mapping, encoding="utf-8")
                return office.import_graves(
                    path, mapping=file, cemetery_name=cemetery, dry_run=dry_run, report=progress.tell
                )

        words = "Die Liste wird geprüft …" if dry_run else "Die Liste wird übernommen …"
        self.desk.long(
            words, work, lambda result: self._show(result, dry_run=dry_run), self._failed, owner=self
        )

    def _failed(self, error: DeskError) -> None:
        self._check_button.setEnabled(True)
        self._state.setText("")
        self.show_parts(Banner(str(error), "bad"))
        if isinstance(error, BadInput) and self.mapping.isHidden() and "Zuordnung" in str(error):
            self.mapping.show()

    def _show(self, result: ImportResult, *, dry_run: bool) -> None:
        self._result = result
        self._check_button.setEnabled(True)
        self._take_button.setEnabled(dry_run)
        if result.mapping_text and not self.mapping.toPlainText():
            self.mapping.setPlainText(result.mapping_text)
        self._caption.setVisible(dry_run)
        self.mapping.setVisible(dry_run)
        self._state.setText("So würde es übernommen." if dry_run else "Übernommen.")
        new = result.new
        self.show_parts(
            Facts(
                "Ergebnis",
                (
                    Fact("Zeilen", str(result.rows)),
                    Fact("Gräber", str(new["graves"])),
                    Fact("Personen", str(new["people"])),
                    Fact("Nutzungsrechte", str(new["rights"])),
                    Fact("Bestattungen", str(new["burials"])),
                    Fact("Geändert, gleich, doppelt", f"{result.changed}, {result.same}, {result.duplicate}"),
                ),
            ),
            _doubts("Nicht lesbar", result.refused, "circle-alert", "Alle Zeilen sind lesbar."),
            _doubts("Zweifelhaft", result.doubtful, "triangle-alert", "Nichts ist zweifelhaft."),
        )
        if not dry_run:
            self.desk.say(f"{counted(result.rows, 'Zeile', 'Zeilen')} übernommen.")
            self.desk.happenings.look()


def _cemeteries(session: Session) -> Sequence[Choice]:
    return [Choice(one.name, one.name) for one in queries.cemeteries(session)]


def _doubts(title: str, doubts: Sequence[Doubt], mark: str, empty: str) -> Lines:
    lines = [
        Line(
            f"{one.column}: „{one.value}“" if one.column else "Zeile",
            one.reason,
            when=f"Zeile {one.row}",
            icon=mark,
        )
        for one in doubts[:_MOST_SHOWN]
    ]
    if len(doubts) > _MOST_SHOWN:
        lines.append(Line(f"und {len(doubts) - _MOST_SHOWN} weitere"))
    return Lines(f"{title} ({len(doubts)})", tuple(lines), empty)


@command("import.graves", "Gräberliste übernehmen", icon="upload", words="import excel csv alte liste")
def open_import(desk: Desk, _subject: object) -> None:
    """The section of the settings."""
    desk.go("einstellungen", tab="uebernahme")
