"""Commands for incoming applications."""

from __future__ import annotations

from pathlib import Path

import click

from rathaus_desk.cli import FINDINGS, OK
from rathaus_desk.cli.main import desk
from rathaus_desk.cli.parameters import PATH
from rathaus_desk.cli.running import Run, pass_run

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
