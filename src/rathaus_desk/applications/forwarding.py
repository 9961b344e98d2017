"""A case goes to another town of the cooperation, or comes from one, and its answer goes the other way.

These operations record what a clerk decides and what arrived; `office.forwarding` carries it over the line.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select

from rathaus_desk.applications import queries
from rathaus_desk.applications.case_package import PackedApplication, PackedCase
from rathaus_desk.applications.operations import claim_delivery
from rathaus_desk.applications.records import (
    OPEN,
    RECEIVERS,
    SENDERS,
    Application,
    ForwardedCase,
    ForwardingState,
    State,
)
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.texts import bounded, worded
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.town import queries as town
from rathaus_desk.town.operations import LONGEST_NOTE, open_case
from rathaus_desk.town.records import Case, FollowUp, Office

LONGEST_ANSWER = 10_000
"""Characters of an answer."""
ORIGIN = "forwarded"
PACKAGE = "application/zip"
_NO_SERVICE = "Weitergeleiteter Vorgang"
_OTHERS_PREFIX = "WL"
"""Begins the numbers of received cases where the town has no office of that name."""

RECEIVE = "applications.receive_forwarded"
TAKE_ANSWER = "applications.take_answer"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A package that `Store.keep` has."""

    sha256: str
    size: int


class Forward(Request, frozen=True, kw_only=True):
    """The case goes to an office of another town; ``package`` is what is handed on."""

    case: UUID
    town: str
    town_name: str
    office: str = ""
    note: str = ""
    package: Kept


@operation(Forward, name="applications.forward", title="Vorgang weiterleiten", undoable=False)
def forward(work: Work, request: Forward) -> UUID:
    """Records it; it goes as soon as the server knows of it. Refused while it is with that town already."""
    case = work.session.get(Case, request.case)
    if case is None:
        raise Refused("Diesen Vorgang gibt es nicht (mehr).")
    for other in queries.forwarded_cases(work.session, case=case.id):
        if other.sent and other.town == request.town and other.state in SENDERS:
            raise Refused(
                f"Dieser Vorgang liegt schon bei „{request.town_name}“; die Antwort steht noch aus."
            )
    application = queries.application_of_case(work.session, case.id)
    made = ForwardedCase(
        sent=True,
        state=ForwardingState.UNDER_WAY,
        town=request.town,
        town_name=request.town_name,
        office=request.office,
        title=case.title,
        note=bounded(request.note, LONGEST_NOTE, "Vermerk"),
        case_there="",
        sent_at=work.now,
        history=[],
        case_id=case.id,
        application_id=application.id if application else None,
        package_sha256=request.package.sha256,
        answer="",
    )
    work.session.add(made)
    _keep(work, request.package, case.number, made.id)
    if application is not None and application.state in OPEN:
        application.state = State.FORWARDED
    return made.id


def _keep(work: Work, package: Kept, number: str, record: UUID) -> None:
    name = f"Weitergeleitet {number}.zip"
    work.attach_kept(package.sha256, package.size, name, PACKAGE, to=record)


class MarkHandedOver(Request, frozen=True, kw_only=True):
    """The server has what was to be handed over: a case, or the answer to one."""

    forwarded: UUID


@operation(
    MarkHandedOver, name="applications.mark_handed_over", title="Weiterleitung übergeben", undoable=False
)
def mark_handed_over(work: Work, request: MarkHandedOver) -> None:
    """Moves the state on; a second time it changes nothing."""
    found = _forwarded(work, request.forwarded)
    if found.state is ForwardingState.UNDER_WAY:
        found.state = ForwardingState.SENT
    elif found.state is ForwardingState.ANSWERING:
        found.state = ForwardingState.ANSWERED


class ReceiveForwarded(Request, frozen=True, kw_only=True):
    """A case came from another town: ``forwarded`` is its id there; its files are kept already."""

    forwarded: UUID
    case: PackedCase
    package: Kept


@dataclass(frozen=True, slots=True)
class ReceivedCase:
    """The application it became, and whether it is a new one here."""

    application: UUID
    is_new: bool


@operation(ReceiveForwarded, name=RECEIVE, title="Vorgang von anderer Gemeinde eingegangen", undoable=False)
def receive_forwarded(work: Work, request: ReceiveForwarded) -> ReceivedCase:
    """Takes it into the worklist with origin and history.

    An application that is here already (the same bytes, or the same case of that town) is not taken in
    twice: it is open again, and says where it came from now.
    """
    packed = request.case
    plain = packed.application or _bare(packed, request.package.sha256)
    known = queries.application_with_hash(work.session, plain.content_hash) or _earlier(work, packed)
    application = known or _new_application(work, request, plain)
    if known is not None and known.state not in OPEN:
        known.state = State.IN_PROGRESS if known.result_id else State.NEW
    case = application.case_id or _case(work, packed).id
    made = ForwardedCase(
        id=request.forwarded,
        sent=False,
        state=ForwardingState.RECEIVED,
        town=packed.town,
        town_name=packed.town_name,
        office=packed.office,
        title=packed.title,
        note=packed.note,
        case_there=packed.number,
        sent_at=packed.sent_at,
        history=[[step.at.isoformat(), step.title, step.clerk] for step in packed.history],
        case_id=case,
        application_id=application.id,
        package_sha256=request.package.sha256,
        answer="",
    )
    work.session.add(made)
    _keep(work, request.package, packed.number, made.id)
    if known is None:
        for file in packed.files:
            work.attach_file(file, to=application.id)
    return ReceivedCase(application.id, known is None)


def _earlier(work: Work, packed: PackedCase) -> Application | None:
    """What the same case of the same town became when it came before."""
    query = select(Application).join(ForwardedCase, ForwardedCase.application_id == Application.id)
    same = (ForwardedCase.town == packed.town, ForwardedCase.case_there == packed.number)
    return work.session.scalars(query.where(*same, ~ForwardedCase.sent)).first()


def _bare(packed: PackedCase, sha256: str) -> PackedApplication:
    """What stands in the worklist for a case without an application."""
    form = {
        "Vorgang": packed.number,
        "Betreff": packed.title,
        "Angelegt": packed.opened_on.isoformat(),
        "Bearbeitung": packed.clerk,
    }
    return PackedApplication(
        service="",
        service_title=_NO_SERVICE,
        title=packed.title,
        received_at=packed.sent_at,
        content_hash=sha256,
        form_text=json.dumps(form, ensure_ascii=False),
        findings=(),
    )


def _new_application(work: Work, request: ReceiveForwarded, plain: PackedApplication) -> Application:
    made = Application(
        service=plain.service,
        service_title=plain.service_title,
        title=plain.title,
        state=State.NEW,
        origin=ORIGIN,
        delivery_id=str(request.forwarded),
        received_at=work.now,
        content_hash=plain.content_hash,
        form_text=plain.form_text,
        findings=list(plain.findings),
        is_test=False,
    )
    claim_delivery(work, plain.content_hash, made.id)
    made.case_id = _case(work, request.case).id
    work.session.add(made)
    return made


def _case(work: Work, packed: PackedCase) -> Case:
    """A case of the office it is for, with who works there."""
    query = select(Office).where(Office.name == packed.office)
    office = work.session.scalars(query).first() if packed.office else None
    if office is None and work.clerk is not None:
        office = town.office_of(work.session, town.clerk(work.session, work.clerk))
    case = open_case(work, office.case_prefix if office else _OTHERS_PREFIX, packed.title)
    clerks = town.clerks(work.session, office.id) if office else ()
    if clerks and work.clerk not in {clerk.id for clerk in clerks}:
        case.clerk_id = clerks[0].id
    return case


class AnswerForwarded(Request, frozen=True, kw_only=True):
    """What this town answers on a case that it received."""

    forwarded: UUID
    text: str


@operation(
    AnswerForwarded, name="applications.answer_forwarded", title="Weiterleitung beantworten", undoable=False
)
def answer_forwarded(work: Work, request: AnswerForwarded) -> None:
    """Records the answer; it goes as soon as the server knows of it. Refused if there was one before.

    An application of which nothing was made here is done with that.
    """
    found = _forwarded(work, request.forwarded)
    if found.state is not ForwardingState.RECEIVED:
        raise Refused("Diese Weiterleitung ist schon beantwortet.")
    found.answer = worded(request.text, LONGEST_ANSWER, "Antwort")
    found.answered_at = work.now
    found.state = ForwardingState.ANSWERING
    if found.application_id is not None:
        application = queries.application(work.session, found.application_id)
        if application.state in OPEN and application.result_id is None:
            application.state = State.CLOSED


class TakeAnswer(Request, frozen=True, kw_only=True):
    """The answer on a case that went from here."""

    forwarded: UUID
    text: str
    answered_at: datetime


@operation(TakeAnswer, name=TAKE_ANSWER, title="Antwort eingegangen", undoable=False)
def take_answer(work: Work, request: TakeAnswer) -> None:
    """Puts it on the case, which is on the worklist again, with a follow-up for whoever is responsible."""
    found = _forwarded(work, request.forwarded)
    if found.state in RECEIVERS:
        raise BadInput("Dieser Vorgang ging nicht von hier aus.")
    found.answer, found.answered_at = request.text, request.answered_at
    found.state = ForwardingState.ANSWERED
    if found.application_id is not None:
        application = queries.application(work.session, found.application_id)
        if application.state is State.FORWARDED:
            application.state = State.IN_PROGRESS if application.result_id else State.ACCEPTED
    case = work.session.get_one(Case, found.case_id)
    work.session.add(
        FollowUp(
            about_id=found.application_id or found.case_id,
            due_on=work.today,
            text=f"Antwort aus {found.town_name} zu {case.number}",
            clerk_id=case.clerk_id,
        )
    )


def _forwarded(work: Work, id_: UUID) -> ForwardedCase:
    found = work.session.get(ForwardedCase, id_)
    if found is None:
        raise Refused("Diese Weiterleitung gibt es nicht (mehr).")
    return found
