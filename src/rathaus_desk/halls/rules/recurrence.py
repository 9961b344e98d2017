"""How often a series recurs: what a clerk chooses as an RFC 5545 rule, and any such rule in German words."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Literal

from rathaus_desk.halls.rules.series import days_of, parts_of, text_of
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.periods import MONTHS, WEEKDAYS, german_date

Rhythm = Literal["weekly", "monthly_weekday", "monthly_last", "monthly_date", "yearly"]

MOST_APART = 99
"""Weeks, months or years between two dates."""

_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UNITS = {
    "DAILY": ("täglich", "Tage"),
    "WEEKLY": ("wöchentlich", "Wochen"),
    "MONTHLY": ("monatlich", "Monate"),
    "YEARLY": ("jährlich", "Jahre"),
}


def rhythms(first: date) -> dict[Rhythm, str]:
    """What a series that begins on a day can do: rhythm → German words.

    The fifth weekday of a month is only offered as the last one: not every month has five.
    """
    weekday = WEEKDAYS[first.weekday()]
    found: dict[Rhythm, str] = {"weekly": f"wöchentlich am {weekday}"}
    if (place := _place(first)) < 5:
        found["monthly_weekday"] = f"monatlich am {place}. {weekday}"
    if first.day + 7 > monthrange(first.year, first.month)[1]:
        found["monthly_last"] = f"monatlich am letzten {weekday}"
    found["monthly_date"] = f"monatlich am {first.day}."
    found["yearly"] = f"jährlich am {first.day}. {MONTHS[first.month - 1]}"
    return found


def rule_for(rhythm: Rhythm, first: date, last: date, every: int = 1) -> str:
    """The rule of a rhythm from ``first`` to ``last`` (inclusive), each ``every``-th week, month or year.

    BadInput where the rhythm does not begin on that day, or for a number that makes no sense.
    """
    if rhythm not in rhythms(first):
        raise BadInput(f"Am {german_date(first)} kann eine Serie nicht so beginnen.")
    if not 1 <= every <= MOST_APART:
        raise BadInput(f"Bitte eine Zahl von 1 bis {MOST_APART} eintragen.")
    if last < first:
        raise BadInput("Der letzte Tag liegt vor dem ersten.")
    code = _CODES[first.weekday()]
    parts = {
        "weekly": {"FREQ": "WEEKLY"},
        "monthly_weekday": {"FREQ": "MONTHLY", "BYDAY": f"{_place(first)}{code}"},
        "monthly_last": {"FREQ": "MONTHLY", "BYDAY": f"-1{code}"},
        "monthly_date": {"FREQ": "MONTHLY", "BYMONTHDAY": f"{first.day}"},
        "yearly": {"FREQ": "YEARLY", "BYMONTH": f"{first.month}", "BYMONTHDAY": f"{first.day}"},
    }[rhythm]
    apart = {"INTERVAL": str(every)} if every > 1 else {}
    return text_of({**parts, **apart, "UNTIL": f"{last:%Y%m%d}"})


def anchored(rule: str, first: date) -> str:
    """The same rule, saying what it takes from its first day: in which month, on which day of it.

    A weekly rule stays as it is: its first day says the weekday, and from which week is counted.
    """
    parts = parts_of(rule)
    said = {"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"} & parts.keys()
    if parts.get("FREQ") == "YEARLY" and not said:
        parts.setdefault("BYMONTH", str(first.month))
    if parts.get("FREQ") in ("MONTHLY", "YEARLY") and not said:
        parts["BYMONTHDAY"] = str(first.day)
    return text_of(parts)


def rule_words(rule: str, first: date) -> str:
    """``alle 2 Wochen am Freitag bis 30.06.2027``; a rule no clerk can choose, by its frequency."""
    parts = parts_of(rule)
    every = int(parts.get("INTERVAL", "1"))
    often, unit = _UNITS.get(parts.get("FREQ", ""), ("wiederholt", ""))
    words = often if every == 1 else f"alle {every} {unit}"
    days = days_of(rule, first)
    end = f" bis {german_date(days[-1])}" if days else ""
    return f"{words}{_on(parts, first)}{end}"


def _on(parts: Mapping[str, str], first: date) -> str:
    """On which days, as far as words for it are simple."""
    by_day, by_month_day = parts.get("BYDAY", ""), parts.get("BYMONTHDAY", "")
    if "BYSETPOS" in parts or "BYYEARDAY" in parts or "BYWEEKNO" in parts:
        return ""
    if by_day:
        found = [_weekday(code) for code in by_day.split(",")]
        return f" am {' und '.join(found)}" if all(found) else ""
    match parts.get("FREQ"):
        case "WEEKLY":
            return f" am {WEEKDAYS[first.weekday()]}"
        case "MONTHLY":
            return f" am {by_month_day or first.day}." if not by_month_day.startswith("-") else ""
        case "YEARLY":
            month = parts.get("BYMONTH", str(first.month))
            return f" am {by_month_day or first.day}. {MONTHS[int(month) - 1]}" if month.isdigit() else ""
        case _:
            return ""


def _weekday(code: str) -> str:
    """``2TU`` → ``2. Dienstag``; "" for what has no simple words."""
    name, place = code[-2:], code[:-2].lstrip("+")
    if name not in _CODES or place not in ("", "-1", "1", "2", "3", "4", "5"):
        return ""
    before = {"": "", "-1": "letzten "}.get(place, f"{place}. ")
    return f"{before}{WEEKDAYS[_CODES.index(name)]}"


def _place(day: date) -> int:
    """The how manyth such weekday of its month it is, from 1."""
    return (day.day - 1) // 7 + 1


def month_name(day: date) -> str:
    """``November 2026``."""
    return f"{MONTHS[day.month - 1]} {day.year}"
