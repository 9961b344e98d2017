"""The kinds of value a form's field can have: how each is read, shown, and described when it is wrong.

People's portals write the same thing in many ways; each kind reads all that is unambiguous and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.names import fold, nfc
from rathaus_desk.kernel.periods import german_date

_ISO = re.compile(
    r"(?P<y>\d{4})-\d\d-\d\d(?:(?P<clock>[T ]\d\d:\d\d)(?::\d\d(?:\.\d+)?)?)?(?P<zone>Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_CLOCK = r"(?P<h>\d{1,2})(?:[:.](?P<min>\d\d)(?::\d\d)?(?:\s*Uhr)?|\s*Uhr)"
_TIME = re.compile(_CLOCK, re.ASCII)
_GERMAN = re.compile(
    r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})(?:,?\s*(?:um\s+)?" + _CLOCK + ")?", re.ASCII
)
_WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_YES = frozenset(("ja", "j", "true", "wahr", "x", "1"))
_NO = frozenset(("nein", "n", "false", "falsch", "0"))
_ITEM_NAMES = ("bezeichnung", "name", "leistung", "art")
_ITEM_NUMBERS = ("anzahl", "menge", "tage", "stunden")


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, perhaps with the time of day, both by the clock of the town."""

    on: date
    time: time | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """Something asked for a number of times: a service, a copy, a table."""

    name: str
    quantity: int = 1


Value = str | bool | int | Decimal | date | time | Moment | tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """``read`` raises ValueError for what is not of this kind; ``expected`` completes "erwartet wird …"."""

    read: Callable[[Any], Value]
    show: Callable[[Any], str]
    expected: str


def read_text(value: Any) -> str:
    """Text composed (NFC) and with single spaces; a number counts as its digits."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError(value)
    return nfc(str(value))


def read_long_text(value: Any) -> str:
    """Text that keeps its lines."""
    if not isinstance(value, str):
        raise ValueError(value)
    return "\n".join(nfc(line) for line in value.splitlines()).strip()


def read_moment(value: Any) -> Moment:
    """A day with or without a time, ISO or German; with an offset it is turned to the town's clock.

    Midnight counts as "no time given": forms write it when nobody chose one.
    """
    text = nfc(value) if isinstance(value, str) else ""
    found = _ISO.fullmatch(text) or _GERMAN.fullmatch(text)
    if not found or not 1800 <= int(found["y"]) <= 2200:
        raise ValueError(value)
    if found.re is _ISO:
        clock = f"{found['clock']}{found['zone'] or ''}" if found["clock"] else ""
        moment = at_town(datetime.fromisoformat(text[:10] + clock))
    else:
        hour, minute = int(found["h"] or 0), int(found["min"] or 0)
        moment = at_town(datetime(int(found["y"]), int(found["m"]), int(found["d"]), hour, minute))
    return Moment(moment.date(), None if moment.time() == time() else moment.time())


def read_day(value: Any) -> date:
    """A day; a time beside it is left out."""
    return read_moment(value).on


def read_uncertain_day(value: Any) -> date | str:
    """A day, or the text that stands in its place: "um 1938", "unbekannt"."""
    try:
        return read_day(value)
    except ValueError:
        return read_text(value)


def read_time(value: Any) -> time:
    """A time of day, such as ``14:00``, ``14.30 Uhr`` or ``9 Uhr``."""
    found = _TIME.fullmatch(nfc(value)) if isinstance(value, str) else None
    if not found:
        raise ValueError(value)
    return time(int(found["h"]), int(found["min"] or 0))


def read_flag(value: Any) -> bool:
    """Yes or no."""
    if isinstance(value, bool):
        return value
    word = fold(str(value))
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError(value)


def read_count(value: Any) -> int:
    """A whole number from 0 to 9999. Yes counts as 1, no as 0, and both stay what they are: True, False."""
    match value:
        case bool():
            return value
        case str() if value.strip().isascii() and value.strip().isdigit():
            number: int | Decimal = int(value.strip()[:5])
        case str():
            return read_flag(value)
        case int() | Decimal():
            number = value
        case _:
            raise ValueError(value)
    if not 0 <= number <= 9999 or number != int(number):
        raise ValueError(value)
    return int(number)


def read_items(value: Any) -> tuple[Item, ...]:
    """What is asked for, how often: a list of names or of groups with name and number, names with numbers in
    one group, or names in one text separated by commas. Nothing asked for 0 times is kept."""
    match value:
        case str():
            items = [Item(name) for part in re.split(r"[,;\n]", value) if (name := nfc(part))]
        case dict() if (name := _first(value, _ITEM_NAMES)) is not None:
            number = _first(value, _ITEM_NUMBERS)
            items = [_item(read_text(name), 1 if number is None else number)]
        case dict():
            items = [_item(name, number) for name, number in value.items()]
        case list():
            items = [item for part in value for item in read_items(part)]
        case _:
            raise ValueError(value)
    return tuple(item for item in items if item.quantity)


def _item(name: str, number: Any) -> Item:
    """ValueError for a thing without a name; asked for with yes counts once."""
    if not (named := nfc(name)):
        raise ValueError(name)
    return Item(named, int(read_count(number)))


def _first(group: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((group[name] for name in names if name in group), None)


def german_time(clock: time) -> str:
    """``14:00 Uhr``."""
    return f"{clock:%H:%M} Uhr"


def _show_moment(moment: Moment) -> str:
    day = f"{_WEEKDAYS[moment.on.weekday()]}, {german_date(moment.on)}"
    return f"{day}, {german_time(moment.time)}" if moment.time else day


def _show_count(count: int) -> str:
    return KINDS["flag"].show(count) if isinstance(count, bool) else str(count)


def _show_items(items: tuple[Item, ...]) -> str:
    return ", ".join(item.name if item.quantity == 1 else f"{item.quantity} × {item.name}" for item in items)


KINDS: dict[str, Kind] = {
    "text": Kind(read_text, str, "ein Text"),
    "long_text": Kind(read_long_text, str, "ein Text"),
    "day": Kind(read_day, german_date, "ein Datum wie 16.11.2026 oder 2026-11-16"),
    "uncertain_day": Kind(
        read_uncertain_day,
        lambda day: german_date(day) if isinstance(day, date) else day,
        "ein Datum oder ein Text in wenigen Worten",
    ),
    "moment": Kind(
        read_moment, _show_moment, "ein Datum wie 20.11.2026, auch mit Uhrzeit (20.11.2026 14:00)"
    ),
    "time": Kind(read_time, german_time, "eine Uhrzeit wie 14:00"),
    "flag": Kind(read_flag, lambda flag: "ja" if flag else "nein", "ja oder nein"),
    "count": Kind(read_count, _show_count, "eine ganze Zahl von 0 bis 9999, ja oder nein"),
    "items": Kind(read_items, _show_items, "eine Aufzählung, auch mit Anzahl"),
}
DAYS = ("day", "uncertain_day", "moment")
"""The kinds that hold a day, or may."""
