"""What goes wrong around an installation: each time nothing half is left, and a sentence says why."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

from installer import bill, launcher, msi, wine
from installer.proof.machine import NOBODY, PLACE, Machine, hold, is_root, not_shown, small_disk
from installer.proof.screen import dialog, running, screen

_OWN = r"Software\Rathaus Desk"


def interrupted(machine: Machine, package: Path) -> None:
    """The machine stops in the middle of an installation: the next one goes through (`install` looks)."""
    process = subprocess.Popen(
        [*wine.command(machine.prefix), "msiexec", "/i", machine.windows_path(package), "/qn"],
        env=wine.environment(machine.prefix),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    end = time.monotonic() + 60
    while time.monotonic() < end and not (machine.program / "Lib").exists():
        time.sleep(0.05)
    time.sleep(0.5)
    wine.stop(machine.prefix)
    process.communicate()
    files = len(machine.tree(machine.program))
    hold(files > 0, f"stopped in the middle: {files} files there")
    hold(
        not machine.registry(_OWN).get("Version"),
        "Windows does not take it for installed",
    )


def no_room(machine: Machine, package: Path, version: str) -> None:
    """The drive is too small: refused before anything is written; filled up meanwhile: a repair mends it."""
    if not is_root():
        not_shown("a full disk", "only root may mount one")
        return
    drive = machine.drive / "Zu klein"
    elsewhere = f"INSTALLDIR={machine.windows_path(drive)}\\Rathaus Desk"
    with small_disk(drive, "60m") as enlarge:
        before = machine.rest()
        status, log = machine.msiexec("/i", machine.windows_path(package), elsewhere)
        hold(status, f"a drive of 60 MB is refused (status {status})")
        hold("zu wenig Platz" in log, f"the log says: {_sentence(log, 'zu wenig Platz')}")
        hold(not list(drive.iterdir()) and machine.rest() == before, "nothing was written")
        hold(not machine.registry(_OWN), "Windows does not take it for installed")
        # Wine goes on when the disk fills up in the middle, where Windows would roll back.
        machine.msiexec("/i", machine.windows_path(package), elsewhere, "REQUIREDMEGABYTES=1")
        home, machine.place = machine.place, "Zu klein/Rathaus Desk"
        hold(machine.damaged(), "filled up in the middle (Wine goes on): the list of hashes tells")
        enlarge("400m")
        status, log = machine.msiexec(
            "/i", machine.windows_path(package), "REINSTALL=ALL", "REINSTALLMODE=amus"
        )
        hold(not status and not machine.damaged(), "with room again, the repair makes it whole")
        status, _log = machine.msiexec("/x", msi.product_code(version))
        hold(status == 0 and not list(drive.iterdir()), "and it can be removed")
        machine.place = home


def no_rights(machine: Machine, package: Path) -> None:
    """A user without rights on the folder: refused, nothing is left."""
    if not is_root():
        not_shown("missing rights", "only root may become another user")
        return
    other = machine.of_another_user()
    locked = other.drive / "Gesperrt"
    locked.mkdir()
    before = other.rest()
    status, log = other.msiexec(
        "/i", other.windows_path(package), f"INSTALLDIR={other.windows_path(locked)}\\Rathaus Desk"
    )
    hold(status, f"a user without rights on the folder is refused (status {status})")
    hold("InstallFiles" in log, "the log names the step at which it ended")
    left = {name for name in other.rest() - before if not name.startswith(f"users/{NOBODY}/")}
    hold(not list(locked.iterdir()) and not left, "nothing was written")
    hold(not other.registry(_OWN), "Windows does not take it for installed")
    other.scrap()


def refuse_while_running(machine: Machine, package: Path) -> None:
    """Something of the program goes on and cannot be asked: nothing is touched."""
    before = machine.tree(machine.program)
    with running(machine, launcher.CONSOLE, "-m", "timeit", "-n1", "-r1", "import time; time.sleep(120)"):
        time.sleep(3)
        status, log = machine.msiexec("/i", machine.windows_path(package), wait=False)
    wine.settle(machine.prefix)
    hold(status, f"while the program goes on the installation is refused (status {status})")
    hold("noch geöffnet" in log, f"the log says: {_sentence(log, 'noch geöffnet')}")
    hold(machine.tree(machine.program) == before, "nothing changed")


def refuse_older(machine: Machine, old: Path, version: str) -> None:
    """An older package over a newer one is refused with a sentence."""
    before = machine.tree(machine.program)
    status, _log = machine.msiexec("/i", machine.windows_path(old))
    hold(status, f"an older version is refused (status {status})")
    # Wine writes this sentence into no log, but shows it to who watches.
    with screen() as display:
        said = dialog(machine, display, "msiexec", "/i", machine.windows_path(old), "/qb")
    hold("neuere Fassung" in said, f"who watches reads: {said}")
    hold(machine.tree(machine.program) == before, "nothing changed")
    hold(machine.registry(_OWN).get("Version") == version, f"the version is still {version}")


def refuse_broken(machine: Machine, package: Path) -> None:
    """A package that was cut off on its way is refused, and its hash tells."""
    broken = PLACE / "broken" / package.name
    broken.parent.mkdir(exist_ok=True)
    content = package.read_bytes()
    broken.write_bytes(content[: len(content) // 2])
    shutil.copy(package.parent / bill.HASHES, broken.parent)
    told = subprocess.run(
        ["sha256sum", "--check", "--ignore-missing", "--status", bill.HASHES], cwd=broken.parent, check=False
    )
    hold(told.returncode, "the published hash tells a broken package")
    before = machine.tree(machine.program)
    status, _log = machine.msiexec("/i", machine.windows_path(broken))
    hold(status, f"a broken package is refused (status {status})")
    hold(machine.tree(machine.program) == before, "nothing changed")


def refuse_changed(machine: Machine, package: Path) -> None:
    """A package in which one byte is another is refused, and nothing of it is written."""
    changed = machine.drive / "verändert.msi"
    content = bytearray(package.read_bytes())
    content[len(content) // 2] ^= 0xFF
    changed.write_bytes(content)
    before = machine.rest()
    status, _log = machine.msiexec("/i", machine.windows_path(changed))
    hold(status, f"a package with one changed byte is refused (status {status})")
    hold(machine.rest() == before and not machine.registry(_OWN), "nothing was written")


def _sentence(log: str, words: str) -> str:
    return next(line.strip() for line in log.splitlines() if words in line)
