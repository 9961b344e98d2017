"""The fields of an old list of bookings or a season plan, and what a row of one says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from rathaus_desk.fees.vocabulary import WEEKDAYS
from rathaus_desk.kernel.german_dates import parse_end
from rathaus_desk.kernel.names import fold
from rathaus_desk.lists.fields import Field, Vocabulary
from rathaus_desk.lists.mapping import Mapping
from rathaus_desk.lists.rows import MappedRow
from rathaus_desk.lists.tables import Cell

_TIME = re.compile(r"(?<![0-9.])([01]?[0-9]|2[0-4])(?:[:.h]([0-5][0-9]))?(?:\s*uhr)?(?![0-9])", re.IGNORECASE)


def _called(headings: str) -> tuple[str, ...]:
    return tuple(heading.strip() for heading in headings.split("|"))


BOOKING_LIST = Vocabulary(
    fields=(
        Field(
            "booking.hall",
            "Halle, mit Namen oder Schlüssel",
            "Dorfgemeinschaftshaus Altenfeld",
            _called("Halle | Haus | Gebäude | DGH | Einrichtung | Sportstätte"),
        ),
        Field(
            "booking.set",
            "Raum oder Raumkombination",
            "Saal mit Küche",
            _called("Raum | Räume | Saal | Hallenteil | Drittel | Raumkombination | Bereich"),
        ),
        Field(
            "days.first",
            "Tag der Nutzung; bei einer Serie der erste",
            "14.11.2026",
            _called("Datum | Tag | Termin | am | Beginn am | erster Termin | ab | von Datum | Datum von"),
            holds="date",
        ),
        Field(
            "days.last",
            "letzter Tag: einer Nutzung über mehrere Tage, oder einer Serie",
            "30.06.2027",
            _called("bis Datum | Datum bis | letzter Termin | Ende am | endet am | bis zum"),
            holds="date",
        ),
        Field(
            "booking.weekday",
            "Wochentag: macht die Zeile zu einer wöchentlichen Serie",
            "Freitag",
            _called("Wochentag | jeden | wöchentlich am"),
        ),
        Field(
            "booking.start",
            "Beginn; auch beides („19:00-21:00“)",
            "19:00",
            _called("von | Beginn | Uhrzeit | Zeit | Uhrzeit von | Anfang"),
        ),
        Field("booking.end", "Ende", "21:00", _called("bis | Ende | Uhrzeit bis | Schluss")),
        Field(
            "person.name",
            "Verein oder Person",
            "Gesangverein Altenfeld",
            _called("Verein | Name | Nutzer | Mieter | Veranstalter | Antragsteller | wer"),
        ),
        Field(
            "booking.purpose",
            "Zweck",
            "Übungsabend",
            _called("Zweck | Veranstaltung | Anlass | Nutzung | Sparte | Sportart | Betreff | was"),
        ),
        Field("booking.user_group", "Nutzergruppe, mit dem Wort des Tarifs", "club", _called("Nutzergruppe")),
        Field(
            "booking.event_kind", "Art der Veranstaltung, mit dem Wort des Tarifs", "training", _called("Art")
        ),
        Field("booking.persons", "Zahl der Personen", "80", _called("Personen | Personenzahl | Teilnehmer")),
        Field("booking.season", "Saisonplan", "Winter 2026/27", _called("Saison | Belegungsplan | Halbjahr")),
        Field(
            "booking.remark",
            "Bemerkung",
            "Schlüssel beim Hausmeister",
            _called("Bemerkung | Bemerkungen | Notiz | Hinweis"),
            many=True,
        ),
    ),
)

GERMAN_WEEKDAYS = {fold(german): place for place, german in enumerate(WEEKDAYS.values())}


@dataclass(frozen=True, slots=True)
class ListedBooking:
    """What a row or an event of an old list asks for, in wall time. ``rrule`` "": once."""

    line: int
    hall: str
    place: str
    person: str
    purpose: str
    starts: datetime
    ends: datetime
    rrule: str = ""
    except_days: tuple[date, ...] = ()
    user_group: str = ""
    event_kind: str = ""
    persons: int | None = None
    season: str = ""
    remark: str = ""


def listed_booking(row: MappedRow, mapping: Mapping, today: date) -> ListedBooking | None:
    """What a row says; None, with a doubt that names the column, if its day or time cannot be read."""
    first = _day(row, "days.first", mapping, today)
    last = _day(row, "days.last", mapping, today)
    begins, over = times_of(row.cell("booking.start"), row.cell("booking.end"))
    weekday = _weekday(row)
    if begins is None or over is None:
        text = f"{row.text('booking.start')} {row.text('booking.end')}".strip()
        row.doubt(("booking.start", "booking.end"), text, "keine Uhrzeiten: nicht übernommen")
        return None
    if first is None:
        row.doubt("days.first", row.text("days.first"), "kein Tag: nicht übernommen")
        return None
    rule = ""
    if weekday is not None:
        if last is None:
            row.doubt("days.last", row.text("days.last"), "Serie ohne Ende: nicht übernommen")
            return None
        first = date.fromordinal(first.toordinal() + (weekday - first.weekday()) % 7)
        rule = f"FREQ=WEEKLY;UNTIL={last:%Y%m%d}"
    ends_on = first if rule or last is None else last
    ends = _at(ends_on, over)
    if ends <= _at(first, begins):
        ends = _at(date.fromordinal(ends_on.toordinal() + 1), over)
    persons = row.text("booking.persons")
    said = [value.text for value in row.values("booking.remark")]
    remark = " · ".join((*said, *(f"{one.column}: {one.text}" for one in row.unmapped)))
    return ListedBooking(
        line=row.line,
        hall=row.text("booking.hall"),
        place=row.text("booking.set"),
        person=row.text("person.name"),
        purpose=row.text("booking.purpose"),
        starts=_at(first, begins),
        ends=ends,
        rrule=rule,
        user_group=_word(row, "booking.user_group", mapping),
        event_kind=_word(row, "booking.event_kind", mapping),
        persons=int(persons) if persons.isdigit() else None,
        season=row.text("booking.season"),
        remark=remark,
    )


def _word(row: MappedRow, name: str, mapping: Mapping) -> str:
    """A value as [values] of the mapping translates it, else as it stands."""
    text = row.text(name)
    entry = mapping.values.get(name, {}).get(text, text)
    return str(entry)


def _day(row: MappedRow, name: str, mapping: Mapping, today: date) -> date | None:
    cell = row.cell(name)
    if cell is None:
        return None
    far = date(today.year + 20, 12, 31)
    read = parse_end(cell, not_after=far, formats=mapping.date_formats)
    return read.date.day


def _weekday(row: MappedRow) -> int | None:
    text = fold(row.text("booking.weekday")).rstrip("s.")
    if not text:
        return None
    found = [place for name, place in GERMAN_WEEKDAYS.items() if name.startswith(text) and len(text) >= 2]
    if len(found) == 1:
        return found[0]
    row.doubt("booking.weekday", row.text("booking.weekday"), "kein Wochentag: als einzelner Termin gelesen")
    return None


def times_of(start: Cell, end: Cell) -> tuple[int | None, int | None]:
    """Beginning and end in minutes since midnight, from two cells or from one that says both."""
    found = [*_minutes(start), *_minutes(end)]
    return (found[0], found[1]) if len(found) >= 2 else (found[0] if found else None, None)


def _minutes(cell: Cell) -> Sequence[int]:
    if isinstance(cell, datetime):
        return (cell.hour * 60 + cell.minute,)
    if isinstance(cell, time):
        return (cell.hour * 60 + cell.minute,)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        # A workbook keeps a time as a share of the day, a person writes the hour.
        return (round(cell * 1440),) if cell < 1 else (int(cell) * 60,)
    if not isinstance(cell, str):
        return ()
    return [int(hour) * 60 + int(minute or 0) for hour, minute in _TIME.findall(cell)]


def _at(day: date, minutes: int) -> datetime:
    hours, rest = divmod(minutes, 60)
    if hours == 24:
        return datetime.combine(date.fromordinal(day.toordinal() + 1), time())
    return datetime.combine(day, time(hours, rest))
