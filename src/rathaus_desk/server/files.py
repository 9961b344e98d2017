"""Attachments on the server: bytes by their SHA-256, in chunks, for each municipality on its own."""

from __future__ import annotations

import hashlib
import re

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.server.town import Pool, in_town

CHUNK = 2**20
"""Bytes of a chunk; the last one is shorter."""
MOST = 200 * 2**20

_SHA256 = re.compile("[0-9a-f]{64}")


def checked(sha256: str) -> str:
    """The name of a file; BadInput if it is none."""
    if _SHA256.fullmatch(sha256) is None:
        raise BadInput("Das ist keine Prüfsumme.")
    return sha256


def state(pool: Pool, town: str, sha256: str) -> tuple[str, int]:
    """``complete`` with its size, or ``partial`` with how many bytes are there (0: none)."""
    with in_town(pool, town) as cursor:
        query = "UPDATE sync_file SET asked_at = now() WHERE sha256 = %s RETURNING size"
        whole = cursor.execute(query, (sha256,)).fetchone()
        if whole is not None:
            return "complete", int(whole[0])
        query = "SELECT coalesce(sum(length(content)), 0) FROM sync_chunk WHERE sha256 = %s"
        found = cursor.execute(query, (sha256,)).fetchone()
    return "partial", int(found[0]) if found else 0


def put(pool: Pool, town: str, sha256: str, offset: int, content: bytes, *, last: bool) -> tuple[str, int]:
    """One chunk. What is there already is left as it is; BadInput if a piece between is missing.

    With the last one the whole is checked; if it is not what its name says, all of it goes.
    """
    if len(content) > CHUNK or offset < 0 or offset % CHUNK or offset + len(content) > MOST:
        raise BadInput("Das Stück passt nicht.")
    with in_town(pool, town) as cursor:
        # One after another: two workstations may send the same file.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"{town} {sha256}",))
        if cursor.execute("SELECT 1 FROM sync_file WHERE sha256 = %s", (sha256,)).fetchone():
            return "complete", offset + len(content)
        query = "SELECT coalesce(sum(length(content)), 0) FROM sync_chunk WHERE sha256 = %s"
        found = cursor.execute(query, (sha256,)).fetchone()
        there = int(found[0]) if found else 0
        if offset > there:
            raise BadInput("Davor fehlt ein Stück.")
        if offset == there:
            cursor.execute(
                "INSERT INTO sync_chunk (sha256, place, content) VALUES (%s, %s, %s)"
                " ON CONFLICT (sha256, place) DO NOTHING",
                (sha256, offset // CHUNK, content),
            )
            there += len(content)
        if not last:
            return "partial", there
        hashed, size = hashlib.sha256(), 0
        for (piece,) in cursor.execute(
            "SELECT content FROM sync_chunk WHERE sha256 = %s ORDER BY place", (sha256,)
        ):
            hashed.update(piece)
            size += len(piece)
        if hashed.hexdigest() == sha256:
            cursor.execute("INSERT INTO sync_file (sha256, size) VALUES (%s, %s)", (sha256, size))
            return "complete", size
        cursor.execute("DELETE FROM sync_chunk WHERE sha256 = %s", (sha256,))
    return "partial", 0


def get(pool: Pool, town: str, sha256: str, offset: int) -> tuple[bytes, int] | None:
    """The chunk at ``offset`` (a multiple of `CHUNK`), and the size of the whole; None if it is absent."""
    with in_town(pool, town) as cursor:
        whole = cursor.execute("SELECT size FROM sync_file WHERE sha256 = %s", (sha256,)).fetchone()
        if whole is None:
            return None
        query = "SELECT content FROM sync_chunk WHERE sha256 = %s AND place = %s"
        found = cursor.execute(query, (sha256, offset // CHUNK)).fetchone()
    return (bytes(found[0]) if found else b"", int(whole[0]))
