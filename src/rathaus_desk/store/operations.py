"""What a clerk can do: requests, operations, and what an operation works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.store import bulk, claims, numbering
from rathaus_desk.store.attachments import Attachment, KeptFile, Shelf, refuse_size
from rathaus_desk.store.canonical import as_type
from rathaus_desk.store.connection import Guard, guard_of
from rathaus_desk.store.recorder import OperationSession
from rathaus_desk.store.schema import Record


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a clerk asks for: plain values only, people and things by id.

    Subclasses say ``frozen=True, kw_only=True``. The journal keeps it, so that it can be run anew.
    """

    seen: dict[UUID, UUID] = {}
    """Record → the operation that had written it last when the request was filled in from it."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a clerk can do."""

    name: str
    title: str
    request: type[Request]
    function: Callable[[Work, Any], Any]
    version: int
    upcast: Callable[[int, dict[str, Any]], dict[str, Any]] | None
    undoable: bool

    def read(self, version: int, plain: dict[str, Any]) -> Request:
        """A kept request of ``version`` as one of today."""
        if version != self.version and self.upcast is not None:
            plain = self.upcast(version, plain)
        return as_type(plain, self.request)


_by_name: dict[str, Operation] = {}
_by_request: dict[type, Operation] = {}
_further: list[Callable[[], None]] = []

R = TypeVar("R", bound=Request)
V = TypeVar("V")


def operation(
    request: type[R],
    *,
    name: str,
    title: str,
    version: int = 1,
    upcast: Callable[[int, dict[str, Any]], dict[str, Any]] | None = None,
    undoable: bool = True,
) -> Callable[[Callable[[Work, R], V]], Callable[[Work, R], V]]:
    """Registers a function as what is done on ``request``.

    ``name`` ("cemetery.enter_burial") never changes, ``title`` is the line in the history. ``version`` counts
    the forms of the request; ``upcast(version, plain)`` makes today's out of an older one. With
    ``undoable=False`` (dispatch, payment) it is never undone.
    """

    def registered(function: Callable[[Work, R], V]) -> Callable[[Work, R], V]:
        known = _by_name.get(name)
        if known is not None and known.function.__qualname__ != function.__qualname__:
            raise ValueError(f"two operations are named {name}")
        made = Operation(name, title, request, function, version, upcast, undoable)
        _by_name[name] = _by_request[request] = made
        return function

    return registered


@dataclass(frozen=True, slots=True)
class Instead:
    """Another request that would do as well, where what was wanted is taken."""

    title: str
    second: str
    request: Request


_instead: dict[type[Request], Callable[[Session, Any], list[Instead]]] = {}


def offers_instead(
    request: type[R],
) -> Callable[[Callable[[Session, R], list[Instead]]], Callable[[Session, R], list[Instead]]]:
    """Registers what a clerk is offered where somebody else holds what ``request`` claims: nearest first."""

    def registered(function: Callable[[Session, R], list[Instead]]) -> Callable[[Session, R], list[Instead]]:
        _instead[request] = function
        return function

    return registered


def instead_of(session: Session, request: Request) -> list[Instead]:
    """What else would do; nothing where its module offers nothing."""
    known = _instead.get(type(request))
    return [] if known is None else known(session, request)


def look_further_in(load: Callable[[], None]) -> None:
    """``load`` registers more operations; it is called once, when a name is not known."""
    _further.append(load)


def operation_named(name: str) -> Operation | None:
    """The operation registered under ``name``; None if its module is not there."""
    while name not in _by_name and _further:
        _further.pop()()
    return _by_name.get(name)


def operation_for(request: Request) -> Operation:
    """The operation that carries out ``request``."""
    return _by_request[type(request)]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an operation: its id, what its function returned, the records that changed."""

    operation: UUID
    value: Any
    changed: tuple[UUID, ...] = ()


class Stale(DeskError):
    """Somebody else wrote a record after the request was filled in from it; nothing was changed.

    ``differs`` has both versions: column → (value the request was filled in from, value now), plain JSON.
    """

    def __init__(self, record: UUID, title: str, at: datetime, differs: dict[str, tuple[Any, Any]]) -> None:
        moment = at_town(at).strftime("%d.%m.%Y um %H:%M Uhr")
        super().__init__(
            f"Der Eintrag wurde inzwischen geändert („{title}“, {moment}). Ihre Eingaben sind noch da; "
            "bitte vergleichen Sie beide Fassungen und speichern Sie dann erneut.",
            detail=f"stale {record}",
        )
        self.record = record
        self.differs = differs


@dataclass(slots=True)
class Work:
    """What an operation works with. Valid until its function returns."""

    session: OperationSession
    now: datetime
    """The operation's one moment, UTC."""
    clerk: UUID | None
    operation: UUID
    """The id of the operation under way."""
    shelf: Shelf
    title: str
    """The line in the history. It can never be erased: nothing personal may stand in it."""
    import_id: UUID | None = None
    undoes: UUID | None = None
    """The operation that this one takes back."""
    settles: UUID | None = None
    """The refused operation that this one takes the place of."""

    @property
    def today(self) -> date:
        """The day at the town hall."""
        return at_town(self.now).date()

    def add_all(self, kind: type[Record], records: Sequence[Mapping[str, Any]]) -> None:
        """Many new records of a class at once, each as its constructor takes it; for imports."""
        bulk.add_all(self.session, kind, records)

    def number(self, series: str) -> int:
        """The next number of ``series`` (prefix and year: ``FH-2026``), unique over all workstations."""
        with guard_of(self.session.connection()).open():
            return numbering.draw(self.session.recorder.driver, Guard.mark, series, self.operation)

    def claim(
        self, resource: UUID, first: date | datetime, last: date | datetime, record: UUID
    ) -> claims.Claim:
        """``resource`` belongs to ``record``: days, both inclusive, or moments, ``last`` exclusive.

        Takes effect at once; ClaimTaken (with the holder) if somebody has it. A move releases first.
        """
        return claims.take(self.session, resource, claims.Span.of(first, last), record)

    def claim_all(self, wanted: Sequence[tuple[UUID, datetime, datetime, UUID]]) -> None:
        """Many claims at once: resource, first moment, end (exclusive), record. As `claim`, and together."""
        claims.take_all(
            self.session,
            [(resource, claims.Span.of(first, last), record) for resource, first, last, record in wanted],
        )

    def claim_first(self, resource: UUID, first: date, last: date, record: UUID) -> claims.Claim:
        """As `claim`, for a ``resource`` made in this operation: asks nobody, takes effect with the rest."""
        return claims.take_first(self.session, resource, claims.Span.of(first, last), record)

    def release(self, record: UUID) -> None:
        """Gives up every claim of ``record``, at once."""
        claims.give_up(self.session, record)

    def erase(self, record: Record) -> None:
        """Takes every value of a record away, for ever and everywhere (DSGVO art. 17); it cannot be undone.

        Refused at the end if something that stays refers to it. Say it of its parts first.
        """
        self.session.flush()
        self.session.recorder.erase(record.__tablename__, record.id)
        self.session.expunge(record)

    def attach(self, content: bytes, name: str, media_type: str, *, to: UUID) -> Attachment:
        """Keeps a file, encrypted, on the record ``to``; BadInput if it is too large."""
        refuse_size(content, name)
        sha256 = self.shelf.put_soon(content)
        made = Attachment(record=to, name=name, media_type=media_type, size=len(content), sha256=sha256)
        self.session.add(made)
        return made

    def attach_kept(self, sha256: str, size: int, name: str, media_type: str, *, to: UUID) -> Attachment:
        """Puts a file on the record ``to`` that `Store.keep` has stored, ``size`` bytes long."""
        made = Attachment(record=to, name=name, media_type=media_type, size=size, sha256=sha256)
        self.session.add(made)
        return made

    def attach_file(self, file: KeptFile, *, to: UUID) -> Attachment:
        """As `attach_kept`."""
        return self.attach_kept(file.sha256, file.size, file.name, file.media_type, to=to)

    def read_attachment(self, attachment: Attachment) -> bytes:
        """The content of a kept file; CannotWork if it is missing or damaged."""
        return self.shelf.get(attachment.sha256)
