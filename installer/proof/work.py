"""What the installed program does: the main job, its window, data from elsewhere, a shared machine."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from PIL import Image

from installer import wine
from installer.proof.machine import (
    HOME,
    PLACE,
    ROOT,
    Failed,
    Machine,
    hold,
    is_root,
    not_shown,
    small_disk,
)
from installer.proof.package import install
from rathaus_desk.desktop.modules import load
from rathaus_desk.desktop.pages import PAGES
from rathaus_desk.office.main_job import example_town
from rathaus_desk.office.town_pack import pack

_JAR = ROOT / ".cache" / "verapdf" / "cli.jar"
_NOT_COMPARED = {"home", "key_file", "notice", "import"}


def main_job(machine: Machine) -> None:
    """The installed program does the main job; result and notice are those of this system."""
    job = machine.desk("demo", "--no-window", "--json", "--home", HOME)
    hold(job["key_file"] is None, "the key is in the Windows credential vault")
    vault = (machine.prefix / "user.reg").read_text(encoding="utf-8", errors="replace")
    hold(
        "Rathaus Desk" in vault[vault.find("Credential Manager") :],
        "the vault holds an entry of Rathaus Desk",
    )
    with linux_demo() as here:
        same = {name: job[name] for name in job if name not in _NOT_COMPARED}
        hold(
            same == {name: here[name] for name in same},
            f"the job's result is this system's: {job['total']} €",
        )
        windows, linux = machine.local_path(job["notice"]).read_bytes(), Path(here["notice"]).read_bytes()
        hold(windows == linux, f"the notice is this system's to the byte ({len(windows)} bytes)")
    validated = subprocess.run(
        ["java", "-jar", str(_JAR), "--format", "text", "-f", "ua1", str(machine.local_path(job["notice"]))],
        capture_output=True,
        text=True,
        check=False,
    )
    hold(validated.stdout.startswith("PASS"), f"veraPDF: {validated.stdout[:4] or validated.stderr[-500:]}")
    found = machine.desk("search", "Wagner", "--json", "--home", HOME)
    hold(found, f"opened again by the vault's key: {len(found)} found")
    healthy = machine.desk("doctor", "--json", "--home", HOME)
    hold(healthy["ok"], "doctor finds the data sound")


def window(machine: Machine) -> None:
    """The window's picture, painted by the installed program."""
    picture = machine.drive / "fenster.png"
    painted = machine.desk(
        "desktop", "--picture", r"C:\fenster.png", "--page", "friedhof", "--open", "Kernstadt B/4/17",
        "--json", "--home", HOME,
    )  # fmt: skip
    kept = PLACE / "window.png"
    shutil.copy(picture, kept)
    machine.figures["first paint"] = f"{painted['first_paint_ms']} ms"
    with Image.open(kept) as image:
        hold(image.size == (1440, 900), f"window painted after {painted['first_paint_ms']} ms")
    machine.desk(
        "desktop", "--picture", r"C:\post.png", "--page", "post", "--open", "Großmann", "--home", HOME
    )
    shutil.copy(machine.drive / "post.png", PLACE / "post.png")
    hold(True, "a notice beside the list, painted by a process of its own: look at post.png there")
    colours = _colours(kept)
    hold(colours > 50, f"the picture has {colours} colours: {kept.relative_to(ROOT)}")


def every_page(machine: Machine) -> None:
    """Each page of the window is painted by the installed program, so nothing it needs was left out."""
    load()
    colours = {}
    for page in [one.name for one in PAGES]:
        machine.desk("desktop", "--picture", rf"C:\seite-{page}.png", "--page", page, "--home", HOME)
        kept = PLACE / f"page-{page}.png"
        shutil.move(machine.drive / f"seite-{page}.png", kept)
        colours[page] = _colours(kept)
    hold(all(count > 20 for count in colours.values()), f"{len(colours)} pages open: {', '.join(colours)}")


def _colours(picture: Path) -> int:
    """How many colours a picture has, looked at in every third place."""
    with Image.open(picture) as image:
        seen = image.convert("RGB").resize((image.width // 3, image.height // 3), Image.Resampling.NEAREST)
        return len(seen.getcolors(maxcolors=seen.width * seen.height) or ())


def both_ways(machine: Machine) -> None:
    """A town made by this system is opened on Windows, worked on there and opened here again."""
    with linux_demo() as here:
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
        other = _form(machine.drive / "Anmeldung für Löwe.rathaus-fall", "Käthe", 78)
        (taken,) = machine.desk("intake", machine.windows_path(other), *options)
        hold(taken["state"] == "new", f"Windows writes: {taken['service']} becomes {taken['case_number']}")
        back = home.with_name("back")
        shutil.copytree(moved / "home", back)
        ours = ["--home", str(back), "--key-file", here["key_file"], "--json"]
        hold(_linux("doctor", *ours)["ok"], "this system finds sound what Windows wrote")
        hold(_linux("search", taken["case_number"], *ours), f"and finds {taken['case_number']}")


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
    other = machine.second_user()
    made = machine.desk("init", "--json")
    home = machine.local_path(made["home"])
    hold((home / "rathaus.db").exists(), "the prepared town is set up without naming it")
    _two_users(machine, other, home, made["recovery_code"])
    if is_root():
        _full_while_working(machine, home)
    else:
        not_shown("a full disk", "only root may mount one")


def _two_users(first: Machine, second: Machine, home: Path, code: str) -> None:
    """Two users, each with a vault of his own, and one shared folder: each his slot, both at work at once."""
    refused = second.desk("search", "x", status=3)
    hold("key recover" in refused, f"a second user, whose vault is empty, is told: {refused.strip()[:90]} …")
    second.desk("key", "recover", code)
    kinds = [one["kind"] for one in json.loads((home / "keys.json").read_text(encoding="utf-8"))["slots"]]
    hold(kinds.count("keyring") == 2, "by the recovery code he gets a slot of his own beside the first")
    users = (first, second)
    forms = {
        user.prefix: [
            _form(user.drive / f"Anmeldung {number}.rathaus-fall", f"Käthe {letter}", number)
            for number in range(begin, begin + 5)
        ]
        for user, letter, begin in zip(users, "AB", (100, 200), strict=True)
    }
    with ThreadPoolExecutor() as pool:
        taken = pool.map(
            lambda user: user.desk("intake", *map(user.windows_path, forms[user.prefix]), "--json"), users
        )
        numbers = [one["case_number"] for cases in taken for one in cases]
    hold(len(set(numbers)) == 10, f"both at work at once: ten applications, ten numbers, {numbers[0]} and on")
    seen = [user.desk("search", numbers[-1], "--json") for user in users]
    hold(seen[0] and seen[0] == seen[1], f"each finds the other's: {numbers[-1]}")
    hold(all(user.desk("doctor", "--json")["ok"] for user in users), "doctor finds data and program sound")


def _full_while_working(machine: Machine, home: Path) -> None:
    """The drive of the data fills up: a sentence, nothing lost; with room again the work goes on."""
    aside = PLACE / "shared"
    shutil.rmtree(aside, ignore_errors=True)
    wine.settle(machine.prefix)
    shutil.copytree(home, aside)
    form = _form(machine.drive / "Noch eine.rathaus-fall", "Käthe C", 300)
    with small_disk(home, "64m"):
        shutil.copytree(aside, home, dirs_exist_ok=True)
        ballast = home / "ballast"
        with suppress(OSError), ballast.open("wb", buffering=0) as stream:
            while True:
                stream.write(bytes(4096))
        said = machine.desk("intake", machine.windows_path(form), status=3)
        hold("voll" in said or "Platz" in said, f"the disk is full: {said.strip()[:120]}")
        hold("Traceback" not in said, "without a line for programmers")
        ballast.unlink()
        hold(machine.desk("doctor", "--json")["ok"], "with room again doctor finds all sound")
        (taken,) = machine.desk("intake", machine.windows_path(form), "--json")
        hold(taken["state"] == "new", f"and the same form becomes {taken['case_number']}")
        wine.settle(machine.prefix)


def _form(target: Path, given_names: str, number: int) -> Path:
    """The example's form for somebody else, with another death certificate."""
    form = (example_town() / "bestattungsanmeldung.json").read_text(encoding="utf-8")
    form = form.replace("Anneliese Erna", given_names).replace("S 77/2026", f"S {number}/2026")
    target.write_text(form, encoding="utf-8")
    return target


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


@contextmanager
def linux_demo() -> Iterator[Any]:
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
