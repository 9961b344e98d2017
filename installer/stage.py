"""Lays out the folder that will be installed: runtime, wheels and program, pruned and with byte code."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from installer import bytecode, runtime

HERE = Path(__file__).parent
ROOT = HERE.parent

_PATHS = f"python{runtime.TAG}.zip\nDLLs\nLib\\site-packages\n"
"""Where the program looks for modules, and nowhere else: no registry, no environment, no current folder."""

_SERVER = "rathaus_desk/server"
"""The one room that stays out: the central server runs elsewhere, its libraries are not in the package."""

_CPP_RUNTIME = ("msvcp140.dll", "msvcp140_1.dll", "msvcp140_2.dll")
"""What some libraries want and a bare Windows lacks. It comes with Qt and lies beside the program, where
every library finds it, whether Qt was loaded before or not."""

_MOMENT = (1980, 1, 1, 0, 0, 0)


def lay_out(python: Path, wheels: Path, target: Path) -> str:
    """Fills ``target`` from the Windows Python and the folder of wheels; what was verified, in a sentence."""
    runtime.take(python, target)
    verified = runtime.verify(target)
    (target / "DLLs" / "python_lib.cat").unlink()
    packages = target / "Lib" / "site-packages"
    shutil.copytree(wheels / "site-packages", packages)
    for name in _CPP_RUNTIME:
        (packages / "PySide6" / name).replace(target / name)
    prune(packages, rules("windows"))
    add_program(packages)
    bytecode.compile_all(target, keep_sources=packages / "rathaus_desk")
    _zip_library(target)
    shutil.copytree(HERE / "policies", target / "policies")
    (target / "docs").mkdir()
    for name in ("administration.md", "command-line.md"):
        shutil.copy(ROOT / "docs" / name, target / "docs" / name)
    (target / f"python{runtime.TAG}._pth").write_text(_PATHS, encoding="ascii")
    return verified


def rules(system: str) -> dict[str, Any]:
    """What pruning.toml says for ``system``: "windows" or "linux"."""
    read = tomllib.loads((HERE / "pruning.toml").read_text(encoding="utf-8"))
    drop = {"everywhere": read["drop"]["everywhere"], "paths": read["drop"]["paths"] + read["drop"][system]}
    return {"drop": drop, "keep": read[system]["keep"], "replace": read["replace"]}


def prune(packages: Path, rules: dict[str, Any]) -> None:
    """Does what ``rules`` (pruning.toml) say; ValueError for a line that names nothing (any more)."""
    for name, kept in rules["keep"].items():
        _keep_only(packages / name, kept["paths"])
    everywhere: list[str] = rules["drop"]["everywhere"]
    for path in sorted(packages.rglob("*")):
        if path.exists() and any(fnmatch(path.name, pattern) for pattern in everywhere):
            _remove(path)
    for pattern in rules["drop"]["paths"]:
        found = list(packages.glob(pattern))
        if not found:
            raise ValueError(f"pruning.toml: nothing fits {pattern}")
        for path in found:
            _remove(path)
    for name, content in rules.get("replace", {}).items():
        if not (packages / name).is_file():
            raise ValueError(f"pruning.toml: there is no {name} to replace")
        (packages / name).write_text(content, encoding="utf-8")
    for folder in sorted((one for one in packages.rglob("*") if one.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def _keep_only(folder: Path, names: list[str]) -> None:
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise ValueError(f"pruning.toml: {folder.name} has no {missing}")
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(folder).as_posix() not in names:
            path.unlink()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def add_program(packages: Path) -> None:
    """This project, as its own wheel lays it out."""
    scratch = packages.parents[2] / "own-wheel"
    shutil.rmtree(scratch, ignore_errors=True)
    subprocess.run(
        [
            sys.executable, "-m", "pip", "wheel", "-q", "--disable-pip-version-check", "--no-deps",
            "--no-build-isolation", "-w", str(scratch), str(ROOT),
        ],
        check=True,
    )  # fmt: skip
    (wheel,) = scratch.glob("*.whl")
    with zipfile.ZipFile(wheel) as content:
        content.extractall(packages)
    shutil.rmtree(packages / _SERVER)
    for name in ("RECORD", "WHEEL"):
        (path,) = packages.glob(f"rathaus_desk-*.dist-info/{name}")
        path.unlink()
    shutil.rmtree(scratch)


def _zip_library(target: Path) -> None:
    """The standard library as one file, not packed (the cabinet packs better): one file to open, not 600."""
    library = target / "Lib"
    with zipfile.ZipFile(target / f"python{runtime.TAG}.zip", "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(library.rglob("*.pyc")):
            if not {"site-packages", "__pycache__"} & set(path.parts):
                entry = zipfile.ZipInfo(path.relative_to(library).as_posix(), _MOMENT)
                archive.writestr(entry, path.read_bytes())
    for path in library.iterdir():
        if path.name != "site-packages":
            _remove(path)
