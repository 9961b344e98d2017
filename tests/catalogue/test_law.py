"""Law as data: versions of an entry by day, with their source."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from rathaus_desk.catalogue.checking import Report
from rathaus_desk.catalogue.law import LawBook, LawEntry
from rathaus_desk.kernel.errors import CannotWork


def test_a_letter_counts_as_received_after_four_days_since_2025() -> None:
    law = LawBook.shipped()
    assert law.entry("service_by_letter.ao", date(2024, 12, 31)).number("days") == 3
    entry = law.entry("service_by_letter.ao", date(2025, 1, 1))
    assert (entry.number("days"), entry.flag("shift")) == (4, True)
    assert "§ 122 Abs. 2 Nr. 1" in entry.source


def test_the_burial_window_by_the_day_of_death() -> None:
    law = LawBook.shipped()
    before = law.entry("burial_window", date(2025, 8, 1))
    after = law.entry("burial_window", date(2026, 8, 1))
    assert (before.number("earliest_hours"), before.number("coffin_latest_hours")) == (48, 96)
    assert (after.number("earliest_hours"), after.number("coffin_latest_days")) == (48, 10)
    assert after.to_be_confirmed


def test_the_rest_floor_and_the_due_date() -> None:
    law = LawBook.shipped()
    assert law.entry("rest_floor", date(2026, 1, 1)).number("years") == 15
    assert law.entry("fee_due", date(2026, 1, 1)).number("months_after_service") == 1


@pytest.mark.parametrize("act", ["fee_notice", "extension_notice", "transfer_notice"])
def test_the_remedy_is_an_objection_within_one_month(act: str) -> None:
    entry = LawBook.shipped().entry(f"appeal.{act}", date(2026, 1, 1))
    assert (entry.text("remedy"), entry.number("months")) == ("widerspruch", 1)


def test_no_law_for_a_day_is_a_sentence() -> None:
    with pytest.raises(CannotWork, match=r"01\.01\.1900"):
        LawBook.shipped().entry("rest_floor", date(1900, 1, 1))


def test_the_town_goes_before_the_shipped_law() -> None:
    own = LawEntry("rest_floor", "Mindestruhefrist", date(2020, 1, 1), "Satzung", {"years": 20})
    law = LawBook.shipped().with_entries([own])
    assert law.entry("rest_floor", date(2026, 1, 1)).number("years") == 20


ENTRY = '[[entry]]\nkey = "a"\ntitle = "t"\nsource = "s"\nvalues = {{ n = 1 }}\nvalid_from = {}\n'


def test_two_versions_in_force_on_one_day_are_refused(
    folder: Callable[..., Path], checked: Callable[..., Report]
) -> None:
    text = '[law]\nkey = "x"\ntitle = "x"\n' + ENTRY.format("2020-01-01") + ENTRY.format("2024-01-01")
    (refused,) = checked(folder(law=text)).refused
    assert "zwei Fassungen" in refused.what
    assert refused.line == 15
