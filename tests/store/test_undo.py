"""Undo restores exactly, says why when it cannot, and is undone itself."""

from __future__ import annotations

import random
from datetime import date

import pytest
import sqlalchemy as sa

from rathaus_desk.kernel.errors import DeskError, Refused
from rathaus_desk.store.journal import history
from rathaus_desk.store.schema import synced_tables

TIMES_AND_VERSION = {"version", "created_at", "changed_at", "deleted_at"}


def picture(store):
    """Every live row of every synced table, without version and times."""
    found = {}
    with store.read() as session:
        for name, table in synced_tables().items():
            columns = [column for column in table.columns if column.name not in TIMES_AND_VERSION]
            query = sa.select(*columns).where(table.c.deleted_at.is_(None)).order_by(table.c.id)
            found[name] = session.connection().execute(query).fetchall()
    return found


def test_undo_restores_an_update_exactly(store, village):
    citizen = store.run(village.MoveIn(name="A")).value
    before = picture(store)
    done = store.run(village.Relocate(citizen=citizen, street="Kirchweg 2"))
    store.undo(done.operation)
    assert picture(store) == before


def test_undo_brings_a_deleted_record_back_with_its_claims(store, village):
    citizen = store.run(village.MoveIn(name="A")).value
    house = store.run(village.Build(name="Mühle")).value
    store.run(village.Occupy(citizen=citizen, house=house, first=date(2026, 1, 1), last=date(2026, 2, 1)))
    before = picture(store)
    done = store.run(village.Leave(citizen=citizen))
    store.undo(done.operation)
    assert picture(store) == before


def test_undo_takes_a_new_record_away_and_undoing_that_brings_it_back(store, village):
    done = store.run(village.MoveIn(name="A"))
    there = picture(store)
    undone = store.undo(done.operation)
    assert picture(store)["village_citizen"] == []
    store.undo(undone.operation)
    assert picture(store) == there


def test_the_history_names_what_was_undone(store, village):
    done = store.run(village.MoveIn(name="A"))
    undone = store.undo(done.operation)
    with store.read() as session:
        line = history(session, done.value)[-1]
    assert (line.operation, line.title, line.undoes) == (
        undone.operation,
        "Rückgängig: Einwohner aufnehmen",
        done.operation,
    )


def test_what_others_went_on_with_is_not_undone(store, village):
    done = store.run(village.MoveIn(name="A"))
    store.run(village.Rename(citizen=done.value, name="B"))
    with pytest.raises(Refused, match=r"weitergearbeitet \(„Namen ändern“"):
        store.undo(done.operation)


def test_what_others_refer_to_is_not_taken_away(store, village):
    built = store.run(village.Build(name="Mühle"))
    store.run(village.MoveIn(name="A", house=built.value))
    with pytest.raises(Refused, match="noch benutzt"):
        store.undo(built.operation)


def test_a_claim_taken_meanwhile_is_not_taken_back(store, village):
    first, last = date(2026, 1, 1), date(2026, 2, 1)
    house = store.run(village.Build(name="Mühle")).value
    one, other = (store.run(village.MoveIn(name=name)).value for name in "AB")
    store.run(village.Occupy(citizen=one, house=house, first=first, last=last))
    left = store.run(village.Leave(citizen=one))
    store.run(village.Occupy(citizen=other, house=house, first=first, last=last))
    with pytest.raises(Refused, match="anderweitig belegt"):
        store.undo(left.operation)
    assert store.examine() == []


def test_later_operations_that_were_undone_do_not_stand_in_the_way(store, village):
    done = store.run(village.MoveIn(name="A"))
    renamed = store.run(village.Rename(citizen=done.value, name="B"))
    store.undo(renamed.operation)
    store.undo(done.operation)
    assert picture(store)["village_citizen"] == []


def test_nothing_is_undone_twice(store, village):
    done = store.run(village.MoveIn(name="A"))
    store.undo(done.operation)
    with pytest.raises(Refused, match="schon rückgängig gemacht"):
        store.undo(done.operation)


def test_a_payment_is_never_undone(store, village):
    citizen = store.run(village.MoveIn(name="A")).value
    paid = store.run(village.Pay(citizen=citizen))
    with pytest.raises(Refused, match="„Zahlung buchen“ lässt sich nicht rückgängig machen"):
        store.undo(paid.operation)


def test_an_unknown_operation_cannot_be_undone(store, village):
    with pytest.raises(Refused, match="nicht im Verlauf"):
        store.undo(store.run(village.MoveIn(name="A")).value)
    with pytest.raises(Refused, match="nicht im Verlauf"):
        store.undo_import(store.run(village.MoveIn(name="A")).value)


def test_numbers_stay_used(store, village):
    done = store.run(village.MoveIn(name="A"))
    store.undo(done.operation)
    store.run(village.MoveIn(name="B"))
    (citizen,) = picture(store)["village_citizen"]
    assert citizen.facts["number"] == 2


def test_an_import_is_undone_and_redone_as_a_whole(store, village):
    empty = picture(store)
    with store.importing() as taken:
        citizen = taken.run(village.MoveIn(name="A")).value
        taken.run(village.Rename(citizen=citizen, name="B"))
        taken.run(village.MoveIn(name="C"))
    full = picture(store)
    undone = store.undo_import(taken.id)
    assert len(undone) == 3
    assert picture(store) == empty
    with store.read() as session:
        together = history(session, citizen)[-1].import_id
    store.undo_import(together)
    assert picture(store) == full


def test_an_import_of_which_one_record_was_worked_on_is_not_undone_at_all(store, village):
    with store.importing() as taken:
        citizens = [taken.run(village.MoveIn(name=name)).value for name in "AB"]
    store.run(village.Rename(citizen=citizens[0], name="Neu"))
    before = picture(store)
    with pytest.raises(Refused, match="weitergearbeitet"):
        store.undo_import(taken.id)
    assert picture(store) == before


def test_random_operations_are_undone_exactly(store, village, many):
    """Each operation is undone, redone or kept by chance; the picture before must come back."""
    chance = random.Random(20261120)
    undone = 0
    for _ in range(many(300, 1000)):
        with store.read() as session:
            request = village.any_request(chance, session)
        before = picture(store)
        try:
            done = store.run(request)
        except DeskError:
            assert picture(store) == before
            continue
        after = picture(store)
        if done.changed and chance.random() < 0.5:
            back = store.undo(done.operation)
            assert picture(store) == before
            undone += 1
            if chance.random() < 0.7:
                store.undo(back.operation)
                assert picture(store) == after
    assert undone > 50
    assert store.examine() == []
