"""The engine: what a line is, when it is rounded, what is asked for, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.fees.engine import Assessment, Occasion, Term, assess, event, expense, service, whole
from rathaus_desk.fees.tariff import Tariff
from rathaus_desk.kernel.errors import MissingFact, Refused
from rathaus_desk.kernel.money import Money

Make = Callable[[str], Tariff]


def item(key: str, when: str, amount: str, **more: str) -> str:
    rest = "".join(f"{name} = {value}\n" for name, value in more.items())
    return f'[[item]]\nkey = "{key}"\nlabel = "{key}"\nwhen = {{ {when} }}\namount = "{amount}"\n{rest}'


def lines(assessment: Assessment) -> dict[str, str]:
    return {key: str(amount) for key, amount in assessment.amounts().items()}


class TestLines:
    def test_per_multiplies_what_it_names(self, tariff: Make) -> None:
        priced = tariff(item("a", 'event = "extension"', "48.00", per='"place and year"'))
        result = assess(priced, [event("extension", {}, {"place": 2, "year": 18})])
        (line,) = result.lines
        assert (line.quantity, line.rate, line.amount) == (36, Money(4800), Money(172800))
        assert "2 Stellen × 18 Jahre" in line.reasons

    def test_a_count_the_event_does_not_have_is_no_price(self, tariff: Make) -> None:
        priced = tariff(item("a", 'event = "transfer"', "48.00", per='"year"'))
        assert assess(priced, [event("transfer", {}, {})]).lines == ()

    def test_an_unknown_count_is_asked_for(self, tariff: Make) -> None:
        priced = tariff(item("a", 'event = "award"', "48.00", per='"urn"'))
        with pytest.raises(MissingFact) as asked:
            assess(priced, [event("award", {}, {"urn": None})])
        assert asked.value.fact == "urn"

    def test_lines_follow_what_happened_then_the_file(self, tariff: Make) -> None:
        priced = tariff(item("b", 'event = "award"', "1.00") + item("a", 'event = "burial"', "2.00"))
        happened = [event("burial", {}, {}), event("award", {}, {})]
        assert list(lines(assess(priced, happened))) == ["a", "b"]
        assert list(lines(assess(priced, happened, order="item"))) == ["b", "a"]

    def test_what_names_nothing_is_charged_once_a_matter(self, tariff: Make) -> None:
        priced = tariff(item("flat", "resident = false", "35.00") + item("a", 'event = "burial"', "2.00"))
        facts = {"resident": False}
        result = assess(priced, [event("burial", facts, {}), service_free(facts), whole(facts)])
        assert lines(result) == {"a": "2.00", "flat": "35.00"}

    def test_exact_fractions_are_rounded_once_a_line(self, tariff: Make) -> None:
        priced = tariff(item("a", 'event = "extension"', "10.00", per='"year"'))
        months = assess(priced, [event("extension", {}, {"year": Fraction(121, 12)})])
        days = assess(priced, [event("extension", {}, {"year": Fraction(3683 * 4, 1461)})])
        assert (str(months.total), str(days.total)) == ("100.83", "100.84")

    def test_started_and_full_units(self, tariff: Make) -> None:
        started = tariff(item("a", 'event = "surrender"', "30.00", per='"started_rest_year"'))
        full = tariff(item("a", 'event = "surrender"', "30.00", per='"full_rest_year"'))
        happened = [event("surrender", {}, {"rest_year": Fraction(27, 2)})]
        assert str(assess(started, happened).total) == "420.00"
        assert str(assess(full, happened).total) == "390.00"

    def test_an_expense_is_charged_at_cost_with_its_text(self, tariff: Make) -> None:
        at_cost = '[[item]]\nkey = "x"\nlabel = "Auslagen"\nwhen = { cost = "stein" }\nat_cost = true\n'
        result = assess(tariff(at_cost), [expense("stein", Money(11999), {}, text="Rechnung Nr. 7")])
        assert result.lines[0].amount == Money(11999)
        assert "Rechnung Nr. 7" in result.lines[0].reasons

    def test_a_refund_is_negative(self, tariff: Make) -> None:
        priced = tariff(item("a", 'event = "surrender"', "20.00", refund="true"))
        assert str(assess(priced, [event("surrender", {}, {})]).total) == "-20.00"

    def test_what_was_prepaid_is_shown_and_not_charged(self, tariff: Make) -> None:
        priced = tariff(item("abraeumung.wahl", 'event = "clearance"', "290.00", per='"place"'))
        result = assess(priced, [event("clearance", {}, {"place": 2})], prepaid=["abraeumung"])
        assert lines(result) == {"abraeumung.wahl": "0.00"}
        assert "bereits im Voraus bezahlt" in result.lines[0].reasons

    def test_a_package_replaces_what_it_contains(self, tariff: Make) -> None:
        priced = tariff(
            item("grab", 'event = "award"', "900.00")
            + item("platte", 'event = "award"', "200.00")
            + item("paket", 'event = "award", kind = "rasen"', "1000.00", replaces='["grab", "platte"]')
        )
        assert lines(assess(priced, [event("award", {"kind": "rasen"}, {})])) == {"paket": "1000.00"}
        assert str(assess(priced, [event("award", {"kind": "wahl"}, {})]).total) == "1100.00"


def service_free(facts: dict[str, bool]) -> Occasion:
    """An occasion that nothing is for."""
    return Occasion({**facts, "event": "transfer"})


class TestPricesThatChange:
    STEPS = "[ { from = 2030-01-01, amount = '60.00' } ]"

    def test_each_year_costs_what_holds_on_its_first_day(self, tariff: Make) -> None:
        priced = tariff(item("a", 'event = "extension"', "50.00", per='"year"', steps=self.STEPS))
        term = Term(date(2028, 7, 1), "year", 4)
        result = assess(priced, [event("extension", {}, {"year": 4}, term=term)])
        assert [(line.quantity, str(line.amount)) for line in result.lines] == [(2, "100.00"), (2, "120.00")]

    def test_by_months_the_change_falls_on_the_month(self, tariff: Make) -> None:
        priced = tariff(
            item(
                "a",
                'event = "extension"',
                "12.00",
                per='"year"',
                steps="[ { from = 2030-01-01, amount = '24.00' } ]",
            )
        )
        term = Term(date(2029, 10, 1), "month", 6)
        result = assess(priced, [event("extension", {}, {"year": Fraction(1, 2)}, term=term)])
        assert [str(line.amount) for line in result.lines] == ["3.00", "6.00"]

    def test_a_single_price_is_that_of_the_day(self, tariff: Make) -> None:
        priced = tariff(item("a", 'event = "burial"', "50.00", steps=self.STEPS))
        before = assess(priced, [event("burial", {"on": date(2029, 12, 31)}, {})])
        after = assess(priced, [event("burial", {"on": date(2030, 1, 1)}, {})])
        assert (str(before.total), str(after.total)) == ("50.00", "60.00")


class TestFactors:
    BASE = item("a", 'event = "burial"', "33.33")

    def factor(self, **keys: str) -> str:
        return '[[factor]]\nlabel = "f"\n' + "".join(f"{name} = {value}\n" for name, value in keys.items())

    def total(self, tariff: Make, *factors: str) -> str:
        facts = {"resident": False}
        return str(assess(tariff(self.BASE + "".join(factors)), [event("burial", facts, {})]).total)

    def test_several_apply_in_the_order_of_the_file_each_to_the_former_result(self, tariff: Make) -> None:
        assert self.total(tariff, self.factor(percent="50"), self.factor(add_percent="10")) == "18.33"

    def test_of_base_adds_to_the_first_price(self, tariff: Make) -> None:
        assert (
            self.total(tariff, self.factor(percent="50"), self.factor(add_percent="10", of='"base"'))
            == "20.00"
        )

    def test_an_amount_off_never_makes_a_price_negative(self, tariff: Make) -> None:
        assert self.total(tariff, self.factor(add_amount='"-40.00"')) == "0.00"
        assert self.total(tariff, self.factor(add_amount='"-10.00"'), self.factor(percent="50")) == "11.67"

    def test_a_fixed_price_takes_the_place_of_the_sum(self, tariff: Make) -> None:
        priced = tariff(self.BASE + item("b", 'event = "burial"', "10.00") + self.factor(fixed='"25.00"'))
        assert lines(assess(priced, [event("burial", {}, {})])) == {"a": "25.00", "b": "0.00"}

    def test_it_applies_only_where_its_condition_holds(self, tariff: Make) -> None:
        assert self.total(tariff, self.factor(percent="50", when="{ resident = true }")) == "33.33"

    def test_the_line_tells_what_changed_it(self, tariff: Make) -> None:
        priced = tariff(self.BASE + self.factor(percent="50", paragraph='"§ 9"'))
        (line,) = assess(priced, [event("burial", {}, {})]).lines
        assert "f (§ 9): 50 %" in line.reasons
        assert str(line.rate) == "33.33"

    def test_it_asks_for_what_its_condition_needs(self, tariff: Make) -> None:
        priced = tariff(self.BASE + self.factor(percent="50", when="{ resident = true }"))
        with pytest.raises(MissingFact) as asked:
            assess(priced, [event("burial", {}, {})])
        assert asked.value.fact == "resident"


class TestWhatIsAskedAndRefused:
    AGES = item("adult", 'event = "burial", age_from = 5', "690.00") + item(
        "child", 'event = "burial", age_below = 5', "280.00"
    )

    def test_an_unknown_age_is_asked_for_never_assumed(self, tariff: Make) -> None:
        with pytest.raises(MissingFact, match="Alter der verstorbenen Person") as asked:
            assess(tariff(self.AGES), [event("burial", {}, {})])
        assert asked.value.fact == "age"

    def test_it_is_not_asked_for_where_nothing_depends_on_it(self, tariff: Make) -> None:
        priced = tariff(
            item("urn", 'event = "burial", form = "urn"', "210.00")
            + item("adult", 'event = "burial", form = "coffin", age_from = 5', "690.00")
        )
        assert str(assess(priced, [event("burial", {"form": "urn"}, {})]).total) == "210.00"

    def test_an_event_that_must_be_priced_and_is_not_is_refused(self, tariff: Make) -> None:
        happened = [event("award", {"kind": "baum"}, {}, required="Vergabe (baum)")]
        with pytest.raises(Refused, match=r"Vergabe \(baum\)"):
            assess(tariff(self.AGES), happened)

    def test_a_service_nobody_prices_is_refused(self, tariff: Make) -> None:
        with pytest.raises(Refused, match="orgel"):
            assess(tariff(self.AGES), [service("orgel", 1, {})])

    def test_free_has_to_be_written(self, tariff: Make) -> None:
        priced = tariff(item("free", 'event = "award"', "0.00"))
        assert lines(assess(priced, [event("award", {}, {}, required="Vergabe")])) == {"free": "0.00"}

    def test_where_bands_touch_the_statute_contradicts_itself(self, tariff: Make) -> None:
        priced = tariff(
            item("low", 'event = "burial", age_up_to = 5', "1.00")
            + item("high", 'event = "burial", age_from = 5', "2.00")
        )
        assert str(assess(priced, [event("burial", {"age": 4}, {})]).total) == "1.00"
        with pytest.raises(Refused, match="widerspricht sich"):
            assess(priced, [event("burial", {"age": 5}, {})])

    def test_a_price_of_another_event_stands_in(self, tariff: Make) -> None:
        priced = tariff(item("ext", 'event = "extension"', "48.00", per='"year"'))
        bought = event("reacquisition", {}, {"year": 2}, or_event="extension", required="Wiedererwerb")
        assert str(assess(priced, [bought]).total) == "96.00"

    def test_the_tariff_may_say_no(self, tariff: Make) -> None:
        no = '[[refuse]]\nwhen = { event = "award", resident = false }\n'
        no += 'reason = "Nur Einwohner."\nparagraph = "§ 2"\n'
        with pytest.raises(Refused, match=r"Nur Einwohner\. \(§ 2\)"):
            assess(tariff(no), [event("award", {"resident": False}, {})])


class TestQuantities:
    def quantity(self, tariff: Make, number: int, **keys: str) -> str:
        priced = tariff(item("a", 'service = "s"', "10.00", per='"quantity"', **keys))
        return str(assess(priced, [service("s", number, {})]).total)

    def test_only_what_goes_beyond(self, tariff: Make) -> None:
        assert self.quantity(tariff, 5, quantity_over="3") == "20.00"
        assert self.quantity(tariff, 3, quantity_over="3") == "0.00"

    def test_only_up_to(self, tariff: Make) -> None:
        assert self.quantity(tariff, 5, quantity_up_to="3") == "30.00"

    def test_at_least(self, tariff: Make) -> None:
        assert self.quantity(tariff, 1, quantity_at_least="2") == "20.00"

    def test_each_started_fifty(self, tariff: Make) -> None:
        assert self.quantity(tariff, 51, each="50") == "20.00"

    def test_a_price_for_a_hundred(self, tariff: Make) -> None:
        assert self.quantity(tariff, 46, amount_for="100") == "4.60"

    def test_minimum_and_maximum_before_factors(self, tariff: Make) -> None:
        half = '[[factor]]\nlabel = "f"\npercent = 50\n'
        priced = tariff(item("a", 'service = "s"', "10.00", per='"quantity"', minimum='"25.00"') + half)
        assert str(assess(priced, [service("s", 1, {})]).total) == "12.50"

    def test_bands_of_quantity_add_up(self, tariff: Make) -> None:
        bands = item("a", 'service = "s"', "10.00", per='"quantity"', quantity_up_to="3") + item(
            "b", 'service = "s"', "4.00", per='"quantity"', quantity_over="3"
        )
        assert lines(assess(tariff(bands), [service("s", 5, {})])) == {"a": "30.00", "b": "8.00"}


class TestVat:
    def assessed(self, tariff: Make, vat: str, *amounts: str) -> Assessment:
        items = "".join(
            item(f"i{number}", 'event = "burial"', amount) for number, amount in enumerate(amounts)
        )
        return assess(tariff(items + vat), [event("burial", {}, {})])

    def test_net_prices_are_rounded_once_per_rate(self, tariff: Make) -> None:
        result = self.assessed(tariff, '[[vat]]\nrate = 19\nprices = "net"\n', "0.03", "0.03", "0.03")
        # 19 % of 0.09 is 0.0171; line by line it would be three times 0.01
        assert (str(result.net), str(result.vat), str(result.total)) == ("0.09", "0.02", "0.11")

    def test_gross_prices_hold_it_already(self, tariff: Make) -> None:
        result = self.assessed(tariff, "[[vat]]\nrate = 19\n", "119.00")
        assert (str(result.net), str(result.vat), str(result.total)) == ("100.00", "19.00", "119.00")

    def test_the_first_table_that_holds_counts(self, tariff: Make) -> None:
        tables = '[[vat]]\napplies_to = "i1"\nrate = 7\nprices = "net"\n[[vat]]\nrate = 19\nprices = "net"\n'
        result = self.assessed(tariff, tables, "100.00", "100.00")
        assert {int(rate): str(vat) for rate, vat in result.vat_by_rate.items()} == {19: "19.00", 7: "7.00"}

    def test_none_without_a_table(self, tariff: Make) -> None:
        result = self.assessed(tariff, "", "100.00")
        assert (str(result.net), str(result.vat)) == ("100.00", "0.00")


class TestRounding:
    def test_lines_to_full_euro(self, tariff: Make) -> None:
        up = '[rounding]\nto = "1.00"\ndirection = "up"\n'
        result = assess(tariff(up + item("a", 'event = "burial"', "10.01")), [event("burial", {}, {})])
        assert str(result.total) == "11.00"

    def test_the_total_gets_a_line_of_its_own(self, tariff: Make) -> None:
        down = '[rounding]\nto = "1.00"\ndirection = "down"\nof = "total"\n'
        items = item("a", 'event = "burial"', "10.60") + item("b", 'event = "burial"', "10.60")
        result = assess(tariff(down + items), [event("burial", {}, {})])
        assert lines(result) == {"a": "10.60", "b": "10.60", "rundung": "-0.20"}


cents = st.integers(0, 1_000_000)
percents = st.integers(0, 400)


@given(amounts=st.lists(cents, min_size=1, max_size=5), percent=percents, rate=st.sampled_from([0, 7, 19]))
def test_the_total_is_always_net_and_vat(amounts: list[int], percent: int, rate: int) -> None:
    from pathlib import Path

    from rathaus_desk.catalogue.checking import read_text
    from rathaus_desk.catalogue.kinds import Kinds
    from rathaus_desk.fees.tariff_kind import TARIFF, tariff_of

    text = '[tariff]\nkey = "p"\ntitle = "p"\nvalid_from = 2025-01-01\n'
    text += f'[[factor]]\nlabel = "f"\npercent = {percent}\n[[vat]]\nrate = {rate}\nprices = "net"\n'
    text += "".join(item(f"i{n}", 'event = "burial"', str(Money(c))) for n, c in enumerate(amounts))
    result = assess(tariff_of(read_text(Path("p.toml"), text, Kinds.of(TARIFF))), [event("burial", {}, {})])
    assert result.total == result.net + result.vat
    assert result.net.cents == sum(line.amount.cents for line in result.lines)
    for line, amount in zip(result.lines, amounts, strict=True):
        assert abs(line.amount.cents - Fraction(amount * percent, 100)) <= Fraction(1, 2)
