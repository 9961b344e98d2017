"""Calendars out and in, and a season's plan from a list."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rathaus_desk.halls import queries
from rathaus_desk.halls.calendar_file import calendar_of, read_calendar
from rathaus_desk.halls.import_bookings import import_bookings
from rathaus_desk.halls.old_lists import times_of
from rathaus_desk.halls.operations.bookings import BookHall
from rathaus_desk.halls.operations.houses import CloseHall
from rathaus_desk.halls.wish import Wish
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.money import Money


@pytest.fixture
def booked(town, hall_id, club):
    """A concert in the Saal, a closed time of the bar."""
    town.run(
        BookHall(
            hall=hall_id(),
            set="saal",
            starts=datetime(2026, 11, 14, 14),
            ends=datetime(2026, 11, 14, 23),
            person=club(),
            purpose="Konzert",
            wish=Wish(user_group="club"),
        )
    )
    town.run(
        CloseHall(
            hall=hall_id(),
            starts=datetime(2026, 11, 13),
            ends=datetime(2026, 11, 14),
            reason="Reparatur",
            rooms=("theke",),
        )
    )


def written(town, *, public):
    with town.store.read() as session:
        hall = queries.hall_named(session, "dgh-altenfeld")
        year = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
        return calendar_of(session, hall, *year, year[0], public=public)


def test_the_calendar_of_a_hall_says_who_and_when(town, booked):
    entries, wrong = read_calendar(written(town, public=False), "dgh.ics")
    assert wrong == []
    assert [(one.title, one.location) for one in entries] == [
        ("Konzert (Gesangverein Altenfeld)", "Dorfgemeinschaftshaus Altenfeld, Saal"),
        ("geschlossen: Reparatur", "Dorfgemeinschaftshaus Altenfeld, Theke"),
    ]
    assert (entries[0].starts, entries[0].ends) == (
        datetime(2026, 11, 14, 14),
        datetime(2026, 11, 14, 23),
    )


def test_the_public_calendar_is_free_of_names_purposes_and_ids(town, booked):
    public = written(town, public=True)
    text = public.decode()
    for secret in ("Konzert", "Gesangverein", "Altenfeld, Saal", "Reparatur", "geschlossen"):
        assert secret not in text
    with town.store.read() as session:
        first = datetime(2026, 1, 1, tzinfo=UTC)
        for one in queries.bookings_between(session, first, first.replace(year=2027)):
            for record in (one.id, one.person_id, one.case_id):
                assert str(record) not in text
    entries, _ = read_calendar(public, "dgh.ics")
    assert {one.title for one in entries} == {"belegt"}
    assert written(town, public=True) == public


ICS = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Alt//DE
BEGIN:VEVENT
UID:1
DTSTART;TZID=Europe/Berlin:20260904T190000
DTEND;TZID=Europe/Berlin:20260904T210000
RRULE:FREQ=WEEKLY;UNTIL=20261030T180000Z
EXDATE;TZID=Europe/Berlin:20261002T190000
SUMMARY:Turnen (TSV Musterrode)
LOCATION:Mehrzweckhalle Kernstadt\\, Hallendrittel 2
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20260711
DTEND;VALUE=DATE:20260712
SUMMARY:Wanderverein
LOCATION:Grillh\xc3\xbctte Eichwald
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART:20260905T100000Z
DTEND:20260905T120000Z
SUMMARY:Irgendwo
END:VEVENT
BEGIN:VEVENT
UID:4
STATUS:CANCELLED
DTSTART:20260905T100000Z
SUMMARY:Abgesagt
END:VEVENT
END:VCALENDAR
"""


def test_an_old_calendar_comes_in_and_the_second_time_changes_nothing(town, tmp_path):
    file = tmp_path / "alt.ics"
    file.write_bytes(ICS)
    dry = import_bookings(town.store, file, clerk=town.clerk, dry_run=True)
    assert (dry.new, dry.import_id) == ({"bookings": 9, "series": 1, "people": 2}, None)
    done = import_bookings(town.store, file, clerk=town.clerk)
    assert done.new == dry.new
    assert [(one.row, one.column, one.reason) for one in done.refused] == [
        (3, "LOCATION", "Halle und Raum sind nicht zu erkennen: nicht übernommen")
    ]
    assert sum("ohne Preis" in one.reason for one in done.doubtful) == 1
    again = import_bookings(town.store, file, clerk=town.clerk)
    assert (again.same, again.new, again.import_id) == (2, {"bookings": 0, "series": 0, "people": 0}, None)
    town.store.undo_import(done.import_id)
    assert import_bookings(town.store, file, clerk=town.clerk).new == dry.new


PLAN = """Halle;Raum;Wochentag;ab;bis zum;von;bis;Verein;Sparte;Nutzergruppe;Art
Mehrzweckhalle Kernstadt;Hallendrittel 1;Freitag;01.09.2026;30.06.2027;19:00;21:00;TSV;Turnen;club;training
Mehrzweckhalle Kernstadt;Hallendrittel 1;Fr;01.09.2026;30.06.2027;20:00;22:00;TTC;Tischtennis;club;training
Dorfgemeinschaftshaus Altenfeld;Saal;;14.11.2026;;14:00;23:00;Gesangverein;Konzert;club;
Dorfgemeinschaftshaus Altenfeld;Keller;;14.11.2026;;14:00;23:00;Gesangverein;Konzert;club;
Dorfgemeinschaftshaus Altenfeld;Saal;;irgendwann;;14:00;23:00;Gesangverein;Konzert;club;
"""


def test_a_plan_of_a_season_comes_in_as_a_list(town, tmp_path, hall_id):
    file = tmp_path / "plan.csv"
    file.write_text(PLAN, encoding="utf-8")
    done = import_bookings(town.store, file, clerk=town.clerk)
    assert (done.rows, done.new) == (5, {"bookings": 41, "series": 1, "people": 2})
    assert [(one.row, one.reason.partition(",")[0]) for one in sorted(done.refused)] == [
        (3, "alle Termine sind belegt"),
        (
            5,
            "Eine Raumkombination „Keller“ hat „Dorfgemeinschaftshaus Altenfeld“ nicht. Es gibt: saal",
        ),
        (6, "kein Tag: nicht übernommen"),
    ]
    with town.store.read() as session:
        first = datetime(2026, 1, 1, tzinfo=UTC)
        (concert,) = queries.bookings_between(session, first, first.replace(year=2028), hall_id())
        assert (concert.total, concert.state) == (Money(4000), "approved")


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ("19:00", "21:00", (1140, 1260)),
        ("19.30-21 Uhr", None, (1170, 1260)),
        ("19:30-21 Uhr", None, (1170, 1260)),
        (0.75, 0.875, (1080, 1260)),
        ("19 Uhr", "24:00", (1140, 1440)),
        ("abends", None, (None, None)),
    ],
)
def test_times_as_lists_write_them(start, end, found):
    assert times_of(start, end) == found


def test_what_is_no_calendar_is_refused(town, tmp_path):
    file = tmp_path / "alt.ics"
    file.write_bytes(b"\xff\x00 kein Kalender")
    with pytest.raises(BadInput, match="keine iCalendar-Datei"):
        import_bookings(town.store, file)
