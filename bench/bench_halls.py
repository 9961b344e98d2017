"""Bookings at the size of a district: 60 rooms, 100,000 bookings 2025 to 2027, on the encrypted store.

    python bench/bench_halls.py [--bookings N] [--rounds N]

Goals, beside the floor of the same run: collisions of a year's series ≤ 2 ms, the series placed ≤ 20 ms,
free sets over 60 halls for a day ≤ 2 ms, a price while typing ≤ 5 ms; of four processes that post the same
series at once exactly one wins in each round.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from rathaus_desk.catalogue.operations import LoadCatalogue, new_versions
from rathaus_desk.halls import queries
from rathaus_desk.halls.books import books_of
from rathaus_desk.halls.occupancy import free_sets, place
from rathaus_desk.halls.operations.houses import SetUpHalls
from rathaus_desk.halls.operations.series import BookSeries
from rathaus_desk.halls.plan import plan_booking
from rathaus_desk.halls.prices import Pricing
from rathaus_desk.halls.records import Booking
from rathaus_desk.halls.rules.times import Times
from rathaus_desk.halls.series_plan import Collides, SeriesRule, collisions_of
from rathaus_desk.halls.wish import Wish
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.kernel.ids import new_id
from rathaus_desk.office.founding import checked, found
from rathaus_desk.office.main_job import example_town
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.people.operations import EnterPerson, PersonDetails
from rathaus_desk.store.claims import Claim, Span
from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.operations import Request, Work, operation

HALLS = 60
CLOCK = FixedClock(datetime(2026, 5, 4, 7, tzinfo=UTC))
WISH = Wish(user_group="club", persons=40)

HALL = """
[[hall]]
key = "halle-{n}"
name = "Halle {n}"
rooms = ["saal"]
buffer_minutes = 30
[hall.capacity]
saal = {{ reihen = {seats} }}
[[hall.set]]
key = "saal"
name = "Saal"
rooms = ["saal"]
"""
TARIFF = """
[tariff]
key = "alle"
title = "Entgeltordnung"
valid_from = 2025-01-01
halls = [{halls}]
[user_groups]
club = "Vereine"
[[item]]
key = "saal"
label = "Saal, je angefangene Stunde"
paragraph = "§ 1"
when = {{ room = "saal" }}
unit = "Stunde"
per = "started_hour"
amount = "12.00"
room_price = true
[[item]]
key = "heizung"
label = "Heizung"
paragraph = "§ 2"
when = {{ months = [10, 11, 12, 1, 2, 3, 4] }}
unit = "Tag"
per = "day"
amount = "9.00"
[[factor]]
label = "Vereine"
paragraph = "§ 3"
when = {{ user_group = "club" }}
applies_to = "room_price"
percent = 50
"""


class FillHalls(Request, frozen=True, kw_only=True):
    hall: UUID
    person: UUID
    first: int
    count: int
    seed: int


@operation(FillHalls, name="bench.fill_halls", title="Hallen füllen")
def fill_halls(work: Work, request: FillHalls) -> None:
    """``count`` evenings in a row of one hall, from day number ``first`` on; no claim touches another."""
    where = place(work.session, request.hall, "saal")
    pricing = Pricing(work.session, books_of(work.session, where.hall), request.person)
    chance = random.Random(request.seed)
    bookings: list[dict[str, Any]] = []
    claims: list[dict[str, Any]] = []
    for number in range(request.first, request.first + request.count):
        day = date(2025, 1, 1) + timedelta(days=number // 2)
        hour = (8, 15)[number % 2] + chance.randrange(2)
        times = Times.of(
            datetime(day.year, day.month, day.day, hour), datetime(day.year, day.month, day.day, hour + 3)
        )
        priced = pricing.price(times, WISH, "saal", ("saal",))
        starts, ends = times.moments
        booking = new_id()
        bookings.append(
            {
                "id": booking,
                "hall_id": request.hall,
                "set_key": "saal",
                "rooms": ["saal"],
                "person_id": request.person,
                "purpose": f"Übung {number}",
                "starts": starts,
                "ends": ends,
                "state": "approved",
                **priced.values,
            }
        )
        for room, first, last in where.claims(times):
            span = Span.of(first, last)
            claims.append({"resource": room.id, "starts": span.starts, "ends": span.ends, "record": booking})
    work.add_all(Booking, bookings)
    work.add_all(Claim, claims)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bookings", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=100)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home, key = Path(folder) / "home", Path(folder) / "key"
        office = town_of(home, key, Path(folder))
        clubs = fill(office, asked.bookings)
        measure(office, clubs)
        measure_window(office)
        office.close()
        race(home, key, clubs[0], asked.rounds)


def town_of(home: Path, key: Path, folder: Path) -> TownHall:
    found(home, example_town(), key_file=key, clock=CLOCK)
    office = TownHall.open(home, key_file=key, clock=CLOCK)
    halls = folder / "hallen"
    halls.mkdir()
    names = [f"halle-{number}" for number in range(HALLS)]
    text = "".join(HALL.format(n=number, seats=50 + 5 * number) for number in range(HALLS))
    (halls / "hallen.toml").write_text(text, encoding="utf-8")
    tariff = TARIFF.format(halls=", ".join(f'"{name}"' for name in names))
    (halls / "tarif.toml").write_text(tariff, encoding="utf-8")
    report = checked(halls)
    office.run(LoadCatalogue(owner=office.owner, versions=new_versions(report.files)))
    for file in report.files:
        if file.kind.head == "hall":
            office.run(SetUpHalls(owner=office.owner, file=file.content))
    return office


def fill(office: TownHall, count: int) -> list[UUID]:
    start = time.perf_counter()
    clubs = [
        office.run(
            EnterPerson(details=PersonDetails(kind="organisation", organisation=f"Verein {number}"))
        ).value
        for number in range(50)
    ]
    with office.store.read() as session:
        ids = [hall.id for hall in queries.halls(session) if hall.key.startswith("halle-")]
    each = count // HALLS
    for number, hall in enumerate(ids):
        for first in range(0, each, 850):
            size = min(850, each - first)
            office.run(FillHalls(hall=hall, person=clubs[number % 50], first=first, count=size, seed=number))
    print(f"{each * HALLS} bookings in {HALLS} halls made in {time.perf_counter() - start:.0f} s")
    return clubs


def measure(office: TownHall, clubs: list[UUID]) -> None:
    with office.store.read() as session:
        halls = [hall for hall in queries.halls(session) if hall.key.startswith("halle-")]
        where = place(session, halls[7].id, "saal")
        rule = SeriesRule(
            rrule="FREQ=WEEKLY;COUNT=52", first=date(2026, 1, 9), time_from="16:00", time_to="18:00",
            skip_public=False,
        )  # fmt: skip
        occurrences = rule.expanded(books_of(session, where.hall)).occurrences
        room, driver = where.rooms[0], driver_of(session)
        spans = [Span.of(first, last) for one in occurrences for _, first, last in where.claims(one.times)]

        def look_ups() -> None:
            for span in spans:
                driver.execute(
                    "SELECT ends FROM claim WHERE resource = ? AND deleted_at IS NULL AND starts < ?"
                    " ORDER BY starts DESC LIMIT 1",
                    (room.id.bytes, span.ends),
                ).fetchone()

        hits = len(collisions_of(session, where, occurrences))
        report("floor: 52 bounded index look-ups", timed(look_ups))
        report(f"collisions of a year's series ({hits} found and named)",
               timed(lambda: collisions_of(session, where, occurrences)), "<= 2 ms")  # fmt: skip
        free_at = [datetime(2028, 1, 7, 3), datetime(2028, 1, 7, 5)]
        early = SeriesRule(
            rrule="FREQ=WEEKLY;COUNT=52", first=date(2026, 1, 9), time_from="02:00", time_to="04:00",
            skip_public=False,
        )  # fmt: skip
        nothing = early.expanded(books_of(session, where.hall)).occurrences
        report("collisions of a year's series (none)",
               timed(lambda: collisions_of(session, where, nothing)), "<= 2 ms")  # fmt: skip
        day = Times.of(datetime(2026, 5, 9, 12), datetime(2026, 5, 9, 14))
        report("free sets over 60 halls", timed(lambda: free_sets(session, day, persons=100)), "<= 2 ms")
        week = (datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 11, tzinfo=UTC))
        report("the week of all halls, read", timed(lambda: queries.bookings_between(session, *week)))
        books = books_of(session, where.hall)
        times = Times.of(*free_at)
        report(
            "price while typing, with warnings and duties",
            timed(
                lambda: plan_booking(
                    Pricing(session, books, clubs[0]), where, times, WISH, today=CLOCK.today()
                )
            ),
            "<= 5 ms",
        )
    placed = []
    for number in range(30):
        hour = 1 + number % 2 * 2
        request = series_of(
            halls[number % HALLS].id, clubs[number % 50], date(2029 + number // 20, 1, 5), hour
        )
        start = time.perf_counter()
        office.run(request)
        placed.append((time.perf_counter() - start) * 1000)
    report("a series placed: 52 bookings, claims, journal, search", placed[5:], "<= 20 ms")


def measure_window(office: TownHall) -> None:
    """The week of all halls through the page itself: read, shown, painted; and one step of a drag."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from rathaus_desk.desktop import app, modules
    from rathaus_desk.desktop.halls.page import OccupancyPage, _read
    from rathaus_desk.desktop.halls.scale import Scale

    running = app.application(hidden=True)
    modules.load()
    desk, window = app.open_window(office, appearance="light")
    window.resize(1440, 900)
    window.show()
    desk.go("hallen")
    app.settle(desk)
    page = window.page
    assert isinstance(page, OccupancyPage)
    weeks = [Scale("week", date(2026, 1, 5) + timedelta(weeks=number)) for number in range(60)]
    turn = iter(weeks)

    def turned() -> None:
        scale = next(turn)
        page._show(scale, *desk.read_now(lambda session: _read(session, scale)))
        page.timeline.viewport().repaint()

    report("the week of 60 halls read and painted", timed(turned), "<= 100 ms")
    bar = next(iter(page.timeline.model().by_room.values()))[0]

    def dragged() -> None:
        page.timeline._ghost = (5, bar.starts, bar.ends)
        page.timeline.viewport().repaint()

    report("one step of a drag, painted", timed(dragged), "<= 16 ms")
    report(
        "… its price and conflicts, in a worker",
        timed(lambda: page._outlook(bar, bar.starts.replace(hour=1), bar.starts.replace(hour=3))),
    )
    window.hide()
    desk.close()
    running.processEvents()


def series_of(hall: UUID, club: UUID, first: date, hour: int) -> BookSeries:
    return BookSeries(
        hall=hall,
        set="saal",
        person=club,
        purpose="Turnen",
        rule=SeriesRule(
            rrule="FREQ=WEEKLY;COUNT=52", first=first, time_from=f"{hour:02d}:30",
            time_to=f"{hour + 1:02d}:30", skip_public=False,
        ),
        wish=WISH,
    )  # fmt: skip


def race(home: Path, key: Path, club: UUID, rounds: int) -> None:
    """Four processes post the same series at once, each round another free evening."""
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(4), context.Queue()
    with TownHall.open(home, key_file=key, clock=CLOCK).store.read() as session:
        hall = next(hall.id for hall in queries.halls(session) if hall.key == "halle-3")
    runners = [
        context.Process(target=post, args=(str(home), str(key), hall, club, rounds, barrier, answers))
        for _ in range(4)
    ]
    for runner in runners:
        runner.start()
    wins: Counter[int] = Counter()
    kinds: Counter[str] = Counter()
    for _ in range(4 * rounds):
        number, answer = answers.get(timeout=300)
        kinds[answer] += 1
        wins[number] += answer == "won"
    for runner in runners:
        runner.join()
    fair = sum(wins[number] == 1 for number in range(rounds))
    office = TownHall.open(home, key_file=key, clock=CLOCK)
    with office.store.read() as session:
        doubles = (
            driver_of(session)
            .execute(
                "SELECT count(*) FROM claim a JOIN claim b ON a.resource = b.resource AND a.id < b.id"
                " AND a.starts < b.ends AND b.starts < a.ends"
                " WHERE a.deleted_at IS NULL AND b.deleted_at IS NULL AND a.resource ="
                " (SELECT id FROM hall_room WHERE hall_id = ?)",
                (hall.bytes,),
            )
            .fetchone()[0]
        )
    office.close()
    print(
        f"{'four processes post the same series at once':58} {fair} of {rounds} rounds with one winner, "
        f"{doubles} double rows   ({dict(kinds)})"
    )
    if fair != rounds or doubles:
        sys.exit(1)


def post(home: str, key: str, hall: UUID, club: UUID, rounds: int, barrier: Any, answers: Any) -> None:
    office = TownHall.open(Path(home), key_file=Path(key), clock=CLOCK)
    for number in range(rounds):
        first = date(2040 + number, 1, 6)
        barrier.wait()
        try:
            office.run(series_of(hall, club, first, 19))
            answers.put((number, "won"))
        except Collides:
            answers.put((number, "named"))
        except DeskError as error:
            answers.put((number, error.detail or str(error)))
    office.close()


def timed(call: Callable[[], object], times: int = 60) -> list[float]:
    """Milliseconds of each call, the first few left out."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        took.append((time.perf_counter() - start) * 1000)
    return took[5:]


def report(what: str, took: list[float], goal: str = "") -> None:
    ordered = sorted(took)
    middle, high = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    print(f"{what:58} median {middle:7.2f} ms   p95 {high:7.2f}   {f'goal: {goal}' if goal else ''}")


if __name__ == "__main__":
    main()
