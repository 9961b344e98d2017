"""Bestattung eintragen: from the undertaker's form, or from nothing, to the notice in the print queue."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtCore import QTimer
from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.applications.handover import Prefilled
from rathaus_desk.cemetery.records import Burial, Grave
from rathaus_desk.desktop.applications.handing_over import HandoverPage
from rathaus_desk.desktop.cemetery import burial_form
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import Page, page
from rathaus_desk.desktop.parts.described import Consequences
from rathaus_desk.desktop.parts.guided import Guided
from rathaus_desk.desktop.parts.letter_preview import LetterPreview, Previewed
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.letters.records import StoredLetter
from rathaus_desk.people.operations import PersonDetails
from rathaus_desk.store.canonical import as_type
from rathaus_desk.store.operations import Done, Request

_PREVIEW_AFTER = 400
"""Milliseconds of rest after which the letters are drawn."""


class BurialPage(HandoverPage):
    """The guided burial. ``extra`` keeps what the form says of the dead, too."""

    name = "bestattung"
    to = "burial"

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

    def begin_about(self, record: UUID) -> None:
        """For a grave."""
        if self.desk.read_now(lambda session: session.get(Grave, record)) is not None:
            self.view.form.set_values({"grave": record})

    def values_of(self, prefilled: Prefilled) -> dict[str, Any]:
        """As the form has them."""
        return burial_form.values_of(prefilled)

    def kept_of(self, prefilled: Prefilled) -> dict[str, Any]:
        """What the form says of the dead."""
        return {"details": prefilled.request.get("deceased_details")}

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
        return self.handed_over(burial_form.request_of(values, case=self.case, details=details))

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


@page("bestattung", "Bestattung eintragen", within="friedhof", anew=True)
def burial_page(desk: Desk) -> Page:
    """The guided burial."""
    return BurialPage(desk)
