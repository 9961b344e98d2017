"""Commands for the sync with a central server."""

from __future__ import annotations

import platform
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rathaus_desk.cli import FINDINGS, OK
from rathaus_desk.cli.main import desk
from rathaus_desk.cli.parameters import PATH, WORDS
from rathaus_desk.cli.running import DeskGroup, Run, pass_run

if TYPE_CHECKING:
    from rathaus_desk.sync.conflicts import Conflict


@desk.group(cls=DeskGroup, invoke_without_command=True)
@click.option("--once", is_flag=True, help="Ein Durchgang, dann Ende.")
@click.pass_context
def sync(context: click.Context, once: bool) -> int | None:
    """Gleicht mit dem zentralen Server ab.

    Ohne „--once“ läuft der Abgleich weiter, bis er mit Strg+C beendet wird. Endet mit 1, wenn Konflikte
    offen sind.
    """
    if context.invoked_subcommand is not None:
        return None
    run = context.ensure_object(Run)
    return _once(run) if once else _for_ever(run)


def _once(run: Run) -> int:
    from rathaus_desk.sync.client import Client
    from rathaus_desk.sync.rounds import run_round

    with run.office() as office:
        link = _link(office.store)
        client = Client(link.url)
        try:
            done = run_round(office.store, client)
        finally:
            client.close()
        status = _status(office.store)
    result = {**status, "pushed": done.pushed, "refused": done.refused, "pulled": done.pulled}
    words = f"{done.pushed} Vorgänge übergeben ({done.refused} nicht übernommen), {done.pulled} übernommen."
    if status["conflicts"]:
        words += f"\n{status['conflicts']} Konflikte sind zu klären („rathaus-desk sync conflicts“)."
    run.show(result, words)
    return FINDINGS if status["conflicts"] else OK


def _for_ever(run: Run) -> int:
    from rathaus_desk.sync.worker import Status, Worker

    with run.office() as office:
        _link(office.store)
        last: list[str] = []

        def told(status: Status) -> None:
            words = status.words()
            if last != [words]:
                last[:] = [words]
                run.say(words)

        worker = Worker(office.store, told)
        worker.start()
        try:
            while worker.status.state != "locked":
                time.sleep(0.5)
        except KeyboardInterrupt:
            pass
        finally:
            worker.close()
    return OK


@sync.command()
@pass_run
def status(run: Run) -> int:
    """Zeigt, was noch nicht abgeglichen ist."""
    with run.office() as office:
        found = _status(office.store)
    words = (
        f"Server: {found['server'] or '(keiner)'}\nVorläufig: {found['waiting']} · Konflikte: "
        f"{found['conflicts']} · Stand: {found['cursor']} von {found['head']}"
    )
    run.show(found, words)
    return FINDINGS if found["conflicts"] else OK


@sync.command()
@click.argument("code", metavar="CODE", type=WORDS)
@click.option("--machine", metavar="NAME", type=WORDS, help="Wie der Arbeitsplatz heißen soll.")
@pass_run
def enrol(run: Run, code: str, machine: str | None) -> None:
    """Meldet diesen Arbeitsplatz mit einem Anmeldecode beim Server an.

    Der erste Arbeitsplatz einer Gemeinde bringt seine Daten mit; jeder weitere beginnt leer. Fehlt der
    Datenordner noch, wird er angelegt.
    """
    from rathaus_desk.office.joining import join

    joined = join(run.folder, code, machine or platform.node(), key_file=run.key_file, clock=run.clock)
    words = f"Der Arbeitsplatz gehört jetzt zu „{joined.town}“ auf {joined.server}."
    if joined.recovery_code:
        words += (
            f"\n\nWiederherstellungscode: {joined.recovery_code}\n"
            "Bitte ausdrucken und im Tresor verwahren: ohne Schlüssel und Code sind die Daten verloren."
        )
    run.show(joined, words)


@sync.command()
@pass_run
def conflicts(run: Run) -> int:
    """Zählt die offenen Konflikte auf."""
    from rathaus_desk.sync.conflicts import SENTENCES, open_conflicts

    with run.office() as office, office.store.read() as session:
        found = open_conflicts(session)
        lines = [_line(one, SENTENCES) for one in found]
    run.show(found, "\n".join(lines) or "Keine Konflikte.")
    return FINDINGS if found else OK


def _line(conflict: Conflict, sentences: dict[Any, str]) -> str:
    from rathaus_desk.kernel.clock import at_town

    follow_ups = f" (und {len(conflict.follow_ups)} darauf aufbauende)" if conflict.follow_ups else ""
    return (
        f"{conflict.who.operation}  {at_town(conflict.who.at):%d.%m.%Y %H:%M}"
        f"  {conflict.who.title}{follow_ups}\n"
        f"    {sentences[conflict.verdict.kind]}"
    )


@sync.command()
@click.argument("operation", metavar="VORGANG", type=click.UUID)
@click.option("--discard/--again", "give_up", default=None, help="Verwerfen oder noch einmal ausführen.")
@pass_run
def settle(run: Run, operation: Any, give_up: bool | None) -> None:
    """Klärt einen Konflikt."""
    from rathaus_desk.kernel.errors import BadInput
    from rathaus_desk.office import tables
    from rathaus_desk.sync import conflicts as found

    if give_up is None:
        raise click.UsageError("Bitte „--discard“ oder „--again“ angeben.")
    tables.load_operations()
    with run.office() as office:
        with office.store.read() as session:
            wanted = [one for one in found.open_conflicts(session) if one.who.operation == operation]
        if not wanted:
            raise BadInput("Diesen offenen Konflikt gibt es nicht.")
        act = found.give_up if give_up else found.run_again
        done = act(office.store, wanted[0], clerk=office.clerk)
    run.show({"operations": [one.operation for one in done]}, "Geklärt; der nächste Abgleich sagt es allen.")


@sync.command("releases")
@pass_run
def list_releases(run: Run) -> None:
    """Zeigt, was Gemeinden des Verbunds veröffentlicht haben: Satzungen, Tarife, Hallen."""
    from rathaus_desk.office.sharing import releases

    with run.office() as office:
        found = releases(office)
    lines = [f"{one.id}  {one.town:<16} {one.title} (ab {one.valid_from or '?'})" for one in found]
    run.show(found, "\n".join(lines) or "Noch nichts veröffentlicht.")


@sync.command()
@click.argument("releases", metavar="ID…", nargs=-1, required=True, type=click.UUID)
@pass_run
def take(run: Run, releases: tuple[Any, ...]) -> None:
    """Übernimmt Veröffentlichungen als eigene Fassungen; ihre Beispiele werden nachgerechnet.

    Ein Tarif, dessen Beispiele eine Satzung brauchen, wird mit ihr zusammen übernommen.
    """
    from rathaus_desk.office import tables
    from rathaus_desk.office.sharing import take as take_over

    tables.load_operations()
    with run.office() as office:
        loaded = take_over(office, releases)
    run.show(loaded, "Übernommen." if loaded.loaded else "Diese Fassung war schon da.")


@sync.command()
@click.argument("files", metavar="DATEI…", nargs=-1, required=True, type=PATH)
@pass_run
def publish(run: Run, files: tuple[Path, ...]) -> None:
    """Veröffentlicht geprüfte Satzungen, Tarife oder Hallen für die Gemeinden des Verbunds."""
    from rathaus_desk.office.sharing import publish as publish_files

    with run.office() as office:
        made = publish_files(office, files)
    run.show({"published": made}, "\n".join(f"Veröffentlicht: {one.title}" for one in made))


def _link(store: Any) -> Any:
    from rathaus_desk.kernel.errors import Refused
    from rathaus_desk.store.connection import driver_of
    from rathaus_desk.sync.link import link_of

    with store.read() as session:
        link = link_of(driver_of(session))
    if link is None:
        raise Refused("Dieser Arbeitsplatz gehört zu keinem Server („rathaus-desk sync enrol CODE“).")
    return link


def _status(store: Any) -> dict[str, Any]:
    from rathaus_desk.store.connection import driver_of
    from rathaus_desk.sync.conflicts import count_open
    from rathaus_desk.sync.link import link_of
    from rathaus_desk.sync.outbox import waiting

    with store.read() as session:
        driver = driver_of(session)
        link = link_of(driver)
        return {
            "server": f"{link.url}/{link.town}" if link else None,
            "waiting": waiting(driver) if link else 0,
            "conflicts": count_open(driver) if link else 0,
            "cursor": link.cursor if link else 0,
            "head": max(link.head, link.cursor) if link else 0,
        }
