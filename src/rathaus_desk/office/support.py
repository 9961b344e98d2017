"""A support bundle: what whoever looks after the program needs to know, and nothing about any person.

It holds versions, policies, sizes, counts, kinds of findings and the log, which by its own rule names ids and
kinds of errors only. No value of a record goes in, no sentence that could quote one, and of paths not whose
they are.
"""

from __future__ import annotations

import getpass
import json
import platform
import sys
import zipfile
from collections import Counter
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from rathaus_desk import __version__
from rathaus_desk.kernel.clock import Clock
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.kernel.policies import policies
from rathaus_desk.office import installation
from rathaus_desk.store.home import Home, beside, cannot_write, log_folder

_WHOSE = "<Benutzer>"


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was written: the file, and what is in it."""

    path: Path
    files: tuple[str, ...]


def write_bundle(target: Path, home: Home, key_file: Path | None, clock: Clock) -> Bundle:
    """Writes the bundle to ``target``, a ZIP archive; works also where the data cannot be opened.

    CannotWork if it cannot be written.
    """
    documents = {
        "programm.json": _program(),
        "datenordner.json": _folder(home),
        "pruefung.json": _examined(home, key_file, clock),
    }
    logs = sorted(log_folder().glob("*.log*")) if log_folder().is_dir() else []
    try:
        with beside(target) as fresh:
            with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, document in documents.items():
                    archive.writestr(name, _anonymous(json.dumps(document, ensure_ascii=False, indent=2)))
                for log in logs:
                    archive.writestr(
                        f"protokoll/{log.name}", _anonymous(log.read_text(encoding="utf-8", errors="replace"))
                    )
            fresh.replace(target)
    except OSError as error:
        raise cannot_write(target, error) from error
    return Bundle(target, (*documents, *(f"protokoll/{log.name}" for log in logs)))


def _program() -> dict[str, Any]:
    from sqlcipher3 import dbapi2

    parts = {one.metadata["Name"]: one.version for one in metadata.distributions()}
    return {
        "version": __version__,
        "python": sys.version.split()[0],
        "system": f"{platform.system()} {platform.release()} {platform.version()}",
        "sqlite": dbapi2.sqlite_version,
        "installed": installation.program_folder() is not None,
        "program_findings": [one.what for one in installation.examine(installation.program_folder())],
        "policies": policies().named(),
        "parts": dict(sorted(parts.items(), key=lambda part: part[0].lower())),
    }


def _folder(home: Home) -> dict[str, Any]:
    """Sizes; attachments, whose names are hashes anyway, only by count."""

    def size(path: Path) -> int | None:
        return path.stat().st_size if path.is_file() else None

    attachments = (
        [one for one in home.attachments.rglob("*") if one.is_file()] if home.folder.is_dir() else []
    )
    return {
        "folder": str(home.folder),
        "there": home.folder.is_dir(),
        "database_bytes": size(home.database),
        "keys_bytes": size(home.slots),
        "attachments": len(attachments),
        "attachments_bytes": sum(one.stat().st_size for one in attachments),
        "backups": sorted(one.name for one in home.backups.glob("*")) if home.backups.is_dir() else [],
    }


def _examined(home: Home, key_file: Path | None, clock: Clock) -> dict[str, Any]:
    """Kinds of findings with their numbers: what exactly is found may quote a record."""
    from rathaus_desk.office.town_hall import TownHall

    try:
        office = TownHall.open(home.folder, key_file=key_file, clock=clock)
    except DeskError as error:
        return {"opened": False, "error": type(error).__name__, "detail": error.detail}
    try:
        findings = office.store.examine()
        remarks = [] if findings else office.data_checks()
        return {
            "opened": True,
            "findings": dict(Counter(one.check for one in findings)),
            "data": dict(Counter(one.check for one in remarks)),
        }
    except DeskError as error:
        return {"opened": True, "error": type(error).__name__, "detail": error.detail}
    finally:
        office.close()


def _anonymous(text: str) -> str:
    """``text`` without the names that stand in paths: the user's and the home folder's."""
    names = {Path.home().name}
    try:
        names.add(getpass.getuser())
    except (OSError, KeyError, ImportError):
        names.discard("")
    for name in sorted(names - {"", "root"}, key=len, reverse=True):
        for left in ("\\\\", "\\", "/"):
            text = text.replace(f"{left}{name}", f"{left}{_WHOSE}")
    return text
