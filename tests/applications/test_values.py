"""Each kind of value reads what portals write, and nothing that could mean two things."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.applications.values import KINDS, Item, Moment


def readable(kind: str, written: Any) -> bool:
    try:
        KINDS[kind].read(written)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-20T14:00:00+01:00", Moment(date(2026, 11, 20), time(14))),
        ("2026-11-20T13:00:00Z", Moment(date(2026, 11, 20), time(14))),
        ("2026-07-20T12:00Z", Moment(date(2026, 7, 20), time(14))),
        ("2026-11-20 14:30", Moment(date(2026, 11, 20), time(14, 30))),
        ("2026-11-20", Moment(date(2026, 11, 20))),
        ("2026-11-20+01:00", Moment(date(2026, 11, 20))),
        ("20.11.2026", Moment(date(2026, 11, 20))),
        ("1. 2. 2026", Moment(date(2026, 2, 1))),
        ("20.11.2026 14:00", Moment(date(2026, 11, 20), time(14))),
        ("20.11.2026, um 14 Uhr", Moment(date(2026, 11, 20), time(14))),
        ("20.11.2026 14.30 Uhr", Moment(date(2026, 11, 20), time(14, 30))),
        (" 20.11.2026 ", Moment(date(2026, 11, 20))),
    ],
)
def test_moments_in_iso_and_german(written: str, moment: Moment) -> None:
    assert KINDS["moment"].read(written) == moment


def test_midnight_means_that_nobody_chose_a_time() -> None:
    assert KINDS["moment"].read("2026-11-20T00:00:00+01:00").time is None
    assert KINDS["day"].read("1938-02-10T23:00:00.000Z") == date(1938, 2, 11)


@pytest.mark.parametrize(
    "written",
    ["20.11.26", "31.02.2026", "2026-02-30", "11/20/2026", "20.11.", "bald", "", "2026", "²0.11.2026", None,
     "0001-01-01T00:00+14:00", "2026-11-20 9", "2026-11-20T25:00", 20261120, True, ["2026-11-20"]],
)  # fmt: skip
def test_what_is_no_clear_day_is_refused(written: Any) -> None:
    for kind in ("day", "moment"):
        assert not readable(kind, written)


def test_an_uncertain_day_keeps_its_words() -> None:
    assert KINDS["uncertain_day"].read("11.02.1938") == date(1938, 2, 11)
    assert KINDS["uncertain_day"].read("um 1938") == "um 1938"
    assert KINDS["uncertain_day"].read(1938) == "1938"


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("flag", True, True),
        ("flag", "Ja", True),
        ("flag", "nein", False),
        ("flag", 0, False),
        ("count", 4, 4),
        ("count", "4", 4),
        ("count", Decimal("4.0"), 4),
        ("count", True, 1),
        ("count", "ja", 1),
        ("count", "nein", 0),
        ("time", "9 Uhr", time(9)),
        ("time", "14:30", time(14, 30)),
        ("time", "14:30:00", time(14, 30)),
        ("text", "  Jo\u0308rg\n Müller ", "Jörg Müller"),
        ("text", 34999, "34999"),
        ("long_text", "eins \n  zwei", "eins\nzwei"),
        ("items", "Trauerhalle, Orgel", (Item("Trauerhalle"), Item("Orgel"))),
        ("items", ["Trauerhalle"], (Item("Trauerhalle"),)),
        ("items", [{"bezeichnung": "Kühlzelle", "anzahl": 4}], (Item("Kühlzelle", 4),)),
        ("items", {"Orgel": True, "Träger": 6, "Glocken": False}, (Item("Orgel"), Item("Träger", 6))),
    ],
)
def test_other_kinds(kind: str, written: Any, value: Any) -> None:
    assert KINDS[kind].read(written) == value


@pytest.mark.parametrize(
    ("kind", "written"),
    [("flag", "vielleicht"), ("flag", 2), ("count", -1), ("count", 10_000), ("count", Decimal("1.5")),
     ("count", "viele"), ("count", Decimal("1E+400000")), ("time", "25:00"), ("time", "14"), ("text", True),
     ("text", {}), ("long_text", 1), ("items", 3), ("items", {"a": "b"}), ("count", "٣")],
)  # fmt: skip
def test_what_is_not_of_its_kind_is_refused(kind: str, written: Any) -> None:
    assert not readable(kind, written)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(KINDS)), json_values)
def test_a_kind_reads_and_shows_or_raises_value_error(kind: str, written: Any) -> None:
    try:
        value = KINDS[kind].read(written)
    except ValueError:
        return
    assert isinstance(KINDS[kind].show(value), str)


def test_values_as_a_clerk_reads_them() -> None:
    def shown(kind: str, written: Any) -> str:
        return KINDS[kind].show(KINDS[kind].read(written))

    assert shown("moment", "2026-11-20T14:00:00+01:00") == "Freitag, 20.11.2026, 14:00 Uhr"
    assert shown("moment", "2026-11-20") == "Freitag, 20.11.2026"
    assert shown("day", "2026-11-16") == "16.11.2026"
    assert shown("uncertain_day", "unbekannt") == "unbekannt"
    assert shown("flag", "x") == "ja"
    assert shown("count", True) == "ja"
    assert shown("count", 4) == "4"
    assert shown("items", {"Orgel": 1, "Träger": 6}) == "Orgel, 6 × Träger"


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ({"orgel": True, "glocken": False}, {"orgel": 1}),
        ({"orgel": "ja", "traeger": "4"}, {"orgel": 1, "traeger": 4}),
        ([{"name": "Orgel", "anzahl": True}, "Glocken"], {"Orgel": 1, "Glocken": 1}),
    ],
)
def test_asked_for_with_yes_counts_once(written: object, asked: dict[str, int]) -> None:
    items = KINDS["items"].read(written)
    assert isinstance(items, tuple)
    assert {item.name: item.quantity for item in items} == asked
    assert all(type(item.quantity) is int for item in items)


def test_a_thing_without_a_name_is_not_understood() -> None:
    with pytest.raises(ValueError, match=r".*"):
        KINDS["items"].read({"": True})
