"""Every page: it opens, everything on it has a name and a role, it looks like something in both themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QLabel, QWidget

from rathaus_desk.desktop.commands import COMMANDS
from rathaus_desk.desktop.help.page import handbook
from rathaus_desk.desktop.pages import PAGES
from rathaus_desk.desktop.parts.list_page import ListPage
from rathaus_desk.desktop.shell.window import MainWindow
from rathaus_desk.desktop.theme.theme import theme

PAGE_NAMES = (
    "heute",
    "antraege",
    "friedhof",
    "bestattung",
    "hallen",
    "buchungen",
    "buchung",
    "uebergabe",
    "haeuser",
    "personen",
    "doppelte",
    "gebuehren",
    "post",
    "konflikte",
    "einstellungen",
    "hilfe",
)
CONTROLS = {
    QAccessible.Role.Button,
    QAccessible.Role.CheckBox,
    QAccessible.Role.RadioButton,
    QAccessible.Role.EditableText,
    QAccessible.Role.ComboBox,
    QAccessible.Role.Table,
    QAccessible.Role.List,
    QAccessible.Role.PageTab,
    QAccessible.Role.ButtonMenu,
    QAccessible.Role.SpinBox,
}
SECTIONS = (
    "stadt",
    "satzungen",
    "vorlagen",
    "uebernahme",
    "ausgabe",
    "pruefung",
    "sicherung",
    "schluessel",
    "darstellung",
    "ueber",
)


def nodes(of: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """The tree as a screen reader walks it; long lists only at their beginning."""
    yield of
    many = of.role() in (QAccessible.Role.Table, QAccessible.Role.List)
    for at in range(min(of.childCount(), 30) if many else of.childCount()):
        child = of.child(at)
        if child is not None and child.isValid() and not child.state().invisible:
            yield from nodes(child)


def nameless(widget: QWidget) -> list[str]:
    """Controls without a name."""
    QAccessible.setActive(True)
    found = []
    for node in nodes(QAccessible.queryAccessibleInterface(widget)):
        state = node.state()
        matters = node.role() in CONTROLS or (
            state.focusable and node.role() not in (QAccessible.Role.Client, QAccessible.Role.Pane)
        )
        if matters and not node.text(QAccessible.Text.Name).strip():
            made = node.object()
            found.append(f"{node.role().name} {type(made).__name__} {made.objectName() if made else ''}")
    return found


def test_the_pages_are_all_tried_here() -> None:
    assert set(PAGE_NAMES) | {"satzung", "galerie"} >= {kind.name for kind in PAGES}


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_every_control_of_a_page_has_a_name(
    looked_at: MainWindow, settle: Callable[[], None], name: str, answers: list[bool]
) -> None:
    looked_at.desk.go(name)
    settle()
    assert looked_at.current == name
    assert nameless(looked_at) == []


@pytest.mark.parametrize("section", SECTIONS)
def test_every_control_of_a_section_of_the_settings_has_a_name(
    looked_at: MainWindow, settle: Callable[[], None], section: str
) -> None:
    looked_at.desk.go("einstellungen", tab=section)
    settle()
    assert nameless(looked_at) == []


@pytest.mark.parametrize("name", PAGE_NAMES)
@pytest.mark.parametrize("dark", [True, False])
def test_a_page_is_painted_in_both_themes(
    looked_at: MainWindow, settle: Callable[[], None], name: str, dark: bool, answers: list[bool]
) -> None:
    theme().choose("dark" if dark else "light")
    looked_at.desk.go(name)
    settle()
    image = looked_at.grab().toImage()
    colours = {
        image.pixelColor(x, y).name() for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)
    }
    tokens = theme().tokens
    assert tokens.nav.lower() in colours
    assert (tokens.sheet if name != "heute" else tokens.canvas).lower() in colours
    assert len(colours) > 8


@pytest.mark.parametrize("size", [(1366, 768), (960, 700), (720, 480)])
@pytest.mark.parametrize("name", PAGE_NAMES)
def test_no_label_is_cut_without_saying_so(
    looked_at: MainWindow, settle: Callable[[], None], name: str, size: tuple[int, int], answers: list[bool]
) -> None:
    """A one-line label either has the room its text needs, or wraps."""
    looked_at.resize(*size)
    looked_at.desk.go(name)
    settle()
    cut = [
        one.text()
        for one in looked_at.findChildren(QLabel)
        if one.isVisible()
        and one.text()
        and not one.wordWrap()
        and one.width() + 1 < one.minimumSizeHint().width()
    ]
    assert cut == []


def test_every_command_named_on_a_page_is_registered(
    looked_at: MainWindow, settle: Callable[[], None]
) -> None:
    for name in ("antraege", "friedhof", "buchungen", "personen", "gebuehren", "post"):
        looked_at.desk.go(name)
        settle()
        page = looked_at.page
        assert isinstance(page, ListPage)
        detail = page.detail._detail
        for action in (*detail.actions, *detail.more):
            assert action in COMMANDS, action


def test_every_page_has_a_page_in_the_handbook() -> None:
    known = {name for name, _ in handbook()}
    assert {kind.help for kind in PAGES} - known <= {"hilfe", "galerie", "doppelte"}


def test_keys_are_not_taken_twice() -> None:
    keys = [one.key for one in COMMANDS if one.key]
    for key in set(keys):
        assert keys.count(key) == len({one.about for one in COMMANDS if one.key == key})


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_tab_reaches_every_control_and_comes_back(
    looked_at: MainWindow, settle: Callable[[], None], qtbot, name: str, answers: list[bool]
) -> None:
    looked_at.desk.go(name)
    settle()
    looked_at.activateWindow()
    seen: list[QWidget] = []
    for _ in range(400):
        qtbot.keyClick(looked_at.focusWidget() or looked_at, Qt.Key.Key_Tab)
        focused = looked_at.focusWidget()
        assert focused is not None
        assert focused.isVisible()
        if seen and focused is seen[-1]:
            continue  # the next link in the same sentence
        if focused in seen:
            break
        seen.append(focused)
    else:
        pytest.fail("Tab never comes back")
    assert looked_at.search in seen
    assert len(seen) > 5
