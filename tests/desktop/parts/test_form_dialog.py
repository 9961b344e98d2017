"""A small operation in a window of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from shiboken6 import isValid

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts import form_dialog
from rathaus_desk.desktop.parts.described import Card, Consequences, Field, Meaning, Section
from rathaus_desk.desktop.parts.form_dialog import FormDialog
from rathaus_desk.kernel.errors import BadInput

SECTIONS = (Section("", ((Field("name", "&Name", required=True), Field("more", "Mehr")),)),)
LONG = Card("Rechte", tuple(Meaning(f"Zeile {at}", "ja", "weil es so ist") for at in range(8)))


class Opened:
    """A dialog, what it was asked to save, and what the clerk was asked."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.saved: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.answer = False
        monkeypatch.setattr(form_dialog, "ask", self._ask)
        self.dialog = FormDialog(desk, "Vermerk", SECTIONS, self._request, consequences=self._consequences)
        self.dialog.open()
        self.dialog.activateWindow()

    def _ask(self, _parent: object, title: str, _sentence: str, **_: str) -> bool:
        self.asked.append(title)
        return self.answer

    def _request(self, values: dict[str, Any]) -> None:
        if values["name"] == "nein":
            raise BadInput("So heißt niemand. Bitte den Namen prüfen.")
        self.saved.append(values)

    def _consequences(self, values: Any) -> Consequences:
        return Consequences((LONG,) if values.get("name") else ())

    def line(self, name: str) -> QLineEdit:
        found = self.dialog.form.input(name).edit
        assert isinstance(found, QLineEdit)
        return found

    def texts(self) -> list[str]:
        return [one.text() for one in self.dialog.findChildren(QLabel) if one.isVisible()]


@pytest.fixture
def opened(desk: Desk, monkeypatch: pytest.MonkeyPatch, answered: Callable[[], None]) -> Iterator[Opened]:
    made = Opened(desk, monkeypatch)
    answered()
    yield made
    if isValid(made.dialog):
        made.answer = True
        made.dialog.reject()
        answered()


def closed(opened: Opened) -> bool:
    return not isValid(opened.dialog) or not opened.dialog.isVisible()


def test_enter_goes_on_and_only_ctrl_enter_saves(opened: Opened, qtbot: Any) -> None:
    assert opened.line("name").hasFocus()
    qtbot.keyClicks(opened.line("name"), "Koch")
    qtbot.keyClick(opened.line("name"), Qt.Key.Key_Return)
    assert opened.saved == []
    assert opened.line("more").hasFocus()
    qtbot.keyClick(opened.line("more"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert opened.saved == [{"name": "Koch", "more": None}]
    assert closed(opened)


def test_what_is_missing_is_said_and_led_to(opened: Opened, qtbot: Any) -> None:
    opened.line("more").setFocus()
    qtbot.keyClick(opened.line("more"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert opened.saved == []
    assert opened.line("name").hasFocus()
    assert "Name: Bitte ausfüllen." in opened.texts()


def test_a_refusal_is_said_and_nothing_is_lost(opened: Opened, qtbot: Any) -> None:
    qtbot.keyClicks(opened.line("name"), "nein")
    opened.dialog.save()
    assert "So heißt niemand. Bitte den Namen prüfen." in opened.texts()
    assert opened.line("name").text() == "nein"
    assert not closed(opened)


def test_escape_closes_at_once_where_nothing_was_typed(opened: Opened, qtbot: Any) -> None:
    qtbot.keyClick(opened.dialog, Qt.Key.Key_Escape)
    assert closed(opened)
    assert opened.asked == []


def test_escape_asks_where_something_was_typed(opened: Opened, qtbot: Any) -> None:
    qtbot.keyClicks(opened.line("name"), "Koch")
    qtbot.keyClick(opened.dialog, Qt.Key.Key_Escape)
    assert opened.asked == ["Eingabe verwerfen?"]
    assert not closed(opened)
    opened.answer = True
    qtbot.keyClick(opened.dialog, Qt.Key.Key_Escape)
    assert closed(opened)


def test_it_grows_with_what_follows(opened: Opened, qtbot: Any, answered: Callable[[], None]) -> None:
    before = opened.dialog.height()
    qtbot.keyClicks(opened.line("name"), "Koch")
    answered()
    assert opened.dialog.height() > before
    assert opened.dialog._scroll.verticalScrollBar().maximum() == 0
