"""The bookings as a list: by time, rows as they are painted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from rathaus_desk.desktop.parts.described import Chip, Column, State
from rathaus_desk.desktop.parts.sources import Order, Row, Want
from rathaus_desk.halls.records import Booking, Hall, RoomSet
from rathaus_desk.halls.rules.states import GERMAN_STATES, BookingState
from rathaus_desk.halls.rules.times import moment_of, wall_of
from rathaus_desk.people import queries as people
from rathaus_desk.people.rules.names import list_name
from rathaus_desk.store import search

TONES: Mapping[BookingState, State] = {
    "enquiry": State(GERMAN_STATES["enquiry"], "calm", "?"),
    "option": State(GERMAN_STATES["option"], "warn", "?"),
    "requested": State(GERMAN_STATES["requested"], "warn", "○"),
    "approved": State(GERMAN_STATES["approved"], "good", "✓"),
    "signed": State(GERMAN_STATES["signed"], "good", "✓"),
    "handed_over": State(GERMAN_STATES["handed_over"], "calm", "●"),
    "returned": State(GERMAN_STATES["returned"], "warn", "!"),
    "settled": State(GERMAN_STATES["settled"], "good", "✓"),
    "rejected": State(GERMAN_STATES["rejected"], "calm", "✕"),
    "cancelled": State(GERMAN_STATES["cancelled"], "calm", "✕"),
    "expired": State(GERMAN_STATES["expired"], "calm", "✕"),
}

_CHIP_STATES: Mapping[str, tuple[BookingState, ...]] = {
    "open": ("enquiry", "requested"),
    "options": ("option",),
    "keys": ("handed_over", "returned"),
}


class BookingsSource:
    """Every booking, or a part of them."""

    name = "buchungen"
    title = "Buchungen"
    columns: tuple[Column, ...] = (
        Column("on", "Tag", "date", width=11),
        Column("hours", "Zeit", width=13, sortable=False),
        Column("hall", "Halle", width=22, stretch=True, sortable=False),
        Column("rooms", "Räume", width=16, stretch=True, sortable=False),
        Column("purpose", "Zweck", width=20, stretch=True, sortable=False),
        Column("person", "Wer", width=20, stretch=True, sortable=False),
        Column("total", "Preis", "money", width=11, sortable=False, shown=False),
        Column("state", "Stand", "state", width=20, sortable=False),
    )
    chips: tuple[Chip, ...] = (
        Chip("coming", "Kommende"),
        Chip("open", "Zu entscheiden"),
        Chip("options", "Optionen"),
        Chip("keys", "Schlüssel und Abrechnung"),
        Chip("all", "Alle"),
    )
    tables = frozenset({"booking", "hall", "hall_set", "person"})
    empty = (
        "Noch ist nichts gebucht. „Halle buchen“ legt die erste Buchung an; einen alten Kalender übernimmt"
        " „rathaus-desk import bookings“."
    )

    def first(self, session: Session, want: Want, limit: int, /) -> Order | None:
        """The next bookings, where nothing is filtered."""
        if want.text or want.sort or want.chip != "coming":
            return None
        return Order([one.bytes for one in session.scalars(_query(want).limit(limit))])

    def order(self, session: Session, want: Want, /) -> Order:
        """All bookings of the chosen part, by time."""
        found = [one.bytes for one in session.scalars(_query(want))]
        if want.text:
            fitting = _matching(session, want.text)
            found = [one for one in found if one in fitting]
        return Order(found)

    def rows(self, session: Session, ids: Sequence[bytes], _on: date, /) -> Mapping[bytes, Row]:
        """What stands in the list."""
        columns = select(
            Booking.id,
            Booking.starts,
            Booking.ends,
            Hall.name,
            Booking.hall_id,
            Booking.set_key,
            Booking.rooms,
            Booking.purpose,
            Booking.person_id,
            Booking.total,
            Booking.state,
        ).join(Hall, Hall.id == Booking.hall_id)
        wanted = [UUID(bytes=one) for one in ids]
        read = session.execute(columns.where(Booking.id.in_(wanted))).all()
        names = {
            person: list_name(known)
            for person, known in people.people(session, {row[8] for row in read}).items()
        }
        sets = {
            (hall, key): name
            for hall, key, name in session.execute(select(RoomSet.hall_id, RoomSet.key, RoomSet.name))
        }
        rows: dict[bytes, Row] = {}
        for record, starts, ends, hall, hall_id, key, rooms, purpose, person, total, state in read:
            begins, over = wall_of(starts), wall_of(ends)
            rows[record.bytes] = (
                begins.date(),
                hours_of_use(begins, over),
                hall,
                sets.get((hall_id, key)) or ", ".join(rooms),
                purpose,
                names.get(person, ""),
                total,
                TONES[state],
            )
        return rows


def hours_of_use(begins: datetime, over: datetime) -> str:
    """``14:00–23:00``; with the day where it ends on another."""
    if begins.date() == over.date():
        return f"{begins:%H:%M}–{over:%H:%M}"
    return f"{begins:%H:%M}–{over:%d.%m.}"


def _query(want: Want) -> Select[UUID]:
    query = select(Booking.id).where(Booking.deleted_at.is_(None))
    if want.chip == "coming":
        begins = moment_of(datetime.combine(want.on, time()))
        query = query.where(Booking.ends > begins, Booking.state.not_in(("rejected", "cancelled", "expired")))
    elif want.chip in _CHIP_STATES:
        query = query.where(Booking.state.in_(_CHIP_STATES[want.chip]))
    by = Booking.starts.desc() if want.descending else Booking.starts
    return query.order_by(by, Booking.id)


def _matching(session: Session, text: str) -> frozenset[bytes]:
    """Bookings found by their own words, their series', or who booked."""
    found = set(search.matching(session, text, kind="booking"))
    series = search.matching(session, text, kind="booking_series")
    persons = search.matching(session, text, kind="person")
    halls = search.matching(session, text, kind="hall")
    for column, ids in (
        (Booking.series_id, series),
        (Booking.person_id, persons),
        (Booking.hall_id, halls),
    ):
        if ids:
            wanted = [UUID(bytes=one) for one in ids][:500]
            found |= {one.bytes for one in session.scalars(select(Booking.id).where(column.in_(wanted)))}
    return frozenset(found)
