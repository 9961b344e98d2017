"""The list of people: what it shows, and what a block notice hides."""

from __future__ import annotations

from datetime import date
from typing import Any

from rathaus_desk.kernel.listing import Wanted
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.people.listings import PEOPLE
from rathaus_desk.people.operations import (
    AddAddress,
    AddressDetails,
    ContactDetails,
    EnterPerson,
    PersonDetails,
    SetBlockNotice,
)
from rathaus_desk.store.engine import Store

TODAY = date(2026, 11, 25)
AM_BACH = AddressDetails(street="Am Bach", house_number="7", postal_code="34999", place="Musterrode")


def rows(store: Store, on: date = TODAY) -> list[dict[str, Any]]:
    with store.read() as session:
        keys = [column.key for column in PEOPLE.columns]
        return [dict(zip(keys, row, strict=True)) for row in PEOPLE.rows(session, Wanted(on))]


def enter(store: Store, family: str, given: str = "", **more: Any) -> Any:
    details = PersonDetails(family_name=family, given_names=given, **more)
    return store.run(
        EnterPerson(
            details=details,
            addresses=(AM_BACH,),
            contacts=(
                ContactDetails(kind="phone", value="05699 4711"),
                ContactDetails(kind="email", value="post@example.org"),
            ),
            roles=("undertaker", "Jagdpächter"),
        )
    ).value


def test_everybody_is_listed_by_name(register):
    enter(register, "Zander", "Anna")
    enter(register, "Öhler", "Bernd", titles="Dr.", died=UncertainDate("um 1990"))
    enter(register, "Ohm", "Carl")
    enter(register, "", organisation="Pietät Beispiel GmbH", kind="organisation")
    listed = rows(register)
    assert [row["name"] for row in listed] == [
        "Öhler, Dr. Bernd",
        "Ohm, Carl",
        "Pietät Beispiel GmbH",
        "Zander, Anna",
    ]
    first = listed[0]
    assert (first["street"], first["postal_code"], first["place"]) == ("Am Bach 7", "34999", "Musterrode")
    assert (first["phone"], first["email"]) == ("+49 5699 4711", "post@example.org")
    assert first["roles"] == "Bestatter, Jagdpächter"
    assert str(first["died"]) == "um 1990"
    assert listed[2]["kind"] == "Organisation"


def test_the_address_is_that_of_the_day(register):
    person = enter(register, "Zander")
    moved = AddressDetails(
        street="Neue Straße", house_number="1", place="Altenfeld", valid_from=date(2027, 1, 1)
    )
    register.run(AddAddress(person=person, address=moved))
    assert rows(register)[0]["street"] == "Am Bach 7"
    assert rows(register, date(2027, 1, 1))[0]["street"] == "Neue Straße 1"


def test_a_block_notice_hides_where_somebody_lives(register):
    person = enter(register, "Zander")
    register.run(SetBlockNotice(person=person, blocked=True, until=TODAY))
    (row,) = rows(register)
    assert row["blocked"]
    assert not any(row[key] for key in ("street", "postal_code", "place", "phone", "email"))
    (row,) = rows(register, date(2026, 11, 26))
    assert not row["blocked"]
    assert row["street"] == "Am Bach 7"
