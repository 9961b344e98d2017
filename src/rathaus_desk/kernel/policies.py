"""What an administrator has laid down for this machine, before any clerk decides something.

On Windows these are values below ``Software\\Policies\\Rathaus Desk`` in the registry, as group policies,
Intune or the installer write them; elsewhere ``/etc/rathaus-desk/policies.toml`` with the same names. What
stands for the machine counts before what stands for the user. The program never writes them.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path

KEY = r"Software\Policies\Rathaus Desk"
FILE = Path("/etc/rathaus-desk/policies.toml")


@dataclass(frozen=True, slots=True)
class Policies:
    """Everything that can be laid down; None, "" and False where nothing is.

    Variables such as ``%USERNAME%`` in a folder are filled in for whoever runs the program.
    """

    data_folder: Path | None = field(default=None, metadata={"name": "DataFolder"})
    """Where the data lies, unless ``--home`` names another folder."""
    shared_data: bool = field(default=False, metadata={"name": "SharedData"})
    """Whether all users of this machine work on one data folder."""
    server_url: str = field(default="", metadata={"name": "ServerUrl"})
    """The town's server."""
    town_folder: Path | None = field(default=None, metadata={"name": "TownFolder"})
    """The folder (or packed file) from which a first start sets the town up."""
    backup_folder: Path | None = field(default=None, metadata={"name": "BackupFolder"})
    """Where the daily backup goes; a clerk cannot choose another folder."""
    log_folder: Path | None = field(default=None, metadata={"name": "LogFolder"})
    """Where the window writes its log."""

    def named(self) -> dict[str, str | bool]:
        """What is laid down, by the name administrators know it under."""
        given = {one.metadata["name"]: getattr(self, one.name) for one in fields(self)}
        return {
            name: str(value) if isinstance(value, Path) else value for name, value in given.items() if value
        }


@lru_cache(maxsize=1)
def policies() -> Policies:
    """What is laid down on this machine, for this user; read once."""
    if sys.platform == "win32":
        return policies_of({**_registry("HKEY_CURRENT_USER"), **_registry("HKEY_LOCAL_MACHINE")})
    try:
        return policies_of(tomllib.loads(FILE.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return Policies()


def policies_of(values: Mapping[str, object]) -> Policies:
    """The policies among ``values``; a value of another type than expected counts as absent.

    A number other than 0 is yes, as in the registry. A folder is absolute, or it does not count.
    """
    taken: dict[str, object] = {}
    for one in fields(Policies):
        value = values.get(one.metadata["name"])
        if one.name == "shared_data":
            taken[one.name] = isinstance(value, int) and bool(value)
        elif isinstance(value, str) and value.strip():
            text = value.strip()
            if one.name == "server_url":
                taken[one.name] = text
            elif Path(os.path.expandvars(text)).is_absolute():
                taken[one.name] = Path(os.path.expandvars(text))
    return Policies(**taken)  # type: ignore[arg-type]


def _registry(root: str) -> dict[str, object]:
    """The values of our key below ``root``, in the registry's 64-bit view; {} where there are none."""
    found: dict[str, object] = {}
    if sys.platform == "win32":
        import winreg

        try:
            access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
            with winreg.OpenKey(getattr(winreg, root), KEY, access=access) as key:
                for number in range(winreg.QueryInfoKey(key)[1]):
                    name, value, _kind = winreg.EnumValue(key, number)
                    found[name] = value
        except OSError:
            return found
    return found
