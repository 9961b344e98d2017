"""The field for a record that is found by typing: a grave, a hall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Field, Found
from rathaus_desk.desktop.parts.field_input import Input
from rathaus_desk.desktop.parts.proposals import Proposals
from rathaus_desk.desktop.theme.icons import icon
from rathaus_desk.kernel.errors import BadInput

PAUSE = 120
"""Milliseconds without a keystroke before a field proposes something."""


class RecordInput(Input):
    """Proposes while somebody types; a title typed whole is taken when the field is left."""

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field, desk)
        self.chosen: UUID | None = None
        self._latest = desk.latest(self)
        self.line = QLineEdit()
        self.line.setPlaceholderText(field.placeholder)
        self._mark = QAction(icon("search"), "Suchen", self.line)
        self.line.addAction(self._mark, QLineEdit.ActionPosition.LeadingPosition)
        self.proposals = Proposals(self.line)
        self.proposals.taken.connect(self.choose)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._ask)
        self.line.textEdited.connect(self._typed)
        self.take(self.line)
        self.box.addWidget(self.line)

    def _typed(self, _text: str) -> None:
        self.chosen = None
        self._show_chosen()
        self._pause.start()
        self.changed.emit()

    @property
    def _text(self) -> str:
        return self.line.text().strip()

    def _ask(self) -> None:
        text, find = self._text, self.field.find
        if not text or find is None or not self.line.hasFocus():
            self.proposals.close()
            return
        self._latest.ask(lambda: list(find(text)), self._propose)

    def _propose(self, found: Sequence[Found]) -> None:
        if self.line.hasFocus() and self.chosen is None:
            self.proposals.show_found(found)

    def choose(self, found: Found) -> None:
        """Takes one of the proposals."""
        self._pause.stop()
        self.chosen = found.id
        self.line.setText(found.title)
        self._show_chosen()
        self.changed.emit()

    def _show_chosen(self) -> None:
        self._mark.setIcon(icon("link" if self.chosen else "search", "accent" if self.chosen else "muted"))

    def leave(self) -> None:
        """What was typed whole is taken, if exactly one record is meant; only then `left` is told."""
        text, find = self._text, self.field.find
        self._pause.stop()
        self.proposals.close()
        if self.chosen is not None or not text or find is None:
            self.left.emit()
            return

        def found(records: Sequence[Found]) -> None:
            fitting = [one for one in records if means(text, one.title)]
            if self.chosen is None and self._text == text:
                if len(fitting) == 1:
                    self.choose(fitting[0])
                self.left.emit()

        self._latest.ask(lambda: list(find(text)), found, lambda _: self.left.emit())

    def value(self) -> UUID | None:
        """The chosen record; BadInput if what was typed is none."""
        if self.chosen is None and self._text:
            raise BadInput(f"„{self._text}“ wurde nicht gefunden. Bitte aus den Vorschlägen wählen.")
        return self.chosen

    def set_value(self, value: Any) -> None:
        """Shows a record."""
        self.chosen = value if isinstance(value, UUID) else None
        described = self.field.describe(value) if self.chosen and self.field.describe else ""
        self.line.setText(described)
        self._show_chosen()

    def raw(self) -> Any:
        """The record's id, and what stands in the field."""
        return {"id": str(self.chosen) if self.chosen else None, "text": self.line.text()}

    def set_raw(self, raw: Any) -> None:
        """As it was."""
        if not isinstance(raw, dict):
            return
        kept = raw.get("id")
        self.chosen = UUID(kept) if isinstance(kept, str) else None
        self.line.setText(str(raw.get("text") or ""))
        self._show_chosen()


def means(text: str, title: str) -> bool:
    """Whether ``text`` is the whole title, or its last words: "12a" of "Altenfeld 12a", not of "Weg 112a"."""
    typed, whole = text.casefold().split(), title.casefold().split()
    return bool(typed) and whole[-len(typed) :] == typed
