"""Which items are for which occasions, and how much of each: the first half of assessing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from rathaus_desk.catalogue.examples import number_text
from rathaus_desk.fees.conditions import german_value
from rathaus_desk.fees.occasions import Occasion, hours_within
from rathaus_desk.fees.tariff import CountTerm, Item, Row, Tariff
from rathaus_desk.fees.vocabulary import COUNTED, COUNTS, FACTS, FactType
from rathaus_desk.kernel.errors import MissingFact, Refused
from rathaus_desk.kernel.money import Money

THREAD = ("event", "service", "room", "set", "meter", "equipment", "cost", "day_kind")
"""Facts that make two hits of one item different things, so that quantity bands count them apart."""


@dataclass
class Hit:
    """An item charged on an occasion. ``rate`` and ``value``: exact cents; ``value`` runs through factors."""

    item: Item
    occasion: Occasion
    quantity: Fraction
    rate: Fraction
    why: tuple[str, ...] = ()
    """How its quantity and price came about."""
    facts: tuple[str, ...] = ()
    """What brought the item in."""
    changes: list[str] = field(default_factory=list)
    value: Fraction = Fraction(0)
    base: Fraction = Fraction(0)
    closing: bool = False
    """A limit's line: it stands at the end."""

    def __post_init__(self) -> None:
        self.value = self.base = self.rate * self.quantity


def missing(fact: str, what: str, paragraph: str) -> MissingFact:
    """The question for a fact or count that a price depends on."""
    word = FACTS.get(fact)
    german = word.german if word else COUNTS[fact].many if fact in COUNTS else fact
    return MissingFact(f"Für „{what}“ fehlt eine Angabe: {german} ({fact}).", fact=fact, source=paragraph)


def item_for(item: Item, occasion: Occasion) -> bool:
    """Whether an item is for an occasion; raises ``MissingFact`` where nobody can say."""
    if item.is_named(occasion.without):
        return False
    names = {term.name for term in item.per}
    if not names <= occasion.counts.keys() or (occasion.unit and occasion.unit not in names):
        return False
    if item.at_cost and "cost" in item.rule.names and occasion.amount is None:
        return False
    if item.clock and (occasion.times is None or not hours_within(occasion.times, item.clock)):
        return False
    answer = item.rule.verdict(occasion.facts, occasion.counts, occasion.subject)
    if isinstance(answer, str):
        raise missing(answer, item.label, item.paragraph)
    return answer


def find_hits(tariff: Tariff, occasions: Sequence[Occasion]) -> tuple[list[Hit], set[str]]:
    """All hits of items with a price of their own, and which required texts they price.

    An item at cost that names no ``cost`` takes the expense that has its key, once; without one it is not
    charged, unless it is the only price of what must have one: then the amount is asked for.
    """
    hits: list[Hit] = []
    priced: set[str] = set()
    unspent: dict[str, Item] = {}
    plain = [item for item in tariff.items if item.percent is None]
    expenses = {str(one.facts["cost"]): one for one in occasions if one.amount is not None}
    for occasion in occasions:
        meant = [item for item in plain if item_for(item, occasion)]
        asked = occasion
        if not meant and occasion.or_event:
            asked = replace(occasion, facts={**occasion.facts, "event": occasion.or_event})
            meant = [item for item in plain if item_for(item, asked)]
        _refuse_contradiction(tariff, meant, asked)
        _refuse_missing_row(tariff, plain, meant, asked)
        for item in meant:
            expense = occasion if occasion.amount is not None else None
            if item.at_cost and expense is None:
                expense = expenses.pop(item.key, None)
                if expense is None:
                    unspent |= dict.fromkeys(occasion.required, item)
                    continue
                priced.update(expense.required)
            hits.extend(_hits(tariff, item, occasion, asked, expense))
            priced.update(occasion.required)
    for required, item in unspent.items():
        if required not in priced:
            what = f"Für „{item.label}“ fehlt der Betrag nach Aufwand (costs, „{item.key}“)."
            raise MissingFact(what, fact="cost", source=item.paragraph)
    return without_replaced(hits), priced


def without_replaced(hits: Sequence[Hit]) -> list[Hit]:
    """The hits that no other item among them replaces."""
    replacing = {hit.item.key: hit.item for hit in hits if hit.item.replaces}
    return [
        hit
        for hit in hits
        if not any(hit.item.is_named(item.replaces) for item in replacing.values() if item is not hit.item)
    ]


def quantity_of(item: Item, occasion: Occasion) -> tuple[Fraction, tuple[str, ...]]:
    """How many an item counts on an occasion, and how that came about."""
    product = Fraction(1)
    said = []
    for term in item.per:
        number = occasion.counts[term.name]
        if item.clock and occasion.times and term.name == "hour":
            number = hours_within(occasion.times, item.clock)
        if number is None:
            raise missing(term.name, item.label, item.paragraph)
        counted = _rounded(term, Fraction(number))
        product *= counted
        text = term.german(counted, number_text(counted).replace(".", ","))
        if term.prefix and counted != number:
            text += f" (aus {number_text(number).replace('.', ',')})"
        said.append(text)
    return product, ((" × ".join(said),) if len(said) > 1 or item.per[0].prefix else ())


def why(tariff: Tariff, item: Item, occasion: Occasion) -> tuple[str, ...]:
    """The facts that brought an item in, in German."""
    condition = item.rule.chosen(occasion.facts, occasion.counts)
    if condition is None:
        return ()
    said = []
    for comparison in condition.comparisons:
        known = occasion.facts.get(comparison.fact)
        if known is None or comparison.fact == "event":
            continue
        word = FACTS.get(comparison.fact)
        label = word.german if word else (tariff.words.declared("option") or {}).get(comparison.fact)
        said.append(f"{label or comparison.fact}: {german_value(comparison.fact, known, tariff.words)}")
    return tuple(dict.fromkeys(said))


def _rounded(term: CountTerm, number: Fraction) -> Fraction:
    match term.prefix:
        case "started_":
            return Fraction(ceil(number))
        case "full_":
            return Fraction(floor(number))
        case _:
            return number


def _hits(
    tariff: Tariff, item: Item, occasion: Occasion, asked: Occasion, expense: Occasion | None
) -> list[Hit]:
    quantity, counted = quantity_of(item, asked)
    facts, reasons = why(tariff, item, asked), counted
    sign = -1 if item.refund else 1
    if item.at_cost:
        assert expense is not None
        assert expense.amount is not None
        text = (expense.text,) if expense.text else ()
        spent = Fraction(sign * expense.amount.cents)
        return [Hit(item, occasion, quantity, spent, (*reasons, *text), facts)]
    if item.rate_reason:
        reasons = (*reasons, item.rate_reason)
    return [
        Hit(item, occasion, part, sign * rate, (*reasons, *said), facts)
        for part, rate, said in _portions(item, occasion, quantity)
    ]


def _portions(
    item: Item, occasion: Occasion, quantity: Fraction
) -> list[tuple[Fraction, Fraction, tuple[str, ...]]]:
    """The quantity by the price in force: one portion, or several where the price changes inside the term."""
    assert item.rate is not None
    if not item.steps:
        return [(quantity, item.rate, ())]
    term = occasion.term
    if term is None or not {"year", "month", "day"} & {part.name for part in item.per}:
        on = occasion.facts.get("on")
        if on is None:
            raise missing("on", item.label, item.paragraph)
        return [(quantity, item.rate_on(on), ())]  # type: ignore[arg-type]  # "on" is a date by contract
    starts = term.starts()
    borders = [None, *(first for first, _ in item.steps), None]
    portions: list[tuple[Fraction, Fraction, tuple[str, ...]]] = []
    for since, until in pairwise(borders):
        inside = [day for day in starts if (since is None or day >= since) and (until is None or day < until)]
        if inside:
            said = f"Preis für die Zeit ab {inside[0]:%d.%m.%Y}"
            portions.append((quantity * len(inside) / len(starts), item.rate_on(inside[0]), (said,)))
    return portions


def _refuse_contradiction(tariff: Tariff, meant: Sequence[Item], occasion: Occasion) -> None:
    """Where "bis 15 €" and "ab 15 €" both hold, the statute contradicts itself: nobody decides that here."""
    for touch in tariff.touches:
        if occasion.facts.get(touch.fact, occasion.counts.get(touch.fact)) != touch.value:
            continue
        both = [item for item in meant if item.key in (touch.below, touch.above)]
        if len(both) == 2:
            value = german_value(touch.fact, touch.value, tariff.words)
            raise Refused(
                f"Bei genau {value} ({FACTS[touch.fact].german}) widerspricht sich „{tariff.title}“: "
                f"„{both[0].label}“ und „{both[1].label}“ gelten beide.",
                source=" und ".join(dict.fromkeys(item.paragraph for item in both if item.paragraph)),
            )


def _refuse_missing_row(
    tariff: Tariff, plain: Sequence[Item], meant: Sequence[Item], occasion: Occasion
) -> None:
    """A table of prices by a number (places, years) that has no row for this one: what else is charged on
    the occasion does not make it free.
    """
    tables: dict[int, list[tuple[Item, Row]]] = {}
    for item in plain:
        if item.row is not None and FACTS[item.row.holds.fact].type is FactType.NUMBER:
            tables.setdefault(item.position, []).append((item, item.row))
    for rows in tables.values():
        first, row = rows[0]
        fact = row.holds.fact
        if any(fact in item.rule.names for item in meant) or not item_for(first.without_row(), occasion):
            continue
        known = occasion.facts.get(fact, occasion.counts.get(COUNTED.get(fact, "")))
        if isinstance(known, int | Fraction):
            what = f"{FACTS[fact].german} {german_value(fact, Fraction(known), tariff.words)}"
            there = ", ".join(row.text for _, row in rows)
            raise Refused(
                f"„{tariff.title}“ nennt unter „{row.label}“ keinen Preis für: {what}. Es gibt: {there}.",
                source=first.paragraph,
            )


def bands(hits: Sequence[Hit]) -> list[Hit]:
    """After quantity bands, least quantities, ``each``, and an item's minimum and maximum."""
    threads: dict[tuple[object, ...], list[Hit]] = {}
    for hit in hits:
        facts = hit.occasion.facts
        thread = (hit.item.position, hit.item.key, *(facts.get(fact) for fact in THREAD))
        threads.setdefault(thread, []).append(hit)
    kept: list[Hit] = []
    for thread_hits in threads.values():
        kept.extend(_bounded(_banded(thread_hits)))
    return kept


def _banded(hits: list[Hit]) -> list[Hit]:
    item = hits[0].item
    over, up_to = item.quantity_over or Fraction(0), item.quantity_up_to
    before = Fraction(0)
    for hit in hits:
        after = before + hit.quantity
        inside = min(after, up_to if up_to is not None else after) - max(before, over)
        if inside < hit.quantity:
            _set_quantity(hit, max(inside, Fraction(0)))
            if up_to is not None:
                hit.changes.append(f"höchstens {number_text(up_to)}")
            if over:
                hit.changes.append(f"über {number_text(over)} hinaus")
        before = after
    hits = [hit for hit in hits if hit.quantity]
    if not hits:
        return []
    if item.each is not None:
        counted = sum((hit.quantity for hit in hits), Fraction(0))
        hits = hits[:1]
        _set_quantity(hits[0], Fraction(ceil(counted / item.each)))
        hits[0].changes.append(f"je angefangene {number_text(item.each)} von {number_text(counted)}")
    total = sum((hit.quantity for hit in hits), Fraction(0))
    if item.quantity_at_least is not None and total < item.quantity_at_least:
        _set_quantity(hits[-1], hits[-1].quantity + item.quantity_at_least - total)
        hits[-1].changes.append(f"mindestens {number_text(item.quantity_at_least)}")
    return hits


def _set_quantity(hit: Hit, quantity: Fraction) -> None:
    hit.quantity = quantity
    hit.value = hit.base = hit.rate * quantity


def _bounded(hits: list[Hit]) -> list[Hit]:
    """An item's minimum and maximum, on what it comes to before factors."""
    if not hits:
        return []
    item = hits[0].item
    total = sum((hit.value for hit in hits), Fraction(0))
    for bound, wrong, said in (
        (item.minimum, item.minimum is not None and total < item.minimum.cents, "mindestens"),
        (item.maximum, item.maximum is not None and total > item.maximum.cents, "höchstens"),
    ):
        if wrong and bound is not None:
            share = Fraction(bound.cents) / total if total else Fraction(0)
            for hit in hits:
                hit.value = hit.base = hit.value * share if total else Fraction(0)
            if not total:
                hits[0].value = hits[0].base = Fraction(bound.cents)
            hits[0].changes.append(f"{said} {bound.german()}")
            total = Fraction(bound.cents)
    return hits


def euros(cents: Fraction) -> str:
    """Exact cents as a German amount, rounded for reading."""
    return Money(1).times(cents).german()
