"""Attachments travel after the operations that name them: by their SHA-256, in chunks, taken up where cut."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.store.attachments import Shelf
from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.engine import Store
from rathaus_desk.store.overlay import FileKnown
from rathaus_desk.sync.client import FILE_CHUNK, Client, ServerSays

_NAMED = "SELECT sha256 FROM attachment WHERE deleted_at IS NULL"


def transfer(store: Store, client: Client, town: str) -> tuple[int, int]:
    """Sends what the server lacks and fetches what is missing here; how many files went and came.

    What neither side has lies on another workstation and comes later.
    """
    sent = fetched = 0
    with store.read() as session:
        named = {sha256 for (sha256,) in driver_of(session).execute(_NAMED)}
        known = {sha256 for (sha256,) in driver_of(session).execute("SELECT sha256 FROM file_known")}
    if known - named:
        # The server forgets in time what no row names; if one does again, it is asked again.
        with store.local() as session:
            session.execute(sa.delete(FileKnown).where(FileKnown.sha256.in_(known - named)))
    for sha256 in sorted(named - known):
        content = _kept(store, sha256)
        if content is not None:
            _send(client, town, sha256, content)
            sent += 1
        else:
            content = _fetched(client, town, sha256)
            if content is None:
                continue
            store.keep(content, sha256)
            fetched += 1
        with store.local() as session:
            session.merge(FileKnown(sha256=sha256))
    return sent, fetched


def _kept(store: Store, sha256: str) -> bytes | None:
    """The content of a file that lies here; None if it does not, or is damaged."""
    with store.read() as session:
        try:
            return Shelf(store.home, driver_of(session)).get(sha256)
        except CannotWork:
            return None


def _send(client: Client, town: str, sha256: str, content: bytes) -> None:
    state, offset = client.file_state(town, sha256)
    while state != "complete":
        piece = content[offset : offset + FILE_CHUNK]
        last = offset + len(piece) >= len(content)
        state, offset = client.send_chunk(town, sha256, offset, piece, last=last)


def _fetched(client: Client, town: str, sha256: str) -> bytes | None:
    pieces: list[bytes] = []
    taken, size = 0, 1
    while taken < size:
        try:
            piece, size = client.file_chunk(town, sha256, taken)
        except ServerSays as error:
            if error.kind == "missing":
                return None
            raise
        if not piece:
            return None
        pieces.append(piece)
        taken += len(piece)
    content = b"".join(pieces)
    return content if hashlib.sha256(content).hexdigest() == sha256 else None
