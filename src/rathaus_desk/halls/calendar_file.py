"""Calendars as files (iCalendar, RFC 5545): a hall's occupancy for others, and old calendars to take over.

The public file says "belegt" and the rooms, nothing else: no name, no purpose, no id of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from rathaus_desk.halls import queries
from rathaus_desk.halls.letters import place_name
from rathaus_desk.halls.records import Hall
from rathaus_desk.halls.rules.states import GERMAN_STATES
from rathaus_desk.halls.rules.times import wall_of
from rathaus_desk.kernel.clock import TOWN_ZONE
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.people import queries as people
from rathaus_desk.people.rules.names import list_name

PUBLIC_IDS = UUID("a5c1b7de-0e2f-5c57-9a3c-6d0f0b6b3f11")
"""Names the events of public files, so that they stay the same from one export to the next."""

TAKEN = "belegt"
_PRODUCT = "-//Rathaus Desk//Belegungsplan//DE"


def calendar_of(
    session: Session, hall: Hall, first: datetime, last: datetime, now: datetime, *, public: bool
) -> bytes:
    """The hall's occupancy from ``first`` to ``last`` (exclusive) as an iCalendar file, closed times too."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", hall.name)
    names = {room.key: room.name for room in queries.rooms_of(session, hall.id)}
    bookings = queries.bookings_between(session, first, last, hall.id)
    persons = {} if public else people.people(session, {one.person_id for one in bookings})
    for booking in bookings:
        where = ", ".join(names.get(key, key) for key in booking.rooms)
        if public:
            calendar.add_component(_public(hall, booking.starts, booking.ends, where, now))
            continue
        who = persons.get(booking.person_id)
        title = f"{booking.purpose} ({list_name(who)})" if who else booking.purpose
        event = _event(str(booking.id), booking.starts, booking.ends, title, booking.changed_at)
        event.add("location", f"{hall.name}, {place_name(session, booking)}")
        event.add("description", GERMAN_STATES[booking.state])
        event.add("status", "TENTATIVE" if booking.state == "option" else "CONFIRMED")
        calendar.add_component(event)
    for closed in queries.closed_between(session, first, last, hall.id):
        where = ", ".join(names.get(key, key) for key in closed.rooms)
        if public:
            calendar.add_component(_public(hall, closed.starts, closed.ends, where, now))
        else:
            title = f"geschlossen: {closed.reason}"
            event = _event(str(closed.id), closed.starts, closed.ends, title, closed.changed_at)
            event.add("location", f"{hall.name}, {where}")
            calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _public(hall: Hall, starts: datetime, ends: datetime, where: str, now: datetime) -> Any:
    uid = uuid5(PUBLIC_IDS, f"{hall.key} {where} {starts.isoformat()} {ends.isoformat()}")
    event = _event(str(uid), starts, ends, TAKEN, now)
    event.add("location", f"{hall.name}, {where}")
    return event


def _event(uid: str, starts: datetime, ends: datetime, title: str, stamp: datetime) -> Any:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{uid}@rathaus-desk")
    event.add("dtstamp", stamp)
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("summary", title)
    return event


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One event of an old calendar, in wall time. ``rrule`` "": it happens once."""

    line: int
    """Which event of the file, from 1."""
    title: str
    location: str
    starts: datetime
    ends: datetime
    rrule: str = ""
    except_days: tuple[date, ...] = ()


def read_calendar(content: bytes, file: str) -> tuple[list[CalendarEntry], list[tuple[int, str]]]:
    """The events of an iCalendar file, and what could not be read: number of the event, why.

    Cancelled events are left out. BadInput if it is no calendar at all.
    """
    from icalendar import Calendar

    try:
        calendar = Calendar.from_ical(content)
    except (ValueError, IndexError) as error:
        raise BadInput(f"{file} ist keine iCalendar-Datei.", detail=str(error)) from error
    entries, wrong = [], []
    for number, event in enumerate(calendar.walk("VEVENT"), start=1):
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        try:
            entries.append(_entry(number, event))
        except (ValueError, AttributeError, TypeError, KeyError, BadInput) as error:
            wrong.append((number, _why(error)))
    return entries, wrong


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, BadInput) else "Beginn oder Ende lässt sich nicht lesen"


def _entry(number: int, event: Any) -> CalendarEntry:
    begin = event["DTSTART"].dt
    starts = _wall(begin)
    if "DTEND" in event:
        ends = _wall(event["DTEND"].dt)
    elif "DURATION" in event:
        ends = starts + event["DURATION"].dt
    else:
        ends = starts + timedelta(hours=1) if isinstance(begin, datetime) else starts + timedelta(days=1)
    rule = event.get("RRULE")
    return CalendarEntry(
        line=number,
        title=str(event.get("SUMMARY", "")).strip(),
        location=str(event.get("LOCATION", "")).strip(),
        starts=starts,
        ends=ends,
        rrule=rule.to_ical().decode() if rule is not None else "",
        except_days=tuple(_wall(day.dt).date() for one in _listed(event.get("EXDATE")) for day in one.dts),
    )


def _listed(value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def _wall(moment: date | datetime) -> datetime:
    """The wall time in Europe/Berlin; a floating time is one already, a day begins at 00:00."""
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day, tzinfo=None)
    return moment if moment.tzinfo is None else wall_of(moment.astimezone(TOWN_ZONE))


def rooms_named_in(session: Session, entry: CalendarEntry, halls: Sequence[Hall]) -> tuple[Hall, str] | None:
    """The hall and the set that an old calendar's place names; None if it names none, or several.

    Where it names only the hall, the set must be the only one there.
    """
    said = f"{entry.location} {entry.title}".casefold()
    found = [hall for hall in halls if hall.name.casefold() in said or hall.key.casefold() in said]
    hall = found[0] if len(found) == 1 else halls[0] if len(halls) == 1 else None
    if hall is None:
        return None
    sets = queries.sets_of(session, hall.id)
    named = [one for one in sets if one.name.casefold() in said or one.key.casefold() in said.split()]
    longest = max(named, key=lambda one: len(one.name), default=None)
    if longest is not None:
        return hall, longest.key
    return (hall, sets[0].key) if len(sets) == 1 else None
