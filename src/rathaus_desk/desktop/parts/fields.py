"""The inputs of a form, one class for each kind of field, all with the same few words.

``value()`` is what was entered, or raises BadInput with the remedy; ``raw()`` and ``set_raw()`` serve drafts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, time
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QFocusEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Choice, Field, Found
from rathaus_desk.desktop.parts.part_widgets import icon_button, label
from rathaus_desk.desktop.parts.proposals import Proposals
from rathaus_desk.desktop.parts.reading import read_day, read_money, read_number, read_time, read_uncertain
from rathaus_desk.desktop.parts.sources import day_words
from rathaus_desk.desktop.theme.icons import icon
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.kernel.uncertain import UncertainDate

_PAUSE = 120
"""Milliseconds without a keystroke before a field proposes something."""


_NOT_LEFT = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)


class Input(QWidget):
    """What every kind of field has."""

    changed = Signal()
    left = Signal()
    """The clerk went to another field: now a mistake may be shown."""

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
            self.tidy()
            self.left.emit()
        return super().eventFilter(watched, event)

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

    def show_invalid(self, sentence: str) -> None:
        """Marks the field, or with "" no longer."""
        invalid = bool(sentence)
        if bool(self.edit.property("invalid")) != invalid:
            self.edit.setProperty("invalid", invalid)
            self.edit.style().unpolish(self.edit)
            self.edit.style().polish(self.edit)
        self.edit.setAccessibleDescription(sentence)

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Other choices."""


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
    """One of several."""

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field, desk)
        self.combo = _Combo()
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(8)
        self.combo.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.take(self.combo)
        self.box.addWidget(self.combo)
        self._choices: tuple[Choice, ...] = ()
        if not callable(field.choices):
            self.show_choices(field.choices)

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Other choices; what was chosen stays, if it is still there."""
        if tuple(choices) == self._choices:
            return
        chosen = self.combo.currentData()
        self._choices = tuple(choices)
        self.combo.blockSignals(True)
        self.combo.clear()
        if not self.field.required:
            self.combo.addItem("—", None)
        for choice in choices:
            self.combo.addItem(choice.title, choice.key)
            if choice.second:
                self.combo.setItemData(self.combo.count() - 1, choice.second, Qt.ItemDataRole.ToolTipRole)
        self._choose(chosen)
        self.combo.blockSignals(False)
        if self.combo.currentData() != chosen:
            self.changed.emit()

    def _choose(self, key: Any) -> None:
        at = self.combo.findData(key) if key is not None else -1
        self.combo.setCurrentIndex(max(at, 0) if at >= 0 or self.combo.count() else -1)

    def value(self) -> str | None:
        """The chosen key."""
        found: str | None = self.combo.currentData()
        return found

    def set_value(self, value: Any) -> None:
        """Chooses it."""
        self._choose(value)

    def raw(self) -> Any:
        """The chosen key."""
        return self.combo.currentData()

    def set_raw(self, raw: Any) -> None:
        """Chooses it."""
        self._choose(raw)


class _Combo(QComboBox):
    """The wheel scrolls the form, not the choice, unless the field has the focus."""

    def wheelEvent(self, event: Any) -> None:  # noqa: N802
        """Qt's event."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class RecordInput(Input):
    """A record that is found by typing: a grave, a hall."""

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field, desk)
        self.chosen: UUID | None = None
        self._setting = False
        self._latest = desk.latest(self)
        self.line = QLineEdit()
        self.line.setPlaceholderText(field.placeholder)
        self._mark = QAction(icon("search"), "Suchen", self.line)
        self.line.addAction(self._mark, QLineEdit.ActionPosition.LeadingPosition)
        self.proposals = Proposals(self.line)
        self.proposals.taken.connect(self.choose)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._ask)
        self.line.textEdited.connect(self._typed)
        self.take(self.line)
        self.box.addWidget(self.line)

    def _typed(self, _text: str) -> None:
        if self.chosen is not None:
            self.chosen = None
            self._show_chosen()
            self.changed.emit()
        self._pause.start()

    def _ask(self) -> None:
        text, find = self.line.text().strip(), self.field.find
        if not text or find is None or not self.line.hasFocus():
            self.proposals.close()
            return
        self._latest.ask(lambda: list(find(text)), self._propose)

    def _propose(self, found: Sequence[Found]) -> None:
        if self.line.hasFocus() and self.chosen is None:
            self.proposals.show_found(found)

    def choose(self, found: Found) -> None:
        """Takes one of the proposals."""
        self.chosen = found.id
        self.line.setText(found.title)
        self._show_chosen()
        self.changed.emit()

    def _show_chosen(self) -> None:
        self._mark.setIcon(icon("link" if self.chosen else "search", "accent" if self.chosen else "muted"))

    def tidy(self) -> None:
        """What was typed whole is taken, if exactly one record is meant."""
        text, find = self.line.text().strip(), self.field.find
        self.proposals.close()
        if self.chosen is None and text and find is not None:
            fitting = [one for one in find(text) if one.title.lower().endswith(text.lower())]
            if len(fitting) == 1:
                self.choose(fitting[0])

    def value(self) -> UUID | None:
        """The chosen record; BadInput if what was typed is none."""
        if self.chosen is None and self.line.text().strip():
            raise BadInput(
                f"„{self.line.text().strip()}“ wurde nicht gefunden. Bitte aus den Vorschlägen wählen."
            )
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


class QuantitiesInput(Input):
    """Things that can be ordered, each with how many of it; a choice's ``second`` is its unit."""

    has_caption = False

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field, desk)
        self.box.setSpacing(4)
        self._choices: tuple[Choice, ...] = ()
        self._rows: dict[str, tuple[QWidget, QCheckBox, QLineEdit | None]] = {}
        self._kept: dict[str, int] = {}
        self.setAccessibleName(plain_label(field))
        if not callable(field.choices):
            self.show_choices(field.choices)

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Other things; what was ordered stays, if it is still there."""
        if tuple(choices) == self._choices:
            return
        ordered = {**self._kept, **self._ordered()}
        self._choices, self._kept = tuple(choices), ordered
        for row, _, _ in self._rows.values():
            self.box.removeWidget(row)
            row.deleteLater()
        self._rows = {choice.key: self._make(choice) for choice in choices}
        self.edit = next((check for _, check, _ in self._rows.values()), self)
        self._show(ordered)

    def _make(self, choice: Choice) -> tuple[QWidget, QCheckBox, QLineEdit | None]:
        row = QWidget()
        box = QHBoxLayout(row)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        check = QCheckBox(choice.title.replace("&", "&&"))
        check.toggled.connect(lambda _: self._toggled())
        box.addWidget(check)
        number: QLineEdit | None = None
        if choice.second:
            number = QLineEdit("1")
            number.setFixedWidth(64)
            number.setAccessibleName(f"{choice.title}: wie viele {choice.second}")
            number.textChanged.connect(lambda _: self.changed.emit())
            box.addWidget(number)
            box.addWidget(label("muted", choice.second))
        box.addStretch(1)
        self.box.addWidget(row)
        return row, check, number

    def _toggled(self) -> None:
        self._follow()
        self.changed.emit()

    def _follow(self) -> None:
        for _, check, number in self._rows.values():
            if number is not None:
                number.setEnabled(check.isChecked())

    def _ordered(self) -> dict[str, int]:
        found = {}
        for key, (_, check, number) in self._rows.items():
            if check.isChecked():
                text = number.text().strip() if number is not None else "1"
                found[key] = int(text) if text.isascii() and text.isdigit() else 0
        return found

    def _show(self, ordered: dict[str, int]) -> None:
        for key, (_, check, number) in self._rows.items():
            check.blockSignals(True)
            check.setChecked(key in ordered)
            check.blockSignals(False)
            if number is not None and key in ordered:
                number.setText(str(ordered[key]))
        self._follow()

    def value(self) -> dict[str, int]:
        """What is ordered; BadInput for a number that is none."""
        ordered = self._ordered()
        for choice in self._choices:
            if choice.key in ordered and not 0 < ordered[choice.key] < 1000:
                raise BadInput(f"{choice.title}: Bitte eine Zahl von 1 bis 999 eintragen.")
        return ordered

    def set_value(self, value: Any) -> None:
        """Shows what is ordered; what cannot be ordered here now is kept for when it can."""
        self._kept = dict(value or {})
        self._show(self._kept)

    def raw(self) -> Any:
        """What is ordered."""
        return {**self._kept, **self._ordered()} if not self._rows else self._ordered()

    def set_raw(self, raw: Any) -> None:
        """As it was."""
        if isinstance(raw, dict):
            self.set_value({str(key): count for key, count in raw.items() if isinstance(count, int)})


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
    }


def make_input(field: Field, desk: Desk) -> Input:
    """The input for a field."""
    if field.kind == "person":
        from rathaus_desk.desktop.parts.person_input import PersonInput

        return PersonInput(field, desk)
    return Kinds.known[field.kind](field, desk)
