"""From an enquiry on the phone to the refunded deposit; options that end, cancelling, displacing, waiting."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest

from rathaus_desk.fees import queries as fees
from rathaus_desk.halls import queries
from rathaus_desk.halls.occupancy import Occupied
from rathaus_desk.halls.operations.bookings import BookHall, ChangeBooking
from rathaus_desk.halls.operations.decisions import (
    ApproveBookings,
    CancelBooking,
    EndOptions,
    HoldOption,
    RejectBooking,
    RequestFirmly,
    SignAgreement,
)
from rathaus_desk.halls.operations.deposits import ReceiveDeposit, RefundDeposit
from rathaus_desk.halls.operations.giving_way import (
    DisplaceBookings,
    JoinWaiting,
    OfferWaiting,
    WithdrawWaiting,
)
from rathaus_desk.halls.operations.handing import (
    Checked,
    Damage,
    HandOverHall,
    PrintHandoverForm,
    SettleBooking,
)
from rathaus_desk.halls.operations.houses import CloseHall
from rathaus_desk.halls.operations.series import BookSeries
from rathaus_desk.halls.prices import kept_price
from rathaus_desk.halls.rules.deposit import Ledger
from rathaus_desk.halls.series_plan import SeriesRule
from rathaus_desk.halls.wish import Wish
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.money import Money
from rathaus_desk.letters import queries as letters
from rathaus_desk.store.claims import claims_of


@pytest.fixture
def wanted(hall_id, club):
    """The request of a resident's party in the Saal on 14 and 15 November, changed as a test asks."""
    here = []

    def made(**more):
        here.append(here[0] if here else club("Familie Beispiel"))
        return BookHall(
            **{
                "hall": hall_id(),
                "set": "saal_kueche",
                "starts": datetime(2026, 11, 14, 10),
                "ends": datetime(2026, 11, 15, 18),
                "person": here[0],
                "purpose": "Familienfeier",
                "wish": Wish(user_group="resident", persons=80, options={"crockery": True}),
                **more,
            }
        )

    return made


def kept(town, booking):
    with town.store.read() as session:
        return queries.booking(session, booking)


def kinds_of_letters(town):
    with town.store.read() as session:
        return [letter.kind for letter in letters.waiting(session)]


def owed(town):
    with town.store.read() as session:
        return [(item.amount.cents, item.state) for item in fees.due_items(session)]


def set_clock(town, *when):
    town.store.clock = FixedClock(datetime(*when, tzinfo=UTC))


def test_from_the_enquiry_to_the_refunded_deposit(town, wanted):
    one = town.run(wanted(state="enquiry", wish=Wish())).value
    town.run(HoldOption(booking=one, until=date(2026, 5, 20)))
    assert kinds_of_letters(town) == ["hall_option"]
    with pytest.raises(Refused, match=r"user_group|Nutzergruppe|Personen"):
        town.run(RequestFirmly(booking=one))

    town.run(
        ChangeBooking(
            booking=one,
            person=kept(town, one).person_id,
            purpose="Familienfeier",
            wish=wanted().wish,
        )
    )
    town.run(ApproveBookings(bookings=(one,), agreement=True))
    assert kinds_of_letters(town) == ["hall_option", "hall_notice", "hall_agreement"]
    assert owed(town) == [(53000, "open")]
    town.run(SignAgreement(booking=one))

    set_clock(town, 2026, 11, 13, 9)
    out = HandOverHall(
        booking=one,
        direction="out",
        at=datetime(2026, 11, 13, 17),
        for_town="Herr Muster",
        for_user="Frau Beispiel",
        keys=("Schlüssel 14",),
        meters={"electricity": Decimal(12300)},
    )
    with pytest.raises(Refused, match="es fehlen 300,00"):
        town.run(out)
    town.run(PrintHandoverForm(booking=one, direction="out"))
    town.run(ReceiveDeposit(booking=one, amount=Money(30000), on=date(2026, 11, 13)))
    town.run(out)
    with pytest.raises(Refused, match="nach der Rückgabe"):
        town.run(RefundDeposit(booking=one, on=date(2026, 11, 13)))

    set_clock(town, 2026, 11, 16, 9)
    back = HandOverHall(
        booking=one,
        direction="back",
        at=datetime(2026, 11, 15, 19),
        for_town="Herr Muster",
        for_user="Frau Beispiel",
        meters={"electricity": Decimal(12299)},
        checklist=(Checked(item="besenrein", ok=True), Checked(item="Stühle", ok=False, remark="zwei")),
        damage=(Damage(text="zwei Stühle zerbrochen", cost=Money(8000)),),
    )
    with pytest.raises(BadInput, match=r"Strom.*niedriger"):
        town.run(back)

    town.run(msgspec.structs.replace(back, meters={"electricity": Decimal(12346)}))
    assert town.run(SettleBooking(booking=one)).value == Money(54748)

    assert kinds_of_letters(town)[-3:] == ["hall_handover", "hall_settlement", "hall_deposit_refund"]
    assert sorted(owed(town)) == [(53000, "cancelled"), (54748, "open")]
    with town.store.read() as session:
        booking = queries.booking(session, one)
        assert (booking.state, booking.total) == ("settled", Money(54748))
        assert kept_price(session, booking).assessment.total == Money(54748)
        entries = queries.deposit_entries(session, one)
        assert [(entry.kind, entry.amount.cents) for entry in entries] == [
            ("received", 30000),
            ("kept", 8000),
            ("refunded", 22000),
        ]
        assert Ledger.of((entry.kind, entry.amount) for entry in entries).held == Money()


def test_an_option_ends_by_itself_and_makes_room(town, wanted):
    one = town.run(wanted(state="option", option_until=date(2026, 5, 10))).value
    with pytest.raises(Occupied):
        town.run(wanted())
    set_clock(town, 2026, 5, 11, 9)
    town.run(wanted())
    assert kept(town, one).state == "expired"
    assert town.run(EndOptions()).value == 0
    with pytest.raises(BadInput, match="höchstens bis zum Tag vor der Nutzung"):
        town.run(wanted(state="option", option_until=date(2026, 11, 14), starts=datetime(2026, 11, 14, 8)))


def test_calling_off_ten_days_before_costs_half(town, wanted):
    saal = {
        "set": "saal",
        "starts": datetime(2026, 6, 20, 10),
        "ends": datetime(2026, 6, 20, 22),
        "wish": Wish(user_group="outsider"),
    }
    one = town.run(wanted(**saal)).value
    town.run(ApproveBookings(bookings=(one,)))
    set_clock(town, 2026, 6, 10, 9)
    assert town.run(CancelBooking(booking=one)).value == Money(13500)
    assert sorted(owed(town)) == [(13500, "open"), (27000, "cancelled")]
    assert kinds_of_letters(town)[-1] == "hall_cancellation"
    with town.store.read() as session:
        assert claims_of(session, one) == []
    again = town.run(wanted(**saal)).value
    assert town.run(CancelBooking(booking=again)).value == Money()


def test_what_is_turned_down_gets_its_reason_and_what_is_free(town, wanted):
    one = town.run(wanted()).value
    done = town.run(RejectBooking(booking=one, reason="Die Halle wird an diesem Tag renoviert."))
    assert kinds_of_letters(town) == ["hall_rejection"]
    assert kept(town, one).state == "rejected"
    town.store.undo(done.operation)
    assert kept(town, one).state == "requested"
    with town.store.read() as session:
        assert len(claims_of(session, one)) == 2


def test_a_series_is_approved_and_invoiced_as_one(town, hall_id, club):
    placed = town.run(
        BookSeries(
            hall=hall_id("mzh-kernstadt"),
            set="drittel_2",
            person=club("TSV"),
            purpose="Turnen",
            rule=SeriesRule(
                rrule="FREQ=WEEKLY;COUNT=5", first=date(2026, 9, 1), time_from="19:00", time_to="20:30"
            ),
            wish=Wish(user_group="club", event_kind="training"),
        )
    ).value
    town.run(ApproveBookings(bookings=placed.booked, form="invoice", agreement=True))
    assert owed(town) == [(3000, "open")]
    assert kinds_of_letters(town) == ["hall_invoice", "hall_agreement"]
    assert town.run(CancelBooking(booking=placed.booked[0], letter=False)).value == Money()
    assert owed(town) == [(3000, "open")]
    with pytest.raises(BadInput, match="nur Termine einer Serie"):
        town.run(ApproveBookings(bookings=(placed.booked[1], town.run(_other(hall_id, club)).value)))


def _other(hall_id, club):
    return BookHall(
        hall=hall_id("grillhuette-eichwald"),
        set="huette",
        starts=datetime(2026, 7, 11, 14),
        ends=datetime(2026, 7, 12, 11),
        person=club("Wanderverein"),
        purpose="Grillen",
        wish=Wish(user_group="club"),
    )


def test_who_displaces_must_rank_higher_and_the_other_is_told(town, wanted, club):
    one = town.run(wanted()).value
    other = wanted(person=club("Feuerwehr"), purpose="Katastrophenschutzübung", wish=Wish(user_group="own"))

    with pytest.raises(Refused, match="weicht nicht"):
        town.run(DisplaceBookings(for_booking=other, displaced=(one,), reason="Übung."))
    own = msgspec.structs.replace(other, rank="own")
    with pytest.raises(Occupied):
        town.run(DisplaceBookings(for_booking=own, displaced=(), reason="Übung."))
    town.run(DisplaceBookings(for_booking=own, displaced=(one,), reason="Die Feuerwehr übt."))
    assert kept(town, one).state == "cancelled"
    assert kinds_of_letters(town) == ["hall_displacement"]


def test_a_closure_displaces_everybody_and_tells_them(town, wanted, hall_id):
    one = town.run(wanted()).value
    closing = CloseHall(
        hall=hall_id(), starts=datetime(2026, 11, 14), ends=datetime(2026, 11, 16), reason="Wasserschaden"
    )
    town.run(
        DisplaceBookings(for_closing=closing, displaced=(one,), reason="Die Halle hat einen Wasserschaden.")
    )
    assert kept(town, one).state == "cancelled"
    assert kinds_of_letters(town) == ["hall_displacement"]


def test_who_waits_is_asked_in_order(town, wanted, club):
    one = town.run(wanted()).value

    def joining(name):
        request = wanted()
        return JoinWaiting(
            hall=request.hall,
            set="saal",
            starts=datetime(2026, 11, 14, 18),
            ends=datetime(2026, 11, 14, 23),
            person=club(name),
            purpose=name,
            wish=Wish(user_group="club"),
        )

    first, second = (town.run(joining(name)).value for name in ("Skatclub", "Chor"))
    with pytest.raises(Occupied):
        town.run(OfferWaiting(waiting=first, until=date(2026, 5, 20)))
    town.run(CancelBooking(booking=one))
    with pytest.raises(Refused, match=r"Vorher eingetragen.*Skatclub"):
        town.run(OfferWaiting(waiting=second, until=date(2026, 5, 20)))
    offered = town.run(OfferWaiting(waiting=first, until=date(2026, 5, 20))).value
    assert kept(town, offered).state == "option"
    assert kinds_of_letters(town) == ["hall_option"]
    set_clock(town, 2026, 5, 21, 9)
    assert kept(town, town.run(OfferWaiting(waiting=second, until=date(2026, 6, 1))).value).purpose == "Chor"
    with pytest.raises(Refused, match="schon erledigt"):
        town.run(WithdrawWaiting(waiting=second))
    free = joining("Kegler")
    later = {"starts": datetime(2026, 11, 21, 18), "ends": datetime(2026, 11, 21, 23)}
    with pytest.raises(BadInput, match="ist frei"):
        town.run(msgspec.structs.replace(free, **later))
