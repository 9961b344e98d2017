"""Deciding on what workstations hand in: each operation is judged as it stands, all are written at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Cursor

from rathaus_desk.server.rows import Kept, Key, TownRows
from rathaus_desk.server.town import (
    RECOVERING,
    Allowed,
    Conflicting,
    Pool,
    counter,
    in_ledger,
    in_town,
    refuse_other,
)
from rathaus_desk.store.attachments import Attachment
from rathaus_desk.store.journal import SCHEMA, Header, decided
from rathaus_desk.store.schema import moment_text
from rathaus_desk.sync import tables
from rathaus_desk.sync.chains import End, Link, continued
from rathaus_desk.sync.envelope import (
    MOST_CHANGES,
    Answer,
    Answers,
    Broken,
    Envelope,
    Image,
    LogEntry,
    Sent,
    emptied,
    encoded,
    judged,
    read_changes,
    read_entry,
    read_envelope,
    read_header,
    unreadable,
    verdict_text,
    without,
)
from rathaus_desk.sync.rules import (
    Change,
    Judged,
    Row,
    Rows,
    State,
    Tables,
    Trial,
    Verdict,
    about_erased,
    apply_op,
    carry_out,
    closes,
    opens,
)
from rathaus_desk.sync.values import is_uuid, misfit

Decide = Callable[[State, Judged, Tables], Rows | Verdict]


@dataclass(frozen=True, slots=True)
class Arrived:
    """One pushed operation, read."""

    raw: bytes
    envelope: Envelope
    header: Header
    hash: bytes
    changes: list[Change | None]
    flaw: Verdict | None
    """Why it cannot be carried out, whatever stands here."""


def arrived(raw: bytes, *, park: bool = False) -> Arrived:
    """An operation as it came; Broken if not even its head can be read. ``park``: it is not judged."""
    envelope = read_envelope(raw)
    header, hash_ = read_header(envelope), envelope.computed_hash()
    if hash_.hex() != envelope.hash or b"\n" in raw:
        raise Broken("Ein Vorgang wurde unterwegs verändert.", detail=str(header.id))
    try:
        changes, flaw = read_changes(envelope), None
        if not all(is_uuid(change.id) for change in changes if change is not None):
            raise Broken("Ein Vorgang ist unlesbar.", detail=str(header.id))
    except Broken:
        # Nobody else could read it either; it stops nobody.
        envelope, raw = (unread := unreadable(envelope)), encoded(unread)
        changes, flaw = [None] * len(envelope.changes), Verdict(kind="unprocessable")
    if park:
        flaw = Verdict(kind="unprocessable")
    elif header.schema > SCHEMA:
        flaw = Verdict(kind="schema")
    elif len(changes) > MOST_CHANGES:
        flaw = Verdict(kind="unprocessable")
    for change in changes:
        column = None if change is None or flaw is not None else misfit(change)
        if column is not None and change is not None:
            flaw = Verdict(
                kind="unprocessable", table=change.t, record=str(change.id)[:36], columns=(column,)
            )
    return Arrived(raw, envelope, header, hash_, changes, flaw)


def push(
    pool: Pool,
    town: str,
    epoch: str,
    raw: Sequence[bytes],
    allowed: Allowed,
    *,
    ws: UUID | None = None,
    retired: bool = False,
    park: bool = False,
) -> Answers:
    """Decides on a workstation's next operations, in one transaction.

    What ``ws`` issued itself (None: everything) must continue its chain. It may hand in what others issued
    and a restored server lost; their chains go on from there.

    Raises Conflicting (``epoch``, ``fork``, ``schema``: newer than this server) or Broken; nothing is kept
    then. What a ``retired`` workstation hands back is kept as refused, whatever its epoch: it cannot ask for
    another any more.
    """
    came = [arrived(one, park=park) for one in raw]
    if not park and any(one.header.schema > SCHEMA for one in came):
        raise Conflicting("schema", "Der Server ist älter als dieses Programm; er wird zuerst aktualisiert.")
    with in_town(pool, town) as cursor:
        return Deciding(cursor, epoch, allowed, retired).decide(came, ws)


def hand_back(pool: Pool, town: str, epoch: str, entries: Sequence[LogEntry]) -> int:
    """A workstation gives a restored server what it lost; the last number there is then."""
    with in_town(pool, town) as cursor:
        left = [_without_erased(cursor, entry) for entry in entries]
        return Deciding(cursor, epoch, lambda _: True, retired=False).take_back(left)


class Deciding:
    """Deciding on operations of one town, in one transaction: each is judged, all are written at once."""

    def __init__(self, cursor: Cursor[Any], epoch: str, allowed: Allowed, retired: bool) -> None:
        self._cursor = cursor
        self._allowed = allowed
        self._retired = retired
        # From here to the commit this municipality is serial: the numbers have no gaps, and whoever sees one
        # sees all before it.
        self._n, self._chain, here, self._recovering = self._counter()
        self._epoch = here
        if not retired:
            refuse_other(epoch, here)
        self._rows = self._state()
        self._batch = Trial(self._rows, self._rows.tables)
        self._written: dict[Key, tuple[Row, Kept, str]] = {}
        self._at = moment_text(datetime.now(UTC))
        self._log: list[tuple[Any, ...]] = []
        self._decided: dict[str, Answer] = {}
        self._opened: set[str] = set()
        self._closed: list[str] = []

    def _counter(self) -> tuple[int, bytes, str, bool]:
        """Locks the counter: its number, the chain there, the epoch, whether old entries are taken back."""
        query = "UPDATE sync_counter SET n = n RETURNING n, chain, epoch, recovering"
        found = self._cursor.execute(query).fetchone()
        assert found is not None
        n, chain, epoch, recovering = found
        return n, bytes(chain), epoch, recovering

    def _last(self) -> int:
        """The number of the last decision; the counter may have jumped since."""
        return counter(self._cursor)[0]

    def _state(self) -> TownRows:
        return TownRows(self._cursor, tables.rules())

    def decide(self, came: Sequence[Arrived], ws: UUID | None) -> Answers:
        """Decides on everything that is new."""
        if self._recovering:
            raise Conflicting("recovering", RECOVERING)
        known = self._known(came)
        new = [one for one in came if str(one.header.id) not in known]
        self._check_chain(new, lambda issuer: ws is None or issuer == ws)
        operations = {one.header.id: self._judged(one) for one in new}
        self._rows.ahead([op for op in operations.values() if isinstance(op, Judged)])
        for one in new:
            self._decide_on(one, operations[one.header.id])
        if new:
            self._write()
        answers = [known.get(str(one.header.id)) or self._decided[str(one.header.id)] for one in came]
        return Answers(answers, self._n)

    def take_back(self, entries: Sequence[LogEntry]) -> int:
        """Log entries that the server lost, as it had decided; the last number then. Broken if none fits."""
        if not self._recovering:
            raise Broken("Der Server nimmt schon wieder Neues an und nichts Altes mehr zurück.")
        counted, last = self._n, self._last()
        fresh = [entry for entry in entries if entry.n > last]
        came = [self._with_tables(arrived(bytes(entry.op))) for entry in fresh]
        self._check_chain(came, lambda _issuer: False)
        operations = [self._as_decided(one, entry) for one, entry in zip(came, fresh, strict=True)]
        self._rows.ahead([op for op in operations if isinstance(op, Judged)])
        for one, op, entry in zip(came, operations, fresh, strict=True):
            self._n, self._at = entry.n - 1, entry.at
            self._decide_on(one, op, carry_out)
            if self._chain.hex() != entry.chain:
                raise Broken("Der Verlauf passt nicht zu dem des Servers.", detail=f"tail at {entry.n}")
        if fresh:
            last, self._n = fresh[-1].n, max(fresh[-1].n, counted)
            self._write()
        return last

    def _with_tables(self, one: Arrived) -> Arrived:
        """Journals do not say of which table an erased record is; what is left of it stands here."""
        sent = one.envelope.changes
        if all(each.c is not msgspec.UNSET or each.t for each in sent):
            return one
        changes = [
            each if each.t or each.r is None else msgspec.structs.replace(each, t=self._rows.table_of(each.r))
            for each in sent
        ]
        envelope = msgspec.structs.replace(one.envelope, changes=changes)
        return replace(one, raw=encoded(envelope), envelope=envelope)

    @staticmethod
    def _as_decided(one: Arrived, entry: LogEntry) -> Judged | Verdict:
        """What was erased since is left out; the rest stands as it was decided."""
        left = [change for change in one.changes if change is not None]
        return entry.verdict if entry.verdict is not None else judged(one.header, left)

    def _known(self, came: Sequence[Arrived]) -> dict[str, Answer]:
        """What was decided before: an answer was lost, or somebody else handed the operation in."""
        return {one.id: one for one in in_ledger(self._cursor, [one.header.id for one in came])}

    def _check_chain(self, new: Sequence[Arrived], must_continue: Callable[[UUID], bool]) -> None:
        ends = self._ends({one.header.ws for one in new})
        links = [
            Link(one.header.ws, one.header.seq, bytes.fromhex(one.envelope.prev), one.hash) for one in new
        ]
        if continued(ends, links, must_continue) is not None:
            raise Conflicting(
                "fork", "Dieser Arbeitsplatz ist eine Kopie oder ein älterer Stand seiner selbst."
            )
        self._keep_ends(ends)

    def _ends(self, stations: set[UUID]) -> dict[UUID, End]:
        """Where the chains of workstations end here."""
        query = "SELECT ws, seq, hash FROM sync_station WHERE ws = ANY(%s)"
        found = self._cursor.execute(query, (sorted(stations),))
        return {ws: (seq, bytes(hash_)) for ws, seq, hash_ in found}

    def _keep_ends(self, ends: Mapping[UUID, End]) -> None:
        self._cursor.executemany(
            "INSERT INTO sync_station VALUES (%s, %s, %s)"
            " ON CONFLICT (ws) DO UPDATE SET seq = EXCLUDED.seq, hash = EXCLUDED.hash",
            [(ws, *end) for ws, end in ends.items()],
        )

    def _judged(self, one: Arrived) -> Judged | Verdict:
        if self._retired:
            return Verdict(kind="revoked")
        if one.flaw is not None:
            return one.flaw
        if not self._allowed(one.header):
            return Verdict(kind="forbidden")
        return judged(one.header, one.changes)

    def _decide_on(self, one: Arrived, op: Judged | Verdict, carried_out: Decide = apply_op) -> None:
        rows = (
            self._about_erased(one) or op
            if isinstance(op, Verdict)
            else carried_out(self._batch, op, self._rows.tables)
        )
        verdict = rows if isinstance(rows, Verdict) else None
        self._n += 1
        id_ = str(one.header.id)
        if not isinstance(rows, Verdict):
            self._take(rows, one)
        is_open = opens(verdict, len(one.changes))
        self._rows.decide(self._n, id_, refused=verdict is not None, is_open=is_open)
        if is_open:
            self._opened.add(id_)
        if one.header.settles is not None and closes(verdict, len(one.changes)):
            closed = str(one.header.settles)
            self._rows.close(closed)
            self._opened.discard(closed)
            self._closed.append(closed)
        self._decided[id_] = Answer(id_, self._n, verdict)
        self._chain = decided(self._chain, self._n, one.hash, verdict_text(verdict))
        # What somebody still knew of an erased record is not kept, not even as a refusal.
        knows_erased = verdict is not None and verdict.kind == "erased"
        entry = LogEntry(
            n=self._n,
            at=self._at,
            chain=self._chain.hex(),
            op=msgspec.Raw(encoded(emptied(one.envelope)) if knows_erased else one.raw),
            verdict=verdict,
            rows=[] if verdict else self._images(one),
            schema=SCHEMA,
        )
        line = encoded(entry)
        self._log.append((self._n, one.header.id, self._at, self._chain, line, verdict_text(verdict)))

    def _about_erased(self, one: Arrived) -> Verdict | None:
        known = [change for change in one.changes if change is not None]
        return about_erased(self._batch, known, self._rows.tables)

    def _take(self, rows: dict[Key, Row], one: Arrived) -> None:
        for key, row in rows.items():
            row = replace(row, version=self._n)
            self._batch.put(*key, row)
            before = self._written[key][1] if key in self._written else self._rows.kept.get(key)
            before = None if row.erased else before
            made = before.created_at if before else one.header.issued_at
            gone = (before and before.deleted_at) or one.header.issued_at
            self._written[key] = (row, Kept(made, gone if row.gone else None), one.header.issued_at)

    def _images(self, one: Arrived) -> list[Image]:
        images = []
        for place, (sent, change) in enumerate(zip(one.envelope.changes, one.changes, strict=True)):
            if change is not None:
                written = change.k in ("upd", "restore") and self._written.get((change.t, change.id))
                row = written[0] if written else None
            else:
                row = self._left_of(sent)
            if row is not None:
                images.append(Image(place, dict(row.values)))
        return images

    def _left_of(self, sent: Sent) -> Row | None:
        """What is left of an erased record."""
        erased = sent.t is not None and sent.r is not None and self._batch.is_erased(sent.r)
        return self._batch.row(sent.t or "", sent.r or "") if erased else None

    def _write(self) -> None:
        cursor = self._cursor
        self._rows.write(self._written)
        with cursor.copy("COPY sync_log (n, id, at, chain, line, is_open) FROM STDIN") as copy:
            for n, id_, at, chain, line, _ in self._log:
                copy.write_row((n, id_, at, chain, line, str(id_) in self._opened))
        with cursor.copy("COPY sync_ledger (id, n, verdict) FROM STDIN") as copy:
            for n, id_, _, _, _, verdict in self._log:
                copy.write_row((id_, n, verdict))
        if self._closed:
            query = (
                "UPDATE sync_log g SET is_open = false FROM sync_ledger l"
                " WHERE l.n = g.n AND l.id = ANY(%s::uuid[])"
            )
            cursor.execute(query, (self._closed,))
        for (table, record), (row, _, _) in self._written.items():
            if row.erased:
                erase(cursor, record, row.values)
                before = self._rows.row(table, record)
                if table == Attachment.__tablename__ and before is not None:
                    _drop_file(cursor, before.values["sha256"])
        cursor.execute("UPDATE sync_counter SET n = %s, chain = %s", (self._n, self._chain))
        cursor.execute("SELECT pg_notify('rathaus', current_schema)")


def erase(cursor: Cursor[Any], record: str, left: Mapping[str, Any] | None = None) -> None:
    """Takes every value of a record out of the log; digests remain, and what is ``left`` of the row."""
    cursor.execute("INSERT INTO sync_erased VALUES (%s) ON CONFLICT DO NOTHING", (record,))
    query = "SELECT n, line FROM sync_log WHERE position(%s::bytea IN line) > 0"
    for n, line in cursor.execute(query, (record.encode(),)).fetchall():
        cursor.execute("UPDATE sync_log SET line = %s WHERE n = %s", (line_without(line, record, left), n))


def _drop_file(cursor: Cursor[Any], sha256: str) -> None:
    """The bytes of an erased attachment go at once, unless another one has the same."""
    named = "SELECT 1 FROM attachment WHERE sha256 = %(sha256)s"
    for table in ("sync_file", "sync_chunk"):
        query = f"DELETE FROM {table} WHERE sha256 = %(sha256)s AND NOT EXISTS ({named})"
        cursor.execute(query.encode(), {"sha256": sha256})


def _without_erased(cursor: Cursor[Any], entry: LogEntry) -> LogEntry:
    """What is handed back, without what it says of records that are erased, whoever still knows them."""
    records = {str(change.id) for change in arrived(bytes(entry.op)).changes if change is not None}
    query = "SELECT record::text FROM sync_erased WHERE record::text = ANY(%s)"
    known = cursor.execute(query, (sorted(records),)).fetchall()
    if not known:
        return entry
    line = encoded(entry)
    for (record,) in known:
        line = line_without(line, record, None)
    return read_entry(line)


def line_without(line: bytes, record: str, left: Mapping[str, Any] | None) -> bytes:
    """A line of the log without what it says of an erased record; what is ``left`` of that stands in it."""
    entry = read_entry(line)
    known = read_envelope(entry.op)
    envelope, gone = without(known, record, in_force=entry.verdict is None)
    if envelope is known:
        return line
    images = [image for image in entry.rows if image.i not in gone]
    if left is not None and entry.verdict is None:
        images += [Image(place, dict(left)) for place in sorted(gone)]
    return encoded(msgspec.structs.replace(entry, op=msgspec.Raw(encoded(envelope)), rows=images))
