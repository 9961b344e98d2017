"""Which days of a use are charged, and how many hours. Everything is local wall time in Europe/Berlin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from rathaus_desk.fees.tariff import Days

NOON = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class ChargedDay:
    """A day that costs something; ``hours``: how long it is used, with what it takes over from others."""

    day: date
    hours: Fraction


def charged_days(starts: datetime, ends: datetime, days: Days) -> Sequence[ChargedDay]:
    """The charged days of a use from ``starts`` to ``ends`` (naive wall time, end exclusive), in order.

    Midnight: each local calendar day touched. An end at or before ``ends_at`` belongs to the day before, a
    beginning at or after ``begins_at`` to the day after, where there is one. Noon: from noon to noon, named
    after the day on which it begins.
    """
    if days.noon:
        first = (starts - NOON).date()
        count = (_last_touched(ends - NOON) - first).days + 1
        touched = [first + timedelta(days=number) for number in range(count)]
        return [ChargedDay(day, _overlap(starts, ends, _at(day) + NOON)) for day in touched]
    first, last = starts.date(), _last_touched(ends)
    if last > first and ends.date() == last and _minutes(ends) <= days.ends_at:
        last -= timedelta(days=1)
    if last > first and _minutes(starts) >= days.begins_at:
        first += timedelta(days=1)
    touched = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [
        ChargedDay(
            day,
            hours_between(
                starts if day == first else _at(day), ends if day == last else _at(day + timedelta(days=1))
            ),
        )
        for day in touched
    ]


def hours_between(starts: datetime, ends: datetime) -> Fraction:
    """Hours of wall time, exact."""
    return Fraction(int((ends - starts).total_seconds()), 3600)


def _last_touched(ends: datetime) -> date:
    """The last day before an exclusive end."""
    return (ends - timedelta(microseconds=1)).date()


def _overlap(starts: datetime, ends: datetime, begins: datetime) -> Fraction:
    return hours_between(max(starts, begins), min(ends, begins + timedelta(days=1)))


def _at(day: date) -> datetime:
    return datetime.combine(day, time())


def _minutes(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute
