"""The facts that the halls' letters need, and filing those letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rathaus_desk.halls import queries
from rathaus_desk.halls.records import Booking, Hall
from rathaus_desk.halls.rules.times import german_span
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.letters.operations import compose_and_file
from rathaus_desk.letters.parties import letter_facts
from rathaus_desk.letters.records import StoredLetter
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.names import display_name
from rathaus_desk.store.operations import Work

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from rathaus_desk.letters.facts import LetterFacts

HALL_FEE = "legal_basis.hall_fee"
"""The entry of the law table that fees of halls rest on."""


def place_name(session: Session, booking: Booking) -> str:
    """What was booked, as people call it: the set's name, or the rooms'."""
    hall = queries.hall(session, booking.hall_id)
    for one in queries.sets_of(session, hall.id) if booking.set_key else ():
        if one.key == booking.set_key:
            return one.name
    return ", ".join(room.name for room in queries.rooms_named(session, hall, booking.rooms))


def use_words(session: Session, bookings: Sequence[Booking]) -> dict[str, Any]:
    """Hall, rooms, time and purpose of one booking, or of several of one series with all their dates."""
    first, last = bookings[0], bookings[-1]
    dates = [german_span(one.starts, one.ends) for one in bookings]
    times = dates[0]
    if len(bookings) > 1:
        times = f"{len(bookings)} Termine, {times.split(',')[0]} bis {dates[-1].split(',')[0]}"
    return {
        "hall": session.get_one(Hall, first.hall_id).name,
        "rooms": place_name(session, last),
        "times": times,
        "purpose": first.purpose,
        "dates": tuple(dates) if len(dates) > 1 else (),
    }


def use_facts(work: Work, bookings: Sequence[Booking]) -> dict[str, Any]:
    """What every letter about bookings has that decides nothing."""
    first = bookings[0]
    if first.case_id is None:
        raise Refused("Zu dieser Buchung gibt es noch keinen Vorgang.")
    return {
        **letter_facts(work, first.person_id, first.case_id),
        **use_words(work.session, bookings),
    }


def user_name(session: Session, booking: Booking) -> str:
    """Who uses the hall, as letters name them."""
    return display_name(session.get_one(Person, booking.person_id))


def file(work: Work, kind: str, facts: LetterFacts, booking: Booking) -> StoredLetter:
    """The letter about a booking, to who booked; it waits in the print queue."""
    return compose_and_file(
        work, kind, facts, about=booking.id, case=booking.case_id, recipient=booking.person_id
    )


def confirm_option(work: Work, booking: Booking, *, offered: bool = False) -> None:
    """Files the confirmation of an option."""
    from rathaus_desk.letters.facts import HallOption

    assert booking.option_until is not None
    facts = HallOption(
        **use_facts(work, [booking]),
        until=booking.option_until,
        total=booking.total,
        deposit=booking.deposit,
        offered=offered,
    )
    file(work, "hall_option", facts, booking)
