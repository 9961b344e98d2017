"""What others changed: a window asks once a second and refreshes what it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from rathaus_desk.store.journal import Entry, Happened, happened


def changes_since(session: Session, number: int) -> list[Happened]:
    """The operations that arrived after the entry ``number`` (0: all), in order of arrival."""
    return happened(session, Entry.number > number)


def latest(session: Session) -> int:
    """The number of the last entry; 0 in an empty journal."""
    return session.scalar(sa.select(sa.func.max(Entry.number))) or 0


class Watcher:
    """Notices commits of any process by ``PRAGMA data_version``, which costs next to nothing.

    ``opened`` makes a raw connection, ``since`` is the number of the last entry already shown.
    """

    def __init__(self, opened: Callable[[], Any], since: int) -> None:
        self._connection = opened()
        self._version = self._data_version()
        self.seen = since

    def changed(self) -> bool:
        """Whether anybody committed anything since the last call."""
        version = self._data_version()
        changed, self._version = version != self._version, version
        return changed

    def close(self) -> None:
        """Gives its connection back."""
        self._connection.close()

    def _data_version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
