"""What was erased after a backup of the server does not come back with it: a real dump, a real restore."""

from __future__ import annotations

import subprocess
from pathlib import Path
from uuid import uuid4

import pytest
from psycopg_pool import ConnectionPool

from rathaus_desk.kernel.errors import CannotWork, Refused
from rathaus_desk.server import register, town
from rathaus_desk.server.keep import Erasure, Keep
from rathaus_desk.server.registry import Registry
from rathaus_desk.server.running import ready_to_serve
from rathaus_desk.server.town import in_town
from rathaus_desk.server.upkeep import dump, examine
from rathaus_desk.store.engine import Store
from rathaus_desk.store.keys import KeyFile
from rathaus_desk.sync.client import Client
from rathaus_desk.sync.conflicts import open_conflicts
from rathaus_desk.sync.proof import Invitation
from rathaus_desk.sync.rounds import enrol, run_round

SECRET = "Geheimnis"


class Place:
    """A server with a database that can be lost, and workstations that go on."""

    def __init__(self, cluster, run_server, keep, folder):
        self.cluster, self.run_server, self.keep, self.folder = cluster, run_server, keep, folder
        self.town = f"e-{uuid4().hex[:10]}"
        self.database = cluster.database(f"e{uuid4().hex[:8]}")
        self._open()
        self.registry.init(keep.public_key())
        self.registry.add_town(self.town, "Musterrode")
        self.server = run_server(0, self.database)
        self.desks = []

    def _open(self):
        self.pool = ConnectionPool(self.database, min_size=1, max_size=4, open=True)
        self.registry = Registry(self.pool)

    def desk(self):
        home = self.folder / f"desk-{len(self.desks)}"
        store = Store.create(home, KeyFile(home.with_suffix(".key")))
        code = self.registry.invite(self.town, "")
        enrol(store, str(Invitation(self.server.url, self.town, code)), "pc")
        client = Client(self.server.url)
        self.desks.append((store, client))
        run_round(store, client)
        return store, client

    def back_up(self):
        dump(self.database, self.folder / "backup.dump")

    def restore(self):
        """Into a fresh database, as docs/operations.md has it; how many records were erased again."""
        self.server.stop()
        self.pool.close()
        self.database = self.cluster.database(f"e{uuid4().hex[:8]}")
        done = subprocess.run(
            ["pg_restore", f"--dbname={self.database}", str(self.folder / "backup.dump")],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        self._open()
        town.restored(self.pool, self.town, uuid4().hex)
        erased = register.reapply(self.pool, self.town, self.keep)
        self.server = self.run_server(self.server.port, self.database)
        return erased

    def go_on(self):
        town.recovered(self.pool, self.town)
        return register.issue(self.pool, self.town, self.keep, Registry(self.pool).server_id())

    def everything(self):
        """All that PostgreSQL has of the town, as text."""
        with in_town(self.pool, self.town) as cursor:
            names = cursor.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
            ).fetchall()
            found = []
            for (name,) in names:
                rows = cursor.execute(f'SELECT t.* FROM "{name}" t').fetchall()
                found += [
                    bytes(value) if isinstance(value, bytes) else value for row in rows for value in row
                ]
            return "\n".join(map(str, found))

    def close(self):
        for store, client in self.desks:
            client.close()
            store.close()
        self.server.stop()
        self.pool.close()


@pytest.fixture
def place(cluster, run_server, keep, tmp_path, village):
    made = Place(cluster, run_server, keep, tmp_path)
    yield made
    made.close()


@pytest.fixture
def erased(place, village):
    """Somebody who is in the backup, was changed after it, and erased then. One desk has not heard of it."""
    one, line = place.desk()
    with pytest.raises(Exception, match="keine Nummern"):
        one.run(village.MoveIn(name="A"))
    run_round(one, line)
    citizen = one.run(village.MoveIn(name=SECRET)).value
    run_round(one, line)
    absent, other_line = place.desk()
    place.back_up()
    one.run(village.Rename(citizen=citizen, name=f"{SECRET}-Neu"))
    run_round(one, line)
    run_round(absent, other_line)
    one.run(village.Build(name="Rathaus"))
    one.run(village.Erase(citizen=citizen))
    run_round(one, line)
    assert SECRET not in place.everything()
    assert [one.id for one in place.keep.erased(place.town)] == [str(citizen)]
    return citizen


def text_of(store):
    with store.read() as session:
        driver = session.connection().connection.driver_connection
        names = [name for (name,) in driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return "\n".join(str(row) for name in names for row in driver.execute(f'SELECT * FROM "{name}"'))


def test_a_restored_server_has_nobody_back_who_was_erased(place, erased):
    assert place.restore() == 1
    assert SECRET not in place.everything()
    (one, line), (absent, other_line) = place.desks
    run_round(one, line)
    run_round(absent, other_line)
    assert SECRET not in place.everything()
    assert place.go_on() == (0, []), "a workstation handed the erasure back"
    for store, client in (*place.desks, *place.desks):
        run_round(store, client)
        assert SECRET not in text_of(store)
        assert store.examine() == []
        with store.read() as session:
            assert open_conflicts(session) == []
    assert list(examine(place.pool, place.town)) == []


def test_also_if_whoever_erased_is_gone(place, erased, village):
    """Only a workstation hands back that still knows the person: the server erases anew, for everybody."""
    place.restore()
    (_, _), (absent, other_line) = place.desks
    assert SECRET in text_of(absent)
    run_round(absent, other_line)
    assert SECRET not in place.everything()
    assert place.go_on() == (1, [])
    assert place.go_on() == (0, []), "once is enough"
    run_round(absent, other_line)
    assert SECRET not in text_of(absent)
    assert absent.examine() == []
    fresh, fresh_line = place.desk()
    run_round(fresh, fresh_line)
    assert SECRET not in text_of(fresh)
    assert list(examine(place.pool, place.town)) == []
    with fresh.read() as session:
        assert session.query(village.Citizen).all() == []


def test_also_if_nobody_hands_anything_back(place, erased):
    place.restore()
    assert SECRET not in place.everything()
    assert place.go_on() == (1, [])
    (_, _), (absent, other_line) = place.desks
    run_round(absent, other_line)
    assert SECRET not in text_of(absent)
    assert SECRET not in place.everything()


def test_whoever_still_knows_an_erased_person_does_not_bring_her_back(place, erased, village):
    (_, _), (absent, other_line) = place.desks
    place.restore()
    place.go_on()
    absent.run(village.Rename(citizen=erased, name=f"{SECRET}-Spät"))
    run_round(absent, other_line)
    assert SECRET not in place.everything()
    assert SECRET not in text_of(absent)


def test_what_is_still_referred_to_is_emptied_and_said(place, village):
    """In the backup somebody refers to it; that went before the erasure, but nobody hands it back."""
    one, line = place.desk()
    house = one.run(village.Build(name=SECRET)).value
    with pytest.raises(Exception, match="keine Nummern"):
        one.run(village.MoveIn(name="A"))
    run_round(one, line)
    one.run(village.MoveIn(name="Wohnt dort", house=house))
    run_round(one, line)
    place.back_up()
    with in_town(place.pool, place.town) as cursor:
        (row,) = cursor.execute("SELECT to_jsonb(t) FROM village_house t").fetchone()
    place.keep.note_erased([Erasure(place.town, "village_house", str(house), {**_content(row), "name": ""})])
    assert place.restore() == 1
    assert SECRET not in place.everything()
    assert place.go_on() == (0, [str(house)])


def _content(row):
    return {
        name: value
        for name, value in row.items()
        if name not in ("id", "version", "created_at", "changed_at", "deleted_at")
    }


# --- the folder -------------------------------------------------------------------------------------------


def test_the_register_keeps_each_once_and_survives_a_cut(tmp_path: Path):
    keep = Keep(tmp_path / "keep")
    keep.make()
    first = Erasure("a", "person", str(uuid4()), {"name": ""})
    second = Erasure("b", "person", str(uuid4()), {"name": ""})
    keep.note_erased([first, second])
    keep.note_erased([first])
    register = tmp_path / "keep" / "erased.jsonl"
    with register.open("ab") as file:
        file.write(b'{"id":"half')
    assert keep.erased("a") == [first]
    third = Erasure("a", "person", str(uuid4()), {"name": ""})
    keep.note_erased([third])
    assert keep.erased("a") == [first, third]
    assert keep.erased("b") == [second]
    assert register.stat().st_mode & 0o077 == 0


def test_another_folder_is_refused(place, tmp_path: Path):
    other = Keep(tmp_path / "other")
    with pytest.raises(CannotWork, match="fehlt"):
        other.public_key()
    other.make()
    with pytest.raises(Refused, match="gehört nicht zu dieser Datenbank"):
        ready_to_serve(place.registry, other)
    with pytest.raises(Refused, match="gehört nicht zu dieser Datenbank"):
        place.registry.init(other.public_key())


def test_what_the_register_lacks_is_noted_at_the_start(place, erased):
    """The process was killed between the database and the folder."""
    register = place.keep.folder / "erased.jsonl"
    register.write_bytes(b"")
    ready_to_serve(place.registry, place.keep)
    (found,) = place.keep.erased(place.town)
    assert (found.id, found.t, found.new["name"]) == (str(erased), "village_citizen", "")
