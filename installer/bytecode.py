"""Byte code for the whole package: Program Files is read-only, and without it a start takes 0.5 s longer."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from installer import wine

_MAGIC = b"\xcb\r\r\n"
"""The format of Python 3.12."""


def compile_all(target: Path, *, keep_sources: Path) -> None:
    """Byte code beside (``keep_sources``) or instead of (everything else) each source below ``target``/Lib.

    It is never compared with its source again: nobody writes there, and the time of an unpacked file proves
    nothing.
    """
    compiler = _compiler(target)
    library = target / "Lib"
    kept = keep_sources.relative_to(target)
    options = ["-q", "--invalidation-mode", "unchecked-hash"]
    aside = target.with_name("kept-sources")
    shutil.rmtree(aside, ignore_errors=True)
    keep_sources.replace(aside)
    _run([*compiler, "-B", "-m", "compileall", *options, "-b", "-s", "Lib", "Lib"], target)
    for source in library.rglob("*.py"):
        if not source.with_suffix(".pyc").exists():
            raise RuntimeError(f"{source} has no byte code")
        source.unlink()
    aside.replace(keep_sources)
    # The library has no sources any more: Python finds the legacy byte code in their place.
    _run([*compiler, "-B", "-m", "compileall", *options, "-s", str(kept.parent), str(kept)], target)


def _run(command: list[str], target: Path) -> None:
    # Pipes for all three streams, see wine.run.
    run = subprocess.run(
        command, cwd=target, env=wine.environment(), input=b"", capture_output=True, check=False
    )
    if run.returncode:
        said = (run.stdout + run.stderr).decode(errors="replace")
        raise RuntimeError(f"compileall ended with {run.returncode}: {said}")


def _compiler(target: Path) -> list[str]:
    """A Python of the package's version: one of this system, or the package's own under Wine."""
    code = "import importlib.util as u, sys; sys.exit(u.MAGIC_NUMBER != " + repr(_MAGIC) + ")"
    for candidate in (sys.executable, "python3.12"):
        try:
            if subprocess.run([candidate, "-c", code], capture_output=True, check=False).returncode == 0:
                return [candidate]
        except OSError:
            continue
    return [*wine.command(), str(target / "python.exe")]
