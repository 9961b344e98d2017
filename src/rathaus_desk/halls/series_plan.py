"""What a series would bring, before it is placed: its dates, those left out, everything in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from rathaus_desk.halls import queries
from rathaus_desk.halls.books import HallBooks, books_of
from rathaus_desk.halls.occupancy import Obstacle, Place, nearest_free, obstacles_of_each, place
from rathaus_desk.halls.records import BookingSeries
from rathaus_desk.halls.rules.series import Expansion, Occurrence, Skip, days_of, expand
from rathaus_desk.halls.rules.states import CLAIMING
from rathaus_desk.halls.rules.times import german_span
from rathaus_desk.kernel.errors import Refused

Choice = Literal["none", "skip", "move"]
"""What becomes of dates that are taken: nothing is placed at all, they are left out, or moved."""


class SeriesRule(msgspec.Struct, frozen=True, kw_only=True):
    """When a series takes place: an RFC 5545 rule from ``first`` on, and its wall times ("19:00")."""

    rrule: str
    first: date
    time_from: str
    time_to: str
    skip_public: bool = True
    skip_school: bool = False
    except_days: tuple[date, ...] = ()

    def expanded(self, books: HallBooks) -> Expansion:
        """Its uses and the days left out, by the holidays that are known now."""
        days = days_of(self.rrule, self.first)
        years = sorted({day.year for day in days})
        skip = books.to_skip(years, public=self.skip_public, school=self.skip_school)
        return expand(days, self.time_from, self.time_to, skip=skip, except_days=self.except_days)


def rule_of(series: BookingSeries) -> SeriesRule:
    """The rule of a series that was placed."""
    return SeriesRule(
        rrule=series.rrule,
        first=series.first,
        time_from=series.time_from,
        time_to=series.time_to,
        skip_public=series.skip_public,
        skip_school=series.skip_school,
    )


@dataclass(frozen=True, slots=True)
class Collision:
    """An occurrence whose time is taken, and by what."""

    occurrence: Occurrence
    obstacles: tuple[Obstacle, ...]

    @property
    def sentence(self) -> str:
        """``04.09.2026, 19:00 bis 21:00 Uhr: Saal: Konzert …``."""
        times = self.occurrence.times
        what = "; ".join(one.sentence for one in self.obstacles)
        return f"{german_span(times.starts, times.ends)}: {what}"


class Collides(Refused):
    """Dates of a series are taken; nothing was placed. ``collisions`` are all of them."""

    def __init__(self, collisions: Sequence[Collision]) -> None:
        self.collisions = tuple(collisions)
        lines = "\n".join(one.sentence for one in collisions)
        number = "Ein Termin ist" if len(self.collisions) == 1 else f"{len(self.collisions)} Termine sind"
        super().__init__(
            f"{number} belegt; es wurde nichts gebucht. Sie können sie auslassen oder verlegen lassen.\n"
            f"{lines}",
            detail="claim taken",
        )


@dataclass(frozen=True, slots=True)
class SeriesPlan:
    """Where and when, what is left out, and everything that is in the way."""

    books: HallBooks
    place: Place
    occurrences: tuple[Occurrence, ...]
    skipped: tuple[Skip, ...]
    collisions: tuple[Collision, ...]


def plan_series(
    session: Session, hall: UUID, set_key: str, rooms: Sequence[str], rule: SeriesRule
) -> SeriesPlan:
    """The plan of a series; BadInput for a rule that cannot be used."""
    where = place(session, hall, set_key, rooms)
    books = books_of(session, where.hall)
    expansion = rule.expanded(books)
    return SeriesPlan(
        books,
        where,
        expansion.occurrences,
        expansion.skipped,
        tuple(collisions_of(session, where, expansion.occurrences)),
    )


def collisions_of(session: Session, where: Place, occurrences: Sequence[Occurrence]) -> list[Collision]:
    """Those of the occurrences that meet something, all at once."""
    found = obstacles_of_each(session, [where.claims(one.times) for one in occurrences])
    return [Collision(one, tuple(taken)) for one, taken in zip(occurrences, found, strict=True) if taken]


def settled(
    session: Session, plan: SeriesPlan, choice: Choice
) -> tuple[list[Occurrence], list[Skip], list[Occurrence]]:
    """What is placed by the clerk's choice, what is left out, and which of the placed were moved.

    Raises `Collides` for "none" where something is in the way. What cannot be moved within the days that are
    looked at is left out.
    """
    if plan.collisions and choice == "none":
        raise Collides(plan.collisions)
    taken = {one.occurrence.on: one for one in plan.collisions}
    placed = [one for one in plan.occurrences if one.on not in taken]
    skipped, moved = list(plan.skipped), []
    for on, collision in taken.items():
        other = _moved(session, plan.place, collision.occurrence, placed) if choice == "move" else None
        if other is None:
            skipped.append(Skip(on, f"belegt: {collision.obstacles[0].what}"))
        else:
            moved.append(other)
            placed.append(other)
    return (
        sorted(placed, key=lambda one: one.times.starts),
        sorted(skipped, key=lambda one: one.on),
        moved,
    )


def _moved(
    session: Session, where: Place, occurrence: Occurrence, placed: Sequence[Occurrence]
) -> Occurrence | None:
    """The occurrence at the nearest free time that meets no other of its own series."""
    for times in nearest_free(session, where, occurrence.times):
        claims = [(first, last) for _, first, last in where.claims(times)]
        own = [span for one in placed for _, *span in where.claims(one.times)]
        if not any(first < over and last > begins for first, last in claims for begins, over in own):
            return Occurrence(occurrence.on, times)
    return None


@dataclass(frozen=True, slots=True)
class HolidayDifference:
    """What a changed holiday table would do to a series: dates that fall away, dates that come back."""

    to_skip: tuple[Skip, ...]
    to_add: tuple[Occurrence, ...]

    def __bool__(self) -> bool:
        return bool(self.to_skip or self.to_add)


def holiday_difference(session: Session, series_id: UUID, from_day: date) -> HolidayDifference:
    """The difference between a series as it was placed and its rule by today's holidays, from a day on.

    Dates that a clerk left out or that were taken stay as they are.
    """
    series = queries.series(session, series_id)
    hall = queries.hall(session, series.hall_id)
    now = rule_of(series).expanded(books_of(session, hall))
    booked = {one.occurs_on for one in queries.occurrences(session, series.id) if one.state in CLAIMING}
    left_out = {date.fromisoformat(one["on"]) for one in series.skipped if one.get("holiday")}
    return HolidayDifference(
        tuple(skip for skip in now.skipped if skip.on in booked and skip.on >= from_day),
        tuple(one for one in now.occurrences if one.on in left_out and one.on >= from_day),
    )
