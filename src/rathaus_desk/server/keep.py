"""What the server keeps outside its database: the key that signs releases, and the register of erasures.

A backup of the database must neither hand out the key nor bring back what was erased after it; so both lie in
a folder of their own (``--keep``), which is saved by itself.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.store.canonical import canonical
from rathaus_desk.sync import proof

_PRIVATE = 0o700
_SECRET = 0o600


_OF_THE_SYSTEM = Path("/var/lib/rathaus-desk")


def standard_folder() -> Path:
    """Where the folder is if none was named: the system's if there is one, else the user's own."""
    import platformdirs

    return _OF_THE_SYSTEM if _OF_THE_SYSTEM.is_dir() else platformdirs.user_state_path("rathaus-desk-server")


class Erasure(msgspec.Struct, frozen=True):
    """A record that was erased: its table and id, and the values that are left of it, which say nothing."""

    town: str
    t: str
    id: str
    new: dict[str, Any]


class Keep:
    """The folder. Several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def _key_file(self) -> Path:
        return self.folder / "release.key"

    @property
    def _register(self) -> Path:
        return self.folder / "erased.jsonl"

    def make(self) -> bytes:
        """Makes what is missing; the public part of the key. CannotWork if the folder cannot be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
            if not self._key_file.exists():
                _write(self._key_file, proof.new_key().hex().encode() + b"\n", os.O_EXCL)
            self._register.touch(_SECRET)
        except OSError as error:
            raise CannotWork(
                f"Der Ordner „{self.folder}“ lässt sich nicht anlegen. Bitte „--keep“ angeben.",
                detail=f"errno {error.errno}",
            ) from error
        return proof.public_key(self._key())

    def _key(self) -> bytes:
        try:
            return bytes.fromhex(self._key_file.read_text("ascii").strip())
        except (OSError, ValueError) as error:
            raise CannotWork(
                f"Der Schlüssel des Servers in „{self.folder}“ fehlt oder ist unleserlich. Bitte aus der "
                "Sicherung dieses Ordners zurückholen.",
            ) from error

    def public_key(self) -> bytes:
        """What workstations check releases with; CannotWork without the key."""
        return proof.public_key(self._key())

    def sign(self, release: proof.Signed) -> bytes:
        """The signature under a release; CannotWork without the key."""
        return proof.signed_release(self._key(), release)

    def note_erased(self, erasures: Iterable[Erasure]) -> None:
        """Adds to the register, durably; what is in it stays once."""
        with self._register.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            content = file.read()
            file.truncate(content.rfind(b"\n") + 1)
            known = {one.id for one in _read(content)}
            fresh = [canonical(one) + b"\n" for one in erasures if one.id not in known]
            if fresh:
                file.write(b"".join(fresh))
                file.flush()
                os.fsync(file.fileno())

    def erased(self, town: str) -> list[Erasure]:
        """What was erased in a town, in the order in which it was noted. Also of a town that was removed:
        an old backup brings it back as well.
        """
        if not self._register.exists():
            return []
        return [one for one in _read(self._register.read_bytes()) if one.town == town]


def _read(content: bytes) -> Sequence[Erasure]:
    """The lines; one that was cut off by a crash is none: `register.note_all` notes it again."""
    whole = content.split(b"\n")[:-1]
    return [msgspec.json.decode(line, type=Erasure) for line in whole if line]


def _write(path: Path, content: bytes, flags: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flags, _SECRET)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
