"""The field for damage: one entry each, with what it costs and photos of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImageReader, QPixmap
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import DamageLine, Field
from rathaus_desk.desktop.parts.field_input import Input, mark_invalid, plain_label
from rathaus_desk.desktop.parts.flow import Flow
from rathaus_desk.desktop.parts.part_widgets import button, icon_button, label
from rathaus_desk.desktop.parts.reading import read_money
from rathaus_desk.desktop.theme.tokens import M, S
from rathaus_desk.kernel.errors import BadInput

_THUMB = QSize(132, 99)


class _Photo(QLabel):
    """A photo, small."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.setFixedSize(_THUMB)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName(f"Foto {path.name}")
        self.setToolTip(path.name)
        reader = QImageReader(str(path))
        reader.setAutoTransform(True)
        size = reader.size()
        if size.isValid():
            reader.setScaledSize(size.scaled(_THUMB, Qt.AspectRatioMode.KeepAspectRatio))
        image = reader.read()
        if image.isNull():
            self.setText(path.name)
        else:
            self.setPixmap(QPixmap.fromImage(image))


class _Entry(QFrame):
    """One damage."""

    changed = Signal()
    dropped = Signal()

    def __init__(self, number: int) -> None:
        super().__init__()
        self.setProperty("surface", "card")
        box = QVBoxLayout(self)
        box.setContentsMargins(M, M, M, M)
        box.setSpacing(S)
        row = QHBoxLayout()
        row.setSpacing(S)
        self.text = QLineEdit()
        self.text.setPlaceholderText("Was ist beschädigt?")
        self.text.setAccessibleName(f"Schaden {number}: Was ist beschädigt?")
        self.cost = QLineEdit()
        self.cost.setPlaceholderText("Kosten, wenn bekannt")
        self.cost.setAccessibleName(f"Schaden {number}: Kosten in Euro")
        self.cost.setMaximumWidth(190)
        for line in (self.text, self.cost):
            line.textChanged.connect(lambda _: self.changed.emit())
        row.addWidget(self.text, 1)
        row.addWidget(self.cost)
        row.addWidget(icon_button("trash-2", f"Schaden {number} entfernen", self.dropped.emit))
        box.addLayout(row)
        self._flow = Flow(S)
        self.photos: list[_Photo] = []
        box.addWidget(self._flow)
        more = button("Foto hinzufügen", "image")
        more.setAccessibleName(f"Schaden {number}: Foto hinzufügen")
        more.clicked.connect(self._choose)
        box.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        self._flow.hide()

    def _choose(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(self, "Foto hinzufügen", "", "Fotos (*.jpg *.jpeg *.png)")
        self.add_photos([Path(one) for one in chosen])

    def add_photos(self, paths: list[Path]) -> None:
        """Shows more photos."""
        for path in paths:
            made = _Photo(path)
            self.photos.append(made)
            self._flow.add(made)
        self._flow.setVisible(bool(self.photos))
        if paths:
            self.changed.emit()

    @property
    def is_empty(self) -> bool:
        """Nothing was said and nothing shown."""
        return not (self.text.text().strip() or self.cost.text().strip() or self.photos)

    def line(self) -> DamageLine:
        """What was entered; BadInput where something is missing or no amount."""
        cost = self.cost.text().strip()
        if not self.text.text().strip():
            raise BadInput("Bitte sagen, was beschädigt ist.")
        return DamageLine(
            self.text.text().strip(),
            read_money(cost) if cost else None,
            tuple(photo.path for photo in self.photos),
        )

    def show_line(self, line: DamageLine) -> None:
        """Shows what was entered before."""
        self.text.setText(line.text)
        self.cost.setText(line.cost.german() if line.cost is not None else "")
        self.add_photos(list(line.photos))


class DamageInput(Input):
    """Any number of damages."""

    has_caption = False

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field, desk)
        self.box.setSpacing(M)
        self.entries: list[_Entry] = []
        self._made = 0
        self._more = button("Schaden hinzufügen", "plus")
        self._more.clicked.connect(lambda: self.add().text.setFocus())
        self.take(self._more)
        self._more.setAccessibleName(f"{plain_label(field)}: Schaden hinzufügen")
        self._none = label("muted", "Keine Schäden.")
        self.box.addWidget(self._none)
        self.box.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)

    def add(self) -> _Entry:
        """One more entry at the end."""
        self._made += 1
        made = _Entry(self._made)
        made.changed.connect(self.changed)
        made.dropped.connect(lambda: self._drop(made))
        self.entries.append(made)
        self.box.insertWidget(self.box.count() - 1, made)
        self._none.hide()
        self.grown.emit()
        self.changed.emit()
        return made

    def _drop(self, entry: _Entry) -> None:
        self.entries.remove(entry)
        self.box.removeWidget(entry)
        entry.hide()
        entry.deleteLater()
        self._none.setVisible(not self.entries)
        self.changed.emit()

    def value(self) -> tuple[DamageLine, ...]:
        """The damages; an entry in which nothing stands is none. BadInput as of the entries."""
        return tuple(entry.line() for entry in self.entries if not entry.is_empty)

    def set_value(self, value: Any) -> None:
        """Shows damages in place of those there."""
        for entry in list(self.entries):
            self._drop(entry)
        for line in value or ():
            self.add().show_line(line)

    def raw(self) -> Any:
        """What stands in the entries."""
        return [
            [entry.text.text(), entry.cost.text(), [str(photo.path) for photo in entry.photos]]
            for entry in self.entries
        ]

    def set_raw(self, raw: Any) -> None:
        """As it was."""
        self.set_value(())
        for text, cost, photos in raw if isinstance(raw, list) else ():
            entry = self.add()
            entry.text.setText(text)
            entry.cost.setText(cost)
            entry.add_photos([Path(one) for one in photos if Path(one).is_file()])

    def describe(self, problem: str, hint: str) -> None:
        """Marks the entries in which something is missing."""
        self.edit.setAccessibleDescription(problem or hint)
        for entry in self.entries:
            mark_invalid(entry.text, bool(problem) and not entry.is_empty and not entry.text.text().strip())
