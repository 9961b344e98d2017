"""Money is integer cents. Rounding is commercial (half away from zero), once, where it is named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Number = int | Decimal | Fraction

_PLAIN = re.compile(r"-?[0-9]{1,12}\.[0-9]{2}")


def round_half_up(value: Number) -> int:
    """``value`` as the nearest integer, halves away from zero (kaufmännisch)."""
    exact = Fraction(value)
    whole = (abs(exact.numerator) * 2 + exact.denominator) // (2 * exact.denominator)
    return whole if exact >= 0 else -whole


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in euro, held as cents."""

    cents: int = 0

    @classmethod
    def parse(cls, text: str) -> Money:
        """From the form of files and JSON, ``"48.00"``; raises ValueError for anything else."""
        if not _PLAIN.fullmatch(text):
            raise ValueError(text)
        return cls(int(text.replace(".", "")))

    def __add__(self, other: Money) -> Money:
        return Money(self.cents + other.cents)

    def __sub__(self, other: Money) -> Money:
        return Money(self.cents - other.cents)

    def __neg__(self) -> Money:
        return Money(-self.cents)

    def __bool__(self) -> bool:
        return self.cents != 0

    def times(self, factor: Number) -> Money:
        """This amount × ``factor``, rounded half up to the cent."""
        return Money(round_half_up(Fraction(factor) * self.cents))

    def __str__(self) -> str:
        """The form of files and JSON: ``"2731.00"``."""
        sign = "-" if self.cents < 0 else ""
        return f"{sign}{abs(self.cents) // 100}.{abs(self.cents) % 100:02d}"

    def german(self) -> str:
        """As Germans write it, with currency and no-break space: ``2.731,00 €``; U+2212 for minus."""
        euros, cents = divmod(abs(self.cents), 100)
        sign = "\u2212" if self.cents < 0 else ""
        return f"{sign}{euros:,}".replace(",", ".") + f",{cents:02d}\u00a0€"


def total(amounts: list[Money] | tuple[Money, ...]) -> Money:
    """The sum; zero for none."""
    return Money(sum(amount.cents for amount in amounts))
