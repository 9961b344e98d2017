"""Who has which room when: what is in the way of a wish, when else it would fit, what is free elsewhere.

The database alone refuses what overlaps (``store.claims``); this only explains and proposes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.halls import queries
from rathaus_desk.halls.records import Booking, ClosedTime, Hall, Room, RoomSet, WaitingRequest
from rathaus_desk.halls.rules.free import Busy, forbidden_starts, nearest_starts
from rathaus_desk.halls.rules.times import Times, german_span, wall_of
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.people import queries as people
from rathaus_desk.people.rules.names import list_name
from rathaus_desk.store.claims import Span, Taken, collisions

LOOK_AROUND = timedelta(days=15)
"""How far before and after a taken time others are looked for."""


@dataclass(frozen=True, slots=True)
class Place:
    """Rooms of a hall that are wanted together. ``set_key`` "": by their rooms.

    ``before`` and ``after``: minutes in place of the rooms' own buffers.
    """

    hall: Hall
    rooms: tuple[Room, ...]
    set_key: str = ""
    before: int | None = None
    after: int | None = None

    @property
    def room_keys(self) -> list[str]:
        """The keys of its rooms."""
        return [room.key for room in self.rooms]

    def buffers(self, room: Room) -> tuple[int, int]:
        """Minutes that a use of a room takes before and after."""
        return (
            room.buffer_before if self.before is None else self.before,
            room.buffer_after if self.after is None else self.after,
        )

    def claims(self, times: Times) -> list[tuple[Room, datetime, datetime]]:
        """What a use claims: each room for the time with its buffers."""
        starts, ends = times.moments
        found = []
        for room in self.rooms:
            before, after = self.buffers(room)
            found.append((room, starts - timedelta(minutes=before), ends + timedelta(minutes=after)))
        return found


def place(
    session: Session,
    hall_id: UUID,
    set_key: str,
    rooms: Sequence[str] = (),
    *,
    before: int | None = None,
    after: int | None = None,
) -> Place:
    """The rooms of a set, or those named; BadInput if there is no such thing or neither is named."""
    hall = queries.hall(session, hall_id)
    if set_key:
        found = queries.set_named(session, hall, set_key)
        inside = queries.rooms_named(session, hall, found.rooms)
        return Place(hall, tuple(inside), found.key, before, after)
    if not rooms:
        raise BadInput("Bitte sagen Sie, was gebucht wird: eine Raumkombination oder Räume.")
    return Place(hall, tuple(queries.rooms_named(session, hall, rooms)), "", before, after)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that has a room in a wanted time. ``starts`` and ``ends`` are the use's own, no buffers."""

    record: UUID
    room: str
    what: str
    starts: datetime
    ends: datetime

    @property
    def sentence(self) -> str:
        """``Saal: Übungsabend, Gesangverein (20.11.2026, 19:00 bis 21:00 Uhr)``."""
        return f"{self.room}: {self.what} ({german_span(self.starts, self.ends)})"


class Occupied(Refused):
    """A wish meets what is there. Nothing was changed."""

    def __init__(
        self, obstacles: Sequence[Obstacle], nearest: Sequence[Times] = (), elsewhere: Sequence[str] = ()
    ) -> None:
        self.obstacles = tuple(obstacles)
        self.nearest = tuple(nearest)
        self.elsewhere = tuple(elsewhere)
        said = [f"Belegt: {'; '.join(dict.fromkeys(one.sentence for one in obstacles))}."]
        if nearest:
            times = "; ".join(german_span(one.starts, one.ends) for one in nearest)
            said.append(f"Frei wäre: {times}.")
        if elsewhere:
            said.append(f"Zur selben Zeit frei: {', '.join(elsewhere)}.")
        super().__init__(" ".join(said), detail="claim taken")


def obstacles(
    session: Session, claims: Iterable[tuple[Room, datetime, datetime]], *, besides: UUID | None = None
) -> list[Obstacle]:
    """What has these rooms meanwhile, by time; ``besides``: a record that is not in its own way."""
    (found,) = obstacles_of_each(session, [list(claims)], besides=besides)
    return found


def obstacles_of_each(
    session: Session,
    wishes: Sequence[Sequence[tuple[Room, datetime, datetime]]],
    *,
    besides: UUID | None = None,
) -> list[list[Obstacle]]:
    """The same for many wishes at once, in the order given."""
    asked = [(room.id, Span.of(starts, ends)) for wish in wishes for room, starts, ends in wish]
    answers = iter(collisions(session, asked))
    taken = [
        [(room, one) for room, _, _ in wish for one in next(answers) if one.holder != besides]
        for wish in wishes
    ]
    named = _named(session, {one.holder for wish in taken for _, one in wish})
    return [_in_words(wish, named) for wish in taken]


_Named = dict[UUID, tuple[str, datetime, datetime]]


def _in_words(taken: Sequence[tuple[Room, Taken]], named: _Named) -> list[Obstacle]:
    found = []
    for room, one in taken:
        bounds = (one.span.starts, one.span.ends)
        starts, ends = (datetime.fromtimestamp(minutes * 60, UTC) for minutes in bounds)
        what, starts, ends = named.get(one.holder, ("belegt", starts, ends))
        found.append(Obstacle(one.holder, room.name, what, starts, ends))
    return sorted(found, key=lambda obstacle: obstacle.starts)


def _named(session: Session, holders: set[UUID]) -> _Named:
    """What holds claims: bookings with purpose and person, closed times with their reason."""
    found: _Named = {}
    if not holders:
        return found
    bookings = session.scalars(select(Booking).where(Booking.id.in_(holders))).all()
    names = people.people(session, {one.person_id for one in bookings})
    for one in bookings:
        who = names.get(one.person_id)
        what = ", ".join(filter(None, (one.purpose, list_name(who) if who else "")))
        found[one.id] = (what, one.starts, one.ends)
    for closed in session.scalars(select(ClosedTime).where(ClosedTime.id.in_(holders - found.keys()))):
        found[closed.id] = (f"geschlossen: {closed.reason}", closed.starts, closed.ends)
    return found


def refuse_occupied(session: Session, place: Place, times: Times, *, besides: UUID | None = None) -> None:
    """Occupied, with the nearest free times and halls of the same size, if something is in the way."""
    found = obstacles(session, place.claims(times), besides=besides)
    if found:
        raise Occupied(
            found,
            nearest_free(session, place, times, besides=besides),
            [f"{one.hall.name}, {one.room_set.name}" for one in comparable(session, place, times)],
        )


def nearest_free(session: Session, place: Place, times: Times, *, besides: UUID | None = None) -> list[Times]:
    """Other times of the same length at which the rooms are free, the nearest first; at most four."""
    starts, ends = times.moments
    wide = Span.of(starts - LOOK_AROUND, ends + LOOK_AROUND)
    busy = []
    answers = collisions(session, [(room.id, wide) for room in place.rooms])
    for room, taken in zip(place.rooms, answers, strict=True):
        before, after = place.buffers(room)
        busy += [
            Busy(one.span.starts, one.span.ends, before, after) for one in taken if one.holder != besides
        ]
    asked, length = (int(starts.timestamp()) // 60, int((ends - starts).total_seconds()) // 60)
    found = []
    for start in nearest_starts(asked, forbidden_starts(busy, length)):
        begins = datetime.fromtimestamp(start * 60, UTC)
        over = begins + timedelta(minutes=length)
        # In the hour that is there twice a clerk could not say which is meant.
        if wall_of(begins) < wall_of(over) and (other := Times.of(begins, over)).moments == (begins, over):
            found.append(other)
    return found


@dataclass(frozen=True, slots=True)
class FreeSet:
    """A set that is free; ``capacity``: persons by its best seating plan, None where nobody said."""

    hall: Hall
    room_set: RoomSet
    capacity: int | None


def free_sets(
    session: Session, times: Times, *, persons: int | None = None, hall_id: UUID | None = None
) -> list[FreeSet]:
    """The sets that could be booked for a time (with their buffers), by hall and file order.

    With ``persons`` only those known to seat so many; sets of unknown capacity are left out then.
    """
    houses = {hall.id: hall for hall in queries.halls(session) if hall_id in (None, hall.id)}
    rooms: dict[tuple[UUID, str], Room] = {
        (room.hall_id, room.key): room for room in session.scalars(select(Room))
    }
    starts, ends = times.moments
    asked = [room for room in rooms.values() if room.hall_id in houses]
    spans = [
        Span.of(starts - timedelta(minutes=room.buffer_before), ends + timedelta(minutes=room.buffer_after))
        for room in asked
    ]
    answers = collisions(session, zip((room.id for room in asked), spans, strict=True))
    taken = {room.id for room, others in zip(asked, answers, strict=True) if others}
    found = []
    for one in session.scalars(select(RoomSet).order_by(RoomSet.rank)):
        inside = [rooms[one.hall_id, key] for key in one.rooms if (one.hall_id, key) in rooms]
        if one.hall_id not in houses or any(room.id in taken for room in inside):
            continue
        seats = capacity_of(inside)
        if persons is None or (seats is not None and seats >= persons):
            found.append(FreeSet(houses[one.hall_id], one, seats))
    return sorted(found, key=lambda free: (free.hall.name, free.room_set.rank))


def capacity_of(rooms: Iterable[Room]) -> int | None:
    """Persons that rooms hold together, each by its best seating plan; None where no room says any."""
    known = [max(room.capacity.values()) for room in rooms if room.capacity]
    return sum(known) if known else None


def comparable(session: Session, place: Place, times: Times, *, most: int = 4) -> list[FreeSet]:
    """Free sets of other halls, and of this one, that are as large as what was asked for."""
    wanted = capacity_of(place.rooms)
    found = [
        free
        for free in free_sets(session, times)
        if free.capacity is not None and (wanted is None or free.capacity >= wanted)
    ]
    nearest = sorted(found, key=lambda free: ((free.capacity or 0) - (wanted or 0), free.hall.name))
    return nearest[:most]


def offers(session: Session, today: date) -> list[WaitingRequest]:
    """Who waits for a time that is free now and not over: of several who meet only the first."""
    found: list[WaitingRequest] = []
    query = select(WaitingRequest).where(WaitingRequest.state == "waiting")
    for waiting in session.scalars(query.order_by(WaitingRequest.entered_at, WaitingRequest.id)):
        times = Times.of(waiting.starts, waiting.ends)
        before = any(
            other.hall_id == waiting.hall_id
            and set(other.rooms) & set(waiting.rooms)
            and other.starts < waiting.ends
            and other.ends > waiting.starts
            for other in found
        )
        if before or times.day <= today:
            continue
        where = place(session, waiting.hall_id, waiting.set_key, waiting.rooms)
        if not obstacles(session, where.claims(times)):
            found.append(waiting)
    return found
