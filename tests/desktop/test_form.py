"""Forms: fields, their mistakes, what is kept of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from rathaus_desk.desktop.parts.described import Choice, Field, Found, Section
from rathaus_desk.desktop.parts.form import Form
from rathaus_desk.desktop.parts.person_input import PersonInput, person_of, values_of
from rathaus_desk.desktop.shell.window import MainWindow
from rathaus_desk.kernel.ids import new_id
from rathaus_desk.kernel.money import Money
from rathaus_desk.people.operations import EnterPerson, PersonDetails

GRAVE = new_id()

FIELDS = (
    Section(
        "Angaben",
        (
            (
                Field("name", "&Name", required=True),
                Field("day", "&Tag", "date", future=True),
            ),
            (
                Field("amount", "&Betrag", "money"),
                Field("kind", "&Art", "choice", choices=(Choice("a", "eins"), Choice("b", "zwei"))),
            ),
            (Field("more", "Mehr", shown=lambda values: values.get("kind") == "b"),),
            (Field("sure", "sicher", "flag"),),
            (
                Field(
                    "grave",
                    "&Grab",
                    "record",
                    12,
                    find=lambda text: [Found(GRAVE, "Kernstadt B/4/17", "Wahlgrab")] if "B" in text else [],
                    describe=lambda _: "Kernstadt B/4/17",
                ),
            ),
            (
                Field(
                    "services",
                    "Leistungen",
                    "quantities",
                    12,
                    choices=(Choice("hall", "Trauerhalle"), Choice("cold", "Kühlzelle", "Tag")),
                ),
            ),
        ),
    ),
)


@pytest.fixture
def form(looked_at: MainWindow, qtbot: Any) -> Iterator[Form]:
    made = Form(FIELDS, looked_at.desk)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    yield made
    made.hide()


def edit(form: Form, name: str) -> QWidget:
    return form.input(name).edit


def test_a_date_is_understood_and_written_out(form: Form, qtbot: Any) -> None:
    qtbot.keyClicks(edit(form, "day"), "2011")
    assert form.values()["day"] == date(2026, 11, 20)
    form.input("day").tidy()
    assert form.content()["day"] == "20.11.2026"


def test_a_mistake_is_shown_when_the_field_is_left_and_names_the_remedy(form: Form, qtbot: Any) -> None:
    field = edit(form, "day")
    field.setFocus()
    qtbot.keyClicks(field, "31.2.")
    assert form._cells["day"].problem == ""
    edit(form, "name").setFocus()
    form.input("day").left.emit()
    assert "gibt es nicht" in form._cells["day"].problem
    assert field.accessibleDescription() == form._cells["day"].problem
    assert "day" not in form.values()
    assert form.focus_problem()


def test_what_must_be_filled_is_named_by_its_label(form: Form) -> None:
    assert form.missing() == {"name": "Name"}
    form.show_all()
    assert form._cells["name"].problem == "Name: Bitte ausfüllen."
    form.set_values({"name": "Koch"})
    assert form.missing() == {}


def test_a_field_comes_and_goes_with_the_choice(form: Form) -> None:
    assert "more" not in form.values()
    form.set_values({"kind": "b"})
    assert "more" in form.values()


def test_what_was_typed_survives_as_a_plain_value(form: Form, qtbot: Any) -> None:
    form.set_values(
        {
            "name": "Łukasiewicz",
            "day": date(2026, 12, 1),
            "amount": Money(273100),
            "kind": "b",
            "sure": True,
            "grave": GRAVE,
            "services": {"cold": 4},
        }
    )
    kept, before = form.content(), form.values()
    form.set_values(dict.fromkeys(("name", "day", "amount", "kind"), None))
    form.restore(kept)
    assert form.values() == before
    assert before["services"] == {"cold": 4}


def test_a_record_is_found_while_typing(
    form: Form, qtbot: Any, settle: Callable[[], None], looked_at: MainWindow
) -> None:
    line = form.input("grave").line  # type: ignore[attr-defined]
    line.setFocus()
    qtbot.keyClicks(line, "B/4")
    qtbot.waitUntil(lambda: form.input("grave").proposals.is_open, timeout=3000)  # type: ignore[attr-defined]
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert form.values()["grave"] == GRAVE
    qtbot.keyClick(line, Qt.Key.Key_Backspace)
    assert form.values().get("grave") is None


def test_narrow_forms_give_every_field_a_row(form: Form, qtbot: Any) -> None:
    form.resize(320, 900)
    qtbot.wait(1)
    cells = [form._cells[name] for name in ("name", "day", "amount")]
    assert len({cell.x() for cell in cells}) == 1


# --- people ----------------------------------------------------------------------------------------------


@pytest.fixture
def person(looked_at: MainWindow, qtbot: Any) -> Iterator[PersonInput]:
    made = PersonInput(Field("who", "&Wer", "person"), looked_at.desk)
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    yield made
    made.hide()


def test_somebody_of_the_register_is_found_by_an_umlaut(
    person: PersonInput, qtbot: Any, type_text: Callable[[QWidget, str], None]
) -> None:
    person.line.setFocus()
    type_text(person.line, "Großm")
    qtbot.waitUntil(lambda: person.proposals.is_open, timeout=3000)
    assert any("Anneliese" in one.title for one in person.proposals.found)
    assert person.proposals.found[-1].title == "„Großm“ neu anlegen"
    qtbot.keyClick(person.line, Qt.Key.Key_Return)
    assert person.person is not None
    assert person.value() == person.person


def test_somebody_new_is_entered_in_place(
    person: PersonInput, qtbot: Any, type_text: Callable[[QWidget, str], None]
) -> None:
    person.line.setFocus()
    type_text(person.line, "Zimmermann, Xaver")
    qtbot.waitUntil(lambda: person.proposals.is_open, timeout=3000)
    qtbot.keyClick(person.line, Qt.Key.Key_Up)
    qtbot.keyClick(person.line, Qt.Key.Key_Return)
    made = person.value()
    assert isinstance(made, EnterPerson)
    assert (made.details.family_name, made.details.given_names) == ("Zimmermann", "Xaver")


def test_a_guess_is_nobody_until_it_is_confirmed(person: PersonInput, looked_at: MainWindow) -> None:
    from rathaus_desk.kernel.errors import BadInput
    from rathaus_desk.people import queries as people

    known = looked_at.desk.read_now(lambda session: people.find(session, "Großmann")[0].id)
    entered = EnterPerson(details=PersonDetails(family_name="Großmann", given_names="Anneliese Erna"))
    person.propose(known, "Vermutlich dieselbe.", entered)
    with pytest.raises(BadInput, match="bestätigen"):
        person.value()
    kept = person.raw()
    person.confirm()
    assert person.value() == known
    person.set_raw(kept)
    assert person.is_guess
    person.other.click()
    made = person.value()
    assert isinstance(made, EnterPerson)
    assert made.details.given_names == "Anneliese Erna"


def test_a_new_person_keeps_everything_through_the_form() -> None:
    new = person_of(
        {
            "kind": "natural",
            "salutation": "Frau",
            "given_names": "Karin",
            "family_name": "Koch",
            "street": "Am Bach",
            "house_number": "7",
            "postal_code": "34999",
            "place": "Musterrode",
            "phone": "05699 4711",
        }
    )
    assert person_of(values_of(new)) == new
