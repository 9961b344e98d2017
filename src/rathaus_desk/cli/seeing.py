"""Commands that show what is in the house: search, what is due."""

from __future__ import annotations

import click

from rathaus_desk.cli.main import desk
from rathaus_desk.cli.parameters import WORDS
from rathaus_desk.cli.running import Run, pass_run


@desk.command()
@click.argument("text", metavar="TEXT…", nargs=-1, required=True, type=WORDS)
@pass_run
def search(run: Run, text: tuple[str, ...]) -> None:
    """Findet Personen, Gräber, Bestattungen, Vorgänge, Schreiben."""
    from rathaus_desk.store.search import search as find

    with run.office() as office, office.store.read() as session:
        hits = find(session, " ".join(text))
    lines = [f"{hit.title}\n    {hit.subtitle}" for hit in hits]
    run.show(hits, "\n".join(lines) or "Nichts gefunden.")


@desk.command()
@click.option(
    "--days", metavar="TAGE", type=click.IntRange(0, 36_500), default=30, help="Wie weit voraus (30)."
)
@pass_run
def due(run: Run, days: int) -> None:
    """Zeigt Fristen, endende Rechte und Wiedervorlagen."""
    from rathaus_desk.kernel.periods import german_date

    with run.office() as office:
        found = office.due(days)
    lines = [f"{german_date(one.on)}  {one.title}" for one in found]
    run.show(found, "\n".join(lines) or "Nichts fällig.")
