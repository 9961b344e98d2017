"""A town as it stands, for a workstation that the log no longer reaches: rows, conflicts, what was erased.

The pages are read one after another while others go on writing; the log from ``as_of`` on, laid over them,
makes them one state (docs/sync-protocol.md, "Snapshot").
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from psycopg import sql

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.server.town import Pool, counter, in_ledger, in_town, refuse_other
from rathaus_desk.store import journal
from rathaus_desk.store.schema import synced_tables
from rathaus_desk.sync.envelope import Answer, Begun

PAGE_ROWS = 4000
"""Rows of a page; the last page of a table is shorter."""


def begin(pool: Pool, town: str, epoch: str) -> Begun:
    """What a snapshot starts from, and how much there is to read.

    As for every page: Conflicting (``epoch``) if the server was restored since the asker heard of it.
    """
    with in_town(pool, town) as cursor:
        n, chain, here = counter(cursor)
        refuse_other(epoch, here)
        counts: dict[str, int] = {}
        for table in sorted(synced_tables()):
            found = cursor.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            ).fetchone()
            assert found is not None
            if found[0]:
                counts[table] = found[0]
    return Begun(as_of=n, chain=chain.hex(), epoch=epoch, rows=counts, schema=journal.SCHEMA)


def rows(pool: Pool, town: str, epoch: str, table: str, after: UUID) -> list[bytes]:
    """The rows of a table behind the id ``after``, deleted ones too, as JSON; at most `PAGE_ROWS`.

    BadInput for a table that is not synced.
    """
    if table not in synced_tables():
        raise BadInput("Diese Tabelle gibt es nicht.")
    query = sql.SQL("SELECT row_to_json(t)::text FROM {} t WHERE id > %s ORDER BY id LIMIT %s").format(
        sql.Identifier(table)
    )
    with in_town(pool, town) as cursor:
        refuse_other(epoch, counter(cursor)[2])
        return [line.encode() for (line,) in cursor.execute(query, (after, PAGE_ROWS))]


def open_conflicts(pool: Pool, town: str, epoch: str, as_of: int) -> list[bytes]:
    """The lines of the log up to ``as_of`` that wait for a clerk; they stay when the log is cut."""
    query = "SELECT line FROM sync_log WHERE is_open AND n <= %s ORDER BY n"
    with in_town(pool, town) as cursor:
        refuse_other(epoch, counter(cursor)[2])
        return [bytes(line) for (line,) in cursor.execute(query, (as_of,), binary=True)]


def erased(pool: Pool, town: str, epoch: str) -> list[UUID]:
    """The erasure register."""
    with in_town(pool, town) as cursor:
        refuse_other(epoch, counter(cursor)[2])
        return [record for (record,) in cursor.execute("SELECT record FROM sync_erased ORDER BY record")]


def decided(pool: Pool, town: str, operations: Sequence[UUID]) -> list[Answer]:
    """What was decided of ``operations``, as far as anything was."""
    with in_town(pool, town) as cursor:
        return in_ledger(cursor, operations)
