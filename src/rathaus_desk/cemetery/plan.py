"""What a burial, an award, an extension or a surrender brings with it, worked out before anything is written.

The one path for all: the worked examples of a statute, the operations and the window ask these functions.
They are pure; a plan holds the decision of every rule with its reason, what must be confirmed, and what
forbids it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Literal

from rathaus_desk.cemetery.rules.capacity import Occupant, Placement, place_burial
from rathaus_desk.cemetery.rules.entitlement import Entitled, entitlement
from rathaus_desk.cemetery.rules.rest import GraveRest, Rest, grave_rest, rest_period
from rathaus_desk.cemetery.rules.right import (
    Award,
    Extension,
    award,
    award_with_burial,
    covers,
    extension_to_cover,
    voluntary_extension,
)
from rathaus_desk.cemetery.rules.surrender import Surrender, surrender
from rathaus_desk.cemetery.rules.terms import BurialForm, GraveKind, Statutes, StatuteTerms
from rathaus_desk.cemetery.rules.window import BurialLaw, burial_window, window_warning
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import FOR_EVER, german_date

RightChange = Literal["kept", "extended", "awarded", "war_grave"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GraveState:
    """A grave as a decision finds it. ``places`` None: as many as its kind has. ``right_until``: inclusive,
    None: no right.

    A right that has ended still counts until the grave was cleared or awarded anew (rule 14).
    """

    kind: str
    places: int | None = None
    right_until: date | None = None
    occupants: tuple[Occupant, ...] = ()
    size: str | None = None
    label: str = ""
    cemetery: str = ""
    section: str = ""
    war_grave: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BurialWish:
    """A burial as it is asked for. ``age``: completed years at death. None anywhere: not known, or no wish.

    ``buried`` and ``died`` are days, or moments where the time is known (naive: town time). ``services``:
    name → quantity.
    """

    form: BurialForm
    buried: date | datetime
    died: date | datetime | None = None
    age: int | None = None
    name: str = ""
    place: int | None = None
    deep: bool | None = None
    stillborn: bool | None = None
    resident: bool | None = None
    former_resident_in_home: bool = False
    services: Mapping[str, int | Fraction] = field(default_factory=dict)
    costs: Mapping[str, Money] = field(default_factory=dict)
    """Expenses at cost: name → what was spent."""
    third_party: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    """The tariff's own circumstances that hold (its table ``[options]``)."""

    @property
    def day(self) -> date:
        """The day of burial at the cemetery."""
        return at_town(self.buried).date() if isinstance(self.buried, datetime) else self.buried


@dataclass(frozen=True, slots=True, kw_only=True)
class RightPlan:
    """What becomes of the grave's right: ``until`` is its inclusive last day afterwards."""

    change: RightChange
    until: date
    reason: str
    award: Award | None = None
    extension: Extension | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BurialPlan:
    """Everything a burial brings with it.

    ``right`` is None only where a refusal prevents it. ``warnings`` must be confirmed with a reason; any of
    ``refusals`` forbids the burial (the first one is the rule that said no first).
    """

    statute: StatuteTerms
    kind: GraveKind
    grave: GraveState
    places: int
    wish: BurialWish
    rest: Rest
    grave_rest: GraveRest
    placement: Placement
    entitled: Entitled
    right: RightPlan | None
    warnings: tuple[str, ...]
    refusals: tuple[str, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """How it came about, in the order it was decided."""
        return (
            self.placement.reason,
            self.rest.reason,
            self.grave_rest.reason,
            *((self.right.reason,) if self.right else ()),
            *((self.entitled.reason,) if self.statute.entitlement.outsiders != "allowed" else ()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GraveDecision:
    """A decision about a grave without a burial, under the statute in force on ``on``; only what it asked
    for is set.
    """

    statute: StatuteTerms
    kind: GraveKind
    grave: GraveState
    places: int
    on: date
    award: Award | None = None
    extension: Extension | None = None
    surrender: Surrender | None = None

    @property
    def until(self) -> date | None:
        """The inclusive last day of the right afterwards; None: there is none."""
        if self.surrender:
            return self.surrender.on
        granted = self.extension or self.award
        return granted.until if granted else self.grave.right_until

    @property
    def reasons(self) -> tuple[str, ...]:
        """How it came about."""
        return tuple(part.reason for part in (self.award, self.extension, self.surrender) if part)


def plan_burial(statutes: Statutes, law: BurialLaw | None, grave: GraveState, wish: BurialWish) -> BurialPlan:
    """Decides a burial under the statute in force on its day; ``law`` is the one in force on the day of
    death.

    Order of checks: capacity, then whether the rest fits the right, then the extension. Raises Refused only
    where no statute or kind is there to decide by; whatever else forbids it stands in the plan's refusals.
    """
    statute, kind = _terms(statutes, grave, wish.day)
    places = grave.places or kind.places
    rest = rest_period(kind, wish.form, wish.day, wish.age)
    name = wish.name or "neue Bestattung"
    newcomer = Occupant(wish.form, wish.place, wish.day, rest.end, name, wish.deep)
    placement = place_burial(kind, places, grave.occupants, newcomer, age=wish.age)
    together = grave_rest((one.name, one.rest_end) for one in (*grave.occupants, newcomer))
    entitled = entitlement(
        statute,
        resident=wish.resident,
        has_right=grave.right_until is not None,
        former_resident_in_home=wish.former_resident_in_home,
    )
    refusals = [
        *([placement.reason] if placement.place is None else []),
        *([rest.reason] if rest.end is None else []),
        *([entitled.reason] if entitled.verdict == "refused" else []),
        *_wrong_size(kind, grave),
    ]
    right = None
    if not refusals:
        try:
            right = _right_for_burial(kind, grave, wish.day, rest, together.end)
        except Refused as refused:
            refusals.append(str(refused))
    window = window_warning(burial_window(law, statute, wish.form, wish.died), wish.buried)
    return BurialPlan(
        statute=statute,
        kind=kind,
        grave=grave,
        places=places,
        wish=wish,
        rest=rest,
        grave_rest=together,
        placement=placement,
        entitled=entitled,
        right=right,
        warnings=(
            *([window] if window else []),
            *placement.doubts,
            *([together.reason] if together.unknown else []),
            *([reuse] if (reuse := _reuse(kind, grave, wish.day)) else []),
            *([entitled.reason] if entitled.verdict in ("permission", "unknown") else []),
        ),
        refusals=tuple(refusals),
    )


def _right_for_burial(
    kind: GraveKind, grave: GraveState, day: date, rest: Rest, grave_rest_end: date | None
) -> RightPlan:
    if grave.war_grave or kind.war_grave:
        return RightPlan(
            change="war_grave", until=FOR_EVER, reason="Kriegsgrab: dauerndes Ruherecht (§ 2 GräbG)."
        )
    until = grave.right_until
    if until is None or (until < day and (kind.after_expiry == "award" or not kind.extendable)):
        made = award_with_burial(kind, day, rest.end, rest_years=rest.years, grave_rest=grave_rest_end)
        return RightPlan(
            change="awarded", until=made.until, reason=made.reason, award=made, extension=made.extension
        )
    if grave_rest_end is None or covers(until, grave_rest_end):
        reason = f"Das Nutzungsrecht bis {german_date(until)} deckt die Ruhefrist ({kind.source()})."
        return RightPlan(change="kept", until=until, reason=reason)
    extension = extension_to_cover(kind, until, grave_rest_end)
    return RightPlan(change="extended", until=extension.until, reason=extension.reason, extension=extension)


def _reuse(kind: GraveKind, grave: GraveState, day: date) -> str:
    """The doubt about a grave that cannot be extended, given anew though nobody recorded its clearance."""
    until = grave.right_until
    if kind.extendable or kind.after_expiry == "award" or until is None or until >= day:
        return ""
    return (
        f"Das frühere Nutzungsrecht endete am {german_date(until)} und kann nicht verlängert werden;"
        f" die Grabstätte wird neu vergeben, eine Abräumung ist nicht eingetragen ({kind.source()})."
    )


def plan_without_extension(plan: BurialPlan, reason: str) -> BurialPlan:
    """The same burial, but the right is not extended: a clerk with that permission says why (rule 2)."""
    right = plan.right
    if right is None or right.change != "extended" or plan.grave.right_until is None:
        return plan
    kept = RightPlan(
        change="kept",
        until=plan.grave.right_until,
        reason=f"Das Nutzungsrecht wird nicht verlängert: {reason}",
    )
    return replace(plan, right=kept)


def plan_award(statutes: Statutes, grave: GraveState, *, on: date) -> GraveDecision:
    """Awards a free grave without a burial, from ``on``.

    Refused while a right runs or somebody rests there, and for a kind that is only given with a burial (no
    years).
    """
    statute, kind = _terms(statutes, grave, on)
    if grave.right_until is not None and grave.right_until >= on:
        raise Refused(
            f"An der Grabstätte besteht ein Nutzungsrecht bis {german_date(grave.right_until)}.",
            source=kind.source(),
        )
    rest = _rest_of(grave)
    if rest.runs(on):
        raise Refused(f"Die Grabstätte ist belegt. {rest.reason}", source=kind.source())
    if kind.right_years == 0 and not kind.war_grave:
        raise Refused(f"{kind.name} wird nur mit einer Bestattung vergeben.", source=kind.source())
    if wrong := _wrong_size(kind, grave):
        raise Refused(wrong[0])
    return GraveDecision(
        statute=statute,
        kind=kind,
        grave=grave,
        places=grave.places or kind.places,
        on=on,
        award=award(kind, on),
    )


def plan_extension(statutes: Statutes, grave: GraveState, *, on: date, years: int | None) -> GraveDecision:
    """Extends a right without a burial: by ``years`` as the holder wishes, or (None) as far as the rest
    needs.

    The first is voluntary and bound by the kind's limits; the second repairs a right that is too short.
    """
    statute, kind = _terms(statutes, grave, on)
    until = grave.right_until
    if until is None:
        raise Refused("An der Grabstätte besteht kein Nutzungsrecht, das verlängert werden könnte.")
    if grave.war_grave or until == FOR_EVER:
        raise Refused("Das Recht besteht ohne Ende; eine Verlängerung ist nicht nötig.", source="§ 2 GräbG")
    rest = _rest_of(grave)
    if years is not None:
        extension = voluntary_extension(kind, until, years, on=on)
    elif rest.end is not None and not covers(until, rest.end):
        extension = extension_to_cover(kind, until, rest.end)
    else:
        raise Refused(
            f"Das Nutzungsrecht bis {german_date(until)} deckt die Ruhefrist; es fehlt die Zahl der Jahre."
        )
    return GraveDecision(
        statute=statute,
        kind=kind,
        grave=grave,
        places=grave.places or kind.places,
        on=on,
        extension=extension,
    )


def plan_surrender(statutes: Statutes, grave: GraveState, *, on: date) -> GraveDecision:
    """Hands a right back with the end of ``on``."""
    statute, kind = _terms(statutes, grave, on)
    if grave.right_until is None:
        raise Refused("An der Grabstätte besteht kein Nutzungsrecht, das zurückgegeben werden könnte.")
    if grave.war_grave:
        raise Refused("Das Ruherecht an einem Kriegsgrab besteht dauernd.", source="§ 2 GräbG")
    return GraveDecision(
        statute=statute,
        kind=kind,
        grave=grave,
        places=grave.places or kind.places,
        on=on,
        surrender=surrender(kind, grave.right_until, _rest_of(grave), on=on),
    )


def plan_clearance(statutes: Statutes, grave: GraveState, *, on: date) -> GraveDecision:
    """Clears a grave, which makes it free (rule 14). Refused while a right runs or somebody rests there."""
    decision = plan_plain(statutes, grave, on=on)
    if grave.war_grave or decision.kind.war_grave:
        raise Refused("Ein Kriegsgrab wird nicht abgeräumt.", source="§ 2 GräbG")
    if grave.right_until is not None and grave.right_until > on:
        raise Refused(
            f"An der Grabstätte besteht ein Nutzungsrecht bis {german_date(grave.right_until)}.",
            source=decision.kind.source(),
        )
    rest = _rest_of(grave)
    if rest.runs(on):
        raise Refused(f"Die Grabstätte ist belegt. {rest.reason}", source=decision.kind.source())
    return decision


def plan_plain(statutes: Statutes, grave: GraveState, *, on: date) -> GraveDecision:
    """The terms for what leaves the right's length alone: transfer, clearance, exhumation, a monument's
    permit.
    """
    statute, kind = _terms(statutes, grave, on)
    return GraveDecision(statute=statute, kind=kind, grave=grave, places=grave.places or kind.places, on=on)


def _rest_of(grave: GraveState) -> GraveRest:
    return grave_rest((one.name, one.rest_end) for one in grave.occupants)


def _wrong_size(kind: GraveKind, grave: GraveState) -> list[str]:
    if not kind.sizes or grave.size is None or grave.size in kind.sizes:
        return []
    known = ", ".join(kind.sizes)
    return [f"Die Größe „{grave.size}“ gibt es bei {kind.name} nicht; vorgesehen: {known} ({kind.source()})."]


def _terms(statutes: Statutes, grave: GraveState, on: date) -> tuple[StatuteTerms, GraveKind]:
    statute = statutes.in_force(on)
    if statute is None:
        raise Refused(
            f"Am {german_date(on)} ist keine Friedhofsordnung in Kraft, nach der entschieden werden könnte."
        )
    kind = statute.kinds.get(grave.kind)
    if kind is None:
        known = ", ".join(sorted(statute.kinds)) or "keine"
        raise Refused(f"Die Grabart „{grave.kind}“ gibt es nicht; vorgesehen: {known}.", source=statute.title)
    return statute, kind
