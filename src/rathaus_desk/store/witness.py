"""What remembers, outside the database, how far it was: so that a copy or an older state is noticed.

Two databases that both believe to be one workstation would give the same number twice. The witness is a small
file beside the data folder (never in it, or it would be copied along), kept for databases with a server only.
"""

from __future__ import annotations

import contextlib
import platform
import uuid
from pathlib import Path
from typing import Any

import msgspec

from rathaus_desk.store.canonical import digest
from rathaus_desk.store.home import Home


class Witness(msgspec.Struct, frozen=True):
    """Which database worked here last, and how far its chain was."""

    machine: str
    folder: str
    ws: str
    seq: int


def place_of(home: Home) -> Path:
    """Where the witness of a data folder lies."""
    return home.folder.with_name(f"{home.folder.name}.witness")


def testify(home: Home, ws: bytes, seq: int) -> None:
    """The database is as far as this. A disk that does not take it stops nothing: the server checks too."""
    told = Witness(_machine(), str(home.folder.resolve()), ws.hex(), seq)
    place = place_of(home)
    fresh = place.with_suffix(".witness-neu")
    with contextlib.suppress(OSError):
        fresh.write_bytes(msgspec.json.encode(told))
        fresh.replace(place)


def is_another(home: Home, driver: Any) -> bool:
    """Whether the database is a copy, or an older state, of the one that worked here last."""
    ws, seq = driver.execute("SELECT id, seq FROM workstation").fetchone()
    try:
        told = msgspec.json.decode(place_of(home).read_bytes(), type=Witness)
    except (OSError, msgspec.DecodeError):
        told = None
    return contradicts(told, Witness(_machine(), str(home.folder.resolve()), ws.hex(), seq))


def contradicts(told: Witness | None, here: Witness) -> bool:
    """Whether the database that opens (``here``) cannot be the one that testified last (None: none did)."""
    if told is None:
        return True
    return (told.machine, told.folder, told.ws) != (here.machine, here.folder, here.ws) or told.seq > here.seq


def _machine() -> str:
    """This machine, without saying which."""
    for path in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        with contextlib.suppress(OSError):
            return digest(b"rathaus-desk witness ", Path(path).read_bytes().strip()).hex()
    name = f"{platform.node()} {uuid.getnode() if platform.system() == 'Windows' else ''}"
    return digest(b"rathaus-desk witness ", name.encode()).hex()
