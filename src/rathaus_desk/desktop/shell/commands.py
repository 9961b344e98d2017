"""Commands of the window itself: where to go, undo, lock, look, help."""

from __future__ import annotations

from uuid import UUID

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.theme.theme import theme


@command("window.undo", "Rückgängig machen", icon="undo-2", key="Ctrl+Z", words="undo zurücknehmen")
def undo(desk: Desk, _subject: UUID | None) -> None:
    """Takes back what was done last in this window."""
    desk.undo()


@command("window.back", "Zurück zur vorigen Seite", icon="arrow-left", key="Alt+Left")
def back(desk: Desk, _subject: UUID | None) -> None:
    """To the page before."""
    desk.back_wanted.emit()


@command("window.lock", "Fenster sperren", icon="lock", key="Ctrl+L", words="abmelden pause")
def lock(desk: Desk, _subject: UUID | None) -> None:
    """Hides everything until the clerk is back."""
    desk.lock_wanted.emit()


@command("window.close", "Programm beenden", icon="log-out", key="Ctrl+Q", words="schließen ende")
def close(desk: Desk, _subject: UUID | None) -> None:
    """Closes the window."""
    desk.close_wanted.emit()


@command("view.dark", "Zwischen hell und dunkel wechseln", icon="sun-moon", words="dunkelmodus farben")
def dark(desk: Desk, _subject: UUID | None) -> None:
    """The other of the two; kept for the next start."""
    choice = theme().choice
    wanted = "light" if theme().dark else "dark"
    theme().choose("light" if wanted == "light" else "dark")
    desk.set_setting("appearance", wanted)
    if choice == "system":
        desk.say("Die Farben folgen nicht mehr dem System; unter Einstellungen lässt sich das ändern.")


@command("window.refresh", "Aktualisieren", icon="refresh-cw", key="F5", words="neu laden")
def refresh(desk: Desk, _subject: UUID | None) -> None:
    """Looks for what others wrote; happens by itself every second."""
    desk.happenings.look()
    desk.say("Der Stand ist aktuell.")


@command(
    "help.open", "Hilfe zu dieser Seite", icon="circle-question-mark", key="F1", words="handbuch anleitung"
)
def help_page(desk: Desk, _subject: UUID | None) -> None:
    """The handbook's page of this place."""
    desk.help_wanted.emit()
