"""From ``[[item]]`` tables to items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

from rathaus_desk.catalogue.lines import At
from rathaus_desk.catalogue.reading import nearest
from rathaus_desk.fees.compiling.notes import Notes, as_names
from rathaus_desk.fees.conditions import Condition, Rule
from rathaus_desk.fees.tariff import CountTerm, Item
from rathaus_desk.fees.tariff_file import ItemTable
from rathaus_desk.fees.vocabulary import COUNTS, FACTS, GERMAN_COUNTS, PREFIXES, FactType
from rathaus_desk.kernel.money import Money


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
        resolved = [self._with_rate_of(item, items) for item in items]
        for item in resolved:
            if item.percent is not None:
                self.notes.known_names(("item", item.position, "percent_of"), item.percent_of, resolved)
                if item.is_named(item.percent_of):
                    self.notes.note(
                        ("item", item.position, "percent_of"), f"„{item.key}“ bezieht sich auf sich selbst."
                    )
            if item.replaces:
                self.notes.known_names(("item", item.position, "replaces"), item.replaces, resolved)
        return tuple(resolved)

    def _item(self, position: int, table: ItemTable) -> Iterable[Item]:
        at = ("item", position)
        self._one_price(at, table)
        rule = self.notes.rule(at, table.when, table.unless)
        names = rule.names
        priced_room = bool(names & {"room", "set"}) and table.percent_of is None and not table.at_cost
        if table.at_cost != ("cost" in names):
            should = 'when = { cost = "…" } und at_cost = true gehören zusammen'
            self.notes.note(
                (*at, "at_cost"), f"„{table.key}“: Auslagen nach Aufwand sind unvollständig.", should
            )
        item = Item(
            position=position,
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
        if word is None or word.type is not FactType.WORD:
            words = [name for name, known in FACTS.items() if known.type is FactType.WORD]
            self.notes.note(
                (*at, "by"), f"„by“: „{table.by}“ ist keine Wortangabe.", f"eine von: {', '.join(words)}"
            )
            return
        for value, amount in (table.amounts or {}).items():
            place = (*at, "amounts", value)
            comparison = self.notes.rule(place, {table.by: value}, None).when[0].comparisons
            label = (word.choices or self.notes.words.declared(table.by) or {}).get(value, value)
            whens = tuple(Condition((*entry.comparisons, *comparison)) for entry in item.rule.when)
            fields = {
                **item.__dict__,
                "key": f"{item.key}.{value}",
                "label": f"{item.label}, {label}",
                "rule": Rule(whens, item.rule.unless),
                "rate": self._rate(place, table, amount),
                "room_price": item.room_price or (table.room_price is None and table.by in ("room", "set")),
            }
            yield Item(**fields)

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

    def _with_rate_of(self, item: Item, items: Sequence[Item]) -> Item:
        table = self.notes.content.item[item.position]
        if table.rate_of is None or table.share is None:
            return item
        at = ("item", item.position, "rate_of")
        target = next((other for other in items if other.key == table.rate_of), None)
        if target is None or target.rate is None or target is item:
            near = nearest(table.rate_of, [other.key for other in items if other.rate is not None])
            self.notes.note(at, f"Einen Posten „{table.rate_of}“ mit festem Preis gibt es nicht.", near)
            return item
        euros = Money(int(target.rate)).german()
        fields = {
            **item.__dict__,
            "rate": target.rate * table.share,
            "rate_reason": f"{table.share} von {euros} ({target.label})",
            "steps": tuple((first, rate * table.share) for first, rate in target.steps),
        }
        return Item(**fields)

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
        terms = []
        for part in (part.strip() for part in text.split(" and ")):
            prefix = next((prefix for prefix in PREFIXES if part.startswith(prefix)), "")
            name = part.removeprefix(prefix)
            if name in COUNTS:
                terms.append(CountTerm(name, prefix))
                continue
            meant = GERMAN_COUNTS.get(name.lower()) or nearest(name, list(COUNTS))
            should = f'per = "{prefix}{meant}"' if meant else f"eine von: {', '.join(COUNTS)}"
            self.notes.note(at, f"„per“: „{part}“ ist keine bekannte Menge.", should)
        return tuple(terms)

    def _rate(self, at: At, table: ItemTable, amount: Money) -> Fraction:
        """Cents for one, where the amount may be for several (``amount_for``)."""
        several = table.amount_for if table.amount_for is not None else Fraction(1)
        if several <= 0:
            self.notes.note((*at, "amount_for"), "„amount_for“ muss größer als 0 sein.", "amount_for = 100")
            return Fraction(0)
        return self.notes.not_negative(at, amount).cents / several
