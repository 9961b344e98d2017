"""Where the rows of a list come from: the order first, each row when it is painted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from rathaus_desk.desktop.parts.described import Chip, Column, State
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.names import fold
from rathaus_desk.kernel.periods import FOR_EVER, german_date
from rathaus_desk.kernel.uncertain import UncertainDate

Row = tuple[Any, ...]
"""One value for each column, of the kind the column says."""


@dataclass(frozen=True, slots=True)
class Want:
    """What a clerk wants to see of a list, as seen on the day ``on``."""

    on: date
    chip: str = ""
    text: str = ""
    sort: str = ""
    """Key of a column; "": the list's own order."""
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """The records of a list in their order. ``rows``: where all of them had to be read anyway."""

    ids: Sequence[bytes]
    rows: Mapping[bytes, Row] | None = None


class Source(Protocol):
    """A list: its columns, its choices, what makes it old."""

    name: str
    """Under which its columns are remembered, and the name of its files."""
    title: str
    columns: tuple[Column, ...]
    chips: tuple[Chip, ...]
    tables: frozenset[str]
    """Whoever writes to these changes the list."""
    empty: str
    """What is said where there is nothing: what to do first."""

    def first(self, session: Session, want: Want, limit: int, /) -> Order | None:
        """The first few, if they can be had at once; called on the window's thread."""

    def order(self, session: Session, want: Want, /) -> Order:
        """All of them; called in a worker."""

    def rows(self, session: Session, ids: Sequence[bytes], on: date, /) -> Mapping[bytes, Row]:
        """The rows of at most 128 records, within a few milliseconds; called when they are painted."""


@dataclass(slots=True)
class WholeSource:
    """A list that is read whole, because it is short or cannot be worked out otherwise."""

    name: str
    title: str
    columns: tuple[Column, ...]
    tables: frozenset[str]
    load: Callable[[Session, Want], Sequence[tuple[UUID, Row]]]
    """The rows of the chosen chip in the list's own order; filter and sorting are done here."""
    chips: tuple[Chip, ...] = ()
    empty: str = "Hier ist nichts."

    def first(self, _session: Session, _want: Want, _limit: int, /) -> Order | None:
        """Nothing at once."""
        return None

    def order(self, session: Session, want: Want, /) -> Order:
        """All rows that hold every word of the filter."""
        words = fold(want.text).split()
        found = [
            (record.bytes, row) for record, row in self.load(session, want) if not words or _holds(row, words)
        ]
        if want.sort:
            at = next(index for index, column in enumerate(self.columns) if column.key == want.sort)
            found.sort(key=lambda pair: sort_key(pair[1][at]), reverse=want.descending)
        return Order([record for record, _ in found], dict(found))

    def rows(self, _session: Session, _ids: Sequence[bytes], _on: date, /) -> Mapping[bytes, Row]:
        """They came with the order."""
        return {}


def _holds(row: Row, words: Sequence[str]) -> bool:
    text = fold(" ".join(in_words(value) for value in row))
    return all(word in text for word in words)


def in_words(value: Any) -> str:
    """A value as a list shows it; what is not known is "—"."""
    if value is None or value == "" or value == UncertainDate():
        return "—"
    if isinstance(value, UncertainDate):
        return day_words(value)
    if isinstance(value, bool):
        return "ja" if value else "—"
    if isinstance(value, Money):
        return value.german()
    if isinstance(value, date):
        return "ohne Ende" if value == FOR_EVER else german_date(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, State):
        return value.word
    return str(value)


def day_words(day: UncertainDate) -> str:
    """An uncertain day as it is read: a known one as Germans write it, else in the words it came in."""
    return german_date(day.day) if day.day is not None else day.text


def spoken(value: Any, column: Column) -> str:
    """What a screen reader says of a cell: the column and the value."""
    return f"{column.title}: {'nicht bekannt' if (words := in_words(value)) == '—' else words}"


def sort_key(value: Any) -> tuple[int, Any]:
    """Orders values of one column; what is not known comes last."""
    if value is None or value == "":
        return 1, 0
    if isinstance(value, UncertainDate):
        day = value.earliest or value.latest
        return (0, day) if day else (1, 0)
    if isinstance(value, Money):
        return 0, value.cents
    if isinstance(value, State):
        return 0, value.word
    return 0, fold(value) if isinstance(value, str) else value
