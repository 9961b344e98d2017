"""The tables of the applications: what was received, and what could not be understood."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from rathaus_desk.applications.form import Form, leaves
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.store.schema import Found, Json, Record, Searchable
from rathaus_desk.town.records import Case


class State(StrEnum):
    """Where an application stands."""

    NEW = "new"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    DECIDED = "decided"
    CLOSED = "closed"
    REJECTED = "rejected"
    FORWARDED = "forwarded"

    @property
    def german(self) -> str:
        """As a clerk reads it."""
        return _GERMAN[self]


_GERMAN = {
    State.NEW: "neu",
    State.ACCEPTED: "angenommen",
    State.IN_PROGRESS: "in Bearbeitung",
    State.WAITING: "wartet",
    State.DECIDED: "entschieden",
    State.CLOSED: "abgeschlossen",
    State.REJECTED: "abgelehnt",
    State.FORWARDED: "weitergeleitet",
}

OPEN = (State.NEW, State.ACCEPTED, State.IN_PROGRESS, State.WAITING, State.DECIDED)
"""The states of the worklist: somebody still has to do something."""


_SEARCHED = (str, int, Decimal)


def _received(moment: datetime) -> str:
    return f"eingegangen am {german_date(at_town(moment).date())}"


def _describe(application: Application, session: Session) -> Found:
    case = session.get(Case, application.case_id) if application.case_id else None
    parts = (application.service_title, case.number if case else "", _received(application.received_at))
    words = " ".join(str(value) for _, value in leaves(application.form) if type(value) in _SEARCHED)
    return Found(application.title, ", ".join(filter(None, parts)), words)


class Application(Record):
    """An application as received. Form and delivery are never altered; the bytes are an attachment."""

    __tablename__ = "application"
    __search__ = Searchable("application", _describe, follow=("case_id",))

    service: Mapped[str] = mapped_column(index=True)
    """Key of the service."""
    service_title: Mapped[str]
    """What the service was called when the application came."""
    title: Mapped[str]
    state: Mapped[State] = mapped_column(index=True)
    origin: Mapped[str]
    delivery_id: Mapped[str]
    received_at: Mapped[datetime]
    content_hash: Mapped[str] = mapped_column(index=True)
    """SHA-256 of the delivery's bytes; a claim keeps it from being taken in twice, on any workstation."""
    form_text: Mapped[str]
    """The form as JSON text, as it came."""
    findings: Mapped[Json]
    """Sentences about what a clerk should look at, found on receipt."""
    is_test: Mapped[bool]
    """Sent to try the line: never becomes a case."""
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case_file.id"))
    result_id: Mapped[UUID | None]
    """The record another module made of it: a burial, a booking."""

    @property
    def form(self) -> Form:
        """The form's values; numbers with a fraction are Decimal."""
        form: Form = json.loads(self.form_text, parse_float=Decimal)
        return form


def _describe_quarantined(delivery: QuarantinedDelivery, _session: Session) -> Found | None:
    if delivery.settled_at is not None:
        return None
    return Found(delivery.name, f"Quarantäne, {_received(delivery.received_at)}", delivery.sentence)


class QuarantinedDelivery(Record):
    """A delivery that nobody could read as an application. The bytes are an attachment unless too large."""

    __tablename__ = "quarantined_delivery"
    __search__ = Searchable("quarantined_delivery", _describe_quarantined)

    origin: Mapped[str]
    delivery_id: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    received_at: Mapped[datetime]
    content_hash: Mapped[str] = mapped_column(index=True)
    sentence: Mapped[str]
    """Why, as a clerk can read it."""
    detail: Mapped[str]
    settled_at: Mapped[datetime | None]
    """When it was understood after all or put aside by a clerk; until then it is on the list."""
    settled_by: Mapped[str]
    """What a clerk wrote on putting it aside, or "" where the intake understood it later."""


def _describe_service(service: OwnService, _session: Session) -> Found:
    return Found(service.title, f"Leistung aus {service.origin}" if service.origin else "Eigene Leistung")


class OwnService(Record):
    """One version of a service that the town has taken in beside those of the program. The newest counts."""

    __tablename__ = "own_service"
    __strict__ = True
    __search__ = Searchable("service", _describe_service)

    key: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    revision: Mapped[int]
    text: Mapped[str]
    """``service.toml``."""
    schema_text: Mapped[str]
    """``schema.json``."""
    origin: Mapped[str]
    """The town it was taken over from; "" for the town's own."""


class ForwardingState(StrEnum):
    """Where a forwarded case stands. The first two are the sender's, then the receiver's two, then both's."""

    UNDER_WAY = "under_way"
    SENT = "sent"
    RECEIVED = "received"
    ANSWERING = "answering"
    ANSWERED = "answered"

    @property
    def german(self) -> str:
        """As a clerk reads it."""
        return _FORWARDING[self]


_FORWARDING = {
    ForwardingState.UNDER_WAY: "wird übergeben",
    ForwardingState.SENT: "übergeben",
    ForwardingState.RECEIVED: "liegt hier",
    ForwardingState.ANSWERING: "Antwort wird übergeben",
    ForwardingState.ANSWERED: "beantwortet",
}

SENDERS = (ForwardingState.UNDER_WAY, ForwardingState.SENT)
RECEIVERS = (ForwardingState.RECEIVED, ForwardingState.ANSWERING)


class ForwardedCase(Record):
    """A case that was handed to another town, or came from one. Its id is the same in both towns.

    What was handed on is kept as it travelled: an attachment of this record (`case_package`).
    """

    __tablename__ = "forwarded_case"

    sent: Mapped[bool]
    """Whether it went from here; else it came."""
    state: Mapped[ForwardingState] = mapped_column(index=True)
    town: Mapped[str]
    """The other town's key at the server."""
    town_name: Mapped[str]
    office: Mapped[str]
    """The name of the office it is for, in the town that receives it; "" for none in particular."""
    title: Mapped[str]
    note: Mapped[str]
    """What the sender's clerk wrote to it."""
    case_there: Mapped[str]
    """The number of the case in the town it came from."""
    sent_at: Mapped[datetime]
    history: Mapped[Json]
    """What had happened there, as ``[moment, title, clerk]`` each, oldest first; of a received case only."""
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"))
    application_id: Mapped[UUID | None] = mapped_column(ForeignKey("application.id"))
    package_sha256: Mapped[str]
    """SHA-256 of what was handed on."""
    answer: Mapped[str]
    answered_at: Mapped[datetime | None]
