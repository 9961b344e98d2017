"""Where the fields of a form stand, and that the one with the focus is seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from rathaus_desk.desktop.parts.described import Choice, Field
from rathaus_desk.desktop.parts.form import Form, FormScroll
from rathaus_desk.desktop.parts.person_input import PersonInput
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.people.operations import EnterPerson, PersonDetails

MakeForm = Callable[..., Form]

ROWS = (
    (Field("a", "A", span=4), Field("b", "B", span=4), Field("c", "C", span=4)),
    (Field("d", "D", span=6, hint="Ein langer Hinweis. " * 8), Field("e", "E", span=6)),
    (Field("f", "F", span=8), Field("g", "G", "flag", 4)),
)


def rect(form: Form, name: str) -> QRect:
    edit = form.input(name).edit
    return QRect(edit.mapTo(form, QPoint(0, 0)), edit.size())


def width_for(characters: float) -> int:
    return theme().em(characters)


def test_columns_are_of_equal_width_whatever_stands_in_them(make_form: MakeForm) -> None:
    form = make_form(*ROWS, width=width_for(120))
    a, b, c, d, e = (rect(form, name) for name in "abcde")
    assert max(a.width(), b.width(), c.width()) - min(a.width(), b.width(), c.width()) <= 1
    assert abs(d.width() - e.width()) <= 1
    assert a.left() == d.left()
    assert c.right() == e.right()
    assert d.top() == e.top()


def test_a_box_to_tick_is_in_line_with_the_field_beside_it(make_form: MakeForm) -> None:
    form = make_form(*ROWS, width=width_for(120))
    assert abs(rect(form, "f").center().y() - rect(form, "g").center().y()) <= 4


def test_a_row_is_broken_where_a_field_would_be_too_narrow(make_form: MakeForm) -> None:
    form = make_form(*ROWS, width=width_for(34))
    a, b, c = (rect(form, name) for name in "abc")
    assert a.top() == b.top() < c.top()
    assert (c.left(), c.right()) == (a.left(), b.right())
    assert rect(form, "d").top() < rect(form, "e").top()
    assert form.rect().right() >= max(rect(form, name).right() for name in "abcdef")


def test_a_field_that_is_not_shown_leaves_no_gap(make_form: MakeForm) -> None:
    form = make_form(
        (
            Field("first", "Erst", span=4, shown=lambda values: bool(values.get("more"))),
            Field("then", "Dann", span=4),
        ),
        (Field("more", "mehr", "flag"),),
        width=width_for(120),
    )
    alone = rect(form, "then")
    assert alone.left() == 0
    form.set_values({"more": True})
    QApplication.processEvents()
    assert rect(form, "first").left() == 0
    assert rect(form, "then").left() > alone.right()
    assert abs(rect(form, "then").width() - alone.width()) <= 1


@pytest.mark.parametrize("characters", [120, 76, 50, 34])
def test_a_form_is_as_high_as_its_fields_and_nothing_overlaps(make_form: MakeForm, characters: int) -> None:
    form = make_form(*ROWS, width=width_for(characters), height=60)
    form.show_problems({"b": "Das ist ein Satz, der nicht in eine Zeile passt, mit dem, was zu tun ist."})
    QApplication.processEvents()
    labels = [one for one in form.findChildren(QLabel) if one.isVisible() and one.text()]
    places = [QRect(one.mapTo(form, QPoint(0, 0)), one.size()) for one in labels]
    places += [rect(form, name) for name in "abcdefg"]
    for at, one in enumerate(places):
        assert not any(one.intersects(other) for other in places[at + 1 :])
    lowest = max(one.bottom() for one in places)
    assert 0 <= form.height() - lowest <= 40
    for one in labels:
        if one.wordWrap():
            assert one.height() >= one.heightForWidth(one.width())


def test_the_field_with_the_focus_is_seen_with_its_mistake(make_form: MakeForm, qtbot: Any) -> None:
    form = make_form(*((Field(f"n{at}", f"Zahl {at}", "number", 12),) for at in range(20)), height=220)
    last = form.input("n15").edit
    assert isinstance(last, QLineEdit)
    last.setText("keine")
    form.show_all()
    assert form.focus_problem()
    scroll = form.parentWidget().parentWidget()
    assert isinstance(scroll, FormScroll)

    def sentence_is_seen() -> bool:
        sentence = next(one for one in form.findChildren(QLabel) if "keine ganze Zahl" in one.text())
        place = QRect(sentence.mapTo(scroll.viewport(), QPoint(0, 0)), sentence.size())
        return scroll.viewport().rect().contains(place)

    qtbot.waitUntil(sentence_is_seen, timeout=5000)
    assert last.hasFocus()


def test_somebody_new_is_reached_by_tab_where_they_are_read(make_form: MakeForm, qtbot: Any) -> None:
    form = make_form((Field("who", "&Wer", "person", 12),), (Field("after", "Danach"),), height=900)
    field = form.input("who")
    assert isinstance(field, PersonInput)
    field.enter_new(EnterPerson(details=PersonDetails(family_name="Koch", given_names="Karin")))
    field.line.setFocus()
    reached: list[QWidget] = []
    while not reached or reached[-1] is not form.input("after").edit:
        assert len(reached) < 20
        qtbot.keyClick(form.window().focusWidget(), Qt.Key.Key_Tab)
        reached.append(form.window().focusWidget())
    names = [
        one.text() if isinstance(one, QPushButton) else one.accessibleName()
        for one in reached
        if isinstance(one, QLineEdit | QComboBox | QPushButton)
    ]
    assert names[:5] == ["Art", "Anrede", "Titel", "Vornamen", "Familienname"]
    assert names[-2:] == ["Doch im Register suchen", "Danach"]


def test_a_letter_with_alt_leads_to_its_field(make_form: MakeForm, qtbot: Any) -> None:
    form = make_form(
        (Field("a", "&Name"), Field("b", "&Art", "choice", choices=(Choice("x", "eins"),))),
    )
    captions = {one.text(): one.buddy() for one in form.findChildren(QLabel) if one.buddy() is not None}
    assert captions == {"&Name": form.input("a").edit, "&Art": form.input("b").edit}
    form.input("a").edit.setFocus()
    qtbot.keyClick(form.window(), Qt.Key.Key_A, Qt.KeyboardModifier.AltModifier)
    assert form.input("b").edit.hasFocus()
