"""What an undertaker's form proposes for the burial, and what it leaves to the clerk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from rathaus_desk.applications import queries as applications
from rathaus_desk.applications.handover import Prefilled, offered
from rathaus_desk.applications.operations import HandOver
from rathaus_desk.cemetery import queries as cemetery
from rathaus_desk.cemetery.operations.graves import EnterGrave
from rathaus_desk.cemetery.records import Burial
from rathaus_desk.fees.records import DueItem
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.kernel.errors import BadInput, DeskError, Refused
from rathaus_desk.office.founding import found
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.people.records import Person
from rathaus_desk.town import queries as town

Form = dict[str, Any]


@pytest.fixture
def office(tmp_path: Path, musterrode: Path) -> Iterator[TownHall]:
    """The example town with its old list taken over."""
    clock = FixedClock(datetime(2026, 11, 25, 8, tzinfo=UTC))
    found(tmp_path / "home", musterrode, key_file=tmp_path / "key", clock=clock)
    hall = TownHall.open(tmp_path / "home", key_file=tmp_path / "key", clock=clock)
    hall.import_graves(musterrode / "graeberliste-alt.csv")
    yield hall
    hall.close()


@pytest.fixture
def form(musterrode: Path) -> Form:
    """The example form, to change."""
    read: Form = json.loads((musterrode / "bestattungsanmeldung.json").read_text(encoding="utf-8"))
    return read


@pytest.fixture
def prefill(office: TownHall, tmp_path: Path) -> Callable[[Form], tuple[UUID, Prefilled]]:
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
            return application.id, offered("burial").prefill(session, view.facts, case.id)

    return taken


def test_the_grave_is_found_however_its_number_is_written(office, form, prefill) -> None:
    form["bestattung"]["vorhandene_grabstaette"] = "b / 4 / 017"
    _, prefilled = prefill(form)
    with office.store.read() as session:
        (grave,) = cemetery.graves_numbered(session, "B/4/17")
    assert prefilled.request["grave"] == str(grave.id)


def test_a_new_grave_is_proposed_by_kind(office, form, prefill) -> None:
    with office.store.read() as session:
        kernstadt = cemetery.cemetery_named(session, "Kernstadt")
        assert kernstadt is not None
        place = kernstadt.id
    for number in ("21", "22"):
        office.run(EnterGrave(cemetery=place, levels=("U", "3"), number=number, kind="urne_reihe", places=1))
    form["bestattung"] |= {
        "art": "Urnenbeisetzung",
        "grabart": "Urnenreihengrab",
        "vorhandene_grabstaette": "",
    }
    _, prefilled = prefill(form)
    assert "grave" not in prefilled.request
    assert prefilled.request["form"] == "urn"
    assert any("Kernstadt U/3/21, Kernstadt U/3/22" in question for question in prefilled.open)
    assert any("Nutzungsrecht" in question for question in prefilled.open)


def test_a_grave_or_cemetery_that_is_not_there_is_asked_for(form, prefill) -> None:
    form["bestattung"] |= {"friedhof": "Nirgendhausen", "vorhandene_grabstaette": "Z/99"}
    _, prefilled = prefill(form)
    assert "grave" not in prefilled.request
    assert any("Nirgendhausen" in question for question in prefilled.open)
    assert any("Z/99" in question for question in prefilled.open)


def test_somebody_unknown_to_the_register_is_new(form, prefill) -> None:
    form["verstorbene"] |= {"familienname": "Zwirnmann", "vornamen": "Oda", "geburtsname": ""}
    _, prefilled = prefill(form)
    assert prefilled.request["deceased"]["details"]["family_name"] == "Zwirnmann"
    assert not any("Oda" in question for question in prefilled.open)


def test_a_form_without_a_day_asks_for_it(form, prefill) -> None:
    del form["bestattung"]["wunschtermin"]
    _, prefilled = prefill(form)
    assert "buried_on" not in prefilled.request
    assert any("welchem Tag" in question for question in prefilled.open)


def test_the_same_undertaker_and_payer_are_entered_once(office, form, prefill) -> None:
    application, prefilled = prefill(form)
    office.run(
        HandOver(
            application=application,
            to="burial",
            request={**prefilled.request, "debtor": prefilled.request["applicant"]},
        )
    )
    form["verstorbene"] |= {"familienname": "Zwirnmann", "vornamen": "Oda", "sterbebuchnummer": "S 78/2026"}
    form["bestattung"]["vorhandene_grabstaette"] = ""
    _, second = prefill(form)
    with office.store.read() as session:
        burial = session.scalars(select(Burial).where(Burial.undertaker_id.is_not(None))).one()
        assert second.request["undertaker"] == str(burial.undertaker_id)
        assert second.request["applicant"] == str(burial.applicant_id)


def test_without_a_debtor_nothing_is_charged(office, form, prefill) -> None:
    application, prefilled = prefill(form)
    assert any("Gebühren" in question for question in prefilled.open)
    office.run(HandOver(application=application, to="burial", request=prefilled.request))
    with office.store.read() as session:
        assert session.scalars(select(DueItem)).all() == []


def test_a_form_is_handed_over_once(office, form, prefill) -> None:
    application, prefilled = prefill(form)
    request = HandOver(application=application, to="burial", request=prefilled.request)
    office.run(request)
    with pytest.raises(Refused, match="schon übernommen"):
        office.run(request)


def test_what_the_rules_forbid_leaves_nothing_half_done(office, form, prefill) -> None:
    application, prefilled = prefill(form)
    with office.store.read() as session:
        before = session.scalar(select(func.count()).select_from(Person))
    with pytest.raises(DeskError):
        office.run(HandOver(application=application, to="burial", request={**prefilled.request, "place": 1}))
    with office.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == before
        row = applications.application(session, application)
        assert row.result_id is None


def test_what_is_still_open_is_a_sentence(office, form, prefill) -> None:
    del form["bestattung"]["wunschtermin"]
    application, prefilled = prefill(form)
    with pytest.raises(BadInput, match="noch nicht eingetragen"):
        office.run(HandOver(application=application, to="burial", request=prefilled.request))
