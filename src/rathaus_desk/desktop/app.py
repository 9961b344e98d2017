"""Starts the window: the one program per session, its theme, its pages; and paints a page to a file."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, time
from uuid import UUID

from PySide6.QtCore import QEventLoop, QLocale, QTimer, QTranslator
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from rathaus_desk.desktop import modules
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.display import has_display
from rathaus_desk.desktop.pages import PAGES
from rathaus_desk.desktop.parts.described import Target
from rathaus_desk.desktop.parts.pdf_pages import pages_shared
from rathaus_desk.desktop.shell.window import MainWindow
from rathaus_desk.desktop.theme.theme import Choice, theme
from rathaus_desk.kernel import resources
from rathaus_desk.kernel.errors import BadInput, CannotWork, Refused
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.store import local, search

ZOOMS = (100, 115, 130, 150)
"""Percent that a clerk can choose; in force from the next start."""

_PAINTED_WITHIN = 20_000
"""Milliseconds after which a picture is given up."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What to paint: ``page`` by name, ``open`` an id or what the search finds; size in logical pixels."""

    target: Path
    page: str = "heute"
    open: str = ""
    width: int = 1440
    height: int = 900
    dark: bool = False


def application(scale: float | None = None, *, hidden: bool = False) -> QApplication:
    """The one QApplication, made at the first call; only then ``scale`` counts, and ``hidden``: no screen."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    if scale is not None:
        os.environ["QT_SCALE_FACTOR"] = str(scale)
    if hidden or not has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    QApplication.setStyle("Fusion")
    made = QApplication(sys.argv[:1])
    made.setApplicationName("Rathaus Desk")
    made.setDesktopFileName("rathaus-desk")
    made.setWindowIcon(QIcon(str(resources.path("icons", "app", "rathaus-desk.svg"))))
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    _speak_german(made)
    return made


def _speak_german(to: QApplication) -> None:
    """Qt's own words: buttons of file dialogs, menus of text fields."""
    from PySide6.QtCore import QLibraryInfo

    words = QTranslator(to)
    if words.load("qtbase_de", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        to.installTranslator(words)


def open_window(office: TownHall, *, appearance: Choice | None = None) -> tuple[Desk, MainWindow]:
    """A window on an open town hall, not shown yet. It loads the other modules when it was seen."""
    modules.announce()
    desk = Desk(office)
    theme().start(application(), appearance or desk.setting("appearance", "system"))
    return desk, MainWindow(desk)


def run(office: TownHall, files: tuple[Path, ...] = (), *, key_file: Path | None = None) -> int:
    """Opens the window and stays until it is closed; the exit status."""
    from rathaus_desk.desktop.chores import Chores
    from rathaus_desk.desktop.shell.alone import Alone

    zoom, clerk = _kept(office)
    running = application(zoom / 100 if zoom != 100 else None)
    alone = Alone(office.store.home.folder, running)
    if not alone.first:
        alone.hand_over([str(file.absolute()) for file in files])
        return 0
    if clerk is not None:
        with suppress(Refused):
            office.sign_in(clerk)
    desk, window = open_window(office)
    desk.key_file = key_file
    window.restore_place()
    window.show()
    alone.called.connect(window.called)
    # The Restart Manager of Windows, which an installer asks to free its files, comes this way too.
    running.commitDataRequest.connect(lambda _manager: window.end_now())
    desk.go("heute")
    if files:
        window.take_in([str(file.absolute()) for file in files])
    chores = Chores(desk, window)
    chores.begin(3000)
    QTimer.singleShot(500, desk.agent.begin)
    status = running.exec()
    window.keep_place()
    desk.close()
    return status


def _kept(office: TownHall) -> tuple[int, UUID | None]:
    """Zoom and clerk of the last time."""
    with office.store.read() as session:
        zoom, clerk = local.setting(session, "zoom", 100), local.setting(session, "clerk")
    return zoom if zoom in ZOOMS else 100, UUID(clerk) if clerk else None


def paint(office: TownHall, picture: Picture) -> float:
    """Paints one page as a clerk would see it, to a PNG file; when it was first painted (`time.time`).

    BadInput where there is no such page, or nothing of that name on it.
    """
    modules.announce()
    if picture.page not in PAGES:
        modules.load()
    if picture.page not in PAGES:
        known = ", ".join(one.name for one in PAGES)
        raise BadInput(f"Eine Seite „{picture.page}“ gibt es nicht. Es gibt: {known}.")
    desk, window = open_window(office, appearance="dark" if picture.dark else "light")
    try:
        window.resize(picture.width, picture.height)
        window.show()
        target = Target(picture.page)
        if picture.open:
            target = _found(desk, picture)
        desk.follow(target)
        QGuiApplication.processEvents()
        window.repaint()
        first_paint = time()
        settle(desk)
        if not window.grab().save(str(picture.target)):
            raise CannotWork(f"Das Bild „{picture.target}“ ließ sich nicht schreiben.")
        return first_paint
    finally:
        window.hide()
        desk.close()
        window.deleteLater()


def _found(desk: Desk, picture: Picture) -> Target:
    """The record that is named by its id, or else that the search finds."""
    with suppress(ValueError):
        return Target(picture.page, UUID(picture.open))
    kinds = tuple(PAGES[picture.page].kinds)
    hits = desk.read_now(lambda session: search.search(session, picture.open, limit=1, kinds=kinds))
    if not hits:
        raise BadInput(f"„{picture.open}“ wurde auf der Seite „{PAGES[picture.page].title}“ nicht gefunden.")
    return Target(picture.page, hits[0].id)


def settle(desk: Desk) -> None:
    """Waits until everything that was asked for is there and painted."""
    loop = QEventLoop()
    end = perf_counter() + _PAINTED_WITHIN / 1000
    quiet = 0
    while quiet < 4 and perf_counter() < end:
        QGuiApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        QTimer.singleShot(15, loop.quit)
        loop.exec()
        quiet = 0 if desk.tasks.busy or pages_shared().under_way else quiet + 1
