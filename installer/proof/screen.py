"""A screen for windows, and programs that go on meanwhile."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from installer import wine
from installer.proof.machine import Machine


@contextmanager
def screen() -> Iterator[str]:
    """A screen of its own; its name."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1400x900x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


@contextmanager
def running(
    machine: Machine, program: str, *arguments: str, display: str = ""
) -> Iterator[subprocess.Popen[bytes]]:
    """A program of the package that goes on meanwhile."""
    process = subprocess.Popen(
        [*wine.command(machine.prefix), machine.windows_path(machine.program / program), *arguments],
        env={**wine.environment(machine.prefix), "DISPLAY": display},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def shown(display: str, within: float = 60) -> bool:
    """Whether a window of the program is there by then."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", "Rathaus Desk"],
            env={**os.environ, "DISPLAY": display},
            capture_output=True,
            check=False,
        )
        if found.stdout.strip():
            return True
        time.sleep(0.05)
    return False
