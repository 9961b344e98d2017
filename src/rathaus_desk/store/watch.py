"""What others changed: a window asks once a second and refreshes what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.journal import Entry, Happened, happened


@dataclass(frozen=True, slots=True)
class News:
    """What was written since the last look: the tables, and the records."""

    tables: frozenset[str] = frozenset()
    records: frozenset[UUID] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.records)


def news_since(session: Session, number: int) -> tuple[News, int]:
    """What operations after the entry ``number`` wrote, and the number of the last."""
    rows = driver_of(session).execute(
        "SELECT json_extract(change, '$.t'), record, max(entry) FROM journal_change"
        " WHERE entry > ? GROUP BY 1, 2",
        (number,),
    )
    written = [(table, UUID(bytes=record), entry) for table, record, entry in rows]
    news = News(
        frozenset(table for table, _, _ in written if table), frozenset(record for _, record, _ in written)
    )
    return news, max((entry for _, _, entry in written), default=number)


def changes_since(session: Session, number: int) -> list[Happened]:
    """The operations that arrived after the entry ``number`` (0: all), in order of arrival."""
    return happened(session, Entry.number > number)


def latest(session: Session) -> int:
    """The number of the last entry; 0 in an empty journal."""
    return session.scalar(sa.select(sa.func.max(Entry.number))) or 0


class Watcher:
    """Notices commits of any process by ``PRAGMA data_version``, which costs next to nothing.

    ``opened`` makes a raw connection, ``since`` is the number of the last entry already shown. One thread may
    look while another closes: the driver itself would crash, as it looks without holding Python's lock.
    """

    def __init__(self, opened: Callable[[], Any], since: int) -> None:
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
