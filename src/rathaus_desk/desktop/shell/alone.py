"""One window per session and data folder: a second start brings the first forward, with its files."""

from __future__ import annotations

import getpass
import hashlib
import json
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from rathaus_desk.store.home import real

_WAIT = 1500


class Alone(QObject):
    """``first``: nobody else has this folder's window. `called` brings what a second start was given."""

    called = Signal(list)

    def __init__(self, home: Path, parent: QObject) -> None:
        super().__init__(parent)
        whole = f"{getpass.getuser()}\0{real(home)}"
        self._name = f"rathaus-desk-{hashlib.sha256(whole.encode()).hexdigest()[:24]}"
        self._other = QLocalSocket(self)
        self._other.connectToServer(self._name)
        self.first = not self._other.waitForConnected(_WAIT // 3)
        if self.first:
            # A name left by a program that crashed would keep us from listening.
            QLocalServer.removeServer(self._name)
            self._server = QLocalServer(self)
            self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
            self._server.newConnection.connect(self._answer)
            self._server.listen(self._name)

    def hand_over(self, files: list[str]) -> None:
        """Tells the first one to come forward, with these files."""
        self._other.write(json.dumps(files).encode() + b"\n")
        self._other.waitForBytesWritten(_WAIT)
        self._other.disconnectFromServer()

    def _answer(self) -> None:
        caller = self._server.nextPendingConnection()
        caller.disconnected.connect(caller.deleteLater)
        caller.readyRead.connect(lambda: self._hear(caller))
        if caller.canReadLine():
            self._hear(caller)

    def _hear(self, caller: QLocalSocket) -> None:
        if not caller.canReadLine():
            return
        try:
            said = json.loads(bytes(caller.readLine().data()))
        except ValueError:
            return
        self.called.emit([one for one in said if isinstance(one, str)] if isinstance(said, list) else [])
