"""The file of a tariff (head table ``[tariff]``) as it is written; docs/tariffs.md explains every key.

The tables are turned into a :class:`~rathaus_desk.fees.tariff.Tariff` by ``fees.compiling``; here stands only
which keys there are and what their values look like.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from rathaus_desk.fees.conditions import read_minutes
from rathaus_desk.kernel.money import Money

Key = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9_.-]{0,79}$",
        description="Kleinbuchstaben ohne Umlaute, Ziffern, Punkt, Binde- und Unterstrich",
        examples=["bestattung.sarg"],
    ),
]
Text = Annotated[str, Meta(min_length=1, max_length=300, description="Text in Anführungszeichen")]
ShortText = Annotated[str, Meta(max_length=120)]
Sentence = Annotated[str, Meta(max_length=1000)]
Percent = Annotated[Fraction, Meta(description='Prozent: 50, "12.5" oder "100/3"', examples=[50])]
Whole = Annotated[int, Meta(ge=0, le=100_000)]
DayOfYear = Annotated[
    str,
    Meta(
        pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        description='Monat-Tag: "10-01" für den 1. Oktober',
        examples=["10-01"],
    ),
]
When = Annotated[
    dict[str, object] | tuple[dict[str, object], ...],
    Meta(description='eine Tabelle wie { event = "burial" }, oder eine Liste solcher Tabellen'),
]


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """``"06:00"``, or an hour: ``6``."""

    minutes: int
    """Since midnight."""

    @classmethod
    def from_toml(cls, value: object) -> TimeOfDay:
        """From a file; raises ``Wrong``."""
        return cls(read_minutes(value))


Names = Annotated[str, Meta(max_length=120)] | tuple[str, ...]
Labels = dict[str, Text]


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every table of a tariff has in common: unknown keys are refused."""


class RuleTable(Table, frozen=True, kw_only=True):
    """A table that holds for some matters only."""

    when: When | None = None
    unless: When | None = None


class TariffHead(Table, frozen=True, kw_only=True):
    """``[tariff]``."""

    key: Key
    title: Text
    valid_from: date
    valid_until: date | None = None
    adopted: date | None = None
    currency: Literal["EUR"] = "EUR"
    halls: tuple[Key, ...] | None = None
    prices: Literal["gross", "net"] = "gross"
    due_months_after_service: Whole | None = None
    due_days_after_service: Whole | None = None
    due_days_before_event: Whole | None = None
    legal_basis: Sentence = ""
    note: Sentence = ""


class DaysTable(Table, frozen=True, kw_only=True):
    """``[days]``: what a charged day is."""

    starts: Literal["midnight", "noon"] = "midnight"
    begins_at: TimeOfDay | None = None
    ends_at: TimeOfDay | None = None
    half_day_up_to_hours: Fraction | None = None


class SeasonTable(Table, rename={"first": "from", "last": "to"}, frozen=True, kw_only=True):
    """``winter = { from = "10-01", to = "04-30" }``; both days included, the turn of the year too."""

    first: DayOfYear
    last: DayOfYear


class StepTable(Table, rename={"first": "from"}, frozen=True, kw_only=True):
    """``{ from = 2030-01-01, amount = "52.00" }``: the price of an item from a day on."""

    first: date
    amount: Money


class ItemTable(RuleTable, frozen=True, kw_only=True):
    """``[[item]]``."""

    key: Key
    label: Text
    paragraph: ShortText = ""
    per: Annotated[str, Meta(max_length=120, description='Text wie "day" oder "place and year"')] = "once"
    unit: ShortText = ""
    amount: Money | None = None
    amount_for: Fraction | None = None
    by: ShortText = ""
    amounts: dict[str, Money] | None = None
    percent_of: Names | None = None
    percent: Percent | None = None
    rate_of: Key | None = None
    share: Fraction | None = None
    at_cost: bool = False
    steps: tuple[StepTable, ...] = ()
    refund: bool = False
    room_price: bool | None = None
    tags: tuple[Key, ...] = ()
    quantity_over: Fraction | None = None
    quantity_up_to: Fraction | None = None
    quantity_at_least: Fraction | None = None
    each: Fraction | None = None
    clock_from: TimeOfDay | None = None
    clock_until: TimeOfDay | None = None
    minimum: Money | None = None
    maximum: Money | None = None
    replaces: Names | None = None
    vat: Percent | None = None
    account: ShortText = ""


class FactorTable(RuleTable, frozen=True, kw_only=True):
    """``[[factor]]``: a reduction or surcharge on lines."""

    label: Text
    paragraph: ShortText = ""
    applies_to: Names = "all"
    percent: Percent | None = None
    add_percent: Percent | None = None
    fixed: Money | None = None
    add_amount: Money | None = None
    of: Literal["before", "base"] = "before"
    per: ShortText = ""
    each: Fraction | None = None
    at_most_percent: Percent | None = None


class FreeTable(RuleTable, frozen=True, kw_only=True):
    """``[[free]]``: what costs nothing, so often or so long a year."""

    label: Text
    paragraph: ShortText = ""
    applies_to: Names = "room_price"
    events_per_year: Whole | None = None
    hours_per_year: Fraction | None = None


class LimitTable(RuleTable, frozen=True, kw_only=True):
    """``[[limit]]``: the least or the most that several lines come to."""

    key: Key
    label: Text
    paragraph: ShortText = ""
    applies_to: Names = "all"
    minimum: Money | None = None
    maximum: Money | None = None


class VatTable(RuleTable, frozen=True, kw_only=True):
    """``[[vat]]``: the first that holds counts."""

    rate: Percent
    applies_to: Names = "all"
    prices: Literal["gross", "net"] | None = None
    paragraph: ShortText = ""
    note: Sentence = ""


class DepositTable(RuleTable, frozen=True, kw_only=True):
    """``[deposit]`` or ``[[deposit]]``: the first that holds counts; with ``in_addition`` it is added."""

    amount: Money | None = None
    percent: Percent | None = None
    label: ShortText = ""
    paragraph: ShortText = ""
    in_addition: bool = False


class CancellationTable(RuleTable, frozen=True, kw_only=True):
    """``[[cancellation]]``: the first step whose days fit counts."""

    days_before_more_than: int | None = None
    days_before_at_least: int | None = None
    percent: Percent | None = None
    amount: Money | None = None
    minimum: Money | None = None
    maximum: Money | None = None
    label: ShortText = ""
    paragraph: ShortText = ""


class ReasonTable(RuleTable, frozen=True, kw_only=True):
    """``[[refuse]]`` and ``[[warn]]``."""

    reason: Sentence
    paragraph: ShortText = ""


class RoundingTable(Table, frozen=True, kw_only=True):
    """``[rounding]``: to which amount lines or the total are rounded."""

    to: Money
    direction: Literal["half_up", "up", "down"] = "half_up"
    of: Literal["line", "total"] = "line"


class TariffFile(Table, frozen=True, kw_only=True):
    """The whole file."""

    tariff: TariffHead
    item: tuple[ItemTable, ...] = ()
    factor: tuple[FactorTable, ...] = ()
    free: tuple[FreeTable, ...] = ()
    limit: tuple[LimitTable, ...] = ()
    vat: tuple[VatTable, ...] = ()
    deposit: DepositTable | tuple[DepositTable, ...] = ()
    cancellation: tuple[CancellationTable, ...] = ()
    refuse: tuple[ReasonTable, ...] = ()
    warn: tuple[ReasonTable, ...] = ()
    rounding: RoundingTable | None = None
    days: DaysTable = DaysTable()
    seasons: dict[str, SeasonTable] = {}
    user_groups: Labels = {}
    event_kinds: Labels = {}
    purposes: Labels = {}
    services: Labels = {}
    costs: Labels = {}
    options: Labels = {}
    equipment: Labels = {}
    meters: Labels = {}
    sizes: Labels = {}
    third_parties: Labels = {}
    monuments: Labels = {}
    kinds: Labels = {}
    example: tuple[dict[str, object], ...] = ()
