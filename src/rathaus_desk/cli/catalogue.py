"""Commands for law and prices as data: check files, take them into the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rathaus_desk.cli.main import desk
from rathaus_desk.cli.parameters import PATH, PLACE
from rathaus_desk.cli.running import DeskGroup, Run, pass_run

if TYPE_CHECKING:
    from rathaus_desk.catalogue.checking import Report


@desk.group(cls=DeskGroup)
def catalogue() -> None:
    """Satzungen, Tarife und Hallen: prüfen und übernehmen."""


@catalogue.command()
@click.argument("paths", metavar="PFAD…", nargs=-1, required=True, type=PATH)
@click.option("--strict", is_flag=True, help="Auch bei bloßen Hinweisen mit 1 enden.")
@pass_run
def check(run: Run, paths: tuple[Path, ...], strict: bool) -> int:
    """Prüft Dateien und rechnet ihre Beispiele nach, ohne Datenbank.

    Ein Ordner meint alle TOML-Dateien darin und darunter. Endet mit 1, wenn ein Beispiel nicht aufgeht oder
    eine Datei abgelehnt wird.
    """
    from rathaus_desk.catalogue.checking import check as examine
    from rathaus_desk.office.kinds import KINDS, RUNNERS

    report = examine(paths, KINDS, RUNNERS)
    run.show(report.as_json(), lambda: in_words(report))
    return report.exit_status(strict=strict)


@catalogue.command()
@click.argument("paths", metavar="PFAD…", nargs=-1, required=True, type=PATH)
@pass_run
def load(run: Run, paths: tuple[Path, ...]) -> None:
    """Übernimmt geprüfte Dateien als neue Fassungen, auch eigene Briefvorlagen (fee_notice.md …).

    Geht ein Beispiel nicht auf oder ist eine Datei fehlerhaft, bleibt die bisherige Fassung in Kraft.
    """
    from rathaus_desk.office.founding import checked, load
    from rathaus_desk.office.own_letters import own_letters, save_letters

    letters = own_letters(*paths)
    report = checked(*(path for path in paths if path.suffix != ".md"))
    with run.office() as office:
        loaded = load(office, report)
        wordings = save_letters(office, letters)
    said = f"{len(loaded.loaded)} Fassungen übernommen, {len(loaded.same)} waren schon da."
    run.show(loaded, f"{said} {wordings} Briefvorlagen sind neu." if letters else said)


@catalogue.command("pack")
@click.argument("folder", metavar="STADTORDNER", type=PATH)
@click.argument("file", metavar="DATEI", type=PLACE)
@pass_run
def pack_town(run: Run, folder: Path, file: Path) -> None:
    """Packt einen Stadtordner in eine Datei (NAME.rathaus-stadt), die sich mit Doppelklick öffnen lässt."""
    from rathaus_desk.office.town_pack import SUFFIX, is_pack, pack

    if not is_pack(file):
        raise click.UsageError(f"Der Name der Datei endet auf „{SUFFIX}“.")
    count = pack(folder, file)
    run.show({"path": file, "files": count}, f"Gepackt: {file} ({count} Dateien).")


def in_words(report: Report) -> str:
    """The report for people: refusals first, then examples that fail, then findings, then a count."""
    lines = [f"✗ {refused}" for refused in report.refused]
    for example in report.examples:
        if example.ok:
            continue
        lines.append(f"✗ {example.file}: Beispiel „{example.example}“ geht nicht auf.")
        for name, expected in example.expected.items():
            computed = example.computed.get(name)
            if computed != expected:
                lines.append(f"    {name}: erwartet {expected}, errechnet {computed}")
        if "refused" in example.computed and "refused" not in example.expected:
            lines.append(f"    abgelehnt: {example.computed['refused']}")
        lines += [f"    · {reason}" for reason in example.reasons]
    lines += [f"○ {finding}" for finding in report.findings]
    good = sum(example.ok for example in report.examples)
    lines.append(
        f"{len(report.files)} Dateien gelesen, {len(report.refused)} Ablehnungen, "
        f"{good} von {len(report.examples)} Beispielen gehen auf, {len(report.findings)} Hinweise."
    )
    return "\n".join(lines)
