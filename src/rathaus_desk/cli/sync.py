"""Commands for the sync with a central server."""

from __future__ import annotations

import platform
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rathaus_desk.cli import FINDINGS, OK
from rathaus_desk.cli.main import desk
from rathaus_desk.cli.parameters import PATH, WORDS
from rathaus_desk.cli.running import DeskGroup, Run, pass_run

if TYPE_CHECKING:
    from rathaus_desk.applications.records import ForwardedCase
    from rathaus_desk.office.town_hall import TownHall
    from rathaus_desk.sync.conflicts import Conflict
    from rathaus_desk.sync.rounds import Round


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
    with run.office() as office:
        done = _round(office)
        status = _status(office.store)
    result = {
        **status,
        "pushed": done.pushed,
        "refused": done.refused,
        "pulled": done.pulled,
        "rows": done.rows,
    }
    words = f"{done.pushed} Vorgänge übergeben ({done.refused} nicht übernommen), {done.pulled} übernommen."
    if done.rows:
        words += f"\nDer ganze Stand wurde geholt: {done.rows} Einträge."
    if status["conflicts"]:
        words += f"\n{status['conflicts']} Konflikte sind zu klären („rathaus-desk sync conflicts“)."
    run.show(result, words)
    return FINDINGS if status["conflicts"] else OK


def _round(office: TownHall) -> Round:
    """One round, with what is carried over the line beside it."""
    from rathaus_desk.office.forwarding import run_errands
    from rathaus_desk.sync.client import Client
    from rathaus_desk.sync.rounds import run_round

    client = Client(_link(office.store).url)
    try:
        done = run_round(office.store, client)
        while run_errands(office, client):
            more = run_round(office.store, client)
            done = replace(
                more,
                pushed=done.pushed + more.pushed,
                refused=done.refused + more.refused,
                pulled=done.pulled + more.pulled,
                rows=done.rows + more.rows,
            )
    finally:
        client.close()
    return done


def _for_ever(run: Run) -> int:
    from rathaus_desk.office.forwarding import run_errands
    from rathaus_desk.sync.worker import Status, Worker

    with run.office() as office:
        _link(office.store)
        last: list[str] = []

        def told(status: Status) -> None:
            words = status.words()
            if last != [words]:
                last[:] = [words]
                run.say(words)

        worker = Worker(office.store, told, errands=lambda client: run_errands(office, client))
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
    """Zeigt, was Gemeinden des Verbunds veröffentlicht haben: Satzungen, Tarife, Hallen, Briefe, Leistungen.

    Ohne Verbindung: was zuletzt bekannt war.
    """
    from rathaus_desk.office.sharing import GERMAN_KINDS, known_releases, releases
    from rathaus_desk.sync.client import Unreachable

    with run.office() as office:
        try:
            found = releases(office)
        except Unreachable:
            found = known_releases(office)
    lines = [
        f"{one.id}  {one.town:<16} {GERMAN_KINDS.get(one.kind, one.kind):<10} {one.title}"
        f"{f' (ab {one.valid_from})' if one.valid_from else ''}{'' if one.sound else '  VERÄNDERT'}"
        for one in found
    ]
    run.show(found, "\n".join(lines) or "Noch nichts veröffentlicht.")


@sync.command()
@click.argument("releases", metavar="ID…", nargs=-1, required=True, type=click.UUID)
@pass_run
def take(run: Run, releases: tuple[Any, ...]) -> None:
    """Übernimmt Veröffentlichungen als eigene Fassungen; ihre Beispiele werden nachgerechnet.

    Ein Tarif, dessen Beispiele eine Satzung brauchen, wird mit ihr zusammen übernommen. Was seit der
    Unterschrift des Servers verändert wurde, wird abgelehnt.
    """
    from rathaus_desk.office import tables
    from rathaus_desk.office.sharing import take as take_over

    tables.load_operations()
    with run.office() as office:
        taken = take_over(office, releases)
    run.show(taken, "Übernommen." if taken.total else "Diese Fassung war schon da.")


@sync.command()
@click.argument("files", metavar="PFAD…", nargs=-1, required=True, type=PATH)
@pass_run
def publish(run: Run, files: tuple[Path, ...]) -> None:
    """Veröffentlicht für die Gemeinden des Verbunds.

    Satzungen, Tarife und Hallen (TOML), Briefe (fee_notice.md …), Leistungen (ein Ordner mit service.toml).
    """
    from rathaus_desk.office.sharing import publish as publish_files

    with run.office() as office:
        made = publish_files(office, files)
    run.show({"published": made}, "\n".join(f"Veröffentlicht: {one.title}" for one in made))


@sync.command("overview")
@pass_run
def show_overview(run: Run) -> None:
    """Zeigt, wie weit die Gemeinden des Verbunds sind und was bei ihnen gilt; nichts Persönliches."""
    from rathaus_desk.office.sharing import overview

    with run.office() as office:
        found = overview(office)
    lines = []
    for one in found:
        lines.append(
            f"{one.town:<20} {one.name:<30} {one.workstations} Arbeitsplätze, "
            f"{one.open_conflicts} Konflikte, Fassung {one.version or '?'}"
        )
        lines += [f"    {version.title} (ab {version.valid_from})" for version in one.catalogue]
    run.show(found, "\n".join(lines))


@sync.command()
@pass_run
def towns(run: Run) -> None:
    """Zeigt, an welche Gemeinden und Ämter des Verbunds ein Vorgang weitergeleitet werden kann."""
    from rathaus_desk.office.forwarding import ask_for_addressees
    from rathaus_desk.office.sharing import line_to_server

    with run.office() as office, line_to_server(office) as (client, _):
        found = ask_for_addressees(office, client)
    lines = [f"{one.town:<20} {one.name}\n    {', '.join(one.offices) or '(keine Ämter)'}" for one in found]
    run.show(found, "\n".join(lines) or "Im Verbund ist sonst noch keine Gemeinde.")


@sync.command()
@click.argument("case", metavar="VORGANG", type=WORDS)
@click.option("--to", metavar="KÜRZEL", required=True, type=WORDS, help="An welche Gemeinde.")
@click.option("--office", "for_office", metavar="AMT", default="", type=WORDS, help="An welches Amt dort.")
@click.option("--note", metavar="TEXT", default="", type=WORDS, help="Ein Vermerk dazu.")
@click.option(
    "--without",
    type=click.Choice(["application", "attachments", "history"]),
    multiple=True,
    help="Was nicht mitgeht: Antrag, Anlagen, Verlauf.",
)
@pass_run
def forward(run: Run, case: str, to: str, for_office: str, note: str, without: tuple[str, ...]) -> None:
    """Leitet einen Vorgang (FH-2026-00042) an eine andere Gemeinde des Verbunds weiter.

    Ohne Verbindung geht er beim nächsten Abgleich hinaus.
    """
    from rathaus_desk.kernel.errors import BadInput
    from rathaus_desk.office import forwarding
    from rathaus_desk.sync.client import Unreachable
    from rathaus_desk.town.queries import case_numbered

    what = forwarding.HandedOn(
        **{name: name not in without for name in ("application", "attachments", "history")}
    )
    with run.office() as office:
        with office.store.read() as session:
            found = case_numbered(session, case)
        if found is None:
            raise BadInput(f"Einen Vorgang „{case}“ gibt es nicht.")
        _hear_of(office)
        made = forwarding.forward(office, found.id, to=to, for_office=for_office, note=note, what=what).value
        try:
            _round(office)
        except Unreachable:
            run.say(
                "Der Server ist gerade nicht zu erreichen; beim nächsten Abgleich geht der Vorgang hinaus."
            )
        result, words = _forwarded(office, made)
    run.show(result, words)


def _hear_of(office: TownHall) -> None:
    """Who is there, if the server can be asked; else as it was last heard."""
    from rathaus_desk.office.forwarding import ask_for_addressees
    from rathaus_desk.office.sharing import line_to_server
    from rathaus_desk.sync.client import Unreachable

    try:
        with line_to_server(office) as (client, _):
            ask_for_addressees(office, client)
    except Unreachable:
        pass


@sync.command()
@pass_run
def inbox(run: Run) -> None:
    """Zeigt die Vorgänge, die weitergeleitet wurden oder von anderen Gemeinden kamen.

    Was ankommt, nimmt der Abgleich von selbst auf; es steht dann bei den Anträgen.
    """
    from rathaus_desk.applications.queries import forwarded_cases

    with run.office() as office:
        with office.store.read() as session:
            ids = [one.id for one in forwarded_cases(session)]
        found = [_forwarded(office, one) for one in ids]
    run.show(
        [result for result, _ in found],
        "\n".join(words for _, words in found) or "Nichts weitergeleitet, nichts angekommen.",
    )


@sync.command()
@click.argument("case", metavar="VORGANG", type=WORDS)
@click.argument("text", metavar="ANTWORT", type=WORDS)
@pass_run
def answer(run: Run, case: str, text: str) -> None:
    """Beantwortet einen Vorgang, der von einer anderen Gemeinde kam. Die Antwort steht dort am Vorgang."""
    from rathaus_desk.applications.forwarding import AnswerForwarded
    from rathaus_desk.applications.queries import forwarded_cases
    from rathaus_desk.kernel.errors import BadInput
    from rathaus_desk.sync.client import Unreachable
    from rathaus_desk.town.queries import case_numbered

    with run.office() as office:
        with office.store.read() as session:
            known = case_numbered(session, case)
            came = (
                [one.id for one in forwarded_cases(session, case=known.id) if not one.sent] if known else []
            )
        if not came:
            raise BadInput(f"Zu „{case}“ ist nichts von einer anderen Gemeinde gekommen.")
        office.run(AnswerForwarded(forwarded=came[0], text=text))
        try:
            _round(office)
        except Unreachable:
            run.say(
                "Der Server ist gerade nicht zu erreichen; beim nächsten Abgleich geht die Antwort hinaus."
            )
        result, words = _forwarded(office, came[0])
    run.show(result, words)


def _forwarded(office: TownHall, id_: Any) -> tuple[dict[str, Any], str]:
    """A forwarded case as JSON and in a line or two."""
    from rathaus_desk.applications.records import ForwardedCase
    from rathaus_desk.town.records import Case

    with office.store.read() as session:
        found = session.get_one(ForwardedCase, id_)
        number = session.get_one(Case, found.case_id).number
    return {
        "id": found.id,
        "sent": found.sent,
        "state": found.state.value,
        "town": found.town,
        "office": found.office,
        "title": found.title,
        "case_number": number,
        "case_there": found.case_there or None,
        "note": found.note,
        "sent_at": found.sent_at,
        "answer": found.answer or None,
        "answered_at": found.answered_at,
    }, _forwarded_words(found, number)


def _forwarded_words(found: ForwardedCase, number: str) -> str:
    from rathaus_desk.kernel.clock import at_town

    way = "an" if found.sent else "von"
    where = f"{found.town_name}{f', {found.office}' if found.office else ''}"
    at = f"{at_town(found.sent_at):%d.%m.%Y %H:%M}"
    words = f"{number}  {at}  {way} {where}: {found.title} ({found.state.german})"
    return f"{words}\n    Antwort: {found.answer}" if found.answer else words


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
