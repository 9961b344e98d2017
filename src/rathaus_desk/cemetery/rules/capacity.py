"""Who fits where (rule 4): a place takes a coffin while it rests, and urns beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rathaus_desk.cemetery.rules.terms import GERMAN_FORM, BurialForm, GraveKind
from rathaus_desk.kernel.periods import FOR_EVER, SINCE_EVER, german_date

ONE: Mapping[BurialForm, str] = {"coffin": "einen Sarg", "urn": "eine Urne"}


@dataclass(frozen=True, slots=True)
class Occupant:
    """Somebody who lies, or shall lie, in a grave.

    They occupy their place from ``buried`` (None: since ever) to ``rest_end`` inclusive (None: for ever,
    because nobody knows). ``place`` counts from 1; None: somewhere in the grave. ``deep``: whether the
    coffin lies deep enough for a second one above it; None: not recorded.
    """

    form: BurialForm
    place: int | None
    buried: date | None
    rest_end: date | None
    name: str = ""
    deep: bool | None = None

    def rests(self, on: date) -> bool:
        """Whether they occupy their place on that day."""
        return (self.buried or SINCE_EVER) <= on <= (self.rest_end or FOR_EVER)

    def describe(self) -> str:
        """For refusals: who lies here until when."""
        until = (
            f"Ruhefrist bis {german_date(self.rest_end)}" if self.rest_end else "Ende der Ruhefrist unbekannt"
        )
        return f"{self.name or 'ohne Namen'} ({GERMAN_FORM[self.form]}, {until})"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a burial goes.

    ``place`` is None if it fits nowhere it may; ``free`` are the places that would take it.
    """

    place: int | None
    free: tuple[int, ...]
    reason: str
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overfull:
    """One place (None: the grave as a whole) that holds more than its kind allows on ``day``."""

    place: int | None
    day: date
    occupants: tuple[Occupant, ...]
    reason: str


def place_burial(
    kind: GraveKind, places: int, occupants: Sequence[Occupant], newcomer: Occupant, *, age: int | None = None
) -> Placement:
    """Where ``newcomer`` (with day of burial and rest end) fits in a grave of ``places`` places.

    The place asked for, or the first that takes them. A place is judged on every day of the newcomer's rest,
    so an old burial entered late is judged against those who came after it, too.
    """
    occupants = _settled(places, occupants)
    if refusal := _not_for(kind, newcomer.form, age):
        return Placement(None, (), refusal)
    if newcomer.place is not None and not 1 <= newcomer.place <= places:
        return Placement(None, (), f"Stelle {newcomer.place} gibt es nicht: die Grabstätte hat {places}.")
    free = tuple(
        number for number in range(1, places + 1) if _has_room(kind, places, occupants, newcomer, number)
    )
    place = newcomer.place if newcomer.place is not None else next(iter(free), None)
    if place in free:
        doubts = _doubts(kind, occupants, replace(newcomer, place=place))
        return Placement(
            place,
            free,
            f"In Stelle {place} ist Platz für {ONE[newcomer.form]} ({kind.source()}).",
            doubts,
        )
    return Placement(None, free, _refusal(kind, occupants, newcomer, free))


def overfull_places(kind: GraveKind, places: int, occupants: Sequence[Occupant]) -> tuple[Overfull, ...]:
    """Every place that held or will hold more than its kind allows, each with its first such day."""
    return _overfull(kind, places, _settled(places, occupants))


def _settled(places: int, occupants: Sequence[Occupant]) -> Sequence[Occupant]:
    """In a grave of one place nobody lies anywhere else."""
    if places != 1:
        return occupants
    return [one if one.place is not None else replace(one, place=1) for one in occupants]


def _not_for(kind: GraveKind, form: BurialForm, age: int | None) -> str | None:
    if not kind.takes(form):
        return f"{kind.name} nimmt k{ONE[form]} auf ({kind.source()})."
    if age is None:
        return None
    if kind.deceased_age_below is not None and age >= kind.deceased_age_below:
        return f"{kind.name} ist für Verstorbene unter {kind.deceased_age_below} Jahren ({kind.source()})."
    if kind.deceased_age_from is not None and age < kind.deceased_age_from:
        return f"{kind.name} ist für Verstorbene ab {kind.deceased_age_from} Jahren ({kind.source()})."
    return None


def _has_room(
    kind: GraveKind, places: int, occupants: Sequence[Occupant], newcomer: Occupant, place: int
) -> bool:
    # A neighbouring place over capacity is a finding of its own (rule 15), no reason to refuse this one.
    excess = _overfull(kind, places, [*occupants, replace(newcomer, place=place)], within=newcomer)
    return not any(found.place in (None, place) for found in excess)


def _overfull(
    kind: GraveKind, places: int, occupants: Sequence[Occupant], within: Occupant | None = None
) -> tuple[Overfull, ...]:
    # The load only rises on a day of burial: those days are the only ones to look at.
    days = sorted(
        {
            occupant.buried or SINCE_EVER
            for occupant in occupants
            if within is None or within.rests(occupant.buried or SINCE_EVER)
        }
        | ({within.buried or SINCE_EVER} if within else set())
    )
    found: dict[int | None, Overfull] = {}
    for day in days:
        resting = [occupant for occupant in occupants if occupant.rests(day)]
        for place, there, reason in _excess(kind, places, resting):
            found.setdefault(place, Overfull(place, day, tuple(there), reason))
    return tuple(found.values())


def _excess(
    kind: GraveKind, places: int, resting: Sequence[Occupant]
) -> Iterable[tuple[int | None, Sequence[Occupant], str]]:
    by_place: dict[int, list[Occupant]] = {number: [] for number in range(1, places + 1)}
    homeless: list[Occupant] = []
    for occupant in resting:
        by_place.get(occupant.place or 0, homeless).append(occupant)
    for place, there in by_place.items():
        if reason := _too_many(kind, there):
            yield place, there, reason
    # Somebody whose place is unknown lies in whichever place still takes them; the choosy coffins first.
    for occupant in sorted(homeless, key=lambda one: one.form != "coffin"):
        room = next((there for there in by_place.values() if not _too_many(kind, [*there, occupant])), None)
        if room is None:
            yield None, resting, f"Für {occupant.describe()} ist in der Grabstätte kein Platz."
        else:
            room.append(occupant)
    urns = sum(1 for occupant in resting if occupant.form == "urn")
    if kind.urns_per_grave is not None and urns > kind.urns_per_grave:
        yield None, resting, f"{urns} Urnen in der Grabstätte, zulässig sind {kind.urns_per_grave}."


def _too_many(kind: GraveKind, there: Sequence[Occupant]) -> str:
    coffins = [occupant for occupant in there if occupant.form == "coffin"]
    urns = len(there) - len(coffins)
    if len(coffins) > kind.coffins_per_place:
        return f"{_count(len(coffins), 'coffin')}, zulässig {_count(kind.coffins_per_place, 'coffin')}"
    if len(coffins) > 1 and any(coffin.deep is False for coffin in _all_but_last(coffins)):
        return "der untere Sarg liegt nicht tief genug für einen zweiten"
    allowed = kind.urns_beside_coffin if coffins else kind.urns_per_place
    if urns > allowed:
        beside = " neben einem Sarg" if coffins else ""
        return f"{_count(urns, 'urn')}{beside}, zulässig {_count(allowed, 'urn')}"
    return ""


def _all_but_last(coffins: Sequence[Occupant]) -> Sequence[Occupant]:
    return sorted(coffins, key=lambda coffin: coffin.buried or SINCE_EVER)[:-1]


def _doubts(kind: GraveKind, occupants: Sequence[Occupant], newcomer: Occupant) -> tuple[str, ...]:
    day = newcomer.buried or SINCE_EVER
    resting = [occupant for occupant in occupants if occupant.rests(day)]
    doubts = [
        f"Stelle von {occupant.describe()} ist nicht bekannt; vor dem Ausheben prüfen."
        for occupant in resting
        if occupant.place is None
    ]
    if newcomer.form == "coffin":
        doubts += [
            f"Nicht vermerkt, ob {occupant.describe()} tief liegt; vor dem Ausheben prüfen ({kind.source()})."
            for occupant in resting
            if occupant.form == "coffin" and occupant.place == newcomer.place and occupant.deep is None
        ]
    return tuple(doubts)


def _refusal(
    kind: GraveKind, occupants: Sequence[Occupant], newcomer: Occupant, free: tuple[int, ...]
) -> str:
    here = [
        occupant
        for occupant in occupants
        if (newcomer.place is None or occupant.place in (None, newcomer.place)) and _meet(occupant, newcomer)
    ]
    where = f"Stelle {newcomer.place}" if newcomer.place is not None else "Die Grabstätte"
    who = "; ".join(occupant.describe() for occupant in here) or "die Höchstzahl der Grabstätte ist erreicht"
    second_coffin = newcomer.form == "coffin" and any(occupant.form == "coffin" for occupant in here)
    deep = " Ein zweiter Sarg während der Ruhefrist braucht eine Tieflage." if second_coffin else ""
    instead = f" Frei: {', '.join(f'Stelle {number}' for number in free)}." if free else ""
    return f"{where} ist belegt: {who}.{deep}{instead} ({kind.source()})"


def _meet(one: Occupant, other: Occupant) -> bool:
    return (one.buried or SINCE_EVER) <= (other.rest_end or FOR_EVER) and (other.buried or SINCE_EVER) <= (
        one.rest_end or FOR_EVER
    )


def _count(number: int, form: BurialForm) -> str:
    german = {"coffin": ("Sarg", "Särge"), "urn": ("Urne", "Urnen")}[form]
    return f"{number} {german[0] if number == 1 else german[1]}"
