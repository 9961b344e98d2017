"""The one form in which requests and changes are written down and hashed.

Canonical JSON: UTF-8, no white space, keys sorted by code point, characters unescaped wherever JSON allows,
no floats. Moments are ISO 8601 in UTC, days ISO, identifiers the 36 characters of a UUID, decimals text,
money ``{"cents":4800}`` in requests (plain values) and cents in changes (rows as they are stored). Both sides
of the sync and ``doctor`` compute the same digests from it, so it may never change.
"""

from __future__ import annotations

import hashlib
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_encoder = msgspec.json.Encoder(order="sorted")


def canonical(value: object) -> bytes:
    """``value`` (plain values, msgspec structs, dataclasses) in canonical form; TypeError otherwise."""
    return _encoder.encode(msgspec.to_builtins(value, str_keys=True))


def canonical_text(value: object) -> str:
    """The same as text, as it is kept in the database."""
    return canonical(value).decode()


def parsed(text: str | bytes) -> Any:
    """The plain value that a canonical text stands for."""
    return msgspec.json.decode(text)


def as_type(value: object, kind: type[T]) -> T:
    """A plain value as ``kind``; raises msgspec.ValidationError naming the path."""
    return msgspec.convert(value, kind)


def digest(*pieces: bytes) -> bytes:
    """SHA-256 over the pieces, 32 bytes. Callers make sure that only the last piece varies in length."""
    hashed = hashlib.sha256()
    for piece in pieces:
        hashed.update(piece)
    return hashed.digest()
