"""Wine, in a prefix of its own that is no user's."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

PREFIX = Path(__file__).parents[1] / ".cache" / "wine"


def environment(prefix: Path = PREFIX) -> dict[str, str]:
    """The environment in which Wine runs quietly."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "WINEPREFIX": str(prefix),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        # No question for Gecko and Mono, no menus in the home of who builds.
        "WINEDLLOVERRIDES": "mscoree=d;mshtml=d;winemenubuilder.exe=d",
    }


@lru_cache
def command(prefix: Path = PREFIX) -> tuple[str, ...]:
    """How a Windows program is started; makes the prefix, as Windows 10, at the first call."""
    loader = next((one for one in ("/usr/lib/wine/wine64", "wine64", "wine") if shutil.which(one)), "wine")
    if not (prefix / "system.reg").exists():
        prefix.mkdir(parents=True, exist_ok=True)
        for arguments in (["wineboot", "--init"], ["winecfg", "-v", "win10"]):
            subprocess.run([loader, *arguments], env=environment(prefix), check=True, capture_output=True)
        settle(prefix)
    return (loader,)


def settle(prefix: Path = PREFIX, through: tuple[str, ...] = ()) -> None:
    """Waits until everything of Wine has ended and the registry is written."""
    subprocess.run([*through, "wineserver", "-w"], env=environment(prefix), check=True, capture_output=True)


def stop(prefix: Path = PREFIX) -> None:
    """Ends everything in this prefix at once, as when the power fails."""
    subprocess.run(["wineserver", "-k"], env=environment(prefix), check=False, capture_output=True)
    settle(prefix)


def run(
    *arguments: str, prefix: Path = PREFIX, timeout: float = 600, through: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[bytes]:
    """Runs a Windows program to its end, ``through`` a command that makes another user of who calls.

    Pipes for all three streams: Python under Wine fails to start on files and on /dev/null.
    """
    return subprocess.run(
        [*through, *command(prefix), *arguments],
        env=environment(prefix),
        input=b"",
        capture_output=True,
        timeout=timeout,
        check=False,
    )
