"""What cannot be right in the register (rule 15): findings, each with the record to look at.

Nothing is changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rathaus_desk.cemetery.rules.capacity import Occupant, overfull_places
from rathaus_desk.cemetery.rules.rest import grave_rest
from rathaus_desk.cemetery.rules.right import covers
from rathaus_desk.cemetery.rules.terms import BurialForm, GraveKind
from rathaus_desk.kernel.names import fold
from rathaus_desk.kernel.periods import FOR_EVER, add_years, german_date
from rathaus_desk.kernel.uncertain import UncertainDate

LONGEST_RIGHT_AHEAD = 60
"""Years a right may reach ahead before it looks like a slip of the pen."""

Check = Literal[
    "dates_in_order",
    "right_too_long",
    "no_rest_end",
    "right_too_short",
    "expired_but_occupied",
    "two_running_rights",
    "no_holder",
    "holder_dead",
    "same_person",
    "over_capacity",
    "same_number",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at: ``subject`` is the id of the record it is about."""

    check: Check
    subject: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedBurial:
    """A burial as the checks see it; who was moved elsewhere since is not among them."""

    record: str
    name: str
    form: BurialForm
    place: int | None
    born: UncertainDate
    died: UncertainDate
    buried: UncertainDate
    rest_end: date | None

    def occupant(self) -> Occupant:
        """As rule 4 counts them."""
        return Occupant(self.form, self.place, self.buried.earliest, self.rest_end, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRight:
    """A right of use that has not been surrendered; ``disputed`` ones are settled elsewhere and skipped
    here.
    """

    record: str
    first: date
    until: date
    holder: str
    holder_dead: bool = False
    disputed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedGrave:
    """A grave with everyone in it and its rights; ``kind`` is None if no statute of today knows it."""

    record: str
    label: str
    kind: GraveKind | None
    places: int
    burials: tuple[CheckedBurial, ...] = ()
    rights: tuple[CheckedRight, ...] = ()
    war_grave: bool = False


def check_grave(grave: CheckedGrave, on: date) -> Iterator[Finding]:
    """All findings about one grave and what belongs to it, as of a day."""
    for burial in grave.burials:
        yield from _check_burial(grave, burial)
    running = [right for right in grave.rights if not right.disputed and right.first <= on <= right.until]
    if len(running) > 1:
        ends = ", ".join(german_date(right.until) for right in running)
        yield Finding(
            "two_running_rights",
            grave.record,
            f"{grave.label}: mehrere laufende Nutzungsrechte (bis {ends}).",
        )
    for right in running:
        yield from _check_right(grave, right, on)
    yield from _check_rest(grave, running, on)
    if grave.kind is not None:
        for overfull in overfull_places(
            grave.kind, grave.places, [burial.occupant() for burial in grave.burials]
        ):
            where = f"Stelle {overfull.place}" if overfull.place else "Grabstätte"
            yield Finding(
                "over_capacity",
                grave.record,
                f"{grave.label}, {where}: {overfull.reason} (am {german_date(overfull.day)}).",
            )


def _check_burial(grave: CheckedGrave, burial: CheckedBurial) -> Iterator[Finding]:
    who = f"{burial.name or 'ohne Namen'} ({grave.label})"
    dates = (("geboren", burial.born), ("gestorben", burial.died), ("bestattet", burial.buried))
    for (earlier, one), (later, other) in ((dates[0], dates[1]), (dates[1], dates[2]), (dates[0], dates[2])):
        if one.certainly_after(other):
            yield Finding("dates_in_order", burial.record, f"{who}: {earlier} {one}, aber {later} {other}.")
    if burial.rest_end is None and not grave.war_grave:
        yield Finding("no_rest_end", burial.record, f"{who}: Ende der Ruhefrist unbekannt.")


def _check_right(grave: CheckedGrave, right: CheckedRight, on: date) -> Iterator[Finding]:
    if right.until > add_years(on, LONGEST_RIGHT_AHEAD) and right.until != FOR_EVER:
        yield Finding(
            "right_too_long",
            right.record,
            f"{grave.label}: Nutzungsrecht bis {german_date(right.until)}, mehr als {LONGEST_RIGHT_AHEAD}"
            " Jahre voraus.",
        )
    if grave.war_grave:
        return
    if not right.holder:
        yield Finding("no_holder", right.record, f"{grave.label}: Nutzungsrecht ohne Nutzungsberechtigte.")
    elif right.holder_dead:
        yield Finding(
            "holder_dead", right.record, f"{grave.label}: {right.holder} (nutzungsberechtigt) ist verstorben."
        )


def _check_rest(grave: CheckedGrave, running: list[CheckedRight], on: date) -> Iterator[Finding]:
    rest = grave_rest((burial.name, burial.rest_end) for burial in grave.burials)
    if grave.war_grave or not grave.burials:
        return
    if running:
        until = max(right.until for right in running)
        if not covers(until, rest.end):
            yield Finding(
                "right_too_short",
                grave.record,
                f"{grave.label}: Nutzungsrecht bis {german_date(until)}. {rest.reason}",
            )
    elif rest.runs(on) and any(not right.disputed and right.until < on for right in grave.rights):
        yield Finding(
            "expired_but_occupied", grave.record, f"{grave.label}: Nutzungsrecht abgelaufen. {rest.reason}"
        )


def same_numbers(graves: Iterable[tuple[str, str, str]]) -> Iterator[Finding]:
    """Graves of one cemetery whose numbers are the same number: given as (record, label, normalised
    number).
    """
    for label, records in _alike(graves):
        for record in records:
            yield Finding("same_number", record, f"Grabnummer {label} ist {len(records)}-mal vergeben.")


def same_people(dead: Iterable[tuple[str, str, UncertainDate]]) -> Iterator[Finding]:
    """Burials that seem to be of one and the same person: given as (record, name, day of death).

    Same folded name and the same certain day of death; people without a name or a certain day are not
    compared.
    """
    certain = ((record, name, f"{fold(name)} {died.day}") for record, name, died in dead if name and died.day)
    for name, records in _alike(certain):
        for record in records:
            yield Finding(
                "same_person", record, f"{name} ist mit demselben Sterbetag {len(records)}-mal eingetragen."
            )


def _alike(entries: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, list[str]]]:
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for record, label, key in entries:
        found[key].append((record, label))
    for group in found.values():
        if len(group) > 1:
            yield group[0][1], [record for record, _ in group]
