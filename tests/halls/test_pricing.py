"""What a use of a hall costs: the worked examples, and rooms, sets and days without a price."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from typing import Any

import pytest

from rathaus_desk.catalogue.checking import Report
from rathaus_desk.fees.tariff import Tariff
from rathaus_desk.halls.pricing import Hall, Price, Use, price
from rathaus_desk.kernel.errors import MissingFact, Refused
from rathaus_desk.kernel.money import Money


def use(hall: Hall, starts: str, ends: str, **said: Any) -> Use:
    return Use(hall=hall, starts=datetime.fromisoformat(starts), ends=datetime.fromisoformat(ends), **said)


def amounts(priced: Price) -> dict[str, str]:
    return {key: str(amount) for key, amount in priced.assessment.amounts().items()}


class TestWorkedExamples:
    def test_resident_two_days_with_crockery_and_electricity(self, dgh: Hall, dgh_tariff: Tariff) -> None:
        booked = use(
            dgh,
            "2026-11-14T10:00",
            "2026-11-15T18:00",
            set="saal_kueche",
            user_group="resident",
            persons=80,
            options={"crockery": True},
            meters={"electricity": Fraction(46)},
        )
        priced = price(dgh_tariff, booked, state="HE")
        assert amounts(priced) == {
            "saal.erster_tag": "180.00",
            "saal.folgetag": "90.00",
            "kueche": "60.00",
            "heizung": "80.00",
            "geschirr": "120.00",
            "strom": "17.48",
        }
        assert priced.assessment.total == Money(54748)
        assert priced.deposit == Money(30000)

    def test_local_club_second_event_of_the_year(self, dgh: Hall, dgh_tariff: Tariff) -> None:
        booked = use(
            dgh, "2026-06-20T10:00", "2026-06-20T22:00", set="saal", user_group="club", free_events_used=1
        )
        assert str(price(dgh_tariff, booked, state="HE").assessment.total) == "90.00"

    def test_local_club_first_event_rooms_free_heating_not(self, dgh: Hall, dgh_tariff: Tariff) -> None:
        booked = use(dgh, "2026-02-07T18:00", "2026-02-07T23:00", set="saal_kueche", user_group="club")
        priced = price(dgh_tariff, booked, state="HE")
        assert amounts(priced) == {"saal.erster_tag": "0.00", "kueche": "0.00", "heizung": "40.00"}

    def test_outsider_in_december(self, dgh: Hall, dgh_tariff: Tariff) -> None:
        booked = use(dgh, "2026-12-05T10:00", "2026-12-05T22:00", set="saal", user_group="outsider")
        assert amounts(price(dgh_tariff, booked, state="HE")) == {
            "saal.erster_tag": "270.00",
            "heizung": "40.00",
        }

    def test_cancelled_ten_days_before(self, dgh: Hall, dgh_tariff: Tariff) -> None:
        booked = use(dgh, "2026-06-20T10:00", "2026-06-20T22:00", set="saal", user_group="outsider")
        priced = price(dgh_tariff, booked, state="HE", cancelled_days_before=10)
        assert (str(priced.assessment.total), str(priced.cancellation)) == ("270.00", "135.00")

    @pytest.mark.parametrize(("days", "fee"), [(29, "0.00"), (28, "135.00"), (8, "135.00"), (7, "270.00")])
    def test_the_steps_of_cancelling(self, days: int, fee: str, dgh: Hall, dgh_tariff: Tariff) -> None:
        booked = use(dgh, "2026-06-20T10:00", "2026-06-20T22:00", set="saal", user_group="outsider")
        assert str(price(dgh_tariff, booked, state="HE", cancelled_days_before=days).cancellation) == fee


class TestRefusals:
    def test_an_unknown_group_is_asked_for(self, dgh: Hall, dgh_tariff: Tariff) -> None:
        with pytest.raises(MissingFact) as asked:
            price(dgh_tariff, use(dgh, "2026-06-20T10:00", "2026-06-20T22:00", set="saal"), state="HE")
        assert asked.value.fact == "user_group"

    def test_a_group_the_tariff_does_not_list(self, dgh: Hall, dgh_tariff: Tariff) -> None:
        booked = use(dgh, "2026-06-20T10:00", "2026-06-20T22:00", set="saal", user_group="clubb")
        with pytest.raises(Refused, match="kennt „clubb“ nicht"):
            price(dgh_tariff, booked, state="HE")

    def test_an_option_nobody_prices(self, dgh: Hall, dgh_tariff: Tariff) -> None:
        booked = use(
            dgh,
            "2026-06-20T10:00",
            "2026-06-20T22:00",
            set="saal",
            user_group="resident",
            options={"beamer": True},
        )
        with pytest.raises(Refused, match="beamer"):
            price(dgh_tariff, booked, state="HE")

    def test_a_meter_nobody_prices(self, dgh: Hall, dgh_tariff: Tariff) -> None:
        meters = {"gas": Fraction(3)}
        booked = use(
            dgh, "2026-06-20T10:00", "2026-06-20T22:00", set="saal", user_group="resident", meters=meters
        )
        with pytest.raises(Refused, match="gas"):
            price(dgh_tariff, booked, state="HE")

    def test_persons_are_asked_for_where_they_are_counted(self, dgh: Hall, dgh_tariff: Tariff) -> None:
        booked = use(
            dgh,
            "2026-06-20T10:00",
            "2026-06-20T22:00",
            set="saal",
            user_group="resident",
            options={"crockery": True},
        )
        with pytest.raises(MissingFact) as asked:
            price(dgh_tariff, booked, state="HE")
        assert asked.value.fact == "person"

    def test_a_preparation_day_nobody_prices(self, dgh: Hall, dgh_tariff: Tariff) -> None:
        booked = use(
            dgh,
            "2026-06-20T10:00",
            "2026-06-20T22:00",
            set="saal",
            user_group="resident",
            preparation_days=1,
        )
        with pytest.raises(Refused, match="Vorbereitungstag"):
            price(dgh_tariff, booked, state="HE")

    def test_a_tariff_for_another_hall(self, dgh: Hall, dgh_tariff: Tariff) -> None:
        other = Hall("mzh", "Mehrzweckhalle", dgh.rooms, dgh.sets)
        with pytest.raises(Refused, match="gilt nicht für"):
            price(dgh_tariff, use(other, "2026-06-20T10:00", "2026-06-20T22:00", set="saal"), state="HE")


HALLS = """
[[hall]]
key = "h"
name = "Haus"
rooms = ["a", "b", "c"]
[[hall.set]]
key = "ab"
name = "A und B"
rooms = ["a", "b"]
[[hall.set]]
key = "abc"
name = "Alles"
rooms = ["a", "b", "c"]
"""

HEAD = '[tariff]\nkey = "t"\ntitle = "Tarif"\nvalid_from = 2025-01-01\n'


def item(key: str, when: str, amount: str, per: str = "once") -> str:
    return (
        f'[[item]]\nkey = "{key}"\nlabel = "{key}"\nwhen = {{ {when} }}\nper = "{per}"\namount = "{amount}"\n'
    )


def example(booked: str, expect: str, ends: str = "2026-06-20T22:00:00") -> str:
    times = f"from = 2026-06-20T10:00:00\nto = {ends}"
    return f'[[example]]\nhall = "h"\n{booked}\n{times}\nexpect = {{ {expect} }}\n'


ROOMS = item("a", 'room = "a"', "10.00") + item("b", 'room = "b"', "10.00") + item("c", 'room = "c"', "10.00")


class TestSets:
    def outcome(self, check_texts: Callable[..., Report], tariff: str) -> Report:
        return check_texts(halls=HALLS, tariff=HEAD + tariff)

    def test_the_largest_priced_set_that_fits_counts(self, check_texts: Callable[..., Report]) -> None:
        text = ROOMS + item("ab", 'set = "ab"', "15.00") + example('set = "abc"', 'total = "25.00"')
        assert self.outcome(check_texts, text).ok

    def test_a_set_may_be_dearer_and_that_is_pointed_out(self, check_texts: Callable[..., Report]) -> None:
        text = ROOMS + item("ab", 'set = "ab"', "30.00")
        report = self.outcome(check_texts, text + example('set = "ab"', 'total = "30.00", warns = "20,00"'))
        assert report.ok
        assert any("einzeln 20,00" in finding.what for finding in report.findings)

    def test_rooms_booked_one_by_one_get_the_price_of_the_set(
        self, check_texts: Callable[..., Report]
    ) -> None:
        text = ROOMS + item("ab", 'set = "ab"', "15.00") + example('rooms = ["a", "b"]', 'total = "15.00"')
        assert self.outcome(check_texts, text).ok

    def test_a_room_without_price_refuses_the_booking(self, check_texts: Callable[..., Report]) -> None:
        text = item("ab", 'set = "ab"', "15.00") + example('set = "abc"', 'refused = "Raum „c“"')
        report = self.outcome(check_texts, text)
        assert report.ok
        assert any("Der Raum „c“" in finding.what for finding in report.findings)

    def test_a_day_without_price_refuses_the_booking(self, check_texts: Callable[..., Report]) -> None:
        first = item("a", 'room = "a", day = "first"', "15.00", per="day")
        text = first + example('rooms = ["a"]', 'refused = "21.06.2026"', ends="2026-06-21T10:00:00")
        assert self.outcome(check_texts, text).ok

    def test_one_price_for_whatever_is_booked(self, check_texts: Callable[..., Report]) -> None:
        text = '[[item]]\nkey = "x"\nlabel = "x"\namount = "99.00"\nroom_price = true\n'
        assert self.outcome(check_texts, text + example('set = "abc"', 'total = "99.00"')).ok


class TestHallFile:
    def test_a_set_with_an_unknown_room(self, check_texts: Callable[..., Report]) -> None:
        (refused,) = check_texts(halls=HALLS.replace('["a", "b"]', '["a", "d"]')).refused
        assert "Den Raum „d“ hat die Halle „h“ nicht" in refused.what
        assert refused.line == 9

    def test_a_hall_in_two_files(self, check_texts: Callable[..., Report]) -> None:
        report = check_texts(one=HALLS, two=HALLS)
        assert all("steht auch in" in finding.what for finding in report.refused)
        assert len(report.refused) == 2

    def test_a_tariff_for_a_hall_nobody_knows(self, check_texts: Callable[..., Report]) -> None:
        head = HEAD.replace("valid_from", 'halls = ["hh"]\nvalid_from')
        report = check_texts(halls=HALLS, tariff=head + ROOMS)
        assert any("Die Halle „hh“" in finding.what for finding in report.findings)
