"""Rule 15: what cannot be right in the register."""

from __future__ import annotations

from datetime import date

from rathaus_desk.cemetery.rules.checks import (
    CheckedBurial,
    CheckedGrave,
    CheckedRight,
    check_grave,
    same_numbers,
    same_people,
)
from rathaus_desk.kernel.periods import FOR_EVER
from rathaus_desk.kernel.uncertain import UncertainDate

ON = date(2026, 11, 25)


def burial(**changes) -> CheckedBurial:
    values = {
        "record": "b1",
        "name": "Heinrich",
        "form": "coffin",
        "place": 1,
        "born": UncertainDate.exact(date(1934, 5, 3)),
        "died": UncertainDate.exact(date(2004, 6, 12)),
        "buried": UncertainDate.exact(date(2004, 6, 17)),
        "rest_end": date(2034, 6, 17),
    }
    return CheckedBurial(**(values | changes))


def right(**changes) -> CheckedRight:
    values = {"record": "r1", "first": date(2004, 7, 1), "until": date(2034, 6, 30), "holder": "Anneliese"}
    return CheckedRight(**(values | changes))


def findings(kind, *, burials=(), rights=(), **more) -> set[str]:
    grave = CheckedGrave(
        record="g1",
        label="B/4/17",
        kind=kind(),
        places=2,
        burials=tuple(burials),
        rights=tuple(rights),
        **more,
    )
    return {found.check for found in check_grave(grave, ON)}


def test_a_grave_in_order_has_no_findings(kind):
    assert findings(kind, burials=[burial()], rights=[right()]) == set()


def test_dates_in_the_wrong_order(kind):
    wrong = burial(died=UncertainDate.exact(date(2004, 6, 18)))
    assert findings(kind, burials=[wrong], rights=[right()]) == {"dates_in_order"}
    year_only = UncertainDate("2004", date(2004, 1, 1), date(2004, 12, 31))
    assert findings(kind, burials=[burial(died=year_only)], rights=[right()]) == set()


def test_a_burial_without_a_rest_end(kind):
    assert findings(kind, burials=[burial(rest_end=None)], rights=[right()]) == {"no_rest_end"}


def test_a_right_shorter_than_the_rest(kind):
    assert findings(kind, burials=[burial()], rights=[right(until=date(2034, 6, 15))]) == {"right_too_short"}
    assert findings(kind, burials=[burial()], rights=[right(until=date(2034, 6, 16))]) == set()


def test_an_expired_right_with_somebody_resting(kind):
    assert findings(kind, burials=[burial()], rights=[right(until=date(2020, 1, 1))]) == {
        "expired_but_occupied"
    }


def test_a_right_too_far_ahead_but_for_war_graves(kind):
    assert findings(kind, burials=[burial()], rights=[right(until=date(2090, 1, 1))]) == {"right_too_long"}
    for_ever = right(until=FOR_EVER, holder="")
    assert findings(kind, burials=[burial(rest_end=None)], rights=[for_ever], war_grave=True) == set()


def test_two_running_rights_unless_one_is_disputed(kind):
    both = [right(), right(record="r2")]
    assert findings(kind, burials=[burial()], rights=both) == {"two_running_rights"}
    disputed = [right(), right(record="r2", disputed=True)]
    assert findings(kind, burials=[burial()], rights=disputed) == set()


def test_a_holder_who_is_dead_or_unknown(kind):
    assert findings(kind, rights=[right(holder_dead=True)]) == {"holder_dead"}
    assert findings(kind, rights=[right(holder="")]) == {"no_holder"}


def test_a_place_over_capacity(kind):
    second = burial(record="b2", buried=UncertainDate.exact(date(2010, 1, 1)), rest_end=date(2034, 6, 1))
    assert findings(kind, burials=[burial(), second], rights=[right()]) == {"over_capacity"}
    assert findings(kind, burials=[second], rights=[right()]) == set()


def test_the_same_number_twice():
    graves = [("g1", "B/4/17", "b/4/17"), ("g2", "B/04/017", "b/4/17"), ("g3", "B/4/18", "b/4/18")]
    assert [found.subject for found in same_numbers(graves)] == ["g1", "g2"]


def test_the_same_person_twice():
    died = UncertainDate.exact(date(2019, 12, 24))
    dead = [("b1", "Ilse Müller", died), ("b2", "Ilse Mueller", died), ("b3", "Ilse Müller", UncertainDate())]
    assert [found.subject for found in same_people(dead)] == ["b1", "b2"]
