"""The statute checker for tariffs: what can be computed and is hardly meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rathaus_desk.catalogue.checking import Report
from rathaus_desk.catalogue.findings import Finding

Found = Callable[..., list[Finding]]

HEAD = '[tariff]\nkey = "t"\ntitle = "Tarif"\nvalid_from = 2025-01-01\n'

STATUTE = """
[statute]
key = "s"
title = "Satzung"
valid_from = 2020-01-01
[rules]
rest_years_coffin = 25
rest_years_urn = 15
[[grave_kind]]
key = "wahl"
name = "Wahlgrab"
form = "Wahl"
coffin_places = 2
urns_per_place = 2
right_years = 30
extendable = true
extension_max_years_ahead = 30
[[grave_kind]]
key = "reihe"
name = "Reihengrab"
form = "Reihe"
coffin_places = 1
right_years = 25
"""

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


def item(key: str, when: str, amount: str = "10.00", **more: str) -> str:
    rest = "".join(f"{name} = {value}\n" for name, value in more.items())
    return f'[[item]]\nkey = "{key}"\nlabel = "{key}"\nwhen = {{ {when} }}\namount = "{amount}"\n{rest}'


@pytest.fixture
def found(tmp_path: Path, check_paths: Callable[..., Report]) -> Found:
    """Findings about a tariff, with a statute or hall file beside it."""

    def run(tariff: str, beside: str = "", head: str = HEAD) -> list[Finding]:
        (tmp_path / "tariff.toml").write_text(head + tariff, encoding="utf-8")
        if beside:
            (tmp_path / "beside.toml").write_text(beside, encoding="utf-8")
        report = check_paths(tmp_path / "tariff.toml")
        assert [str(finding) for finding in report.refused] == []
        return list(report.findings)

    return run


def said(findings: list[Finding], *words: str) -> Finding:
    """The one finding that holds all the words."""
    (one,) = [finding for finding in findings if all(word in finding.what for word in words)]
    return one


class TestBands:
    def test_touching_bands_contradict_each_other(self, found: Found) -> None:
        bands = item("low", 'room = "a", ticket_price_up_to = "15.00"') + item(
            "high", 'room = "a", ticket_price_from = "15.00"'
        )
        finding = said(found(bands), "genau 15,00", "„low“ und „high“")
        assert finding.line == 13
        assert "_below" in finding.should

    def test_a_gap(self, found: Found) -> None:
        bands = item("low", 'room = "a", hours_up_to = 3') + item("high", 'room = "a", hours_from = 4')
        assert "(bis 3)" in said(found(bands), "Lücke").what

    def test_no_gap_between_whole_numbers_or_cents(self, found: Found) -> None:
        bands = item("low", 'event = "burial", age_up_to = 4') + item(
            "high", 'event = "burial", age_from = 5'
        )
        bands += item("a", 'room = "a", ticket_price_up_to = "14.99"')
        bands += item("b", 'room = "a", ticket_price_from = "15.00"')
        assert not [finding for finding in found(bands) if "Lücke" in finding.what]

    def test_open_ends_that_leave_a_point_out(self, found: Found) -> None:
        bands = item("low", 'room = "a", hours_below = 3') + item("high", 'room = "a", hours_over = 3')
        said(found(bands), "Lücke")

    def test_an_overlap(self, found: Found) -> None:
        bands = item("low", 'room = "a", hours_up_to = 5') + item("high", 'room = "a", hours_from = 3')
        said(found(bands), "überschneiden sich")

    def test_bands_that_join_are_in_order(self, found: Found) -> None:
        bands = item("low", 'room = "a", hours_up_to = 3') + item("high", 'room = "a", hours_over = 3')
        assert found(bands) == []


class TestGraves:
    ALL = (
        item("a", 'event = "award", kind = ["wahl", "reihe"]', "300.00")
        + item("x", 'event = "extension", kind = "wahl"', per='"year"')
        + item("b", 'event = "burial"')
    )

    def test_a_complete_tariff(self, found: Found) -> None:
        assert found(self.ALL, STATUTE) == []

    def test_a_kind_without_price(self, found: Found) -> None:
        one = item("a", 'event = "award", kind = "wahl"', "300.00")
        findings = found(one, STATUTE)
        said(findings, "„Reihengrab“ (reihe)", "award")
        said(findings, "Die Verlängerung der Grabart „Wahlgrab“")

    def test_an_unknown_kind(self, found: Found) -> None:
        finding = said(found(self.ALL + item("z", 'event = "award", kind = "whal"'), STATUTE), "„whal“")
        assert finding.should == 'kind = "wahl"'

    def test_a_yearly_rate_that_is_not_price_by_years(self, found: Found) -> None:
        text = self.ALL.replace("300.00", "330.00")
        said(found(text, STATUTE), "10,00", "11,00")

    def test_a_price_for_what_cannot_be_extended(self, found: Found) -> None:
        text = self.ALL + item("z", 'event = "extension", kind = "reihe"', per='"year"')
        said(found(text, STATUTE), "„z“ wird nie berechnet")

    def test_a_form_without_price(self, found: Found) -> None:
        text = self.ALL.replace('event = "burial"', 'event = "burial", form = "coffin"')
        said(found(text, STATUTE), "Bestattung einer Urne")

    def test_the_young_without_price(self, found: Found) -> None:
        text = self.ALL.replace('event = "burial"', 'event = "burial", age_from = 5')
        said(found(text, STATUTE), "unter 5 Jahren")

    def test_a_count_that_the_event_does_not_have(self, found: Found) -> None:
        text = self.ALL + item("z", 'event = "transfer"', per='"year"')
        said(found(text, STATUTE), "„z“ wird bei transfer nie berechnet", "year")


class TestHalls:
    ROOMS = item("a", 'room = "a"') + item("b", 'room = "b"') + item("c", 'room = "c"')

    def test_a_set_dearer_than_rooms_and_smaller_sets(self, found: Found) -> None:
        sets = item("ab", 'set = "ab"', "15.00") + item("abc", 'set = "abc"', "26.00")
        finding = said(found(self.ROOMS + sets, HALLS), "„abc“ kostet 26,00")
        assert "25,00" in finding.what

    def test_a_set_that_is_cheaper_is_nothing_to_point_out(self, found: Found) -> None:
        assert found(self.ROOMS + item("abc", 'set = "abc"', "25.00"), HALLS) == []

    def test_a_room_without_price(self, found: Found) -> None:
        said(found(item("ab", 'room = ["a", "b"]'), HALLS), "Der Raum „c“")

    def test_an_unknown_room(self, found: Found) -> None:
        assert said(found(self.ROOMS + item("z", 'room = "aa"'), HALLS), "„aa“").should.startswith("room")

    def test_a_group_without_price(self, found: Found) -> None:
        groups = '[user_groups]\nclub = "Vereine"\nprivate = "Private"\n'
        text = groups + item("a", 'room = ["a", "b", "c"], user_group = "club"')
        finding = said(found(text, HALLS), "„Private“ (private)")
        assert finding.line == 7

    def test_a_single_day_needs_per_day(self, found: Found) -> None:
        said(found(self.ROOMS + item("z", 'room = "a", day = "first"'), HALLS), "„z“", "per")


class TestRules:
    def test_limits_that_exclude_each_other(self, found: Found) -> None:
        said(found(item("z", 'room = "a", hours_from = 5, hours_below = 3')), "schließen einander aus")

    def test_unless_that_takes_back_when(self, found: Found) -> None:
        said(found(item("z", 'room = "a"', unless='{ room = "a" }')), "unless schließt aus")

    def test_tables_after_one_that_always_holds(self, found: Found) -> None:
        text = "[[vat]]\nrate = 19\n[[vat]]\nrate = 7\nwhen = { room = 'a' }\n" + item("a", 'room = "a"')
        said(found(text), "keine weitere mehr erreicht")

    def test_cancelling_on_the_day_costs_nothing(self, found: Found) -> None:
        text = "[[cancellation]]\ndays_before_more_than = 7\npercent = 50\n" + item("a", 'room = "a"')
        said(found(text), "7 Tage vorher oder später")


def test_a_room_price_that_is_not_said_beside_others_that_are(found: Found) -> None:
    rooms = "".join(item(room, f'room = "{room}"', room_price="true") for room in "abc")
    cleaning = item("reinigung", 'room = "a"')
    (finding,) = [one for one in found(rooms + cleaning, HALLS) if "Raumpreis" in one.what]
    assert "reinigung" in finding.what
    assert not [one for one in found(rooms, HALLS) if "Raumpreis" in one.what]
    said = item("reinigung", 'room = "a"', room_price="false")
    assert not [one for one in found(rooms + said, HALLS) if "Raumpreis" in one.what]
