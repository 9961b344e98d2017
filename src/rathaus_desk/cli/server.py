"""Commands for the central server (the extra ``server``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from rathaus_desk.cli import FINDINGS, OK
from rathaus_desk.cli.main import desk
from rathaus_desk.cli.parameters import PATH, WORDS
from rathaus_desk.cli.running import DeskGroup, Run, pass_run

if TYPE_CHECKING:
    from rathaus_desk.server.keep import Keep
    from rathaus_desk.server.registry import Registry

_DATABASE = click.option(
    "--database",
    metavar="VERBINDUNG",
    envvar="RATHAUS_DATABASE",
    default="dbname=rathaus",
    show_default=True,
    help="Wie PostgreSQL zu erreichen ist.",
)


_KEEP = click.option(
    "--keep",
    metavar="ORDNER",
    type=PATH,
    envvar="RATHAUS_SERVER_KEEP",
    help="Was der Server neben der Datenbank aufhebt: Schlüssel und Verzeichnis der Löschungen.",
)


@desk.group(cls=DeskGroup)
def server() -> None:
    """Der zentrale Server: einrichten, betreiben, Gemeinden und Arbeitsplätze verwalten."""
    from importlib.util import find_spec

    from rathaus_desk.kernel.errors import CannotWork

    if any(find_spec(part) is None for part in ("rathaus_desk.server", "fastapi", "psycopg")):
        raise CannotWork(
            "Der Teil „server“ ist hier nicht installiert. Der zentrale Server läuft unter Linux; wie er "
            "eingerichtet wird, steht im Handbuch (docs/operations.md)."
        )


@contextmanager
def _registry(database: str) -> Iterator[Registry]:
    from rathaus_desk.office import tables  # noqa: F401 (every table must be known)
    from rathaus_desk.server.running import open_registry

    registry = open_registry(database)
    with registry.pool:
        yield registry


def _kept(folder: Path | None) -> Keep:
    from rathaus_desk.server.keep import Keep, standard_folder

    return Keep(folder or standard_folder())


@server.command()
@_DATABASE
@_KEEP
@pass_run
def init(run: Run, database: str, keep: Path | None) -> None:
    """Legt an, was der Server in PostgreSQL und daneben braucht. Darf wiederholt werden."""
    kept = _kept(keep)
    with _registry(database) as registry:
        id_ = registry.init(kept.make())
    run.show(
        {"server": id_, "keep": kept.folder},
        f"Der Server ist eingerichtet ({id_}).\nBitte für sich sichern: {kept.folder}",
    )


@server.command()
@_DATABASE
@pass_run
def upgrade(run: Run, database: str) -> None:
    """Bringt die Tabellen des Servers und aller Gemeinden auf den Stand dieses Programms.

    Vorher sichern; der Dienst ist dabei angehalten. Darf wiederholt werden.
    """
    from rathaus_desk.server.running import reachable
    from rathaus_desk.server.upgrading import upgrade_all

    reachable(database)
    done = upgrade_all(database)
    lines = [f"{one.schema}: {one.before} → {one.now}" for one in done]
    run.show({"upgraded": done}, "\n".join(lines) or "Es ist alles auf dem neuesten Stand.")


@server.command("run")
@_DATABASE
@_KEEP
@click.option("--host", metavar="ADRESSE", default="127.0.0.1", show_default=True, help="Wo er zu hören ist.")
@click.option(
    "--port", metavar="PORT", type=click.IntRange(0, 65535), default=8443, show_default=True, help="Der Port."
)
@click.option("--certificate", metavar="DATEI", type=PATH, help="Das TLS-Zertifikat (PEM).")
@click.option("--private-key", metavar="DATEI", type=PATH, help="Der Schlüssel dazu (PEM).")
@click.option("--behind-proxy", is_flag=True, help="Ein Proxy davor übernimmt TLS.")
@pass_run
def run_server(
    run: Run,
    database: str,
    keep: Path | None,
    host: str,
    port: int,
    certificate: Path | None,
    private_key: Path | None,
    behind_proxy: bool,
) -> None:
    """Betreibt den Server. Ohne TLS nur auf diesem Rechner oder hinter einem Proxy."""
    from rathaus_desk.office import tables  # noqa: F401 (every table must be known)
    from rathaus_desk.server.running import serve

    serve(
        database,
        _kept(keep),
        host=host,
        port=port,
        certificate=certificate,
        private_key=private_key,
        behind_proxy=behind_proxy,
        told=run.say,
    )


@server.group(cls=DeskGroup)
def municipality() -> None:
    """Gemeinden auf dem Server."""


@municipality.command()
@click.argument("key", metavar="KÜRZEL", type=WORDS)
@click.argument("name", metavar="NAME", type=WORDS)
@_DATABASE
@pass_run
def add(run: Run, key: str, name: str, database: str) -> None:
    """Legt eine Gemeinde an, mit eigenem Bereich in der Datenbank."""
    with _registry(database) as registry:
        registry.server_id()
        registry.add_town(key, name)
    run.show({"key": key, "name": name}, f"„{name}“ ist angelegt. Weiter mit „server device enrol {key}“.")


@municipality.command("list")
@_DATABASE
@pass_run
def list_towns(run: Run, database: str) -> None:
    """Zeigt die Gemeinden und wie weit sie sind."""
    from rathaus_desk.server.shared import overview

    with _registry(database) as registry:
        found = overview(registry.pool)
    lines = [_town_line(one) for one in found]
    run.show(found, "\n".join(lines) or "Noch keine Gemeinde.")


@municipality.command()
@click.argument("key", metavar="KÜRZEL", type=WORDS)
@click.option("--yes", is_flag=True, help="Ohne das geschieht nichts.")
@_DATABASE
@pass_run
def remove(run: Run, key: str, yes: bool, database: str) -> None:
    """Entfernt eine Gemeinde mit allem, was auf dem Server von ihr liegt."""
    if not yes:
        raise click.UsageError("Das lässt sich nicht rückgängig machen; bitte mit „--yes“ bestätigen.")
    with _registry(database) as registry:
        registry.remove_town(key)
    run.show({"key": key}, f"„{key}“ ist entfernt.")


@municipality.command()
@click.argument("key", metavar="KÜRZEL", type=WORDS)
@click.argument("folder", metavar="ORDNER", type=PATH)
@_DATABASE
@pass_run
def export(run: Run, key: str, folder: Path, database: str) -> None:
    """Schreibt alles, was auf dem Server von einer Gemeinde liegt, in einen Ordner (CSV, Anhänge, Log)."""
    from rathaus_desk.server.upkeep import export_town

    with _registry(database) as registry:
        files = export_town(registry.pool, key, folder)
    run.show({"files": files}, f"{len(files)} Dateien in {folder}.")


@municipality.command()
@click.argument("key", metavar="KÜRZEL", type=WORDS)
@_DATABASE
@_KEEP
@pass_run
def restored(run: Run, key: str, database: str, keep: Path | None) -> None:
    """Nach dem Zurückspielen einer Sicherung: Arbeitsplätze geben zurück, was dem Server fehlt.

    Was nach der Sicherung gelöscht wurde, wird sofort wieder gelöscht. Bis „recovered“ nimmt der Server
    nichts Neues an; gearbeitet wird wie ohne Server.
    """
    import secrets

    from rathaus_desk.server import register, town

    with _registry(database) as registry:
        registry.refuse_other_keep(_kept(keep).public_key())
        town.restored(registry.pool, key, secrets.token_hex(16))
        erased = register.reapply(registry.pool, key, _kept(keep))
    words = "Der Server wartet auf die Arbeitsplätze. Danach: „server municipality recovered“."
    if erased:
        words = f"{_counted(erased, 'Eintrag', 'Einträge')} wieder gelöscht.\n{words}"
    run.show({"key": key, "erased": erased}, words)


@municipality.command()
@click.argument("key", metavar="KÜRZEL", type=WORDS)
@_DATABASE
@_KEEP
@pass_run
def recovered(run: Run, key: str, database: str, keep: Path | None) -> int:
    """Alle Arbeitsplätze haben sich gemeldet: der Server nimmt wieder Neues an.

    Löschungen, die kein Arbeitsplatz zurückgegeben hat, erfahren jetzt alle. Endet mit 1, wenn ein gelöschter
    Eintrag noch benutzt wird: er bleibt leer, was auf ihn verweist, muss jemand ansehen.
    """
    from rathaus_desk.server import register, town

    with _registry(database) as registry:
        town.recovered(registry.pool, key)
        erased, used = register.issue(registry.pool, key, _kept(keep), registry.server_id())
    words = "Der Server nimmt wieder Vorgänge an."
    if used:
        words += f"\nNoch benutzt und deshalb nur geleert: {', '.join(used)}"
    run.show({"key": key, "erased": erased, "used": used}, words)
    return FINDINGS if used else OK


@server.group(cls=DeskGroup)
def device() -> None:
    """Arbeitsplätze einer Gemeinde."""


@device.command("enrol")
@click.argument("key", metavar="KÜRZEL", type=WORDS)
@click.option("--url", metavar="ADRESSE", required=True, help="Wie Arbeitsplätze den Server erreichen.")
@click.option("--label", metavar="NAME", default="", type=WORDS, help="Für wen der Code ist.")
@click.option("--qr", metavar="DATEI", type=PATH, help="Den Code auch als QR-Bild (SVG) speichern.")
@_DATABASE
@pass_run
def enrol_device(run: Run, key: str, url: str, label: str, qr: Path | None, database: str) -> None:
    """Stellt einen Anmeldecode aus: für einen Arbeitsplatz, eine Woche gültig."""
    from rathaus_desk.server.qr import in_letters, save
    from rathaus_desk.sync.client import refuse_plain_http
    from rathaus_desk.sync.proof import Invitation

    refuse_plain_http(url)
    with _registry(database) as registry:
        text = str(Invitation(url.rstrip("/"), key, registry.invite(key, label)))
    if qr is not None:
        save(text, qr)
    run.show(
        {"code": text},
        lambda: f"{in_letters(text)}\n{text}\n\nAm Arbeitsplatz: rathaus-desk sync enrol {text}",
    )


@device.command("list")
@click.argument("key", metavar="KÜRZEL", type=WORDS)
@_DATABASE
@pass_run
def list_devices(run: Run, key: str, database: str) -> None:
    """Zeigt die Arbeitsplätze einer Gemeinde."""
    with _registry(database) as registry:
        found = registry.devices(key)
    lines = [
        f"{one['id']}  {one['machine']:<24} {one['standing'] or 'in Dienst':<10}"
        f" zuletzt {_moment(one['seen_at'])}"
        for one in found
    ]
    run.show(found, "\n".join(lines) or "Noch kein Arbeitsplatz.")


@device.command()
@click.argument("device", metavar="ARBEITSPLATZ", type=click.UUID)
@click.option("--retire", is_flag=True, help="Er darf vorher übergeben, was er noch hat.")
@_DATABASE
@pass_run
def revoke(run: Run, device: Any, retire: bool, database: str) -> None:
    """Sperrt einen Arbeitsplatz: er bekommt nichts mehr, und beim nächsten Kontakt sperrt er sich."""
    standing: Literal["retired", "revoked"] = "retired" if retire else "revoked"
    with _registry(database) as registry:
        registry.revoke(device, standing)
    run.show({"device": device, "standing": standing}, "Der Arbeitsplatz ist gesperrt.")


@server.command()
@click.argument("key", metavar="KÜRZEL", type=WORDS)
@click.argument("clerk", metavar="KENNUNG", type=click.UUID, required=False)
@click.option(
    "--role", type=click.Choice(["leitung", "sachbearbeitung", "lesen", "keine"]), help="Was sie darf."
)
@_DATABASE
@pass_run
def clerk(run: Run, key: str, clerk: Any, role: Any, database: str) -> None:
    """Legt fest, was eine Sachbearbeiterin darf; ohne KENNUNG werden alle aufgezählt.

    Solange für eine Gemeinde nichts festgelegt ist, dürfen alle alles.
    """
    from rathaus_desk.server.upkeep import clerks

    with _registry(database) as registry:
        if clerk is not None:
            if role is None:
                raise click.UsageError("Bitte „--role“ angeben.")
            registry.set_role(key, clerk, None if role == "keine" else role)
        roles = registry.roles(key)
        found = [
            {"id": id_, "name": name, "role": roles.get(id_)} for id_, name in clerks(registry.pool, key)
        ]
    lines = [f"{one['id']}  {one['name']:<30} {one['role'] or '(nichts festgelegt)'}" for one in found]
    run.show(found, "\n".join(lines))


@server.command("doctor")
@_DATABASE
@pass_run
def server_doctor(run: Run, database: str) -> int:
    """Prüft Log, Kette, Belegungen und Verweise aller Gemeinden; endet mit 1, wenn etwas nicht stimmt."""
    from rathaus_desk.server.upkeep import examine

    with _registry(database) as registry:
        findings = [
            {"town": key, "what": what} for key, _ in registry.towns() for what in examine(registry.pool, key)
        ]
    words = "\n".join(f"✗ {one['town']}: {one['what']}" for one in findings)
    run.show({"ok": not findings, "findings": findings}, words or "✓ Der Server ist in Ordnung.")
    return FINDINGS if findings else OK


@server.command()
@_DATABASE
@pass_run
def tidy(run: Run, database: str) -> None:
    """Nimmt heraus, was älter als 400 Tage und an allen Arbeitsplätzen bekannt ist; einmal am Tag genügt.

    Das sind Vorgänge des Logs, Gelöschtes und Anhänge, die niemand mehr braucht. Offene Konflikte bleiben.
    """
    from datetime import UTC

    from rathaus_desk.server.tidying import tidy

    now = datetime.now(UTC)
    with _registry(database) as registry:
        found = [(key, tidy(registry, key, now)) for key, _ in registry.towns()]
    lines = [
        f"{key:<20} {_counted(done.operations, 'Vorgang', 'Vorgänge')},"
        f" {_counted(done.tombstones, 'gelöschter Eintrag', 'gelöschte Einträge')},"
        f" {_counted(done.files, 'Anhang', 'Anhänge')}"
        for key, done in found
    ]
    run.show(
        [{"town": key, **asdict(done)} for key, done in found], "\n".join(lines) or "Noch keine Gemeinde."
    )


@server.command("backup")
@click.argument("file", metavar="DATEI", type=PATH)
@_DATABASE
@_KEEP
@pass_run
def server_backup(run: Run, file: Path, database: str, keep: Path | None) -> None:
    """Sichert die Datenbank des Servers mit pg_dump (Format „custom“); im Betrieb möglich.

    Der Ordner „--keep“ gehört nicht dazu: er wird für sich gesichert.
    """
    from rathaus_desk.server.register import note_all
    from rathaus_desk.server.upkeep import dump

    with _registry(database) as registry:
        registry.refuse_other_keep(_kept(keep).public_key())
        note_all(registry.pool, _kept(keep))
    size = dump(database, file)
    megabytes = f"{size / 1e6:.1f}".replace(".", ",")
    run.show({"path": file, "size": size}, f"Gesichert: {file} ({megabytes} MB).")


def _town_line(one: dict[str, Any]) -> str:
    workstations = _counted(one["workstations"], "Arbeitsplatz", "Arbeitsplätze")
    conflicts = _counted(one["open_conflicts"], "Konflikt", "Konflikte")
    return (
        f"{one['town']:<20} {one['name']:<30} {workstations:<18} {one['operations']:>8} Vorgänge"
        f"  {conflicts:<14} zuletzt {_moment(one['last_seen'])}"
    )


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _moment(moment: datetime | None) -> str:
    from rathaus_desk.kernel.clock import at_town

    return "nie" if moment is None else f"{at_town(moment):%d.%m.%Y %H:%M}"
