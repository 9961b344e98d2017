"""The letters that were made: what was sent to whom, kept as the very bytes that went out."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from rathaus_desk.kernel.periods import german_date
from rathaus_desk.store.schema import Found, Json, Record, Searchable


def _describe(letter: StoredLetter, _session: Session) -> Found:
    to = letter.recipient_lines[0] if letter.recipient_lines else ""
    return Found(
        letter.title,
        f"Schreiben vom {german_date(letter.dated_on)} an {to}",
        " ".join(letter.recipient_lines),
    )


class StoredLetter(Record):
    """A letter. Its PDF is an attachment of this record, never made again: a reprint is the same file."""

    __tablename__ = "letter"
    __strict__ = True
    __search__ = Searchable("letter", _describe)

    kind: Mapped[str]
    """The name of its template: ``fee_notice`` …"""
    title: Mapped[str]
    about_id: Mapped[UUID] = mapped_column(index=True)
    """What it is about: a notice, a burial, a right."""
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case_file.id"))
    recipient_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    recipient_lines: Mapped[Json]
    """The address as it was written, a line each."""
    dated_on: Mapped[date] = mapped_column(index=True)
    attachment_id: Mapped[UUID] = mapped_column(ForeignKey("attachment.id"))
    sha256: Mapped[str]
    """Of the PDF, in hex."""
    printed_on: Mapped[date | None]
    posted_on: Mapped[date | None]
    """The day it left the house; deadlines count from it."""
    emailed_on: Mapped[date | None]
    """The day an e-mail with it was prepared; the message is an attachment of this record."""
    emailed_to: Mapped[str] = mapped_column(default="")


class OwnTemplate(Record):
    """One version of a town's own text for a letter. The newest counts; earlier ones stay to be read."""

    __tablename__ = "letter_template"

    name: Mapped[str] = mapped_column(index=True)
    """The letter: ``fee_notice`` …"""
    revision: Mapped[int]
    text: Mapped[str]
    """Empty: from here on the program's own text is used again."""
    origin: Mapped[str]
    """The town whose text it was taken over from; "" for the town's own."""
