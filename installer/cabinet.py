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
    """``cabinet`` with the same files in the same order, in one folder packed by LZX.

    ValueError unless it is as wixl writes it: MSZIP, no reserved fields, no other cabinet before or after.
    """
    signature, *head = _HEADER.unpack_from(cabinet)
    files_at, folders, files, flags = head[3], head[7], head[8], head[9]
    if signature != b"MSCF" or flags:
        raise ValueError("not a cabinet that stands alone")
    content, starts, blocks_begin = [], [], len(cabinet)
    for number in range(folders):
        at, count, method = _FOLDER.unpack_from(cabinet, _HEADER.size + number * _FOLDER.size)
        if method != _MSZIP:
            raise ValueError("not packed by MSZIP")
        blocks_begin = min(blocks_begin, at)
        starts.append(sum(map(len, content)))
        content.append(_unpack(cabinet, at, count))
    listed = bytearray(cabinet[files_at:blocks_begin])
    at = 0
    for _ in range(files):
        offset, folder = struct.unpack_from("<IH", listed, at + 4)
        struct.pack_into("<IH", listed, at + 4, starts[folder] + offset, 0)
        at = listed.index(0, at + 16) + 1
    blocks = _pack(b"".join(content))
    count, at_block = 0, 0
    while at_block < len(blocks):
        at_block += _BLOCK.size + _BLOCK.unpack_from(blocks, at_block)[1]
        count += 1
    first = _HEADER.size + _FOLDER.size
    head[1] = first + at + len(blocks)
    head[3], head[7] = first, 1
    return _HEADER.pack(signature, *head) + _FOLDER.pack(first + at, count, _LZX_2MB) + listed[:at] + blocks


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
