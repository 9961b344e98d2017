"""The data folder: what lies where, and whether it may be used at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rathaus_desk.kernel.errors import CannotWork, Damaged
from rathaus_desk.kernel.policies import policies

SMALLEST_PAGE = 512
_PLAIN_HEAD = b"SQLite format 3\0"
_NETWORK = {
    "9p2000", "afs", "ceph", "cifs", "coda", "davfs", "fuse.davfs", "fuse.glusterfs", "fuse.rclone",
    "fuse.s3fs", "fuse.sshfs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs",
}  # fmt: skip
_DRIVE_REMOTE = 4
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510

PRIVATE = 0o777 if sys.platform == "win32" else 0o700
"""The mode of a new folder. On Windows the rights of the folder above go on: a user's profile is private, the
folder that users of one machine share was opened to them by the installer, and 0o700 would shut them out.
"""


def usual_folder() -> Path:
    """Where the data lies if nobody says otherwise: by policy, else in the user's profile.

    With shared data it is one folder for all users of the machine.
    """
    import platformdirs

    laid_down = policies()
    if laid_down.data_folder is not None:
        return laid_down.data_folder
    if laid_down.shared_data:
        return Path(platformdirs.site_data_dir("Rathaus Desk", appauthor=False))
    return Path(platformdirs.user_data_dir("Rathaus Desk", appauthor=False))


def log_folder() -> Path:
    """Where the window's log lies: each user's own, so that nobody waits for another's file."""
    import platformdirs

    return policies().log_folder or Path(platformdirs.user_log_dir("Rathaus Desk", appauthor=False))


@dataclass(frozen=True, slots=True)
class Home:
    """One data folder."""

    folder: Path

    @property
    def database(self) -> Path:
        """The encrypted database."""
        return self.folder / "rathaus.db"

    @property
    def slots(self) -> Path:
        """The wrapped keys."""
        return self.folder / "keys.json"

    @property
    def attachments(self) -> Path:
        """The folder of encrypted attachments."""
        return self.folder / "attachments"

    @property
    def logs(self) -> Path:
        """The folder of log files."""
        return self.folder / "logs"

    @property
    def backups(self) -> Path:
        """Copies made before a migration, encrypted like the database."""
        return self.folder / "backups"

    @property
    def lock(self) -> Path:
        """Held while a connection is opened, and throughout work that must be alone (see `alone`)."""
        return self.folder / ".lock"

    def refuse_network_drive(self) -> None:
        """WAL needs memory shared by all writers: on a network drive data would be lost. CannotWork."""
        if _is_remote(self.folder):
            raise CannotWork(
                "Der Datenordner liegt auf einem Netzlaufwerk. Dort kann Rathaus Desk nicht sicher "
                "speichern; bitte wählen Sie einen Ordner auf einem Laufwerk dieses Rechners.",
                detail="data folder on a network file system",
            )

    def refuse_file(self) -> None:
        """CannotWork if the data folder is no folder."""
        if self.folder.exists() and not self.folder.is_dir():
            raise CannotWork(
                f"„{self.folder}“ ist eine Datei. Bitte nennen Sie einen Ordner als Datenordner.",
                detail="the data folder is a file",
            )

    def check_database(self) -> None:
        """Whether a database of ours can be there, before any key is tried. CannotWork if not.

        The file is not opened: closing it would drop the locks that SQLite holds on it in this process.
        """
        try:
            self.refuse_file()
            size = self.database.stat().st_size
        except FileNotFoundError:
            raise CannotWork(
                "In diesem Ordner ist noch keine Stadt eingerichtet. "
                "Richten Sie sie mit „rathaus-desk init“ ein oder nennen Sie den richtigen Datenordner.",
                detail="no database file",
            ) from None
        except OSError as error:
            raise CannotWork(
                "Die Datenbank lässt sich nicht lesen. Bitte prüfen Sie die Rechte am Datenordner.",
                detail=f"errno {error.errno}",
            ) from error
        if size == 0 or size % SMALLEST_PAGE:
            raise Damaged(
                "Die Datenbank ist beschädigt (abgeschnitten). "
                "Bitte stellen Sie die letzte Sicherung wieder her.",
                detail=f"length {size}",
            )

    def refuse_plain(self) -> None:
        """CannotWork if the database that no key fits is no encrypted one at all."""
        with self.database.open("rb") as stream:
            head = stream.read(len(_PLAIN_HEAD))
        if head == _PLAIN_HEAD:
            raise CannotWork(
                "Die Datenbank in diesem Ordner ist unverschlüsselt und stammt nicht von Rathaus Desk.",
                detail="plain SQLite header",
            )

    def refuse_in_use(self) -> None:
        """CannotWork if another process has the database open; this process must have closed it.

        SQLite's connections hold a shared lock on these bytes as long as they are open (WAL mode), so no key
        is needed. On Windows the rename that follows fails by itself.
        """
        if sys.platform == "win32" or not self.database.is_file():
            return
        import fcntl

        with self.database.open("rb+") as stream:
            try:
                fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
            except OSError as error:
                raise CannotWork(
                    "Rathaus Desk ist mit diesem Datenordner noch geöffnet. Bitte schließen Sie es überall "
                    "und versuchen Sie es noch einmal. Es wurde nichts geändert.",
                    detail="the database is locked",
                ) from error

    def make(self) -> None:
        """The folder, readable by its owner only; CannotWork if it cannot be made or holds a town already."""
        try:
            self.refuse_town()
            self.refuse_network_drive()
            self.folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
        except OSError as error:
            raise CannotWork(
                "Der Datenordner lässt sich nicht anlegen. Bitte prüfen Sie Rechte und Speicherplatz.",
                detail=f"errno {error.errno}",
            ) from error

    def refuse_town(self) -> None:
        """CannotWork if there is a town in the folder, or what is left of one."""
        self.refuse_file()
        if self.database.exists():
            raise CannotWork("In diesem Ordner ist schon eine Stadt eingerichtet; sie bleibt unverändert.")
        for left in (self.slots, self.attachments):
            if left.exists():
                raise CannotWork(
                    f"In diesem Ordner liegt „{left.name}“, aber keine Datenbank dazu. Fehlt sie, holen Sie "
                    "sie aus einer Sicherung zurück; für eine neue Stadt nehmen Sie einen leeren Ordner."
                )

    @contextmanager
    def founding(self) -> Iterator[Path]:
        """A folder inside, to set up a town in; in the end what it holds is this home's, at once.

        If anything goes wrong it is gone, and the data folder too unless it was there before. CannotWork if
        there is a town already, even one that somebody else set up meanwhile.
        """
        missing = [folder for folder in (self.folder, *self.folder.parents) if not folder.exists()]
        self.make()
        site = self.folder / f".neu-{secrets.token_hex(4)}"
        try:
            yield site
            with self.alone():
                self.refuse_town()
                # The database comes last: until then nobody takes the folder for a town.
                for made in (Home(site).attachments, Home(site).slots, Home(site).database):
                    made.replace(self.folder / made.name)
                sync_folder(self.folder)
        except BaseException:
            shutil.rmtree(site, ignore_errors=True)
            self._take_away(missing)
            raise
        shutil.rmtree(site, ignore_errors=True)

    def _take_away(self, made: list[Path]) -> None:
        """Removes folders that were made on the way, as far as nobody else put something there."""
        if self.folder in made and [path.name for path in self.folder.iterdir()] == [self.lock.name]:
            self.lock.unlink()
        for folder in made:
            try:
                folder.rmdir()
            except OSError:
                return

    @contextmanager
    def alone(self, timeout: float = 5) -> Iterator[None]:
        """Nobody else opens a connection meanwhile (those already open stay so).

        CannotWork if somebody else works alone for longer than ``timeout`` seconds.
        """
        from filelock import FileLock, Timeout

        try:
            lock = FileLock(self.lock, timeout=timeout, mode=0o600, poll_interval=0.005)
            with lock:
                yield
        except IsADirectoryError as error:
            raise CannotWork(
                f"„{self.lock}“ ist ein Ordner; dort gehört eine Datei hin. Bitte entfernen Sie ihn.",
                detail="the lock is a folder",
            ) from error
        except Timeout as error:
            raise CannotWork(
                "Am Datenbestand wird gerade gearbeitet (Sicherung, Umstellung oder Schlüsselwechsel). "
                "Bitte versuchen Sie es in einer Minute noch einmal.",
                detail="lock is held",
            ) from error


def real(path: Path) -> Path:
    """``path`` from the root, links followed; as it stands where that fails (Windows, very long paths)."""
    try:
        return path.resolve()
    except OSError:
        return path.absolute()


def _is_remote(folder: Path) -> bool:
    if sys.platform == "win32":
        import ctypes

        root = real(folder).anchor
        return root.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(root) == _DRIVE_REMOTE
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    return file_system_of(folder, mounts) in _NETWORK


def file_system_of(folder: Path, mounts: str) -> str:
    """Type of the file system ``folder`` lies on, by the lines of ``/proc/mounts``; "" if unknown."""
    place = os.path.realpath(folder)
    best, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = (
            fields[1].encode("latin-1", "surrogateescape").decode("unicode_escape")
            if "\\" in fields[1]
            else fields[1]
        )
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= best:
            best, kind = len(point), fields[2]
    return kind


def sync_folder(folder: Path) -> None:
    """Makes new names in ``folder`` durable. Windows does this with the file itself."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A name beside ``target`` for a file or folder under way; what is still there in the end is removed."""
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        yield fresh
    finally:
        if fresh.is_dir():
            shutil.rmtree(fresh, ignore_errors=True)
        else:
            fresh.unlink(missing_ok=True)


def cannot_write(target: Path, error: OSError) -> CannotWork:
    """Why ``target``, a file or folder somewhere, could not be written, in a clerk's words."""
    reasons = {
        errno.ENOSPC: "Auf dem Datenträger ist kein Platz mehr.",
        errno.EROFS: "Der Datenträger kann nur gelesen werden.",
        errno.ENAMETOOLONG: "Der Name ist zu lang.",
    }
    if error.errno in (errno.EACCES, errno.EPERM):
        reason = "Ist es noch in einem anderen Programm geöffnet oder der Ordner schreibgeschützt?"
    else:
        reason = reasons.get(error.errno or 0, "Der Datenträger meldet einen Fehler.")
    return CannotWork(
        f"„{target.name}“ ließ sich nicht schreiben. {reason} Es wurde nichts geändert.",
        detail=f"errno {error.errno}",
    )


def write_durably(path: Path, content: bytes) -> None:
    """``path`` holds either its old content or all of ``content``, even if the power fails in between."""
    with beside(path) as fresh:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
    sync_folder(path.parent)
