"""What is due in the whole house: deadlines, open items, ending rights, follow-ups; each with its day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.cemetery import queries as cemetery
from rathaus_desk.fees import queries as fees
from rathaus_desk.fees.records import Notice
from rathaus_desk.halls import queries as halls
from rathaus_desk.halls.occupancy import offers
from rathaus_desk.halls.rules.times import german_span
from rathaus_desk.town import queries as town


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that is due ``on`` a day; ``id`` is the record it is about."""

    on: date
    kind: str
    title: str
    id: UUID


def due(session: Session, today: date, days: int) -> list[Due]:
    """Everything due up to ``days`` ahead, what is overdue first; ended rights of the last year included."""
    until = today + timedelta(days=days)
    found = [
        *_follow_ups(session, until),
        *_open_items(session, until),
        *_ending_rights(session, today, until),
        *_appeals(session, today, until),
        *_hall_tasks(session, until),
        *_ending_options(session, until),
        *_offers(session, today),
    ]
    return sorted(found, key=lambda one: (one.on, one.kind, one.title))


def _follow_ups(session: Session, until: date) -> Iterator[Due]:
    for one in town.follow_ups_due(session, until):
        yield Due(one.due_on, "follow_up", f"Wiedervorlage: {one.text}", one.id)


def _open_items(session: Session, until: date) -> Iterator[Due]:
    for item in fees.open_items(session):
        if item.state in ("open", "partly") and item.due_on <= until:
            yield Due(
                item.due_on,
                "due_item",
                f"Zahlung: {item.open.german()} {item.debtor} ({item.title})",
                item.id,
            )


def _ending_rights(session: Session, today: date, until: date) -> Iterator[Due]:
    for line in cemetery.ending_rights(session, today - timedelta(days=365), until):
        if line.until is not None:
            yield Due(line.until, "right", f"Nutzungsrecht endet: {line.name}", line.grave)


def _appeals(session: Session, today: date, until: date) -> Iterator[Due]:
    """Notices that left the house, on the last day of their remedy: from then on they are final.

    What has no remedy (an invoice) has none that could end.
    """
    query = select(Notice).where(Notice.posted_on.is_not(None), Notice.appeal_until.between(today, until))
    query = query.where(Notice.appeal_until > Notice.received_on)
    for notice in session.scalars(query):
        yield Due(
            notice.appeal_until,
            "appeal",
            f"Rechtsbehelfsfrist endet: {notice.number} {notice.title}",
            notice.id,
        )


def _hall_tasks(session: Session, until: date) -> Iterator[Due]:
    for task, booking in halls.tasks_due(session, until):
        when = german_span(booking.starts, booking.ends)
        assert task.due_on is not None
        yield Due(task.due_on, "hall_task", f"{task.title}: {booking.purpose} ({when})", booking.id)


def _ending_options(session: Session, until: date) -> Iterator[Due]:
    for booking in halls.options_until(session, until):
        when = german_span(booking.starts, booking.ends)
        assert booking.option_until is not None
        yield Due(booking.option_until, "option", f"Option endet: {booking.purpose} ({when})", booking.id)


def _offers(session: Session, today: date) -> Iterator[Due]:
    """Who waits for a time that has become free, due today."""
    for waiting in offers(session, today):
        when = german_span(waiting.starts, waiting.ends)
        title = f"Warteliste, Zeit ist frei geworden: {waiting.purpose} ({when})"
        yield Due(today, "waiting", title, waiting.id)
