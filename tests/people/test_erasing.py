"""Erasing (DSGVO art. 17): nothing of a person is left anywhere, and the history still verifies."""

from __future__ import annotations

import pytest

from rathaus_desk.kernel.errors import Refused
from rathaus_desk.office import tables
from rathaus_desk.people.operations import (
    AddAddress,
    AddContact,
    AddressDetails,
    ContactDetails,
    EnterPerson,
    ErasePerson,
    PersonDetails,
    Relate,
    RemovePart,
)
from rathaus_desk.store.search import search

_ = tables
SECRET = "Geheimnisträger"


@pytest.fixture
def somebody(make_store):
    store = make_store()
    person = store.run(EnterPerson(details=PersonDetails(family_name=SECRET, given_names="Zora"))).value
    store.run(AddAddress(person=person, address=AddressDetails(street=f"{SECRET}weg 7", place="Musterrode")))
    store.run(AddContact(person=person, contact=ContactDetails(kind="email", value="zora@geheim.example")))
    return store, person


def everything(store):
    with store.read() as session:
        driver = session.connection().connection.driver_connection
        names = [name for (name,) in driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return "\n".join(str(row) for name in names for row in driver.execute(f'SELECT * FROM "{name}"'))


def test_nothing_of_a_person_is_left(somebody):
    store, person = somebody
    removed = store.run(AddContact(person=person, contact=ContactDetails(kind="phone", value="05693 4711")))
    store.run(RemovePart(part=removed.value))
    assert SECRET in everything(store)
    done = store.run(ErasePerson(person=person))
    left = everything(store)
    assert SECRET not in left
    assert "zora@geheim" not in left.lower()
    assert "Zora" not in left
    assert "4711" not in left
    with store.read() as session:
        assert search(session, SECRET) == []
    assert store.examine() == []
    with pytest.raises(Refused):
        store.undo(done.operation)


def test_who_is_needed_stays(somebody):
    store, person = somebody
    other = store.run(EnterPerson(details=PersonDetails(family_name="Andere"))).value
    store.run(Relate(person=other, of=person, relation="Sohn"))
    store.run(ErasePerson(person=other))
    assert store.examine() == []
    with store.read() as session:
        assert [hit.id for hit in search(session, SECRET)] == [person]
