"""Calendar arithmetic of rights and rest periods: whole days, both ends inclusive unless said otherwise."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

FOR_EVER = date(9999, 12, 31)
"""The last day of a right without end. Also the sentinel of claims (see store.claims)."""

SINCE_EVER = date(1, 1, 1)
"""The first day of a right whose start nobody knows."""

DAY = timedelta(days=1)

WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)


def add_months(day: date, months: int) -> date:
    """The day of the same number ``months`` later (earlier if negative), or that month's last day.

    Results after year 9999 are FOR_EVER.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if year > FOR_EVER.year:
        return FOR_EVER
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The same day ``years`` later; 29 February becomes 28 February where there is none."""
    return add_months(day, 12 * years)


def full_years(first: date, last: date) -> int:
    """Completed years from ``first`` to ``last``, as ages are counted; 0 if ``last`` is earlier."""
    return max(0, last.year - first.year - ((last.month, last.day) < (first.month, first.day)))


def day_before(day: date) -> date:
    """The day before; SINCE_EVER stays."""
    return day if day == SINCE_EVER else day - DAY


def day_after(day: date) -> date:
    """The day after; FOR_EVER stays."""
    return day if day == FOR_EVER else day + DAY


def extended(until: date, *, years: int = 0, months: int = 0, days: int = 0) -> date:
    """New last day of a period that ended on ``until``: (until + 1 day) + term - 1 day."""
    return day_before(add_months(day_after(until), 12 * years + months) + timedelta(days=days))


def term_end(first: date, *, years: int = 0, months: int = 0) -> date:
    """Inclusive last day of a term that begins on ``first``: ``first`` + term - 1 day."""
    return day_before(add_months(first, 12 * years + months))


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``first`` to ``last``, both inclusive."""

    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def overlaps(self, other: Period) -> bool:
        """Whether both share at least one day."""
        return self.first <= other.last and other.first <= self.last

    def days(self) -> Iterator[date]:
        """Each day in order."""
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)

    def __len__(self) -> int:
        """Number of days; 0 if ``last`` is before ``first``."""
        return max(0, (self.last - self.first).days + 1)


def german_date(day: date) -> str:
    """``20.11.2026``; FOR_EVER reads "unbegrenzt"."""
    return "unbegrenzt" if day == FOR_EVER else f"{day.day:02d}.{day.month:02d}.{day.year:04d}"
