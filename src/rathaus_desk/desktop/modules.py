"""All that the window can show and do.

A module's code is loaded when its page is first seen, or a moment after the first picture: what is seen first
does not wait for what may be wanted later.

Importing a module's file registers its pages and commands; what must be known before is announced here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from uuid import UUID

from rathaus_desk.desktop.commands import COMMANDS, Command, Do
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import PAGES, Page, PageKind

FIRST = ("shell.commands", "today.page")
"""Loaded at once."""

LATER = (
    "records",
    "applications.page",
    "applications.forwarding",
    "cemetery.page",
    "cemetery.burial_page",
    "halls.page",
    "halls.booking_page",
    "halls.handing_page",
    "halls.houses",
    "people.page",
    "people.duplicates",
    "fees.page",
    "post.page",
    "server.page",
    "settings.page",
    "settings.catalogue_section",
    "help.page",
    "theme.gallery",
)
"""In the order in which they are loaded after the first picture."""

_PAGES: tuple[tuple[str, str, str, int | None, tuple[str, ...], str], ...] = (
    ("antraege", "Anträge", "inbox", 2, ("application", "quarantined_delivery"), "applications.page"),
    ("friedhof", "Friedhof", "flower-2", 3, ("grave", "burial"), "cemetery.page"),
    ("bestattung", "Bestattung eintragen", "", None, (), "cemetery.burial_page"),
    ("hallen", "Hallen", "calendar-days", 4, (), "halls.page"),
    ("haeuser", "Hallen und Räume", "", None, ("hall",), "halls.houses"),
    ("buchungen", "Hallenbuchungen", "", None, ("booking", "booking_series"), "halls.page"),
    ("uebergabe", "Übergabeprotokoll", "", None, (), "halls.handing_page"),
    ("buchung", "Halle buchen", "", None, (), "halls.booking_page"),
    ("personen", "Personen", "users", 5, ("person",), "people.page"),
    ("gebuehren", "Gebühren", "receipt-euro", 6, ("due_item", "notice"), "fees.page"),
    ("post", "Post", "mail", 7, ("letter",), "post.page"),
    ("einstellungen", "Einstellungen", "settings", 8, (), "settings.page"),
    ("satzung", "Satzung", "", None, ("catalogue",), "settings.catalogue_section"),
    ("konflikte", "Konflikte", "", None, (), "server.page"),
    ("hilfe", "Handbuch", "book-open", None, (), "help.page"),
)
_COMMANDS = (
    ("cemetery.enter_burial", "Bestattung eintragen", "flower-2", "Ctrl+B", "cemetery.page"),
    ("halls.book", "Halle buchen", "calendar-days", "Ctrl+H", "halls.page"),
    ("applications.take_in", "Antrag einlesen", "upload", "Ctrl+O", "applications.page"),
)


def announce() -> None:
    """Makes known what there is, and loads what is seen first; a second call changes nothing."""
    if "heute" in PAGES:
        return
    for name, title, icon, rank, kinds, module in _PAGES:
        PAGES.announce(PageKind(name, title, _maker(name, module), icon, rank, kinds=frozenset(kinds)))
    for name, title, icon, key, module in _COMMANDS:
        COMMANDS.announce(Command(name, title, _doer(name, module), icon, key))
    for module in FIRST:
        _load(module)


def load_rest() -> Iterator[None]:
    """Loads the rest, a module a step."""
    for module in LATER:
        _load(module)
        yield


def load() -> None:
    """Loads everything."""
    announce()
    for _ in load_rest():
        pass


def _load(module: str) -> None:
    import_module(f"rathaus_desk.desktop.{module}")


def _maker(name: str, module: str) -> Callable[[Desk], Page]:
    def make(desk: Desk) -> Page:
        _load(module)
        return PAGES[name].make(desk)

    return make


def _doer(name: str, module: str) -> Do:
    def do(desk: Desk, subject: UUID | None) -> None:
        _load(module)
        COMMANDS[name].do(desk, subject)

    return do
