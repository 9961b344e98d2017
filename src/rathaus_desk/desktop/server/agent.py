"""The sync of a window: runs in the background, tells how it stands, asks the server before a claim."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from rathaus_desk.desktop.tasks import Tasks
from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.engine import Store
from rathaus_desk.store.overlay import is_linked
from rathaus_desk.store.watch import News
from rathaus_desk.sync.worker import Errands, Status, Worker, status_of


class Agent(QObject):
    """Nothing at all while the workstation belongs to no server; `begin` again once it does."""

    changed = Signal(object)
    """A `Status`."""
    wrote = Signal()
    """The sync wrote rows or decisions: open views look."""

    def __init__(
        self, store: Store, tasks: Tasks, parent: QObject | None = None, *, errands: Errands | None = None
    ) -> None:
        super().__init__(parent)
        self._store, self._tasks, self._errands = store, tasks, errands
        self._worker: Worker | None = None
        self.status = status_of(store)
        """None without a server."""

    def begin(self) -> None:
        """Starts, if there is a server."""
        if self._worker is not None:
            return
        with self._store.read() as session:
            if not is_linked(driver_of(session)):
                return
        self._worker = Worker(self._store, self._told, errands=self._errands)
        self._store.asks = self._worker.holders
        self._worker.start()

    def now(self) -> None:
        """A round at once."""
        if self._worker is not None:
            self._worker.now()

    def happened(self, news: News) -> None:
        """Something was written here: it goes to the server soon."""
        if self._worker is not None and news.own:
            self._worker.now()

    def close(self) -> None:
        """Ends; safe anywhere."""
        self._store.asks = None
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _told(self, status: Status) -> None:
        """On the worker's thread."""
        self._tasks.later(lambda: self._show(status))

    def _show(self, status: Status) -> None:
        before, self.status = self.status, status
        self.changed.emit(status)
        if before is None or (before.cursor, before.conflicts) != (status.cursor, status.conflicts):
            self.wrote.emit()
