"""Who must know of a closure is told by e-mail: opened in the mail program, kept as proof."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from uuid import UUID

import pytest

from rathaus_desk.desktop.parts.form_dialog import FormDialog
from rathaus_desk.desktop.shell.window import MainWindow
from rathaus_desk.halls import queries
from rathaus_desk.halls.operations.bookings import BookHall
from rathaus_desk.halls.operations.giving_way import TellOfHall
from rathaus_desk.halls.operations.houses import CloseHall
from rathaus_desk.halls.records import ClosedTime
from rathaus_desk.halls.wish import Wish
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.letters.operations import PrepareEmails
from rathaus_desk.letters.queries import waiting
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.people.operations import AddressDetails, ContactDetails, EnterPerson, PersonDetails
from rathaus_desk.store.attachments import attachments_of


@pytest.fixture
def hall(office: TownHall) -> UUID:
    with office.store.read() as session:
        return queries.hall_named(session, "dgh-altenfeld").id


@pytest.fixture
def booked(office: TownHall, hall: UUID) -> None:
    """A club that can be reached by e-mail, and one that cannot."""
    for hour, name, mail in ((10, "Gesangverein", "vorstand@gesang.example"), (18, "Feuerwehrverein", "")):
        home = AddressDetails(street="Am Bach", house_number="7", postal_code="34999", place="Musterrode")
        known = PersonDetails(kind="organisation", organisation=name)
        contacts = (ContactDetails(kind="email", value=mail),) if mail else ()
        office.run(
            BookHall(
                hall=hall,
                set="saal",
                starts=datetime(2026, 11, 20, hour),
                ends=datetime(2026, 11, 20, hour + 3),
                person=EnterPerson(details=known, addresses=(home,), contacts=contacts),
                purpose=f"Fest {name}",
                wish=Wish(user_group="club"),
            )
        )


def dialog(window: MainWindow) -> FormDialog:
    (found,) = [one for one in window.findChildren(FormDialog) if one.isVisible()]
    return found


def test_after_a_closure_an_email_is_offered_to_whom_it_reaches(
    window: MainWindow,
    office: TownHall,
    settle: Callable[[], None],
    hall: UUID,
    booked: None,
    handed_out: list[Path],
    answers: list[bool],
) -> None:
    window.desk.do("halls.close")
    settle()
    form = dialog(window)
    form.form.set_values(
        {"hall": str(hall), "first": date(2026, 11, 20), "reason": "Wasserschaden", "displace": True}
    )
    settle()
    form.save()
    settle()
    settle()
    (told_house,) = handed_out
    house = message_from_bytes(told_house.read_bytes(), policy=default)
    assert house["To"] == "hausmeister-altenfeld@musterrode.example"
    assert "geschlossen: Wasserschaden." in house.get_content().replace("\n", " ")
    with office.store.read() as session:
        (closed,) = session.query(ClosedTime)
        assert [one.name for one in attachments_of(session, closed.id)] == [f"{house['Subject'].strip()}.eml"]
    asked = dialog(window)
    assert asked.windowTitle() == "Per E-Mail"
    asked.save()
    settle()
    settle()
    path = handed_out[1]
    message = message_from_bytes(path.read_bytes(), policy=default)
    assert message["To"] == "Gesangverein <vorstand@gesang.example>"
    with office.store.read() as session:
        letters = {one.emailed_to: one for one in waiting(session)}
        assert set(letters) == {"", "vorstand@gesang.example"}
        told = letters["vorstand@gesang.example"]
        assert (told.emailed_on, told.posted_on) == (date(2026, 11, 18), None)
        names = [one.name for one in attachments_of(session, told.id)]
        assert [name[-4:] for name in sorted(names, key=lambda name: name[-4:])] == [".eml", ".pdf"]
        (pdf,) = message.iter_attachments()
        assert pdf.get_content().startswith(b"%PDF")
        other = letters[""]
    with pytest.raises(Refused, match="keine E-Mail-Adresse"):
        office.run(PrepareEmails(letters=(other.id,)))
    window.desk.do("post.email", other.id)
    settle()
    assert not [one for one in window.findChildren(FormDialog) if one.isVisible()]


def test_where_the_hall_file_names_nobody_nobody_is_told(office: TownHall, booked: None) -> None:
    with office.store.read() as session:
        grill = queries.hall_named(session, "grillhuette-eichwald").id
    closing = CloseHall(
        hall=grill, starts=datetime(2026, 12, 1), ends=datetime(2026, 12, 2), reason="Reparatur"
    )
    closed = office.run(closing).value
    with pytest.raises(Refused, match="tell"):
        office.run(TellOfHall(record=closed))
