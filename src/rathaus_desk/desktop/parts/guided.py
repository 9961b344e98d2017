"""The page of a big job: left the form, right what it means, below what is missing and the one button."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.consequences_panel import ConsequencesPanel
from rathaus_desk.desktop.parts.described import Banner, Consequences, Field, Section
from rathaus_desk.desktop.parts.form import Form
from rathaus_desk.desktop.parts.part_widgets import BannerWidget, button, hairline, label
from rathaus_desk.desktop.theme.icons import pixmap
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import XL, L, M, S
from rathaus_desk.kernel.errors import DeskError

_SIDE_EM = 62
"""Width of the consequences, in characters."""
_BESIDE = 900
"""Width from which they stand beside the form."""

CONFIRMED = "confirmed"
"""The field with the reason why a warning is right all the same."""


@dataclass(frozen=True, slots=True)
class Guided:
    """A big job. ``consequences`` is asked in a worker whenever something was typed."""

    title: str
    sections: tuple[Section, ...]
    save_title: str
    consequences: Callable[[Mapping[str, Any]], Consequences]
    second: str = ""


class GuidedView(QWidget):
    """Form, consequences, foot. It knows no operation: `save_wanted` brings the values."""

    save_wanted = Signal(object)
    cancel_wanted = Signal()
    changed = Signal()
    asked = Signal(object)
    """A `Banner` whose remedy the clerk wants."""
    judged = Signal(object)
    """The `Consequences` that are shown now."""

    def __init__(self, guided: Guided, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._guided = desk, guided
        self._latest = desk.latest(self)
        self._found = Consequences()
        self._beside: bool | None = None
        self._busy = False
        self.form = Form((*guided.sections, self._confirmation()), desk)
        self.panel = ConsequencesPanel(desk)
        self.panel.asked.connect(self.asked)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._make_head())
        box.addWidget(hairline())
        self._middle = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._middle.setSpacing(0)
        self._middle.addWidget(self._make_left(), 1)
        self._middle.addWidget(self.panel)
        box.addLayout(self._middle, 1)
        box.addWidget(self._make_foot())
        self.form.changed.connect(self._changed)
        self._judge()

    def _confirmation(self) -> Section:
        return Section(
            "Bitte bestätigen",
            (
                (
                    Field(
                        CONFIRMED,
                        "&Warum das so richtig ist",
                        "text",
                        12,
                        hint="Die Begründung steht später im Verlauf.",
                        placeholder="zum Beispiel: mit dem Ordnungsamt besprochen",
                    ),
                ),
            ),
            shown=lambda _: bool(self._found.confirm),
        )

    def _make_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(XL, L, L, L)
        row.setSpacing(M)
        row.addWidget(label("page-title", self._guided.title), 0, Qt.AlignmentFlag.AlignBaseline)
        self._second = label("muted", self._guided.second)
        row.addWidget(self._second, 1, Qt.AlignmentFlag.AlignBaseline)
        return head

    def _make_left(self) -> QWidget:
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(XL, L, XL, XL)
        box.setSpacing(L)
        self._banner = BannerWidget(self._desk.follow, lambda *_: None)
        self._banner.hide()
        box.addWidget(self._banner)
        self._notes: list[BannerWidget] = []
        self._notes_box = QVBoxLayout()
        self._notes_box.setSpacing(S)
        box.addLayout(self._notes_box)
        box.addWidget(self.form)
        box.addStretch(1)
        scroll.setWidget(inner)
        self._scroll = scroll
        return scroll

    def _make_foot(self) -> QWidget:
        foot = QWidget()
        foot.setProperty("surface", "footer")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(foot)
        row.setContentsMargins(XL, M, L, M)
        row.setSpacing(S)
        self._sign = QLabel()
        self._missing = label("muted", wrap=True)
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
        self._latest.ask(lambda: consequences(values), self._show, self._failed)

    def judge_again(self) -> None:
        """Something outside changed."""
        self._judge()

    def _show(self, found: Consequences) -> None:
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

    def _open_points(self) -> list[str]:
        """What keeps the job from being carried out, in the words of the labels."""
        wrong = {**self.form.problems(), **self._found.problems}
        points = [self.form.label_of(name) for name in wrong if name]
        points += [words for name, words in self.form.missing().items() if name not in wrong]
        points += [one for one in self._found.missing if one not in points]
        if self._found.confirm and not self.form.values().get(CONFIRMED):
            points.append("Begründung")
        return points

    def _show_foot(self) -> None:
        points = self._open_points()
        ratio = self.devicePixelRatioF()
        if self._found.refused:
            self._sign.setPixmap(pixmap("circle-alert", 18, "bad", ratio))
            self._missing.setText("So kann es nicht eingetragen werden; rechts steht, warum.")
        elif points:
            self._sign.setPixmap(pixmap("circle-alert", 18, "warn", ratio))
            count = "Noch 1 Angabe" if len(points) == 1 else f"Noch {len(points)} Angaben"
            self._missing.setText(f"{count}: {', '.join(points)}")
        else:
            self._sign.setPixmap(pixmap("circle-check", 18, "good", ratio))
            self._missing.setText("Alles da.")
        self._sign.setVisible(True)

    # --- saving -----------------------------------------------------------------------------------------

    def save(self) -> None:
        """Asks to carry it out; if something is missing, shows what and goes there."""
        if self._busy:
            return
        self.form.show_all()
        if self._found.refused or self._open_points():
            if (
                self._found.confirm
                and not self.form.values().get(CONFIRMED)
                and not self.form.focus_problem()
            ):
                self.form.focus_field(CONFIRMED)
            else:
                self.form.focus_problem()
            self._show_foot()
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

    def say(self, words: str) -> None:
        """The second line of the title."""
        self._second.setText(" · ".join(filter(None, (self._guided.second, words))))

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
        beside = self.width() >= _BESIDE
        if beside != self._beside:
            self._beside = beside
            self._middle.setDirection(
                QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
            )
            width = theme().em(_SIDE_EM)
            self.panel.setMinimumWidth(width if beside else 0)
            self.panel.setMaximumWidth(width if beside else 16_777_215)
            self.panel.setMaximumHeight(16_777_215 if beside else 280)
