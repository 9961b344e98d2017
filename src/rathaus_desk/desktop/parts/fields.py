"""The inputs of a form: one class for each kind of field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QPlainTextEdit

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Choice, Field
from rathaus_desk.desktop.parts.field_input import Input, TextInput, plain_label
from rathaus_desk.desktop.parts.field_quantities import QuantitiesInput
from rathaus_desk.desktop.parts.field_record import RecordInput
from rathaus_desk.desktop.parts.part_widgets import icon_button
from rathaus_desk.desktop.parts.reading import (
    read_day,
    read_decimal,
    read_money,
    read_number,
    read_time,
    read_uncertain,
)
from rathaus_desk.desktop.parts.sources import day_words
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.kernel.texts import german_number
from rathaus_desk.kernel.uncertain import UncertainDate


class SecretInput(TextInput):
    """A password: not shown, and no draft keeps it."""

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field, desk)
        self.line.setEchoMode(QLineEdit.EchoMode.Password)

    def value(self) -> str | None:
        """As it was typed."""
        return self.line.text() or None

    def tidy(self) -> None:
        """Stays as it was typed."""

    def raw(self) -> Any:
        """Nothing."""
        return ""


class LongTextInput(Input):
    """Several lines; Tab goes to the next field."""

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field, desk)
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setPlaceholderText(field.placeholder)
        self.text.setFixedHeight(self.text.fontMetrics().lineSpacing() * field.lines + 20)
        self.text.textChanged.connect(self.changed)
        self.take(self.text)
        self.box.addWidget(self.text)

    def value(self) -> str | None:
        """The text; None for none."""
        return self.text.toPlainText().strip() or None

    def set_value(self, value: Any) -> None:
        """Shows it."""
        self.text.setPlainText("" if value is None else str(value))

    def raw(self) -> Any:
        """The text."""
        return self.text.toPlainText()

    def set_raw(self, raw: Any) -> None:
        """The text."""
        self.text.setPlainText(raw if isinstance(raw, str) else "")


class DateInput(TextInput):
    """A day."""

    def value(self) -> date | None:
        """The day."""
        text = self.line.text().strip()
        return read_day(text, self.desk.today, future=self.field.future) if text else None

    def written(self, value: date) -> str:
        """As Germans write it."""
        return german_date(value)


class UncertainInput(TextInput):
    """A day of which not all may be known."""

    def value(self) -> UncertainDate | None:
        """The day, or days."""
        found = read_uncertain(self.line.text(), self.desk.today)
        return found if found else None

    def written(self, value: UncertainDate) -> str:
        """A known day as Germans write it, else in its words."""
        return day_words(value)


class TimeInput(TextInput):
    """A time of day."""

    def value(self) -> time | None:
        """The time."""
        text = self.line.text().strip()
        return read_time(text) if text else None

    def written(self, value: time) -> str:
        """``10:30``."""
        return f"{value:%H:%M}"


class MoneyInput(TextInput):
    """An amount."""

    def value(self) -> Money | None:
        """The amount."""
        text = self.line.text().strip()
        return read_money(text) if text else None

    def written(self, value: Money) -> str:
        """``2.731,00 €``."""
        return value.german()


class NumberInput(TextInput):
    """A whole number."""

    def value(self) -> int | None:
        """The number."""
        text = self.line.text().strip()
        return read_number(text) if text else None

    def written(self, value: int) -> str:
        """With points between thousands."""
        return f"{value:,}".replace(",", ".")


class DecimalInput(TextInput):
    """A number that may have a fraction."""

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field, desk)
        self.line.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)

    def value(self) -> Decimal | None:
        """The number."""
        text = self.line.text().strip()
        return read_decimal(text) if text else None

    def written(self, value: Decimal) -> str:
        """As Germans write it."""
        return german_number(value)


class FlagInput(Input):
    """Yes or no; its label stands beside the box."""

    has_caption = False

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field, desk)
        self.check = QCheckBox(field.label)
        self.check.toggled.connect(lambda _: self.changed.emit())
        self.take(self.check)
        self.box.addWidget(self.check)

    def value(self) -> bool:
        """Whether it is ticked."""
        return self.check.isChecked()

    def set_value(self, value: Any) -> None:
        """Ticks it or not."""
        self.check.setChecked(bool(value))

    def raw(self) -> Any:
        """Whether it is ticked."""
        return self.check.isChecked()

    def set_raw(self, raw: Any) -> None:
        """Ticks it or not."""
        self.check.setChecked(raw is True)


class ChoiceInput(Input):
    """One of several. Nothing is chosen until the clerk does, unless there is only one thing to choose."""

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field, desk)
        self.combo = _Combo()
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(8)
        self.combo.setPlaceholderText("Bitte wählen")
        self.combo.currentIndexChanged.connect(self._changed)
        self.take(self.combo)
        self.box.addWidget(self.combo)
        self._choices: tuple[Choice, ...] = ()
        self._wanted: Any = None
        """What is to be chosen, also while it is not among the choices: they may come later."""
        if not callable(field.choices):
            self.show_choices(field.choices)

    def _changed(self, _at: int) -> None:
        self._wanted = self.combo.currentData()
        self.changed.emit()

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Other choices; what was chosen stays, if it is still there."""
        if tuple(choices) == self._choices:
            return
        before = self.combo.currentData()
        self._choices = tuple(choices)
        self.combo.blockSignals(True)
        self.combo.clear()
        if not self.field.required:
            self.combo.addItem("—", None)
        for choice in choices:
            self.combo.addItem(choice.title, choice.key)
            if choice.second:
                self.combo.setItemData(self.combo.count() - 1, choice.second, Qt.ItemDataRole.ToolTipRole)
        self._choose(self._wanted)
        self.combo.blockSignals(False)
        if self.combo.currentData() != before:
            self.changed.emit()

    def _choose(self, key: Any) -> None:
        only = self.field.required and self.combo.count() == 1
        first = 0 if only or (self.combo.count() and not self.field.required) else -1
        at = self.combo.findData(key) if key is not None else -1
        self.combo.setCurrentIndex(at if at >= 0 else first)

    def value(self) -> str | None:
        """The chosen key."""
        found: str | None = self.combo.currentData()
        return found

    def set_value(self, value: Any) -> None:
        """Chooses it, at the latest when it is among the choices."""
        self._choose(value)
        self._wanted = value

    def raw(self) -> Any:
        """The chosen key, or that which is to be chosen."""
        return self.combo.currentData() if self._wanted is None else self._wanted

    def set_raw(self, raw: Any) -> None:
        """Chooses it."""
        self.set_value(raw)


class _Combo(QComboBox):
    """The wheel scrolls the form, not the choice, unless the field has the focus."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Qt's event."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class FileInput(Input):
    """A file, by its path, by a dialog, or dropped."""

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field, desk)
        self.line = _FileLine()
        self.line.setPlaceholderText(field.placeholder or "Datei wählen oder hierher ziehen")
        self.line.textChanged.connect(lambda _: self.changed.emit())
        self.take(self.line)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.line, 1)
        row.addWidget(icon_button("folder-open", f"{plain_label(field)}: Datei wählen", self._browse))
        self.box.addLayout(row)

    def _browse(self) -> None:
        endings = " ".join(f"*{one}" for one in self.field.suffixes)
        wanted = f"{plain_label(self.field)} ({endings})" if endings else ""
        chosen, _ = QFileDialog.getOpenFileName(self, plain_label(self.field), self.line.text(), wanted)
        if chosen:
            self.line.setText(chosen)

    def value(self) -> Path | None:
        """The path; BadInput if there is no such file."""
        text = self.line.text().strip().strip('"')
        if not text:
            return None
        path = Path(text).expanduser()
        if not path.is_file():
            raise BadInput(f"Die Datei „{path.name}“ gibt es dort nicht. Bitte neu wählen.")
        return path

    def set_value(self, value: Any) -> None:
        """Shows a path."""
        self.line.setText("" if value is None else str(value))

    def raw(self) -> Any:
        """What stands in the field."""
        return self.line.text()

    def set_raw(self, raw: Any) -> None:
        """As it was."""
        self.line.setText(raw if isinstance(raw, str) else "")


class _FileLine(QLineEdit):
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            self.setText(files[0])


Make = Callable[[Field, Desk], Input]


class Kinds:
    """Which class makes which kind of field."""

    known: ClassVar[dict[str, Make]] = {
        "text": TextInput,
        "long_text": LongTextInput,
        "secret": SecretInput,
        "date": DateInput,
        "uncertain": UncertainInput,
        "time": TimeInput,
        "money": MoneyInput,
        "number": NumberInput,
        "flag": FlagInput,
        "choice": ChoiceInput,
        "record": RecordInput,
        "quantities": QuantitiesInput,
        "file": FileInput,
        "decimal": DecimalInput,
    }


def make_input(field: Field, desk: Desk) -> Input:
    """The input for a field."""
    if field.kind == "person":
        from rathaus_desk.desktop.parts.person_input import PersonInput

        return PersonInput(field, desk)
    if field.kind in ("checklist", "damage", "signature"):
        from rathaus_desk.desktop.parts.field_checklist import ChecklistInput
        from rathaus_desk.desktop.parts.field_damage import DamageInput
        from rathaus_desk.desktop.parts.field_signature import SignatureInput

        made: dict[str, Make] = {
            "checklist": ChecklistInput,
            "damage": DamageInput,
            "signature": SignatureInput,
        }
        return made[field.kind](field, desk)
    return Kinds.known[field.kind](field, desk)
