"""The deposit: money that is only kept for somebody, never income. Amounts are in euro, exact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.money import Money, total


@dataclass(frozen=True, slots=True)
class Ledger:
    """What came in, what was kept for damage, what went back."""

    received: Money
    kept: Money
    refunded: Money

    @classmethod
    def of(cls, entries: Iterable[tuple[str, Money]]) -> Ledger:
        """From kind ("received", "kept", "refunded") and amount of each entry."""
        listed = list(entries)
        return cls(
            *(
                total([amount for kind, amount in listed if kind == one])
                for one in ("received", "kept", "refunded")
            )
        )

    @property
    def held(self) -> Money:
        """What the town still holds for somebody; nothing once all is settled."""
        return self.received - self.kept - self.refunded


def refuse_keys_without(asked: Money | None, ledger: Ledger) -> None:
    """Refused while less was received than the tariff asks for before the keys."""
    missing = (asked or Money()) - ledger.held
    if missing > Money():
        raise Refused(
            f"Vor der Übergabe der Schlüssel ist die Kaution zu hinterlegen: es fehlen {missing.german()}."
        )


def divided(ledger: Ledger, damage: Money) -> tuple[Money, Money]:
    """What of a deposit is kept for damage, and what goes back."""
    kept = min(ledger.held, damage)
    return kept, ledger.held - kept
