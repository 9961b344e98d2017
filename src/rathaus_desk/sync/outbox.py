"""The operations a workstation has for the server, as they travel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from rathaus_desk.store.journal import NO_HASH
from rathaus_desk.sync.envelope import MOST_BYTES, MOST_OPERATIONS, Envelope, LogEntry, Sent, encoded
from rathaus_desk.sync.rules import Verdict

_COLUMNS = "number, header, prev, hash, request, request_salt, request_digest"


def waiting(driver: Any) -> int:
    """How many operations no server has decided on."""
    return int(driver.execute("SELECT count(*) FROM journal WHERE n IS NULL").fetchone()[0])


def next_batch(
    driver: Any, after: int = 0, *, operations: int = MOST_OPERATIONS, size: int = MOST_BYTES
) -> tuple[list[bytes], int]:
    """The next envelopes after the entry ``after``, and the number of the last; empty if there are none.

    A single one may be larger than ``size`` bytes; it travels alone.
    """
    batch: list[bytes] = []
    total, last = 0, after
    query = f"SELECT {_COLUMNS} FROM journal WHERE n IS NULL AND number > ? ORDER BY number LIMIT ?"
    for entry in driver.execute(query, (after, operations)).fetchall():
        made = encoded(_envelope(driver, entry))
        if batch and total + len(made) > size:
            break
        batch.append(made)
        total, last = total + len(made), entry[0]
    return batch, last


def _envelope(driver: Any, entry: Sequence[Any]) -> Envelope:
    """An entry of the journal (`_COLUMNS`) as it travels."""
    number, header, prev, hash_, request, request_salt, request_digest = entry
    changes = driver.execute(
        "SELECT change, salt, digest, record FROM journal_change WHERE entry = ? ORDER BY position", (number,)
    )
    return Envelope(
        header=msgspec.Raw(header.encode()),
        prev=prev.hex(),
        hash=hash_.hex(),
        changes=[
            Sent(d=digest.hex(), r=str(UUID(bytes=record)))
            if change is None
            else Sent(msgspec.Raw(change.encode()), salt.hex())
            for change, salt, digest, record in changes
        ],
        request=msgspec.UNSET if request is None else msgspec.Raw(request.encode()),
        request_salt=None if request is None else request_salt.hex(),
        request_digest=request_digest.hex() if request is None else None,
    )


def envelope_at(driver: Any, number: int) -> Envelope:
    """The entry ``number`` of the journal as it travels."""
    query = f"SELECT {_COLUMNS} FROM journal WHERE number = ?"
    return _envelope(driver, driver.execute(query, (number,)).fetchone())


def undecided(driver: Any) -> list[UUID]:
    """The operations that no server has decided on, as far as is known here."""
    query = "SELECT id FROM journal WHERE n IS NULL ORDER BY number"
    return [UUID(bytes=id_) for (id_,) in driver.execute(query)]


def everything(driver: Any) -> list[UUID]:
    """Every operation that is known here."""
    return [UUID(bytes=id_) for (id_,) in driver.execute("SELECT id FROM journal ORDER BY number")]


def known_at(driver: Any, n: int) -> bytes | None:
    """The server's chain after the decision ``n``, as this workstation remembers it; None if it does not."""
    if n == 0:
        return NO_HASH
    query = (
        "SELECT chain FROM journal WHERE n = ?1 AND chain IS NOT NULL"
        " UNION ALL SELECT snapshot_chain FROM server_link WHERE snapshot_n = ?1"
    )
    found = driver.execute(query, (n,)).fetchone()
    return None if found is None else bytes(found[0])


def entries_after(driver: Any, n: int, limit: int) -> list[bytes]:
    """The log after ``n`` as this workstation remembers it, without the rows: the server finds them anew."""
    query = (
        f"SELECT {_COLUMNS}, n, verdict, chain, decided_at FROM journal"
        " WHERE n > ? AND chain IS NOT NULL ORDER BY n LIMIT ?"
    )
    made = []
    for *entry, number, verdict, chain, at in driver.execute(query, (n, limit)).fetchall():
        op = msgspec.Raw(encoded(_envelope(driver, entry)))
        read = None if verdict is None else msgspec.json.decode(verdict, type=Verdict)
        made.append(encoded(LogEntry(n=number, at=at, chain=chain.hex(), op=op, verdict=read)))
    return made
