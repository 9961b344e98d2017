"""All that the window can show and do: importing a module's folder registers its pages and commands."""

from __future__ import annotations

from importlib import import_module

MODULES = (
    "shell.commands",
    "records",
    "today.page",
    "applications.page",
    "cemetery.page",
    "cemetery.burial_page",
    "people.page",
    "fees.page",
    "post.page",
    "settings.page",
    "settings.catalogue_section",
    "people.duplicates",
    "help.page",
)


def load() -> None:
    """Registers everything; a second call changes nothing."""
    for name in MODULES:
        import_module(f"rathaus_desk.desktop.{name}")
