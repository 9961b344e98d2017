"""From an undertaker's form to the burial: what ``applications`` understood, as ``cemetery`` asks for it.

Nothing is decided here: people, grave and place are proposed, and what a clerk must still say is listed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from rathaus_desk.applications.handover import Applicant, BurialRegistration, Deceased, Prefilled
from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.books import statutes_of
from rathaus_desk.cemetery.old_lists.kinds import match_kind
from rathaus_desk.cemetery.operations.burials import EnterBurial, enter_burial
from rathaus_desk.cemetery.records import Cemetery
from rathaus_desk.kernel.clock import TOWN_ZONE
from rathaus_desk.kernel.periods import full_years
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.office.handing_over import Draft, address_of, complete
from rathaus_desk.people.operations import EnterPerson, PersonDetails
from rathaus_desk.store.operations import Work

UNDERTAKER = "undertaker"


class BurialHandover:
    """What the cemetery offers to applications: the burial, prefilled."""

    to = "burial"
    title = "Bestattung eintragen"

    def prefill(self, session: Session, facts: BurialRegistration, case: UUID | None) -> Prefilled:
        """The burial as far as the form tells it. Reads only."""
        draft = Draft(session)
        dead = facts.deceased
        details = _details(dead)
        deceased = draft.someone(
            "deceased",
            EnterPerson(details=details, addresses=address_of(dead.last_address)),
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
            roles = (UNDERTAKER,) if name == "undertaker" else ()
            request[name] = draft.party(name, party, role, roles)
        if isinstance(facts.applicant, Applicant):
            request["applicant_is"] = facts.applicant.relation_text
        if request["debtor"] is None:
            draft.open.append("Wer schuldet die Gebühren? Das Formular sagt es nicht.")
        for missing, sentence in (
            ("form", "Sarg oder Urne? Das Formular sagt es nicht."),
            ("buried_on", "An welchem Tag? Das Formular nennt keinen Wunschtermin."),
        ):
            if request[missing] is None:
                draft.open.append(sentence)
        return draft.prefilled(request)

    def _grave(self, draft: Draft, facts: BurialRegistration) -> UUID | None:
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
        return enter_burial(work, complete(request, EnterBurial, "Die Bestattung"))


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
