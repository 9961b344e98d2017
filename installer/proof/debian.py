"""Proves the Debian package: installs, uses and removes it in a copy of this system that is thrown away."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from installer import bill, deb
from installer.proof.machine import NOBODY, PLACE, ROOT, Failed, hold, is_root, step
from installer.proof.work import linux_demo

_BOUND = ("dev", "proc", "sys")


def main() -> None:
    """Goes through every step; exit status 1 at the first that does not hold."""
    if not is_root():
        raise SystemExit("Only root can make a copy of this system that is thrown away.")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    package = ROOT / "dist" / deb.file_name(version, deb.systems_python())
    PLACE.mkdir(parents=True, exist_ok=True)
    try:
        _look_at(package)
        with _throw_away() as (root, written):
            _prove(package, version, root, written)
    except Failed as failure:
        raise SystemExit(f"  ✗ {failure}") from None
    print(f"\nProven: {package.name}, {package.stat().st_size / 1e6:.1f} MB.")


def _look_at(package: Path) -> None:
    with step("The file"):
        content = subprocess.run(["dpkg-deb", "-c", package], capture_output=True, text=True, check=True)
        owners = {line.split()[1] for line in content.stdout.splitlines()}
        hold(owners == {"root/root"}, f"{len(content.stdout.splitlines())} files, all of root")
        if shutil.which("lintian"):  # a minute; only where somebody put it
            said = subprocess.run(["lintian", package], capture_output=True, text=True, check=False).stdout
            errors = [line for line in said.splitlines() if line.startswith("E:")]
            hold(not errors, f"lintian: no error, {said.count('W: ')} warnings")


def _prove(package: Path, version: str, root: Path, written: Path) -> None:
    shutil.copy(package, root / "package.deb")
    with step("Installing, without a network"):
        _run(root, "dpkg", "-i", "/package.deb")
        home = root / deb.HOME
        sums = (home / bill.HASHES).read_text(encoding="utf-8").splitlines()
        hold(len(sums) > 1000, f"{len(sums)} files listed")
        hold(not _run(root, "dpkg", "--verify", "rathaus-desk"), "each is as the package says")
        hold(version in _run(root, "rathaus-desk", "--version"), f"the version is {version}")
        kind = _run(root, "python3", "-c", _KIND) if (root / "usr/share/mime/globs2").exists() else ""
        hold(not kind or kind.split() == ["True", "True"], "both file types are known to the desktop")
    with step("The main job, as a user without rights"):
        user = ("setpriv", f"--reuid={NOBODY}", "--regid=65534", "--clear-groups", "env", "HOME=/srv/amt")
        (root / "srv/amt").mkdir(parents=True)
        shutil.chown(root / "srv/amt", NOBODY)
        options = ("--home", "/srv/amt/Größe", "--key-file", "/srv/amt/key")
        job = json.loads(_run(root, *user, "rathaus-desk", "demo", "--no-window", "--json", *options))
        with linux_demo() as here:
            ours, theirs = Path(here["notice"]).read_bytes(), (root / job["notice"][1:]).read_bytes()
        hold(ours == theirs, f"the notice is the demo's to the byte ({len(theirs)} bytes): {job['total']} €")
        healthy = json.loads(_run(root, *user, "rathaus-desk", "doctor", "--json", *options))
        hold(healthy["ok"], "doctor finds program and data sound")
        paint = ("desktop", "--picture", "/srv/amt/fenster.png", "--page", "friedhof", *options)
        _run(root, *user, "env", "QT_QPA_PLATFORM=offscreen", "rathaus-desk", *paint)
        shutil.copy(root / "srv/amt/fenster.png", PLACE / "debian.png")
        hold(True, f"the window is painted: {(PLACE / 'debian.png').relative_to(ROOT)}")
    with step("Removing"):
        policies = root / "etc/rathaus-desk/policies.toml"
        policies.parent.mkdir(parents=True)
        policies.write_text('ServerUrl = "https://desk.example.org"\n')
        data = sorted(path.name for path in (root / "srv/amt/Größe").rglob("*"))
        _run(root, "dpkg", "--purge", "rathaus-desk")
        hold(
            sorted(path.name for path in (root / "srv/amt/Größe").rglob("*")) == data, "the data is untouched"
        )
        hold(policies.exists(), "so are the policies of the machine")
        left = [
            path
            for path in written.rglob("*rathaus*")
            if (path.is_file() or path.is_symlink()) and path.is_relative_to(written / "usr")
        ]
        hold(not home.exists() and not left, "nothing of the program is left")


_KIND = """
globs = open('/usr/share/mime/globs2').read()
for end in ('stadt', 'fall'): print(f'application/x-rathaus-{end}:*.rathaus-{end}' in globs)
"""


def _run(root: Path, *command: str) -> str:
    """Runs a command in the copy, cut off from the network; what it says. Failed if it fails."""
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "DEBIAN_FRONTEND": "noninteractive",
    }
    done = subprocess.run(
        ["unshare", "--net", "chroot", root, *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failed(
            f"{' '.join(command)} ended with {done.returncode}: {done.stdout[-500:]}{done.stderr[-800:]}"
        )
    return done.stdout


@contextmanager
def _throw_away() -> Iterator[tuple[Path, Path]]:
    """This system with another layer on it: the root, and the folder in which all lies that is written."""
    place = Path(tempfile.mkdtemp(prefix="rathaus-desk-proof-"))
    root, written, work = (place / name for name in ("root", "written", "work"))
    for folder in (root, written, work):
        folder.mkdir()
    layers = f"lowerdir=/,upperdir={written},workdir={work}"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, root], check=True)
    try:
        for name in _BOUND:
            subprocess.run(["mount", "--bind", f"/{name}", root / name], check=True)
        yield root, written
    finally:
        for name in reversed(_BOUND):
            subprocess.run(["umount", "-l", root / name], check=False)
        subprocess.run(["umount", "-l", root], check=True)
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
