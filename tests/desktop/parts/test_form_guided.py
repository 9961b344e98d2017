"""A big job: what follows from the input, what is still missing, one key that saves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QScrollArea

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.confirming import CONFIRMED
from rathaus_desk.desktop.parts.consequences_panel import CardWidget
from rathaus_desk.desktop.parts.described import Banner, Card, Consequences, Field, Meaning, Section, Target
from rathaus_desk.desktop.parts.guided import Guided, GuidedView
from rathaus_desk.desktop.theme.theme import theme

SECTIONS = (
    Section(
        "Wer",
        (
            (Field("name", "&Name", required=True), Field("age", "A&lter", "number")),
            *((Field(f"more{at}", f"Zeile {at}", span=12),) for at in range(12)),
        ),
    ),
)


class Job:
    """A guided view, and the rules behind it as a test wants them."""

    def __init__(self, desk: Desk) -> None:
        self.asked: list[Mapping[str, Any]] = []
        self.rules: Callable[[Mapping[str, Any]], Consequences] = lambda values: Consequences(
            (Card("Gebühren", (Meaning("Summe", f"{values.get('name')}", "§ 1", strong=True),)),)
        )
        self.saved: list[dict[str, Any]] = []
        self.view = GuidedView(Guided("Eintragen", SECTIONS, "Eintragen", self.judge), desk)
        self.view.save_wanted.connect(self.saved.append)

    def judge(self, values: Mapping[str, Any]) -> Consequences:
        self.asked.append(values)
        return self.rules(values)

    def line(self, name: str) -> QLineEdit:
        found = self.view.form.input(name).edit
        assert isinstance(found, QLineEdit)
        return found

    @property
    def foot(self) -> QLabel:
        return self.view._missing

    def texts(self) -> list[str]:
        return [one.text() for one in self.view.findChildren(QLabel) if one.isVisible()]


@pytest.fixture
def job(desk: Desk, shown: Callable[..., None], answered: Callable[[], None]) -> Job:
    made = Job(desk)
    shown(made.view, theme().em(190), 500)
    answered()
    return made


def test_what_follows_is_shown_while_typing(job: Job, qtbot: Any, answered: Callable[[], None]) -> None:
    qtbot.keyClicks(job.line("name"), "Koch")
    answered()
    assert "Koch" in job.texts()


def test_typing_waits_for_nothing_and_only_the_last_answer_is_shown(
    job: Job, qtbot: Any, answered: Callable[[], None]
) -> None:
    go_on, shown = Event(), []

    def slowly(values: Mapping[str, Any]) -> Consequences:
        assert go_on.wait(10)
        return Consequences((Card(str(values["name"])),))

    job.rules = slowly
    job.asked.clear()
    job.view.judged.connect(lambda found: shown.append(found.cards[0].title))
    qtbot.keyClicks(job.line("name"), "Koch")
    assert job.line("name").text() == "Koch"
    go_on.set()
    answered()
    assert shown == ["Koch"]
    assert len(job.asked) == 2


def test_labels_are_kept_when_what_follows_changes(
    job: Job, qtbot: Any, answered: Callable[[], None]
) -> None:
    cards = job.view.findChildren(CardWidget)
    labels = [one for card in cards for one in card.findChildren(QLabel)]
    qtbot.keyClicks(job.line("name"), "Koch")
    answered()
    assert job.view.findChildren(CardWidget) == cards
    assert [one for card in cards for one in card.findChildren(QLabel)] == labels


def test_the_foot_names_what_is_missing_or_wrong_and_leads_there(
    job: Job, qtbot: Any, answered: Callable[[], None]
) -> None:
    job.rules = lambda _: Consequences(missing=("Name", "Wer die Gebühren schuldet"))
    job.line("age").setText("alt")
    answered()
    said = job.foot.text()
    assert said.startswith("Bitte prüfen: ")
    assert ">Alter</a>" in said
    assert said.count("Name") == 1
    assert said.endswith("Wer die Gebühren schuldet")
    job.foot.linkActivated.emit("age")
    assert job.line("age").hasFocus()


def test_saving_with_something_missing_leads_to_it_and_saves_nothing(job: Job, qtbot: Any) -> None:
    job.line("more3").setFocus()
    qtbot.keyClick(job.line("more3"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert job.saved == []
    assert job.line("name").hasFocus()
    assert job.line("name").accessibleDescription() == "Name: Bitte ausfüllen."


def test_saving_waits_until_what_was_typed_last_is_judged(
    job: Job, qtbot: Any, answered: Callable[[], None]
) -> None:
    job.rules = lambda values: Consequences(refused="Das geht nicht." if values["name"] == "Koch" else "")
    qtbot.keyClicks(job.line("name"), "Koch")
    qtbot.keyClick(job.line("name"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    answered()
    assert job.saved == []
    assert "Das geht nicht." in job.texts()
    qtbot.keyClicks(job.line("name"), "e")
    qtbot.keyClick(job.line("name"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    answered()
    assert [one["name"] for one in job.saved] == ["Koche"]


def test_a_warning_asks_for_a_reason_which_is_handed_on(
    job: Job, qtbot: Any, answered: Callable[[], None]
) -> None:
    assert not job.view.form.has(CONFIRMED)
    job.rules = lambda _: Consequences(confirm=("Die Stelle ist nicht bekannt.",))
    qtbot.keyClicks(job.line("name"), "Koch")
    answered()
    assert "Die Stelle ist nicht bekannt." in job.texts()
    assert "Bestätigung der Warnungen" in job.foot.text()
    job.view.save()
    assert job.saved == []
    assert job.line(CONFIRMED).hasFocus()
    qtbot.keyClicks(job.line(CONFIRMED), "besprochen")
    answered()
    job.view.save()
    assert job.saved[0][CONFIRMED] == "besprochen"


def test_nothing_is_saved_twice_and_a_refusal_loses_nothing(
    job: Job, qtbot: Any, answered: Callable[[], None]
) -> None:
    qtbot.keyClicks(job.line("name"), "Koch")
    answered()
    job.view.save()
    job.view.busy(True)
    job.view.save()
    assert len(job.saved) == 1
    job.view.show_refusal("Jemand hat das Grab inzwischen geändert.")
    assert "Jemand hat das Grab inzwischen geändert." in job.texts()
    assert job.line("name").text() == "Koch"
    job.view.save()
    assert len(job.saved) == 2


def test_rules_that_fail_are_told_in_a_sentence(job: Job, qtbot: Any, answered: Callable[[], None]) -> None:
    def fail(_: Mapping[str, Any]) -> Consequences:
        raise RuntimeError

    job.rules = fail
    qtbot.keyClicks(job.line("name"), "K")
    answered()
    assert any(one.startswith("Das hat nicht geklappt") for one in job.texts())
    job.view.save()
    assert job.saved == []


def test_what_follows_stands_beside_the_form_or_below_it_in_the_same_scroll(job: Job) -> None:
    panel, form = job.view.panel, job.view.form
    for characters, beside in ((190, True), (90, False), (190, True), (90, False)):
        job.view.resize(theme().em(characters), 500)
        QApplication.processEvents()
        assert panel.isVisible()
        assert form.visibleRegion().boundingRect().height() > 200
        scrolls = [one for one in job.view.findChildren(QScrollArea) if one.isAncestorOf(panel)]
        assert [one.isAncestorOf(form) for one in scrolls] == [not beside]


def test_a_remedy_leads_to_its_place(
    job: Job, desk: Desk, qtbot: Any, answered: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    followed: list[Target] = []
    monkeypatch.setattr(desk, "follow", followed.append)
    banner = Banner("Es fehlt die Satzung.", target=Target("einstellungen"), remedy="Satzung anlegen")
    job.rules = lambda _: Consequences((Card("Rechte", banners=(banner,)),))
    qtbot.keyClicks(job.line("name"), "K")
    answered()
    next(one for one in job.view.findChildren(QPushButton) if one.text() == banner.remedy).click()
    assert followed == [banner.target]


def test_every_part_has_a_name_for_whoever_hears_it(
    job: Job, qtbot: Any, answered: Callable[[], None]
) -> None:
    job.rules = lambda _: Consequences(
        (Card("Rechte", (Meaning("Ruhefrist", "28.11.2051", "§ 10"),)),), confirm=("Warnung.",)
    )
    qtbot.keyClicks(job.line("name"), "K")
    answered()
    QAccessible.setActive(True)
    todo, nameless, heard = [QAccessible.queryAccessibleInterface(job.view)], [], []
    while todo:
        node = todo.pop()
        children = [node.child(at) for at in range(node.childCount())]
        todo += [one for one in children if one is not None and one.isValid() and not one.state().invisible]
        name = node.text(QAccessible.Text.Name)
        heard.append(name)
        if node.state().focusable and not name.strip():
            nameless.append(type(node.object()).__name__)
    assert nameless == []
    assert {"Name", "Alter", "28.11.2051", "Eintragen", "Warum das so richtig ist"} <= set(heard)
