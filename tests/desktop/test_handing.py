"""The handover record on a tablet: ticked, read, drawn; kept as a draft; what it means beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from PySide6.QtCore import QPoint, Qt

from rathaus_desk.desktop.halls.handing_page import HandingPage
from rathaus_desk.desktop.parts.described import CheckedLine
from rathaus_desk.desktop.parts.field_checklist import ChecklistInput
from rathaus_desk.desktop.parts.field_damage import DamageInput
from rathaus_desk.desktop.parts.field_signature import SignatureInput
from rathaus_desk.desktop.parts.guided import GuidedView
from rathaus_desk.desktop.parts.reading import read_decimal
from rathaus_desk.desktop.shell.window import MainWindow
from rathaus_desk.halls import queries
from rathaus_desk.halls.operations.bookings import BookHall
from rathaus_desk.halls.operations.deposits import ReceiveDeposit
from rathaus_desk.halls.operations.handing import HandOverHall
from rathaus_desk.halls.wish import Wish
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.texts import german_number
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.people.operations import AddressDetails, EnterPerson, PersonDetails
from rathaus_desk.store import local


@pytest.fixture
def booking(office: TownHall) -> UUID:
    """A resident's birthday, approved."""
    with office.store.read() as session:
        hall = queries.hall_named(session, "dgh-altenfeld").id
    home = AddressDetails(street="Eichenweg", house_number="3", postal_code="34999", place="Musterrode")
    known = PersonDetails(kind="natural", given_names="Jürgen", family_name="Großmann")
    return office.run(
        BookHall(
            hall=hall,
            set="saal",
            starts=datetime(2026, 11, 20, 15),
            ends=datetime(2026, 11, 20, 23),
            person=EnterPerson(details=known, addresses=(home,)),
            purpose="Geburtstag",
            wish=Wish(user_group="resident"),
            state="approved",
        )
    ).value


@pytest.fixture
def page_of(window: MainWindow, settle: Callable[[], None]) -> Callable[[UUID], HandingPage]:
    """The record of a booking that is next."""

    def opened(booking: UUID) -> HandingPage:
        window.desk.go("uebergabe", booking)
        settle()
        page = window.page
        assert isinstance(page, HandingPage)
        return page

    return opened


@pytest.fixture
def handed_out(office: TownHall, booking: UUID) -> UUID:
    """The booking with its keys out."""
    office.run(ReceiveDeposit(booking=booking, amount=Money(30000), on=date(2026, 11, 18)))
    office.run(
        HandOverHall(
            booking=booking,
            direction="out",
            at=datetime(2026, 11, 20, 14),
            for_town="Frau Beispiel",
            for_user="Jürgen Großmann",
            keys=("A 1", "A 2"),
            meters={"electricity": Decimal("12345.5")},
        )
    )
    return booking


def titles(view: GuidedView) -> list[str]:
    return [card.title for card in view._found.cards]


def test_keys_without_the_deposit_need_a_reason(
    office: TownHall, booking: UUID, page_of: Callable[[UUID], HandingPage], settle: Callable[[], None]
) -> None:
    page = page_of(booking)
    assert page.view._found.confirm == ("Von der Kaution (300,00\xa0€) fehlen 300,00\xa0€.",)
    assert page.view.form.values()["for_user"] == "Jürgen Großmann"
    page.view.form.set_values(
        {
            "keys": {"A 1 (Haupteingang)": 1},
            "checklist": tuple(CheckedLine(item, True) for item in page.extra["checklist"]),
        }
    )
    settle()
    page.view.save()
    assert page.view.form.has("confirmed")
    page.view.form.set_values({"confirmed": "kommt morgen, mit Frau Beispiel besprochen"})
    settle()
    page.view.save()
    settle()
    with office.store.read() as session:
        (out,) = queries.handovers(session, booking)
        assert (out.keys, out.remark) == (
            ["A 1 (Haupteingang)"],
            "kommt morgen, mit Frau Beispiel besprochen",
        )
        assert len(out.checklist) == 5
        assert queries.booking(session, booking).state == "handed_over"


def test_what_was_used_and_what_is_missing_stand_beside(
    handed_out: UUID, page_of: Callable[[UUID], HandingPage], settle: Callable[[], None]
) -> None:
    page = page_of(handed_out)
    page.view.form.set_values({"keys": {"A 1": 1}, "meter_electricity": Decimal("12391.5")})
    settle()
    used, keys = page.view._found.cards
    assert (used.meanings[0].value, keys.banners[0].sentence) == ("46 kWh", "Es fehlen noch: A 2.")
    page.view.form.set_values({"meter_electricity": Decimal("12000")})
    settle()
    assert "niedriger" in page.view._found.problems["meter_electricity"]
    page._done = True


def test_nothing_filled_in_is_no_draft_and_a_draft_brings_everything_back(
    window: MainWindow,
    office: TownHall,
    handed_out: UUID,
    page_of: Callable[[UUID], HandingPage],
    settle: Callable[[], None],
) -> None:
    page = page_of(handed_out)
    assert page.may_leave()
    with office.store.read() as session:
        assert local.drafts(session, clerk=office.clerk) == []
    page = page_of(handed_out)
    pad = page.view.form.input("signed_user")
    checks = page.view.form.input("checklist")
    damage = page.view.form.input("damage")
    assert isinstance(pad, SignatureInput)
    assert isinstance(checks, ChecklistInput)
    assert isinstance(damage, DamageInput)
    pad.set_value((((1, 2), (3, 4)),))
    checks._rows["besenrein"].answers.button(1).click()
    checks._rows["besenrein"].remark.setText("Konfetti")
    entry = damage.add()
    entry.text.setText("Stuhl")
    entry.cost.setText("80")
    page.keep()
    with office.store.read() as session:
        (draft,) = local.drafts(session, clerk=office.clerk)
    window.desk.go("uebergabe", draft.id)
    settle()
    again = window.page
    assert isinstance(again, HandingPage)
    values = again.view.form.values()
    assert values["signed_user"] == (((1, 2), (3, 4)),)
    assert values["damage"][0].cost == Money(8000)
    found = again.view.form.input("checklist")
    assert isinstance(found, ChecklistInput)
    assert found.raw() == [["besenrein", False, "Konfetti"]]
    assert "Prüfliste" in again.view._missing.text()
    assert "Rücknahme · Dorfgemeinschaftshaus Altenfeld" in again.view._second.text()
    again._done = True


def test_a_signature_is_drawn_and_taken_back(
    handed_out: UUID, page_of: Callable[[UUID], HandingPage], qtbot
) -> None:
    page = page_of(handed_out)
    field = page.view.form.input("signed_town")
    assert isinstance(field, SignatureInput)
    pad = field.pad
    page.view._scroll.show_whole(field)
    middle = pad.rect().center()
    qtbot.mousePress(pad, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(pad, middle + QPoint(40, 20))
    qtbot.mouseMove(pad, QPoint(10_000, -50))
    qtbot.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=middle)
    value = field.value()
    assert value is not None
    (stroke,) = value
    assert stroke[-1] == (1000, 0)
    assert not pad.grab().isNull()
    qtbot.keyClick(pad, Qt.Key.Key_Delete)
    assert field.value() is None
    page._done = True


def test_a_damage_without_words_is_a_mistake_and_an_empty_one_none(
    handed_out: UUID, page_of: Callable[[UUID], HandingPage], qtbot
) -> None:
    page = page_of(handed_out)
    damage = page.view.form.input("damage")
    assert isinstance(damage, DamageInput)
    entry = damage.add()
    assert damage.value() == ()
    entry.cost.setText("80")
    with pytest.raises(BadInput, match="beschädigt"):
        damage.value()
    entry.dropped.emit()
    assert damage.value() == ()
    page._done = True


@pytest.mark.parametrize(
    ("text", "number"),
    [("12.345", "12345"), ("12.345,6", "12345.6"), ("12345.6", "12345.6"), ("811", "811"), ("0,5", "0.5")],
)
def test_numbers_are_read_and_written(text: str, number: str) -> None:
    assert read_decimal(text) == Decimal(number)
    assert read_decimal(german_number(Decimal(number))) == Decimal(number)


@pytest.mark.parametrize("text", ["", "12.34.5", "-3", "1,2,3", "zwölf", "1.234.5"])
def test_what_is_no_number_is_told(text: str) -> None:
    with pytest.raises(BadInput):
        read_decimal(text)
