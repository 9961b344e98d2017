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
