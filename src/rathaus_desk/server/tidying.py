"""What is taken out of a town's data in time: the old log, old tombstones, files that nobody needs.

The ledger stays for ever: an operation that comes again after years must not be carried out twice. So does
the erasure register.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Cursor, sql

from rathaus_desk.server.registry import Registry
from rathaus_desk.server.town import horizon, in_town
from rathaus_desk.store.attachments import Attachment
from rathaus_desk.store.schema import Base, moment_text
from rathaus_desk.store.shape import referring_to

KEEP = timedelta(days=400)
"""How long the log reaches back; a workstation that is away for longer reads a snapshot."""
UNUSED_FILE = timedelta(days=90)
"""How long a file stays that no row names any more …"""
UNASKED_FILE = timedelta(days=30)
"""… and that nobody asked for."""
PARTIAL_FILE = timedelta(days=7)
"""How long the pieces of an unfinished file stay."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """What was taken out."""

    horizon: int
    operations: int
    tombstones: int
    files: int


def tidy(registry: Registry, town: str, now: datetime, *, keep: timedelta = KEEP) -> Tidied:
    """Takes out of the log what is older than ``keep`` and known to all active workstations; tombstones too.

    Conflicts that are open stay in the log. A tombstone that a row still names stays, an erased one too.
    """
    slowest = registry.slowest(town, now - keep)
    with in_town(registry.pool, town) as cursor:
        # Serial with every push, as a push is.
        cursor.execute("UPDATE sync_counter SET n = n")
        since, operations = _cut_log(cursor, slowest, now - keep)
        tombstones = _remove_tombstones(cursor, since)
        files = _remove_files(cursor, now)
    return Tidied(since, operations, tombstones, files)


def _cut_log(cursor: Cursor[Any], slowest: int | None, before: datetime) -> tuple[int, int]:
    """The horizon now, and how many operations went."""
    since = horizon(cursor)
    young = "SELECT min(n) FROM sync_log WHERE n > %s AND at >= %s"
    found = cursor.execute(young, (since, moment_text(before.astimezone(UTC)))).fetchone()
    bounds = [slowest + 1 if slowest is not None else None, found[0] if found else None]
    end = min((bound for bound in bounds if bound is not None), default=2**62)
    query = "SELECT n, chain FROM sync_log WHERE n > %s AND n < %s ORDER BY n DESC LIMIT 1"
    last = cursor.execute(query, (since, end)).fetchone()
    if last is None:
        return since, 0
    cursor.execute("UPDATE sync_counter SET horizon = %s, horizon_chain = %s", last)
    gone = cursor.execute("DELETE FROM sync_log WHERE n <= %s AND NOT is_open", (last[0],)).rowcount
    return int(last[0]), gone


def _remove_tombstones(cursor: Cursor[Any], horizon: int) -> int:
    """What refers goes before what is referred to; whoever is referred to by its like needs another round."""
    tables = [table.name for table in reversed(Base.metadata.sorted_tables) if table.info.get("synced")]
    removed = 0
    while True:
        before = removed
        for table in tables:
            named = [
                sql.SQL(" AND NOT EXISTS (SELECT 1 FROM {} r WHERE r.{} = t.id)").format(
                    sql.Identifier(reference.table), sql.Identifier(reference.column)
                )
                for reference in referring_to(table)
            ]
            query = sql.SQL("DELETE FROM {} t WHERE deleted_at IS NOT NULL AND version <= %s{}").format(
                sql.Identifier(table), sql.SQL("").join(named)
            )
            removed += cursor.execute(query, (horizon,)).rowcount
        if removed == before:
            return removed


def _remove_files(cursor: Cursor[Any], now: datetime) -> int:
    used = sql.SQL("EXISTS (SELECT 1 FROM {} a WHERE a.sha256 = f.sha256)").format(
        sql.Identifier(Attachment.__tablename__)
    )
    cursor.execute(
        sql.SQL(
            "UPDATE sync_file f SET unused_since = CASE WHEN {} THEN NULL ELSE coalesce(unused_since, %s) END"
        ).format(used),
        (now,),
    )
    gone = cursor.execute(
        "DELETE FROM sync_file WHERE unused_since < %s AND asked_at < %s RETURNING sha256",
        (now - UNUSED_FILE, now - UNASKED_FILE),
    ).fetchall()
    cursor.execute("DELETE FROM sync_chunk WHERE sha256 = ANY(%s)", ([name for (name,) in gone],))
    cursor.execute(
        "DELETE FROM sync_chunk c WHERE NOT EXISTS (SELECT 1 FROM sync_file f WHERE f.sha256 = c.sha256)"
        " AND NOT EXISTS (SELECT 1 FROM sync_chunk s WHERE s.sha256 = c.sha256 AND s.at >= %s)",
        (now - PARTIAL_FILE,),
    )
    return len(gone)
