"""Lists, described: a list is a query and a tuple of columns, from which files and windows are made.

A module describes its lists once; whoever shows or writes one needs to know nothing of the module::

    GRAVES = Listing("grabstaetten", "Gräberverzeichnis", (Column("number", "Grabnummer"), …), rows_of_graves)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from rathaus_desk.kernel.periods import FOR_EVER, SINCE_EVER, Period

ColumnKind = Literal["text", "date", "time", "uncertain", "money", "number", "flag"]
"""What a column holds; in each kind None is "not known":

text (str), date (`date`), time (a moment of a day: `datetime.time`), uncertain (`UncertainDate`),
money (`Money`), number (int or Decimal), flag (bool).
"""

Narrowing = Literal["period", "cemetery"]
"""By what a list can be narrowed."""

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``key`` names it in files for programs (ASCII), ``title`` stands over it."""

    key: str
    title: str
    kind: ColumnKind = "text"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a list, as seen on which day.

    ``period``: days, both inclusive; None: the list's own usual period, or all of it. ``cemetery``: its name;
    "" for all.
    """

    on: date
    period: Period | None = None
    cemetery: str = ""

    @property
    def days(self) -> Period:
        """The period; all days if none was asked for."""
        return self.period or Period(SINCE_EVER, FOR_EVER)


@dataclass(frozen=True, slots=True)
class Listing:
    """One list. ``name`` is what the command line calls it (small ASCII letters and hyphens).

    ``rows(session, wanted)`` yields a tuple for each line, in the order of ``columns``, sorted as people
    expect; BadInput if what is wanted does not exist. ``narrowed_by`` says which parts of `Wanted` it heeds.
    A ``public`` list may leave the house: it holds no holder, applicant, debtor or contact. ``chart`` names
    number columns that Excel draws as bars below the table.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Callable[[Any, Wanted], Iterable[Row]]
    narrowed_by: frozenset[Narrowing] = frozenset()
    public: bool = False
    chart: tuple[str, ...] = ()
