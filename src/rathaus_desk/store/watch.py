"""What others changed: a window asks once a second and refreshes what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.journal import Entry, Happened, happened


@dataclass(frozen=True, slots=True)
class News:
    """What was written since the last look: the tables, and the records."""

    tables: frozenset[str] = frozenset()
    """``journal`` among them: an operation was entered or decided on."""
    records: frozenset[UUID] = frozenset()
    own: bool = False
    """Whether an operation of this workstation is among them that no server has seen."""

    def __bool__(self) -> bool:
        return bool(self.tables)


@dataclass(frozen=True, slots=True)
class Place:
    """How far a window has looked: the last entry, and the last decision of the server."""

    number: int = 0
    n: int = 0


def news_since(session: Session, place: Place) -> tuple[News, Place]:
    """What operations wrote that arrived, or were decided on, after ``place``; and the place now.

    When the server has decided, what cannot be carried out on it any more is news as well.
    """
    driver, now = driver_of(session), place_now(session)
    entries = "SELECT number FROM journal WHERE number > ?"
    values: tuple[int, ...] = (place.number,)
    if now.n != place.n:
        entries += " UNION SELECT number FROM journal WHERE n > ? OR (n IS NULL AND state = 'suspended')"
        values = (place.number, place.n)
    rows = driver.execute(
        f"SELECT DISTINCT json_extract(change, '$.t'), record FROM journal_change WHERE entry IN ({entries})",
        values,
    )
    written = [(table, UUID(bytes=record)) for table, record in rows]
    tables = {table for table, _ in written if table}
    if now != place:
        tables.add("journal")
    own = "SELECT 1 FROM journal WHERE number > ? AND n IS NULL LIMIT 1"
    is_own = driver.execute(own, (place.number,)).fetchone() is not None
    return News(frozenset(tables), frozenset(record for _, record in written), is_own), now


def place_now(session: Session) -> Place:
    """The place of a window that has seen everything."""
    last, n = driver_of(session).execute("SELECT max(number), max(n) FROM journal").fetchone()
    return Place(last or 0, n or 0)


def changes_since(session: Session, number: int) -> list[Happened]:
    """The operations that arrived after the entry ``number`` (0: all), in order of arrival."""
    return happened(session, Entry.number > number)


class Watcher:
    """Notices commits of any process by ``PRAGMA data_version``, which costs next to nothing.

    ``opened`` makes a raw connection, ``since`` is what is shown already. One thread may
    look while another closes: the driver itself would crash, as it looks without holding Python's lock.
    """

    def __init__(self, opened: Callable[[], Any], since: Place) -> None:
        self._alone = Lock()
        self._connection: Any = opened()
        self._version = self._data_version()
        self.seen = since

    def changed(self) -> bool:
        """Whether anybody committed anything since the last call; never once it is closed."""
        with self._alone:
            if self._connection is None:
                return False
            version = self._data_version()
            changed, self._version = version != self._version, version
            return changed

    def close(self) -> None:
        """Gives its connection back."""
        with self._alone:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _data_version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
