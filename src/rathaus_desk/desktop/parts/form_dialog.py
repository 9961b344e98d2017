"""A small operation in a window of its own: the same form, one filled button, Esc closes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.confirming import CONFIRMED, confirmation
from rathaus_desk.desktop.parts.consequences_panel import CardWidget
from rathaus_desk.desktop.parts.described import Banner, Card, Consequences, Section
from rathaus_desk.desktop.parts.form import Form, FormScroll
from rathaus_desk.desktop.parts.part_widgets import BannerWidget, button, label
from rathaus_desk.desktop.parts.questions import ask
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import XL, L, M, S
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.store.operations import Done, Request

Values = dict[str, Any]

_SHARE_OF_WINDOW = 0.92
"""Of the height of the window, what a small one above it may have at most."""


class FormDialog(QDialog):
    """``request(values)`` makes the operation, or raises BadInput. ``consequences``: as on a guided page."""

    def __init__(
        self,
        desk: Desk,
        title: str,
        sections: tuple[Section, ...],
        request: Callable[[Values], Request | None],
        *,
        save_title: str = "Speichern",
        values: Mapping[str, Any] | None = None,
        consequences: Callable[[Mapping[str, Any]], Consequences] | None = None,
        words: str = "",
        intro: str = "",
        done: Callable[[Done], None] | None = None,
    ) -> None:
        super().__init__(desk.window)
        self._desk, self._request, self._words, self._after = desk, request, words, done
        self._consequences = consequences
        self._latest = desk.latest(self)
        self._found = Consequences()
        self._touched = False
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(theme().em(64))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, L, 0, 0)
        box.setSpacing(M)
        head = label("record-title", title, wrap=True)
        head.setContentsMargins(XL, S, XL, 0)
        box.addWidget(head)
        inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(XL, S, XL, L)
        inside.setSpacing(L)
        self._banner = BannerWidget(desk.follow, lambda *_: None)
        self._banner.hide()
        inside.addWidget(self._banner)
        if intro:
            inside.addWidget(label("muted", intro, wrap=True))
        asked = (confirmation(lambda: self._found),) if consequences is not None else ()
        self.form = Form((*sections, *asked), desk)
        inside.addWidget(self.form)
        self._cards: list[CardWidget] = []
        self._cards_box = QVBoxLayout()
        self._cards_box.setSpacing(M)
        inside.addLayout(self._cards_box)
        inside.addStretch(1)
        self._inner, self._scroll = inner, FormScroll(inner)
        box.addWidget(self._scroll, 1)
        box.addWidget(self._make_foot(save_title))
        if values:
            self.form.set_values(values)
        self.form.changed.connect(self._changed)
        self._judge()
        wanted = inner.sizeHint().height() + 170
        most = round(desk.window.height() * _SHARE_OF_WINDOW)
        self.resize(theme().em(84), min(max(wanted, 260), most))
        self.form.focus_first()

    def _make_foot(self, save_title: str) -> QWidget:
        foot = QWidget()
        foot.setProperty("surface", "footer")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(foot)
        row.setContentsMargins(XL, M, XL, M)
        row.setSpacing(S)
        row.addStretch(1)
        cancel = button("Abbrechen")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        row.addWidget(cancel)
        self.save_button = button(f"{save_title}   Strg+Eingabe", "check", primary=True)
        self.save_button.setAccessibleName(save_title)
        self.save_button.setAutoDefault(False)
        self.save_button.clicked.connect(self.save)
        row.addWidget(self.save_button)
        return foot

    def _changed(self) -> None:
        self._touched = True
        self._judge()

    def _judge(self) -> None:
        consequences = self._consequences
        if consequences is None:
            return
        values = self.form.values()
        self._latest.ask(
            lambda: consequences(values),
            self._show,
            lambda error: self._show(Consequences(refused=str(error))),
        )

    def _show(self, found: Consequences) -> None:
        asked_before = bool(self._found.confirm)
        self._found = found
        if asked_before != bool(found.confirm):
            self.form.refresh()
        self.form.show_problems(found.problems)
        self.form.show_hints(found.hints)
        cards = list(found.cards)
        if found.refused:
            cards.insert(0, Card("So geht es nicht", banners=(Banner(found.refused, "bad"),)))
        if found.confirm:
            cards.insert(0, Card("Bitte prüfen", banners=tuple(Banner(one) for one in found.confirm)))
        while len(self._cards) < len(cards):
            made = CardWidget(self._desk)
            made.chosen.connect(self.form.set_values)
            self._cards.append(made)
            self._cards_box.addWidget(made)
        for at, widget in enumerate(self._cards):
            widget.setVisible(at < len(cards))
            if at < len(cards):
                widget.show_card(cards[at])
        QTimer.singleShot(0, self, self._grow)

    def _grow(self) -> None:
        """As high as what is in it, as far as the window is; never lower than it was."""
        seen = self._scroll.viewport()
        lacking = self._inner.heightForWidth(seen.width()) - seen.height()
        if lacking > 0:
            most = round(self._desk.window.height() * _SHARE_OF_WINDOW)
            self.resize(self.width(), max(self.height(), min(self.height() + lacking, most)))

    def save(self) -> None:
        """Carries it out; if something is missing, goes there."""
        self.form.show_all()
        if self.form.problems() or self.form.missing() or self._found.problems:
            self.form.focus_problem()
            return
        if self._found.confirm and not self.form.values().get(CONFIRMED):
            self.form.focus_field(CONFIRMED)
            return
        try:
            request = self._request(self.form.values())
        except DeskError as error:
            self._refused(error)
            return
        if request is None:
            self._touched = False
            self.accept()
            return
        self._banner.hide()
        self.save_button.setEnabled(False)
        self._desk.run(request, self._carried_out, self._refused, words=self._words, owner=self)

    def _carried_out(self, done: Done) -> None:
        self._touched = False
        self.accept()
        if self._after is not None:
            self._after(done)

    def _refused(self, error: DeskError) -> None:
        self.save_button.setEnabled(True)
        self._banner.show_part(Banner(str(error), "bad"))
        self._banner.show()

    def reject(self) -> None:
        """Closes; asks where something was typed."""
        if self._touched and not ask(
            self,
            "Eingabe verwerfen?",
            "Die Eingabe ist noch nicht gespeichert.",
            yes="Verwerfen",
            no="Zurück",
        ):
            return
        super().reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Ctrl+Enter saves; Enter alone does not, it is typed by habit after each field."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() == Qt.KeyboardModifier.ControlModifier:
                self.save()
            else:
                self.focusNextChild()
        else:
            super().keyPressEvent(event)


def open_form(
    desk: Desk,
    title: str,
    sections: tuple[Section, ...],
    request: Callable[[Values], Request | None],
    **more: Any,
) -> FormDialog:
    """Opens a small operation above the window; see `FormDialog`."""
    dialog = FormDialog(desk, title, sections, request, **more)
    dialog.open()
    return dialog
