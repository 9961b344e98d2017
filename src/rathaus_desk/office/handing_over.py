"""What every handover of an application needs: who is meant by the register, and what is still open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from sqlalchemy.orm import Session

from rathaus_desk.applications.handover import Guess, Party, Prefilled
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.lists.address_text import read_address
from rathaus_desk.people import queries as people
from rathaus_desk.people.operations import AddressDetails, ContactDetails, EnterPerson, PersonDetails
from rathaus_desk.people.parties import Someone
from rathaus_desk.people.rules.addresses import residence
from rathaus_desk.people.rules.checks import check_email, check_phone
from rathaus_desk.people.rules.duplicates import Profile
from rathaus_desk.people.rules.names import display_name
from rathaus_desk.store.canonical import as_type


@dataclass(slots=True)
class Draft:
    """A request under way, and what is still open about it."""

    session: Session
    open: list[str] = field(default_factory=list)
    guesses: dict[str, Guess] = field(default_factory=dict)
    unmatched: dict[str, str] = field(default_factory=dict)

    def someone(self, name: str, new: EnterPerson, role: str) -> Someone:
        """The likeliest in the register, for the clerk to confirm; else the new person."""
        found = people.alike(self.session, _profile(new))
        if not found:
            return new
        best = found[0]
        if best.likeness.score < 100 and new.details.kind != "organisation":
            why = (
                f"{role}: {display_name(new.details)} ist vermutlich „{best.name}“ aus dem Register "
                f"({', '.join(best.likeness.reasons)}). Bitte bestätigen."
            )
            self.open.append(why)
            self.guesses[name] = Guess(why, msgspec.to_builtins(new, str_keys=True))
        return best.person

    def party(self, name: str, party: Party | None, role: str, roles: tuple[str, ...] = ()) -> Someone | None:
        """Whom the form names in a role; None where it names nobody."""
        if party is None or not (party.family_name or party.organisation):
            return None
        return self.someone(name, entered(party, roles), role)

    def prefilled(self, request: dict[str, Any]) -> Prefilled:
        """The request in plain values, without what is not known, and what a clerk must still say."""
        known = {key: value for key, value in request.items() if value is not None}
        plain: dict[str, Any] = msgspec.to_builtins(known, str_keys=True)
        return Prefilled(plain, tuple(self.open), self.guesses, self.unmatched)


R = TypeVar("R")


def complete(request: dict[str, Any], kind: type[R], what: str) -> R:
    """The request as its module takes it; BadInput while something is open ("Die Buchung kann noch …")."""
    try:
        return as_type(request, kind)
    except msgspec.ValidationError as error:
        raise BadInput(
            f"{what} kann noch nicht eingetragen werden: es fehlen Angaben oder sie passen nicht.",
            detail=str(error),
        ) from error


def entered(party: Party, roles: tuple[str, ...]) -> EnterPerson:
    """A party of the form as a person to enter; what is no telephone number or address stays out."""
    natural = not party.organisation
    contacts = [
        ContactDetails(kind="phone", value=party.phone)
        if party.phone and not check_phone(party.phone).problem
        else None,
        ContactDetails(kind="email", value=party.email)
        if party.email and not check_email(party.email).problem
        else None,
    ]
    return EnterPerson(
        details=PersonDetails(
            kind="natural" if natural else "organisation",
            salutation=party.salutation if natural and party.salutation in ("Herr", "Frau") else "",
            titles=party.title if natural else "",
            given_names=party.given_names if natural else "",
            family_name=party.family_name if natural else "",
            birth_name=party.birth_name if natural else "",
            organisation=party.organisation,
        ),
        addresses=_address(party),
        contacts=tuple(contact for contact in contacts if contact is not None),
        roles=roles,
    )


def _address(party: Party) -> tuple[AddressDetails, ...]:
    line = ", ".join(filter(None, (party.street, f"{party.postal_code} {party.place}".strip())))
    return address_of(line)


def address_of(line: str) -> tuple[AddressDetails, ...]:
    """An address on one line as it is entered; none where it cannot be read."""
    if not line.strip():
        return ()
    read = read_address(line).address
    if not read.known:
        return ()
    return (
        AddressDetails(
            addition=read.addition,
            street=read.street,
            house_number=read.house_number,
            postal_code=read.postal_code,
            place=read.place,
            country=read.country,
        ),
    )


def _profile(new: EnterPerson) -> Profile:
    reached = ((check_phone if one.kind == "phone" else check_email)(one.value).value for one in new.contacts)
    return Profile.of(new.details, map(residence, new.addresses), reached)
