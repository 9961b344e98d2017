"""The line at the bottom: what was done last, with its undoing; whether a server is there; the lock."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QToolButton, QWidget

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.part_widgets import label
from rathaus_desk.desktop.tasks import Progress
from rathaus_desk.desktop.theme.icons import icon
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import L, M, S
from rathaus_desk.sync.worker import State

_HEIGHT = 32
_SHOWN_AFTER = 800
"""Milliseconds after which something that is under way shows its progress."""
_UNDO_FOR = 60_000
"""Milliseconds for which the last operation can be undone from here; later from its history."""


_MARKS: dict[State, str] = {
    "working": "refresh-cw",
    "idle": "circle-check",
    "offline": "monitor",
    "trouble": "triangle-alert",
    "locked": "lock",
}


class Foot(QWidget):
    """The status line, in words."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._operation: UUID | None = None
        self.setMinimumHeight(_HEIGHT)
        self.setAccessibleName("Statuszeile")
        row = QHBoxLayout(self)
        row.setContentsMargins(L + 4, 0, L, 0)
        row.setSpacing(S)
        self.words = label("second", "Alles gespeichert")
        self.undo = QPushButton("Rückgängig  Strg+Z")
        self.undo.setProperty("quiet", True)
        self.undo.clicked.connect(lambda: desk.undo(self._operation))
        self.undo.hide()
        row.addWidget(self.words)
        row.addWidget(self.undo)
        self._progress = QProgressBar()
        self._progress.setFixedWidth(160)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Fortschritt")
        self._cancel = QToolButton()
        self._cancel.setIcon(icon("x"))
        self._cancel.setAccessibleName("Abbrechen")
        self._cancel.setToolTip("Abbrechen")
        self._progress.hide()
        self._cancel.hide()
        row.addWidget(self._progress)
        row.addWidget(self._cancel)
        row.addStretch(1)
        self._server = QPushButton()
        self._server.setProperty("quiet", True)
        self._server.clicked.connect(self._about_server)
        row.addWidget(self._server)
        row.addSpacing(M)
        lock = QToolButton()
        lock.setIcon(icon("lock"))
        lock.setAccessibleName("Fenster sperren")
        lock.setToolTip("Fenster sperren (Strg+L)")
        lock.clicked.connect(lambda: desk.do("window.lock"))
        row.addWidget(lock)
        self._forget = QTimer(self)
        self._forget.setSingleShot(True)
        self._forget.setInterval(_UNDO_FOR)
        self._forget.timeout.connect(self._no_more)
        self._cancel.clicked.connect(self._stop)
        self._running: Progress | None = None
        self._meanwhile = ""
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_SHOWN_AFTER)
        self._late.timeout.connect(self._show_progress)
        desk.said.connect(self.say)
        desk.began.connect(self._began)
        desk.progressed.connect(self._progressed)
        desk.ended.connect(self._ended)
        desk.agent.changed.connect(lambda _status: self._retheme())
        theme().changed.connect(self._retheme)
        self._retheme()

    def say(self, sentence: str, operation: UUID | None) -> None:
        """One sentence; with an operation it can be taken back."""
        self.words.setText(sentence)
        self._operation = operation
        self.undo.setVisible(operation is not None)
        if operation is not None:
            self._forget.start()

    def _began(self, words: str, progress: Progress | None) -> None:
        self.say(words, None)
        self._meanwhile = words
        self._running = progress
        self._progress.setRange(0, 0)
        self._late.start()

    def _show_progress(self) -> None:
        self._progress.show()
        self._cancel.setVisible(self._running is not None)

    def _progressed(self, done: int, of: int) -> None:
        self._progress.setRange(0, of)
        self._progress.setValue(done)

    def _stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            self.words.setText("Wird abgebrochen …")

    def _ended(self) -> None:
        self._late.stop()
        self._running = None
        self._progress.hide()
        self._cancel.hide()
        if self.words.text() == self._meanwhile:
            self.words.setText("Alles gespeichert")

    def _no_more(self) -> None:
        self._operation = None
        self.undo.hide()
        self.words.setText("Alles gespeichert")

    def _about_server(self) -> None:
        """Conflicts, if there are any; else how the server stands."""
        status = self._desk.agent.status
        if status is not None and status.conflicts:
            self._desk.go("konflikte")
        else:
            self._desk.go("einstellungen", tab="server")

    def _retheme(self) -> None:
        """The server in words: its mark never says more than they do."""
        status = self._desk.agent.status
        words = "Dieser Arbeitsplatz arbeitet ohne Server" if status is None else status.words()
        mark = "monitor" if status is None else _MARKS[status.state]
        self._server.setText(f" {words}")
        self._server.setToolTip(status.sentence if status else "")
        self._server.setIcon(icon("triangle-alert" if status and status.conflicts else mark))
