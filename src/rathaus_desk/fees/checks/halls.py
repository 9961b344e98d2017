"""Checks of a hall tariff, with the hall file beside it: rooms without price, sets dearer than parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

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
    """A set that costs more than its rooms one by one, under the same conditions."""
    prices = [item for item in tariff.items if item.room_price and item.rate is not None]
    for key, rooms in sets.items():
        if len(rooms) < 2:
            continue
        for item, condition in items_naming(prices, "set", key):
            parts = [_part(prices, item, condition, room, sets) for room in rooms]
            if item.rate is None or any(part is None for part in parts):
                continue
            total = sum((part for part in parts if part is not None), Fraction(0))
            if item.rate > total:
                yield file.finding(
                    ("item", item.position, "amount"),
                    f"„{item.label}“ kostet {euros(item.rate)}, die Räume einzeln {euros(total)}.",
                    "nur so lassen, wenn es in der Satzung so steht",
                )


def _part(
    prices: Sequence[Item],
    item: Item,
    condition: Condition,
    room: str,
    sets: Mapping[str, Sequence[str]],
) -> Fraction | None:
    """What one room costs under the conditions of a set's price; None if it has no such price."""
    for other in prices:
        if other is item or other.per != item.per:
            continue
        for entry in other.rule.when:
            by_room = room in (values(entry, "room") or ())
            by_set = any(list(sets.get(str(key), ())) == [room] for key in values(entry, "set") or ())
            if (by_room or by_set) and _beside_rooms(entry) == _beside_rooms(condition):
                return other.rate
    return None


def _beside_rooms(condition: Condition) -> frozenset[Comparison]:
    return frozenset(entry for entry in condition.comparisons if entry.fact not in ("room", "set"))
