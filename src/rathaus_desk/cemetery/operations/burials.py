"""What a clerk can do with burials: enter one with all it brings, register an old one, correct one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.books import statutes_of
from rathaus_desk.cemetery.operations.charging import charge_burial, confirm_to_undertaker
from rathaus_desk.cemetery.operations.granting import grant, prolong
from rathaus_desk.cemetery.operations.graves import LONGEST_NAME, LONGEST_REMARK
from rathaus_desk.cemetery.operations.open_grave import OpenGrave, burial_warnings, open_grave
from rathaus_desk.cemetery.plan import BurialPlan, BurialWish, plan_burial, plan_without_extension
from rathaus_desk.cemetery.records import Burial, Cemetery, Grave
from rathaus_desk.cemetery.rules.rest import rest_of_burial
from rathaus_desk.cemetery.rules.terms import BurialForm, Statutes
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.periods import full_years, german_date
from rathaus_desk.kernel.texts import bounded
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.people.operations import PersonDetails, Relate, complete_person, relate
from rathaus_desk.people.parties import Parties, Someone
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.names import display_name
from rathaus_desk.store.operations import Instead, Request, Work, offers_instead, operation
from rathaus_desk.town.operations import case_for

FURTHEST_AHEAD = timedelta(days=366)
"""How far ahead a burial may be entered; later days are slips of the pen."""


_OTHER_GRAVES = 4


class EnterBurial(Request, frozen=True, kw_only=True):
    """A burial with all it brings. The four roles are four people until the clerk says otherwise.

    ``buried_at`` is the moment, where the time is known; ``died_at`` likewise, and goes before ``died_on``;
    the day is written to the deceased's record, which may lack it. ``place`` None: the first free one.
    ``holder``: who gets a new right, where one is awarded. ``debtor``: who owes the fees and gets the notice;
    None: nothing is charged now (`ChargeBurial` does later). ``confirmed``: why what the rules warn of is
    right all the same. ``without_extension``: why the right is not extended although the rest outlasts it.
    """

    grave: UUID
    deceased: Someone
    deceased_details: PersonDetails | None = None
    """What is known beyond the register of somebody who is in it: fills only what is empty there."""
    form: BurialForm
    buried_on: date
    buried_at: datetime | None = None
    died_on: date | None = None
    died_at: datetime | None = None
    place: int | None = None
    deep: bool | None = None
    age: int | None = None
    stillborn: bool = False
    resident: bool | None = None
    former_resident_in_home: bool = False
    holder: Someone | None = None
    applicant: Someone | None = None
    applicant_is: str = ""
    """What the applicant is to the deceased ("Sohn"); the succession reads it."""
    debtor: Someone | None = None
    contact: Someone | None = None
    undertaker: Someone | None = None
    register_number: str = ""
    cremation_number: str = ""
    services: dict[str, int] = msgspec.field(default_factory=dict)
    third_party: tuple[str, ...] = ()
    prepay_clearance: bool = False
    """The later clearance is charged now, and never again."""
    confirmed: str = ""
    without_extension: str = ""
    case: UUID | None = None
    remark: str = ""


@offers_instead(EnterBurial)
def other_graves(session: Session, request: EnterBurial) -> list[Instead]:
    """Free graves of the same kind in the same cemetery."""
    grave = session.get_one(Grave, request.grave)
    free = queries.free_graves(
        session, request.buried_on, cemetery=grave.cemetery_id, kind=grave.kind, limit=_OTHER_GRAVES
    )
    return [
        Instead(one.name, one.what, msgspec.structs.replace(request, grave=one.grave, place=None))
        for one in free
    ]


@operation(EnterBurial, name="cemetery.enter_burial", title="Bestattung eintragen")
def enter_burial(work: Work, request: EnterBurial) -> UUID:
    """Writes the burial, what becomes of the right, the notice and the confirmation; returns the burial's id.

    Refused where a rule says no, or warns and nobody confirmed it.
    """
    # What is asked for in between was written by then; every flush costs as much as two queries.
    with work.session.no_autoflush:
        here = open_grave(work, request.grave)
        dead = _died(request)
        parties = Parties(
            work,
            dead,
            request.holder,
            request.applicant,
            request.debtor,
            request.contact,
            request.undertaker,
        )
        deceased = _deceased(work, request, parties.id(dead))
        plan = _plan(work, here, request, deceased)
        _must_be_allowed(here, plan, request)
        burial = _burial(work, parties, request, plan, deceased)
        if burial.debtor_id is not None:
            charge_burial(work, here, plan, burial, burial.debtor_id, clearance=request.prepay_clearance)
        work.session.flush()
        confirm_to_undertaker(work, here, plan, burial)
        _write_right(work, here, plan, parties.id_or_none(request.holder), burial)
        return burial.id


def _died_on(request: EnterBurial) -> date | None:
    return at_town(request.died_at).date() if request.died_at else request.died_on


def _died(request: EnterBurial) -> Someone:
    """The deceased; somebody new is entered with the day of death."""
    died_on, someone = _died_on(request), request.deceased
    if died_on is None or isinstance(someone, UUID):
        return someone
    details = msgspec.structs.replace(someone.details, died=UncertainDate.exact(died_on))
    return msgspec.structs.replace(someone, details=details)


def _deceased(work: Work, request: EnterBurial, person_id: UUID) -> Person:
    person = work.session.get_one(Person, person_id)
    if request.deceased_details is not None:
        complete_person(work, person, request.deceased_details)
    died_on = _died_on(request)
    if died_on is not None and person.died.day != died_on:
        person.died = UncertainDate.exact(died_on)
    for other in queries.burials_of(work.session, person_id) if person_id == request.deceased else ():
        where = queries.grave_name(work.session, queries.grave(work.session, other.grave_id))
        raise Refused(f"{display_name(person)} ist schon bestattet: {where}.")
    buried = UncertainDate.exact(request.buried_on)
    if person.died.certainly_after(buried) or person.born.certainly_after(person.died):
        raise BadInput(
            f"Die Tage passen nicht zueinander: geboren {person.born or 'unbekannt'}, gestorben"
            f" {person.died or 'unbekannt'}, Bestattung {buried}."
        )
    return person


def _plan(work: Work, here: OpenGrave, request: EnterBurial, deceased: Person) -> BurialPlan:
    if request.buried_on > work.today + FURTHEST_AHEAD:
        raise BadInput(
            f"Der Tag der Bestattung liegt mehr als ein Jahr voraus: {german_date(request.buried_on)}."
        )
    if request.buried_at is not None and at_town(request.buried_at).date() != request.buried_on:
        raise BadInput("Tag und Uhrzeit der Bestattung passen nicht zueinander.")
    died = request.died_at or deceased.died.day
    wish = BurialWish(
        form=request.form,
        buried=request.buried_at or request.buried_on,
        died=died,
        age=_age(request.age, deceased),
        name=display_name(deceased),
        place=request.place,
        deep=request.deep,
        stillborn=request.stillborn or None,
        resident=request.resident,
        former_resident_in_home=request.former_resident_in_home,
        services=request.services,
        third_party=frozenset(request.third_party),
    )
    law = here.books.burial_law(deceased.died.day or request.buried_on)
    plan = plan_burial(here.books.statutes, law, here.state, wish)
    why_not = request.without_extension.strip()
    return plan_without_extension(plan, why_not) if why_not else plan


def _age(said: int | None, deceased: Person) -> int | None:
    """Completed years at death: what was said, or what the two days tell."""
    born, died = deceased.born.day, deceased.died.day
    return full_years(born, died) if said is None and born and died else said


def _must_be_allowed(here: OpenGrave, plan: BurialPlan, request: EnterBurial) -> None:
    if plan.refusals:
        raise Refused(" ".join(plan.refusals))
    warnings = burial_warnings(here, plan)
    if warnings and not request.confirmed.strip():
        raise Refused("Bitte bestätigen und begründen: " + " ".join(warnings), detail="confirmation needed")


def _burial(work: Work, parties: Parties, request: EnterBurial, plan: BurialPlan, deceased: Person) -> Burial:
    applicant = parties.id_or_none(request.applicant)
    if applicant is not None and request.applicant_is.strip():
        relate(work, Relate(person=applicant, of=deceased.id, relation=request.applicant_is))
    reasons = filter(None, (request.confirmed.strip(), request.without_extension.strip()))
    burial = Burial(
        grave_id=request.grave,
        place=plan.placement.place,
        deceased_id=deceased.id,
        form=request.form,
        deep=request.deep,
        buried=UncertainDate.exact(request.buried_on),
        buried_at=request.buried_at,
        rest_end=plan.rest.end,
        rest_reason=plan.rest.reason,
        age=plan.wish.age,
        stillborn=request.stillborn,
        resident=request.resident,
        register_number=bounded(request.register_number, LONGEST_NAME, "Sterbebuchnummer"),
        cremation_number=bounded(request.cremation_number, LONGEST_NAME, "Einäscherungsnummer"),
        undertaker_id=parties.id_or_none(request.undertaker),
        applicant_id=applicant,
        debtor_id=parties.id_or_none(request.debtor),
        contact_id=parties.id_or_none(request.contact),
        case_id=case_for(work, request.case, f"Bestattung {plan.wish.name}").id,
        confirmed=bounded("\n".join(reasons), LONGEST_REMARK, "Begründung"),
        remark=bounded(request.remark, LONGEST_REMARK, "Bemerkung"),
    )
    work.session.add(burial)
    return burial


def _write_right(work: Work, here: OpenGrave, plan: BurialPlan, holder: UUID | None, burial: Burial) -> None:
    decided = plan.right
    assert decided is not None
    if decided.award is not None:
        grant(work, here.grave, decided.award, holder, burial=burial.id)
    elif decided.extension is not None:
        prolong(work, here.held(), decided.extension, burial=burial.id)


class RegisterBurial(Request, frozen=True, kw_only=True):
    """A burial of the past, as an old register knows it: nothing is decided, nothing charged.

    ``deceased`` None: nobody is named; ``name_text`` keeps what was written.
    """

    grave: UUID
    form: BurialForm
    deceased: Someone | None = None
    name_text: str = ""
    buried: UncertainDate = UncertainDate()
    place: int | None = None
    deep: bool | None = None
    age: int | None = None
    register_number: str = ""
    cremation_number: str = ""
    undertaker: Someone | None = None
    remark: str = ""


@operation(RegisterBurial, name="cemetery.register_burial", title="Frühere Bestattung nachtragen")
def register_burial(work: Work, request: RegisterBurial) -> UUID:
    """Keeps it as it is, with the rest end that the statute of its day gives, if any; returns its id."""
    grave = queries.grave(work.session, request.grave)
    if request.place is not None and not 1 <= request.place <= grave.places:
        raise BadInput(f"Stelle {request.place} gibt es nicht: die Grabstätte hat {grave.places}.")
    parties = Parties(work, request.deceased, request.undertaker)
    known = parties.id_or_none(request.deceased)
    deceased = work.session.get_one(Person, known) if known else None
    age = _age(request.age, deceased) if deceased else request.age
    burial = Burial(
        grave_id=grave.id,
        place=request.place,
        deceased_id=deceased.id if deceased else None,
        name_text=bounded(request.name_text, LONGEST_NAME, "Name"),
        form=request.form,
        deep=request.deep,
        buried=request.buried,
        age=age,
        register_number=bounded(request.register_number, LONGEST_NAME, "Sterbebuchnummer"),
        cremation_number=bounded(request.cremation_number, LONGEST_NAME, "Einäscherungsnummer"),
        undertaker_id=parties.id_or_none(request.undertaker),
        remark=bounded(request.remark, LONGEST_REMARK, "Bemerkung"),
    )
    _set_rest(work, grave, burial, _statutes(work, grave))
    work.session.add(burial)
    return burial.id


def _statutes(work: Work, grave: Grave) -> Statutes:
    """What an old burial is judged by: no statute at all only leaves its rest open."""
    cemetery = work.session.get_one(Cemetery, grave.cemetery_id)
    return statutes_of(work.session, cemetery.statute_key)


def _set_rest(work: Work, grave: Grave, burial: Burial, statutes: Statutes) -> None:
    """Writes the end of a burial's rest, by the statute that governs it, and why."""
    rest = rest_of_burial(statutes, grave.kind, burial.form, burial.buried, age=burial.age, on=work.today)
    burial.rest_end, burial.rest_reason = rest.end, rest.reason


class CorrectBurial(Request, frozen=True, kw_only=True):
    """What the register should say about a burial, all of it; ``reason``: how the clerk knows.

    Fees that were charged stay: they are corrected by a new notice.
    """

    burial: UUID
    form: BurialForm
    buried: UncertainDate
    buried_at: datetime | None = None
    place: int | None = None
    deep: bool | None = None
    age: int | None = None
    stillborn: bool = False
    register_number: str = ""
    cremation_number: str = ""
    remark: str = ""
    reason: str


@operation(CorrectBurial, name="cemetery.correct_burial", title="Bestattung berichtigen")
def correct_burial(work: Work, request: CorrectBurial) -> None:
    """Writes it and works out the rest anew. A right that is too short then shows in the data checks."""
    burial = work.session.get(Burial, request.burial)
    if burial is None:
        raise Refused("Diese Bestattung gibt es nicht (mehr).")
    if not request.reason.strip():
        raise BadInput("Es fehlt, woher die Berichtigung kommt.")
    grave = queries.grave(work.session, burial.grave_id)
    if request.place is not None and not 1 <= request.place <= grave.places:
        raise BadInput(f"Stelle {request.place} gibt es nicht: die Grabstätte hat {grave.places}.")
    burial.form, burial.place, burial.deep = request.form, request.place, request.deep
    burial.buried, burial.buried_at = request.buried, request.buried_at
    burial.age, burial.stillborn = request.age, request.stillborn
    burial.register_number = bounded(request.register_number, LONGEST_NAME, "Sterbebuchnummer")
    burial.cremation_number = bounded(request.cremation_number, LONGEST_NAME, "Einäscherungsnummer")
    remark = f"{request.remark}\nBerichtigt am {german_date(work.today)}: {request.reason.strip()}".strip()
    burial.remark = bounded(remark, LONGEST_REMARK, "Bemerkung")
    _set_rest(work, grave, burial, _statutes(work, grave))
