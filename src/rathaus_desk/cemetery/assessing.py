"""From what is decided about a grave to the occasions that the tariff prices (see ``fees.engine``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from math import ceil
from typing import Literal

from rathaus_desk.cemetery.plan import BurialPlan, GraveDecision, GraveState
from rathaus_desk.cemetery.rules.entitlement import counts_as_resident
from rathaus_desk.cemetery.rules.right import Award, Extension
from rathaus_desk.cemetery.rules.surrender import Surrender
from rathaus_desk.cemetery.rules.terms import GraveKind
from rathaus_desk.fees.engine import Counts, Fact, Occasion, Term, event, expense, service, whole
from rathaus_desk.fees.tariff import Tariff
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.holidays import public_holidays
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import Period, add_years

EventName = Literal[
    "award",
    "extension",
    "reacquisition",
    "transfer",
    "surrender",
    "clearance",
    "exhumation",
    "monument_permit",
]
"""What can happen to a grave beside a burial."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def burial_occasions(plan: BurialPlan, tariff: Tariff, *, state: str) -> tuple[Occasion, ...]:
    """What a burial costs: itself, the right it needs, the services taken. ``state``: whose holidays count
    ("HE").

    A war grave costs nothing (rule 12); neither does a plan that is refused, since it does not take place.
    """
    right = plan.right
    if plan.refusals or right is None or right.change == "war_grave":
        return ()
    facts = {
        **_grave_facts(plan.kind, plan.grave),
        **_day_facts(plan.wish.buried, tariff, state),
        **_wish_facts(plan),
        "occupants": sum(1 for occupant in plan.grave.occupants if occupant.rests(plan.wish.day)),
    }
    counts = _grave_counts(plan.places)
    urns = {"urn": 1} if plan.wish.form == "urn" else {}
    # A tariff that never speaks of burials (others bury) charges none; one that does must price each.
    required = f"Bestattung ({plan.kind.name})" if tariff.speaks_of("event", "burial") else ""
    occasions = [event("burial", facts, {**counts, **urns}, required=required)]
    if right.award:
        occasions.append(_award(right.award, plan.kind, facts, counts))
    if right.extension:
        occasions.append(_extension(right.extension, plan.kind, facts, counts))
    return (
        *occasions,
        *_services(plan.wish.services, facts, during="burial"),
        *(expense(name, amount, facts, during="burial") for name, amount in plan.wish.costs.items()),
        whole(facts, counts),
    )


def clearance_in_advance(plan: BurialPlan, tariff: Tariff, *, state: str) -> Occasion | None:
    """The later clearance, paid with the burial; None for a war grave, which is never cleared."""
    decision = GraveDecision(
        statute=plan.statute, kind=plan.kind, grave=plan.grave, places=plan.places, on=plan.wish.day
    )
    return next(iter(decision_occasions("clearance", decision, tariff, state=state)), None)


def decision_occasions(
    name: EventName,
    decision: GraveDecision,
    tariff: Tariff,
    *,
    state: str,
    facts: Mapping[str, Fact] | None = None,
    services: Mapping[str, int | Fraction] | None = None,
    costs: Mapping[str, Money] | None = None,
) -> tuple[Occasion, ...]:
    """What a decision without a burial costs; ``name`` is the event, ``facts`` what is known beyond the
    grave.

    An extension and a "reacquisition" are both voluntary; the tariff's price for the latter goes before.
    """
    if decision.grave.war_grave or decision.kind.war_grave:
        return ()
    known: dict[str, Fact] = {
        **_grave_facts(decision.kind, decision.grave),
        **_day_facts(decision.on, tariff, state),
        **(facts or {}),
    }
    counts = _grave_counts(decision.places)
    if decision.extension:
        occasion = _extension(decision.extension, decision.kind, known, counts)
    elif decision.award:
        occasion = _award(decision.award, decision.kind, known, counts)
    elif decision.surrender:
        occasion = event("surrender", known, {**counts, **_years_left(decision.surrender)})
    else:
        until = decision.grave.right_until
        if name == "monument_permit" and until is not None and until >= decision.on:
            # Some towns charge a monument for every year that it may still stand.
            counts["year"] = years_in(Period(decision.on, until))
        occasion = event(name, known, counts, required=_REQUIRED.get(name, ""))
    if name != "exhumation":
        occasion = replace(occasion, without_deceased=True)
    return (
        occasion,
        *_services(services or {}, known, during=name),
        *(expense(key, amount, known, during=name) for key, amount in (costs or {}).items()),
        whole(known, counts),
    )


def _services(
    wanted: Mapping[str, int | Fraction], facts: Mapping[str, Fact], *, during: str
) -> list[Occasion]:
    return [service(name, quantity, facts, during=during) for name, quantity in wanted.items() if quantity]


def _years_left(surrender: Surrender) -> Counts:
    """Exact years of right and rest; ``year``: started years of the rest while one runs, otherwise of the
    right.
    """
    right, rest = years_in(surrender.right_left), years_in(surrender.rest_left)
    return {"right_year": right, "rest_year": rest, "year": ceil(rest or right)}


_REQUIRED: Mapping[EventName, str] = {
    "clearance": "Abräumung",
    "exhumation": "Umbettung",
    "monument_permit": "Grabmalgenehmigung",
}
"""Events that must be priced; a transfer may be free."""


def years_in(period: Period | None) -> Fraction:
    """The length of a period in years, exactly: whole years, and the days left as a share of the year they
    are in.
    """
    if period is None:
        return Fraction(0)
    years = period.last.year - period.first.year + 1
    after = period.last.toordinal() + 1
    while add_years(period.first, years).toordinal() > after:
        years -= 1
    begun = add_years(period.first, years).toordinal()
    length = add_years(period.first, years + 1).toordinal() - begun
    return years + Fraction(after - begun, length)


def _award(award: Award, kind: GraveKind, facts: Mapping[str, Fact], counts: Counts) -> Occasion:
    paid_until = add_years(award.first, award.years)
    return event(
        "award",
        facts,
        {
            **counts,
            "urn": kind.urns_per_grave or kind.urns_per_place * int(counts["place"] or 1),
            "year": award.years,
            "month": 12 * award.years,
            "day": (paid_until - award.first).days,
        },
        required=f"Vergabe eines Grabes der Art „{kind.name}“",
        term=Term(award.first, "year", award.years) if award.years else None,
    )


def _extension(extension: Extension, kind: GraveKind, facts: Mapping[str, Fact], counts: Counts) -> Occasion:
    years = kind.years_charged(years=extension.years, months=extension.months, days=extension.length_days)
    months = extension.months or 12 * (extension.years or years)
    unit, number = next(
        (unit, number)
        for unit, number in (("year", extension.years), ("month", extension.months), ("day", extension.days))
        if number
    )
    return event(
        "reacquisition" if extension.voluntary else "extension",
        {**facts, "voluntary": extension.voluntary},
        {**counts, "year": years, "month": months, "day": extension.length_days},
        required=f"Verlängerung eines Grabes der Art „{kind.name}“",
        or_event="extension" if extension.voluntary else "",
        term=Term(extension.first, unit, number),
    )


def _grave_counts(places: int) -> dict[str, int | Fraction | None]:
    return {"grave": 1, "place": places}


def _grave_facts(kind: GraveKind, grave: GraveState) -> dict[str, Fact]:
    said = {"size": grave.size, "cemetery": grave.cemetery, "section": grave.section}
    return {"kind": kind.key, **{name: value for name, value in said.items() if value}}


def _wish_facts(plan: BurialPlan) -> dict[str, Fact]:
    wish = plan.wish
    said: dict[str, Fact | None] = {
        "form": wish.form,
        "third_party": wish.third_party,
        "age": wish.age,
        # Whoever lived for a year was not stillborn, even if nobody says so.
        "stillborn": False if wish.age else wish.stillborn,
        "resident": counts_as_resident(
            plan.statute,
            resident=wish.resident,
            former_resident_in_home=wish.former_resident_in_home,
        ),
        "deep": wish.deep if plan.kind.deep_burial and wish.form == "coffin" else False,
        **dict.fromkeys(wish.options, True),
    }
    return {name: value for name, value in said.items() if value is not None}


def _day_facts(moment: date | datetime, tariff: Tariff, state: str) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    if isinstance(moment, datetime):
        moment = at_town(moment)
        facts["hour"] = moment.hour * 60 + moment.minute
        moment = moment.date()
    facts |= {"on": moment, "weekday": WEEKDAYS[moment.weekday()], "months": moment.month}
    if seasons := tariff.seasons_of(moment):
        facts["season"] = seasons
    # The calendar of holidays is large; few tariffs ask for it.
    if "holiday" in tariff.facts_asked:
        facts["holiday"] = moment in public_holidays(state, moment.year)
    return facts
