"""What becomes of applications in the window: which page takes which over, filled in from the form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from rathaus_desk.applications import queries as applications
from rathaus_desk.applications.handover import Guess, Prefilled, offered
from rathaus_desk.applications.operations import HandOver
from rathaus_desk.applications.queries import ApplicationView
from rathaus_desk.applications.records import OPEN, Application
from rathaus_desk.desktop.parts.guided_page import GuidedPage
from rathaus_desk.desktop.parts.person_input import PersonInput
from rathaus_desk.people.operations import EnterPerson
from rathaus_desk.store.operations import Request


@dataclass(frozen=True, slots=True)
class TakenOver:
    """How applications of one kind are taken over, and where what became of them is seen."""

    page: str
    """The guided page that the application fills in."""
    command: str
    result_page: str
    to_result: str
    """What the button beside „Übernommen“ says."""


TAKEN_OVER = {
    "burial": TakenOver("bestattung", "applications.enter_burial", "friedhof", "Zur Bestattung"),
    "booking": TakenOver("buchung", "applications.book_hall", "buchungen", "Zur Buchung"),
}
"""By what ``[handover] to`` of a service says."""


def way_of(view: ApplicationView) -> TakenOver | None:
    """How this application is taken over; None if no module carries on with it."""
    if view.facts is None or view.hands_over_to is None:
        return None
    return TAKEN_OVER.get(view.hands_over_to)


def waits(row: Application) -> bool:
    """Whether it can still be taken over."""
    return row.result_id is None and row.state in OPEN and not row.is_test


class HandoverPage(GuidedPage):
    """A guided job that an application may fill in.

    ``extra`` keeps the application it came from, its case, and what in it the module knows no word for.
    """

    to = ""
    """What ``[handover] to`` of its services says."""

    def begin(self, record: UUID | None) -> None:
        """From an application, or about something else."""
        if record is not None and self.desk.read_now(lambda session: session.get(Application, record)):
            self._fill_from(record)
        elif record is not None:
            self.begin_about(record)

    def begin_about(self, record: UUID) -> None:
        """A new job about a record that is no application."""

    def values_of(self, prefilled: Prefilled) -> dict[str, Any]:
        """The form's values as an application fills them."""
        raise NotImplementedError

    def _fill_from(self, application: UUID) -> None:
        prefilled, case = self.desk.read_now(lambda session: self._prefill(session, application))
        self.extra = {
            "application": str(application),
            "case": str(case) if case else None,
            "unmatched": prefilled.unmatched,
            **self.kept_of(prefilled),
        }
        values = self.values_of(prefilled)
        self.view.form.set_values(values)
        for name, guess in prefilled.guesses.items():
            self._propose(name, values.get(name), guess)

    def kept_of(self, _prefilled: Prefilled) -> dict[str, Any]:
        """What else the page keeps of it, as plain values."""
        return {}

    def _propose(self, name: str, value: object, guess: Guess) -> None:
        field = self.view.form.input(name)
        if isinstance(field, PersonInput) and isinstance(value, UUID):
            field.propose(value, guess.why, msgspec.convert(guess.entered, EnterPerson))

    def _prefill(self, session: Session, application: UUID) -> tuple[Prefilled, UUID | None]:
        view = applications.view(session, self.desk.office.services, application)
        if view.facts is None or view.hands_over_to != self.to:
            return Prefilled({}), view.row.case_id
        return offered(self.to).prefill(session, view.facts, view.row.case_id), view.row.case_id

    @property
    def case(self) -> UUID | None:
        """The application's case."""
        return UUID(self.extra["case"]) if self.extra.get("case") else None

    def handed_over(self, request: Request) -> Request:
        """The request; as the handover of its application, if it came from one."""
        application = self.extra.get("application")
        if application is None:
            return request
        plain = msgspec.to_builtins(request, str_keys=True)
        return HandOver(application=UUID(application), to=self.to, request=plain)


def someone(plain: Any) -> UUID | EnterPerson:
    """A person of a prefilled request: one of the register or somebody new."""
    return UUID(plain) if isinstance(plain, str) else msgspec.convert(plain, EnterPerson)
