"""Backup and restore: one file with everything in it, readable only by a key slot of the house.

The file is a ZIP (stored, since encrypted content does not shrink): the database as of one moment, encrypted
as ever; every attachment it knows, encrypted as ever; ``keys.json`` with the slots, so that the recovery code
opens it on another machine; and a manifest with size and SHA-256 of each, sealed by the database's key.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Literal

import msgspec

from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import BadInput, CannotWork
from rathaus_desk.store import attachments, overlay
from rathaus_desk.store.canonical import canonical
from rathaus_desk.store.connection import connect
from rathaus_desk.store.failures import in_words
from rathaus_desk.store.home import PRIVATE, Home, beside, real, sync_folder
from rathaus_desk.store.keys import KeyFile, Keys, Way, read_slots
from rathaus_desk.store.maintenance import check_sound
from rathaus_desk.store.migrate import revision_of

SUFFIX = ".rdsicherung"
_MANIFEST, _SLOTS, _DATABASE, _ATTACHMENTS = "manifest.json", "keys.json", "rathaus.db", "attachments/"
_BLOCK = 1 << 20


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a backup."""

    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is in a backup. ``seal`` is an HMAC over everything else by the database's key."""

    format: Literal[1] = 1
    made_at: str
    members: dict[str, Member]
    seal: str = ""


@dataclass(frozen=True, slots=True)
class BackupDone:
    """A backup that is on the disk: where, how much is in it, how many attachments were not to be found."""

    path: Path
    size: int
    attachments: int
    missing: int


def back_up(home: Home, key: bytes, target: Path, at: datetime) -> BackupDone:
    """Writes everything to the file ``target`` while the program runs on; it appears only when complete.

    CannotWork if it cannot be written. An older file of that name is replaced only by a complete one.
    """
    if not target.parent.is_dir():
        raise CannotWork("Den Ordner für die Sicherung gibt es nicht.", detail="no such folder")
    if real(target).is_relative_to(real(home.folder)):
        raise BadInput(
            "Eine Sicherung im Datenordner ginge mit ihm verloren. Bitte nennen Sie einen Ort außerhalb, am "
            "besten auf einem anderen Datenträger."
        )
    with (
        in_words(),
        beside(target) as fresh,
        beside(home.folder / "sicherung.db") as copy,
        # Open until the end: while it is, nobody changes the keys or replaces the folder.
        closing(connect(home.database, key)) as raw,
    ):
        raw.execute("VACUUM INTO ?", (str(copy),))
        known = dict(_attachment_files(home, copy, key))
        paths = {name: path for name, path in known.items() if path.is_file()}
        members: dict[str, Member] = {}
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED, allowZip64=True) as file:
            for name, path in ((_DATABASE, copy), (_SLOTS, home.slots), *paths.items()):
                members[name] = _add(file, name, path)
            manifest = Manifest(made_at=at.isoformat(), members=members)
            file.writestr(_MANIFEST, canonical(_sealed(manifest, key)))
        with fresh.open("rb+") as stream:
            os.fsync(stream.fileno())
        fresh.replace(target)
        sync_folder(target.parent)
    return BackupDone(target, target.stat().st_size, len(paths), len(known) - len(paths))


def _attachment_files(home: Home, copy: Path, key: bytes) -> Iterator[tuple[str, Path]]:
    """Member name → path of every attachment that the copied database knows."""
    with closing(connect(copy, key)) as raw:
        shelf = attachments.Shelf(home, raw)
        for (sha256,) in raw.execute("SELECT DISTINCT sha256 FROM attachment ORDER BY sha256").fetchall():
            path = shelf.path(sha256)
            yield _ATTACHMENTS + path.name, path


def _add(file: zipfile.ZipFile, name: str, path: Path) -> Member:
    hashed, size = hashlib.sha256(), 0
    with path.open("rb") as source, file.open(name, "w", force_zip64=True) as sink:
        while block := source.read(_BLOCK):
            hashed.update(block)
            size += len(block)
            sink.write(block)
    return Member(size, hashed.hexdigest())


def _sealed(manifest: Manifest, key: bytes) -> Manifest:
    content = canonical(msgspec.structs.replace(manifest, seal=""))
    return msgspec.structs.replace(manifest, seal=hmac.digest(key, b"backup " + content, "sha256").hex())


def restore(source: Path, home: Home, way: Way, at: datetime, new: Way | None = None) -> Path | None:
    """Puts the backup ``source`` in the place of the folder ``home``; where the old folder is now, if any.

    ``new`` is a further way into what is restored: the slots of a backup are those of its day. Everything is
    checked before anything is replaced; BadInput or CannotWork otherwise. The restored database takes a new
    workstation id and leaves numbers out: those given out since the backup may stand on letters that it knows
    nothing of. This process must have closed its store.
    """
    home.refuse_file()
    fresh = home.folder.with_name(f".{home.folder.name}.{secrets.token_hex(4)}")
    with in_words():
        try:
            key = _unpack(source, Home(fresh), way)
            if new is not None:
                Keys.of(Home(fresh)).with_slot(new, key).save(Home(fresh))
            for kept in (way, new):
                if isinstance(kept, KeyFile) and kept.path.is_relative_to(home.folder):
                    _take_along(kept.path, home.folder, fresh)
            return _put_in_place(fresh, home, at)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _take_along(file: Path, old: Path, fresh: Path) -> None:
    """A key file that lies in the folder which is about to be put aside."""
    target = fresh / file.relative_to(old)
    target.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    shutil.copy2(file, target)


def _unpack(source: Path, fresh: Home, way: Way) -> bytes:
    """The backup's content, checked, in the folder ``fresh``; the database's key."""
    try:
        with zipfile.ZipFile(source) as file:
            manifest = msgspec.json.decode(_small(file, _MANIFEST), type=Manifest)
            slots = _small(file, _SLOTS)
            key = Keys(read_slots(slots)).open(way)[0]
            if not hmac.compare_digest(_sealed(manifest, key).seal, manifest.seal):
                raise CannotWork("Die Sicherung wurde verändert. Es wurde nichts ersetzt.", detail="seal")
            fresh.folder.mkdir(mode=PRIVATE, parents=True)
            fresh.attachments.mkdir(mode=PRIVATE)
            for name, member in manifest.members.items():
                path = _place(fresh, name)
                path.parent.mkdir(exist_ok=True, mode=PRIVATE)
                with file.open(name) as stream:
                    _extract(stream, path, member)
    except FileNotFoundError:
        raise BadInput(f"Die Sicherung „{source}“ gibt es nicht.") from None
    except (zipfile.BadZipFile, msgspec.DecodeError, KeyError, EOFError, IsADirectoryError) as error:
        raise BadInput(
            f"Die Datei „{source.name}“ ist keine vollständige Sicherung von Rathaus Desk. "
            "Es wurde nichts ersetzt.",
            detail=type(error).__name__,
        ) from error
    fresh.refuse_network_drive()
    check_sound(fresh.database, key)
    with closing(connect(fresh.database, key)) as raw:
        revision_of(raw)
        raw.execute("BEGIN IMMEDIATE")
        overlay.fork(raw, "")
        raw.execute("COMMIT")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return key


def _small(file: zipfile.ZipFile, name: str) -> bytes:
    with file.open(name) as stream:
        return stream.read(64 * _BLOCK)


def _place(fresh: Home, name: str) -> Path:
    """Where a member goes; the manifest is sealed, so its names are ours."""
    if name == _DATABASE:
        return fresh.database
    if name == _SLOTS:
        return fresh.slots
    plain = name.removeprefix(_ATTACHMENTS)
    return fresh.attachments / plain[:2] / plain


def _extract(stream: IO[bytes], path: Path, member: Member) -> None:
    hashed, size = hashlib.sha256(), 0
    with path.open("xb") as sink:
        while size <= member.size and (block := stream.read(_BLOCK)):
            hashed.update(block)
            size += len(block)
            sink.write(block)
        sink.flush()
        os.fsync(sink.fileno())
    if (size, hashed.hexdigest()) != (member.size, member.sha256):
        raise CannotWork("Die Sicherung ist beschädigt. Es wurde nichts ersetzt.", detail=path.name)


def _put_in_place(fresh: Path, home: Home, at: datetime) -> Path | None:
    """Two renames; if the second fails the first is taken back."""
    kept: Path | None = None
    if home.folder.exists() and any(home.folder.iterdir()):
        stem = f"{home.folder.name}-vor-wiederherstellung-{at_town(at):%Y%m%d-%H%M%S}"
        names = (home.folder.with_name(stem + suffix) for suffix in ("", *(f"-{n}" for n in range(2, 100))))
        kept = next(name for name in names if not name.exists())
        home.refuse_in_use()
        home.folder.rename(kept)
    elif home.folder.exists():
        home.folder.rmdir()
    try:
        fresh.rename(home.folder)
    except OSError:
        if kept is not None:
            kept.rename(home.folder)
        raise
    sync_folder(home.folder.parent)
    return kept


def daily_backup(
    home: Home, key: bytes, folder: Path, today: date, at: datetime, keep: int = 14
) -> BackupDone | None:
    """Today's backup in ``folder``, unless it is there already (None); the ``keep`` newest days stay."""
    target = folder / f"rathaus-desk-{today.isoformat()}{SUFFIX}"
    if target.exists():
        return None
    done = back_up(home, key, target, at)
    for old in sorted(folder.glob(f"rathaus-desk-????-??-??{SUFFIX}"))[:-keep]:
        old.unlink()
    return done
