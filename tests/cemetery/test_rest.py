"""Rules 1 and 14: how long somebody must rest, and how long the grave does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.cemetery.rules.rest import grave_rest, rest_end, rest_of_burial, rest_period
from rathaus_desk.cemetery.rules.terms import RestTerm, Statutes
from rathaus_desk.kernel.periods import FOR_EVER
from rathaus_desk.kernel.uncertain import UncertainDate


def test_a_coffin_rests_the_years_of_its_kind_and_says_why(kind):
    rest = rest_period(kind(), "coffin", date(2026, 11, 20), 88)
    assert rest.end == date(2051, 11, 20)
    assert rest.reason == (
        "Die Ruhefrist für Särge beträgt 25 Jahre; sie beginnt am 20.11.2026 und endet am 20.11.2051"
        " (§ 16 Friedhofsordnung)."
    )


def test_where_the_statute_counts_the_day_before(kind):
    assert rest_period(kind(rest_end="day_before"), "coffin", date(2026, 11, 20), 88).end == date(
        2051, 11, 19
    )


def test_the_29th_of_february(town):
    assert rest_period(town.kind("urne_wahl", date(2024, 2, 29)), "urn", date(2024, 2, 29), 70).end == date(
        2039, 2, 28
    )
    assert rest_end(date(2024, 2, 29), 15, "day_before") == date(2039, 2, 27)


def test_children_rest_shorter_and_an_unknown_age_counts_as_adult(kind):
    buried = date(2026, 11, 20)
    assert rest_period(kind(), "coffin", buried, 4).years == 15
    assert rest_period(kind(), "coffin", buried, 5).years == 25
    assert rest_period(kind(), "coffin", buried, None).years == 25


def test_of_several_age_limits_the_narrowest_counts(kind):
    terms = (RestTerm("coffin", 30), RestTerm("coffin", 25, 10), RestTerm("coffin", 15, 2))
    years = [rest_period(kind(rest=terms), "coffin", date(2026, 1, 1), age).years for age in (1, 2, 9, 10)]
    assert years == [15, 25, 25, 30]


def test_a_kind_without_a_term_for_the_form_leaves_the_end_empty(kind):
    rest = rest_period(kind(rest=()), "urn", date(2026, 1, 1), 80)
    assert rest.end is None
    assert rest.doubtful


def _rest(statutes: Statutes, kind: str, buried: UncertainDate, on: date = date(2026, 11, 25)):
    return rest_of_burial(statutes, kind, "coffin", buried, age=None, on=on)


def test_the_statute_of_the_day_of_burial_governs(town):
    assert _rest(town, "wahl_sarg", UncertainDate.exact(date(2004, 6, 17))).end == date(2034, 6, 17)
    assert _rest(town, "wahl_sarg", UncertainDate.exact(date(2024, 6, 17))).end == date(2049, 6, 17)


def test_a_statute_without_the_kind_leaves_the_end_empty(town):
    rest = _rest(town, "kind", UncertainDate.exact(date(2019, 5, 14)))
    assert rest.end is None
    assert rest.doubtful
    assert "(alt) (in Kraft seit 01.01.2004) kennt die Grabart „kind“ nicht" in rest.reason


def test_a_burial_before_all_known_statutes_stays_without_an_end(town):
    rest = _rest(town, "wahl_sarg", UncertainDate.exact(date(1985, 3, 1)))
    assert rest.end is None
    assert rest.reason == "Am 01.03.1985 ist keine Friedhofsordnung bekannt: Ende der Ruhefrist unbekannt."


def test_a_statute_may_name_the_rest_of_older_burials(town):
    old, new = town.versions
    new = replace(new, rest_for_older_burials=(RestTerm("coffin", 40),))
    statutes = Statutes((old, new))
    assert _rest(statutes, "wahl_sarg", UncertainDate.exact(date(1985, 3, 1))).end == date(2025, 3, 1)
    assert _rest(statutes, "kind", UncertainDate.exact(date(2019, 5, 14))).end == date(2059, 5, 14)
    assert _rest(statutes, "wahl_sarg", UncertainDate.exact(date(2004, 6, 17))).end == date(2034, 6, 17)


def test_a_later_statute_changes_an_older_rest_only_if_it_says_so(town):
    old, new = town.versions
    statutes = Statutes((old, replace(new, rest_applies_to_old_burials=True)))
    buried = UncertainDate.exact(date(2004, 6, 17))
    assert _rest(statutes, "wahl_sarg", buried).end == date(2029, 6, 17)
    assert _rest(statutes, "wahl_sarg", buried, on=date(2023, 12, 31)).end == date(2034, 6, 17)


def test_without_a_day_of_burial_there_is_no_end(town):
    rest = _rest(town, "wahl_sarg", UncertainDate("im Krieg"))
    assert rest.end is None
    assert rest.reason == "Tag der Bestattung unbekannt: kein Ende der Ruhefrist."


def test_an_uncertain_day_counts_as_its_latest(town):
    rest = _rest(town, "wahl_sarg", UncertainDate("2005", date(2005, 1, 1), date(2005, 12, 31)))
    assert rest.end == date(2035, 12, 31)
    assert rest.doubtful


def test_a_war_grave_rests_for_ever(kind):
    assert rest_period(kind(war_grave=True), "coffin", date(1944, 1, 1), None).end == FOR_EVER


def test_the_grave_rests_as_long_as_the_last_of_its_dead():
    rest = grave_rest([("Heinrich", date(2034, 6, 17)), ("Anneliese", date(2051, 11, 20))])
    assert rest.end == date(2051, 11, 20)
    assert rest.reason == "Die Ruhefrist der Grabstätte endet am 20.11.2051 (Anneliese)."
    assert rest.runs(date(2051, 11, 20))
    assert not rest.runs(date(2051, 11, 21))


def test_somebody_whose_end_is_unknown_keeps_the_grave_resting():
    rest = grave_rest([("Heinrich", date(2020, 1, 1)), ("", None)])
    assert rest.unknown == ("ohne Namen",)
    assert rest.runs(date(2100, 1, 1))


def test_an_empty_grave_does_not_rest():
    assert not grave_rest([]).runs(date(2026, 1, 1))


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(15, 60))
def test_a_rest_is_at_most_a_day_shorter_than_its_years(buried, years):
    same, before = rest_end(buried, years, "same_day"), rest_end(buried, years, "day_before")
    assert same - before == timedelta(days=1)
    assert same.year == buried.year + years
    assert (same.month, same.day) == (buried.month, buried.day) or buried.day == 29
