"""Pages: what they are, and which there are. A module registers its own by decorating what makes one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtWidgets import QWidget

from rathaus_desk.desktop.parts.described import Target
from rathaus_desk.store.watch import News

if TYPE_CHECKING:
    from rathaus_desk.desktop.desk import Desk


class Page(QWidget):
    """One page of the window. It is made at its first visit and kept."""

    about = ""
    """The kind of record that is open here: commands about such records are offered."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    @property
    def subject(self) -> UUID | None:
        """The record that is open, for commands."""
        return None

    def open(self, target: Target) -> None:
        """The page is about to be seen, with a record open if ``target`` names one."""

    def happened(self, news: News) -> None:
        """Somebody wrote; called while the page is visible, and before it is seen again."""

    def may_leave(self) -> bool:
        """Whether the clerk can go elsewhere now; asks where input would be lost."""
        return True

    def keep(self) -> None:
        """The program ends and nobody can be asked (session, installer): what was typed must not be lost."""

    def left(self) -> None:
        """Another page took its place."""

    def focus_first(self) -> None:
        """Puts the focus where work begins."""
        self.setFocus()


@dataclass(frozen=True, slots=True)
class PageKind:
    """A page as navigation and search know it.

    ``rank``: its place in the navigation, None: it is reached otherwise, and ``within`` names the entry that
    stands for it. ``kinds``: the kinds of search hit that open here. ``once``: made anew at each visit.
    ``help``: the page of the handbook.
    """

    name: str
    title: str
    make: Callable[[Desk], Page]
    icon: str = ""
    rank: int | None = None
    within: str = ""
    kinds: frozenset[str] = frozenset()
    anew: bool = False
    help: str = ""
    words: str = ""


class Pages:
    """All pages by name."""

    def __init__(self) -> None:
        self._known: dict[str, PageKind] = {}
        self._announced: set[str] = set()

    def announce(self, kind: PageKind) -> None:
        """Makes a page known whose module is not loaded yet; `add` takes its place."""
        if kind.name not in self._known:
            self._known[kind.name] = kind
            self._announced.add(kind.name)

    def add(self, kind: PageKind) -> None:
        """Registers it; a name that is taken is a mistake of the program."""
        if kind.name in self._announced:
            self._announced.remove(kind.name)
        elif kind.name in self._known:
            raise ValueError(f"two pages are called {kind.name}")
        self._known[kind.name] = kind

    def __getitem__(self, name: str) -> PageKind:
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def __iter__(self) -> Iterator[PageKind]:
        return iter(self._known.values())

    @property
    def navigation(self) -> list[PageKind]:
        """Those of the navigation, in its order."""
        return sorted((one for one in self if one.rank is not None), key=lambda one: one.rank or 0)

    def for_hit(self, kind: str) -> PageKind | None:
        """The page where a hit of the search opens."""
        return next((one for one in self if kind in one.kinds), None)


PAGES = Pages()


def page(
    name: str,
    title: str,
    *,
    icon: str = "",
    rank: int | None = None,
    within: str = "",
    kinds: tuple[str, ...] = (),
    anew: bool = False,
    help_page: str = "",
    words: str = "",
) -> Callable[[Callable[[Desk], Page]], Callable[[Desk], Page]]:
    """Registers what makes a page; see `PageKind`."""

    def register(make: Callable[[Desk], Page]) -> Callable[[Desk], Page]:
        PAGES.add(
            PageKind(name, title, make, icon, rank, within, frozenset(kinds), anew, help_page or name, words)
        )
        return make

    return register
