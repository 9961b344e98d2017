"""Files that a clerk chose: stored before the operation that will name them."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.store.attachments import KeptFile


def keep_file(desk: Desk, path: Path) -> KeptFile:
    """The file, stored; BadInput if it cannot be read or is too large."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"„{path.name}“ lässt sich nicht lesen.", detail=str(error)) from error
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    sha256 = desk.office.store.keep(content, path.name)
    return KeptFile(name=path.name, media_type=kind, sha256=sha256, size=len(content))
