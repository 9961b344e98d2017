"""How often a series recurs: chosen by a clerk, said in words, copied without moving."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.halls import queries
from rathaus_desk.halls.operations.series import BookSeries, CopySeason
from rathaus_desk.halls.rules.recurrence import MOST_APART, anchored, rhythms, rule_for, rule_words
from rathaus_desk.halls.rules.series import days_of
from rathaus_desk.halls.rules.times import wall_of
from rathaus_desk.halls.series_plan import SeriesRule
from rathaus_desk.halls.wish import Wish
from rathaus_desk.kernel.errors import BadInput

NOVEMBER = date(2026, 11, 24)
"""The fourth and last Tuesday of its month."""


def days(rhythm, first, last, every=1):
    return days_of(rule_for(rhythm, first, last, every), first)


def test_what_can_be_chosen_depends_on_the_first_day():
    assert rhythms(NOVEMBER) == {
        "weekly": "wöchentlich am Dienstag",
        "monthly_weekday": "monatlich am 4. Dienstag",
        "monthly_last": "monatlich am letzten Dienstag",
        "monthly_date": "monatlich am 24.",
        "yearly": "jährlich am 24. November",
    }
    assert "monthly_last" not in rhythms(date(2026, 11, 10))
    assert "monthly_weekday" not in rhythms(date(2026, 12, 31))


def test_every_second_week():
    assert days("weekly", date(2026, 12, 4), date(2027, 1, 15), 2) == [
        date(2026, 12, 4),
        date(2026, 12, 18),
        date(2027, 1, 1),
        date(2027, 1, 15),
    ]


def test_a_weekday_of_the_month():
    second = days("monthly_weekday", date(2026, 11, 10), date(2027, 3, 31))
    assert second == [
        date(2026, 11, 10),
        date(2026, 12, 8),
        *(date(2027, m, d) for m, d in ((1, 12), (2, 9), (3, 9))),
    ]
    last = days("monthly_last", NOVEMBER, date(2027, 3, 31), 2)
    assert last == [NOVEMBER, date(2027, 1, 26), date(2027, 3, 30)]


def test_a_day_that_not_every_month_has_is_left_out_where_it_is_not():
    assert days("monthly_date", date(2026, 12, 31), date(2027, 5, 31)) == [
        date(2026, 12, 31),
        date(2027, 1, 31),
        date(2027, 3, 31),
        date(2027, 5, 31),
    ]


def test_every_year():
    assert days("yearly", date(2026, 11, 11), date(2029, 12, 31)) == [
        date(year, 11, 11) for year in range(2026, 2030)
    ]


@pytest.mark.parametrize(
    ("rhythm", "every", "words"),
    [
        ("weekly", 1, "wöchentlich am Dienstag bis 25.05.2027"),
        ("weekly", 3, "alle 3 Wochen am Dienstag bis 11.05.2027"),
        ("monthly_weekday", 1, "monatlich am 4. Dienstag bis 25.05.2027"),
        ("monthly_last", 2, "alle 2 Monate am letzten Dienstag bis 25.05.2027"),
        ("monthly_date", 1, "monatlich am 24. bis 24.05.2027"),
        ("yearly", 1, "jährlich am 24. November bis 24.11.2026"),
    ],
)
def test_a_rule_in_words(rhythm, every, words):
    rule = rule_for(rhythm, NOVEMBER, date(2027, 5, 31), every)
    assert rule_words(rule, NOVEMBER) == words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY;COUNT=3", "täglich bis 26.11.2026"),
        ("FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20261202", "wöchentlich am Montag und Mittwoch bis 02.12.2026"),
        ("FREQ=MONTHLY;BYDAY=-2TU;COUNT=2", "monatlich bis 19.01.2027"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=1", "monatlich bis 30.11.2026"),
        ("FREQ=YEARLY;COUNT=2", "jährlich am 24. November bis 24.11.2027"),
    ],
)
def test_rules_from_elsewhere_have_words_too(rule, words):
    assert rule_words(rule, NOVEMBER) == words


@pytest.mark.parametrize(
    ("rhythm", "first", "last", "every"),
    [
        ("monthly_last", date(2026, 11, 10), date(2027, 1, 1), 1),
        ("monthly_weekday", date(2026, 12, 31), date(2027, 1, 1), 1),
        ("weekly", NOVEMBER, date(2026, 11, 23), 1),
        ("weekly", NOVEMBER, date(2027, 1, 1), 0),
        ("weekly", NOVEMBER, date(2027, 1, 1), MOST_APART + 1),
    ],
)
def test_what_makes_no_series_is_told(rhythm, first, last, every):
    with pytest.raises(BadInput):
        rule_for(rhythm, first, last, every)


@given(first=st.dates(date(2026, 1, 1), date(2028, 12, 31)), every=st.integers(1, 4), data=st.data())
def test_every_rhythm_begins_on_its_first_day_and_keeps_its_words(first, every, data):
    rhythm = data.draw(st.sampled_from(list(rhythms(first))))
    rule = rule_for(rhythm, first, date(first.year + 3, 12, 31), every)
    found = days_of(rule, first)
    assert found[0] == first
    assert anchored(rule, first) == rule
    assert rhythms(first)[rhythm].split(" am ")[1] in rule_words(rule, first)


def test_a_rule_says_what_it_took_from_its_first_day():
    assert anchored("FREQ=MONTHLY;COUNT=2", NOVEMBER) == "FREQ=MONTHLY;COUNT=2;BYMONTHDAY=24"
    assert anchored("FREQ=YEARLY;COUNT=2", NOVEMBER) == "FREQ=YEARLY;COUNT=2;BYMONTH=11;BYMONTHDAY=24"
    assert anchored("FREQ=WEEKLY;COUNT=2", NOVEMBER) == "FREQ=WEEKLY;COUNT=2"
    assert anchored("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=11", NOVEMBER).count("=") == 3


@pytest.mark.parametrize(
    ("rule", "first", "copied"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=2;UNTIL=20261231", date(2026, 9, 2), [(1, 2), (2, 2), (3, 2)]),
        ("FREQ=MONTHLY;UNTIL=20261231", date(2026, 9, 2), [(1, 2), (2, 2), (3, 2)]),
        ("FREQ=MONTHLY;BYDAY=1TU;UNTIL=20261231", date(2026, 9, 1), [(1, 5), (2, 2), (3, 2)]),
        ("FREQ=WEEKLY;INTERVAL=4;UNTIL=20261231", date(2026, 9, 1), [(1, 5), (2, 2), (3, 2), (3, 30)]),
    ],
)
def test_a_seasons_plan_is_copied_whatever_its_rhythm(town, hall_id, club, rule, first, copied):
    when = SeriesRule(rrule=rule, first=first, time_from="19:00", time_to="21:00", skip_public=False)
    town.run(
        BookSeries(
            hall=hall_id("dgh-altenfeld"),
            set="saal",
            person=club(),
            purpose="Stammtisch",
            rule=when,
            wish=Wish(user_group="club"),
            season="Herbst",
        )
    )
    request = CopySeason(
        season="Herbst", new_season="Frühjahr", first=date(2027, 1, 1), last=date(2027, 3, 31)
    )
    (placed,) = town.run(request).value
    with town.store.read() as session:
        found = [wall_of(one.starts) for one in queries.occurrences(session, placed.series)]
    assert found == [datetime(2027, month, day, 19) for month, day in copied]
