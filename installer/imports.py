"""Whether every library that a file of the package imports is there: in the package, or in Windows 10."""

from __future__ import annotations

import re
import subprocess
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


class Missing(Exception):
    """Something that the package needs is neither in it nor in Windows."""


def check(program: Path) -> int:
    """How many programs and libraries were looked at; Missing if one of them could not be loaded."""
    files = [path for path in sorted(program.rglob("*")) if path.suffix in {".exe", ".dll", ".pyd"}]
    with ThreadPoolExecutor() as pool:
        wanted = dict(zip(files, pool.map(_imports, files), strict=True))
    missing = missing_of({path.name: names for path, names in wanted.items()})
    if missing:
        raise Missing(", ".join(f"{name} (for {of})" for name, of in missing))
    return len(files)


def missing_of(wanted: dict[str, set[str]]) -> list[tuple[str, str]]:
    """What is missing, with who wants it, of files by name and the names they import."""
    there = {name.lower() for name in wanted}
    return [
        (name, of)
        for of, names in wanted.items()
        for name in sorted(names)
        if name.lower() not in there
        and not name.lower().startswith("api-ms-win-")
        and name.lower().rpartition(".")[0] not in OF_WINDOWS
    ]


def _imports(path: Path) -> set[str]:
    told = subprocess.run(
        ["x86_64-w64-mingw32-objdump", "-p", path],
        capture_output=True,
        text=True,
        errors="replace",
        check=True,
    )
    return set(re.findall(r"DLL Name: (\S+)", told.stdout))
