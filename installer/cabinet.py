"""Packs a cabinet anew by LZX, which wixl cannot: the package becomes a fifth smaller."""

from __future__ import annotations

import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

SOURCE = Path(__file__).parent / "cabinet" / "lzx.c"

_HEADER = struct.Struct("<4sIIIIIBBHHHHH")
_FOLDER = struct.Struct("<IHH")
_BLOCK = struct.Struct("<IHH")
_MSZIP, _LZX_2MB = 1, 3 | 21 << 8
_HISTORY = 32_768


def repack(cabinet: bytes) -> bytes:
    """``cabinet`` with the same files in the same order, packed by LZX.

    ValueError unless it is as wixl writes it: one folder, MSZIP, nothing reserved, no cabinet beside it.
    """
    signature, *head = _HEADER.unpack_from(cabinet)
    files_at, folders, flags = head[3], head[7], head[9]
    if signature != b"MSCF" or flags or folders != 1:
        raise ValueError("not a cabinet of one folder that stands alone")
    blocks_at, count, method = _FOLDER.unpack_from(cabinet, _HEADER.size)
    if method != _MSZIP:
        raise ValueError("not packed by MSZIP")
    listed = cabinet[files_at:blocks_at]
    blocks = _pack(_unpack(cabinet, blocks_at, count))
    head[3] = _HEADER.size + _FOLDER.size
    blocks_at = head[3] + len(listed)
    head[1] = blocks_at + len(blocks)
    folder = _FOLDER.pack(blocks_at, _count(blocks), _LZX_2MB)
    return _HEADER.pack(signature, *head) + folder + listed + blocks


def _count(blocks: bytes) -> int:
    count = at = 0
    while at < len(blocks):
        at += _BLOCK.size + int(_BLOCK.unpack_from(blocks, at)[1])
        count += 1
    return count


def _unpack(cabinet: bytes, at: int, count: int) -> bytes:
    """What ``count`` blocks of MSZIP hold; each goes on from the one before."""
    parts: list[bytes] = []
    for _ in range(count):
        _sum, size, _whole = _BLOCK.unpack_from(cabinet, at)
        begin = at + _BLOCK.size
        if cabinet[begin : begin + 2] != b"CK":
            raise ValueError("a block is not MSZIP")
        reader = zlib.decompressobj(-15, zdict=parts[-1][-_HISTORY:] if parts else b"")
        parts.append(reader.decompress(cabinet[begin + 2 : begin + size]))
        at = begin + size
    return b"".join(parts)


def _pack(content: bytes) -> bytes:
    """The data blocks, packed by a small program that this machine's compiler makes first."""
    with tempfile.TemporaryDirectory() as scratch:
        packer = Path(scratch, "lzx")
        # Costs are counted alike on every machine: the same files give the same bytes.
        options = ["-std=c11", "-O2", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror"]
        subprocess.run(["cc", *options, "-o", packer, SOURCE, "-lm"], check=True)
        return subprocess.run([packer], input=content, stdout=subprocess.PIPE, check=True).stdout
