"""The entries of the law table that cemeteries live by, as plain values for the rules."""

from __future__ import annotations

from datetime import date

from rathaus_desk.catalogue.law import LawBook, LawEntry
from rathaus_desk.cemetery.rules.window import BurialLaw


def burial_law(law: LawBook, died: date) -> BurialLaw | None:
    """The burial window that holds for a death on that day; None if the table knows none."""
    entry = law.find("burial_window", died)
    if entry is None:
        return None
    return BurialLaw(
        source=entry.source,
        earliest_hours=entry.number("earliest_hours"),
        coffin_latest_hours=_number_or_none(entry, "coffin_latest_hours"),
        coffin_latest_days=_number_or_none(entry, "coffin_latest_days"),
        to_be_confirmed=entry.to_be_confirmed,
    )


def _number_or_none(entry: LawEntry, name: str) -> int | None:
    return entry.number(name) if name in entry.values else None
