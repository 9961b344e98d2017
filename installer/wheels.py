"""The wheels of a system: what the lock names for it, by hash."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from packaging.requirements import Requirement


@dataclass(frozen=True, slots=True)
class System:
    """For what wheels are fetched: its Python ("3.12"), pip's names for it, its values for markers."""

    python: str
    tags: tuple[str, ...]
    markers: dict[str, str]


def _system(python: str, tags: tuple[str, ...], **markers: str) -> System:
    common = {"extra": "", "implementation_name": "cpython", "platform_python_implementation": "CPython"}
    versions = {"python_version": python, "python_full_version": f"{python}.9"}
    return System(python, tags, {**common, **versions, **markers})


def windows() -> System:
    """The Windows of the package, with the Python it carries."""
    named = {
        "os_name": "nt",
        "platform_system": "Windows",
        "sys_platform": "win32",
        "platform_machine": "AMD64",
    }
    return _system("3.12", ("win_amd64",), **named)


def linux(python: str) -> System:
    """A Linux for x86-64 with glibc 2.34 (Debian 12, Ubuntu 22.04) or later."""
    tags = tuple(f"manylinux_2_{minor}_x86_64" for minor in range(34, 4, -1))
    named = {
        "os_name": "posix",
        "platform_system": "Linux",
        "sys_platform": "linux",
        "platform_machine": "x86_64",
    }
    return _system(python, (*tags, "manylinux2014_x86_64"), **named)


def lines_for(system: System, lock: str) -> str:
    """The lines of ``lock`` that count on ``system``, without markers.

    pip's own ``--platform`` evaluates the markers of the Python it runs in: it would bring Linux packages.
    """
    lines = []
    for block in re.split(r"\n(?=[a-zA-Z0-9])", lock.replace("\\\n", " ")):
        name, *hashes = re.split(r"\s+(?=--hash=)", block.strip())
        if not hashes:
            continue
        requirement = Requirement(name)
        if requirement.marker is None or requirement.marker.evaluate(dict(system.markers)):
            requirement.marker = None
            lines.append(" ".join([str(requirement), *hashes]))
    return "\n".join(lines) + "\n"


def fetch(system: System, lock: Path, cache: Path) -> Path:
    """The wheels of ``lock`` installed in a folder of ``cache``; fetched again when the lock changes."""
    wanted = lines_for(system, lock.read_text(encoding="utf-8"))
    which = sha256(f"{system.tags[0]} {system.python}\n{wanted}".encode()).hexdigest()[:12]
    place = cache / f"wheels-{which}"
    if place.exists():
        return place
    fresh = place.with_suffix(".part")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    listed = fresh / "system.lock"
    listed.write_text(wanted, encoding="utf-8")
    platforms = [word for tag in system.tags for word in ("--platform", tag)]
    subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes",
            "--no-deps", "--only-binary", ":all:", *platforms,
            "--python-version", system.python, "--implementation", "cp", "--no-compile",
            "--target", str(fresh / "site-packages"), "-r", str(listed),
        ],
        check=True,
    )  # fmt: skip
    shutil.rmtree(fresh / "site-packages" / "bin", ignore_errors=True)
    fresh.replace(place)
    return place
