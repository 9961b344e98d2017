"""An enquiry for a hall in the window: dropped, looked at beside what is free, booked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from uuid import UUID

import pytest

from rathaus_desk.applications import queries as applications
from rathaus_desk.desktop.applications.page import application_detail
from rathaus_desk.desktop.halls.booking_page import BookingPage
from rathaus_desk.desktop.halls.page import BookingsPage
from rathaus_desk.desktop.parts.consequences_panel import CardWidget
from rathaus_desk.desktop.parts.described import Banner, Fact, Facts, Target
from rathaus_desk.desktop.shell.window import MainWindow
from rathaus_desk.desktop.tabs import case_parts
from rathaus_desk.halls import queries
from rathaus_desk.halls.operations.bookings import BookHall
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.people.operations import EnterPerson, PersonDetails
from rathaus_desk.store import local


@pytest.fixture
def taken_saal(office: TownHall) -> None:
    """Somebody has an option on the Saal on the evening of the example enquiry."""
    with office.store.read() as session:
        hall = queries.hall_named(session, "dgh-altenfeld").id
    other = PersonDetails(kind="organisation", organisation="Feuerwehrverein")
    office.run(
        BookHall(
            hall=hall,
            set="saal",
            starts=datetime(2026, 12, 12, 15),
            ends=datetime(2026, 12, 12, 23),
            person=EnterPerson(details=other),
            purpose="Ehrungsabend",
            state="option",
            option_until=date(2026, 12, 1),
        )
    )


@pytest.fixture
def take_in(window: MainWindow, settle: Callable[[], None], musterrode: Path) -> Callable[[], BookingPage]:
    """Drops the example enquiry on the window; the page that it opens."""

    def dropped() -> BookingPage:
        window.take_in([str(musterrode / "hallenanfrage.json")])
        settle()
        settle()
        page = window.page
        assert isinstance(page, BookingPage)
        return page

    return dropped


def test_the_enquiry_fills_the_booking_in(
    window: MainWindow, office: TownHall, take_in: Callable[[], BookingPage], settle: Callable[[], None]
) -> None:
    page = take_in()
    values = page.view.form.values()
    assert (values["set"], values["on"], values["starts"]) == ("saal_kueche", date(2026, 12, 12), time(18))
    assert (values["until"], values["ends"], values["persons"]) == (date(2026, 12, 13), time(1), 80)
    assert (values["user_group"], values["options"]) == ("club", {"crockery": 1})
    assert set(values["features"]) == {"alcohol", "music"}
    assert [card.title for card in page.view._found.cards][:2] == ["Verfügbarkeit", "Preis"]
    page.view.save()
    settle()
    assert isinstance(window.page, BookingsPage)
    booking_id = window.page.subject
    assert booking_id is not None
    with office.store.read() as session:
        booking = queries.booking(session, booking_id)
        assert booking.case_id is not None
        found = applications.application_of_case(session, booking.case_id)
        assert found is not None
        assert found.result_id == booking_id
        _says_where_it_came_from(session, booking.case_id, found.id)
        detail = application_detail(session, office.services, found.id, date(2026, 11, 18))
        assert detail is not None
        assert detail.actions == ()
        banner = detail.tabs[0].parts[0]
        assert isinstance(banner, Banner)
        assert (banner.target, banner.remedy) == (Target("buchungen", booking_id), "Zur Buchung")
        assert local.drafts(session, clerk=office.clerk) == []


def _says_where_it_came_from(session, case: UUID, application: UUID) -> None:
    facts = case_parts(session, (), (case,))[0]
    assert isinstance(facts, Facts)
    assert Fact(
        "Antrag",
        "DGH Altenfeld: Weihnachtsfeier, Gesangverein Altenfeld",
        "Hallenanfrage",
        Target("antraege", application),
    ) in (facts.facts)


def test_where_the_time_is_taken_another_is_chosen_by_one_click(
    taken_saal: None, take_in: Callable[[], BookingPage], settle: Callable[[], None]
) -> None:
    page = take_in()
    found = page.view._found.cards[0]
    assert found.title == "Belegt"
    assert "Ehrungsabend" in found.banners[0].sentence
    assert "eine freie Zeit" in page.view._missing.text()
    card = next(one for one in page.view.panel.findChildren(CardWidget) if one._title.text() == "Frei wäre")
    link = card._rows[0].label
    assert page.view._found.cards[1].meanings[0].label in link.text()
    link.linkActivated.emit("instead")
    settle()
    assert page.view._found.cards[0].title == "Verfügbarkeit"
    page.view.save()
    settle()
    assert page._done


def test_what_the_halls_do_not_know_stands_below_its_field(
    window: MainWindow, settle: Callable[[], None], musterrode: Path, tmp_path: Path
) -> None:
    form = tmp_path / "anfrage.json"
    text = (musterrode / "hallenanfrage.json").read_text(encoding="utf-8")
    form.write_text(text.replace("DGH Altenfeld", "Bürgerhaus Nirgends"), encoding="utf-8")
    window.take_in([str(form)])
    settle()
    settle()
    page = window.page
    assert isinstance(page, BookingPage)
    assert page.view.form._cells["hall"]._words.text() == "Im Antrag: „Bürgerhaus Nirgends“"
    assert "Halle" in page.view._missing.text()
    page.keep()
