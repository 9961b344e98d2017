"""Keys, recovery and backups: how the data is got at, and got back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtGui import QTextDocument
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QFileDialog

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Banner, Fact, Facts, Field, Line, Lines, Section
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.desktop.parts.questions import ask, tell
from rathaus_desk.desktop.settings.section import SettingsSection
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import BadInput, DeskError
from rathaus_desk.kernel.policies import policies
from rathaus_desk.store.backup import BackupDone
from rathaus_desk.store.keys import KeyFile, Keys, Password, RecoveryCode, Way
from rathaus_desk.store.recovery_code import new_code
from rathaus_desk.town import queries as town

KEPT_DAYS = 14

_SLOTS = {
    "keyring": ("Schlüsselverwaltung dieses Rechners", "key-round"),
    "key_file": ("Schlüsseldatei", "file-text"),
    "password": ("Kennwort", "lock"),
    "recovery": ("Gedruckter Wiederherstellungscode", "shield"),
}


class KeysSection(SettingsSection):
    """Schlüssel und Wiederherstellung."""

    name = "schluessel"
    title = "Schlüssel und Wiederherstellung"
    intro = (
        "Der Bestand ist verschlüsselt. Geht dieser Rechner verloren, öffnet nur der gedruckte Code die"
        " Sicherung: bitte ausdrucken und im Tresor verwahren."
    )
    icon = "key-round"

    def fill(self) -> None:
        """The buttons."""
        self.buttons(
            ("Code zeigen", "eye", self._show_code),
            ("Code drucken …", "printer", lambda: save_code(self.desk)),
            ("Weiterer Zugang …", "plus", lambda: self.desk.do("keys.add_slot")),
            ("Schlüssel wechseln …", "refresh-cw", lambda: self.desk.do("keys.rotate")),
        )

    def refresh(self) -> None:
        """Which ways there are."""
        slots = Keys.of(self.desk.office.store.home).slots
        ways = [_SLOTS.get(slot.kind, (slot.kind, "key")) for slot in slots]
        self.show_parts(
            Lines(
                "Womit sich der Bestand öffnen lässt",
                tuple(Line(words, icon=mark) for words, mark in ways),
            ),
            Facts("Datenordner", (Fact("Ort", str(self.desk.office.store.home.folder)),)),
        )

    def _show_code(self) -> None:
        code = self.desk.office.store.recovery_code
        tell(
            self,
            "Wiederherstellungscode",
            f"{code}\n\nBitte nicht auf diesem Rechner notieren.",
            mark="shield",
        )


def code_document(town_name: str, code: str, on: date) -> QTextDocument:
    """The sheet for the safe."""
    document = QTextDocument()
    document.setHtml(
        f"<h1>Wiederherstellungscode</h1><p>{escape(town_name)}, Rathaus Desk, {on:%d.%m.%Y}</p>"
        f"<p style='font-size:20pt; font-weight:600'>{code}</p>"
        "<p>Dieser Code öffnet den Bestand und jede Sicherung, auch auf einem anderen Rechner. Bitte im"
        " Tresor verwahren. Eingabe unter „Einstellungen, Sicherung, Wiederherstellen“.</p>"
    )
    return document


def write_document(document: QTextDocument, target: Path) -> None:
    """As a PDF."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(target))
    document.print_(printer)


def save_code(desk: Desk) -> None:
    """The sheet as a PDF to print; the file is to be deleted afterwards."""
    chosen, _ = QFileDialog.getSaveFileName(
        desk.window, "Wiederherstellungscode", "Wiederherstellungscode.pdf", "PDF (*.pdf)"
    )
    if chosen:
        here = desk.read_now(town.town_or_none)
        name = here.name if here else ""
        write_document(code_document(name, desk.office.store.recovery_code, desk.today), Path(chosen))
        desk.say("Gespeichert. Bitte drucken, in den Tresor legen, und die Datei löschen.")


@command("keys.add_slot", "Weiteren Zugang einrichten", icon="key-round", words="kennwort schlüsseldatei")
def add_slot(desk: Desk, _subject: Any) -> None:
    """A key file or a password that opens the data, too."""
    from rathaus_desk.desktop.parts.described import Choice

    def take(values: dict[str, Any]) -> None:
        way: Way
        if values["kind"] == "key_file":
            chosen, _ = QFileDialog.getSaveFileName(desk.window, "Neue Schlüsseldatei", "rathaus.key", "")
            if not chosen:
                raise BadInput("Bitte einen Ort für die Schlüsseldatei wählen.")
            way = KeyFile(Path(chosen))
        elif values["kind"] == "code":
            way = RecoveryCode(new_code())
        else:
            if len(values.get("password") or "") < 12:
                raise BadInput("Ein Kennwort braucht mindestens zwölf Zeichen.")
            if values.get("password") != values.get("again"):
                raise BadInput("Die beiden Kennwörter sind verschieden.")
            way = Password(values["password"])
        store = desk.office.store
        desk.tasks.start(
            lambda: store.add_slot(way), lambda _: desk.say("Der Zugang ist eingerichtet."), desk.failed.emit
        )

    chosen = (
        Choice("password", "Kennwort"),
        Choice("key_file", "Schlüsseldatei"),
        Choice("code", "Neuer Wiederherstellungscode (der alte gilt dann nicht mehr)"),
    )

    def by_password(values: Mapping[str, Any]) -> bool:
        return bool(values.get("kind") == "password")

    open_form(
        desk,
        "Weiterer Zugang",
        (
            Section(
                "",
                (
                    (Field("kind", "&Art", "choice", 12, required=True, choices=chosen),),
                    (
                        Field("password", "&Kennwort", "secret", 6, required=True, shown=by_password),
                        Field("again", "noch &einmal", "secret", 6, required=True, shown=by_password),
                    ),
                ),
            ),
        ),
        take,
        save_title="Einrichten",
        values={"kind": "password"},
    )


@command("keys.rotate", "Schlüssel wechseln", icon="refresh-cw", words="neu verschlüsseln")
def rotate(desk: Desk, _subject: Any) -> None:
    """Encrypts everything anew."""
    if not ask(
        desk.window,
        "Schlüssel wechseln?",
        "Der ganze Bestand wird neu verschlüsselt. Alle Zugänge öffnen danach wie bisher. Andere Fenster und"
        " Programme, die den Bestand offen haben, müssen vorher geschlossen werden.",
        yes="Neu verschlüsseln",
    ):
        return
    desk.quiet(
        lambda: desk.office.store.rotate(),
        lambda _: desk.say("Der Bestand ist neu verschlüsselt."),
        "Wird verschlüsselt …",
    )


class BackupSection(SettingsSection):
    """Sicherung."""

    name = "sicherung"
    title = "Sicherung"
    intro = (
        "Eine Sicherung ist eine verschlüsselte Datei mit allem. Ist ein Ordner gewählt, wird jeden Tag beim"
        " Öffnen eine angelegt; die letzten vierzehn bleiben."
    )
    icon = "hard-drive-download"

    def fill(self) -> None:
        """The buttons."""
        self.buttons(
            ("Ordner wählen …", "folder-open", self._folder),
            ("Jetzt sichern", "save", lambda: self.desk.do("backup.now")),
            ("Wiederherstellen …", "undo-2", lambda: self.desk.do("backup.restore")),
        )

    def refresh(self) -> None:
        """Where, and when last."""
        folder = backup_folder(self.desk)
        last = self.desk.setting("backup.last")
        when = f"{at_town(datetime.fromisoformat(last)):%d.%m.%Y um %H:%M}" if last else "noch nie"
        banner = () if folder else (Banner("Es ist noch kein Ordner für die tägliche Sicherung gewählt."),)
        self.show_parts(*banner, Facts("Stand", (Fact("Ordner", folder), Fact("Letzte Sicherung", when))))

    def _folder(self) -> None:
        if policies().backup_folder is not None:
            self.desk.say("Den Ordner der Sicherung hat die Verwaltung dieses Rechners vorgegeben.")
            return
        chosen = QFileDialog.getExistingDirectory(self, "Ordner für die Sicherung")
        if chosen:
            self.desk.set_setting("backup.folder", chosen)
            back_up(self.desk, Path(chosen), daily=True)


def backup_folder(desk: Desk) -> str:
    """Where the daily backup goes: as laid down for this machine, else as a clerk chose; "" if neither."""
    laid_down = policies().backup_folder
    return str(laid_down) if laid_down is not None else desk.setting("backup.folder", "")


def back_up(desk: Desk, target: Path, *, daily: bool) -> None:
    """A backup in a worker; then the settings know when it was."""
    store = desk.office.store

    def work() -> BackupDone | None:
        done = store.daily_backup(target, keep=KEPT_DAYS) if daily else store.back_up(target)
        desk.remember_now("backup.last", store.clock.now().isoformat())
        return done

    def said(done: BackupDone | None) -> None:
        if done is None:
            desk.say("Die Sicherung von heute ist schon da.")
        else:
            size = f"{done.size / 1_000_000:.1f}".replace(".", ",")
            lost = f" {done.missing} Anhänge fehlen!" if done.missing else ""
            desk.say(f"Gesichert: {done.path.name} ({size} MB).{lost}")
        desk.happenings.look()

    desk.long("Wird gesichert …", lambda _: work(), said, cancellable=False)


def daily(desk: Desk) -> None:
    """Today's backup, if a folder was chosen; at the start of the program."""
    folder = backup_folder(desk)
    if folder and Path(folder).is_dir():
        back_up(desk, Path(folder), daily=True)
    elif folder:
        desk.say(f"Der Ordner für die Sicherung ist nicht erreichbar: {folder}")


@command("backup.now", "Jetzt sichern", icon="save", words="backup datensicherung")
def backup_now(desk: Desk, _subject: Any) -> None:
    """A backup to a file of the clerk's choice."""
    chosen, _ = QFileDialog.getSaveFileName(
        desk.window, "Sichern", f"Rathaus {desk.today:%Y-%m-%d}.rdsicherung", "Sicherung (*.rdsicherung)"
    )
    if chosen:
        back_up(desk, Path(chosen), daily=False)


@command("backup.restore", "Sicherung wiederherstellen", icon="undo-2", words="backup zurück")
def restore(desk: Desk, _subject: Any) -> None:
    """Puts a backup in place of the data; what is there now is kept beside it. Ends the program."""
    from rathaus_desk.office.town_hall import way_into
    from rathaus_desk.store.backup import restore as put_back

    def take(values: dict[str, Any]) -> None:
        file: Path = values["file"]
        store = desk.office.store
        home = store.home
        way: Way = (
            RecoveryCode(values["code"]) if values.get("code") else way_into(home.folder, desk.key_file)
        )
        desk.agent.close()
        desk.happenings.close()
        store.close()
        try:
            kept = put_back(file, home, way, store.clock.now(), None)
        except DeskError as error:
            desk.happenings.reopen()
            desk.agent.begin()
            raise BadInput(str(error), detail=error.detail) from error
        aside = f" Der bisherige Bestand liegt in {kept}." if kept else ""
        tell(
            desk.window,
            "Wiederhergestellt",
            f"Das Programm wird jetzt beendet; bitte neu öffnen.{aside}",
            mark="circle-check",
            then=desk.close_wanted.emit,
        )

    open_form(
        desk,
        "Sicherung wiederherstellen",
        (
            Section(
                "",
                (
                    (Field("file", "&Sicherung", "file", 12, required=True, suffixes=(".rdsicherung",)),),
                    (
                        Field(
                            "code",
                            "&Wiederherstellungscode",
                            span=12,
                            hint="Nur nötig, wenn die Sicherung von einem anderen Rechner stammt.",
                        ),
                    ),
                ),
            ),
        ),
        take,
        save_title="Wiederherstellen",
        intro="Vorher wird alles geprüft. Der bisherige Bestand bleibt daneben liegen.",
    )
