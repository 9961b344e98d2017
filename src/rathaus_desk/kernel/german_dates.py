"""Reading dates as people write them in lists: never raises, never invents, always keeps the text.

Conventions, each of which is named to the clerk as a doubt where it is used: a month or a year counts from
its first to its last day; "um", "ca." and the like widen by two of the unit named (two years either side of
a year); a year of two digits is the latest one that is possible; spring begins on 1 March, the other seasons
three months on.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.names import fold, nfc
from rathaus_desk.kernel.periods import DAY, FOR_EVER, SINCE_EVER, add_months, day_after, day_before
from rathaus_desk.kernel.uncertain import Reading, UncertainDate

NO_DATE = "kein Datum"
NO_SUCH_DAY = "diesen Tag gibt es nicht"
YEAR_ONLY = "nur das Jahr ist genannt"
MONTH_ONLY = "nur Monat und Jahr sind genannt"
ABOUT = "nur ungefähr bekannt"
ONE_SIDED = "nur nach einer Seite begrenzt"
BETWEEN = "nur ein Zeitraum ist genannt"
SEVERAL = "mehrere Angaben in einem Feld"
QUESTIONED = "mit Fragezeichen versehen"
NO_YEAR = "das Jahr fehlt"
TERM = "eine Dauer, kein Datum"
MOVING = "welcher Tag gemeint war, ist nicht mehr zu erkennen"
UNREADABLE = "nicht als Datum zu lesen"

_LONGEST = 120
_ABOUT_UNITS = 2
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_FIRST_YEAR, _LAST_YEAR = 1000, 2300

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("januar", "jan", "janner", "january"),
            ("februar", "feb", "febr", "feber", "february"),
            ("marz", "mar", "mrz", "march"),
            ("april", "apr"),
            ("mai", "may"),
            ("juni", "jun", "juno", "june"),
            ("juli", "jul", "julei", "july"),
            ("august", "aug"),
            ("september", "sep", "sept"),
            ("oktober", "okt", "oct", "october"),
            ("november", "nov"),
            ("dezember", "dez", "dec", "december"),
        ),
        start=1,
    )
    for name in names
}
_SEASONS = {"fruhling": 3, "fruhjahr": 3, "sommer": 6, "herbst": 9, "spatherbst": 9, "spatsommer": 6}

_PLAIN = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.(1[0-9]{3}|2[0-2][0-9]{2})")
_EMPTY = re.compile(r"[-–—_/.\s]*")
_ENDLESS = re.compile(
    r"(auf )?(ewig(keit)?|ewiges .*|unbefristet|unbegrenzt|dauernd|dauerhaft|fur immer|ohne ende"
    r"|immerwahrend|31\.12\.9999|9999-12-31)[.!]?"
)
_TERM = re.compile(r"\+?\s*([0-9]{1,3})\s*-?(j|jahre?n?|jhr|jahrig)\.?")
_MOVING = re.compile(
    r"(heute|gestern|morgen|jetzt|aktuell|sofort|demnachst|bald|letzte?s? .*|dieses jahr)[.!]?"
)
_LABELS = re.compile(
    r"^(?:[*†+]|(?:geb|gest|verst|best|beig|begr|gef|geboren|gestorben|gefallen|verstorben|bestattet|beigesetzt|begraben|datum)\b[.:]?"
    r"|am\b|den\b|dem\b|(?:mo|di|mi|do|fr|sa|so)[.,]|[a-z]+(?:tag|woch),?(?=\s))\s*,?\s*"
)
_CLOCK = re.compile(
    r"[,\s]+(?:um\s+)?[0-9]{1,2}(?:[:.][0-9]{2}){0,2}\s*(?:uhr|h)$|[,\s]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?$"
)
_ABOUT = re.compile(
    r"(?:um|ca|circa|zirka|etwa|ungefahr|gegen|wohl|vermutl|vermutlich|wahrscheinlich|wahrsch|rund|~)"
    r"(?![a-z])[.\s]*(?:den |dem |das jahr |im jahr |anno )?(.+)"
)
_BEFORE = re.compile(r"(?:vor)\s+(?:dem |den |anno )?(.+)")
_UNTIL = re.compile(r"(?:bis|spatestens|bis spatestens|bis zum)\s+(?:zum |am |dem |den )?(.+)")
_AFTER = re.compile(r"(?:nach)\s+(?:dem |den |anno )?(.+)")
_SINCE = re.compile(r"(?:seit|ab|fruhestens)\s+(?:dem |am |den )?(.+)")
_BETWEEN = re.compile(r"(?:zw|zwischen)\.?\s+(.+?)\s+(?:und|u\.)\s+(.+)")
_RANGE = re.compile(r"(.+?)\s*(?:\bbis\b|-)\s*(.+)")
_TWO_DAYS = re.compile(r"([0-9]{1,2})\.?\s*(?:[-/]|bis|auf|zum|u\.|und)\s*([0-9]{1,2}\..+)")
_YEAR_AND = re.compile(r"([0-9]{2})([0-9]{2})\s*(?:[-/]|u\.|und|oder)\s*(?:([0-9]{2}))?([0-9]{2})")
_BOTH = re.compile(r"\s*(?:/|;|&|\+|\bu\.|\bund\b|\boder\b|\bod\.)\s*")

_UNKNOWN_PART = r"0{1,2}|[?x_]{1,2}|-{1,2}"
_DAY_MONTH_YEAR = re.compile(
    rf"([0-9]{{1,2}}|{_UNKNOWN_PART})\s*([./,-])\s*([0-9]{{1,2}}|{_UNKNOWN_PART})\s*[./,-]\s*'?([0-9]{{4}}|[0-9]{{2}})\.?"
)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:?[0-9]{2})")
_ISO = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?:[t ][0-9:.,]+(?:z|[+-][0-9:]{2,6})?)?")
_NAMED_MONTH = re.compile(r"(?:([0-9]{1,2})\.?[\s-]*)?([a-z]{3,9})\.?[\s-]*'?([0-9]{4}|[0-9]{2})")
_MONTH_YEAR = re.compile(r"([0-9]{1,2})\s*[./-]\s*([0-9]{4})")
_YEAR_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_MONTH_SHORT_YEAR = re.compile(r"([0-9]{1,2})\s*/\s*([0-9]{2})")
_YEAR = re.compile(r"(?:im |anno |jahr |jahrgang |jg\. ?)*([0-9]{4})")
_SHORT_YEAR = re.compile(r"'([0-9]{2})|([3-9][0-9])")
_DECADE = re.compile(r"([0-9]{3})0er(?: jahren?)?")
_PART_OF = re.compile(r"(anfang|mitte|ende) (?:des jahres |von )?(.+)")
_SEASON = re.compile(r"(?:im )?([a-z]+) (?:des jahres )?([12][0-9]{3})")
_WINTER = re.compile(r"(?:im )?winter ([12][0-9]{3})(?:\s*[/-]\s*([0-9]{2}|[0-9]{4}))?")
_EIGHT_DIGITS = re.compile(r"[0-9]{8}")
_FIVE_DIGITS = re.compile(r"[1-9][0-9]{4}")
_DAY_AND_MONTH = re.compile(r"[0-9]{1,2}\.\s*(?:[0-9]{1,2}\.?|[a-z]{3,9})")
_LEADING_DATE = re.compile(r"([0-9]{1,2}\.\s?[0-9]{1,2}\.\s?[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2})\b(.+)")
_LIMITING = re.compile(r"\b(oder|bis|vor|nach|spater|fruher|ab|nicht|u|und)\b|[0-9]{4}")


@dataclass(frozen=True, slots=True)
class _Span:
    """Days from ``first`` to ``last``; ``unit`` is the number of months the words named (0: a day)."""

    first: date
    last: date
    unit: int = 0
    doubts: tuple[str, ...] = ()


class _NotRead(Exception):
    """The text is no date; the argument says why, for the clerk."""


def parse_german_date(value: object, *, not_after: date, formats: Sequence[str] = ()) -> Reading:
    """What a cell of a list says about a day.

    ``value`` is a text, a real date or moment of a spreadsheet, a number (a year, or a day counted by Excel)
    or None. ``not_after`` decides centuries: a year of two digits is the latest with which the day is not
    after it (of a birth the death, of a past event today, of the end of a right a day far ahead).
    ``formats`` are forms of ``strptime`` that win over everything else. What cannot be read keeps its text,
    has no days and says why.
    """
    if isinstance(value, datetime):
        value = at_town(value).date()
    if isinstance(value, date):
        return Reading(UncertainDate.exact(value))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        text = "" if value is None else nfc(str(value))
        return Reading(UncertainDate(text), (UNREADABLE,) if text else ())
    text = nfc(value) if isinstance(value, str) else f"{value:.10g}"
    if _EMPTY.fullmatch(text):
        return Reading(UncertainDate())
    # Nearly every value of a list is written so; the long way takes ten times as long.
    if (
        not formats
        and (plain := _PLAIN.fullmatch(text))
        and (day := _calendar_day(*map(int, plain.group(3, 2, 1))))
    ):
        return Reading(UncertainDate(text, day, day))
    try:
        span = _by_format(text, formats) or _number(value) or _moment(text) or _whole(text, not_after)
    except _NotRead as why:
        return Reading(UncertainDate(text), (str(why),))
    return Reading(UncertainDate(text, _bound(span.first), _bound(span.last)), span.doubts)


def parse_end(value: object, *, not_after: date, formats: Sequence[str] = ()) -> Reading:
    """Like `parse_german_date`, for the last day of a right: "ewig", "unbefristet" mean FOR_EVER."""
    if isinstance(value, str) and _ENDLESS.fullmatch(fold(value)):
        return Reading(UncertainDate(nfc(value), FOR_EVER, FOR_EVER))
    return parse_german_date(value, not_after=not_after, formats=formats)


def _bound(day: date) -> date | None:
    return None if day in (SINCE_EVER, FOR_EVER) else day


def _by_format(text: str, formats: Sequence[str]) -> _Span | None:
    for form in formats:
        try:
            day = datetime.strptime(text, form).date()
        except ValueError:
            continue
        doubts = (_century_doubt(day.year),) if "%y" in form else ()
        return _Span(day, day, doubts=doubts)
    return None


def _number(value: object) -> _Span | None:
    """A day as Excel counts it, if ``value`` is a number beyond the years."""
    if isinstance(value, str) or not isinstance(value, int | float):
        return None
    if not _LAST_YEAR < value < 110_000:
        return None
    day = _EXCEL_DAY_ZERO + timedelta(days=int(value))
    return _Span(day, day, doubts=(f"als Tageszahl von Excel gelesen: {day:%d.%m.%Y}",))


def _moment(text: str) -> _Span | None:
    """The day in town of a moment written with its offset, as online forms send it."""
    if not _MOMENT.fullmatch(text):
        return None
    try:
        day = at_town(datetime.fromisoformat(text)).date()
    except (ValueError, OverflowError):
        return None
    return _Span(day, day)


def _whole(text: str, not_after: date) -> _Span:
    """A cell's text: what stands around a date is taken off first. Raises `_NotRead`."""
    if len(text) > _LONGEST:
        raise _NotRead(UNREADABLE)
    words = fold(text).replace("–", "-")
    if _ENDLESS.fullmatch(words):
        raise _NotRead(NO_DATE)
    if _TERM.fullmatch(words):
        raise _NotRead(TERM)
    if _MOVING.fullmatch(words):
        raise _NotRead(MOVING)
    plain = words
    while (shorter := _LABELS.sub("", plain, count=1)) != plain:
        plain = shorter
    plain = _CLOCK.sub("", plain).strip()
    questioned = plain.rstrip("?() ") if plain.endswith(("?", "?)", "(?)")) else plain
    doubts = (QUESTIONED,) if questioned != plain else ()
    plain = questioned.removeprefix("(").removesuffix(")") if questioned.startswith("(") else questioned
    if not plain:
        raise _NotRead(NO_DATE)
    span = _phrase(plain, not_after) or _with_remark(plain, not_after)
    if span is None:
        raise _NotRead(_why_not(plain, not_after) if not doubts else NO_DATE)
    return replace(span, doubts=span.doubts + doubts) if doubts else span


def _why_not(plain: str, not_after: date) -> str:
    if _DAY_AND_MONTH.fullmatch(plain):
        return NO_YEAR
    parts = [part for part in _BOTH.split(plain) if part]
    if len(parts) > 1 and any(_phrase(part, not_after) for part in parts):
        return SEVERAL
    return UNREADABLE if any(character.isdigit() for character in plain) else NO_DATE


def _with_remark(plain: str, not_after: date) -> _Span | None:
    """A full date followed by other words that do not limit it: "03.05.1934 in Kassel"."""
    if not (found := _LEADING_DATE.fullmatch(plain)) or _LIMITING.search(found[2]):
        return None
    span = _phrase(found[1], not_after)
    return span and replace(span, doubts=(*span.doubts, f"neben dem Datum steht „{found[2].strip(' ,;()')}“"))


def _phrase(plain: str, not_after: date) -> _Span | None:
    """A date with the words that widen or limit it; None if it is none."""
    if span := _unit(plain, not_after):
        return span
    if (found := _ABOUT.fullmatch(plain)) and (inner := _phrase(found[1], not_after)):
        return _widened(inner)
    for pattern, open_before, of_whole in (
        (_BEFORE, True, False),
        (_UNTIL, True, True),
        (_AFTER, False, False),
        (_SINCE, False, True),
    ):
        if (found := pattern.fullmatch(plain)) and (inner := _phrase(found[1], not_after)):
            doubts = (*(doubt for doubt in inner.doubts if doubt not in (YEAR_ONLY, MONTH_ONLY)), ONE_SIDED)
            if open_before:
                return _Span(SINCE_EVER, inner.last if of_whole else day_before(inner.first), 12, doubts)
            return _Span(inner.first if of_whole else day_after(inner.last), FOR_EVER, 12, doubts)
    return _span_between(plain, not_after)


def _widened(inner: _Span) -> _Span:
    doubts = (*(doubt for doubt in inner.doubts if doubt not in (YEAR_ONLY, MONTH_ONLY)), ABOUT)
    if not inner.unit:
        return _Span(inner.first - _ABOUT_UNITS * DAY, inner.last + _ABOUT_UNITS * DAY, 0, doubts)
    months = _ABOUT_UNITS * inner.unit
    return _Span(
        add_months(inner.first, -months),
        day_before(add_months(day_after(inner.last), months)),
        inner.unit,
        doubts,
    )


def _span_between(plain: str, not_after: date) -> _Span | None:
    """Two dates that bound one: "zwischen 1914 und 1918", "1944/45", "12./13.05.1944"."""
    if found := _YEAR_AND.fullmatch(plain):
        century, year, other_century, other = found.groups()
        first, last = int(century + year), int((other_century or century) + other)
        # Two full years joined by a stroke are more often two people than one uncertain day.
        if first < last and ("/" not in plain or other_century is None or last == first + 1):
            return _Span(date(first, 1, 1), date(last, 12, 31), 12, (BETWEEN,))
    if (found := _TWO_DAYS.fullmatch(plain)) and (end := _unit(found[2], not_after)) and not end.unit:
        begin = _calendar_day(end.first.year, end.first.month, int(found[1]))
        return _Span(begin, end.last, 0, (*end.doubts, BETWEEN)) if begin and begin < end.first else None
    for pattern in (_BETWEEN, _RANGE):
        if found := pattern.fullmatch(plain):
            begins, ends = _unit(found[1], not_after), _unit(found[2], not_after)
            if begins and ends and begins.first <= ends.last:
                return _Span(begins.first, ends.last, 12, (BETWEEN,))
    return None


def _unit(plain: str, not_after: date) -> _Span | None:
    """One day, month, season, year or decade, without words that limit it; None if it is none."""
    return next(filter(None, _units(plain, not_after)), None)


def _units(plain: str, not_after: date) -> Iterator[_Span | None]:
    if found := _ISO.fullmatch(plain):
        yield _day(found[1], found[3], found[4], not_after)
    if found := _DAY_MONTH_YEAR.fullmatch(plain):
        day, sign, month, year = found.groups()
        if sign == "/" and day.isdigit() and month.isdigit() and int(month) > 12 >= int(day) > 0:
            turned = _day(year, day, month, not_after)
            yield replace(turned, doubts=(*turned.doubts, "der Monat steht vor dem Tag"))
        yield _day(year, month, day, not_after)
    if (found := _NAMED_MONTH.fullmatch(plain)) and found[2] in _MONTHS:
        yield _day(found[3], str(_MONTHS[found[2]]), found[1] or "", not_after)
    if found := _MONTH_YEAR.fullmatch(plain):
        yield _day(found[2], found[1], "", not_after)
    if (found := _YEAR_MONTH.fullmatch(plain)) and 1 <= int(found[2]) <= 12:
        yield _day(found[1], found[2], "", not_after)
    if (found := _MONTH_SHORT_YEAR.fullmatch(plain)) and int(found[2]) > 12:
        yield _day(found[2], found[1], "", not_after)
    if found := _YEAR.fullmatch(plain):
        yield _day(found[1], "", "", not_after)
    if found := _SHORT_YEAR.fullmatch(plain):
        yield _day(found[1] or found[2], "", "", not_after)
    if (found := _DECADE.fullmatch(plain)) and int(found[1]) >= 100:
        first = int(found[1]) * 10
        yield _Span(date(first, 1, 1), date(first + 9, 12, 31), 120, (BETWEEN,))
    yield _part_of_year(plain, not_after)
    if _EIGHT_DIGITS.fullmatch(plain):
        yield _run_of_digits(plain)
    if _FIVE_DIGITS.fullmatch(plain):
        yield _number(int(plain))


def _part_of_year(plain: str, not_after: date) -> _Span | None:
    if found := _WINTER.fullmatch(plain):
        year = int(found[1])
        first = date(year, 12, 1) if found[2] else date(year, 1, 1)
        return _Span(first, day_before(date(year + 1, 3, 1)), 3, (BETWEEN,))
    if (found := _SEASON.fullmatch(plain)) and found[1] in _SEASONS:
        begins = date(int(found[2]), _SEASONS[found[1]], 1)
        return _Span(begins, day_before(add_months(begins, 3)), 3, (BETWEEN,))
    if (
        (found := _PART_OF.fullmatch(plain))
        and (whole := _unit(found[2], not_after))
        and whole.unit in (1, 12)
    ):
        third = ("anfang", "mitte", "ende").index(found[1])
        doubts = (*(doubt for doubt in whole.doubts if doubt not in (YEAR_ONLY, MONTH_ONLY)), BETWEEN)
        if whole.unit == 12:
            begins = add_months(whole.first, 4 * third)
            return _Span(begins, day_before(add_months(begins, 4)), 4, doubts)
        begins = whole.first + third * 10 * DAY
        return _Span(begins, whole.last if third == 2 else begins + 9 * DAY, 0, doubts)
    return None


def _run_of_digits(plain: str) -> _Span:
    for year, month, day in ((plain[:4], plain[4:6], plain[6:]), (plain[4:], plain[2:4], plain[:2])):
        if _FIRST_YEAR <= int(year) <= _LAST_YEAR and (
            found := _calendar_day(int(year), int(month), int(day))
        ):
            return _Span(found, found, doubts=(f"als {found:%d.%m.%Y} gelesen",))
    raise _NotRead(UNREADABLE)


def _day(year: str, month: str, day: str, not_after: date) -> _Span:
    """The days of a year, a month or one day; parts that are no number are unknown. Raises `_NotRead`."""
    month_number = int(month) if month.isdigit() else 0
    day_number = int(day) if day.isdigit() else 0
    if month_number > 12 or day_number > 31:
        raise _NotRead(NO_SUCH_DAY)
    doubts: tuple[str, ...] = ()
    number = int(year)
    if len(year) == 2:
        number = _full_year(number, month_number or 1, day_number or 1, not_after)
        doubts = (_century_doubt(number),)
    if not _FIRST_YEAR <= number <= _LAST_YEAR:
        raise _NotRead(f"das Jahr {year} ist nicht glaubhaft")
    if not month_number:
        return _Span(date(number, 1, 1), date(number, 12, 31), 12, (*doubts, YEAR_ONLY))
    if not day_number:
        last = monthrange(number, month_number)[1]
        return _Span(
            date(number, month_number, 1), date(number, month_number, last), 1, (*doubts, MONTH_ONLY)
        )
    if not (found := _calendar_day(number, month_number, day_number)):
        raise _NotRead(NO_SUCH_DAY)
    return _Span(found, found, 0, doubts)


def _calendar_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _full_year(short: int, month: int, day: int, not_after: date) -> int:
    """The latest year ending in ``short`` with which the day is not after ``not_after``."""
    century = not_after.year // 100 * 100
    late = (short, month, day) > (not_after.year % 100, not_after.month, not_after.day)
    return century + short - (100 if late else 0)


def _century_doubt(year: int) -> str:
    return f"Jahrhundert angenommen: {year}"
