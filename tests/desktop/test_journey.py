"""The clerk's morning: the undertaker's form is dropped on the window, the notice is in the print queue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QDialog, QWidget
from shiboken6 import isValid
from sqlalchemy import select

from rathaus_desk.cemetery.records import Burial, RightChange
from rathaus_desk.desktop.cemetery.burial_page import BurialPage
from rathaus_desk.desktop.parts.form_dialog import FormDialog
from rathaus_desk.desktop.parts.list_page import ListPage
from rathaus_desk.desktop.shell.window import MainWindow
from rathaus_desk.fees.records import DueItem, KeptAssessment, Notice
from rathaus_desk.kernel.money import Money
from rathaus_desk.letters import queries as letters
from rathaus_desk.letters.records import StoredLetter
from rathaus_desk.store import local

MOST_INTERACTIONS = 12


class Hands:
    """Keys and clicks, counted: a word typed without a break is one."""

    def __init__(self, window: MainWindow, qtbot: Any, settle: Callable[[], None]) -> None:
        self.window, self.qtbot, self.settle = window, qtbot, settle
        self.count = 0

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.count += 1
        self.qtbot.keyClick(self.window.focusWidget() or self.window, key, modifiers)
        self.settle()

    def click(self, widget: QWidget) -> None:
        self.count += 1
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
        self.settle()

    def drop(self, file: Path) -> None:
        self.count += 1
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(file))])
        event = QDropEvent(
            QPointF(500, 400),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        self.window.dropEvent(event)
        self.settle()


@pytest.fixture
def hands(window: MainWindow, qtbot: Any, settle: Callable[[], None]) -> Hands:
    return Hands(window, qtbot, settle)


def test_from_the_form_to_the_notice_in_the_print_queue(
    hands: Hands, window: MainWindow, musterrode: Path, settle: Callable[[], None]
) -> None:
    hands.drop(musterrode / "bestattungsanmeldung.json")
    page = window.page
    assert isinstance(page, BurialPage)
    form = page.view.form
    hands.click(form.input("deceased").same)  # type: ignore[attr-defined]
    form.input("debtor_is").edit.setFocus()
    hands.count += 1
    hands.key(Qt.Key.Key_Down)  # who applies owes the fees
    assert form.values()["debtor_is"] == "applicant"
    shown = {meaning.label: meaning for card in page.view._found.cards for meaning in card.meanings}
    assert shown["Ruhefrist endet"].value == "20.11.2051"
    assert shown["Nutzungsrecht zu verlängern"].value == "bis 30.06.2052"
    assert shown["Summe"].value == Money(273100).german()
    hands.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert window.current == "friedhof"
    assert hands.count <= MOST_INTERACTIONS

    with window.desk.office.store.read() as session:
        burial = session.scalars(select(Burial).where(Burial.rest_end == date(2051, 11, 20))).one()
        (change,) = session.scalars(select(RightChange).where(RightChange.burial_id == burial.id))
        assert change.until_after == date(2052, 6, 30)
        assert session.scalars(select(KeptAssessment)).one().total == Money(273100)
        waiting = {letter.kind for letter in letters.waiting(session)}
        assert waiting == {"fee_notice", "burial_confirmation"}
        assert local.drafts(session, clerk=window.desk.office.clerk) == []


def test_what_follows_is_what_is_written(
    window: MainWindow, musterrode: Path, settle: Callable[[], None]
) -> None:
    """The letters beside the form are those that are filed, to the byte but for their numbers and dates."""
    window.take_in([str(musterrode / "bestattungsanmeldung.json")])
    settle()
    page = window.page
    assert isinstance(page, BurialPage)
    page.view.form.input("deceased").confirm()  # type: ignore[attr-defined]
    page.view.form.set_values({"debtor_is": "applicant"})
    settle()
    page._rehearse()
    settle()
    shown = [(one.title, len(one.pdf)) for one in page._preview._letters]
    with window.desk.office.store.read() as session:
        assert session.scalars(select(StoredLetter)).all() == []
        assert session.scalars(select(Notice)).all() == []
    page.view.save()
    settle()
    with window.desk.office.store.read() as session:
        kept = {one.title for one in session.scalars(select(StoredLetter))}
    assert {title for title, _ in shown} == kept


def test_it_can_all_be_taken_back_at_once(
    window: MainWindow, musterrode: Path, settle: Callable[[], None], qtbot: Any
) -> None:
    enter_burial(window, musterrode, settle)
    assert window.foot.undo.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle()
    with window.desk.office.store.read() as session:
        assert session.scalars(select(DueItem)).all() == []
        assert letters.waiting(session) == []
    assert "Rückgängig gemacht" in window.foot.words.text()


def enter_burial(window: MainWindow, musterrode: Path, settle: Callable[[], None]) -> None:
    window.take_in([str(musterrode / "bestattungsanmeldung.json")])
    settle()
    page = window.page
    assert isinstance(page, BurialPage)
    page.view.form.input("deceased").confirm()  # type: ignore[attr-defined]
    page.view.form.set_values({"debtor_is": "applicant"})
    settle()
    page.view.save()
    settle()
    assert window.current == "friedhof"


def dialog_of(window: MainWindow) -> FormDialog:
    (found,) = [one for one in window.findChildren(FormDialog) if one.isVisible()]
    return found


def test_the_rest_of_the_day(
    window: MainWindow, musterrode: Path, settle: Callable[[], None], tmp_path: Path
) -> None:
    """The post goes, the payment comes, a note is kept, the list goes to Excel."""
    enter_burial(window, musterrode, settle)
    window.desk.go("post")
    settle()
    window.desk.do("post.dispatch_all")
    settle()
    dialog_of(window).save()
    settle()
    page = window.page
    assert isinstance(page, ListPage)
    assert page._model.rowCount() == 0

    window.desk.go("gebuehren")
    settle()
    fees = window.page
    assert isinstance(fees, ListPage)
    window.desk.do("fees.pay", fees.subject)
    settle()
    dialog_of(window).save()
    settle()
    assert fees._model.rowCount() == 0
    with window.desk.office.store.read() as session:
        notice = session.scalars(select(Notice)).one()
    assert (notice.received_on, notice.appeal_until) == (date(2026, 11, 23), date(2026, 12, 23))

    window.desk.go("personen")
    settle()
    people = window.page
    assert isinstance(people, ListPage)
    subject = people.subject
    assert isinstance(subject, UUID)
    window.desk.do("town.note", subject)
    settle()
    dialog = dialog_of(window)
    dialog.form.set_values({"text": "ruft morgen wieder an"})
    dialog.save()
    settle()
    people.detail.choose_tab("Vorgang")
    notes = [
        row.line.title for row in people.detail.findChildren(type(people.detail._parts._widgets[0])) if False
    ]
    assert notes == []
    people.export_to(tmp_path / "Personen.xlsx")
    settle()
    assert (tmp_path / "Personen.xlsx").stat().st_size > 4000


def test_every_dialog_is_closed_by_escape(
    window: MainWindow, settle: Callable[[], None], qtbot: Any, answers: list[bool]
) -> None:
    window.desk.go("friedhof")
    settle()
    page = window.page
    assert isinstance(page, ListPage)
    for command in window.desk.commands:
        if command.name.startswith(("cemetery.", "town.")) and command.name not in (
            "cemetery.enter_burial",
            "cemetery.show_free",
            "town.open_file",
            "town.finish_follow_up",
        ):
            window.desk.do(command.name, page.subject if command.about in ("grave", "*") else None)
            settle()
            for dialog in [one for one in window.findChildren(QDialog) if one.isVisible()]:
                qtbot.keyClick(dialog, Qt.Key.Key_Escape)
                settle()
                assert not (isValid(dialog) and dialog.isVisible()), command.name


def test_the_search_finds_people_commands_and_pages(
    window: MainWindow, qtbot: Any, settle: Callable[[], None], type_text: Callable[[QWidget, str], None]
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.search.hasFocus()
    type_text(window.search, "müller ilse")
    lines = window._popup.model.lines
    assert lines[0].title.startswith("M")
    qtbot.keyClick(window.search, Qt.Key.Key_Return)
    settle()
    assert window.current == "personen"
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    type_text(window.search, "bestattung eintr")
    assert window._popup.model.lines[0].command == "cemetery.enter_burial"
    qtbot.keyClick(window.search, Qt.Key.Key_Return)
    settle()
    assert window.current == "bestattung"


def test_escape_leaves_the_search_and_gives_the_focus_back(
    window: MainWindow, qtbot: Any, settle: Callable[[], None]
) -> None:
    window.desk.go("friedhof")
    settle()
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(window.search, "kern")
    assert window._popup.isVisible()
    qtbot.keyClick(window.search, Qt.Key.Key_Escape)
    assert not window._popup.isVisible()
    qtbot.keyClick(window.search, Qt.Key.Key_Escape)
    page = window.page
    assert isinstance(page, ListPage)
    assert page.list.hasFocus()


def test_dropping_the_same_form_again_changes_nothing(
    window: MainWindow, musterrode: Path, settle: Callable[[], None]
) -> None:
    enter_burial(window, musterrode, settle)
    window.take_in([str(musterrode / "bestattungsanmeldung.json")])
    settle()
    assert window.current == "antraege"
    assert "schon früher" in window.foot.words.text()


def test_a_file_nobody_can_read_goes_into_quarantine_with_its_reason(
    window: MainWindow, settle: Callable[[], None], tmp_path: Path
) -> None:
    strange = tmp_path / "rechnung.txt"
    strange.write_text("Sehr geehrte Damen und Herren", encoding="utf-8")
    window.take_in([str(strange)])
    settle()
    assert window.current == "antraege"
    page = window.page
    assert isinstance(page, ListPage)
    assert page._model.rowCount() == 1


def test_a_burial_too_many_is_refused_with_the_rule(
    window: MainWindow, musterrode: Path, settle: Callable[[], None]
) -> None:
    enter_burial(window, musterrode, settle)
    with window.desk.office.store.read() as session:
        grave = session.scalars(select(Burial.grave_id).where(Burial.rest_end == date(2051, 11, 20))).one()
    window.desk.go("bestattung", grave)
    settle()
    page = window.page
    assert isinstance(page, BurialPage)
    page.view.form.set_values({"form": "coffin", "buried_on": date(2026, 12, 1)})
    settle()
    assert "§" in page.view._found.refused
    page.view.save()
    settle()
    assert window.current == "bestattung"
    page._done = True
