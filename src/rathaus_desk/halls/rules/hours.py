"""Opening and quiet hours: whether a use lies within the one and outside the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from rathaus_desk.fees.vocabulary import WEEKDAYS
from rathaus_desk.halls.rules.times import Times, hours_of
from rathaus_desk.kernel.periods import DAY, german_date


def outside_opening(opening: Mapping[str, str], times: Times) -> str:
    """Why a use is not wholly within the opening hours; "" if it is, or if none are said."""
    if not opening:
        return ""
    day = times.day - DAY
    until = times.starts
    while day <= times.ends.date():
        hours = opening.get(list(WEEKDAYS)[day.weekday()])
        if hours:
            first, last = _on(day, hours)
            if first <= until < last:
                until = last
        day += DAY
    if until >= times.ends:
        return ""
    wrong = until.date()
    hours = opening.get(list(WEEKDAYS)[wrong.weekday()])
    said = f"geöffnet ist {hours.replace('-', ' bis ')} Uhr" if hours else "an diesem Tag ist geschlossen"
    return f"Außerhalb der Öffnungszeit am {german_date(wrong)}: {said}."


def in_quiet(quiet: str, times: Times) -> str:
    """The warning of a use that reaches into the quiet hours; "" if it does not."""
    if not quiet:
        return ""
    for day in _days_around(times):
        first, last = _on(day, quiet)
        if first < times.ends and last > times.starts:
            return f"Die Nutzung reicht in die Ruhezeit ({quiet.replace('-', ' bis ')} Uhr)."
    return ""


def _days_around(times: Times) -> Iterable[date]:
    return (times.day - DAY, *times.days())


def _on(day: date, hours: str) -> tuple[datetime, datetime]:
    midnight = datetime.combine(day, time())
    return tuple(midnight + timedelta(minutes=minutes) for minutes in hours_of(hours))  # type: ignore[return-value]
