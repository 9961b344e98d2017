"""Rule 8: handing a right back early."""

from __future__ import annotations

from datetime import date

import pytest

from rathaus_desk.cemetery.rules.rest import grave_rest
from rathaus_desk.cemetery.rules.surrender import surrender
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.periods import Period

UNTIL, ON = date(2040, 3, 31), date(2026, 11, 25)
RESTING = grave_rest([("Heinrich", date(2034, 6, 17))])
AT_REST = grave_rest([("Heinrich", date(2020, 6, 17))])


def test_when_nobody_rests_any_more_it_may_be_handed_back(kind):
    made = surrender(kind(), UNTIL, AT_REST, on=ON)
    assert made.right_left == Period(date(2026, 11, 26), UNTIL)
    assert made.rest_left is None


def test_during_a_rest_it_may_not(kind):
    with pytest.raises(Refused, match=r"erst nach Ablauf der Ruhefrist.*17\.06\.2034 \(Heinrich\).*§ 16"):
        surrender(kind(), UNTIL, RESTING, on=ON)


def test_a_statute_may_allow_it_during_the_rest(kind):
    made = surrender(kind(surrender_during_rest=True), UNTIL, RESTING, on=ON)
    assert made.rest_left == Period(date(2026, 11, 26), date(2034, 6, 17))


def test_only_so_many_years_before_the_rest_ends(kind):
    late = kind(surrender_during_rest=True, surrender_years_before_rest_end=5)
    with pytest.raises(Refused, match=r"ab 17\.06\.2029"):
        surrender(late, UNTIL, RESTING, on=ON)
    assert surrender(late, UNTIL, RESTING, on=date(2029, 6, 17)).rest_left is not None


def test_what_nobody_knows_the_end_of_cannot_be_handed_back(kind):
    with pytest.raises(Refused, match="nicht bekannt"):
        surrender(kind(surrender_during_rest=True), UNTIL, grave_rest([("Else", None)]), on=ON)


def test_a_right_that_has_ended_is_not_handed_back(kind):
    with pytest.raises(Refused, match=r"bereits am 01\.01\.2020"):
        surrender(kind(), date(2020, 1, 1), AT_REST, on=ON)


def test_war_graves_stay(kind):
    with pytest.raises(Refused, match="Kriegsgrab"):
        surrender(kind(war_grave=True), UNTIL, AT_REST, on=ON)
