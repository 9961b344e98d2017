"""The pure rules of the halls: silent days, duties, opening hours, free times."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.catalogue.law import LawBook
from rathaus_desk.halls.books import HallBooks
from rathaus_desk.halls.rules.duties import duties
from rathaus_desk.halls.rules.free import Busy, forbidden_starts, nearest_starts
from rathaus_desk.halls.rules.hours import in_quiet, outside_opening
from rathaus_desk.halls.rules.silent import kinds_of, movable, silences
from rathaus_desk.halls.rules.states import CLAIMING, check_step, may_follow
from rathaus_desk.halls.rules.times import Times, german_span, moment_of, wall_of
from rathaus_desk.kernel.errors import BadInput, CannotWork, Refused

BOOKS = HallBooks((), None, LawBook.shipped(), "HE")


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("easter-2", ["2026-04-03", "2027-03-26", "2028-04-14"]),
        ("advent-14", ["2026-11-15", "2027-11-14", "2028-11-19"]),
        ("advent-7", ["2026-11-22", "2027-11-21", "2028-11-26"]),
    ],
)
def test_the_movable_days(name, days):
    assert [f"{movable(name, year)}" for year in (2026, 2027, 2028)] == days


def test_a_day_that_the_law_table_misspells_is_named():
    with pytest.raises(CannotWork, match="ostern"):
        movable("ostern-2", 2026)


def silent(starts, ends, *features):
    times = Times.of(starts, ends)
    holidays = BOOKS.holidays([starts.year, ends.year])
    return silences(times, kinds_of(features), BOOKS.silent_days(times.day), holidays)


def test_a_dance_before_totensonntag_may_run_until_four():
    until_four = silent(datetime(2026, 11, 21, 20), datetime(2026, 11, 22, 4), "dance")
    assert until_four == []
    longer = silent(datetime(2026, 11, 21, 20), datetime(2026, 11, 22, 5), "dance")
    assert {one.starts for one in longer} == {datetime(2026, 11, 22, 4)}
    assert any("Totensonntag" in one.sentence and "§ 8 HFeiertagsG" in one.sentence for one in longer)


def test_on_karfreitag_nothing_public_and_on_sunday_afternoon_everything():
    assert [one.what for one in silent(datetime(2026, 4, 3, 14), datetime(2026, 4, 3, 18), "sport")] == [
        "sport",
        "all",
    ]
    assert silent(datetime(2026, 6, 21, 14), datetime(2026, 6, 21, 23), "dance", "entertainment") == []
    assert [one.what for one in silent(datetime(2026, 6, 21, 10), datetime(2026, 6, 21, 13), "dance")] == [
        "dance"
    ]


def test_the_first_of_may_is_no_silent_day_and_club_sport_ends_at_one():
    assert silent(datetime(2026, 5, 1, 10), datetime(2026, 5, 1, 18), "dance", "entertainment") == []
    morning = silent(datetime(2026, 11, 15, 10), datetime(2026, 11, 15, 12), "sport")
    assert "sport" in {one.what for one in morning}
    afternoon = silent(datetime(2026, 11, 15, 13), datetime(2026, 11, 15, 15), "sport")
    assert "sport" not in {one.what for one in afternoon}


@pytest.mark.parametrize(
    ("event", "group", "told", "keys", "late"),
    [
        (date(2025, 12, 22), "club", date(2025, 10, 1), ["duty.alcohol"], False),
        (date(2025, 12, 23), "club", date(2025, 10, 1), [], False),
        (date(2026, 5, 1), "commercial", date(2026, 4, 15), ["duty.alcohol"], True),
        (date(2026, 5, 1), "commercial", date(2026, 4, 3), ["duty.alcohol"], False),
    ],
)
def test_who_has_to_tell_of_serving_beer_and_since_when(event, group, told, keys, late):
    found = duties(event, {"alcohol"}, {group}, BOOKS.duty_laws(event), told)
    assert [duty.key for duty in found] == keys
    assert [duty.late for duty in found] == [late] * len(keys)
    if late:
        assert "weniger als vier Wochen" in found[0].reason


def test_opening_hours_may_pass_midnight():
    opening = {"friday": "16:00-02:00", "saturday": "08:00-24:00"}
    late = Times.of(datetime(2026, 6, 19, 18), datetime(2026, 6, 20, 2))
    assert outside_opening(opening, late) == ""
    too_late = Times.of(datetime(2026, 6, 19, 18), datetime(2026, 6, 20, 3))
    assert outside_opening(opening, too_late) == (
        "Außerhalb der Öffnungszeit am 20.06.2026: geöffnet ist 08:00 bis 24:00 Uhr."
    )
    sunday = Times.of(datetime(2026, 6, 21, 10), datetime(2026, 6, 21, 11))
    assert "an diesem Tag ist geschlossen" in outside_opening(opening, sunday)
    assert outside_opening({}, sunday) == ""


def test_quiet_hours_warn():
    assert in_quiet("22:00-07:00", Times.of(datetime(2026, 6, 19, 18), datetime(2026, 6, 19, 22))) == ""
    assert "22:00 bis 07:00" in in_quiet(
        "22:00-07:00", Times.of(datetime(2026, 6, 19, 5), datetime(2026, 6, 19, 8))
    )


minutes = st.integers(0, 3000)


@given(st.lists(st.tuples(minutes, st.integers(1, 300)), max_size=8), minutes, st.integers(1, 300))
def test_what_is_proposed_is_free(taken, asked, length):
    busy = [Busy(start, start + long, before=30, after=15) for start, long in taken]
    forbidden = forbidden_starts(busy, length)
    for start in nearest_starts(asked, forbidden):
        for one in busy:
            assert start + length + 15 <= one.starts or start - 30 >= one.ends


def test_only_what_follows_may_follow():
    assert may_follow("enquiry", "option")
    assert "enquiry" not in CLAIMING
    with pytest.raises(Refused, match="„abgerechnet“ und kann nicht „abgesagt“ werden"):
        check_step("settled", "cancelled")


@given(st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1)))
def test_wall_times_come_back_but_for_the_hour_that_is_skipped(wall):
    wall = wall.replace(second=0, microsecond=0)
    back = wall_of(moment_of(wall))
    assert back == wall or (wall.month == 3 and wall.hour == 2 and back.hour == 3)


def test_a_span_reads_as_people_say_it():
    assert german_span(datetime(2026, 6, 20, 14), datetime(2026, 6, 21)) == "20.06.2026, 14:00 bis 24:00 Uhr"
    assert german_span(datetime(2026, 6, 20, 14), datetime(2026, 6, 21, 2)) == (
        "20.06.2026, 14:00 Uhr bis 21.06.2026, 02:00 Uhr"
    )


@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)), st.integers(1, 3000))
def test_times_come_back_from_their_moments(starts, minutes):
    starts = starts.replace(second=0, microsecond=0)
    try:
        times = Times.of(starts, starts + timedelta(minutes=minutes))
    except BadInput:
        assert starts.month == 3
        return
    assert Times.of(*times.moments) == times


def test_a_use_that_begins_in_the_skipped_hour_begins_when_the_clock_shows_three():
    times = Times.of(datetime(2027, 3, 28, 2, 30), datetime(2027, 3, 28, 5))
    assert times.starts == datetime(2027, 3, 28, 3, 30)
