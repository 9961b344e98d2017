"""Commands for handing over and taking back, on the screen or on paper."""

from __future__ import annotations

from uuid import UUID

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.halls import queries
from rathaus_desk.halls.operations.handing import PrintHandoverForm
from rathaus_desk.halls.records import Direction


@command("halls.hand_over", "Übergeben", icon="key-round", about="booking", needs=True, words="schlüssel")
def hand_over(desk: Desk, booking: UUID | None) -> None:
    """Keys go out: the record is filled in at the hall."""
    desk.go("uebergabe", booking)


@command("halls.take_back", "Zurücknehmen", icon="key-round", about="booking", needs=True, words="schlüssel")
def take_back(desk: Desk, booking: UUID | None) -> None:
    """Keys come back, with meters and damage."""
    desk.go("uebergabe", booking)


@command("halls.print_form", "Protokoll zum Ausfüllen", icon="printer", about="booking", needs=True)
def print_form(desk: Desk, booking: UUID | None) -> None:
    """The empty record that is next, for paper."""
    assert booking is not None
    state = desk.read_now(lambda session: queries.booking(session, booking).state)
    direction: Direction = "back" if state == "handed_over" else "out"
    desk.run(
        PrintHandoverForm(booking=booking, direction=direction), words="Das Protokoll liegt bei der Post."
    )
