"""A form made from its description: label above the field, a hint or the mistake with its remedy below."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Field, Section
from rathaus_desk.desktop.parts.field_grid import FieldGrid
from rathaus_desk.desktop.parts.field_input import Input, plain_label
from rathaus_desk.desktop.parts.fields import make_input
from rathaus_desk.desktop.parts.part_widgets import hairline, label
from rathaus_desk.desktop.theme.icons import pixmap
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import XS, L, M
from rathaus_desk.kernel.errors import BadInput

_LEAST_EM = {
    "date": 15,
    "time": 11,
    "number": 11,
    "money": 15,
    "flag": 18,
    "choice": 18,
    "person": 32,
    "long_text": 32,
}
"""The width that kinds of fields need, in characters."""
_USUAL_EM, _EM_OF_COLUMN = 20, 3.5
"""What other kinds need: less if their columns say that little will be typed."""
_FORM_EM = 76
"""The width of a form of which nobody knows yet how wide it will be."""


class _Cell(QWidget):
    """A field with its label and the line below it."""

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__()
        self.field = field
        self.input: Input = make_input(field, desk)
        self.problem = ""
        self.caption = QSize(0, 0)
        """The room its label takes above it."""
        self._hint = field.hint
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(XS)
        if self.input.has_caption:
            caption = label("caption", field.label + (" *" if field.required else ""))
            caption.setBuddy(self.input.edit)
            caption.ensurePolished()
            self.caption = caption.sizeHint() + QSize(0, XS)
            box.addWidget(caption)
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

    @property
    def least(self) -> int:
        """The width it needs."""
        usual = _LEAST_EM.get(self.field.kind, min(_USUAL_EM, _EM_OF_COLUMN * self.field.span))
        return max(theme().em(usual), self.caption.width())

    def show_problem(self, sentence: str) -> None:
        """A mistake with its remedy; "" for none."""
        if sentence != self.problem:
            self.problem = sentence
            self._show_below()

    def show_hint(self, sentence: str) -> None:
        """What stands below while nothing is wrong."""
        sentence = sentence or self.field.hint
        if sentence != self._hint:
            self._hint = sentence
            self._show_below()

    def _show_below(self) -> None:
        words = self.problem or self._hint
        self.input.describe(self.problem, self._hint)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._sign.setVisible(bool(self.problem))
        if self.problem:
            self._sign.setPixmap(pixmap("circle-alert", 16, "bad", self.devicePixelRatioF()))
        role = "problem" if self.problem else "second"
        if self._words.property("role") != role:
            self._words.setProperty("role", role)
            self._words.style().unpolish(self._words)
            self._words.style().polish(self._words)


class _SectionWidget(QWidget):
    """The fields of a section under their heading."""

    def __init__(self, section: Section, desk: Desk, *, first: bool) -> None:
        super().__init__()
        self.section = section
        self.cells = {field.name: _Cell(field, desk) for row in section.rows for field in row}
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(M)
        if not first:
            self.box.addSpacing(XS)
            self.box.addWidget(hairline())
            self.box.addSpacing(XS)
        if section.title:
            self.box.addWidget(label("section", section.title))
        grid = FieldGrid(L, M, usual=theme().em(_FORM_EM))
        for at, row in enumerate(section.rows):
            for field in row:
                cell = self.cells[field.name]
                grid.add(cell, at, field.span, cell.least, cell.caption.height())
        self.box.addLayout(grid)


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
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(L)
        for one in self._sections:
            self._cells.update(one.cells)
            box.addWidget(one)
        for name, cell in self._cells.items():
            cell.input.changed.connect(lambda name=name: self._changed(name))
            cell.input.left.connect(lambda name=name: self._left(name))
            cell.input.grown.connect(self._order)
        self._follow()
        self._order()

    def _order(self) -> None:
        """Tab goes through the fields as they are read, also through those that came later."""
        stops = list(_tab_stops(self))
        for one, following in pairwise(stops):
            QWidget.setTabOrder(one, following)

    def add_above(self, section: int, widget: QWidget) -> None:
        """Puts ``widget`` between the heading of a section and its fields."""
        box = self._sections[section].box
        box.insertWidget(box.count() - 1, widget)

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
        self._visited.discard(name)
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
        for name, cell in self._cells.items():
            if cell.isVisibleTo(self):
                self.focus_field(name)
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

    def has(self, name: str) -> bool:
        """Whether there is such a field, and it is shown."""
        return name in self._cells and self._cells[name].isVisibleTo(self)

    def label_of(self, name: str) -> str:
        """What a field is called."""
        return plain_label(self._cells[name].field) if name in self._cells else name


class FormScroll(QScrollArea):
    """What holds a form: scrolls up and down only, and brings the field that has the focus into sight."""

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inner)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    def _follow(self, _old: QWidget | None, now: QWidget | None) -> None:
        inner = self.widget()
        if now is not None and inner is not None and inner.isAncestorOf(now):
            # Later: a mistake that is shown with the focus changes what is where.
            QTimer.singleShot(0, self, self._show_focused)

    def _show_focused(self) -> None:
        inner, now = self.widget(), QApplication.focusWidget()
        if now is None or inner is None or not inner.isAncestorOf(now):
            return
        seen: QWidget = now
        around: QWidget | None = now
        while around is not None and around is not inner:
            if isinstance(around, _Cell) and around.height() < self.viewport().height():
                seen = around
            around = around.parentWidget()
        self.show_whole(seen)

    def show_whole(self, widget: QWidget) -> None:
        """Scrolls as little as is needed to see all of ``widget``."""
        inner = self.widget()
        if inner is None:
            return
        top = widget.mapTo(inner, QPoint(0, 0)).y()
        self.ensureVisible(0, top + widget.height(), 0, L)
        self.ensureVisible(0, top, 0, L)


def _tab_stops(widget: QWidget) -> Iterator[QWidget]:
    """Whatever Tab stops at inside ``widget``, in the order of its layouts, which is that of reading."""
    box = widget.layout()
    if box is None:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
            yield widget
        return
    yield from _stops_of(box)


def _stops_of(box: QLayout) -> Iterator[QWidget]:
    for at in range(box.count()):
        item = box.itemAt(at)
        if item is None:
            continue
        inner, widget = item.layout(), item.widget()
        if widget is not None:
            yield from _tab_stops(widget)
        elif inner is not None:
            yield from _stops_of(inner)
