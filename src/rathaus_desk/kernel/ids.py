"""Identifiers: UUIDv7 for what is made here, UUIDv5 for catalogue rows (the same file, the same id)."""

from __future__ import annotations

from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

CATALOGUE_NAMESPACE = UUID("6f0d9d0e-7c5f-5b6e-9a43-2f3d1b8c7a10")


def new_id() -> UUID:
    """A fresh UUIDv7, monotonic within this process. Its time part orders nothing that matters."""
    made: UUID = uuid7()
    return made


def raw_id(text: str) -> bytes:
    """The 16 bytes of an id as it is written, far faster than `UUID` finds them; ValueError if it is none."""
    made = bytes.fromhex(text.replace("-", ""))
    if len(made) != 16:
        raise ValueError("badly formed id")
    return made


def catalogue_id(owner: str, kind: str, key: str, valid_from: str, revision: int) -> UUID:
    """The id of a catalogue row: equal content loaded twice, or on two workstations, is the same row."""
    return uuid5(CATALOGUE_NAMESPACE, "\x1f".join((owner, kind, key, valid_from, str(revision))))
