"""Builds the package for desks with Debian or Ubuntu: `make deb`.

A Python environment of its own below /usr/lib/rathaus-desk, with every library as the lock says, on the
Python of the system. Nothing is fetched when it is installed; no script of it touches data.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import shutil
import subprocess
import tomllib
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from installer import bill, build, launcher, msi, stage, wheels

ROOT = build.ROOT
BUILD = ROOT / "build" / "deb"
LINUX = Path(__file__).parent / "linux"
HOME = "usr/lib/rathaus-desk"
_SYSTEMS_PYTHON = "/usr/bin/python3"
_ICON_SIZES = (16, 24, 32, 48, 64, 128, 256)


def main() -> None:
    """Builds the package into ``dist``; the last line says how large it is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--python", metavar="X.Y", help="the Python of the desks; default: this system's")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", metavar="DIR", help="where it goes")
    options = parser.parse_args()
    python = options.python or systems_python()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    root = BUILD / "root"
    shutil.rmtree(BUILD, ignore_errors=True)
    lay_out(root, python, version)
    write_control(root, python, version)
    _settle_rights(root)
    options.output.mkdir(parents=True, exist_ok=True)
    package = options.output / file_name(version, python)
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", root, package],
        # One thread: several ones divide the content otherwise, and the bytes would depend on the machine.
        env={**os.environ, "SOURCE_DATE_EPOCH": str(msi.moment()), "DPKG_DEB_THREADS_MAX": "1"},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    print(
        f"{package}: {package.stat().st_size / 1e6:.1f} MB, installed {_size(root) / 1e6:.1f} MB, "
        f"for Python {python}."
    )


def file_name(version: str, python: str) -> str:
    """The file of the package: which Python it is for stands in its version."""
    return f"rathaus-desk_{_debian_version(version, python)}_amd64.deb"


def systems_python() -> str:
    """The version of the system's own Python ("3.11")."""
    told = subprocess.run([_SYSTEMS_PYTHON, "--version"], capture_output=True, text=True, check=True).stdout
    return ".".join(told.split()[1].split(".")[:2])


def _debian_version(version: str, python: str) -> str:
    return f"{version}+py{python}"


def lay_out(root: Path, python: str, version: str) -> None:
    """Fills ``root`` with all files that are installed."""
    home = root / HOME
    packages = home / "lib" / f"python{python}" / "site-packages"
    fetched = wheels.fetch(wheels.linux(python), ROOT / "requirements.lock", build.CACHE)
    shutil.copytree(fetched / "site-packages", packages)
    stage.prune(packages, stage.rules("linux"))
    _strip(packages)
    stage.add_program(packages)
    settings = ("home = /usr/bin", "include-system-site-packages = false", f"version = {python}")
    (home / "pyvenv.cfg").write_text("\n".join([*settings, ""]), encoding="ascii")
    (home / "bin").mkdir()
    (home / "bin" / "python3").symlink_to(f"../../../bin/python{python}")
    bill.add(home, packages, version, bill.OF_LINUX)
    for name, place in (
        ("rathaus-desk", "usr/bin"),
        ("rathaus-desk.desktop", "usr/share/applications"),
        ("rathaus-desk.xml", "usr/share/mime/packages"),
        ("copyright", "usr/share/doc/rathaus-desk"),
        ("overrides", "usr/share/lintian/overrides"),
    ):
        (root / place).mkdir(parents=True)
        shutil.copy(LINUX / name, root / place / ("rathaus-desk" if name == "overrides" else name))
    documents = root / "usr/share/doc/rathaus-desk"
    for name in ("administration.md", "command-line.md"):
        shutil.copy(ROOT / "docs" / name, documents / name)
    (documents / "CHANGELOG.md").write_bytes((ROOT / "CHANGELOG.md").read_bytes())
    day = format_datetime(datetime.fromtimestamp(msi.moment(), UTC))
    entry = _filled("changelog", version=_debian_version(version, python), day=day)
    _pack(entry, documents / "changelog.gz")
    _pack(_filled("rathaus-desk.1", version=version), root / "usr/share/man/de/man1/rathaus-desk.1.gz")
    # There is none in English: better the German one than none.
    (root / "usr/share/man/man1").mkdir()
    (root / "usr/share/man/man1/rathaus-desk.1.gz").symlink_to("../de/man1/rathaus-desk.1.gz")
    _draw_icons(root / "usr/share/icons/hicolor")


def write_control(root: Path, python: str, version: str) -> None:
    """What dpkg wants to know, with the sum of each file."""
    control = root / "DEBIAN"
    control.mkdir()
    major, minor = python.split(".")
    told = _filled(
        "control",
        version=_debian_version(version, python),
        python=python,
        next_python=f"{major}.{int(minor) + 1}",
        kilobytes=str(_size(root) // 1024),
    )
    (control / "control").write_text(told.replace(",\n ", ", "), encoding="utf-8")
    for name in ("postinst", "prerm"):
        shutil.copy(LINUX / name, control / name)
    sums = [
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(root)}\n"
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink() and control not in path.parents
    ]
    (control / "md5sums").write_text("".join(sums), encoding="utf-8")


def _filled(name: str, **values: str) -> str:
    """A text of ``linux/`` with its places filled in."""
    return (LINUX / name).read_text(encoding="utf-8").format(**values)


def _strip(packages: Path) -> None:
    """Takes what only debuggers read out of the libraries, but not of those that wheels patched."""
    changed = ("PIL", "pikepdf")
    for path in packages.rglob("*.so*"):
        inside = path.relative_to(packages).parts[0]
        if inside not in changed and not inside.endswith(".libs"):
            subprocess.run(["strip", "--strip-unneeded", path], check=True)


def _settle_rights(root: Path) -> None:
    """Rights and times that depend on nobody who builds."""
    programs = {root / "usr/bin/rathaus-desk", root / "DEBIAN/postinst", root / "DEBIAN/prerm"}
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path in programs else 0o644)
        os.utime(path, (msi.moment(), msi.moment()), follow_symlinks=False)


def _size(root: Path) -> int:
    return sum(path.lstat().st_size for path in root.rglob("*") if path.is_file() or path.is_symlink())


def _pack(text: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(text.encode(), mtime=0))


def _draw_icons(target: Path) -> None:
    source = ROOT / "resources" / "icons" / "app" / "rathaus-desk.svg"
    for size in _ICON_SIZES:
        place = target / f"{size}x{size}" / "apps"
        place.mkdir(parents=True)
        launcher.draw(source, size).save(place / "rathaus-desk.png")
    (target / "scalable" / "apps").mkdir(parents=True)
    shutil.copy(source, target / "scalable" / "apps" / source.name)


if __name__ == "__main__":
    main()
