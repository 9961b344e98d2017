"""A Windows of its own (Wine), and how steps of the proof are told."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from installer import bill, build, launcher, wine

ROOT = build.ROOT
PLACE = build.CACHE / "proof"
HOME = r"C:\Stadt Größe & Söhne\Rathaus-Daten"
"""Where the example town of the proof lies."""

NOBODY = "nobody"
"""The user of this system who may do nothing."""

_SHIMS = Path(__file__).parents[1] / "shims"
_FONTS = r"Z:\usr\share\fonts\truetype\noto"
_COMPILER = ("x86_64-w64-mingw32-gcc", "-shared", "-O2", "-s")


class Failed(Exception):
    """A step does not hold."""


def hold(condition: object, words: str) -> None:
    """Prints what holds; Failed if it does not."""
    if not condition:
        raise Failed(words)
    print(f"  ✓ {words}", flush=True)


def not_shown(what: str, why: str) -> None:
    """Says what this round leaves out."""
    print(f"  – not shown here: {what}; {why}", flush=True)


def is_root() -> bool:
    """Whether drives can be mounted and other users be taken."""
    return os.geteuid() == 0


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Callable[[str], None]]:
    """A drive of its own at ``folder``, with room for ``size`` ("60m"); gives what changes the size."""

    def resize(wanted: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={wanted}", folder], check=True)

    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield resize
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def step(words: str) -> Iterator[None]:
    """A heading, and how long what follows took."""
    print(words, flush=True)
    begun = time.monotonic()
    yield
    print(f"  {time.monotonic() - begun:.1f} s", flush=True)


@dataclass
class Machine:
    """A Windows of its own: a fresh prefix with what Wine lacks."""

    prefix: Path
    place: str = "Program Files/Rathaus Desk"
    figures: dict[str, str] = field(default_factory=dict)
    through: tuple[str, ...] = ()
    """What makes another user of who calls."""

    @classmethod
    def fresh(cls) -> Machine:
        """Made anew from a prefix that is kept, so that nothing of an earlier proof is there."""
        kept = PLACE / "prefix"
        if not (kept / "ready").exists():
            shutil.rmtree(kept, ignore_errors=True)
            wine.command(kept)
            _build_shims(kept / "drive_c" / "windows" / "system32")
            # Wine hands on no variable that begins with QT_; Qt without a screen asks it where fonts are.
            wine.run(
                "reg", "add", r"HKCU\Environment", "/v", "QT_QPA_FONTDIR", "/d", _FONTS, "/f", prefix=kept
            )
            wine.settle(kept)
            (kept / "ready").touch()
        return cls(_copied(kept, PLACE / "machine"))

    def of_another_user(self) -> Machine:
        """A fresh Windows on which a user of this system without any rights works; `scrap` takes it away."""
        place = Path(tempfile.mkdtemp(prefix="rathaus-desk-proof-"))
        used = _copied(PLACE / "prefix", place / "prefix")
        subprocess.run(["chown", "-R", NOBODY, str(place)], check=True)
        become = ("setpriv", f"--reuid={NOBODY}", "--regid=65534", "--clear-groups")
        return Machine(used, through=("env", "-C", str(place), f"HOME={place}", f"USER={NOBODY}", *become))

    def scrap(self) -> None:
        """Ends everything on it and takes it away."""
        end = [*self.through, "wineserver", "-k"]
        subprocess.run(end, env=wine.environment(self.prefix), check=False, capture_output=True)
        wine.settle(self.prefix, self.through)
        shutil.rmtree(self.prefix.parent)

    def second_user(self) -> Machine:
        """Another user of the same machine: a key vault and a profile of his own, the same shared data."""
        wine.settle(self.prefix)
        second = Machine(_copied(self.prefix, PLACE / "second"), self.place)
        shared = second.drive / "ProgramData" / "Rathaus Desk"
        shutil.rmtree(shared)
        shared.symlink_to(self.drive / "ProgramData" / "Rathaus Desk")
        return second

    @property
    def drive(self) -> Path:
        """C: as this system sees it."""
        return self.prefix / "drive_c"

    @property
    def program(self) -> Path:
        """Where the program is installed."""
        return self.drive / self.place

    def windows_path(self, path: Path) -> str:
        """A path of this system as Windows sees it."""
        if path.is_relative_to(self.drive):
            return "C:\\" + "\\".join(path.relative_to(self.drive).parts)
        return "Z:" + str(path).replace("/", "\\")

    def local_path(self, path: str) -> Path:
        """The other way round."""
        return self.drive / path.removeprefix("C:\\").replace("\\", "/")

    def msiexec(self, *arguments: str, wait: bool = True) -> tuple[int, str]:
        """Runs the Windows Installer silently; its exit status and its log (which Wine fills sparingly)."""
        log = self.drive / "msi.log"
        log.unlink(missing_ok=True)
        log_to = ("/l*v", r"C:\msi.log")
        done = wine.run("msiexec", *arguments, "/qn", *log_to, prefix=self.prefix, through=self.through)
        if wait:
            wine.settle(self.prefix, self.through)
        text = log.read_bytes() if log.exists() else b""
        words = text.decode("utf-16" if text.startswith(b"\xff\xfe") else "cp1252", errors="replace")
        return done.returncode, words

    def desk(self, *arguments: str, status: int = 0) -> Any:
        """Runs the installed program; its JSON or text. Failed if it ends otherwise than with ``status``."""
        done = wine.run(self.windows_path(self.program / launcher.CONSOLE), *arguments, prefix=self.prefix)
        said, complained = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        if done.returncode != status:
            raise Failed(f"rathaus-desk {arguments} ended with {done.returncode}: {said[-500:]} {complained}")
        if status:
            return said + complained
        return json.loads(said) if "--json" in arguments else said

    def registry(self, key: str) -> dict[str, str]:
        """The values of a key of the local machine, by name ("": the default)."""
        query = ("reg", "query", f"HKLM\\{key}", "/reg:64")
        done = wine.run(*query, prefix=self.prefix, through=self.through)
        values = {}
        for line in done.stdout.decode("utf-8", "replace").splitlines():
            parts = line.strip().split("    ")
            if len(parts) == 3 and parts[1].startswith("REG_"):
                values["" if parts[0].startswith("(") else parts[0]] = parts[2]
        return values

    def damaged(self) -> list[str]:
        """What of the program is not as its list of hashes says; the list itself, if it is not there."""
        listed = self.program / bill.HASHES
        sums = listed.read_text(encoding="utf-8").splitlines() if listed.is_file() else []
        there = self.tree(self.program)
        return [line for line in sums if there.get(line[66:]) != line[:64]] if sums else [bill.HASHES]

    def rest(self) -> set[str]:
        """The files in the places where programs leave something, but for temporary ones."""
        found = set()
        for folder in ("Program Files", "ProgramData", "users"):
            found |= {f"{folder}/{name}" for name in self.tree(self.drive / folder)}
        return {name for name in found if "/Temp/" not in name}

    def tree(self, folder: Path) -> dict[str, str]:
        """Every file below ``folder`` with its hash."""
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


def _copied(prefix: Path, target: Path) -> Path:
    subprocess.run(["rm", "-rf", str(target)], check=True)
    subprocess.run(["cp", "-a", str(prefix), str(target)], check=True)
    # Where Debian's Wine notes the socket of the one that was copied.
    (target / "wineserver").unlink(missing_ok=True)
    return target


def _build_shims(system: Path) -> None:
    for source, *libraries in (("icuuc",), ("bcryptprimitives", "-ladvapi32")):
        subprocess.run(
            [*_COMPILER, "-o", str(system / f"{source}.dll"), str(_SHIMS / f"{source}.c"), *libraries],
            check=True,
        )
