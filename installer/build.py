"""Builds the Windows package: `make installer`."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import time
import tomllib
from pathlib import Path

from installer import bill, imports, launcher, msi, runtime, stage, wheels

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache" / "installer"
BUILD = ROOT / "build" / "installer"
LARGEST, LARGEST_INSTALLED = 70_000_000, 170_000_000


def main() -> None:
    """Builds the package into ``dist``; the last line says how large it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python-runtime", type=Path, metavar="DIR", help="a Windows Python of your own")
    parser.add_argument("--mszip", action="store_true", help="pack as wixl does: in seconds, but 18 MB more")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", metavar="DIR", help="where it goes")
    options = parser.parse_args()
    begun = time.monotonic()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    program, icon = BUILD / "program", BUILD / "rathaus-desk.ico"
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    python = options.python_runtime or runtime.fetch(CACHE)
    fetched = wheels.fetch(wheels.windows(), ROOT / "requirements.lock", CACHE)
    print(stage.lay_out(python, fetched, program) + ".")
    launcher.draw_icon(ROOT / "resources" / "icons" / "app" / "rathaus-desk.svg", icon)
    launcher.build(program, version, icon)
    for name in (launcher.CONSOLE, launcher.WINDOW):
        sign(program / name)
    print(f"{imports.check(program)} programs and libraries find what they import.")
    packages = program / "Lib" / "site-packages"
    imports.check_sources(packages / "rathaus_desk", packages)
    bill.add(program, packages, version, bill.OF_WINDOWS)
    built = BUILD / f"rathaus-desk-{version}.msi"
    msi.build(program, built, version, icon, sign, small=not options.mszip)
    sign(built)
    options.output.mkdir(parents=True, exist_ok=True)
    package = options.output / built.name
    shutil.copy(built, package)
    bill.publish(program, package)
    installed = sum(path.stat().st_size for path in program.rglob("*") if path.is_file())
    print(
        f"{package}: {package.stat().st_size / 1e6:.1f} MB, installed {installed / 1e6:.1f} MB, "
        f"built in {time.monotonic() - begun:.0f} s."
    )
    if package.stat().st_size > LARGEST or installed > LARGEST_INSTALLED:
        limits = f"{LARGEST / 1e6:.0f} MB, installed {LARGEST_INSTALLED / 1e6:.0f} MB"
        raise SystemExit(f"The package is larger than {limits}.")


def sign(path: Path) -> None:
    """Signs ``path`` if a certificate is given: RATHAUS_SIGN_PKCS12 (a file), RATHAUS_SIGN_PASSWORD_FILE."""
    certificate = os.environ.get("RATHAUS_SIGN_PKCS12")
    if not certificate:
        return
    password = os.environ.get("RATHAUS_SIGN_PASSWORD_FILE")
    stamp = os.environ.get("RATHAUS_SIGN_TIMESTAMP_URL")
    signed = path.with_suffix(".signed")
    command = ["osslsigncode", "sign", "-h", "sha256", "-pkcs12", certificate, "-n", "Rathaus Desk"]
    command += ["-readpass", password] if password else []
    command += ["-ts", stamp] if stamp else []
    subprocess.run([*command, "-in", path, "-out", signed], check=True, stdout=subprocess.DEVNULL)
    signed.replace(path)


if __name__ == "__main__":
    main()
