"""Pictures of halls: read, judged by their content, and kept for the operation that will name them."""

from __future__ import annotations

from pathlib import Path

from rathaus_desk.halls.hall_file import HallFile
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.store.attachments import KeptFile
from rathaus_desk.store.engine import Store

LARGEST = 10 * 2**20
"""Bytes of a picture."""

_TYPES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


def picture_type(content: bytes, name: str) -> str:
    """``image/png`` or ``image/jpeg``, by the content; BadInput for anything else or too much of it."""
    if len(content) > LARGEST:
        raise BadInput(
            f"„{name}“ ist {len(content) / 2**20:.0f} MB groß; Bilder haben höchstens {LARGEST // 2**20} MB."
        )
    for head, kind in _TYPES:
        if content.startswith(head):
            return kind
    raise BadInput(f"„{name}“ ist kein Bild im Format JPEG oder PNG.")


def keep_picture(store: Store, path: Path) -> KeptFile:
    """Reads and stores a picture; BadInput if it is none or cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"„{path.name}“ lässt sich nicht lesen.", detail=str(error)) from error
    kind = picture_type(content, path.name)
    sha256 = store.keep(content, path.name)
    return KeptFile(name=path.name, media_type=kind, sha256=sha256, size=len(content))


def keep_pictures(store: Store, path: Path, file: HallFile) -> dict[str, KeptFile]:
    """The pictures that the hall file ``path`` names and that lie beside it: as it names them → kept."""
    named = dict.fromkeys(picture.file for hall in file.hall for picture in hall.picture)
    there = [name for name in named if (path.parent / name).is_file()]
    return {name: keep_picture(store, path.parent / name) for name in there}
