"""zstd: of the standard library from Python 3.14 on, before that its backport."""

from __future__ import annotations

from backports import zstd

_LEVEL = 1
"""The fastest: the log is compressed for every asker."""


def compressed(content: bytes) -> bytes:
    """``content`` in one frame."""
    return zstd.compress(content, _LEVEL)


def decompressed(content: bytes) -> bytes:
    """What `compressed` was given."""
    return zstd.decompress(content)
