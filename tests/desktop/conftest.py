"""A window on the example town, as a clerk has it in the morning."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QDesktopServices, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from rathaus_desk.desktop import app, modules
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts import questions
from rathaus_desk.desktop.shell.window import MainWindow
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.office.founding import found
from rathaus_desk.office.town_hall import TownHall

MORNING = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    """Fusion has to be chosen before the application is made."""
    QApplication.setStyle("Fusion")
    return QApplication


@pytest.fixture(scope="session", autouse=True)
def registered() -> None:
    """All pages and commands."""
    modules.load()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, musterrode: Path) -> Path:
    """The example town with its old list taken over, to be copied."""
    home = tmp_path_factory.mktemp("town") / "home"
    clock = FixedClock(MORNING)
    found(home, musterrode, key_file=home.with_suffix(".key"), clock=clock)
    office = TownHall.open(home, key_file=home.with_suffix(".key"), clock=clock)
    office.import_graves(musterrode / "graeberliste-alt.csv")
    office.close()
    return home


def copied(prepared: Path, target: Path) -> Path:
    """A data folder of the example town; its key file lies beside it."""
    shutil.copytree(prepared, target)
    shutil.copy(prepared.with_suffix(".key"), target.with_suffix(".key"))
    return target


@contextmanager
def opened(home: Path) -> Iterator[MainWindow]:
    """The window, shown, on Heute."""
    office = TownHall.open(home, key_file=home.with_suffix(".key"), clock=FixedClock(MORNING))
    desk, made = app.open_window(office, appearance="light")
    made.show()
    desk.go("heute")
    app.settle(desk)
    yield made
    made.hide()
    desk.close()
    made.deleteLater()
    QApplication.processEvents()
    office.close()


@pytest.fixture
def copy_town(prepared: Path) -> Callable[[Path], Path]:
    """Makes copies of the example town's data folder."""
    return lambda target: copied(prepared, target)


@pytest.fixture
def home(tmp_path: Path, prepared: Path) -> Path:
    """A data folder of the example town, with its key file beside it."""
    return copied(prepared, tmp_path / "home")


@pytest.fixture
def window(qapp: QApplication, home: Path) -> Iterator[MainWindow]:
    """A window of its own, shown, on Heute."""
    with opened(home) as made:
        yield made


@pytest.fixture
def office(window: MainWindow) -> TownHall:
    """The town hall of the window."""
    return window.desk.office


@pytest.fixture(scope="module")
def shared_window(
    qapp: QApplication, prepared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MainWindow]:
    """One window for all tests of a module that only look."""
    with opened(copied(prepared, tmp_path_factory.mktemp("shared") / "home")) as made:
        yield made


@pytest.fixture
def looked_at(shared_window: MainWindow) -> Iterator[MainWindow]:
    """The shared window, in its usual size."""
    shared_window.resize(1440, 900)
    yield shared_window
    app.settle(shared_window.desk)


@pytest.fixture
def desk(window: MainWindow) -> Desk:
    """What its pages have at hand."""
    return window.desk


@pytest.fixture
def settle(request: pytest.FixtureRequest) -> Callable[[], None]:
    """Waits until everything that was asked for is there."""
    name = "looked_at" if "looked_at" in request.fixturenames else "window"
    made: MainWindow = request.getfixturevalue(name)
    return lambda: app.settle(made.desk)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Answers to the questions that will be asked, in order; nothing left: yes."""
    said: list[bool] = []
    told: list[str] = []

    def ask(_parent: QWidget, _title: str, _sentence: str, **_: str) -> bool:
        return said.pop(0) if said else True

    for name in ("desktop.records", "desktop.parts.guided_page", "desktop.parts.form_dialog"):
        monkeypatch.setattr(f"rathaus_desk.{name}.ask", ask)
    monkeypatch.setattr(questions, "tell", lambda _parent, _title, sentence, **_: told.append(sentence))
    return said


@pytest.fixture
def handed_out(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What other programs (mail, PDF) were asked to open; none is started."""
    found: list[Path] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: found.append(Path(url.toLocalFile())))
    return found


@pytest.fixture
def type_text() -> Callable[[QWidget, str], None]:
    """Types into a widget as a keyboard would, umlauts included."""

    def type_text(widget: QWidget, text: str) -> None:
        for sign in text:
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, sign))

    return type_text
