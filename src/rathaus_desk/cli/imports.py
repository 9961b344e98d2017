"""Commands that take over old lists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rathaus_desk.cli import FINDINGS, OK
from rathaus_desk.cli.main import desk
from rathaus_desk.cli.parameters import PATH, WORDS
from rathaus_desk.cli.running import DeskGroup, Run, pass_run

if TYPE_CHECKING:
    from rathaus_desk.cemetery.import_graves import ImportResult
    from rathaus_desk.halls.import_bookings import BookingImport
    from rathaus_desk.lists.rows import Doubt


@desk.group("import", cls=DeskGroup)
def imports() -> None:
    """Alte Listen übernehmen."""


@imports.command()
@click.argument("file", metavar="DATEI", type=PATH)
@click.option("--mapping", metavar="DATEI", type=PATH, help="Welche Spalte was bedeutet (TOML).")
@click.option(
    "--cemetery", metavar="NAME", type=WORDS, default="", help="Der Friedhof, wo die Liste keinen nennt."
)
@click.option("--dry-run", is_flag=True, help="Nur zeigen, was geschähe.")
@click.option("--strict", is_flag=True, help="Bei zweifelhaften Zeilen mit 1 enden.")
@pass_run
def graves(run: Run, file: Path, mapping: Path | None, cemetery: str, dry_run: bool, strict: bool) -> int:
    """Übernimmt eine Gräberliste (CSV, Excel, ODS).

    Nichts geht verloren und nichts wird erfunden: zweifelhafte Werte werden mit Zeile, Spalte und Grund
    genannt. Dieselbe Liste noch einmal ändert nichts.
    """
    with run.office() as office:
        result = office.import_graves(file, mapping=mapping, cemetery_name=cemetery, dry_run=dry_run)
    run.show(result.plain(), lambda: in_words(result, dry_run=dry_run))
    doubtful = bool(result.doubtful or result.refused)
    return FINDINGS if strict and doubtful else OK


@imports.command()
@click.argument("file", metavar="DATEI", type=PATH)
@click.option("--mapping", metavar="DATEI", type=PATH, help="Welche Spalte was bedeutet (TOML).")
@click.option("--hall", metavar="HALLE", type=WORDS, default="", help="Die Halle, wo die Liste keine nennt.")
@click.option("--dry-run", is_flag=True, help="Nur zeigen, was geschähe.")
@click.option("--strict", is_flag=True, help="Bei zweifelhaften Zeilen mit 1 enden.")
@pass_run
def bookings(run: Run, file: Path, mapping: Path | None, hall: str, dry_run: bool, strict: bool) -> int:
    """Übernimmt einen alten Kalender (.ics) oder einen Belegungsplan (CSV, Excel, ODS).

    Was belegt ist oder nicht zu lesen, wird mit Zeile und Grund genannt. Dieselbe Datei noch einmal ändert
    nichts.
    """
    with run.office() as office:
        result = office.import_bookings(file, mapping=mapping, hall=hall, dry_run=dry_run)
    run.show(result.plain(), lambda: bookings_in_words(result, dry_run=dry_run))
    doubtful = bool(result.doubtful or result.refused)
    return FINDINGS if strict and doubtful else OK


def bookings_in_words(result: BookingImport, *, dry_run: bool) -> str:
    """What happened, then every doubt with its place."""
    new = result.new
    counts = f"{new['bookings']} Buchungen, {new['series']} Serien, {new['people']} Personen"
    lines = [
        f"{'Es würden übernommen' if dry_run else 'Übernommen'}: {counts}.",
        f"{result.rows} Zeilen: {result.same} unverändert, {result.duplicate} doppelt, "
        f"{len(result.refused)} nicht übernommen.",
    ]
    if dry_run and result.guesses:
        lines += ["", "So wurden die Spalten verstanden (zum Berichtigen als Datei für --mapping):", ""]
        lines += [result.mapping_text.rstrip(), ""]
    lines += [f"✗ {_doubt(one)}" for one in sorted(result.refused)]
    lines += [f"○ {_doubt(one)}" for one in sorted(result.doubtful)]
    return "\n".join(lines)


@imports.command()
@pass_run
def fields(run: Run) -> None:
    """Nennt die Felder, die eine Zuordnung (--mapping) verwenden kann."""
    from rathaus_desk.cemetery.import_graves import fields as described
    from rathaus_desk.halls.old_lists import BOOKING_LIST

    found = [*described(), *BOOKING_LIST.described()]
    lines = [(f"{one['field']}", f"{one['meaning']} (zum Beispiel: {one['example']})") for one in found]
    width = max(len(name) for name, _ in lines)
    run.show(found, "\n".join(f"{name:<{width}}  {meaning}" for name, meaning in lines))


def in_words(result: ImportResult, *, dry_run: bool) -> str:
    """What happened, then every doubt with its place."""
    new = result.new
    counts = (
        f"{new['graves']} Gräber, {new['people']} Personen, {new['rights']} Nutzungsrechte, "
        f"{new['burials']} Bestattungen"
    )
    lines = [
        f"{'Es würden übernommen' if dry_run else 'Übernommen'}: {counts}.",
        f"{result.rows} Zeilen: {result.changed} geändert, {result.same} unverändert, "
        f"{result.duplicate} doppelt, {len(result.refused)} nicht lesbar.",
    ]
    if dry_run and result.guesses:
        lines += ["", "So wurden die Spalten verstanden (zum Berichtigen als Datei für --mapping):", ""]
        lines += [result.mapping_text.rstrip(), ""]
    lines += [f"✗ {_doubt(one)}" for one in result.refused]
    lines += [f"○ {_doubt(one)}" for one in result.doubtful]
    return "\n".join(lines)


def _doubt(doubt: Doubt) -> str:
    """Where it stands and why; a list may lack the column that is doubted."""
    where = f"Zeile {doubt.row}, {doubt.column}: „{doubt.value}“" if doubt.column else f"Zeile {doubt.row}"
    return f"{where}: {doubt.reason}"
