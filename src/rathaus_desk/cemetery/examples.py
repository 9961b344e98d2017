"""The worked examples of cemetery tariffs and statutes: graves, and what must come out.

They run the decisions that the operations run (``plan``) and are priced by the same engine, so a town tries
its next statute on its own cases before the council votes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rathaus_desk.catalogue.examples import Outcome
from rathaus_desk.catalogue.kinds import Bundle, CatalogueFile
from rathaus_desk.catalogue.reading import Wrong, nearest, shown
from rathaus_desk.cemetery.assessing import EventName, burial_occasions, decision_occasions
from rathaus_desk.cemetery.law import burial_law
from rathaus_desk.cemetery.plan import (
    BurialWish,
    GraveDecision,
    GraveState,
    plan_award,
    plan_burial,
    plan_extension,
    plan_plain,
    plan_surrender,
)
from rathaus_desk.cemetery.rules.capacity import Occupant
from rathaus_desk.cemetery.rules.entitlement import counts_as_resident
from rathaus_desk.cemetery.rules.rest import grave_rest, rest_of_burial
from rathaus_desk.cemetery.rules.right import Extension
from rathaus_desk.cemetery.rules.terms import BurialForm, Statutes, StatuteTerms
from rathaus_desk.cemetery.statute import terms_of
from rathaus_desk.fees.engine import Fact, Occasion, assess
from rathaus_desk.fees.summing import line_sums
from rathaus_desk.fees.tariff import Tariff
from rathaus_desk.fees.tariff_file import TariffFile
from rathaus_desk.fees.tariff_kind import tariff_of
from rathaus_desk.fees.terms import due_on
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import BadInput, MissingFact, Refused
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import full_years
from rathaus_desk.kernel.uncertain import UncertainDate

ExampleEvent = Literal[
    "burial",
    "award",
    "extension",
    "reacquisition",
    "transfer",
    "surrender",
    "clearance",
    "exhumation",
    "monument_permit",
]
Age = Annotated[int, Meta(ge=0, le=130)]
Place = Annotated[int, Meta(ge=1, le=500)]
Quantity = Annotated[Fraction, Meta(extra={"least": 0, "most": 100_000})]


@dataclass(frozen=True, slots=True)
class When:
    """A day, or a moment where the file gives the time."""

    value: date | datetime

    @classmethod
    def from_toml(cls, value: object) -> When:
        """From a TOML date or date with time; raises Wrong."""
        if isinstance(value, date):
            return cls(value)
        raise Wrong(f"{shown(value)} ist kein Tag.", "2026-11-20 oder 2026-11-20T14:00:00")

    @property
    def day(self) -> date:
        """The day, by the clock of the town."""
        return at_town(self.value).date() if isinstance(self.value, datetime) else self.value


class OccupantTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``occupied = [ { place = 1, form = "coffin", buried = 2004-06-17 } ]``; a ``rest_end`` goes before
    the computed.
    """

    form: BurialForm
    buried: When | None = None
    place: Place | None = None
    age: Age | None = None
    name: str = ""
    deep: bool | None = None
    rest_end: date | None = None


class BurialTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``burial = { form = "coffin", place = 2, died = …, buried = …, age = 88 }``."""

    form: BurialForm
    buried: When | None = None
    died: When | None = None
    place: Place | None = None
    age: Age | None = None
    name: str = ""
    deep: bool | None = None
    stillborn: bool | None = None


class ExpectTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must come out; what is left out is not compared."""

    rest_end: date | UnsetType = UNSET
    grave_rest_end: date | UnsetType = UNSET
    extension_years: int | UnsetType = UNSET
    extension_months: int | UnsetType = UNSET
    extension_days: int | UnsetType = UNSET
    right_until: date | UnsetType = UNSET
    total: Money | UnsetType = UNSET
    lines: dict[str, Money] | UnsetType = UNSET
    refused: bool | str | UnsetType = UNSET
    warns: bool | str | tuple[str, ...] | UnsetType = UNSET
    net: Money | UnsetType = UNSET
    vat: Money | UnsetType = UNSET
    due_on: date | UnsetType = UNSET


class CemeteryExample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An ``[[example]]`` about a grave."""

    title: Annotated[str, Meta(min_length=1, max_length=300)]
    kind: str
    expect: ExpectTable
    event: ExampleEvent = "burial"
    on: date | None = None
    places: Place | None = None
    right_until: date | None = None
    occupied: tuple[OccupantTable, ...] = ()
    burial: BurialTable | None = None
    services: dict[str, Quantity] = {}
    costs: dict[str, Money] = {}
    extend_years: int | None = None
    resident: bool | None = None
    former_resident_in_home: bool = False
    size: str | None = None
    section: str = ""
    cemetery: str = ""
    third_party: tuple[str, ...] = ()
    options: dict[str, bool] = {}
    prepaid: tuple[str, ...] = ()
    monument: str | None = None
    war_grave: bool = False
    received_on: date | None = None


class CemeteryExamples:
    """Computes the examples about graves (those that name a ``kind``)."""

    schema: type[msgspec.Struct] = CemeteryExample

    def runs(self, example: Mapping[str, object]) -> bool:
        """Whether the table speaks of a grave."""
        return "kind" in example

    def run(self, example: CemeteryExample, file: CatalogueFile, bundle: Bundle) -> Outcome:
        """Decides and prices one example with the statutes and the tariff that lie beside each other."""
        statutes = _statutes(example.kind, file, bundle)
        if example.expect.refused is UNSET:
            _expect_known_kind(example.kind, statutes)
        if example.event == "burial":
            return _burial(example, statutes, file, bundle)
        return _decision(example, example.event, statutes, file, bundle)


def _burial(example: CemeteryExample, statutes: Statutes, file: CatalogueFile, bundle: Bundle) -> Outcome:
    asked = example.burial
    if asked is None or asked.buried is None:
        raise BadInput("Eine Bestattung braucht „burial“ mit „form“ und „buried“.")
    if asked.died and asked.died.day > asked.buried.day:
        raise BadInput("Das Sterbedatum (died) liegt nach der Bestattung (buried).")
    wish = BurialWish(
        form=asked.form,
        buried=asked.buried.value,
        died=asked.died.value if asked.died else None,
        age=asked.age,
        name=asked.name,
        place=asked.place,
        deep=asked.deep,
        stillborn=asked.stillborn,
        resident=example.resident,
        former_resident_in_home=example.former_resident_in_home,
        services=example.services,
        costs=example.costs,
        third_party=frozenset(example.third_party),
        options=_options(example),
    )
    law = burial_law(bundle.law, asked.died.day if asked.died else wish.day)
    plan = plan_burial(statutes, law, _grave(example, statutes, wish.day), wish)
    decided: dict[str, object] = {
        "rest_end": plan.rest.end,
        "grave_rest_end": plan.grave_rest.end,
        **_extension(plan.right.extension if plan.right else None),
        **({"right_until": plan.right.until} if plan.right else {}),
    }
    outcome = Outcome(
        decided, refused=" ".join(plan.refusals) or None, warnings=plan.warnings, reasons=plan.reasons
    )
    tariff = _tariff(example, file, bundle, wish.day)
    if tariff is None or plan.refusals:
        return outcome
    return _priced(outcome, example, tariff, bundle, burial_occasions(plan, tariff, state=_state(bundle)))


def _decision(
    example: CemeteryExample, event: EventName, statutes: Statutes, file: CatalogueFile, bundle: Bundle
) -> Outcome:
    if example.on is None:
        raise BadInput(f"„{event}“ braucht den Tag der Entscheidung: on = 2026-11-25.")
    grave = _grave(example, statutes, example.on)
    rest = grave_rest((one.name, one.rest_end) for one in grave.occupants)
    try:
        decision = _decided(example, event, statutes, grave, example.on)
    except Refused as refused:
        return Outcome({"grave_rest_end": rest.end}, refused=refused.sentence)
    outcome = Outcome(
        {"grave_rest_end": rest.end, "right_until": decision.until, **_extension(decision.extension)},
        reasons=decision.reasons,
    )
    tariff = _tariff(example, file, bundle, example.on)
    if tariff is None:
        return outcome
    occasions = decision_occasions(
        event,
        decision,
        tariff,
        state=_state(bundle),
        facts=_facts(example, decision.statute, example.on),
        services=example.services,
        costs=example.costs,
    )
    return _priced(outcome, example, tariff, bundle, occasions)


def _priced(
    decided: Outcome, example: CemeteryExample, tariff: Tariff, bundle: Bundle, occasions: Sequence[Occasion]
) -> Outcome:
    """What was decided, with its price, or with what stands against one."""
    try:
        assessment = assess(tariff, occasions, prepaid=example.prepaid)
    except (Refused, MissingFact) as error:
        return replace(decided, refused=error.sentence)
    computed = {
        **decided.computed,
        "total": assessment.total,
        "net": assessment.net,
        "vat": assessment.vat,
        "lines": line_sums(tariff, assessment, example.expect.lines),
    }
    if example.received_on is not None:
        computed["due_on"] = due_on(tariff, example.received_on, state=_state(bundle), law=bundle.law)
    return replace(
        decided,
        computed=computed,
        warnings=(*decided.warnings, *assessment.warnings),
        reasons=(*decided.reasons, *assessment.explained()),
    )


def _decided(
    example: CemeteryExample, event: EventName, statutes: Statutes, grave: GraveState, on: date
) -> GraveDecision:
    match event:
        case "award":
            return plan_award(statutes, grave, on=on)
        case "extension" | "reacquisition":
            return plan_extension(statutes, grave, on=on, years=example.extend_years)
        case "surrender":
            return plan_surrender(statutes, grave, on=on)
        case _:
            return plan_plain(statutes, grave, on=on)


def _facts(example: CemeteryExample, statute: StatuteTerms, on: date) -> dict[str, Fact]:
    """What is known beyond the grave when nobody is buried."""
    burial = example.burial
    said: dict[str, Fact | None] = {
        "resident": counts_as_resident(
            statute,
            resident=example.resident,
            former_resident_in_home=example.former_resident_in_home,
        ),
        "third_party": frozenset(example.third_party),
        "monument": example.monument,
        "form": burial.form if burial else None,
        "age": burial.age if burial else None,
        "years_since_burial": full_years(burial.buried.day, on) if burial and burial.buried else None,
        **dict.fromkeys(_options(example), True),
    }
    return {name: value for name, value in said.items() if value is not None}


def _options(example: CemeteryExample) -> frozenset[str]:
    return frozenset(name for name, holds in example.options.items() if holds)


def _grave(example: CemeteryExample, statutes: Statutes, on: date) -> GraveState:
    occupants = []
    for occupant in example.occupied:
        buried = UncertainDate.exact(occupant.buried.day) if occupant.buried else UncertainDate()
        rest = rest_of_burial(statutes, example.kind, occupant.form, buried, age=occupant.age, on=on)
        occupants.append(
            Occupant(
                occupant.form,
                occupant.place,
                buried.day,
                occupant.rest_end or rest.end,
                occupant.name,
                occupant.deep,
            )
        )
    return GraveState(
        kind=example.kind,
        places=example.places,
        right_until=example.right_until,
        occupants=tuple(occupants),
        size=example.size,
        cemetery=example.cemetery,
        section=example.section,
        war_grave=example.war_grave,
    )


def _extension(extension: Extension | None) -> dict[str, object]:
    """As ``expect`` compares it; without an extension every quantity is 0."""
    return {
        "extension_years": extension.years if extension else 0,
        "extension_months": extension.months if extension else 0,
        "extension_days": extension.days if extension else 0,
    }


def _statutes(kind: str, file: CatalogueFile, bundle: Bundle) -> Statutes:
    """The versions of the statute that the example is about: its own, or the one that knows the kind."""
    by_key: dict[str, list[CatalogueFile]] = {}
    for other in bundle.of("statute"):
        by_key.setdefault(other.content.statute.key, []).append(other)
    if not by_key:
        raise BadInput("Neben der Datei liegt keine Friedhofsordnung, nach der gerechnet werden könnte.")
    if file.kind.head == "statute":
        chosen = by_key[file.content.statute.key]
    else:
        knowing = (
            files for files in by_key.values() if any(kind in terms_of(one.content).kinds for one in files)
        )
        chosen = next(knowing, next(iter(by_key.values())))
    return Statutes(tuple(terms_of(one.content) for one in chosen))


def _expect_known_kind(kind: str, statutes: Statutes) -> None:
    """A mistyped kind is a mistake of the example, unless it expects just that refusal."""
    known = list(dict.fromkeys(key for statute in statutes.versions for key in statute.kinds))
    if kind not in known:
        near = nearest(kind, known)
        meant = f"Gemeint: „{near}“?" if near else f"Es gibt: {', '.join(known)}."
        raise BadInput(f"Die Grabart „{kind}“ steht in keiner Fassung der Satzung. {meant}")


def _tariff(example: CemeteryExample, file: CatalogueFile, bundle: Bundle, on: date) -> Tariff | None:
    """The tariff that carries the example; for one in a statute, the cemetery tariff in force beside it.

    None where the example expects nothing that a price could change.
    """
    expect = example.expect
    priced = (expect.total, expect.net, expect.vat, expect.lines, expect.due_on)
    if all(part is UNSET for part in (*priced, expect.refused, expect.warns)):
        return None
    if file.kind.head == "tariff":
        return tariff_of(file)
    for other in bundle.of("tariff"):
        if _prices_graves(other.content) and any(on in version.validity for version in other.versions):
            return tariff_of(other)
    return None


def _prices_graves(content: TariffFile) -> bool:
    events = [table.get("event") for item in content.item for table in _tables(item.when)]
    return any(event in ("burial", "award", "extension") for event in events)


def _tables(when: object) -> tuple[Mapping[str, object], ...]:
    if isinstance(when, Mapping):
        return (when,)
    return tuple(when) if isinstance(when, tuple | list) else ()


def _state(bundle: Bundle) -> str:
    """The federal state of the town beside the file, for its holidays."""
    for town in bundle.of("town"):
        return str(town.content.town.state)
    return "HE"
