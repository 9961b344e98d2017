"""Cases between the towns of a cooperation: packed here, carried over the line, taken in there.

Works offline as everything does: a clerk's decision is an operation, and `run_errands` carries out, after
each round of the sync, what the server has confirmed. Whatever is cut off is done again the next time, under
the same ids.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.applications import queries
from rathaus_desk.applications.case_package import (
    PackedApplication,
    PackedCase,
    PackedStep,
    pack,
    unpack,
)
from rathaus_desk.applications.forwarding import (
    ORIGIN,
    PACKAGE,
    RECEIVE,
    TAKE_ANSWER,
    Forward,
    Kept,
    MarkHandedOver,
    ReceiveForwarded,
    TakeAnswer,
)
from rathaus_desk.applications.operations import Quarantine, Received
from rathaus_desk.applications.records import ForwardedCase, ForwardingState
from rathaus_desk.kernel.errors import BadInput, DeskError, Refused
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.store import journal
from rathaus_desk.store.attachments import Attachment, KeptFile, attachments_of
from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.local import set_setting, setting
from rathaus_desk.store.operations import Done, Request
from rathaus_desk.store.schema import moment_text, record_class, synced_tables
from rathaus_desk.sync.client import Client, Unreachable
from rathaus_desk.sync.link import Link, link_of
from rathaus_desk.town import queries as town
from rathaus_desk.town.records import Case, Clerk

_ADDRESSEES = "forwarding.addressees"
_KNOWN_FOR = timedelta(days=1)
_EPOCH = "forwarding.epoch"
"""The history of the server in which everything that went from here was last seen to be there."""
_MOST_STEPS = 200

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Addressee:
    """A town that a case can be handed to, with the names of its offices."""

    town: str
    name: str
    offices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandedOn:
    """What of a case is handed on besides its number and subject."""

    application: bool = True
    attachments: bool = True
    history: bool = True


def addressees(office: TownHall) -> list[Addressee]:
    """The other towns of the cooperation as last heard of; empty without a server, or before it was asked."""
    with office.store.read() as session:
        link = link_of(driver_of(session))
        kept = setting(session, _ADDRESSEES, {"towns": []})
    found = [Addressee(one["town"], one["name"], tuple(one["offices"])) for one in kept["towns"]]
    return [one for one in found if link is not None and one.town != link.town]


def ask_for_addressees(office: TownHall, client: Client) -> list[Addressee]:
    """The same, asked of the server now; ``client`` is signed in."""
    link = _link(office)
    kept = {"at": moment_text(office.store.clock.now()), "towns": client.addressees(link.town)}
    with office.store.local() as session:
        set_setting(session, _ADDRESSEES, kept)
    return addressees(office)


def case_of(session: Session, record: UUID) -> Case | None:
    """The case that ``record`` is, or belongs to (an application, a booking, a burial); None without one."""
    case = session.get(Case, record)
    if case is not None:
        return case
    for name, table in synced_tables().items():
        if "case_id" in table.columns:
            found: Any = session.get(record_class(name), record)
            if found is not None:
                return session.get(Case, found.case_id) if found.case_id else None
    return None


def forward(
    office: TownHall, case: UUID, *, to: str, for_office: str = "", note: str = "", what: HandedOn
) -> Done:
    """Hands a case on to another town. Refused without a server, or while it is there already.

    BadInput if the town is unknown or what is handed on is too large; CannotWork if a file is not here yet.
    """
    known = {one.town: one for one in addressees(office)}
    if to not in known:
        _link(office)
        raise BadInput(f"Die Gemeinde „{to}“ gehört nicht zum Verbund (oder ist noch nicht bekannt).")
    if for_office and for_office not in known[to].offices:
        raise BadInput(f"Ein Amt „{for_office}“ gibt es bei „{known[to].name}“ nicht.")
    packed, name = _packed(office, case, for_office, note.strip(), what)
    sha256 = office.store.keep(packed, name)
    return office.run(
        Forward(
            case=case,
            town=to,
            town_name=known[to].name,
            office=for_office,
            note=note,
            package=Kept(sha256=sha256, size=len(packed)),
        )
    )


def _packed(office: TownHall, case_id: UUID, for_office: str, note: str, what: HandedOn) -> tuple[bytes, str]:
    with office.store.read() as session:
        case = session.get(Case, case_id)
        if case is None:
            raise Refused("Diesen Vorgang gibt es nicht (mehr).")
        application = queries.application_of_case(session, case.id)
        if application is not None and application.is_test:
            raise Refused("Dies ist nur eine Testübermittlung; sie wird nicht weitergeleitet.")
        about = [case.id, *([application.id] if application else [])]
        files = (
            [one for record in about for one in attachments_of(session, record)] if what.attachments else []
        )
        taken = (
            PackedApplication(
                service=application.service,
                service_title=application.service_title,
                title=application.title,
                received_at=application.received_at,
                content_hash=application.content_hash,
                form_text=application.form_text,
                findings=tuple(application.findings),
            )
            if application is not None and what.application
            else None
        )
        packed = PackedCase(
            town=_link(office).town,
            town_name=town.town(session).name,
            number=case.number,
            title=case.title,
            opened_on=case.opened_on,
            clerk=session.get_one(Clerk, case.clerk_id).name,
            office=for_office,
            note=note,
            sent_at=office.store.clock.now(),
            application=taken,
            history=_history(session, about) if what.history else (),
            files=tuple(
                KeptFile(name=one.name, media_type=one.media_type, sha256=one.sha256, size=one.size)
                for one in files
            ),
        )
    contents = {one.sha256: office.store.read_attachment(one) for one in files}
    return pack(packed, contents), packed.number


def _history(session: Session, about: Sequence[UUID]) -> tuple[PackedStep, ...]:
    clerks = {clerk.id: clerk.name for clerk in session.scalars(select(Clerk))}
    happened = journal.touching(session, about, limit=_MOST_STEPS)
    return tuple(
        PackedStep(at=one.at, title=one.title, clerk=clerks.get(one.clerk, "") if one.clerk else "")
        for one in reversed(happened)
        if one.counts
    )


def run_errands(office: TownHall, client: Client) -> int:
    """Carries over what is to be carried, both ways; how many operations came of it here.

    ``client`` is signed in. Unreachable if the line is cut: nothing is lost, the next time does the rest.
    What one case holds never keeps another from its way.
    """
    if office.clerk is None:
        return 0
    errands = _Errands(office, client, _link(office))
    errands.hear_of_addressees()
    errands.hand_over()
    errands.take_in()
    return errands.done


class _Errands:
    def __init__(self, office: TownHall, client: Client, link: Link) -> None:
        self._office, self._client, self._link = office, client, link
        self.done = 0

    def hear_of_addressees(self) -> None:
        """Once a day: the list must be there when there is no line."""
        with self._office.store.read() as session:
            kept = setting(session, _ADDRESSEES)
        now = self._office.store.clock.now()
        if kept is None or now - datetime.fromisoformat(kept["at"]) > _KNOWN_FOR:
            ask_for_addressees(self._office, self._client)

    def hand_over(self) -> None:
        """Cases and answers that the server has confirmed as operations."""
        states = (ForwardingState.UNDER_WAY, ForwardingState.ANSWERING)
        with self._office.store.read() as session:
            query = select(ForwardedCase).where(ForwardedCase.state.in_(states), ForwardedCase.version > 0)
            waiting = [one for one in session.scalars(query) if _is_confirmed(session, one.id)]
        for one in waiting:
            self._guarded(partial(self._hand_over, one))
        self._send_again_after_restore()

    def _hand_over(self, one: ForwardedCase) -> None:
        if one.state is ForwardingState.UNDER_WAY:
            self._send(one)
        else:
            self._answer(one)
        self._run(MarkHandedOver(forwarded=one.id))

    def _send(self, one: ForwardedCase) -> None:
        content = self._package(one)
        self._client.forward(self._link.town, one.id, one.town, one.office, content)

    def _answer(self, one: ForwardedCase) -> None:
        self._client.answer(self._link.town, one.id, one.answer)

    def _package(self, one: ForwardedCase) -> bytes:
        with self._office.store.read() as session:
            query = select(Attachment).where(
                Attachment.record == one.id, Attachment.sha256 == one.package_sha256
            )
            kept = session.scalars(query).one()
        return self._office.store.read_attachment(kept)

    def _send_again_after_restore(self) -> None:
        """A server restored from a backup has lost what came later: cases that were sent go once more."""
        with self._office.store.read() as session:
            before = setting(session, _EPOCH)
            query = select(ForwardedCase).where(ForwardedCase.state == ForwardingState.SENT)
            sent = session.scalars(query).all()
        if before == self._link.epoch:
            return
        if before is not None and sent:
            there = {UUID(one["id"]) for one in self._client.inbox(self._link.town)}
            for one in sent:
                if one.id not in there:
                    self._guarded(partial(self._send, one))
        with self._office.store.local() as session:
            set_setting(session, _EPOCH, self._link.epoch)

    def take_in(self) -> None:
        """Cases that came, and answers to those that went."""
        for waiting in self._client.inbox(self._link.town, waiting=True):
            id_, came = UUID(waiting["id"]), waiting["receiver"] == self._link.town
            with self._office.store.read() as session:
                standing = _standing(session, id_, RECEIVE if came else TAKE_ANSWER)
                known = session.get(ForwardedCase, id_)
            if standing == "accepted":
                self._client.done(self._link.town, id_)
                if came and known is not None and known.state is ForwardingState.ANSWERED:
                    self._answer(known)
            elif standing is None:
                self._guarded(partial(self._take, id_, came=came))

    def _take(self, id_: UUID, *, came: bool) -> None:
        content = self._client.take(self._link.town, id_)
        if came:
            self._receive(id_, content)
        else:
            answer = msgspec.json.decode(content)
            at = datetime.fromisoformat(answer["answered_at"])
            self._run(TakeAnswer(forwarded=id_, text=answer["text"], answered_at=at))

    def _receive(self, id_: UUID, content: bytes) -> None:
        sha256 = self._office.store.keep(content, str(id_))
        package = Kept(sha256=sha256, size=len(content))
        try:
            case, files = unpack(content)
            for file in case.files:
                self._office.store.keep(files[file.sha256], file.name)
        except BadInput as error:
            self._run(Quarantine(received=self._unread(id_, package), sentence=str(error)))
            return
        self._run(ReceiveForwarded(forwarded=id_, case=case, package=package))

    def _unread(self, id_: UUID, package: Kept) -> Received:
        return Received(
            origin=ORIGIN,
            delivery_id=str(id_),
            name=f"Weitergeleitet {id_}.zip",
            media_type=PACKAGE,
            size=package.size,
            received_at=self._office.store.clock.now(),
            content_hash=package.sha256,
        )

    def _run(self, request: Request) -> None:
        self._office.run(request)
        self.done += 1

    def _guarded(self, work: Callable[[], None]) -> None:
        """Why one of them could not be done is for the log; the next time tries again."""
        try:
            work()
        except Unreachable:
            raise
        except DeskError as error:
            log.warning("forwarding", extra={"detail": error.detail or type(error).__name__})


def _standing(session: Session, record: UUID, op: str) -> journal.Standing | None:
    """Where the operation ``op`` about ``record`` stands; None if nobody has tried it yet.

    What was refused is somebody's to settle, and never done again by itself.
    """
    held = queries.delivered_as(session, ORIGIN, str(record))
    if held is not None:
        return "accepted" if held.version else "pending"
    tried = [one for one in journal.history(session, record) if one.op == op]
    return tried[-1].state if tried else None


def _is_confirmed(session: Session, record: UUID) -> bool:
    """Whether the server knows of everything that was done to ``record`` here."""
    happened = journal.history(session, record)
    return bool(happened) and happened[-1].state == "accepted"


def _link(office: TownHall) -> Link:
    with office.store.read() as session:
        link = link_of(driver_of(session))
    if link is None:
        raise Refused(
            "Dieser Arbeitsplatz gehört zu keinem Server; an andere Gemeinden kann er nichts weiterleiten."
        )
    return link
