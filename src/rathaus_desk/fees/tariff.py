"""A tariff ready to assess with: what ``fees.compiling`` makes of a tariff file. Rates are exact cents."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property

from rathaus_desk.fees.conditions import Comparison, Rule
from rathaus_desk.fees.vocabulary import COUNTS, PREFIXES
from rathaus_desk.kernel.money import Money

ALL = "all"
ROOM_PRICE = "room_price"
"""What ``applies_to`` and ``percent_of`` may say beside keys and tags of items."""


@dataclass(frozen=True, slots=True)
class CountTerm:
    """One part of ``per``: a count, perhaps with ``started_`` or ``full_`` before it."""

    name: str
    prefix: str = ""

    def german(self, number: Fraction, text: str) -> str:
        """``18 Jahre``, ``3 angefangene Stunden``."""
        word = COUNTS[self.name]
        rounded = f"{PREFIXES[self.prefix]} " if self.prefix else ""
        return f"{text} {rounded}{word.one if number == 1 else word.many}"


@dataclass(frozen=True, slots=True)
class Row:
    """What makes an item one row of a table of prices (``by``)."""

    label: str
    """Of the table."""
    holds: Comparison
    """The value of the fact that the row is for."""
    text: str
    """The value in German: ``2 Stellen``."""


@dataclass(frozen=True)
class Item:
    """One price. ``position``: which ``[[item]]`` of the file, from 0. ``rate``: cents for one, exact."""

    position: int
    table: str
    """The key its ``[[item]]`` has; ``key`` itself unless that is a table of prices (``by``)."""
    key: str
    label: str
    paragraph: str
    rule: Rule
    per: tuple[CountTerm, ...]
    unit: str
    rate: Fraction | None = None
    rate_reason: str = ""
    steps: tuple[tuple[date, Fraction], ...] = ()
    """(from, rate), ascending; before the first ``rate`` holds."""
    percent: Fraction | None = None
    percent_of: tuple[str, ...] = ()
    at_cost: bool = False
    refund: bool = False
    room_price: bool = False
    tags: frozenset[str] = frozenset()
    quantity_over: Fraction | None = None
    quantity_up_to: Fraction | None = None
    quantity_at_least: Fraction | None = None
    each: Fraction | None = None
    clock: tuple[int, int] | None = None
    """Only hours between these times of day count (minutes since midnight, until may be earlier)."""
    minimum: Money | None = None
    maximum: Money | None = None
    replaces: tuple[str, ...] = ()
    vat: Fraction | None = None
    account: str = ""
    row: Row | None = None
    """For a row of a table of prices."""

    def is_named(self, names: Collection[str]) -> bool:
        """Whether one of ``names`` (keys, beginnings of keys, tags, ``room_price``, ``all``) means this item.

        ``all`` and ``room_price`` do not mean items with ``percent_of``: what they are a percentage of is
        already reduced or raised. ``all`` does not mean refunds.
        """
        return any(self._is(name) for name in names)

    def _is(self, name: str) -> bool:
        if name == ALL:
            return self.percent is None and not self.refund
        if name == ROOM_PRICE:
            return self.room_price and self.percent is None
        return name in self.tags or self.key == name or self.key.startswith(f"{name}.")

    def without_row(self) -> Item:
        """The item as its table is: for any value of the fact that its rows are for."""
        if self.row is None:
            return self
        return replace(self, row=None, label=self.row.label, rule=self.rule.without(self.row.holds))

    def rate_on(self, day: date | None) -> Fraction:
        """The price of one on a day."""
        assert self.rate is not None
        rate = self.rate
        for first, later in self.steps:
            if day is not None and day >= first:
                rate = later
        return rate


@dataclass(frozen=True)
class Factor:
    """A reduction or surcharge. ``percent``: of the former result, 100 changes nothing."""

    position: int
    label: str
    paragraph: str
    rule: Rule
    applies_to: tuple[str, ...]
    percent: Fraction | None = None
    of_base: bool = False
    fixed: Money | None = None
    add_amount: Money | None = None
    per: str = ""
    each: Fraction = Fraction(1)
    at_most: Fraction | None = None


@dataclass(frozen=True)
class Free:
    """What costs nothing, so often (``events``) or so long (``hours``) a year; neither: always."""

    label: str
    paragraph: str
    rule: Rule
    applies_to: tuple[str, ...]
    events: int | None = None
    hours: Fraction | None = None


@dataclass(frozen=True)
class Limit:
    """The least or the most that several lines come to, after all factors."""

    key: str
    label: str
    paragraph: str
    rule: Rule
    applies_to: tuple[str, ...]
    minimum: Money | None = None
    maximum: Money | None = None


@dataclass(frozen=True)
class Vat:
    """VAT on lines; ``net``: their prices are without it."""

    rule: Rule
    applies_to: tuple[str, ...]
    rate: Fraction
    net: bool
    paragraph: str = ""
    note: str = ""


@dataclass(frozen=True)
class DepositRule:
    """What has to be left as security: an amount, or a percentage of the total."""

    rule: Rule
    amount: Money | None = None
    percent: Fraction | None = None
    label: str = ""
    paragraph: str = ""
    in_addition: bool = False


@dataclass(frozen=True)
class Cancellation:
    """One step: holds when the days before the event are more than so many."""

    rule: Rule
    more_than: int
    percent: Fraction | None = None
    amount: Money | None = None
    minimum: Money | None = None
    maximum: Money | None = None
    label: str = ""
    paragraph: str = ""


@dataclass(frozen=True)
class Statement:
    """A reason to refuse or to warn."""

    reason: str
    paragraph: str
    rule: Rule


@dataclass(frozen=True)
class Season:
    """Days of the year, (month, day), inclusive; over the turn of the year where ``first`` > ``last``."""

    first: tuple[int, int]
    last: tuple[int, int]

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True)
class Days:
    """What a charged day is. Times are minutes since midnight."""

    noon: bool = False
    begins_at: int = 1440
    """A use that begins at or after this time and goes on the next day belongs to that day."""
    ends_at: int = 0
    """A use that ends at or before this time belongs to the day before."""
    half_day_hours: Fraction | None = None


@dataclass(frozen=True)
class Rounding:
    """To which amount lines (or the total) are rounded; ``direction``: half_up, up or down."""

    to: Money
    direction: str
    of: str


@dataclass(frozen=True, slots=True)
class Touch:
    """Two items that both hold at exactly ``value`` of a fact, though only one can be meant."""

    fact: str
    value: object
    below: str
    above: str


@dataclass(frozen=True)
class Words:
    """The tariff's own words: fact → value → German label, and which options there are."""

    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    options_free: bool = False
    """No ``[options]`` table: any name that is no word of ours may be an option."""
    known: frozenset[str] = frozenset()

    def declared(self, fact: str) -> Mapping[str, str] | None:
        """The values the tariff declares for a fact; None if it declares none."""
        return self.labels.get(fact) or None

    def is_option(self, name: str) -> bool:
        """Whether ``name`` may be an option of a booking."""
        return name in self.labels.get("option", {}) or (self.options_free and name in self.known)


@dataclass(frozen=True)
class Tariff:
    """A price list in force from ``valid_from``. Lists are in the order of the file."""

    key: str
    title: str
    valid_from: date
    valid_until: date | None = None
    adopted: date | None = None
    halls: frozenset[str] | None = None
    """For which halls; None: all."""
    net_prices: bool = False
    due_months_after_service: int | None = None
    due_days_after_service: int | None = None
    due_days_before_event: int | None = None
    legal_basis: str = ""
    items: tuple[Item, ...] = ()
    factors: tuple[Factor, ...] = ()
    frees: tuple[Free, ...] = ()
    limits: tuple[Limit, ...] = ()
    vats: tuple[Vat, ...] = ()
    deposits: tuple[DepositRule, ...] = ()
    cancellations: tuple[Cancellation, ...] = ()
    refusals: tuple[Statement, ...] = ()
    warnings: tuple[Statement, ...] = ()
    rounding: Rounding | None = None
    days: Days = Days()
    seasons: Mapping[str, Season] = field(default_factory=dict)
    words: Words = Words()
    touches: tuple[Touch, ...] = ()

    def rules(self) -> Iterator[Rule]:
        """Every ``when`` with ``unless`` of the tariff."""
        groups = (
            self.items,
            self.factors,
            self.frees,
            self.limits,
            self.vats,
            self.deposits,
            self.cancellations,
            self.refusals,
            self.warnings,
        )
        for group in groups:
            for entry in group:
                yield entry.rule

    @cached_property
    def facts_asked(self) -> frozenset[str]:
        """The facts that any condition of the tariff compares."""
        conditions = [condition for rule in self.rules() for condition in (*rule.when, *rule.unless)]
        return frozenset().union(*(condition.names for condition in conditions))

    def answers(self, facts: Mapping[str, object]) -> tuple[bool | None, ...]:
        """What every comparison about one of these facts says: days with equal answers cost the same."""
        return tuple(
            comparison.holds(facts, {}) for comparison in self._comparisons if comparison.fact in facts
        )

    @cached_property
    def _comparisons(self) -> tuple[Comparison, ...]:
        return tuple(
            dict.fromkeys(
                comparison
                for rule in self.rules()
                for condition in (*rule.when, *rule.unless)
                for comparison in condition.comparisons
            )
        )

    def speaks_of(self, fact: str, value: object) -> bool:
        """Whether some item is for this value of a fact, whatever else it compares."""
        return any(
            entry.fact == fact and value in entry.values
            for item in self.items
            for condition in item.rule.when
            for entry in condition.comparisons
        )

    def services(self) -> tuple[tuple[str, str, str], ...]:
        """What can be ordered, in the order of the file: name, label of the first price for it, its unit."""
        found: dict[str, tuple[str, str, str]] = {}
        for item in self.items:
            for condition in item.rule.when:
                for entry in condition.comparisons:
                    if entry.fact == "service" and not entry.suffix:
                        for name in entry.values:
                            found.setdefault(str(name), (str(name), item.label, item.unit))
        return tuple(found.values())

    def seasons_of(self, day: date) -> frozenset[str]:
        """The names of the tariff's seasons a day falls into."""
        return frozenset(name for name, season in self.seasons.items() if day in season)
