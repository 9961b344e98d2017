"""From the tables that change prices, or stand beside them, to rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from rathaus_desk.catalogue.lines import At
from rathaus_desk.fees.compiling.notes import Notes, as_names
from rathaus_desk.fees.tariff import (
    Cancellation,
    DepositRule,
    Factor,
    Free,
    Item,
    Limit,
    Statement,
    Vat,
)
from rathaus_desk.fees.tariff_file import CancellationTable, DepositTable, FactorTable
from rathaus_desk.fees.vocabulary import FACTS, FactType


class ChangeCompiler:
    """Makes the factors, limits, taxes, deposits and the like of a file."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def factors(self, items: Sequence[Item]) -> Iterable[Factor]:
        """``[[factor]]``."""
        for position, table in enumerate(self.notes.content.factor):
            at = ("factor", position)
            applies_to = as_names(table.applies_to)
            self.notes.known_names((*at, "applies_to"), applies_to, items)
            self._one_change(at, table)
            percent = table.percent if table.add_percent is None else 100 + table.add_percent
            if percent is not None and percent < 0:
                self.notes.note(
                    at, "Ein Abschlag von mehr als 100 % ergibt einen negativen Preis.", "percent = 0"
                )
            if table.per and not self._countable(table.per):
                counted = "eine Zahlenangabe wie members_years, events_this_year, persons"
                self.notes.note((*at, "per"), f"„per“: „{table.per}“ lässt sich nicht zählen.", counted)
            yield Factor(
                position=position,
                label=table.label,
                paragraph=table.paragraph,
                rule=self.notes.rule(at, table.when, table.unless),
                applies_to=applies_to,
                percent=percent,
                of_base=table.of == "base",
                fixed=table.fixed,
                add_amount=table.add_amount,
                per=table.per,
                each=table.each or Fraction(1),
                at_most=table.at_most_percent,
            )

    def _one_change(self, at: At, table: FactorTable) -> None:
        names = ("percent", "add_percent", "fixed", "add_amount")
        given = [name for name in names if getattr(table, name) is not None]
        if len(given) != 1:
            what = f"„{table.label}“ braucht genau eine von: {', '.join(names)}."
            self.notes.note(at, what, "percent = 50 (die Hälfte) oder add_percent = 50 (Zuschlag von 50 %)")
        if table.of == "base" and given and given[0] not in ("percent", "add_percent"):
            self.notes.note((*at, "of"), "„of“ gilt nur für Prozente.")
        if (table.per or table.each is not None) and given != ["add_percent"]:
            self.notes.note(at, "„per“ und „each“ gehören zu add_percent.", "add_percent = -10")

    @staticmethod
    def _countable(name: str) -> bool:
        return name in FACTS and FACTS[name].type is FactType.NUMBER

    def frees(self, items: Sequence[Item]) -> Iterable[Free]:
        """``[[free]]``."""
        for position, table in enumerate(self.notes.content.free):
            at = ("free", position)
            applies_to = as_names(table.applies_to)
            self.notes.known_names((*at, "applies_to"), applies_to, items)
            if table.events_per_year is not None and table.hours_per_year is not None:
                self.notes.note(
                    at, f"„{table.label}“ nennt Veranstaltungen und Stunden.", "nur eines von beiden"
                )
            rule = self.notes.rule(at, table.when, table.unless)
            yield Free(
                table.label, table.paragraph, rule, applies_to, table.events_per_year, table.hours_per_year
            )

    def limits(self, items: Sequence[Item]) -> Iterable[Limit]:
        """``[[limit]]``."""
        for position, table in enumerate(self.notes.content.limit):
            at = ("limit", position)
            applies_to = as_names(table.applies_to)
            self.notes.known_names((*at, "applies_to"), applies_to, items)
            if table.minimum is None and table.maximum is None:
                self.notes.note(at, f"„{table.label}“ nennt keine Grenze.", 'maximum = "500.00"')
            rule = self.notes.rule(at, table.when, table.unless)
            yield Limit(
                table.key, table.label, table.paragraph, rule, applies_to, table.minimum, table.maximum
            )

    def vats(self, items: Sequence[Item]) -> Iterable[Vat]:
        """``[[vat]]``."""
        for position, table in enumerate(self.notes.content.vat):
            at = ("vat", position)
            applies_to = as_names(table.applies_to)
            self.notes.known_names((*at, "applies_to"), applies_to, items)
            if not 0 <= table.rate <= 100:
                self.notes.note((*at, "rate"), "Der Steuersatz liegt nicht zwischen 0 und 100.", "rate = 19")
            rule = self.notes.rule(at, table.when, table.unless)
            prices = table.prices or self.notes.content.tariff.prices
            yield Vat(rule, applies_to, table.rate, prices == "net", table.paragraph, table.note)

    def deposits(self) -> Iterable[DepositRule]:
        """``[deposit]`` or ``[[deposit]]``."""
        tables = self.notes.content.deposit
        several = not isinstance(tables, DepositTable)
        for position, table in enumerate([tables] if isinstance(tables, DepositTable) else tables):
            at: At = ("deposit", position) if several else ("deposit",)
            if (table.amount is None) == (table.percent is None):
                self.notes.note(at, "Die Kaution nennt entweder amount oder percent.", 'amount = "300.00"')
            elif table.amount is not None:
                self.notes.not_negative(at, table.amount)
            rule = self.notes.rule(at, table.when, table.unless)
            yield DepositRule(
                rule, table.amount, table.percent, table.label, table.paragraph, table.in_addition
            )

    def cancellations(self) -> Iterable[Cancellation]:
        """``[[cancellation]]``."""
        last: int | None = None
        for position, table in enumerate(self.notes.content.cancellation):
            at = ("cancellation", position)
            more_than = self._days_before(at, table)
            if (table.percent is None) == (table.amount is None):
                self.notes.note(
                    at, "Eine Stufe der Stornokosten nennt entweder percent oder amount.", "percent = 50"
                )
            if last is not None and more_than >= last and table.when is None:
                what = "Diese Stufe wird nie erreicht: eine frühere Stufe gilt schon für mehr Tage."
                self.notes.note(at, what, "die Stufen nach Tagen absteigend ordnen")
            last = more_than if table.when is None else last
            rule = self.notes.rule(at, table.when, table.unless)
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

    def _days_before(self, at: At, table: CancellationTable) -> int:
        if (table.days_before_more_than is None) == (table.days_before_at_least is None):
            should = "days_before_more_than = 28 oder days_before_at_least = 21"
            self.notes.note(at, "Eine Stufe der Stornokosten nennt genau eine Tagesgrenze.", should)
        if table.days_before_more_than is not None:
            return table.days_before_more_than
        return (table.days_before_at_least or 0) - 1

    def statements(self, kind: str) -> Iterable[Statement]:
        """``[[refuse]]`` or ``[[warn]]``."""
        for position, table in enumerate(getattr(self.notes.content, kind)):
            rule = self.notes.rule((kind, position), table.when, table.unless)
            yield Statement(table.reason, table.paragraph, rule)
