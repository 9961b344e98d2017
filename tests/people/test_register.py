"""What a clerk does in the register: entering, moving house, finding, merging and parting again."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
import sqlalchemy as sa

from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.german_dates import parse_german_date
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.people import queries
from rathaus_desk.people.operations import (
    AddAddress,
    AddBankAccount,
    AddContact,
    AddressDetails,
    BankAccountDetails,
    ChangePerson,
    ContactDetails,
    EnterPerson,
    GiveRole,
    MergePeople,
    PersonDetails,
    Relate,
    RemovePart,
    SetBlockNotice,
    details_of,
)
from rathaus_desk.people.records import Address, Person
from rathaus_desk.store.engine import Store
from rathaus_desk.store.schema import synced_tables
from rathaus_desk.store.search import search
from rathaus_desk.town.operations import SetUpTown, WriteNote
from rathaus_desk.town.queries import clerks, notes_about
from rathaus_desk.town.town_file import TownFile

TODAY = date(2026, 11, 25)
EICHENWEG = AddressDetails(street="Eichenweg", house_number="3", postal_code="34999", place="Musterrode")
AM_BACH = AddressDetails(street="Am Bach", house_number="7", postal_code="34999", place="Musterrode")


def enter(register: Store, family: str, given: str = "", **more: object) -> UUID:
    parts = {name: more.pop(name) for name in ("addresses", "contacts", "roles") if name in more}
    details = PersonDetails(family_name=family, given_names=given, **more)  # type: ignore[arg-type]
    return register.run(EnterPerson(details=details, **parts)).value  # type: ignore[arg-type]


def everything(register: Store) -> dict[str, set[tuple[object, ...]]]:
    """All rows but their times and versions."""
    with register.read() as session:
        connection = session.connection()
        return {
            name: {
                tuple(
                    value
                    for column, value in row._mapping.items()
                    if column not in ("created_at", "changed_at", "version")
                )
                for row in connection.execute(sa.select(table).where(table.c.deleted_at.is_(None)))
            }
            for name, table in synced_tables().items()
        }


def test_a_person_is_kept_with_all_letters_and_an_uncertain_birth(register: Store) -> None:
    born = parse_german_date("um 1938", not_after=TODAY).date
    person = enter(register, " Gro\u00dfmann ", "Anneliese  Erna", birth_name="Şahin-Łuczak", born=born)
    with register.read() as session:
        found = queries.people(session, [person])[person]
        assert (found.family_name, found.given_names) == ("Großmann", "Anneliese Erna")
        assert found.born == born
        assert found.died == UncertainDate()


@pytest.mark.parametrize(
    "typed", ["Großmann", "grossm", "Anneliese", "Sahin", "luczak", "Eichenweg", "+49 5699"]
)
def test_a_person_is_found_by_name_birth_name_address_and_telephone(register: Store, typed: str) -> None:
    person = enter(
        register,
        "Großmann",
        "Anneliese",
        birth_name="Şahin-Łuczak",
        addresses=(EICHENWEG,),
        contacts=(ContactDetails(kind="phone", value="05699 4711"),),
    )
    with register.read() as session:
        assert [hit.id for hit in search(session, typed)] == [person]
        assert search(session, typed)[0].title == "Großmann, Anneliese"


def test_a_changed_address_is_found_at_once_and_the_old_one_ends(register: Store) -> None:
    person = enter(register, "Müller", "Ilse", addresses=(EICHENWEG,))
    register.run(AddAddress(person=person, address=AM_BACH))
    with register.read() as session:
        assert [hit.subtitle for hit in search(session, "Am Bach")] == ["Am Bach 7, 34999 Musterrode"]
        assert queries.address_lines(session, person, date(2026, 11, 24))[1] == "Eichenweg 3"
        assert queries.address_lines(session, person, TODAY)[1] == "Am Bach 7"


def test_a_blocked_address_is_not_in_the_search(register: Store) -> None:
    person = enter(register, "Müller", "Ilse", addresses=(EICHENWEG,))
    register.run(SetBlockNotice(person=person, blocked=True))
    with register.read() as session:
        assert search(session, "Eichenweg") == []
        assert search(session, "Müller")[0].subtitle == ""


def test_the_address_of_a_letter_has_the_lines_of_din_5008(register: Store) -> None:
    man = enter(register, "Großmann", "Jürgen", salutation="Herr", titles="Dr.", addresses=(EICHENWEG,))
    firm = register.run(
        EnterPerson(
            details=PersonDetails(kind="organisation", organisation="Bestattungshaus Abendruh GmbH"),
            addresses=(
                AddressDetails(
                    addition="Frau Sommer", street="Rue Basse", house_number="1", postal_code="L-1234",
                    place="Luxemburg", country="Luxemburg",
                ),
            ),
        )
    ).value  # fmt: skip
    homeless = enter(register, "Becker", kind="group")
    with register.read() as session:
        assert queries.address_lines(session, man, TODAY) == (
            "Herrn", "Dr. Jürgen Großmann", "Eichenweg 3", "34999 Musterrode",
        )  # fmt: skip
        assert queries.address_lines(session, firm, TODAY) == (
            "Bestattungshaus Abendruh GmbH", "Frau Sommer", "Rue Basse 1", "L-1234 Luxemburg", "LUXEMBURG",
        )  # fmt: skip
        assert queries.address_lines(session, homeless, TODAY) == ("Familie Becker",)


def test_doubles_are_proposed_with_reasons_and_never_merged_by_themselves(register: Store) -> None:
    born = parse_german_date("7.7.43", not_after=TODAY).date
    first = enter(register, "Müller", "Ilse", birth_name="Wagner", addresses=(AM_BACH,), born=born)
    twin = enter(register, "Mueller", "Ilse", born=born)
    enter(register, "Müller", "Thomas", addresses=(AM_BACH,))
    enter(register, "Möller", "Heinrich")
    with register.read() as session:
        (found,) = queries.duplicates_of(session, first)
        assert found.person == twin
        assert found.likeness.reasons == ("gleicher Name", "gleicher Vorname", "gleicher Geburtstag")
        assert len(session.scalars(sa.select(Person)).all()) == 4


def test_merging_moves_every_reference_and_undoing_parts_them_exactly(register: Store) -> None:
    keep = enter(register, "Müller", "Ilse", addresses=(AM_BACH,), roles=("club",))
    drop = enter(
        register, "Mueller", "Ilse", birth_name="Wagner",
        addresses=(AM_BACH, EICHENWEG), roles=("club", "church"),
        contacts=(ContactDetails(kind="email", value="ilse@mail.example"),), remark="verzogen",
    )  # fmt: skip
    son = enter(register, "Müller", "Thomas")
    register.run(Relate(person=son, of=drop, relation="Sohn"))
    register.run(Relate(person=keep, of=drop, relation="Schwester"))
    register.run(AddBankAccount(person=drop, account=BankAccountDetails(iban="DE02 1203 0000 0000 2020 51")))
    before = everything(register)
    merged = register.run(MergePeople(keep=keep, drop=drop))
    with register.read() as session:
        found = queries.people(session, [keep, drop])
        assert list(found) == [keep]
        assert (found[keep].family_name, found[keep].birth_name) == ("Müller", "Wagner")
        assert found[keep].remark == "verzogen"
        assert {address.street for address in queries.addresses_of(session, keep)} == {"Am Bach", "Eichenweg"}
        assert len(queries.addresses_of(session, keep)) == 2
        assert [(one.person.id, one.relation) for one in queries.relatives_of(session, keep)] == [
            (son, "Sohn")
        ]
        assert [contact.value for contact in queries.contacts_of(session, keep)] == ["ilse@mail.example"]
        assert [account.iban for account in queries.bank_accounts_of(session, keep)] == [
            "DE02120300000000202051"
        ]
        assert [hit.id for hit in search(session, "ilse@mail")] == [keep]
    register.undo(merged.operation)
    assert everything(register) == before


def test_merging_takes_notes_along_though_they_hang_on_any_record(register: Store, musterrode: Path) -> None:
    town = msgspec.toml.decode((musterrode / "town.toml").read_bytes(), type=TownFile)
    register.run(SetUpTown(file=town))
    with register.read() as session:
        clerk = clerks(session)[0].id
    keep, drop = enter(register, "Müller", "Ilse"), enter(register, "Mueller", "Ilse")
    note = register.run(WriteNote(about=drop, text="ruft zurück"), clerk=clerk).value
    register.run(
        MergePeople(keep=keep, drop=drop, details=PersonDetails(family_name="Müller", given_names="Ilse M."))
    )
    with register.read() as session:
        assert queries.people(session, [keep])[keep].given_names == "Ilse M."
        assert [found.id for found in notes_about(session, keep)] == [note]


def test_finding_by_sound_when_the_spelling_is_not_known(register: Store) -> None:
    schmidt = enter(register, "Schmidt", "Fritz")
    enter(register, "Schneider", "Fritz")
    with register.read() as session:
        assert [person.id for person in queries.find(session, "Schmitt, Fritz")] == [schmidt]
        assert queries.find(session, "12") == []


def test_roles_are_given_once(register: Store) -> None:
    firm = enter(register, "", organisation="Abendruh", kind="organisation", roles=("undertaker",))
    assert register.run(GiveRole(person=firm, role="undertaker")).changed == ()
    with register.read() as session:
        assert [person.id for person in queries.with_role(session, "undertaker")] == [firm]


def test_what_is_wrong_is_said_and_nothing_is_written(register: Store) -> None:
    person = enter(register, "Müller", "Ilse")
    wrong = [
        EnterPerson(details=PersonDetails()),
        EnterPerson(details=PersonDetails(family_name="M" * 50_000)),
        AddBankAccount(person=person, account=BankAccountDetails(iban="DE02120300000000202052")),
        AddBankAccount(person=person, account=BankAccountDetails(iban="DE02120300000000202051", bic="XX")),
        AddAddress(person=person, address=AddressDetails()),
        AddAddress(
            person=person,
            address=AddressDetails(place="X", valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1)),
        ),
        AddContact(person=person, contact=ContactDetails(kind="phone", value=" ")),
        ChangePerson(person=uuid4(), details=PersonDetails(family_name="X")),
        Relate(person=person, of=uuid4(), relation="Sohn"),
        RemovePart(part=uuid4()),
    ]
    before = everything(register)
    for request in wrong:
        with pytest.raises(BadInput):
            register.run(request)
    with pytest.raises(Refused, match="sich selbst"):
        register.run(Relate(person=person, of=person, relation="Sohn"))
    with pytest.raises(Refused, match="sich selbst"):
        register.run(MergePeople(keep=person, drop=person))
    assert everything(register) == before


def test_details_can_be_read_changed_and_parts_removed(register: Store) -> None:
    person = enter(register, "Müller", "Ilse", addresses=(AM_BACH,))
    with register.read() as session:
        details = details_of(queries.people(session, [person])[person])
        (address,) = session.scalars(sa.select(Address)).all()
    register.run(ChangePerson(person=person, details=details))
    register.run(RemovePart(part=address.id))
    with register.read() as session:
        assert queries.postal_address(session, person, TODAY) is None
        assert search(session, "Am Bach") == []
