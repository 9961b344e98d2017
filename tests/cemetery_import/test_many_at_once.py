"""Records written many at once are like any others: in the journal, in the search, and they can be undone."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
import sqlalchemy as sa

from rathaus_desk.kernel.errors import DeskError, Refused
from rathaus_desk.kernel.ids import new_id
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.people.records import Address, Person
from rathaus_desk.store import journal
from rathaus_desk.store.claims import Claim
from rathaus_desk.store.engine import Store
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.store.search import search


class EnterMany(Request, frozen=True, kw_only=True):
    people: dict[UUID, str]
    address_of: UUID | None = None
    claims: int = 0


@operation(EnterMany, name="test.enter_many", title="Viele eintragen")
def enter_many(work: Work, request: EnterMany) -> None:
    born = UncertainDate("um 1900", date(1898, 1, 1), date(1902, 12, 31))
    people = [
        {"id": id_, "kind": "natural", "family_name": name, "born": born}
        for id_, name in request.people.items()
    ]
    work.add_all(Person, people)
    work.add_all(Address, [{"person_id": id_, "street": "Am Bach"} for id_ in request.people])
    if request.address_of:
        work.add_all(Address, [{"person_id": request.address_of, "street": "Am Berg"}])
    for _ in range(request.claims):
        owner = next(iter(request.people))
        work.claim_first(owner, date(2026, 1, 1), date(2026, 1, 2), owner)


def test_they_are_journaled_found_and_undone(desk: Store) -> None:
    ids = {new_id(): f"Klein{chr(97 + number)}" for number in range(26)}
    done = desk.run(EnterMany(people=ids))
    assert len(done.changed) == 52
    with desk.read() as session:
        (person,) = session.scalars(sa.select(Person).where(Person.family_name == "Kleinz")).all()
        assert person.born.text == "um 1900"
        assert (person.titles, person.blocked, person.version, person.deleted_at) == ("", False, 0, None)
        assert person.created_at == person.changed_at
        assert search(session, "Kleinz")[0].subtitle == "* um 1900 · Am Bach"
        (happened,) = journal.history(session, person.id)
        assert {change.t for change in happened.changes} == {"person", "address"}
    desk.undo(done.operation)
    with desk.read() as session:
        assert session.scalars(sa.select(Person)).all() == []
        assert search(session, "Kleinz") == []


def test_they_may_only_refer_to_what_is_there(desk: Store) -> None:
    with pytest.raises(Refused):
        desk.run(EnterMany(people={new_id(): "Klein"}, address_of=new_id()))
    with desk.read() as session:
        assert session.scalars(sa.select(Person)).all() == []


def test_their_claims_cannot_overlap(desk: Store) -> None:
    desk.run(EnterMany(people={new_id(): "Klein"}, claims=1))
    with pytest.raises(DeskError):
        desk.run(EnterMany(people={new_id(): "Groß"}, claims=2))
    with desk.read() as session:
        assert len(session.scalars(sa.select(Claim)).all()) == 1
