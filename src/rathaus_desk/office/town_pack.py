"""A town's folder as one file to open by a double click: ``….rathaus-stadt``, a ZIP archive."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.store.home import beside, cannot_write

SUFFIX = ".rathaus-stadt"
_LARGEST, _MOST = 50_000_000, 1000
_MOMENT = (1980, 1, 1, 0, 0, 0)


def is_pack(path: Path) -> bool:
    """Whether ``path`` is called like a packed town."""
    return path.suffix.lower() == SUFFIX


def pack(folder: Path, target: Path) -> int:
    """Packs the files of ``folder`` into ``target``; how many. The same folder gives the same bytes.

    BadInput if there is no ``town.toml`` or it is too much for a town; CannotWork if it cannot be written.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not (folder / "town.toml").is_file():
        raise BadInput(f"Im Ordner „{folder}“ fehlt die Datei town.toml mit den Angaben zur Stadt.")
    if len(files) > _MOST or sum(path.stat().st_size for path in files) > _LARGEST:
        raise BadInput(
            f"Der Ordner „{folder}“ ist zu groß für einen Stadtordner. Es wurde nichts geschrieben."
        )
    try:
        with beside(target) as fresh:
            with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as archive:
                for path in files:
                    entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _MOMENT)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(entry, path.read_bytes())
            fresh.replace(target)
    except OSError as error:
        raise cannot_write(target, error) from error
    return len(files)


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The town's folder: ``path`` itself, or what is packed in it, for as long as it is needed.

    BadInput if the file is no packed town, or one that would write somewhere else or without end.
    """
    if path.is_dir() or not is_pack(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="rathaus-stadt-") as scratch:
        try:
            with zipfile.ZipFile(path) as archive:
                entries = [one for one in archive.infolist() if not one.is_dir()]
                if len(entries) > _MOST or sum(one.file_size for one in entries) > _LARGEST:
                    raise BadInput(
                        f"„{path.name}“ ist zu groß für einen Stadtordner. Es wurde nichts geändert."
                    )
                for entry in entries:
                    _take_out(archive, entry, Path(scratch), path)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
            raise BadInput(
                f"„{path.name}“ ist kein gepackter Stadtordner oder beschädigt. Es wurde nichts geändert.",
                detail=type(error).__name__,
            ) from error
        yield Path(scratch)


def _take_out(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, of: Path) -> None:
    name = PurePosixPath(entry.filename)
    if name.is_absolute() or ".." in name.parts or "\\" in entry.filename or ":" in entry.filename:
        raise BadInput(f"„{of.name}“ enthält eine Datei, die woanders läge. Es wurde nichts geändert.")
    target = folder.joinpath(*name.parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source:
        # What the archive says of its size is not believed.
        content = source.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise BadInput(f"„{of.name}“ ist zu groß für einen Stadtordner. Es wurde nichts geändert.")
    target.write_bytes(content)
