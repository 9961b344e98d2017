"""The states of a booking, and which may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from rathaus_desk.kernel.errors import Refused

BookingState = Literal[
    "enquiry",
    "option",
    "requested",
    "approved",
    "signed",
    "handed_over",
    "returned",
    "settled",
    "rejected",
    "cancelled",
    "expired",
]

GERMAN_STATES: Mapping[BookingState, str] = {
    "enquiry": "Anfrage",
    "option": "Option",
    "requested": "beantragt",
    "approved": "genehmigt",
    "signed": "Vertrag unterschrieben",
    "handed_over": "übergeben",
    "returned": "zurückgenommen",
    "settled": "abgerechnet",
    "rejected": "abgelehnt",
    "cancelled": "abgesagt",
    "expired": "abgelaufen",
}

CLAIMING: frozenset[BookingState] = frozenset(
    {"option", "requested", "approved", "signed", "handed_over", "returned", "settled"}
)
"""In these every room is claimed; an enquiry claims nothing, what has ended neither."""

ENDED: frozenset[BookingState] = frozenset({"rejected", "cancelled", "expired"})

_NEXT: Mapping[BookingState, frozenset[BookingState]] = {
    "enquiry": frozenset({"option", "requested", "approved", "rejected", "cancelled"}),
    "option": frozenset({"requested", "approved", "rejected", "cancelled", "expired"}),
    "requested": frozenset({"option", "approved", "rejected", "cancelled"}),
    "approved": frozenset({"signed", "handed_over", "cancelled"}),
    "signed": frozenset({"handed_over", "cancelled"}),
    "handed_over": frozenset({"returned"}),
    "returned": frozenset({"settled"}),
    "settled": frozenset(),
    "rejected": frozenset(),
    "cancelled": frozenset(),
    "expired": frozenset({"enquiry", "option"}),
}


def may_follow(state: BookingState, new: BookingState) -> bool:
    """Whether a booking in ``state`` may become ``new``."""
    return new in _NEXT[state]


def check_step(state: BookingState, new: BookingState) -> None:
    """Refused, naming both, where ``new`` may not follow ``state``."""
    if not may_follow(state, new):
        raise Refused(
            f"Die Buchung ist im Stand „{GERMAN_STATES[state]}“ und kann nicht „{GERMAN_STATES[new]}“ werden."
        )
