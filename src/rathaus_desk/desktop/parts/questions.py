"""A question with two answers, and a sentence with one: small windows in the look of the house."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from rathaus_desk.desktop.parts.part_widgets import label
from rathaus_desk.desktop.theme.icons import pixmap
from rathaus_desk.desktop.theme.tokens import XL, L, S

_WIDTH = 420


class Question(QDialog):
    """Title, sentence, answers. Esc is the last answer."""

    def __init__(
        self, parent: QWidget | None, title: str, sentence: str, yes: str, no: str = "", mark: str = "info"
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        box = QVBoxLayout(self)
        box.setContentsMargins(XL, XL, XL, L)
        box.setSpacing(L)
        row = QHBoxLayout()
        row.setSpacing(L)
        sign = QLabel()
        tone = {"triangle-alert": "warn", "circle-alert": "bad"}.get(mark, "accent")
        sign.setPixmap(pixmap(mark, 24, tone, self.devicePixelRatioF()))
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(S)
        texts.addWidget(label("section", title, wrap=True))
        said = label("", sentence, wrap=True, selectable=True)
        said.setAccessibleName(sentence)
        texts.addWidget(said)
        row.addLayout(texts, 1)
        box.addLayout(row)
        buttons = QHBoxLayout()
        buttons.setSpacing(S)
        buttons.addStretch(1)
        if no:
            refuse = QPushButton(no)
            refuse.clicked.connect(self.reject)
            buttons.addWidget(refuse)
        agree = QPushButton(yes)
        agree.setProperty("primary", True)
        agree.setDefault(True)
        agree.clicked.connect(self.accept)
        buttons.addWidget(agree)
        box.addLayout(buttons)
        agree.setFocus()


def ask(
    parent: QWidget,
    title: str,
    sentence: str,
    *,
    yes: str,
    no: str = "Abbrechen",
    mark: str = "triangle-alert",
) -> bool:
    """Whether the clerk says ``yes``; Esc says ``no``."""
    question = Question(parent, title, sentence, yes, no, mark)
    agreed = question.exec() == QDialog.DialogCode.Accepted
    question.deleteLater()
    return agreed


def tell(
    parent: QWidget,
    title: str,
    sentence: str,
    *,
    mark: str = "circle-alert",
    then: Callable[[], None] | None = None,
) -> None:
    """Says something that must be read; does not wait for it. ``then`` is called when it was."""
    said = Question(parent, title, sentence, "Verstanden", mark=mark)
    said.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if then is not None:
        said.finished.connect(lambda _: then())
    said.open()
