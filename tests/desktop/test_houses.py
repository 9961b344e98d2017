"""Hallen und Räume in the window: a hall with its pictures, read aloud by their words."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from rathaus_desk.desktop.parts.form_dialog import FormDialog
from rathaus_desk.desktop.parts.list_page import ListPage
from rathaus_desk.desktop.parts.pictures_part import PictureWidget
from rathaus_desk.desktop.shell.window import MainWindow
from rathaus_desk.halls import queries
from rathaus_desk.office.town_hall import TownHall


@pytest.fixture
def hall(office: TownHall) -> UUID:
    """The Dorfgemeinschaftshaus."""
    with office.store.read() as session:
        return queries.hall_named(session, "dgh-altenfeld").id


def pictures(window: MainWindow) -> list[PictureWidget]:
    return [one for one in window.page.findChildren(PictureWidget) if one.isVisible()]


def test_a_hall_is_shown_with_its_pictures_and_gets_another(
    window: MainWindow,
    settle: Callable[[], None],
    hall: UUID,
    musterrode: Path,
    tmp_path: Path,
    answers: list[bool],
    qtbot,
) -> None:
    window.desk.go("haeuser", hall)
    settle()
    assert isinstance(window.page, ListPage)
    (first,) = pictures(window)
    qtbot.waitUntil(lambda: not first.image.pixmap().isNull())
    assert first.image.accessibleName().startswith("Bild: Dorfgemeinschaftshaus Altenfeld von vorn")
    photo = tmp_path / "saal.png"
    shutil.copy(musterrode / "dgh-altenfeld.png", photo)
    window.desk.do("halls.add_picture", hall)
    settle()
    (form,) = [one for one in window.findChildren(FormDialog) if one.isVisible()]
    form.form.set_values({"file": photo, "text": "Saal mit Bühne"})
    form.save()
    settle()
    settle()
    assert [one.image.accessibleName() for one in pictures(window)][1] == "Bild: Saal mit Bühne"


def test_a_hall_that_is_open_is_the_one_to_book_and_to_close(
    window: MainWindow, settle: Callable[[], None], hall: UUID
) -> None:
    for command in ("halls.book", "halls.close"):
        window.desk.do(command, hall)
        settle()
        (form,) = [one for one in window.findChildren(FormDialog) if one.isVisible()]
        assert form.form.values()["hall"] == str(hall)
        form.reject()
        settle()
