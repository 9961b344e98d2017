"""Random schedules come out even; and each rule of the protocol, switched off, is noticed by them."""

from __future__ import annotations

import pytest
import schedule

from rathaus_desk.server import deciding
from rathaus_desk.server.rows import TownRows
from rathaus_desk.store import witness
from rathaus_desk.sync import following, rules
from rathaus_desk.sync.rows import DeskRows

PARTS = 20
"""The schedules are cut into as many tests, so that processors share them."""


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_schedules_come_out_even(part, many, tmp_path, village, pool, make_town):
    for seed in range(part, many(60, 2000), PARTS):
        try:
            schedule.run(seed, tmp_path / str(seed), village, pool, make_town)
        except BaseException as error:
            raise AssertionError(f"schedule {seed}") from error


def nothing(*_args, **_named):
    return None


SWITCHES = {
    "no check of references": [(rules, "_dangling", nothing), (rules, "_still_used", nothing)],
    "no check of claims": [(rules, "_taken", nothing)],
    "no check of unique values": [(rules, "_doubled", nothing)],
    "a claim that is given up need not be held": [(rules, "_already_gone", lambda row, _change: row)],
    "an operation that is known is decided on again": [(deciding.Deciding, "_known", lambda *_: {})],
    "no undo of the overlay": [(DeskRows, "take_back", nothing)],
    "the journal does not learn what was decided": [(following.Pull, "keep", nothing)],
    "no witness, and no check of the chain": [
        (witness, "is_another", lambda *_: False),
        (deciding.Deciding, "_check_chain", nothing),
    ],
    "no cascade": [(DeskRows, "refused", lambda *_: False), (TownRows, "refused", lambda *_: False)],
}
OFTEN = 25
"""Schedules after which a rule that is off must have been noticed."""


QUICK = (
    "no check of claims",
    "a claim that is given up need not be held",
    "no undo of the overlay",
    "the journal does not learn what was decided",
)
"""Noticed within a few seconds; the others are tried by ``make soak``."""


@pytest.mark.slow
@pytest.mark.parametrize("name", SWITCHES)
def test_a_rule_switched_off_is_noticed(name, many, tmp_path, village, pool, make_town, monkeypatch):
    if many(1, 2) == 1 and name not in QUICK:
        pytest.skip("make soak tries it")
    for place, attribute, replacement in SWITCHES[name]:
        monkeypatch.setattr(place, attribute, replacement)
    for seed in range(OFTEN):
        try:
            schedule.run(seed, tmp_path / str(seed), village, pool, make_town)
        except Exception:
            return
    raise AssertionError(f"{OFTEN} schedules did not notice: {name}")
