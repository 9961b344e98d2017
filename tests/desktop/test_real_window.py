"""The program as a clerk has it: its own process, a real screen, a keyboard, a screen reader."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from rathaus_desk.cemetery.records import Burial
from rathaus_desk.letters import queries as letters
from rathaus_desk.office.town_hall import TownHall

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Xvfb"),
]

SCREEN = "1600x1000x24"


def free_display() -> str:
    """A display nobody uses."""
    for number in range(70, 170):
        if not Path(f"/tmp/.X11-unix/X{number}").exists() and not Path(f"/tmp/.X{number}-lock").exists():
            return f":{number}"
    raise AssertionError("no free display")


@pytest.fixture
def screen() -> Iterator[dict[str, str]]:
    """An environment with a screen and a window manager: without one no window is ever active."""
    display = free_display()
    server = subprocess.Popen(
        ["Xvfb", display, "-screen", "0", SCREEN, "-nolisten", "tcp"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RATHAUS_DESK_")}
    environment.update(DISPLAY=display, QT_QPA_PLATFORM="xcb", LC_ALL="C.UTF-8")
    for _ in range(100):
        if Path(f"/tmp/.X11-unix/X{display[1:]}").exists():
            break
        time.sleep(0.05)
    manager = subprocess.Popen(
        ["openbox"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    yield environment
    for process in (manager, server):
        process.terminate()
        process.wait(timeout=10)


class Keyboard:
    """Types into the active window."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment

    def key(self, *keys: str) -> None:
        self._do("key", "--delay", "60", *keys)

    def type(self, text: str) -> None:
        self._do("type", "--delay", "25", text)

    def wait_for(self, title: str) -> None:
        window = self._do("search", "--sync", "--onlyvisible", "--name", title).split()[-1]
        self._do("windowactivate", "--sync", window)

    def _do(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words], env=self._environment, capture_output=True, encoding="utf-8", timeout=40
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def start(environment: dict[str, str], home: Path, *more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "rathaus_desk",
            "desktop",
            "--home",
            str(home),
            "--key-file",
            str(home.with_suffix(".key")),
            "--at",
            "2026-11-18T09:00",
            *more,
        ],
        env=environment,
    )


def burials(home: Path) -> int:
    office = TownHall.open(home, key_file=home.with_suffix(".key"))
    with office.store.read() as session:
        found = len(session.scalars(select(Burial).where(Burial.rest_end == date(2051, 11, 20))).all())
    office.close()
    return found


def until(condition: object, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return
        time.sleep(0.2)
    raise AssertionError("it did not happen in time")


def test_the_main_job_by_keyboard_alone(
    screen: dict[str, str], home: Path, musterrode: Path, tmp_path: Path
) -> None:
    """The form is opened with the program; everything else is typed."""
    form = tmp_path / "anmeldung.json"
    shutil.copy(musterrode / "bestattungsanmeldung.json", form)
    program = start(screen, home, str(form))
    try:
        keyboard = Keyboard(screen)
        keyboard.wait_for("^Rathaus Desk$")

        def taken_in() -> bool:
            office = TownHall.open(home, key_file=home.with_suffix(".key"))
            with office.store.read() as session:
                from rathaus_desk.applications.records import Application

                there = session.scalars(select(Application)).first() is not None
            office.close()
            return there

        until(taken_in)
        time.sleep(2.5)
        keyboard.key("Tab", "space")  # yes, the same person
        time.sleep(0.5)
        keyboard.key("alt+c", "Down")  # who applies owes the fees
        time.sleep(1.0)
        keyboard.key("ctrl+Return")
        until(lambda: burials(home) == 1)
        keyboard.key("ctrl+q")
        assert program.wait(timeout=15) == 0
    finally:
        if program.poll() is None:
            subprocess.run(
                ["import", "-window", "root", str(tmp_path / "screen.png")], env=screen, check=False
            )
            program.kill()
            program.wait()
    office = TownHall.open(home, key_file=home.with_suffix(".key"))
    with office.store.read() as session:
        assert {letter.kind for letter in letters.waiting(session)} == {"fee_notice", "burial_confirmation"}
    office.close()


READER = """
import sys, time
import gi
gi.require_version("Atspi", "2.0")
from gi.repository import Atspi

def program():
    desktop = Atspi.get_desktop(0)
    for at in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(at)
        if child and child.get_name() == "Rathaus Desk":
            return child
    return None

for _ in range(150):
    found = program()
    if found and found.get_child_count():
        break
    time.sleep(0.2)
else:
    sys.exit("the program is not there")
time.sleep(2)
CONTROLS = {
    "push button", "check box", "radio button", "entry", "text", "combo box", "table", "list", "page tab"
}
names, nameless = [], []

def walk(node, depth=0):
    if node is None or depth > 40:
        return
    states = node.get_state_set()
    if depth > 1 and not states.contains(Atspi.StateType.SHOWING):
        return
    role, name = node.get_role_name(), node.get_name()
    if name:
        names.append(name)
    elif role in CONTROLS:
        nameless.append(role)
    for at in range(min(node.get_child_count(), 30)):
        walk(node.get_child_at_index(at), depth + 1)

walk(found)
print(len(names), "|".join(sorted(set(names))))
if nameless:
    sys.exit("without a name: " + ", ".join(nameless))
"""


def test_a_screen_reader_reads_the_window(screen: dict[str, str], home: Path, tmp_path: Path) -> None:
    """Over AT-SPI, as Orca does: every control that is shown has a name."""
    reader = tmp_path / "reader.py"
    reader.write_text(READER, encoding="utf-8")
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    session = tmp_path / "session.sh"
    session.write_text(
        "#!/bin/sh\n"
        "/usr/libexec/at-spi-bus-launcher --launch-immediately &\n"
        f"{sys.executable} -m rathaus_desk desktop --home {home} --key-file {home.with_suffix('.key')} &\n"
        "program=$!\n"
        f"/usr/bin/python3 {reader}\n"
        "status=$?\n"
        "kill $program\n"
        "exit $status\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", str(session)],
        env={**screen, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "XDG_RUNTIME_DIR": str(runtime)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Suchen oder Befehl eingeben" in done.stdout
    assert "Friedhof" in done.stdout
