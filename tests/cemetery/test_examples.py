"""The worked examples of tariffs and statutes, computed as ``catalogue check`` does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rathaus_desk.catalogue.checking import Report, check
from rathaus_desk.catalogue.kinds import Kinds
from rathaus_desk.cemetery.examples import CemeteryExamples
from rathaus_desk.cemetery.statute_check import STATUTE
from rathaus_desk.fees.tariff_kind import TARIFF

STATUTE_TEXT = """
[statute]
key = "ordnung"
title = "Friedhofsordnung"
valid_from = 1990-01-01

[rules]
rest_years_coffin = 25
rest_years_urn = 15
{rules}

[[grave_kind]]
key = "wahl"
name = "Wahlgrab"
paragraph = "§ 16"
form = "Wahl"
coffin_places = 2
urns_per_place = 4
urns_beside_coffin = 2
right_years = 30
extendable = true
extension_max_years_ahead = 30
{kind}

[[grave_kind]]
key = "reihe"
name = "Reihengrab"
paragraph = "§ 15"
form = "Reihe"
coffin_places = 1
urns_per_place = 1
urns_beside_coffin = 1
right_years = 25
extendable = false

[[grave_kind]]
key = "rasen"
name = "Rasengrab"
paragraph = "§ 17"
form = "Reihe"
coffin_places = 1
right_years = 25
extendable = false
care = "town"
surrender_during_rest = true

[[grave_kind]]
key = "krieg"
name = "Kriegsgrab"
form = "Reihe"
coffin_places = 1
war_grave = true
"""

TARIFF_TEXT = """
[tariff]
key = "gebuehren"
title = "Friedhofsgebühren"
valid_from = 1990-01-01

[[item]]
key = "bestattung"
label = "Bestattung"
amount = "0.00"
when = {{ event = "burial" }}

[[item]]
key = "recht"
label = "Nutzungsrecht, je Stelle"
amount = "1440.00"
when = {{ event = "award" }}
per = "place"

[[item]]
key = "verlaengerung"
label = "Verlängerung"
amount = "{rate}"
when = {{ event = "extension" }}
per = "{per}"

[[item]]
key = "abraeumung.wahl"
label = "Abräumung"
amount = "290.00"
when = {{ event = "clearance" }}
per = "place"

[[item]]
key = "pflege"
label = "Pflege bei vorzeitiger Rückgabe, je angefangenem Jahr"
amount = "20.00"
when = {{ event = "surrender", kind = "rasen" }}
per = "started_rest_year"

[[item]]
key = "uebertragung"
label = "Übertragung"
amount = "30.00"
when = {{ event = "transfer" }}

[[item]]
key = "halle"
label = "Trauerhalle"
amount = "185.00"
when = {{ service = "halle" }}
per = "quantity"

[[item]]
key = "auswaerts"
label = "Zuschlag für Auswärtige"
amount = "500.00"
when = {{ event = "burial", resident = false }}
unless = {{ kind = "wahl" }}
{items}

[[example]]
title = "Fall"
{example}
"""

WAHL = 'kind = "wahl"\nplaces = 2\nright_until = 2034-06-30\n'
SECOND_COFFIN = (
    WAHL
    + 'occupied = [ { place = 1, form = "coffin", buried = 2004-06-17, name = "Heinrich Großmann" } ]\n'
    + 'burial = { form = "coffin", place = 2, died = 2026-11-16, buried = 2026-11-20T14:00:00, age = 88 }\n'
)


@pytest.fixture
def compute(tmp_path: Path) -> Callable[..., Report]:
    def computed(
        example: str,
        *,
        rules: str = "",
        kind: str = "",
        rate: str = "48.00",
        per: str = "place and year",
        items: str = "",
    ) -> Report:
        (tmp_path / "ordnung.toml").write_text(STATUTE_TEXT.format(rules=rules, kind=kind), "utf-8")
        tariff = TARIFF_TEXT.format(rate=rate, per=per, example=example, items=items)
        (tmp_path / "gebuehren.toml").write_text(tariff, "utf-8")
        return check([tmp_path], Kinds.of(STATUTE, TARIFF), [CemeteryExamples()])

    return computed


def assert_comes_out(report: Report) -> None:
    assert not report.refused
    (result,) = report.examples
    assert result.ok, result.as_json()


MONTHLY = {"kind": 'extension_rounding = "started_months"\nfee_basis = "month/12"'}
DAILY = {"kind": 'extension_rounding = "exact_days"\nfee_basis = "day/365.25"'}


@pytest.mark.parametrize(
    ("example", "settings"),
    [
        pytest.param(
            SECOND_COFFIN
            + "expect = { rest_end = 2051-11-20, grave_rest_end = 2051-11-20, extension_years = 18,"
            ' extension_months = 0, right_until = 2052-06-30, total = "1728.00", lines = { verlaengerung ='
            ' "1728.00", recht = "0.00" }, warns = false }',
            {},
            id="whole years",
        ),
        pytest.param(
            SECOND_COFFIN
            + 'expect = { extension_months = 209, right_until = 2051-11-30, total = "1672.00" }',
            {**MONTHLY, "rate": "4.00", "per": "place and month"},
            id="started months at a monthly rate",
        ),
        pytest.param(
            'kind = "wahl"\nplaces = 1\nright_until = 2041-10-19\n'
            'burial = { form = "coffin", buried = 2026-11-20, age = 80 }\n'
            'expect = { extension_months = 121, total = "100.83" }',
            {**MONTHLY, "rate": "10.00", "per": "year"},
            id="started months at a yearly rate",
        ),
        pytest.param(
            'kind = "wahl"\nplaces = 1\nright_until = 2041-10-20\n'
            'burial = { form = "coffin", buried = 2026-11-20, age = 80 }\n'
            'expect = { extension_days = 3683, right_until = 2051-11-20, total = "100.84" }',
            {**DAILY, "rate": "10.00", "per": "year"},
            id="exact days at a yearly rate",
        ),
        pytest.param(
            'kind = "wahl"\nright_until = 2051-11-19\n'
            'burial = { form = "coffin", buried = 2026-11-20, age = 80 }\n'
            'expect = { extension_years = 0, right_until = 2051-11-19, total = "0.00" }',
            {},
            id="a right one day short covers the rest",
        ),
        pytest.param(
            SECOND_COFFIN + "expect = { rest_end = 2051-11-19 }",
            {"rules": 'rest_end = "day_before"'},
            id="rest ends the day before",
        ),
        pytest.param(
            'kind = "reihe"\nright_until = 2040-05-01\n'
            'occupied = [ { form = "coffin", buried = 2015-05-01 } ]\n'
            'burial = { form = "urn", buried = 2026-06-01, age = 80 }\n'
            'expect = { rest_end = 2041-06-01, refused = "01.06.2041" }',
            {},
            id="an urn outlasting a row grave",
        ),
        pytest.param(
            'kind = "reihe"\nright_until = 2040-05-01\n'
            'occupied = [ { form = "coffin", buried = 2015-05-01 } ]\n'
            'event = "extension"\non = 2026-11-25\nextend_years = 5\nexpect = { refused = "§ 15" }',
            {},
            id="a row grave cannot be extended",
        ),
        pytest.param(
            'kind = "wahl"\nplaces = 2\noccupied = [ { place = 1, form = "coffin", buried = 2010-03-01,'
            ' name = "Karl Meier" } ]\nright_until = 2060-01-01\n'
            'burial = { form = "coffin", place = 1, buried = 2026-11-20, age = 70 }\n'
            'expect = { refused = "Karl Meier (Sarg, Ruhefrist bis 01.03.2035)" }',
            {},
            id="an occupied place names who lies there",
        ),
        pytest.param(
            'kind = "wahl"\nright_until = 2020-01-31\n'
            'burial = { form = "urn", buried = 2026-11-20, age = 70 }\n'
            'expect = { extension_years = 22, right_until = 2042-01-31, total = "2112.00" }',
            {},
            id="an expired right is extended from its end",
        ),
        pytest.param(
            'kind = "wahl"\nright_until = 2020-01-31\n'
            'burial = { form = "urn", buried = 2026-11-20, age = 70 }\n'
            'expect = { extension_years = 0, right_until = 2056-11-19, total = "2880.00" }',
            {"rules": 'after_expiry = "award"'},
            id="or awarded anew",
        ),
        pytest.param(
            'kind = "reihe"\nright_until = 2020-01-31\nresident = true\n'
            'burial = { form = "coffin", buried = 2026-11-20, age = 70 }\n'
            'expect = { right_until = 2051-11-20, total = "1440.00", warns = "Abräumung ist nicht" }',
            {},
            id="a row grave whose right has ended can only be awarded anew",
        ),
        pytest.param(
            WAHL + 'event = "extension"\non = 2026-11-25\nextend_years = 10\nexpect = { total = "100.00" }',
            {**DAILY, "rate": "10.00", "per": "year"},
            id="whole years are whole years, also where days are counted",
        ),
        pytest.param(
            WAHL + 'event = "monument_permit"\non = 2026-07-01\nexpect = { total = "16.00" }',
            {
                "items": '[[item]]\nkey = "grabmal"\nlabel = "Grabmal"\namount = "2.00"\n'
                'when = { event = "monument_permit" }\nper = "year"'
            },
            id="a monument is charged for the years left",
        ),
        pytest.param(
            'kind = "reihe"\nburial = { form = "coffin", buried = 2026-11-20, age = 70 }\nresident = false\n'
            'services = { halle = 2 }\nexpect = { right_until = 2051-11-20, total = "2310.00" }',
            {},
            id="an outsider with services",
        ),
        pytest.param(
            'kind = "reihe"\nburial = { form = "coffin", buried = 2026-11-20, age = 70 }\n'
            'expect = { refused = "einheimisch" }',
            {},
            id="who has not said where somebody lived is asked",
        ),
        pytest.param(
            'kind = "krieg"\nburial = { form = "coffin", buried = 2026-11-20, age = 20 }\n'
            'expect = { right_until = 9999-12-31, total = "0.00" }',
            {},
            id="a war grave",
        ),
        pytest.param(
            'kind = "wahl"\nplaces = 2\nevent = "award"\non = 2026-11-20\n'
            'expect = { right_until = 2056-11-19, total = "2880.00" }',
            {},
            id="an award without a burial",
        ),
        pytest.param(
            WAHL + 'event = "extension"\non = 2026-11-25\nextend_years = 10\n'
            'expect = { extension_years = 10, right_until = 2044-06-30, total = "960.00" }',
            {},
            id="a voluntary extension at the price of a forced one",
        ),
        pytest.param(
            WAHL
            + 'event = "reacquisition"\non = 2026-11-25\nextend_years = 10\nexpect = { total = "700.00" }',
            {
                "items": '[[item]]\nkey = "wiedererwerb"\nlabel = "W"\namount = "70.00"\n'
                'when = { event = "reacquisition" }\nper = "year"'
            },
            id="a re-acquisition at its own price",
        ),
        pytest.param(
            WAHL
            + 'event = "extension"\non = 2026-11-25\nextend_years = 23\nexpect = { refused = "25.11.2056" }',
            {},
            id="too far ahead",
        ),
        pytest.param(
            'kind = "rasen"\nright_until = 2040-05-01\n'
            'occupied = [ { form = "coffin", buried = 2015-05-01 } ]\n'
            'event = "surrender"\non = 2026-11-25\nexpect = { right_until = 2026-11-25, total = "280.00" }',
            {},
            id="a care fee for the started years of the rest",
        ),
        pytest.param(
            WAHL + 'occupied = [ { form = "coffin", buried = 2015-05-01 } ]\n'
            'event = "surrender"\non = 2026-11-25\nexpect = { refused = "erst nach Ablauf der Ruhefrist" }',
            {},
            id="no surrender during the rest",
        ),
        pytest.param(
            WAHL + 'event = "clearance"\non = 2026-11-25\nexpect = { total = "580.00" }', {}, id="a clearance"
        ),
        pytest.param(
            WAHL
            + 'event = "clearance"\non = 2026-11-25\nprepaid = ["abraeumung"]\nexpect = { total = "0.00" }',
            {},
            id="a clearance paid before",
        ),
        pytest.param(
            WAHL + 'event = "transfer"\non = 2026-11-25\nexpect = { total = "30.00" }', {}, id="a transfer"
        ),
        pytest.param(
            SECOND_COFFIN.replace("died = 2026-11-16", "died = 2026-11-19")
            + 'expect = { warns = "Vor dem frühesten Zeitpunkt" }',
            {},
            id="too early after the death",
        ),
        pytest.param(
            SECOND_COFFIN.replace("2026-", "2025-").replace("11-16", "08-01").replace("11-20", "08-06")
            + 'expect = { warns = "96 Stunden" }',
            {},
            id="the law of the day of death",
        ),
    ],
)
def test_a_case_comes_out(compute, example, settings):
    assert_comes_out(compute(example, **settings))


def test_all_examples_of_the_example_town_come_out(musterrode):
    files = sorted(musterrode.glob("friedhof*.toml"))
    report = check(files, Kinds.of(STATUTE, TARIFF), [CemeteryExamples()])
    assert not report.refused
    assert len(report.examples) == 4
    assert [result.example for result in report.examples if not result.ok] == []


@pytest.mark.parametrize(
    ("example", "sentence"),
    [
        ('kind = "wahl"\nexpect = { total = "1.00" }', "Eine Bestattung braucht „burial“"),
        ('kind = "wahl"\nevent = "award"\nexpect = { total = "1.00" }', "Tag der Entscheidung"),
        ('kind = "wahl"\nbury = 1\nexpect = { total = "1.00" }', "bury"),
        (
            'kind = "wahl"\nburial = { form = "urn", buried = "morgen" }\nexpect = { total = "1.00" }',
            "kein Tag",
        ),
    ],
)
def test_an_example_that_makes_no_sense_refuses_the_file(compute, example, sentence):
    report = compute(example)
    assert sentence in report.refused[0].what


def test_a_kind_nobody_knows_is_refused_by_name(compute):
    report = compute(
        'kind = "gruft"\nburial = { form = "urn", buried = 2026-11-20 }\nexpect = { refused = "gruft" }'
    )
    assert_comes_out(report)


def test_an_example_of_a_statute_is_priced_by_the_tariff_beside_it(compute, tmp_path):
    compute(SECOND_COFFIN + 'expect = { total = "1728.00" }')
    statute = tmp_path / "ordnung.toml"
    own = f'\n[[example]]\ntitle = "Eigenes"\n{SECOND_COFFIN}expect = {{ total = "1728.00" }}\n'
    statute.write_text(statute.read_text("utf-8") + own, "utf-8")
    assert_comes_out(check([statute], Kinds.of(STATUTE, TARIFF), [CemeteryExamples()]))
