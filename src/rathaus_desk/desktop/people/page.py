"""Personen: the one register."""

from __future__ import annotations

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import Page, page
from rathaus_desk.desktop.parts.list_page import ListPage
from rathaus_desk.desktop.people import commands
from rathaus_desk.desktop.people.detail import person_detail
from rathaus_desk.desktop.people.source import PeopleSource

__all__ = ["commands"]


@page("personen", "Personen", icon="users", rank=5, kinds=("person",), words="register adressen")
def people_page(desk: Desk) -> Page:
    """List and detail of everybody."""
    return ListPage(
        desk,
        PeopleSource(),
        about="person",
        detail=lambda session, person: person_detail(session, person, desk.today),
        primary="people.enter",
        tools=("people.duplicates",),
    )
