"""Tells the open views what was written, by this window, another program, or the sync."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from rathaus_desk.desktop.tasks import Tasks
from rathaus_desk.store.engine import Store
from rathaus_desk.store.watch import News

_EVERY = 1000
"""Milliseconds between two looks (`PRAGMA data_version`, next to nothing)."""


class Happenings(QObject):
    """Looks once a second, and at once after an own operation; `news` says what to refresh."""

    news = Signal(object)

    def __init__(self, store: Store, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._tasks = store, tasks
        self._watcher = store.watch()
        self._looking = self._again = False
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Looks now; what there is to tell arrives by `news`."""
        if self._looking:
            self._again = True
            return
        self._looking = True
        self._tasks.start(
            lambda: self._store.news(self._watcher), self._tell, lambda _: self._done(), owner=self
        )

    def _tell(self, news: News) -> None:
        self._done()
        if news:
            self.news.emit(news)

    def _done(self) -> None:
        self._looking = False
        if self._again:
            self._again = False
            self.look()

    def reopen(self) -> None:
        """Looks again after `close`; what happened meanwhile counts as seen."""
        self._watcher = self._store.watch()
        self._timer.start()

    def close(self) -> None:
        """Looks no more."""
        self._timer.stop()
        self._watcher.close()
