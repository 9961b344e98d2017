"""Rule 5: when a burial may be held after the death."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from rathaus_desk.cemetery.rules.terms import StatuteTerms
from rathaus_desk.cemetery.rules.window import BurialLaw, burial_window, window_warning
from rathaus_desk.kernel.clock import TOWN_ZONE

STATUTE = StatuteTerms(
    key="o", title="Friedhofsordnung", valid_from=date(2000, 1, 1), urn_latest_days_after_death=270
)
OLD_LAW = BurialLaw(source="§ 16 FBG", earliest_hours=48, coffin_latest_hours=96)


def town(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=TOWN_ZONE)


def test_from_a_moment_of_death_the_hours_are_exact():
    window = burial_window(OLD_LAW, STATUTE, "coffin", datetime(2025, 8, 1, 7, 30))
    assert window.earliest == town(2025, 8, 3, 7, 30)
    assert window.latest == town(2025, 8, 5, 7, 30)
    assert window.reason == (
        "Bestattung frühestens 48 Stunden nach dem Tod (§ 16 FBG), Särge spätestens 96 Stunden nach dem Tod"
        " (§ 16 FBG)."
    )


def test_a_day_of_death_counts_as_its_end_for_the_earliest_and_its_beginning_for_the_latest(law):
    window = burial_window(law, STATUTE, "coffin", date(2026, 8, 1))
    assert window.earliest == town(2026, 8, 4)
    assert window.latest == town(2026, 8, 11)


def test_hours_pass_while_the_clocks_are_changed():
    window = burial_window(OLD_LAW, STATUTE, "coffin", datetime(2026, 10, 24, 12, 0))
    assert window.earliest == town(2026, 10, 26, 11, 0)


def test_urns_have_the_statutes_own_limit(law):
    assert burial_window(law, STATUTE, "urn", date(2026, 1, 1)).latest == town(2026, 9, 28)


@pytest.mark.parametrize(
    ("buried", "warned"),
    [
        (datetime(2026, 8, 3, 23, 59), "Vor dem frühesten Zeitpunkt 04.08.2026, 00:00 Uhr"),
        (datetime(2026, 8, 4, 0, 0), None),
        (date(2026, 8, 4), None),
        (date(2026, 8, 3), "Vor dem frühesten"),
        (datetime(2026, 8, 11, 0, 0), None),
        (date(2026, 8, 11), "Nach dem spätesten Zeitpunkt 11.08.2026, 00:00 Uhr"),
    ],
)
def test_outside_the_window_a_burial_must_be_confirmed_and_in_doubt_too(law, buried, warned):
    warning = window_warning(burial_window(law, STATUTE, "coffin", date(2026, 8, 1)), buried)
    assert warning is None if warned is None else warned in warning


def test_without_a_day_of_death_nothing_is_judged(law):
    window = burial_window(law, STATUTE, "coffin", None)
    assert window_warning(window, date(2026, 8, 1)) is None
    assert "Todestag nicht bekannt" in window.reason


def test_an_unconfirmed_law_says_so():
    law = BurialLaw(source="§ 16 FBG", earliest_hours=48, coffin_latest_days=10, to_be_confirmed=True)
    assert burial_window(law, STATUTE, "coffin", date(2026, 8, 1)).reason.endswith("noch zu bestätigen.")
