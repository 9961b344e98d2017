"""Legal deadlines, with the worked examples of the rules for letters (state: Hessen)."""

from __future__ import annotations

from datetime import date

import pytest

from rathaus_desk.kernel.deadlines import ends_after, next_working_day, received_on
from rathaus_desk.kernel.holidays import is_working_day, public_holidays


@pytest.mark.parametrize(
    ("posted", "received", "one_month_later"),
    [
        (date(2026, 11, 25), date(2026, 11, 30), date(2026, 12, 30)),
        (date(2027, 1, 26), date(2027, 2, 1), date(2027, 3, 1)),
    ],
)
def test_a_posted_notice_counts_as_received_on_the_fourth_day_or_the_next_working_day(
    posted: date, received: date, one_month_later: date
) -> None:
    assert received_on(posted, 4, "HE", shift=True) == received
    assert ends_after(received, "HE", months=1) == one_month_later


@pytest.mark.parametrize(
    ("event", "end"),
    [
        (date(2027, 1, 31), date(2027, 3, 1)),  # 28 February is a Sunday
        (date(2026, 12, 3), date(2027, 1, 4)),  # 3 January is a Sunday
        (date(2026, 12, 25), date(2027, 1, 25)),
        (date(2026, 11, 1), date(2026, 12, 1)),
    ],
)
def test_a_month_ends_on_the_day_of_the_same_number_or_the_next_working_day(event: date, end: date) -> None:
    assert ends_after(event, "HE", months=1) == end


def test_without_shift_the_fiction_may_fall_on_a_sunday() -> None:
    assert received_on(date(2026, 11, 25), 4, "HE", shift=False) == date(2026, 11, 29)


def test_holidays_are_those_of_the_state() -> None:
    corpus_christi = date(2026, 6, 4)
    assert not is_working_day(corpus_christi, "HE")
    assert is_working_day(corpus_christi, "BE")
    assert public_holidays("HE", 2026)[date(2026, 4, 3)] == "Karfreitag"
    assert next_working_day(date(2026, 4, 3), "HE") == date(2026, 4, 7)
