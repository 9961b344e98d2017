"""Money: cents, one rounding, German form."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.kernel.money import Money, round_half_up, total


def test_files_and_letters_write_it_differently() -> None:
    assert str(Money.parse("2731.00")) == "2731.00"
    assert Money.parse("2731.00").german() == "2.731,00\u00a0€"
    assert Money(-3050).german() == "\u221230,50\u00a0€"
    assert str(Money(-5)) == "-0.05"


@pytest.mark.parametrize("text", ["48", "48.0", "48,00", "", "1e3", "48.000", " 48.00", "١.00"])
def test_only_two_decimals_are_an_amount(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Money.parse(text)


def test_halves_round_away_from_zero() -> None:
    assert [round_half_up(Fraction(half, 2)) for half in (1, 3, -1, -3, 0)] == [1, 2, -1, -2, 0]
    assert Money(1000).times(Fraction(121, 12)) == Money(10083)
    assert Money(1000).times(Fraction(3683 * 100, 36525)) == Money(10084)


@given(st.integers(-(10**12), 10**12))
def test_text_and_back(cents: int) -> None:
    assert Money.parse(str(Money(cents))) == Money(cents)


@given(st.lists(st.integers(-(10**9), 10**9)))
def test_the_sum_is_the_sum_of_the_cents(cents: list[int]) -> None:
    assert total([Money(one) for one in cents]) == Money(sum(cents))
