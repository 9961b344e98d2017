"""What an enquiry for a hall proposes for the booking, and what it leaves to the clerk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from rathaus_desk.applications import queries as applications
from rathaus_desk.applications.handover import Prefilled, offered
from rathaus_desk.applications.operations import HandOver
from rathaus_desk.halls import queries
from rathaus_desk.halls.operations.bookings import BookHall
from rathaus_desk.halls.records import Booking
from rathaus_desk.halls.wish import wish_of
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.office.founding import found
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.people.operations import AddressDetails, EnterPerson, PersonDetails
from rathaus_desk.people.records import Person
from rathaus_desk.town import queries as town

Form = dict[str, Any]
Prefill = Callable[[Form], tuple[UUID, Prefilled]]


@pytest.fixture
def office(tmp_path: Path, musterrode: Path) -> Iterator[TownHall]:
    """The example town."""
    clock = FixedClock(datetime(2026, 11, 18, 8, tzinfo=UTC))
    found(tmp_path / "home", musterrode, key_file=tmp_path / "key", clock=clock)
    hall = TownHall.open(tmp_path / "home", key_file=tmp_path / "key", clock=clock)
    yield hall
    hall.close()


@pytest.fixture
def form(musterrode: Path) -> Form:
    """The example form, to change."""
    read: Form = json.loads((musterrode / "hallenanfrage.json").read_text(encoding="utf-8"))
    return read


@pytest.fixture
def prefill(office: TownHall, tmp_path: Path) -> Prefill:
    """Takes a form in; the application and what it proposes."""

    def taken(form: Form) -> tuple[UUID, Prefilled]:
        file = tmp_path / f"antrag-{len(list(tmp_path.glob('antrag-*')))}.json"
        file.write_text(json.dumps(form), encoding="utf-8")
        (outcome,) = office.intake().paths([file])
        assert outcome.case_number, outcome.reason
        with office.store.read() as session:
            case = town.case_numbered(session, outcome.case_number)
            assert case is not None
            application = applications.application_of_case(session, case.id)
            assert application is not None
            view = applications.view(session, office.services, application.id)
            assert view.facts is not None
            return application.id, offered("booking").prefill(session, view.facts, case.id)

    return taken


def test_the_enquiry_becomes_the_booking_of_its_case(office, form, prefill) -> None:
    application, prefilled = prefill(form)
    assert prefilled.open == ()
    booking_id = office.run(HandOver(application=application, to="booking", request=prefilled.request)).value
    with office.store.read() as session:
        booking = queries.booking(session, booking_id)
        row = applications.application(session, application)
        assert (booking.case_id, row.result_id) == (row.case_id, booking.id)
        assert (booking.set_key, booking.purpose, booking.state) == (
            "saal_kueche",
            "Weihnachtsfeier",
            "requested",
        )
        assert queries.hall(session, booking.hall_id).key == "dgh-altenfeld"
        assert booking.starts == datetime(2026, 12, 12, 17, tzinfo=UTC)
        assert booking.ends == datetime(2026, 12, 13, 0, tzinfo=UTC)
        wish = wish_of(booking.wish)
        assert (wish.user_group, wish.persons, wish.features) == ("club", 80, ("alcohol", "music"))
        assert wish.options == {"crockery": True}
        assert booking.total is not None
        assert session.get_one(Person, booking.person_id).organisation == "Gesangverein Altenfeld"
    with pytest.raises(Refused, match="schon übernommen"):
        office.run(HandOver(application=application, to="booking", request=prefilled.request))


def test_an_enquiry_that_claims_nothing_keeps_its_case(office, form, prefill) -> None:
    application, prefilled = prefill(form)
    request = {**prefilled.request, "state": "enquiry"}
    booking_id = office.run(HandOver(application=application, to="booking", request=request)).value
    with office.store.read() as session:
        row = applications.application(session, application)
        assert queries.booking(session, booking_id).case_id == row.case_id


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"halle": "Bürgerhaus Nirgends"}, "hall", "Dorfgemeinschaftshaus Altenfeld"),
        ({"raeume": "Kegelbahn"}, "set", "Saal mit Küche"),
        ({"nutzergruppe": "Zirkus"}, "user_group", "„Zirkus“ kennt der Tarif nicht"),
        ({"ausstattung": ["Geschirr", "Hüpfburg"]}, "options", "Hüpfburg"),
    ],
)
def test_what_the_halls_do_not_know_is_named_and_not_guessed(
    form, prefill, change: Form, field: str, sentence: str
) -> None:
    form["nutzung"].update(change)
    _, prefilled = prefill(form)
    assert prefilled.unmatched[field] in {*map(str, change.values()), "Hüpfburg"}
    assert any(sentence in one for one in prefilled.open)
    assert field == "options" or field not in {**prefilled.request, **prefilled.request["wish"]}


@pytest.mark.parametrize(
    "named", ["dgh altenfeld", "Dorfgemeinschaftshaus Altenfeld", "Altenfeld", "dgh-altenfeld"]
)
def test_a_hall_is_found_however_it_is_written(office, form, prefill, named: str) -> None:
    form["nutzung"]["halle"] = named
    _, prefilled = prefill(form)
    with office.store.read() as session:
        assert prefilled.request["hall"] == str(queries.hall_named(session, "dgh-altenfeld").id)


def test_a_form_without_times_asks_for_them(office, form, prefill) -> None:
    form["nutzung"].update(beginn="12.12.2026")
    del form["nutzung"]["ende_uhrzeit"]
    application, prefilled = prefill(form)
    assert (prefilled.request["starts"], prefilled.request["ends"]) == ("2026-12-12", "2026-12-12")
    assert sum("Uhrzeit?" in one for one in prefilled.open) == 2
    with pytest.raises(BadInput, match="Die Buchung kann noch nicht"):
        office.run(HandOver(application=application, to="booking", request=prefilled.request))


def test_somebody_like_the_applicant_is_proposed_and_not_entered_again(office, form, prefill) -> None:
    home = AddressDetails(street="Am Bach", house_number="7", postal_code="34999", place="Musterrode")
    known = PersonDetails(kind="natural", given_names="Petra", family_name="Beispiel")
    petra = office.run(EnterPerson(details=known, addresses=(home,))).value
    form["antragsteller"].update(vornamen="Petra", familienname="Beispiel")
    del form["antragsteller"]["organisation"]
    _, prefilled = prefill(form)
    assert prefilled.request["person"] == str(petra)


def test_a_taken_time_says_what_is_in_the_way_and_what_is_free(office, form, prefill) -> None:
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
            option_until=datetime(2026, 12, 1).date(),
        )
    )
    application, prefilled = prefill(form)
    (taken,) = prefilled.open
    assert "Ehrungsabend" in taken
    assert "Frei wäre: " in taken
    with pytest.raises(Refused, match="Belegt"):
        office.run(HandOver(application=application, to="booking", request=prefilled.request))
    with office.store.read() as session:
        assert session.query(Booking).count() == 1
        assert applications.application(session, application).result_id is None
