"""Checks of a cemetery tariff, with the statute beside it: kinds without price, yearly rates, ages, forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from rathaus_desk.catalogue.findings import Finding
from rathaus_desk.catalogue.kinds import Bundle, CatalogueFile
from rathaus_desk.catalogue.reading import nearest
from rathaus_desk.fees.checks.matching import all_values, is_for_graves, may_hold, values
from rathaus_desk.fees.conditions import Condition
from rathaus_desk.fees.hits import euros
from rathaus_desk.fees.tariff import Item, Tariff

Kinds = Mapping[str, Mapping[str, object]]

SURCHARGES = frozenset({"weekday", "hour", "holiday", "months", "season", "third_party"})
"""Whoever compares one of these adds to a price, and is none by itself."""


def findings(file: CatalogueFile, tariff: Tariff, bundle: Bundle) -> Iterable[Finding]:
    """Nothing for a tariff that does not price what happens on a cemetery."""
    if not is_for_graves(tariff):
        return
    everywhere = bundle.defined("kind")
    yield from _unknown_kinds(file, tariff, everywhere)
    kinds = _kinds_in_force(tariff, bundle)
    yield from _never_extended(file, tariff, kinds)
    for key, properties in kinds.items():
        yield from _kind_without_price(file, tariff, key, properties)
        yield from _yearly_rate(file, tariff, key, properties)
    yield from _forms_and_ages(file, tariff, kinds)


def _kinds_in_force(tariff: Tariff, bundle: Bundle) -> Kinds:
    """The kinds of the statute in force when the tariff begins."""
    for head in dict.fromkeys(other.kind.head for other in (*bundle.near, *bundle.far)):
        statute = bundle.in_force(head, tariff.valid_from)
        kinds = statute.kind.defines(statute.content).get("kind") if statute else None
        if kinds:
            return kinds
    return {}


def _unknown_kinds(file: CatalogueFile, tariff: Tariff, kinds: Kinds) -> Iterable[Finding]:
    if not kinds:
        return
    for item in tariff.items:
        for kind in dict.fromkeys(map(str, all_values(item, "kind"))):
            if kind not in kinds:
                near = nearest(kind, list(kinds))
                yield file.finding(
                    ("item", item.position, "when"),
                    f"„{item.label}“ wird nie erreicht: keine Satzung daneben kennt die Grabart „{kind}“.",
                    f'kind = "{near}"' if near else f"eine von: {', '.join(kinds)}",
                )


def _never_extended(file: CatalogueFile, tariff: Tariff, kinds: Kinds) -> Iterable[Finding]:
    """A price for extending what the statute does not let be extended."""
    for item in tariff.items:
        named = [kinds[str(kind)] for kind in all_values(item, "kind") if kind in kinds]
        events = set(all_values(item, "event"))
        extends = bool(events) and events <= {"extension", "reacquisition"}
        if extends and named and not any(kind.get("extendable") for kind in named):
            yield file.finding(
                ("item", item.position, "when"),
                f"„{item.label}“ wird nie berechnet: die Satzung lässt keine Verlängerung zu.",
                "extendable = true in der Satzung, oder den Posten streichen",
            )


def _for_event(tariff: Tariff, event: str, kind: str) -> list[tuple[Item, Condition]]:
    return [
        (item, condition)
        for item in tariff.items
        if item.percent is None and not item.refund
        for condition in item.rule.when
        if event in (values(condition, "event") or ()) and may_hold(condition, kind=kind)
    ]


def _kind_without_price(
    file: CatalogueFile, tariff: Tariff, kind: str, properties: Mapping[str, object]
) -> Iterable[Finding]:
    name = properties.get("name") or kind
    if not _for_event(tariff, "award", kind):
        yield file.finding(
            ("tariff",),
            f"Die Grabart „{name}“ ({kind}) hat keinen Preis (award): eine Vergabe wird abgelehnt.",
            f'ein Posten mit when = {{ event = "award", kind = "{kind}" }}',
        )
    sizes = properties.get("sizes")
    for size in sizes if isinstance(sizes, list) else []:
        meant = _for_event(tariff, "award", kind)
        if meant and not any(may_hold(condition, size=size) for _, condition in meant):
            yield file.finding(
                ("tariff",),
                f"Die Grabart „{name}“ ({kind}) hat in der Größe „{size}“ keinen Preis.",
                f'ein Posten mit when = {{ event = "award", kind = "{kind}", size = "{size}" }}',
            )
    if properties.get("extendable") is True and not _for_event(tariff, "extension", kind):
        yield file.finding(
            ("tariff",),
            f"Die Verlängerung der Grabart „{name}“ ({kind}) hat keinen Preis: sie wird abgelehnt.",
            f'ein Posten mit when = {{ event = "extension", kind = "{kind}" }}',
        )


def _yearly_rate(
    file: CatalogueFile, tariff: Tariff, kind: str, properties: Mapping[str, object]
) -> Iterable[Finding]:
    """A year of extension that costs something else than a year of the right that was awarded.

    Compared are the items of like conditions, counted by the place or by the grave, all together: a price
    and the care for each year make up a right.
    """
    years = properties.get("right_years")
    if not isinstance(years, int) or not years:
        return
    bought = _by_conditions(_for_event(tariff, "award", kind))
    for alike, extensions in _by_conditions(_for_event(tariff, "extension", kind)).items():
        awards = bought.get(alike, [])
        if not awards or any(times != 1 for _, times in extensions):
            continue
        right = sum((rate * (years if times else 1) for rate, times in _rates(awards)), Fraction(0))
        yearly = sum((rate for rate, _ in _rates(extensions)), Fraction(0))
        if euros(right / years) != euros(yearly):
            first, _ = extensions[0]
            yield file.finding(
                ("item", first.position, "amount"),
                f"Ein Jahr Verlängerung ({', '.join(item.label for item, _ in extensions)}) kostet "
                f"{euros(yearly)}, das Recht auf {years} Jahre aber {euros(right)}, also "
                f"{euros(right / years)} im Jahr.",
                "nur so lassen, wenn beide Beträge so in der Satzung stehen",
            )


def _by_conditions(
    found: Sequence[tuple[Item, Condition]],
) -> dict[tuple[object, ...], list[tuple[Item, int]]]:
    """Items with how often they count the years, by what else they compare and whether by the place."""
    groups: dict[tuple[object, ...], list[tuple[Item, int]]] = {}
    for item, condition in found:
        counted = _counted(item)
        if item.rate is None or counted is None:
            continue
        times, by_place = counted
        rest = frozenset(entry for entry in condition.comparisons if entry.fact not in ("event", "kind"))
        groups.setdefault((rest, item.rule.unless, by_place), []).append((item, times))
    return groups


def _rates(items: Sequence[tuple[Item, int]]) -> Iterable[tuple[Fraction, int]]:
    return ((item.rate, times) for item, times in items if item.rate is not None)


def _counted(item: Item) -> tuple[int, bool] | None:
    """How an item counts: (years, places); None for anything else than years and places."""
    names = [term.name for term in item.per if term.name not in ("once", "grave", "event")]
    if set(names) - {"year", "place"}:
        return None
    return names.count("year"), "place" in names


def _forms_and_ages(file: CatalogueFile, tariff: Tariff, kinds: Kinds) -> Iterable[Finding]:
    burials = [
        (item, condition)
        for item in tariff.items
        for condition in item.rule.when
        if "burial" in (values(condition, "event") or ())
        and not condition.names & SURCHARGES
        and item.percent is None
    ]
    if not burials:
        return
    forms = (("coffin", "eines Sarges", "coffin_places"), ("urn", "einer Urne", "takes_urns"))
    for form, german, takes in forms:
        if kinds and not any(kind.get(takes) for kind in kinds.values()):
            continue
        meant = [(item, condition) for item, condition in burials if may_hold(condition, form=form)]
        if not meant:
            yield file.finding(
                ("tariff",),
                f"Die Bestattung {german} hat keinen Preis: sie wird abgelehnt.",
                f'ein Posten mit when = {{ event = "burial", form = "{form}" }}, frei: amount = "0.00"',
            )
            continue
        yield from _young(file, meant)


def _young(file: CatalogueFile, burials: Sequence[tuple[Item, Condition]]) -> Iterable[Finding]:
    """Ages below the lowest band of the burial prices have no price."""
    lowest: list[tuple[Fraction, Item]] = []
    for item, condition in burials:
        from_age = [
            entry.values[0]
            for entry in condition.comparisons
            if entry.fact == "age" and entry.suffix in ("_from", "_over")
        ]
        if not from_age:
            return
        lowest.append((Fraction(from_age[0]), item))
    age, item = min(lowest, key=lambda pair: pair[0])
    if age > 0:
        yield file.finding(
            ("item", item.position, "when"),
            f"Für Verstorbene unter {age} Jahren hat die Bestattung keinen Preis: sie wird abgelehnt.",
            f"ein Posten mit age_below = {age}",
        )
