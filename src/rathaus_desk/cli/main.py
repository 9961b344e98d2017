"""The one entry: ``rathaus-desk``; its commands in the order of a working day."""

from __future__ import annotations

import click

from rathaus_desk import __version__
from rathaus_desk.cli.running import DeskGroup, Run


@click.group(cls=DeskGroup, name="rathaus-desk", invoke_without_command=True)
@click.version_option(__version__, prog_name="rathaus-desk")
@click.pass_context
def desk(context: click.Context) -> int | None:
    """Rathaus Desk: Friedhof, Hallen und Anträge einer kleinen Stadt.

    Ohne Befehl öffnet sich das Fenster. Die allgemeinen Optionen dürfen vor oder hinter dem Befehl stehen.
    """
    if context.invoked_subcommand is not None:
        return None
    from rathaus_desk.cli.window import show_window

    return show_window(context.ensure_object(Run))
