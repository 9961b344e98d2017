"""The field for things that can be ordered, each with how many of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QWidget

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Choice, Field
from rathaus_desk.desktop.parts.field_input import Input, mark_invalid, plain_label
from rathaus_desk.desktop.parts.part_widgets import label
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import XS, S
from rathaus_desk.kernel.errors import BadInput

_MOST = 999


@dataclass(frozen=True, slots=True)
class _Row:
    """One thing: its box to tick and, where it is counted, how many."""

    widget: QWidget
    check: QCheckBox
    number: QLineEdit | None

    @property
    def ordered(self) -> int:
        """How many; 0 where none is ordered, or what was typed is no number."""
        if not self.check.isChecked():
            return 0
        text = self.number.text().strip() if self.number is not None else "1"
        return int(text) if text.isascii() and text.isdigit() else 0


class QuantitiesInput(Input):
    """Boxes to tick; a choice's ``second`` is its unit and brings a number."""

    has_caption = False

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field, desk)
        self.box.setSpacing(XS)
        self._choices: tuple[Choice, ...] = ()
        self._rows: dict[str, _Row] = {}
        self._kept: dict[str, int] = {}
        """What was ordered of things that cannot be ordered here now."""
        self.setAccessibleName(plain_label(field))
        if not callable(field.choices):
            self.show_choices(field.choices)

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Other things; what was ordered stays, if it is still there."""
        if tuple(choices) == self._choices:
            return
        ordered = {**self._kept, **self._typed()}
        self._choices = tuple(choices)
        for row in self._rows.values():
            self.box.removeWidget(row.widget)
            row.widget.hide()
            row.widget.deleteLater()
        self._rows = {choice.key: self._make(choice) for choice in choices}
        self.edit = next((row.check for row in self._rows.values()), self)
        self._show(ordered)
        self.grown.emit()

    def _make(self, choice: Choice) -> _Row:
        row = QWidget()
        box = QHBoxLayout(row)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(S)
        check = QCheckBox(choice.title.replace("&", "&&"))
        check.toggled.connect(lambda _: self._toggled())
        check.installEventFilter(self)
        box.addWidget(check)
        number: QLineEdit | None = None
        if choice.second:
            number = QLineEdit("1")
            number.setMaxLength(len(str(_MOST)))
            number.setFixedWidth(theme().em(9))
            number.setAccessibleName(f"{choice.title}: wie viele {choice.second}")
            number.textChanged.connect(lambda _: self.changed.emit())
            number.installEventFilter(self)
            box.addWidget(number)
            box.addWidget(label("muted", choice.second))
        box.addStretch(1)
        self.box.addWidget(row)
        return _Row(row, check, number)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Notices that one of the numbers is left."""
        if event.type() == QEvent.Type.FocusOut and isinstance(watched, QLineEdit):
            self.left.emit()
        return False

    def _toggled(self) -> None:
        self._follow()
        self.changed.emit()

    def _follow(self) -> None:
        for row in self._rows.values():
            if row.number is not None:
                row.number.setEnabled(row.check.isChecked())

    def _typed(self) -> dict[str, int]:
        return {key: row.ordered for key, row in self._rows.items() if row.check.isChecked()}

    def _show(self, ordered: Mapping[str, int]) -> None:
        self._kept = {key: count for key, count in ordered.items() if key not in self._rows}
        for key, row in self._rows.items():
            row.check.blockSignals(True)
            row.check.setChecked(key in ordered)
            row.check.blockSignals(False)
            if row.number is not None:
                row.number.setText(str(ordered.get(key, 1)))
        self._follow()

    def value(self) -> dict[str, int]:
        """What is ordered; BadInput for a number that is none."""
        ordered = self._typed()
        for choice in self._choices:
            if ordered.get(choice.key) == 0:
                raise BadInput(f"{choice.title}: Bitte eine Zahl von 1 bis {_MOST} eintragen.")
        return ordered

    def describe(self, problem: str, hint: str) -> None:
        """Marks the numbers that are none."""
        for row in self._rows.values():
            if row.number is not None:
                wrong = bool(problem) and row.check.isChecked() and not row.ordered
                mark_invalid(row.number, wrong)
                row.number.setAccessibleDescription(problem if wrong else hint)

    def set_value(self, value: Any) -> None:
        """Shows what is ordered; what cannot be ordered here now is kept for when it can."""
        self._show(value or {})

    def raw(self) -> Any:
        """What is ordered, here or where it was."""
        return {**self._kept, **self._typed()}

    def set_raw(self, raw: Any) -> None:
        """As it was."""
        if isinstance(raw, dict):
            self.set_value({str(key): count for key, count in raw.items() if isinstance(count, int)})
