"""Whether every library that a file of the package imports is there: in the package, or in Windows 10."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

OF_WINDOWS = frozenset(
    """
    advapi32 authz bcrypt bcryptprimitives comdlg32 crypt32 d3d11 d3d12 d3d9 dnsapi dwmapi dwrite dxgi gdi32
    icuuc imm32 iphlpapi kernel32 mpr msvcrt netapi32 ntdll ole32 oleaut32 rpcrt4 secur32 setupapi shell32
    shlwapi ucrtbase uiautomationcore user32 userenv usp10 uxtheme version winhttp winmm winspool ws2_32
    wtsapi32
    """.split()  # noqa: SIM905 (easier to read and to keep in order)
)
"""In every Windows from 10 (1809) on, without extension."""

_OF_QT = ("PySide6", "shiboken6")
"""Each of the two lets Windows look into the other."""


class Missing(Exception):
    """Something that the package needs is neither in it nor in Windows."""


def check(program: Path) -> int:
    """How many programs and libraries were looked at; Missing if one of them could not be loaded."""
    files = [path for path in sorted(program.rglob("*")) if path.suffix in {".exe", ".dll", ".pyd"}]
    with ThreadPoolExecutor() as pool:
        wanted = dict(zip(files, pool.map(_imports, files), strict=True))
    missing = missing_of({path.relative_to(program).as_posix(): names for path, names in wanted.items()})
    if missing:
        raise Missing(", ".join(f"{name} (for {of})" for name, of in missing))
    return len(files)


def check_sources(sources: Path, packages: Path) -> int:
    """How many modules of others our sources name; Missing if one of them was pruned.

    Modules of Python itself count as there: the main job and the window of the proof import what is needed.
    """
    named: dict[str, str] = {}
    for path in sorted(sources.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                named.update({one.name: path.name for one in node.names})
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                named[node.module] = path.name
    ours_or_pythons = {*sys.stdlib_module_names, sources.name}
    foreign = {name: of for name, of in named.items() if name.partition(".")[0] not in ours_or_pythons}
    missing = [f"{name} (for {of})" for name, of in sorted(foreign.items()) if not _is_there(name, packages)]
    if missing:
        raise Missing(f"pruning.toml takes away {', '.join(missing)}")
    return len(foreign)


def _is_there(module: str, packages: Path) -> bool:
    place = packages.joinpath(*module.split("."))
    return place.is_dir() or any(place.parent.glob(f"{place.name}.*"))


def missing_of(wanted: dict[str, set[str]]) -> list[tuple[str, str]]:
    """What is missing, with who wants it, of files by their path in the package and the names they import.

    Looked for where Windows looks: beside the file, beside the program, where the package it belongs to says.
    """
    there = {path.lower() for path in wanted}
    return [
        (name, of.rpartition("/")[2])
        for of, names in wanted.items()
        for name in sorted(names)
        if not any(f"{folder}{name}".lower() in there for folder in _searched(of))
        and not name.lower().startswith("api-ms-win-")
        and name.lower().rpartition(".")[0] not in OF_WINDOWS
    ]


def _searched(path: str) -> set[str]:
    """The folders, each with its stroke, in which the libraries that ``path`` wants are looked for."""
    folders = {"", path[: path.rfind("/") + 1]}
    parts = path.split("/")
    if "site-packages" in parts:
        packages = "/".join(parts[: parts.index("site-packages") + 1])
        name = parts[parts.index("site-packages") + 1]
        folders.add(f"{packages}/{name.removesuffix('.libs')}.libs/")
        if name in _OF_QT:
            folders |= {f"{packages}/{one}/" for one in _OF_QT}
    return folders


def _imports(path: Path) -> set[str]:
    told = subprocess.run(
        ["x86_64-w64-mingw32-objdump", "-p", path],
        capture_output=True,
        text=True,
        errors="replace",
        check=True,
    )
    return set(re.findall(r"DLL Name: (\S+)", told.stdout))
