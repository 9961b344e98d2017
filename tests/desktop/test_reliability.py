"""What must not happen: lost input, a frozen or growing window, a list that does not follow."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from rathaus_desk.desktop.parts.list_page import ListPage
from rathaus_desk.desktop.shell.window import MainWindow
from rathaus_desk.people.operations import EnterPerson, PersonDetails
from rathaus_desk.store import local

PAGES = ("heute", "antraege", "friedhof", "personen", "gebuehren", "post", "einstellungen", "hilfe")


def memory() -> int:
    """Resident bytes of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_a_draft_survives_a_kill(home: Path, tmp_path: Path) -> None:
    """Somebody types; the power goes; at the next start Heute offers what was typed."""
    script = tmp_path / "type.py"
    script.write_text(
        "import sys, pathlib\n"
        "from rathaus_desk.desktop import app\n"
        "from rathaus_desk.office.town_hall import TownHall\n"
        "app.application(hidden=True)\n"
        "home = pathlib.Path(sys.argv[1])\n"
        "office = TownHall.open(home, key_file=home.with_suffix('.key'))\n"
        "desk, window = app.open_window(office, appearance='light')\n"
        "window.show(); desk.go('bestattung'); app.settle(desk)\n"
        "window.page.view.form.set_values({'remark': 'Angehörige wünschen Musik'})\n"
        "window.page._draft.saved.connect(lambda at: print('saved', flush=True))\n"
        "app.application().exec()\n",
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [sys.executable, str(script), str(home)], stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "saved\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()

    from rathaus_desk.office.town_hall import TownHall

    office = TownHall.open(home, key_file=home.with_suffix(".key"))
    with office.store.read() as session:
        (draft,) = local.drafts(session, clerk=office.clerk)
    office.close()
    assert draft.kind == "bestattung"
    assert draft.content["fields"]["remark"] == "Angehörige wünschen Musik"


def test_a_draft_is_taken_up_again_from_heute(
    window: MainWindow, settle: Callable[[], None], answers: list[bool]
) -> None:
    window.desk.go("bestattung")
    settle()
    window.page.view.form.set_values({"remark": "später weiter"})  # type: ignore[union-attr]
    answers.append(True)
    window.desk.go("heute")
    settle()
    (row,) = [row for row in window.page._to_do.rows if row.line.when == "Entwurf"]  # type: ignore[union-attr]
    row.click()
    settle()
    assert window.current == "bestattung"
    assert window.page.view.form.content()["remark"] == "später weiter"  # type: ignore[union-attr]
    answers.append(False)
    window.desk.go("heute")
    settle()
    with window.desk.office.store.read() as session:
        assert local.drafts(session, clerk=window.desk.office.clerk) == []


def test_the_end_of_the_session_asks_nobody_and_loses_nothing(
    window: MainWindow, settle: Callable[[], None], answers: list[bool]
) -> None:
    window.desk.go("bestattung")
    settle()
    window.page.view.form.set_values({"remark": "mitten im Satz"})  # type: ignore[union-attr]
    window.end_now()
    assert not window.isVisible()
    assert answers == [], "nobody was asked"
    with window.desk.office.store.read() as session:
        (draft,) = local.drafts(session, clerk=window.desk.office.clerk)
    assert draft.content["fields"]["remark"] == "mitten im Satz"


def test_lists_follow_another_program_and_keep_their_place(
    window: MainWindow, home: Path, settle: Callable[[], None], qtbot: Any
) -> None:
    window.desk.go("personen")
    settle()
    page = window.page
    assert isinstance(page, ListPage)
    page.list.choose_row(12)
    chosen, before = page.list.current, page._model.rowCount()
    started = time.monotonic()
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, pathlib\n"
            "from rathaus_desk.office.town_hall import TownHall\n"
            "from rathaus_desk.people.operations import EnterPerson, PersonDetails\n"
            "home = pathlib.Path(sys.argv[1])\n"
            "office = TownHall.open(home, key_file=home.with_suffix('.key'))\n"
            "office.run(EnterPerson(details=PersonDetails(family_name='Aaron', given_names='Anna')))\n"
            "office.close()\n",
            str(home),
        ],
        check=True,
    )
    qtbot.waitUntil(lambda: page._model.rowCount() == before + 1, timeout=4000)
    assert time.monotonic() - started < 60
    assert page.list.current == chosen
    assert page.list.currentIndex().row() == 13


def test_pages_left_and_entered_again_do_not_grow(
    window: MainWindow, settle: Callable[[], None], answers: list[bool]
) -> None:
    rounds = 200 if os.environ.get("RATHAUS_SOAK") else 12

    def once() -> None:
        for name in PAGES:
            window.desk.go(name)
            QApplication.processEvents()
        settle()

    for _ in range(4):
        once()
    window.desk._collecting.look()
    before = memory()
    for _ in range(rounds):
        once()
    window.desk._collecting.look()
    assert memory() < before * 1.05


def described(widget: QWidget) -> str:
    """Which widget it is, with those around it."""
    names = []
    found: QWidget | None = widget
    while found is not None:
        names.append(f"{type(found).__name__} {found.accessibleName() or found.objectName()}".strip())
        found = found.parentWidget()
    return " in ".join(names)


KEYS = [
    *[(key, Qt.KeyboardModifier.NoModifier) for key in (Qt.Key.Key_Tab, Qt.Key.Key_Down, Qt.Key.Key_Up)],
    (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier),
    (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier),
    (Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier),
    (Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier),
    (Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier),
    (Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier),
    (Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier),
    *[
        (key, Qt.KeyboardModifier.AltModifier)
        for key in (Qt.Key.Key_1, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_7)
    ],
]
LETTERS = "aemn2.,0"


@pytest.fixture
def harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that opens a window of the system, or ends the program."""
    from PySide6.QtWidgets import QFileDialog, QMenu

    for name in ("getOpenFileName", "getOpenFileNames", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, staticmethod(lambda *_a, **_k: ("", "")))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", staticmethod(lambda *_a, **_k: ""))
    monkeypatch.setattr(QMenu, "exec", lambda *_a, **_k: None)
    monkeypatch.setattr("rathaus_desk.desktop.parts.questions.Question.exec", lambda _self: 1)


def test_random_walks_by_keyboard_find_no_dead_end(
    window: MainWindow, settle: Callable[[], None], qtbot: Any, harmless: None
) -> None:
    walks, steps = (500, 40) if os.environ.get("RATHAUS_SOAK") else (25, 30)
    chance = random.Random(2026)
    for walk in range(walks):
        for _ in range(steps):
            focused: QWidget = QApplication.focusWidget() or window
            if chance.random() < 0.25:
                qtbot.keyClick(focused, chance.choice(LETTERS))
            else:
                key, modifiers = chance.choice(KEYS)
                qtbot.keyClick(focused, key, modifiers)
            QApplication.processEvents()
        settle()
        for dialog in window.findChildren(QDialog):
            if dialog.isVisible():
                dialog.close()
        settle()
        focused = QApplication.focusWidget() or window.focusWidget()
        assert focused is not None, f"walk {walk}: nobody has the focus"
        assert focused.isVisible(), f"walk {walk}: the focus is on the hidden {described(focused)}"
        window.desk.go(chance.choice(PAGES))
        settle()
        assert window.page is not None


def test_the_window_stays_responsive_while_a_list_is_read(
    window: MainWindow, settle: Callable[[], None]
) -> None:
    office = window.desk.office
    for number in range(300):
        office.run(EnterPerson(details=PersonDetails(family_name=f"Name{number:03}", given_names="Test")))
    window.desk.go("personen")
    settle()
    page = window.page
    assert isinstance(page, ListPage)
    assert page._model.rowCount() > 300


def test_a_second_start_brings_the_first_forward(home: Path, musterrode: Path, qapp: Any, qtbot: Any) -> None:
    from rathaus_desk.desktop.shell.alone import Alone

    first = Alone(home, qapp)
    assert first.first
    heard: list[list[str]] = []
    first.called.connect(heard.append)
    form = str(musterrode / "bestattungsanmeldung.json")
    script = (
        "import sys, pathlib, json\n"
        "from PySide6.QtCore import QCoreApplication\n"
        "from rathaus_desk.desktop.shell.alone import Alone\n"
        "app = QCoreApplication([])\n"
        "other = Alone(pathlib.Path(sys.argv[1]), app)\n"
        "assert not other.first\n"
        "other.hand_over([sys.argv[2]])\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(home), form])
    qtbot.waitUntil(lambda: heard != [], timeout=8000)
    assert process.wait(timeout=10) == 0
    assert heard == [[form]]


def test_the_lock_hides_everything_and_opens_by_its_password(
    window: MainWindow, settle: Callable[[], None], qtbot: Any
) -> None:
    from rathaus_desk.desktop.shell.lock import set_password

    set_password(window.desk, "ein langes Kennwort")
    settle()
    window.desk.do("window.lock")
    assert window.lock.isVisible()
    window.desk.go("personen")
    assert window.current == "heute"
    qtbot.keyClicks(window.lock.password, "falsch")
    qtbot.keyClick(window.lock.password, Qt.Key.Key_Return)
    assert window.lock.isVisible()
    window.lock.password.clear()
    qtbot.keyClicks(window.lock.password, "ein langes Kennwort")
    qtbot.keyClick(window.lock.password, Qt.Key.Key_Return)
    assert not window.lock.isVisible()


def test_the_desktop_command_paints_a_page(home: Path, tmp_path: Path) -> None:
    picture = tmp_path / "friedhof.png"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "rathaus_desk",
            "desktop",
            "--home",
            str(home),
            "--key-file",
            str(home.with_suffix(".key")),
            "--picture",
            str(picture),
            "--page",
            "friedhof",
            "--open",
            "Kernstadt B/4/17",
            "--size",
            "1366x768",
            "--dark",
            "--scale",
            "2",
            "--json",
        ],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert said["picture"] == str(picture)
    assert said["first_paint_ms"] > 0
    from PySide6.QtGui import QImage

    image = QImage(str(picture))
    assert (image.width(), image.height()) == (2732, 1536)


def test_without_a_screen_the_window_says_so_in_one_sentence(home: Path) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "rathaus_desk",
            "--home",
            str(home),
            "--key-file",
            str(home.with_suffix(".key")),
        ],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        env=environment,
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.strip().startswith("Hier ist kein Bildschirm")
    assert "Traceback" not in done.stderr
