"""From an undertaker's form to the burial: what ``applications`` understood, as ``cemetery`` asks for it.

Nothing is decided here: people, grave and place are proposed, and what a clerk must still say is listed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from rathaus_desk.applications.handover import (
    Applicant,
    BurialRegistration,
    Deceased,
    Guess,
    Party,
    Prefilled,
)
from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.books import statutes_of
from rathaus_desk.cemetery.old_lists.kinds import match_kind
from rathaus_desk.cemetery.operations.burials import EnterBurial, enter_burial
from rathaus_desk.cemetery.records import Cemetery
from rathaus_desk.kernel.clock import TOWN_ZONE
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.periods import full_years
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.lists.address_text import read_address
from rathaus_desk.people import queries as people
from rathaus_desk.people.operations import AddressDetails, ContactDetails, EnterPerson, PersonDetails
from rathaus_desk.people.parties import Someone
from rathaus_desk.people.rules.addresses import residence
from rathaus_desk.people.rules.checks import check_email, check_phone
from rathaus_desk.people.rules.duplicates import Profile
from rathaus_desk.people.rules.names import display_name
from rathaus_desk.store.canonical import as_type
from rathaus_desk.store.operations import Work

UNDERTAKER = "undertaker"


@dataclass(slots=True)
class _Draft:
    """A request under way, and what is still open about it."""

    session: Session
    open: list[str] = field(default_factory=list)
    guesses: dict[str, Guess] = field(default_factory=dict)

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


class BurialHandover:
    """What the cemetery offers to applications: the burial, prefilled."""

    to = "burial"
    title = "Bestattung eintragen"

    def prefill(self, session: Session, facts: BurialRegistration, case: UUID | None) -> Prefilled:
        """The burial as far as the form tells it. Reads only."""
        draft = _Draft(session)
        dead = facts.deceased
        details = _details(dead)
        deceased = draft.someone(
            "deceased",
            EnterPerson(details=details, addresses=_one_line(dead.last_address)),
            "Verstorben",
        )
        request: dict[str, Any] = {
            "grave": self._grave(draft, facts),
            "deceased": deceased,
            "deceased_details": details if isinstance(deceased, UUID) else None,
            "form": facts.form or None,
            "buried_on": facts.wished_on,
            "buried_at": facts.wished_at,
            "died_on": dead.died_on,
            "died_at": _moment_of_death(dead),
            "age": full_years(dead.born_on, dead.died_on) if dead.born_on and dead.died_on else None,
            "register_number": " ".join(filter(None, (dead.registry_office, dead.certificate_number))),
            "cremation_number": dead.cremation_number,
            "services": facts.services,
            "remark": facts.remarks,
            "case": case,
        }
        for name, party, role in (
            ("applicant", facts.applicant, "Auftraggeber"),
            ("undertaker", facts.undertaker, "Bestatter"),
            ("holder", facts.holder, "Nutzungsberechtigt"),
            ("debtor", facts.debtor, "Gebührenschuldner"),
        ):
            if party is not None and (party.family_name or party.organisation):
                new = _entered(party, (UNDERTAKER,) if name == "undertaker" else ())
                request[name] = draft.someone(name, new, role)
        if isinstance(facts.applicant, Applicant):
            request["applicant_is"] = facts.applicant.relation_text
        if request.get("debtor") is None:
            draft.open.append("Wer schuldet die Gebühren? Das Formular sagt es nicht.")
        for missing, sentence in (
            ("form", "Sarg oder Urne? Das Formular sagt es nicht."),
            ("buried_on", "An welchem Tag? Das Formular nennt keinen Wunschtermin."),
        ):
            if request[missing] is None:
                draft.open.append(sentence)
        plain: dict[str, Any] = msgspec.to_builtins(
            {key: value for key, value in request.items() if value is not None}, str_keys=True
        )
        return Prefilled(plain, tuple(draft.open), draft.guesses)

    def _grave(self, draft: _Draft, facts: BurialRegistration) -> UUID | None:
        cemetery = queries.cemetery_named(draft.session, facts.cemetery) if facts.cemetery else None
        if facts.cemetery and cemetery is None:
            draft.open.append(f"Einen Friedhof „{facts.cemetery}“ gibt es hier nicht.")
        if not facts.existing_grave:
            wished = facts.grave_kind or "nicht angegeben"
            draft.open.append(
                f"Welche Grabstätte? Gewünscht: {wished}.{_free(draft.session, facts, cemetery)}"
            )
            if facts.holder is None:
                draft.open.append("Wer erhält das Nutzungsrecht? Das Formular sagt es nicht.")
            return None
        found = queries.graves_numbered(
            draft.session, facts.existing_grave, cemetery.id if cemetery else None
        )
        if len(found) != 1:
            reason = "gibt es nicht" if not found else "gibt es auf mehreren Friedhöfen"
            draft.open.append(f"Die Grabstätte „{facts.existing_grave}“ {reason}; bitte auswählen.")
            return None
        return found[0].id

    def carry_out(self, work: Work, request: dict[str, Any]) -> UUID:
        """Enters the burial; BadInput while something is still open, else as the operation raises."""
        try:
            complete = as_type(request, EnterBurial)
        except msgspec.ValidationError as error:
            raise BadInput(
                "Die Bestattung kann noch nicht eingetragen werden: es fehlen Angaben oder sie passen nicht.",
                detail=str(error),
            ) from error
        return enter_burial(work, complete)


def _free(session: Session, facts: BurialRegistration, cemetery: Cemetery | None) -> str:
    """The first free graves of the kind wished for, as a sentence to read on."""
    if facts.wished_on is None or cemetery is None:
        return ""
    statute = statutes_of(session, cemetery.statute_key).in_force(facts.wished_on)
    kind = match_kind(facts.grave_kind, tuple(statute.kinds.values())).kind if statute else ""
    free = queries.free_graves(session, facts.wished_on, cemetery=cemetery.id, kind=kind)[:3] if kind else []
    return f" Frei sind zum Beispiel: {', '.join(grave.name for grave in free)}." if free else ""


def _details(dead: Deceased) -> PersonDetails:
    return PersonDetails(
        salutation=dead.salutation if dead.salutation in ("Herr", "Frau") else "",
        titles=dead.title,
        given_names=dead.given_names,
        family_name=dead.family_name,
        birth_name=dead.birth_name,
        born=_day(dead.born_on, dead.born_text),
        died=UncertainDate.exact(dead.died_on) if dead.died_on else UncertainDate(),
    )


def _day(day: Any, text: str) -> UncertainDate:
    return UncertainDate.exact(day) if day is not None else UncertainDate(text)


def _moment_of_death(dead: Deceased) -> datetime | None:
    if dead.died_on is None or dead.died_at is None:
        return None
    return datetime.combine(dead.died_on, dead.died_at, TOWN_ZONE)


def _entered(party: Party, roles: tuple[str, ...]) -> EnterPerson:
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
    return _one_line(line)


def _one_line(line: str) -> tuple[AddressDetails, ...]:
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
