"""What happens to applications: taken in, quarantined, put aside, handed over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec

from rathaus_desk.applications import queries
from rathaus_desk.applications.handover import offered
from rathaus_desk.applications.records import OPEN, Application, OwnService, QuarantinedDelivery, State
from rathaus_desk.applications.services import read_service
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.periods import FOR_EVER, SINCE_EVER
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.town.operations import open_case
from rathaus_desk.town.queries import office_or_none

_DELIVERIES = UUID("3c1b0d0a-53a4-5c0e-8e63-6f1c0a3d9b52")


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery without its bytes: `Store.keep` has them under ``content_hash``, if ``kept``."""

    origin: str
    delivery_id: str
    name: str
    media_type: str
    size: int
    received_at: datetime
    content_hash: str
    kept: bool = True


class TakeIn(Request, frozen=True, kw_only=True):
    """A delivery that was understood as an application of ``service``."""

    received: Received
    service: str
    service_title: str
    title: str
    office: str
    case_prefix: str
    form_text: str
    findings: tuple[str, ...] = ()
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """The application, and whether this operation made it."""

    application: UUID
    is_new: bool


@operation(TakeIn, name="applications.take_in", title="Antrag eingegangen")
def take_in(work: Work, request: TakeIn) -> Taken:
    """Keeps the application and opens its case, unless the same bytes were taken in before: then nothing."""
    received = request.received
    known = queries.application_with_hash(work.session, received.content_hash)
    if known is not None:
        return Taken(known.id, False)
    application = Application(
        service=request.service,
        service_title=request.service_title,
        title=request.title,
        state=State.NEW,
        origin=received.origin,
        delivery_id=received.delivery_id,
        received_at=received.received_at,
        content_hash=received.content_hash,
        form_text=request.form_text,
        findings=list(request.findings),
        is_test=request.is_test,
    )
    claim_delivery(work, received.content_hash, application.id)
    if not request.is_test:
        office = office_or_none(work.session, request.office)
        prefix = office.case_prefix if office else request.case_prefix
        application.case_id = open_case(work, prefix, request.title).id
    work.session.add(application)
    _keep_bytes(work, received, application.id)
    waiting = queries.quarantined_with_hash(work.session, received.content_hash)
    if waiting is not None:
        waiting.settled_at = work.now
    return Taken(application.id, True)


def claim_delivery(work: Work, content_hash: str, application: UUID) -> None:
    """These bytes are this application, and never another, on whatever workstation."""
    work.claim(uuid5(_DELIVERIES, content_hash), SINCE_EVER, FOR_EVER, application)


def _keep_bytes(work: Work, received: Received, record: UUID) -> None:
    if received.kept:
        work.attach_kept(received.content_hash, received.size, received.name, received.media_type, to=record)


class Quarantine(Request, frozen=True, kw_only=True):
    """A delivery that was not understood, and why."""

    received: Received
    sentence: str
    detail: str = ""


@operation(Quarantine, name="applications.quarantine", title="Lieferung in Quarantäne")
def quarantine(work: Work, request: Quarantine) -> UUID:
    """Keeps it with the reason. The same bytes again, while they wait: the newer reason, nothing else."""
    received = request.received
    waiting = queries.quarantined_with_hash(work.session, received.content_hash)
    if waiting is None:
        waiting = QuarantinedDelivery(
            origin=received.origin,
            delivery_id=received.delivery_id,
            name=received.name,
            media_type=received.media_type,
            size=received.size,
            received_at=received.received_at,
            content_hash=received.content_hash,
            settled_by="",
        )
        work.session.add(waiting)
        _keep_bytes(work, received, waiting.id)
    waiting.sentence, waiting.detail = request.sentence, request.detail
    return waiting.id


class PutAside(Request, frozen=True, kw_only=True):
    """A quarantined delivery needs nothing more; ``reason`` says what was done about it."""

    delivery: UUID
    reason: str


@operation(PutAside, name="applications.put_aside", title="Lieferung erledigt")
def put_aside(work: Work, request: PutAside) -> None:
    """Takes it off the list; the bytes stay."""
    waiting = work.session.get(QuarantinedDelivery, request.delivery)
    if waiting is None or waiting.settled_at is not None:
        raise Refused("Diese Lieferung ist schon erledigt.")
    if not request.reason.strip():
        raise BadInput("Bitte geben Sie an, was mit der Lieferung geschehen ist.")
    waiting.settled_at, waiting.settled_by = work.now, request.reason.strip()


class SaveService(Request, frozen=True, kw_only=True):
    """A service for this town: the two texts of its folder, checked (`services.read_service`)."""

    text: str
    schema_text: str
    origin: str = ""
    """The town it is taken over from."""


@operation(SaveService, name="applications.save_service", title="Leistung übernehmen")
def save_service(work: Work, request: SaveService) -> UUID:
    """Keeps it as the newest version, unless it is that already.

    BadInput with its line if it cannot be used.
    """
    service = read_service(request.text, request.schema_text)
    known = {one.key: one for one in queries.own_services(work.session)}
    before = known.get(service.key)
    if before is not None and (before.text, before.schema_text) == (request.text, request.schema_text):
        return before.id
    made = OwnService(
        key=service.key,
        title=service.title,
        revision=before.revision + 1 if before else 1,
        text=request.text,
        schema_text=request.schema_text,
        origin=request.origin,
    )
    work.session.add(made)
    return made.id


class HandOver(Request, frozen=True, kw_only=True):
    """The application becomes work of another module: ``request`` is that module's, as plain values."""

    application: UUID
    to: str
    request: dict[str, Any]


@operation(HandOver, name="applications.hand_over", title="Antrag übernehmen")
def hand_over(work: Work, request: HandOver) -> UUID:
    """Lets the module carry out its request and remembers what came of it; Refused if done before."""
    application = queries.application(work.session, request.application)
    if application.is_test:
        raise Refused("Dies ist nur eine Testübermittlung; aus ihr wird kein Vorgang.")
    if application.result_id is not None or application.state not in OPEN:
        raise Refused("Dieser Antrag wurde schon übernommen oder abgeschlossen.")
    made = offered(request.to).carry_out(work, request.request)
    application.result_id = made
    application.state = State.IN_PROGRESS
    return made
