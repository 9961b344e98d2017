"""What ``--json`` writes: the forms that scripts rely on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import msgspec

from rathaus_desk.cli.running import as_json
from rathaus_desk.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Item:
    amount: Money
    on: date


class Table(msgspec.Struct):
    item: Item
    at: datetime


def test_money_is_text_wherever_it_stands():
    table = Table(Item(Money(273_100), date(2026, 11, 20)), datetime(2026, 11, 20, 13, tzinfo=UTC))
    assert json.loads(as_json({"total": Money(5), "tables": (table,)})) == {
        "total": "0.05",
        "tables": [{"item": {"amount": "2731.00", "on": "2026-11-20"}, "at": "2026-11-20T14:00:00+01:00"}],
    }


def test_other_values_as_scripts_expect_them():
    values = {"quantity": Decimal("36.0"), "id": UUID(int=1), "path": Path("a/b"), "none": None, "yes": True}
    assert json.loads(as_json(values)) == {
        "quantity": "36",
        "id": "00000000-0000-0000-0000-000000000001",
        "path": "a/b",
        "none": None,
        "yes": True,
    }
