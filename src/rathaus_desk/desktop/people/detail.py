"""A person as a clerk sees them: who, where, what they have with the town."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from rathaus_desk.cemetery import queries as cemetery
from rathaus_desk.cemetery.records import Burial, Grave, RightOfUse
from rathaus_desk.desktop.parts.described import Banner, Detail, Fact, Facts, Part, Tab, Target
from rathaus_desk.desktop.parts.sources import day_words
from rathaus_desk.desktop.people.source import ROLES, is_blocked, state_of
from rathaus_desk.desktop.tabs import case_tab, fees_tab, history_tab, letters_tab
from rathaus_desk.kernel.periods import FOR_EVER, german_date
from rathaus_desk.people import queries as people
from rathaus_desk.people.records import Address, Person, PersonRole
from rathaus_desk.people.rules.names import display_name

_CONTACTS = {"phone": "Telefon", "mobile": "Mobil", "fax": "Fax", "email": "E-Mail", "web": "Internet"}


def person_detail(session: Session, person_id: UUID, on: date) -> Detail | None:
    """Everything about one person; None if they are gone."""
    person = people.people(session, (person_id,)).get(person_id)
    if person is None:
        return None
    roles = [
        ROLES.get(role, role)
        for role in session.scalars(select(PersonRole.role).where(PersonRole.person_id == person_id))
    ]
    burials = cemetery.burials_of(session, person_id)
    rights = session.scalars(select(RightOfUse).where(RightOfUse.holder_id == person_id)).all()
    cases = _cases(session, person_id)
    about = [person_id]
    return Detail(
        title=display_name(person),
        second=" · ".join(filter(None, (", ".join(roles), _born(person)))),
        state=state_of(person, on),
        actions=("people.change", "people.add_address", "people.add_contact"),
        more=(
            "people.relate",
            "people.give_role",
            "people.add_account",
            "people.block",
            "people.merge",
            "people.erase",
            "town.note",
            "town.remind",
            "town.attach",
        ),
        tabs=(
            Tab(
                "Übersicht",
                tuple(
                    _overview(session, person, on, [*_lying(session, burials), *_rights(session, rights, on)])
                ),
            ),
            case_tab(about, cases),
            letters_tab(about, ()),
            fees_tab(on, debtor=person_id),
            history_tab([person_id, *_parts(session, person_id)]),
        ),
    )


def _born(person: Person) -> str:
    born = f"geboren {day_words(person.born)}" if person.born else ""
    died = f"gestorben {day_words(person.died)}" if person.died else ""
    return ", ".join(filter(None, (born, died)))


def _overview(session: Session, person: Person, on: date, graves: Iterable[Fact]) -> Iterable[Part]:
    blocked = is_blocked(person, on)
    if blocked:
        until = f" bis {german_date(person.blocked_until)}" if person.blocked_until else ""
        yield Banner(
            f"Auskunftssperre{until} (§ 51 BMG): Die Anschrift darf niemandem genannt werden.", "bad"
        )
    yield Facts("Person", tuple(_who(person)))
    yield Facts("Anschrift", tuple(_where(session, person, on)))
    relatives = people.relatives_of(session, person.id)
    if relatives:
        yield Facts(
            "Angehörige",
            tuple(
                Fact(one.relation, display_name(one.person), target=Target("personen", one.person.id))
                for one in relatives
            ),
        )
    graves = tuple(graves)
    if graves:
        yield Facts("Friedhof", graves)
    accounts = people.bank_accounts_of(session, person.id)
    if accounts:
        yield Facts("Bankverbindung", tuple(Fact("IBAN", _grouped(one.iban), one.bank) for one in accounts))
    if person.remark:
        yield Facts("Bemerkung", (Fact("", person.remark),))


def _who(person: Person) -> Iterable[Fact]:
    if person.kind == "organisation":
        yield Fact("Name", person.organisation)
        return
    yield Fact("Anrede", " ".join(filter(None, (person.salutation, person.titles))))
    yield Fact("Vornamen", person.given_names)
    yield Fact("Familienname", " ".join(filter(None, (person.family_name, person.name_suffix))))
    if person.birth_name:
        yield Fact("Geburtsname", person.birth_name)
    yield Fact("Geboren", day_words(person.born))
    if person.died:
        yield Fact("Gestorben", day_words(person.died))


def _where(session: Session, person: Person, on: date) -> Iterable[Fact]:
    addresses = people.addresses_of(session, person.id)
    for address in addresses:
        label = "Postanschrift" if address.purpose == "post" else "Wohnung"
        ended = address.valid_until is not None and address.valid_until < on
        yield Fact(f"{label} (früher)" if ended else label, address.one_line, _valid(address))
    if not addresses:
        yield Fact("Wohnung", "")
    for contact in people.contacts_of(session, person.id):
        yield Fact(_CONTACTS.get(contact.kind, contact.kind), contact.value, contact.remark)


def _valid(address: Address) -> str:
    first = f"seit {german_date(address.valid_from)}" if address.valid_from else ""
    last = f"bis {german_date(address.valid_until)}" if address.valid_until else ""
    return " ".join(filter(None, (first, last)))


def _lying(session: Session, burials: Iterable[Burial]) -> Iterable[Fact]:
    for burial in burials:
        grave = cemetery.grave(session, burial.grave_id)
        rest = f"Ruhefrist bis {german_date(burial.rest_end)}" if burial.rest_end else "Ruhefrist offen"
        yield Fact(
            "Bestattet in", cemetery.grave_name(session, grave), rest, Target("friedhof", burial.grave_id)
        )


def _rights(session: Session, rights: Iterable[RightOfUse], on: date) -> Iterable[Fact]:
    for right in rights:
        grave = session.get_one(Grave, right.grave_id)
        until = right.surrendered_on or right.until
        note = (
            "ohne Ende"
            if until == FOR_EVER
            else f"{'bis' if until >= on else 'endete am'} {german_date(until)}"
        )
        yield Fact(
            "Nutzungsrecht an",
            cemetery.grave_name(session, grave),
            note,
            Target("friedhof", right.grave_id),
        )


def _cases(session: Session, person: UUID) -> list[UUID]:
    query = select(Burial.case_id).where(
        Burial.case_id.is_not(None),
        or_(
            Burial.deceased_id == person,
            Burial.applicant_id == person,
            Burial.debtor_id == person,
        ),
    )
    return [case for case in session.scalars(query.limit(20)) if case]


def _parts(session: Session, person: UUID) -> list[UUID]:
    return list(session.scalars(select(Address.id).where(Address.person_id == person)))


def _grouped(iban: str) -> str:
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))
