"""Thousands of schedules in memory come out even; and each rule of the protocol, switched off, is noticed."""

from __future__ import annotations

import pytest
from simulator.campaign import campaign
from simulator.line import in_memory
from simulator.switches import CLOSED, RARELY, SWITCHES, off
from simulator.world import run


@pytest.mark.slow
@pytest.mark.parametrize(("steps", "usual", "soak"), [(140, 280, 10_000), (300, 20, 5_000)])
def test_schedules_come_out_even(many, steps, usual, soak):
    assert not campaign(many(usual, soak), steps)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SWITCHES.keys() - CLOSED))
def test_a_rule_switched_off_is_noticed(name):
    """Within 100 schedules, rarely within 1,000."""
    with in_memory(), off(name):
        for seed in range(1000 if name in RARELY else 100):
            try:
                run(seed, 140)
            except Exception:
                return
    raise AssertionError(f"not noticed: {name}")


def test_what_fails_says_what_was_done():
    with (
        in_memory(),
        off("no check of claims"),
        pytest.raises(AssertionError, match="claims overlap") as found,
    ):
        run(first_that_fails(), 140)
    assert "book" in found.value.__notes__[0]


def first_that_fails():
    for seed in range(60):
        try:
            run(seed, 140)
        except AssertionError:
            return seed
    raise AssertionError("none fails")
