"""The one entry: ``rathaus-desk``; its commands in the order of a working day."""

from __future__ import annotations

import click

from rathaus_desk import __version__
from rathaus_desk.cli.running import DeskGroup


@click.group(cls=DeskGroup, name="rathaus-desk", invoke_without_command=True)
@click.version_option(__version__, prog_name="rathaus-desk")
@click.pass_context
def desk(context: click.Context) -> None:
    """Rathaus Desk: Friedhof, Hallen und Anträge einer kleinen Stadt.

    Die allgemeinen Optionen dürfen vor oder hinter dem Befehl stehen.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
