"""Commands for the halls: what is free, and placing a booking or a series from a script."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from rathaus_desk.cli import CANNOT, FINDINGS, OK
from rathaus_desk.cli.main import desk
from rathaus_desk.cli.parameters import PATH, WALL_TIME, WORDS, Day
from rathaus_desk.cli.running import DeskGroup, Run, pass_run
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import german_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from rathaus_desk.applications.handover import Prefilled
    from rathaus_desk.halls.occupancy import Obstacle
    from rathaus_desk.halls.rules.times import Times
    from rathaus_desk.office.town_hall import TownHall
    from rathaus_desk.store.operations import Request


@desk.group(cls=DeskGroup)
def halls() -> None:
    """Hallen: was frei ist, und Buchungen aus Skripten."""


@halls.command()
@click.option("--from", "starts", type=WALL_TIME, required=True, help="Beginn, Ortszeit.")
@click.option("--to", "ends", type=WALL_TIME, required=True, help="Ende, Ortszeit; ein Tag: sein Ende.")
@click.option("--persons", metavar="ZAHL", type=click.IntRange(1), help="Für so viele Personen.")
@click.option("--hall", metavar="HALLE", type=WORDS, default="", help="Nur diese Halle.")
@pass_run
def free(run: Run, starts: datetime, ends: datetime, persons: int | None, hall: str) -> None:
    """Zeigt, was in einer Zeit frei ist (mit Auf- und Abbau)."""
    from rathaus_desk.halls import queries
    from rathaus_desk.halls.occupancy import free_sets
    from rathaus_desk.halls.rules.times import Times

    times = Times.of(starts, _end(ends))
    with run.office() as office:
        office.end_options()
        with office.store.read() as session:
            only = queries.hall_named(session, hall).id if hall else None
            found = [
                {
                    "hall": one.hall_key,
                    "hall_name": one.hall_name,
                    "set": one.set_key,
                    "set_name": one.set_name,
                    "rooms": list(one.rooms),
                    "persons": one.capacity,
                }
                for one in free_sets(session, times, persons=persons, hall_id=only)
            ]
    lines = [
        f"{one['hall_name']}: {one['set_name']}"
        + (f" (bis {one['persons']} Personen)" if one["persons"] else "")
        for one in found
    ]
    run.show(found, "\n".join(lines) or "Nichts frei.")


def _end(ends: datetime) -> datetime:
    """A day alone means its end."""
    return ends + timedelta(days=1) if ends.time() == time() else ends


_STATE = click.option(
    "--state",
    type=click.Choice(["enquiry", "option", "requested", "approved"]),
    default="requested",
    help="Anfrage, Option, beantragt (sonst) oder genehmigt.",
)
_OPTION_UNTIL = click.option("--option-until", type=Day(), help="Letzter Tag der Option.")
_CONFIRM = click.option(
    "--confirm", metavar="GRUND", type=WORDS, default="", help="Begründung, wo zu bestätigen ist."
)


@halls.command()
@click.option("--hall", metavar="HALLE", type=WORDS, required=True, help="Name oder Schlüssel der Halle.")
@click.option("--set", "set_key", metavar="RÄUME", type=WORDS, required=True, help="Die Raumkombination.")
@click.option("--from", "starts", type=WALL_TIME, required=True, help="Beginn, Ortszeit.")
@click.option("--to", "ends", type=WALL_TIME, required=True, help="Ende, Ortszeit.")
@click.option("--person", metavar="PERSON", type=WORDS, required=True, help="Name oder Kennung im Register.")
@click.option("--purpose", metavar="ZWECK", type=WORDS, required=True, help="Wofür.")
@click.option("--rrule", metavar="REGEL", type=WORDS, default="", help="Serie: FREQ=WEEKLY;UNTIL=20270630.")
@click.option("--except", "except_days", type=Day(), multiple=True, help="Serie: dieser Tag nicht.")
@click.option("--with-holidays", is_flag=True, help="Serie: auch an gesetzlichen Feiertagen.")
@click.option("--skip-school", is_flag=True, help="Serie: nicht in den Schulferien.")
@click.option(
    "--on-collision",
    type=click.Choice(["none", "skip", "move"]),
    default="none",
    help="Serie: belegte Termine: gar nichts buchen, auslassen oder verlegen.",
)
@click.option("--season", metavar="NAME", type=WORDS, default="", help="Serie: der Saisonplan.")
@click.option("--user-group", metavar="GRUPPE", type=WORDS, help="Nutzergruppe nach dem Tarif.")
@click.option("--event-kind", metavar="ART", type=WORDS, help="Art der Veranstaltung nach dem Tarif.")
@click.option("--persons", metavar="ZAHL", type=click.IntRange(0), help="Erwartete Personen.")
@click.option("--option", "options", metavar="NAME", multiple=True, help="Was der Tarif zur Wahl stellt.")
@_STATE
@_OPTION_UNTIL
@_CONFIRM
@pass_run
def book(run: Run, /, **said: Any) -> int:
    """Bucht eine Halle, einmal oder (mit --rrule) immer wieder.

    Ist etwas belegt, so wird nichts gebucht, und alles, was im Weg steht, wird genannt (Endestatus 3). Bei
    --on-collision skip oder move wird der Rest gebucht (Endestatus 1).
    """
    with run.office() as office:
        return (_book_series if said["rrule"] else _book_once)(run, office, said)


@halls.command("take-over")
@click.argument("case", metavar="AKTENZEICHEN", type=WORDS)
@click.option("--hall", metavar="HALLE", type=WORDS, default="", help="Diese Halle statt der gewünschten.")
@click.option("--set", "set_key", metavar="RÄUME", type=WORDS, default="", help="Diese Räume.")
@click.option("--from", "starts", type=WALL_TIME, help="Dieser Beginn, Ortszeit.")
@click.option("--to", "ends", type=WALL_TIME, help="Dieses Ende, Ortszeit.")
@click.option("--user-group", metavar="GRUPPE", type=WORDS, help="Diese Nutzergruppe nach dem Tarif.")
@_STATE
@_OPTION_UNTIL
@_CONFIRM
@click.option("--dry-run", is_flag=True, help="Zeigt nur, was der Antrag sagt und was er offen lässt.")
@pass_run
def take_over(run: Run, /, case: str, *, dry_run: bool, **said: Any) -> int:
    """Macht aus einer eingegangenen Hallenanfrage die Buchung.

    Was der Antrag offen lässt, sagen die Optionen. Ist die Zeit belegt, so wird nichts gebucht; genannt wird,
    was im Weg steht und wann es sonst ginge (Endestatus 3).
    """
    from rathaus_desk.applications.operations import HandOver

    with run.office() as office:
        office.end_options()
        with office.store.read() as session:
            application, prefilled = _prefilled(session, office, case)
            request = {**prefilled.request, **_instead(session, said, prefilled.request)}
        if dry_run:
            lines = [f"○ {one}" for one in prefilled.open] or ["Der Antrag sagt alles."]
            run.show({"request": request, "open": prefilled.open}, "\n".join(lines))
            return FINDINGS if prefilled.open else OK
        return _book(run, office, HandOver(application=application, to="booking", request=request))


def _prefilled(session: Session, office: TownHall, number: str) -> tuple[UUID, Prefilled]:
    """The application of a case and the booking it makes; BadInput if there is none for a hall."""
    from rathaus_desk.applications import queries as applications
    from rathaus_desk.applications.handover import offered
    from rathaus_desk.town import queries as town

    case = town.case_numbered(session, number)
    found = applications.application_of_case(session, case.id) if case is not None else None
    if case is None or found is None:
        raise BadInput(f"Zum Aktenzeichen „{number}“ gibt es keinen Antrag.")
    view = applications.view(session, office.services, found.id)
    if view.facts is None or view.hands_over_to != "booking":
        raise BadInput(f"Der Antrag „{found.title}“ ist keine Hallenanfrage.")
    return found.id, offered("booking").prefill(session, view.facts, case.id)


def _instead(session: Session, said: dict[str, Any], wished: dict[str, Any]) -> dict[str, Any]:
    """What the options say in place of the application, as plain values."""
    from rathaus_desk.halls import queries

    wish = {**wished.get("wish", {}), **({"user_group": said["user_group"]} if said["user_group"] else {})}
    instead = {
        "hall": str(queries.hall_named(session, said["hall"]).id) if said["hall"] else "",
        "set": said["set_key"],
        "starts": said["starts"].isoformat() if said["starts"] else "",
        "ends": said["ends"].isoformat() if said["ends"] else "",
        "option_until": said["option_until"].isoformat() if said["option_until"] else "",
        "confirmed": said["confirm"],
        "state": said["state"],
        "wish": wish,
    }
    return {name: value for name, value in instead.items() if value}


@halls.command()
@click.option("--year", metavar="JAHR", type=click.IntRange(1900, 3000), help="Das Jahr (sonst: dieses).")
@click.option("--cost", "costs", metavar="HALLE=BETRAG", multiple=True, help="Was die Halle im Jahr kostet.")
@pass_run
def statistics(run: Run, year: int | None, costs: tuple[str, ...]) -> None:
    """Zeigt je Halle genutzte und leere Tage, Nutzer, Einnahmen, vergebliche Anfragen."""
    from rathaus_desk.halls.statistics import unused_by_club, utilisation, year_of

    days = year_of(year or run.clock.today().year)
    said = dict(_cost(one) for one in costs)
    with run.office() as office, office.store.read() as session:
        uses = utilisation(session, days, costs=said)
        clubs = unused_by_club(session, days)
    result = {
        "year": days.first.year,
        "halls": [
            {
                "hall": one.hall,
                "name": one.name,
                "used_days": one.used_days,
                "empty_days": one.empty_days,
                "closed_days": one.closed_days,
                "bookings": one.bookings,
                "by_group": one.by_group,
                "income": one.income,
                "refused": one.refused,
                "unused": one.unused,
                "cost": one.cost,
                "cost_per_used_day": one.cost_per_used_day,
            }
            for one in uses
        ],
        "unused": [
            {"name": one.name, "bookings": one.bookings, "unused": one.unused, "minutes": one.minutes}
            for one in clubs
        ],
    }
    lines = []
    for one in uses:
        cost = f", je genutztem Tag {one.cost_per_used_day.german()}" if one.cost_per_used_day else ""
        lines.append(
            f"{one.name}: {one.used_days} Tage genutzt, {one.empty_days} leer, {one.bookings} Buchungen, "
            f"{one.income.german()}, {one.refused} vergebliche Anfragen{cost}"
        )
    lines += [f"○ {one.name}: {one.unused} von {one.bookings} Terminen nicht genutzt" for one in clubs]
    run.show(result, "\n".join(lines))


def _cost(said: str) -> tuple[str, Money]:
    hall, _, amount = said.partition("=")
    try:
        return hall, Money.parse(amount)
    except ValueError:
        raise click.UsageError(f"„{said}“: richtig wäre zum Beispiel dgh-altenfeld=12000.00.") from None


@desk.command("what-if")
@click.argument("paths", metavar="PFAD…", nargs=-1, required=True, type=PATH)
@click.option("--year", metavar="JAHR", type=click.IntRange(1900, 3000), help="Die Buchungen dieses Jahres.")
@pass_run
def what_if(run: Run, paths: tuple[Path, ...], year: int | None) -> None:
    """Rechnet den Entwurf eines Hallentarifs an den Buchungen des letzten Jahres durch; ändert nichts."""
    from rathaus_desk.fees.tariff_kind import TARIFF, tariff_of
    from rathaus_desk.halls.books import prices_rooms
    from rathaus_desk.halls.statistics import what_if as compare
    from rathaus_desk.halls.statistics import year_of
    from rathaus_desk.office.founding import checked

    files = [file for file in checked(*paths).files if file.kind is TARIFF]
    tariffs = [file for file in files if prices_rooms(tariff_of(file))]
    if not tariffs:
        raise BadInput("Durchgerechnet werden Entwürfe von Hallentarifen ([tariff]); hier ist keiner.")
    days = year_of(year or run.clock.today().year - 1)
    with run.office() as office, office.store.read() as session:
        found = [(file, one) for file in tariffs for one in compare(session, tariff_of(file), days)]
    result = [
        {
            "file": file.path.name,
            "hall": one.hall,
            "user_group": one.user_group,
            "bookings": one.bookings,
            "before": one.before,
            "after": one.after,
            "difference": one.difference,
            "unpriced": one.unpriced,
        }
        for file, one in found
    ]
    lines = [
        f"{one.hall}, {one.user_group or 'ohne Angabe'}: {one.bookings} Buchungen, "
        f"{one.before.german()} → {one.after.german()} ({one.difference.german()})"
        for _, one in found
    ]
    lines += [f"✗ {sentence}" for _, one in found for sentence in one.unpriced]
    run.show(result, "\n".join(lines) or "In diesem Jahr gibt es keine Buchungen mit Preis.")


def _book_once(run: Run, office: TownHall, said: dict[str, Any]) -> int:
    from rathaus_desk.halls import queries
    from rathaus_desk.halls.operations.bookings import BookHall

    with office.store.read() as session:
        hall = queries.hall_named(session, said["hall"])
        request = BookHall(
            hall=hall.id,
            set=said["set_key"],
            starts=said["starts"],
            ends=said["ends"],
            person=_person(session, said["person"]),
            purpose=said["purpose"],
            wish=_wish(said),
            state=said["state"],
            option_until=said["option_until"],
            confirmed=said["confirm"],
        )
    return _book(run, office, request)


def _book(run: Run, office: TownHall, request: Request) -> int:
    """Runs what books, and shows what came of it."""
    from rathaus_desk.halls import queries
    from rathaus_desk.halls.occupancy import Occupied

    try:
        booking_id = office.run(request).value
    except Occupied as error:
        nearest = [_times(one) for one in error.nearest]
        taken = _collisions(error.obstacles)
        nothing = {"booked": [], "collisions": taken, "price": None, "nearest": nearest}
        return _refused(run, nothing, error.sentence)
    with office.store.read() as session:
        booking = queries.booking(session, booking_id)
        result = {
            "booked": [{"id": booking.id, "from": booking.starts, "to": booking.ends}],
            "collisions": [],
            "price": booking.total,
            "deposit": booking.deposit,
            "nearest": [],
        }
        price = booking.total.german() if booking.total is not None else "noch offen"
        purpose = booking.purpose
    run.show(result, f"Gebucht: {purpose}, Preis {price}.")
    return OK


def _book_series(run: Run, office: TownHall, said: dict[str, Any]) -> int:
    from rathaus_desk.halls import queries
    from rathaus_desk.halls.operations.series import BookSeries
    from rathaus_desk.halls.series_plan import Collides, SeriesRule, plan_series

    if said["state"] not in ("requested", "approved"):
        raise click.UsageError("Eine Serie ist beantragt (requested) oder genehmigt (approved).")
    starts, ends = said["starts"], said["ends"]
    if ends - starts > timedelta(days=1):
        raise click.UsageError("Ein Termin einer Serie dauert höchstens einen Tag.")
    rule = SeriesRule(
        rrule=said["rrule"],
        first=starts.date(),
        time_from=f"{starts:%H:%M}",
        time_to=f"{ends:%H:%M}",
        skip_public=not said["with_holidays"],
        skip_school=said["skip_school"],
        except_days=tuple(said["except_days"]),
    )
    office.end_options()
    with office.store.read() as session:
        hall = queries.hall_named(session, said["hall"])
        taken = plan_series(session, hall.id, said["set_key"], (), rule).collisions
        request = BookSeries(
            hall=hall.id,
            set=said["set_key"],
            person=_person(session, said["person"]),
            purpose=said["purpose"],
            rule=rule,
            wish=_wish(said),
            state=said["state"],
            season=said["season"],
            on_collision=said["on_collision"],
        )
    collisions = [found for one in taken for found in _collisions(one.obstacles, one.occurrence.times)]
    try:
        placed = office.run(request).value
    except Collides as error:
        return _refused(run, {"booked": [], "collisions": collisions, "price": None}, error.sentence)
    with office.store.read() as session:
        booked = [
            {"id": one.id, "from": one.starts, "to": one.ends}
            for one in queries.occurrences(session, placed.series)
        ]
    result = {
        "booked": booked,
        "collisions": collisions,
        "price": placed.total,
        "series": placed.series,
        "skipped": [{"on": one.on, "why": one.why} for one in placed.skipped],
        "moved": [{"on": one.on, **_times(one.times)} for one in placed.moved],
    }
    lines = [f"Gebucht: {len(booked)} Termine, Preis zusammen {placed.total.german()}."]
    lines += [f"○ {german_date(one.on)} ausgelassen: {one.why}" for one in placed.skipped]
    lines += [
        f"○ {german_date(one.on)} verlegt auf {one.times.starts:%d.%m.%Y %H:%M}" for one in placed.moved
    ]
    run.show(result, "\n".join(lines))
    return FINDINGS if collisions else OK


def _refused(run: Run, result: dict[str, Any], sentence: str) -> int:
    """Nothing was booked: scripts get what is in the way, people the sentence."""
    if run.json:
        run.show(result, "")
    click.echo(sentence, err=True)
    return CANNOT


def _wish(said: dict[str, Any]) -> Any:
    from rathaus_desk.halls.wish import Wish

    return Wish(
        user_group=said["user_group"],
        event_kind=said["event_kind"],
        persons=said["persons"],
        options=dict.fromkeys(said["options"], True),
    )


def _person(session: Session, said: str) -> UUID:
    """Whom the register knows by this name or id; BadInput if nobody, or several."""
    from rathaus_desk.people import queries as people
    from rathaus_desk.people.rules.names import list_name

    with suppress(ValueError):
        known = people.people(session, (UUID(said),))
        if known:
            return next(iter(known))
    found = people.find(session, said, limit=6)
    exact = [one for one in found if list_name(one).casefold() == said.casefold()]
    meant = exact if len(exact) == 1 else found
    if not meant:
        raise BadInput(f"Im Personenregister steht niemand namens „{said}“.")
    if len(meant) > 1:
        names = "; ".join(f"{list_name(one)} ({one.id})" for one in meant)
        raise BadInput(f"„{said}“ ist nicht eindeutig. Gemeint sein könnte: {names}.")
    return meant[0].id


def _times(times: Times) -> dict[str, Any]:
    starts, ends = times.moments
    return {"from": starts, "to": ends}


def _collisions(obstacles: Iterable[Obstacle], times: Times | None = None) -> list[dict[str, Any]]:
    """What is in the way: from, to and what; for a series also which date it meets."""
    found = []
    for one in obstacles:
        plain: dict[str, Any] = {"from": one.starts, "to": one.ends, "what": f"{one.room}: {one.what}"}
        if times is not None:
            plain["on"] = times.day
        found.append(plain)
    return found
