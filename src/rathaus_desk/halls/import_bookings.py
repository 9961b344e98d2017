"""Taking over an old calendar or a season plan, in one transaction; nothing dropped, nothing invented."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.halls import queries
from rathaus_desk.halls.calendar_file import CalendarEntry, read_calendar, rooms_named_in
from rathaus_desk.halls.occupancy import Occupied
from rathaus_desk.halls.old_lists import BOOKING_LIST, ListedBooking, listed_booking
from rathaus_desk.halls.operations.bookings import BookHall
from rathaus_desk.halls.operations.series import BookSeries
from rathaus_desk.halls.records import Booking, BookingSeries, Hall
from rathaus_desk.halls.rules.times import Times
from rathaus_desk.halls.series_plan import Collides, SeriesRule
from rathaus_desk.halls.wish import Wish
from rathaus_desk.kernel.errors import BadInput, CannotWork, DeskError, Refused
from rathaus_desk.kernel.names import fold
from rathaus_desk.lists.mapping import Guess, fitted, propose, read_mapping, write_mapping
from rathaus_desk.lists.rows import Doubt, mapped_rows
from rathaus_desk.lists.tables import Layout, read_table
from rathaus_desk.people import queries as people
from rathaus_desk.people.operations import EnterPerson, PersonDetails
from rathaus_desk.people.rules.names import display_name, list_name
from rathaus_desk.store.engine import Importing, Store

UNNAMED = "ohne Angabe"
_CALENDARS = (".ics", ".ical", ".ifb")


@dataclass
class BookingImport:
    """What was taken over, or would be; the form of `import_graves.ImportResult`."""

    rows: int = 0
    new: dict[str, int] = field(default_factory=lambda: {"bookings": 0, "series": 0, "people": 0})
    same: int = 0
    duplicate: int = 0
    doubtful: list[Doubt] = field(default_factory=list)
    refused: list[Doubt] = field(default_factory=list)
    import_id: UUID | None = None
    guesses: tuple[Guess, ...] = ()
    mapping_text: str = ""

    def plain(self) -> dict[str, Any]:
        """The JSON document of the command line."""

        def listed(doubts: Iterable[Doubt]) -> list[dict[str, Any]]:
            return [
                {"row": one.row, "column": one.column, "value": one.value, "reason": one.reason}
                for one in sorted(doubts)
            ]

        return {
            "rows": self.rows,
            "new": self.new,
            "changed": 0,
            "same": self.same,
            "duplicate": self.duplicate,
            "doubtful": listed(self.doubtful),
            "refused": listed(self.refused),
            "import_id": str(self.import_id) if self.import_id else None,
        }


class _DryRun(Exception):
    """Ends the transaction of a dry run."""


def import_bookings(
    store: Store,
    path: Path,
    *,
    mapping_file: Path | None = None,
    hall: str = "",
    clerk: UUID | None = None,
    dry_run: bool = False,
) -> BookingImport:
    """Takes over the file in ``path`` (.ics, CSV, Excel, ODS), in one transaction.

    ``hall``: the one meant where a row names none. A row whose time is taken is refused by name, one that is
    there already is the same; a price that the list says too little for is left open. Raises BadInput.
    """
    result = BookingImport()
    with store.read() as session:
        if path.suffix.lower() in _CALENDARS:
            wanted = list(_of_calendar(session, path, hall, result))
        else:
            wanted = list(_of_table(path, mapping_file, store.clock.today(), result))
    try:
        with store.importing(clerk=clerk) as importing:
            _Taking(importing, result, hall).all(wanted)
            if dry_run:
                raise _DryRun
            if any(result.new.values()):
                result.import_id = importing.id
    except _DryRun:
        pass
    return result


def _of_table(
    path: Path, mapping_file: Path | None, today: date, result: BookingImport
) -> Iterator[ListedBooking]:
    stated = read_mapping(mapping_file, BOOKING_LIST) if mapping_file else None
    table = read_table(path, stated.layout if stated else Layout(), recognise=BOOKING_LIST.recognises)
    if stated is not None and mapping_file is not None:
        mapping = fitted(stated, table, file=mapping_file.name)
    else:
        proposal = propose(table, BOOKING_LIST)
        mapping, result.guesses = proposal.mapping, proposal.guesses
    result.mapping_text = write_mapping(mapping)
    seen = set()
    for row in mapped_rows(table, mapping):
        result.rows += 1
        if row.key in seen:
            result.duplicate += 1
            continue
        seen.add(row.key)
        found = listed_booking(row, mapping, today)
        if found is None:
            result.refused += row.doubts
        else:
            result.doubtful += row.doubts
            yield found


def _of_calendar(session: Session, path: Path, hall: str, result: BookingImport) -> Iterator[ListedBooking]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"Die Datei {path.name} lässt sich nicht lesen.", detail=str(error)) from error
    entries, wrong = read_calendar(content, path.name)
    result.rows = len(entries) + len(wrong)
    result.refused += [Doubt(number, "", "", why) for number, why in wrong]
    halls = [queries.hall_named(session, hall)] if hall else list(queries.halls(session))
    for entry in entries:
        where = rooms_named_in(session, entry, halls)
        if where is None:
            reason = "Halle und Raum sind nicht zu erkennen: nicht übernommen"
            result.refused.append(Doubt(entry.line, "LOCATION", entry.location, reason))
        else:
            yield _listed(entry, where)


def _listed(entry: CalendarEntry, where: tuple[Hall, str]) -> ListedBooking:
    purpose, _, person = entry.title.partition(" (")
    return ListedBooking(
        line=entry.line,
        hall=where[0].key,
        place=where[1],
        person=person.removesuffix(")") or entry.title,
        purpose=purpose,
        starts=entry.starts,
        ends=entry.ends,
        rrule=entry.rrule,
        except_days=entry.except_days,
    )


class _Taking:
    """Takes bookings over one by one within one transaction."""

    def __init__(self, importing: Importing, result: BookingImport, hall: str) -> None:
        self._importing = importing
        self._session = importing.session
        self._result = result
        self._hall = hall
        self._people: dict[str, UUID] = {}

    def all(self, wanted: Iterable[ListedBooking]) -> None:
        for one in wanted:
            try:
                self._take(one)
            except (Refused, BadInput, CannotWork) as error:
                self._result.refused.append(Doubt(one.line, "", _said(one), _reason(error)))

    def _take(self, one: ListedBooking) -> None:
        hall = queries.hall_named(self._session, one.hall or self._hall)
        hall_id, set_key = hall.id, queries.set_named(self._session, hall, one.place).key
        name = one.person or one.purpose or UNNAMED
        known = self._known_person(name)
        if known is not None and self._is_there(hall_id, set_key, known, one):
            self._result.same += 1
            return
        person: UUID | EnterPerson = known or self._new_person(name)
        wish = Wish(user_group=one.user_group or None, event_kind=one.event_kind or None, persons=one.persons)
        if one.rrule:
            done = self._importing.run(self._series(one, hall_id, set_key, person, wish))
            self._result.new["series"] += 1
            self._result.new["bookings"] += len(done.value.booked)
            for skip in done.value.skipped:
                if skip.why.startswith("belegt"):
                    why = f"{skip.on:%d.%m.%Y} ausgelassen, {skip.why}"
                    self._result.doubtful.append(Doubt(one.line, "", _said(one), why))
            made = self._session.get_one(BookingSeries, done.value.series)
        else:
            done = self._importing.run(self._booking(one, hall_id, set_key, person, wish))
            self._result.new["bookings"] += 1
            made = self._session.get_one(Booking, done.value)  # type: ignore[assignment]
        if known is None:
            self._people[fold(name)] = made.person_id
            self._result.new["people"] += 1
            reason = "steht nicht im Personenregister: als Verein neu eingetragen, bitte prüfen"
            self._result.doubtful.append(Doubt(one.line, "Person", name, reason))
        if isinstance(made, Booking) and made.total is None:
            reason = "ohne Preis: Nutzergruppe oder Art der Veranstaltung fehlt"
            self._result.doubtful.append(Doubt(one.line, "", _said(one), reason))

    def _series(
        self, one: ListedBooking, hall: UUID, set_key: str, person: UUID | EnterPerson, wish: Wish
    ) -> BookSeries:
        return BookSeries(
            hall=hall,
            set=set_key,
            person=person,
            purpose=one.purpose or UNNAMED,
            rule=SeriesRule(
                rrule=one.rrule,
                first=one.starts.date(),
                time_from=f"{one.starts:%H:%M}",
                time_to=f"{one.ends:%H:%M}",
                except_days=one.except_days,
            ),
            wish=wish,
            state="approved",
            season=one.season,
            on_collision="skip",
            price_later=True,
        )

    def _booking(
        self, one: ListedBooking, hall: UUID, set_key: str, person: UUID | EnterPerson, wish: Wish
    ) -> BookHall:
        return BookHall(
            hall=hall,
            set=set_key,
            starts=one.starts,
            ends=one.ends,
            person=person,
            purpose=one.purpose or UNNAMED,
            wish=wish,
            state="approved",
            confirmed="aus einer alten Liste",
            remark=one.remark,
            price_later=True,
        )

    def _known_person(self, name: str) -> UUID | None:
        """Who has exactly this name; nobody where several have it."""
        folded = fold(name)
        if folded not in self._people:
            found = [
                one.id
                for one in people.find(self._session, name)
                if folded in (fold(list_name(one)), fold(display_name(one)))
            ]
            if len(found) != 1:
                return None
            self._people[folded] = found[0]
        return self._people[folded]

    @staticmethod
    def _new_person(name: str) -> EnterPerson:
        return EnterPerson(
            details=PersonDetails(
                kind="organisation", organisation=name, remark="aus einer alten Belegungsliste übernommen"
            )
        )

    def _is_there(self, hall: UUID, set_key: str, person: UUID, one: ListedBooking) -> bool:
        starts, ends = Times.of(one.starts, one.ends).moments
        query = select(Booking.id).where(
            Booking.hall_id == hall,
            Booking.set_key == set_key,
            Booking.person_id == person,
        )
        if not one.rrule:
            return (
                self._session.scalars(query.where(Booking.starts == starts, Booking.ends == ends)).first()
                is not None
            )
        series = select(BookingSeries.id).where(
            BookingSeries.hall_id == hall,
            BookingSeries.set_key == set_key,
            BookingSeries.person_id == person,
            BookingSeries.first == one.starts.date(),
            BookingSeries.time_from == f"{one.starts:%H:%M}",
            BookingSeries.rrule == one.rrule,
        )
        return self._session.scalars(series).first() is not None


def _said(one: ListedBooking) -> str:
    return ", ".join(filter(None, (one.purpose, one.person, f"{one.starts:%d.%m.%Y %H:%M}")))


def _reason(error: DeskError) -> str:
    if isinstance(error, Occupied):
        return f"belegt: {'; '.join(dict.fromkeys(taken.sentence for taken in error.obstacles))}"
    if isinstance(error, Collides):
        return f"alle Termine sind belegt, zuerst {error.collisions[0].sentence}"
    return error.sentence
