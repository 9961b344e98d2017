"""Calendar arithmetic of rights and rest periods."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.kernel.periods import (
    FOR_EVER,
    Period,
    add_months,
    add_years,
    day_after,
    extended,
    german_date,
    term_end,
)


def test_the_worked_examples() -> None:
    assert add_years(date(2024, 2, 29), 15) == date(2039, 2, 28)
    assert term_end(date(2026, 11, 20), years=30) == date(2056, 11, 19)
    assert extended(date(2034, 6, 30), years=18) == date(2052, 6, 30)
    assert extended(date(2034, 6, 30), months=209) == date(2051, 11, 30)
    assert extended(date(2034, 2, 28), months=1) == date(2034, 3, 31)


def test_a_right_without_end_stays_without_end() -> None:
    assert add_years(FOR_EVER, 1) == FOR_EVER
    assert day_after(FOR_EVER) == FOR_EVER
    assert german_date(FOR_EVER) == "unbegrenzt"
    assert german_date(date(2026, 3, 1)) == "01.03.2026"


@given(st.dates(date(1800, 1, 1), date(2200, 1, 1)), st.integers(0, 1200))
def test_months_never_skip_a_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day


@given(
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.integers(0, 20000),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.integers(0, 20000),
)
def test_periods_overlap_when_they_share_a_day(
    first: date, length: int, other: date, other_length: int
) -> None:
    one = Period(first, date.fromordinal(first.toordinal() + length))
    two = Period(other, date.fromordinal(other.toordinal() + other_length))
    shared = max(one.first, two.first) <= min(one.last, two.last)
    assert one.overlaps(two) == two.overlaps(one) == shared
    assert len(one) == length + 1
