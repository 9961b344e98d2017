"""Letters as they will look, small, beside the form that makes them; a click shows one large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QDialog, QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.part_widgets import label
from rathaus_desk.desktop.parts.pdf_pages import PdfPages, pages_shared
from rathaus_desk.desktop.parts.pdf_view import PdfView
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import L, M, S


@dataclass(frozen=True, slots=True)
class Previewed:
    """A letter that is not kept yet."""

    title: str
    recipient: str
    pdf: bytes


class _Thumbnail(QPushButton):
    """The first page of a letter."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("quiet", True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._image: QImage | None = None

    def show_image(self, image: QImage) -> None:
        """The page, drawn."""
        self._image = image
        self.setIcon(QPixmap.fromImage(image))
        ratio = image.devicePixelRatioF() or 1.0
        self.setIconSize(image.size() / ratio)
        self.setMinimumHeight(round(image.height() / ratio) + 12)


class LetterPreview(QFrame):
    """The letters one below the other, each with its first page."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._pages: PdfPages = pages_shared()
        self.setProperty("surface", "card")
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(L, M, L, L)
        self._box.setSpacing(S)
        self._box.addWidget(label("strong", "So wird es aussehen"))
        self._rows: list[tuple[QLabel, _Thumbnail]] = []
        self._letters: list[Previewed] = []
        self.hide()

    def show_letters(self, letters: Sequence[Previewed]) -> None:
        """Other letters; none: nothing is seen."""
        self._letters = list(letters)
        self.setVisible(bool(letters))
        while len(self._rows) < len(letters):
            words, thumbnail = label("second", wrap=True), _Thumbnail()
            at = len(self._rows)
            thumbnail.clicked.connect(lambda _=False, at=at: self._large(at))
            self._box.addWidget(words)
            self._box.addWidget(thumbnail, 0, Qt.AlignmentFlag.AlignHCenter)
            self._rows.append((words, thumbnail))
        for at, (words, thumbnail) in enumerate(self._rows):
            there = at < len(letters)
            words.setVisible(there)
            thumbnail.setVisible(there)
            if there:
                letter = letters[at]
                words.setText(f"{letter.title} · {letter.recipient}")
                thumbnail.setAccessibleName(f"{letter.title} groß ansehen")
                thumbnail.setToolTip("Groß ansehen")
                self._pages.draw(letter.pdf, 0, theme().em(44), self, thumbnail.show_image)

    def _large(self, at: int) -> None:
        if at < len(self._letters):
            show_pdf(self, self._letters[at].title, self._letters[at].pdf)


def show_pdf(parent: QWidget, title: str, pdf: bytes) -> None:
    """A PDF in a window of its own; Esc closes it."""
    window = QDialog(parent.window())
    window.setWindowTitle(title)
    window.resize(760, min(960, parent.window().height()))
    box = QVBoxLayout(window)
    box.setContentsMargins(0, 0, 0, 0)
    view = PdfView()
    box.addWidget(view)
    view.show_pdf(pdf, title)
    view.setFocus()
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    window.open()
