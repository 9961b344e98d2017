"""The lists of the halls: bookings, use of each hall, what was not used, deposits, tasks, the season plan."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.halls import queries
from rathaus_desk.halls.records import Booking, BookingSeries, BookingTask, DepositEntry, Hall
from rathaus_desk.halls.rules.states import GERMAN_STATES
from rathaus_desk.halls.rules.times import wall_of
from rathaus_desk.halls.statistics import span_of, unused_by_club, utilisation, year_of
from rathaus_desk.kernel.listing import Column, Listing, Narrowing, Row, Wanted
from rathaus_desk.kernel.periods import Period
from rathaus_desk.people import queries as people
from rathaus_desk.people.rules.names import list_name

_BY_PERIOD: frozenset[Narrowing] = frozenset({"period"})
DEPOSIT_KINDS = {"received": "erhalten", "kept": "einbehalten", "refunded": "erstattet"}

BOOKING_COLUMNS = (
    Column("hall", "Halle"),
    Column("rooms", "Räume"),
    Column("on", "Tag", "date"),
    Column("from", "Von", "time"),
    Column("until_day", "Bis Tag", "date"),
    Column("to", "Bis", "time"),
    Column("person", "Wer"),
    Column("purpose", "Zweck"),
    Column("user_group", "Nutzergruppe"),
    Column("state", "Stand"),
    Column("total", "Preis", "money"),
    Column("deposit", "Kaution", "money"),
    Column("series", "Serie", "flag"),
    Column("unused", "nicht genutzt", "flag"),
    Column("remark", "Bemerkung"),
)


def _usual(wanted: Wanted) -> Period:
    """The period asked for; else the year of the day."""
    return wanted.period or year_of(wanted.on.year)


def booking_rows(session: Session, wanted: Wanted) -> Iterator[Row]:
    """The bookings that hold rooms in the period (else: of this year), by time."""
    halls = {hall.id: hall for hall in queries.halls(session)}
    rooms = {
        (room.hall_id, room.key): room.name for hall in halls for room in queries.rooms_of(session, hall)
    }
    found = queries.bookings_between(session, *span_of(_usual(wanted)))
    names = people.people(session, {one.person_id for one in found})
    for one in found:
        starts, ends = wall_of(one.starts), wall_of(one.ends)
        who = names.get(one.person_id)
        yield (
            halls[one.hall_id].name,
            ", ".join(rooms.get((one.hall_id, key), key) for key in one.rooms),
            starts.date(),
            starts.time(),
            ends.date(),
            ends.time(),
            list_name(who) if who else "",
            one.purpose,
            one.wish.get("user_group", ""),
            GERMAN_STATES[one.state],
            one.total,
            one.deposit,
            one.series_id is not None,
            one.unused,
            one.remark,
        )


USE_COLUMNS = (
    Column("hall", "Halle"),
    Column("room", "Raum"),
    Column("days", "Tage", "number"),
    Column("used_days", "genutzt", "number"),
    Column("closed_days", "geschlossen", "number"),
    Column("empty_days", "leer", "number"),
    Column("bookings", "Buchungen", "number"),
    Column("unused", "nicht genutzt", "number"),
    Column("refused", "vergeblich angefragt", "number"),
    Column("income", "Einnahmen", "money"),
    Column("groups", "Nutzergruppen"),
)


def use_rows(session: Session, wanted: Wanted) -> Iterator[Row]:
    """Each hall and its rooms in the period (else: this year); a room's income is that of its bookings."""
    for one in utilisation(session, _usual(wanted), rooms=True):
        groups = ", ".join(f"{group or 'ohne Angabe'} {number}" for group, number in one.by_group.items())
        yield (
            one.name,
            one.room,
            one.days,
            one.used_days,
            one.closed_days,
            one.empty_days,
            one.bookings,
            one.unused,
            one.refused,
            one.income,
            groups,
        )


UNUSED_COLUMNS = (
    Column("person", "Verein"),
    Column("bookings", "Buchungen", "number"),
    Column("unused", "nicht genutzt", "number"),
    Column("minutes", "Minuten nicht genutzt", "number"),
)


def unused_rows(session: Session, wanted: Wanted) -> Iterator[Row]:
    """Who left booked hours unused in the period (else: this year)."""
    for one in unused_by_club(session, _usual(wanted)):
        yield (one.name, one.bookings, one.unused, one.minutes)


DEPOSIT_COLUMNS = (
    Column("on", "Tag", "date"),
    Column("kind", "Vorgang"),
    Column("amount", "Betrag", "money"),
    Column("person", "Von oder an"),
    Column("hall", "Halle"),
    Column("purpose", "Zweck"),
    Column("remark", "Bemerkung"),
)


def deposit_rows(session: Session, wanted: Wanted) -> Iterator[Row]:
    """The deposit ledger, by day; ``period`` narrows by the day."""
    query = (
        select(DepositEntry, Booking, Hall)
        .join(Booking, Booking.id == DepositEntry.booking_id)
        .join(Hall, Hall.id == Booking.hall_id)
        .where(DepositEntry.on.between(wanted.days.first, wanted.days.last))
        .order_by(DepositEntry.on, DepositEntry.id)
    )
    found = session.execute(query).all()
    names = people.people(session, {booking.person_id for _, booking, _ in found})
    for entry, booking, hall in found:
        who = names.get(booking.person_id)
        yield (
            entry.on,
            DEPOSIT_KINDS[entry.kind],
            entry.amount,
            list_name(who) if who else "",
            hall.name,
            booking.purpose,
            entry.remark,
        )


TASK_COLUMNS = (
    Column("due_on", "Fällig am", "date"),
    Column("title", "Aufgabe"),
    Column("hall", "Halle"),
    Column("purpose", "Zweck"),
    Column("reason", "Warum"),
    Column("done_on", "Erledigt am", "date"),
    Column("done_by", "Durch"),
)


def task_rows(session: Session, wanted: Wanted) -> Iterator[Row]:
    """Duties and steps of the approval chain, by the day they are due, which ``period`` narrows."""
    query = (
        select(BookingTask, Booking, Hall)
        .join(Booking, Booking.id == BookingTask.booking_id)
        .join(Hall, Hall.id == Booking.hall_id)
        .where(BookingTask.due_on.between(wanted.days.first, wanted.days.last))
        .order_by(BookingTask.due_on, BookingTask.id)
    )
    for task, booking, hall in session.execute(query):
        yield (task.due_on, task.title, hall.name, booking.purpose, task.reason, task.done_on, task.done_by)


SEASON_COLUMNS = (
    Column("season", "Saison"),
    Column("hall", "Halle"),
    Column("rooms", "Räume"),
    Column("first", "Ab", "date"),
    Column("from", "Von"),
    Column("to", "Bis"),
    Column("rule", "Regel"),
    Column("person", "Verein"),
    Column("purpose", "Zweck"),
    Column("skipped", "ausgelassen"),
)


def season_rows(session: Session, _wanted: Wanted) -> Iterator[Row]:
    """Every series, by season, hall and first day."""
    query = select(BookingSeries, Hall).join(Hall, Hall.id == BookingSeries.hall_id)
    found = session.execute(query.order_by(BookingSeries.season, Hall.name, BookingSeries.first)).all()
    names = people.people(session, {series.person_id for series, _ in found})
    for series, hall in found:
        who = names.get(series.person_id)
        yield (
            series.season,
            hall.name,
            ", ".join(series.rooms),
            series.first,
            series.time_from,
            series.time_to,
            series.rrule,
            list_name(who) if who else "",
            series.purpose,
            ", ".join(f"{one['on']} {one['why']}" for one in series.skipped),
        )


LISTINGS = (
    Listing("hallenbuchungen", "Hallenbuchungen", BOOKING_COLUMNS, booking_rows, _BY_PERIOD),
    Listing(
        "hallennutzung",
        "Auslastung der Hallen",
        USE_COLUMNS,
        use_rows,
        _BY_PERIOD,
        chart=("used_days", "closed_days", "empty_days"),
    ),
    Listing("hallen-nicht-genutzt", "Gebucht und nicht genutzt", UNUSED_COLUMNS, unused_rows, _BY_PERIOD),
    Listing("kautionen", "Kautionen", DEPOSIT_COLUMNS, deposit_rows, _BY_PERIOD),
    Listing("hallenaufgaben", "Aufgaben zu Hallenbuchungen", TASK_COLUMNS, task_rows, _BY_PERIOD),
    Listing("saisonplan", "Serien und Saisonpläne", SEASON_COLUMNS, season_rows),
)
