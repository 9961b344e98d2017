"""Commands for the house itself: doctor, support bundle, policies, backup, restore, keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from rathaus_desk.cli import FINDINGS, OK
from rathaus_desk.cli.main import desk
from rathaus_desk.cli.parameters import PATH, PLACE, WORDS
from rathaus_desk.cli.running import DeskGroup, Run, pass_run

if TYPE_CHECKING:
    from rathaus_desk.office.town_hall import Remark


@desk.command()
@pass_run
def doctor(run: Run) -> int:
    """Prüft Datenbank, Verlauf, Belegungen, Nummern, Anhänge und die Dateien des Programms.

    Endet mit 1, wenn etwas beschädigt ist. Fachliche Auffälligkeiten werden nur aufgezählt.
    """
    from rathaus_desk.kernel.errors import CannotWork, Damaged
    from rathaus_desk.office import installation
    from rathaus_desk.store.doctor import RESTORE, Finding

    remarks: list[Remark] = []
    findings: list[Finding] = []
    damaged = installation.examine(installation.program_folder())
    try:
        with run.office() as office:
            findings = office.store.examine()
            if not findings:
                remarks = office.data_checks()
    except Damaged as error:
        findings = [Finding("database", error.sentence, RESTORE)]
    except (CannotWork, OSError):
        # A program with missing files fails anywhere; then the files are what there is to tell.
        if not damaged:
            raise
    findings = [*damaged, *findings]
    result = {"ok": not findings, "findings": findings, "data": remarks}

    def words() -> str:
        lines = [f"✗ {one.what}\n  {one.remedy}" for one in findings] or [
            "✓ Der Datenbestand ist in Ordnung."
        ]
        lines += [f"○ {one.what}\n  {one.remedy}" for one in remarks]
        return "\n".join(lines)

    run.show(result, words)
    return FINDINGS if findings else OK


@desk.command("support-bundle")
@click.argument("file", metavar="DATEI", type=PLACE)
@pass_run
def support_bundle(run: Run, file: Path) -> None:
    """Schreibt für die Betreuung des Programms auf, wie es ihm geht (ZIP-Datei).

    Darin stehen Fassungen, Vorgaben, Größen, Arten von Befunden und das Protokoll, nichts über Personen.
    """
    from rathaus_desk.office.support import write_bundle
    from rathaus_desk.store.home import Home

    done = write_bundle(file, Home(run.folder), run.key_file, run.clock)
    run.show(done, f"Geschrieben: {done.path} ({', '.join(done.files)}).")


@desk.command("policies")
@pass_run
def show_policies(run: Run) -> None:
    """Zeigt, was die Verwaltung dieses Rechners vorgegeben hat, und was daraus folgt."""
    from rathaus_desk.kernel.policies import policies
    from rathaus_desk.store.home import log_folder

    named = policies().named()
    result = {"policies": named, "home": run.folder, "logs": log_folder()}

    def words() -> str:
        given = [f"{name}: {'ja' if value is True else value}" for name, value in named.items()]
        given = given or ["Es ist nichts vorgegeben."]
        return "\n".join([*given, f"Datenordner: {run.folder}", f"Protokolle: {log_folder()}"])

    run.show(result, words)


@desk.command()
@click.argument("file", metavar="DATEI", type=PATH)
@pass_run
def backup(run: Run, file: Path) -> int:
    """Sichert alles in eine verschlüsselte Datei.

    Ist DATEI ein Ordner, wird darin die Sicherung des heutigen Tages angelegt, falls sie noch fehlt; die
    letzten vierzehn bleiben. Endet mit 1, wenn Anhänge fehlen, die es geben müsste.
    """
    with run.office() as office:
        done = office.store.daily_backup(file) if file.is_dir() else office.store.back_up(file)
    if done is None:
        run.show({"path": None}, "Die Sicherung von heute ist schon da.")
        return OK
    megabytes = f"{done.size / 1_000_000:.1f}".replace(".", ",")
    words = f"Gesichert: {done.path} ({megabytes} MB, {done.attachments} Anhänge)."
    if done.missing:
        words += f"\n✗ {done.missing} Anhänge fehlen im Datenordner und damit auch hier; mehr sagt „doctor“."
    run.show(done, words)
    return FINDINGS if done.missing else OK


@desk.command()
@click.argument("file", metavar="DATEI", type=PATH)
@click.option("--code", metavar="CODE", type=WORDS, help="Der gedruckte Wiederherstellungscode.")
@pass_run
def restore(run: Run, file: Path, code: str | None) -> None:
    """Stellt eine Sicherung wieder her.

    Vorher wird alles geprüft; der bisherige Datenordner bleibt daneben liegen. Auf einem anderen Rechner
    öffnet der Wiederherstellungscode die Sicherung.
    """
    from rathaus_desk.office.town_hall import new_way_into, way_into
    from rathaus_desk.store.backup import restore as put_back
    from rathaus_desk.store.home import Home
    from rathaus_desk.store.keys import KeyFile, RecoveryCode, Way

    way: Way = RecoveryCode(code) if code else way_into(run.folder, run.key_file)
    new = new_way_into(run.folder, run.key_file) if code else None
    kept = put_back(file, Home(run.folder), way, run.clock.now(), new)
    opened_by = new or way
    key_file = opened_by.path if isinstance(opened_by, KeyFile) else None
    result = {"home": run.folder, "kept": kept, "key_file": key_file}
    aside = f" Der bisherige Bestand liegt in {kept}." if kept else ""
    run.show(result, f"Wiederhergestellt: {run.folder}.{aside}{_key_words(key_file)}")


@desk.group(cls=DeskGroup)
def key() -> None:
    """Schlüssel: Code anzeigen, wieder öffnen, wechseln, Zugänge."""


@key.command("show-recovery")
@pass_run
def show_recovery(run: Run) -> None:
    """Zeigt den Wiederherstellungscode zum Ausdrucken."""
    with run.office() as office:
        code = office.store.recovery_code
    run.show(
        {"recovery_code": code}, f"Wiederherstellungscode: {code}\nBitte ausdrucken und im Tresor verwahren."
    )


@key.command()
@click.argument("code", metavar="CODE", required=False, type=WORDS)
@pass_run
def recover(run: Run, code: str | None) -> None:
    """Öffnet mit dem Wiederherstellungscode und richtet den Zugang neu ein.

    Der neue Zugang liegt in der Schlüsselverwaltung des Rechners oder, mit --key-file, in dieser Datei.
    """
    from rathaus_desk.office.town_hall import new_way_into
    from rathaus_desk.store.engine import Store
    from rathaus_desk.store.keys import KeyFile, RecoveryCode

    code = code or click.prompt("Wiederherstellungscode", hide_input=True)
    new = new_way_into(run.folder, run.key_file)
    with Store.open(run.folder, RecoveryCode(code), clock=run.clock) as store:
        store.add_slot(new)
    key_file = new.path if isinstance(new, KeyFile) else None
    run.show(
        {"home": run.folder, "key_file": key_file},
        f"Der Zugang ist wieder eingerichtet.{_key_words(key_file)}",
    )


@key.command()
@click.option("--new-code", is_flag=True, help="Auch einen neuen Wiederherstellungscode ausgeben.")
@pass_run
def rotate(run: Run, new_code: bool) -> None:
    """Verschlüsselt den ganzen Bestand mit einem neuen Schlüssel."""
    from rathaus_desk.store.keys import RecoveryCode
    from rathaus_desk.store.recovery_code import new_code as fresh_code

    with run.office() as office:
        office.store.rotate()
        if new_code:
            office.store.add_slot(RecoveryCode(fresh_code()))
        code = office.store.recovery_code
    words = "Der Bestand ist neu verschlüsselt; alle Zugänge öffnen wie bisher."
    if new_code:
        words = f"Der Bestand ist neu verschlüsselt.\nNeuer Wiederherstellungscode: {code}"
    run.show({"recovery_code": code}, words)


@key.command("add-slot")
@click.argument("kind", metavar="ART", type=click.Choice(["keyring", "key-file", "password"]))
@click.argument("file", metavar="[DATEI]", required=False, type=PLACE)
@pass_run
def add_slot(run: Run, kind: Literal["keyring", "key-file", "password"], file: Path | None) -> None:
    """Richtet einen weiteren Zugang ein: keyring, key-file DATEI oder password."""
    from rathaus_desk.store.keys import KeyFile, Keyring, Password, Way

    way: Way
    if kind == "key-file":
        if file is None:
            raise click.UsageError("Zu „key-file“ gehört die Datei, die angelegt werden soll.")
        way = KeyFile(file)
    elif kind == "password":
        way = Password(click.prompt("Neues Kennwort", hide_input=True, confirmation_prompt=True))
    else:
        way = Keyring()
    with run.office() as office:
        office.store.add_slot(way)
    run.show({"kind": kind, "key_file": file}, "Der Zugang ist eingerichtet.")


def _key_words(key_file: Path | None) -> str:
    return f" Der Schlüssel liegt in {key_file}." if key_file else ""
