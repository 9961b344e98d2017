"""The installed program itself: where it is, and whether its files are those that were installed."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from rathaus_desk.store.doctor import Finding

_LIST, _BILL = "SHA256SUMS", "sbom.cdx.json"


def program_folder() -> Path | None:
    """The folder of the installed package: on Windows Python's own, on Linux the one above it.

    None where the program was installed in another way.
    """
    folder = Path(sys.executable).parent
    return next((one for one in (folder, folder.parent) if (one / _LIST).is_file()), None)


def parts(folder: Path | None) -> list[tuple[str, str]]:
    """What is in the installed program, name with version and licence, as its bill of materials tells."""
    if folder is None:
        return []
    try:
        components = json.loads((folder / _BILL).read_text(encoding="utf-8"))["components"]
        return [(f"{one['name']} {one['version']}", _licence(one["licenses"][0])) for one in components]
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        # `examine` tells that the file is missing or changed.
        return []


def _licence(entry: dict[str, Any]) -> str:
    return str(entry["expression"] if "expression" in entry else entry["license"]["name"])


def examine(folder: Path | None) -> list[Finding]:
    """What of the installed files is missing or changed; nothing to find without a list of hashes."""
    if folder is None:
        return []
    wrong = []
    for line in (folder / _LIST).read_text(encoding="utf-8").splitlines():
        expected, _, name = line.partition("  ")
        try:
            found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        except OSError:
            found = ""
        if found != expected:
            wrong.append(name)
    if not wrong:
        return []
    which = ", ".join(f"„{name}“" for name in wrong[:3]) + (" und andere" if len(wrong) > 3 else "")
    return [
        Finding(
            "program",
            f"Dateien des Programms fehlen oder sind verändert: {which}.",
            "Bitte lassen Sie die Installation reparieren (Windows: msiexec /fa mit dem Paket; Linux: "
            "apt install --reinstall mit dem Paket). "
            "Der Datenbestand ist davon nicht berührt.",
        )
    ]
