"""Claims: whatever must not collide is a row here, and the database itself refuses an overlap.

Times are integer minutes since 1970 in UTC, half-open: two claims that touch do not overlap. A claim by days
runs from 00:00 UTC of its first day to 00:00 UTC of the day after its last. Claims of a resource never
overlap, so one look-up decides: the last one that starts before the new *end*, refused if it ends after the
new start. A claim is made or given up, never changed; a move gives up first and takes then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.periods import FOR_EVER, SINCE_EVER, german_date
from rathaus_desk.store.bulk import add_all
from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.recorder import OperationSession
from rathaus_desk.store.schema import Record

NEVER_ENDS = 10**12
"""The end of a claim without end."""
ALWAYS_WAS = -(10**12)
"""The start of a claim whose start nobody knows."""

_DAY = 24 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Asks = Callable[[UUID, int, int], list[UUID]]
"""The records that a resource belongs to at the server within a span (minutes, half-open), if it answers."""

TAKEN = "claim taken"
"""What the triggers say."""


class Claim(Record):
    """``resource`` belongs to ``record`` from ``starts`` (inclusive) to ``ends`` (exclusive)."""

    __tablename__ = "claim"
    resource: Mapped[UUID]
    starts: Mapped[int] = mapped_column(sa.BigInteger)
    ends: Mapped[int] = mapped_column(sa.BigInteger)
    record: Mapped[UUID] = mapped_column(index=True)
    __table_args__ = (
        sa.CheckConstraint("starts < ends", name="starts_before_ends"),
        sa.Index(
            "ix_claim_resource_starts", "resource", "starts", sqlite_where=sa.text("deleted_at IS NULL")
        ),
    )


class ClaimTaken(Refused):
    """Somebody else has it. ``holder`` is the record it belongs to, the period is theirs."""

    def __init__(self, taken: Taken) -> None:
        self.resource = taken.resource
        self.holder = taken.holder
        self.taken = taken.span
        super().__init__(
            f"In dieser Zeit ist schon belegt ({self.taken}).",
            detail=f"{taken.resource} held by {taken.holder}",
        )


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in the minutes of claims, half-open."""

    starts: int
    ends: int

    @classmethod
    def of(cls, first: date | datetime, last: date | datetime) -> Span:
        """Days (both inclusive; FOR_EVER and SINCE_EVER are without bound) or moments (``last`` exclusive).

        Moments must be aware; part of a minute counts as the whole minute. BadInput if nothing is left.
        """
        span = cls._between(first, last)
        if span.starts >= span.ends:
            raise BadInput("Das Ende liegt nicht nach dem Beginn.")
        return span

    @classmethod
    def _between(cls, first: date | datetime, last: date | datetime) -> Span:
        if isinstance(first, datetime) and isinstance(last, datetime):
            return cls(_minutes(first), -(-_seconds(last) // 60))
        if isinstance(first, datetime) or isinstance(last, datetime):
            raise TypeError("a claim runs between two days or between two moments")
        starts = ALWAYS_WAS if first == SINCE_EVER else _day(first) * _DAY
        ends = NEVER_ENDS if last == FOR_EVER else (_day(last) + 1) * _DAY
        return cls(starts, ends)

    def __str__(self) -> str:
        """For a clerk: days if it is whole days in UTC, else wall times of the town."""
        bounds = {self.starts, self.ends} - {ALWAYS_WAS, NEVER_ENDS}
        if any(minutes % _DAY for minutes in bounds):
            first, last = (at_town(_moment(minutes)) for minutes in (self.starts, self.ends))
            return f"{first:%d.%m.%Y %H:%M} bis {last:%d.%m.%Y %H:%M} Uhr"
        if self.starts == ALWAYS_WAS and self.ends == NEVER_ENDS:
            return "unbegrenzt"
        if self.starts == ALWAYS_WAS:
            return f"bis {german_date(_moment(self.ends - _DAY).date())}"
        first_day = german_date(_moment(self.starts).date())
        if self.ends == NEVER_ENDS:
            return f"ab {first_day}, unbegrenzt"
        return f"{first_day} bis {german_date(_moment(self.ends - _DAY).date())}"


@dataclass(frozen=True, slots=True)
class Taken:
    """A stretch of time in which ``resource`` belongs to ``holder``."""

    resource: UUID
    holder: UUID
    span: Span


def _seconds(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("a moment without time zone")
    gone = moment.astimezone(UTC) - _EPOCH
    return gone.days * 86400 + gone.seconds + (1 if gone.microseconds else 0)


def _minutes(moment: datetime) -> int:
    gone = moment.astimezone(UTC) - _EPOCH
    return gone.days * _DAY + gone.seconds // 60


def _day(day: date) -> int:
    return (day - _EPOCH.date()).days


def _moment(minutes: int) -> datetime:
    return datetime.fromtimestamp(minutes * 60, UTC)


def collisions(session: Session, wanted: Iterable[tuple[UUID, Span]]) -> list[list[Taken]]:
    """For each resource and span, in the order given: who has it meanwhile, in order of time.

    Claims of a resource never overlap, so each is one look-up that stops at the first claim that is over
    before the span begins.
    """
    if isinstance(session, OperationSession):
        session.flush()
    driver = driver_of(session)
    found = []
    for resource, span in wanted:
        taken = []
        for starts, ends, holder in driver.execute(_LATEST_FIRST, (resource.bytes, span.ends)):
            if ends <= span.starts:
                break
            taken.append(Taken(resource, UUID(bytes=holder), Span(starts, ends)))
        found.append(taken[::-1])
    return found


_LATEST_FIRST = (
    "SELECT starts, ends, record FROM claim"
    " WHERE resource = ? AND deleted_at IS NULL AND starts < ? ORDER BY starts DESC"
)


def in_the_way(session: Session, resource: UUID, span: Span) -> list[Claim]:
    """The claims of ``resource`` that overlap ``span``, in order of time."""
    # The last one that began by then is the only one before the span that can reach into it.
    before = sa.select(sa.func.max(Claim.starts)).where(
        Claim.resource == resource, Claim.starts <= span.starts, Claim.deleted_at.is_(None)
    )
    begun = sa.func.coalesce(before.scalar_subquery(), span.starts)
    query = (
        sa.select(Claim)
        .where(
            Claim.resource == resource,
            Claim.starts >= begun,
            Claim.starts < span.ends,
            Claim.ends > span.starts,
        )
        .order_by(Claim.starts)
    )
    return list(session.scalars(query))


def free(session: Session, resources: Iterable[UUID], span: Span) -> list[UUID]:
    """Those of ``resources`` that nobody has in ``span``, in the order given."""
    asked = list(resources)
    taken = collisions(session, [(resource, span) for resource in asked])
    return [resource for resource, others in zip(asked, taken, strict=True) if not others]


def claims_of(session: Session, record: UUID) -> list[Claim]:
    """The claims that belong to ``record``, in order of time."""
    return list(session.scalars(sa.select(Claim).where(Claim.record == record).order_by(Claim.starts)))


def take(session: Session, resource: UUID, span: Span, record: UUID) -> Claim:
    """A new claim, written at once; ClaimTaken if somebody has the resource within ``span``."""
    for other in collisions(session, [(resource, span)])[0]:
        raise ClaimTaken(other)
    _ask_server(session, resource, span)
    claim = Claim(resource=resource, starts=span.starts, ends=span.ends, record=record)
    session.add(claim)
    session.flush()
    return claim


def _ask_server(session: Session, resource: UUID, span: Span) -> None:
    """Refused if somebody else has it at the server; what was given up here is held there a while longer."""
    asks: Asks | None = session.info.get("asks")
    for holder in (asks and asks(resource, span.starts, span.ends)) or ():
        given_up = sa.select(Claim.id).where(
            Claim.resource == resource, Claim.record == holder, Claim.deleted_at.is_not(None)
        )
        if session.scalars(given_up.limit(1).execution_options(include_deleted=True)).first() is None:
            raise Refused(
                "Ein anderer Arbeitsplatz hat das inzwischen belegt. Es wurde nichts geändert; nach dem "
                "Abgleich, der jetzt läuft, ist zu sehen, wer und bis wann.",
                detail=f"{resource} held at the server by {holder}",
            )


_ASKED_AT_MOST = 4
"""Claims that the server is asked about one by one; a whole series is decided on when it arrives there."""


def take_all(session: OperationSession, wanted: Sequence[tuple[UUID, Span, UUID]]) -> None:
    """Many claims at once (resource, span, record); ClaimTaken with the first that somebody has.

    The database refuses what overlaps among themselves.
    """
    for taken in collisions(session, [(resource, span) for resource, span, _ in wanted]):
        for other in taken:
            raise ClaimTaken(other)
    if len(wanted) <= _ASKED_AT_MOST:
        for resource, span, _ in wanted:
            _ask_server(session, resource, span)
    values = [
        {"resource": resource, "starts": span.starts, "ends": span.ends, "record": record}
        for resource, span, record in wanted
    ]
    add_all(session, Claim, values)


def take_first(session: Session, resource: UUID, span: Span, record: UUID) -> Claim:
    """A claim on something that was made in this operation, so that nobody can be in the way.

    Written with the next flush, many at once; the database refuses an overlap all the same.
    """
    claim = Claim(resource=resource, starts=span.starts, ends=span.ends, record=record)
    session.add(claim)
    return claim


def give_up(session: Session, record: UUID) -> None:
    """Every claim of ``record`` is given up, at once."""
    for claim in claims_of(session, record):
        session.delete(claim)
    session.flush()


_OVERLAP = f"""
    SELECT RAISE(ABORT, '{TAKEN}') WHERE (
        SELECT ends FROM claim WHERE resource = NEW.resource AND deleted_at IS NULL AND id <> NEW.id
            AND starts < NEW.ends ORDER BY starts DESC LIMIT 1
    ) > NEW.starts;
"""
TRIGGERS = {
    "claim_taken": f"BEFORE INSERT ON claim WHEN NEW.deleted_at IS NULL BEGIN {_OVERLAP} END",
    "claim_taken_again": "BEFORE UPDATE ON claim WHEN OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL "
    f"BEGIN {_OVERLAP} END",
    "claim_never_changes": "BEFORE UPDATE ON claim WHEN NEW.id <> OLD.id OR NEW.resource <> OLD.resource "
    "OR NEW.starts <> OLD.starts OR NEW.ends <> OLD.ends OR NEW.record <> OLD.record "
    "BEGIN SELECT RAISE(ABORT, 'claim changed'); END",
}
"""Name → what follows ``CREATE TRIGGER name``; made by `tables.make_triggers`."""
