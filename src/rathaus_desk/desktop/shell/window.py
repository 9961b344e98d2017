"""The window: search on top, navigation left, the sheet with the page, one line about the state below."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from rathaus_desk.desktop import modules
from rathaus_desk.desktop.commands import COMMANDS
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import PAGES, Page, PageKind
from rathaus_desk.desktop.parts.described import Target
from rathaus_desk.desktop.parts.part_widgets import label
from rathaus_desk.desktop.shell.foot import Foot
from rathaus_desk.desktop.shell.lock import DEFAULT_MINUTES, Idle, LockScreen
from rathaus_desk.desktop.shell.navigation import Navigation
from rathaus_desk.desktop.shell.search import SearchField, SearchPopup
from rathaus_desk.desktop.theme.icons import icon, pixmap
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import XL, L, M, S
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.store.watch import News
from rathaus_desk.sync.worker import Status
from rathaus_desk.town import queries as town

TITLE = "Rathaus Desk"
_NARROW = 1100
_AFTER_FIRST, _BETWEEN = 400, 30
"""Milliseconds after which the other modules are loaded, and between two of them."""


class MainWindow(QMainWindow):
    """The one window. Pages are made when first seen, and kept unless they are made anew each time."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        desk.belongs_to(self)
        self._pages: dict[str, Page] = {}
        self._stale: dict[str, News] = {}
        self._keys: set[str] = set()
        self._rest = modules.load_rest()
        self._current = ""
        self._ending = False
        self._before: Target | None = None
        self.setWindowTitle(TITLE)
        self.setMinimumSize(720, 480)
        self.resize(1440, 900)
        self.setAcceptDrops(True)
        ground = QWidget()
        ground.setProperty("surface", "nav")
        ground.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setCentralWidget(ground)
        rows = QVBoxLayout(ground)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        self._popup = SearchPopup(ground)
        rows.addWidget(self._make_top())
        middle = QHBoxLayout()
        middle.setSpacing(0)
        self.navigation = Navigation(PAGES.navigation)
        self.navigation.wanted.connect(lambda name: desk.go(name))
        middle.addWidget(self.navigation)
        sheet = QFrame()
        sheet.setObjectName("sheet")
        inside = QVBoxLayout(sheet)
        inside.setContentsMargins(1, 1, 0, 0)
        self._stack = QStackedWidget()
        inside.addWidget(self._stack)
        middle.addWidget(sheet, 1)
        rows.addLayout(middle, 1)
        self.foot = Foot(desk)
        rows.addWidget(self.foot)
        self.lock = LockScreen(desk, self)
        self._idle = Idle(int(desk.setting("lock.minutes", DEFAULT_MINUTES)), self)
        self._idle.idle.connect(self.close_up)
        self.lock.opened.connect(self._focus_page)
        self._make_actions()
        desk.wanted.connect(self.go)
        desk.failed.connect(self.show_failure)
        desk.page_focus_wanted.connect(self._focus_page)
        desk.back_wanted.connect(self.go_back)
        desk.lock_wanted.connect(self.close_up)
        desk.lock_after.connect(self._idle.after)
        desk.close_wanted.connect(self.close)
        desk.help_wanted.connect(self._help)
        desk.signed_in.connect(self._show_clerk)
        desk.happenings.news.connect(self._happened)
        desk.agent.changed.connect(self._synced)
        theme().changed.connect(self._retheme)
        self._counts = desk.latest(self)
        QTimer.singleShot(0, self._ask_counts)
        QTimer.singleShot(_AFTER_FIRST, self._load_rest)

    # --- how it is built --------------------------------------------------------------------------------

    def _make_top(self) -> QWidget:
        top = QWidget()
        top.setMinimumHeight(56)
        row = QHBoxLayout(top)
        row.setContentsMargins(XL - 4, S, L, S)
        row.setSpacing(M)
        self._mark = label()
        here = self.desk.read_now(lambda session: town.town_or_none(session))
        clerk = self.desk.read_now(self._clerk_name)
        self._town = label("strong", here.authority if here else TITLE)
        left = QHBoxLayout()
        left.setSpacing(S)
        left.addWidget(self._mark)
        left.addWidget(self._town)
        left.addStretch(1)
        row.addLayout(left, 2)
        self.search = SearchField(self.desk, self._popup)
        self.search.setMaximumWidth(680)
        self.search.setMinimumWidth(260)
        row.addWidget(self.search, 4)
        right = QHBoxLayout()
        right.setSpacing(S)
        right.addStretch(1)
        self._dark = self._tool("moon", "Hell oder dunkel", "view.dark")
        right.addWidget(self._dark)
        right.addWidget(self._tool("circle-question-mark", "Hilfe zu dieser Seite (F1)", "help.open"))
        self._who = QToolButton()
        self._who.setIcon(icon("user"))
        self._who.setText(f" {clerk}")
        self._who.setAccessibleName(f"Angemeldet: {clerk}")
        self._who.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._menu = QMenu(self._who)
        self._who.clicked.connect(self._show_who)
        right.addWidget(self._who)
        row.addLayout(right, 2)
        self._retheme()
        return top

    def close_up(self) -> None:
        """Locks the window; small ones above it are hidden with it."""
        for dialog in self.findChildren(QDialog):
            dialog.hide()
        self.lock.close_up(self.desk.read_now(self._clerk_name))

    def _show_clerk(self) -> None:
        here = self.desk.read_now(lambda session: town.town_or_none(session))
        self._town.setText(here.authority if here else TITLE)
        clerk = self.desk.read_now(self._clerk_name)
        self._who.setText(f" {clerk}")
        self._who.setAccessibleName(f"Angemeldet: {clerk}")

    def _clerk_name(self, session: Any) -> str:
        clerk = self.desk.office.clerk
        return town.clerk(session, clerk).name if clerk is not None else "niemand"

    def _tool(self, name: str, words: str, command: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(name))
        button.setAccessibleName(words)
        button.setToolTip(words)
        button.clicked.connect(lambda: self.desk.do(command, self.subject))
        return button

    def _show_who(self) -> None:
        menu = self._menu
        menu.clear()
        for name in ("clerk.change", "window.lock", "view.zoom", "window.close"):
            if name in COMMANDS:
                one = COMMANDS[name]
                words = f"{one.title}\t{one.key_words}" if one.key else one.title
                menu.addAction(icon(one.icon or "chevron-right"), words).triggered.connect(
                    lambda _=False, name=name: self.desk.do(name)
                )
        menu.popup(self._who.mapToGlobal(self._who.rect().bottomLeft()))

    def _make_actions(self) -> None:
        """A key for every place of the navigation, for the search, and for the commands there are so far."""
        for kind in PAGES.navigation:
            at = PAGES.navigation.index(kind) + 1
            self._key(f"Alt+{at}", lambda name=kind.name: self.desk.go(name))
        self._key("Ctrl+K", self._focus_search)
        self._make_command_keys()

    def _make_command_keys(self) -> None:
        for one in COMMANDS:
            if one.key and one.key not in self._keys:
                self._keys.add(one.key)
                self._key(one.key, lambda key=one.key: self._do_by_key(key))

    def _load_rest(self) -> None:
        """Loads the modules nobody has seen yet, one at a time, so that the window goes on."""
        if next(self._rest, self) is self:
            self._make_command_keys()
            return
        self._make_command_keys()
        QTimer.singleShot(_BETWEEN, self._load_rest)

    def _key(self, key: str, do: Any) -> None:
        action = QAction(self)
        action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda: do())
        self.addAction(action)

    def _do_by_key(self, key: str) -> None:
        if self.lock.isVisible():
            return
        candidates = [one for one in COMMANDS if one.key == key]
        page = self.page
        about = page.about if page else ""
        fitting = next((one for one in candidates if one.fits(about)), candidates[0])
        self.desk.do(fitting.name, self.subject if fitting.about in ("*", about) else None)

    def _focus_search(self) -> None:
        page = self.page
        self.search.knows(page.about if page else "", self.subject)
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _retheme(self) -> None:
        self._mark.setPixmap(pixmap("landmark", 20, "accent", self.devicePixelRatioF()))

    # --- pages ------------------------------------------------------------------------------------------

    @property
    def page(self) -> Page | None:
        """The page that is seen."""
        return self._pages.get(self._current)

    @property
    def current(self) -> str:
        """Its name."""
        return self._current

    @property
    def subject(self) -> UUID | None:
        """The record that is open."""
        page = self.page
        return page.subject if page else None

    def go(self, target: Target) -> None:
        """Shows a page; stays where the clerk does not want to leave."""
        if target.page not in PAGES or self.lock.isVisible():
            return
        kind = PAGES[target.page]
        old = self.page
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()
        leaving = old is not None and (target.page != self._current or kind.anew)
        if old is not None and leaving:
            if not old.may_leave():
                self.navigation.show_current(self._entry_of(self._current))
                return
            old.left()
        if self._current and self._current != target.page and not PAGES[self._current].anew:
            self._before = Target(self._current, old.subject if old else None)
        page = self._page(kind)
        gone = self._current if leaving and PAGES[self._current].anew else ""
        self._current = target.page
        self._stack.setCurrentWidget(page)
        self.navigation.show_current(self._entry_of(kind.name))
        news = self._stale.pop(kind.name, None)
        if news is not None:
            page.happened(news)
        page.open(target)
        if gone and gone != kind.name:
            self._forget(gone)
        self.search.knows(page.about, page.subject)
        page.focus_first()

    def go_back(self) -> None:
        """To the page before."""
        self.go(self._before or Target("heute"))

    def _entry_of(self, name: str) -> str:
        kind = PAGES[name]
        return kind.within or kind.name

    def _page(self, kind: PageKind) -> Page:
        if kind.anew:
            self._forget(kind.name)
        if kind.name not in self._pages:
            page = kind.make(self.desk)
            self._pages[kind.name] = page
            self._stack.addWidget(page)
        return self._pages[kind.name]

    def _forget(self, name: str) -> None:
        page = self._pages.pop(name, None)
        if page is not None:
            self._stack.removeWidget(page)
            page.hide()
            page.deleteLater()

    def _help(self) -> None:
        kind = PAGES[self._current] if self._current in PAGES else PAGES["heute"]
        self.desk.help_page = kind.help
        self.desk.go("hilfe")

    def _focus_page(self) -> None:
        if self.page is not None:
            self.page.focus_first()

    def _synced(self, status: Status) -> None:
        """A workstation that the server has locked shows nothing any more."""
        if status.state == "locked":
            from rathaus_desk.desktop.parts.questions import tell

            self.close_up()
            tell(self, "Gesperrt", status.sentence, mark="lock", then=self.desk.close_wanted.emit)

    def _happened(self, news: News) -> None:
        """The page that is seen refreshes now, the others when they are seen again."""
        for name, page in self._pages.items():
            if name == self._current:
                page.happened(news)
            else:
                known = self._stale.get(name, News())
                self._stale[name] = News(known.tables | news.tables, known.records | news.records)
        if news.tables & {"clerk", "town"}:
            self._show_clerk()
        self._ask_counts()

    def _ask_counts(self) -> None:
        from rathaus_desk.desktop.today.counts import counts

        today = self.desk.today
        self._counts.ask(
            lambda: self.desk.read_now(lambda session: counts(session, today)), self.navigation.show_counts
        )

    # --- failures and drops -----------------------------------------------------------------------------

    def show_failure(self, error: DeskError) -> None:
        """What could not be done, in the error's own sentence."""
        from rathaus_desk.desktop.parts.questions import tell

        tell(self, "Das ging nicht", str(error))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Files may be dropped anywhere: they are taken in as applications."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Takes them in."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.take_in(paths)

    def called(self, files: list[str]) -> None:
        """A second start: come forward, with its files."""
        self.setWindowState(
            (self.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive
        )
        self.show()
        self.raise_()
        self.activateWindow()
        if files:
            self.take_in(files)

    def take_in(self, paths: list[str]) -> None:
        """Files that were dropped, opened or handed over by a second start."""
        from rathaus_desk.desktop.applications.taking_in import take_in

        take_in(self.desk, paths)

    def keep_place(self) -> None:
        """Remembers where and how large the window is."""
        self.desk.set_setting("window", bytes(self.saveGeometry().toBase64().data()).decode())

    def restore_place(self) -> None:
        """As it was, if that screen is still there; large at the first time."""
        kept = self.desk.setting("window")
        if not isinstance(kept, str) or not self.restoreGeometry(QByteArray.fromBase64(kept.encode())):
            self.setWindowState(Qt.WindowState.WindowMaximized)

    # --- size and end -----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Narrow windows get a narrow navigation."""
        super().resizeEvent(event)
        narrow = self.width() < _NARROW
        self.navigation.show_narrow(narrow)
        self._town.setVisible(self.width() >= 820)
        self._popup.hide()
        if self.lock.isVisible():
            self.lock.setGeometry(self.rect())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Qt's event."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.desk.happenings.look()

    def end_now(self) -> None:
        """The session ends, or the installer needs the files: keeps what was typed and closes unasked."""
        self._ending = True
        if self.page is not None:
            self.page.keep()
        self.keep_place()
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Asks where input would be lost."""
        if self._ending:
            event.accept()
            return
        page = self.page
        if page is not None and not page.may_leave():
            event.ignore()
            return
        if page is not None:
            page.left()
        event.accept()
