"""What is typed and not yet carried out: saved every few seconds, encrypted; it survives a crash."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from rathaus_desk.desktop.tasks import Tasks
from rathaus_desk.kernel.ids import new_id
from rathaus_desk.store import local
from rathaus_desk.store.engine import Store

_AFTER = 1500
"""Milliseconds from a change to its being saved."""


class Draft(QObject):
    """One unfinished request. ``content()`` gives what to save, a plain value."""

    saved = Signal(object)
    """The moment (aware) it was saved at."""

    def __init__(
        self,
        store: Store,
        tasks: Tasks,
        kind: str,
        content: Callable[[], Any],
        *,
        clerk: UUID | None,
        draft: UUID | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._tasks, self._kind, self._content, self._clerk = store, tasks, kind, content, clerk
        self.id = draft or new_id()
        self._writing, self._dropped = Lock(), False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_AFTER)
        self._timer.timeout.connect(self.save)

    def touch(self) -> None:
        """Something was typed: it will be saved soon, and while somebody types on, every few seconds."""
        if not self._timer.isActive():
            self._timer.start()

    def rest(self) -> None:
        """What was filled in so far need not be saved: nobody typed it."""
        self._timer.stop()

    @property
    def unsaved(self) -> bool:
        """Whether something typed is not saved yet."""
        return self._timer.isActive()

    def save(self) -> None:
        """Saves now."""
        self._timer.stop()
        content, moment = self._content(), self._store.clock.now()
        self._tasks.start(lambda: self._write(content, moment), self.saved.emit, lambda _: None, owner=self)

    def _write(self, content: Any, moment: datetime) -> datetime:
        with self._writing, self._store.local() as session:
            if not self._dropped:
                local.save_draft(session, self._kind, content, clerk=self._clerk, at=moment, draft=self.id)
        return moment

    def save_now(self) -> None:
        """Saves before anything else happens: somebody leaves."""
        self._timer.stop()
        self._write(self._content(), self._store.clock.now())

    def drop(self) -> None:
        """It became a record, or is wanted no longer."""
        self._timer.stop()
        with self._writing, self._store.local() as session:
            self._dropped = True
            local.drop_draft(session, self.id)
