"""Attachments travel after the operations that name them: by their SHA-256, in chunks, taken up where cut."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.store.attachments import Shelf
from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.engine import Store
from rathaus_desk.store.overlay import FileKnown
from rathaus_desk.sync.client import FILE_CHUNK, Client, ServerSays


def transfer(store: Store, client: Client, town: str) -> tuple[int, int]:
    """Sends what the server lacks and fetches what is missing here; how many files went and came.

    What neither side has lies on another workstation and comes later.
    """
    sent = fetched = 0
    for sha256, shelf in _unknown(store):
        try:
            content = shelf.get(sha256)
        except CannotWork:
            got = _fetched(client, town, sha256)
            if got is None:
                continue
            shelf.put(got)
            fetched += 1
        else:
            _send(client, town, sha256, content)
            sent += 1
        with store.local() as session:
            session.merge(FileKnown(sha256=sha256))
    return sent, fetched


def missing(driver: Any) -> list[str]:
    """The attachments that are not known to be on both sides."""
    query = "SELECT DISTINCT sha256 FROM attachment EXCEPT SELECT sha256 FROM file_known"
    return [sha256 for (sha256,) in driver.execute(query)]


def _unknown(store: Store) -> Iterator[tuple[str, Shelf]]:
    with store.read() as session:
        driver = driver_of(session)
        shelf = Shelf(store.home, driver)
        for sha256 in missing(driver):
            yield sha256, shelf


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
