"""The journal: one entry for each operation, chained, and what is read from it.

An entry is the envelope that the sync sends. Its hash is::

    hash = SHA-256(prev ‖ SHA-256(header) ‖ d_request ‖ d_1 … d_n)     d = SHA-256(salt ‖ canonical bytes)

``header`` is the canonical JSON of every field but ``prev``, ``hash``, the request with its salt, and the
changes. Erasing a value removes change and salt and keeps ``d``: the chain still verifies.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from rathaus_desk.kernel.ids import new_id
from rathaus_desk.store.canonical import canonical, digest
from rathaus_desk.store.recorder import Change, Kind
from rathaus_desk.store.schema import Kept, moment_text
from rathaus_desk.store.shape import Wire, shape_of
from rathaus_desk.store.upcasts import upcast

NO_HASH = bytes(32)
"""What the first entry of a chain continues."""

SCHEMA = 1
"""Revision of the records' tables that requests and changes are written in."""

MIN_PULL_SCHEMA = 1
"""Oldest revision whose programs can follow a log of today. A step that only adds leaves it; one after which
older programs would read wrong values raises it: they keep their outbox, push, and wait for their update."""

Standing = Literal["pending", "accepted", "refused", "suspended"]
"""Where an operation stands: not decided on (*vorläufig*; all of them, without a server), accepted or refused
by the server, or not decided on and not to be carried out here on what others did meanwhile."""

IN_FORCE: tuple[Standing, ...] = ("pending", "accepted")
"""Where operations stand whose changes stand in the records."""

COUNTS = f"state IN {IN_FORCE}"
"""The operations in force."""

IN_ORDER = "n IS NULL, n, number"
"""The order in which operations took effect: as the server decided, then what it has not seen."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """An entry without its chain links, request and changes."""

    id: UUID
    schema: int
    ws: UUID
    seq: int
    clerk: UUID | None
    title: str
    op: str
    request_version: int
    issued_at: str
    seen: int
    after: tuple[UUID, ...]
    settles: UUID | None
    undoes: UUID | None
    import_id: UUID | None


class Workstation(Kept):
    """This workstation and the end of its chain; a single row."""

    __tablename__ = "workstation"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int]
    head: Mapped[bytes]
    """Hash of the last entry."""
    forked_from: Mapped[UUID | None]
    cursor: Mapped[int]
    """Number of the last operation of the server that arrived here; 0 without a server."""


class Entry(Kept):
    """One operation."""

    __tablename__ = "journal"
    number: Mapped[int] = mapped_column(primary_key=True)
    """Order of arrival at this workstation."""
    id: Mapped[UUID] = mapped_column(unique=True)
    ws: Mapped[UUID]
    seq: Mapped[int]
    undoes: Mapped[UUID | None]
    import_id: Mapped[UUID | None]
    prev: Mapped[bytes]
    hash: Mapped[bytes]
    header: Mapped[str]
    request: Mapped[str | None]
    request_salt: Mapped[bytes | None]
    request_digest: Mapped[bytes]
    n: Mapped[int | None]
    """Its number in the server's log."""
    state: Mapped[Standing] = mapped_column(default="pending")
    verdict: Mapped[str | None]
    """Why it was refused or is suspended: a `sync.rules.Verdict`, canonical."""
    chain: Mapped[bytes | None]
    """The link of the server's chain that the decision on it is."""
    decided_at: Mapped[str | None]
    is_open: Mapped[bool] = mapped_column(default=False)
    """Whether it was refused and nobody has settled it (*Konflikt*)."""
    __table_args__ = (
        sa.Index(None, "import_id", sqlite_where=sa.text("import_id IS NOT NULL")),
        sa.Index(None, "undoes", sqlite_where=sa.text("undoes IS NOT NULL")),
        sa.Index(None, "n", unique=True, sqlite_where=sa.text("n IS NOT NULL")),
        sa.Index("ix_journal_overlay", "number", sqlite_where=sa.text("n IS NULL")),
        sa.Index("ix_journal_open", "n", sqlite_where=sa.text("is_open")),
    )

    @classmethod
    def counts(cls) -> sa.ColumnElement[bool]:
        """`COUNTS`, as a condition."""
        return cls.state.in_(IN_FORCE)

    @classmethod
    def in_order(cls) -> tuple[sa.ColumnElement[Any], ...]:
        """`IN_ORDER`, as columns."""
        return cls.n.is_(None), sa.type_coerce(cls.n, sa.Integer), sa.type_coerce(cls.number, sa.Integer)


class ChangedRow(Kept):
    """One row change of an entry; ``change`` and ``salt`` are NULL once erased."""

    __tablename__ = "journal_change"
    entry: Mapped[int] = mapped_column(sa.ForeignKey("journal.number"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    record: Mapped[UUID]
    change: Mapped[str | None]
    salt: Mapped[bytes | None]
    digest: Mapped[bytes]
    __table_args__ = (sa.Index(None, "record", "entry"),)


class StoredChange(msgspec.Struct, frozen=True):
    """A change as it is read back from the journal."""

    t: str
    id: UUID
    k: Kind
    base: int
    old: Wire
    new: Wire


@dataclass(frozen=True, slots=True)
class Happened:
    """One operation as the history shows it."""

    number: int
    operation: UUID
    at: datetime
    clerk: UUID | None
    title: str
    op: str
    undoes: UUID | None
    import_id: UUID | None
    changes: tuple[StoredChange, ...]
    has_erased: bool = False
    """Whether some of its changes were erased; they are left out of ``changes``."""
    state: Standing = "pending"
    n: int | None = None

    @property
    def counts(self) -> bool:
        """Whether its changes stand in the records."""
        return self.state in IN_FORCE


_header_decoder = msgspec.json.Decoder(Header)
_change_decoder = msgspec.json.Decoder(StoredChange)


def read_header(text: str | bytes) -> Header:
    """A kept header; raises msgspec.DecodeError."""
    return _header_decoder.decode(text)


def read_change(text: str | bytes, schema: int) -> StoredChange:
    """A change kept under revision ``schema`` as one of today; raises msgspec.DecodeError."""
    return upcast(_change_decoder.decode(text), schema)


def append(
    driver: Any,
    mark: str,
    *,
    operation: UUID,
    clerk: UUID | None,
    title: str,
    op: str,
    request: object,
    request_version: int,
    moment: datetime,
    changes: Sequence[Change],
    undoes: UUID | None = None,
    import_id: UUID | None = None,
    settles: UUID | None = None,
) -> int:
    """Writes the entry of an operation and moves the chain's end; its local number.

    ``driver`` is the driver's connection inside the operation's transaction (the write lock is held, so the
    chain's end cannot move), ``mark`` what the guard knows the store's own statements by.
    """
    ws, seq, prev, cursor = driver.execute("SELECT id, seq, head, cursor FROM workstation").fetchone()
    header = canonical(
        Header(
            id=operation,
            schema=SCHEMA,
            ws=UUID(bytes=ws),
            seq=seq + 1,
            clerk=clerk,
            title=title,
            op=op,
            request_version=request_version,
            issued_at=moment_text(moment),
            seen=cursor,
            after=_follows(driver, changes),
            settles=settles,
            undoes=undoes,
            import_id=import_id,
        )
    )
    request_text, request_salt = canonical(request), secrets.token_bytes(16)
    request_digest = digest(request_salt, request_text)
    rows = []
    for change in changes:
        text, salt = canonical(change), secrets.token_bytes(16)
        rows.append((change.id.bytes, text.decode(), salt, digest(salt, text)))
    head = chained(prev, header, request_digest, [row[3] for row in rows])
    number: int = driver.execute(
        "INSERT INTO journal (id, ws, seq, undoes, import_id, prev, hash, header, request, request_salt,"
        " request_digest, state, is_open) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0)" + mark,
        (
            operation.bytes,
            ws,
            seq + 1,
            undoes and undoes.bytes,
            import_id and import_id.bytes,
            prev,
            head,
            header.decode(),
            request_text.decode(),
            request_salt,
            request_digest,
        ),
    ).lastrowid
    driver.executemany(
        "INSERT INTO journal_change (entry, position, record, change, salt, digest) VALUES (?, ?, ?, ?, ?, ?)"
        + mark,
        [(number, position, *row) for position, row in enumerate(rows)],
    )
    driver.execute("UPDATE workstation SET seq = ?, head = ?" + mark, (seq + 1, head))
    return number


def _follows(driver: Any, changes: Sequence[Change]) -> tuple[UUID, ...]:
    """The undecided operations that this one builds on: if one of them is refused, so is this one.

    For each row touched the last that touched it, for each row referred to the one that made it.
    """
    if driver.execute("SELECT 1 FROM journal WHERE n IS NULL LIMIT 1").fetchone() is None:
        return ()
    touched, named = builds_on(changes, lambda table: [one.column for one in shape_of(table).references])
    found: dict[bytes, None] = {}
    for record in touched:
        found.update(driver.execute(_LAST_TO_TOUCH, (record.bytes,)).fetchall())
    for record in named:
        found.update(driver.execute(_MAKER, (record.bytes,)).fetchall())
    return tuple(sorted(UUID(bytes=operation) for operation in found))


def builds_on(
    changes: Sequence[Change], references: Callable[[str], Iterable[str]]
) -> tuple[list[UUID], list[UUID]]:
    """The records that ``changes`` touch, and those that they refer to; but for those they make.

    ``references`` names the columns of a table that refer to others.
    """
    made = {change.id for change in changes if change.k == "ins"}
    touched = dict.fromkeys(change.id for change in changes if change.id not in made)
    named: dict[str, None] = {}
    for change in changes:
        for column in references(change.t):
            value = change.new.get(column)
            if value is not None:
                named[value] = None
    return list(touched), [record for record in map(UUID, named) if record not in made]


_LAST_TO_TOUCH = (
    "SELECT j.id, NULL FROM journal_change c JOIN journal j ON j.number = c.entry"
    " WHERE c.record = ? AND j.n IS NULL AND j.state = 'pending' ORDER BY c.entry DESC LIMIT 1"
)
_MAKER = (
    "SELECT j.id, NULL FROM journal_change c JOIN journal j ON j.number = c.entry WHERE c.record = ?"
    " AND j.n IS NULL AND j.state = 'pending' AND json_extract(c.change, '$.k') = 'ins'"
    " ORDER BY c.entry LIMIT 1"
)


def chained(prev: bytes, header: bytes, request_digest: bytes, digests: Sequence[bytes]) -> bytes:
    """The hash of an entry; every piece but the number of digests has a fixed length."""
    return digest(prev, digest(header), request_digest, *digests)


def decided(chain: bytes, n: int, operation_hash: bytes, verdict: str | None) -> bytes:
    """The next link of the server's chain: over what it decided, in which order. ``verdict``: canonical."""
    return digest(chain, n.to_bytes(8, "big"), operation_hash, digest((verdict or "null").encode()))


def begin(driver: Any) -> None:
    """A new chain for a new workstation."""
    driver.execute(
        "INSERT INTO workstation (id, seq, head, forked_from, cursor) VALUES (?, 0, ?, NULL, 0)",
        (new_id().bytes, NO_HASH),
    )


def happened(session: Session, *where: sa.ColumnElement[bool], limit: int | None = None) -> list[Happened]:
    """The entries for which ``where`` holds, in the order they took effect; erased changes are left out."""
    columns = (Entry.number, Entry.header, Entry.state, Entry.n)
    query = sa.select(*columns).where(*where).order_by(*Entry.in_order()).limit(limit)
    entries = {number: (read_header(header), state, n) for number, header, state, n in session.execute(query)}
    changes: dict[int, list[StoredChange]] = {number: [] for number in entries}
    erased: set[int] = set()
    rows = sa.select(ChangedRow.entry, ChangedRow.change).order_by(ChangedRow.entry, ChangedRow.position)
    for entry, change in session.execute(rows.where(ChangedRow.entry.in_(list(entries)))):
        if change is None:
            erased.add(entry)
        else:
            changes[entry].append(read_change(change, entries[entry][0].schema))
    return [_happened(number, entry, changes[number], number in erased) for number, entry in entries.items()]


def history(session: Session, record: UUID) -> list[Happened]:
    """Every operation that touched ``record``, oldest first; also those that were refused."""
    touched = sa.select(ChangedRow.entry).where(ChangedRow.record == record)
    return happened(session, Entry.number.in_(touched))


def touching(session: Session, records: Sequence[UUID], *, limit: int) -> list[Happened]:
    """The latest operations that touched ``records``, latest first, each with the changes of these alone.

    An import writes thousands of rows in one operation; the history of one record reads its own.
    """
    changes: dict[int, list[StoredChange | None]] = {}
    kept = sa.select(ChangedRow.entry, ChangedRow.change, Entry.header, Entry.state, Entry.n).join(
        Entry, Entry.number == ChangedRow.entry
    )
    entries: dict[int, tuple[Header, Standing, int | None]] = {}
    latest_first = [column.desc() for column in Entry.in_order()]
    query = kept.where(ChangedRow.record.in_(records)).order_by(*latest_first, ChangedRow.position)
    for number, change, header, state, n in session.execute(query):
        if number not in entries:
            if len(entries) == limit:
                break
            entries[number] = (read_header(header), state, n)
            changes[number] = []
        changes[number].append(None if change is None else read_change(change, entries[number][0].schema))
    return [
        _happened(number, entry, [one for one in changes[number] if one is not None], None in changes[number])
        for number, entry in entries.items()
    ]


def _happened(
    number: int,
    entry: tuple[Header, Standing, int | None],
    changes: Sequence[StoredChange],
    has_erased: bool,
) -> Happened:
    header, state, n = entry
    return Happened(
        number=number,
        operation=header.id,
        at=datetime.fromisoformat(header.issued_at),
        clerk=header.clerk,
        title=header.title,
        op=header.op,
        undoes=header.undoes,
        import_id=header.import_id,
        changes=tuple(changes),
        has_erased=has_erased,
        state=state,
        n=n,
    )


def last_operation(session: Session, record: UUID) -> UUID | None:
    """The operation that wrote ``record`` last: what a request names in ``seen``. None if it is unknown."""
    return session.scalar(
        sa.select(Entry.id)
        .join(ChangedRow, ChangedRow.entry == Entry.number)
        .where(ChangedRow.record == record, Entry.counts())
        .order_by(*(column.desc() for column in Entry.in_order()))
        .limit(1)
    )
