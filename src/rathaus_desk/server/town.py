"""One municipality on the server: its transactions, log, chain and horizon, its numbers, its claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection, Cursor, sql
from psycopg_pool import ConnectionPool

from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.server.tables import LEASE, schema_of
from rathaus_desk.store.journal import Header
from rathaus_desk.sync.envelope import Answer
from rathaus_desk.sync.rules import Verdict

_RESTORED = "Der Server wurde aus einer Sicherung wiederhergestellt."
_BEHIND = "So weit reicht der Verlauf des Servers nicht mehr zurück."
RECOVERING = "Der Server wird wiederhergestellt und nimmt noch nichts Neues an."

Pool = ConnectionPool[Connection[Any]]
Allowed = Callable[[Header], bool]

JUMP = 10**6
"""Versions left out after a restore, for each minute that the backup is old: what a workstation has seen
before is older than all that comes, also if the same backup is restored a second time."""
NUMBERS_JUMP = 1000
"""Numbers of every series left out after a restore, for each day that the backup is old: they may have been
leased after it."""

PAGE_OPERATIONS = 1000
PAGE_BYTES = 4 * 2**20
"""A page of the log ends after this many operations or bytes."""


class Conflicting(DeskError):
    """The workstation and the server do not have the same past; ``kind`` says in what.

    ``epoch``: the server was restored; ``history``: the log is another one; ``fork``: the workstation's chain
    is; ``recovering``: nothing new is accepted; ``horizon``: the log no longer reaches back so far.
    """

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


@contextmanager
def in_town(pool: Pool, town: str) -> Iterator[Cursor[Any]]:
    """A transaction that sees one municipality and nothing else."""
    name = sql.Identifier(schema_of(town))
    with pool.connection() as connection, connection.transaction(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET LOCAL ROLE {}; SET LOCAL search_path TO {}, public").format(name, name))
        yield cursor


def restored(pool: Pool, town: str, epoch: str) -> None:
    """The database was restored from a backup: nothing new is accepted until `recovered`."""
    with in_town(pool, town) as cursor:
        cursor.execute("UPDATE sync_counter SET epoch = %s, recovering = true", (epoch,))


def recovered(pool: Pool, town: str) -> None:
    """The workstations have handed back what they had: work goes on.

    Versions and numbers jump, so that none is given twice even if somebody comes later.
    """
    with in_town(pool, town) as cursor:
        query = "SELECT at FROM sync_log ORDER BY n DESC LIMIT 1"
        found = cursor.execute(query).fetchone()
        age = datetime.now(UTC) - datetime.fromisoformat(found[0]) if found else timedelta()
        minutes, days = age // timedelta(minutes=1), age // timedelta(days=1)
        jumped = "UPDATE sync_counter SET n = n + %s, recovering = false"
        cursor.execute(jumped, (JUMP * (1 + max(0, minutes)),))
        cursor.execute("UPDATE sync_series SET next = next + %s", (NUMBERS_JUMP * (1 + max(0, days)),))


def in_ledger(cursor: Cursor[Any], operations: Sequence[UUID]) -> list[Answer]:
    """What was decided of operations, as far as anything was. The ledger reaches back to the first of all."""
    query = "SELECT id::text, n, verdict FROM sync_ledger WHERE id = ANY(%s)"
    return [
        Answer(id_, n, verdict and msgspec.json.decode(verdict, type=Verdict))
        for id_, n, verdict in cursor.execute(query, (list(operations),))
    ]


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of the log after a number, and the number of the last there is."""

    lines: list[bytes]
    head: int


def log_after(
    pool: Pool, town: str, after: int, epoch: str | None, check: str | None, limit: int = PAGE_OPERATIONS
) -> Page:
    """The log after ``after``. Conflicting (``epoch``, ``horizon``, ``history``): the asker needs more."""
    with in_town(pool, town) as cursor:
        head, _, here = counter(cursor)
        if epoch is not None:
            refuse_other(epoch, here)
        if after < horizon(cursor):
            raise Conflicting("horizon", _BEHIND)
        if after > head:
            raise Conflicting("history", "Der Server kennt weniger, als hier schon steht.")
        if check is not None and chain_at(cursor, after).hex() != check:
            raise Conflicting("history", "Der Verlauf des Servers passt nicht zu dem, was hier schon steht.")
        lines: list[bytes] = []
        size = 0
        query = "SELECT line FROM sync_log WHERE n > %s ORDER BY n LIMIT %s"
        for (line,) in cursor.execute(query, (after, min(limit, PAGE_OPERATIONS)), binary=True):
            if lines and size + len(line) > PAGE_BYTES:
                break
            lines.append(line)
            size += len(line)
    return Page(lines, head)


def refuse_other(epoch: str, here: str) -> None:
    """Conflicting (``epoch``) unless the asker knows the server as it is ``here``."""
    if epoch != here:
        raise Conflicting("epoch", _RESTORED)


def counter(cursor: Cursor[Any]) -> tuple[int, bytes, str]:
    """The number of the last decision, the chain there, and the epoch."""
    # Numbers jump when a server was restored: the counter may be ahead of the last decision.
    query = "SELECT greatest(horizon, (SELECT max(n) FROM sync_log)), chain, epoch FROM sync_counter"
    found = cursor.execute(query).fetchone()
    assert found is not None
    n, chain, epoch = found
    return n, bytes(chain), epoch


def horizon(cursor: Cursor[Any]) -> int:
    """The number of the last decision that was taken out of the log (`upkeep.tidy`); 0: none."""
    found = cursor.execute("SELECT horizon FROM sync_counter").fetchone()
    return int(found[0]) if found else 0


def chain_at(cursor: Cursor[Any], n: int) -> bytes:
    """The chain after the decision ``n``, from the horizon on."""
    query = (
        "SELECT horizon_chain FROM sync_counter WHERE horizon = %(n)s"
        " UNION ALL SELECT chain FROM sync_log WHERE n = %(n)s LIMIT 1"
    )
    found = cursor.execute(query, {"n": n}).fetchone()
    return b"" if found is None else bytes(found[0])


def lease(pool: Pool, town: str, ws: UUID, request: UUID, series: str, at_least: int) -> tuple[int, int]:
    """Numbers of ``series`` for a workstation, first and last; none below ``at_least``.

    The same request of the same workstation has the same answer. Conflicting (``recovering``) while it is not
    known yet which numbers were leased after the backup.
    """
    with in_town(pool, town) as cursor:
        found = cursor.execute("UPDATE sync_counter SET n = n RETURNING recovering").fetchone()
        if found is not None and found[0]:
            raise Conflicting("recovering", RECOVERING)
        query = "SELECT first, last FROM sync_lease WHERE ws = %s AND request = %s"
        known = cursor.execute(query, (ws, request)).fetchone()
        if known is not None:
            return int(known[0]), int(known[1])
        query = "SELECT next FROM sync_series WHERE series = %s"
        found = cursor.execute(query, (series,)).fetchone()
        first = max(at_least, found[0] if found else 1)
        cursor.execute(
            "INSERT INTO sync_series VALUES (%s, %s) ON CONFLICT (series) DO UPDATE SET next = EXCLUDED.next",
            (series, first + LEASE),
        )
        last = first + LEASE - 1
        cursor.execute(
            "INSERT INTO sync_lease VALUES (%s, %s, %s, %s, %s)", (ws, request, series, first, last)
        )
        return first, last


def series(pool: Pool, town: str) -> list[str]:
    """The series that numbers were leased of."""
    with in_town(pool, town) as cursor:
        return [name for (name,) in cursor.execute("SELECT series FROM sync_series ORDER BY series")]


def who_has(pool: Pool, town: str, resource: UUID, starts: int, ends: int) -> list[str]:
    """The records that ``resource`` belongs to within the span (minutes, half-open)."""
    query = (
        "SELECT record::text FROM claim WHERE resource = %s AND deleted_at IS NULL"
        " AND starts < %s AND ends > %s ORDER BY starts"
    )
    with in_town(pool, town) as cursor:
        return [record for (record,) in cursor.execute(query, (resource, ends, starts))]
