"""Rules 2, 3 and 12: how long a right runs, and by how much it must be extended."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.cemetery.rules.right import (
    award,
    award_with_burial,
    covers,
    extension_to_cover,
    state,
    voluntary_extension,
)
from rathaus_desk.cemetery.rules.terms import GraveKind
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.periods import FOR_EVER, extended

UNTIL, REST = date(2034, 6, 30), date(2051, 11, 20)


def test_whole_years_are_rounded_up(kind):
    extension = extension_to_cover(kind(), UNTIL, REST)
    assert extension.years == 18
    assert extension.first == date(2034, 7, 1)
    assert extension.until == date(2052, 6, 30)
    assert extension.reason == (
        "Das Nutzungsrecht endet am 30.06.2034, vor der Ruhefrist am 20.11.2051."
        " Es wird um 18 Jahre bis zum 30.06.2052 verlängert (§ 16 Friedhofsordnung)."
    )


def test_started_months_are_rounded_up(kind):
    extension = extension_to_cover(kind(extension_rounding="started_months"), UNTIL, REST)
    assert extension.months == 209
    assert extension.until == date(2051, 11, 30)
    assert extension.quantity() == "209 Monate"


def test_exact_days_end_with_the_rest(kind):
    extension = extension_to_cover(kind(extension_rounding="exact_days"), UNTIL, REST)
    assert extension.until == REST
    assert extension.days == extension.length_days == (REST - UNTIL).days


def test_steps_of_several_years(kind):
    assert extension_to_cover(kind(extension_step_years=5), UNTIL, REST).years == 20


def test_a_right_of_thirty_years_ends_the_day_before_the_same_day(kind):
    assert award(kind(), date(2026, 11, 20)).until == date(2056, 11, 19)


def test_a_right_one_day_shorter_than_the_rest_counts_as_covering_it():
    assert covers(date(2041, 11, 20), date(2041, 11, 20))
    assert covers(date(2041, 11, 19), date(2041, 11, 20))
    assert not covers(date(2041, 11, 18), date(2041, 11, 20))


def test_months_are_counted_from_the_first_day():
    assert extended(date(2034, 2, 28), months=1) == date(2034, 3, 31)


def test_a_kind_that_cannot_be_extended_refuses_with_the_paragraph(kind):
    reihengrab = kind(name="Reihengrab", paragraph="§ 15", form="Reihe", extendable=False)
    with pytest.raises(Refused, match=r"01\.06\.2041.*§ 15 Friedhofsordnung"):
        extension_to_cover(reihengrab, date(2040, 5, 1), date(2041, 6, 1))
    with pytest.raises(Refused, match=r"kann nicht verlängert werden.*§ 15 Friedhofsordnung"):
        voluntary_extension(reihengrab, date(2040, 5, 1), 5, on=date(2026, 1, 1))


def test_the_maximum_ahead_binds_only_who_extends_of_free_will(kind):
    decided = date(2026, 11, 20)
    assert voluntary_extension(kind(), UNTIL, 22, on=decided).until == date(2056, 6, 30)
    with pytest.raises(Refused, match=r"höchstens 30 Jahre im Voraus, also bis 20\.11\.2056"):
        voluntary_extension(kind(), UNTIL, 23, on=decided)
    assert extension_to_cover(kind(extension_max_years_ahead=5), UNTIL, REST).years == 18


@pytest.mark.parametrize(
    ("years", "sentence"),
    [(0, "mindestens ein Jahr"), (7, "Schritten von 5"), (5, "mindestens 10"), (25, "höchstens 20")],
)
def test_a_voluntary_extension_keeps_to_step_minimum_and_maximum(kind, years, sentence):
    narrow = kind(extension_step_years=5, reacquisition_min_years=10, reacquisition_max_years=20)
    with pytest.raises(Refused, match=sentence):
        voluntary_extension(narrow, date(2027, 1, 1), years, on=date(2026, 1, 1))
    assert voluntary_extension(narrow, date(2027, 1, 1), 15, on=date(2026, 1, 1)).years == 15


def _awarded(kind: GraveKind, rest: date | None, rest_years: int | None, grave_rest: date | None = None):
    return award_with_burial(
        kind, date(2026, 11, 20), rest, rest_years=rest_years, grave_rest=grave_rest or rest
    )


def test_a_right_as_long_as_the_rest_reaches_its_last_day_without_fee(kind):
    anonymous = kind(form="Gemeinschaft", right_years=15, extendable=False)
    made = _awarded(anonymous, date(2041, 11, 20), 15)
    assert made.until == date(2041, 11, 20)
    assert made.extension is None


def test_a_right_shorter_than_the_rest_is_extended_and_charged(kind):
    made = _awarded(kind(right_years=20), date(2051, 11, 20), 25)
    assert made.years == 20
    assert made.extension is not None
    assert made.extension.years == 5
    assert made.until == date(2051, 11, 19)


def test_where_nothing_can_be_extended_the_difference_is_free(kind):
    made = _awarded(kind(right_years=20, extendable=False), date(2051, 11, 20), 25)
    assert made.until == date(2051, 11, 20)
    assert made.extension is None


def test_a_kind_without_years_is_given_for_the_rest(kind):
    made = _awarded(kind(right_years=0), date(2051, 11, 20), 25)
    assert (made.until, made.years, made.extension) == (date(2051, 11, 20), 25, None)


def test_an_older_rest_in_the_grave_makes_a_new_right_longer(kind):
    made = _awarded(kind(), date(2051, 11, 20), 25, grave_rest=date(2060, 1, 1))
    assert made.extension is not None
    assert made.until == date(2060, 11, 19)


def test_a_war_grave_has_a_right_without_end(kind):
    assert award(kind(war_grave=True), date(1944, 1, 1)).until == FOR_EVER
    assert _awarded(kind(war_grave=True), None, None).until == FOR_EVER


def test_the_state_of_a_right_follows_from_the_day():
    def on(day: date, **more) -> str:
        return state(UNTIL, day, notice_months=6, **more)

    assert on(date(2033, 12, 29)) == "running"
    assert on(date(2033, 12, 30)) == "expiring"
    assert on(UNTIL) == "expiring"
    assert on(date(2034, 7, 1)) == "expired"
    assert on(date(2030, 1, 1), surrendered_on=date(2030, 1, 1)) == "surrendered"


def test_yearly_rates_count_months_and_days_as_the_statute_says(kind):
    monthly = kind(extension_rounding="started_months", fee_basis="month/12")
    assert monthly.years_charged(years=0, months=121, days=3684) == Fraction(121, 12)
    assert monthly.years_charged(years=10, months=0, days=3652) == 10
    daily = kind(extension_rounding="exact_days", fee_basis="day/365.25")
    assert daily.years_charged(years=0, months=0, days=3683) == Fraction(3683) / Fraction("365.25")


ROUNDINGS = st.sampled_from(["whole_years", "started_months", "exact_days"])
DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))


@given(until=DAYS, missing=st.integers(2, 40_000), rounding=ROUNDINGS, step=st.integers(1, 7))
def test_an_extension_covers_the_rest_and_none_shorter_would(until, missing, rounding, step):
    terms = GraveKind(
        key="k",
        name="K",
        paragraph="§ 1",
        statute="S",
        form="Wahl",
        extendable=True,
        extension_rounding=rounding,
        extension_step_years=step,
    )
    rest = until + timedelta(days=missing)
    extension = extension_to_cover(terms, until, rest)
    assert covers(extension.until, rest)
    assert extension.until == extended(
        until, years=extension.years, months=extension.months, days=extension.days
    )
    if rounding == "whole_years":
        assert extension.years % step == 0
        assert not covers(extended(until, years=extension.years - step), rest)
    elif rounding == "started_months":
        assert not covers(extended(until, months=extension.months - 1), rest)
    else:
        assert extension.until == rest
