"""What compiling a tariff's tables shares: reading rules, knowing items by name, noting what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from rathaus_desk.catalogue.lines import At
from rathaus_desk.catalogue.reading import Wrong, nearest
from rathaus_desk.fees.compiling.words import words_of
from rathaus_desk.fees.conditions import Rule, read_rule
from rathaus_desk.fees.tariff import ALL, ROOM_PRICE, Item
from rathaus_desk.fees.tariff_file import TariffFile
from rathaus_desk.kernel.money import Money


class Notes:
    """A file under compilation and everything wrong with it so far.

    ``problems``: each a ``Wrong`` whose ``at`` is its place in the file, ``("item", 3, "when", "romo")``.
    """

    def __init__(self, content: TariffFile) -> None:
        self.content = content
        self.problems: list[Wrong] = []
        self.words = words_of(content)

    def note(self, at: At, what: str, should: str = "") -> None:
        """Something is wrong at a place of the file."""
        self.problems.append(Wrong(what, should, at))

    def rule(self, at: At, when: object, unless: object) -> Rule:
        """``when`` and ``unless`` of the table at a place."""
        rule, problems = read_rule(when, unless, self.words)
        for wrong in problems:
            inside = wrong.at[2:] if at and at[-2:-1] == ("amounts",) else wrong.at
            self.note((*at, *inside), wrong.what, wrong.should)
        return rule

    def known_names(self, at: At, names: Sequence[str], items: Sequence[Item]) -> None:
        """Notes each name that means no item."""
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
                self.note(at, what, "bei den Raumpreisen room_price = true")
            else:
                near = nearest(name, known)
                self.note(
                    at, what, f'"{near}"' if near else 'key, Anfang eines key, tag, "room_price" oder "all"'
                )

    def not_negative(self, at: At, amount: Money) -> Money:
        """The amount; notes one below zero."""
        if amount.cents < 0:
            place = at if "amounts" in at else (*at, "amount")
            should = f'amount = "{-amount}" mit refund = true'
            self.note(place, f"„{amount}“: Preise sind nicht negativ.", should)
        return amount


def as_names(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """One name or several, as several."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
