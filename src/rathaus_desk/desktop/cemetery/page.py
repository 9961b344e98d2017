"""Friedhof: the graves, and the guided burial."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from rathaus_desk.cemetery.records import Burial, RightOfUse
from rathaus_desk.desktop.cemetery import commands, correcting, graves, rights
from rathaus_desk.desktop.cemetery.detail import grave_detail
from rathaus_desk.desktop.cemetery.source import GravesSource
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import Page, page
from rathaus_desk.desktop.parts.described import Target
from rathaus_desk.desktop.parts.list_page import ListPage

__all__ = ["commands", "correcting", "graves", "rights"]


class CemeteryPage(ListPage):
    """The graves; a burial that the search found opens its grave."""

    def open(self, target: Target) -> None:
        """Shows a grave, or the grave of a burial."""
        if target.record is None and target.tab:
            self.choose_chip(target.tab)
            target = Target(target.page)
        if target.record is not None:
            grave = self.desk.read_now(lambda session: _grave_of(session, target.record))
            target = Target(target.page, grave, target.tab)
        super().open(target)


def _grave_of(session: Session, record: UUID | None) -> UUID | None:
    if record is None:
        return None
    found = session.get(Burial, record) or session.get(RightOfUse, record)
    return found.grave_id if found else record


@page("friedhof", "Friedhof", icon="flower-2", rank=3, kinds=("grave", "burial"), words="gräber grabstätten")
def cemetery_page(desk: Desk) -> Page:
    """List and detail of the graves."""
    return CemeteryPage(
        desk,
        GravesSource(),
        about="grave",
        detail=lambda session, grave: grave_detail(session, grave, desk.today),
        primary="cemetery.enter_burial",
        tools=("cemetery.enter_grave",),
    )
