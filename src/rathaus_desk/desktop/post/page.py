"""Post: what is to be printed and what left the house; each letter as it looks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QFileDialog
from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import Page, page
from rathaus_desk.desktop.parts.described import (
    Chip,
    Choice,
    Column,
    Detail,
    Document,
    Fact,
    Facts,
    Field,
    Section,
    State,
    Tab,
    Target,
)
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.desktop.parts.list_page import ListPage
from rathaus_desk.desktop.parts.printing import print_pdf, printer_names
from rathaus_desk.desktop.parts.sources import Row, Want, WholeSource
from rathaus_desk.desktop.post.emails import prepare_emails
from rathaus_desk.desktop.tabs import case_parts, history_tab
from rathaus_desk.fees.operations import Dispatch
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.letters import queries
from rathaus_desk.letters.operations import MarkPrinted
from rathaus_desk.letters.post import print_file
from rathaus_desk.letters.records import StoredLetter
from rathaus_desk.store.engine import Store

COLUMNS = (
    Column("dated", "Datum", "date", width=11),
    Column("title", "Schreiben", width=32, stretch=True),
    Column("recipient", "An", width=26, stretch=True),
    Column("state", "Stand", "state", width=20),
)


def letter_state(letter: StoredLetter) -> State:
    """Where a letter stands."""
    if letter.posted_on is not None:
        return State(f"versandt {german_date(letter.posted_on)}", "good", "✓")
    if letter.emailed_on is not None:
        return State("E-Mail vorbereitet", "warn", "…")
    if letter.printed_on is not None:
        return State("gedruckt", "calm", "✓")
    return State("zu drucken", "warn", "○")


def _load(session: Session, want: Want) -> Sequence[tuple[UUID, Row]]:
    query = select(StoredLetter)
    match want.chip:
        case "print":
            query = query.where(StoredLetter.posted_on.is_(None), StoredLetter.printed_on.is_(None))
        case "dispatch":
            query = query.where(StoredLetter.posted_on.is_(None), StoredLetter.printed_on.is_not(None))
        case "posted":
            query = query.where(StoredLetter.posted_on.is_not(None))
        case "all":
            pass
        case _:
            query = query.where(StoredLetter.posted_on.is_(None))
    letters = session.scalars(query.order_by(StoredLetter.dated_on.desc(), StoredLetter.id.desc()))
    return [
        (one.id, (one.dated_on, one.title, ", ".join(one.recipient_lines), letter_state(one)))
        for one in letters
    ]


SOURCE = WholeSource(
    name="post",
    title="Post",
    columns=COLUMNS,
    tables=frozenset({"letter"}),
    load=_load,
    chips=(
        Chip("waiting", "Zu versenden"),
        Chip("print", "Zu drucken"),
        Chip("dispatch", "Gedruckt"),
        Chip("posted", "Versandt"),
        Chip("all", "Alle"),
    ),
    empty="Alles ist versandt. Neue Schreiben kommen mit Bescheiden und Bestätigungen hierher.",
)


def letter_detail(store: Store, session: Session, record: UUID) -> Detail | None:
    """A letter: as it looks, and what became of it."""
    letter = session.get(StoredLetter, record)
    if letter is None:
        return None
    waits = letter.posted_on is None
    return Detail(
        title=letter.title,
        second=f"vom {german_date(letter.dated_on)}",
        state=letter_state(letter),
        actions=("post.print", "post.email", "post.dispatch") if waits else ("post.print", "post.save"),
        more=("post.mark_printed", "post.save", "post.open", "town.note", "town.remind"),
        tabs=(
            Tab("Übersicht", (Document(letter.title, letter.sha256, partial(_pdf, store, record)),)),
            Tab(
                "Vorgang",
                (
                    Facts(
                        "Empfänger",
                        (
                            Fact("Anschrift", "\n".join(letter.recipient_lines)),
                            *(
                                (
                                    Fact(
                                        "Person",
                                        str(letter.recipient_lines[0]),
                                        target=Target("personen", letter.recipient_id),
                                    ),
                                )
                                if letter.recipient_id
                                else ()
                            ),
                            Fact("Gedruckt", german_date(letter.printed_on) if letter.printed_on else ""),
                            Fact("E-Mail", letter.emailed_to),
                            Fact("Zur Post", german_date(letter.posted_on) if letter.posted_on else ""),
                        ),
                    ),
                    *case_parts(session, [letter.id], [letter.case_id] if letter.case_id else []),
                ),
            ),
            history_tab([letter.id]),
        ),
    )


def _pdf(store: Store, letter: UUID) -> bytes:
    with store.read() as session:
        attachment = queries.pdf_of(session, session.get_one(StoredLetter, letter))
    return store.read_attachment(attachment)


@page("post", "Post", icon="mail", rank=7, kinds=("letter",), words="drucken schreiben briefe versand")
def post_page(desk: Desk) -> Page:
    """The print queue and what left."""
    store = desk.office.store
    return ListPage(
        desk,
        SOURCE,
        about="letter",
        detail=lambda session, record: letter_detail(store, session, record),
        primary="post.print_all",
        tools=("post.dispatch_all",),
    )


def _printer_fields() -> tuple[tuple[Field, ...], ...]:
    names = printer_names()
    choices = (*(Choice(name, name) for name in names), Choice(_AS_FILE, "als PDF-Datei speichern"))
    return (
        (Field("printer", "&Drucker", "choice", 12, required=True, choices=choices),),
        (
            Field(
                "duplex",
                "beidseitig",
                "flag",
                12,
                shown=lambda values: values.get("printer") != _AS_FILE,
            ),
        ),
    )


_AS_FILE = "\0file"


def _printer_values(desk: Desk) -> dict[str, Any]:
    names = printer_names()
    kept = desk.setting("printer", "")
    printer = kept if kept in names else names[0] if names else _AS_FILE
    return {"printer": printer, "duplex": bool(desk.setting("printer.duplex", False))}


def _put_out(desk: Desk, values: dict[str, Any], load: Any, proposed: str, letters: Sequence[UUID]) -> None:
    """Prints, or saves, what ``load`` makes in a worker; then ticks the letters as printed."""
    if values["printer"] == _AS_FILE:
        chosen, _ = QFileDialog.getSaveFileName(desk.window, "Als PDF speichern", proposed, "PDF (*.pdf)")
        if not chosen:
            return
        target = Path(chosen)

        def save() -> Path:
            target.write_bytes(load())
            return target

        desk.long(
            "Wird geschrieben …",
            lambda _: save(),
            lambda path: desk.say(f"Gespeichert: {path.name}"),
            cancellable=False,
        )
        return
    desk.set_setting("printer", values["printer"])
    desk.set_setting("printer.duplex", values.get("duplex", False))
    desk.long(
        "Wird gedruckt …", lambda _: load(), lambda pdf: _print(desk, pdf, values, letters), cancellable=False
    )


def _print(desk: Desk, pdf: bytes, values: dict[str, Any], letters: Sequence[UUID]) -> None:
    from rathaus_desk.kernel.errors import CannotWork

    print_pdf(
        pdf,
        values["printer"],
        duplex=values.get("duplex", False),
        parent=desk,
        done=lambda: desk.run(MarkPrinted(letters=tuple(letters)), words="Gedruckt."),
        failed=lambda sentence: desk.failed.emit(CannotWork(sentence)),
        progress=lambda done, of: desk.say(f"Seite {done} von {of} wird gedruckt …"),
    )


@command(
    "post.print",
    "Drucken",
    icon="printer",
    key="Ctrl+Shift+P",
    about="letter",
    needs=True,
    words="ausdrucken nachdruck",
)
def print_one(desk: Desk, letter: UUID | None) -> None:
    """The letter that is open; a reprint is the same file."""
    assert letter is not None
    title = desk.read_now(lambda session: session.get_one(StoredLetter, letter).title)
    load = partial(_pdf, desk.office.store, letter)
    open_form(
        desk,
        "Schreiben drucken",
        (Section("", _printer_fields()),),
        lambda values: _put_out(desk, values, load, f"{title}.pdf", [letter]),
        save_title="Drucken",
        values=_printer_values(desk),
    )


@command("post.print_all", "Alles drucken", icon="printer", words="tagespost sammeldruck warteschlange")
def print_all(desk: Desk, _subject: UUID | None) -> None:
    """Everything that waits, as one job behind a cover list, in postal order."""
    waiting = desk.read_now(
        lambda session: [one.id for one in queries.waiting(session) if not one.printed_on]
    )
    if not waiting:
        desk.say("Es wartet nichts, was noch nicht gedruckt ist.")
        return
    store, today = desk.office.store, desk.today

    def request(values: dict[str, Any]) -> None:
        duplex = values.get("duplex", False)
        _put_out(
            desk,
            values,
            lambda: print_file(store, today, letters=waiting, duplex=duplex),
            f"Post {today:%Y-%m-%d}.pdf",
            waiting,
        )

    count = "1 Schreiben" if len(waiting) == 1 else f"{len(waiting)} Schreiben"
    open_form(
        desk,
        "Post drucken",
        (Section("", _printer_fields()),),
        request,
        save_title="Drucken",
        values=_printer_values(desk),
        intro=f"{count} hinter einer Liste, nach Postleitzahl geordnet.",
    )


@command(
    "post.email", "Per E-Mail", icon="at-sign", about="letter", needs=True, words="mail senden outlook anlage"
)
def email_one(desk: Desk, letter: UUID | None) -> None:
    """The letter that is open, as an e-mail in the mail program."""
    assert letter is not None
    prepare_emails(desk, [letter])


@command(
    "post.dispatch", "Versandt", icon="send", about="letter", needs=True, words="zur post gegeben aufgabe"
)
def dispatch_one(desk: Desk, letter: UUID | None) -> None:
    """The letter left the house: from that day deadlines run."""
    assert letter is not None
    _dispatch(desk, [letter])


@command("post.dispatch_all", "Alles versandt …", icon="send", words="zur post gegeben aufgabe tagespost")
def dispatch_all(desk: Desk, _subject: UUID | None) -> None:
    """Everything that waits left the house."""
    waiting = desk.read_now(lambda session: [one.id for one in queries.waiting(session)])
    if waiting:
        _dispatch(desk, waiting)
    else:
        desk.say("Es wartet nichts auf den Versand.")


def _dispatch(desk: Desk, letters: Sequence[UUID]) -> None:
    count = "Das Schreiben" if len(letters) == 1 else f"{len(letters)} Schreiben"
    open_form(
        desk,
        "Zur Post gegeben",
        (
            Section(
                "",
                (
                    (
                        Field(
                            "on",
                            "&Am",
                            "date",
                            6,
                            required=True,
                            hint="Von diesem Tag an laufen die Fristen.",
                        ),
                    ),
                ),
            ),
        ),
        lambda values: Dispatch(letters=tuple(letters), posted_on=values["on"]),
        save_title="Eintragen",
        values={"on": desk.today},
        words="Versand eingetragen; die Fristen laufen.",
        intro=f"{count} hat das Haus verlassen."
        if len(letters) == 1
        else f"{count} haben das Haus verlassen.",
    )


@command("post.mark_printed", "Als gedruckt abhaken", icon="check", about="letter", needs=True)
def mark_printed(desk: Desk, letter: UUID | None) -> None:
    """It was printed elsewhere."""
    assert letter is not None
    desk.run(MarkPrinted(letters=(letter,)), words="Als gedruckt abgehakt.")


@command(
    "post.save", "Als PDF speichern", icon="download", about="letter", needs=True, words="exportieren datei"
)
def save(desk: Desk, letter: UUID | None) -> None:
    """The PDF as a file."""
    assert letter is not None
    title = desk.read_now(lambda session: session.get_one(StoredLetter, letter).title)
    _put_out(desk, {"printer": _AS_FILE}, partial(_pdf, desk.office.store, letter), f"{title}.pdf", [])
