"""A form made from its description: label above the field, a hint or the mistake with its remedy below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Field, Section
from rathaus_desk.desktop.parts.fields import Input, make_input, plain_label
from rathaus_desk.desktop.parts.part_widgets import hairline, label
from rathaus_desk.desktop.theme.icons import pixmap
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import XS, L, M
from rathaus_desk.kernel.errors import BadInput

_COLUMNS = 12
_NARROW_EM = 70
"""Below this width, in characters, every field has a row of its own."""


class _Cell(QWidget):
    """A field with its label and the line below it."""

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__()
        self.field = field
        self.input: Input = make_input(field, desk)
        self.problem = ""
        self._hint = field.hint
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(XS)
        if self.input.has_caption:
            caption = QLabel(field.label + ("" if not field.required else " *"))
            caption.setProperty("role", "caption")
            caption.setBuddy(self.input.edit)
            box.addWidget(caption)
        elif field.span < _COLUMNS:
            box.addSpacing(label("caption", "X").sizeHint().height() + XS)
        box.addWidget(self.input)
        below = QHBoxLayout()
        below.setSpacing(XS + 2)
        self._sign = QLabel()
        self._words = label("second", wrap=True)
        below.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._words, 1)
        box.addLayout(below)
        box.addStretch(1)
        theme().changed.connect(self._show_below)
        self._show_below()

    def show_problem(self, sentence: str) -> None:
        """A mistake with its remedy; "" for none."""
        if sentence != self.problem:
            self.problem = sentence
            self.input.show_invalid(sentence)
            self._show_below()

    def show_hint(self, sentence: str) -> None:
        """What stands below while nothing is wrong."""
        sentence = sentence or self.field.hint
        if sentence != self._hint:
            self._hint = sentence
            self._show_below()

    def _show_below(self) -> None:
        words = self.problem or self._hint
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._sign.setVisible(bool(self.problem))
        self._sign.setPixmap(pixmap("circle-alert", 16, "bad", self.devicePixelRatioF()))
        role = "problem" if self.problem else "second"
        if self._words.property("role") != role:
            self._words.setProperty("role", role)
            self._words.style().unpolish(self._words)
            self._words.style().polish(self._words)


class _SectionWidget(QWidget):
    """The fields of a section in rows of twelve columns; narrow, each has its own row."""

    def __init__(self, section: Section, desk: Desk, *, first: bool) -> None:
        super().__init__()
        self.section = section
        self._narrow: bool | None = None
        self.cells = {field.name: _Cell(field, desk) for row in section.rows for field in row}
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(M)
        if not first:
            line = hairline()
            box.addSpacing(XS)
            box.addWidget(line)
            box.addSpacing(XS)
        if section.title:
            box.addWidget(label("section", section.title))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(L)
        self._grid.setVerticalSpacing(M)
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, 1)
            self._grid.setColumnMinimumWidth(column, 0)
        box.addLayout(self._grid)
        self._arrange(narrow=False)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Qt's event."""
        super().resizeEvent(event)
        self._arrange(narrow=self.width() < theme().em(_NARROW_EM))

    def _arrange(self, *, narrow: bool) -> None:
        if narrow == self._narrow:
            return
        self._narrow = narrow
        at = 0
        for row in self.section.rows:
            column = 0
            for field in row:
                cell = self.cells[field.name]
                self._grid.removeWidget(cell)
                if narrow:
                    self._grid.addWidget(cell, at, 0, 1, _COLUMNS)
                    at += 1
                else:
                    self._grid.addWidget(cell, at, column, 1, field.span)
                    column += field.span
            if not narrow:
                at += 1


class Form(QWidget):
    """The form. It judges nothing itself: `values` is what can be read, `problems` what cannot."""

    changed = Signal()

    def __init__(self, sections: tuple[Section, ...], desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sections = [_SectionWidget(one, desk, first=at == 0) for at, one in enumerate(sections)]
        self._cells: dict[str, _Cell] = {}
        self._visited: set[str] = set()
        self._given: dict[str, str] = {}
        self._quiet = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(L)
        for one in self._sections:
            self._cells.update(one.cells)
            box.addWidget(one)
        for name, cell in self._cells.items():
            cell.input.changed.connect(lambda name=name: self._changed(name))
            cell.input.left.connect(lambda name=name: self._left(name))
        self._follow()

    # --- what was entered -------------------------------------------------------------------------------

    def input(self, name: str) -> Input:
        """The input of a field."""
        return self._cells[name].input

    def values(self) -> dict[str, Any]:
        """Field → value, of all that is shown and can be read."""
        found = {}
        for name, cell in self._cells.items():
            if cell.isVisibleTo(self):
                try:
                    found[name] = cell.input.value()
                except BadInput:
                    continue
        return found

    def problems(self) -> dict[str, str]:
        """Field → why what stands there cannot be read."""
        found = {}
        for name, cell in self._cells.items():
            if cell.isVisibleTo(self):
                try:
                    cell.input.value()
                except BadInput as error:
                    found[name] = str(error)
        return found

    def missing(self) -> dict[str, str]:
        """Field → label, of those that must be filled and are not."""
        found = {}
        for name, cell in self._cells.items():
            if cell.field.required and cell.isVisibleTo(self):
                try:
                    empty = cell.input.value() is None
                except BadInput:
                    continue
                if empty:
                    found[name] = plain_label(cell.field)
        return found

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Shows values; fields that are not named keep theirs."""

        def show() -> None:
            for name, value in values.items():
                self._cells[name].input.set_value(value)

        self._quietly(show)

    def content(self) -> dict[str, Any]:
        """Everything that stands in the fields, as a plain value for a draft."""
        return {name: cell.input.raw() for name, cell in self._cells.items()}

    def restore(self, content: Mapping[str, Any]) -> None:
        """What stood in the fields; what is not known any more is left out."""

        def show() -> None:
            for name, raw in content.items():
                if name in self._cells:
                    self._cells[name].input.set_raw(raw)

        self._quietly(show)

    def _quietly(self, do: Callable[[], None]) -> None:
        """Many changes, told of once."""
        self._quiet = True
        try:
            do()
        finally:
            self._quiet = False
        self._follow()
        self.changed.emit()

    # --- what is said about it --------------------------------------------------------------------------

    def _changed(self, name: str) -> None:
        self._given.pop(name, None)
        if self._quiet:
            return
        self._follow()
        if self._cells[name].problem:
            self._show(name)
        self.changed.emit()

    def _left(self, name: str) -> None:
        self._visited.add(name)
        self._show(name)

    def _show(self, name: str) -> None:
        cell = self._cells[name]
        sentence = self._given.get(name, "")
        if not sentence and name in self._visited:
            try:
                cell.input.value()
            except BadInput as error:
                sentence = str(error)
        cell.show_problem(sentence)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """What the rules say of the fields; mistakes of reading stay."""
        self._given = dict(problems)
        for name in self._cells:
            self._show(name)

    def show_all(self) -> None:
        """From now on the mistakes of every field are shown, and what is missing."""
        self._visited.update(self._cells)
        missing = {name: f"{words}: Bitte ausfüllen." for name, words in self.missing().items()}
        self._given = {**missing, **self._given}
        for name in self._cells:
            self._show(name)

    def show_hints(self, hints: Mapping[str, str]) -> None:
        """What stands below fields instead of their usual hint."""
        for name, cell in self._cells.items():
            cell.show_hint(hints.get(name, ""))

    def _follow(self) -> None:
        """Shows and hides, and offers other choices, as the values ask for it."""
        values = self.values()
        for section in self._sections:
            shown = section.section.shown
            section.setVisible(shown is None or shown(values))
            for cell in section.cells.values():
                if cell.field.shown is not None:
                    cell.setVisible(cell.field.shown(values))
                choices = cell.field.choices
                if callable(choices):
                    cell.input.show_choices(choices(values))

    def refresh(self) -> None:
        """What is shown depends on something outside that changed."""
        self._follow()

    # --- the focus --------------------------------------------------------------------------------------

    def focus_first(self) -> None:
        """The first field."""
        for cell in self._cells.values():
            if cell.isVisibleTo(self):
                cell.input.edit.setFocus()
                return

    def focus_field(self, name: str) -> None:
        """One field."""
        if name in self._cells:
            self._cells[name].input.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_problem(self) -> bool:
        """The first field with a mistake; False if there is none."""
        for name, cell in self._cells.items():
            if cell.problem and cell.isVisibleTo(self):
                self.focus_field(name)
                return True
        return False

    def label_of(self, name: str) -> str:
        """What a field is called."""
        return plain_label(self._cells[name].field) if name in self._cells else name
