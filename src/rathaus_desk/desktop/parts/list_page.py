"""The page every module has: the list left, the record right; opening another record keeps the list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from sqlalchemy.orm import Session

from rathaus_desk.desktop.commands import COMMANDS
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import Page
from rathaus_desk.desktop.parts.described import Detail, Target
from rathaus_desk.desktop.parts.detail import DetailView
from rathaus_desk.desktop.parts.flow import Flow
from rathaus_desk.desktop.parts.list_model import ListModel
from rathaus_desk.desktop.parts.part_widgets import button, hairline, icon_button, label
from rathaus_desk.desktop.parts.record_list import RecordList
from rathaus_desk.desktop.parts.sources import Order, Row, Source, Want
from rathaus_desk.desktop.theme.icons import icon
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import XL, L, M, S
from rathaus_desk.store.watch import News

_FIRST = 256
"""Rows shown at once, while the order of all is still being read."""
_NARROW = 1000
"""Logical pixels of the window below which the detail covers the list."""
_PAUSE = 60
"""Milliseconds that must pass between two keystrokes before the list is filtered."""

MakeDetail = Callable[[Session, UUID], Detail | None]


class ListPage(Page):
    """A list and its detail, made from a description.

    ``detail(session, record)`` describes a record; it is asked on the window's thread and must answer within
    some milliseconds. ``primary`` names the command of the one filled button.
    """

    def __init__(
        self,
        desk: Desk,
        source: Source,
        *,
        about: str,
        detail: MakeDetail,
        primary: str = "",
        tools: tuple[str, ...] = (),
    ) -> None:
        super().__init__(desk)
        self.about = about
        self._source, self._detail_of = source, detail
        self._want = Want(desk.today, source.chips[0].key if source.chips else "")
        self._order = desk.latest(self)
        self._narrow = False
        self._stale = False
        self._wished: Target | None = None
        self._model = ListModel(source.columns, self._fetch, self)
        self.list = RecordList(self._model, source.title)
        self.detail = DetailView(desk)
        self.setProperty("surface", "sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._make_head(primary, tools))
        box.addWidget(hairline())
        box.addWidget(self._make_body(), 1)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._filter_changed)
        self._remember = QTimer(self)
        self._remember.setSingleShot(True)
        self._remember.setInterval(800)
        self._remember.timeout.connect(self._remember_columns)
        self.list.chosen.connect(self._chosen)
        self.list.opened.connect(self._opened)
        self.list.sort_wanted.connect(self._sort)
        self.list.columns_changed.connect(self._remember.start)
        self.detail.closed.connect(self._back_to_list)
        self._restore_columns()

    # --- how it is built --------------------------------------------------------------------------------

    def _make_head(self, primary: str, tools: tuple[str, ...]) -> QWidget:
        head = QWidget()
        box = QVBoxLayout(head)
        box.setContentsMargins(XL, L, L, M)
        box.setSpacing(M)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(label("page-title", self._source.title), 0, Qt.AlignmentFlag.AlignBaseline)
        self._count = label("muted")
        row.addWidget(self._count, 0, Qt.AlignmentFlag.AlignBaseline)
        row.addStretch(1)
        for name in tools:
            row.addWidget(self._command_button(name))
        row.addWidget(icon_button("download", "Liste nach Excel ausgeben", self.export))
        columns = icon_button("columns-3", "Spalten wählen", self._choose_columns)
        self._columns_button = columns
        row.addWidget(columns)
        if primary:
            row.addWidget(self._command_button(primary, primary=True))
        box.addLayout(row)
        filters = QHBoxLayout()
        filters.setSpacing(S)
        self._filter = QLineEdit()
        self._filter.setPlaceholderText("In dieser Liste filtern")
        self._filter.setAccessibleName(f"{self._source.title} filtern")
        self._filter.setClearButtonEnabled(True)
        mark = QAction(icon("filter"), "Filter", self._filter)
        self._filter.addAction(mark, QLineEdit.ActionPosition.LeadingPosition)
        self._filter.setFixedWidth(theme().em(34))
        self._filter.textChanged.connect(lambda _: self._pause.start())
        filters.addWidget(self._filter, 0, Qt.AlignmentFlag.AlignTop)
        self._chips = QButtonGroup(self)
        self._chips.setExclusive(True)
        chips = Flow(spacing=S)
        for at, chip in enumerate(self._source.chips):
            made = QPushButton(chip.title)
            made.setCheckable(True)
            made.setProperty("chip", True)
            made.setChecked(at == 0)
            self._chips.addButton(made, at)
            chips.add(made)
        self._chips.idClicked.connect(self._chip_chosen)
        filters.addWidget(chips, 1)
        box.addLayout(filters)
        return head

    def _make_body(self) -> QWidget:
        self._empty = QWidget()
        empty = QVBoxLayout(self._empty)
        empty.setContentsMargins(XL, XL, XL, XL)
        self._empty_words = label("muted", wrap=True)
        self._empty_words.setAlignment(Qt.AlignmentFlag.AlignTop)
        empty.addWidget(self._empty_words)
        empty.addStretch(1)
        self._left = QStackedWidget()
        self._left.addWidget(self.list)
        self._left.addWidget(self._empty)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(1)
        self._split.addWidget(self._left)
        self._split.addWidget(self.detail)
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 0)
        self._split.setSizes([760, 440])
        self.detail.hide()
        return self._split

    def _command_button(self, name: str, *, primary: bool = False) -> QPushButton:
        command = COMMANDS[name]
        tip = f"{command.title} ({command.key_words})" if command.key else command.title
        made = button(command.title, "plus" if primary else command.icon, primary=primary, tip=tip)
        made.clicked.connect(
            lambda: self.desk.do(name, self.subject if command.about == self.about else None)
        )
        return made

    # --- as a page --------------------------------------------------------------------------------------

    @property
    def subject(self) -> UUID | None:
        """The record that is open."""
        return self.detail.record if self.detail.isVisibleTo(self) else self.list.current

    def open(self, target: Target) -> None:
        """Shows the list, with a record if one is named."""
        self._wished = target if target.record is not None else None
        if self._model.rowCount() == 0 or self._stale:
            self._load(first=self._model.rowCount() == 0)
        elif target.record is not None:
            self._show_wished()

    def happened(self, news: News) -> None:
        """Reads again what changed; place and selection are kept."""
        if news.tables & self._source.tables:
            self._model.forget_rows()
            self._load()
        record = self.detail.record
        if record is not None and self.detail.isVisibleTo(self):
            self._show_detail(record)

    def focus_first(self) -> None:
        """The list, or the filter where it is known to be empty."""
        (self._filter if self._left.currentWidget() is self._empty else self.list).setFocus()

    # --- the order --------------------------------------------------------------------------------------

    def _load(self, *, first: bool = False) -> None:
        want, source = self._want, self._source
        if first:
            few = self.desk.read_now(lambda session: source.first(session, want, _FIRST))
            if few is not None:
                self._show_order(few, whole=False)
        self._stale = False
        self._order.ask(
            lambda: self.desk.read_now(lambda session: source.order(session, want)),
            lambda order: self._show_order(order, whole=True),
            self.desk.failed.emit,
        )

    def _show_order(self, order: Order, *, whole: bool) -> None:
        current, row = self.list.current, self.list.currentIndex().row()
        scrolled = self.list.verticalScrollBar().value()
        with QSignalBlocker(self.list):
            self._model.show(order)
            self._count.setText(_counted(len(order.ids)) if whole else "")
            self._left.setCurrentWidget(self.list if order.ids or not whole else self._empty)
            if whole and not order.ids:
                filtered = bool(self._want.text) or self._want.chip != self._first_chip
                self._empty_words.setText(
                    "Nichts passt zu dieser Auswahl." if filtered else self._source.empty
                )
            if current is not None and not (self._wished and whole):
                found = self._model.row_of(current)
                if found >= 0:
                    self.list.setCurrentIndex(self._model.index(found, self.list.first_column))
                elif order.ids and whole:
                    at = min(row, len(order.ids) - 1)
                    self.list.setCurrentIndex(self._model.index(at, self.list.first_column))
                self.list.verticalScrollBar().setValue(scrolled)
        if self._wished is not None and whole:
            self._show_wished()
        elif whole and self.list.current != current:
            self._chosen(self.list.current)
        if whole and current is None and order.ids and self._wished is None:
            self.list.choose_row(0)

    @property
    def _first_chip(self) -> str:
        return self._source.chips[0].key if self._source.chips else ""

    def _show_wished(self) -> None:
        target, self._wished = self._wished, None
        if target is None or target.record is None:
            return
        if not self.list.choose(target.record) and (self._want.text or self._want.chip != self._first_chip):
            self._show_all()
            self._wished = target
            return
        self._show_detail(target.record, target.tab)
        if self._narrow:
            self._cover(True)

    def _show_all(self) -> None:
        """No filter hides what is looked for."""
        with QSignalBlocker(self._filter):
            self._filter.clear()
        if self._source.chips:
            self._chips.button(0).setChecked(True)
        self._want = Want(self.desk.today, self._first_chip, "", self._want.sort, self._want.descending)
        self._load()

    def _fetch(self, ids: Any) -> Any:
        source = self._source
        found: Any = self.desk.read_now(lambda session: source.rows(session, ids, self._want.on))
        return found

    def _filter_changed(self) -> None:
        self._wanted(text=self._filter.text().strip())

    def _chip_chosen(self, at: int) -> None:
        self._wanted(chip=self._source.chips[at].key)

    def choose_chip(self, key: str) -> None:
        """As if the clerk had clicked it."""
        for at, chip in enumerate(self._source.chips):
            if chip.key == key:
                self._chips.button(at).setChecked(True)
                self._chip_chosen(at)

    def _sort(self, key: str, descending: bool) -> None:
        self._wanted(sort=key, descending=descending)

    def _wanted(
        self,
        *,
        text: str | None = None,
        chip: str | None = None,
        sort: str | None = None,
        descending: bool | None = None,
    ) -> None:
        was = self._want
        self._want = Want(
            self.desk.today,
            was.chip if chip is None else chip,
            was.text if text is None else text,
            was.sort if sort is None else sort,
            was.descending if descending is None else descending,
        )
        self._load()

    # --- the detail -------------------------------------------------------------------------------------

    def _chosen(self, record: UUID | None) -> None:
        if record is None:
            self.detail.hide()
        elif not self._narrow:
            self._show_detail(record)

    def _opened(self, record: UUID) -> None:
        self._show_detail(record)
        if self._narrow:
            self._cover(True)
        self.detail.focusNextChild()

    def _show_detail(self, record: UUID, tab: str = "") -> None:
        detail = self.desk.read_now(lambda session: self._detail_of(session, record))
        if detail is None:
            self.detail.hide()
            return
        self.detail.show_detail(record, detail, tab)
        if not self._narrow or self._covering:
            self.detail.show()

    def _cover(self, covers: bool) -> None:
        self.detail.setVisible(covers)
        self._left.setVisible(not covers)
        (self.detail if covers else self.list).setFocus()
        if covers:
            self.detail.focusNextChild()

    @property
    def _covering(self) -> bool:
        return self._narrow and not self._left.isVisibleTo(self)

    def _back_to_list(self) -> None:
        if self._covering:
            self._cover(False)
        self.list.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc goes back to the list; Ctrl+F filters; Ctrl+Tab steps through the tabs."""
        if event.key() == Qt.Key.Key_Escape and (self._covering or not self.list.hasFocus()):
            self._back_to_list()
        elif event.key() == Qt.Key.Key_F and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self._filter.setFocus()
            self._filter.selectAll()
        elif event.key() == Qt.Key.Key_PageDown and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.detail.step_tab(1)
        elif event.key() == Qt.Key.Key_PageUp and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.detail.step_tab(-1)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Below a certain width the detail covers the list."""
        super().resizeEvent(event)
        narrow = self.window().width() < _NARROW
        if narrow != self._narrow:
            self._narrow = narrow
            self.detail.covers_list(narrow)
            self._left.show()
            self.detail.setVisible(not narrow and self.list.current is not None)
            if not narrow and self.list.current is not None:
                self._show_detail(self.list.current)

    # --- columns and files ------------------------------------------------------------------------------

    def _restore_columns(self) -> None:
        state = self.desk.setting(f"list.{self._source.name}") or {}
        with QSignalBlocker(self.list):
            self.list.restore_columns(state)
            sort = state.get("sort")
            if isinstance(sort, list) and len(sort) == 2 and sort[0] in {c.key for c in self._source.columns}:
                self.list.show_sort(sort[0], bool(sort[1]))
                self._want = Want(self.desk.today, self._want.chip, "", sort[0], bool(sort[1]))
        self._remember.stop()

    def _remember_columns(self) -> None:
        self.desk.set_setting(f"list.{self._source.name}", self.list.columns_state())

    def _choose_columns(self) -> None:
        self.list.column_menu().popup(
            self._columns_button.mapToGlobal(self._columns_button.rect().bottomLeft())
        )

    def export(self) -> None:
        """Writes the list as it is filtered and sorted to an Excel file."""
        proposed = f"{self._source.title} {self.desk.today:%Y-%m-%d}.xlsx"
        chosen, _ = QFileDialog.getSaveFileName(
            self, f"{self._source.title} ausgeben", proposed, "Excel (*.xlsx);;CSV (*.csv)"
        )
        if chosen:
            self.export_to(Path(chosen))

    def export_to(self, path: Path) -> None:
        """As `export`, to a file that is known; in a worker."""
        self.desk.tasks.start(
            lambda: self._write(path),
            lambda count: self.desk.say(f"{_counted(count)} nach „{path.name}“ ausgegeben."),
            self.desk.failed.emit,
        )

    def _write(self, path: Path) -> int:
        from rathaus_desk.desktop.parts.list_files import write_list

        source, want = self._source, self._want
        with self.desk.office.store.read() as session:
            order = source.order(session, want)
            rows: list[Row] = []
            for start in range(0, len(order.ids), 128):
                ids = order.ids[start : start + 128]
                found = order.rows or source.rows(session, ids, want.on)
                rows += [found[one] for one in ids if one in found]
        write_list(path, source, rows, self.desk.office.store.clock.now())
        return len(rows)


def _counted(count: int) -> str:
    grouped = f"{count:,}".replace(",", ".")
    return f"{grouped} Eintrag" if count == 1 else f"{grouped} Einträge"
