"""What a clerk can see of the halls: houses, rooms, sets, bookings and what belongs to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.halls.records import (
    Booking,
    BookingSeries,
    BookingTask,
    ClosedTime,
    DepositEntry,
    Direction,
    Hall,
    HallPicture,
    HandoverRecord,
    Room,
    RoomSet,
    WaitingRequest,
)
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.store.claims import Claim, Span, collisions
from rathaus_desk.store.schema import Record

R = TypeVar("R", bound=Record)

_FEW = 500
"""Ids that one query names."""


def halls(session: Session) -> Sequence[Hall]:
    """Every hall, by name."""
    return session.scalars(select(Hall).order_by(Hall.name)).all()


def hall(session: Session, hall_id: UUID) -> Hall:
    """The hall with this id; Refused if there is none."""
    found = session.get(Hall, hall_id)
    if found is None or found.deleted_at is not None:
        raise Refused("Diese Halle gibt es nicht (mehr).")
    return found


def hall_named(session: Session, name: str) -> Hall:
    """The hall with this key or name; BadInput names those there are."""
    found = halls(session)
    for one in found:
        if name.casefold() in (one.key.casefold(), one.name.casefold()):
            return one
    known = ", ".join(one.key for one in found) or "keine"
    raise BadInput(f"Eine Halle „{name}“ gibt es nicht. Es gibt: {known}.")


def rooms_of(session: Session, hall_id: UUID) -> Sequence[Room]:
    """The rooms of a hall, in the order of its file."""
    return session.scalars(select(Room).where(Room.hall_id == hall_id).order_by(Room.rank)).all()


def sets_of(session: Session, hall_id: UUID) -> Sequence[RoomSet]:
    """What can be let of a hall, in the order of its file."""
    return session.scalars(select(RoomSet).where(RoomSet.hall_id == hall_id).order_by(RoomSet.rank)).all()


def pictures_of(session: Session, hall_id: UUID) -> Sequence[HallPicture]:
    """The pictures of a hall: those of its file first, in its order."""
    query = select(HallPicture).where(HallPicture.hall_id == hall_id)
    return session.scalars(query.order_by(HallPicture.source == "", HallPicture.rank, HallPicture.id)).all()


def picture(session: Session, picture_id: UUID) -> HallPicture:
    """The picture with this id; Refused if there is none."""
    found = session.get(HallPicture, picture_id)
    if found is None or found.deleted_at is not None:
        raise Refused("Dieses Bild gibt es nicht (mehr).")
    return found


def rooms_named(session: Session, hall: Hall, keys: Iterable[str]) -> list[Room]:
    """The rooms of these keys in the order of the hall, all of them for none; BadInput if one is unknown."""
    wanted = list(keys)
    rooms = rooms_of(session, hall.id)
    known = {room.key for room in rooms}
    for key in wanted:
        if key not in known:
            raise BadInput(f"Den Raum „{key}“ hat „{hall.name}“ nicht. Es gibt: {', '.join(sorted(known))}.")
    return [room for room in rooms if not wanted or room.key in wanted]


def set_named(session: Session, hall: Hall, key: str) -> RoomSet:
    """The set with this key or name; BadInput names those there are."""
    sets = sets_of(session, hall.id)
    for one in sets:
        if key.casefold() in (one.key.casefold(), one.name.casefold()):
            return one
    names = ", ".join(one.key for one in sets) or "keine"
    raise BadInput(f"Eine Raumkombination „{key}“ hat „{hall.name}“ nicht. Es gibt: {names}.")


def revived(session: Session, kind: type[R], record: UUID) -> R | None:
    """The record with this id, called back if it was deleted; None if there never was one."""
    query = select(kind).where(kind.id == record).execution_options(include_deleted=True)
    found = session.scalars(query).first()
    if found is not None and found.deleted_at is not None:
        found.deleted_at = None
    return found


def is_claimed(session: Session, resource: UUID) -> bool:
    """Whether anybody has ever claimed it and not given it back."""
    return session.scalars(select(Claim.id).where(Claim.resource == resource).limit(1)).first() is not None


def booking(session: Session, booking_id: UUID) -> Booking:
    """The booking with this id; Refused if there is none."""
    found = session.get(Booking, booking_id)
    if found is None or found.deleted_at is not None:
        raise Refused("Diese Buchung gibt es nicht (mehr).")
    return found


def series(session: Session, series_id: UUID) -> BookingSeries:
    """The series with this id; Refused if there is none."""
    found = session.get(BookingSeries, series_id)
    if found is None or found.deleted_at is not None:
        raise Refused("Diese Serie gibt es nicht (mehr).")
    return found


def occurrences(session: Session, series_id: UUID) -> Sequence[Booking]:
    """The bookings of a series, by time."""
    return session.scalars(
        select(Booking).where(Booking.series_id == series_id).order_by(Booking.starts)
    ).all()


def series_of_season(session: Session, season: str) -> Sequence[BookingSeries]:
    """The season plan: every series of a season, in the order of entry."""
    return session.scalars(
        select(BookingSeries).where(BookingSeries.season == season).order_by(BookingSeries.id)
    ).all()


def bookings_between(
    session: Session, first: datetime, last: datetime, hall_id: UUID | None = None
) -> list[Booking]:
    """Bookings that hold rooms and take place, at least partly, from ``first`` to ``last`` (exclusive), by
    time.

    Found by the claims of the rooms, which end their look-up where the period begins.
    """
    found: list[Booking] = []
    holders = list(holders_between(session, first, last, hall_id))
    for start in range(0, len(holders), _FEW):
        query = select(Booking).where(Booking.id.in_(holders[start : start + _FEW]))
        found += (one for one in session.scalars(query) if one.starts < last and one.ends > first)
    return sorted(found, key=lambda one: (one.starts, one.id))


def holders_between(
    session: Session, first: datetime, last: datetime, hall_id: UUID | None = None
) -> dict[UUID, None]:
    """Whatever claims a room of a hall (of any) from ``first`` to ``last``: bookings and closed times."""
    rooms = select(Room.id)
    if hall_id is not None:
        rooms = rooms.where(Room.hall_id == hall_id)
    span = Span.of(first, last)
    taken = collisions(session, [(room, span) for room in session.scalars(rooms)])
    return {one.holder: None for others in taken for one in others}


def closed_between(
    session: Session, first: datetime, last: datetime, hall_id: UUID | None = None
) -> Sequence[ClosedTime]:
    """Closed times that lie, at least partly, from ``first`` to ``last`` (exclusive)."""
    query = select(ClosedTime).where(ClosedTime.starts < last, ClosedTime.ends > first)
    if hall_id is not None:
        query = query.where(ClosedTime.hall_id == hall_id)
    return session.scalars(query.order_by(ClosedTime.starts)).all()


def ended_options(session: Session, today: date) -> Sequence[Booking]:
    """Options whose last day is over."""
    query = select(Booking).where(Booking.state == "option", Booking.option_until < today)
    return session.scalars(query.order_by(Booking.option_until, Booking.id)).all()


def waiting_for(session: Session, hall_id: UUID) -> Sequence[WaitingRequest]:
    """Who waits for a time in a hall, in the order of entry."""
    query = select(WaitingRequest).where(
        WaitingRequest.hall_id == hall_id, WaitingRequest.state.in_(("waiting", "offered"))
    )
    return session.scalars(query.order_by(WaitingRequest.entered_at, WaitingRequest.id)).all()


def deposit_entries(session: Session, booking_id: UUID) -> Sequence[DepositEntry]:
    """The ledger of a booking's deposit, the oldest first."""
    query = select(DepositEntry).where(DepositEntry.booking_id == booking_id)
    return session.scalars(query.order_by(DepositEntry.on, DepositEntry.id)).all()


def handovers(session: Session, booking_id: UUID) -> Sequence[HandoverRecord]:
    """The records of handing over and taking back, the oldest first."""
    query = select(HandoverRecord).where(HandoverRecord.booking_id == booking_id)
    return session.scalars(query.order_by(HandoverRecord.at, HandoverRecord.id)).all()


def last_handover(session: Session, booking_id: UUID, direction: Direction) -> HandoverRecord | None:
    """The latest record in a direction."""
    found = [one for one in handovers(session, booking_id) if one.direction == direction]
    return found[-1] if found else None


def tasks_of(session: Session, booking_id: UUID) -> Sequence[BookingTask]:
    """What has to be done for a booking, by day."""
    query = select(BookingTask).where(BookingTask.booking_id == booking_id)
    return session.scalars(query.order_by(BookingTask.due_on.nulls_last(), BookingTask.id)).all()


def tasks_due(session: Session, until: date) -> Sequence[tuple[BookingTask, Booking]]:
    """What is to be done by a day (inclusive) and not ticked, with its booking, the earliest first."""
    query = (
        select(BookingTask, Booking)
        .join(Booking, Booking.id == BookingTask.booking_id)
        .where(BookingTask.done_on.is_(None), BookingTask.due_on <= until)
    )
    found = session.execute(query.order_by(BookingTask.due_on, BookingTask.id)).all()
    return [(task, booking) for task, booking in found]


def options_until(session: Session, until: date) -> Sequence[Booking]:
    """Options that end by a day (inclusive), the earliest first."""
    query = select(Booking).where(Booking.state == "option", Booking.option_until <= until)
    return session.scalars(query.order_by(Booking.option_until, Booking.id)).all()
