"""The lists of the register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from rathaus_desk.kernel.listing import Column, Listing, Row, Wanted
from rathaus_desk.kernel.names import fold
from rathaus_desk.people.records import Address, ContactPoint, Person, PersonRole
from rathaus_desk.people.rules.addresses import address_on
from rathaus_desk.people.rules.names import list_name

KINDS = {"natural": "Person", "organisation": "Organisation", "group": "Familie"}
ROLES = {
    "undertaker": "Bestatter",
    "church": "Kirche",
    "club": "Verein",
    "mason": "Steinmetz",
}

PEOPLE_COLUMNS = (
    Column("name", "Name"),
    Column("kind", "Art"),
    Column("salutation", "Anrede"),
    Column("titles", "Titel"),
    Column("given_names", "Vornamen"),
    Column("family_name", "Familienname"),
    Column("birth_name", "Geburtsname"),
    Column("organisation", "Organisation"),
    Column("born", "Geboren", "uncertain"),
    Column("died", "Gestorben", "uncertain"),
    Column("addition", "Adresszusatz"),
    Column("street", "Straße"),
    Column("postal_code", "PLZ"),
    Column("place", "Ort"),
    Column("country", "Land"),
    Column("phone", "Telefon"),
    Column("email", "E-Mail"),
    Column("roles", "Rollen"),
    Column("blocked", "Auskunftssperre", "flag"),
    Column("remark", "Bemerkung"),
)


def is_blocked(person: Person, on: date) -> bool:
    """Whether a block notice hides on that day where somebody lives and how to reach them."""
    return person.blocked and (person.blocked_until is None or on <= person.blocked_until)


def addresses_to_show(session: Session, people: Iterable[Person], on: date) -> dict[UUID, Address]:
    """Person → the address to write to on a day, in one query over all; nobody's with a block notice."""
    shown = {person.id for person in people if not is_blocked(person, on)}
    known: defaultdict[UUID, list[Address]] = defaultdict(list)
    for address in session.scalars(sa.select(Address).order_by(Address.id)):
        if address.person_id in shown:
            known[address.person_id].append(address)
    found = {person: address_on(addresses, on) for person, addresses in known.items()}
    return {person: address for person, address in found.items() if address is not None}


def people_rows(session: Session, wanted: Wanted) -> Iterator[Row]:
    """Everybody in the register, by name."""
    people = session.scalars(sa.select(Person)).all()
    addresses = addresses_to_show(session, people, wanted.on)
    contacts = _contacts(session)
    roles = _roles(session)
    for person in sorted(people, key=lambda person: (fold(list_name(person)), person.id)):
        blocked = is_blocked(person, wanted.on)
        reached = {} if blocked else contacts.get(person.id, {})
        yield (
            list_name(person),
            KINDS[person.kind],
            person.salutation,
            person.titles,
            person.given_names,
            person.family_name,
            person.birth_name,
            person.organisation,
            person.born,
            person.died,
            *_place(addresses.get(person.id)),
            ", ".join(reached.get("phone", ())),
            ", ".join(reached.get("email", ())),
            ", ".join(roles.get(person.id, ())),
            blocked,
            person.remark,
        )


def _place(address: Address | None) -> tuple[str, ...]:
    if address is None:
        return ("",) * 5
    street = f"{address.street} {address.house_number}".strip()
    return address.addition, street, address.postal_code, address.place, address.country


def _contacts(session: Session) -> Mapping[UUID, Mapping[str, list[str]]]:
    found: defaultdict[UUID, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for contact in session.scalars(sa.select(ContactPoint).order_by(ContactPoint.id)):
        kind = "phone" if contact.kind == "mobile" else contact.kind
        found[contact.person_id][kind].append(contact.value)
    return found


def _roles(session: Session) -> Mapping[UUID, list[str]]:
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for role in session.scalars(sa.select(PersonRole).order_by(PersonRole.id)):
        found[role.person_id].append(ROLES.get(role.role, role.role))
    return found


PEOPLE = Listing("personen", "Personen", PEOPLE_COLUMNS, people_rows)

LISTINGS = (PEOPLE,)
