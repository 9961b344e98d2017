"""What assessing gives: lines with reasons, VAT, the total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from rathaus_desk.catalogue.examples import number_text
from rathaus_desk.kernel.money import Money


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
    """Everything that led to it: the facts that brought the item in, then the explanation."""
    explanation: tuple[str, ...] = ()
    """How quantity and price came about, as a letter shows it."""
    account: str = ""
    vat_rate: Fraction | None = None
    """Percent; None where no VAT is owed."""
    net: bool = False
    """VAT comes on top of ``amount``."""
    metered: bool = False
    """By a meter or at cost: not part of what a cancellation costs."""
    table: str = ""
    """The key of the table of prices (``by``) the item is a row of, otherwise its own."""

    def as_json(self) -> dict[str, object]:
        """The form of ``demo --json``: money and quantities as text."""
        return {
            "key": self.key,
            "label": self.label,
            "paragraph": self.paragraph,
            "quantity": number_text(self.quantity),
            "unit": self.unit,
            "rate": str(self.rate),
            "amount": str(self.amount),
        }


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

    def amounts(self) -> dict[str, Money]:
        """Item key → what its lines come to together; the rows of a table of prices under its key too."""
        sums: dict[str, Money] = {}
        for line in self.lines:
            for key in {line.key, line.table or line.key}:
                sums[key] = sums.get(key, Money()) + line.amount
        return sums

    def explained(self) -> tuple[str, ...]:
        """Each line with its amount and how it came about, for whoever compares results."""
        said = []
        for line in self.lines:
            why = f" ({'; '.join(line.reasons)})" if line.reasons else ""
            said.append(f"{line.key}: {line.label} {line.amount.german()}{why}")
        return tuple(said)
