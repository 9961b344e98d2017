"""From ``[[item]]`` tables to items."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from rathaus_desk.catalogue.examples import number_text
from rathaus_desk.catalogue.lines import At
from rathaus_desk.catalogue.reading import Wrong, nearest, read_number
from rathaus_desk.fees.compiling.notes import Notes, as_names
from rathaus_desk.fees.conditions import Comparison, Condition, Rule, german_value
from rathaus_desk.fees.tariff import CountTerm, Item, Row, Words
from rathaus_desk.fees.tariff_file import ItemTable
from rathaus_desk.fees.vocabulary import (
    COUNTED,
    COUNTS,
    FACTS,
    GERMAN_COUNTS,
    GERMAN_FACTS,
    GERMAN_PREFIXES,
    PREFIXES,
    FactType,
)
from rathaus_desk.kernel.money import Money

TABULAR = (FactType.WORD, FactType.NUMBER, FactType.FLAG, FactType.MONTH)
"""The types whose single values may head the rows of a table of prices."""


class ItemCompiler:
    """Makes the items of a file."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def items(self) -> tuple[Item, ...]:
        """All items; a table of prices (``by``) gives several."""
        items: list[Item] = []
        for position, table in enumerate(self.notes.content.item):
            items.extend(self._item(position, table))
        self._no_key_twice(items)
        resolved = [made for item in items for made in self._with_rate_of(item, items)]
        for item in resolved:
            if item.percent is not None:
                self._known_basis(item, resolved)
            if item.replaces:
                self.notes.known_names(("item", item.position, "replaces"), item.replaces, resolved)
        return tuple(resolved)

    def _known_basis(self, item: Item, items: Sequence[Item]) -> None:
        """What ``percent_of`` names: other items. Its own key may begin with it (``hausmeister.sonntag``)."""
        at = ("item", item.position, "percent_of")
        others = [other for other in items if other.position != item.position]
        if item.is_named(item.percent_of) and not any(other.is_named(item.percent_of) for other in others):
            self.notes.note(at, f"„{item.key}“ bezieht sich nur auf sich selbst.", "ein anderer Posten")
        else:
            self.notes.known_names(at, item.percent_of, items)

    def _item(self, position: int, table: ItemTable) -> Iterable[Item]:
        at = ("item", position)
        self._one_price(at, table)
        rule = self.notes.rule(at, table.when, table.unless)
        names = rule.names
        priced_room = bool(names & {"room", "set"}) and table.percent_of is None and not table.at_cost
        if "cost" in names and not table.at_cost:
            what = f"„{table.key}“: was eine Auslage kostet, steht in der Sache und nicht im Tarif."
            self.notes.note((*at, "when"), what, "at_cost = true statt eines Preises")
        item = Item(
            position=position,
            table=table.key,
            key=table.key,
            label=table.label,
            paragraph=table.paragraph,
            rule=rule,
            per=self._per((*at, "per"), table.per),
            unit=table.unit,
            rate=None if table.amount is None else self._rate(at, table, table.amount),
            steps=self._steps(at, table),
            percent=table.percent,
            percent_of=as_names(table.percent_of),
            at_cost=table.at_cost,
            refund=table.refund,
            room_price=priced_room if table.room_price is None else table.room_price,
            tags=frozenset(table.tags),
            quantity_over=table.quantity_over,
            quantity_up_to=table.quantity_up_to,
            quantity_at_least=table.quantity_at_least,
            each=table.each,
            clock=self._clock(at, table),
            minimum=table.minimum,
            maximum=table.maximum,
            replaces=as_names(table.replaces),
            vat=table.vat,
            account=table.account,
        )
        if table.each is not None and table.each <= 0:
            self.notes.note((*at, "each"), "„each“ muss größer als 0 sein.", "each = 50")
        return [item] if table.amounts is None else self._by(at, table, item)

    def _one_price(self, at: At, table: ItemTable) -> None:
        given = [
            name
            for name, there in (
                ("amount", table.amount is not None),
                ("amounts", table.amounts is not None),
                ("percent_of", table.percent_of is not None),
                ("rate_of", table.rate_of is not None),
                ("at_cost", table.at_cost),
            )
            if there
        ]
        if not given:
            should = 'amount = "48.00" (kostenfrei: amount = "0.00")'
            self.notes.note(at, f"Der Posten „{table.key}“ hat keinen Preis.", should)
        elif len(given) > 1:
            what = f"Der Posten „{table.key}“ hat mehrere Preise: {', '.join(given)}."
            self.notes.note((*at, given[1]), what, "nur eine dieser Angaben")
        if table.amounts == {}:
            self.notes.note((*at, "amounts"), f"Die Preistabelle von „{table.key}“ ist leer.")
        if table.percent is not None and table.percent < 0:
            should = f"percent = {-table.percent} mit refund = true"
            self.notes.note((*at, "percent"), "Prozente eines Postens sind nicht negativ.", should)
        if table.amount_for is not None and table.amount is None and table.amounts is None:
            self.notes.note((*at, "amount_for"), "„amount_for“ gehört zu einem Betrag.", 'amount = "38.50"')
        pairs = (("percent_of", "percent"), ("rate_of", "share"), ("amounts", "by"))
        for one, other in pairs:
            if bool(getattr(table, one) not in (None, "")) != bool(getattr(table, other) not in (None, "")):
                there = one if getattr(table, one) not in (None, "") else other
                self.notes.note((*at, there), f"„{table.key}“: „{one}“ und „{other}“ gehören zusammen.")

    def _by(self, at: At, table: ItemTable, item: Item) -> Iterable[Item]:
        """``by`` with ``amounts``: one item for each value of a fact."""
        word = FACTS.get(table.by)
        if word is None or word.type not in TABULAR:
            words = [name for name, known in FACTS.items() if known.type in TABULAR]
            near = GERMAN_FACTS.get(table.by.lower()) or nearest(table.by, words)
            should = f'by = "{near}"' if near else f"eine von: {', '.join(words)}"
            what = f"„by“: nach „{table.by}“ lässt sich keine Preistabelle ordnen."
            self.notes.note((*at, "by"), what, should)
            return
        for value, amount in (table.amounts or {}).items():
            place = (*at, "amounts", value)
            meant = _tabular_value(word.type, value)
            if word.type is FactType.NUMBER and not _is_number(value):
                what = f"„{value}“ ist keine Zahl; die Tabelle ist nach „{table.by}“ geordnet."
                self.notes.note(place, what, 'amounts = { 1 = "48.00", 2 = "96.00" }')
                continue
            comparison = self.notes.rule(place, {table.by: meant}, None).when[0].comparisons
            if not comparison:
                continue
            text = _row_text(table.by, comparison[0].values[0], self.notes.words)
            whens = tuple(Condition((*entry.comparisons, *comparison)) for entry in item.rule.when)
            yield replace(
                item,
                key=f"{item.key}.{value}",
                label=f"{item.label}, {text}",
                rule=Rule(whens, item.rule.unless),
                row=Row(item.label, comparison[0], text),
                rate=self._rate(place, table, amount),
                room_price=item.room_price or (table.room_price is None and table.by in ("room", "set")),
            )

    def _clock(self, at: At, table: ItemTable) -> tuple[int, int] | None:
        if table.clock_from is None and table.clock_until is None:
            return None
        if not any(term.name == "hour" for term in self._per((*at, "per"), table.per)):
            there = "clock_from" if table.clock_from is not None else "clock_until"
            self.notes.note((*at, there), f"„{there}“ zählt Stunden.", 'per = "started_hour"')
        begins = table.clock_from.minutes if table.clock_from else 0
        return begins, table.clock_until.minutes if table.clock_until else 1440

    def _steps(self, at: At, table: ItemTable) -> tuple[tuple[date, Fraction], ...]:
        days = [step.first for step in table.steps]
        if days != sorted(set(days)):
            self.notes.note((*at, "steps"), "Die Stufen in „steps“ sind nicht nach Tagen geordnet.")
        if days and table.amount is None:
            self.notes.note((*at, "steps"), "„steps“ setzt einen Anfangspreis voraus.", 'amount = "48.00"')
        return tuple((step.first, self._rate(at, table, step.amount)) for step in table.steps)

    def _with_rate_of(self, item: Item, items: Sequence[Item]) -> Iterable[Item]:
        """The item with the share of another's price; of a table of prices, one item for each of its rows
        that can be meant.
        """
        table = self.notes.content.item[item.position]
        if table.rate_of is None or table.share is None:
            return [item]
        targets = [
            other
            for other in items
            if other.position != item.position
            and other.rate is not None
            and table.rate_of in (other.key, other.table)
        ]
        made = [taken for target in targets if (taken := _taken(item, target, table.rate_of, table.share))]
        if not made:
            near = nearest(table.rate_of, [other.key for other in items if other.rate is not None])
            at = ("item", item.position, "rate_of")
            self.notes.note(at, f"Einen Posten „{table.rate_of}“ mit festem Preis gibt es nicht.", near)
            return [item]
        return [replace(made[0], key=item.key, label=item.label)] if len(made) == 1 else made

    def _no_key_twice(self, items: Sequence[Item]) -> None:
        seen: dict[str, int] = {}
        for item in items:
            if item.key in seen:
                what = f"Den Posten „{item.key}“ gibt es schon."
                self.notes.note(("item", item.position, "key"), what, "je Posten ein eigener key")
            seen[item.key] = item.position
        for position, limit in enumerate(self.notes.content.limit):
            if limit.key in seen:
                self.notes.note(("limit", position, "key"), f"Den Schlüssel „{limit.key}“ gibt es schon.")

    def _per(self, at: At, text: str) -> tuple[CountTerm, ...]:
        terms, unknown = [], []
        for part in (part.strip() for part in text.split(" and ")):
            prefix = next((prefix for prefix in PREFIXES if part.startswith(prefix)), "")
            name = part.removeprefix(prefix)
            if name in COUNTS:
                terms.append(CountTerm(name, prefix))
            else:
                unknown.append(part)
        if unknown:
            meant = [_meant_count(part) for part in re.split(r"\s+(?:and|und|mal|x)\s+|\s*[,/×*+]\s*", text)]
            should = f'per = "{" and ".join(meant)}"' if all(meant) else f"eine von: {', '.join(COUNTS)}"
            parts = ", ".join(f"„{part}“" for part in unknown)
            self.notes.note(at, f"„per“: {parts} ist keine bekannte Menge.", should)
        return tuple(terms)

    def _rate(self, at: At, table: ItemTable, amount: Money) -> Fraction:
        """Cents for one, where the amount may be for several (``amount_for``)."""
        several = table.amount_for if table.amount_for is not None else Fraction(1)
        if several <= 0:
            self.notes.note((*at, "amount_for"), "„amount_for“ muss größer als 0 sein.", "amount_for = 100")
            return Fraction(0)
        return self.notes.not_negative(at, amount).cents / several


def _taken(item: Item, target: Item, named: str, share: Fraction) -> Item | None:
    """An item with a share of the price of another; None where the row of a table can never be meant."""
    assert target.rate is not None
    row = target.row if named != target.key else None
    if row is not None:
        whens = tuple(
            Condition((*entry.comparisons, row.holds))
            for entry in item.rule.when
            if not _excludes(entry, row.holds)
        )
        if not whens:
            return None
        item = replace(
            item,
            key=f"{item.key}{target.key.removeprefix(target.table)}",
            label=f"{item.label}, {row.text}",
            rule=Rule(whens, item.rule.unless),
            row=replace(row, label=item.label),
        )
    euros = Money(1).times(target.rate).german()
    return replace(
        item,
        rate=target.rate * share,
        rate_reason=f"{share} von {euros} ({target.label})",
        steps=tuple((first, rate * share) for first, rate in target.steps),
    )


def _excludes(condition: Condition, row: Comparison) -> bool:
    """Whether a condition names other values of the fact that a row of a table is for."""
    return any(
        entry.fact == row.fact and not entry.suffix and not set(entry.values) & set(row.values)
        for entry in condition.comparisons
    )


def _meant_count(part: str) -> str:
    """The count that somebody may have meant who wrote ``angefangene Stunde`` or ``places``; or nothing."""
    part = part.strip().lower().removeprefix("je ").removeprefix("pro ")
    for said, prefix in {**GERMAN_PREFIXES, **{prefix: prefix for prefix in PREFIXES}}.items():
        if part.startswith(said):
            rest = _meant_count(part.removeprefix(said).lstrip())
            return f"{prefix}{rest}" if rest and not rest.startswith(tuple(PREFIXES)) else ""
    return part if part in COUNTS else GERMAN_COUNTS.get(part) or nearest(part, list(COUNTS))


def _tabular_value(kind: FactType, written: str) -> object:
    """The left side of a row in ``amounts`` as ``when`` would hold it."""
    if kind is FactType.FLAG and written in ("true", "false"):
        return written == "true"
    if kind is FactType.MONTH and written.isdigit():
        return int(written)
    return written


def _is_number(written: str) -> bool:
    try:
        read_number(written)
    except Wrong:
        return False
    return True


def _row_text(fact: str, value: object, words: Words) -> str:
    """How a row of a table reads: ``klein``, ``2 Stellen``, ``Grabart …``."""
    if isinstance(value, bool):
        return FACTS[fact].german if value else f"nicht {FACTS[fact].german}"
    if isinstance(value, Fraction) and fact in COUNTED:
        number = number_text(value).replace(".", ",")
        return CountTerm(COUNTED[fact]).german(value, number)
    return german_value(fact, value, words)
