"""What the checks ask of items: which values of a fact they are for, whatever else they compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rathaus_desk.fees.conditions import Condition
from rathaus_desk.fees.tariff import Item, Tariff

GRAVE_FACTS = frozenset({"event", "service"})


def values(condition: Condition, fact: str) -> tuple[object, ...] | None:
    """The values a condition names for a fact; None: it does not compare it."""
    for entry in condition.comparisons:
        if entry.fact == fact and not entry.suffix:
            return entry.values
    return None


def all_values(item: Item, fact: str) -> list[object]:
    """The values any ``when`` table of an item names for a fact."""
    return [value for condition in item.rule.when for value in values(condition, fact) or ()]


def may_hold(condition: Condition, **facts: object) -> bool:
    """Whether a condition can hold for these values, the rest left open."""
    for fact, value in facts.items():
        named = values(condition, fact)
        if named is not None and value not in named:
            return False
    return True


def items_naming(items: Sequence[Item], fact: str, value: object) -> Iterable[tuple[Item, Condition]]:
    """The items that name this value of a fact, with the condition that does."""
    for item in items:
        for condition in item.rule.when:
            named = values(condition, fact)
            if named is not None and value in named:
                yield item, condition


def is_for_graves(tariff: Tariff) -> bool:
    """Whether the tariff prices what happens on a cemetery."""
    return any(item.rule.names & GRAVE_FACTS for item in tariff.items)
