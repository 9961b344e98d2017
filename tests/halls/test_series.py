"""Series: the same wall time all year, holidays left out, everything in the way at once, a season's plan."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
import pytest

from rathaus_desk.catalogue.law_file import LAW
from rathaus_desk.catalogue.operations import LoadCatalogue, NewVersion
from rathaus_desk.halls import queries
from rathaus_desk.halls.operations.bookings import BookHall, MoveBooking
from rathaus_desk.halls.operations.series import (
    AddOccurrence,
    BookSeries,
    CopySeason,
    FollowHolidays,
    SplitSeries,
)
from rathaus_desk.halls.prices import kept_price
from rathaus_desk.halls.records import Booking
from rathaus_desk.halls.rules.series import days_of, parts_of
from rathaus_desk.halls.rules.times import wall_of
from rathaus_desk.halls.series_plan import Collides, SeriesRule, holiday_difference
from rathaus_desk.halls.wish import Wish
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.money import Money
from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.search import _found_by_others, search

FRIDAYS = SeriesRule(
    rrule="FREQ=WEEKLY;UNTIL=20270630", first=date(2026, 9, 4), time_from="19:00", time_to="21:00"
)


@pytest.fixture
def training(town, hall_id, club):
    """Books a third of the Mehrzweckhalle every Friday, changed as a test asks."""
    here = []

    def booked(rule=FRIDAYS, **more):
        here.append(here[0] if here else club("TSV Musterrode"))
        given = {
            "hall": hall_id("mzh-kernstadt"),
            "set": "drittel_1",
            "person": here[0],
            "purpose": "Turnen",
            "wish": Wish(user_group="club", event_kind="training"),
            **more,
        }
        return town.run(BookSeries(rule=rule, **given))

    return booked


@pytest.fixture
def meeting(town, hall_id, club):
    """Books a third of the Mehrzweckhalle for one evening."""

    def booked(day, set="drittel_1", hour=18):
        return town.run(
            BookHall(
                hall=hall_id("mzh-kernstadt"),
                set=set,
                person=club("Feuerwehrverein"),
                purpose="Übung",
                starts=datetime(day.year, day.month, day.day, hour),
                ends=datetime(day.year, day.month, day.day, hour + 2),
                wish=Wish(user_group="club", event_kind="training"),
            )
        ).value

    return booked


def test_a_year_of_fridays_without_hessian_holidays(town, training):
    placed = training().value
    assert len(days_of(FRIDAYS.rrule, FRIDAYS.first)) == 43
    assert [f"{one.on:%d.%m.}" for one in placed.skipped] == ["25.12.", "01.01.", "26.03."]
    assert len(placed.booked) == 40
    assert placed.total == Money(40 * 600)
    with town.store.read() as session:
        bookings = queries.occurrences(session, placed.series)
        assert {f"{wall_of(one.starts):%a %H:%M}-{wall_of(one.ends):%H:%M}" for one in bookings} == {
            "Fri 19:00-21:00"
        }
        assert len({f"{one.starts:%H}" for one in bookings}) == 2
        for one in (bookings[0], bookings[-1]):
            assert kept_price(session, one).assessment.total == one.total == Money(600)


def test_school_holidays_are_left_out_if_wanted(training):
    rule = SeriesRule(
        rrule="FREQ=WEEKLY;UNTIL=20261231",
        first=date(2026, 9, 4),
        time_from="19:00",
        time_to="21:00",
        skip_school=True,
    )
    skipped = {f"{one.on:%d.%m.}": one.why for one in training(rule).value.skipped}
    assert skipped["09.10."] == "Herbstferien"
    assert skipped["25.12."] in ("Weihnachtsferien", "Erster Weihnachtstag")


def test_all_collisions_at_once_and_nothing_is_placed(town, training, meeting):
    for day in (date(2026, 9, 11), date(2027, 2, 5)):
        meeting(day)
    with pytest.raises(Collides) as refused:
        training()
    assert [f"{one.occurrence.on}" for one in refused.value.collisions] == ["2026-09-11", "2027-02-05"]
    taken = "Hallendrittel 1: Übung, Feuerwehrverein (11.09.2026, 18:00 bis 20:00 Uhr)"
    assert taken in refused.value.sentence
    with town.store.read() as session:
        assert queries.series_of_season(session, "") == []


def test_taken_dates_are_left_out_and_can_be_added_later(town, training, meeting):
    meeting(date(2026, 9, 11))
    placed = training(on_collision="skip").value
    assert len(placed.booked) == 39
    assert "belegt: Übung, Feuerwehrverein" in [one.why for one in placed.skipped]
    late = datetime(2026, 9, 11, 21)
    town.run(AddOccurrence(series=placed.series, on=late.date(), starts=late, ends=late.replace(hour=23)))
    with town.store.read() as session:
        assert len(queries.occurrences(session, placed.series)) == 40
        assert "2026-09-11" not in [one["on"] for one in queries.series(session, placed.series).skipped]
    with pytest.raises(BadInput, match="schon"):
        town.run(
            AddOccurrence(
                series=placed.series,
                on=late.date(),
                starts=datetime(2026, 9, 11, 8),
                ends=late.replace(hour=9),
            )
        )


def test_taken_dates_are_moved_to_the_nearest_free_time(training, meeting):
    meeting(date(2026, 9, 11), hour=18)
    placed = training(on_collision="move").value
    (moved,) = placed.moved
    assert (moved.on, moved.times.starts) == (date(2026, 9, 11), datetime(2026, 9, 11, 21))
    assert len(placed.booked) == 40


def test_one_occurrence_is_moved_on_its_own(town, training):
    placed = training().value
    town.run(
        MoveBooking(booking=placed.booked[0], starts=datetime(2026, 9, 5, 10), ends=datetime(2026, 9, 5, 12))
    )
    with town.store.read() as session:
        first = queries.booking(session, placed.booked[0])
        assert (first.occurs_on, wall_of(first.starts)) == (date(2026, 9, 4), datetime(2026, 9, 5, 10))


def test_a_whole_series_is_undone_at_once(town, training):
    done = training()
    town.store.undo(done.operation)
    assert len(training().value.booked) == 40


def test_a_series_is_split_and_goes_on(town, training):
    placed = training().value
    later = town.run(SplitSeries(series=placed.series, on=date(2027, 1, 1))).value
    with town.store.read() as session:
        parts = [queries.occurrences(session, one) for one in (placed.series, later)]
        assert sum(map(len, parts)) == 40
        assert parts[1][0].occurs_on == date(2027, 1, 8)
        assert queries.series(session, placed.series).rrule == "FREQ=WEEKLY;UNTIL=20261231"
        assert [one["on"] for one in queries.series(session, later).skipped] == ["2027-01-01", "2027-03-26"]
    with pytest.raises(Refused, match="ein Teil wäre leer"):
        town.run(SplitSeries(series=later, on=date(2027, 1, 8)))


EXTRA_LAW = """
[law]
key = "eigene"
title = "Eigene Ferien"
[[entry]]
key = "school_holidays"
title = "Beweglicher Ferientag"
valid_from = 2026-11-06
valid_until = 2026-11-06
source = "Beschluss der Schulkonferenz"
values = {}
"""


def test_when_the_table_of_holidays_changes_the_difference_is_shown_and_followed(town, training):
    rule = SeriesRule(
        rrule="FREQ=WEEKLY;COUNT=12",
        first=date(2026, 10, 30),
        time_from="19:00",
        time_to="21:00",
        skip_school=True,
    )
    placed = training(rule).value
    version = NewVersion(
        head=LAW.head,
        key="eigene",
        title="Eigene Ferien",
        valid_from=date(2026, 11, 6),
        file_name="ferien.toml",
        text=EXTRA_LAW,
    )
    town.run(LoadCatalogue(owner=town.owner, versions=(version,)))
    with town.store.read() as session:
        difference = holiday_difference(session, placed.series, date(2026, 5, 4))
        assert [(one.on, one.why) for one in difference.to_skip] == [
            (date(2026, 11, 6), "Beweglicher Ferientag")
        ]
    done = town.run(FollowHolidays(series=placed.series))
    assert done.value == 1
    with town.store.read() as session:
        assert len(queries.occurrences(session, placed.series)) == len(placed.booked) - 1
        assert not holiday_difference(session, placed.series, date(2026, 5, 4))
    town.store.undo(done.operation)
    with town.store.read() as session:
        assert len(queries.occurrences(session, placed.series)) == len(placed.booked)


def test_the_plan_of_a_season_is_copied_with_its_collisions_shown(town, training, meeting):
    winter = SeriesRule(
        rrule="FREQ=WEEKLY;UNTIL=20260930", first=date(2026, 5, 8), time_from="19:00", time_to="21:00"
    )
    training(winter, season="Sommer 2026")
    training(winter, season="Sommer 2026", set="drittel_2", purpose="Tischtennis")
    meeting(date(2026, 10, 9), set="ganze_halle")
    copy = CopySeason(
        season="Sommer 2026", new_season="Winter 2026", first=date(2026, 10, 1), last=date(2026, 12, 20)
    )
    with pytest.raises(Collides) as refused:
        town.run(copy)
    assert [one.obstacles[0].room for one in refused.value.collisions] == [
        "Hallendrittel 1",
        "Hallendrittel 2",
    ]
    placed = town.run(msgspec.structs.replace(copy, on_collision="skip")).value
    assert [len(one.booked) for one in placed] == [11, 11]
    with town.store.read() as session:
        found = queries.series_of_season(session, "Winter 2026")
        assert [(one.purpose, f"{one.first}") for one in found] == [
            ("Turnen", "2026-10-02"),
            ("Tischtennis", "2026-10-02"),
        ]


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ("FREQ=WEEKLY", "braucht ein Ende"),
        ("FREQ=HOURLY;COUNT=3", "täglich, wöchentlich"),
        ("FREQ=WEEKLY;COUNT=x", "lässt sich nicht lesen"),
        ("WEEKLY", "lässt sich nicht lesen"),
        ("FREQ=DAILY;COUNT=2000", "höchstens 1000"),
        ("FREQ=DAILY;COUNT=2;BYHOUR=3", "BYHOUR"),
    ],
)
def test_a_rule_that_cannot_be_used_says_why(rule, what):
    with pytest.raises(BadInput, match=what):
        days_of(rule, date(2026, 9, 4))


def test_rules_as_calendars_write_them():
    assert parts_of("RRULE:FREQ=WEEKLY;UNTIL=20270630T170000Z")["UNTIL"] == "20270630"
    assert days_of("FREQ=MONTHLY;BYDAY=1MO;COUNT=2", date(2026, 9, 1)) == [
        date(2026, 9, 7),
        date(2026, 10, 5),
    ]


def test_an_occurrence_is_found_by_its_series_and_not_loaded_for_the_search(town, training):
    placed = training().value
    with town.store.read() as session:
        wanted = dict.fromkeys(placed.booked, Booking)
        left_out = _found_by_others(driver_of(session), wanted)
        assert (set(left_out), wanted) == ({booking.bytes for booking in placed.booked}, {})
        (hit,) = [one for one in search(session, "turnen") if one.kind.startswith("booking")]
        assert (hit.kind, hit.id) == ("booking_series", placed.series)
