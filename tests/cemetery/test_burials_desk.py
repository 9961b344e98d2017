"""What a clerk does with burials: one operation writes everything a burial brings."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.operations.burials import CorrectBurial, EnterBurial, RegisterBurial
from rathaus_desk.cemetery.operations.rights import AwardRight
from rathaus_desk.cemetery.records import Burial, PrepaidItem, RightOfUse
from rathaus_desk.cemetery.rules.succession import succession
from rathaus_desk.fees import queries as fees
from rathaus_desk.fees.records import KeptAssessment, Notice
from rathaus_desk.kernel.clock import TOWN_ZONE
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import FOR_EVER
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.letters.records import StoredLetter
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.people.operations import AddressDetails, EnterPerson, PersonDetails
from rathaus_desk.people.records import Person
from rathaus_desk.store.search import search

FRIDAY = datetime(2026, 11, 20, 14, tzinfo=TOWN_ZONE)
SERVICES = {"trauerhalle": 1, "kuehlzelle": 4}


@pytest.fixture
def anneliese(person) -> UUID:
    return person("Anneliese", "Großmann", born=UncertainDate.exact(date(1938, 2, 11)))


@pytest.fixture
def juergen(person) -> UUID:
    return person("Jürgen", "Großmann", salutation="Herr")


@pytest.fixture
def family_grave(hall, grave, person, anneliese) -> UUID:
    """A grave with Heinrich, who rests to 2034-06-17, and Anneliese's right to 2034-06-30."""
    place = grave("17")
    hall.run(AwardRight(grave=place, holder=anneliese, first=date(2004, 7, 1)))
    heinrich = person("Heinrich", "Großmann")
    buried = UncertainDate.exact(date(2004, 6, 17))
    hall.run(RegisterBurial(grave=place, deceased=heinrich, form="coffin", place=1, buried=buried))
    return place


def second_coffin(grave: UUID, deceased: UUID, debtor: UUID | EnterPerson, **more) -> EnterBurial:
    values = {
        "grave": grave,
        "deceased": deceased,
        "form": "coffin",
        "buried_on": FRIDAY.date(),
        "buried_at": FRIDAY,
        "died_on": date(2026, 11, 16),
        "debtor": debtor,
        "applicant": debtor,
        "applicant_is": "Sohn",
        "services": SERVICES,
    }
    return EnterBurial(**(values | more))


def the_right(hall: TownHall, grave: UUID) -> RightOfUse:
    with hall.store.read() as session:
        (right,) = queries.rights_in(session, grave)
        return right


def counts(hall: TownHall) -> dict[str, int]:
    with hall.store.read() as session:
        return {
            kind.__tablename__: len(session.scalars(select(kind.id)).all())
            for kind in (Burial, Person, RightOfUse, Notice, KeptAssessment, StoredLetter, PrepaidItem)
        }


def test_one_operation_writes_burial_right_notice_due_item_and_letter(hall, family_grave, anneliese, juergen):
    burial_id = hall.run(second_coffin(family_grave, anneliese, juergen)).value
    with hall.store.read() as session:
        burial = session.get_one(Burial, burial_id)
        assert (burial.place, burial.rest_end, burial.age) == (2, date(2051, 11, 20), 88)
        assert session.get_one(Person, anneliese).died.day == date(2026, 11, 16)
        (notice,) = session.scalars(select(Notice))
        assert (notice.recipient_id, notice.received_on, notice.appeal_until) == (
            juergen,
            date(2026, 11, 30),
            date(2026, 12, 30),
        )
        (item,) = fees.due_items(session)
        assert (item.amount, item.due_on) == (Money(273_100), date(2026, 12, 30))
        assert len(session.scalars(select(StoredLetter)).all()) == 1
    right = the_right(hall, family_grave)
    assert (right.until, right.origin) == (date(2052, 6, 30), "extension")


def test_the_dead_holder_is_listed_and_the_son_is_proposed(hall, family_grave, anneliese, juergen, town):
    hall.run(second_coffin(family_grave, anneliese, juergen))
    with hall.store.read() as session:
        (line,) = queries.graves_without_holder(session, date(2026, 11, 25))
        assert line.what == "Anneliese Großmann ist verstorben"
        (candidate,) = succession(town.versions[1], queries.relatives_of(session, anneliese))
        assert (candidate.name, candidate.rank) == ("Jürgen Großmann", 2)


def test_a_burial_is_taken_back_as_one(hall, family_grave, anneliese, juergen):
    before = counts(hall)
    done = hall.run(second_coffin(family_grave, anneliese, juergen))
    assert counts(hall) != before
    hall.store.undo(done.operation)
    assert counts(hall) == before
    assert the_right(hall, family_grave).until == date(2034, 6, 30)


def test_an_undertaker_gets_a_confirmation_and_who_has_two_roles_is_entered_once(
    hall, family_grave, anneliese
):
    where = (
        AddressDetails(street="Lange Straße", house_number="14", postal_code="34999", place="Musterrode"),
    )
    son = EnterPerson(details=PersonDetails(given_names="Jürgen", family_name="Großmann"), addresses=where)
    firm = EnterPerson(
        details=PersonDetails(kind="organisation", organisation="Abendruh GmbH"), addresses=where
    )
    before = counts(hall)
    hall.run(second_coffin(family_grave, anneliese, son, undertaker=firm))
    after = counts(hall)
    assert after["person"] - before["person"] == 2
    assert after["letter"] - before["letter"] == 2


def test_a_debtor_without_an_address_gets_no_notice_and_nothing_is_written(hall, family_grave, anneliese):
    son = EnterPerson(details=PersonDetails(given_names="Jürgen", family_name="Großmann"))
    before = counts(hall)
    with pytest.raises(Refused, match="Von Jürgen Großmann ist keine Anschrift bekannt"):
        hall.run(second_coffin(family_grave, anneliese, son))
    assert counts(hall) == before


def test_a_new_grave_is_awarded_with_the_burial(hall, grave, anneliese, juergen):
    place = grave("20", "urne_reihe", 1)
    urn = second_coffin(place, anneliese, juergen, form="urn", holder=juergen, services={"trauerhalle": 1})
    hall.run(urn)
    right = the_right(hall, place)
    assert (right.first, right.until, right.holder_id) == (FRIDAY.date(), date(2041, 11, 20), juergen)
    with hall.store.read() as session:
        assert sum(item.amount.cents for item in fees.due_items(session)) == 92_000


def test_nothing_is_charged_in_a_war_grave(hall, grave, anneliese, juergen):
    place = grave("3", "reihe_sarg", 1, war_grave=True)
    hall.run(second_coffin(place, anneliese, juergen, services={}))
    with hall.store.read() as session:
        assert fees.due_items(session) == []
        (burial,) = queries.burials_in(session, place)
        assert burial.rest_end in (FOR_EVER, date(2051, 11, 20))
        assert queries.rights_in(session, place) == []


def test_an_occupied_place_is_refused_and_nothing_is_left(hall, family_grave, anneliese, juergen):
    before = counts(hall)
    with pytest.raises(
        Refused, match=r"Heinrich Großmann \(Sarg, Ruhefrist bis 17\.06\.2034\).*Frei: Stelle 2"
    ):
        hall.run(second_coffin(family_grave, anneliese, juergen, place=1))
    assert counts(hall) == before


def test_a_warning_must_be_confirmed_with_a_reason(hall, family_grave, anneliese, juergen):
    early = second_coffin(family_grave, anneliese, juergen, died_on=date(2026, 11, 19))
    with pytest.raises(Refused, match="Bitte bestätigen und begründen: Vor dem frühesten Zeitpunkt"):
        hall.run(early)
    confirmed = second_coffin(
        family_grave,
        anneliese,
        juergen,
        died_on=date(2026, 11, 19),
        confirmed="Genehmigung des Gesundheitsamts",
    )
    burial = hall.run(confirmed).value
    with hall.store.read() as session:
        assert session.get_one(Burial, burial).confirmed == "Genehmigung des Gesundheitsamts"


def test_without_extension_only_with_a_documented_reason(hall, family_grave, anneliese, juergen):
    hall.run(second_coffin(family_grave, anneliese, juergen, without_extension="Rechtsstreit über die Dauer"))
    assert the_right(hall, family_grave).until == date(2034, 6, 30)
    with hall.store.read() as session:
        (item,) = fees.due_items(session)
        assert item.amount == Money(100_300)
        found = {one.check for one in queries.data_checks(session, date(2026, 11, 25), {})}
        assert "right_too_short" in found


def test_nobody_is_buried_twice(hall, family_grave, grave, anneliese, juergen):
    hall.run(second_coffin(family_grave, anneliese, juergen))
    with pytest.raises(Refused, match="Anneliese Großmann ist schon bestattet: Kernstadt B/4/17"):
        hall.run(second_coffin(grave("21"), anneliese, juergen))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"buried_on": date(2029, 1, 1), "buried_at": None}, "mehr als ein Jahr voraus"),
        ({"buried_on": date(2026, 11, 21)}, "Tag und Uhrzeit"),
        ({"died_on": date(2026, 11, 21)}, "passen nicht zueinander"),
        ({"died_on": date(1930, 1, 1)}, "passen nicht zueinander"),
        ({"holder": UUID(int=9), "contact": UUID(int=9)}, "Diese Person gibt es nicht"),
        ({"remark": "x" * 50_000}, "zu lang"),
    ],
)
def test_bad_input_is_named_and_leaves_nothing(hall, family_grave, anneliese, juergen, wrong, sentence):
    before = counts(hall)
    with pytest.raises(BadInput, match=sentence):
        hall.run(second_coffin(family_grave, anneliese, juergen, **wrong))
    assert counts(hall) == before


def test_a_moment_of_death_tells_the_day_too(hall, family_grave, anneliese, juergen):
    died_at = FRIDAY - timedelta(hours=72)
    hall.run(second_coffin(family_grave, anneliese, juergen, died_on=None, died_at=died_at))
    with hall.store.read() as session:
        assert session.get_one(Person, anneliese).died.day == date(2026, 11, 17)


def test_a_clearance_may_be_paid_with_the_burial(hall, grave, anneliese, juergen):
    place = grave("22", "wahl_sarg", 1)
    hall.run(AwardRight(grave=place, holder=juergen))
    hall.run(second_coffin(place, anneliese, juergen, services={}, prepay_clearance=True))
    with hall.store.read() as session:
        (paid,) = queries.prepaid_in(session, place)
        (notice,) = session.scalars(select(Notice))
        assert (paid.item, paid.amount, paid.paid_with) == (
            "abraeumung.wahl_sarg",
            Money(29_000),
            notice.number,
        )
        (item,) = fees.due_items(session)
        assert item.amount == Money(98_000)


def test_an_old_burial_is_kept_as_the_register_has_it(hall, grave):
    place = grave("24")
    around = UncertainDate("um 1944", date(1942, 1, 1), date(1946, 12, 31))
    made = hall.run(
        RegisterBurial(
            grave=place, form="coffin", name_text="unbekannt (poln. Zwangsarbeiter)", buried=around
        )
    ).value
    with hall.store.read() as session:
        burial = session.get_one(Burial, made)
        assert (burial.rest_end, burial.buried) == (None, around)
        assert "keine Friedhofsordnung bekannt" in burial.rest_reason
        (hit,) = search(session, "Zwangsarbeiter", kinds=["burial"])
        assert hit.subtitle == "Sarg um 1944 · Kernstadt B/4/24"
    with pytest.raises(BadInput, match="Stelle 3 gibt es nicht"):
        hall.run(RegisterBurial(grave=place, form="urn", place=3))


def test_a_correction_works_the_rest_out_anew(hall, grave, person):
    place = grave("25")
    made = hall.run(
        RegisterBurial(
            grave=place,
            form="coffin",
            deceased=person("Karl", "Meier"),
            buried=UncertainDate.exact(date(2004, 6, 17)),
        )
    ).value
    correction = CorrectBurial(
        burial=made,
        form="urn",
        buried=UncertainDate.exact(date(2024, 6, 17)),
        place=2,
        reason="Bestattungsbuch",
    )
    hall.run(correction)
    with hall.store.read() as session:
        burial = session.get_one(Burial, made)
        assert (burial.rest_end, burial.place) == (date(2039, 6, 17), 2)
        assert burial.remark == "Berichtigt am 25.11.2026: Bestattungsbuch"
    with pytest.raises(BadInput, match="woher"):
        hall.run(CorrectBurial(burial=made, form="urn", buried=UncertainDate(), reason=" "))


def test_the_register_is_checked_grave_by_grave(hall, family_grave, anneliese, juergen, town):
    hall.run(second_coffin(family_grave, anneliese, juergen))
    with hall.store.read() as session:
        found = queries.data_checks(session, date(2026, 11, 25), {"friedhofsordnung": town})
        assert [one.check for one in found] == ["holder_dead"]
