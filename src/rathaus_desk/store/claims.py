"""Claims: whatever must not collide is a row here, and the database itself refuses an overlap.

Times are integer minutes since 1970 in UTC, half-open: two claims that touch do not overlap. A claim by days
runs from 00:00 UTC of its first day to 00:00 UTC of the day after its last. Claims of a resource never
overlap, so one look-up decides: the last one that starts before the new *end*, refused if it ends after the
new start. A claim is made or given up, never changed; a move gives up first and takes then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.periods import FOR_EVER, SINCE_EVER, german_date
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

    def __init__(self, claim: Claim) -> None:
        self.resource = claim.resource
        self.holder = claim.record
        self.taken = Span(claim.starts, claim.ends)
        super().__init__(
            f"In dieser Zeit ist schon belegt ({self.taken}).",
            detail=f"{claim.resource} held by {claim.record}",
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


def in_the_way(session: Session, resource: UUID, span: Span) -> list[Claim]:
    """The claims of ``resource`` that overlap ``span``, in order of time."""
    query = (
        sa.select(Claim)
        .where(Claim.resource == resource, Claim.starts < span.ends, Claim.ends > span.starts)
        .order_by(Claim.starts)
    )
    return list(session.scalars(query))


def free(session: Session, resources: Iterable[UUID], span: Span) -> list[UUID]:
    """Those of ``resources`` that nobody has in ``span``, in the order given."""
    asked = list(resources)
    taken = set(
        session.scalars(
            sa.select(Claim.resource)
            .where(Claim.resource.in_(asked), Claim.starts < span.ends, Claim.ends > span.starts)
            .distinct()
        )
    )
    return [resource for resource in asked if resource not in taken]


def claims_of(session: Session, record: UUID) -> list[Claim]:
    """The claims that belong to ``record``, in order of time."""
    return list(session.scalars(sa.select(Claim).where(Claim.record == record).order_by(Claim.starts)))


def take(session: Session, resource: UUID, span: Span, record: UUID) -> Claim:
    """A new claim, written at once; ClaimTaken if somebody has the resource within ``span``."""
    for other in in_the_way(session, resource, span):
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
