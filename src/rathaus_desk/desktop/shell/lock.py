"""The lock: hides everything until the clerk is back; by key, or when nobody worked for a while."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.part_widgets import button, label
from rathaus_desk.desktop.theme.icons import pixmap
from rathaus_desk.desktop.theme.tokens import XL, L, M

DEFAULT_MINUTES = 15
_N, _R, _P = 2**14, 8, 1
_INPUTS = {
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
}


@dataclass(frozen=True, slots=True)
class LockPassword:
    """A password of the lock, as it is kept (scrypt)."""

    salt: bytes
    hash: bytes

    def fits(self, password: str) -> bool:
        """Whether it is this one."""
        return hmac.compare_digest(_hashed(password, self.salt), self.hash)


def _hashed(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_N, r=_R, p=_P, dklen=32)


def password_of(desk: Desk) -> LockPassword | None:
    """The password of the lock, if there is one."""
    kept = desk.setting("lock.password")
    if not isinstance(kept, dict):
        return None
    return LockPassword(bytes.fromhex(kept["salt"]), bytes.fromhex(kept["hash"]))


def set_password(desk: Desk, password: str) -> None:
    """Sets it; "" takes it away."""
    salt = secrets.token_bytes(16)
    kept = {"salt": salt.hex(), "hash": _hashed(password, salt).hex()} if password else None
    desk.set_setting("lock.password", kept)


class LockScreen(QWidget):
    """Covers the whole window. `opened` when the clerk is back."""

    opened = Signal()

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self.setProperty("surface", "nav")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Fenster gesperrt")
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        card = QFrame()
        card.setProperty("surface", "card")
        card.setFixedWidth(400)
        box = QVBoxLayout(card)
        box.setContentsMargins(XL, XL, XL, XL)
        box.setSpacing(M)
        self._mark = label()
        self._mark.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        box.addWidget(self._mark)
        self._title = label("record-title", "Gesperrt")
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        box.addWidget(self._title)
        self._who = label("muted", "", wrap=True)
        self._who.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        box.addWidget(self._who)
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setPlaceholderText("Kennwort")
        self.password.setAccessibleName("Kennwort")
        self.password.returnPressed.connect(self._try)
        box.addWidget(self.password)
        self._problem = label("problem", "", wrap=True)
        self._problem.hide()
        box.addWidget(self._problem)
        self.go_on = button("Weiterarbeiten", "key", primary=True)
        self.go_on.clicked.connect(self._try)
        box.addWidget(self.go_on)
        outer.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(2)
        self.layout().setContentsMargins(L, L, L, L)  # type: ignore[union-attr]
        self.hide()

    def close_up(self, who: str) -> None:
        """Covers the window."""
        self._mark.setPixmap(pixmap("lock", 28, "muted", self.devicePixelRatioF()))
        self._who.setText(f"{who} arbeitet hier.")
        self.password.setVisible(password_of(self._desk) is not None)
        self.password.clear()
        self._problem.hide()
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.show()
        self.raise_()
        (self.password if self.password.isVisible() else self.go_on).setFocus()

    def _try(self) -> None:
        known = password_of(self._desk)
        if known is not None and not known.fits(self.password.text()):
            self._problem.setText("Das Kennwort stimmt nicht.")
            self._problem.show()
            self.password.selectAll()
            self.password.setFocus()
            return
        self.hide()
        self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Nothing below hears a key; Enter tries."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._try()
        event.accept()


class Idle(QObject):
    """Tells when nobody has touched anything for some minutes; 0: never.

    Keys and mouse are noticed at the windows (`QWindow`), which get them first: a filter over the whole
    application would be asked about every event of every widget.
    """

    idle = Signal()

    def __init__(self, minutes: int, parent: QObject) -> None:
        super().__init__(parent)
        self._on = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.idle)
        self.after(minutes)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._watch)

    def after(self, minutes: int) -> None:
        """Another time."""
        self._timer.stop()
        self._timer.setInterval(max(1, minutes) * 60_000)
        self._on = bool(minutes)
        if minutes:
            self._timer.start()

    def _watch(self, window: QWindow | None) -> None:
        if window is not None:
            window.removeEventFilter(self)
            window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Every key and every touch begins the time anew."""
        if self._on and event.type() in _INPUTS:
            self._timer.start()
        return False
