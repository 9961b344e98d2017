"""Which days of a use are charged: local calendar days, nights that belong to the evening, noon to noon."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.fees.occasions import hours_within
from rathaus_desk.fees.tariff import Days
from rathaus_desk.halls.charged import charged_days


def days_of(starts: str, ends: str, days: Days | None = None) -> list[str]:
    charged = charged_days(datetime.fromisoformat(starts), datetime.fromisoformat(ends), days or Days())
    return [day.day.isoformat() for day in charged]


def test_each_calendar_day_that_is_touched() -> None:
    assert days_of("2026-11-14T10:00", "2026-11-15T18:00") == ["2026-11-14", "2026-11-15"]


def test_an_end_at_midnight_touches_no_further_day() -> None:
    assert days_of("2026-11-14T10:00", "2026-11-15T00:00") == ["2026-11-14"]


def test_a_dance_until_three_is_one_day_if_the_tariff_says_so() -> None:
    late = Days(ends_at=360)
    assert days_of("2026-11-14T19:00", "2026-11-15T03:00") == ["2026-11-14", "2026-11-15"]
    assert days_of("2026-11-14T19:00", "2026-11-15T03:00", late) == ["2026-11-14"]
    assert days_of("2026-11-14T19:00", "2026-11-15T06:01", late) == ["2026-11-14", "2026-11-15"]
    assert days_of("2026-11-15T01:00", "2026-11-15T03:00", late) == ["2026-11-15"]


def test_from_noon_to_noon() -> None:
    noon = Days(noon=True)
    assert days_of("2026-07-11T14:00", "2026-07-12T11:00", noon) == ["2026-07-11"]
    assert days_of("2026-07-11T11:00", "2026-07-12T12:00", noon) == ["2026-07-10", "2026-07-11"]
    assert days_of("2026-07-11T12:00", "2026-07-12T12:01", noon) == ["2026-07-11", "2026-07-12"]


def test_a_day_from_noon_before_to_noon_after() -> None:
    around = Days(begins_at=720, ends_at=720)
    assert days_of("2026-07-10T12:00", "2026-07-12T12:00", around) == ["2026-07-11"]
    assert days_of("2026-07-10T18:00", "2026-07-10T23:00", around) == ["2026-07-10"]


def test_a_booked_day_stays_a_day_when_clocks_change() -> None:
    assert days_of("2026-10-24T20:00", "2026-10-25T04:00") == ["2026-10-24", "2026-10-25"]
    assert days_of("2027-03-28T00:00", "2027-03-29T00:00") == ["2027-03-28"]


def test_hours_between_two_times_of_day() -> None:
    times = (datetime(2026, 6, 6, 18), datetime(2026, 6, 8, 3, 30))
    assert hours_within(times, (60, 360)) == Fraction(15, 2)
    assert hours_within(times, (1320, 360)) == 8 + Fraction(11, 2)
    assert hours_within(times, (0, 1440)) == Fraction(67, 2)


moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1))


@given(starts=moments, minutes=st.integers(1, 20_000), ends_at=st.integers(0, 720), noon=st.booleans())
def test_days_are_consecutive_and_hold_all_hours(
    starts: datetime, minutes: int, ends_at: int, noon: bool
) -> None:
    starts = starts.replace(second=0, microsecond=0)
    ends = starts + timedelta(minutes=minutes)
    charged = charged_days(starts, ends, Days(noon=noon, ends_at=0 if noon else ends_at))
    assert charged
    first = charged[0].day
    assert [day.day for day in charged] == [first + timedelta(days=n) for n in range(len(charged))]
    assert sum(day.hours for day in charged) == Fraction(minutes, 60)
    assert isinstance(first, date)


@pytest.mark.parametrize("hours", [1, 5, 23])
def test_one_calendar_day_is_one_day(hours: int) -> None:
    assert len(charged_days(datetime(2026, 6, 6, 0), datetime(2026, 6, 6, hours), Days())) == 1
