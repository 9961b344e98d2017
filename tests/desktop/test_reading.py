"""What Germans type into a field."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.desktop.parts.reading import read_day, read_money, read_number, read_time, read_uncertain
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.kernel.uncertain import UncertainDate

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("typed", "past", "future"),
    [
        ("20.11.", date(2026, 11, 20), date(2027, 11, 20)),
        ("2011", date(2026, 11, 20), date(2027, 11, 20)),
        ("201126", date(2026, 11, 20), date(2026, 11, 20)),
        ("20112026", date(2026, 11, 20), date(2026, 11, 20)),
        ("20.11.26", date(2026, 11, 20), date(2026, 11, 20)),
        ("1.2.2027", date(2027, 2, 1), date(2027, 2, 1)),
        ("2026-11-20", date(2026, 11, 20), date(2026, 11, 20)),
        ("3.5.34", date(1934, 5, 3), date(2034, 5, 3)),
        ("heute", TODAY, TODAY),
        ("morgen", date(2026, 11, 26), date(2026, 11, 26)),
        ("Gestern", date(2026, 11, 24), date(2026, 11, 24)),
        ("+3", date(2026, 11, 28), date(2026, 11, 28)),
        ("-1", date(2026, 11, 24), date(2026, 11, 24)),
        ("25.11.", TODAY, TODAY),
        ("29.2.", date(2024, 2, 29), date(2028, 2, 29)),
        ("31.12.", date(2025, 12, 31), date(2026, 12, 31)),
    ],
)
def test_a_day_may_be_short(typed: str, past: date, future: date) -> None:
    assert read_day(typed, TODAY) == past
    assert read_day(typed, TODAY, future=True) == future


@pytest.mark.parametrize("typed", ["31.2.", "32.1.2026", "abc", "2.", "20261345", "0.0."])
def test_what_is_no_day_is_said_in_a_sentence(typed: str) -> None:
    with pytest.raises(BadInput, match=r"Datum|gibt es nicht"):
        read_day(typed, TODAY)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_day_written_in_full_is_read_back(day: date) -> None:
    assert read_day(german_date(day), TODAY) == day


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("10", time(10)),
        ("10:30", time(10, 30)),
        ("1030", time(10, 30)),
        ("930", time(9, 30)),
        ("9.15 Uhr", time(9, 15)),
    ],
)
def test_a_time_may_be_short(typed: str, at: time) -> None:
    assert read_time(typed) == at


@pytest.mark.parametrize("typed", ["25", "10:75", "mittags"])
def test_what_is_no_time_is_said_in_a_sentence(typed: str) -> None:
    with pytest.raises(BadInput, match="keine Uhrzeit"):
        read_time(typed)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("2731", 273100),
        ("2.731,00 €", 273100),
        ("12,5", 1250),
        ("12,-", 1200),
        ("12.50", 1250),
        ("-3", -300),
        ("1.000", 100000),
        ("0,07", 7),
    ],
)
def test_an_amount_as_it_is_typed(typed: str, cents: int) -> None:
    assert read_money(typed) == Money(cents)


@given(st.integers(-(10**9), 10**9))
def test_an_amount_written_in_german_is_read_back(cents: int) -> None:
    assert read_money(Money(cents).german()) == Money(cents)


@pytest.mark.parametrize("typed", ["zehn", "1,234", "1.00.0", ""])
def test_what_is_no_amount_is_said_in_a_sentence(typed: str) -> None:
    with pytest.raises(BadInput, match="kein Betrag"):
        read_money(typed)


def test_numbers_have_points_between_thousands() -> None:
    assert read_number("1.200") == 1200
    with pytest.raises(BadInput, match="keine ganze Zahl"):
        read_number("1,5")


def test_an_uncertain_day_keeps_what_is_known() -> None:
    assert read_uncertain("", TODAY) == UncertainDate()
    assert read_uncertain("3.5.1934", TODAY).day == date(1934, 5, 3)
    year = read_uncertain("1941", TODAY)
    assert (year.earliest, year.latest) == (date(1941, 1, 1), date(1941, 12, 31))
    assert read_uncertain("irgendwann", TODAY).text == "irgendwann"
    assert read_uncertain("gestern", TODAY).day == date(2026, 11, 24)
