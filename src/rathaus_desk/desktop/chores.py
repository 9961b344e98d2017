"""What is due once a day, whether or not anybody asks for it: the backup, and options that are over."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QObject, QTimer

from rathaus_desk.desktop.desk import Desk

_LOOK_AGAIN = 10 * 60 * 1000
"""Milliseconds after which the day is looked at again: the program may run over night."""


class Chores(QObject):
    """Does the day's chores soon after the start, and again whenever a new day has begun."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._done: date | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_AGAIN)
        self._timer.timeout.connect(self.look)

    def begin(self, after: int) -> None:
        """Starts, ``after`` so many milliseconds: the window is to be seen first."""
        QTimer.singleShot(after, self, self.look)
        self._timer.start()

    def look(self) -> None:
        """Does what this day has not seen done."""
        today = self._desk.today
        if today == self._done:
            return
        self._done = today
        end_options(self._desk)
        from rathaus_desk.desktop.settings.safety_section import daily

        daily(self._desk)


def end_options(desk: Desk) -> None:
    """Options on halls whose last day is over end."""
    desk.tasks.start(desk.office.end_options, lambda ended: _ended(desk, ended), desk.failed.emit)


def _ended(desk: Desk, ended: int) -> None:
    if ended:
        desk.happenings.look()
        desk.say("Eine Option ist abgelaufen." if ended == 1 else f"{ended} Optionen sind abgelaufen.")
