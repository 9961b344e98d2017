"""What a clerk can do in the register. Other modules call the same functions with their own `Work`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Literal, TypeVar
from uuid import UUID

import msgspec
import sqlalchemy as sa

from rathaus_desk.kernel.errors import BadInput, Place, Refused
from rathaus_desk.kernel.ids import new_id
from rathaus_desk.kernel.names import fold
from rathaus_desk.kernel.periods import DAY
from rathaus_desk.kernel.texts import bounded
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.people import merging
from rathaus_desk.people.records import (
    Address,
    BankAccount,
    ContactKind,
    ContactPoint,
    Person,
    PersonKind,
    PersonRole,
    Relation,
)
from rathaus_desk.people.rules import checks
from rathaus_desk.people.rules.names import sounds
from rathaus_desk.store.attachments import Attachment
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.store.schema import Record
from rathaus_desk.town.records import FollowUp, Note

LONGEST_NAME = 200
LONGEST_REMARK = 20_000

R = TypeVar("R", bound=Record)


class PersonDetails(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who somebody is; the fields are those of `Person`."""

    kind: PersonKind = "natural"
    salutation: str = ""
    titles: str = ""
    given_names: str = ""
    family_name: str = ""
    name_suffix: str = ""
    birth_name: str = ""
    organisation: str = ""
    born: UncertainDate = UncertainDate()
    died: UncertainDate = UncertainDate()
    remark: str = ""


class AddressDetails(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where somebody can be reached; the fields are those of `Address`."""

    purpose: Literal["home", "post"] = "home"
    addition: str = ""
    street: str = ""
    house_number: str = ""
    postal_code: str = ""
    place: str = ""
    country: str = ""
    valid_from: date | None = None
    valid_until: date | None = None


class ContactDetails(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A telephone number ("phone" becomes "mobile" where it is one), e-mail or web address."""

    kind: ContactKind
    value: str
    remark: str = ""


class BankAccountDetails(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bank account; the IBAN may have spaces."""

    iban: str
    bic: str = ""
    bank: str = ""
    owner: str = ""


class EnterPerson(Request, frozen=True, kw_only=True):
    """Somebody new, with all that is known at once."""

    details: PersonDetails
    addresses: tuple[AddressDetails, ...] = ()
    contacts: tuple[ContactDetails, ...] = ()
    bank_accounts: tuple[BankAccountDetails, ...] = ()
    roles: tuple[str, ...] = ()


@operation(EnterPerson, name="people.enter", title="Person anlegen")
def enter_person(work: Work, request: EnterPerson) -> UUID:
    """Makes a person; returns its id. BadInput without a name or a remark."""
    person = new_id()
    for kind, values in person_records(request, person):
        work.session.add(kind(**values))
    return person


def person_records(request: EnterPerson, as_id: UUID) -> Iterator[tuple[type[Record], dict[str, Any]]]:
    """The records of a new person, class and values of each, for who writes many at once.

    BadInput without a name or a remark.
    """
    yield Person, {"id": as_id, **_details_values(request.details)}
    for address in request.addresses:
        yield Address, {"person_id": as_id, **_address_values(address)}
    for contact in request.contacts:
        yield ContactPoint, {"person_id": as_id, **_contact_values(contact)}
    for account in request.bank_accounts:
        yield BankAccount, {"person_id": as_id, **_account_values(account)}
    for role in dict.fromkeys(request.roles):
        yield PersonRole, {"person_id": as_id, "role": bounded(role, LONGEST_NAME, "Rolle")}


def complete_person(work: Work, person: Person, details: PersonDetails) -> None:
    """Fills what the register does not know yet; what it knows stays.

    Given names are completed where ``details`` has all of them and more ("Anneliese" → "Anneliese Erna").
    """
    known = PersonDetails(**{field: getattr(person, field) for field in PersonDetails.__struct_fields__})
    news = {
        field: getattr(details, field)
        for field in PersonDetails.__struct_fields__
        if field != "kind" and not getattr(known, field)
    }
    if set(fold(known.given_names).split()) < set(fold(details.given_names).split()):
        news["given_names"] = details.given_names
    _write_details(person, msgspec.structs.replace(known, **news))
    work.session.flush()


class ChangePerson(Request, frozen=True, kw_only=True):
    """All details of a person as they are now."""

    person: UUID
    details: PersonDetails


@operation(ChangePerson, name="people.change", title="Person ändern")
def change_person(work: Work, request: ChangePerson) -> None:
    """Writes the details; BadInput if there is neither a name nor a remark."""
    _write_details(_existing(work, Person, request.person), request.details)


class SetBlockNotice(Request, frozen=True, kw_only=True):
    """Sets (``until`` inclusive, None: until further notice) or lifts a block notice."""

    person: UUID
    blocked: bool
    until: date | None = None


@operation(SetBlockNotice, name="people.block", title="Auskunftssperre ändern")
def set_block_notice(work: Work, request: SetBlockNotice) -> None:
    """Hides the person's address from the search, or shows it again."""
    person = _existing(work, Person, request.person)
    person.blocked = request.blocked
    person.blocked_until = request.until if request.blocked else None


class AddAddress(Request, frozen=True, kw_only=True):
    """A further address. ``replaces``: those of its purpose end the day before; later ones go."""

    person: UUID
    address: AddressDetails
    replaces: bool = True


@operation(AddAddress, name="people.add_address", title="Anschrift eintragen")
def add_address(work: Work, request: AddAddress) -> UUID:
    """Makes the address, from today on if it has no first day; returns its id."""
    person = _existing(work, Person, request.person)
    made = Address(person_id=person.id, **_address_values(request.address))
    older = [address for address in _parts(work, Address, person.id) if address.purpose == made.purpose]
    if request.replaces and older:
        made.valid_from = made.valid_from or work.today
        for address in older:
            if address.valid_from is not None and address.valid_from >= made.valid_from:
                work.session.delete(address)
            elif address.valid_until is None or address.valid_until >= made.valid_from:
                address.valid_until = made.valid_from - DAY
    work.session.add(made)
    return made.id


class ChangeAddress(Request, frozen=True, kw_only=True):
    """An address corrected, or ended by its last day."""

    address: UUID
    details: AddressDetails


@operation(ChangeAddress, name="people.change_address", title="Anschrift ändern")
def change_address(work: Work, request: ChangeAddress) -> None:
    """Writes the address anew; for a move add one instead, so that old letters keep theirs."""
    _fill(_existing(work, Address, request.address), _address_values(request.details))


class AddContact(Request, frozen=True, kw_only=True):
    """A further telephone number, e-mail or web address."""

    person: UUID
    contact: ContactDetails


@operation(AddContact, name="people.add_contact", title="Kontakt eintragen")
def add_contact(work: Work, request: AddContact) -> UUID:
    """Makes the contact point in its normal form; returns its id."""
    person = _existing(work, Person, request.person)
    made = ContactPoint(person_id=person.id, **_contact_values(request.contact))
    work.session.add(made)
    return made.id


class AddBankAccount(Request, frozen=True, kw_only=True):
    """A further bank account."""

    person: UUID
    account: BankAccountDetails


@operation(AddBankAccount, name="people.add_bank_account", title="Bankverbindung eintragen")
def add_bank_account(work: Work, request: AddBankAccount) -> UUID:
    """Makes the account; returns its id. BadInput if the IBAN or BIC is wrong."""
    person = _existing(work, Person, request.person)
    made = BankAccount(person_id=person.id, **_account_values(request.account))
    work.session.add(made)
    return made.id


class GiveRole(Request, frozen=True, kw_only=True):
    """What somebody is to the town: "undertaker", "church", "club"."""

    person: UUID
    role: str


@operation(GiveRole, name="people.give_role", title="Rolle eintragen")
def give_role(work: Work, request: GiveRole) -> UUID:
    """The person has the role, once; returns the id of its record."""
    person = _existing(work, Person, request.person)
    role = bounded(request.role, LONGEST_NAME, "Rolle")
    for known in _parts(work, PersonRole, person.id):
        if known.role == role:
            return known.id
    made = PersonRole(person_id=person.id, role=role)
    work.session.add(made)
    return made.id


class Relate(Request, frozen=True, kw_only=True):
    """``person`` is the ``relation`` ("Sohn", "Ehefrau", "Betreuer") of ``of``."""

    person: UUID
    of: UUID
    relation: str


@operation(Relate, name="people.relate", title="Beziehung eintragen")
def relate(work: Work, request: Relate) -> UUID:
    """Both are related, once per word; returns the id of the record. Refused for one and the same person."""
    if request.person == request.of:
        raise Refused("Eine Person kann nicht mit sich selbst in Beziehung stehen.")
    person, of = _existing(work, Person, request.person), _existing(work, Person, request.of)
    relation = bounded(request.relation, LONGEST_NAME, "Beziehung")
    if not relation:
        raise BadInput("Es fehlt, in welcher Beziehung die beiden stehen.")
    known = work.session.scalars(
        sa.select(Relation).where(
            Relation.person_id == person.id, Relation.of_id == of.id, Relation.relation == relation
        )
    ).first()
    if known is not None:
        return known.id
    made = Relation(person_id=person.id, of_id=of.id, relation=relation)
    work.session.add(made)
    return made.id


class RemovePart(Request, frozen=True, kw_only=True):
    """Takes away an address, contact, bank account, role or relation."""

    part: UUID


@operation(RemovePart, name="people.remove_part", title="Angabe zur Person entfernen")
def remove_part(work: Work, request: RemovePart) -> None:
    """Removes it; what was posted to an address keeps its own copy."""
    for kind in (Address, ContactPoint, BankAccount, PersonRole, Relation):
        if (found := work.session.get(kind, request.part)) is not None:
            work.session.delete(found)
            return
    raise BadInput("Diese Angabe gibt es nicht (mehr).")


class ErasePerson(Request, frozen=True, kw_only=True):
    """Everything about a person goes, for ever: what stood in the register, and in the history."""

    person: UUID


@operation(ErasePerson, name="people.erase", title="Person löschen (DSGVO)", undoable=False)
def erase_person(work: Work, request: ErasePerson) -> None:
    """With all parts. Refused while a case, letter, right or burial refers to the person: these are retained
    (DSGVO art. 17 par. 3), and so is who they are about.
    """
    person = work.session.get_one(Person, request.person)
    for kind, whose in _ABOUT_A_PERSON:
        # What was removed before still stands in its tombstone.
        parts = sa.select(kind).where(whose == person.id).execution_options(include_deleted=True)
        for part in work.session.scalars(parts).all():
            work.erase(part)
    work.erase(person)


_ABOUT_A_PERSON: tuple[tuple[type[Record], Any], ...] = (
    *((kind, kind.person_id) for kind in (Address, ContactPoint, BankAccount, PersonRole, Relation)),
    (Relation, Relation.of_id),
    (Note, Note.about_id),
    (FollowUp, FollowUp.about_id),
    (Attachment, Attachment.record),
)
"""What goes with a person: parts, and what was noted down about them alone."""


class MergePeople(Request, frozen=True, kw_only=True):
    """``drop`` is the same person as ``keep``; ``details`` are the clerk's choice, field by field.

    Without ``details`` those of ``keep`` stand, and what it lacks comes from ``drop``.
    """

    keep: UUID
    drop: UUID
    details: PersonDetails | None = None


@operation(MergePeople, name="people.merge", title="Personen zusammenführen")
def merge_people(work: Work, request: MergePeople) -> UUID:
    """Everything that referred to ``drop``, in any module, refers to ``keep``; ``drop`` is gone.

    Undoing it parts them exactly. Returns the id of ``keep``.
    """
    if request.keep == request.drop:
        raise Refused("Eine Person kann nicht mit sich selbst zusammengeführt werden.")
    keep, drop = _existing(work, Person, request.keep), _existing(work, Person, request.drop)
    _write_details(keep, request.details or merging.combined(details_of(keep), details_of(drop)))
    keep.blocked = keep.blocked or drop.blocked
    merging.move_references(work.session, keep.id, drop.id)
    work.session.delete(drop)
    return keep.id


def details_of(person: Person) -> PersonDetails:
    """The details of a person as a request has them."""
    return PersonDetails(**{name: getattr(person, name) for name in PersonDetails.__struct_fields__})


def _existing(work: Work, kind: type[R], record: UUID) -> R:
    found = work.session.get(kind, record)
    if found is None or found.deleted_at is not None:
        raise BadInput("Diesen Eintrag gibt es nicht (mehr).", detail=f"{kind.__name__} {record}")
    return found


def _parts(work: Work, kind: type[R], person: UUID) -> Iterable[R]:
    return work.session.scalars(sa.select(kind).where(kind.__table__.c.person_id == person)).all()


_FIELDS = {
    "salutation": "Anrede",
    "titles": "Titel",
    "given_names": "Vornamen",
    "family_name": "Familienname",
    "name_suffix": "Namenszusatz",
    "birth_name": "Geburtsname",
    "organisation": "Name der Organisation",
    "addition": "Adresszusatz",
    "street": "Straße",
    "house_number": "Hausnummer",
    "postal_code": "Postleitzahl",
    "place": "Ort",
    "country": "Land",
}


def _write_details(person: Person, details: PersonDetails) -> None:
    _fill(person, _details_values(details))


def _details_values(details: PersonDetails) -> dict[str, Any]:
    values = _tidied(details)
    remark = bounded(details.remark, LONGEST_REMARK, "Bemerkung")
    if not (values["family_name"] or values["given_names"] or values["organisation"] or remark):
        raise BadInput("Es fehlt ein Name.")
    sound, birth_sound = sounds(
        details.kind, values["family_name"], values["organisation"], values["birth_name"]
    )
    return {**values, "remark": remark, "sound": sound, "birth_sound": birth_sound}


def _tidied(details: msgspec.Struct) -> dict[str, Any]:
    """Every value of a request's part, names tidied and bounded."""
    values = {name: getattr(details, name) for name in details.__struct_fields__}
    return {
        name: bounded(value, LONGEST_NAME, _FIELDS[name]) if name in _FIELDS else value
        for name, value in values.items()
    }


def _fill(record: Record, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if getattr(record, name) != value:
            setattr(record, name, value)


def _address_values(details: AddressDetails) -> dict[str, Any]:
    if details.valid_from and details.valid_until and details.valid_from > details.valid_until:
        raise BadInput("Die Anschrift endet, bevor sie beginnt.")
    values = _tidied(details)
    if not any(values[name] for name in ("addition", "street", "postal_code", "place")):
        raise BadInput("Die Anschrift ist leer.")
    return values


def _contact_values(details: ContactDetails) -> dict[str, Any]:
    value, kind = bounded(details.value, LONGEST_NAME, "Kontakt"), details.kind
    if not value:
        raise BadInput("Die Angabe ist leer.", place=Place(column="Kontakt"))
    if kind in ("phone", "mobile", "fax"):
        checked = checks.check_phone(value)
        value = checked.value
        if kind == "phone" and not checked.problem and checks.is_mobile(value):
            kind = "mobile"
    elif kind == "email":
        value = checks.check_email(value).value
    return {"kind": kind, "value": value, "remark": bounded(details.remark, LONGEST_NAME, "Bemerkung")}


def _account_values(details: BankAccountDetails) -> dict[str, Any]:
    iban = checks.check_iban(details.iban)
    bic = checks.check_bic(details.bic) if details.bic.strip() else checks.Checked("")
    for checked, field in ((iban, "IBAN"), (bic, "BIC")):
        if checked.problem:
            raise BadInput(checked.problem, place=Place(column=field))
    return {
        "iban": iban.value,
        "bic": bic.value,
        "bank": bounded(details.bank, LONGEST_NAME, "Bank"),
        "owner": bounded(details.owner, LONGEST_NAME, "Kontoinhaber"),
    }
