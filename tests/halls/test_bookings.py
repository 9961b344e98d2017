"""Bookings: the worked examples of the domain, what is in the way, both changes of the clock, undo."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from rathaus_desk.halls import queries
from rathaus_desk.halls.occupancy import Occupied, free_sets
from rathaus_desk.halls.operations.bookings import (
    BookHall,
    ChangeBooking,
    MoveBooking,
    NoteUnused,
    TickTask,
)
from rathaus_desk.halls.prices import kept_price
from rathaus_desk.halls.rules.times import Times
from rathaus_desk.halls.wish import Wish
from rathaus_desk.kernel.errors import BadInput, MissingFact, Refused
from rathaus_desk.kernel.money import Money
from rathaus_desk.store.claims import claims_of


@pytest.fixture
def book(town, hall_id, club):
    """Books the Saal of the DGH for a club, changed as a test asks; returns the booking's id."""
    here = []

    def booked(starts, ends, **more):
        if not here:
            here.append(club())
        given = {
            "hall": hall_id(),
            "set": "saal",
            "person": here[0],
            "purpose": "Konzert",
            "wish": Wish(user_group="club"),
            **more,
        }
        return town.run(BookHall(starts=starts, ends=ends, **given)).value

    return booked


def kept(town, booking: UUID):
    with town.store.read() as session:
        return queries.booking(session, booking)


def day(number, month=6, year=2026, hour=0, minute=0):
    return datetime(year, month, number, hour, minute)


CASES = {
    "resident, two days, crockery, meter": (
        {
            "set": "saal_kueche",
            "starts": day(14, 11, hour=10),
            "ends": day(15, 11, hour=18),
            "wish": Wish(
                user_group="resident",
                persons=80,
                options={"crockery": True},
                meters={"electricity": Decimal(46)},
            ),
        },
        54748,
    ),
    "outsider in December": (
        {"starts": day(5, 12, hour=10), "ends": day(5, 12, hour=23), "wish": Wish(user_group="outsider")},
        31000,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_worked_examples_are_kept_with_the_booking(town, book, case):
    given, total = CASES[case]
    booking = kept(town, book(**given))
    assert (booking.total, booking.deposit) == (Money(total), Money(30000))
    with town.store.read() as session:
        assert kept_price(session, booking).assessment.total == Money(total)


def test_the_first_event_of_a_club_in_a_year_is_free_the_second_is_not(town, book):
    first = book(day(7, 2, hour=18), day(7, 2, hour=23), set="saal_kueche")
    second = book(day(20, 6, hour=10), day(20, 6, hour=22))
    next_year = book(day(20, 6, 2027, 10), day(20, 6, 2027, 22))
    assert [kept(town, one).total for one in (first, second, next_year)] == [
        Money(4000),
        Money(9000),
        Money(0),
    ]
    with town.store.read() as session:
        for one in (first, second, next_year):
            booking = queries.booking(session, one)
            assert kept_price(session, booking).assessment.total == booking.total


def test_what_is_in_the_way_is_named_and_the_nearest_free_time_proposed(town, book):
    book(day(20, hour=14), day(20, hour=23))
    book(day(20, hour=22, minute=30), day(20, hour=23, minute=30), set="kleiner_saal")
    with pytest.raises(Occupied) as refused:
        book(day(20, hour=23, minute=30), day(21, hour=2), set="beide_saele")
    said = refused.value
    assert {one.room for one in said.obstacles} == {"Saal", "Kleiner Saal"}
    assert "Konzert, Gesangverein Altenfeld (20.06.2026, 14:00 bis 23:00 Uhr)" in said.sentence
    assert said.nearest[0].starts == day(21, hour=1, minute=30)


def test_the_saal_alone_blocks_both_halls_until_its_buffer_and_theirs_are_over(town, book):
    book(day(20, hour=14), day(20, hour=23))
    with pytest.raises(Occupied) as refused:
        book(day(20, hour=23, minute=30), day(21, hour=2), set="beide_saele")
    assert refused.value.nearest[0].starts == day(21, hour=1)
    assert "Kleiner Saal" not in refused.value.sentence.partition("Frei wäre")[0]
    book(day(21, hour=1), day(21, hour=3), set="beide_saele")


def test_free_sets_by_persons(town, book):
    book(day(20, hour=14), day(20, hour=23))
    with town.store.read() as session:
        asked = Times.of(day(20, hour=18), day(20, hour=22))
        found = free_sets(session, asked, persons=40)
        assert [(one.hall_key, one.set_key) for one in found] == [("dgh-altenfeld", "kleiner_saal")]
        assert ("mzh-kernstadt", "fest") in [(one.hall_key, one.set_key) for one in free_sets(session, asked)]


def test_the_hour_that_is_there_twice_is_claimed_wholly(town, book):
    night = kept(town, book(day(24, 10, hour=20), day(25, 10, hour=2, minute=30), buffer_after=0))
    assert (night.starts, night.ends) == (
        datetime(2026, 10, 24, 18, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )
    with pytest.raises(Occupied):
        book(day(25, 10, hour=2, minute=15), day(25, 10, hour=6), buffer_before=0)


def test_the_hour_that_is_skipped_is_none(town, book):
    with pytest.raises(BadInput, match="nicht nach dem Beginn"):
        book(day(28, 3, 2027, 3), day(28, 3, 2027, 2, 45))
    whole = kept(town, book(day(28, 3, 2027), day(29, 3, 2027)))
    assert (whole.ends - whole.starts).total_seconds() == 23 * 3600
    assert whole.total == Money(4000)


def test_moving_releases_first_and_prices_anew(town, book):
    one = book(day(20, hour=14), day(20, hour=18), wish=Wish(user_group="resident"))
    town.run(MoveBooking(booking=one, starts=day(20, hour=16), ends=day(21, hour=16)))
    assert kept(town, one).total == Money(27000)
    done = town.run(MoveBooking(booking=one, set="kleiner_saal"))
    assert (kept(town, one).total, kept(town, one).rooms) == (Money(13500), ["kleiner_saal"])
    town.store.undo(done.operation)
    assert (kept(town, one).total, kept(town, one).rooms) == (Money(27000), ["saal"])
    with town.store.read() as session:
        (claim,) = claims_of(session, one)
        assert claim.ends - claim.starts == 26 * 60


def test_undo_of_a_move_is_refused_once_the_old_time_is_taken(town, book):
    one = book(day(20, hour=14), day(20, hour=18))
    moved = town.run(MoveBooking(booking=one, starts=day(27, hour=14), ends=day(27, hour=18)))
    book(day(20, hour=14), day(20, hour=18))
    with pytest.raises(Refused, match="anderweitig belegt"):
        town.store.undo(moved.operation)


def test_a_price_that_nobody_can_tell_yet_waits_until_it_is_firm(town, book):
    asked = book(day(5, 9, hour=10), day(5, 9, hour=20), state="enquiry", wish=Wish())
    with town.store.read() as session:
        assert claims_of(session, asked) == []
    assert kept(town, asked).total is None
    with pytest.raises(MissingFact):
        book(day(5, 9, hour=10), day(5, 9, hour=20), wish=Wish())
    changed = ChangeBooking(
        booking=asked,
        person=kept(town, asked).person_id,
        purpose="Hochzeit",
        wish=Wish(user_group="resident"),
    )
    town.run(changed)
    assert kept(town, asked).total == Money(18000)


def test_duties_become_tasks_with_dates_and_are_ticked_with_name(town, book):
    beer = Wish(user_group="commercial", features=("alcohol", "music"))
    one = book(day(20, hour=14), day(20, hour=23), wish=beer)
    with town.store.read() as session:
        tasks = queries.tasks_of(session, one)
        assert [(task.key, f"{task.due_on}") for task in tasks] == [
            ("duty.alcohol", "2026-05-23"),
            ("duty.music", "2026-06-17"),
        ]
    town.run(TickTask(task=tasks[0].id, done_by="Frau Beispiel"))
    town.run(MoveBooking(booking=one, starts=day(27, hour=14), ends=day(27, hour=23)))
    with town.store.read() as session:
        again = {task.key: task for task in queries.tasks_of(session, one)}
        assert again["duty.alcohol"].done_by == "Frau Beispiel"
        assert f"{again['duty.music'].due_on}" == "2026-06-24"


def test_not_used_is_noted_only_of_what_has_begun(town, book):
    future, past = book(day(20, hour=14), day(20, hour=15)), book(day(2, 5, hour=14), day(2, 5, hour=15))
    town.run(NoteUnused(booking=past))
    assert kept(town, past).unused
    with pytest.raises(Refused, match="schon begonnen"):
        town.run(NoteUnused(booking=future))


def test_a_booking_is_found_by_purpose_and_name(town, book):
    from rathaus_desk.store.search import search

    book(day(20, hour=14), day(20, hour=23))
    with town.store.read() as session:
        (hit,) = [one for one in search(session, "konzert gesangverein") if one.kind == "booking"]
        assert hit.title == "Konzert · Gesangverein Altenfeld"
        assert "Dorfgemeinschaftshaus Altenfeld, 20.06.2026, 14:00 bis 23:00 Uhr" in hit.subtitle
