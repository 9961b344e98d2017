"""The page of a big job: left the form, right what it means, below what is missing and the one button."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.confirming import CONFIRMED, confirmation
from rathaus_desk.desktop.parts.consequences_panel import ConsequencesPanel
from rathaus_desk.desktop.parts.described import Banner, Consequences, Section
from rathaus_desk.desktop.parts.form import Form, FormScroll
from rathaus_desk.desktop.parts.part_widgets import BannerWidget, button, hairline, label
from rathaus_desk.desktop.theme.icons import pixmap
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import XL, L, M, S
from rathaus_desk.kernel.errors import DeskError

_SIDE_EM = 62
"""Width of the consequences, in characters."""
_BESIDE_EM = 128
"""Width, in characters, from which they stand beside the form."""


@dataclass(frozen=True, slots=True)
class Guided:
    """A big job. ``consequences`` is asked in a worker whenever something was typed."""

    title: str
    sections: tuple[Section, ...]
    save_title: str
    consequences: Callable[[Mapping[str, Any]], Consequences]
    second: str = ""
    touch: bool = False
    """Whether it is filled in standing, on a tablet: everything large enough for a finger."""


class GuidedView(QWidget):
    """Form, consequences, foot. It knows no operation: `save_wanted` brings the values."""

    save_wanted = Signal(object)
    cancel_wanted = Signal()
    changed = Signal()
    asked = Signal(object)
    """A `Banner` whose remedy the clerk wants; it is already under way."""
    judged = Signal(object)
    """The `Consequences` that are shown now."""

    def __init__(self, guided: Guided, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._guided = desk, guided
        self._about = guided.second
        self.setProperty("touch", guided.touch)
        self._latest = desk.latest(self)
        self._found = Consequences()
        self._beside: bool | None = None
        self._busy = False
        self._judging = self._save_when_judged = False
        asked = confirmation(lambda: self._found)
        self.form = Form((*guided.sections, asked), desk)
        self.panel = ConsequencesPanel(desk)
        self.panel.asked.connect(self.asked)
        self.panel.chosen.connect(self.form.set_values)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._make_head())
        box.addWidget(hairline())
        self._middle = QHBoxLayout()
        self._middle.setSpacing(0)
        self._middle.addWidget(self._make_left(), 1)
        self._middle.addWidget(self._make_side())
        box.addLayout(self._middle, 1)
        box.addWidget(self._make_foot())
        self.form.changed.connect(self._changed)
        self._judge()

    def _make_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(XL, L, L, L)
        row.setSpacing(M)
        row.addWidget(label("page-title", self._guided.title), 0, Qt.AlignmentFlag.AlignBaseline)
        self._second = label("muted", self._guided.second, wrap=True)
        row.addWidget(self._second, 1, Qt.AlignmentFlag.AlignBaseline)
        return head

    def _make_left(self) -> QWidget:
        inner = QWidget()
        self._left = QVBoxLayout(inner)
        self._left.setContentsMargins(0, L, 0, 0)
        self._left.setSpacing(L)
        self._banner = BannerWidget(self._desk.follow, lambda *_: None)
        self._banner.hide()
        self._notes: list[BannerWidget] = []
        notes = QWidget()
        self._notes_box = QVBoxLayout(notes)
        self._notes_box.setContentsMargins(0, 0, 0, 0)
        self._notes_box.setSpacing(S)
        self.form.add_above(len(self._guided.sections), notes)
        inset = QVBoxLayout()
        inset.setContentsMargins(XL, 0, XL, XL)
        inset.setSpacing(L)
        inset.addWidget(self._banner)
        inset.addWidget(self.form)
        self._left.addLayout(inset)
        self._left.addStretch(1)
        self._scroll = FormScroll(inner)
        return self._scroll

    def _make_side(self) -> QWidget:
        side = QScrollArea()
        side.setObjectName("canvas-scroll")
        side.setAccessibleName("Was das bedeutet")
        side.setWidgetResizable(True)
        side.setFrameShape(QFrame.Shape.NoFrame)
        side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side.setFixedWidth(theme().em(_SIDE_EM))
        side.setWidget(self.panel)
        self._side = side
        return side

    def _make_foot(self) -> QWidget:
        foot = QWidget()
        foot.setProperty("surface", "footer")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(foot)
        row.setContentsMargins(XL, M, L, M)
        row.setSpacing(S)
        self._sign = QLabel()
        self._missing = label("muted", wrap=True)
        self._missing.setTextFormat(Qt.TextFormat.RichText)
        self._missing.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self._missing.linkActivated.connect(self.form.focus_field)
        row.addWidget(self._sign)
        row.addWidget(self._missing, 1)
        cancel = button("Abbrechen")
        cancel.clicked.connect(self.cancel_wanted)
        row.addWidget(cancel)
        self.save_button = button(f"{self._guided.save_title}   Strg+Eingabe", "check", primary=True)
        self.save_button.setAccessibleName(self._guided.save_title)
        self.save_button.clicked.connect(self.save)
        row.addWidget(self.save_button)
        theme().changed.connect(self._show_foot)
        return foot

    # --- judging ----------------------------------------------------------------------------------------

    def _changed(self) -> None:
        self._judge()
        self.changed.emit()

    def _judge(self) -> None:
        values = self.form.values()
        consequences = self._guided.consequences
        self._judging = True
        self._latest.ask(lambda: consequences(values), self._show, self._failed)

    def _show(self, found: Consequences) -> None:
        self._judging = False
        asked_before = bool(self._found.confirm)
        self._found = found
        self.panel.show_consequences(found)
        self.form.show_problems(found.problems)
        self.form.show_hints(found.hints)
        if asked_before != bool(found.confirm):
            self.form.refresh()
        self._show_notes([Banner(sentence) for sentence in found.confirm])
        self._show_foot()
        self.judged.emit(found)
        if self._save_when_judged:
            self.save()

    def _failed(self, error: DeskError) -> None:
        self._show(Consequences(refused=str(error)))

    def _show_notes(self, banners: list[Banner]) -> None:
        while len(self._notes) < len(banners):
            made = BannerWidget(self._desk.follow, lambda *_: None)
            self._notes.append(made)
            self._notes_box.addWidget(made)
        for at, widget in enumerate(self._notes):
            widget.setVisible(at < len(banners))
            if at < len(banners):
                widget.show_part(banners[at])

    def _wrong(self) -> dict[str, str]:
        """Field → label, of what cannot be as it stands; a field that is not known is the form as a whole."""
        wrong = {**self.form.problems(), **self._found.problems}
        return {name: self.form.label_of(name) for name in wrong if name}

    def _missing_points(self) -> dict[str, str]:
        """Field → label, of what is still to be said; what has no field of its own stands under its words."""
        points = dict(self.form.missing())
        known = {*points.values(), *self._wrong().values()}
        points.update({words: words for words in self._found.missing if words not in known})
        if self._found.confirm and not self.form.values().get(CONFIRMED):
            points[CONFIRMED] = "Bestätigung der Warnungen"
        return points

    def _show_foot(self) -> None:
        wrong, missing = self._wrong(), self._missing_points()
        said = [
            f"{words} {', '.join(self._link(name, text) for name, text in points.items())}"
            for words, points in (("Bitte prüfen:", wrong), ("Es fehlt noch:", missing))
            if points
        ]
        if self._found.refused:
            mark, tone, said = "circle-alert", "bad", ["So kann es nicht eingetragen werden; warum, steht"]
            said = [f"{said[0]} {'rechts' if self._beside else 'unter dem Formular'}."]
        elif said:
            mark, tone = "circle-alert", "bad" if wrong else "warn"
        else:
            mark, tone, said = "circle-check", "good", ["Alles da."]
        self._sign.setPixmap(pixmap(mark, 18, tone, self.devicePixelRatioF()))
        self._missing.setText(" · ".join(said))

    def _link(self, name: str, words: str) -> str:
        """Words that lead to their field, if they have one."""
        if not self.form.has(name):
            return escape(words)
        colour = theme().tokens.accent
        return f'<a href="{escape(name)}" style="color: {colour}">{escape(words)}</a>'

    # --- saving -----------------------------------------------------------------------------------------

    def save(self) -> None:
        """Asks to carry it out; if something is missing, shows what and goes there.

        What was typed last is judged first.
        """
        if self._busy:
            return
        self._save_when_judged = self._judging
        if self._judging:
            return
        self.form.show_all()
        self._show_foot()
        missing = self._missing_points()
        if self._found.refused or self._wrong() or missing:
            if not self.form.focus_problem() and CONFIRMED in missing:
                self.form.focus_field(CONFIRMED)
            return
        self.save_wanted.emit(self.form.values())

    def busy(self, busy: bool) -> None:
        """While it is carried out nothing can be pressed twice."""
        self._busy = busy
        self.save_button.setEnabled(not busy)

    def show_refusal(self, sentence: str) -> None:
        """Why it was not carried out; nothing that was typed is lost."""
        self.busy(False)
        self._banner.setVisible(bool(sentence))
        if sentence:
            self._banner.show_part(Banner(sentence, "bad"))
            self._scroll.verticalScrollBar().setValue(0)

    def about(self, words: str) -> None:
        """What the job is about, beside its title."""
        self._about = words
        self.say("")

    def say(self, words: str) -> None:
        """What stands behind that: how the draft is."""
        self._second.setText(" · ".join(filter(None, (self._about, words))))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Ctrl+Enter saves, Esc leaves."""
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and control:
            self.save()
        elif event.key() == Qt.Key.Key_Escape:
            self.cancel_wanted.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Narrow windows put the consequences below the form."""
        super().resizeEvent(event)
        self._place_panel(beside=self.width() >= theme().em(_BESIDE_EM))

    def _place_panel(self, *, beside: bool) -> None:
        """The consequences beside the form, scrolled by themselves, or below it, scrolled with it."""
        if beside == self._beside:
            return
        self._beside = beside
        if beside:
            self._left.removeWidget(self.panel)
            self._side.setWidget(self.panel)
        else:
            self._side.takeWidget()
            self._left.insertWidget(1, self.panel)
        self._side.setVisible(beside)
        self.panel.show()
        self._show_foot()
