"""From the tables of a tariff file to a :class:`Tariff`, with everything that cannot be computed named.

Every problem is a :class:`Wrong` whose ``at`` is its place in the file: ``("item", 3, "when", "romo")``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from rathaus_desk.catalogue.reading import Wrong, nearest
from rathaus_desk.fees.bands import touches
from rathaus_desk.fees.conditions import SUFFIXES, Comparison, Condition, Rule, read_rule
from rathaus_desk.fees.tariff import (
    ALL,
    ROOM_PRICE,
    Cancellation,
    CountTerm,
    Days,
    DepositRule,
    Factor,
    Free,
    Item,
    Limit,
    Rounding,
    Season,
    Statement,
    Tariff,
    Vat,
    Words,
)
from rathaus_desk.fees.tariff_file import (
    CancellationTable,
    DaysTable,
    DepositTable,
    FactorTable,
    ItemTable,
    RuleTable,
    TariffFile,
)
from rathaus_desk.fees.vocabulary import (
    COUNTS,
    DECLARATIONS,
    FACTS,
    GERMAN_COUNTS,
    GERMAN_FACTS,
    PREFIXES,
    FactType,
)
from rathaus_desk.kernel.money import Money

_OPTION = re.compile(r"[a-z][a-z0-9_]*")


def compile_tariff(content: TariffFile) -> tuple[Tariff, list[Wrong]]:
    """The tariff, and what is wrong with the file; with problems the tariff must not be used."""
    compiler = _Compiler(content)
    return compiler.tariff(), compiler.problems


class _Compiler:
    def __init__(self, content: TariffFile) -> None:
        self.content = content
        self.problems: list[Wrong] = []
        self.words = _words(content)

    def tariff(self) -> Tariff:
        head = self.content.tariff
        items = self._items()
        seasons = self._seasons()
        return Tariff(
            key=head.key,
            title=head.title,
            valid_from=head.valid_from,
            valid_until=head.valid_until,
            adopted=head.adopted,
            halls=None if head.halls is None else frozenset(head.halls),
            net_prices=head.prices == "net",
            due_months_after_service=head.due_months_after_service,
            due_days_after_service=head.due_days_after_service,
            due_days_before_event=head.due_days_before_event,
            legal_basis=head.legal_basis,
            items=items,
            factors=tuple(self._factors(items)),
            frees=tuple(self._frees(items)),
            limits=tuple(self._limits(items)),
            vats=tuple(self._vats(items)),
            deposits=tuple(self._deposits()),
            cancellations=tuple(self._cancellations()),
            refusals=tuple(self._statements("refuse")),
            warnings=tuple(self._statements("warn")),
            rounding=self._rounding(),
            days=self._days(self.content.days),
            seasons=seasons,
            words=self.words,
            touches=touches(items),
        )

    # ------------------------------------------------------------------ items

    def _items(self) -> tuple[Item, ...]:
        items: list[Item] = []
        for position, table in enumerate(self.content.item):
            items.extend(self._item(position, table))
        self._no_key_twice(items)
        resolved = [self._with_rate_of(item, items) for item in items]
        for item in resolved:
            if item.percent is not None:
                self._known_names(("item", item.position, "percent_of"), item.percent_of, resolved)
                if item.is_named(item.percent_of):
                    self._note(
                        ("item", item.position, "percent_of"), f"„{item.key}“ bezieht sich auf sich selbst."
                    )
            if item.replaces:
                self._known_names(("item", item.position, "replaces"), item.replaces, resolved)
        return tuple(resolved)

    def _item(self, position: int, table: ItemTable) -> Iterable[Item]:
        at = ("item", position)
        self._one_price(at, table)
        rule = self._rule(at, table.when, table.unless)
        names = rule.names
        priced_room = bool(names & {"room", "set"}) and table.percent_of is None and not table.at_cost
        if table.at_cost != ("cost" in names):
            should = 'when = { cost = "…" } und at_cost = true gehören zusammen'
            self._note((*at, "at_cost"), f"„{table.key}“: Auslagen nach Aufwand sind unvollständig.", should)
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
            percent_of=_names(table.percent_of),
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
            replaces=_names(table.replaces),
            vat=table.vat,
            account=table.account,
        )
        if table.each is not None and table.each <= 0:
            self._note((*at, "each"), "„each“ muss größer als 0 sein.", "each = 50")
        return [item] if table.amounts is None else self._by(at, table, item)

    def _one_price(self, at: tuple[str | int, ...], table: ItemTable) -> None:
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
            self._note(at, f"Der Posten „{table.key}“ hat keinen Preis.", should)
        elif len(given) > 1:
            what = f"Der Posten „{table.key}“ hat mehrere Preise: {', '.join(given)}."
            self._note((*at, given[1]), what, "nur eine dieser Angaben")
        if table.amount_for is not None and table.amount is None and table.amounts is None:
            self._note((*at, "amount_for"), "„amount_for“ gehört zu einem Betrag.", 'amount = "38.50"')
        pairs = (("percent_of", "percent"), ("rate_of", "share"), ("amounts", "by"))
        for one, other in pairs:
            if bool(getattr(table, one) not in (None, "")) != bool(getattr(table, other) not in (None, "")):
                there = one if getattr(table, one) not in (None, "") else other
                self._note((*at, there), f"„{table.key}“: „{one}“ und „{other}“ gehören zusammen.")

    def _by(self, at: tuple[str | int, ...], table: ItemTable, item: Item) -> Iterable[Item]:
        """``by`` with ``amounts``: one item for each value of a fact."""
        word = FACTS.get(table.by)
        if word is None or word.type is not FactType.WORD:
            words = [name for name, known in FACTS.items() if known.type is FactType.WORD]
            self._note(
                (*at, "by"), f"„by“: „{table.by}“ ist keine Wortangabe.", f"eine von: {', '.join(words)}"
            )
            return
        for value, amount in (table.amounts or {}).items():
            place = (*at, "amounts", value)
            comparison = self._rule(place, {table.by: value}, None).when[0].comparisons
            label = (word.choices or self.words.declared(table.by) or {}).get(value, value)
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

    def _clock(self, at: tuple[str | int, ...], table: ItemTable) -> tuple[int, int] | None:
        if table.clock_from is None and table.clock_until is None:
            return None
        if not any(term.name == "hour" for term in self._per((*at, "per"), table.per)):
            there = "clock_from" if table.clock_from is not None else "clock_until"
            self._note((*at, there), f"„{there}“ zählt Stunden.", 'per = "started_hour"')
        begins = table.clock_from.minutes if table.clock_from else 0
        return begins, table.clock_until.minutes if table.clock_until else 1440

    def _steps(self, at: tuple[str | int, ...], table: ItemTable) -> tuple[tuple[date, Fraction], ...]:
        days = [step.first for step in table.steps]
        if days != sorted(set(days)):
            self._note((*at, "steps"), "Die Stufen in „steps“ sind nicht nach Tagen geordnet.")
        if days and table.amount is None:
            self._note((*at, "steps"), "„steps“ setzt einen Anfangspreis voraus.", 'amount = "48.00"')
        return tuple((step.first, self._rate(at, table, step.amount)) for step in table.steps)

    def _with_rate_of(self, item: Item, items: Sequence[Item]) -> Item:
        table = self.content.item[item.position]
        if table.rate_of is None or table.share is None:
            return item
        at = ("item", item.position, "rate_of")
        target = next((other for other in items if other.key == table.rate_of), None)
        if target is None or target.rate is None or target is item:
            near = nearest(table.rate_of, [other.key for other in items if other.rate is not None])
            self._note(at, f"Einen Posten „{table.rate_of}“ mit festem Preis gibt es nicht.", near)
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
                self._note(("item", item.position, "key"), what, "je Posten ein eigener key")
            seen[item.key] = item.position
        for position, limit in enumerate(self.content.limit):
            if limit.key in seen:
                self._note(("limit", position, "key"), f"Den Schlüssel „{limit.key}“ gibt es schon.")

    def _per(self, at: tuple[str | int, ...], text: str) -> tuple[CountTerm, ...]:
        terms = []
        for part in (part.strip() for part in text.split(" and ")):
            prefix = next((prefix for prefix in PREFIXES if part.startswith(prefix)), "")
            name = part.removeprefix(prefix)
            if name in COUNTS:
                terms.append(CountTerm(name, prefix))
                continue
            meant = GERMAN_COUNTS.get(name.lower()) or nearest(name, list(COUNTS))
            should = f'per = "{prefix}{meant}"' if meant else f"eine von: {', '.join(COUNTS)}"
            self._note(at, f"„per“: „{part}“ ist keine bekannte Menge.", should)
        return tuple(terms)

    # ------------------------------------------------------------------ what changes prices

    def _factors(self, items: Sequence[Item]) -> Iterable[Factor]:
        for position, table in enumerate(self.content.factor):
            at = ("factor", position)
            applies_to = _names(table.applies_to)
            self._known_names((*at, "applies_to"), applies_to, items)
            self._one_change(at, table)
            percent = table.percent if table.add_percent is None else 100 + table.add_percent
            if percent is not None and percent < 0:
                self._note(at, "Ein Abschlag von mehr als 100 % ergibt einen negativen Preis.", "percent = 0")
            if table.per and not self._countable(table.per):
                counted = "eine Zahlenangabe wie members_years, events_this_year, persons"
                self._note((*at, "per"), f"„per“: „{table.per}“ lässt sich nicht zählen.", counted)
            yield Factor(
                position=position,
                label=table.label,
                paragraph=table.paragraph,
                rule=self._rule(at, table.when, table.unless),
                applies_to=applies_to,
                percent=percent,
                of_base=table.of == "base",
                fixed=table.fixed,
                add_amount=table.add_amount,
                per=table.per,
                each=table.each or Fraction(1),
                at_most=table.at_most_percent,
            )

    def _one_change(self, at: tuple[str | int, ...], table: FactorTable) -> None:
        names = ("percent", "add_percent", "fixed", "add_amount")
        given = [name for name in names if getattr(table, name) is not None]
        if len(given) != 1:
            what = f"„{table.label}“ braucht genau eine von: {', '.join(names)}."
            self._note(at, what, "percent = 50 (die Hälfte) oder add_percent = 50 (Zuschlag von 50 %)")
        if table.of == "base" and given and given[0] not in ("percent", "add_percent"):
            self._note((*at, "of"), "„of“ gilt nur für Prozente.")
        if (table.per or table.each is not None) and given != ["add_percent"]:
            self._note(at, "„per“ und „each“ gehören zu add_percent.", "add_percent = -10")

    @staticmethod
    def _countable(name: str) -> bool:
        return name in FACTS and FACTS[name].type is FactType.NUMBER

    def _frees(self, items: Sequence[Item]) -> Iterable[Free]:
        for position, table in enumerate(self.content.free):
            at = ("free", position)
            applies_to = _names(table.applies_to)
            self._known_names((*at, "applies_to"), applies_to, items)
            if table.events_per_year is not None and table.hours_per_year is not None:
                self._note(at, f"„{table.label}“ nennt Veranstaltungen und Stunden.", "nur eines von beiden")
            rule = self._rule(at, table.when, table.unless)
            yield Free(
                table.label, table.paragraph, rule, applies_to, table.events_per_year, table.hours_per_year
            )

    def _limits(self, items: Sequence[Item]) -> Iterable[Limit]:
        for position, table in enumerate(self.content.limit):
            at = ("limit", position)
            applies_to = _names(table.applies_to)
            self._known_names((*at, "applies_to"), applies_to, items)
            if table.minimum is None and table.maximum is None:
                self._note(at, f"„{table.label}“ nennt keine Grenze.", 'maximum = "500.00"')
            rule = self._rule(at, table.when, table.unless)
            yield Limit(
                table.key, table.label, table.paragraph, rule, applies_to, table.minimum, table.maximum
            )

    def _vats(self, items: Sequence[Item]) -> Iterable[Vat]:
        for position, table in enumerate(self.content.vat):
            at = ("vat", position)
            applies_to = _names(table.applies_to)
            self._known_names((*at, "applies_to"), applies_to, items)
            if not 0 <= table.rate <= 100:
                self._note((*at, "rate"), "Der Steuersatz liegt nicht zwischen 0 und 100.", "rate = 19")
            rule = self._rule(at, table.when, table.unless)
            prices = table.prices or self.content.tariff.prices
            yield Vat(rule, applies_to, table.rate, prices == "net", table.paragraph, table.note)

    def _deposits(self) -> Iterable[DepositRule]:
        tables = self.content.deposit
        several = not isinstance(tables, DepositTable)
        for position, table in enumerate([tables] if isinstance(tables, DepositTable) else tables):
            at: tuple[str | int, ...] = ("deposit", position) if several else ("deposit",)
            if (table.amount is None) == (table.percent is None):
                self._note(at, "Die Kaution nennt entweder amount oder percent.", 'amount = "300.00"')
            elif table.amount is not None:
                self._not_negative(at, table.amount)
            rule = self._rule(at, table.when, table.unless)
            yield DepositRule(
                rule, table.amount, table.percent, table.label, table.paragraph, table.in_addition
            )

    def _cancellations(self) -> Iterable[Cancellation]:
        last: int | None = None
        for position, table in enumerate(self.content.cancellation):
            at = ("cancellation", position)
            more_than = self._days_before(at, table)
            if (table.percent is None) == (table.amount is None):
                self._note(
                    at, "Eine Stufe der Stornokosten nennt entweder percent oder amount.", "percent = 50"
                )
            if last is not None and more_than >= last and table.when is None:
                what = "Diese Stufe wird nie erreicht: eine frühere Stufe gilt schon für mehr Tage."
                self._note(at, what, "die Stufen nach Tagen absteigend ordnen")
            last = more_than if table.when is None else last
            rule = self._rule(at, table.when, table.unless)
            yield Cancellation(
                rule,
                more_than,
                table.percent,
                table.amount,
                table.minimum,
                table.maximum,
                table.label,
                table.paragraph,
            )

    def _days_before(self, at: tuple[str | int, ...], table: CancellationTable) -> int:
        if (table.days_before_more_than is None) == (table.days_before_at_least is None):
            should = "days_before_more_than = 28 oder days_before_at_least = 21"
            self._note(at, "Eine Stufe der Stornokosten nennt genau eine Tagesgrenze.", should)
        if table.days_before_more_than is not None:
            return table.days_before_more_than
        return (table.days_before_at_least or 0) - 1

    def _statements(self, kind: str) -> Iterable[Statement]:
        for position, table in enumerate(getattr(self.content, kind)):
            rule = self._rule((kind, position), table.when, table.unless)
            yield Statement(table.reason, table.paragraph, rule)

    # ------------------------------------------------------------------ days and seasons

    def _rounding(self) -> Rounding | None:
        table = self.content.rounding
        if table is None:
            return None
        if table.to.cents <= 0:
            self._note(("rounding", "to"), "Gerundet wird auf einen Betrag über 0.", 'to = "1.00"')
            return None
        return Rounding(table.to, table.direction, table.of)

    def _seasons(self) -> Mapping[str, Season]:
        seasons = {}
        for name, table in self.content.seasons.items():
            first, last = ((int(text[:2]), int(text[3:])) for text in (table.first, table.last))
            for key, (month, day) in (("from", first), ("to", last)):
                if day > (29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31):
                    self._note(("seasons", name, key), f"Den {day}. {month}. gibt es nicht.")
            seasons[name] = Season(first, last)
        return seasons

    def _days(self, table: DaysTable) -> Days:
        if table.half_day_up_to_hours is None and self._names_fact("day_length"):
            what = "„day_length“ wird verglichen, aber nirgends steht, was ein halber Tag ist."
            self._note(("days",), what, "[days] half_day_up_to_hours = 5")
        return Days(
            noon=table.starts == "noon",
            begins_at=1440 if table.begins_at is None else table.begins_at.minutes,
            ends_at=0 if table.ends_at is None else table.ends_at.minutes,
            half_day_hours=table.half_day_up_to_hours,
        )

    def _names_fact(self, fact: str) -> bool:
        return any(fact in _stems(table.when) | _stems(table.unless) for table in self.content.item)

    # ------------------------------------------------------------------ shared

    def _rule(self, at: tuple[str | int, ...], when: object, unless: object) -> Rule:
        rule, problems = read_rule(when, unless, self.words)
        for wrong in problems:
            inside = wrong.at[2:] if at and at[-2:-1] == ("amounts",) else wrong.at
            self._note((*at, *inside), wrong.what, wrong.should)
        return rule

    def _known_names(self, at: tuple[str | int, ...], names: Sequence[str], items: Sequence[Item]) -> None:
        for name in names:
            if name == ALL or any(item.is_named([name]) for item in items):
                continue
            known = [
                ALL,
                ROOM_PRICE,
                *(item.key for item in items),
                *(tag for item in items for tag in item.tags),
            ]
            what = f"„{name}“ trifft keinen Posten."
            if name == ROOM_PRICE:
                self._note(at, what, "bei den Raumpreisen room_price = true")
            else:
                near = nearest(name, known)
                self._note(
                    at, what, f'"{near}"' if near else 'key, Anfang eines key, tag, "room_price" oder "all"'
                )

    def _rate(self, at: tuple[str | int, ...], table: ItemTable, amount: Money) -> Fraction:
        """Cents for one, where the amount may be for several (``amount_for``)."""
        several = table.amount_for if table.amount_for is not None else Fraction(1)
        if several <= 0:
            self._note((*at, "amount_for"), "„amount_for“ muss größer als 0 sein.", "amount_for = 100")
            return Fraction(0)
        return self._not_negative(at, amount).cents / several

    def _not_negative(self, at: tuple[str | int, ...], amount: Money) -> Money:
        if amount.cents < 0:
            place = at if "amounts" in at else (*at, "amount")
            should = f'amount = "{-amount}" mit refund = true'
            self._note(place, f"„{amount}“: Preise sind nicht negativ.", should)
        return amount

    def _note(self, at: tuple[str | int, ...], what: str, should: str = "") -> None:
        self.problems.append(Wrong(what, should, at))


def _names(value: str | Sequence[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _stems(when: object) -> set[str]:
    """The facts that raw ``when`` tables name."""
    tables = when if isinstance(when, list | tuple) else [when]
    names = {name for table in tables if isinstance(table, Mapping) for name in table}
    return {next((name.removesuffix(end) for end in SUFFIXES if name.endswith(end)), name) for name in names}


def _words(content: TariffFile) -> Words:
    labels = {fact: getattr(content, table) for table, fact in DECLARATIONS.items()}
    labels["season"] = {name: name for name in content.seasons}
    used = _booleans(content)
    for_graves = any(_stems(item.when) & {"event", "service", "kind"} for item in content.item)
    return Words(
        labels={fact: table for fact, table in labels.items() if table},
        options_free=not content.options and not for_graves,
        known=frozenset(name for name in used if _may_be_option(name)),
    )


def _booleans(content: TariffFile) -> set[str]:
    tables: list[RuleTable] = [*content.item, *content.factor, *content.free, *content.limit, *content.vat]
    tables += [*content.refuse, *content.warn, *content.cancellation]
    tables += [content.deposit] if isinstance(content.deposit, DepositTable) else list(content.deposit)
    return {
        name
        for table in tables
        for raw in (table.when, table.unless)
        for entry in (raw if isinstance(raw, list | tuple) else [raw])
        if isinstance(entry, Mapping)
        for name, value in entry.items()
        if isinstance(value, bool)
    }


def _may_be_option(name: str) -> bool:
    """Without an ``[options]`` table a mistyped word of ours must not pass for an option."""
    return bool(
        _OPTION.fullmatch(name)
        and name not in FACTS
        and name not in GERMAN_FACTS
        and not name.endswith(SUFFIXES)
        and not any(_one_slip(name, word) for word in FACTS)
    )


def _one_slip(name: str, word: str) -> bool:
    from rapidfuzz.distance import OSA

    return OSA.distance(name, word) <= (1 if len(word) <= 5 else 2)


__all__ = ["Comparison", "compile_tariff"]
