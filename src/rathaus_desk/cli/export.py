"""Commands that write files for others: lists for Excel and programs, and everything that is in the house."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rathaus_desk.cli import FINDINGS, OK
from rathaus_desk.cli.main import desk
from rathaus_desk.cli.parameters import PATH, WORDS, Day
from rathaus_desk.cli.running import DeskGroup, Run, pass_run
from rathaus_desk.kernel.periods import FOR_EVER, SINCE_EVER, Period, german_date

if TYPE_CHECKING:
    from rathaus_desk.kernel.listing import Listing
    from rathaus_desk.lists.writing import Format


@desk.group(cls=DeskGroup)
def export() -> None:
    """Listen oder der ganze Bestand als Dateien."""


@export.command("all")
@click.argument("folder", metavar="ORDNER", type=PATH)
@pass_run
def everything(run: Run, folder: Path) -> int:
    """Schreibt alles, was im Haus ist, in einen neuen oder leeren Ordner.

    Jede Tabelle als CSV mit einer Beschreibung, Anhänge und Schreiben als gewöhnliche Dateien. Endet mit 1,
    wenn ein Anhang nicht lesbar war. Der Ordner ist nicht verschlüsselt.
    """
    from rathaus_desk.store.export import export_all

    with run.office() as office:
        done = export_all(office.store, folder)
    result: dict[str, Any] = {"files": done.files}
    if done.damaged:
        result["damaged"] = done.damaged
    lines = [f"Ausgegeben: {folder} ({len(done.files)} Dateien, unverschlüsselt)."]
    lines += [f"✗ {sentence}" for sentence in done.damaged]
    run.show(result, "\n".join(lines))
    return FINDINGS if done.damaged else OK


@export.command("lists")
@pass_run
def lists(run: Run) -> None:
    """Zeigt, welche Listen es gibt und wie sie sich eingrenzen lassen."""
    from rathaus_desk.office.listings import LISTINGS

    result = [
        {
            "name": listing.name,
            "title": listing.title,
            "narrowed_by": sorted(listing.narrowed_by),
            "public": listing.public,
            "columns": [column.key for column in listing.columns],
        }
        for listing in LISTINGS
    ]
    width = max(len(listing.name) for listing in LISTINGS)
    run.show(result, "\n".join(f"{listing.name:<{width}}  {listing.title}" for listing in LISTINGS))


@export.command("ical")
@click.argument("target", metavar="[DATEI]", required=False, type=PATH)
@click.option("--hall", metavar="HALLE", type=WORDS, default="", help="Nur diese Halle.")
@click.option("--public", is_flag=True, help="Für alle lesbar: nur „belegt“, ohne Namen und Zwecke.")
@click.option("--from", "first", type=Day(), help="Ab diesem Tag (sonst: ab heute).")
@click.option("--to", "last", type=Day(), help="Bis zu diesem Tag, er zählt mit (sonst: ein Jahr).")
@pass_run
def ical(
    run: Run, target: Path | None, hall: str, public: bool, first: date | None, last: date | None
) -> None:
    """Schreibt die Belegung der Hallen als Kalender (iCalendar), eine Datei je Halle.

    Ohne DATEI entstehen die Dateien im jetzigen Ordner; ist DATEI ein Ordner, dann dort. Eine einzelne Datei
    braucht --hall.
    """
    from rathaus_desk.halls import queries
    from rathaus_desk.halls.calendar_file import calendar_of
    from rathaus_desk.halls.rules.times import moment_of
    from rathaus_desk.lists.writing import replacing

    begins = first or run.clock.today()
    ends = last or begins + timedelta(days=365)
    if ends < begins:
        raise click.UsageError("Der Zeitraum endet, bevor er beginnt.")
    one_file = target is not None and not target.is_dir()
    if one_file and not hall:
        raise click.UsageError("Eine einzelne Datei hat eine Halle: bitte mit --hall nennen.")
    span = [moment_of(datetime.combine(day, time())) for day in (begins, ends + timedelta(days=1))]
    files = []
    with run.office() as office, office.store.read() as session:
        wanted = [queries.hall_named(session, hall)] if hall else queries.halls(session)
        for each in wanted:
            name = f"{each.key}-{'oeffentlich' if public else 'belegung'}.ics"
            file = target if target is not None and one_file else (target or Path()) / name
            content = calendar_of(session, each, span[0], span[1], run.clock.now(), public=public)
            with replacing(file) as fresh:
                fresh.write_bytes(content)
            files.append(file)
    run.show({"files": files}, "\n".join(f"Geschrieben: {file}" for file in files))


def _list_command(form: Format, kind: str) -> None:
    """Declares ``export excel|csv|json``: the same command, with another kind of file."""

    @export.command(form, help=f"Schreibt eine Liste als {kind}.\n\n{_LIST_HELP}")
    @click.argument("name", metavar="LISTE", type=WORDS)
    @click.argument("file", metavar="[DATEI]", required=False, type=PATH)
    @click.option("--year", metavar="JAHR", type=click.IntRange(1, 9999), help="Nur dieses Jahr.")
    @click.option("--from", "first", type=Day(), help="Nur ab diesem Tag.")
    @click.option("--to", "last", type=Day(), help="Nur bis zu diesem Tag, er zählt mit.")
    @click.option("--cemetery", metavar="NAME", type=WORDS, default="", help="Nur dieser Friedhof.")
    @pass_run
    def command(
        run: Run,
        name: str,
        file: Path | None,
        year: int | None,
        first: date | None,
        last: date | None,
        cemetery: str,
    ) -> None:
        from rathaus_desk.office.listings import listing_named

        listing = listing_named(name)
        period = _period(year, first, last)
        _refuse_what_it_heeds_not(listing, period, cemetery)
        target = _write(run, form, listing, file, period, cemetery)
        run.show({"files": [target]}, f"Geschrieben: {target}")


_LIST_HELP = (
    "Die Namen der Listen zeigt „export lists“. Ohne DATEI entsteht die Datei im jetzigen Ordner; ist DATEI "
    "ein Ordner, dann dort."
)


def _period(year: int | None, first: date | None, last: date | None) -> Period | None:
    if year is not None and (first or last):
        raise click.UsageError("--year steht allein, ohne --from und --to.")
    if year is not None:
        return Period(date(year, 1, 1), date(year, 12, 31))
    if first is None and last is None:
        return None
    period = Period(first or SINCE_EVER, last or FOR_EVER)
    if period.first > period.last:
        ends, begins = german_date(period.last), german_date(period.first)
        raise click.UsageError(f"Der Zeitraum endet ({ends}), bevor er beginnt ({begins}).")
    return period


def _refuse_what_it_heeds_not(listing: Listing, period: Period | None, cemetery: str) -> None:
    """An option that would change nothing is a mistake somebody should hear of."""
    if period is not None and "period" not in listing.narrowed_by:
        raise click.UsageError(f"Die Liste „{listing.name}“ lässt sich nicht nach Tagen eingrenzen.")
    if cemetery and "cemetery" not in listing.narrowed_by:
        raise click.UsageError(f"Die Liste „{listing.name}“ lässt sich nicht nach Friedhof eingrenzen.")


def _write(
    run: Run, form: Format, listing: Listing, file: Path | None, period: Period | None, cemetery: str
) -> Path:
    from rathaus_desk.kernel.listing import Wanted
    from rathaus_desk.lists.writing import SUFFIXES, write

    usual = f"{listing.name}-{run.clock.today().isoformat()}{SUFFIXES[form]}"
    target = Path(usual) if file is None else file / usual if file.is_dir() else file
    with run.office() as office, office.store.read() as session:
        rows = listing.rows(session, Wanted(run.clock.today(), period, cemetery))
        write(target, form, listing, rows, run.clock.now())
    return target


_list_command("excel", "Excel-Datei")
_list_command("csv", "CSV-Datei")
_list_command("json", "JSON-Datei")
