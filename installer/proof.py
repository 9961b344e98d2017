"""Proves the package under Wine: installs, uses, upgrades and removes it as an administrator would.

Every step prints what it saw; the first that does not hold ends the proof. ``make installer-proof`` calls it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from installer import bill, build, launcher, msi, wine
from rathaus_desk.office.main_job import example_town
from rathaus_desk.office.town_pack import pack

ROOT = Path(__file__).parents[1]
SHIMS = Path(__file__).parent / "shims"
PLACE = build.CACHE / "proof"
JAR = ROOT / ".cache" / "verapdf" / "cli.jar"

_SERVER = "https://desk.example.org/musterrode"
_HOME = r"C:\Stadt Größe & Söhne\Rathaus-Daten"
_FONTS = r"Z:\usr\share\fonts\truetype\noto"
_COMPILER = ("x86_64-w64-mingw32-gcc", "-shared", "-O2", "-s")
_OLD = "0.0.9"
_NOT_COMPARED = {"home", "key_file", "notice", "import"}


class Failed(Exception):
    """A step does not hold."""


def hold(condition: object, words: str) -> None:
    """Prints what holds; Failed if it does not."""
    if not condition:
        raise Failed(words)
    print(f"  ✓ {words}", flush=True)


@dataclass
class Machine:
    """A Windows of its own: a fresh prefix with what Wine lacks."""

    prefix: Path
    place: str = "Program Files/Rathaus Desk"
    figures: dict[str, str] = field(default_factory=dict)

    @classmethod
    def fresh(cls) -> Machine:
        """Made anew from a prefix that is kept, so that nothing of an earlier proof is there."""
        kept = PLACE / "prefix"
        if not (kept / "ready").exists():
            shutil.rmtree(kept, ignore_errors=True)
            wine.command(kept)
            _build_shims(kept / "drive_c" / "windows" / "system32")
            # Wine hands on no variable that begins with QT_; Qt without a screen asks it where fonts are.
            wine.run(
                "reg", "add", r"HKCU\Environment", "/v", "QT_QPA_FONTDIR", "/d", _FONTS, "/f", prefix=kept
            )
            wine.settle(kept)
            (kept / "ready").touch()
        used = PLACE / "machine"
        subprocess.run(["rm", "-rf", str(used)], check=True)
        subprocess.run(["cp", "-a", str(kept), str(used)], check=True)
        return cls(used)

    @property
    def drive(self) -> Path:
        """C: as this system sees it."""
        return self.prefix / "drive_c"

    @property
    def program(self) -> Path:
        """Where the program is installed."""
        return self.drive / self.place

    def windows_path(self, path: Path) -> str:
        """A path of this system as Windows sees it."""
        if path.is_relative_to(self.drive):
            return "C:\\" + "\\".join(path.relative_to(self.drive).parts)
        return "Z:" + str(path).replace("/", "\\")

    def local_path(self, path: str) -> Path:
        """The other way round."""
        return self.drive / path.removeprefix("C:\\").replace("\\", "/")

    def msiexec(self, *arguments: str, wait: bool = True) -> tuple[int, str]:
        """Runs the Windows Installer silently; its exit status and its log (which Wine fills sparingly)."""
        log = self.drive / "msi.log"
        log.unlink(missing_ok=True)
        done = wine.run("msiexec", *arguments, "/qn", "/l*v", r"C:\msi.log", prefix=self.prefix)
        if wait:
            wine.settle(self.prefix)
        text = log.read_bytes() if log.exists() else b""
        words = text.decode("utf-16" if text.startswith(b"\xff\xfe") else "cp1252", errors="replace")
        return done.returncode, words

    def desk(self, *arguments: str, status: int = 0) -> Any:
        """Runs the installed program; its JSON or text. Failed if it ends otherwise than with ``status``."""
        done = wine.run(self.windows_path(self.program / launcher.CONSOLE), *arguments, prefix=self.prefix)
        said, complained = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        if done.returncode != status:
            raise Failed(f"rathaus-desk {arguments} ended with {done.returncode}: {said[-500:]} {complained}")
        if status:
            return said + complained
        return json.loads(said) if "--json" in arguments else said

    def registry(self, key: str) -> dict[str, str]:
        """The values of a key of the local machine, by name ("": the default)."""
        done = wine.run("reg", "query", f"HKLM\\{key}", "/reg:64", prefix=self.prefix)
        values = {}
        for line in done.stdout.decode("utf-8", "replace").splitlines():
            parts = line.strip().split("    ")
            if len(parts) == 3 and parts[1].startswith("REG_"):
                values["" if parts[0].startswith("(") else parts[0]] = parts[2]
        return values

    def tree(self, folder: Path) -> dict[str, str]:
        """Every file below ``folder`` with its hash."""
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


def _build_shims(system: Path) -> None:
    for source, *libraries in (("icuuc",), ("bcryptprimitives", "-ladvapi32")):
        subprocess.run(
            [*_COMPILER, "-o", str(system / f"{source}.dll"), str(SHIMS / f"{source}.c"), *libraries],
            check=True,
        )


@contextmanager
def step(words: str) -> Iterator[None]:
    """A heading, and how long what follows took."""
    print(words, flush=True)
    begun = time.monotonic()
    yield
    print(f"  {time.monotonic() - begun:.1f} s", flush=True)


def older() -> Path:
    """The package of a version before this one: it holds a file that this one has no more."""
    place = PLACE / "older"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    program = place / "program"
    subprocess.run(["cp", "-al", str(build.BUILD / "program"), str(program)], check=True)
    (program / "gone.txt").write_text("of an older version\n")
    shutil.copy(build.BUILD / "rathaus-desk.ico", place)
    made = place / f"rathaus-desk-{_OLD}.msi"
    msi.build(program, made, _OLD, place / "rathaus-desk.ico")
    return made


# --- the proof ------------------------------------------------------------------------------------------


def install(machine: Machine, package: Path, version: str, *properties: str) -> None:
    """Installs silently and looks for everything that should be there."""
    begun = time.monotonic()
    status, log = machine.msiexec("/i", machine.windows_path(package), *properties)
    machine.figures["install"] = f"{time.monotonic() - begun:.1f} s"
    hold(status == 0, f"installed silently in {machine.figures['install']}" if not status else log[-800:])
    sums = (machine.program / bill.HASHES).read_text(encoding="utf-8").splitlines()
    there = machine.tree(machine.program)
    wrong = [line for line in sums if there.get(line[66:]) != line[:64]]
    hold(not wrong, f"{len(sums)} files there, each with its hash")
    size = sum(path.stat().st_size for path in machine.program.rglob("*") if path.is_file())
    machine.figures["installed size"] = f"{size / 1e6:.1f} MB"
    hold(size <= build.LARGEST_INSTALLED, f"{size / 1e6:.1f} MB installed")
    own = machine.registry(r"Software\Rathaus Desk")
    hold(own.get("Version") == version and own.get("Language") == "de", f"registry: {own}")


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
        not machine.registry(r"Software\Rathaus Desk").get("Version"),
        "Windows does not take it for installed",
    )


def look_around(machine: Machine) -> None:
    """Policies, shortcut, file types, Apps & Features."""
    policies = machine.registry(r"Software\Policies\Rathaus Desk")
    hold(policies.get("ServerUrl") == _SERVER, f"policies: {policies}")
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


def main_job(machine: Machine) -> None:
    """The installed program does the main job; result and notice are those of this system."""
    job = machine.desk("demo", "--no-window", "--json", "--home", _HOME)
    hold(job["key_file"] is None, "the key is in the Windows credential vault")
    vault = (machine.prefix / "user.reg").read_text(encoding="utf-8", errors="replace")
    hold(
        "Rathaus Desk" in vault[vault.find("Credential Manager") :],
        "the vault holds an entry of Rathaus Desk",
    )
    with _linux_demo() as here:
        same = {name: job[name] for name in job if name not in _NOT_COMPARED}
        hold(
            same == {name: here[name] for name in same},
            f"the job's result is this system's: {job['total']} €",
        )
        windows, linux = machine.local_path(job["notice"]).read_bytes(), Path(here["notice"]).read_bytes()
        hold(windows == linux, f"the notice is this system's to the byte ({len(windows)} bytes)")
    validated = subprocess.run(
        ["java", "-jar", str(JAR), "--format", "text", "-f", "ua1", str(machine.local_path(job["notice"]))],
        capture_output=True,
        text=True,
        check=False,
    )
    hold(validated.stdout.startswith("PASS"), f"veraPDF: {validated.stdout[:4] or validated.stderr[-500:]}")
    found = machine.desk("search", "Wagner", "--json", "--home", _HOME)
    hold(found, f"opened again by the vault's key: {len(found)} found")
    healthy = machine.desk("doctor", "--json", "--home", _HOME)
    hold(healthy["ok"], "doctor finds the data sound")


@contextmanager
def _linux_demo() -> Iterator[Any]:
    """The same job by this system's program, in a folder of its own."""
    folder = PLACE / "linux"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    options = ["--home", str(folder / "home"), "--key-file", str(folder / "key"), "--json"]
    yield _linux("demo", "--no-window", *options)


def _linux(*arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "rathaus_desk", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failed(f"rathaus-desk {arguments} on this system: {done.stderr}")
    return json.loads(done.stdout)


def window(machine: Machine) -> None:
    """The window's picture, painted by the installed program."""
    picture = machine.drive / "fenster.png"
    painted = machine.desk(
        "desktop", "--picture", r"C:\fenster.png", "--page", "friedhof", "--open", "Kernstadt B/4/17",
        "--json", "--home", _HOME,
    )  # fmt: skip
    kept = PLACE / "window.png"
    shutil.copy(picture, kept)
    machine.figures["first paint"] = f"{painted['first_paint_ms']} ms"
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QImage

    image = QImage(str(kept))
    colours = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    hold(
        (image.width(), image.height()) == (1440, 900), f"window painted after {painted['first_paint_ms']} ms"
    )
    machine.desk(
        "desktop", "--picture", r"C:\post.png", "--page", "post", "--open", "Großmann", "--home", _HOME
    )
    shutil.copy(machine.drive / "post.png", PLACE / "post.png")
    hold(True, "a notice beside the list, painted by a process of its own: look at post.png there")
    hold(len(colours) > 50, f"the picture has {len(colours)} colours: {kept.relative_to(ROOT)}")


@contextmanager
def _screen() -> Iterator[str]:
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
def _running(
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


def _shown(display: str, within: float = 60) -> bool:
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


def upgrade_while_open(machine: Machine, package: Path, version: str) -> None:
    """A window is open: it is photographed, asked to end, and ends; then the new version goes in."""
    with (
        _screen() as display,
        _running(machine, launcher.WINDOW, "desktop", "--home", _HOME, display=display) as process,
    ):
        begun = time.monotonic()
        hold(_shown(display), "the window opens on a screen, by Qt's own Windows platform")
        machine.figures["window shown"] = f"{(time.monotonic() - begun) * 1000:.0f} ms"
        time.sleep(5)
        picture = PLACE / "screen.png"
        subprocess.run(
            ["import", "-display", display, "-window", "root", str(picture)], check=True, capture_output=True
        )
        hold(process.poll() is None, f"it is photographed: {picture.relative_to(ROOT)}")
        upgrade(machine, package, version)
        hold(process.wait(10) == 0, "the open window was asked to end and ended by itself")


def refuse_while_running(machine: Machine, package: Path) -> None:
    """Something of the program goes on and cannot be asked: nothing is touched."""
    before = machine.tree(machine.program)
    with _running(machine, launcher.CONSOLE, "-m", "timeit", "-n1", "-r1", "import time; time.sleep(120)"):
        time.sleep(3)
        status, _log = machine.msiexec("/i", machine.windows_path(package), wait=False)
    wine.settle(machine.prefix)
    hold(status, f"while the program goes on the installation is refused (status {status})")
    hold(machine.tree(machine.program) == before, "nothing changed")


def both_ways(machine: Machine) -> None:
    """A town made by this system is opened on Windows, worked on there and opened here again."""
    with _linux_demo() as here:
        home = Path(here["home"])
        moved = machine.drive / "umzug"
        shutil.copytree(home, moved / "home")
        shutil.copy(here["key_file"], moved / "key")
        options = ["--home", r"C:\umzug\home", "--key-file", r"C:\umzug\key", "--json"]
        deep = moved / "/".join(
            f"sehr langer Ordnername Nummer {number} für Umlaute äöüß" for number in range(8)
        )
        shutil.copytree(home, deep / "home")
        far = ["--home", machine.windows_path(deep / "home"), "--key-file", r"C:\umzug\key", "--json"]
        hold(machine.desk("search", "Wagner", *far), f"from a path of {len(far[1])} characters too")
        before = machine.desk("search", "Wagner", *options)
        hold(before, f"Windows reads what this system wrote: {len(before)} found")
        hold(machine.desk("doctor", *options)["ok"], "Windows finds it sound")
        form = (example_town() / "bestattungsanmeldung.json").read_text(encoding="utf-8")
        other = machine.drive / "Anmeldung für Löwe.rathaus-fall"
        other.write_text(
            form.replace("Anneliese Erna", "Käthe").replace("S 77/2026", "S 78/2026"), encoding="utf-8"
        )
        (taken,) = machine.desk("intake", machine.windows_path(other), *options)
        hold(taken["state"] == "new", f"Windows writes: {taken['service']} becomes {taken['case_number']}")
        back = home.with_name("back")
        shutil.copytree(moved / "home", back)
        ours = ["--home", str(back), "--key-file", here["key_file"], "--json"]
        hold(_linux("doctor", *ours)["ok"], "this system finds sound what Windows wrote")
        hold(_linux("search", taken["case_number"], *ours), f"and finds {taken['case_number']}")


def read_only(machine: Machine, before: dict[str, str]) -> None:
    """Nothing was written below Program Files."""
    hold(machine.tree(machine.program) == before, "nothing was written below Program Files")


def _kept_data(machine: Machine) -> dict[str, str]:
    """Keys and attachments; the database itself is written by a window that ends."""
    files = machine.tree(machine.local_path(_HOME))
    return {name: digest for name, digest in files.items() if not name.startswith(("rathaus.db", ".lock"))}


def upgrade(machine: Machine, package: Path, version: str) -> None:
    """The new package over the old one: data and properties stay, old files go."""
    data = _kept_data(machine)
    found = machine.desk("search", "Wagner", "--json", "--home", _HOME)
    begun = time.monotonic()
    status, log = machine.msiexec("/i", machine.windows_path(package))
    machine.figures["upgrade"] = f"{time.monotonic() - begun:.1f} s"
    hold(status == 0, f"upgraded in {machine.figures['upgrade']}" if not status else log[-800:])
    hold(machine.registry(r"Software\Rathaus Desk").get("Version") == version, f"the version is {version}")
    hold(not (machine.program / "gone.txt").exists(), "what the new version has no more is gone")
    kept = machine.registry(r"Software\Policies\Rathaus Desk")
    hold(kept.get("ServerUrl") == _SERVER, "SERVERURL is kept without being said again")
    hold(_kept_data(machine) == data, f"{len(data)} keys and attachments untouched")
    hold(machine.desk("search", "Wagner", "--json", "--home", _HOME) == found, "the same data is found")
    hold(machine.desk("doctor", "--json", "--home", _HOME)["ok"], "the new version opens them, all sound")


def refuse_older(machine: Machine, old: Path, version: str) -> None:
    """An older package over a newer one is refused with a sentence."""
    before = machine.tree(machine.program)
    status, log = machine.msiexec("/i", machine.windows_path(old))
    hold(status, f"an older version is refused (status {status})")
    # Wine keeps what it would have shown to itself; the sentence stands in the package.
    conditions = subprocess.run(
        ["msiinfo", "export", old, "LaunchCondition"], capture_output=True, check=True
    )
    said = log + conditions.stdout.decode("cp1252", errors="replace")
    hold("neuere Fassung" in said, "with the sentence that a newer version is there")
    hold(machine.tree(machine.program) == before, "nothing changed")
    hold(
        machine.registry(r"Software\Rathaus Desk").get("Version") == version,
        f"the version is still {version}",
    )


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


def remove(machine: Machine, version: str) -> None:
    """Removal leaves the data and nothing else."""
    data = machine.tree(machine.local_path(_HOME))
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
    hold(machine.tree(machine.local_path(_HOME)) == data, f"{len(data)} files of data are still there")


def rest(machine: Machine) -> set[str]:
    """The files outside of Windows' own folders, of the two places where programs leave something."""
    found = set()
    for folder in ("Program Files", "ProgramData", "users"):
        found |= {f"{folder}/{name}" for name in machine.tree(machine.drive / folder)}
    return {name for name in found if "/Temp/" not in name}


def shared_installation(machine: Machine, package: Path, version: str) -> None:
    """Another way to install: a folder of one's own, data for all users, a prepared town, no shortcut."""
    town = machine.drive / "Vorbereitet für alle" / "Musterrode.rathaus-stadt"
    town.parent.mkdir()
    pack(example_town(), town)
    machine.place = "Programme der Stadt Größe/Rathaus"
    install(
        machine, package, version, f"INSTALLDIR={machine.windows_path(machine.program)}", "SHAREDDATA=1",
        "NOSHORTCUT=1", f"TOWNFOLDER={machine.windows_path(town)}",
    )  # fmt: skip
    hold(not list(machine.drive.glob("**/Rathaus Desk.lnk")), "NOSHORTCUT: no shortcut")
    shown = machine.desk("policies", "--json")
    hold(shown["home"] == r"C:\ProgramData\Rathaus Desk", f"SHAREDDATA: the data lies in {shown['home']}")
    hold(shown["policies"]["TownFolder"].endswith(".rathaus-stadt"), f"the program reads {shown['policies']}")
    made = machine.desk("init", "--json")
    home = machine.local_path(made["home"])
    hold((home / "rathaus.db").exists(), "the prepared town is set up without naming it")
    slots = json.loads((home / "keys.json").read_text(encoding="utf-8"))["slots"]
    (own,) = (slot["id"] for slot in slots if slot["kind"] == "keyring")
    machine.desk("-m", "keyring", "del", "Rathaus Desk", own)
    refused = machine.desk("search", "x", status=3)
    hold("key recover" in refused, f"another user, whose vault is empty, is told: {refused.strip()[:90]} …")
    machine.desk("key", "recover", made["recovery_code"])
    kinds = [one["kind"] for one in json.loads((home / "keys.json").read_text(encoding="utf-8"))["slots"]]
    hold(
        kinds.count("keyring") == 2, "by the recovery code that user gets a slot of his own beside the first"
    )
    hold(machine.desk("doctor", "--json")["ok"], "doctor finds data and program sound")


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


def support(machine: Machine) -> None:
    """The support bundle of the installed program."""
    written = machine.desk("support-bundle", r"C:\betreuung.zip", "--json")
    with zipfile.ZipFile(machine.drive / "betreuung.zip") as archive:
        told = json.loads(archive.read("programm.json"))
        everything = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8")
    hold(told["installed"] and not told["program_findings"], f"support bundle: {', '.join(written['files'])}")
    hold(
        "Musterrode" not in everything.replace("Musterrode.rathaus-stadt", ""), "it names no town and nobody"
    )


def remove_with_data(machine: Machine, version: str, before: set[str]) -> None:
    """REMOVEDATA=1 takes the data too; nothing at all is left."""
    own = (
        machine.drive / "users" / "root" / "AppData" / "Local" / "Rathaus Desk" / "Logs" / "rathaus-desk.log"
    )
    own.parent.mkdir(parents=True, exist_ok=True)
    own.touch()
    status, log = machine.msiexec("/x", msi.product_code(version), "REMOVEDATA=1")
    hold(status == 0, "removed with REMOVEDATA=1" if not status else log[-800:])
    left = rest(machine) - before
    hold(not left, f"nothing is left of program and data{': ' + ', '.join(sorted(left)[:5]) if left else ''}")
    hold(not machine.program.exists(), "the program folder is gone")


def main() -> None:
    """Goes through every step; exit status 1 at the first that does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", type=Path, metavar="MSI", help="default: the one in dist")
    options = parser.parse_args()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    package = options.package or ROOT / "dist" / f"rathaus-desk-{version}.msi"
    PLACE.mkdir(parents=True, exist_ok=True)
    try:
        with step("A fresh Windows (Wine)"):
            machine = Machine.fresh()
            fresh = rest(machine)
            old = older()
            hold(
                package.stat().st_size <= build.LARGEST,
                f"{package.name}: {package.stat().st_size / 1e6:.1f} MB",
            )
        with step("An installation that is interrupted"):
            interrupted(machine, old)
        with step(f"Installing {_OLD}"):
            install(machine, old, _OLD, f"SERVERURL={_SERVER}")
            before = machine.tree(machine.program)
        with step("The main job"):
            main_job(machine)
        with step("The window"):
            window(machine)
        with step("A database from here and back"):
            both_ways(machine)
            read_only(machine, before)
        with step("While the program runs"):
            refuse_while_running(machine, package)
        with step(f"Upgrading to {version} under an open window"):
            upgrade_while_open(machine, package, version)
            look_around(machine)
        with step("Bad packages"):
            refuse_older(machine, old, version)
            refuse_broken(machine, package)
        with step("Removing"):
            remove(machine, version)
            left = rest(machine) - fresh
            hold(not left, f"nothing else is left{': ' + ', '.join(sorted(left)[:5]) if left else ''}")
        with step("Installing for several users, elsewhere, with a prepared town"):
            shared_installation(machine, package, version)
        with step("Damage and repair"):
            damage_and_repair(machine, package)
            support(machine)
        with step("Removing with the data"):
            remove_with_data(machine, version, fresh)
    except Failed as failure:
        raise SystemExit(f"  ✗ {failure}") from None
    print("\nProven. " + ", ".join(f"{name} {figure}" for name, figure in machine.figures.items()) + ".")


if __name__ == "__main__":
    main()
