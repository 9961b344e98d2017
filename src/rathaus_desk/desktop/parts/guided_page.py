"""A guided job as a page: its draft, its operation, and asking before input is lost."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import Page
from rathaus_desk.desktop.parts.described import Target
from rathaus_desk.desktop.parts.guided import Guided, GuidedView
from rathaus_desk.desktop.parts.questions import ask
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.store import local
from rathaus_desk.store.operations import Done, Request


class GuidedPage(Page):
    """Subclasses say what the job is, which request its values make, and where to go when it is done."""

    name = ""
    """The page's name; drafts of the job bear it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self.extra: dict[str, Any] = {}
        """What belongs to the job beside the fields, as plain values kept with the draft."""
        self.view = GuidedView(self.guided(), desk)
        self._box.addWidget(self.view)
        self._draft = desk.draft(self.name, self._content, self)
        self._touched = self._done = False
        self.view.changed.connect(self._typed)
        self.view.save_wanted.connect(self._save)
        self.view.cancel_wanted.connect(self.cancel)
        self._draft.saved.connect(lambda at: self.view.say(f"Entwurf gespeichert {at_town(at):%H:%M}"))

    def guided(self) -> Guided:
        """The job."""
        raise NotImplementedError

    def request(self, values: dict[str, Any]) -> Request:
        """The request of the complete values."""
        raise NotImplementedError

    def title_of_draft(self) -> str:
        """What Heute calls the unfinished job."""
        return self.guided().title

    def begin(self, record: UUID | None) -> None:
        """A new job, about a record if one is named."""

    def worth_keeping(self) -> bool:
        """Whether what `begin` filled in is a draft already, though nobody typed anything."""
        return bool(self.extra)

    def restored(self) -> None:
        """The draft stands in the form again."""

    def done(self, _result: Done) -> None:
        """It was carried out."""
        self.desk.back_wanted.emit()

    # --- the draft --------------------------------------------------------------------------------------

    def _content(self) -> dict[str, Any]:
        return {"title": self.title_of_draft(), "fields": self.view.form.content(), "extra": self.extra}

    def open(self, target: Target) -> None:
        """A new job, or the draft that ``target`` names."""
        kept = self.desk.read_now(
            lambda session: next(
                (
                    one
                    for one in local.drafts(session, clerk=self.desk.office.clerk)
                    if one.id == target.record and one.kind == self.name
                ),
                None,
            )
        )
        if kept is None:
            self.begin(target.record)
            self._touched = self.worth_keeping()
            if self._touched:
                self._draft.touch()
            else:
                self._draft.rest()
            return
        self._draft.id = kept.id
        self.extra = dict(kept.content.get("extra") or {})
        self.view.form.restore(kept.content.get("fields") or {})
        self.restored()
        self.view.say(f"Entwurf von {at_town(kept.saved_at):%d.%m. %H:%M}")
        self._touched = True

    def _typed(self) -> None:
        if not self._done:
            self._touched = True
            self._draft.touch()

    # --- the end ----------------------------------------------------------------------------------------

    def _save(self, values: dict[str, Any]) -> None:
        try:
            request = self.request(values)
        except DeskError as error:
            self.view.show_refusal(str(error))
            return
        self.view.show_refusal("")
        self.view.busy(True)
        self.desk.run(request, self._carried_out, self._refused, owner=self, words=self.words_when_done())

    def words_when_done(self) -> str:
        """What the status line says; "": the operation's title."""
        return ""

    def _carried_out(self, result: Done) -> None:
        self._done = True
        self._draft.drop()
        self.done(result)

    def _refused(self, error: DeskError) -> None:
        self.view.show_refusal(str(error))

    def cancel(self) -> None:
        """Leaves; what was typed stays as a draft unless the clerk throws it away."""
        self.desk.back_wanted.emit()

    def may_leave(self) -> bool:
        """Asks whether the draft is kept."""
        if self._done or not self._touched:
            return True
        keep = ask(
            self,
            "Entwurf behalten?",
            "Die Eingabe ist noch nicht eingetragen. Als Entwurf bleibt sie unter „Heute“ liegen.",
            yes="Entwurf behalten",
            no="Verwerfen",
            mark="info",
        )
        self._done = True
        if keep:
            self._draft.save_now()
        else:
            self._draft.drop()
        return True

    def keep(self) -> None:
        """As a draft."""
        if self._touched and not self._done:
            self._draft.save_now()
            self._done = True

    def focus_first(self) -> None:
        """The first field."""
        self.view.form.focus_first()
        if self.focusWidget() is None:
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
