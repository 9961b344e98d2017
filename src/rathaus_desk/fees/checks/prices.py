"""Checks that need nothing but the tariff: bands, groups, what is never reached."""

from __future__ import annotations

from collections.abc import Iterable

from rathaus_desk.catalogue.findings import Finding
from rathaus_desk.catalogue.kinds import CatalogueFile
from rathaus_desk.fees.bands import Band, families, gaps, overlaps
from rathaus_desk.fees.checks.matching import all_values
from rathaus_desk.fees.conditions import german_value
from rathaus_desk.fees.tariff import ALL, Factor, Item, Tariff
from rathaus_desk.fees.vocabulary import COUNTS, FACTS

CHOSEN = frozenset({"meter", "equipment", "cost", "service", "day_kind"})
"""Facts that somebody has to want: an item naming one of them is not charged by itself."""

DAY_FACTS = frozenset({"day", "day_number", "day_length"})
"""Facts of a single day of a use."""

EVENT_COUNTS: dict[str, frozenset[str]] = {
    "burial": frozenset({"grave", "place", "urn"}),
    "award": frozenset({"grave", "place", "urn", "year", "month", "day"}),
    "extension": frozenset({"grave", "place", "urn", "year", "month", "day"}),
    "reacquisition": frozenset({"grave", "place", "urn", "year", "month", "day"}),
    "transfer": frozenset({"grave", "place"}),
    "surrender": frozenset({"grave", "place", "year", "right_year", "rest_year"}),
    "clearance": frozenset({"grave", "place"}),
    "exhumation": frozenset({"grave", "place"}),
    "monument_permit": frozenset({"grave", "place", "year"}),
    "service": frozenset(COUNTS),
}
"""What each event can be counted in, beside ``once`` and ``event``."""


def findings(file: CatalogueFile, tariff: Tariff) -> Iterable[Finding]:
    """All of them."""
    yield from _bands(file, tariff)
    yield from _unreached(file, tariff)
    yield from _groups_without_price(file, tariff)
    for factor in tariff.factors:
        yield from _still_charged(file, tariff, factor)
    yield from _never_asked(file, tariff)


def _bands(file: CatalogueFile, tariff: Tariff) -> Iterable[Finding]:
    labels = {item.key: item for item in tariff.items}
    for touch in tariff.touches:
        below, above = labels[touch.below], labels[touch.above]
        value = german_value(touch.fact, touch.value, tariff.words)
        yield file.finding(
            ("item", above.position, "when"),
            f"Bei genau {value} ({FACTS[touch.fact].german}) gelten „{below.label}“ und „{above.label}“ "
            "zugleich: der Tarif widerspricht sich; ein solcher Fall wird nicht berechnet.",
            f"in einem der beiden {touch.fact}_below statt {touch.fact}_up_to oder {touch.fact}_over statt "
            f"{touch.fact}_from, wie die Satzung es meint",
        )
    for family in families(tariff.items):
        german = FACTS[family.fact].german
        for low, high in gaps(family):
            yield file.finding(
                ("item", high.item.position, "when"),
                f"Zwischen „{low.item.label}“ ({_upper(low, family.fact, tariff)}) und „{high.item.label}“ "
                f"({_lower(high, family.fact, tariff)}) klafft eine Lücke ({german}): dort gilt kein Preis.",
                f"die Grenzen von {family.fact} aneinander anschließen",
            )
        for low, high in overlaps(family):
            yield file.finding(
                ("item", high.item.position, "when"),
                f"„{low.item.label}“ und „{high.item.label}“ überschneiden sich ({german}): im gemeinsamen "
                "Bereich werden beide berechnet.",
                "nur so lassen, wenn beide zusammen gelten sollen",
            )


def _upper(band: Band, fact: str, tariff: Tariff) -> str:
    return f"{'unter' if band.high_open else 'bis'} {german_value(fact, band.high, tariff.words)}"


def _lower(band: Band, fact: str, tariff: Tariff) -> str:
    return f"{'über' if band.low_open else 'ab'} {german_value(fact, band.low, tariff.words)}"


def _unreached(file: CatalogueFile, tariff: Tariff) -> Iterable[Finding]:
    """Items that no matter can ever bring in."""
    for item in tariff.items:
        for what, should in (*_late_steps(tariff, item), *_uncounted(item), *_impossible(item)):
            yield file.finding(("item", item.position, "when"), f"„{item.label}“ {what}", should)


def _late_steps(tariff: Tariff, item: Item) -> Iterable[tuple[str, str]]:
    for first, _ in item.steps:
        if tariff.valid_until and first > tariff.valid_until and not _in_years(item):
            yield f"hat eine Stufe ab {first:%d.%m.%Y}, nach dem Ende des Tarifs.", ""


def _impossible(item: Item) -> Iterable[tuple[str, str]]:
    days = DAY_FACTS & item.rule.names
    if days and "day" not in {term.name for term in item.per}:
        yield f'wird nie berechnet: „{", ".join(sorted(days))}“ gibt es nur bei per = "day".', 'per = "day"'
    for condition in item.rule.when:
        for barred in item.rule.unless:
            if barred.comparisons and set(barred.comparisons) <= set(condition.comparisons):
                yield "wird nie berechnet: unless schließt aus, was when verlangt.", ""
        for fact in condition.names:
            bounds = [entry for entry in condition.comparisons if entry.fact == fact and entry.suffix]
            low = [entry.values[0] for entry in bounds if entry.suffix in ("_from", "_over")]
            high = [entry.values[0] for entry in bounds if entry.suffix in ("_below", "_up_to")]
            if low and high and max(low) > min(high):
                what = f"wird nie berechnet: die Grenzen von {fact} schließen einander aus."
                yield what, "die untere Grenze unter der oberen"


def _in_years(item: Item) -> bool:
    """Whether later prices matter: a right reaches beyond the tariff's validity."""
    return any(term.name in ("year", "month", "day") for term in item.per)


def _uncounted(item: Item) -> Iterable[tuple[str, str]]:
    """``per`` names a count that the item's event does not have."""
    needed = {term.name for term in item.per} - {"once", "event"}
    for event in dict.fromkeys(map(str, all_values(item, "event"))):
        if event in EVENT_COUNTS and not needed <= EVENT_COUNTS[event]:
            wrong = ", ".join(sorted(needed - EVENT_COUNTS[event]))
            there = ", ".join(("once", *sorted(EVENT_COUNTS[event])))
            yield f"wird bei {event} nie berechnet: „{wrong}“ gibt es dort nicht.", f"per = eine von: {there}"


def _groups_without_price(file: CatalogueFile, tariff: Tariff) -> Iterable[Finding]:
    """A declared group or kind of event for which some price is made for others, but none for it."""
    for fact, table in (("user_group", "user_groups"), ("event_kind", "event_kinds")):
        asked = [item for item in tariff.items if item.room_price]
        if not asked or any(fact not in item.rule.names for item in asked):
            continue
        priced = {value for item in asked for value in all_values(item, fact)}
        for name, label in (tariff.words.declared(fact) or {}).items():
            if name not in priced:
                yield file.finding(
                    (table, name),
                    f"Für „{label}“ ({name}) gibt es keinen Raumpreis: eine solche Buchung wird abgelehnt.",
                    'einen Posten dafür, kostenfrei mit amount = "0.00"',
                )


def _still_charged(file: CatalogueFile, tariff: Tariff, factor: Factor) -> Iterable[Finding]:
    """Somebody uses the rooms for nothing, and still pays what comes by itself: meant so?"""
    groups = [
        value
        for condition in factor.rule.when
        for entry in condition.comparisons
        if entry.fact == "user_group"
        for value in entry.values
    ]
    if factor.percent != 0 or not groups or ALL in factor.applies_to:
        return
    words = tariff.words
    left = [
        item
        for item in tariff.items
        if not item.is_named(factor.applies_to)
        and item.percent is None
        and not item.rule.names & CHOSEN
        and not any(entry.option for condition in item.rule.when for entry in condition.comparisons)
        and all(group in (all_values(item, "user_group") or groups) for group in groups)
    ]
    if left:
        who = ", ".join(german_value("user_group", group, words) for group in groups)
        yield file.finding(
            ("factor", factor.position),
            f"„{factor.label}“: für {who} kosten die Räume nichts, berechnet wird weiter: "
            f"{', '.join(item.label for item in left)}.",
            'nur so lassen, wenn es gewollt ist; sonst applies_to = "all"',
        )


def _never_asked(file: CatalogueFile, tariff: Tariff) -> Iterable[Finding]:
    """After a rule without conditions no later one counts."""
    rules = (
        ("vat", [(vat.rule, ALL in vat.applies_to) for vat in tariff.vats]),
        ("deposit", [(entry.rule, True) for entry in tariff.deposits if not entry.in_addition]),
    )
    for table, entries in rules:
        for position, (rule, for_all) in enumerate(entries[:-1]):
            if for_all and not rule.names and not rule.unless:
                yield file.finding(
                    (table, position),
                    f"Nach dieser Tabelle [[{table}]], die immer gilt, wird keine weitere mehr erreicht.",
                    "die besonderen Fälle zuerst",
                )
    steps = [step for step in tariff.cancellations if not step.rule.names]
    if steps and min(step.more_than for step in steps) >= 0:
        days = min(step.more_than for step in steps)
        yield file.finding(
            ("cancellation", len(tariff.cancellations) - 1),
            f"Für eine Absage {days} Tage vorher oder später ist nichts bestimmt: es kostet dann nichts.",
            "days_before_more_than = -1 als letzte Stufe",
        )
