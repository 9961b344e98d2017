"""Bestattung eintragen: from the undertaker's form, or from nothing, to the notice in the print queue."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from PySide6.QtCore import QTimer
from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.applications import queries as applications
from rathaus_desk.applications.handover import Prefilled, offered
from rathaus_desk.applications.operations import HandOver
from rathaus_desk.applications.records import Application
from rathaus_desk.cemetery.records import Burial, Grave
from rathaus_desk.desktop.cemetery import burial_form
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import Page, page
from rathaus_desk.desktop.parts.described import Consequences
from rathaus_desk.desktop.parts.guided import Guided
from rathaus_desk.desktop.parts.guided_page import GuidedPage
from rathaus_desk.desktop.parts.letter_preview import LetterPreview, Previewed
from rathaus_desk.desktop.parts.person_input import PersonInput
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.letters.records import StoredLetter
from rathaus_desk.people.operations import EnterPerson, PersonDetails
from rathaus_desk.store.canonical import as_type
from rathaus_desk.store.operations import Done, Request

_PREVIEW_AFTER = 400
"""Milliseconds of rest after which the letters are drawn."""


class BurialPage(GuidedPage):
    """The guided burial. ``extra`` keeps the application it came from and what the form says of the dead."""

    name = "bestattung"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._preview = LetterPreview(desk)
        self.view.panel.extra.addWidget(self._preview)
        self._latest = desk.latest(self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PREVIEW_AFTER)
        self._pause.timeout.connect(self._rehearse)
        self.view.judged.connect(self._judged)

    def guided(self) -> Guided:
        """The form and what follows from it."""
        desk = self.desk
        return Guided(
            title="Bestattung eintragen",
            sections=burial_form.sections(desk.read_now),
            save_title="Bestattung eintragen",
            consequences=lambda values: desk.read_now(
                lambda session: burial_form.consequences(session, values, desk.today)
            ),
        )

    # --- filling in -------------------------------------------------------------------------------------

    def begin(self, record: UUID | None) -> None:
        """From an application, for a grave, or from nothing."""
        if record is None:
            return
        kind = self.desk.read_now(lambda session: _kind_of(session, record))
        if kind is Application:
            self._fill_from(record)
        elif kind is Grave:
            self.view.form.set_values({"grave": record})

    def _fill_from(self, application: UUID) -> None:
        prefilled, case = self.desk.read_now(lambda session: self._prefill(session, application))
        self.extra = {
            "application": str(application),
            "case": str(case) if case else None,
            "details": prefilled.request.get("deceased_details"),
        }
        values = burial_form.values_of(prefilled)
        self.view.form.set_values(values)
        for name, guess in prefilled.guesses.items():
            field = self.view.form.input(name)
            if isinstance(field, PersonInput) and isinstance(values.get(name), UUID):
                field.propose(values[name], guess.why, msgspec.convert(guess.entered, EnterPerson))

    def _prefill(self, session: Session, application: UUID) -> tuple[Prefilled, UUID | None]:
        view = applications.view(session, self.desk.office.services, application)
        if view.facts is None or view.hands_over_to != "burial":
            return Prefilled({}), view.row.case_id
        return offered("burial").prefill(session, view.facts, view.row.case_id), view.row.case_id

    def title_of_draft(self) -> str:
        """With the name of the dead, as far as it is there."""
        typed = self.view.form.content().get("deceased") if hasattr(self, "view") else None
        name = typed.get("text") if isinstance(typed, dict) else ""
        return f"Bestattung {name}".strip() if name else "Bestattung eintragen"

    # --- carrying out -----------------------------------------------------------------------------------

    def request(self, values: dict[str, Any]) -> Request:
        """The burial; as the handover of its application, if it came from one."""
        kept = self.extra.get("details")
        details = as_type(kept, PersonDetails) if kept else None
        case = UUID(self.extra["case"]) if self.extra.get("case") else None
        burial = burial_form.request_of(values, case=case, details=details)
        application = self.extra.get("application")
        if application is None:
            return burial
        return HandOver(
            application=UUID(application), to="burial", request=msgspec.to_builtins(burial, str_keys=True)
        )

    def words_when_done(self) -> str:
        """What happens next."""
        return "Bestattung eingetragen. Die Schreiben liegen in der Post."

    def done(self, _result: Done) -> None:
        """To the grave, with its letters."""
        burial = _result.value
        grave = self.desk.read_now(lambda session: session.get_one(Burial, burial).grave_id)
        self.desk.go("friedhof", grave, "Schreiben")

    # --- the letters as they will look ------------------------------------------------------------------

    def _judged(self, found: Consequences) -> None:
        if found.refused or found.missing or found.problems:
            self._pause.stop()
            self._latest.forget()
            self._preview.show_letters([])
        else:
            self._pause.start()

    def _rehearse(self) -> None:
        values = self.view.form.values()
        if self.view.form.problems() or self.view.form.missing():
            self._preview.show_letters([])
            return
        try:
            request = self.request(values)
        except (DeskError, KeyError):
            return
        store, clerk = self.desk.office.store, self.desk.office.clerk
        self._latest.ask(
            lambda: store.rehearse(request, _letters_of, clerk=clerk),
            self._preview.show_letters,
            lambda _: self._preview.show_letters([]),
        )


def _letters_of(session: Session, done: Done, files: Any) -> list[Previewed]:
    query = select(StoredLetter).where(StoredLetter.id.in_(done.changed)).order_by(StoredLetter.id)
    return [
        Previewed(letter.title, ", ".join(letter.recipient_lines[:2]), files[letter.sha256])
        for letter in session.scalars(query)
        if letter.sha256 in files
    ]


def _kind_of(session: Session, record: UUID) -> type[Application] | type[Grave] | None:
    for kind in (Application, Grave):
        if session.get(kind, record) is not None:
            return kind
    return None


@page("bestattung", "Bestattung eintragen", within="friedhof", anew=True)
def burial_page(desk: Desk) -> Page:
    """The guided burial."""
    return BurialPage(desk)
