"""The cabinet that is packed anew: another reader finds in it what was there."""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
import zlib

import pytest

from installer import cabinet

FILES = {
    "text": b"Die Ruhefrist betraegt dreissig Jahre. " * 4000,
    "empty": b"",
    "noise": random.Random(7).randbytes(100_000),
    # Calls in machine code: the distance of each is another one, the target the same.
    "calls": b"".join(bytes(range(11)) + b"\xe8" + struct.pack("<i", -200_000 - 16 * n) for n in range(9000)),
    "short": b"Hallo",
}


def by_wixl(files: dict[str, bytes]) -> bytes:
    """A cabinet as wixl makes it: one folder, MSZIP."""
    content = b"".join(files.values())
    blocks, before = [], b""
    for start in range(0, len(content), 32_768):
        part = content[start : start + 32_768]
        packer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=before)
        packed = b"CK" + packer.compress(part) + packer.flush()
        blocks.append(struct.pack("<IHH", 0, len(packed), len(part)) + packed)
        before = part
    listed, offset = b"", 0
    for name, data in files.items():
        listed += struct.pack("<IIHHHH", len(data), offset, 0, 0x5C7C, 0, 0x20) + name.encode() + b"\0"
        offset += len(data)
    size = 44 + len(listed) + sum(map(len, blocks))
    head = struct.pack("<4sIIIIIBBHHHHH", b"MSCF", 0, size, 0, 44, 0, 3, 1, 1, len(files), 0, 0, 0)
    return head + struct.pack("<IHH", 44 + len(listed), len(blocks), 1) + listed + b"".join(blocks)


@pytest.fixture(scope="module")
def packed():
    if not shutil.which("cc"):
        pytest.skip("there is no C compiler: make installer installs one")
    return cabinet.repack(by_wixl(FILES))


def test_another_reader_finds_every_file_as_it_was(packed, tmp_path):
    if not shutil.which("cabextract"):
        pytest.skip("cabextract is not installed: make installer installs it")
    (tmp_path / "packed.cab").write_bytes(packed)
    subprocess.run(["cabextract", "-q", "-d", tmp_path / "read", tmp_path / "packed.cab"], check=True)
    for name, data in FILES.items():
        assert (tmp_path / "read" / name).read_bytes() == data, name


def test_it_is_smaller_and_the_same_again(packed):
    assert len(packed) < len(by_wixl(FILES)) * 0.9
    assert cabinet.repack(by_wixl(FILES)) == packed


def test_its_head_tells_its_size_and_how_it_is_packed(packed):
    assert struct.unpack_from("<I", packed, 8) == (len(packed),)
    assert struct.unpack_from("<HH", packed, 26) == (1, len(FILES))
    assert struct.unpack_from("<H", packed, 42) == (0x1503,), "LZX with a window of 2 MB"


@pytest.mark.parametrize("wrong", [b"MZ" + bytes(60), by_wixl(FILES)[:42] + b"\3\x15" + by_wixl(FILES)[44:]])
def test_what_wixl_did_not_write_is_refused(wrong):
    with pytest.raises(ValueError, match=r"cabinet|MSZIP"):
        cabinet.repack(wrong)
