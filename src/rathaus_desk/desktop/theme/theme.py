"""The theme in force: palette, fonts and style sheet from the tokens; light and dark follow the system."""

from __future__ import annotations

from functools import cache
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication

from rathaus_desk.desktop.theme.style import style_sheet
from rathaus_desk.desktop.theme.tokens import DARK, LIGHT, Tokens, high_contrast

Choice = Literal["system", "light", "dark"]

FontName = Literal[
    "body",
    "strong",
    "second",
    "second_strong",
    "caption",
    "section",
    "record_title",
    "page_title",
    "number",
]

FAMILIES = ["Segoe UI Variable Text", "Segoe UI", "Inter", "Noto Sans"]

_FONTS: dict[str, tuple[float, bool]] = {
    "body": (10, False),
    "strong": (10, True),
    "second": (9, False),
    "second_strong": (9, True),
    "caption": (9.5, True),
    "section": (11, True),
    "record_title": (15, True),
    "page_title": (17, True),
    "number": (20, True),
}
"""Points (never pixels, so that the system's scaling works) and whether DemiBold."""


class Theme(QObject):
    """The one theme of the program, see `theme`."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.choice: Choice = "system"
        self.tokens: Tokens = LIGHT
        self._applied = False
        self._colours: dict[str, QColor] = {}
        self._fonts: dict[str, QFont] = {}

    @property
    def dark(self) -> bool:
        """Whether the dark tokens are in force."""
        hints = QApplication.styleHints()
        if self.choice == "system":
            return hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark
        return self.choice == "dark"

    def colour(self, name: str) -> QColor:
        """A token as a colour; kept until the theme changes."""
        found = self._colours.get(name)
        if found is None:
            found = self._colours[name] = QColor(getattr(self.tokens, name))
        return found

    def font(self, name: FontName) -> QFont:
        """A font of the scale, with figures of equal width."""
        found = self._fonts.get(name)
        if found is None:
            size, bold = _FONTS[name]
            found = QFont(FAMILIES)
            found.setPointSizeF(size)
            found.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
            found.setFeature(QFont.Tag("tnum"), 1)
            self._fonts[name] = found
        return found

    def em(self, characters: float) -> int:
        """The width of so many characters of the body font."""
        return round(QFontMetrics(self.font("body")).averageCharWidth() * characters)

    def start(self, application: QApplication, choice: Choice = "system") -> None:
        """Puts the theme in force and follows the system from now on."""
        hints = application.styleHints()
        hints.colorSchemeChanged.connect(self._system_changed)
        if hasattr(hints, "accessibility"):
            hints.accessibility().contrastPreferenceChanged.connect(self._apply)
        self.choose(choice)

    def choose(self, choice: Choice) -> None:
        """Light, dark, or as the system says."""
        self.choice = choice
        self._apply()

    def _system_changed(self) -> None:
        if self.choice == "system":
            self._apply()

    def _apply(self) -> None:
        tokens = DARK if self.dark else LIGHT
        tokens = high_contrast(tokens) if _wants_contrast() else tokens
        # The style sheet goes to every widget there is: half a second, for nothing if the colours stay.
        if self._applied and tokens == self.tokens:
            return
        self.tokens, self._applied = tokens, True
        self._colours.clear()
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setFont(self.font("body"))
            application.setPalette(_palette(self.tokens))
            application.setStyleSheet(style_sheet(self.tokens))
        self.changed.emit()


def _wants_contrast() -> bool:
    hints = QApplication.styleHints()
    if hints is None or not hasattr(hints, "accessibility"):
        return False
    return hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast


def _palette(tokens: Tokens) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for one, colour in (
        (role.Window, tokens.sheet),
        (role.WindowText, tokens.text),
        (role.Base, tokens.field),
        (role.AlternateBase, tokens.alternate),
        (role.Text, tokens.text),
        (role.Button, tokens.raised),
        (role.ButtonText, tokens.text),
        (role.BrightText, tokens.on_accent),
        (role.ToolTipBase, tokens.raised),
        (role.ToolTipText, tokens.text),
        (role.PlaceholderText, tokens.muted),
        (role.Highlight, tokens.accent_fill),
        (role.HighlightedText, tokens.on_accent),
        (role.Accent, tokens.accent),
        (role.Link, tokens.accent),
        (role.LinkVisited, tokens.accent),
        (role.Light, tokens.raised),
        (role.Midlight, tokens.line),
        (role.Mid, tokens.line),
        (role.Dark, tokens.control),
        (role.Shadow, tokens.control),
    ):
        palette.setColor(one, QColor(colour))
    for one in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
        palette.setColor(QPalette.ColorGroup.Disabled, one, QColor(tokens.disabled))
    return palette


@cache
def theme() -> Theme:
    """The one theme of the program."""
    return Theme()
