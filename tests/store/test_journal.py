"""The journal: an entry is the envelope of the sync, chained over salted digests."""

from __future__ import annotations

import hashlib
import json
from uuid import UUID

import pytest
import sqlalchemy as sa

from rathaus_desk.kernel.money import Money
from rathaus_desk.store.canonical import as_type, canonical, parsed
from rathaus_desk.store.journal import ChangedRow, Entry, Workstation


def rows(store, model):
    with store.read() as session:
        return session.scalars(sa.select(model).order_by(*model.__table__.primary_key.columns)).all()


def changes_of(store, entry):
    return [row for row in rows(store, ChangedRow) if row.entry == entry.number]


def test_the_header_has_every_field_of_the_envelope(store, village):
    clerk = UUID("018f0000-0000-7000-8000-000000000001")
    done = store.run(village.Build(name="Mühle"), clerk=clerk)
    (entry,) = rows(store, Entry)
    (station,) = rows(store, Workstation)
    header = json.loads(entry.header)
    assert {**header, "issued_at": "t"} == {
        "id": str(done.operation),
        "schema": 1,
        "ws": str(station.id),
        "seq": 1,
        "clerk": str(clerk),
        "title": "Haus bauen",
        "op": "village.build",
        "request_version": 1,
        "issued_at": "t",
        "seen": 0,
        "after": [],
        "settles": None,
        "undoes": None,
        "import_id": None,
    }
    assert json.loads(entry.request) == {"name": "Mühle", "roof": "ziegel", "seen": {}}


def test_a_change_has_old_values_of_every_column_of_each_touched_group(store, village):
    citizen = store.run(village.MoveIn(name="A")).value
    store.run(village.Relocate(citizen=citizen, street="Kirchweg 2"))
    (change,) = changes_of(store, rows(store, Entry)[1])
    assert json.loads(change.change) == {
        "t": "village_citizen",
        "id": str(citizen),
        "k": "upd",
        "base": 0,
        "old": {"street": "Am Anger 1", "town": "Musterrode"},
        "new": {"street": "Kirchweg 2", "town": "Musterrode"},
    }


def test_values_are_written_as_they_are_stored(store, village):
    done = store.run(village.MoveIn(name="A", owes=Money(4800)))
    new = json.loads(rows(store, ChangedRow)[0].change)["new"]
    assert new["owes"] == 4800
    assert new["share"] == "0.250"
    assert new["known"] is False
    assert new["token"] == str(done.operation)
    assert new["facts"] == {"number": 1, "ä": [None, True, "x"]}
    assert new["house"] is None


def test_anybody_can_check_the_chain_with_sha256_alone(store, village):
    citizen = store.run(village.MoveIn(name="Ä")).value
    store.run(village.Rename(citizen=citizen, name="B"))
    store.run(village.Leave(citizen=citizen))
    before = bytes(32)
    for entry in rows(store, Entry):
        digests = [hashlib.sha256(entry.request_salt + entry.request.encode()).digest()]
        digests += [
            hashlib.sha256(change.salt + change.change.encode()).digest()
            for change in changes_of(store, entry)
        ]
        header = hashlib.sha256(entry.header.encode()).digest()
        assert entry.prev == before
        assert entry.hash == hashlib.sha256(before + header + b"".join(digests)).digest()
        before = entry.hash
    (station,) = rows(store, Workstation)
    assert (station.seq, station.head) == (3, before)


def test_a_move_gives_up_its_claims_before_it_takes_new_ones(store, village):
    from datetime import date

    citizen = store.run(village.MoveIn(name="A")).value
    houses = [store.run(village.Build(name=name)).value for name in "12"]
    for house in houses:
        store.run(village.Occupy(citizen=citizen, house=house, first=date(2026, 1, 1), last=date(2026, 2, 1)))
    kinds = [json.loads(row.change)["k"] for row in changes_of(store, rows(store, Entry)[-1])]
    assert kinds == ["del", "ins"]


def test_equal_values_have_one_canonical_form():
    assert canonical({"b": 1, "a": "ä", "c": [None, True]}) == '{"a":"ä","b":1,"c":[null,true]}'.encode()
    assert canonical(Money(4800)) == b'{"cents":4800}'
    assert as_type(parsed(canonical([Money(4800)])), list[Money]) == [Money(4800)]


def test_something_without_canonical_form_is_a_mistake_of_the_program():
    with pytest.raises(TypeError, match="unsupported"):
        canonical(object())
