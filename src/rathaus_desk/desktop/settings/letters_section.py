"""The texts of letters: the template left, the letter right, drawn anew while somebody writes."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPlainTextEdit, QSplitter, QVBoxLayout, QWidget

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Banner
from rathaus_desk.desktop.parts.part_widgets import BannerWidget, button, label
from rathaus_desk.desktop.parts.pdf_view import PdfView
from rathaus_desk.desktop.theme.tokens import XL, L, M, S
from rathaus_desk.kernel import resources
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.letters import queries
from rathaus_desk.letters.facts import KINDS
from rathaus_desk.letters.operations import SaveTemplate
from rathaus_desk.office.own_letters import LETTER_TITLES

_PAUSE = 350


@dataclass(frozen=True, slots=True)
class Drawn:
    """A template's letter with sample facts, or why it does not work."""

    pdf: bytes | None
    problem: str = ""


def draw(text: str, name: str, sample: int) -> Drawn:
    """The letter of a template; in a worker."""
    from rathaus_desk.letters.render import render
    from rathaus_desk.letters.samples import samples
    from rathaus_desk.letters.template import Template, compose, facts_of

    try:
        template = Template.parse(text, f"{name}.md")
        facts = samples(name)
        return Drawn(render(compose(template, facts_of(facts[sample % len(facts)]))))
    except DeskError as error:
        return Drawn(None, str(error))


class LettersSection(QWidget):
    """Briefvorlagen."""

    name = "vorlagen"
    title = "Briefvorlagen"
    icon = "file-text"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._latest = desk.latest(self)
        self._kept = ""
        box = QVBoxLayout(self)
        box.setContentsMargins(XL, L, 0, 0)
        box.setSpacing(M)
        box.addWidget(label("record-title", self.title))
        row = QHBoxLayout()
        row.setSpacing(S)
        row.setContentsMargins(0, 0, L, 0)
        self.which = QComboBox()
        self.which.setAccessibleName("Welches Schreiben")
        for name in KINDS:
            self.which.addItem(LETTER_TITLES.get(name, name), name)
        self.which.currentIndexChanged.connect(lambda _: self._show_template())
        self.sample = QComboBox()
        self.sample.setAccessibleName("Mit welchem Beispiel")
        self.sample.currentIndexChanged.connect(lambda _: self._draw())
        row.addWidget(self.which)
        row.addWidget(self.sample)
        row.addStretch(1)
        self._back = button("Text des Programms", "undo-2")
        self._back.clicked.connect(self._take_built_in)
        self._share = button("Veröffentlichen", "send")
        self._share.clicked.connect(self._publish)
        self._save = button("Übernehmen", "check", primary=True)
        self._save.clicked.connect(self._take)
        row.addWidget(self._share)
        row.addWidget(self._back)
        row.addWidget(self._save)
        box.addLayout(row)
        self._origin = label("muted", "")
        box.addWidget(self._origin)
        self._banner = BannerWidget(desk.follow, lambda *_: None)
        self._banner.hide()
        box.addWidget(self._banner)
        split = QSplitter()
        split.setHandleWidth(1)
        self.text = QPlainTextEdit()
        self.text.setAccessibleName("Text der Vorlage")
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setTabChangesFocus(True)
        self.view = PdfView()
        split.addWidget(self.text)
        split.addWidget(self.view)
        split.setSizes([520, 620])
        box.addWidget(split, 1)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._draw)
        self.text.textChanged.connect(self._pause.start)

    def refresh(self) -> None:
        """The chosen template, unless somebody is writing in it."""
        if not self.text.toPlainText() or self.text.toPlainText() == self._kept:
            self._show_template()

    def _show_template(self) -> None:
        from rathaus_desk.letters.samples import samples

        name = self.which.currentData()
        newest = self.desk.read_now(lambda session: next(iter(queries.own_templates(session, name)), None))
        is_own = newest is not None and bool(newest.text)
        self._kept = newest.text if newest is not None and is_own else _built_in_text(name)
        self._origin.setText(f"Übernommen aus {newest.origin}" if newest and is_own and newest.origin else "")
        self._origin.setVisible(bool(self._origin.text()))
        self._share.setVisible(is_own and self.desk.agent.status is not None)
        count = len(samples(name))
        self.sample.blockSignals(True)
        self.sample.clear()
        for at in range(count):
            self.sample.addItem(f"Beispiel {at + 1}")
        self.sample.blockSignals(False)
        self.sample.setVisible(count > 1)
        self._back.setEnabled(is_own)
        self.text.setPlainText(self._kept)
        self._draw()

    def _draw(self) -> None:
        text, name, sample = self.text.toPlainText(), self.which.currentData(), self.sample.currentIndex()
        self._latest.ask(lambda: draw(text, name, max(0, sample)), self._show, self.desk.failed.emit)

    def _show(self, drawn: Drawn) -> None:
        changed = self.text.toPlainText() != self._kept
        self._banner.setVisible(bool(drawn.problem))
        if drawn.problem:
            self._banner.show_part(Banner(drawn.problem, "bad"))
        else:
            self.view.show_pdf(drawn.pdf, self.which.currentText())
        self._save.setEnabled(changed and not drawn.problem)

    def _take(self) -> None:
        text = self.text.toPlainText()
        self.desk.run(
            SaveTemplate(name=self.which.currentData(), text=text),
            lambda _: self._show_template(),
            words="Briefvorlage übernommen.",
            owner=self,
        )

    def _publish(self) -> None:
        from rathaus_desk.office.sharing import publish_letter

        office, name = self.desk.office, self.which.currentData()
        self.desk.tasks.start(
            lambda: publish_letter(office, name),
            lambda made: self.desk.say(f"Veröffentlicht: {made[0].title}."),
            self.desk.failed.emit,
            owner=self,
        )

    def _take_built_in(self) -> None:
        self.desk.run(
            SaveTemplate(name=self.which.currentData(), text=""),
            lambda _: self._show_template(),
            words="Es gilt wieder der Text des Programms.",
            owner=self,
        )


def _built_in_text(name: str) -> str:
    return resources.path("letters", f"{name}.md").read_text(encoding="utf-8")
