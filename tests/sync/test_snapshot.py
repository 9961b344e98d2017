"""Who is behind the horizon gets the town as it stands; and what the server takes out in time."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from direct import DirectClient, restore_server, save_server

from rathaus_desk.server import snapshot as snapshots
from rathaus_desk.server import town as towns
from rathaus_desk.server.registry import Registry
from rathaus_desk.server.tidying import KEEP, tidy
from rathaus_desk.server.upkeep import examine
from rathaus_desk.store.engine import Store
from rathaus_desk.store.keys import KeyFile
from rathaus_desk.store.local import setting
from rathaus_desk.store.numbering import NumbersMissing
from rathaus_desk.store.search import search
from rathaus_desk.store.upcasts import UPCASTS
from rathaus_desk.sync.client import ServerSays, Unreachable
from rathaus_desk.sync.conflicts import give_up, open_conflicts
from rathaus_desk.sync.following import NEWER_SCHEMA
from rathaus_desk.sync.proof import Invitation
from rathaus_desk.sync.rounds import enrol, run_round
from rathaus_desk.sync.worker import Status

LATER = timedelta(days=500)


class Desk:
    def __init__(self, store, key, client):
        self.store, self.key, self.client = store, key, client

    def sync(self):
        return run_round(self.store, self.client)

    def run(self, request):
        return self.store.run(request)

    def citizen(self, village, name, **more):
        """The first number of a series is asked of the server."""
        try:
            return self.run(village.MoveIn(name=name, **more)).value
        except NumbersMissing:
            self.sync()
            return self.run(village.MoveIn(name=name, **more)).value

    def ask(self, query, *values):
        with self.store.read() as session:
            return session.connection().connection.driver_connection.execute(query, values).fetchall()

    def names(self):
        return sorted(name for (name,) in self.ask("SELECT name FROM village_house WHERE deleted_at IS NULL"))


@pytest.fixture
def registry(pool):
    return Registry(pool)


@pytest.fixture
def town(make_town):
    return make_town()


@pytest.fixture
def join(registry, town, tmp_path, village):
    """Makes workstations of one town."""
    desks = []

    def join():
        folder = tmp_path / f"desk-{len(desks)}"
        key = KeyFile(folder.with_suffix(".key"))
        client = DirectClient(registry, random.Random(len(desks)))
        desk = Desk(Store.create(folder, key), key, client)
        desks.append(desk)
        code = registry.invite(town, "")
        enrol(desk.store, str(Invitation("https://x", town, code)), "m", client=client)
        desk.sync()
        return desk

    yield join
    for desk in desks:
        desk.store.close()


@pytest.fixture
def years_later(registry, town):
    """All there is becomes old, and every workstation counts as away."""
    return lambda: tidy(registry, town, datetime.now(UTC) + LATER)


def log_numbers(pool, town):
    with towns.in_town(pool, town) as cursor:
        return [n for (n,) in cursor.execute("SELECT n FROM sync_log ORDER BY n")]


def test_a_new_workstation_gets_rows_search_and_conflicts(join, years_later, village, registry, town, pool):
    one, two = join(), join()
    house = one.run(village.Build(name="Alte Schule")).value
    gone = one.run(village.Build(name="Backhaus")).value
    one.run(village.Tear(house=gone))
    one.sync(), two.sync()
    one.run(village.RenameHouse(house=house, name="Bürgerhaus"))
    two.run(village.RenameHouse(house=house, name="Dorfhaus"))
    one.sync(), two.sync(), one.sync()
    done = years_later()
    assert (done.operations, done.tombstones) == (4, 1)
    assert log_numbers(pool, town) == [5], "the open conflict stays"

    new = join()
    assert new.names() == ["Bürgerhaus"]
    with new.store.read() as session:
        assert [hit.title for hit in search(session, "bürger")] == ["Bürgerhaus"]
        (conflict,) = open_conflicts(session)
    give_up(new.store, conflict, clerk=None)
    new.run(village.RenameHouse(house=house, name="Haus des Gastes"))
    assert new.sync().refused == 0
    for desk in (one, two):
        desk.sync()
        assert desk.names() == ["Haus des Gastes"]
        assert not desk.ask("SELECT 1 FROM journal WHERE is_open")
    for desk in (one, two, new):
        assert desk.store.examine() == []
    assert list(examine(pool, town)) == []


def test_who_was_away_finds_own_operations_decided_and_the_rest_goes_in(join, years_later, village):
    one, two = join(), join()
    house = one.run(village.Build(name="Halle")).value
    one.sync(), two.sync()
    # Handed in, but the answer never came; then written on without a line.
    two.run(village.Build(name="Scheune"))
    two.client.page = 0
    two.client.trouble = 1.0
    while not one.ask("SELECT 1 FROM village_house WHERE name = 'Scheune'"):
        with pytest.raises(Unreachable):
            two.sync()
        one.sync()
    two.run(village.Build(name="Stall"))
    one.run(village.RenameHouse(house=house, name="Festhalle"))
    two.run(village.RenameHouse(house=house, name="Turnhalle"))
    one.sync()
    years_later()
    two.client.trouble, two.client.page = 0.0, 1000
    two.sync(), one.sync()
    for desk in (one, two):
        assert desk.names() == ["Festhalle", "Scheune", "Stall"]
        assert len(desk.ask("SELECT 1 FROM journal WHERE is_open")) == 1
        assert desk.store.examine() == []
    assert not two.ask("SELECT 1 FROM journal WHERE n IS NULL")


def test_a_snapshot_that_is_cut_goes_on_where_it_was(join, years_later, village, monkeypatch):
    one, away = join(), join()
    for number in range(30):
        one.run(village.Build(name=f"Haus {number:02}"))
    one.sync()
    years_later()
    monkeypatch.setattr(snapshots, "PAGE_ROWS", 4)
    asked = []
    real = DirectClient.snapshot_rows

    def rows(self, town, epoch, table, after):
        asked.append(after)
        if len(asked) == 4:
            raise Unreachable("cut")
        return real(self, town, epoch, table, after)

    monkeypatch.setattr(DirectClient, "snapshot_rows", rows)
    with pytest.raises(Unreachable):
        away.sync()
    assert away.names() == [], "nothing is half there"
    assert away.run(village.Build(name="Vorläufig")).changed, "and the clerk works on"
    one.run(village.Build(name="Neubau"))
    one.sync()
    heard = []
    run_round(away.store, away.client, told=lambda *step: heard.append(step))
    assert heard[0] == ("snapshot", 16, 30), "from where it was cut"
    assert Status("working", rows=heard[0][1:]).words() == "Der ganze Stand kommt: 16 von 30 Einträgen"
    assert len(asked) == len(set(asked)) + 1, "only the page that was cut comes again"
    assert away.names() == sorted([*one.names(), "Vorläufig"])
    assert away.ask("SELECT count(*) FROM snapshot_page") == [(0,)]


def test_what_changes_while_pages_are_read_arrives(join, years_later, village, monkeypatch):
    one = join()
    houses = [one.run(village.Build(name=f"Haus {number:02}")).value for number in range(20)]
    citizen = one.citizen(village, "A")
    first, last = date(2026, 1, 1), date(2026, 1, 3)
    one.run(village.Occupy(citizen=citizen, house=houses[0], first=first, last=last))
    one.sync()
    years_later()
    monkeypatch.setattr(snapshots, "PAGE_ROWS", 3)
    real, turns = DirectClient.snapshot_rows, []

    def rows(self, town, epoch, table, after):
        turn = len(turns)
        turns.append(table)
        found = real(self, town, epoch, table, after)
        if turn < 12:
            one.run(village.RenameHouse(house=houses[turn], name=f"Umbenannt {turn:02}"))
            one.run(village.Tear(house=houses[19 - turn])) if turn < 5 else None
            # The claim moves: its old place is free for another, who takes it.
            one.run(village.Occupy(citizen=citizen, house=houses[turn % 8], first=first, last=last))
            one.sync()
        return found

    monkeypatch.setattr(DirectClient, "snapshot_rows", rows)
    new = join()
    assert len(turns) > 12
    assert new.names() == one.names()
    claims = "SELECT id, resource, starts FROM claim WHERE deleted_at IS NULL"
    assert new.ask(claims) == one.ask(claims)
    assert new.store.examine() == []


def test_erased_people_do_not_come_back_to_who_was_away(join, years_later, village):
    one, two = join(), join()
    citizen = one.citizen(village, "Wilhelmine Vergessen")
    one.sync(), two.sync()
    two.run(village.Rename(citizen=citizen, name="Wilhelmine Anders"))
    one.run(village.Erase(citizen=citizen))
    one.sync()
    years_later()
    two.sync(), one.sync()
    for desk in (one, two):
        kept = desk.ask("SELECT count(*) FROM journal_change WHERE change LIKE '%Wilhelmine%'")
        assert kept == [(0,)]
        assert desk.ask("SELECT count(*) FROM journal WHERE request LIKE '%Wilhelmine%'") == [(0,)]
        with desk.store.read() as session:
            assert search(session, "Wilhelmine") == []
        assert desk.store.examine() == []


def test_a_server_restored_behind_the_horizon(join, years_later, village, registry, town, pool):
    one, two = join(), join()
    one.run(village.Build(name="A"))
    one.sync(), two.sync()
    years_later()
    one.run(village.Build(name="B"))
    one.sync(), two.sync()
    saved = save_server(registry, town)
    one.run(village.Build(name="C"))
    one.sync()
    new = join()
    new.run(village.Build(name="D"))
    restore_server(registry, town, saved)
    for desk in (one, two, new):
        with suppress(Unreachable):
            desk.sync()
    towns.recovered(pool, town)
    for desk in (one, two, new, one, two, new):
        desk.sync()
    for desk in (one, two, new):
        assert desk.names() == ["A", "B", "C", "D"]
        assert desk.store.examine() == []
    assert list(examine(pool, town)) == []


def test_the_log_stays_for_who_is_active_and_for_400_days(join, village, registry, town, pool):
    one, two = join(), join()
    one.run(village.Build(name="A"))
    one.sync(), two.sync()
    one.run(village.Build(name="B"))
    one.sync()
    now = datetime.now(UTC)
    assert tidy(registry, town, now + KEEP - timedelta(minutes=1)).operations == 0
    assert log_numbers(pool, town) == [1, 2]
    with pool.connection() as connection:
        connection.execute("UPDATE rathaus.device SET seen_at = %s WHERE town = %s", (now + KEEP, town))
    done = tidy(registry, town, now + KEEP + timedelta(minutes=1))
    assert (done.horizon, done.operations) == (1, 1), "two has only seen the first"
    assert log_numbers(pool, town) == [2]
    assert two.sync().pulled == 1
    with pytest.raises(ServerSays) as told:
        two.client.log(town, 0, epoch="e1", check=bytes(32))
    assert told.value.kind == "horizon"
    with towns.in_town(pool, town) as cursor:
        assert cursor.execute("SELECT count(*) FROM sync_ledger").fetchone() == (2,)


def test_a_tombstone_that_is_referred_to_stays(join, village, registry, town, pool, years_later):
    one = join()
    house = one.run(village.Build(name="Haus")).value
    citizen = one.citizen(village, "A", house=house)
    one.run(village.Leave(citizen=citizen))
    one.run(village.Tear(house=house))
    one.run(village.Build(name="Anderes"))
    one.sync()
    with towns.in_town(pool, town) as cursor:
        # Somebody still refers to the house: the row of a citizen that is too young to go.
        cursor.execute("UPDATE village_citizen SET version = 10^9")
    assert years_later().tombstones == 0
    with towns.in_town(pool, town) as cursor:
        cursor.execute("UPDATE village_citizen SET version = 2")
    assert years_later().tombstones == 2


def test_files_that_no_row_names_go_in_time(join, village, registry, town, pool):
    one = join()
    citizen = one.citizen(village, "A")
    one.run(village.Scan(citizen=citizen, content=b"y" * 10))
    one.sync()
    now = datetime.now(UTC)
    with towns.in_town(pool, town) as cursor:
        cursor.execute("DELETE FROM attachment")
    assert tidy(registry, town, now).files == 0
    assert tidy(registry, town, now + timedelta(days=89)).files == 0
    assert tidy(registry, town, now + timedelta(days=91)).files == 1
    with towns.in_town(pool, town) as cursor:
        assert cursor.execute("SELECT count(*) FROM sync_chunk").fetchone() == (0,)


@pytest.fixture
def of_another_age(monkeypatch):
    """The server's tables are of another revision: older ones call the name of a house its title."""
    real_begin, real_rows = DirectClient.begin_snapshot, DirectClient.snapshot_rows

    def begin(schema, change, **more):
        def begin_snapshot(self, town, epoch):
            begun = real_begin(self, town, epoch)
            return msgspec.structs.replace(begun, schema=schema, rows={**begun.rows, **more})

        def snapshot_rows(self, town, epoch, table, after):
            content = real_rows(self, town, epoch, table, after)
            rows = [msgspec.json.decode(line) for line in content.split(b"\n") if line]
            return b"\n".join(
                msgspec.json.encode(change(row) if table == "village_house" else row) for row in rows
            )

        monkeypatch.setattr(DirectClient, "begin_snapshot", begin_snapshot)
        monkeypatch.setattr(DirectClient, "snapshot_rows", snapshot_rows)

    return begin


def test_rows_of_an_older_server_are_read_as_of_today(
    join, years_later, village, of_another_age, monkeypatch
):
    def step(change):
        if change.t != "village_house":
            return change
        new = {("name" if column == "title" else column): value for column, value in change.new.items()}
        return msgspec.structs.replace(change, new=new)

    one = join()
    one.run(village.Build(name="Alte Schule"))
    one.sync()
    years_later()
    monkeypatch.setitem(UPCASTS, 1, step)
    of_another_age(0, lambda row: {("title" if column == "name" else column): row[column] for column in row})
    assert join().names() == ["Alte Schule"]


def test_of_a_newer_server_what_is_known_here_is_taken(join, years_later, village, of_another_age):
    one = join()
    one.run(village.Build(name="Alte Schule"))
    one.sync()
    years_later()
    of_another_age(2, lambda row: {**row, "cellar": "tief"}, village_pond=3)
    new = join()
    assert new.names() == ["Alte Schule"]
    with new.store.read() as session:
        assert setting(session, NEWER_SCHEMA) == 2, "after its update it reads the rest"
