"""How much waits at each place of the navigation."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from rathaus_desk.applications.records import Application, QuarantinedDelivery
from rathaus_desk.fees.queries import overdue
from rathaus_desk.halls.records import Booking
from rathaus_desk.letters.records import StoredLetter


def counts(session: Session, today: date) -> dict[str, int]:
    """Page → what waits there: new applications, bookings to decide, overdue items, letters to print."""
    new = sa.select(sa.func.count()).select_from(Application).where(Application.state == "new")
    held = (
        sa.select(sa.func.count())
        .select_from(QuarantinedDelivery)
        .where(QuarantinedDelivery.settled_at.is_(None))
    )
    waiting = sa.select(sa.func.count()).select_from(StoredLetter).where(StoredLetter.posted_on.is_(None))
    asked = sa.select(sa.func.count()).select_from(Booking).where(Booking.state == "requested")
    return {
        "hallen": session.scalar(asked.where(Booking.series_id.is_(None))) or 0,
        "antraege": (session.scalar(new) or 0) + (session.scalar(held) or 0),
        "gebuehren": overdue(session, today),
        "post": session.scalar(waiting) or 0,
    }
