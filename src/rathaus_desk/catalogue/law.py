"""Law as data: entries with validity and source (days of service, remedies, burial window, rest floor …)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.kernel.periods import FOR_EVER, Period, german_date

LawValue = str | int | bool | list[str]


@dataclass(frozen=True)
class LawEntry:
    """One version of one matter. ``to_be_confirmed``: the town has to check the source before relying on
    it.
    """

    key: str
    title: str
    valid_from: date
    source: str
    values: Mapping[str, LawValue]
    valid_until: date | None = None
    to_be_confirmed: bool = False
    note: str = ""

    @property
    def validity(self) -> Period:
        """First and last day, both inclusive."""
        return Period(self.valid_from, self.valid_until or FOR_EVER)

    def number(self, name: str) -> int:
        """The value ``name``, which must be a whole number."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise CannotWork(
                f"Der Rechtseintrag „{self.key}“ nennt keine Zahl „{name}“. Bitte die Rechtstabelle ergänzen."
            )
        return value

    def flag(self, name: str) -> bool:
        """The value ``name``, which must be true or false."""
        value = self.values.get(name)
        if not isinstance(value, bool):
            raise CannotWork(
                f"Der Rechtseintrag „{self.key}“ sagt nichts zu „{name}“. Bitte die Rechtstabelle ergänzen."
            )
        return value

    def text(self, name: str) -> str:
        """The value ``name``, which must be text."""
        value = self.values.get(name)
        if not isinstance(value, str):
            raise CannotWork(
                f"Der Rechtseintrag „{self.key}“ nennt keinen Text „{name}“. Bitte ihn dort ergänzen."
            )
        return value

    def words(self, name: str) -> tuple[str, ...]:
        """The value ``name`` as a list of texts; () if the entry does not say it."""
        value = self.values.get(name, [])
        return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else ()


@dataclass(frozen=True)
class LawBook:
    """All entries of the law tables in use. Later tables go before earlier ones (the town's before the
    shipped).
    """

    entries: tuple[LawEntry, ...] = ()

    @classmethod
    def shipped(cls) -> LawBook:
        """The law that travels with the program (``resources/law``); read once."""
        return _shipped()

    def with_entries(self, entries: Iterable[LawEntry]) -> LawBook:
        """This book with further entries, which go before those it has."""
        return LawBook((*entries, *self.entries))

    def find(self, key: str, on: date) -> LawEntry | None:
        """The entry in force on a day; of several, the first in the book."""
        found = [entry for entry in self.entries if entry.key == key and on in entry.validity]
        return found[0] if found else None

    def matters(self, beginning: str, on: date) -> list[LawEntry]:
        """Every matter whose key begins so, as it is in force on a day; in the order of the book."""
        keys = dict.fromkeys(entry.key for entry in self.entries if entry.key.startswith(beginning))
        return [found for key in keys if (found := self.find(key, on)) is not None]

    def entry(self, key: str, on: date) -> LawEntry:
        """The entry in force on a day; ``CannotWork`` if there is none."""
        found = self.find(key, on)
        if found is None:
            raise CannotWork(
                f"Für den {german_date(on)} ist keine Rechtslage zu „{key}“ hinterlegt. "
                "Bitte einen Eintrag mit passendem valid_from in der Rechtstabelle ergänzen."
            )
        return found


@lru_cache(maxsize=1)
def _shipped() -> LawBook:
    from rathaus_desk.catalogue.law_file import read_shipped

    return LawBook(tuple(read_shipped()))
