"""What a workstation keeps to follow a server: the link, and rows as they were before its own operations.

*State of a workstation = state of the server at the cursor + the overlay*, the operations not yet seen in the
server's log. A shadow is a row without the overlay: when the log moves on, the rows go back to their shadows,
take what the server decided, and the overlay is carried out anew (`sync.following`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Mapped, mapped_column

from rathaus_desk.kernel.ids import new_id
from rathaus_desk.store import journal, numbering
from rathaus_desk.store.canonical import canonical, canonical_text, parsed
from rathaus_desk.store.schema import Kept, Local
from rathaus_desk.store.shape import Raw, shape_of
from rathaus_desk.store.upcasts import upcast


class ServerLink(Kept):
    """The server this workstation belongs to; no row without one."""

    __tablename__ = "server_link"
    device: Mapped[UUID] = mapped_column(primary_key=True)
    url: Mapped[str]
    town: Mapped[str]
    """The town's key at the server."""
    server: Mapped[UUID]
    epoch: Mapped[str]
    """Which history of the server the cursor belongs to; a restored server has a new one."""
    private_key: Mapped[bytes]
    """Ed25519, 32 bytes: what this workstation proves itself with."""
    release_key: Mapped[bytes]
    """Ed25519, 32 bytes: what the server signs releases with, as it said at enrolment."""
    chain: Mapped[bytes]
    """The server's chain at the cursor."""
    snapshot_n: Mapped[int]
    """Number of the snapshot this database began with; 0: it has the whole log."""
    snapshot_chain: Mapped[bytes]
    head: Mapped[int]
    """The last number the server is known to have."""
    standing: Mapped[str]
    """Empty, ``forked`` (a copy or an older state of itself: it needs a new identity before it may push), or
    what the server said of it last: ``revoked``, ``retired``."""


class Shadow(Kept):
    """A row as it is without the overlay; ``image`` is NULL where it is not there."""

    __tablename__ = "shadow"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy reads it as it is)
    table: Mapped[str] = mapped_column(primary_key=True)
    record: Mapped[UUID] = mapped_column(primary_key=True)
    image: Mapped[str | None]


class Erased(Kept):
    """The erasure register: records whose values are gone for ever, whoever still knows them. Ids only."""

    __tablename__ = "erased"
    record: Mapped[UUID] = mapped_column(primary_key=True)


class FileKnown(Local):
    """An attachment that this workstation and the server both have."""

    __tablename__ = "file_known"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy reads it as it is)
    sha256: Mapped[str] = mapped_column(primary_key=True)


class SnapshotPage(Local):
    """A piece of a snapshot that is on its way here (`sync.snapshot`)."""

    __tablename__ = "snapshot_page"
    place: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str]
    """The table whose rows it has; empty: what the snapshot starts from."""
    rows: Mapped[int]
    last: Mapped[UUID]
    """The id of its last row."""
    content: Mapped[bytes]


class KnownRelease(Local):
    """Something that a town of the cooperation has published, as it came from the server: read only."""

    __tablename__ = "known_release"
    number: Mapped[int] = mapped_column(primary_key=True)
    """The server's; the highest one is the cursor."""
    id: Mapped[UUID]
    town: Mapped[str]
    kind: Mapped[str]
    key: Mapped[str]
    title: Mapped[str]
    valid_from: Mapped[str]
    content: Mapped[str]
    signature: Mapped[bytes]
    published_at: Mapped[str]


def is_linked(driver: Any) -> bool:
    """Whether this workstation belongs to a server."""
    return driver.execute("SELECT 1 FROM server_link").fetchone() is not None


def standing(driver: Any) -> str | None:
    """See `ServerLink`; None without a server."""
    found = driver.execute("SELECT standing FROM server_link").fetchone()
    return None if found is None else str(found[0])


def testimony(driver: Any) -> tuple[bytes, int] | None:
    """What the witness is told: workstation and length of its chain; None without a server."""
    found = driver.execute("SELECT id, seq FROM workstation JOIN server_link ON true").fetchone()
    return None if found is None else (found[0], found[1])


def remember(driver: Any, mark: str, before: Iterable[tuple[tuple[str, bytes], Raw | None]]) -> None:
    """Keeps rows as they were before an operation, unless an earlier one of the overlay wrote them."""
    driver.executemany(
        'INSERT OR IGNORE INTO shadow ("table", record, image) VALUES (?, ?, ?)' + mark,
        [(table, record, image_of(table, raw)) for (table, record), raw in before],
    )


def image_of(table: str, raw: Raw | None) -> str | None:
    """A whole row but its id, as canonical JSON."""
    if raw is None:
        return None
    shape = shape_of(table)
    return canonical_text(shape.wire(raw, shape.columns[1:]))


def upcast_shadows(driver: Any, mark: str, before: int) -> None:
    """Shadows written under revision ``before`` become ones of today's tables."""
    for table, record, image in driver.execute(
        'SELECT "table", record, image FROM shadow WHERE image IS NOT NULL'
    ).fetchall():
        written = journal.StoredChange(table, UUID(bytes=record), "ins", 0, {}, parsed(image))
        read = upcast(written, before)
        if read is not written:
            driver.execute(
                'UPDATE shadow SET "table" = ?, image = ? WHERE "table" = ? AND record = ?' + mark,
                (read.t, canonical_text(read.new), table, record),
            )


def raw_of(table: str, image: Mapping[str, Any]) -> dict[str, Any]:
    """The row of an image, as SQLite holds it."""
    return shape_of(table).raw(dict(image))


_SAYS = "ifnull(json_extract(change, '$.k'), '') <> 'erase'"


def scrub(driver: Any, mark: str, record: bytes) -> None:
    """Takes every value of an erased record out of the journal; digests stay, so that the chain verifies.

    Of operations that are refused, or not decided on by the server there is, nothing stays if they name the
    record (`sync.envelope.without`).
    """
    driver.execute("INSERT OR IGNORE INTO erased VALUES (?)" + mark, (record,))
    text = str(UUID(bytes=record))
    waits = "'pending', 'suspended', " if is_linked(driver) else ""
    changes = "EXISTS (SELECT 1 FROM journal_change WHERE entry = number"
    naming = (
        f"SELECT number FROM journal WHERE state IN ({waits}'refused')"
        f" AND ({changes} AND {_SAYS} AND (record = ?1 OR instr(change, ?2)))"
        f" OR instr(request, ?2) AND NOT {changes} AND NOT ({_SAYS})))"
        f" UNION SELECT number FROM journal WHERE NOT {changes}) AND instr(request, ?2)"
    )
    wholly = driver.execute(naming, (record, text)).fetchall()
    driver.execute(
        "UPDATE journal SET request = NULL, request_salt = NULL WHERE number IN"
        f" (SELECT entry FROM journal_change WHERE record = ? AND {_SAYS})" + mark,
        (record,),
    )
    driver.executemany(
        "UPDATE journal SET request = NULL, request_salt = NULL WHERE number = ?" + mark, wholly
    )
    goes = f"UPDATE journal_change SET change = NULL, salt = NULL WHERE {_SAYS} AND "
    driver.execute(goes + "record = ?" + mark, (record,))
    driver.executemany(goes + "entry = ?" + mark, wholly)
    driver.execute("DELETE FROM draft WHERE instr(content, ?)" + mark, (text,))


def empty(driver: Any, mark: str, operation: bytes, places: Sequence[int], *, request: bool) -> None:
    """Takes out of an operation what stands at ``places`` of its changes but digests, and its request.

    The server does not keep them either: they say something of an erased record, or cannot be read.
    """
    if request:
        statement = "UPDATE journal SET request = NULL, request_salt = NULL WHERE id = ?"
        driver.execute(statement + mark, (operation,))
    driver.executemany(
        "UPDATE journal_change SET change = NULL, salt = NULL"
        " WHERE entry = (SELECT number FROM journal WHERE id = ?) AND position = ?" + mark,
        [(operation, place) for place in places],
    )


def erasures(driver: Any) -> int:
    """A number that grows with every record that is erased here."""
    return int(driver.execute("SELECT ifnull(max(rowid), 0) FROM erased").fetchone()[0])


def fork(driver: Any, mark: str) -> None:
    """A copy, or an older state of itself, goes on as a workstation of its own, inside a transaction.

    It gets a chain of its own and numbers that nobody can have seen. With a server the leases are void, and
    the server will be asked for a new identity; then `rechain`.
    """
    driver.execute(
        "UPDATE workstation SET forked_from = id, id = ?, seq = 0, head = ?" + mark,
        (new_id().bytes, journal.NO_HASH),
    )
    if not is_linked(driver):
        numbering.jump(driver, mark)
        return
    driver.execute("UPDATE number_block SET last = next - 1" + mark)
    driver.execute("UPDATE server_link SET standing = 'forked' WHERE standing = ''" + mark)


def rechain(driver: Any, mark: str) -> None:
    """What is undecided becomes the chain of this workstation, under the same ids."""
    (ws,) = driver.execute("SELECT id FROM workstation").fetchone()
    seq, head = 0, journal.NO_HASH
    waiting = "SELECT number, header, request_digest FROM journal WHERE n IS NULL ORDER BY number"
    for number, header, request_digest in driver.execute(waiting).fetchall():
        seq += 1
        changed = canonical(msgspec.structs.replace(journal.read_header(header), ws=UUID(bytes=ws), seq=seq))
        digests = "SELECT digest FROM journal_change WHERE entry = ? ORDER BY position"
        digests_of = [row[0] for row in driver.execute(digests, (number,))]
        prev, head = head, journal.chained(head, changed, request_digest, digests_of)
        driver.execute(
            "UPDATE journal SET ws = ?, seq = ?, prev = ?, hash = ?, header = ? WHERE number = ?" + mark,
            (ws, seq, prev, head, changed.decode(), number),
        )
    driver.execute("UPDATE workstation SET seq = ?, head = ?" + mark, (seq, head))
