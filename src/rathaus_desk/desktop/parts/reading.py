"""What Germans type into a field, read and written: days, times, amounts, numbers. Pure."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from decimal import Decimal

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.german_dates import parse_german_date
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.uncertain import UncertainDate

_WORDS = {"heute": 0, "morgen": 1, "übermorgen": 2, "uebermorgen": 2, "gestern": -1, "vorgestern": -2}
_OFFSET = re.compile(r"([+-])\s*(\d{1,4})")
_DATE = re.compile(r"(\d{1,2})[.,/\s-]+(\d{1,2})[.,/\s-]*(\d{4}|\d{2})?\.?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DIGITS = re.compile(r"\d{4}|\d{6}|\d{8}")
_TIME = re.compile(r"(\d{1,2})(?:\s*[:.,h]\s*(\d{1,2}))?\s*(?:uhr)?", re.IGNORECASE)
_CLOSED_TIME = re.compile(r"(\d{1,2})(\d{2})")
_MONEY = re.compile(
    r"([-−]?)\s*(\d{1,3}(?:\.\d{3}){1,3}|\d{1,12})(?:,(\d{1,2}|-|–))?\s*(?:€|eur|euro)?", re.IGNORECASE
)
_POINT_MONEY = re.compile(r"([-−]?)\s*(\d{1,12})\.(\d{2})\s*(?:€|eur|euro)?", re.IGNORECASE)
_NUMBER = re.compile(r"([-−]?)\s*(\d{1,3}(?:[.\s]\d{3}){1,2}|\d{1,9})")
_DECIMAL = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d{1,12})(?:,(\d{1,6}))?")
_POINT_DECIMAL = re.compile(r"(\d{1,12})\.(\d{1,2}|\d{4,6})")
_YOUNGEST_CENTURY = 100


def read_decimal(text: str) -> Decimal:
    """``12.345,6``, ``12345,6`` or ``12345.6`` → a number of at least 0; BadInput with an example."""
    plain = text.strip()
    found = _DECIMAL.fullmatch(plain) or _POINT_DECIMAL.fullmatch(plain)
    if found is None:
        raise BadInput(f"„{plain}“ ist keine Zahl. Richtig wäre zum Beispiel 12.345 oder 12345,6.")
    return Decimal(f"{found[1].replace('.', '')}.{found[2] or '0'}").normalize() + 0


def read_day(text: str, today: date, *, future: bool = False) -> date:
    """``20.11.``, ``2011``, ``20.11.26``, ``heute``, ``+3`` → a day.

    Without a year it is the last such day, or with ``future`` the next one (today counts in both). BadInput
    with an example.
    """
    plain = text.strip().lower()
    if plain in _WORDS:
        return today + timedelta(days=_WORDS[plain])
    if found := _OFFSET.fullmatch(plain):
        return today + timedelta(days=int(found[1] + found[2]))
    if found := _ISO.fullmatch(plain):
        return _day(int(found[1]), int(found[2]), int(found[3]), text)
    if found := _DATE.fullmatch(plain):
        return _with_year(int(found[1]), int(found[2]), found[3] or "", today, text, future=future)
    if _DIGITS.fullmatch(plain):
        return _with_year(int(plain[:2]), int(plain[2:4]), plain[4:], today, text, future=future)
    raise BadInput(f"„{text.strip()}“ ist kein Datum. Richtig wäre zum Beispiel 20.11.2026 oder 20.11.")


def _with_year(day: int, month: int, year: str, today: date, text: str, *, future: bool) -> date:
    if len(year) == 4:
        return _day(int(year), month, day, text)
    if year:
        short = today.year // 100 * 100 + int(year)
        if not future and short > today.year:
            short -= _YOUNGEST_CENTURY
        return _day(short, month, day, text)
    if (month, day) == (2, 29):
        years = range(today.year, today.year + 9) if future else range(today.year, today.year - 9, -1)
        leap = next(one for one in years if one % 4 == 0 and (one % 100 or one % 400 == 0))
        return _day(leap, 2, 29, text)
    found = _day(today.year, month, day, text)
    if future and found < today:
        return _day(today.year + 1, month, day, text)
    if not future and found > today:
        return _day(today.year - 1, month, day, text)
    return found


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise BadInput(f"Den Tag „{text.strip()}“ gibt es nicht. Bitte Tag, Monat und Jahr prüfen.") from None


def read_uncertain(text: str, today: date) -> UncertainDate:
    """A day of which not all may be known (``um 1944``, ``1941``, ``vor 1950``): four digits are a year.

    What nobody can read is kept as text: old registers say such things.
    """
    plain = text.strip()
    if not plain:
        return UncertainDate()
    if plain.lower() in _WORDS or _OFFSET.fullmatch(plain):
        return UncertainDate.exact(read_day(plain, today))
    reading = parse_german_date(plain, not_after=today)
    return reading.date


def read_time(text: str) -> time:
    """``10``, ``10:30``, ``1030``, ``10.30 Uhr`` → a time of day; BadInput with an example."""
    plain = text.strip()
    found = _TIME.fullmatch(plain) or _CLOSED_TIME.fullmatch(plain)
    if found:
        hour, minute = int(found[1]), int(found[2] or 0)
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise BadInput(f"„{plain}“ ist keine Uhrzeit. Richtig wäre zum Beispiel 10:30.")


def read_money(text: str) -> Money:
    """``2731``, ``2.731,00 €``, ``12,5`` → an amount; BadInput with an example."""
    plain = text.strip().replace("\u00a0", " ")
    if found := _MONEY.fullmatch(plain):
        cents = found[3] or ""
        euros = int(found[2].replace(".", ""))
        amount = euros * 100 + (int(cents.ljust(2, "0")) if cents.isdigit() else 0)
    elif found := _POINT_MONEY.fullmatch(plain):
        amount = int(found[2]) * 100 + int(found[3])
    else:
        raise BadInput(f"„{plain}“ ist kein Betrag. Richtig wäre zum Beispiel 2.731,00.")
    return Money(-amount if found[1] else amount)


def read_number(text: str) -> int:
    """``12``, ``1.200`` → a whole number; BadInput with an example."""
    found = _NUMBER.fullmatch(text.strip().replace("\u00a0", " "))
    if not found:
        raise BadInput(f"„{text.strip()}“ ist keine ganze Zahl. Richtig wäre zum Beispiel 12.")
    digits = re.sub(r"[.\s]", "", found[2])
    return -int(digits) if found[1] else int(digits)
