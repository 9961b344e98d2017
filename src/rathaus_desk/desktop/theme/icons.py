"""Icons (Lucide), tinted by a token when they are painted: light and dark follow by themselves."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.kernel import resources

_STROKE = "1.75"


@lru_cache(maxsize=256)
def _source(name: str) -> str:
    text = resources.path("icons", f"{name}.svg").read_text(encoding="utf-8")
    return text.replace('stroke-width="2"', f'stroke-width="{_STROKE}"')


@lru_cache(maxsize=1024)
def _drawn(name: str, px: int, colour: str, ratio: float) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    size = round(px * ratio)
    made = QPixmap(size, size)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    renderer.render(painter)
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def pixmap(name: str, px: int, token: str = "muted", ratio: float | None = None) -> QPixmap:
    """An icon ``px`` logical pixels wide in a token's colour, sharp at ``ratio`` (None: the screen's)."""
    if ratio is None:
        application = QGuiApplication.instance()
        ratio = application.devicePixelRatio() if isinstance(application, QGuiApplication) else 1.0
    return _drawn(name, px, getattr(theme().tokens, token), ratio)


class _TokenIcon(QIconEngine):
    """Asks the theme for its colour each time it is painted."""

    def __init__(self, name: str, token: str) -> None:
        super().__init__()
        self._name, self._token = name, token

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        """Draws it at the left of ``rect``: in a wide one the rest is the gap to a button's text."""
        px = min(rect.width(), rect.height())
        token = "disabled" if mode == QIcon.Mode.Disabled else self._token
        ratio = painter.device().devicePixelRatioF()
        where = QPoint(rect.x(), rect.y() + (rect.height() - px) // 2)
        painter.drawPixmap(where, pixmap(self._name, px, token, ratio))

    def pixmap(self, size: QSize, mode: QIcon.Mode, _state: QIcon.State) -> QPixmap:
        """At the ratio 1."""
        return self._at(size, mode, 1.0)

    def scaledPixmap(  # noqa: N802
        self, size: QSize, mode: QIcon.Mode, _state: QIcon.State, scale: float
    ) -> QPixmap:
        """``size`` is in logical pixels (seen with 6.11 and 6.12): sharp at ``scale``."""
        return self._at(size, mode, scale)

    def _at(self, size: QSize, mode: QIcon.Mode, ratio: float) -> QPixmap:
        token = "disabled" if mode == QIcon.Mode.Disabled else self._token
        drawn = pixmap(self._name, min(size.width(), size.height()), token, ratio)
        if size.width() == size.height():
            return drawn
        wide = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
        wide.setDevicePixelRatio(ratio)
        wide.fill(Qt.GlobalColor.transparent)
        painter = QPainter(wide)
        painter.drawPixmap(0, 0, drawn)
        painter.end()
        return wide

    def clone(self) -> QIconEngine:
        """Another of the same."""
        return _TokenIcon(self._name, self._token)

    def isNull(self) -> bool:  # noqa: N802
        """It is something."""
        return False


def icon(name: str, token: str = "muted") -> QIcon:
    """An icon that follows the theme."""
    return QIcon(_TokenIcon(name, token))
