"""Addresses of old lists: what is there is taken apart, what is missing is named and never filled in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.lists import address_text as at
from rathaus_desk.lists.address_text import AddressText, read_address, read_address_columns


def parts(address: AddressText) -> str:
    shown = (
        address.addition,
        address.street,
        address.house_number,
        address.postal_code,
        address.place,
        address.country,
    )
    return "|".join(shown)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Eichenweg 3, 34999 Musterrode", "|Eichenweg|3|34999|Musterrode|"),
        ("Eichenweg 3 34999 Musterrode", "|Eichenweg|3|34999|Musterrode|"),
        ("Eichenweg 3\n34999 Musterrode", "|Eichenweg|3|34999|Musterrode|"),
        ("34999 Musterrode, Eichenweg 3", "|Eichenweg|3|34999|Musterrode|"),
        ("Frankfurter Str. 112 a, D-60320 Frankfurt", "|Frankfurter Str.|112 a|60320|Frankfurt|"),
        ("Straße des 17. Juni 5-7, 10623 Berlin", "|Straße des 17. Juni|5-7|10623|Berlin|"),
        ("c/o Meier, Eichenweg 3, 34999 Musterrode", "c/o Meier|Eichenweg|3|34999|Musterrode|"),
        ("Eichenweg 3, OT Altenfeld, 34999 Musterrode", "OT Altenfeld|Eichenweg|3|34999|Musterrode|"),
        ("Postfach 12 34, 34999 Musterrode", "|Postfach 12 34||34999|Musterrode|"),
        ("Wiener Str. 3, A-1010 Wien", "|Wiener Str.|3|1010|Wien|Österreich"),
        ("Damrak 1, 1012 AB Amsterdam, Niederlande", "|Damrak|1|1012 AB|Amsterdam|Niederlande"),
    ],
)
def test_a_whole_address(written: str, read: str) -> None:
    reading = read_address(written)
    assert (parts(reading.address), reading.doubts) == (read, ())


@pytest.mark.parametrize(
    ("written", "read", "doubts"),
    [
        ("Am Bach 7", "|Am Bach|7|||", (at.NO_PLACE, at.NO_POSTAL_CODE)),
        ("Schloßallee 1, Musterrode", "|Schloßallee|1||Musterrode|", (at.NO_POSTAL_CODE,)),
        ("Ringstr. 4 Hainrode", "|Ringstr.|4||Hainrode|", (at.NO_POSTAL_CODE,)),
        ("Musterrode", "||||Musterrode|", (at.NO_STREET, at.NO_POSTAL_CODE)),
        ("Wasserstr. 1, 1067 Dresden", "|Wasserstr.|1|1067|Dresden|", (at.SHORT_POSTAL_CODE,)),
        ("unbekannt", "|||||", (at.NO_ADDRESS,)),
        ("verzogen nach Kassel", "|||||", (at.NO_ADDRESS,)),
        (
            "Eichenweg 3, 34999 Musterrode, Tel. 05699 1",
            "|Eichenweg|3|34999|Musterrode|",
            (at.NOT_WHOLLY_READ,),
        ),
    ],
)
def test_what_is_missing_stays_empty_and_is_doubted(written: str, read: str, doubts: tuple[str, ...]) -> None:
    reading = read_address(written)
    assert (parts(reading.address), reading.doubts) == (read, doubts)


def test_what_could_not_be_read_is_kept() -> None:
    assert read_address("Eichenweg 3, 34999 Musterrode, Tel. 05699 1").address.remark == "Tel. 05699 1"
    assert read_address("unbekannt").address == AddressText(remark="unbekannt")
    assert read_address("x" * 5_000).address.remark == "x" * 5_000


def test_an_address_in_several_columns() -> None:
    whole = "|Eichenweg|3|34999|Musterrode|"
    for columns in (
        ("", "Eichenweg", "3", "34999", "Musterrode"),
        ("", "Eichenweg 3", "", "34999", "Musterrode"),
        ("", "Eichenweg 3", "", "", "34999 Musterrode"),
        ("Eichenweg 3, 34999 Musterrode", "", "", "", ""),
    ):
        assert parts(read_address_columns(*columns).address) == whole
    village = read_address_columns("", "Altenfeld", "12", "34999", "Musterrode").address
    assert parts(village) == "|Altenfeld|12|34999|Musterrode|"
    assert read_address_columns("", "unbekannt", "", "", "").doubts == (at.NO_ADDRESS,)


@given(st.text(max_size=80), st.text(max_size=20), st.text(max_size=8))
def test_no_text_makes_it_stumble(whole: str, street: str, place: str) -> None:
    read_address(whole)
    read_address_columns(whole, street, "", place, street)
