"""The one engine that prices everything: a tariff and what happened → lines with reasons → total.

It knows neither graves nor halls. A module translates its world into **occasions**, one per thing that
happens, and the tariff's items say by ``when`` which occasions they are for and by ``per`` what they count.

An item is for an occasion when
1. it names, in ``when``, every fact that makes the occasion what it is (``Occasion.subject``: a burial is
made by ``event``, a service by ``service``, a room by ``room``, the matter as a whole by nothing); 2. every
comparison in ``when`` holds and none in ``unless`` does; 3. the occasion has the counts that the item's
``per`` multiplies.

A fact that a comparison needs and the occasion does not have is either *structural* (event, service, room
…: then the item is not for this occasion) or it is asked for: ``MissingFact``, never a silent default.

**Agreed with cemetery/** (docs/tariffs.md says the same in German):

=================  ==========================================================================================
event              counts (``per``) and facts beside the common ones
=================  ==========================================================================================
burial             once, grave, place (of the grave)
award              once, grave, place, urn (places for urns); year, month, day and ``term`` of the right
awarded extension          once, grave, place; year, month, day and ``term`` of the extension as
``extension_rounding`` and ``fee_basis`` of the kind say; facts: ``voluntary`` (true without a burial)
reacquisition      as extension, ``voluntary = true``; ``or_event="extension"`` transfer           once,
grave, place surrender          once, grave, place; ``right_year``, ``rest_year`` (exact Fraction, the item
rounds) and ``year`` (= rest_year while a rest runs, otherwise right_year) clearance          once, grave,
place exhumation         once; facts ``years_since_burial`` monument_permit    once, place; facts
``monument`` service            :func:`service`: one per service, with its quantity (whole matter)
:func:`whole`: once per assessment, for items that name neither event nor service
=================  ==========================================================================================

Common facts: ``kind``, ``form`` (coffin | urn), ``age`` (whole years), ``stillborn``, ``resident``,
``weekday`` (monday …), ``hour`` (minutes since midnight), ``holiday``, ``months`` (1–12), ``on`` (date),
``size``, ``third_party`` (set of str), ``deep``, ``cemetery``, ``section``, ``occupants`` (dead who rest in
the grave before). What is not known is left out of ``facts``; it is then asked for if a price depends on
it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from rathaus_desk.kernel.money import Money

Fact = str | bool | int | Fraction | date | Money | frozenset[str]
"""What ``when`` compares. A set is compared like each of its members."""


@dataclass(frozen=True, slots=True)
class Term:
    """A run of ``number`` equal units from ``first``, so that a price may change inside it.

    Unit k begins ``first`` + k units; the price of a unit is the one in force on its first day.
    """

    first: date
    unit: str
    """``year``, ``month`` or ``day``."""
    number: int


@dataclass(frozen=True)
class Occasion:
    """One thing that happens and may cost something.

    ``counts``: what ``per`` may multiply; ``once`` is always 1. A count of None applies but is not known:
    it is asked for. ``required``: how the occasion reads in the refusal if no item prices it ("Vergabe
    eines Grabes der Art wahl_sarg"); empty: it may be free. Occasions that share a ``required`` text need
    one price among them. ``or_event``: tried where no item is for ``event``.
    """

    facts: Mapping[str, Fact]
    counts: Mapping[str, int | Fraction | None] = field(default_factory=dict)
    subject: frozenset[str] = frozenset({"event"})
    required: tuple[str, ...] = ()
    or_event: str = ""
    term: Term | None = None
    amount: Money | None = None
    """An expense at cost: the amount that was spent."""
    text: str = ""
    """Free text for the line of an expense."""


def event(
    name: str,
    facts: Mapping[str, Fact],
    counts: Mapping[str, int | Fraction | None],
    *,
    required: str = "",
    or_event: str = "",
    term: Term | None = None,
) -> Occasion:
    """The occasion of an event; ``facts`` need not repeat it."""
    return Occasion(
        {**facts, "event": name},
        {"once": 1, **counts},
        required=(required,) if required else (),
        or_event=or_event,
        term=term,
    )


def service(name: str, quantity: int | Fraction, facts: Mapping[str, Fact], *, during: str = "") -> Occasion:
    """A service taken, such as the mourning hall. Always must be priced. ``during``: the event it belongs to.

    Whatever unit the tariff counts it in (quantity, day, hour, piece, person): ``quantity`` is that many.
    """
    names = frozenset({"service", during}) if during else frozenset({"service"})
    counts = dict.fromkeys(("quantity", "day", "hour", "person", "urn", "place", "grave"), quantity)
    return Occasion(
        {**facts, "event": names, "service": name},
        {"once": 1, **counts},
        subject=frozenset({"service"}),
        required=(f"Leistung „{name}“",),
    )


def expense(name: str, amount: Money, facts: Mapping[str, Fact], *, text: str = "") -> Occasion:
    """An expense charged at cost. Always must be priced by an item with ``at_cost``."""
    return Occasion(
        {**facts, "cost": name},
        {"once": 1},
        subject=frozenset({"cost"}),
        required=(f"Auslage „{name}“",),
        amount=amount,
        text=text,
    )


def whole(facts: Mapping[str, Fact], counts: Mapping[str, int | Fraction | None] | None = None) -> Occasion:
    """The matter as a whole: items that name nothing structural are charged on it, once per assessment."""
    return Occasion(facts, {"once": 1, **(counts or {})}, subject=frozenset())


@dataclass(frozen=True)
class Line:
    """One line of an assessment, shown after its factors. ``rate`` is the price of one before factors."""

    key: str
    label: str
    paragraph: str
    quantity: Fraction
    unit: str
    rate: Money
    amount: Money
    reasons: tuple[str, ...] = ()
    account: str = ""
    vat_rate: Fraction | None = None
    """Percent; None where no VAT is owed."""


@dataclass(frozen=True)
class Assessment:
    """What is owed and why. ``total`` is what the payer pays (gross) = ``net`` + ``vat``."""

    tariff: str
    title: str
    lines: tuple[Line, ...]
    net: Money
    vat: Money
    total: Money
    warnings: tuple[str, ...] = ()
    vat_by_rate: Mapping[Fraction, Money] = field(default_factory=dict)
    vat_notes: tuple[str, ...] = ()
    """Sentences the invoice needs (exemption, paragraph)."""


__all__ = [
    "Assessment",
    "Collection",
    "Fact",
    "Line",
    "Occasion",
    "Sequence",
    "Term",
    "event",
    "expense",
    "service",
    "whole",
]
