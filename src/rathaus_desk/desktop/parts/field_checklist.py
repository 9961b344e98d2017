"""The field for a checklist: each line in order or not, and what is to be said where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import CheckedLine, Choice, Field
from rathaus_desk.desktop.parts.field_input import Input, plain_label
from rathaus_desk.desktop.parts.part_widgets import label
from rathaus_desk.desktop.theme.tokens import XS, M, S

_ANSWERS = ((True, "✓ in Ordnung"), (False, "✕ nicht in Ordnung"))


@dataclass(slots=True)
class _Row:
    widget: QWidget
    answers: QButtonGroup
    remark: QLineEdit

    @property
    def ok(self) -> bool | None:
        """What was answered; None: nothing yet."""
        at = self.answers.checkedId()
        return None if at < 0 else _ANSWERS[at][0]


class ChecklistInput(Input):
    """Its choices are what is looked at; `value` is there once every one is answered."""

    has_caption = False

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field, desk)
        self.box.setSpacing(M)
        self._rows: dict[str, _Row] = {}
        self._said: dict[str, CheckedLine] = {}
        """Answers to lines that are not shown (yet)."""
        self.setAccessibleName(plain_label(field))
        if not callable(field.choices):
            self.show_choices(field.choices)

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Other lines; answers stay."""
        if [choice.key for choice in choices] == list(self._rows):
            return
        self._said = self._answered()
        for row in self._rows.values():
            self.box.removeWidget(row.widget)
            row.widget.hide()
            row.widget.deleteLater()
        self._rows = {choice.key: self._make(choice) for choice in choices}
        self._show()
        first = next(iter(self._rows.values()), None)
        self.edit = first.answers.button(0) if first else self
        self.grown.emit()

    def _make(self, choice: Choice) -> _Row:
        widget = QWidget()
        box = QVBoxLayout(widget)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(XS)
        line = QHBoxLayout()
        line.setSpacing(S)
        line.addWidget(label("strong", choice.title, wrap=True), 1)
        answers = QButtonGroup(widget)
        for at, (_, words) in enumerate(_ANSWERS):
            made = QPushButton(words)
            made.setCheckable(True)
            made.setProperty("chip", True)
            made.setAccessibleName(f"{choice.title}: {words[2:]}")
            answers.addButton(made, at)
            line.addWidget(made, 0, Qt.AlignmentFlag.AlignVCenter)
        box.addLayout(line)
        remark = QLineEdit()
        remark.setPlaceholderText("Was ist nicht in Ordnung?")
        remark.setAccessibleName(f"{choice.title}: Was ist nicht in Ordnung?")
        remark.textChanged.connect(lambda _: self.changed.emit())
        remark.hide()
        box.addWidget(remark)
        self.box.addWidget(widget)
        row = _Row(widget, answers, remark)
        answers.idToggled.connect(lambda _at, _on: self._toggled(row))
        return row

    def _toggled(self, row: _Row) -> None:
        row.remark.setVisible(row.ok is False)
        self.changed.emit()

    def _answered(self) -> dict[str, CheckedLine]:
        found = dict(self._said)
        for key, row in self._rows.items():
            if row.ok is not None:
                remark = "" if row.ok else row.remark.text().strip()
                found[key] = CheckedLine(key, row.ok, remark)
        return found

    def _show(self) -> None:
        for key, row in self._rows.items():
            said = self._said.get(key)
            if said is not None:
                row.answers.button(0 if said.ok else 1).setChecked(True)
                row.remark.setText(said.remark)

    def value(self) -> tuple[CheckedLine, ...] | None:
        """Every line; None while one is not answered."""
        found = self._answered()
        if any(key not in found for key in self._rows):
            return None
        return tuple(found[key] for key in self._rows)

    def set_value(self, value: Any) -> None:
        """Shows answers."""
        self._said = {one.item: one for one in value or ()}
        self._show()

    def raw(self) -> Any:
        """The answers so far."""
        return [[one.item, one.ok, one.remark] for one in self._answered().values()]

    def set_raw(self, raw: Any) -> None:
        """As they were."""
        lines = [one for one in raw if len(one) == 3] if isinstance(raw, list) else []
        self.set_value([CheckedLine(str(item), bool(ok), str(remark)) for item, ok, remark in lines])

    def describe(self, problem: str, hint: str) -> None:
        """Read aloud with the first line."""
        self.edit.setAccessibleDescription(problem or hint)
