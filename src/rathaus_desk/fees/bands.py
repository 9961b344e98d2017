"""Prices in bands: items that differ only in one range ("up to 3 hours", "3 to 6 hours").

Where they touch, overlap or leave something out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from rathaus_desk.fees.conditions import Comparison
from rathaus_desk.fees.tariff import Item, Touch
from rathaus_desk.fees.vocabulary import FACTS, FactType
from rathaus_desk.kernel.money import Money

WHOLE = frozenset(
    {"age", "persons", "places", "urns", "occupants", "days", "day_number", "years_since_burial"}
)
"""Facts of type NUMBER that are always whole: between 4 and 5 there is nothing."""


@dataclass(frozen=True, slots=True)
class Band:
    """The range one item is for. None: no bound. ``…_open``: the bound itself is left out."""

    item: Item
    low: Any
    low_open: bool
    high: Any
    high_open: bool


@dataclass(frozen=True, slots=True)
class Family:
    """Items alike but for the range of one fact, ascending."""

    fact: str
    bands: tuple[Band, ...]


def families(items: Sequence[Item]) -> list[Family]:
    """All families of two or more bands."""
    found: dict[tuple[object, ...], dict[str, Band]] = {}
    for item in items:
        if item.quantity_over is not None or item.quantity_up_to is not None:
            continue
        for condition in item.rule.when:
            for fact in {entry.fact for entry in condition.comparisons if entry.suffix}:
                mine = [entry for entry in condition.comparisons if entry.fact == fact and entry.suffix]
                others = frozenset(entry for entry in condition.comparisons if entry not in mine)
                alike = (fact, others, item.rule.unless, item.room_price, item.tags, item.refund)
                found.setdefault(alike, {}).setdefault(item.key, _band(item, mine))
    return [
        Family(str(alike[0]), tuple(sorted(members.values(), key=_by_low)))
        for alike, members in found.items()
        if len(members) > 1
    ]


def touches(items: Sequence[Item]) -> tuple[Touch, ...]:
    """Where one band ends and the next begins at the very same value, both including it."""
    return tuple(
        Touch(family.fact, below.high, below.item.key, above.item.key)
        for family in families(items)
        for below in family.bands
        for above in family.bands
        if below is not above and _touch(below, above)
    )


def _touch(below: Band, above: Band) -> bool:
    if below.high is None or below.high != above.low or below.low == below.high:
        return False
    return not below.high_open and not above.low_open


def gaps(family: Family) -> Iterable[tuple[Band, Band]]:
    """Neighbours between which a value has no price."""
    for below, above in pairwise(family.bands):
        highest = _highest(family, below)
        if highest.high is not None and above.low is not None and _apart(family.fact, highest, above):
            yield highest, above


def _apart(fact: str, below: Band, above: Band) -> bool:
    if FACTS[fact].type is FactType.NUMBER and fact not in WHOLE:
        both_open = below.high_open and above.low_open
        return bool(above.low > below.high or (above.low == below.high and both_open))
    first_left_out = below.high if below.high_open else _after(below.high)
    first_again = _after(above.low) if above.low_open else above.low
    return bool(first_again > first_left_out)


def overlaps(family: Family) -> Iterable[tuple[Band, Band]]:
    """Neighbours that hold for some value both, beyond merely touching."""
    for below, above in pairwise(family.bands):
        if below.high is None or above.low is None or below.high > above.low:
            yield below, above


def _band(item: Item, comparisons: Sequence[Comparison]) -> Band:
    low = high = None
    low_open = high_open = False
    for entry in comparisons:
        bound = entry.values[0]
        match entry.suffix:
            case "_from":
                low, low_open = bound, False
            case "_over":
                low, low_open = bound, True
            case "_below":
                high, high_open = bound, True
            case _:
                high, high_open = bound, False
    return Band(item, low, low_open, high, high_open)


def _by_low(band: Band) -> tuple[bool, Any, bool]:
    return (band.low is not None, 0 if band.low is None else band.low, band.low_open)


def _highest(family: Family, until: Band) -> Band:
    """Of the bands up to ``until``, the one that reaches farthest."""
    reached = family.bands[: family.bands.index(until) + 1]
    if any(band.high is None for band in reached):
        return next(band for band in reached if band.high is None)
    return max(reached, key=lambda band: (band.high, not band.high_open))


def _after(value: Any) -> Any:
    """The next value of a fact whose values are counted: days, cents, minutes, whole numbers."""
    match value:
        case date():
            return value + timedelta(days=1)
        case Money():
            return Money(value.cents + 1)
        case _:
            return value + 1
