"""The lists of letters: what waits to be posted, and every letter that was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.kernel.listing import Column, Listing, Row, Wanted
from rathaus_desk.letters.records import StoredLetter
from rathaus_desk.people.listings import is_blocked
from rathaus_desk.people.queries import people
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.names import list_name
from rathaus_desk.town.records import Case

LETTER_COLUMNS = (
    Column("dated_on", "Datum", "date"),
    Column("title", "Schreiben"),
    Column("recipient", "An"),
    Column("address", "Anschrift"),
    Column("case_number", "Aktenzeichen"),
    Column("printed_on", "gedruckt am", "date"),
    Column("posted_on", "zur Post am", "date"),
)


def _letter_rows(*, waiting: bool) -> Callable[[Session, Wanted], Iterator[Row]]:
    """Rows of all letters, or of those that wait; ``period`` narrows by the letter's date."""

    def rows(session: Session, wanted: Wanted) -> Iterator[Row]:
        query = (
            select(StoredLetter, Case.number)
            .outerjoin(Case, StoredLetter.case_id == Case.id)
            .where(StoredLetter.dated_on.between(wanted.days.first, wanted.days.last))
            .order_by(StoredLetter.dated_on, StoredLetter.id)
        )
        if waiting:
            query = query.where(StoredLetter.posted_on.is_(None))
        found = session.execute(query).all()
        recipients = people(session, (letter.recipient_id for letter, _ in found if letter.recipient_id))
        for letter, case_number in found:
            yield (
                letter.dated_on,
                letter.title,
                *_recipient(letter, recipients, wanted.on),
                case_number or "",
                letter.printed_on,
                letter.posted_on,
            )

    return rows


def _recipient(letter: StoredLetter, recipients: dict[UUID, Person], on: date) -> tuple[str, str]:
    """Who it goes to and the address as it was written; a block notice hides the address."""
    known = recipients.get(letter.recipient_id) if letter.recipient_id else None
    written = ", ".join(letter.recipient_lines)
    if known is None:
        return "", written
    return list_name(known), "" if is_blocked(known, on) else written


WAITING = Listing(
    "postausgang", "Postausgang", LETTER_COLUMNS, _letter_rows(waiting=True), frozenset({"period"})
)
LETTERS = Listing(
    "schreiben", "Schreiben", LETTER_COLUMNS, _letter_rows(waiting=False), frozenset({"period"})
)

LISTINGS = (WAITING, LETTERS)
