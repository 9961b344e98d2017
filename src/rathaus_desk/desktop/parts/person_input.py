"""The field for a person: found in the register while typing, or entered anew; a guess is to be confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from sqlalchemy.orm import Session

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Choice, Field, Found, Section
from rathaus_desk.desktop.parts.field_input import Input, plain_label
from rathaus_desk.desktop.parts.part_widgets import button, label
from rathaus_desk.desktop.parts.proposals import Proposals
from rathaus_desk.desktop.parts.sources import day_words
from rathaus_desk.desktop.theme.icons import icon
from rathaus_desk.desktop.theme.tokens import XS, M, S
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.people import queries as people
from rathaus_desk.people.operations import AddressDetails, ContactDetails, EnterPerson, PersonDetails
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.names import list_name
from rathaus_desk.store.canonical import as_type

_PAUSE = 120
_NEW = UUID(int=0)


def describe_person(session: Session, person: Person, on: date) -> str:
    """Where somebody lives and when they were born, on one line."""
    address = None if person.blocked else people.postal_address(session, person.id, on)
    born = f"geb. {day_words(person.born)}" if person.born else ""
    died = "† " + day_words(person.died) if person.died else ""
    return " · ".join(filter(None, (address.one_line if address else "", born, died)))


def find_people(session: Session, text: str, on: date) -> list[Found]:
    """Whom a name may mean."""
    return [
        Found(one.id, list_name(one), describe_person(session, one, on))
        for one in people.find(session, text, limit=7)
    ]


_KINDS = (
    Choice("natural", "Mensch"),
    Choice("organisation", "Firma, Verein, Behörde"),
)


def _natural(values: Mapping[str, Any]) -> bool:
    return bool(values.get("kind") != "organisation")


NEW_PERSON = (
    Section(
        "",
        (
            (
                Field("kind", "Art", "choice", 4, choices=_KINDS, required=True),
                Field(
                    "salutation",
                    "Anrede",
                    "choice",
                    4,
                    choices=(Choice("Frau", "Frau"), Choice("Herr", "Herr")),
                    shown=_natural,
                ),
                Field("titles", "Titel", span=4, shown=_natural),
            ),
            (
                Field("given_names", "Vornamen", span=6, shown=_natural),
                Field("family_name", "Familienname", span=6, required=True, shown=_natural),
            ),
            (Field("organisation", "Name", span=12, required=True, shown=lambda v: not _natural(v)),),
            (
                Field("born", "Geboren", "uncertain", 6, shown=_natural),
                Field("birth_name", "Geburtsname", span=6, shown=_natural),
            ),
            (Field("street", "Straße", span=8), Field("house_number", "Hausnummer", span=4)),
            (Field("postal_code", "Postleitzahl", span=4), Field("place", "Ort", span=8)),
            (Field("phone", "Telefon", span=6), Field("email", "E-Mail", span=6)),
        ),
    ),
)
"""What is asked of somebody new."""


def person_of(values: Mapping[str, Any], *, roles: tuple[str, ...] = ()) -> EnterPerson:
    """Somebody new, from the values of `NEW_PERSON`; BadInput without a name."""
    said = {name: value for name, value in values.items() if value}
    natural = said.get("kind", "natural") != "organisation"
    name = said.get("family_name") if natural else said.get("organisation")
    if not name:
        raise BadInput("Bitte den Namen der neuen Person eintragen.")
    names = (
        ("salutation", "titles", "given_names", "family_name", "birth_name") if natural else ("organisation",)
    )
    details = PersonDetails(
        kind="natural" if natural else "organisation",
        born=said.get("born", UncertainDate()) if natural else UncertainDate(),
        **{one: said.get(one, "") for one in names},
    )
    where = {one: said.get(one, "") for one in ("street", "house_number", "postal_code", "place")}
    return EnterPerson(
        details=details,
        addresses=(AddressDetails(**where),) if any(where.values()) else (),
        contacts=tuple(
            ContactDetails(kind=kind, value=said[kind]) for kind in ("phone", "email") if said.get(kind)
        ),
        roles=roles,
    )


def values_of(new: EnterPerson) -> dict[str, Any]:
    """The values of `NEW_PERSON` for somebody; the reverse of `person_of`."""
    details = new.details
    values: dict[str, Any] = {
        "kind": "organisation" if details.kind == "organisation" else "natural",
        "salutation": details.salutation or None,
        "titles": details.titles,
        "given_names": details.given_names,
        "family_name": details.family_name,
        "organisation": details.organisation,
        "birth_name": details.birth_name,
        "born": details.born if details.born else None,
    }
    if new.addresses:
        first = new.addresses[0]
        values.update(
            street=first.street,
            house_number=first.house_number,
            postal_code=first.postal_code,
            place=first.place,
        )
    for contact in new.contacts:
        values["email" if contact.kind == "email" else "phone"] = contact.value
    return values


class PersonInput(Input):
    """A person of the register (`UUID`) or a new one (`EnterPerson`)."""

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field, desk)
        self.person: UUID | None = None
        self._guess: tuple[UUID, str, EnterPerson | None] | None = None
        self._form: Any = None
        self._is_new = False
        self._extra: EnterPerson | None = None
        self._latest = desk.latest(self)
        self.box.setSpacing(XS)
        self.line = QLineEdit()
        self.line.setPlaceholderText(field.placeholder or "Name tippen: das Register schlägt vor")
        self._mark = QAction(icon("search"), "Im Register suchen", self.line)
        self.line.addAction(self._mark, QLineEdit.ActionPosition.LeadingPosition)
        self.proposals = Proposals(self.line)
        self.proposals.taken.connect(self._taken)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._ask)
        self.line.textEdited.connect(self._typed)
        self.take(self.line)
        self.box.addWidget(self.line)
        self._second = label("second", wrap=True)
        self._second.hide()
        self.box.addWidget(self._second)
        self._unfold = button("Angaben ansehen", "pencil", quiet=True)
        self._unfold.setAccessibleName(f"{plain_label(field)}: Angaben zur neuen Person ansehen")
        self._unfold.clicked.connect(self._show_fields)
        self._unfold.hide()
        self.box.addWidget(self._unfold, 0, Qt.AlignmentFlag.AlignLeft)
        self._question = self._make_question()
        self.box.addWidget(self._question)
        self._new = QFrame()
        self._new.setProperty("surface", "card")
        self._new_box = QVBoxLayout(self._new)
        self._new_box.setContentsMargins(M, M, M, M)
        self._new_box.setSpacing(S)
        self._new.hide()
        self.box.addWidget(self._new)

    def _make_question(self) -> QWidget:
        frame = QFrame()
        frame.setProperty("surface", "banner-warn")
        box = QVBoxLayout(frame)
        box.setContentsMargins(M, S, M, S)
        box.setSpacing(S)
        self._asked = label("", wrap=True)
        box.addWidget(self._asked)
        row = QHBoxLayout()
        row.setSpacing(S)
        self.same = button("Ja, dieselbe", "check")
        self.same.setAccessibleName(f"{plain_label(self.field)}: Ja, dieselbe Person")
        self.same.clicked.connect(self.confirm)
        self.other = button("Neu anlegen", "user-plus")
        self.other.setAccessibleName(f"{plain_label(self.field)}: als neue Person anlegen")
        self.other.clicked.connect(self._deny)
        row.addWidget(self.same)
        row.addWidget(self.other)
        row.addStretch(1)
        box.addLayout(row)
        frame.hide()
        return frame

    # --- finding ----------------------------------------------------------------------------------------

    def _typed(self, _text: str) -> None:
        if self.person is not None or self._guess is not None:
            self.person, self._guess = None, None
            self._show()
            self.changed.emit()
        self._pause.start()

    def _ask(self) -> None:
        text, today = self.line.text().strip(), self.desk.today
        if not text or not self.line.hasFocus():
            self.proposals.close()
            return
        self._latest.ask(
            lambda: self.desk.read_now(lambda session: find_people(session, text, today)), self._propose
        )

    def _propose(self, found: Sequence[Found]) -> None:
        text = self.line.text().strip()
        if self.line.hasFocus() and self.person is None and text and not self._is_new:
            new = Found(_NEW, f"„{text}“ neu anlegen", "als neue Person ins Register")
            self.proposals.show_found([*found, new])

    def _taken(self, found: Found) -> None:
        if found.id == _NEW:
            self.enter_new(_from_typed(self.line.text()))
        else:
            self.set_value(found.id)
            self.changed.emit()

    # --- a guess that must be confirmed -----------------------------------------------------------------

    def propose(self, person: UUID, why: str, entered: EnterPerson | None) -> None:
        """Somebody in the register is probably meant; ``entered`` is used if they are not."""
        self.set_value(person)
        self._guess = (person, why, entered)
        self._asked.setText(why)
        self._show()
        self.changed.emit()

    @property
    def is_guess(self) -> bool:
        """Whether somebody must say yes or no."""
        return self._guess is not None

    def confirm(self) -> None:
        """Yes, the same."""
        self._guess = None
        self._show()
        self.line.setFocus()
        self.changed.emit()

    def _deny(self) -> None:
        entered = self._guess[2] if self._guess else None
        self._guess, self.person = None, None
        self.enter_new(entered)

    # --- somebody new -----------------------------------------------------------------------------------

    def enter_new(self, new: EnterPerson | None, *, folded: bool = False) -> None:
        """Shows the fields for somebody new; ``folded``: only a line about them, as they came from a form."""
        from rathaus_desk.desktop.parts.form import Form

        self.person = None
        self._extra = new
        if self._form is None:
            self._new_box.addWidget(label("strong", "Neue Person"))
            self._form = Form(NEW_PERSON, self.desk)
            self._form.changed.connect(self._new_changed)
            self._new_box.addWidget(self._form)
            back = button("Doch im Register suchen", "search", quiet=True)
            back.clicked.connect(self._search_again)
            self._new_box.addWidget(back, 0, Qt.AlignmentFlag.AlignLeft)
            self.grown.emit()
        self._is_new = True
        self._new.setVisible(not folded)
        self._form.set_values({"kind": "natural"} if new is None else values_of(new))
        self._show()
        if self.line.hasFocus():
            self._form.focus_field("given_names")
        self.changed.emit()

    def _show_fields(self) -> None:
        self._new.show()
        self._show()
        self._form.focus_first()

    def _new_changed(self) -> None:
        values = self._form.values()
        words = ", ".join(filter(None, (values.get("family_name"), values.get("given_names"))))
        self.line.setText(values.get("organisation") or words)
        self.changed.emit()

    def _search_again(self) -> None:
        self._is_new = False
        self._new.hide()
        self._extra = None
        self._show()
        self.line.setFocus()
        self.line.selectAll()
        self.changed.emit()

    # --- as an input ------------------------------------------------------------------------------------

    def _show(self) -> None:
        known = self.person is not None
        folded = self._is_new and self._new.isHidden()
        mark = "link" if known else "user-plus" if self._is_new else "search"
        self._mark.setIcon(icon(mark, "accent" if known or self._is_new else "muted"))
        self._question.setVisible(self._guess is not None)
        if folded and self._form is not None:
            self._second.setText(_new_words(self._form.values()))
        self._unfold.setVisible(folded)
        self._second.setVisible((known or folded) and bool(self._second.text()))
        self.line.setReadOnly(self._is_new)

    def value(self) -> UUID | EnterPerson | None:
        """Who it is; BadInput while that is open."""
        if self._guess is not None:
            raise BadInput(f"{plain_label(self.field)}: Bitte bestätigen, ob es dieselbe Person ist.")
        if self.person is not None:
            return self.person
        if self._is_new and self._form is not None:
            roles = self._extra.roles if self._extra else ()
            return person_of(self._form.values(), roles=roles)
        if self.line.text().strip():
            raise BadInput(f"„{self.line.text().strip()}“: Bitte aus dem Register wählen oder neu anlegen.")
        return None

    def set_value(self, value: Any) -> None:
        """Shows a person, or somebody new."""
        self._guess = None
        self._is_new = False
        self._new.hide()
        self.person = value if isinstance(value, UUID) else None
        if isinstance(value, EnterPerson):
            self.enter_new(value, folded=True)
            return
        name, second = self.desk.read_now(lambda session: _words(session, self.person, self.desk.today))
        self.line.setText(name)
        self._second.setText(second)
        self._show()

    def raw(self) -> Any:
        """Who it is, as a plain value."""
        guess = self._guess
        return {
            "person": str(self.person) if self.person else None,
            "text": self.line.text(),
            "new": self._form.content() if self._form is not None and self._is_new else None,
            "roles": list(self._extra.roles) if self._extra else [],
            "guess": [str(guess[0]), guess[1], msgspec.to_builtins(guess[2], str_keys=True)]
            if guess
            else None,
        }

    def set_raw(self, raw: Any) -> None:
        """As it was."""
        if not isinstance(raw, dict):
            return
        if raw.get("person"):
            self.set_value(UUID(raw["person"]))
        elif raw.get("new"):
            self.enter_new(None, folded=True)
            self._form.restore(raw["new"])
            self._extra = EnterPerson(details=PersonDetails(remark="-"), roles=tuple(raw.get("roles") or ()))
        else:
            self.line.setText(str(raw.get("text") or ""))
        if raw.get("guess"):
            person, why, new = raw["guess"]
            entered = as_type(new, EnterPerson) if new else None
            self.propose(UUID(person), why, entered)


def _words(session: Session, person: UUID | None, on: date) -> tuple[str, str]:
    found = people.people(session, (person,)).get(person) if person else None
    return (list_name(found), describe_person(session, found, on)) if found else ("", "")


def _new_words(values: Mapping[str, Any]) -> str:
    """What is known of somebody new, on one line."""
    street = " ".join(filter(None, (values.get("street"), values.get("house_number"))))
    place = " ".join(filter(None, (values.get("postal_code"), values.get("place"))))
    where = ", ".join(filter(None, (street, place)))
    return " · ".join(filter(None, ("wird neu ins Register aufgenommen", where, values.get("phone"))))


def _from_typed(text: str) -> EnterPerson:
    """``Hoffmann, Karin`` and ``Karin Hoffmann`` as somebody new."""
    family, comma, given = (part.strip() for part in text.partition(","))
    if not comma:
        given, _, family = text.strip().rpartition(" ")
    return EnterPerson(details=PersonDetails(given_names=given, family_name=family))
