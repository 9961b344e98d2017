"""What the fields of a form keep, take and say."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QPlainTextEdit

from rathaus_desk.desktop.parts.described import Choice, Field, Found
from rathaus_desk.desktop.parts.field_record import means
from rathaus_desk.desktop.parts.form import Form
from rathaus_desk.desktop.parts.reading import read_money, read_number
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.ids import new_id

MakeForm = Callable[..., Form]
GRAVES = [Found(new_id(), "Altenfeld 12a"), Found(new_id(), "Altenfeld 112a"), Found(new_id(), "Bergfeld 7")]


def line(form: Form, name: str) -> QLineEdit:
    found = form.input(name).edit
    assert isinstance(found, QLineEdit)
    return found


def said(form: Form, name: str) -> str:
    """What is read aloud with a field."""
    return form.input(name).edit.accessibleDescription()


# --- mistakes --------------------------------------------------------------------------------------------


@pytest.fixture
def two(make_form: MakeForm) -> Form:
    return make_form(
        (Field("day", "&Tag", "date", hint="Tag der Bestattung"), Field("name", "&Name", required=True))
    )


def test_a_mistake_is_said_when_the_field_is_left_not_while_it_is_typed(two: Form, qtbot: Any) -> None:
    line(two, "day").setFocus()
    qtbot.keyClicks(line(two, "day"), "31.2.")
    assert two.problems().keys() == {"day"}
    assert said(two, "day") == "Tag der Bestattung"
    qtbot.keyClick(line(two, "day"), Qt.Key.Key_Tab)
    assert "gibt es nicht" in said(two, "day")
    assert line(two, "day").property("invalid") is True


def test_a_mistake_is_forgotten_as_soon_as_it_is_typed_anew(two: Form, qtbot: Any) -> None:
    line(two, "day").setText("31.2.")
    two.show_all()
    assert "gibt es nicht" in said(two, "day")
    qtbot.keyClick(line(two, "day"), Qt.Key.Key_Backspace)
    assert said(two, "day") == "Tag der Bestattung"
    assert line(two, "day").property("invalid") is False


def test_what_the_rules_say_is_shown_at_once_and_gone_with_the_next_key(two: Form, qtbot: Any) -> None:
    two.show_problems({"day": "Der Tag liegt in der Zukunft. Bitte das Jahr prüfen."})
    assert said(two, "day").startswith("Der Tag liegt")
    qtbot.keyClicks(line(two, "day"), "1")
    assert said(two, "day") == "Tag der Bestattung"


def test_a_hint_worked_out_takes_the_place_of_the_usual_one(two: Form) -> None:
    two.show_hints({"day": "ein Samstag"})
    assert said(two, "day") == "ein Samstag"
    two.show_hints({})
    assert said(two, "day") == "Tag der Bestattung"


@pytest.mark.parametrize("typed", ["1.5", "1,5", "12.34", "9" * 5000, "zwölf"])
def test_what_is_no_number_is_not_made_one(typed: str) -> None:
    with pytest.raises(BadInput, match="keine ganze Zahl"):
        read_number(typed)


def test_numbers_and_amounts_have_an_end() -> None:
    assert read_number("-1.200") == -1200
    assert read_number("12 000") == 12000
    with pytest.raises(BadInput, match="kein Betrag"):
        read_money("9" * 5000)


def test_tab_leaves_a_field_of_several_lines(make_form: MakeForm, qtbot: Any) -> None:
    form = make_form((Field("remark", "Bemerkung", "long_text", 12),), (Field("name", "Name"),))
    text = form.input("remark").edit
    assert isinstance(text, QPlainTextEdit)
    text.setFocus()
    qtbot.keyClick(text, Qt.Key.Key_Tab)
    assert line(form, "name").hasFocus()
    assert form.values()["remark"] is None


# --- one of several --------------------------------------------------------------------------------------


def kinds(values: Mapping[str, Any]) -> Sequence[Choice]:
    keys = {"friedhof": ("urne", "sarg"), "wald": ("urne",)}.get(values.get("where") or "", ())
    return [Choice(key, key.title()) for key in keys]


@pytest.fixture
def dependent(make_form: MakeForm) -> Form:
    return make_form(
        (
            Field("kind", "&Art", "choice", choices=kinds),
            Field("where", "&Wo", "choice", choices=(Choice("friedhof", "Friedhof"), Choice("wald", "Wald"))),
        )
    )


def test_a_choice_from_a_draft_waits_for_its_choices(dependent: Form) -> None:
    dependent.set_values({"where": "friedhof", "kind": "sarg"})
    kept = dependent.content()
    dependent.set_values({"where": None, "kind": None})
    dependent.restore(kept)
    assert dependent.values() == {"where": "friedhof", "kind": "sarg"}


def test_what_cannot_be_chosen_any_more_is_chosen_no_longer(dependent: Form) -> None:
    dependent.set_values({"where": "friedhof", "kind": "sarg"})
    changes: list[dict[str, Any]] = []
    dependent.changed.connect(lambda: changes.append(dependent.values()))
    dependent.set_values({"where": "wald"})
    assert changes[-1] == {"where": "wald", "kind": None}


def test_the_wheel_scrolls_the_form_and_chooses_nothing(dependent: Form, qtbot: Any) -> None:
    combo = dependent.input("where").edit
    assert isinstance(combo, QComboBox)
    turned = QWheelEvent(
        QPointF(5, 5),
        QPointF(combo.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    dependent.input("kind").edit.setFocus()
    QApplication.sendEvent(combo, turned)
    assert dependent.values()["where"] is None


# --- a record --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "title", "meant"),
    [
        ("Altenfeld 12a", "Altenfeld 12a", True),
        ("altenfeld  12A", "Altenfeld 12a", True),
        ("12a", "Altenfeld 12a", True),
        ("2a", "Altenfeld 12a", False),
        ("12a", "Altenfeld 112a", False),
        ("Altenfeld", "Altenfeld 12a", False),
        ("", "Altenfeld 12a", False),
    ],
)
def test_a_title_typed_whole_means_the_record(typed: str, title: str, meant: bool) -> None:
    assert means(typed, title) is meant


@pytest.fixture
def searching(make_form: MakeForm) -> tuple[Form, list[str]]:
    """A form that looks for graves, and the threads that did."""
    threads: list[str] = []

    def find(text: str) -> list[Found]:
        threads.append(threading.current_thread().name)
        return [one for one in GRAVES if text.lower() in one.title.lower()]

    form = make_form((Field("grave", "&Grab", "record", find=find), Field("name", "&Name")))
    return form, threads


@pytest.mark.parametrize(("typed", "found"), [("12a", GRAVES[0]), ("bergfeld 7", GRAVES[2])])
def test_a_record_typed_whole_is_taken_when_the_field_is_left(
    searching: tuple[Form, list[str]],
    qtbot: Any,
    answered: Callable[[], None],
    typed: str,
    found: Found,
) -> None:
    form, threads = searching
    line(form, "grave").setFocus()
    qtbot.keyClicks(line(form, "grave"), typed)
    line(form, "name").setFocus()
    answered()
    assert form.values()["grave"] == found.id
    assert line(form, "grave").text() == found.title
    assert threads
    assert all(name.startswith("task") for name in threads)


def test_a_record_nobody_knows_is_said_when_the_search_is_over(
    searching: tuple[Form, list[str]], qtbot: Any, answered: Callable[[], None]
) -> None:
    form, _ = searching
    line(form, "grave").setFocus()
    qtbot.keyClicks(line(form, "grave"), "feld")
    line(form, "name").setFocus()
    assert said(form, "grave") == ""
    answered()
    assert said(form, "grave") == "„feld“ wurde nicht gefunden. Bitte aus den Vorschlägen wählen."
    assert "grave" not in form.values()


# --- quantities ------------------------------------------------------------------------------------------

HALL, COLD = Choice("hall", "Trauerhalle"), Choice("cold", "Kühlzelle", "Tag")


@pytest.fixture
def ordering(make_form: MakeForm) -> Form:
    return make_form(
        (Field("autumn", "Herbst", "flag"),),
        (Field("services", "Leistungen", "quantities", 12, choices=lambda v: [HALL, COLD][v["autumn"] :]),),
        (Field("name", "Name"),),
    )


def box(form: Form, title: str) -> QCheckBox:
    return next(one for one in form.findChildren(QCheckBox) if one.text() == title and one.isVisible())


def number(form: Form) -> QLineEdit:
    return next(
        one
        for one in form.input("services").findChildren(QLineEdit)
        if one.isVisible() and one.accessibleName() == "Kühlzelle: wie viele Tag"
    )


def test_what_is_ordered_stays_where_it_can_still_be_ordered(ordering: Form) -> None:
    ordering.set_values({"services": {"hall": 1, "cold": 4}})
    ordering.set_values({"autumn": True})
    assert ordering.values()["services"] == {"cold": 4}
    ordering.set_values({"autumn": False})
    assert ordering.values()["services"] == {"hall": 1, "cold": 4}


def test_what_was_unticked_does_not_come_back(ordering: Form) -> None:
    ordering.set_values({"services": {"hall": 1, "cold": 4}})
    box(ordering, "Kühlzelle").setChecked(False)
    ordering.set_values({"autumn": True})
    assert ordering.values()["services"] == {}


def test_a_number_that_is_none_is_named(ordering: Form, qtbot: Any) -> None:
    box(ordering, "Kühlzelle").setChecked(True)
    number(ordering).setFocus()
    number(ordering).selectAll()
    qtbot.keyClicks(number(ordering), "0")
    line(ordering, "name").setFocus()
    assert number(ordering).accessibleDescription() == "Kühlzelle: Bitte eine Zahl von 1 bis 999 eintragen."
    assert number(ordering).property("invalid") is True


def test_tab_goes_through_what_came_later_as_it_is_read(ordering: Form, qtbot: Any) -> None:
    ordering.set_values({"services": {"cold": 2}, "autumn": True})
    QApplication.processEvents()
    box(ordering, "Herbst").setFocus()
    reached = []
    for _ in range(3):
        qtbot.keyClick(ordering.window().focusWidget(), Qt.Key.Key_Tab)
        reached.append(ordering.window().focusWidget())
    assert reached == [box(ordering, "Kühlzelle"), number(ordering), line(ordering, "name")]
