"""Every letter is PDF/UA-1 and PDF/A in one file, says the independent validator."""

from __future__ import annotations

import pytest

from rathaus_desk.letters.facts import KINDS
from rathaus_desk.letters.samples import samples

ORDINARY = (
    *(f"{kind}_{number}" for kind in KINDS for number in range(len(samples(kind)))),
    "long",
    "marks",
    "links",
    "names",
    "joined",
    "joined_duplex",
    "poster",
)


@pytest.mark.parametrize("name", ORDINARY)
@pytest.mark.parametrize("flavour", ["ua1", "2a"])
def test_a_letter_is_accessible_and_an_archive_file(verdicts, name, flavour):
    assert verdicts[name, flavour].rules == ()
    assert verdicts[name, flavour].passed


def test_a_letter_with_embedded_data_is_accessible_and_pdf_a_3(verdicts):
    assert verdicts["data", "ua1"].rules == ()
    assert verdicts["data", "3a"].rules == ()
    assert verdicts["data", "3a"].passed


def test_the_validator_does_find_what_is_wrong(verdicts):
    assert not verdicts["stock", "ua1"].passed
    assert any(rule.startswith("7.1-3") for rule in verdicts["stock", "ua1"].rules)
    assert not verdicts["stock", "2a"].passed


def test_every_specimen_was_judged(verdicts, specimens):
    assert {name for name, flavour in verdicts if flavour == "ua1"} == set(specimens)
    assert {*ORDINARY, "data", "stock"} == set(specimens)
