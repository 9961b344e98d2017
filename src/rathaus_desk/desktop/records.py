"""What a clerk can do on any record: a note, a follow-up, a file, and undoing a step of its history."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.keeping import keep_file
from rathaus_desk.desktop.parts.described import Field, Section
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.desktop.parts.questions import ask
from rathaus_desk.store.attachments import Attachment
from rathaus_desk.store.operations import Request
from rathaus_desk.town.operations import AttachFile, FinishFollowUp, RemindOn, WriteNote


@command("town.note", "Notiz schreiben", icon="sticky-note", key="Ctrl+N", about="*", needs=True)
def note(desk: Desk, record: UUID | None) -> None:
    """A note on the record that is open."""
    assert record is not None
    open_form(
        desk,
        "Notiz schreiben",
        (Section("", ((Field("text", "&Notiz", "long_text", 12, required=True, lines=6),),)),),
        lambda values: WriteNote(about=record, text=values["text"]),
        words="Notiz gespeichert.",
    )


@command("town.remind", "Wiedervorlage anlegen", icon="clock", key="Ctrl+R", about="*", needs=True)
def remind(desk: Desk, record: UUID | None) -> None:
    """A dated reminder on the record that is open."""
    assert record is not None
    open_form(
        desk,
        "Wiedervorlage anlegen",
        (
            Section(
                "",
                (
                    (
                        Field("on", "&Am", "date", 4, required=True, future=True, hint="20.11., heute, +14"),
                        Field("text", "&Was ist zu tun?", "text", 8, required=True),
                    ),
                ),
            ),
        ),
        lambda values: RemindOn(about=record, due_on=values["on"], text=values["text"]),
        words="Wiedervorlage angelegt.",
    )


@command("town.finish_follow_up", "Erledigt", icon="check", searchable=False)
def finish(desk: Desk, follow_up: UUID | None) -> None:
    """A follow-up is done."""
    if follow_up is not None:
        desk.run(FinishFollowUp(follow_up=follow_up), words="Wiedervorlage erledigt.")


@command("town.attach", "Datei anhängen", icon="paperclip", about="*", needs=True, words="scan foto dokument")
def attach(desk: Desk, record: UUID | None) -> None:
    """A scan or photo on the record that is open."""
    assert record is not None

    def request(values: dict[str, Any]) -> Request:
        kept = keep_file(desk, values["file"])
        return AttachFile(about=record, **msgspec.structs.asdict(kept))

    open_form(
        desk,
        "Datei anhängen",
        (Section("", ((Field("file", "&Datei", "file", 12, required=True),),)),),
        request,
        save_title="Anhängen",
        words="Datei angehängt.",
    )


@command("town.open_file", "Öffnen", icon="external-link", searchable=False)
def open_file(desk: Desk, attachment: UUID | None) -> None:
    """Shows a kept file with the program that the system has for it."""
    if attachment is None:
        return

    def work() -> Path:
        store = desk.office.store
        with store.read() as session:
            kept = session.get_one(Attachment, attachment)
            name = kept.name
        return desk.put_aside(name, store.read_attachment(kept))

    def show(path: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    desk.tasks.start(work, show, desk.failed.emit)


@command("history.undo", "Rückgängig", icon="undo-2", searchable=False)
def undo(desk: Desk, operation: UUID | None) -> None:
    """Takes an operation of the history back."""
    if operation is not None and ask(
        desk.window,
        "Rückgängig machen?",
        "Alles, was dieser Schritt geändert hat, wird zurückgenommen. Nummern bleiben vergeben.",
        yes="Rückgängig machen",
    ):
        desk.undo(operation)
