"""Whatever a clerk can do is one registered command.

Navigation, menus, buttons, the command search, F1 and what a screen reader says are made from the registry.
A module registers its commands by decorating plain functions::

    @command("cemetery.enter_burial", "Bestattung eintragen", icon="flower-2", key="Ctrl+B", about="grave")
    def enter_burial(desk: Desk, grave: UUID | None) -> None: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from rathaus_desk.kernel.names import fold

if TYPE_CHECKING:
    from rathaus_desk.desktop.desk import Desk

Do = Callable[["Desk", UUID | None], None]
WhyNot = Callable[["Desk", UUID | None], str]


@dataclass(frozen=True, slots=True)
class Command:
    """Something a clerk can do. ``key``: as Qt writes keys ("Ctrl+B"), "" for none.

    ``about``: the kind of record it acts on ("" for none): it is offered wherever such a record is open, and
    gets its id. A command with ``needs`` is possible only then. ``words``: what else people call it.
    ``why_not``: a sentence if it is not possible now, else "".
    """

    name: str
    title: str
    do: Do
    icon: str = ""
    key: str = ""
    about: str = ""
    needs: bool = False
    words: str = ""
    why_not: WhyNot | None = None
    searchable: bool = True
    """Whether the search offers it; commands of a line inside a detail are not."""

    def fits(self, about: str) -> bool:
        """Whether it can act where a record of the kind ``about`` is open ("*": any record will do)."""
        return not self.needs or (self.about == "*" and bool(about)) or self.about == about

    @property
    def key_words(self) -> str:
        """The key as Germans write it ("Strg+B")."""
        return german_key(self.key)

    def reason_against(self, desk: Desk, subject: UUID | None) -> str:
        """Why it cannot be done now; "" if it can."""
        if self.needs and subject is None:
            return "Dafür muss ein Eintrag geöffnet sein."
        return self.why_not(desk, subject) if self.why_not else ""


class Commands:
    """All commands, by name and in the order in which they were registered."""

    def __init__(self) -> None:
        self._known: dict[str, Command] = {}
        self._announced: set[str] = set()

    def announce(self, command: Command) -> None:
        """Makes a command known whose module is not loaded yet; `add` takes its place."""
        if command.name not in self._known:
            self._known[command.name] = command
            self._announced.add(command.name)

    def add(self, command: Command) -> None:
        """Registers it. A name or a key that is taken is a mistake of the program."""
        if command.name in self._announced:
            self._announced.remove(command.name)
            del self._known[command.name]
        if command.name in self._known:
            raise ValueError(f"two commands are called {command.name}")
        if command.key and any(
            one.key == command.key and (one.about in ("", "*", command.about) or command.about in ("", "*"))
            for one in self
        ):
            raise ValueError(f"two commands want {command.key}")
        self._known[command.name] = command

    def __getitem__(self, name: str) -> Command:
        return self._known[name]

    def find(self, name: str) -> Command | None:
        """The command of that name, if there is one."""
        return self._known.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def __iter__(self) -> Iterator[Command]:
        return iter(self._known.values())

    def search(self, text: str, about: str) -> list[Command]:
        """The commands that ``text`` means, for somebody who has a record of the kind ``about`` open."""
        words = fold(text).split()
        if not words:
            return []
        found = []
        for one in self:
            if not one.searchable or not one.fits(about):
                continue
            own = fold(f"{one.title} {one.words}").split()
            if all(any(mine.startswith(word) for mine in own) for word in words):
                found.append(one)
        return found


COMMANDS = Commands()


def command(
    name: str,
    title: str,
    *,
    icon: str = "",
    key: str = "",
    about: str = "",
    needs: bool = False,
    words: str = "",
    why_not: WhyNot | None = None,
    searchable: bool = True,
) -> Callable[[Do], Do]:
    """Registers a function as a command; see `Command`."""

    def register(do: Do) -> Do:
        COMMANDS.add(Command(name, title, do, icon, key, about, needs, words, why_not, searchable))
        return do

    return register


_GERMAN_KEYS = {
    "Ctrl": "Strg",
    "Shift": "Umschalt",
    "Return": "Eingabe",
    "Del": "Entf",
    "Escape": "Esc",
    "PgUp": "Bild auf",
    "PgDown": "Bild ab",
    "Home": "Pos1",
    "End": "Ende",
    "Space": "Leertaste",
    "Left": "←",
    "Right": "→",
    "Up": "↑",
    "Down": "↓",
}


def german_key(key: str) -> str:
    """``Ctrl+Return`` → ``Strg+Eingabe``."""
    return "+".join(_GERMAN_KEYS.get(part, part) for part in key.split("+")) if key else ""
