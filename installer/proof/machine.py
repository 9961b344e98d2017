"""A Windows of its own (Wine), and how steps of the proof are told."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from installer import build, launcher, wine

ROOT = build.ROOT
PLACE = build.CACHE / "proof"
HOME = r"C:\Stadt Größe & Söhne\Rathaus-Daten"
"""Where the example town of the proof lies."""

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
        used = PLACE / "machine"
        subprocess.run(["rm", "-rf", str(used)], check=True)
        subprocess.run(["cp", "-a", str(kept), str(used)], check=True)
        return cls(used)

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
        done = wine.run("msiexec", *arguments, "/qn", "/l*v", r"C:\msi.log", prefix=self.prefix)
        if wait:
            wine.settle(self.prefix)
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
        done = wine.run("reg", "query", f"HKLM\\{key}", "/reg:64", prefix=self.prefix)
        values = {}
        for line in done.stdout.decode("utf-8", "replace").splitlines():
            parts = line.strip().split("    ")
            if len(parts) == 3 and parts[1].startswith("REG_"):
                values["" if parts[0].startswith("(") else parts[0]] = parts[2]
        return values

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


def _build_shims(system: Path) -> None:
    for source, *libraries in (("icuuc",), ("bcryptprimitives", "-ladvapi32")):
        subprocess.run(
            [*_COMPILER, "-o", str(system / f"{source}.dll"), str(_SHIMS / f"{source}.c"), *libraries],
            check=True,
        )
