"""The register as a list: the order from the search's sorted names, rows as they are painted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.desktop.parts.described import Chip, Column, State
from rathaus_desk.desktop.parts.sources import Order, Row, Want
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.people import queries as people
from rathaus_desk.people.records import Address, Person, PersonRole
from rathaus_desk.people.rules.addresses import address_on
from rathaus_desk.people.rules.names import list_name
from rathaus_desk.store import search

ROLES = {
    "undertaker": "Bestatter",
    "church": "Kirche",
    "club": "Verein",
    "mason": "Steinmetz",
}
"""What roles are called."""


_SHOWN = (
    Person.id,
    Person.kind,
    Person.salutation,
    Person.titles,
    Person.given_names,
    Person.family_name,
    Person.name_suffix,
    Person.birth_name,
    Person.organisation,
    Person.born,
    Person.died,
    Person.blocked,
    Person.blocked_until,
)


class Blockable(Protocol):
    """Somebody whose address may be hidden, and who may have died."""

    @property
    def blocked(self) -> bool: ...  # noqa: D102
    @property
    def blocked_until(self) -> date | None: ...  # noqa: D102
    @property
    def died(self) -> UncertainDate: ...  # noqa: D102


class PeopleSource:
    """Everybody in the register."""

    name = "personen"
    title = "Personen"
    columns: tuple[Column, ...] = (
        Column("name", "Name", width=24, stretch=True),
        Column("born", "Geboren", "uncertain", width=11),
        Column("address", "Anschrift", width=26, stretch=True, sortable=False),
        Column("roles", "Rolle", width=14, sortable=False),
        Column("state", "Stand", "state", width=14, sortable=False),
    )
    chips: tuple[Chip, ...] = (
        Chip("all", "Alle"),
        Chip("living", "Lebend"),
        Chip("dead", "Verstorben"),
        Chip("organisation", "Organisationen"),
        Chip("blocked", "Auskunftssperre"),
    )
    tables = frozenset({"person", "address", "person_role"})
    empty = (
        "Noch steht niemand im Personenregister. Personen kommen mit der Übernahme alter Listen,"
        " mit Anträgen, oder mit „Person anlegen“."
    )

    def first(self, session: Session, want: Want, limit: int, /) -> Order | None:
        """The first names of the sorted index."""
        if want.text or want.sort not in ("", "name"):
            return None
        return Order(self._ids(session, want, limit))

    def order(self, session: Session, want: Want, /) -> Order:
        """All ids, by the sorted names of the search."""
        return Order(self._ids(session, want, None))

    def _ids(self, session: Session, want: Want, limit: int | None) -> list[bytes]:
        sort = want.sort if want.sort in ("born", "kind") else "name"
        found = people.register(session, part=want.chip, sort=sort, descending=want.descending, limit=limit)
        if not want.text:
            return found
        fitting = search.matching(session, want.text, kind="person")
        return [one for one in found if one in fitting]

    def rows(self, session: Session, ids: Sequence[bytes], on: date, /) -> Mapping[bytes, Row]:
        """Names, addresses and roles of those that are painted."""
        wanted = [UUID(bytes=one) for one in ids]
        # Columns, not records: nothing is changed here, and it takes half as long.
        found: list[Any] = list(session.execute(select(*_SHOWN).where(Person.id.in_(wanted))))
        addresses: defaultdict[UUID, list[Address]] = defaultdict(list)
        for address in session.scalars(select(Address).where(Address.person_id.in_(wanted))):
            addresses[address.person_id].append(address)
        roles: defaultdict[UUID, list[str]] = defaultdict(list)
        for role in session.scalars(select(PersonRole).where(PersonRole.person_id.in_(wanted))):
            roles[role.person_id].append(ROLES.get(role.role, role.role))
        return {
            one.id.bytes: (
                list_name(one),
                one.born,
                where.one_line if (where := _shown_address(one, addresses[one.id], on)) else "",
                ", ".join(roles[one.id]),
                state_of(one, on),
            )
            for one in found
        }


def _shown_address(person: Blockable, addresses: Sequence[Address], on: date) -> Address | None:
    return None if is_blocked(person, on) else address_on(addresses, on)


def is_blocked(person: Blockable, on: date) -> bool:
    """Whether a block notice hides the address on a day."""
    return person.blocked and (person.blocked_until is None or person.blocked_until >= on)


def state_of(person: Blockable, on: date) -> State | None:
    """What must be known of somebody at a glance."""
    if is_blocked(person, on):
        return State("Auskunftssperre", "bad", "!")
    if person.died:
        return State("verstorben", "calm", "†")
    return None
