"""Recurring uses by RFC 5545: on which days, at which wall time, and which days are left out and why.

A series at 19:00 is at 19:00 wall time all year. The rule names days only; it must end.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from rathaus_desk.halls.rules.times import Times, day_time
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.periods import DAY

MOST_OCCURRENCES = 1_000
EXCEPTED = "ausgenommen"

_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One use; ``on`` is the day that the rule names."""

    on: date
    times: Times


@dataclass(frozen=True, slots=True)
class Skip:
    """A day of the rule that was left out, and why."""

    on: date
    why: str

    def plain(self) -> dict[str, str]:
        """As a series keeps it."""
        return {"on": self.on.isoformat(), "why": self.why}


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a rule gives: uses and days left out, each in order."""

    occurrences: tuple[Occurrence, ...]
    skipped: tuple[Skip, ...]


def expand(
    days: Sequence[date],
    time_from: str,
    time_to: str,
    *,
    skip: Mapping[date, str],
    except_days: Collection[date] = (),
) -> Expansion:
    """Every use on the days of a rule; ``skip``: days to leave out → why.

    A day is left out where the use begins on it. BadInput for times that cannot be read.
    """
    occurrences, skipped = [], []
    for day in days:
        why = EXCEPTED if day in except_days else skip.get(day, "")
        if why:
            skipped.append(Skip(day, why))
        else:
            occurrences.append(Occurrence(day, times_on(day, time_from, time_to)))
    return Expansion(tuple(occurrences), tuple(skipped))


def times_on(day: date, time_from: str, time_to: str) -> Times:
    """The wall times of a use that begins on ``day``; an end not after the beginning is on the next day."""
    begins = datetime.combine(day, day_time(time_from))
    ends = datetime.combine(day, time()) + DAY if time_to == "24:00" else None
    if ends is None:
        ends = datetime.combine(day, day_time(time_to))
    return Times.of(begins, ends if ends > begins else ends + timedelta(days=1))


def days_of(rule: str, first: date) -> list[date]:
    """The days that an RFC 5545 rule names from ``first`` on."""
    from dateutil.rrule import rrulestr

    parts = parts_of(rule)
    if parts.get("FREQ") not in _FREQUENCIES:
        raise BadInput("Eine Serie wiederholt sich täglich, wöchentlich, monatlich oder jährlich (FREQ).")
    if "COUNT" not in parts and "UNTIL" not in parts:
        raise BadInput("Die Serie braucht ein Ende: UNTIL=20270630 oder COUNT=40.")
    try:
        found = rrulestr(text_of(parts), dtstart=datetime.combine(first, time()))
    except (ValueError, TypeError, KeyError) as error:
        raise BadInput(f"Die Serienregel „{rule}“ lässt sich nicht lesen.", detail=str(error)) from error
    days: list[date] = []
    for moment in found:
        days.append(moment.date())
        if len(days) > MOST_OCCURRENCES:
            raise BadInput(f"Eine Serie hat höchstens {MOST_OCCURRENCES} Termine.")
    return days


def parts_of(rule: str) -> dict[str, str]:
    """The parts of a rule (``RRULE:`` may go before); ``UNTIL`` as a day. BadInput for anything else."""
    text = rule.strip().upper().removeprefix("RRULE:")
    parts: dict[str, str] = {}
    for part in filter(None, text.split(";")):
        name, equals, value = part.partition("=")
        if not equals or not value or not re.fullmatch(r"[A-Z]+", name) or name in parts:
            raise BadInput(f"Die Serienregel „{rule}“ lässt sich nicht lesen: „{part}“.")
        parts[name] = value
    if "UNTIL" in parts:
        # A day of ours: of a moment in UTC only the day would be compared.
        parts["UNTIL"] = parts["UNTIL"].replace("-", "")[:8]
    if any(name in parts for name in ("BYHOUR", "BYMINUTE", "BYSECOND")):
        raise BadInput("Die Uhrzeit steht nicht in der Serienregel (BYHOUR), sondern daneben.")
    return parts


def text_of(parts: Mapping[str, str]) -> str:
    """The rule of its parts."""
    return ";".join(f"{name}={value}" for name, value in parts.items())


def until(rule: str, last: date) -> str:
    """The same rule, ending with ``last`` (inclusive)."""
    parts = {name: value for name, value in parts_of(rule).items() if name not in ("COUNT", "UNTIL")}
    return text_of({**parts, "UNTIL": f"{last:%Y%m%d}"})


def same_weekday(first: date, as_of: date) -> date:
    """The first day from ``first`` on that has the weekday of ``as_of``."""
    return first + timedelta(days=(as_of.weekday() - first.weekday()) % 7)
