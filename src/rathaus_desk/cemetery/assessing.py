"""From what is decided about a grave to the occasions that the tariff prices (see ``fees.engine``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction

from rathaus_desk.cemetery.plan import BurialPlan, BurialWish, GraveDecision, GraveState
from rathaus_desk.cemetery.rules.right import Award, Extension
from rathaus_desk.cemetery.rules.terms import GraveKind
from rathaus_desk.fees.engine import Fact, Occasion, Term, event, service, whole
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.holidays import public_holidays
from rathaus_desk.kernel.periods import Period, add_years

Counts = Mapping[str, int | Fraction | None]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def burial_occasions(plan: BurialPlan, *, state: str) -> tuple[Occasion, ...]:
    """What a burial costs: itself, the right it needs, the services taken. ``state``: whose holidays count
    ("HE").

    A war grave costs nothing (rule 12); neither does a plan that is refused, since it does not take place.
    """
    right = plan.right
    if plan.refusals or right is None or right.change == "war_grave":
        return ()
    facts = {
        **_grave_facts(plan.kind, plan.grave),
        **_day_facts(plan.wish.buried, state),
        **_wish_facts(plan.wish),
        "occupants": sum(1 for occupant in plan.grave.occupants if occupant.rests(plan.wish.day)),
    }
    counts = _grave_counts(plan.places)
    occasions = [event("burial", facts, counts, required=f"Bestattung ({plan.kind.name})")]
    if right.award:
        occasions.append(_award(right.award, plan.kind, facts, counts))
    if right.extension:
        occasions.append(_extension(right.extension, plan.kind, facts, counts))
    occasions += [
        service(name, quantity, facts, during="burial")
        for name, quantity in plan.wish.services.items()
        if quantity
    ]
    return (*occasions, whole(facts, counts))


def decision_occasions(
    name: str,
    decision: GraveDecision,
    *,
    state: str,
    facts: Mapping[str, Fact] | None = None,
    services: Mapping[str, int] | None = None,
) -> tuple[Occasion, ...]:
    """What a decision without a burial costs; ``name`` is the event, ``facts`` what is known beyond the
    grave.

    An extension and a "reacquisition" are both voluntary; the tariff's price for the latter goes before.
    """
    if decision.grave.war_grave or decision.kind.war_grave:
        return ()
    known: dict[str, Fact] = {
        **_grave_facts(decision.kind, decision.grave),
        **_day_facts(decision.on, state),
        **(facts or {}),
    }
    counts = _grave_counts(decision.places)
    if decision.extension:
        occasion = _extension(decision.extension, decision.kind, known, counts)
    elif decision.award:
        occasion = _award(decision.award, decision.kind, known, counts)
    elif decision.surrender:
        right_year = years_in(decision.surrender.right_left)
        rest_year = years_in(decision.surrender.rest_left)
        left = {"right_year": right_year, "rest_year": rest_year, "year": rest_year or right_year}
        occasion = event("surrender", known, {**counts, **left})
    else:
        occasion = event(name, known, counts, required=_REQUIRED.get(name, ""))
    taken = [
        service(key, quantity, known, during=name) for key, quantity in (services or {}).items() if quantity
    ]
    return (occasion, *taken, whole(known, counts))


_REQUIRED = {
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


def _wish_facts(wish: BurialWish) -> dict[str, Fact]:
    # Whoever lived for a year was not stillborn, even if nobody says so.
    stillborn = False if wish.age else wish.stillborn
    said = {"age": wish.age, "stillborn": stillborn, "resident": wish.resident}
    return {
        "form": wish.form,
        "third_party": wish.third_party,
        "deep": bool(wish.deep),
        **{name: value for name, value in said.items() if value is not None},
    }


def _day_facts(moment: date | datetime, state: str) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    if isinstance(moment, datetime):
        moment = at_town(moment)
        facts["hour"] = moment.hour * 60 + moment.minute
        moment = moment.date()
    return {
        **facts,
        "on": moment,
        "weekday": WEEKDAYS[moment.weekday()],
        "months": moment.month,
        "holiday": moment in public_holidays(state, moment.year),
    }
