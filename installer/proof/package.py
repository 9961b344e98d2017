"""What an administrator does with the package: install, upgrade, repair, remove, and what is refused."""

from __future__ import annotations

import shutil
import subprocess
import time
import tomllib
from pathlib import Path

from installer import bill, build, launcher, msi
from installer.proof.machine import HOME, PLACE, ROOT, Machine, hold
from installer.proof.screen import photograph, running, screen, shown

OLD = "0.0.9"
SERVER = "https://desk.example.org/musterrode"


def older() -> Path:
    """The package of a version before this one: it holds a file that this one has no more."""
    place = PLACE / "older"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    program = place / "program"
    subprocess.run(["cp", "-al", str(build.BUILD / "program"), str(program)], check=True)
    (program / "gone.txt").write_text("of an older version\n")
    shutil.copy(build.BUILD / "rathaus-desk.ico", place)
    made = place / f"rathaus-desk-{OLD}.msi"
    msi.build(program, made, OLD, place / "rathaus-desk.ico", small=False)
    return made


def install(machine: Machine, package: Path, version: str, *properties: str) -> None:
    """Installs silently and looks for everything that should be there."""
    begun = time.monotonic()
    status, log = machine.msiexec("/i", machine.windows_path(package), *properties)
    machine.figures["install"] = f"{time.monotonic() - begun:.1f} s"
    hold(status == 0, f"installed silently in {machine.figures['install']}" if not status else log[-800:])
    files = len((machine.program / bill.HASHES).read_text(encoding="utf-8").splitlines())
    hold(not machine.damaged(), f"{files} files there, each with its hash")
    size = sum(path.stat().st_size for path in machine.program.rglob("*") if path.is_file())
    machine.figures["installed size"] = f"{size / 1e6:.1f} MB"
    hold(size <= build.LARGEST_INSTALLED, f"{size / 1e6:.1f} MB installed")
    own = machine.registry(r"Software\Rathaus Desk")
    hold(own.get("Version") == version and own.get("Language") == "de", f"registry: {own}")


def look_around(machine: Machine) -> None:
    """Policies, shortcut, file types, Apps & Features."""
    policies = machine.registry(r"Software\Policies\Rathaus Desk")
    hold(policies.get("ServerUrl") == SERVER, f"policies: {policies}")
    links = list((machine.drive).glob("**/Rathaus Desk.lnk"))
    hold(len(links) == 1, f"Start menu: {machine.windows_path(links[0]) if links else 'nothing'}")
    for suffix, kind in ((".rathaus-stadt", "RathausDesk.Stadt"), (".rathaus-fall", "RathausDesk.Fall")):
        named = machine.registry(rf"Software\Classes\{suffix}").get("")
        command = machine.registry(rf"Software\Classes\{kind}\shell\open\command").get("", "")
        hold(
            named == kind and command.endswith('Rathaus Desk.exe" desktop "%1"'), f"{suffix} opens {command}"
        )
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    uninstall = r"Software\Microsoft\Windows\CurrentVersion\Uninstall"
    entry = machine.registry(rf"{uninstall}\{msi.product_code(version)}")
    wanted = {"DisplayName": "Rathaus Desk", "DisplayVersion": version}
    hold(
        wanted.items() <= entry.items() and "EUPL" in entry.get("Comments", ""), f"Apps & Features: {wanted}"
    )


def _kept_data(machine: Machine) -> dict[str, str]:
    """Keys and attachments; the database itself is written by a window that ends."""
    files = machine.tree(machine.local_path(HOME))
    return {name: digest for name, digest in files.items() if not name.startswith(("rathaus.db", ".lock"))}


def upgrade(machine: Machine, package: Path, version: str) -> None:
    """The new package over the old one: data and properties stay, old files go."""
    data = _kept_data(machine)
    found = machine.desk("search", "Wagner", "--json", "--home", HOME)
    begun = time.monotonic()
    status, log = machine.msiexec("/i", machine.windows_path(package))
    machine.figures["upgrade"] = f"{time.monotonic() - begun:.1f} s"
    hold(status == 0, f"upgraded in {machine.figures['upgrade']}" if not status else log[-800:])
    hold(machine.registry(r"Software\Rathaus Desk").get("Version") == version, f"the version is {version}")
    hold(not (machine.program / "gone.txt").exists(), "what the new version has no more is gone")
    kept = machine.registry(r"Software\Policies\Rathaus Desk")
    hold(kept.get("ServerUrl") == SERVER, "SERVERURL is kept without being said again")
    hold(_kept_data(machine) == data, f"{len(data)} keys and attachments untouched")
    hold(machine.desk("search", "Wagner", "--json", "--home", HOME) == found, "the same data is found")
    hold(machine.desk("doctor", "--json", "--home", HOME)["ok"], "the new version opens them, all sound")


def upgrade_while_open(machine: Machine, package: Path, version: str) -> None:
    """A window is open: it is photographed, asked to end, and ends; then the new version goes in."""
    with (
        screen() as display,
        running(machine, launcher.WINDOW, "desktop", "--home", HOME, display=display) as process,
    ):
        begun = time.monotonic()
        hold(shown(display), "the window opens on a screen, by Qt's own Windows platform")
        machine.figures["window shown"] = f"{(time.monotonic() - begun) * 1000:.0f} ms"
        time.sleep(5)
        picture = photograph(display, "screen.png")
        hold(process.poll() is None, f"it is photographed: {picture.relative_to(ROOT)}")
        upgrade(machine, package, version)
        hold(process.wait(10) == 0, "the open window was asked to end and ended by itself")


def damage_and_repair(machine: Machine, package: Path) -> None:
    """A file of the program is gone, another one changed: doctor tells, repair puts both back."""
    gone, changed = machine.program / "licences/Arimo.txt", machine.program / "sbom.cdx.json"
    gone.unlink()
    changed.write_text("{}")
    told = machine.desk("doctor", "--json", status=1)
    hold("program" in told and "Arimo.txt" in told, "doctor tells of the damage and how to repair it")
    # What msiexec /fa stands for; Wine knows only the long form.
    repair = ("REINSTALL=ALL", "REINSTALLMODE=amus")
    status, log = machine.msiexec("/i", machine.windows_path(package), *repair)
    hold(status == 0, f"repaired by {' '.join(repair)}" if not status else log[-800:])
    hold(machine.desk("doctor", "--json")["ok"], "doctor finds everything sound again")


def remove(machine: Machine, version: str) -> None:
    """Removal leaves the data and nothing else."""
    data = machine.tree(machine.local_path(HOME))
    begun = time.monotonic()
    status, log = machine.msiexec("/x", msi.product_code(version))
    machine.figures["removal"] = f"{time.monotonic() - begun:.1f} s"
    hold(status == 0, f"removed in {machine.figures['removal']}" if not status else log[-800:])
    hold(not machine.program.exists(), "the program folder is gone")
    hold(not list(machine.drive.glob("**/Rathaus Desk.lnk")), "the shortcut is gone")
    for key in (
        r"Software\Rathaus Desk", r"Software\Policies\Rathaus Desk", r"Software\Classes\.rathaus-stadt",
        r"Software\Classes\RathausDesk.Stadt\shell\open\command", r"Software\Classes\.rathaus-fall",
    ):  # fmt: skip
        hold(not machine.registry(key), f"HKLM\\{key} is empty")
    hold(machine.tree(machine.local_path(HOME)) == data, f"{len(data)} files of data are still there")


def nothing_left(machine: Machine, before: set[str]) -> None:
    """Of program and data nothing is where it was not ``before``."""
    left = machine.rest() - before
    hold(not left, f"nothing else is left{': ' + ', '.join(sorted(left)[:5]) if left else ''}")


def remove_with_data(machine: Machine, version: str, before: set[str]) -> None:
    """REMOVEDATA=1 takes the data too; nothing at all is left."""
    own = (
        machine.drive / "users" / "root" / "AppData" / "Local" / "Rathaus Desk" / "Logs" / "rathaus-desk.log"
    )
    own.parent.mkdir(parents=True, exist_ok=True)
    own.touch()
    status, log = machine.msiexec("/x", msi.product_code(version), "REMOVEDATA=1")
    hold(status == 0, "removed with REMOVEDATA=1" if not status else log[-800:])
    nothing_left(machine, before)
    hold(not machine.program.exists(), "the program folder is gone")


def read_only(machine: Machine, before: dict[str, str]) -> None:
    """Nothing was written below Program Files."""
    hold(machine.tree(machine.program) == before, "nothing was written below Program Files")
