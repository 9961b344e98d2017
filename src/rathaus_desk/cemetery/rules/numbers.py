"""What a grave is called: its levels and its number joined, unique in the cemetery."""

from __future__ import annotations

from collections.abc import Sequence

from rathaus_desk.kernel.names import natural_key, nfc

JOINT = "/"


def grave_label(levels: Sequence[str], number: str) -> str:
    """The non-empty levels, outermost first, and the number: ``B/4/17``."""
    return JOINT.join(part for part in map(nfc, (*levels, number)) if part)


def number_key(label: str) -> str:
    """The key by which numbers are told apart and sorted: leading zeros, case and spaces beside ``/`` do not
    count.

    ``B/04/017``, ``b / 4 / 17`` and ``B/4/17`` are the same number.
    """
    return natural_key(JOINT.join(part.strip() for part in nfc(label).split(JOINT)))
