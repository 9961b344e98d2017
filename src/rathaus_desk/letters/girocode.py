"""GiroCode: a credit transfer as QR code, EPC069-12 version 002, UTF-8, SCT, structured reference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from stdnum import bic, iban, iso11649

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.money import Money
from rathaus_desk.letters.letter import Payment

QUIET_ZONE = 4
"""Modules of white around the symbol (ISO/IEC 18004)."""

_LONGEST_NAME = 70
_DARK = re.compile(b"\0+")
_HIGHEST = Money(99_999_999_999)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR symbol: ``size`` modules a side; its dark ``runs`` as (column, row, length), no quiet zone."""

    size: int
    runs: tuple[tuple[int, int, int], ...]


def payload(payment: Payment) -> str:
    """The text that a banking app reads.

    Raises BadInput naming what the standard does not allow: amount, name, IBAN, BIC, reference.
    """
    account = payment.account
    if not Money(0) < payment.amount <= _HIGHEST:
        raise BadInput(
            f"Ein GiroCode braucht einen Betrag von 0,01 € bis {_HIGHEST.german()},"
            f" nicht {payment.amount.german()}."
        )
    if not 1 <= len(account.owner) <= _LONGEST_NAME or "\n" in account.owner:
        raise BadInput(
            f"Der Name zum Bankkonto hat {len(account.owner)} Zeichen;"
            f" ein GiroCode fasst 1 bis {_LONGEST_NAME}."
        )
    if not iban.is_valid(account.iban):
        raise BadInput(f"Die IBAN „{account.iban}“ ist nicht gültig.")
    if account.bic and not bic.is_valid(account.bic):
        raise BadInput(f"Der BIC „{account.bic}“ ist nicht gültig.")
    if not iso11649.is_valid(payment.reference):
        raise BadInput(
            f"Das Kassenzeichen „{payment.reference}“ ist keine gültige Referenz nach ISO 11649 (RF…)."
        )
    return "\n".join(
        (
            "BCD",
            "002",
            "1",
            "SCT",
            bic.compact(account.bic),
            account.owner,
            iban.compact(account.iban),
            f"EUR{payment.amount}",
            "",
            iso11649.compact(payment.reference),
        )
    )


@lru_cache(maxsize=64)
def symbol(text: str) -> Symbol:
    """``text`` as QR symbol with error correction M.

    ASCII stands in the symbol as it is; other text says that it is UTF-8, or readers would have to guess.
    """
    import zxingcpp

    options: dict[str, Any] = {} if text.isascii() else {"eci": "UTF-8"}
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M", **options)
    image: Any = code.to_image(scale=1, add_quiet_zones=False)
    pixels = memoryview(image)
    size, rows = len(pixels), pixels.tobytes()
    runs = tuple(
        (run.start(), row, run.end() - run.start())
        for row in range(size)
        for run in _DARK.finditer(rows[row * size : (row + 1) * size])
    )
    return Symbol(size, runs)


def alternative(payment: Payment) -> str:
    """What the code says, for those who cannot see it."""
    return (
        f"GiroCode für die Banking-App: Überweisung von {payment.amount.german()} an {payment.account.owner},"
        f" IBAN {iban.format(payment.account.iban)}, Verwendungszweck {iso11649.format(payment.reference)}"
    )
