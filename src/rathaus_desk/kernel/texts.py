"""Texts that people hand in, in the one form in which they are kept."""

from __future__ import annotations

from decimal import Decimal

from rathaus_desk.kernel.errors import BadInput, Place
from rathaus_desk.kernel.names import nfc


def bounded(text: str, longest: int, field: str) -> str:
    """``text`` composed (NFC) and trimmed; what has several lines keeps them.

    BadInput naming ``field`` (German, as the window shows it) if it is longer than ``longest`` characters.
    """
    kept = text.strip() if "\n" in text else nfc(text)
    if len(kept) > longest:
        raise BadInput(
            f"Die Angabe ist zu lang: {len(kept)} Zeichen, möglich sind {longest}.", place=Place(column=field)
        )
    return kept


def worded(text: str, longest: int, field: str) -> str:
    """As `bounded`; BadInput also if nothing is left."""
    kept = bounded(text, longest, field)
    if not kept:
        raise BadInput("Die Angabe fehlt.", place=Place(column=field))
    return kept


def german_number(number: Decimal) -> str:
    """``12.345,6``: as Germans write a number, without noughts at its end."""
    whole, _, part = f"{number:f}".partition(".")
    part = part.rstrip("0")
    return f"{int(whole):,}".replace(",", ".") + (f",{part}" if part else "")
