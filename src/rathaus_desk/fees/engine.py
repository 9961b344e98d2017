"""The one engine that prices everything: a tariff and what happened → lines with reasons → total.

It knows neither graves nor halls. A module translates its world into **occasions**, one per thing that
happens; the tariff's items say by ``when`` which occasions they are for and by ``per`` what they count.

An item is for an occasion when
1. it names, in ``when``, every fact that makes the occasion what it is (``Occasion.subject``: a burial is
   made by ``event``, a service by ``service``, a room by ``room``, the matter as a whole by nothing);
2. every comparison in ``when`` holds and none in ``unless`` does;
3. the occasion has the counts that the item's ``per`` multiplies.

A fact that a comparison needs and the occasion does not have is either *structural* (event, service, room …:
then the item is not for this occasion) or it is asked for: ``MissingFact``, never a silent default.

Then, in this order: items that another replaces are dropped; quantity bands and least quantities; an item's
minimum and maximum; the factors in the order of the file, each on the former result unless ``of = "base"``;
what is free; items that are a percentage of others; limits; what was prepaid; each line is rounded half up,
once; VAT is rounded once per rate.

**Agreed with cemetery/** (docs/tariffs.md says the same in German):

=================  ======================================================================================
event              counts (``per``) and facts beside the common ones
=================  ======================================================================================
burial             grave, place (of the grave), urn (1 for an urn)
award              grave, place, urn (places for urns); year, month, day and ``term`` of the right awarded
extension          grave, place; year, month, day and ``term`` of the extension as ``extension_rounding``
                   and ``fee_basis`` of the kind say; facts: ``voluntary`` (true without a burial)
reacquisition      as extension, ``voluntary = true``; ``or_event="extension"``
transfer           grave, place
surrender          grave, place; ``right_year``, ``rest_year`` (exact Fraction, ``started_``/``full_`` round)
                   and ``year`` (whole: started years of the rest while one runs, otherwise of the right)
clearance          grave, place
exhumation         grave, place; facts ``years_since_burial``
monument_permit    grave, place; facts ``monument``; year (what is left of the right)
service            :func:`service`: one per service, with its quantity
(expense)          :func:`expense`: one per expense at cost
(whole matter)     :func:`whole`: once per assessment, for items that name neither event nor service
=================  ======================================================================================

Common facts: ``kind``, ``form`` (coffin | urn), ``age`` (whole years), ``stillborn``, ``resident``,
``weekday`` (monday …), ``hour`` (minutes since midnight), ``holiday``, ``months`` (1–12), ``on`` (date),
``size``, ``third_party`` (set of str), ``deep``, ``cemetery``, ``section``, ``occupants`` (dead who rest in
the grave before). ``season`` follows from ``on`` here. What is not known is left out of ``facts``; it is then
asked for if a price depends on it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from rathaus_desk.fees.assessment import Assessment, Line
from rathaus_desk.fees.hits import Hit, bands, find_hits, item_for, missing
from rathaus_desk.fees.occasions import Counts, Fact, Occasion, Term, event, expense, service, whole
from rathaus_desk.fees.pricing import (
    apply_factors,
    apply_free,
    apply_limits,
    apply_prepaid,
    percentage_hits,
)
from rathaus_desk.fees.summing import summed
from rathaus_desk.fees.tariff import Item, Statement, Tariff
from rathaus_desk.fees.vocabulary import FACTS
from rathaus_desk.kernel.errors import MissingFact, Refused


def assess(
    tariff: Tariff,
    occasions: Sequence[Occasion],
    *,
    prepaid: Collection[str] = (),
    order: Literal["occasion", "item"] = "occasion",
) -> Assessment:
    """Prices what happened.

    ``prepaid``: items (key or beginning of it) paid before; they are shown with 0.00. ``order``: lines in the
    order of the occasions, or of the tariff's items.
    Raises ``MissingFact`` (a price depends on what nobody said) and ``Refused`` (the tariff says no, has no
    price for an occasion that must have one, or contradicts itself).
    """
    occasions = [_in_season(tariff, occasion) for occasion in occasions]
    _refuse_unknown_words(tariff, occasions)
    refuse(tariff, occasions)
    found, priced = find_hits(tariff, occasions)
    hits = bands(found)
    apply_factors(tariff, hits)
    apply_free(tariff, hits)
    percentages, also_priced = percentage_hits(tariff, occasions, hits)
    hits.extend(percentages)
    _require_prices(tariff, occasions, priced | also_priced)
    hits.extend(apply_limits(tariff, hits))
    apply_prepaid(hits, prepaid)
    return summed(tariff, _ordered(hits, occasions, order), _warned(tariff.warnings, occasions))


def items_for(tariff: Tariff, occasion: Occasion) -> list[Item]:
    """The items that are for an occasion, percentages included; raises ``MissingFact`` as ``assess`` does."""
    occasion = _in_season(tariff, occasion)
    return [item for item in tariff.items if item_for(item, occasion)]


def _in_season(tariff: Tariff, occasion: Occasion) -> Occasion:
    """The occasion with the tariff's seasons its day falls into."""
    on = occasion.facts.get("on")
    if not tariff.seasons or not isinstance(on, date):
        return occasion
    return replace(occasion, facts={**occasion.facts, "season": tariff.seasons_of(on)})


def refuse(tariff: Tariff, occasions: Sequence[Occasion]) -> None:
    """Raises ``Refused`` where a ``[[refuse]]`` of the tariff holds. ``assess`` does so first of all."""
    for refusal in tariff.refusals:
        for occasion in occasions:
            answer = refusal.rule.verdict(occasion.facts, occasion.counts, occasion.subject)
            if answer is True:
                raise Refused(refusal.reason, source=refusal.paragraph)
            if answer:
                raise missing(answer, refusal.reason, refusal.paragraph)


def _warned(warnings: Sequence[Statement], occasions: Sequence[Occasion]) -> list[str]:
    """The warnings that hold; one that depends on what nobody said is not given."""
    return [
        f"{warning.reason} ({warning.paragraph})" if warning.paragraph else warning.reason
        for warning in warnings
        if any(
            warning.rule.verdict(occasion.facts, occasion.counts, occasion.subject) is True
            for occasion in occasions
        )
    ]


def _refuse_unknown_words(tariff: Tariff, occasions: Sequence[Occasion]) -> None:
    """A circumstance the tariff does not know, or a value it does not list, would silently change nothing."""
    options = {
        entry.fact
        for rule in tariff.rules()
        for condition in (*rule.when, *rule.unless)
        for entry in condition.comparisons
        if entry.option
    } | (tariff.words.declared("option") or {}).keys()
    for occasion in occasions:
        for fact, value in occasion.facts.items():
            if fact not in FACTS and fact not in options:
                raise Refused(f"„{tariff.title}“ nennt keinen Preis für: „{fact}“.")
            declared = tariff.words.declared(fact)
            for word in value if isinstance(value, frozenset) else (value,):
                if declared and word not in declared:
                    known = ", ".join(declared)
                    raise Refused(
                        f"„{tariff.title}“ kennt „{word}“ nicht ({FACTS[fact].german}). Es gibt: {known}."
                    )


def _require_prices(tariff: Tariff, occasions: Sequence[Occasion], priced: Collection[str]) -> None:
    for occasion in occasions:
        for required in occasion.required:
            if required not in priced:
                raise Refused(
                    f"„{tariff.title}“ nennt keinen Preis für: {required}. "
                    'Was nichts kosten soll, steht dort mit amount = "0.00".'
                )


def _ordered(hits: list[Hit], occasions: Sequence[Occasion], order: str) -> list[Hit]:
    places = {id(occasion): place for place, occasion in enumerate(occasions)}

    def key(hit: Hit) -> tuple[int, int, int]:
        place = places.get(id(hit.occasion), len(places))
        if hit.closing:
            return (1, hit.item.position, 0)
        return (0, place, hit.item.position) if order == "occasion" else (0, hit.item.position, place)

    return sorted(hits, key=key)


__all__ = [
    "Assessment",
    "Counts",
    "Fact",
    "Line",
    "MissingFact",
    "Occasion",
    "Term",
    "assess",
    "event",
    "expense",
    "items_for",
    "refuse",
    "service",
    "whole",
]
