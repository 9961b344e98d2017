"""Reference cycles are looked for on the window's thread only.

Python looks for them in whichever thread happens to allocate; a cycle that holds a widget would then be taken
apart in a worker, and Qt objects may only end in their own thread. So the search by chance is off while there
is a window, and a timer does it where it is safe.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_OFTEN = 2_000
_WHOLE_EVERY = 30
"""Every how many looks all generations are searched."""


class Collecting(QObject):
    """Looks for cycles from its making to `stop`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._looks = 0
        self._was_on = gc.isenabled()
        gc.disable()
        # What was imported stays until the end; looking through it again and again is for nothing.
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.setInterval(_OFTEN)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Looks now: at the young objects, now and then at all."""
        self._looks += 1
        gc.collect(2 if self._looks % _WHOLE_EVERY == 0 else 1)

    def stop(self) -> None:
        """As Python does it usually."""
        self._timer.stop()
        gc.unfreeze()
        gc.collect()
        if self._was_on:
            gc.enable()
