"""When the data cannot be opened: why, and the printed code that opens it again."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout

from rathaus_desk.desktop.app import application
from rathaus_desk.desktop.parts.part_widgets import button, label
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import XL, L, M, S
from rathaus_desk.kernel.clock import Clock
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.office.town_hall import new_way_into
from rathaus_desk.store.engine import Store
from rathaus_desk.store.keys import KeyFile, RecoveryCode


class Trouble(QDialog):
    """The sentence, a field for the code. ``recovered`` once the access is there again."""

    def __init__(self, error: DeskError, home: Path, *, key_file: Path | None, clock: Clock) -> None:
        super().__init__()
        self._home, self._key_file, self._clock = home, key_file, clock
        self.recovered = False
        self.new_key_file = key_file
        self.setWindowTitle("Rathaus Desk")
        self.setMinimumWidth(560)
        box = QVBoxLayout(self)
        box.setContentsMargins(XL, XL, XL, L)
        box.setSpacing(M)
        box.addWidget(label("record-title", "Der Bestand lässt sich nicht öffnen", wrap=True))
        box.addWidget(label("", str(error), wrap=True, selectable=True))
        box.addWidget(label("second", f"Datenordner: {home}", wrap=True))
        caption = label("caption", "&Wiederherstellungscode aus dem Tresor")
        self.code = QLineEdit()
        self.code.setPlaceholderText("R44MW-F7RWX-…")
        self.code.setAccessibleName("Wiederherstellungscode")
        caption.setBuddy(self.code)
        box.addWidget(caption)
        box.addWidget(self.code)
        self.problem = label("problem", "", wrap=True)
        box.addWidget(self.problem)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addStretch(1)
        leave = button("Beenden")
        leave.setAutoDefault(False)
        leave.clicked.connect(self.reject)
        self.again = button("Mit dem Code öffnen", "key-round", primary=True)
        self.again.setDefault(True)
        self.again.clicked.connect(self.recover)
        row.addWidget(leave)
        row.addWidget(self.again)
        box.addLayout(row)
        self.code.setFocus()

    def recover(self) -> None:
        """Opens by the code, and sets the access of this machine up anew."""
        way = new_way_into(self._home, self._key_file)
        try:
            with Store.open(self._home, RecoveryCode(self.code.text()), clock=self._clock) as store:
                store.add_slot(way)
        except DeskError as error:
            self.problem.setText(str(error))
            self.code.selectAll()
            self.code.setFocus()
            return
        self.new_key_file = way.path if isinstance(way, KeyFile) else None
        self.recovered = True
        self.accept()


def recovered_from(error: DeskError, home: Path, *, key_file: Path | None, clock: Clock) -> Trouble | None:
    """Asks what to do; None if the clerk gives up."""
    theme().start(application())
    window = Trouble(error, home, key_file=key_file, clock=clock)
    window.exec()
    return window if window.recovered else None
