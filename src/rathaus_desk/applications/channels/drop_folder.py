"""Files laid into a folder, brought on a stick or named on the command line.

Files are only read: never changed, moved, deleted or run. A link is not followed, so that nobody can have
another file of this machine taken in by laying one.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from rathaus_desk.applications.delivery import Delivery, Limits, german_size
from rathaus_desk.kernel.errors import CannotWork

ORIGIN = "drop_folder"

_UNFINISHED = (".part", ".tmp", ".crdownload", ".partial")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Unread:
    """A path whose bytes were not taken. ``content_hash`` is "" where they could not even be looked at."""

    path: Path
    name: str
    sentence: str
    size: int = 0
    content_hash: str = ""
    detail: str = ""


def read(path: Path, *, received_at: datetime, limits: Limits) -> Delivery | Unread:
    """The file at ``path`` as a delivery; never raises, whatever lies there."""
    name = shown_name(path)
    try:
        kind = path.lstat().st_mode
        if not stat.S_ISREG(kind):
            return Unread(path, name, _not_a_file(kind))
        with _open(path) as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                return Unread(path, name, _not_a_file(before.st_mode))
            if before.st_size > limits.bytes:
                return _too_large(path, name, file, before.st_size, limits)
            content = file.read(limits.bytes + 1)
    except OSError as error:
        return Unread(path, name, _why(error), detail=str(error))
    except ValueError as error:
        return Unread(path, name, "Der Name der Datei ist ungültig.", detail=str(error))
    if len(content) != before.st_size:
        return Unread(path, name, "Die Datei wird gerade geschrieben. Bitte später noch einmal einlesen.")
    return Delivery(content, ORIGIN, name, received_at, name)


def shown_name(path: Path) -> str:
    """The file's name as it may be shown and stored; bytes that are no letters become a mark."""
    return os.fsencode(path.name or str(path)).decode("utf-8", errors="replace")[:255]


def _open(path: Path) -> BinaryIO:
    flags = os.O_RDONLY
    for wanted in ("O_BINARY", "O_NOFOLLOW", "O_NONBLOCK"):
        flags |= getattr(os, wanted, 0)
    return os.fdopen(os.open(path, flags), "rb")


def _too_large(path: Path, name: str, file: BinaryIO, size: int, limits: Limits) -> Unread:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    sentence = (
        f"Die Datei ist {german_size(size)} groß, erlaubt sind {german_size(limits.bytes)}. "
        "Sie wurde nicht eingelesen und liegt unverändert an ihrem Ort."
    )
    return Unread(path, name, sentence, size, digest.hexdigest())


def _not_a_file(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "Hier liegt eine Verknüpfung, ihr wird nicht gefolgt. Bitte die Datei selbst ablegen."
    if stat.S_ISDIR(mode):
        return "Hier liegt ein Ordner, der nicht durchsucht wird."
    return "Hier liegt keine gewöhnliche Datei."


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "Die Datei gibt es nicht."
    if isinstance(error, PermissionError):
        return "Die Datei darf nicht gelesen werden; die Berechtigung fehlt."
    return "Die Datei kann nicht gelesen werden."


def files_at(paths: Iterable[Path]) -> Iterator[Path]:
    """The files that ``paths`` stand for, in order: each path itself, or what lies in it if it is a folder.

    Hidden files and what another program is still downloading are left out of a folder, never when named.
    """
    for path in paths:
        try:
            yield from listing(path) if path.is_dir() and not path.is_symlink() else (path,)
        except OSError:
            yield path


def listing(folder: Path) -> tuple[Path, ...]:
    """What lies in ``folder``, by name; raises OSError if it cannot be read."""
    return tuple(
        sorted(
            path
            for path in folder.iterdir()
            if not path.name.startswith((".", "~$")) and not path.name.endswith(_UNFINISHED)
        )
    )


@dataclass
class DropFolder:
    """A folder that is looked at every few seconds; each file is handed out once for each state it was in.

    A file counts as complete when two looks in a row find it with the same size and time of change: shared
    folders report neither reliably.
    """

    folder: Path
    limits: Limits = field(default_factory=Limits)
    _seen: dict[Path, tuple[int, int]] = field(default_factory=dict)
    _done: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def look(self, now: datetime) -> list[Delivery | Unread]:
        """What has become complete since the last look; raises CannotWork if the folder is out of reach."""
        try:
            found = {path: mark for path in listing(self.folder) if (mark := _mark(path))}
        except OSError as error:
            sentence = f"Der Eingangsordner „{self.folder}“ ist nicht erreichbar."
            raise CannotWork(sentence, detail=str(error)) from error
        ready = [path for path, mark in found.items() if self._seen.get(path) == mark != self._done.get(path)]
        self._seen = found
        done = {path: mark for path, mark in self._done.items() if path in found}
        self._done = done | {path: found[path] for path in ready}
        return [read(path, received_at=now, limits=self.limits) for path in ready]


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
