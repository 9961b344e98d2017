"""Which address counts on a day, and how it stands on an envelope (DIN 5008)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol, TypeVar

from rathaus_desk.kernel.periods import FOR_EVER, SINCE_EVER

LINES = 6
"""Lines that the address zone of DIN 5008 has for the recipient."""


class Postal(Protocol):
    """What stands on an envelope, and from when to when (inclusive, None: open)."""

    @property
    def purpose(self) -> str: ...  # noqa: D102
    @property
    def addition(self) -> str: ...  # noqa: D102
    @property
    def street(self) -> str: ...  # noqa: D102
    @property
    def house_number(self) -> str: ...  # noqa: D102
    @property
    def postal_code(self) -> str: ...  # noqa: D102
    @property
    def place(self) -> str: ...  # noqa: D102
    @property
    def country(self) -> str: ...  # noqa: D102
    @property
    def valid_from(self) -> date | None: ...  # noqa: D102
    @property
    def valid_until(self) -> date | None: ...  # noqa: D102


P = TypeVar("P", bound=Postal)


def address_on(addresses: Iterable[P], on: date) -> P | None:
    """The address to write to on a day: one for post before one of residence, then the newest."""
    valid = [
        address
        for address in addresses
        if (address.valid_from or SINCE_EVER) <= on <= (address.valid_until or FOR_EVER)
    ]
    return max(
        valid, key=lambda address: (address.purpose == "post", address.valid_from or SINCE_EVER), default=None
    )


def envelope_lines(name: Sequence[str], address: Postal) -> tuple[str, ...]:
    """The recipient, at most `LINES` lines: name, addition, street, place, country in capitals."""
    lines = (
        *name,
        address.addition,
        f"{address.street} {address.house_number}".strip(),
        f"{address.postal_code} {address.place}".strip(),
        address.country.upper(),
    )
    filled = [line for line in lines if line]
    while len(filled) > LINES:
        filled[0:2] = [f"{filled[0]} {filled[1]}"]
    return tuple(filled)


def residence(address: Postal) -> str:
    """Street, number and place on one line, by which people are compared; "" without a street.

    Without the postal code: lists often lack it.
    """
    return f"{address.street} {address.house_number}, {address.place}" if address.street else ""


def is_complete(address: Postal) -> bool:
    """Whether a letter can get there: street (or box) and place are known, at home the postal code too."""
    return bool(address.street and address.place and (address.postal_code or address.country))
