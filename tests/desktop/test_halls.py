"""Halls in the window: the plan walked by keyboard, a booking from the phone to the refunded deposit."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from rathaus_desk.desktop.halls.booking_form import booking_consequences
from rathaus_desk.desktop.halls.handing_page import HandingPage
from rathaus_desk.desktop.halls.page import BookingsPage, OccupancyPage
from rathaus_desk.desktop.halls.scale import Scale
from rathaus_desk.desktop.parts.described import CheckedLine, DamageLine
from rathaus_desk.desktop.parts.form_dialog import FormDialog
from rathaus_desk.desktop.shell.window import MainWindow
from rathaus_desk.halls import queries
from rathaus_desk.halls.operations.bookings import BookHall
from rathaus_desk.halls.operations.series import BookSeries
from rathaus_desk.halls.rules.deposit import Ledger
from rathaus_desk.halls.series_plan import SeriesRule
from rathaus_desk.halls.timeline import bars, lanes
from rathaus_desk.halls.wish import Wish
from rathaus_desk.kernel.money import Money
from rathaus_desk.letters import queries as letters
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.people.operations import AddressDetails, EnterPerson, PersonDetails
from rathaus_desk.store.attachments import attachments_of


@pytest.fixture
def club(office: TownHall) -> UUID:
    """An invented club."""
    home = AddressDetails(street="Am Bach", house_number="7", postal_code="34999", place="Musterrode")
    known = PersonDetails(kind="organisation", organisation="Gesangverein Altenfeld")
    return office.run(EnterPerson(details=known, addresses=(home,))).value


@pytest.fixture
def hall(office: TownHall) -> UUID:
    """The Dorfgemeinschaftshaus."""
    with office.store.read() as session:
        return queries.hall_named(session, "dgh-altenfeld").id


@pytest.fixture
def concert(office: TownHall, club: UUID, hall: UUID) -> UUID:
    """The Saal on Friday 20 November, 18:00 to 22:00."""
    return office.run(
        BookHall(
            hall=hall,
            set="saal",
            starts=datetime(2026, 11, 20, 18),
            ends=datetime(2026, 11, 20, 22),
            person=club,
            purpose="Konzert",
            wish=Wish(user_group="club"),
        )
    ).value


def dialog(window: MainWindow) -> FormDialog:
    """The small window that is open."""
    (found,) = [one for one in window.findChildren(FormDialog) if one.isVisible()]
    return found


@pytest.fixture
def fill(window: MainWindow, settle: Callable[[], None]) -> Callable[..., None]:
    """Fills the form that is open and saves it."""

    def filled(**values: Any) -> None:
        settle()
        form = dialog(window)
        form.form.set_values(values)
        settle()
        form.save()
        settle()
        assert not isValid(form) or not form.isVisible()

    return filled


DRAWN = (((60, 240), (140, 80)),)
"""A signature."""


@pytest.fixture
def record(window: MainWindow, settle: Callable[[], None]) -> Callable[..., None]:
    """Fills the handover record that is open, everything in order, and saves it."""

    def filled(**values: Any) -> None:
        settle()
        page = window.page
        assert isinstance(page, HandingPage)
        checks = tuple(CheckedLine(item, True) for item in page.extra["checklist"])
        page.view.form.set_values({"checklist": checks, **values})
        settle()
        page.view.save()
        settle()
        assert isinstance(window.page, BookingsPage)

    return filled


@pytest.fixture
def plan(window: MainWindow, settle: Callable[[], None], concert: UUID) -> OccupancyPage:
    """The week of the concert."""
    window.desk.go("hallen")
    settle()
    page = window.page
    assert isinstance(page, OccupancyPage)
    return page


def test_a_cell_says_what_is_in_it(plan: OccupancyPage) -> None:
    model = plan.timeline.model()
    said = model.data(model.index(0, 4), Qt.ItemDataRole.AccessibleTextRole)
    assert said == (
        "Dorfgemeinschaftshaus Altenfeld · Saal, Fr 20.11.: "
        "Konzert, Gesangverein Altenfeld, 20.11. 18:00 bis 20.11. 22:00 Uhr, beantragt"
    )
    assert model.data(model.index(1, 4), Qt.ItemDataRole.AccessibleTextRole).endswith("frei")
    assert model.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole) == "Mo\n16"


def test_enter_opens_the_booking_and_n_books_where_one_stands(
    window: MainWindow, plan: OccupancyPage, settle: Callable[[], None], qtbot, concert: UUID, hall: UUID
) -> None:
    timeline = plan.timeline
    timeline.setFocus()
    timeline.setCurrentIndex(timeline.model().index(1, 3))
    qtbot.keyClick(timeline, Qt.Key.Key_N)
    values = dialog(window).form.values()
    assert (values["hall"], values["on"], values["starts"], values["ends"]) == (
        str(hall),
        date(2026, 11, 19),
        time(18),
        time(22),
    )
    dialog(window).reject()
    timeline.setCurrentIndex(timeline.model().index(0, 4))
    assert plan.subject == concert
    qtbot.keyClick(timeline, Qt.Key.Key_Return)
    settle()
    assert isinstance(window.page, BookingsPage)
    assert window.page.subject == concert


def test_alt_and_an_arrow_move_by_the_form_that_shows_what_it_brings(
    window: MainWindow,
    plan: OccupancyPage,
    settle: Callable[[], None],
    qtbot,
    office: TownHall,
    concert: UUID,
) -> None:
    timeline = plan.timeline
    timeline.setCurrentIndex(timeline.model().index(0, 4))
    qtbot.keyClick(timeline, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    settle()
    form = dialog(window)
    assert form.form.values()["on"] == date(2026, 11, 21)
    assert [card.title for card in form._found.cards][:2] == ["Verfügbarkeit", "Preis"]
    form.save()
    settle()
    with office.store.read() as session:
        assert queries.booking(session, concert).starts.date() == date(2026, 11, 21)


def test_a_bar_is_dragged_and_the_foot_says_what_it_would_cost(
    window: MainWindow, plan: OccupancyPage, settle: Callable[[], None], qtbot, concert: UUID
) -> None:
    timeline = plan.timeline
    bar = timeline.model().bars_in(0, 4)[0]
    middle = timeline.bar_rect(bar, 0).center().toPoint()
    to = QPoint(middle.x() - timeline.columnWidth(0), middle.y())
    qtbot.mousePress(timeline.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(timeline.viewport(), to)
    plan._dragging(bar, datetime(2026, 11, 19, 18), datetime(2026, 11, 19, 22))
    settle()
    assert "19.11.2026, 18:00–22:00: frei, Preis" in plan._hint.text()
    qtbot.mouseRelease(timeline.viewport(), Qt.MouseButton.LeftButton, pos=to)
    assert dialog(window).form.values()["on"] == date(2026, 11, 19)
    dialog(window).reject()


def test_weeks_months_and_days_are_turned(plan: OccupancyPage, settle: Callable[[], None]) -> None:
    for name, columns, title in (
        ("day", 24, "Belegung Mi 18.11.2026"),
        ("month", 30, "Belegung November 2026"),
        ("week", 7, "Belegung 16.11. bis 22.11.2026"),
    ):
        plan.show_scale(Scale(name, date(2026, 11, 18)))
        settle()
        assert (plan.timeline.model().columnCount(), plan._title.text()) == (columns, title)
        assert not plan.grab().isNull()
    plan._turn(1)
    settle()
    assert plan.timeline.model().bars_in(0, 4) == []


def test_the_form_says_what_is_in_the_way_and_what_it_costs(
    window: MainWindow, hall: UUID, club: UUID, concert: UUID
) -> None:
    values = {
        "hall": str(hall),
        "set": "beide_saele",
        "on": date(2026, 11, 20),
        "starts": time(20),
        "ends": time(23),
        "person": club,
        "user_group": "outsider",
        "features": {"alcohol": 1},
    }
    taken, instead, price, hints, duties = booking_consequences(window.desk)(values).cards
    assert taken.title == "Belegt"
    assert "Saal: Konzert, Gesangverein Altenfeld" in taken.banners[0].sentence
    assert all(one.instead for one in instead.meanings)
    assert price.meanings[-2].label == "Summe"
    assert "weniger als vier Wochen" in hints.banners[0].sentence
    assert duties.meanings[0].label == "Anzeige des vorübergehenden Gaststättenbetriebs"
    free = booking_consequences(window.desk)({**values, "set": "kleiner_saal"}).cards[0]
    assert free.title == "Verfügbarkeit"


def test_from_the_phone_to_the_refunded_deposit(
    window: MainWindow,
    settle: Callable[[], None],
    office: TownHall,
    fill: Callable[..., None],
    hall: UUID,
    club: UUID,
    tmp_path: Path,
    musterrode: Path,
    record: Callable[..., None],
) -> None:
    desk = window.desk
    photo = tmp_path / "stuhl.png"
    shutil.copy(musterrode / "dgh-altenfeld.png", photo)
    desk.do("halls.book")
    fill(
        hall=str(hall),
        set="saal",
        on=date(2026, 12, 5),
        starts=time(14),
        ends=time(23),
        person=club,
        purpose="Weihnachtsfeier",
        user_group="outsider",
        state="option",
        option_until=date(2026, 11, 25),
    )
    page = window.page
    assert isinstance(page, BookingsPage)
    booking = page.subject
    assert booking is not None

    desk.do("halls.approve", booking)
    fill(form="notice", agreement=True)
    desk.do("halls.sign", booking)
    settle()
    desk.do("halls.receive_deposit", booking)
    fill(amount=Money(30000))
    desk.do("halls.hand_over", booking)
    record(for_town="Herr Muster", for_user="Frau Beispiel", more_keys="14, 15")
    desk.do("halls.take_back", booking)
    damage = DamageLine("ein Stuhl", Money(4000), (photo,))
    record(for_town="Herr Muster", keys={"14": 1, "15": 1}, damage=(damage,), signed_user=DRAWN)
    desk.do("halls.settle", booking)
    fill(letter=True)

    with office.store.read() as session:
        kept = queries.booking(session, booking)
        assert (kept.state, kept.total) == ("settled", Money(31000))
        back = queries.handovers(session, booking)[1]
        assert (back.keys, back.signed["user"], back.signed["town"]) == (
            ["14", "15"],
            [[[60, 240], [140, 80]]],
            [],
        )
        assert [one.name for one in attachments_of(session, back.id)] == ["stuhl.png"]
        entries = queries.deposit_entries(session, booking)
        assert Ledger.of((one.kind, one.amount) for one in entries) == Ledger(
            Money(30000), Money(4000), Money(26000)
        )
        assert [one.kind for one in letters.waiting(session)] == [
            "hall_option",
            "hall_notice",
            "hall_agreement",
            "hall_deposit_receipt",
            "hall_handover",
            "hall_handover",
            "hall_settlement",
            "hall_deposit_refund",
        ]
    QApplication.processEvents()


def test_a_clubs_year_is_booked_as_a_series(
    window: MainWindow, settle: Callable[[], None], office: TownHall, fill: Callable[..., None], club: UUID
) -> None:
    with office.store.read() as session:
        mzh = queries.hall_named(session, "mzh-kernstadt").id
    window.desk.do("halls.book_series")
    settle()
    form = dialog(window)
    form.form.set_values({"hall": str(mzh), "set": "drittel_1"})
    fill(
        on=date(2026, 12, 4),
        last=date(2027, 6, 30),
        starts=time(19),
        ends=time(21),
        person=club,
        purpose="Turnen",
        user_group="club",
        event_kind="training",
    )
    with office.store.read() as session:
        first, last = datetime(2026, 12, 1).astimezone(), datetime(2027, 7, 1).astimezone()
        found = queries.bookings_between(session, first, last, mzh)
        assert len(found) == 30 - 3
        assert len(bars(session, lanes(session), first, last)) == 27


@pytest.mark.usefixtures("handed_out")
def test_a_closure_calls_off_what_is_booked_and_writes_to_everybody(
    window: MainWindow, office: TownHall, fill: Callable[..., None], hall: UUID, concert: UUID
) -> None:
    window.desk.do("halls.close")
    fill(hall=str(hall), first=date(2026, 11, 20), reason="Wasserschaden", displace=True)
    with office.store.read() as session:
        assert queries.booking(session, concert).state == "cancelled"
        assert [one.kind for one in letters.waiting(session)] == ["hall_displacement"]


@pytest.mark.usefixtures("handed_out")
def test_an_own_event_goes_before_a_club(
    window: MainWindow, office: TownHall, fill: Callable[..., None], hall: UUID, club: UUID, concert: UUID
) -> None:
    window.desk.do("halls.displace")
    dialog(window).form.set_values({"hall": str(hall), "set": "saal"})
    fill(
        on=date(2026, 11, 20),
        starts=time(17),
        ends=time(20),
        person=club,
        purpose="Katastrophenschutz",
        user_group="own",
        reason="Die Halle wird als Notunterkunft gebraucht.",
    )
    with office.store.read() as session:
        assert queries.booking(session, concert).state == "cancelled"


def test_who_waits_is_offered_the_time_from_heute(
    window: MainWindow,
    settle: Callable[[], None],
    office: TownHall,
    fill: Callable[..., None],
    hall: UUID,
    club: UUID,
    concert: UUID,
) -> None:
    window.desk.do("halls.join_waiting")
    dialog(window).form.set_values({"hall": str(hall), "set": "saal"})
    fill(
        on=date(2026, 11, 20),
        starts=time(19),
        ends=time(22),
        person=club,
        purpose="Probe",
        user_group="club",
    )
    window.desk.do("halls.cancel", concert)
    fill()
    (due,) = [one for one in office.due(7) if one.kind == "waiting"]
    window.desk.do("halls.offer_waiting", due.id)
    fill(until=date(2026, 11, 19))
    with office.store.read() as session:
        (option,) = queries.options_until(session, date(2026, 11, 19))
        assert option.purpose == "Probe"


@pytest.mark.parametrize(("paper", "width"), [("A3", 1191), ("A4", 842)])
def test_the_plan_hangs_on_the_notice_board_without_names(
    plan: OccupancyPage, settle: Callable[[], None], tmp_path: Path, paper: Any, width: int
) -> None:
    sheet = tmp_path / "plan.pdf"
    plan.save_poster(sheet, paper, public=True)
    settle()
    with pypdfium2.PdfDocument(sheet) as opened:
        assert len(opened) == 1
        assert round(opened[0].get_width()) in (width, width - 1)
        text = opened[0].get_textpage().get_text_range()
    assert "belegt" in text
    for secret in ("Konzert", "Gesangverein"):
        assert secret not in text
    plan.save_poster(sheet, paper, public=False)
    settle()
    with pypdfium2.PdfDocument(sheet) as opened:
        assert "Konzert" in opened[0].get_textpage().get_text_range()


def test_a_series_gets_a_date_more_and_its_season_is_copied(
    window: MainWindow, settle: Callable[[], None], office: TownHall, fill: Callable[..., None], club: UUID
) -> None:
    with office.store.read() as session:
        mzh = queries.hall_named(session, "mzh-kernstadt").id
    rule = SeriesRule(
        rrule="FREQ=WEEKLY;UNTIL=20270131", first=date(2026, 12, 4), time_from="19:00", time_to="21:00"
    )
    placed = office.run(
        BookSeries(
            hall=mzh,
            set="drittel_1",
            person=club,
            purpose="Turnen",
            rule=rule,
            wish=Wish(user_group="club", event_kind="training"),
            season="Winter",
        )
    ).value
    window.desk.do("halls.add_occurrence", placed.booked[0])
    fill(on=date(2026, 12, 25))
    window.desk.do("halls.follow_holidays", placed.booked[0])
    settle()
    fill()
    window.desk.do("halls.split_series", placed.booked[0])
    fill(on=date(2027, 1, 1))
    window.desk.do("halls.copy_season")
    fill(season="Winter", new_season="Frühjahr", first=date(2027, 3, 1), last=date(2027, 4, 30))
    with office.store.read() as session:
        assert len(queries.series_of_season(session, "Winter")) == 2
        found = queries.series_of_season(session, "Frühjahr")
        assert [len(queries.occurrences(session, one.id)) for one in found] == [9 - 1]
