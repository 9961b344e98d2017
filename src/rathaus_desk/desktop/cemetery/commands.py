"""What a clerk does most in the cemeteries; the rest stands by what it is about."""

from __future__ import annotations

from uuid import UUID

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk


@command(
    "cemetery.enter_burial",
    "Bestattung eintragen",
    icon="flower-2",
    key="Ctrl+B",
    about="grave",
    words="beisetzung beerdigung urne sarg",
)
def enter_burial(desk: Desk, grave: UUID | None) -> None:
    """The guided burial, for the grave that is open if there is one."""
    desk.go("bestattung", grave)


@command("cemetery.show_free", "Freie Grabstätten zeigen", icon="flower-2", words="frei belegung")
def show_free(desk: Desk, _subject: UUID | None) -> None:
    """The list, with the free ones only."""
    desk.go("friedhof", tab="free")
