"""What the simulator found, with real stores and a real server."""

from __future__ import annotations

import random
import re
import shutil
from types import SimpleNamespace

import pytest
from direct import DirectClient, restore_server, save_server

from rathaus_desk.server import erasing
from rathaus_desk.server import town as towns
from rathaus_desk.server.registry import Registry
from rathaus_desk.server.town import in_town
from rathaus_desk.store.canonical import digest
from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.engine import Store
from rathaus_desk.store.journal import chained, happened
from rathaus_desk.store.keys import KeyFile
from rathaus_desk.store.local import set_setting, setting
from rathaus_desk.store.numbering import WANTED
from rathaus_desk.sync.client import ServerTrouble
from rathaus_desk.sync.conflicts import give_up, open_conflicts, run_again
from rathaus_desk.sync.link import link_of
from rathaus_desk.sync.proof import Invitation
from rathaus_desk.sync.rounds import Locked, Manner, enrol, run_round
from rathaus_desk.sync.rows import effect
from rathaus_desk.sync.rules import Change


@pytest.fixture
def office(tmp_path, pool, make_town, village):
    """A town, and workstations that join it; ``office.sync(desk)`` is a round, ``office.desks`` are all."""
    registry, town, stores = Registry(pool), make_town(), []
    made = SimpleNamespace(registry=registry, town=town, pool=pool, desks=[])

    def line():
        return DirectClient(registry, random.Random(1))

    def join():
        folder = tmp_path / f"desk-{len(stores)}"
        store = Store.create(folder, KeyFile(folder.with_suffix(".key")))
        stores.append(store)
        enrol(store, str(Invitation("https://x", town, registry.invite(town, ""))), "m", client=line())
        with store.local() as session:
            set_setting(session, WANTED, ["EW-2026"])
        made.desks.append(store)
        made.sync(store)
        return store

    def sync(*desks, page=1000):
        for store in desks or made.desks:
            client = line()
            client.page = page
            run_round(store, client)

    def opened(folder, key):
        stores.append(Store.open(folder, key))
        return stores[-1]

    made.join, made.sync, made.opened = join, sync, opened
    made.save = lambda: save_server(registry, town)
    made.restore = lambda saved: restore_server(registry, town, saved)
    made.recovered = lambda: towns.recovered(pool, town)
    yield made
    for store in stores:
        store.close()


def journal_text(store):
    with store.read() as session:
        driver = driver_of(session)
        rows = driver.execute("SELECT request FROM journal UNION ALL SELECT change FROM journal_change")
        return "\n".join(text for (text,) in rows.fetchall() if text)


def server_text(office):
    with in_town(office.pool, office.town) as cursor:
        lines = cursor.execute("SELECT line FROM sync_log").fetchall()
    return b"\n".join(bytes(line) for (line,) in lines).decode()


def states(store):
    with store.read() as session:
        return [one.state for one in happened(session)]


def names(village, store):
    with store.read() as session:
        return sorted(one.name for one in session.query(village.Citizen))


def test_nothing_is_kept_of_what_was_done_to_an_erased_record(office, village):
    """Also of what was refused for another reason, or only refers to it."""
    one, other = office.join(), office.join()
    house = one.run(village.Build(name="Haus")).value
    citizen = one.run(village.MoveIn(name="Geheim-1")).value
    office.sync(one, other)
    other.run(village.Rename(citizen=citizen, name="Geheim-2"))
    other.run(village.Rename(citizen=citizen, name="Geheim-3"))
    other.run(village.MoveIn(name="Geheim-4", house=house))
    one.run(village.Erase(citizen=citizen))
    one.run(village.EraseHouse(house=house))
    office.sync(one, other, one)
    assert "Geheim" not in server_text(office) + journal_text(one) + journal_text(other)
    assert states(one) == states(other)
    with one.read() as session:
        assert open_conflicts(session) == []


def test_a_conflict_loses_what_it_says_of_an_erased_record(office, village):
    one, other = office.join(), office.join()
    citizen = one.run(village.MoveIn(name="A")).value
    office.sync(one, other)
    one.run(village.Rename(citizen=citizen, name="B"))
    other.run(village.Rename(citizen=citizen, name="Geheim"))
    office.sync(one, other, one)
    one.run(village.Erase(citizen=citizen))
    office.sync(one, other)
    assert "Geheim" not in server_text(office) + journal_text(one) + journal_text(other)
    with other.read() as session:
        (conflict,) = open_conflicts(session)
    assert not conflict.can_run_again
    give_up(other, conflict, clerk=None)
    office.sync(other, one)


def test_an_erasure_does_not_fall_with_what_went_before(office, village):
    one, other = office.join(), office.join()
    citizen = one.run(village.MoveIn(name="A")).value
    office.sync(one, other)
    one.run(village.Rename(citizen=citizen, name="B"))
    other.run(village.Rename(citizen=citizen, name="C"))
    other.run(village.Erase(citizen=citizen))
    office.sync(one, other, one)
    assert names(village, one) == names(village, other) == []


def test_a_restored_server_is_reminded_of_erasures(office, village):
    """What is referred to again becomes a conflict; it is settled by erasing again."""
    one = office.join()
    house = one.run(village.Build(name="Geheim-1")).value
    citizen = one.run(village.MoveIn(name="Geheim-2")).value
    office.sync()
    tenant = one.run(village.MoveIn(name="Mieter", house=house)).value
    office.sync()
    server = office.registry.server_id()
    for _ in range(2):
        erasing.remind(office.pool, office.town, "e1", [citizen, house, server], server)
    office.sync()
    assert names(village, one) == ["Mieter"]
    with one.read() as session:
        (conflict,) = open_conflicts(session)
    assert conflict.verdict.kind == "referenced"
    one.run(village.Leave(citizen=tenant))
    run_again(one, conflict, clerk=None)
    office.sync()
    assert "Geheim" not in server_text(office) + journal_text(one)
    assert one.examine() == []


def test_erased_stays_erased_over_a_restore(office, village):
    one, other = office.join(), office.join()
    citizen = one.run(village.MoveIn(name="Geheim")).value
    office.sync()
    saved = office.save()
    one.run(village.Erase(citizen=citizen))
    office.sync()
    # Nobody has the erasing operation any more but in the register.
    with other.following() as following:
        following.execute(
            "DELETE FROM journal_change WHERE entry IN (SELECT number FROM journal WHERE n = 2)"
        )
        following.execute("DELETE FROM journal WHERE n = 2")
    office.desks.remove(one)
    office.restore(saved)
    office.recovered()
    fresh = office.join()
    assert names(village, fresh) == ["Geheim"]
    office.sync(other, fresh, other)
    assert names(village, other) == names(village, fresh) == []
    assert "Geheim" not in server_text(office) + journal_text(fresh)


def test_what_refers_to_an_erased_record_can_be_read_in_any_pieces(office, village):
    """The log has no values of the house any more when a new workstation reads who once lived in it."""
    one = office.join()
    house = one.run(village.Build(name="Geheim")).value
    citizen = one.run(village.MoveIn(name="A", house=house)).value
    one.run(village.Leave(citizen=citizen))
    one.run(village.EraseHouse(house=house))
    office.sync()
    folder = one.home.folder.with_name("late")
    late = Store.create(folder, KeyFile(folder.with_suffix(".key")))
    client = DirectClient(office.registry, random.Random(1))
    client.page = 1
    code = office.registry.invite(office.town, "")
    enrol(late, str(Invitation("https://x", office.town, code)), "m", client=client)
    run_round(late, client)
    assert late.examine() == one.examine() == []
    assert states(late) == states(one)
    late.close()


def test_a_retired_workstation_hands_over_also_after_a_restore_and_as_a_copy(office, village):
    one, other = office.join(), office.join()
    citizen = one.run(village.MoveIn(name="A")).value
    office.sync()
    saved = office.save()
    one.run(village.Rename(citizen=citizen, name="B"))
    other.run(village.Rename(citizen=citizen, name="C"))
    office.restore(saved)
    office.recovered()
    with other.following() as following:
        following.execute("UPDATE server_link SET standing = 'forked'")
    for desk in (one, other):
        with desk.read() as session:
            office.registry.revoke(link_of(driver_of(session)).device, "retired")
        with pytest.raises(Locked):
            office.sync(desk)
    fresh = office.join()
    with fresh.read() as session:
        assert [one.verdict.kind for one in open_conflicts(session)] == ["revoked", "revoked"]


def test_no_numbers_while_nobody_knows_which_are_given_out(office, village):
    one = office.join()
    office.restore(office.save())
    with one.local() as session:
        set_setting(session, WANTED, ["XY-2026"])
    with pytest.raises(ServerTrouble):
        office.sync()
    office.recovered()
    office.sync()
    with one.read() as session:
        assert setting(session, WANTED) is None


def test_a_server_that_is_restored_twice_gets_back_everything(office, village):
    """Its counter has jumped beyond what it is handed back."""
    one = office.join()
    one.run(village.Build(name="A"))
    office.sync()
    saved = office.save()
    one.run(village.Build(name="B"))
    office.sync()
    office.restore(saved)
    office.recovered()
    office.restore(office.save())
    office.sync()
    office.recovered()
    office.sync()
    fresh = office.join()
    assert states(fresh) == states(one) == ["accepted", "accepted"]


def test_who_has_nothing_to_hand_back_reads_anew(office, village):
    """And does not ask for ever."""
    one = office.join()
    one.run(village.Build(name="A"))
    office.sync()
    saved = office.save()
    one.run(village.Build(name="B"))
    office.sync()
    with one.following() as following:
        following.execute(
            "DELETE FROM journal_change WHERE entry IN (SELECT number FROM journal WHERE n = 2)"
        )
        following.execute("DELETE FROM journal WHERE n = 2")
    office.restore(saved)
    office.sync()
    office.recovered()
    office.sync()
    assert states(one) == ["accepted"]


def test_what_was_refused_is_carried_out_when_the_server_forgot_why(office, village):
    """Even if the log that is left is exactly how the workstation began."""
    one, other = office.join(), office.join()
    citizen = other.run(village.MoveIn(name="A")).value
    office.sync(other, one)
    saved = office.save()
    one.run(village.Rename(citizen=citizen, name="B"))
    other.run(village.Rename(citizen=citizen, name="C"))
    office.sync(one, other)
    assert states(other)[-1] == "refused"
    # Only the one whose operation was refused is left, and it cannot hand its log back.
    with other.following() as following:
        following.execute(
            "DELETE FROM journal_change WHERE entry IN (SELECT number FROM journal WHERE n = 2)"
        )
        following.execute("DELETE FROM journal WHERE n = 2")
    office.restore(saved)
    office.recovered()
    office.desks.remove(one)
    office.sync(other)
    fresh = office.join()
    assert names(village, other) == names(village, fresh) == ["C"]


def test_a_copy_of_a_copy_is_noticed(office, village, tmp_path):
    one = office.join()
    key = KeyFile(one.home.folder.with_suffix(".key"))
    ids = set()
    one.close()
    for at, source in enumerate([one.home.folder, tmp_path / "copy-0"]):
        shutil.copytree(source, tmp_path / f"copy-{at}")
        copy = office.opened(tmp_path / f"copy-{at}", key)
        with copy.read() as session:
            ids.add(link_of(driver_of(session)).ws)
        copy.close()
    assert len(ids) == 2


def test_tombstones_that_stand_on_one_side_only():
    gone = {"name": "A", "version": 1, "created_at": "t1", "changed_at": "t1", "deleted_at": "t1"}

    def after(kind, before, image=None):
        change = Change("house", "h", kind, 0, {}, {"name": "B"} if kind == "ins" else {})
        return effect(change, image, 9, "t2", before)

    assert after("del", None) == {}
    assert after("ins", gone)["deleted_at"] is None
    assert after("restore", None, {"name": "A"})["name"] == "A"
    assert after("restore", gone) == {"version": 9, "changed_at": "t2", "deleted_at": None}


@pytest.mark.parametrize("part", ["k", "id"])
def test_what_nobody_can_read_stops_nobody(office, village, part):
    """A change of a kind that is not known here is refused and kept; others go on, and it can be erased."""
    one, other = office.join(), office.join()
    citizen = one.run(village.MoveIn(name="A")).value
    office.sync()
    renamed = one.run(village.Rename(citizen=citizen, name="Geheim")).operation
    with one.following() as following:
        unreadable(following, renamed, part)
    office.sync(one, other)
    assert states(one) == states(other) == ["accepted", "refused"]
    with other.read() as session:
        (conflict,) = open_conflicts(session)
    assert conflict.verdict.kind == "unprocessable"
    assert not conflict.differences
    assert one.examine() == other.examine() == []
    one.run(village.Erase(citizen=citizen))
    office.sync()
    assert "Geheim" not in server_text(office) + journal_text(other)
    give_up(other, conflict, clerk=None)
    office.sync(other, one)
    with one.read() as session:
        assert open_conflicts(session) == []


def test_what_is_parked_keeps_nothing_of_the_erased(office, village):
    one, other = office.join(), office.join()
    citizen = one.run(village.MoveIn(name="Geheim-1")).value
    office.sync()
    one.run(village.Erase(citizen=citizen))
    other.run(village.Rename(citizen=citizen, name="Geheim-2"))
    office.sync(one)
    run_round(other, DirectClient(office.registry, random.Random(1)), manner=Manner(1, park=True))
    office.sync(other, one)
    assert "Geheim" not in server_text(office) + journal_text(one) + journal_text(other)


def unreadable(following, operation, part):
    """Makes its only change one of a kind that nobody knows, as a later version might send it."""
    ask = "SELECT number, prev, header, request_digest FROM journal WHERE id = ?"
    number, prev, header, request_digest = following.execute(ask, (operation.bytes,)).fetchone()
    ask = "SELECT change, salt FROM journal_change WHERE entry = ?"
    change, salt = following.execute(ask, (number,)).fetchone()
    change = re.sub(f'"{part}":"[^"]*"', f'"{part}":"new"', change)
    digest_ = digest(salt, change.encode())
    head = chained(prev, header.encode(), request_digest, [digest_])
    write = "UPDATE journal_change SET change = ?, digest = ? WHERE entry = ?"
    following.execute(write, (change, digest_, number))
    following.execute("UPDATE journal SET hash = ? WHERE number = ?", (head, number))
    following.execute("UPDATE workstation SET head = ?", (head,))
