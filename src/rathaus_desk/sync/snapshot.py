"""The whole town as the server has it, for a workstation that the log no longer reaches.

The pages come one after another and wait here, a cut costs one of them; meanwhile the clerk works on. In the
end they replace all rows in one transaction, together with the log since the snapshot was begun: pages were
read while others wrote, and only that log makes them one state. docs/sync-protocol.md, "Snapshot".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from rathaus_desk.kernel.ids import raw_id
from rathaus_desk.store import journal
from rathaus_desk.store.connection import Guard
from rathaus_desk.store.engine import Following, Store
from rathaus_desk.store.overlay import SnapshotPage, scrub
from rathaus_desk.store.schema import synced_tables
from rathaus_desk.store.shape import BOOKKEEPING, shape_of
from rathaus_desk.sync.client import Client
from rathaus_desk.sync.compression import compressed, decompressed
from rathaus_desk.sync.envelope import Answer, Begun, Broken, as_of_today, encoded, verdict_text
from rathaus_desk.sync.following import (
    Decided,
    Pull,
    forget_decisions,
    note_newer,
    read_decided,
    uncollected,
    verified,
)
from rathaus_desk.sync.rows import Page
from rathaus_desk.sync.rules import Change

_HEAD = ""
_FIRST = UUID(int=0)
_row = msgspec.json.Decoder(dict[str, Any])


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came beside the rows, which wait in `SnapshotPage`."""

    begun: Begun
    conflicts: Sequence[bytes]
    """Lines of the log: what was open when the snapshot was begun."""
    erased: Sequence[UUID]


def fetch(store: Store, client: Client, town: str, epoch: str, told: Callable[[int, int], None]) -> Fetched:
    """Reads a snapshot, or what is missing of the one under way. ``told`` hears rows read and rows in all.

    A server that was restored meanwhile says so (ServerSays ``epoch``); what was read of an earlier ``epoch``
    is thrown away.
    """
    begun, table, last, read = _under_way(store)
    if begun is None or begun.epoch != epoch:
        forget(store)
        begun, table, last, read = client.begin_snapshot(town, epoch), _HEAD, _FIRST, 0
        _keep(store, _HEAD, 0, _FIRST, encoded(begun))
    total = sum(begun.rows.values())
    for name in sorted(begun.rows):
        if name < table or (begun.schema >= journal.SCHEMA and name not in synced_tables()):
            continue
        after = last if name == table else _FIRST
        while content := client.snapshot_rows(town, epoch, name, after):
            lines = content.split(b"\n")
            after, read = UUID(_decoded(lines[-1])["id"]), read + len(lines)
            _keep(store, name, len(lines), after, content)
            told(min(read, total), total)
    conflicts = client.snapshot_open(town, epoch, begun.as_of)
    return Fetched(begun, conflicts, client.snapshot_erased(town, epoch))


def forget(store: Store) -> None:
    """Throws away what was read of a snapshot."""
    with store.local() as session:
        session.execute(sa.delete(SnapshotPage))


def _under_way(store: Store) -> tuple[Begun | None, str, UUID, int]:
    """What the snapshot under way started from, and how far it is: table, id, rows read."""
    place = SnapshotPage.place
    with store.read() as session:
        head = session.scalar(sa.select(SnapshotPage.content).where(SnapshotPage.part == _HEAD))
        latest = session.scalars(sa.select(SnapshotPage).order_by(place.desc()).limit(1)).first()
        read = session.scalar(sa.select(sa.func.sum(SnapshotPage.rows)))
        if head is None or latest is None:
            return None, _HEAD, _FIRST, 0
        return msgspec.json.decode(decompressed(head), type=Begun), latest.part, latest.last, int(read or 0)


def _keep(store: Store, part: str, rows: int, last: UUID, content: bytes) -> None:
    with store.local() as session:
        session.add(SnapshotPage(part=part, rows=rows, last=last, content=compressed(content)))


def take_over(
    store: Store,
    fetched: Fetched,
    log: Sequence[bytes],
    head: int,
    answers: Sequence[Answer],
    *,
    anew_in: str | None = None,
) -> int:
    """The snapshot replaces every row, ``log`` since then included; the cursor now.

    ``answers``: what the server says of the operations undecided here; who was away for long does not find
    them in the log any more. ``anew_in``: as in `following.follow`. Raises Broken, and changes nothing, if
    something is not what it must be.
    """
    begun = fetched.begun
    with uncollected(), store.following() as following:
        if anew_in is not None:
            forget_decisions(following, anew_in)
        page = verified(log, begun.as_of, bytes.fromhex(begun.chain))
        pull = Pull(following)
        _decide(following, [answer for answer in answers if answer.n <= begun.as_of])
        following.execute("UPDATE journal SET is_open = 0")
        pull.keep([read_decided(line) for line in fetched.conflicts])
        pull.keep(page)
        accepted = [one for one in page if one.entry.verdict is None]
        note_newer(following, max([begun.schema, *(one.entry.schema for one in page)]))
        _replace(following, begun.schema, accepted)
        for record in fetched.erased:
            scrub(following.driver, Guard.mark, record.bytes)
        for one in accepted:
            pull.scrub(one)
        cursor, chain = (page[-1].n, page[-1].chain) if page else (begun.as_of, bytes.fromhex(begun.chain))
        following.execute("UPDATE workstation SET cursor = ?", (cursor,))
        following.execute(
            "UPDATE server_link SET chain = ?, head = ?, snapshot_n = ?, snapshot_chain = ?",
            (chain, max(head, cursor), begun.as_of, bytes.fromhex(begun.chain)),
        )
        pull.redo_overlay()
        following.execute("DELETE FROM snapshot_page")
    return cursor


def _decide(following: Following, answers: Sequence[Answer]) -> None:
    following.execute_many(
        "UPDATE journal SET n = ?, state = ?, verdict = ? WHERE id = ?",
        [
            (
                answer.n,
                "refused" if answer.verdict else "accepted",
                verdict_text(answer.verdict),
                raw_id(answer.id),
            )
            for answer in answers
        ],
    )


def _replace(following: Following, schema: int, accepted: Sequence[Decided]) -> None:
    """Every row goes; those of the snapshot come, as ``accepted`` has left them."""
    following.everything = True
    following.execute("DELETE FROM shadow")
    for table in synced_tables():
        following.execute(f'DELETE FROM "{table}"')
    changed = {(change.t, change.id) for one in accepted for change in one.changes if change}
    changed |= {(table, record) for one in accepted for table, record, _ in one.stubs}
    page = Page(following)
    for part, rows in _pages(following):
        whole: dict[str, list[list[Any]]] = {}
        for table, wire in filter(None, (_as_of_today(part, row, schema) for row in rows)):
            shape = shape_of(table)
            raw = shape.raw({column: wire[column] for column in shape.columns})
            if (table, wire["id"]) in changed:
                page.add(table, raw)
            else:
                whole.setdefault(table, []).append([raw[column] for column in shape.columns])
        for table, values in whole.items():
            following.execute_many(shape_of(table).insertion, values)
    for one in accepted:
        page.take(one)
    page.flush()


def _as_of_today(table: str, row: dict[str, Any], schema: int) -> tuple[str, dict[str, Any]] | None:
    """A row of the tables of ``schema`` as one of today's, and of which; None if there is none today."""
    if schema == journal.SCHEMA:
        return table, row
    content = {column: value for column, value in row.items() if column not in BOOKKEEPING}
    read = as_of_today(Change(table, row["id"], "ins", 0, {}, content), schema)
    return None if read is None else (read.t, {**row, **read.new})


def _pages(following: Following) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    query = "SELECT place, part FROM snapshot_page WHERE part <> ? ORDER BY place"
    for place, table in following.execute(query, (_HEAD,)).fetchall():
        (content,) = following.execute(
            "SELECT content FROM snapshot_page WHERE place = ?", (place,)
        ).fetchone()
        yield table, [_decoded(line) for line in decompressed(content).split(b"\n")]


def _decoded(line: bytes) -> dict[str, Any]:
    try:
        return _row.decode(line)
    except msgspec.DecodeError as error:
        raise Broken("Der Server hat etwas geschickt, das nicht lesbar ist.", detail=str(error)) from error
