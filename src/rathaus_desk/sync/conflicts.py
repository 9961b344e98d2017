"""Conflicts: operations that the server refused and nobody has settled. All workstations have the same list.

Settling is always a new operation: what was wanted is given up, or the domain operation is run anew on
today's rows. Stored row changes are never replayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from rathaus_desk.kernel.errors import Refused
from rathaus_desk.store.canonical import parsed
from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.engine import Store
from rathaus_desk.store.journal import StoredChange, read_change, read_header
from rathaus_desk.store.operations import Done, Request, Work, operation, operation_named
from rathaus_desk.store.schema import record_class
from rathaus_desk.store.shape import shape_of
from rathaus_desk.sync.rules import Refusal, Verdict


class Discard(Request, frozen=True, kw_only=True):
    """What a refused operation wanted is given up."""


@operation(Discard, name="sync.discard", title="Konflikt geklärt: verworfen", undoable=False)
def discard(work: Work, request: Discard) -> None:
    """Nothing changes but that the conflict is none any more."""


ERASED_AGAIN = "sync.erase_again"


class EraseAgain(Request, frozen=True, kw_only=True):
    """A record that was erased, and came back when the server was restored from an older backup."""

    table: str
    record: UUID


@operation(EraseAgain, name=ERASED_AGAIN, title="Löschung (DSGVO) nach Wiederherstellung", undoable=False)
def erase_again(work: Work, request: EraseAgain) -> None:
    """Refused while something refers to it: that has to be settled first."""
    found = work.session.get(record_class(request.table), request.record)
    if found is not None:
        work.erase(found)


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that two people wanted differently, as plain JSON."""

    table: str
    record: UUID
    column: str
    before: Any
    """As it was when the refused operation began."""
    mine: Any
    """What the refused operation wanted."""
    now: Any
    """What stands there."""


@dataclass(frozen=True, slots=True)
class Who:
    """An operation, who did it and when."""

    operation: UUID
    title: str
    clerk: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Conflict:
    """A refused operation. ``follow_ups`` were refused only because of it."""

    n: int
    who: Who
    op: str
    verdict: Verdict
    can_run_again: bool
    by: Who | None
    """The operation that was faster, where one can be named."""
    differences: list[Difference]
    records: list[tuple[str, UUID]]
    """The records it was about."""
    follow_ups: list[Conflict] = field(default_factory=list)


def open_conflicts(session: Session) -> list[Conflict]:
    """The open conflicts in the order of the server's log, follow-ups under their cause.

    What an own operation that is not decided on yet settles is left out.
    """
    driver = driver_of(session)
    rows = driver.execute(_OPEN).fetchall()
    found = {UUID(bytes=row[1]): _conflict(driver, row) for row in rows}
    top: list[Conflict] = []
    for conflict in found.values():
        cause = UUID(conflict.verdict.by) if conflict.verdict.by else None
        if conflict.verdict.kind == "dependent" and cause in found:
            found[cause].follow_ups.append(conflict)
        else:
            top.append(conflict)
    return top


def count_open(driver: Any) -> int:
    """How many conflicts are open."""
    return len(driver.execute(_OPEN).fetchall())


_OPEN = """
    SELECT number, id, n, header, verdict, request IS NOT NULL FROM journal
    WHERE is_open AND id NOT IN (SELECT settles FROM (
        SELECT unhex(replace(json_extract(header, '$.settles'), '-', '')) AS settles
        FROM journal WHERE n IS NULL) WHERE settles IS NOT NULL)
    ORDER BY n"""


def _conflict(driver: Any, row: Sequence[Any]) -> Conflict:
    number, id_, n, header_text, verdict_text, has_request = row
    header = read_header(header_text)
    verdict = msgspec.json.decode(verdict_text, type=Verdict)
    kept = driver.execute("SELECT change FROM journal_change WHERE entry = ? ORDER BY position", (number,))
    changes = [read_change(change, header.schema) for (change,) in kept if change is not None]
    return Conflict(
        n=n,
        who=Who(UUID(bytes=id_), header.title, header.clerk, datetime.fromisoformat(header.issued_at)),
        op=header.op,
        verdict=verdict,
        can_run_again=bool(has_request)
        and verdict.kind != "erased"
        and operation_named(header.op) is not None,
        by=_who(driver, _in_the_way(driver, verdict)),
        differences=_differences(driver, changes),
        records=list(dict.fromkeys((change.t, change.id) for change in changes if change.t != "claim")),
    )


def _in_the_way(driver: Any, verdict: Verdict) -> bytes | None:
    """The operation that was faster: named in the verdict, or the last that wrote what is in the way."""
    if verdict.by:
        return UUID(verdict.by).bytes
    record = verdict.holder.split()[-1] if verdict.holder else verdict.record
    if not record:
        return None
    found = driver.execute(
        "SELECT j.id FROM journal_change c JOIN journal j ON j.number = c.entry"
        " WHERE c.record = ? AND j.state = 'accepted' ORDER BY j.n DESC LIMIT 1",
        (UUID(record).bytes,),
    ).fetchone()
    return None if found is None else found[0]


def _who(driver: Any, operation: bytes | None) -> Who | None:
    found = driver.execute("SELECT header FROM journal WHERE id = ?", (operation,)).fetchone()
    if found is None:
        return None
    header = read_header(found[0])
    return Who(header.id, header.title, header.clerk, datetime.fromisoformat(header.issued_at))


def _differences(driver: Any, changes: Sequence[StoredChange]) -> list[Difference]:
    """What the refused operation wanted and what stands there is not the same."""
    found: list[Difference] = []
    for change in changes:
        if change.k not in ("upd", "ins") or change.t == "claim":
            continue
        shape = shape_of(change.t)
        raw = shape.read(driver, change.id.bytes)
        now = {} if raw is None else shape.wire(raw, shape.content)
        for column, mine in change.new.items():
            if mine != now.get(column) and (change.k == "upd" or mine is not None):
                before = change.old.get(column)
                found.append(Difference(change.t, change.id, column, before, mine, now.get(column)))
    return found


def wanted(session: Session, operation: UUID) -> Request:
    """What a refused operation was asked to do, as a request of today; Refused if it cannot be run anew."""
    query = "SELECT header, request FROM journal WHERE id = ?"
    found = driver_of(session).execute(query, (operation.bytes,)).fetchone()
    header = None if found is None or found[1] is None else read_header(found[0])
    known = None if header is None else operation_named(header.op)
    if header is None or known is None:
        raise Refused("Dieser Vorgang lässt sich nicht noch einmal ausführen; er kann nur verworfen werden.")
    request = known.read(header.request_version, parsed(found[1]))
    return msgspec.structs.replace(request, seen={})


def give_up(store: Store, conflict: Conflict, *, clerk: UUID | None) -> list[Done]:
    """What was wanted is discarded, and what followed from it."""
    _refuse_settled(store, conflict)
    done = [store.run(Discard(), clerk=clerk, settles=conflict.who.operation)]
    for one in conflict.follow_ups:
        done += give_up(store, one, clerk=clerk)
    return done


def run_again(
    store: Store, conflict: Conflict, *, clerk: UUID | None, request: Request | None = None
) -> list[Done]:
    """The domain operation anew on what stands there now, then what followed from it, in the same order.

    ``request`` takes the place of what was wanted (another hall, another time). Raises as `Store.run` would;
    what was settled before that stays settled.
    """
    _refuse_settled(store, conflict)
    if request is None:
        with store.read() as session:
            request = wanted(session, conflict.who.operation)
    done = [store.run(request, clerk=clerk, settles=conflict.who.operation)]
    for one in conflict.follow_ups:
        done += run_again(store, one, clerk=clerk)
    return done


def _refuse_settled(store: Store, conflict: Conflict) -> None:
    with store.read() as session:
        still = {UUID(bytes=row[1]) for row in driver_of(session).execute(_OPEN)}
    if conflict.who.operation not in still:
        raise Refused("Dieser Konflikt ist schon geklärt.")


SENTENCES: dict[Refusal, str] = {
    "column": "Dieselben Angaben wurden inzwischen anders geändert.",
    "changed": "Der Eintrag wurde inzwischen geändert.",
    "deleted": "Der Eintrag wurde inzwischen gelöscht oder die Belegung aufgegeben.",
    "referenced": "Der Eintrag wird inzwischen anderswo gebraucht.",
    "reference": "Ein Eintrag, auf den sich der Vorgang bezieht, ist nicht mehr da.",
    "claim": "Die Stelle oder Zeit ist schon vergeben.",
    "unique": "Die Nummer oder Bezeichnung ist schon vergeben.",
    "dependent": "Der Vorgang baut auf einem auf, der nicht übernommen wurde.",
    "settled": "Der Konflikt wurde inzwischen schon geklärt.",
    "erased": "Die Angaben wurden inzwischen gelöscht (DSGVO).",
    "forbidden": "Dazu fehlt die Berechtigung.",
    "revoked": "Der Arbeitsplatz war schon außer Dienst gestellt.",
    "unprocessable": "Der Server konnte den Vorgang nicht lesen.",
    "schema": "Der Vorgang kommt von einer neueren Fassung des Programms.",
}
"""Why an operation was refused, for a clerk."""
