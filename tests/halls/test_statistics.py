"""How halls are used, what a draft tariff would change, what is due, and what cannot be right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from rathaus_desk.halls import queries
from rathaus_desk.halls.checks import data_checks
from rathaus_desk.halls.listings import LISTINGS
from rathaus_desk.halls.operations.bookings import BookHall, NoteUnused
from rathaus_desk.halls.operations.decisions import ApproveBookings, CancelBooking, RejectBooking
from rathaus_desk.halls.operations.deposits import ReceiveDeposit
from rathaus_desk.halls.operations.giving_way import JoinWaiting
from rathaus_desk.halls.operations.houses import CloseHall
from rathaus_desk.halls.statistics import unused_by_club, utilisation, what_if, year_of
from rathaus_desk.halls.wish import Wish
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.kernel.listing import Wanted
from rathaus_desk.kernel.money import Money

YEAR = year_of(2026)


@pytest.fixture
def saal(town, hall_id, club):
    """Books the Saal for an evening of June; returns the id."""
    here = []

    def booked(day, group="outsider", **more):
        here.append(here[0] if here else club())
        given = {"person": here[0], "purpose": "Fest", "wish": Wish(user_group=group), **more}
        return town.run(
            BookHall(
                hall=hall_id(),
                set="saal",
                starts=datetime(2026, 6, day, 18),
                ends=datetime(2026, 6, day, 23),
                **given,
            )
        ).value

    return booked


def test_days_income_groups_and_cost_of_a_hall(town, saal, hall_id):
    town.run(ApproveBookings(bookings=(saal(1),)))
    saal(2, "resident")
    town.run(RejectBooking(booking=saal(3), reason="Nein.", letter=False))
    town.run(
        CloseHall(hall=hall_id(), starts=datetime(2026, 7, 1), ends=datetime(2026, 7, 11), reason="Urlaub")
    )
    with town.store.read() as session:
        dgh, *others = utilisation(session, YEAR, costs={"dgh-altenfeld": Money(1_000_000)})
        assert (dgh.used_days, dgh.closed_days, dgh.empty_days) == (2, 10, 353)
        assert (dgh.bookings, dgh.refused, dgh.by_group) == (2, 1, {"outsider": 1, "resident": 1})
        assert (dgh.income, dgh.cost_per_used_day) == (Money(27000), Money(500_000))
        assert {one.used_days for one in others} == {0}
        rooms = [one.room for one in utilisation(session, YEAR, rooms=True) if one.used_days]
        assert rooms == ["", "Saal"]


def test_what_was_booked_and_not_used(town, saal):
    one = saal(1)
    saal(2)
    town.store.clock = FixedClock(datetime(2026, 6, 5, tzinfo=UTC))
    town.run(NoteUnused(booking=one))
    with town.store.read() as session:
        (found,) = unused_by_club(session, YEAR)
        assert (found.name, found.bookings, found.unused, found.minutes) == (
            "Gesangverein Altenfeld",
            2,
            1,
            300,
        )
        assert utilisation(session, YEAR)[0].used_days == 1


def test_a_draft_tariff_on_the_bookings_of_the_year(town, saal, dgh_tariff):
    saal(1)
    saal(2, "resident")
    dearer = replace(
        dgh_tariff,
        factors=tuple(replace(one, percent=200) if one.percent == 150 else one for one in dgh_tariff.factors),
    )
    with town.store.read() as session:
        found = {one.user_group: one for one in what_if(session, dearer, YEAR)}
    assert (found["outsider"].before, found["outsider"].after) == (Money(27000), Money(36000))
    assert found["resident"].difference == Money()


def test_tasks_options_and_who_can_be_offered_a_time_are_due(town, saal, hall_id, club):
    one = saal(20, wish=Wish(user_group="commercial", features=("alcohol",)))
    saal(21, state="option", option_until=date(2026, 5, 20))
    town.run(
        JoinWaiting(
            hall=hall_id(),
            set="saal",
            starts=datetime(2026, 6, 20, 18),
            ends=datetime(2026, 6, 20, 23),
            person=club("Chor"),
            purpose="Probe",
        )
    )
    assert {(due.kind, f"{due.on}") for due in town.due(30)} == {
        ("hall_task", "2026-05-23"),
        ("option", "2026-05-20"),
    }
    town.run(CancelBooking(booking=one))
    assert ("waiting", "2026-05-04") in {(due.kind, f"{due.on}") for due in town.due(30)}


def test_a_deposit_that_is_left_over_is_named(town, saal):
    one = saal(20)
    town.run(ReceiveDeposit(booking=one, amount=Money(30000), on=date(2026, 5, 4)))
    with town.store.read() as session:
        assert list(data_checks(session)) == []
    town.run(CancelBooking(booking=one))
    (remark,) = [one for one in town.data_checks() if one.check == "deposit_left"]
    assert "es wird noch Kaution gehalten: 300,00" in remark.what


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda one: one.name)
def test_every_list_has_as_many_values_as_columns(town, saal, listing):
    one = saal(20, wish=Wish(user_group="commercial", features=("alcohol",)))
    town.run(ReceiveDeposit(booking=one, amount=Money(30000), on=date(2026, 5, 4)))
    with town.store.read() as session:
        rows = list(listing.rows(session, Wanted(date(2026, 5, 4))))
        assert all(len(row) == len(listing.columns) for row in rows)
        assert rows or listing.name in ("hallen-nicht-genutzt", "saisonplan")


def test_the_hall_is_named_in_its_list(town, saal):
    saal(20)
    with town.store.read() as session:
        (row,) = LISTINGS[0].rows(session, Wanted(date(2026, 5, 4)))
        assert row[:2] == ("Dorfgemeinschaftshaus Altenfeld", "Saal")
        assert queries.halls(session)[0].name == row[0]
