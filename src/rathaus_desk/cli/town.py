"""Commands that set up a town."""

from __future__ import annotations

from pathlib import Path

import click

from rathaus_desk.cli.main import desk
from rathaus_desk.cli.parameters import PATH
from rathaus_desk.cli.running import Run, pass_run


@desk.command()
@click.argument("folder", metavar="[STADTORDNER]", required=False, type=PATH)
@pass_run
def init(run: Run, folder: Path | None) -> None:
    """Richtet eine Stadt aus ihrem Ordner ein.

    Der Ordner enthält town.toml und, wo vorhanden, Satzungen, Tarife und Hallen. Zuerst wird alles geprüft.
    Statt des Ordners geht auch die Datei, in die „catalogue pack“ ihn gepackt hat. Ohne Angabe gilt, was die
    Verwaltung des Rechners vorgegeben hat (TownFolder).
    """
    from rathaus_desk.kernel.policies import policies
    from rathaus_desk.office.founding import found
    from rathaus_desk.office.town_pack import unpacked

    source = folder or policies().town_folder
    if source is None:
        raise click.UsageError("Der Stadtordner fehlt.")
    with unpacked(source) as town:
        founded = found(run.folder, town, key_file=run.key_file, clock=run.clock)
    run.show(founded, lambda: _words(founded.home, founded.recovery_code, founded.key_file))


def _words(home: Path, code: str, key_file: Path | None) -> str:
    where = (
        f"Der Schlüssel liegt in {key_file}."
        if key_file
        else "Der Schlüssel liegt in der Schlüsselverwaltung."
    )
    return (
        f"Die Stadt ist eingerichtet: {home}\n{where}\n\nWiederherstellungscode: {code}\n"
        "Bitte ausdrucken und im Tresor verwahren: ohne Schlüssel und Code sind die Daten verloren."
    )
