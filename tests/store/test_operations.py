"""Operations: one transaction, one line in the history, all or nothing."""

from __future__ import annotations

from threading import Event, Thread

import pytest
import sqlalchemy as sa

from rathaus_desk.kernel.errors import Refused
from rathaus_desk.store.journal import Entry, happened, history, last_operation
from rathaus_desk.store.operations import Request, Stale, operation, operation_named


def count(store, model):
    with store.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_an_operation_says_what_it_did(store, village):
    done = store.run(village.MoveIn(name="A"))
    assert done.changed == (done.value,)
    with store.read() as session:
        (line,) = history(session, done.value)
    assert (line.operation, line.title, line.op) == (done.operation, "Einwohner aufnehmen", "village.move_in")


def test_what_fails_leaves_nothing_behind(store, village):
    with pytest.raises(Refused, match=r"Das geht nicht\."):
        store.run(village.Fail(name="A"))

    assert count(store, village.Citizen) == 0
    assert count(store, Entry) == 0
    store.run(village.MoveIn(name="B"))
    with store.read() as session:
        assert session.scalars(sa.select(village.Citizen)).one().facts["number"] == 1


def test_a_record_that_is_gone_meanwhile_is_told(store, village):
    citizen = store.run(village.MoveIn(name="A")).value
    store.run(village.Leave(citizen=citizen))
    with pytest.raises(Refused, match="gibt es nicht"):
        store.run(village.Rename(citizen=citizen, name="B"))


def test_an_operation_that_changes_nothing_is_no_line_in_the_history(store, village):
    citizen = store.run(village.MoveIn(name="A")).value
    done = store.run(village.Rename(citizen=citizen, name="A"))
    assert done.changed == ()
    assert count(store, Entry) == 1


def test_a_request_filled_in_from_an_older_state_is_refused_with_both_versions(store, village):
    made = store.run(village.MoveIn(name="A"))
    seen = {made.value: made.operation}
    store.run(village.Rename(citizen=made.value, name="B", seen=seen))
    store.run(village.Rename(citizen=made.value, name="C"))

    with pytest.raises(Stale, match="inzwischen geändert") as refused:
        store.run(village.Rename(citizen=made.value, name="D", seen=seen))

    assert refused.value.record == made.value
    assert refused.value.differs == {"name": ("A", "C")}
    with store.read() as session:
        now = {made.value: last_operation(session, made.value)}
    store.run(village.Rename(citizen=made.value, name="D", seen=now))


def test_the_request_is_kept_and_can_be_run_anew(store, village):
    house = store.run(village.Build(name="Mühle", roof=village.Roof.SLATE))
    with store.read() as session:
        (line,) = happened(session, Entry.id == house.operation)
        kept = session.scalar(sa.select(Entry.request))
    known = operation_named(line.op)
    import json

    again = known.read(1, json.loads(kept))
    assert again == village.Build(name="Mühle", roof=village.Roof.SLATE)
    assert store.run(again).value != house.value


class Greet(Request, frozen=True, kw_only=True):
    first_name: str
    surname: str


def _from_one_name(version, plain):
    assert version == 1
    first_name, surname = plain.pop("name").split(" ")
    return {**plain, "first_name": first_name, "surname": surname}


@operation(Greet, name="test.greet", title="Grüßen", version=2, upcast=_from_one_name)
def greet(work, request):
    return f"{request.first_name} {request.surname}"


def test_an_older_request_is_made_one_of_today():
    known = operation_named("test.greet")
    assert known.read(1, {"name": "Anna Vogel"}) == Greet(first_name="Anna", surname="Vogel")
    assert known.read(2, {"first_name": "A", "surname": "V"}) == Greet(first_name="A", surname="V")


def test_two_operations_cannot_have_one_name(village):
    with pytest.raises(ValueError, match=r"village\.build"):
        operation(village.Build, name="village.build", title="x")(lambda work, request: None)


def test_an_import_is_kept_as_a_whole_or_not_at_all(store, village):
    def cut_off():
        with store.importing() as taken:
            taken.run(village.MoveIn(name="A"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut_off()
    assert count(store, village.Citizen) == 0

    with store.importing() as taken:
        for number in range(3):
            taken.run(village.MoveIn(name=f"A{number}"))
    assert count(store, village.Citizen) == 3
    with store.read() as session:
        assert {line.import_id for line in happened(session)} == {taken.id}


def test_a_row_refused_within_an_import_leaves_no_trace_and_the_rest_goes_on(store, village):
    with store.importing() as taken:
        taken.run(village.MoveIn(name="A"))
        with pytest.raises(Refused):
            taken.run(village.Fail(name="B"))
        taken.run(village.MoveIn(name="C"))
    with store.read() as session:
        kept = session.scalars(sa.select(village.Citizen).order_by(village.Citizen.name)).all()
        assert [(citizen.name, citizen.facts["number"]) for citizen in kept] == [("A", 1), ("C", 2)]
    assert store.examine() == []


def test_a_watcher_may_be_closed_while_another_thread_looks(store, village):
    for _ in range(50):
        watcher = store.watch()
        closed = Event()

        def look(watcher=watcher, closed=closed):
            while not closed.is_set():
                watcher.changed()

        thread = Thread(target=look)
        thread.start()
        watcher.close()
        closed.set()
        thread.join()
        assert not watcher.changed()


def test_a_watching_window_hears_of_what_others_did(store, village):
    store.run(village.MoveIn(name="A"))
    watcher = store.watch()
    assert store.changes(watcher) == []
    done = store.run(village.MoveIn(name="B"))
    assert [line.operation for line in store.changes(watcher)] == [done.operation]
    assert store.changes(watcher) == []
    with store.local() as session:
        session.execute(sa.text("INSERT INTO setting VALUES ('a', '1')"))
    assert store.changes(watcher) == []
    watcher.close()
