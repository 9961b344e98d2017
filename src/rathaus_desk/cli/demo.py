"""The demo: the main job on the example town, in words."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

import click

from rathaus_desk.cli import OK
from rathaus_desk.cli.main import desk
from rathaus_desk.cli.running import Run, pass_run
from rathaus_desk.kernel.clock import TOWN_ZONE

DEMO_MOMENT = datetime(2026, 11, 25, 9, 0, tzinfo=TOWN_ZONE)
"""When the main job of the example town happens."""

DOCUMENT = (
    "rest_end",
    "extension_years",
    "right_until",
    "lines",
    "total",
    "received_on",
    "appeal_until",
    "due_on",
    "payment_reference",
    "notice",
)
"""What ``demo --json`` says of the job, beside ``import``, ``home`` and ``key_file``."""


@desk.command()
@click.option("--no-window", is_flag=True, help="Ohne Fenster.")
@pass_run
def demo(run: Run, no_window: bool) -> int:
    """Zeigt die Hauptaufgabe an der Beispielstadt Musterrode.

    Vom Formular des Bestatters bis zum Gebührenbescheid, danach im Fenster. Jedes Mal in einem neuen Ordner,
    außer mit --home.
    """
    from rathaus_desk.office.founding import found
    from rathaus_desk.office.main_job import do_main_job, example_town

    run.at = run.at or DEMO_MOMENT
    if run.home is None:
        run.home = Path(tempfile.mkdtemp(prefix="rathaus-desk-")) / "musterrode"
    founded = found(run.folder, example_town(), key_file=run.key_file, clock=run.clock)
    run.key_file = founded.key_file
    run.say(f"Beispielstadt Musterrode eingerichtet, die Uhr steht auf dem {run.at:%d.%m.%Y, %H:%M} Uhr.")
    notice = run.folder.with_name(f"{run.folder.name}-gebuehrenbescheid.pdf")
    with run.office() as office:
        job = do_main_job(office, notice, run.say)
    result = {name: getattr(job, name) for name in DOCUMENT}
    result |= {"import": job.imported.plain(), "home": run.folder, "key_file": founded.key_file}
    run.show(result, f"Der Bescheid liegt als PDF in {notice}.")
    if no_window:
        return OK
    return _look_around(run)


def _look_around(run: Run) -> int:
    """The window on the example town; where there is no display, its picture."""
    from rathaus_desk.cli.window import paint, show_window
    from rathaus_desk.desktop.display import has_display

    if has_display():
        run.say("Das Fenster zeigt die Beispielstadt; beim Schließen endet die Vorführung.")
        return show_window(run)
    picture = run.folder.with_name(f"{run.folder.name}-fenster.png")
    paint(run, picture, page="friedhof", open_="Kernstadt B/4/17")
    run.say(f"Hier ist kein Bildschirm; ein Bild des Fensters liegt in {picture}.")
    return OK
