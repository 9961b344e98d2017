"""What a clerk can do with series: place one, add a date, split it, follow the holidays, copy a season."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from rathaus_desk.halls import queries
from rathaus_desk.halls.books import HallBooks, books_of
from rathaus_desk.halls.occupancy import Place, place, refuse_occupied
from rathaus_desk.halls.operations.bookings import LONGEST_PURPOSE, end_ended_options
from rathaus_desk.halls.prices import Pricing
from rathaus_desk.halls.records import Booking, BookingSeries, Rank
from rathaus_desk.halls.rules.recurrence import anchored
from rathaus_desk.halls.rules.series import (
    EXCEPTED,
    Occurrence,
    Skip,
    days_of,
    parts_of,
    same_weekday,
    times_on,
    until,
)
from rathaus_desk.halls.rules.states import CLAIMING, ENDED
from rathaus_desk.halls.rules.times import Times
from rathaus_desk.halls.series_plan import (
    Choice,
    Collides,
    SeriesPlan,
    SeriesRule,
    collisions_of,
    holiday_difference,
    plan_series,
    rule_of,
    settled,
)
from rathaus_desk.halls.wish import Wish, wish_of
from rathaus_desk.kernel.errors import BadInput, CannotWork, Refused
from rathaus_desk.kernel.ids import new_id
from rathaus_desk.kernel.money import Money, total
from rathaus_desk.kernel.periods import day_before, german_date
from rathaus_desk.kernel.texts import bounded, worded
from rathaus_desk.people.parties import Parties, Someone
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.town.operations import case_for


class BookSeries(Request, frozen=True, kw_only=True):
    """Somebody uses rooms again and again. ``on_collision``: what becomes of dates that are taken."""

    hall: UUID
    set: str = ""
    rooms: tuple[str, ...] = ()
    person: Someone
    purpose: str
    rule: SeriesRule
    wish: Wish = Wish()
    state: Literal["requested", "approved"] = "requested"
    rank: Rank = "long_standing"
    season: str = ""
    on_collision: Choice = "none"
    case: UUID | None = None
    price_later: bool = False
    """As of `BookHall`."""


@dataclass(frozen=True, slots=True)
class SeriesPlaced:
    """What came of placing a series."""

    series: UUID
    booked: tuple[UUID, ...]
    skipped: tuple[Skip, ...]
    moved: tuple[Occurrence, ...]
    total: Money


@operation(BookSeries, name="halls.book_series", title="Serie buchen")
def book_series(work: Work, request: BookSeries) -> SeriesPlaced:
    """Places every date that is free; `Collides` with all that is taken if the clerk chose "none"."""
    end_ended_options(work)
    person = Parties(work, request.person).id(request.person)
    plan = plan_series(work.session, request.hall, request.set, request.rooms, request.rule)
    return _place(work, plan, request, person)


def _place(work: Work, plan: SeriesPlan, request: BookSeries, person: UUID) -> SeriesPlaced:
    placed, skipped, moved = settled(work.session, plan, request.on_collision)
    if not placed and plan.collisions:
        raise Collides(plan.collisions)
    if not placed:
        raise Refused("Die Serie hat keinen Termin, der gebucht werden könnte.")
    where, purpose = plan.place, worded(request.purpose, LONGEST_PURPOSE, "Zweck")
    case = case_for(work, request.case, f"{where.hall.name}: {purpose}")
    holidays = {skip.on for skip in plan.skipped if skip.why != EXCEPTED}
    series = BookingSeries(
        hall_id=where.hall.id,
        set_key=where.set_key,
        rooms=where.room_keys,
        person_id=person,
        case_id=case.id,
        purpose=purpose,
        rrule=request.rule.rrule.strip(),
        first=request.rule.first,
        time_from=request.rule.time_from,
        time_to=request.rule.time_to,
        skip_public=request.rule.skip_public,
        skip_school=request.rule.skip_school,
        season=bounded(request.season, LONGEST_PURPOSE, "Saison"),
        skipped=[_skip(skip, holidays) for skip in skipped],
    )
    work.session.add(series)
    shared = {"state": request.state, "rank": request.rank}
    later = request.price_later
    booked, sums = _write(work, series, plan.books, where, placed, request.wish, shared, later)
    return SeriesPlaced(series.id, booked, tuple(skipped), tuple(moved), total(sums))


def _skip(skip: Skip, holidays: set[date]) -> dict[str, Any]:
    """A date left out as the series keeps it; a holiday may change, what was taken stays left out."""
    return {**skip.plain(), **({"holiday": True} if skip.on in holidays else {})}


def _write(
    work: Work,
    series: BookingSeries,
    books: HallBooks,
    where: Place,
    placed: Sequence[Occurrence],
    wish: Wish,
    shared: dict[str, Any],
    price_later: bool = False,
) -> tuple[tuple[UUID, ...], list[Money]]:
    """The bookings of a series with prices and claims, all at once; their ids and totals."""
    pricing = Pricing(work.session, books, series.person_id)
    keys, claims = where.room_keys, []
    rooms = tuple(keys)
    rows: list[dict[str, Any]] = []
    sums: list[Money] = []
    for one in placed:
        try:
            found = pricing.price(one.times, wish, where.set_key, rooms)
        except (Refused, CannotWork):
            if not price_later:
                raise
            priced: dict[str, Any] = {"wish": wish.plain()}
        else:
            priced = found.values
            sums.append(found.price.assessment.total)
        starts, ends = one.times.moments
        booking = new_id()
        rows.append(
            {
                "id": booking,
                "hall_id": where.hall.id,
                "set_key": where.set_key,
                "rooms": keys,
                "person_id": series.person_id,
                "purpose": series.purpose,
                "starts": starts,
                "ends": ends,
                "series_id": series.id,
                "occurs_on": one.on,
                "case_id": series.case_id,
                **shared,
                **priced,
            }
        )
        claims += [(room.id, first, last, booking) for room, first, last in where.claims(one.times)]
    work.add_all(Booking, rows)
    work.claim_all(claims)
    return tuple(row["id"] for row in rows), sums


class AddOccurrence(Request, frozen=True, kw_only=True):
    """One more date of a series, such as one that was skipped; at other times (naive) if wanted."""

    series: UUID
    on: date
    starts: datetime | None = None
    ends: datetime | None = None


@operation(AddOccurrence, name="halls.add_occurrence", title="Serientermin hinzufügen")
def add_occurrence(work: Work, request: AddOccurrence) -> UUID:
    """Books the date as its siblings are; it is no longer listed as skipped. Occupied if it is taken."""
    series = queries.series(work.session, request.series)
    usual = times_on(request.on, series.time_from, series.time_to)
    times = Times.of(request.starts or usual.starts, request.ends or usual.ends)
    where = place(work.session, series.hall_id, series.set_key, series.rooms)
    end_ended_options(work)
    refuse_occupied(work.session, where, times)
    return _add(work, series, where, [Occurrence(request.on, times)])[0]


def _add(
    work: Work, series: BookingSeries, where: Place, occurrences: Sequence[Occurrence]
) -> tuple[UUID, ...]:
    siblings = queries.occurrences(work.session, series.id)
    live = [one for one in siblings if one.state in CLAIMING] or siblings
    if not live:
        raise Refused("Diese Serie hat keinen Termin mehr, nach dem sich ein neuer richten könnte.")
    added = {one.on for one in occurrences}
    if any(one.occurs_on in added and one.state not in ENDED for one in siblings):
        raise BadInput("Diesen Termin hat die Serie schon.")
    series.skipped = [one for one in series.skipped if date.fromisoformat(one["on"]) not in added]
    wish = msgspec.structs.replace(wish_of(live[-1].wish), free_events_used=None, free_hours_used=None)
    shared = {"state": live[-1].state, "rank": live[-1].rank}
    if shared["state"] not in ("requested", "approved"):
        shared["state"] = "approved"
    books = books_of(work.session, where.hall)
    return _write(work, series, books, where, occurrences, wish, shared)[0]


class SplitSeries(Request, frozen=True, kw_only=True):
    """From ``on`` (inclusive) a series goes on as one of its own, so that it can be changed from there."""

    series: UUID
    on: date


_SHARED = (
    *("hall_id", "set_key", "rooms", "person_id", "case_id", "purpose", "time_from", "time_to"),
    *("skip_public", "skip_school", "season"),
)
"""What both parts of a split series have in common."""


@operation(SplitSeries, name="halls.split_series", title="Serie teilen")
def split_series(work: Work, request: SplitSeries) -> UUID:
    """The bookings stay as they are; returns the later series' id. Refused where one part were empty."""
    series = queries.series(work.session, request.series)
    bookings = queries.occurrences(work.session, series.id)
    later = [one for one in bookings if one.occurs_on is not None and one.occurs_on >= request.on]
    if not later or len(later) == len(bookings):
        raise Refused(f"Am {german_date(request.on)} lässt sich die Serie nicht teilen: ein Teil wäre leer.")
    on = [one.occurs_on for one in later if one.occurs_on is not None]
    first, last = min(on), max(*on, *days_of(series.rrule, series.first), request.on)
    parts = _divided(series.skipped, request.on)
    made = BookingSeries(
        **{name: getattr(series, name) for name in _SHARED},
        # A number of dates would count anew, so the later part ends with the last day.
        rrule=until(series.rrule, last),
        first=first,
        skipped=parts[1],
    )
    series.rrule, series.skipped = until(series.rrule, day_before(request.on)), parts[0]
    work.session.add(made)
    for booking in later:
        booking.series_id = made.id
    return made.id


def _divided(skipped: Sequence[dict[str, Any]], on: date) -> tuple[list[Any], list[Any]]:
    early = [one for one in skipped if date.fromisoformat(one["on"]) < on]
    return early, [one for one in skipped if one not in early]


class FollowHolidays(Request, frozen=True, kw_only=True):
    """A series follows the holidays as they are known now, from today on (see ``holiday_difference``)."""

    series: UUID


@operation(FollowHolidays, name="halls.follow_holidays", title="Serie an Feiertage anpassen")
def follow_holidays(work: Work, request: FollowHolidays) -> int:
    """Gives up dates that are holidays now and books those that are none any more; how many changed.

    `Collides` if one that comes back is taken.
    """
    series = queries.series(work.session, request.series)
    difference = holiday_difference(work.session, series.id, work.today)
    where = place(work.session, series.hall_id, series.set_key, series.rooms)
    taken = collisions_of(work.session, where, difference.to_add)
    if taken:
        raise Collides(taken)
    if difference.to_add:
        _add(work, series, where, difference.to_add)
    why = {skip.on: skip for skip in difference.to_skip}
    for booking in queries.occurrences(work.session, series.id):
        skip = why.get(booking.occurs_on) if booking.occurs_on else None
        if skip is not None and booking.state in ("requested", "approved"):
            work.release(booking.id)
            work.session.delete(booking)
    kept = [*series.skipped, *({**skip.plain(), "holiday": True} for skip in difference.to_skip)]
    series.skipped = sorted(kept, key=lambda one: one["on"])
    return len(difference.to_add) + len(difference.to_skip)


class CopySeason(Request, frozen=True, kw_only=True):
    """The season plan for other days: each series from the first day its rule names on until ``last``."""

    season: str
    new_season: str
    first: date
    last: date
    on_collision: Choice = "none"


@operation(CopySeason, name="halls.copy_season", title="Saisonplan übernehmen")
def copy_season(work: Work, request: CopySeason) -> tuple[SeriesPlaced, ...]:
    """Places every series anew; `Collides` with the collisions of all of them if the clerk chose "none"."""
    found = queries.series_of_season(work.session, request.season)
    if not found:
        raise BadInput(f"Eine Saison „{request.season}“ gibt es nicht.")
    if request.season == request.new_season or not request.new_season.strip():
        raise BadInput("Der neue Saisonplan braucht einen eigenen Namen.")
    # The parts of a series that was split are one again: both would want the same evenings.
    distinct = {_slot(series): series for series in found}
    wanted = [_copied(work, series, request) for series in distinct.values()]
    plans = [plan_series(work.session, one.hall, one.set, one.rooms, one.rule) for one in wanted]
    taken = [collision for plan in plans for collision in plan.collisions]
    if taken and request.on_collision == "none":
        raise Collides(taken)
    return tuple(book_series(work, one) for one in wanted)


def _slot(series: BookingSeries) -> tuple[Any, ...]:
    """What two parts of a split series have in common."""
    rule = {name: value for name, value in parts_of(series.rrule).items() if name not in ("UNTIL", "COUNT")}
    where = (series.hall_id, series.set_key, tuple(series.rooms), series.person_id, series.purpose)
    when = (series.first.weekday(), series.time_from, series.time_to, tuple(sorted(rule.items())))
    return (*where, *when)


def _copied(work: Work, series: BookingSeries, request: CopySeason) -> BookSeries:
    bookings = queries.occurrences(work.session, series.id)
    if not bookings:
        raise Refused(f"Die Serie „{series.purpose}“ hat keinen Termin, der sich übernehmen ließe.")
    last = bookings[-1]
    weekly = parts_of(series.rrule).get("FREQ") == "WEEKLY"
    first = same_weekday(request.first, series.first) if weekly else request.first
    rrule = until(anchored(series.rrule, series.first), request.last)
    rule = msgspec.structs.replace(rule_of(series), first=first, rrule=rrule)
    wish = msgspec.structs.replace(wish_of(last.wish), free_events_used=None, free_hours_used=None)
    return BookSeries(
        hall=series.hall_id,
        set=series.set_key,
        rooms=() if series.set_key else tuple(series.rooms),
        person=series.person_id,
        purpose=series.purpose,
        rule=rule,
        wish=wish,
        rank=last.rank,
        season=request.new_season,
        on_collision=request.on_collision,
    )
