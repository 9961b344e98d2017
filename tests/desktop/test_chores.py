"""What is done once a day though nobody asks for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from rathaus_desk.desktop.chores import Chores
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.halls import queries
from rathaus_desk.halls.operations.bookings import BookHall
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.people.operations import EnterPerson, PersonDetails


@pytest.fixture
def option(office: TownHall) -> UUID:
    """An option that is good until the day before yesterday, by the time it is looked at."""
    with office.store.read() as session:
        hall = queries.hall_named(session, "dgh-altenfeld").id
    known = PersonDetails(kind="organisation", organisation="Gesangverein")
    return office.run(
        BookHall(
            hall=hall,
            set="saal",
            starts=datetime(2026, 12, 20, 18),
            ends=datetime(2026, 12, 20, 22),
            person=EnterPerson(details=known),
            purpose="Konzert",
            state="option",
            option_until=date(2026, 11, 20),
        )
    ).value


def state(office: TownHall, booking: UUID) -> str:
    with office.store.read() as session:
        return queries.booking(session, booking).state


def test_options_end_though_nobody_opens_the_plan(
    desk: Desk, office: TownHall, option: UUID, settle: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    desk.said.connect(lambda sentence, _operation: said.append(sentence))
    chores = Chores(desk)
    chores.look()
    settle()
    assert state(office, option) == "option"
    moment = office.store.clock.now()
    monkeypatch.setattr(office.store, "clock", FixedClock(moment + timedelta(days=3)))
    assert desk.today == date(2026, 11, 21)
    chores.look()
    settle()
    assert state(office, option) == "expired"
    assert "Eine Option ist abgelaufen." in said
    said.clear()
    chores.look()
    settle()
    assert said == []
