"""Checks of a hall tariff, with the hall file beside it: rooms without price, sets dearer than parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache

from rathaus_desk.catalogue.findings import Finding
from rathaus_desk.catalogue.kinds import Bundle, CatalogueFile
from rathaus_desk.catalogue.reading import nearest
from rathaus_desk.fees.checks.matching import all_values, is_for_graves, items_naming, values
from rathaus_desk.fees.conditions import Comparison, Condition
from rathaus_desk.fees.hits import euros
from rathaus_desk.fees.tariff import Item, Tariff

Named = Mapping[str, Mapping[str, object]]


def findings(file: CatalogueFile, tariff: Tariff, bundle: Bundle) -> Iterable[Finding]:
    """Nothing without a hall file, or for a cemetery tariff."""
    halls = bundle.defined("hall")
    if not halls or is_for_graves(tariff):
        return
    for hall in sorted(tariff.halls or ()):
        if hall not in halls:
            near = nearest(hall, list(halls))
            yield file.finding(
                ("tariff", "halls"),
                f"Die Halle „{hall}“ steht in keiner Hallendatei daneben.",
                f'"{near}"' if near else f"eine von: {', '.join(halls)}",
            )
    meant = {key: hall for key, hall in halls.items() if tariff.halls is None or key in tariff.halls}
    sets = {key: rooms for hall in meant.values() for key, rooms in _sets(hall).items()}
    rooms = [room for hall in meant.values() for room in _rooms(hall)]
    yield from _unknown(file, tariff, "room", rooms)
    yield from _unknown(file, tariff, "set", list(sets))
    yield from _rooms_without_price(file, tariff, meant)
    yield from _dear_sets(file, tariff, sets)
    yield from _unsaid_room_prices(file, tariff)


def _unsaid_room_prices(file: CatalogueFile, tariff: Tariff) -> Iterable[Finding]:
    """Items that are a room's price only because they name a room, in a file that says it of others.

    Who wrote ``room_price = true`` at the rooms may not know that the cleaning beside them counts too.
    """
    tables = file.tree["item"]
    said = [item for item in tariff.items if tables[item.position].get("room_price") is True]
    if not any(item.rule.names & {"room", "set"} for item in said):
        return
    for position in dict.fromkeys(item.position for item in tariff.items if item.room_price):
        table = tables[position]
        if "room_price" not in table:
            yield file.finding(
                ("item", position),
                f"„{table.get('label', '')}“ nennt einen Raum und zählt deshalb als Raumpreis; andere Posten "
                "sagen es ausdrücklich. Ermäßigungen der Raumpreise treffen auch ihn.",
                "room_price = true, oder room_price = false (etwa für die Endreinigung)",
            )


def _rooms(hall: Mapping[str, object]) -> Sequence[str]:
    rooms = hall.get("rooms")
    return [str(room) for room in rooms] if isinstance(rooms, list | tuple) else []


def _sets(hall: Mapping[str, object]) -> dict[str, Sequence[str]]:
    sets = hall.get("sets")
    return dict(sets) if isinstance(sets, Mapping) else {}


def _unknown(file: CatalogueFile, tariff: Tariff, fact: str, known: Sequence[str]) -> Iterable[Finding]:
    if not known:
        return
    for item in tariff.items:
        for name in dict.fromkeys(map(str, all_values(item, fact))):
            if name not in known:
                near = nearest(name, known)
                german = "den Raum" if fact == "room" else "die Raumkombination"
                yield file.finding(
                    ("item", item.position, "when"),
                    f"„{item.label}“ wird nie erreicht: {german} „{name}“ gibt es in den Hallen nicht.",
                    f'{fact} = "{near}"' if near else f"eine von: {', '.join(dict.fromkeys(known))}",
                )


def _rooms_without_price(file: CatalogueFile, tariff: Tariff, halls: Named) -> Iterable[Finding]:
    prices = [item for item in tariff.items if item.room_price]
    if any(not item.rule.names & {"room", "set"} for item in prices):
        return
    for hall in halls.values():
        sets = _sets(hall)
        in_sets = {
            room for item in prices for key in all_values(item, "set") for room in sets.get(str(key), ())
        }
        alone = {str(room) for item in prices for room in all_values(item, "room")}
        for room in _rooms(hall):
            if room not in alone | in_sets:
                yield file.finding(
                    ("tariff",),
                    f"Der Raum „{room}“ ({hall.get('name')}) hat keinen Preis: er ist nicht buchbar.",
                    f'ein Posten mit when = {{ room = "{room}" }}, kostenfrei mit amount = "0.00"',
                )
        for key, rooms in sets.items():
            priced = any(key in all_values(item, "set") for item in prices)
            smaller = {
                room
                for item in prices
                for other in all_values(item, "set")
                if set(sets.get(str(other), ())) <= set(rooms)
                for room in sets.get(str(other), ())
            }
            missing = [room for room in rooms if room not in alone | smaller]
            if not priced and missing and not set(missing) - (alone | in_sets):
                yield file.finding(
                    ("tariff",),
                    f"Die Raumkombination „{key}“ ({hall.get('name')}) hat keinen Preis: "
                    f"{', '.join(missing)} kosten nur in anderen Kombinationen etwas.",
                    f'ein Posten mit when = {{ set = "{key}" }}',
                )


def _dear_sets(file: CatalogueFile, tariff: Tariff, sets: Mapping[str, Sequence[str]]) -> Iterable[Finding]:
    """A set that costs more than its parts, rooms or smaller sets, under the same conditions."""
    prices = [item for item in tariff.items if item.room_price and item.rate is not None]
    for key, rooms in sets.items():
        if len(rooms) < 2:
            continue
        for item, condition in items_naming(prices, "set", key):
            parts = _parts(prices, item, condition, frozenset(rooms), sets)
            total = _cheapest(frozenset(rooms), parts)
            if total is not None and item.rate is not None and item.rate > total:
                yield file.finding(
                    ("item", item.position, "amount"),
                    f"„{item.label}“ kostet {euros(item.rate)}, die Räume einzeln {euros(total)}.",
                    "nur so lassen, wenn es in der Satzung so steht",
                )


def _parts(
    prices: Sequence[Item],
    item: Item,
    condition: Condition,
    rooms: frozenset[str],
    sets: Mapping[str, Sequence[str]],
) -> dict[frozenset[str], Fraction]:
    """What rooms, or smaller sets of them, cost under the conditions of a set's price."""
    found: dict[frozenset[str], Fraction] = {}
    for other in prices:
        for entry in other.rule.when:
            if (
                other.rate is None
                or other.per != item.per
                or _beside_rooms(entry) != _beside_rooms(condition)
            ):
                continue
            meant = [frozenset({str(room)}) for room in values(entry, "room") or ()]
            meant += [frozenset(sets.get(str(key), ())) for key in values(entry, "set") or ()]
            for part in meant:
                if part and part < rooms:
                    found[part] = min(other.rate, found.get(part, other.rate))
    return found


def _cheapest(rooms: frozenset[str], parts: Mapping[frozenset[str], Fraction]) -> Fraction | None:
    """The least that parts cost which make up the rooms exactly; None if none do."""

    @cache
    def least(left: frozenset[str]) -> Fraction | None:
        if not left:
            return Fraction(0)
        first = min(left)
        costs = [
            rate + rest
            for part, rate in parts.items()
            if first in part and part <= left and (rest := least(left - part)) is not None
        ]
        return min(costs, default=None)

    return least(rooms)


def _beside_rooms(condition: Condition) -> frozenset[Comparison]:
    return frozenset(entry for entry in condition.comparisons if entry.fact not in ("room", "set"))
