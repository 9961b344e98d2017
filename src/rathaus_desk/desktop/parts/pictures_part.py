"""Pictures of a record, side by side, each with the words that stand for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from rathaus_desk.desktop.commands import COMMANDS
from rathaus_desk.desktop.parts.described import Picture, Pictures, Target
from rathaus_desk.desktop.parts.flow import Flow
from rathaus_desk.desktop.parts.part_widgets import PartHead, icon_button, label
from rathaus_desk.desktop.parts.pdf_pages import pages_shared
from rathaus_desk.desktop.theme.tokens import XS, M, S

_WIDTH, _HEIGHT = 320, 220
"""Of a picture, in pixels; a smaller one is not made larger."""

Follow = Callable[[Target], Any]
Do = Callable[[str, UUID | None], Any]


class PictureWidget(QFrame):
    """A `Picture` with its words and what can be done with it."""

    def __init__(self, do: Do) -> None:
        super().__init__()
        self._do = do
        self._picture: Picture | None = None
        self.setProperty("surface", "card")
        box = QVBoxLayout(self)
        box.setContentsMargins(S, S, S, S)
        box.setSpacing(XS)
        self.image = QLabel()
        self.image.setFixedSize(QSize(_WIDTH, _HEIGHT))
        self.image.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box.addWidget(self.image)
        below = QHBoxLayout()
        below.setSpacing(XS)
        self._words = label("second", wrap=True)
        self._words.setMaximumWidth(_WIDTH)
        below.addWidget(self._words, 1)
        self._tools = QHBoxLayout()
        self._tools.setSpacing(0)
        below.addLayout(self._tools)
        box.addLayout(below)

    def show_picture(self, picture: Picture) -> None:
        """Takes over another picture."""
        before, self._picture = self._picture, picture
        self._words.setText(picture.text)
        self.image.setAccessibleName(f"Bild: {picture.text}")
        if before is None or (before.actions, before.text) != (picture.actions, picture.text):
            self._show_tools(picture)
        if before is None or before.key != picture.key:
            self.image.setText("Wird geladen …")
            pages_shared().fetch(
                picture.load, self, lambda content: self._loaded(picture, content), self.image.setText
            )

    def _show_tools(self, picture: Picture) -> None:
        while (item := self._tools.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for name in picture.actions:
            command = COMMANDS[name]
            words = f"{command.title}: {picture.text}"
            self._tools.addWidget(icon_button(command.icon, words, partial(self._act, name)))

    def _act(self, name: str) -> None:
        if self._picture is not None:
            self._do(name, self._picture.record)

    def _loaded(self, picture: Picture, content: bytes) -> None:
        if self._picture is None or self._picture.key != picture.key:
            return
        pixels = QPixmap()
        if not pixels.loadFromData(QByteArray(content)):
            self.image.setText("Das Bild lässt sich nicht anzeigen.")
            return
        ratio = self.devicePixelRatioF()
        room = QSize(round(_WIDTH * ratio), round(_HEIGHT * ratio))
        if pixels.width() > room.width() or pixels.height() > room.height():
            pixels = pixels.scaled(
                room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        pixels.setDevicePixelRatio(ratio)
        self.image.setPixmap(pixels)


class PicturesWidget(QWidget):
    """`Pictures` under their heading."""

    def __init__(self, _follow: Follow, do: Do) -> None:
        super().__init__()
        self._do = do
        self._shown: list[PictureWidget] = []
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(S)
        self._head = PartHead(do)
        box.addLayout(self._head)
        self._empty = label("muted", wrap=True)
        box.addWidget(self._empty)
        self._flow = Flow(M)
        box.addWidget(self._flow)

    def show_part(self, part: Pictures) -> None:
        """Takes over other pictures."""
        self._head.show_head(part.title, part.action)
        self._empty.setText(part.empty)
        self._empty.setVisible(not part.pictures and bool(part.empty))
        while len(self._shown) < len(part.pictures):
            made = PictureWidget(self._do)
            self._shown.append(made)
            self._flow.add(made)
        for at, widget in enumerate(self._shown):
            widget.setVisible(at < len(part.pictures))
            if at < len(part.pictures):
                widget.show_picture(part.pictures[at])
        self._flow.setVisible(bool(part.pictures))
