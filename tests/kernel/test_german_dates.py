"""A date of an old list is read as far as it says something, kept as it stood, and doubted if need be."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.kernel import german_dates as gd
from rathaus_desk.kernel.german_dates import parse_end, parse_german_date
from rathaus_desk.kernel.periods import FOR_EVER
from rathaus_desk.kernel.uncertain import UncertainDate

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    "text",
    [
        "17.06.2004", "17.6.2004", "17. 6. 2004", "2004-06-17", "2004/06/17", "17/06/2004", "17-6-2004",
        "17. Juni 2004", "17.Juni 2004", "17-Jun-2004", "† 17.6.2004", "gest. 17.06.2004", "am 17.06.2004",
        "Donnerstag, den 17. Juni 2004", "Do., 17.06.2004", "17.06.2004 14:00", "17.06.2004, 14 Uhr",
        "17.06.2004 um 14:30 Uhr", "2004-06-17T14:00:00", "2004-06-16T22:30:00Z", "2004-06-17T14:00:00+02:00",
        " 17.06.2004 ",
    ],
)  # fmt: skip
def test_one_certain_day_however_it_is_written(text: str) -> None:
    reading = parse_german_date(text, not_after=TODAY)
    assert reading.date.day == date(2004, 6, 17)
    assert reading.date.text == text.strip()
    assert reading.doubts == ()


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "doubt"),
    [
        ("1941", "1941-01-01", "1941-12-31", gd.YEAR_ONLY),
        ("00.00.1941", "1941-01-01", "1941-12-31", gd.YEAR_ONLY),
        ("xx.05.1941", "1941-05-01", "1941-05-31", gd.MONTH_ONLY),
        ("01/2041", "2041-01-01", "2041-01-31", gd.MONTH_ONLY),
        ("2024-02", "2024-02-01", "2024-02-29", gd.MONTH_ONLY),
        ("Mai 1962", "1962-05-01", "1962-05-31", gd.MONTH_ONLY),
        ("Maerz 1945", "1945-03-01", "1945-03-31", gd.MONTH_ONLY),
        ("um 1944", "1942-01-01", "1946-12-31", gd.ABOUT),
        ("ca. 1879", "1877-01-01", "1881-12-31", gd.ABOUT),
        ("etwa Mai 1962", "1962-03-01", "1962-07-31", gd.ABOUT),
        ("vor 1950", None, "1949-12-31", gd.ONE_SIDED),
        ("vor dem 3.5.1950", None, "1950-05-02", gd.ONE_SIDED),
        ("bis 1950", None, "1950-12-31", gd.ONE_SIDED),
        ("nach 1945", "1946-01-01", None, gd.ONE_SIDED),
        ("seit 1945", "1945-01-01", None, gd.ONE_SIDED),
        ("Herbst 1918", "1918-09-01", "1918-11-30", gd.BETWEEN),
        ("Winter 1944/45", "1944-12-01", "1945-02-28", gd.BETWEEN),
        ("Anfang Mai 1945", "1945-05-01", "1945-05-10", gd.BETWEEN),
        ("Ende 1944", "1944-09-01", "1944-12-31", gd.BETWEEN),
        ("1914-1918", "1914-01-01", "1918-12-31", gd.BETWEEN),
        ("zwischen 1914 und 1918", "1914-01-01", "1918-12-31", gd.BETWEEN),
        ("1944/45", "1944-01-01", "1945-12-31", gd.BETWEEN),
        ("12./13.05.1944", "1944-05-12", "1944-05-13", gd.BETWEEN),
        ("1940er Jahre", "1940-01-01", "1949-12-31", gd.BETWEEN),
        ("17.06.2004 ?", "2004-06-17", "2004-06-17", gd.QUESTIONED),
        ("5/13/1934", "1934-05-13", "1934-05-13", "der Monat steht vor dem Tag"),
        ("03.05.1934 in Kassel", "1934-05-03", "1934-05-03", "neben dem Datum steht „in kassel“"),
    ],
)
def test_what_is_known_roughly_has_its_first_and_last_day(
    text: str, earliest: str | None, latest: str | None, doubt: str
) -> None:
    reading = parse_german_date(text, not_after=TODAY)
    assert reading.date == UncertainDate(
        text, earliest and date.fromisoformat(earliest), latest and date.fromisoformat(latest)
    )
    assert reading.doubts == (doubt,)


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("31.02.1929", gd.NO_SUCH_DAY), ("01.13.2020", gd.NO_SUCH_DAY), ("29.02.2023", gd.NO_SUCH_DAY),
        ("20.11.", gd.NO_YEAR), ("20. November", gd.NO_YEAR), ("heute", gd.MOVING), ("25 J.", gd.TERM),
        ("abgelaufen?", gd.NO_DATE), ("ewig", gd.NO_DATE), ("unbekannt", gd.NO_DATE), ("?", gd.NO_DATE),
        ("1910 / 1913", gd.SEVERAL), ("3.5.34 u. 4.6.38", gd.SEVERAL), ("03.05.1934 oder später", gd.SEVERAL),
        ("9" * 50_000, gd.UNREADABLE), ("vermisst 1943", gd.UNREADABLE),
        ("1.1.0001", "das Jahr 0001 ist nicht glaubhaft"),
    ],
)  # fmt: skip
def test_what_is_no_date_keeps_its_text_and_gets_no_day(text: str, doubt: str) -> None:
    reading = parse_german_date(text, not_after=TODAY)
    assert reading.date == UncertainDate(text)
    assert reading.doubts == (doubt,)


def test_nothing_written_is_nothing_to_doubt() -> None:
    for nothing in ("", "  ", "-", "—", None):
        assert parse_german_date(nothing, not_after=TODAY).date == UncertainDate()
        assert parse_german_date(nothing, not_after=TODAY).doubts == ()


def test_two_digits_mean_the_latest_year_that_is_possible() -> None:
    born = parse_german_date("7.7.43", not_after=date(2019, 12, 24))
    assert (born.date.day, born.doubts) == (date(1943, 7, 7), ("Jahrhundert angenommen: 1943",))
    assert parse_german_date("24.12.19", not_after=TODAY).date.day == date(2019, 12, 24)
    assert parse_german_date("26.11.26", not_after=TODAY).date.day == date(1926, 11, 26)
    assert parse_german_date("15.8.31", not_after=date(2076, 1, 1)).date.day == date(2031, 8, 15)


def test_cells_of_spreadsheets_hold_dates_moments_years_and_counted_days() -> None:
    assert parse_german_date(date(2004, 6, 17), not_after=TODAY).date == UncertainDate.exact(
        date(2004, 6, 17)
    )
    assert parse_german_date(datetime(2004, 6, 17, 14), not_after=TODAY).date.text == "17.06.2004"
    late_in_utc = datetime(2004, 6, 16, 22, 30, tzinfo=UTC)
    assert parse_german_date(late_in_utc, not_after=TODAY).date.day == date(2004, 6, 17)
    assert parse_german_date(1941.0, not_after=TODAY).date.text == "1941"
    counted = parse_german_date(38155.0, not_after=TODAY)
    assert counted.date.day == date(2004, 6, 17)
    assert counted.doubts == ("als Tageszahl von Excel gelesen: 17.06.2004",)
    assert parse_german_date(time(14), not_after=TODAY).doubts == (gd.UNREADABLE,)


def test_a_stated_form_wins() -> None:
    american = parse_german_date("05/06/1934", not_after=TODAY, formats=("%m/%d/%Y",))
    assert american.date.day == date(1934, 5, 6)


@pytest.mark.parametrize(
    "text", ["ewig", "Ewig", "unbefristet", "auf ewig", "ewiges Ruherecht", "31.12.9999"]
)
def test_a_right_may_have_no_end(text: str) -> None:
    assert parse_end(text, not_after=TODAY).date == UncertainDate(text, FOR_EVER, FOR_EVER)
    assert parse_end("2049", not_after=TODAY).date.latest == date(2049, 12, 31)


@given(
    st.one_of(st.text(), st.floats(), st.integers(), st.dates(), st.datetimes(), st.times(), st.booleans())
)
def test_no_value_makes_it_stumble_and_none_is_lost(value: object) -> None:
    reading = parse_german_date(value, not_after=TODAY)
    if reading.date.earliest and reading.date.latest:
        assert reading.date.earliest <= reading.date.latest
    assert (
        reading.date.text or not str(value).strip(" -–—_/.\n\t") or value != value or not str(value).strip()
    )


@given(
    st.from_regex(
        r"(um |ca\. |vor |nach |bis |Ende )?[0-9?]{1,2}[./ -][0-9?]{1,2}[./ -]([0-9]{2}){1,2}", fullmatch=True
    )
)
def test_texts_that_look_like_dates_are_read_or_doubted(text: str) -> None:
    reading = parse_german_date(text, not_after=TODAY)
    assert reading.date.known or reading.doubts


@given(st.dates(min_value=date(1800, 1, 1), max_value=TODAY))
def test_every_day_is_read_back_from_its_german_form(day: date) -> None:
    assert parse_german_date(f"{day:%d.%m.%Y}", not_after=TODAY).date.day == day
