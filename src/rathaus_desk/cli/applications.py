"""Commands for incoming applications."""

from __future__ import annotations

from pathlib import Path

import click

from rathaus_desk.cli import FINDINGS, OK
from rathaus_desk.cli.main import desk
from rathaus_desk.cli.parameters import PATH
from rathaus_desk.cli.running import DeskGroup, Run, pass_run

GERMAN_STATE = {"new": "neu", "known": "schon da", "quarantined": "in Quarantäne"}


@desk.command()
@click.argument("paths", metavar="PFAD…", nargs=-1, required=True, type=PATH)
@pass_run
def intake(run: Run, paths: tuple[Path, ...]) -> int:
    """Nimmt Anträge aus Dateien an, wie es der Eingangsordner täte.

    Endet mit 1, wenn etwas in Quarantäne kam; die übrigen Dateien sind dann trotzdem angenommen.
    """
    with run.office() as office:
        outcomes = office.intake().paths(paths)
    lines = []
    for one in outcomes:
        parts = (GERMAN_STATE[one.state], one.service, one.case_number, one.reason)
        lines.append(f"{one.path}: {' · '.join(part for part in parts if part)}")
    run.show(outcomes, "\n".join(lines) or "Es war nichts da.")
    return FINDINGS if any(one.state == "quarantined" for one in outcomes) else OK


@desk.group(cls=DeskGroup)
def services() -> None:
    """Leistungen: welche Arten von Antrag angenommen werden."""


@services.command("list")
@pass_run
def list_services(run: Run) -> None:
    """Zeigt die Leistungen, die des Programms und die eigenen."""
    from rathaus_desk.applications.queries import own_services

    with run.office() as office:
        with office.store.read() as session:
            own = {one.key: one.origin for one in own_services(session)}
        found = [
            {"key": one.key, "title": one.title, "own": one.key in own, "origin": own.get(one.key) or None}
            for one in office.services
        ]
    lines = [
        f"{one['key']:<30} {one['title']}"
        f"{' (eigene)' if one['own'] else ''}" + (f" aus {one['origin']}" if one["origin"] else "")
        for one in found
    ]
    run.show(found, "\n".join(lines))


@services.command("load")
@click.argument("folders", metavar="ORDNER…", nargs=-1, required=True, type=PATH)
@pass_run
def load_services(run: Run, folders: tuple[Path, ...]) -> None:
    """Nimmt Leistungen als eigene auf: Ordner mit service.toml und schema.json. Sie werden vorher geprüft."""
    from rathaus_desk.office.sharing import save_own_service

    with run.office() as office:
        new = [folder for folder in folders if save_own_service(office, folder)]
    words = [f"{folder}: {'übernommen' if folder in new else 'schon da'}" for folder in folders]
    run.show({"loaded": new, "same": [folder for folder in folders if folder not in new]}, "\n".join(words))
