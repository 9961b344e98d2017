"""What is charged together and settled singly, and what VAT a fee for calling off holds."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.fees.assessment import Assessment, Line
from rathaus_desk.fees.queries import assessment_of
from rathaus_desk.fees.records import DueItem, Notice
from rathaus_desk.fees.summing import shared_out, with_lines
from rathaus_desk.halls import queries
from rathaus_desk.halls.operations.bookings import BookHall
from rathaus_desk.halls.operations.charging import beyond, together
from rathaus_desk.halls.operations.decisions import ApproveBookings, CancelBooking
from rathaus_desk.halls.operations.handing import HandOverHall, SettleBooking
from rathaus_desk.halls.operations.series import BookSeries
from rathaus_desk.halls.series_plan import SeriesRule
from rathaus_desk.halls.wish import Wish
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.money import Money, total
from rathaus_desk.letters import queries as letters
from rathaus_desk.office.founding import checked, load

NOTHING = Assessment("t", "Tarif", (), Money(), Money(), Money())


def line(cents: int, vat: int | None = None, *, key: str = "saal", net: bool = False, **more) -> Line:
    rate = None if vat is None else Fraction(vat)
    amount = Money(cents)
    return Line(key, key, "", Fraction(1), "Tag", amount, amount, vat_rate=rate, net=net, **more)


def priced(*lines: Line) -> Assessment:
    return with_lines(NOTHING, lines)


def test_vat_of_a_joint_invoice_is_computed_of_the_sum():
    one = priced(line(1002, 19, net=True))
    assert (one.vat, one.total) == (Money(190), Money(1192))
    joint = together([one, one, one])
    assert (joint.net, joint.vat, joint.total) == (Money(3006), Money(571), Money(3577))
    assert [(found.quantity, found.amount) for found in joint.lines] == [(3, Money(3006))]
    gross = priced(line(1002, 19))
    assert (together([gross] * 3).vat, together([gross] * 3).total) == (Money(480), Money(3006))


def test_each_rate_is_rounded_once_and_notes_stand_once():
    one = replace(priced(line(1003, 19, key="a"), line(1003, 7, key="b"), line(500)), vat_notes=("§ 4",))
    joint = together([one, one])
    assert joint.vat_by_rate == {19: Money(320), 7: Money(131)}
    assert joint.total == Money(5012)
    assert joint.vat_notes == ("§ 4",)


@given(
    amount=st.integers(1, 100_000),
    parts=st.lists(
        st.tuples(st.integers(1, 50_000), st.sampled_from([None, 7, 19]), st.booleans()), min_size=1
    ),
)
def test_a_fee_is_shared_out_to_the_cent(amount, parts):
    whole = priced(*(line(cents, vat, key=f"k{at}", net=net) for at, (cents, vat, net) in enumerate(parts)))
    lines = shared_out(Money(amount), whole, "Absage", "absage")
    assert total([one.amount for one in lines]) == Money(amount)
    assert {one.vat_rate for one in lines} <= {vat for _, vat, _ in parts}
    assert with_lines(whole, lines).total == Money(amount)


def test_what_is_metered_has_no_share_of_the_fee():
    whole = priced(line(10_000), line(50_000, 19, key="strom", metered=True))
    assert [one.vat_rate for one in shared_out(Money(100), whole, "Absage", "absage")] == [None]


def test_what_comes_to_a_joint_charge_is_charged_and_nothing_else():
    heated = line(4000, key="heizung")
    before = priced(line(9000), heated)
    longer = replace(heated, quantity=Fraction(2), amount=Money(8000))
    after = priced(line(9000), longer, line(1748, key="strom"))
    assert [(one.key, one.quantity, one.amount) for one in beyond(after, before).lines] == [
        ("heizung", 1, Money(4000)),
        ("strom", 1, Money(1748)),
    ]
    assert beyond(before, before).total == Money()
    with pytest.raises(Refused, match="Serie neu"):
        beyond(before, after)


def test_calling_off_a_commercial_use_shows_its_vat(town, hall_id, club, musterrode, tmp_path):
    tariff = (musterrode / "mzh-tarif-2025.toml").read_text(encoding="utf-8")
    shutil.copytree(musterrode, tmp_path / "town")
    file = tmp_path / "town" / "mzh-tarif-2025.toml"
    file.write_text(
        f"{tariff}\n[[cancellation]]\ndays_before_more_than = 7\npercent = 50\n", encoding="utf-8"
    )
    load(town, checked(file))
    booking = town.run(
        BookHall(
            hall=hall_id("mzh-kernstadt"),
            set="ganze_halle",
            starts=datetime(2026, 5, 16, 8),
            ends=datetime(2026, 5, 16, 22),
            person=club("Messe GmbH"),
            purpose="Messe",
            wish=Wish(user_group="commercial", event_kind="event", preparation_days=1),
            state="approved",
        )
    ).value
    fee = town.run(CancelBooking(booking=booking)).value
    assert fee
    with town.store.read() as session:
        notice = session.get_one(Notice, queries.booking(session, booking).notice_id)
        kept = assessment_of(session, notice)
        assert kept is not None
        assert kept.total == fee
        vat = Money(round(fee.cents * 19 / 119))
        assert (kept.net, kept.vat_by_rate) == (fee - vat, {"19": vat.cents})


@pytest.fixture
def charged_together(town, hall_id, club):
    """Two evenings of a resident in the DGH, charged by one notice."""
    placed = town.run(
        BookSeries(
            hall=hall_id("dgh-altenfeld"),
            set="saal",
            person=club("Chorverband"),
            purpose="Proben",
            rule=SeriesRule(
                rrule="FREQ=WEEKLY;COUNT=2", first=date(2026, 9, 1), time_from="19:00", time_to="21:00"
            ),
            wish=Wish(user_group="resident"),
        )
    ).value
    town.run(ApproveBookings(bookings=placed.booked))
    return placed.booked


def hand(town, booking, day, used):
    for direction, reading in (("out", "100"), ("back", str(100 + used))):
        town.run(
            HandOverHall(
                booking=booking,
                direction=direction,
                at=datetime(2026, 9, day, 18),
                for_town="Frau A",
                for_user="Herr B",
                meters={"electricity": Decimal(reading)},
                pay_deposit_later="Chor",
            )
        )


def due(town):
    with town.store.read() as session:
        return sorted(item.amount.cents for item in session.query(DueItem) if item.cancelled_on is None)


def test_dates_charged_together_are_settled_singly(town, charged_together):
    first, second = charged_together
    assert due(town) == [36000]
    hand(town, first, 1, 46)
    assert town.run(SettleBooking(booking=first)).value == Money(18000 + 1748)
    assert due(town) == [1748, 36000]
    hand(town, second, 8, 0)
    town.run(SettleBooking(booking=second))
    assert due(town) == [1748, 36000]
    with town.store.read() as session:
        states = {queries.booking(session, one).state for one in charged_together}
        titles = [one.kind for one in letters.waiting(session)]
    assert states == {"settled"}
    assert titles.count("hall_settlement") == 2
