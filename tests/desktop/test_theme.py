"""The look: contrasts are computed, icons are tinted and sharp, painting loses no reference."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from rathaus_desk.desktop.parts.described import State
from rathaus_desk.desktop.theme.icons import icon, pixmap
from rathaus_desk.desktop.theme.pills import paint_pill, pill_size
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import DARK, LIGHT, PAIRS, Tokens, contrast, high_contrast
from rathaus_desk.kernel import resources

THEMES = {
    "light": LIGHT,
    "dark": DARK,
    "light, high contrast": high_contrast(LIGHT),
    "dark, high contrast": high_contrast(DARK),
}


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("front", "ground", "needed"), PAIRS)
def test_what_is_drawn_can_be_told_from_its_ground(name: str, front: str, ground: str, needed: float) -> None:
    tokens: Tokens = THEMES[name]
    assert contrast(getattr(tokens, front), getattr(tokens, ground)) >= needed


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("file", sorted(resources.path("icons").glob("*.svg")), ids=lambda path: path.stem)
def test_every_icon_can_be_drawn(qapp: QApplication, file: Path) -> None:
    image = pixmap(file.stem, 20, "text", 1.0).toImage()
    assert any(image.pixelColor(x, y).alpha() for x in range(20) for y in range(20))


def test_the_icons_have_their_licence() -> None:
    assert "ISC" in resources.path("icons", "LICENSE").read_text(encoding="utf-8")


def test_an_icon_takes_the_colour_of_the_theme(qapp: QApplication) -> None:
    made = icon("square", "accent")
    for choice, tokens in (("light", LIGHT), ("dark", DARK)):
        theme().choose(choice)  # type: ignore[arg-type]
        image = made.pixmap(QSize(24, 24)).toImage()
        strongest = max(
            (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())),
            key=lambda colour: colour.alpha(),
        )
        assert contrast(strongest.name(), tokens.accent) < 1.2
    theme().choose("light")


def test_an_icon_is_sharp_at_twice_the_size(qapp: QApplication) -> None:
    drawn = pixmap("check", 20, "text", 2.0)
    assert (drawn.width(), drawn.devicePixelRatio()) == (40, 2.0)


def test_an_icon_of_a_button_has_all_the_pixels_of_the_screen(qapp: QApplication) -> None:
    drawn = icon("check").pixmap(QSize(18, 18), 2.0)
    assert drawn.width() == 36
    assert drawn.devicePixelRatio() == 2.0


def test_painting_ten_thousand_times_keeps_the_references_of_none(qapp: QApplication) -> None:
    canvas = QPixmap(200, 40)
    painter = QPainter(canvas)
    state = State("aktiv", "good", "✓")
    before = sys.getrefcount(None)
    for _ in range(10_000):
        paint_pill(painter, canvas.rect(), state, theme())
    painter.end()
    assert abs(sys.getrefcount(None) - before) < 1000
    assert pill_size(state, theme()).width() > 20


def test_light_and_dark_change_what_is_open(qapp: QApplication) -> None:
    changes: list[bool] = []
    theme().changed.connect(lambda: changes.append(theme().dark))
    theme().choose("dark")
    theme().choose("light")
    assert changes[-2:] == [True, False]
