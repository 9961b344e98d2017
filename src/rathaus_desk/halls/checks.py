"""What in the halls' records cannot be right; for ``doctor`` and the window. Only reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from rathaus_desk.halls import queries
from rathaus_desk.halls.records import Booking, DepositEntry
from rathaus_desk.halls.rules.deposit import Ledger
from rathaus_desk.halls.rules.states import CLAIMING, ENDED, GERMAN_STATES
from rathaus_desk.halls.rules.times import german_span
from rathaus_desk.store.claims import Claim


@dataclass(frozen=True, slots=True)
class HallFinding:
    """Something about one booking that a clerk should look at."""

    check: str
    record: UUID
    sentence: str


def data_checks(session: Session) -> Iterator[HallFinding]:
    """Bookings without their claims or with claims they should not have, and deposits left over."""
    yield from _claims(session)
    yield from _deposits(session)


def _claims(session: Session) -> Iterator[HallFinding]:
    held = sa.select(Claim.record).where(Claim.deleted_at.is_(None))
    without = sa.select(Booking).where(Booking.state.in_(sorted(CLAIMING)), Booking.id.not_in(held))
    for booking in session.scalars(without):
        yield _finding("booking_without_claim", booking, "belegt keinen Raum")
    left = sa.select(Booking).where(Booking.state.not_in(sorted(CLAIMING)), Booking.id.in_(held))
    for booking in session.scalars(left):
        yield _finding("claim_without_booking", booking, "belegt noch Räume")


def _deposits(session: Session) -> Iterator[HallFinding]:
    over = sorted({"settled", *ENDED})
    query = (
        sa.select(Booking)
        .join(DepositEntry, DepositEntry.booking_id == Booking.id)
        .where(Booking.state.in_(over), DepositEntry.deleted_at.is_(None))
        .distinct()
    )
    for booking in session.scalars(query):
        entries = queries.deposit_entries(session, booking.id)
        held = Ledger.of((entry.kind, entry.amount) for entry in entries).held
        if held:
            yield _finding("deposit_left", booking, f"es wird noch Kaution gehalten: {held.german()}")


def _finding(check: str, booking: Booking, what: str) -> HallFinding:
    when = german_span(booking.starts, booking.ends)
    state = GERMAN_STATES[booking.state]
    return HallFinding(check, booking.id, f"{booking.purpose} ({when}, {state}): {what}.")
