"""What changes prices: factors, what is free, percentages of other lines, limits, what was prepaid."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from math import floor

from rathaus_desk.catalogue.examples import number_text
from rathaus_desk.fees.conditions import Rule
from rathaus_desk.fees.hits import Hit, euros, item_for, missing, quantity_of, why, without_replaced
from rathaus_desk.fees.occasions import Occasion
from rathaus_desk.fees.tariff import ALL, CountTerm, Factor, Free, Item, Limit, Tariff
from rathaus_desk.kernel.money import Money

ONCE = ("once", "event")

OF_DECEASED = ("age", "stillborn")
"""Facts of the person who is buried."""


def apply_factors(tariff: Tariff, hits: Sequence[Hit]) -> None:
    """The factors in the order of the file."""
    for factor in tariff.factors:
        targets = _meant(factor.rule, factor.applies_to, hits, factor.label, factor.paragraph)
        if not targets:
            continue
        if factor.percent is not None:
            for hit in targets:
                _percent(factor, hit)
        elif factor.fixed is not None:
            for hit in targets:
                hit.value = Fraction(0)
            targets[0].value = Fraction(factor.fixed.cents)
            _said(targets, factor, factor.fixed.german())
        elif factor.add_amount is not None:
            _add(targets, Fraction(factor.add_amount.cents))
            sign = "+" if factor.add_amount.cents > 0 else ""
            _said(targets, factor, f"{sign}{factor.add_amount.german()}")


def _percent(factor: Factor, hit: Hit) -> None:
    assert factor.percent is not None
    percent, text = factor.percent, f"{_percents(factor.percent)} %"
    if factor.per:
        known = hit.occasion.facts.get(factor.per)
        if known is None:
            raise missing(factor.per, factor.label, factor.paragraph)
        steps = floor(Fraction(known) / factor.each)  # type: ignore[arg-type]  # countable by compiling
        change = (percent - 100) * steps
        if factor.at_most is not None:
            change = max(-factor.at_most, min(factor.at_most, change))
        percent = max(Fraction(0), 100 + change)
        text = f"{_percents(percent)} % ({steps} × {_percents(factor.percent - 100)} %)"
    if factor.of_base:
        hit.value += hit.base * (percent - 100) / 100
    else:
        hit.value *= percent / 100
    hit.changes.append(f"{_titled(factor.label, factor.paragraph)}: {text}")


def _add(hits: Sequence[Hit], cents: Fraction) -> None:
    """Adds to several lines together: more on the first; less from the first on, none below 0."""
    if cents > 0:
        hits[0].value += cents
        return
    for hit in hits:
        taken = min(hit.value, -cents)
        hit.value -= taken
        cents += taken


def apply_free(tariff: Tariff, hits: Sequence[Hit]) -> None:
    """What costs nothing, while there is some left of it this year."""
    for free in tariff.frees:
        targets = _meant(free.rule, free.applies_to, hits, free.label, free.paragraph)
        for hit in targets:
            share = _charged_share(free, hit)
            if share < 1:
                hit.value *= share
                part = "frei" if not share else f"zu {_percents(share * 100)} % berechnet"
                hit.changes.append(f"{_titled(free.label, free.paragraph)}: {part}")


def _charged_share(free: Free, hit: Hit) -> Fraction:
    if free.events is not None:
        used = _used("free_events_used", free, hit)
        return Fraction(0) if used < free.events else Fraction(1)
    if free.hours is not None:
        hours = hit.occasion.facts.get("hours", hit.occasion.counts.get("hour"))
        if not isinstance(hours, int | Fraction):
            raise missing("hours", free.label, free.paragraph)
        left = max(Fraction(0), free.hours - _used("free_hours_used", free, hit))
        return max(Fraction(0), 1 - left / Fraction(hours)) if hours else Fraction(0)
    return Fraction(0)


def _used(fact: str, free: Free, hit: Hit) -> Fraction:
    known = hit.occasion.facts.get(fact)
    if not isinstance(known, int | Fraction):
        raise missing(fact, free.label, free.paragraph)
    return Fraction(known)


def percentage_hits(
    tariff: Tariff, occasions: Sequence[Occasion], hits: Sequence[Hit]
) -> tuple[list[Hit], set[str]]:
    """The items that are a percentage of other lines, after those lines' factors; and what they price.

    ``per = "day"`` and the like: of one day (the first), as often as the occasion has days. ``all`` includes
    the percentages that stand before in the file: an administrative charge is on the surcharges too.
    """
    made: list[Hit] = []
    priced: set[str] = set()
    for item in tariff.items:
        if item.percent is None:
            continue
        of = [hit for hit in (*hits, *made) if _in_basis(hit.item, item.percent_of)]
        for occasion in occasions:
            if not item_for(item, occasion):
                continue
            priced.update(occasion.required)
            quantity, counted = quantity_of(item, occasion)
            if of and quantity:
                base = _base(item, of)
                facts = why(tariff, item, occasion)
                text = f"{_percents(item.percent)} % von {euros(base)}"
                sign = -1 if item.refund else 1
                value = sign * base * item.percent / 100
                made.append(Hit(item, occasion, quantity, value, (*counted, text), facts))
    return without_replaced(made), priced


def _in_basis(item: Item, names: Collection[str]) -> bool:
    return item.is_named(names) or (ALL in names and item.percent is not None and not item.refund)


def _base(item: Item, of: Sequence[Hit]) -> Fraction:
    units = {term.name for term in item.per if term.name not in ONCE}
    if not units:
        return sum((hit.value for hit in of), Fraction(0))
    counted = [hit for hit in of if units & {term.name for term in hit.item.per}]
    days = [day for hit in counted if (day := hit.occasion.facts.get("on")) is not None]
    first = [hit for hit in counted if not days or hit.occasion.facts.get("on") == min(days)]
    once = [hit for hit in of if hit not in counted]
    return sum((hit.value for hit in once), Fraction(0)) + sum(
        (hit.value / _times(hit, units) for hit in first), Fraction(0)
    )


def _times(hit: Hit, units: Collection[str]) -> Fraction:
    number = Fraction(1)
    for name in units:
        count = hit.occasion.counts.get(name)
        if any(term.name == name for term in hit.item.per) and count:
            number *= count
    return number


def apply_limits(tariff: Tariff, hits: Sequence[Hit]) -> list[Hit]:
    """A line for what lines fall short of a minimum, or go beyond a maximum."""
    made: list[Hit] = []
    for position, limit in enumerate(tariff.limits):
        targets = _meant(
            limit.rule,
            limit.applies_to,
            [*hits, *made],
            limit.label,
            limit.paragraph,
            percentages=True,
        )
        if not targets:
            continue
        total = sum((hit.value for hit in targets), Fraction(0))
        for bound, wrong in (
            (limit.minimum, limit.minimum is not None and total < limit.minimum.cents),
            (limit.maximum, limit.maximum is not None and total > limit.maximum.cents),
        ):
            if wrong and bound is not None:
                made.append(_limit_hit(tariff, limit, position, targets[0], total, bound))
                break
    return made


def _limit_hit(tariff: Tariff, limit: Limit, position: int, first: Hit, total: Fraction, bound: Money) -> Hit:
    item = Item(
        position=len(tariff.items) + position,
        table=limit.key,
        key=limit.key,
        label=limit.label,
        paragraph=limit.paragraph,
        rule=Rule(),
        per=(CountTerm("once"),),
        unit="",
        room_price=first.item.room_price,
        tags=first.item.tags,
        vat=first.item.vat,
        account=first.item.account,
    )
    reason = f"{euros(total)}, {'mindestens' if total < bound.cents else 'höchstens'} {bound.german()}"
    return Hit(item, first.occasion, Fraction(1), bound.cents - total, (reason,), closing=True)


def apply_prepaid(hits: Sequence[Hit], prepaid: Collection[str]) -> None:
    """What was paid in advance is shown and not charged again."""
    for hit in hits:
        if prepaid and hit.item.is_named(prepaid):
            hit.value = Fraction(0)
            hit.changes.append("bereits im Voraus bezahlt")


def _meant(
    rule: Rule,
    applies_to: Collection[str],
    hits: Sequence[Hit],
    label: str,
    paragraph: str,
    *,
    percentages: bool = False,
) -> list[Hit]:
    """The hits that a rule changes."""
    found = []
    for hit in hits:
        if not (hit.item.is_named(applies_to) or (percentages and ALL in applies_to)):
            continue
        answer = rule.verdict(hit.occasion.facts, hit.occasion.counts)
        if isinstance(answer, str):
            if hit.occasion.without_deceased and answer in OF_DECEASED:
                continue
            raise missing(answer, label, paragraph)
        if answer:
            found.append(hit)
    return found


def _said(hits: Sequence[Hit], factor: Factor, text: str) -> None:
    for hit in hits:
        hit.changes.append(f"{_titled(factor.label, factor.paragraph)}: {text}")


def _titled(label: str, paragraph: str) -> str:
    return f"{label} ({paragraph})" if paragraph else label


def _percents(number: Fraction) -> str:
    return number_text(number).replace(".", ",")
