"""Forms and guided pages of their own, shown beside the window of the example town."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from rathaus_desk.desktop import app
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Field, Section
from rathaus_desk.desktop.parts.form import Form, FormScroll
from rathaus_desk.desktop.shell.window import MainWindow

MakeForm = Callable[..., Form]


@pytest.fixture
def desk(shared_window: MainWindow) -> Desk:
    """A desk that only lends its workers and its day."""
    return shared_window.desk


@pytest.fixture
def answered(desk: Desk) -> Callable[[], None]:
    """Waits until the workers have answered."""
    return lambda: app.settle(desk)


@pytest.fixture
def shown(qtbot: Any) -> Iterator[Callable[..., None]]:
    """Shows a widget in a size, as the active window."""
    made: list[QWidget] = []

    def show(widget: QWidget, width: int = 800, height: int = 700) -> None:
        qtbot.addWidget(widget)
        made.append(widget)
        widget.resize(width, height)
        widget.show()
        widget.activateWindow()
        qtbot.waitUntil(widget.isActiveWindow, timeout=5000)

    yield show
    for widget in made:
        widget.hide()


@pytest.fixture
def make_form(desk: Desk, shown: Callable[..., None]) -> MakeForm:
    """``make_form((field, field), (field,))``: a form of these rows, shown in something that scrolls."""

    def make(*rows: tuple[Field, ...], width: int = 800, height: int = 700) -> Form:
        form = Form((Section("Angaben", rows),), desk)
        shown(FormScroll(form), width, height)
        return form

    return make
