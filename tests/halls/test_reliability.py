"""Anything in any order, over the days when the clocks change: no double booking, every price again.

`make soak` runs 10,000 sequences; the ordinary run a few.
"""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest

from rathaus_desk.halls import queries
from rathaus_desk.halls.checks import data_checks
from rathaus_desk.halls.occupancy import Occupied
from rathaus_desk.halls.operations.bookings import MOVABLE, BookHall, MoveBooking
from rathaus_desk.halls.operations.decisions import ApproveBookings, CancelBooking, EndOptions
from rathaus_desk.halls.operations.deposits import ReceiveDeposit, RefundDeposit
from rathaus_desk.halls.operations.handing import HandOverHall, SettleBooking
from rathaus_desk.halls.operations.series import AddOccurrence, BookSeries, FollowHolidays, SplitSeries
from rathaus_desk.halls.prices import kept_price
from rathaus_desk.halls.records import Booking, BookingSeries
from rathaus_desk.halls.rules.deposit import Ledger
from rathaus_desk.halls.series_plan import SeriesRule
from rathaus_desk.halls.wish import Wish
from rathaus_desk.kernel.errors import BadInput, DeskError, Refused
from rathaus_desk.kernel.money import Money
from rathaus_desk.store.claims import ClaimTaken
from rathaus_desk.store.connection import driver_of

SEQUENCES = 10_000 if os.environ.get("RATHAUS_SOAK") else 25
STEPS = 12
TOGETHER = 25
"""Sequences that share one town, so that they are in each other's way."""

EDGES = (date(2026, 10, 24), date(2027, 3, 27), date(2026, 12, 24))

OVERLAPS = """
SELECT count(*) FROM claim a JOIN claim b ON a.resource = b.resource AND a.id < b.id
    AND a.starts < b.ends AND b.starts < a.ends
    WHERE a.deleted_at IS NULL AND b.deleted_at IS NULL
"""


class Clerk:
    """Does anything that clerks do, as chance has it; what is refused is refused in a sentence."""

    def __init__(self, town, halls, clubs, chance):
        self.town, self.halls, self.clubs, self.chance = town, halls, clubs, chance
        self.done, self.sentences = [], []
        self.refused = Counter()

    def step(self):
        kind = self.chance.choice(
            (
                "book",
                "book",
                "move",
                "lengthen",
                "cancel",
                "series",
                "split",
                "undo",
                "add",
                "approve",
                "keys",
            )
        )
        try:
            done = getattr(self, kind)()
        except (Refused, BadInput) as error:
            self.refused[kind] += 1
            self.sentences.append(error.sentence)
            return
        if done is not None:
            self.done.append(done.operation)

    def moment(self):
        day = self.chance.choice(EDGES) + timedelta(days=self.chance.randrange(2))
        return datetime(day.year, day.month, day.day, self.chance.randrange(24), self.chance.choice((0, 30)))

    def place(self):
        return self.chance.choice(
            (
                (self.halls["dgh-altenfeld"], "saal", Wish(user_group="club")),
                (self.halls["dgh-altenfeld"], "beide_saele", Wish(user_group="outsider")),
                (self.halls["mzh-kernstadt"], "drittel_1", Wish(user_group="club", event_kind="training")),
                (self.halls["mzh-kernstadt"], "ganze_halle", Wish(user_group="club", event_kind="training")),
            )
        )

    def some(self, kind, *states):
        with self.town.store.read() as session:
            query = kind.__table__.select()
            found = [row.id for row in session.execute(query) if row.deleted_at is None]
            if states:
                found = [one for one in found if queries.booking(session, one).state in states]
        if not found:
            raise Refused("Es gibt noch keine.")
        return self.chance.choice(found)

    def book(self):
        hall, key, wish = self.place()
        starts = self.moment()
        return self.town.run(
            BookHall(
                hall=hall,
                set=key,
                starts=starts,
                ends=starts + timedelta(minutes=self.chance.choice((30, 90, 300, 1500))),
                person=self.chance.choice(self.clubs),
                purpose="Probe",
                wish=wish,
                state=self.chance.choice(("enquiry", "requested", "option")),
                option_until=date(2026, 5, 10),
            )
        )

    def move(self):
        starts = self.moment()
        return self.town.run(
            MoveBooking(booking=self.some(Booking, *MOVABLE), starts=starts, ends=starts + timedelta(hours=2))
        )

    def lengthen(self):
        booking = self.some(Booking, *MOVABLE)
        with self.town.store.read() as session:
            ends = queries.booking(session, booking).ends
        return self.town.run(MoveBooking(booking=booking, ends=ends + timedelta(minutes=30)))

    def cancel(self):
        return self.town.run(CancelBooking(booking=self.some(Booking, *MOVABLE), letter=False))

    def series(self):
        hall, key, wish = self.place()
        starts = self.moment()
        return self.town.run(
            BookSeries(
                hall=hall,
                set=key,
                person=self.chance.choice(self.clubs),
                purpose="Serie",
                rule=SeriesRule(
                    rrule=self.chance.choice(("FREQ=WEEKLY;COUNT=4", "FREQ=DAILY;COUNT=3")),
                    first=starts.date(),
                    time_from=f"{starts:%H:%M}",
                    time_to=f"{starts + timedelta(minutes=90):%H:%M}",
                ),
                wish=wish,
                on_collision=self.chance.choice(("none", "skip", "move")),
            )
        )

    def split(self):
        series = self.some(BookingSeries)
        return self.town.run(
            SplitSeries(
                series=series, on=self.chance.choice(EDGES) + timedelta(days=self.chance.randrange(9))
            )
        )

    def add(self):
        series = self.some(BookingSeries)
        self.town.run(FollowHolidays(series=series))
        return self.town.run(AddOccurrence(series=series, on=self.moment().date()))

    def approve(self):
        self.town.run(EndOptions())
        return self.town.run(ApproveBookings(bookings=(self.some(Booking, "requested"),), form=None))

    def keys(self):
        booking = self.some(Booking, "approved", "signed")
        handing = HandOverHall(
            booking=booking,
            direction="out",
            at=datetime(2026, 10, 1, 9),
            for_town="Stadt",
            for_user="Verein",
            letter=False,
        )
        self.town.run(ReceiveDeposit(booking=booking, amount=Money(60000), on=date(2026, 5, 4), letter=False))
        self.town.run(handing)

    def undo(self):
        if not self.done:
            return None
        return self.town.store.undo(self.chance.choice(self.done), clerk=self.town.clerk)

    def close_everything(self):
        """Whatever is out comes back and is settled; what is not, is called off and its deposit paid back."""
        with self.town.store.read() as session:
            bookings = [(one.id, one.state) for one in session.query(Booking).all()]
        for booking, state in bookings:
            if state == "handed_over":
                self.town.run(
                    HandOverHall(
                        booking=booking,
                        direction="back",
                        at=datetime(2026, 10, 2, 9),
                        for_town="Stadt",
                        for_user="Verein",
                        letter=False,
                    )
                )
                self.town.run(SettleBooking(booking=booking, letter=False))
        for booking, _ in bookings:
            with suppress(Refused):
                self.town.run(RefundDeposit(booking=booking, on=date(2026, 5, 4), letter=False))


@pytest.mark.parametrize("start", range(0, SEQUENCES, TOGETHER))
def test_anything_in_any_order_over_the_edges_of_summer_time(town, hall_id, club, start):
    halls = {key: hall_id(key) for key in ("dgh-altenfeld", "mzh-kernstadt")}
    clubs = [club(f"Verein {number}") for number in range(3)]
    refused = Counter()
    for seed in range(start, min(start + TOGETHER, SEQUENCES)):
        clerk = Clerk(town, halls, clubs, random.Random(seed))
        for _ in range(STEPS):
            clerk.step()
        refused += clerk.refused
        assert all(clerk.sentences)
        with town.store.read() as session:
            assert driver_of(session).execute(OVERLAPS).fetchone() == (0,)
            assert [one.sentence for one in data_checks(session) if one.check != "deposit_left"] == []
    clerk.close_everything()
    assert sum(refused.values()) < TOGETHER * STEPS
    with town.store.read() as session:
        bookings = session.query(Booking).all()
        assert len(bookings) > 20
        for booking in bookings:
            if booking.total is not None:
                assert kept_price(session, booking).assessment.total == booking.total
            entries = queries.deposit_entries(session, booking.id)
            assert Ledger.of((entry.kind, entry.amount) for entry in entries).held == Money()
    assert town.store.examine() == []


def test_two_windows_and_a_script_want_the_same_hour(town, hall_id, club, make_store):
    clubs = [club(f"Verein {number}") for number in range(3)]
    hall = hall_id("mzh-kernstadt")
    for number in range(5):
        starts = datetime(2026, 9, 1 + number, 19)
        together, answers = threading.Barrier(3), []

        def want(person, starts=starts, together=together, answers=answers):
            together.wait()
            try:
                town.run(
                    BookHall(
                        hall=hall,
                        set="drittel_1",
                        starts=starts,
                        ends=starts + timedelta(hours=2),
                        person=person,
                        purpose="Training",
                        wish=Wish(user_group="club", event_kind="training"),
                    )
                )
                answers.append("won")
            except (Occupied, ClaimTaken) as error:
                answers.append(str(error))
            except DeskError as error:
                answers.append(repr(error))

        threads = [threading.Thread(target=want, args=(person,)) for person in clubs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers.count("won") == 1, answers
        assert sum("elegt" in answer and "Hallendrittel 1: Training" in answer for answer in answers) == 2, (
            answers
        )
