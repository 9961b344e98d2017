"""The installed program itself: where it is, and whether its files are those that were installed."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from rathaus_desk.store.doctor import Finding

_LIST = "SHA256SUMS"


def program_folder() -> Path | None:
    """The folder of the Windows package; None where the program was installed in another way."""
    folder = Path(sys.executable).parent
    return folder if (folder / _LIST).is_file() else None


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
            "Bitte lassen Sie die Installation reparieren (msiexec /fa mit dem Paket). "
            "Der Datenbestand ist davon nicht berührt.",
        )
    ]
