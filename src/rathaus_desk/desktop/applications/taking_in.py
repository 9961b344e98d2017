"""Files that came in by any way: dropped, opened, handed over by a second start."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from rathaus_desk.applications import queries
from rathaus_desk.applications.intake import Outcome
from rathaus_desk.desktop.applications.handing_over import waits, way_of
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.office.town_pack import is_pack
from rathaus_desk.town import queries as town


def take_in(desk: Desk, paths: Sequence[str]) -> None:
    """Takes the files in; a single one that a module takes over goes straight to its page, else the list
    shows them.
    """
    files = [Path(one) for one in paths]
    if any(is_pack(file) for file in files):
        desk.say("Hier ist schon eine Stadt eingerichtet. Neue Satzungen und Tarife nehmen Sie hier herein.")
        desk.go("einstellungen", tab="satzungen")
        files = [file for file in files if not is_pack(file)]
    if not files:
        return
    desk.say("Der Antrag wird gelesen …" if len(files) == 1 else f"{len(files)} Dateien werden gelesen …")
    desk.tasks.start(
        lambda: desk.office.intake().paths(files), lambda found: _taken(desk, found), desk.failed.emit
    )


def _taken(desk: Desk, outcomes: list[Outcome]) -> None:
    desk.happenings.look()
    desk.say(_in_words(outcomes))
    if len(outcomes) != 1:
        desk.go("antraege")
        return
    only = outcomes[0]
    if only.state == "quarantined":
        desk.go("antraege", tab="quarantine")
        return
    number = only.case_number
    application, page = desk.read_now(lambda session: _look(desk, session, number))
    desk.go(page, application)


def _look(desk: Desk, session: Session, number: str | None) -> tuple[UUID | None, str]:
    """The application of a case, and the page on which it goes on."""
    case = town.case_numbered(session, number) if number else None
    found = queries.application_of_case(session, case.id) if case else None
    if found is None:
        return None, "antraege"
    way = way_of(queries.view(session, desk.office.services, found.id))
    return found.id, way.page if way is not None and waits(found) else "antraege"


def _in_words(outcomes: list[Outcome]) -> str:
    if len(outcomes) == 1:
        only = outcomes[0]
        if only.state == "new":
            return (
                f"Antrag eingegangen: Vorgang {only.case_number}."
                if only.case_number
                else "Antrag eingegangen."
            )
        return only.reason or "Dieser Antrag wurde schon früher eingelesen."
    new = sum(one.state == "new" for one in outcomes)
    known = sum(one.state == "known" for one in outcomes)
    held = sum(one.state == "quarantined" for one in outcomes)
    words = [f"{new} neu", f"{known} schon bekannt" if known else "", f"{held} nicht lesbar" if held else ""]
    return f"{len(outcomes)} Dateien gelesen: {', '.join(filter(None, words))}."
