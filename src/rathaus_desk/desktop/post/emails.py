"""Letters by e-mail: kept as proof, opened in the mail program of the desk, sent by the clerk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.letters import queries
from rathaus_desk.letters.operations import PrepareEmails
from rathaus_desk.letters.records import StoredLetter
from rathaus_desk.store.attachments import Attachment
from rathaus_desk.store.operations import Done

_NOTICE = (
    "Ein Bescheid darf nur dann als E-Mail bekannt gegeben werden, wenn die Empfängerin oder der Empfänger "
    "dafür einen Zugang eröffnet hat (§ 3a HVwVfG)."
)


def prepare_emails(desk: Desk, letters: Sequence[UUID]) -> None:
    """Shows to whom they go, keeps the messages, and opens each in the mail program."""
    found = desk.read_now(lambda session: _addressed(session, letters))
    missing = [title for title, to, _ in found if not to]
    if missing:
        desk.say(f"Keine E-Mail-Adresse im Register: {', '.join(missing)}.")
        return
    words = [f"{title} an {to}." for title, to, _ in found]
    notice = [_NOTICE] if any(is_notice for *_, is_notice in found) else []
    after = "Nach dem Senden bitte unter Post „Versandt“ eintragen."
    open_form(
        desk,
        "Per E-Mail",
        (),
        lambda _values: PrepareEmails(letters=tuple(letters)),
        intro="\n".join((*words, *notice, after)),
        save_title="E-Mail öffnen" if len(letters) == 1 else "E-Mails öffnen",
        words="E-Mail vorbereitet." if len(letters) == 1 else f"{len(letters)} E-Mails vorbereitet.",
        done=lambda done: open_messages(desk, done.value),
    )


def tell_by_email(desk: Desk, done: Done) -> None:
    """Offers an e-mail to everybody whom an operation just wrote to and the register has an address of."""
    reachable = desk.read_now(lambda session: _reachable(session, done.changed))
    if reachable:
        prepare_emails(desk, reachable)


def _reachable(session: Session, changed: Sequence[UUID]) -> list[UUID]:
    query = select(StoredLetter).where(StoredLetter.id.in_(changed)).order_by(StoredLetter.id)
    return [one.id for one in session.scalars(query) if queries.email_of(session, one)]


def _addressed(session: Session, letters: Sequence[UUID]) -> list[tuple[str, str, bool]]:
    """Title, address, and whether it is a notice, of each."""
    from rathaus_desk.letters.template import built_in

    found = [session.get_one(StoredLetter, one) for one in letters]
    return [
        (one.title, queries.email_of(session, one), built_in(one.kind).head.kind == "notice") for one in found
    ]


def open_messages(desk: Desk, messages: Sequence[UUID]) -> None:
    """Opens kept messages in the mail program."""
    store = desk.office.store

    def work() -> list[Path]:
        with store.read() as session:
            kept = [session.get_one(Attachment, one) for one in messages]
            named = [(one.name, store.read_attachment(one)) for one in kept]
        return [desk.put_aside(name, content) for name, content in named]

    def show(paths: list[Path]) -> None:
        for path in paths:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    desk.tasks.start(work, show, desk.failed.emit)
