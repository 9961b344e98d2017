"""From hits to lines, VAT and the total: the only place where money is rounded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

from msgspec import UNSET, UnsetType

from rathaus_desk.catalogue.reading import nearest
from rathaus_desk.fees.assessment import Assessment, Line
from rathaus_desk.fees.hits import Hit, missing
from rathaus_desk.fees.tariff import ALL, Rounding, Tariff, Vat
from rathaus_desk.fees.vocabulary import COUNTS
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.money import Money, round_half_up, total

ROUNDING_KEY = "rundung"
"""Of the line that a rounded total brings with it."""


def summed(tariff: Tariff, hits: Sequence[Hit], warnings: Sequence[str]) -> Assessment:
    """The assessment of hits that are in the order of its lines."""
    lines, notes = _lines(tariff, hits)
    if tariff.rounding is not None and tariff.rounding.of == "total":
        lines += _rounding_line(tariff.rounding, lines)
    net, vat_by_rate = _vat(lines)
    vat = total(tuple(vat_by_rate.values()))
    return Assessment(
        tariff=tariff.key,
        title=tariff.title,
        lines=tuple(lines),
        net=net,
        vat=vat,
        total=net + vat,
        warnings=tuple(warnings),
        vat_by_rate=vat_by_rate,
        vat_notes=tuple(notes),
    )


def with_lines(assessment: Assessment, lines: Sequence[Line]) -> Assessment:
    """The same with other lines: net and VAT are computed anew, once a rate, from what these come to."""
    net, vat_by_rate = _vat(lines)
    vat = total(tuple(vat_by_rate.values()))
    return replace(assessment, lines=tuple(lines), net=net, vat=vat, total=net + vat, vat_by_rate=vat_by_rate)


def shared_out(amount: Money, assessment: Assessment, label: str, key: str) -> tuple[Line, ...]:
    """``amount`` (gross) in lines, one for each VAT rate, by what the rates come to in ``assessment``.

    What was metered or at cost is left out of the shares. Cents that are left over go to the largest share.
    """
    gross: dict[Fraction | None, Fraction] = {}
    for line in assessment.lines:
        if not line.metered:
            on_top = (line.vat_rate or 0) / Fraction(100) if line.net else Fraction(0)
            rate = line.vat_rate or None
            gross[rate] = gross.get(rate, Fraction(0)) + line.amount.cents * (1 + on_top)
    whole = sum(gross.values(), Fraction(0))
    shares = {
        rate: Money(floor(amount.cents * part / whole)) for rate, part in gross.items() if part > 0 < whole
    }
    if not shares:
        shares = {None: amount}
    largest = max(shares, key=lambda rate: shares[rate].cents)
    shares[largest] += amount - total(tuple(shares.values()))
    return tuple(
        Line(key, label, "", Fraction(1), "", rate=share, amount=share, vat_rate=rate)
        for rate, share in shares.items()
        if share
    )


def line_sums(tariff: Tariff, assessment: Assessment, names: Collection[str] | UnsetType) -> dict[str, Money]:
    """What the lines come to that an example names: by an item's key, its table's, or their beginning.

    Raises ``BadInput`` for a name that no item has: it would be compared with nothing.
    """
    if names is UNSET:
        return {}
    keys = {key for item in tariff.items for key in (item.key, item.table)}
    keys |= {limit.key for limit in tariff.limits} | {ROUNDING_KEY}
    sums = assessment.amounts()
    found = {}
    for name in names:
        if name in keys:
            found[name] = sums.get(name, Money())
            continue
        if not any(key.startswith(f"{name}.") for key in keys):
            near = nearest(name, sorted(keys))
            hint = f" Gemeint: „{near}“?" if near else ""
            raise BadInput(f"Einen Posten „{name}“, wie lines ihn nennt, hat „{tariff.title}“ nicht.{hint}")
        found[name] = total([line.amount for line in assessment.lines if line.key.startswith(f"{name}.")])
    return found


def _lines(tariff: Tariff, hits: Sequence[Hit]) -> tuple[list[Line], list[str]]:
    groups: dict[tuple[object, ...], list[tuple[Hit, Line]]] = {}
    notes: dict[str, None] = {}
    for hit in hits:
        vat_rate, net, vat = _vat_of(tariff, hit)
        if vat is not None and vat.note:
            notes[vat.note] = None
        line = _line(hit, vat_rate, net)
        same = (line.key, hit.rate, tuple(hit.changes), hit.facts, hit.why, vat_rate, net)
        groups.setdefault(same, []).append((hit, line))
    lines = []
    for members in groups.values():
        _, first = members[0]
        cents = sum((hit.value for hit, _ in members), Fraction(0))
        quantity = sum((hit.quantity for hit, _ in members), Fraction(0))
        lines.append(replace(first, quantity=quantity, amount=_rounded(tariff.rounding, cents)))
    return lines, list(notes)


def _line(hit: Hit, vat_rate: Fraction | None, net: bool) -> Line:
    item = hit.item
    return Line(
        key=item.key,
        label=item.label,
        paragraph=item.paragraph,
        quantity=hit.quantity,
        unit=item.unit or _unit(hit),
        rate=Money(round_half_up(hit.rate)),
        amount=Money(),
        reasons=(*hit.facts, *hit.why, *hit.changes),
        explanation=(*hit.why, *hit.changes),
        account=item.account,
        vat_rate=vat_rate,
        net=net,
        metered=item.at_cost or "meter" in hit.occasion.facts,
        table=item.table,
    )


def _unit(hit: Hit) -> str:
    names = [COUNTS[term.name].one for term in hit.item.per if term.name != "once"]
    return " und ".join(names) or "Stück"


def _rounded(rounding: Rounding | None, cents: Fraction) -> Money:
    if rounding is None or rounding.of != "line":
        return Money(round_half_up(cents))
    return _to(rounding, cents)


def _to(rounding: Rounding, cents: Fraction) -> Money:
    steps = cents / rounding.to.cents
    match rounding.direction:
        case "up":
            return Money(ceil(steps) * rounding.to.cents)
        case "down":
            return Money(floor(steps) * rounding.to.cents)
        case _:
            return Money(round_half_up(steps) * rounding.to.cents)


def _rounding_line(rounding: Rounding, lines: Sequence[Line]) -> list[Line]:
    before = total([line.amount for line in lines])
    difference = _to(rounding, Fraction(before.cents)) - before
    if not difference:
        return []
    reason = f"gerundet auf {rounding.to.german()}"
    return [Line(ROUNDING_KEY, "Rundung", "", Fraction(1), "", difference, difference, (reason,))]


def _vat_of(tariff: Tariff, hit: Hit) -> tuple[Fraction | None, bool, Vat | None]:
    """The VAT rate of a line, whether it comes on top, and the rule that says so."""
    if hit.item.vat is not None:
        return hit.item.vat, tariff.net_prices, None
    for vat in tariff.vats:
        if ALL not in vat.applies_to and not hit.item.is_named(vat.applies_to):
            continue
        answer = vat.rule.verdict(hit.occasion.facts, hit.occasion.counts)
        if isinstance(answer, str):
            raise missing(answer, "Umsatzsteuer", vat.paragraph)
        if answer:
            return vat.rate, vat.net, vat
    return None, False, None


def _vat(lines: Sequence[Line]) -> tuple[Money, dict[Fraction, Money]]:
    """The net sum, and the VAT of each rate: computed from the lines' sums, rounded once per rate."""
    net = total([line.amount for line in lines if not line.vat_rate])
    vat_by_rate: dict[Fraction, Money] = {}
    for rate in dict.fromkeys(line.vat_rate for line in lines if line.vat_rate):
        of_rate = [line for line in lines if line.vat_rate == rate]
        plus = Fraction(total([line.amount for line in of_rate if line.net]).cents) * rate / 100
        within = Fraction(total([line.amount for line in of_rate if not line.net]).cents)
        vat = Money(round_half_up(plus + within * rate / (100 + rate)))
        gross = total([line.amount for line in of_rate]) + Money(round_half_up(plus))
        vat_by_rate[rate] = vat
        net += gross - vat
    return net, vat_by_rate
