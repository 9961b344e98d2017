"""Who may displace whom: own events and civil protection, long-standing events, first come (rule 3)."""

from __future__ import annotations

from typing import Literal

from rathaus_desk.kernel.errors import Refused

ORDER = ("own", "long_standing", "first_come")

GERMAN_RANKS = {
    "own": "eigene Veranstaltung oder Katastrophenschutz",
    "long_standing": "langjährige Veranstaltung",
    "first_come": "nach Eingang",
}


def refuse_to_displace(
    rank: Literal["own", "long_standing", "first_come"],
    other: Literal["own", "long_standing", "first_come"],
    what: str,
) -> None:
    """Refused unless ``rank`` goes before ``other``; ``what`` names the other one."""
    if ORDER.index(rank) >= ORDER.index(other):
        raise Refused(
            f"{what} geht nicht nach: „{GERMAN_RANKS[other]}“ weicht nicht vor „{GERMAN_RANKS[rank]}“."
        )
