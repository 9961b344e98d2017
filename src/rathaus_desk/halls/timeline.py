"""The occupancy plan as plain values: every room as a lane, everything that holds it as a bar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.halls.records import Booking, ClosedTime, Hall, Room
from rathaus_desk.halls.rules.states import GERMAN_STATES, BookingState
from rathaus_desk.halls.rules.times import Times
from rathaus_desk.people import queries as people
from rathaus_desk.people.rules.names import list_name
from rathaus_desk.store.claims import Span, collisions

BarKind = Literal["firm", "option", "closed"]
_FEW = 500


@dataclass(frozen=True, slots=True)
class Lane:
    """One room of a hall."""

    room: UUID
    room_key: str
    room_name: str
    hall: UUID
    hall_name: str
    first: bool
    """Whether it is the first of its hall."""
    alone: bool
    """Whether its hall has no other room."""

    @property
    def title(self) -> str:
        """``Dorfgemeinschaftshaus Altenfeld · Saal``; a hall of one room needs no second name."""
        return self.hall_name if self.alone else f"{self.hall_name} · {self.room_name}"


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that holds a room, in wall time without buffers (end exclusive)."""

    record: UUID
    room: UUID
    kind: BarKind
    starts: datetime
    ends: datetime
    title: str
    second: str
    state: str

    @property
    def words(self) -> str:
        """What a screen reader says of it."""
        hours = f"{self.starts:%d.%m. %H:%M} bis {self.ends:%d.%m. %H:%M} Uhr"
        return ", ".join(filter(None, (self.title, self.second, hours, self.state)))


def lanes(session: Session) -> list[Lane]:
    """Every room, by hall and file order."""
    query = (
        select(Room.id, Room.key, Room.name, Hall.id, Hall.name)
        .join(Hall, Hall.id == Room.hall_id)
        .where(Room.deleted_at.is_(None), Hall.deleted_at.is_(None))
        .order_by(Hall.name, Hall.id, Room.rank)
    )
    rows = session.execute(query).all()
    halls = [hall for _, _, _, hall, _ in rows]
    return [
        Lane(room, key, name, hall, hall_name, at == 0 or halls[at - 1] != hall, halls.count(hall) == 1)
        for at, (room, key, name, hall, hall_name) in enumerate(rows)
    ]


def bars(session: Session, shown: Iterable[Lane], first: datetime, last: datetime) -> list[Bar]:
    """Everything that holds the rooms of these lanes from ``first`` to ``last`` (moments), by time.

    Found by the claims of each room: one look-up that ends where the period begins.
    """
    rooms = [lane.room for lane in shown]
    span = Span.of(first, last)
    held: dict[UUID, list[UUID]] = {}
    for room, taken in zip(rooms, collisions(session, [(room, span) for room in rooms]), strict=True):
        for one in taken:
            held.setdefault(one.holder, []).append(room)
    found = [*_bookings(session, held), *_closed(session, held)]
    begins, over = Times.of(first, last).starts, Times.of(first, last).ends
    return sorted(
        (bar for bar in found if bar.starts < over and bar.ends > begins), key=lambda bar: bar.starts
    )


def _bookings(session: Session, held: dict[UUID, list[UUID]]) -> Iterable[Bar]:
    columns = select(
        Booking.id, Booking.purpose, Booking.person_id, Booking.state, Booking.starts, Booking.ends
    )
    ids = list(held)
    rows = [
        row
        for start in range(0, len(ids), _FEW)
        for row in session.execute(columns.where(Booking.id.in_(ids[start : start + _FEW])))
    ]
    names = {
        person: list_name(known) for person, known in people.people(session, {row[2] for row in rows}).items()
    }
    for booking, purpose, person, state, starts, ends in rows:
        known: BookingState = state
        times = Times.of(starts, ends)
        kind: BarKind = "option" if known == "option" else "firm"
        for room in held[booking]:
            who = names.get(person, "")
            yield Bar(booking, room, kind, times.starts, times.ends, purpose, who, GERMAN_STATES[known])


def _closed(session: Session, held: dict[UUID, list[UUID]]) -> Iterable[Bar]:
    ids = list(held)
    for start in range(0, len(ids), _FEW):
        query = select(ClosedTime).where(ClosedTime.id.in_(ids[start : start + _FEW]))
        for closed in session.scalars(query):
            times = Times.of(closed.starts, closed.ends)
            for room in held[closed.id]:
                yield Bar(
                    closed.id, room, "closed", times.starts, times.ends, closed.reason, "", "geschlossen"
                )
