"""Numbers that are unique although workstations may be offline: each draws from blocks leased to it.

A series is prefix and year (``FH-2026``). A town without a server is its own lessor: one block without end.
A number that was drawn stays drawn, also when its operation is undone; gaps are allowed, duplicates are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, Session, mapped_column

from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.store.schema import Kept

OWN_LAST = 10**9
"""Last number of the block that a workstation without a server leases itself."""

FORK_JUMP = 1000
"""Numbers a restored or copied database leaves out: they may stand on letters it knows nothing of."""


WANTED = "numbers.wanted"
"""The setting that lists the series that were asked for in vain; the sync asks the server for them."""


class NumbersMissing(CannotWork):
    """No numbers of ``series`` are left at this workstation until it has talked to the server."""

    def __init__(self, series: str) -> None:
        super().__init__(
            f"Für „{series}“ sind an diesem Arbeitsplatz keine Nummern mehr da. Sie kommen mit dem nächsten "
            "Abgleich vom Server; bis dahin kann der Vorgang nicht abgeschlossen werden."
        )
        self.series = series


Prefixes = Callable[[Session], Iterable[str]]

_prefixes: list[Prefixes] = []


def draws_from(prefixes: Prefixes) -> Prefixes:
    """Registers what numbers of a module begin with: the sync stocks them before they are needed.

    A module that draws numbers says so beside its records.
    """
    _prefixes.append(prefixes)
    return prefixes


def series_of(session: Session, year: int) -> set[str]:
    """Every series that modules draw from in a year."""
    return {f"{prefix}-{year}" for prefixes in _prefixes for prefix in prefixes(session) if prefix}


class NumberBlock(Kept):
    """Numbers ``first`` to ``last`` of a series, leased to this workstation; ``next`` is drawn next."""

    __tablename__ = "number_block"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy reads it as it is)
    series: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
    next: Mapped[int]


class NumberDrawn(Kept):
    """A number given out, and the operation that used it."""

    __tablename__ = "number_drawn"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy reads it as it is)
    series: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    operation: Mapped[UUID]


def draw(driver: Any, mark: str, series: str, operation: UUID) -> int:
    """The next number of ``series``; it counts as used once ``operation`` is committed.

    ``driver`` is the driver's connection inside the operation, ``mark`` what the guard knows it by.
    """
    block = driver.execute(
        "SELECT first, next FROM number_block WHERE series = ? AND next <= last ORDER BY first LIMIT 1",
        (series,),
    ).fetchone()
    if block is None:
        if driver.execute("SELECT 1 FROM server_link").fetchone():
            raise NumbersMissing(series)
        block = (1, 1)
        driver.execute("INSERT INTO number_block VALUES (?, 1, ?, 1)" + mark, (series, OWN_LAST))
    first, number = block
    driver.execute(
        "UPDATE number_block SET next = ? WHERE series = ? AND first = ?" + mark, (number + 1, series, first)
    )
    driver.execute("INSERT INTO number_drawn VALUES (?, ?, ?)" + mark, (series, number, operation.bytes))
    return int(number)


def jump(driver: Any, mark: str) -> None:
    """Leaves numbers out in every series: the database is a copy or an older state of itself."""
    driver.execute("UPDATE number_block SET next = next + ?" + mark, (FORK_JUMP,))
