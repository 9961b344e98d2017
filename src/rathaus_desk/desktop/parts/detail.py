"""One record beside the list: title, state, actions, and the tabs that mean the same in every module."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from rathaus_desk.desktop.commands import COMMANDS
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import (
    Banner,
    Detail,
    Document,
    Facts,
    Lines,
    Part,
    Pictures,
    Tab,
    Versions,
)
from rathaus_desk.desktop.parts.flow import Flow
from rathaus_desk.desktop.parts.part_widgets import (
    BannerWidget,
    DocumentWidget,
    FactsWidget,
    LinesWidget,
    VersionsWidget,
    hairline,
    label,
    show_icon,
)
from rathaus_desk.desktop.parts.pictures_part import PicturesWidget
from rathaus_desk.desktop.theme.icons import icon
from rathaus_desk.desktop.theme.pills import Pill
from rathaus_desk.desktop.theme.tokens import XL, L, M, S

MIN_WIDTH = 340

PART_WIDGETS: dict[type, type] = {
    Document: DocumentWidget,
    Facts: FactsWidget,
    Lines: LinesWidget,
    Banner: BannerWidget,
    Pictures: PicturesWidget,
    Versions: VersionsWidget,
}
"""What shows a part: made with what follows a target and what does a command."""


class PartsColumn(QWidget):
    """Parts one below the other, with hairlines between; widgets are kept and get new contents."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.record: UUID | None = None
        self._widgets: list[Any] = []
        self._lines: list[QFrame] = []
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(L)
        self._box.addStretch(1)

    def show_parts(self, parts: tuple[Part, ...]) -> None:
        """Takes over other parts; where a part of the same kind stood, only its contents change."""
        for at, part in enumerate(parts):
            made = PART_WIDGETS[type(part)]
            if at < len(self._widgets) and type(self._widgets[at]) is not made:
                old = self._widgets.pop(at)
                self._box.removeWidget(old)
                old.deleteLater()
                self._insert(at, made)
            elif at >= len(self._widgets):
                self._insert(at, made)
            self._widgets[at].show_part(part)
            self._widgets[at].show()
            line = isinstance(part, Facts) and at + 1 < len(parts)
            self._lines[at].setVisible(line)
        for at in range(len(parts), len(self._widgets)):
            self._widgets[at].hide()
            self._lines[at].hide()

    def _insert(self, at: int, made: Any) -> None:
        widget = made(self._desk.follow, self._do)
        self._widgets.insert(at, widget)
        if len(self._lines) < len(self._widgets):
            line = hairline()
            self._lines.append(line)
            self._box.insertWidget(2 * at, widget)
            self._box.insertWidget(2 * at + 1, line)
        else:
            self._box.insertWidget(2 * at, widget)

    def _do(self, name: str, record: Any) -> None:
        self._desk.do(name, record or self.record)


class DetailView(QWidget):
    """Shows a `Detail`. ``closed``: Esc, or the arrow back where it covers the list."""

    closed = Signal()
    tab_chosen = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.record: UUID | None = None
        self._detail = Detail("")
        self.setProperty("surface", "sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(MIN_WIDTH)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._make_head())
        self._tabs = QTabBar()
        self._tabs.setExpanding(False)
        self._tabs.setDrawBase(False)
        self._tabs.setUsesScrollButtons(True)
        self._tabs.currentChanged.connect(self._tab_changed)
        tabs = QHBoxLayout()
        tabs.setContentsMargins(XL - S, S, XL, 0)
        tabs.addWidget(self._tabs)
        tabs.addStretch(1)
        box.addLayout(tabs)
        self._line = hairline()
        box.addWidget(self._line)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setProperty("surface", "sheet")
        inner_box = QVBoxLayout(inner)
        inner_box.setContentsMargins(XL, L, XL, XL)
        self._parts = PartsColumn(desk)
        inner_box.addWidget(self._parts)
        self._scroll.setWidget(inner)
        box.addWidget(self._scroll, 1)

    def _make_head(self) -> QWidget:
        head = QWidget()
        box = QVBoxLayout(head)
        box.setContentsMargins(XL, L, XL, 0)
        box.setSpacing(S)
        row = QHBoxLayout()
        row.setSpacing(M)
        self._back = QToolButton()
        self._back.setIcon(icon("arrow-left"))
        self._back.setAccessibleName("Zurück zur Liste")
        self._back.setToolTip("Zurück zur Liste (Esc)")
        self._back.clicked.connect(self.closed)
        self._back.hide()
        self._title = label("record-title", wrap=True, selectable=True)
        self._pill = Pill()
        self._more = QToolButton()
        self._more.setIcon(icon("ellipsis"))
        self._more.setAccessibleName("Weitere Befehle")
        self._more.setToolTip("Weitere Befehle")
        self._menu = QMenu(self._more)
        self._more.clicked.connect(self._show_more)
        row.addWidget(self._back)
        row.addWidget(self._title, 1)
        row.addWidget(self._pill)
        row.addWidget(self._more)
        box.addLayout(row)
        self._second = label("muted", wrap=True, selectable=True)
        box.addWidget(self._second)
        self._actions = Flow(spacing=S)
        self._buttons: list[QPushButton] = []
        box.addWidget(self._actions)
        return head

    def covers_list(self, covers: bool) -> None:
        """Whether there is a way back to show."""
        self._back.setVisible(covers)

    def show_detail(self, record: UUID, detail: Detail, tab: str = "") -> None:
        """Shows a record; the tab stays the one the clerk looked at, unless ``tab`` names another."""
        wanted = tab or self._tabs.tabText(self._tabs.currentIndex())
        same = record == self.record
        self.record = self._parts.record = record
        self._detail = detail
        self.setAccessibleName(detail.title)
        self._title.setText(detail.title)
        self._pill.setVisible(detail.state is not None)
        if detail.state is not None:
            self._pill.show_state(detail.state)
        self._second.setText(detail.second)
        self._second.setVisible(bool(detail.second))
        self._show_actions(detail.actions)
        self._more.setVisible(bool(detail.more))
        self._show_tabs([one.title for one in detail.tabs], wanted)
        self._show_parts()
        if not same:
            self._scroll.verticalScrollBar().setValue(0)

    def _show_actions(self, names: tuple[str, ...]) -> None:
        names = tuple(name for name in names if name in COMMANDS)
        while len(self._buttons) < len(names):
            button = QPushButton()
            at = len(self._buttons)
            button.clicked.connect(lambda _=False, at=at: self._do(at))
            self._buttons.append(button)
            self._actions.add(button)
        for at, button in enumerate(self._buttons):
            there = at < len(names)
            button.setVisible(there)
            if there:
                command = COMMANDS[names[at]]
                button.setText(command.title)
                show_icon(button, command.icon or "chevron-right")
                key = f" ({command.key_words})" if command.key else ""
                button.setToolTip(command.title + key)
        self._actions.setVisible(bool(names))

    def _do(self, at: int) -> None:
        self._desk.do(self._detail.actions[at], self.record)

    def _show_more(self) -> None:
        menu = self._menu
        menu.clear()
        for name in self._detail.more:
            if name in COMMANDS:
                command = COMMANDS[name]
                reason = command.reason_against(self._desk, self.record)
                action = menu.addAction(
                    icon(command.icon) if command.icon else icon("chevron-right"), command.title
                )
                action.setToolTip(reason)
                action.setEnabled(not reason)
                action.triggered.connect(lambda _=False, name=name: self._desk.do(name, self.record))
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _show_tabs(self, titles: list[str], wanted: str) -> None:
        if titles != [self._tabs.tabText(at) for at in range(self._tabs.count())]:
            self._tabs.blockSignals(True)
            while self._tabs.count():
                self._tabs.removeTab(0)
            for title in titles:
                self._tabs.addTab(title)
            self._tabs.blockSignals(False)
        self._tabs.setVisible(len(titles) > 1)
        self._line.setVisible(len(titles) > 1)
        if wanted in titles:
            self._tabs.blockSignals(True)
            self._tabs.setCurrentIndex(titles.index(wanted))
            self._tabs.blockSignals(False)

    @property
    def tab(self) -> str:
        """The tab that is shown."""
        return self._tabs.tabText(self._tabs.currentIndex())

    def choose_tab(self, title: str) -> None:
        """Shows another tab."""
        for at in range(self._tabs.count()):
            if self._tabs.tabText(at) == title:
                self._tabs.setCurrentIndex(at)

    def step_tab(self, by: int) -> None:
        """The next tab, or the one before."""
        if self._tabs.count():
            self._tabs.setCurrentIndex((self._tabs.currentIndex() + by) % self._tabs.count())

    def _tab_changed(self, _at: int) -> None:
        self._show_parts()
        self._scroll.verticalScrollBar().setValue(0)
        self.tab_chosen.emit(self.tab)

    def _show_parts(self) -> None:
        tabs: tuple[Tab, ...] = self._detail.tabs
        shown = next((one for one in tabs if one.title == self.tab), tabs[0] if tabs else None)
        if shown is None:
            self._parts.show_parts(())
        elif shown.load is not None:
            self._parts.show_parts(self._desk.read_now(shown.load))
        else:
            self._parts.show_parts(shown.parts)
