"""The Windows wheels: what the lock names for Windows, by hash."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from packaging.requirements import Requirement

PYTHON = "3.12"

_WINDOWS = {
    "extra": "",
    "implementation_name": "cpython",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_python_implementation": "CPython",
    "platform_system": "Windows",
    "python_full_version": f"{PYTHON}.9",
    "python_version": PYTHON,
    "sys_platform": "win32",
}


def for_windows(lock: str) -> str:
    """The lines of ``lock`` that count on Windows, without markers.

    pip's own ``--platform`` evaluates the markers of the Python it runs in: it would bring Linux packages.
    """
    lines = []
    for block in re.split(r"\n(?=[a-zA-Z0-9])", lock.replace("\\\n", " ")):
        name, *hashes = re.split(r"\s+(?=--hash=)", block.strip())
        if not hashes:
            continue
        requirement = Requirement(name)
        if requirement.marker is None or requirement.marker.evaluate(_WINDOWS):
            requirement.marker = None
            lines.append(" ".join([str(requirement), *hashes]))
    return "\n".join(lines) + "\n"


def fetch(lock: Path, cache: Path) -> Path:
    """The wheels of ``lock`` installed in a folder of ``cache``; fetched again when the lock changes."""
    wanted = for_windows(lock.read_text(encoding="utf-8"))
    place = cache / f"wheels-{sha256(wanted.encode()).hexdigest()[:12]}"
    if place.exists():
        return place
    fresh = place.with_suffix(".part")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    listed = fresh / "windows.lock"
    listed.write_text(wanted, encoding="utf-8")
    subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes",
            "--no-deps", "--only-binary", ":all:", "--platform", "win_amd64", "--python-version", PYTHON,
            "--implementation", "cp", "--no-compile", "--target", str(fresh / "site-packages"),
            "-r", str(listed),
        ],
        check=True,
    )  # fmt: skip
    shutil.rmtree(fresh / "site-packages" / "bin", ignore_errors=True)
    fresh.replace(place)
    return place
