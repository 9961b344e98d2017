"""The steps in their order."""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path

from installer import build
from installer.proof import package as packages
from installer.proof import trouble, work
from installer.proof.machine import PLACE, ROOT, Failed, Machine, hold, step


def main() -> None:
    """Goes through every step; exit status 1 at the first that does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="only install, do the main job, remove")
    parser.add_argument("--package", type=Path, metavar="MSI", help="default: the one in dist")
    options = parser.parse_args()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    package = options.package or ROOT / "dist" / f"rathaus-desk-{version}.msi"
    PLACE.mkdir(parents=True, exist_ok=True)
    try:
        with step("A fresh Windows (Wine)"):
            machine = Machine.fresh()
            fresh = machine.rest()
            size = package.stat().st_size
            hold(size <= build.LARGEST, f"{package.name}: {size / 1e6:.1f} MB")
        if options.short:
            _short(machine, package, version, fresh)
        else:
            _whole(machine, package, version, fresh)
    except Failed as failure:
        raise SystemExit(f"  ✗ {failure}") from None
    print("\nProven. " + ", ".join(f"{name} {figure}" for name, figure in machine.figures.items()) + ".")


def _short(machine: Machine, package: Path, version: str, fresh: set[str]) -> None:
    with step("Installing"):
        packages.install(machine, package, version, f"SERVERURL={packages.SERVER}")
        packages.look_around(machine)
    with step("The main job"):
        work.main_job(machine)
    with step("Removing"):
        packages.remove(machine, version)
        packages.nothing_left(machine, fresh)


def _whole(machine: Machine, package: Path, version: str, fresh: set[str]) -> None:
    old = packages.older()
    with step("An installation that is interrupted"):
        trouble.interrupted(machine, old)
    with step(f"Installing {packages.OLD}"):
        packages.install(machine, old, packages.OLD, f"SERVERURL={packages.SERVER}")
        before = machine.tree(machine.program)
    with step("The main job"):
        work.main_job(machine)
    with step("The window"):
        work.window(machine)
    with step("Every page"):
        work.every_page(machine)
    with step("A database from here and back"):
        work.both_ways(machine)
        packages.read_only(machine, before)
    with step("While the program runs"):
        trouble.refuse_while_running(machine, package)
    with step(f"Upgrading to {version} under an open window"):
        packages.upgrade_while_open(machine, package, version)
        packages.look_around(machine)
    with step("Bad packages"):
        trouble.refuse_older(machine, old, version)
        trouble.refuse_broken(machine, package)
    with step("Removing"):
        packages.remove(machine, version)
        packages.nothing_left(machine, fresh)
    with step("A changed byte, no room, no rights"):
        trouble.refuse_changed(machine, package)
        trouble.no_room(machine, package, version)
        trouble.no_rights(machine, package)
    with step("Installing for several users, elsewhere, with a prepared town"):
        work.shared_installation(machine, package, version)
    with step("Damage and repair"):
        packages.damage_and_repair(machine, package)
        work.support(machine)
    with step("Removing with the data"):
        packages.remove_with_data(machine, version, fresh)


if __name__ == "__main__":
    main()
