"""What was erased stays erased, also when the database comes back from an older backup.

The register lies outside the database (`keep.Keep`). After a restore `reapply` empties the records again at
once; what workstations hand back afterwards is emptied as it comes. `issue` then tells everybody, as
operations of the server, where no workstation has handed the erasure back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Cursor, Error, sql

from rathaus_desk.server.deciding import erase
from rathaus_desk.server.erasing import erase_again
from rathaus_desk.server.keep import Erasure, Keep
from rathaus_desk.server.rows import upsert
from rathaus_desk.server.town import Pool, in_town
from rathaus_desk.store.schema import Base, moment_text, synced_tables
from rathaus_desk.store.shape import shape_of
from rathaus_desk.sync.envelope import Answer, read_changes, read_entry, read_envelope

_MARK = b'"k":"erase"'
"""Stands in every operation that erases, and in no text: quotes are escaped there."""


def note(keep: Keep | None, town: str, came: Sequence[bytes], answers: Sequence[Answer]) -> None:
    """Notes what operations erased that were accepted."""
    if keep is None:
        return
    accepted = [
        raw for raw, answer in zip(came, answers, strict=True) if answer.verdict is None and _MARK in raw
    ]
    if accepted:
        keep.note_erased(one for raw in accepted for one in _erased_by(town, raw))


def _erased_by(town: str, raw: bytes) -> Iterable[Erasure]:
    for change in read_changes(read_envelope(raw)):
        if change is not None and change.k == "erase":
            yield Erasure(town, change.t, change.id, change.new)


def note_all(pool: Pool, keep: Keep) -> None:
    """Notes what the database knows to be erased: whatever was cut off between it and the folder."""
    with pool.connection() as connection:
        towns = [key for (key,) in connection.execute("SELECT key FROM rathaus.municipality ORDER BY key")]
    for town in towns:
        known = {one.id for one in keep.erased(town)}
        with in_town(pool, town) as cursor:
            records = [str(record) for (record,) in cursor.execute("SELECT record FROM sync_erased")]
            missing = [record for record in records if record not in known]
            found = [_stub(cursor, town, record) for record in missing]
        keep.note_erased(one for one in found if one is not None)


def _stub(cursor: Cursor[Any], town: str, record: str) -> Erasure | None:
    """What is left of an erased record; None where even that was tidied away."""
    for table in sorted(synced_tables()):
        query = sql.SQL("SELECT to_jsonb(t) FROM {} t WHERE id = %s").format(sql.Identifier(table))
        row = cursor.execute(query, (record,)).fetchone()
        if row is not None:
            return Erasure(town, table, record, {name: row[0][name] for name in shape_of(table).content})
    return None


def reapply(pool: Pool, town: str, keep: Keep) -> int:
    """After a restore: empties what was erased since the backup; how many records.

    What is left of them stands as long as old operations are handed back that refer to them; it goes with the
    erasure that is handed back, or with `issue`.
    """
    with in_town(pool, town) as cursor:
        known = {str(record) for (record,) in cursor.execute("SELECT record FROM sync_erased")}
        # Owners before parts: what refers to others can only stand where they do.
        order = {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}
        again = [one for one in keep.erased(town) if one.id not in known]
        again.sort(key=lambda one: order.get(one.t, 0))
        for one in again:
            _empty(cursor, one)
            erase(cursor, one.id, one.new)
            cursor.execute("UPDATE sync_erased SET again = true WHERE record = %s", (one.id,))
    return len(again)


def _empty(cursor: Cursor[Any], one: Erasure) -> None:
    """The record without its values, also where the backup has none: later operations may refer to it."""
    query = sql.SQL("SELECT version, created_at, deleted_at FROM {} WHERE id = %s").format(
        sql.Identifier(one.t)
    )
    before = cursor.execute(query, (one.id,)).fetchone()
    now = moment_text(datetime.now(UTC))
    version, made, gone = before or (0, now, None)
    row = {
        **one.new,
        "id": one.id,
        "version": version,
        "created_at": made,
        "changed_at": now,
        "deleted_at": gone,
    }
    cursor.execute("SAVEPOINT stub")
    try:
        cursor.execute(upsert(one.t), (msgspec.json.encode([row]).decode(),))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except Error:
        # It belongs to what the backup does not have either; there is nothing of it to empty.
        cursor.execute("ROLLBACK TO SAVEPOINT stub")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    cursor.execute("RELEASE SAVEPOINT stub")


def issue(pool: Pool, town: str, keep: Keep, server: UUID) -> tuple[int, list[str]]:
    """After `town.recovered`: erases, for everybody, what nobody has handed back as erased.

    How many records were erased so, and the ids of those that something still refers to: they stay empty, and
    somebody has to look at what refers to them.
    """
    with in_town(pool, town) as cursor:
        query = "SELECT record FROM sync_erased WHERE again ORDER BY record"
        again = {str(record) for (record,) in cursor.execute(query).fetchall()}
        handed_back = {record for record in again if _is_in_log(cursor, record)}
        wanted = [one.id for one in keep.erased(town) if one.id in again - handed_back]
        cursor.execute("UPDATE sync_erased SET again = false")
    used = erase_again(pool, town, wanted, server)
    return len(wanted) - len(used), used


def _is_in_log(cursor: Cursor[Any], record: str) -> bool:
    """Whether an accepted operation of the log erases the record."""
    query = (
        "SELECT g.line FROM sync_log g JOIN sync_ledger l USING (n) WHERE l.verdict IS NULL"
        " AND position(%s::bytea IN g.line) > 0 AND position(%s::bytea IN g.line) > 0"
    )
    for (line,) in cursor.execute(query, (record.encode(), _MARK)).fetchall():
        changes = read_changes(read_envelope(read_entry(bytes(line)).op))
        if any(change is not None and change.k == "erase" and change.id == record for change in changes):
            return True
    return False
