"""What a clerk can see of the register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from rathaus_desk.kernel.names import fold, phonetic
from rathaus_desk.people.records import Address, BankAccount, ContactPoint, Person, PersonRole, Relation
from rathaus_desk.people.rules import addresses
from rathaus_desk.people.rules.duplicates import Likeness, Profile, compare
from rathaus_desk.people.rules.names import letter_name, list_name, sounds
from rathaus_desk.store.connection import driver_of

_MOST_CANDIDATES = 400


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Somebody who may be the same person, and why."""

    person: UUID
    name: str
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Related:
    """Somebody related: what they are, in the words used, to the one asked about."""

    person: Person
    relation: str


def people(session: Session, ids: Iterable[UUID]) -> dict[UUID, Person]:
    """The people with these ids, by id; who is gone is missing."""
    wanted = list(dict.fromkeys(ids))
    if len(wanted) == 1:
        # Answered from memory if the session has read them, which a query would not be.
        one = session.get(Person, wanted[0])
        return {} if one is None or one.deleted_at is not None else {one.id: one}
    found: dict[UUID, Person] = {}
    for start in range(0, len(wanted), 500):
        query = sa.select(Person).where(Person.id.in_(wanted[start : start + 500]))
        found.update({person.id: person for person in session.scalars(query)})
    return found


_PARTS = {
    "all": "",
    "living": " AND p.kind = 'natural' AND p.died_text = '' AND p.died_latest IS NULL",
    "dead": " AND (p.died_text <> '' OR p.died_latest IS NOT NULL)",
    "organisation": " AND p.kind = 'organisation'",
    "blocked": " AND p.blocked",
}
_SORTS = {
    "name": "e.folded {0}",
    "born": "p.born_earliest IS NULL, p.born_earliest {0}",
    "kind": "p.kind {0}",
}


def register(
    session: Session,
    *,
    part: str = "all",
    sort: str = "name",
    descending: bool = False,
    limit: int | None = None,
) -> list[bytes]:
    """The ids of everybody, or of one part of the register, in order: 100,000 in some tens of milliseconds.

    ``part``: all, living, dead, organisation, blocked; ``sort``: name, born (unknown last), kind.
    """
    # CROSS JOIN keeps the search's sorted index of names outside, so that the first rows come at once.
    order = _SORTS[sort].format("DESC" if descending else "")
    query = (
        "SELECT e.record FROM search_entry e CROSS JOIN person p ON p.id = e.record"
        f" WHERE e.kind = 'person'{_PARTS[part]} ORDER BY {order} LIMIT {-1 if limit is None else limit}"
    )
    return [row[0] for row in driver_of(session).execute(query)]


def addresses_of(session: Session, person: UUID) -> Sequence[Address]:
    """All addresses of a person, the newest first."""
    query = sa.select(Address).where(Address.person_id == person)
    return session.scalars(query.order_by(Address.valid_from.desc().nulls_last(), Address.id.desc())).all()


def contacts_of(session: Session, person: UUID) -> Sequence[ContactPoint]:
    """Telephone numbers, e-mail and web addresses, in the order they were entered."""
    return session.scalars(
        sa.select(ContactPoint).where(ContactPoint.person_id == person).order_by(ContactPoint.id)
    ).all()


def bank_accounts_of(session: Session, person: UUID) -> Sequence[BankAccount]:
    """The bank accounts, in the order they were entered."""
    return session.scalars(
        sa.select(BankAccount).where(BankAccount.person_id == person).order_by(BankAccount.id)
    ).all()


def with_role(session: Session, role: str) -> Sequence[Person]:
    """Everybody who has a role, by name."""
    query = (
        sa.select(Person).join(PersonRole, PersonRole.person_id == Person.id).where(PersonRole.role == role)
    )
    found = session.scalars(query.where(PersonRole.deleted_at.is_(None))).unique().all()
    return sorted(found, key=lambda person: fold(list_name(person)))


def relatives_of(session: Session, person: UUID) -> list[Related]:
    """Who is what to ``person``: a row says "Sohn" of the one who is the son."""
    query = (
        sa.select(Person, Relation.relation)
        .join(Relation, Relation.person_id == Person.id)
        .where(Relation.of_id == person, Relation.deleted_at.is_(None))
        .order_by(Relation.id)
    )
    return [Related(relative, relation) for relative, relation in session.execute(query)]


def postal_address(session: Session, person: UUID, on: date) -> Address | None:
    """The address to write to on a day; None if none is known for it."""
    return addresses.address_on(addresses_of(session, person), on)


def address_lines(session: Session, person: UUID, on: date) -> tuple[str, ...]:
    """The recipient as it stands in the window of an envelope (DIN 5008), at most six lines.

    Without an address for that day only the lines of the name. KeyError if there is no such person.
    """
    recipient = people(session, (person,))[person]
    address = postal_address(session, person, on)
    name = letter_name(recipient)
    return name if address is None else addresses.envelope_lines(name, address)


def find(session: Session, text: str, *, limit: int = 20) -> list[Person]:
    """People whose names have all words of ``text``, or sound like them; the closest first.

    For pickers and imports; the search field of the window asks the search over everything.
    """
    codes = phonetic(text).split()
    words = fold(text).replace(",", " ").split()
    if not codes:
        return []
    pattern = sa.or_(*(Person.sound.contains(code, autoescape=True) for code in codes))
    query = sa.select(Person).where(sa.or_(pattern, Person.birth_sound.in_(codes)))
    ranked: list[tuple[int, str, Person]] = []
    for person in session.scalars(query.limit(_MOST_CANDIDATES)):
        name = fold(f"{list_name(person)} {person.birth_name}")
        exact = sum(word in name for word in words)
        sounded = sum(code in phonetic(name).split() for code in codes)
        if max(exact, sounded) == len(words):
            ranked.append((-exact, name, person))
    return [person for _, _, person in sorted(ranked, key=lambda entry: entry[:2])[:limit]]


def profiles(session: Session, ids: Iterable[UUID]) -> dict[UUID, Profile]:
    """What is known of several people, as comparing takes it."""
    found = people(session, ids)
    where: defaultdict[UUID, set[str]] = defaultdict(set)
    reached: defaultdict[UUID, set[str]] = defaultdict(set)
    wanted = list(found)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        for address in session.scalars(sa.select(Address).where(Address.person_id.in_(part))):
            where[address.person_id].add(addresses.residence(address))
        for kind, value in ((ContactPoint, ContactPoint.value), (BankAccount, BankAccount.iban)):
            for person, text in session.execute(
                sa.select(kind.person_id, value).where(kind.person_id.in_(part))
            ):
                reached[person].add(text)
    return {id_: Profile.of(person, where[id_], reached[id_]) for id_, person in found.items()}


def candidates(session: Session, sound: str, birth_sound: str, reached_by: Iterable[str] = ()) -> list[UUID]:
    """Who is worth comparing: by the sound of the names, by ways to reach somebody; all from indexes."""
    codes = [code for code in (sound, birth_sound) if code]
    values = list(reached_by)
    queries = [
        sa.select(Person.id).where(sa.or_(Person.sound.in_(codes), Person.birth_sound.in_(codes))),
        sa.select(ContactPoint.person_id).where(ContactPoint.value.in_(values)),
        sa.select(BankAccount.person_id).where(BankAccount.iban.in_(values)),
    ]
    found: dict[UUID, None] = {}
    for query in queries if values else queries[:1]:
        found.update(dict.fromkeys(session.scalars(query.limit(_MOST_CANDIDATES))))
    return list(found)


def duplicates_of(session: Session, person: UUID) -> list[Duplicate]:
    """Who may be the same person as ``person``, the likeliest first. KeyError if there is no such person."""
    return [one for one in alike(session, profiles(session, (person,))[person]) if one.person != person]


def alike(session: Session, profile: Profile) -> list[Duplicate]:
    """Who in the register may be somebody of whom this is known, the likeliest first."""
    own = sounds(profile.kind, profile.family_name, profile.organisation, profile.birth_name)
    others = candidates(session, *own, profile.reached_by)
    names = people(session, others)
    found = [
        Duplicate(other, list_name(names[other]), likeness)
        for other, known in profiles(session, others).items()
        if (likeness := compare(profile, known)).suggested
    ]
    return sorted(found, key=lambda duplicate: (-duplicate.likeness.score, fold(duplicate.name)))
