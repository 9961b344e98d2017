"""What a clerk can see of the applications: the worklist, one application as read, the quarantine."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.applications.facts import read_facts
from rathaus_desk.applications.form import without_blanks
from rathaus_desk.applications.handover import Facts
from rathaus_desk.applications.records import (
    OPEN,
    Application,
    ForwardedCase,
    OwnService,
    QuarantinedDelivery,
    State,
)
from rathaus_desk.applications.rules import Block, Needed, checklist, lay_out, lay_out_unknown
from rathaus_desk.applications.services import Services
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.store.attachments import Attachment, attachments_of
from rathaus_desk.town.records import Case, Clerk


def application(session: Session, application_id: UUID) -> Application:
    """The application with this id; Refused if there is none."""
    found = session.get(Application, application_id)
    if found is None:
        raise Refused("Diesen Antrag gibt es nicht mehr.")
    return found


def application_with_hash(session: Session, content_hash: str) -> Application | None:
    """The application made of the bytes with this SHA-256."""
    return session.scalars(select(Application).where(Application.content_hash == content_hash)).first()


def application_of_case(session: Session, case_id: UUID) -> Application | None:
    """The application that opened this case, if one did."""
    return session.scalars(select(Application).where(Application.case_id == case_id)).first()


def quarantined_with_hash(session: Session, content_hash: str) -> QuarantinedDelivery | None:
    """The delivery with this SHA-256 that still waits in quarantine."""
    query = select(QuarantinedDelivery).where(
        QuarantinedDelivery.content_hash == content_hash, QuarantinedDelivery.settled_at.is_(None)
    )
    return session.scalars(query).first()


def quarantine(session: Session) -> Sequence[QuarantinedDelivery]:
    """What waits in quarantine, oldest first."""
    query = select(QuarantinedDelivery).where(QuarantinedDelivery.settled_at.is_(None))
    return session.scalars(query.order_by(QuarantinedDelivery.received_at, QuarantinedDelivery.id)).all()


def delivered_as(session: Session, origin: str, delivery_id: str) -> QuarantinedDelivery | None:
    """The quarantined delivery that the channel ``origin`` calls so."""
    query = select(QuarantinedDelivery).where(
        QuarantinedDelivery.origin == origin, QuarantinedDelivery.delivery_id == delivery_id
    )
    return session.scalars(query).first()


def forwarded_cases(session: Session, *, case: UUID | None = None) -> Sequence[ForwardedCase]:
    """The cases handed to other towns and received from them, newest first; of one case, if it is named."""
    query = select(ForwardedCase).order_by(ForwardedCase.sent_at.desc(), ForwardedCase.id)
    return session.scalars(query if case is None else query.where(ForwardedCase.case_id == case)).all()


def own_services(session: Session) -> Sequence[OwnService]:
    """The town's own services, each in its newest version."""
    newest: dict[str, OwnService] = {}
    for one in session.scalars(
        select(OwnService).order_by(OwnService.key, OwnService.revision, OwnService.id)
    ):
        newest[one.key] = one
    return tuple(newest.values())


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One line of the worklist."""

    id: UUID
    received_at: datetime
    state: State
    service_title: str
    title: str
    case_number: str | None
    clerk: str | None
    is_test: bool
    findings: int


def worklist(session: Session, states: Collection[State] = OPEN) -> list[WorklistRow]:
    """The applications in these states, longest waiting first."""
    query = (
        select(Application, Case.number, Clerk.name)
        .outerjoin(Case, Case.id == Application.case_id)
        .outerjoin(Clerk, Clerk.id == Case.clerk_id)
        .where(Application.state.in_(states))
        .order_by(Application.received_at, Application.id)
    )
    return [
        WorklistRow(
            found.id,
            found.received_at,
            found.state,
            found.service_title,
            found.title,
            number,
            clerk,
            found.is_test,
            len(found.findings),
        )
        for found, number, clerk in session.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application as a clerk reads it. ``facts`` are for the module it is handed over to, if any."""

    row: Application
    case_number: str | None
    blocks: tuple[Block, ...]
    findings: tuple[str, ...]
    checklist: tuple[Needed, ...]
    attachments: tuple[Attachment, ...]
    hands_over_to: str | None
    facts: Facts | None
    forwarded: tuple[ForwardedCase, ...]
    """Where its case went, and where it came from; newest first."""


def view(session: Session, services: Services, application_id: UUID) -> ApplicationView:
    """The application by the service's description of today; without one, all values by path."""
    found = application(session, application_id)
    case = session.get(Case, found.case_id) if found.case_id else None
    service = services.by_key.get(found.service)
    form = found.form
    facts = read_facts(service, without_blanks(form) or {})[0] if service else None
    mapping = service.file.handover if service else None
    return ApplicationView(
        row=found,
        case_number=case.number if case else None,
        blocks=lay_out(service, form) if service else lay_out_unknown(form),
        findings=tuple(found.findings),
        checklist=checklist(service, form) if service else (),
        attachments=tuple(attachments_of(session, found.id)),
        hands_over_to=mapping.to if mapping else None,
        facts=facts,
        forwarded=tuple(forwarded_cases(session, case=found.case_id)) if found.case_id else (),
    )
