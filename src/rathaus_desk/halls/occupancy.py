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
    query = select(Booking.id, Booking.purpose, Booking.person_id, Booking.starts, Booking.ends)
    bookings = session.execute(query.where(Booking.id.in_(holders))).all()
    names = {
        person: list_name(known)
        for person, known in people.people(session, {person for _, _, person, *_ in bookings}).items()
    }
    for booking, purpose, person, starts, ends in bookings:
        found[booking] = (", ".join(filter(None, (purpose, names.get(person, "")))), starts, ends)
    if len(found) == len(holders):
        return found
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
            [one.name for one in comparable(session, place, times)],
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

    hall: UUID
    hall_key: str
    hall_name: str
    set_key: str
    set_name: str
    rooms: tuple[str, ...]
    capacity: int | None

    @property
    def name(self) -> str:
        """Hall and set, as people say it."""
        return f"{self.hall_name}, {self.set_name}"


def free_sets(
    session: Session, times: Times, *, persons: int | None = None, hall_id: UUID | None = None
) -> list[FreeSet]:
    """The sets that could be booked for a time (with their buffers), by hall and file order.

    With ``persons`` only those known to seat so many; sets of unknown capacity are left out then.
    """
    starts, ends = times.moments
    columns = select(
        Room.id, Room.hall_id, Room.key, Room.buffer_before, Room.buffer_after, Room.capacity
    ).where(Room.deleted_at.is_(None))
    sets = (
        select(RoomSet.hall_id, Hall.key, Hall.name, RoomSet.key, RoomSet.name, RoomSet.rooms)
        .join(Hall, Hall.id == RoomSet.hall_id)
        .where(RoomSet.deleted_at.is_(None), Hall.deleted_at.is_(None))
        .order_by(Hall.name, RoomSet.rank)
    )
    if hall_id is not None:
        columns, sets = columns.where(Room.hall_id == hall_id), sets.where(RoomSet.hall_id == hall_id)
    rooms = session.execute(columns).all()
    first, last = Span.of(starts, ends).starts, Span.of(starts, ends).ends
    spans = [(room, Span(first - before, last + after)) for room, _, _, before, after, _ in rooms]
    answers = collisions(session, spans)
    free = {
        (hall, key): capacity
        for (_, hall, key, _, _, capacity), others in zip(rooms, answers, strict=True)
        if not others
    }
    found = []
    for hall, hall_key, hall_name, set_key, set_name, keys in session.execute(sets):
        if any((hall, key) not in free for key in keys):
            continue
        seats = _seats(free[hall, key] for key in keys)
        if persons is None or (seats is not None and seats >= persons):
            found.append(FreeSet(hall, hall_key, hall_name, set_key, set_name, tuple(keys), seats))
    return found


def capacity_of(rooms: Iterable[Room]) -> int | None:
    """Persons that rooms hold together, each by its best seating plan; None where no room says any."""
    return _seats(room.capacity for room in rooms)


def _seats(capacities: Iterable[dict[str, int]]) -> int | None:
    known = [max(plans.values()) for plans in capacities if plans]
    return sum(known) if known else None


def comparable(session: Session, place: Place, times: Times, *, most: int = 4) -> list[FreeSet]:
    """Free sets of other halls, and of this one, that are as large as what was asked for."""
    wanted = capacity_of(place.rooms)
    found = [
        free
        for free in free_sets(session, times)
        if free.capacity is not None and (wanted is None or free.capacity >= wanted)
    ]
    nearest = sorted(found, key=lambda free: ((free.capacity or 0) - (wanted or 0), free.name))
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
