"""A screen for windows, and programs that go on meanwhile."""

from __future__ import annotations

import ast
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from installer import launcher, wine
from installer.proof.machine import PLACE, Machine


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


_READING = """
import ctypes, time; windows = ctypes.windll.user32; words = ctypes.create_unicode_buffer(2000)
box = next(filter(None, (windows.FindWindowW('#32770', None) or time.sleep(0.1) for _ in range(200))))
windows.SendMessageW(windows.GetDlgItem(box, 65535), 13, 2000, words)
print(ascii(words.value)); windows.PostMessageW(box, 16, 0, 0)
"""
"""Run by the installed Python: the text of the message box that is open, which is closed then."""


def dialog(machine: Machine, display: str, *command: str) -> str:
    """The sentence that a Windows command shows in a message box before it ends; a picture of it is kept."""
    environment = {**wine.environment(machine.prefix), "DISPLAY": display}
    asked = subprocess.Popen(
        [*wine.command(machine.prefix), *command],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(3)
    photograph(display, "dialog.png")
    reader = machine.windows_path(machine.program / launcher.CONSOLE)
    timed = ("-m", "timeit", "-n1", "-r1", *_READING.strip().splitlines())
    read = subprocess.run(
        [*wine.command(machine.prefix), reader, *timed], env=environment, input=b"", capture_output=True
    )
    asked.communicate(timeout=60)
    return str(ast.literal_eval(read.stdout.decode().splitlines()[0]))


def photograph(display: str, name: str) -> Path:
    """A picture of the whole screen in the proof's folder."""
    picture = PLACE / name
    subprocess.run(
        ["import", "-display", display, "-window", "root", str(picture)], check=True, capture_output=True
    )
    return picture


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
