"""Dates as old registers have them: a text that somebody wrote, and the days it can mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rathaus_desk.kernel.periods import german_date


@dataclass(frozen=True, slots=True)
class UncertainDate:
    """A day known exactly, roughly, or only as a text.

    ``earliest`` and ``latest`` are the first and the last day it can be, both inclusive; None where nothing
    bounds it on that side. ``text`` is what was written, kept as it stood; empty if it never was a text.
    """

    text: str = ""
    earliest: date | None = None
    latest: date | None = None

    @classmethod
    def exact(cls, day: date, text: str = "") -> UncertainDate:
        """One certain day, written in the German way unless ``text`` says how it was written."""
        return cls(text or german_date(day), day, day)

    @property
    def known(self) -> bool:
        """Whether at least one side is bounded."""
        return self.earliest is not None or self.latest is not None

    @property
    def is_exact(self) -> bool:
        """Whether it is one certain day."""
        return self.earliest is not None and self.earliest == self.latest

    @property
    def day(self) -> date | None:
        """The day, if it is one certain day."""
        return self.earliest if self.is_exact else None

    def certainly_after(self, other: UncertainDate) -> bool:
        """Whether every day it can mean lies after every day ``other`` can mean."""
        return self.earliest is not None and other.latest is not None and self.earliest > other.latest

    def may_equal(self, other: UncertainDate) -> bool:
        """Whether both can mean the same day; True where nothing is known."""
        return not self.certainly_after(other) and not other.certainly_after(self)

    def __bool__(self) -> bool:
        return bool(self.text) or self.known

    def __str__(self) -> str:
        """What was written, or the days it can mean."""
        if self.text:
            return self.text
        if self.day is not None:
            return german_date(self.day)
        first = f"ab {german_date(self.earliest)}" if self.earliest else ""
        last = f"bis {german_date(self.latest)}" if self.latest else ""
        return f"{first} {last}".strip()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a written date was understood as, and why somebody should look at it: each doubt one phrase."""

    date: UncertainDate
    doubts: tuple[str, ...] = ()
