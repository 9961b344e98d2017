"""Silent days (HFeiertagsG): what a public event may not be in which hours. Warnings, with their reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from dateutil.easter import easter

from rathaus_desk.halls.rules.times import Times, hours_of
from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.kernel.periods import german_date

WHAT: Mapping[str, str] = {
    "dance": "öffentlicher Tanz",
    "entertainment": "öffentliche Unterhaltung",
    "sport": "öffentlicher Sport",
    "all": "jede öffentliche Veranstaltung, die nicht zum Tag passt",
}
"""What can be forbidden, by the words of the law table."""


@dataclass(frozen=True, slots=True)
class SilentDay:
    """One entry of the law table. ``days``: which days; ``hours``: what is forbidden → from–to."""

    title: str
    source: str
    days: tuple[str, ...]
    hours: Mapping[str, str]
    except_days: tuple[str, ...] = ()
    """Month and day ("05-01") on which it does not hold."""


@dataclass(frozen=True, slots=True)
class Silence:
    """An event meets a silent day. Wall time."""

    day: date
    what: str
    starts: datetime
    ends: datetime
    sentence: str


def silences(
    times: Times, kinds: Collection[str], laws: Sequence[SilentDay], holidays: Mapping[date, str]
) -> list[Silence]:
    """What a public event of these kinds (of `WHAT`) may not do in its time, by day.

    A private party is not covered: do not ask. ``holidays``: the statutory ones of the years in question.
    """
    found = []
    for day in times.days():
        for law in laws:
            if not _meant(law, day, holidays):
                continue
            for kind, hours in law.hours.items():
                first, last = (
                    datetime.combine(day, time()) + timedelta(minutes=minutes) for minutes in hours_of(hours)
                )
                if kind in kinds and first < times.ends and last > times.starts:
                    when = f"{german_date(day)} ({law.title}), {hours.replace('-', ' bis ')} Uhr"
                    sentence = f"{when}: verboten ist {WHAT[kind]} ({law.source})."
                    found.append(Silence(day, kind, first, last, sentence))
    return found


def _meant(law: SilentDay, day: date, holidays: Mapping[date, str]) -> bool:
    named = any(_is(name, day, holidays) for name in law.days)
    # A 1 May that is a Sunday is one all the same.
    excepted = f"{day:%m-%d}" in law.except_days and day.weekday() != 6
    return named and not excepted


def _is(name: str, day: date, holidays: Mapping[date, str]) -> bool:
    if name == "sunday":
        return day.weekday() == 6
    if name == "public_holiday":
        return day in holidays
    return day == movable(name, day.year)


@lru_cache(maxsize=256)
def movable(name: str, year: int) -> date:
    """The day of a year that ``easter-2`` or ``advent-14`` (from the first Sunday in Advent) names."""
    for base, of_year in (("easter", easter), ("advent", first_advent)):
        if name.startswith(base):
            days = name.removeprefix(base) or "0"
            if days.lstrip("+-").isdigit():
                return of_year(year) + timedelta(days=int(days))
    raise CannotWork(f"Die Rechtstabelle nennt einen Tag, den es nicht gibt: „{name}“.")


def first_advent(year: int) -> date:
    """The fourth Sunday before Christmas Day."""
    christmas = date(year, 12, 25)
    return christmas - timedelta(days=christmas.weekday() + 1 + 21)


def kinds_of(features: Iterable[str]) -> frozenset[str]:
    """What a public event with these features is, in the words of `WHAT`."""
    return frozenset({"all", *(feature for feature in features if feature in WHAT)})
