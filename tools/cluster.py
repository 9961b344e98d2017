"""A PostgreSQL of its own in a folder, for tests and benchmarks; no system service, nothing left behind.

with cluster(folder) as conninfo: ...
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

NOBODY = 65534
"""PostgreSQL does not run as root; then it runs as nobody."""


class Cluster:
    """A cluster that can be stopped, killed and started again."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.data = folder / "pg"
        self.conninfo = f"host={folder} dbname=postgres user=postgres"
        self._folder = folder
        self._settings = {"fsync": "on", **(settings or {})}
        folder.mkdir(parents=True, exist_ok=True)
        if os.getuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
            for above in folder.parents:
                if above.stat().st_uid == 0 and above.stat().st_mode & 0o005 == 0 and above != Path("/"):
                    above.chmod(above.stat().st_mode | 0o011)
        self._run("initdb", "-D", str(self.data), "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8")

    def start(self) -> None:
        """Runs; returns when it answers."""
        options = " ".join(f"-c {name}={value}" for name, value in self._settings.items())
        self._run(
            "pg_ctl", "-D", str(self.data), "-w", "-s", "-l", str(self._folder / "log"),
            "-o", f"-c listen_addresses= -c unix_socket_directories={self._folder} {options}", "start",
        )  # fmt: skip

    def stop(self, mode: str = "fast") -> None:
        """Stops it; ``immediate`` is a crash."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-s", "-m", mode, "stop")

    def restart(self, mode: str = "immediate") -> None:
        """Stops and starts."""
        self.stop(mode)
        self.start()

    def database(self, name: str) -> str:
        """A fresh database; how to reach it."""
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.conninfo.replace("dbname=postgres", f"dbname={name}")

    def _run(self, program: str, *arguments: str) -> None:
        user = NOBODY if os.getuid() == 0 else None
        done = subprocess.run(
            [binary(program), *arguments], user=user, group=user, extra_groups=[] if user else None,
            capture_output=True, text=True, cwd="/",
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr or done.stdout}")


def binary(program: str) -> str:
    """A program of the newest PostgreSQL of this machine."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / program).exists():
            return str(folder / program)
    found = shutil.which(program)
    if found is None:
        raise RuntimeError("PostgreSQL is not installed (tools/system.sh tests)")
    return found


@contextmanager
def cluster(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """A running cluster; it is gone afterwards."""
    made = Cluster(folder, settings)
    made.start()
    try:
        yield made
    finally:
        made.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
