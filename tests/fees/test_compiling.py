"""What cannot be computed is refused when the file is read: line, what is wrong, what would be right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rathaus_desk.catalogue.checking import Report

HEAD = '[tariff]\nkey = "t"\ntitle = "Tarif"\nvalid_from = 2025-01-01\n'

ITEM = '[[item]]\nkey = "a"\nlabel = "A"\nwhen = { event = "burial" }\namount = "10.00"\n'


def when(text: str) -> str:
    return ITEM.replace('{ event = "burial" }', text)


MISTAKES = {
    "mistyped fact": (when('{ event = "burial", from = "urn" }'), 8, "„from“", "form"),
    "mistyped range": (when('{ event = "burial", age_form = 5 }'), 8, "„age_form“", "age_from"),
    "german fact": (when('{ event = "burial", alter = 5 }'), 8, "„alter“", "age"),
    "german range": (when('{ event = "burial", alter_from = 5 }'), 8, "„alter_from“", "age_from"),
    "german value": (when('{ event = "Bestattung" }'), 8, "gibt es nicht", 'event = "burial"'),
    "mistyped value": (when('{ event = "burail" }'), 8, "gibt es nicht", 'event = "burial"'),
    "german weekday": (when('{ event = "burial", weekday = ["Samstag"] }'), 8, "Samstag", '"saturday"'),
    "range of a word": (when('{ event = "burial", form_from = "urn" }'), 8, "keine Grenzen", "form"),
    "time without a range": (when('{ event = "burial", hour = 15 }'), 8, "Grenze", "hour_from"),
    "no time": (when('{ event = "burial", hour_from = "drei" }'), 8, "keine Uhrzeit", "15"),
    "month": (when('{ event = "burial", months = [13] }'), 8, "kein Monat", "1 bis 12"),
    "flag": (when('{ event = "burial", resident = "ja" }'), 8, "passt hier nicht", "true oder false"),
    "empty list": (when('{ event = "burial", kind = [] }'), 8, "leeren Liste", ""),
    "undeclared circumstance": (when('{ event = "burial", frost = true }'), 8, "„frost“", "[options]"),
    "text for a table": (when('"burial"'), 8, "passt hier nicht", "eine Tabelle"),
    "second table of a list": (when('[ { event = "burial" }, { fom = "urn" } ]'), 8, "„fom“", "form"),
    "unless": (ITEM + "unless = { residnet = true }\n", 10, "„residnet“", "resident"),
    "german count": (ITEM + 'per = "Jahr"\n', 10, "keine bekannte Menge", 'per = "year"'),
    "mistyped count": (ITEM + 'per = "place and yaer"\n', 10, "„yaer“", 'per = "place and year"'),
    "no price": (ITEM.replace('amount = "10.00"\n', ""), 5, "hat keinen Preis", '"0.00"'),
    "two prices": (ITEM + 'rate_of = "b"\nshare = "1/30"\n', 10, "mehrere Preise", "nur eine"),
    "negative": (ITEM.replace("10.00", "-10.00"), 9, "nicht negativ", "refund = true"),
    "key twice": (ITEM + ITEM, 11, "„a“ gibt es schon", ""),
    "half a percentage": (ITEM.replace("amount", "#") + 'percent_of = "a"\n', 10, "gehören zusammen", ""),
    "percentage of nothing": (
        ITEM + '[[item]]\nkey = "b"\nlabel = "B"\npercent_of = "ab"\npercent = 50\n',
        13,
        "„ab“ trifft keinen Posten",
        '"a"',
    ),
    "percentage of itself": (
        ITEM.replace('amount = "10.00"', 'percent_of = "a"\npercent = 50'),
        9,
        "auf sich selbst",
        "",
    ),
    "share of nothing": (
        ITEM.replace('amount = "10.00"', 'rate_of = "b"\nshare = "1/30"'),
        9,
        "gibt es nicht",
        "",
    ),
    "cost without at_cost": (when('{ cost = "x" }'), 8, "steht in der Sache", "at_cost = true"),
    "table by a number with words": (
        ITEM.replace('amount = "10.00"', 'by = "age"\namounts = { a = "1.00" }'),
        10,
        "ist keine Zahl",
        "amounts = { 1",
    ),
    "table by a day": (
        ITEM.replace('amount = "10.00"', 'by = "on"\namounts = { a = "1.00" }'),
        9,
        "keine Preistabelle",
        "kind",
    ),
    "table by a German word": (
        ITEM.replace('amount = "10.00"', 'by = "Stellen"\namounts = { 1 = "1.00" }'),
        9,
        "keine Preistabelle",
        'by = "places"',
    ),
    "table with an unknown value": (
        ITEM.replace('amount = "10.00"', 'by = "form"\namounts = { sarg = "1.00" }'),
        10,
        "„sarg“",
        "coffin",
    ),
    "steps out of order": (
        ITEM + 'steps = [ { from = 2031-01-01, amount = "1.00" }, { from = 2030-01-01, amount = "2.00" } ]\n',
        10,
        "nicht nach Tagen geordnet",
        "",
    ),
    "factor that hits nothing": (
        ITEM + '[[factor]]\nlabel = "f"\napplies_to = "aa"\npercent = 50\n',
        12,
        "„aa“ trifft keinen Posten",
        '"a"',
    ),
    "factor for room prices there are none of": (
        ITEM + '[[factor]]\nlabel = "f"\napplies_to = "room_price"\npercent = 50\n',
        12,
        "trifft keinen Posten",
        "room_price = true",
    ),
    "factor that says nothing": (ITEM + '[[factor]]\nlabel = "f"\n', 10, "genau eine von", "percent"),
    "reduced below nothing": (
        ITEM + '[[factor]]\nlabel = "f"\nadd_percent = -120\n',
        10,
        "negativen Preis",
        "percent = 0",
    ),
    "counted by a word": (
        ITEM + '[[factor]]\nlabel = "f"\nadd_percent = -10\nper = "kind"\n',
        13,
        "lässt sich nicht zählen",
        "members_years",
    ),
    "limit without limit": (ITEM + '[[limit]]\nkey = "l"\nlabel = "l"\n', 10, "keine Grenze", "maximum"),
    "cancellation without days": (ITEM + "[[cancellation]]\npercent = 50\n", 10, "Tagesgrenze", "28"),
    "cancellation never reached": (
        ITEM
        + "[[cancellation]]\ndays_before_more_than = 7\npercent = 50\n"
        + "[[cancellation]]\ndays_before_more_than = 28\npercent = 0\n",
        13,
        "nie erreicht",
        "absteigend",
    ),
    "no such day": (ITEM + '[seasons]\nwinter = { from = "02-30", to = "04-30" }\n', 11, "gibt es nicht", ""),
    "half days nobody explained": (
        ITEM
        + '[[item]]\nkey = "b"\nlabel = "B"\nwhen = { room = "x", day_length = "half" }\namount = "1.00"\n',
        None,
        "halber Tag",
        "half_day_up_to_hours",
    ),
    "undeclared word": (
        '[services]\nhalle = "Halle"\n' + when('{ service = "hale" }'),
        10,
        "steht nicht in [services]",
        'service = "halle"',
    ),
    "rounding to nothing": (ITEM + '[rounding]\nto = "0.00"\n', 11, "über 0", ""),
    "clock without hours": (ITEM + 'clock_from = "18:00"\n', 10, "zählt Stunden", "started_hour"),
    "deposit of two kinds": (ITEM + '[deposit]\namount = "1.00"\npercent = 5\n', 10, "entweder", ""),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_line_and_its_remedy(
    mistake: str, tmp_path: Path, check_paths: Callable[..., Report]
) -> None:
    text, line, what, should = MISTAKES[mistake]
    (tmp_path / "tariff.toml").write_text(HEAD + text, encoding="utf-8")
    first = check_paths(tmp_path).refused[0]
    assert what in first.what
    assert should in first.should
    assert first.line == line


def test_all_of_them_at_once(tmp_path: Path, check_paths: Callable[..., Report]) -> None:
    text = ITEM + 'per = "Jahr"\n' + '[[factor]]\nlabel = "f"\napplies_to = "aa"\n'
    (tmp_path / "tariff.toml").write_text(HEAD + text, encoding="utf-8")
    assert [finding.line for finding in check_paths(tmp_path).refused] == [10, 11, 13]
