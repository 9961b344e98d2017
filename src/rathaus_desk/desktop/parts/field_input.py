"""What every input of a form has: a value, its raw form for drafts, and when it was left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Choice, Field
from rathaus_desk.desktop.parts.part_widgets import label
from rathaus_desk.kernel.errors import BadInput

_NOT_LEFT = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)


class Input(QWidget):
    """One field of a form.

    ``value()`` is what was entered, or raises BadInput with the remedy; ``raw()`` and ``set_raw()`` are what
    stands there as a plain value, for drafts.
    """

    changed = Signal()
    left = Signal()
    """The clerk went to another field: now a mistake may be shown."""
    grown = Signal()
    """It has new parts, which the form puts into the order of Tab."""

    has_caption = True
    """Whether the form writes the label above it."""

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__()
        self.field, self.desk = field, desk
        self.edit: QWidget = self
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(0)

    def take(self, edit: QWidget) -> None:
        """``edit`` is what the clerk types into; its label is its name for whoever hears it."""
        self.edit = edit
        self.setFocusProxy(edit)
        edit.setAccessibleName(plain_label(self.field))
        edit.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Notices that the field is left."""
        if (
            watched is self.edit
            and isinstance(event, QFocusEvent)
            and event.type() == QEvent.Type.FocusOut
            and event.reason() not in _NOT_LEFT
        ):
            self.leave()
        return super().eventFilter(watched, event)

    def leave(self) -> None:
        """The clerk went on: what was understood is written out, then `left` is told."""
        self.tidy()
        self.left.emit()

    def tidy(self) -> None:
        """Writes what was understood as it is usually written."""

    def value(self) -> Any:
        """What was entered; None for nothing."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Shows a value."""
        raise NotImplementedError

    def raw(self) -> Any:
        """What stands in the field, as a plain value for a draft."""
        raise NotImplementedError

    def set_raw(self, raw: Any) -> None:
        """Shows what stood in a field."""
        raise NotImplementedError

    def describe(self, problem: str, hint: str) -> None:
        """Marks the field while there is a problem; it, or else the hint, is read aloud with the field."""
        mark_invalid(self.edit, bool(problem))
        self.edit.setAccessibleDescription(problem or hint)

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Other choices."""


def mark_invalid(edit: QWidget, invalid: bool) -> None:
    """The edge of a field with a mistake, by the style sheet."""
    if bool(edit.property("invalid")) != invalid:
        edit.setProperty("invalid", invalid)
        edit.style().unpolish(edit)
        edit.style().polish(edit)


def plain_label(field: Field) -> str:
    """The label without the sign of its mnemonic."""
    return field.label.replace("&&", "\0").replace("&", "").replace("\0", "&")


class TextInput(Input):
    """One line of text."""

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field, desk)
        self.line = QLineEdit()
        self.line.setPlaceholderText(field.placeholder)
        self.line.textChanged.connect(lambda _: self.changed.emit())
        self.take(self.line)
        if field.unit:
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(self.line, 1)
            row.addWidget(label("muted", field.unit))
            self.box.addLayout(row)
        else:
            self.box.addWidget(self.line)

    def value(self) -> Any:
        """The text; None for none."""
        return self.line.text().strip() or None

    def set_value(self, value: Any) -> None:
        """Shows it."""
        self.line.setText("" if value is None else self.written(value))

    def written(self, value: Any) -> str:
        """A value as it is usually written."""
        return str(value)

    def tidy(self) -> None:
        """Writes what was understood as it is usually written."""
        try:
            value = self.value()
        except BadInput:
            return
        if value is not None and self.line.text() != (tidied := self.written(value)):
            self.line.setText(tidied)

    def raw(self) -> Any:
        """The text."""
        return self.line.text()

    def set_raw(self, raw: Any) -> None:
        """The text."""
        self.line.setText(raw if isinstance(raw, str) else "")
