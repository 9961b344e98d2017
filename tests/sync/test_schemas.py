"""Programs of several ages at one server: what older ones push, what newer ones keep; tables brought up."""

from __future__ import annotations

import secrets
from contextlib import closing
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest

from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.ids import new_id
from rathaus_desk.server import deciding, upgrading
from rathaus_desk.server.registry import Registry
from rathaus_desk.server.running import ready_to_serve
from rathaus_desk.server.town import in_town
from rathaus_desk.server.upkeep import examine
from rathaus_desk.store import journal, overlay
from rathaus_desk.store.canonical import canonical, canonical_text, digest, parsed
from rathaus_desk.store.connection import Guard, connect
from rathaus_desk.store.engine import Store
from rathaus_desk.store.journal import NO_HASH, Header, chained, decided
from rathaus_desk.store.keys import KeyFile
from rathaus_desk.store.local import setting
from rathaus_desk.store.upcasts import UPCASTS
from rathaus_desk.sync.client import Client, ServerSays
from rathaus_desk.sync.conflicts import open_conflicts
from rathaus_desk.sync.envelope import Envelope, LogEntry, Sent, encoded, read_header
from rathaus_desk.sync.following import NEWER_SCHEMA, follow
from rathaus_desk.sync.link import link_of
from rathaus_desk.sync.proof import Invitation
from rathaus_desk.sync.rounds import enrol, run_round


@pytest.fixture(scope="module")
def running(run_server):
    made = run_server()
    yield made
    made.stop()


@pytest.fixture
def registry(pool):
    return Registry(pool)


@pytest.fixture
def joined(running, registry, make_town, tmp_path, village):
    made = []
    town = make_town()

    def join():
        home = tmp_path / f"desk-{len(made)}"
        store = Store.create(home, KeyFile(home.with_suffix(".key")))
        enrol(store, str(Invitation(running.url, town, registry.invite(town, ""))), "pc")
        client = Client(running.url)
        made.append((store, client))
        run_round(store, client)
        return store, client

    join.town = town
    yield join
    for store, client in made:
        client.close()
        store.close()


@pytest.fixture
def renamed(monkeypatch):
    """Revision 1 has renamed a column of the houses: ``title`` was what ``name`` is now."""

    def step(change):
        if change.t != "village_house":
            return change
        old, new = (
            {("name" if column == "title" else column): value for column, value in values.items()}
            for values in (change.old, change.new)
        )
        return msgspec.structs.replace(change, old=old, new=new)

    monkeypatch.setitem(UPCASTS, 1, step)


def as_written_before(values):
    return {("title" if column == "name" else column): value for column, value in values.items()}


def operation(ws, seq, prev, changes, *, schema, after=()):
    """An operation as a program of the revision ``schema`` issues it."""
    header = canonical(
        Header(
            id=new_id(), schema=schema, ws=ws, seq=seq, clerk=None, title="Alt", op="village.build",
            request_version=1, issued_at="2026-11-20T08:30:00.000000Z", seen=0, after=after, settles=None,
            undoes=None, import_id=None,
        )
    )  # fmt: skip
    request, request_salt = canonical({}), secrets.token_bytes(16)
    sent = [(canonical(change), secrets.token_bytes(16)) for change in changes]
    hash_ = chained(prev, header, digest(request_salt, request), [digest(salt, text) for text, salt in sent])
    return Envelope(
        header=msgspec.Raw(header),
        prev=prev.hex(),
        hash=hash_.hex(),
        changes=[Sent(msgspec.Raw(text), salt.hex()) for text, salt in sent],
        request=msgspec.Raw(request),
        request_salt=request_salt.hex(),
    )


def house_values(store, house):
    with store.read() as session:
        driver = session.connection().connection.driver_connection
        query = "SELECT change FROM journal_change WHERE record = ? AND json_extract(change, '$.k') = 'ins'"
        return parsed(driver.execute(query, (house.bytes,)).fetchone()[0])["new"]


def of(store):
    with store.read() as session:
        return link_of(session.connection().connection.driver_connection)


def names(store, village):
    with store.read() as session:
        return sorted(house.name for house in session.query(village.House))


# --- older programs ---------------------------------------------------------------------------------------


def test_what_an_older_program_pushes_is_read_as_of_today(joined, pool, village, renamed):
    one, line = joined()
    values = as_written_before(house_values(one, one.run(village.Build(name="Muster")).value))
    run_round(one, line)
    house, ws, epoch = str(new_id()), uuid4(), of(one).epoch
    made = {
        "t": "village_house",
        "id": house,
        "k": "ins",
        "base": 0,
        "old": {},
        "new": {**values, "title": "Alt"},
    }
    change = {
        "t": "village_house",
        "id": house,
        "k": "upd",
        "base": 0,
        "old": {"title": "Alt"},
        "new": {"title": "Neu"},
    }
    first = operation(ws, 1, NO_HASH, [made], schema=0)
    earlier = read_header(first).id
    second = operation(ws, 2, bytes.fromhex(first.hash), [change], schema=0, after=(earlier,))
    raw = [encoded(first), encoded(second)]
    answers = deciding.push(pool, joined.town, epoch, raw, lambda _: True).answers
    assert [answer.verdict for answer in answers] == [None, None]
    with in_town(pool, joined.town) as cursor:
        row = cursor.execute("SELECT name FROM village_house WHERE id = %s", (house,)).fetchone()
    assert row == ("Neu",)
    run_round(one, line)
    assert names(one, village) == ["Muster", "Neu"]
    assert one.examine() == []
    assert list(examine(pool, joined.town)) == []
    with one.read() as session:
        (built, changed) = journal.history(session, UUID(house))
    assert (built.changes[0].new["name"], changed.changes[0].new) == ("Alt", {"name": "Neu"})


def test_the_own_outbox_is_read_as_of_today_after_an_update(joined, village, renamed):
    """Something was entered offline with the program of yesterday; then this one was updated."""
    one, line = joined()
    two, other_line = joined()
    house = one.run(village.Build(name="Offline")).value
    age(one)
    two.run(village.Build(name="Anderswo"))
    run_round(two, other_line)
    done = run_round(one, line)
    assert (done.pushed, done.refused, done.waiting) == (1, 0, 0)
    run_round(two, other_line)
    for store in (one, two):
        assert names(store, village) == ["Anderswo", "Offline"]
        assert store.examine() == []
        with store.read() as session:
            assert open_conflicts(session) == []
            assert journal.history(session, house)[0].changes[0].new["name"] == "Offline"


def age(store):
    """The last operation as the program of revision 0 would have written it, at the end of its chain."""
    with closing(connect(store.home.database, store._key)) as raw:
        number, header, prev, request_digest = raw.execute(
            "SELECT number, header, prev, request_digest FROM journal ORDER BY number DESC LIMIT 1"
        ).fetchone()
        header = canonical(msgspec.structs.replace(journal.read_header(header), schema=0))
        digests = []
        for position, change, salt in raw.execute(
            "SELECT position, change, salt FROM journal_change WHERE entry = ? ORDER BY position", (number,)
        ).fetchall():
            plain = parsed(change)
            text = canonical(
                {**plain, "old": as_written_before(plain["old"]), "new": as_written_before(plain["new"])}
            )
            digests.append(digest(salt, text))
            raw.execute(
                "UPDATE journal_change SET change = ?, digest = ? WHERE entry = ? AND position = ?",
                (text.decode(), digests[-1], number, position),
            )
        hash_ = chained(prev, header, request_digest, digests)
        raw.execute(
            "UPDATE journal SET header = ?, hash = ? WHERE number = ?", (header.decode(), hash_, number)
        )
        raw.execute("UPDATE workstation SET head = ?", (hash_,))


def test_shadows_are_brought_up_with_the_tables(joined, village, renamed):
    one, line = joined()
    house = one.run(village.Build(name="Bestätigt")).value
    run_round(one, line)
    one.run(village.RenameHouse(house=house, name="Vorläufig"))
    with one.following() as following:
        (image,) = following.execute("SELECT image FROM shadow WHERE record = ?", (house.bytes,)).fetchone()
        before = canonical_text(as_written_before(parsed(image)))
        following.execute("UPDATE shadow SET image = ?", (before,))
        overlay.upcast_shadows(following.driver, Guard.mark, 0)
        (after,) = following.execute("SELECT image FROM shadow").fetchone()
    assert "title" in parsed(before)
    assert after == image


def test_a_program_that_is_too_old_pushes_and_keeps_working(joined, pool, village, monkeypatch):
    one, line = joined()
    one.run(village.Build(name="Geht hinaus"))
    monkeypatch.setattr(journal, "MIN_PULL_SCHEMA", 2)
    with pytest.raises(ServerSays, match="zu alt") as raised:
        run_round(one, line)
    assert raised.value.kind == "outdated"
    with in_town(pool, joined.town) as cursor:
        assert cursor.execute("SELECT name FROM village_house").fetchall() == [("Geht hinaus",)]
    one.run(village.Build(name="Weiter"))
    assert names(one, village) == ["Geht hinaus", "Weiter"]
    monkeypatch.setattr(journal, "MIN_PULL_SCHEMA", 1)
    assert run_round(one, line).waiting == 0


# --- newer programs ---------------------------------------------------------------------------------------


def test_a_program_newer_than_the_server_keeps_what_it_has(joined, village, monkeypatch):
    one, line = joined()
    two, other_line = joined()
    monkeypatch.setattr(journal, "SCHEMA", 2)
    one.run(village.Build(name="Neues Programm"))
    monkeypatch.setattr(journal, "SCHEMA", 1)
    two.run(village.Build(name="Altes Programm"))
    run_round(two, other_line)
    monkeypatch.setattr(journal, "SCHEMA", 2)
    done = run_round(one, line)
    assert (done.pushed, done.waiting, done.held_back) == (0, 1, True)
    assert names(one, village) == ["Altes Programm", "Neues Programm"], "it pulls all the same"
    monkeypatch.setattr(deciding, "SCHEMA", 2)
    done = run_round(one, line)
    assert (done.pushed, done.refused, done.waiting, done.held_back) == (1, 0, 0, False)
    assert one.examine() == []


def test_an_older_program_follows_what_a_newer_one_adds_and_reads_it_again_later(
    joined, village, monkeypatch
):
    """A column and a table more: it takes what it knows; after its update it takes the rest."""
    one, line = joined()
    values = house_values(one, one.run(village.Build(name="Muster")).value)
    run_round(one, line)
    link, house, pond = of(one), str(new_id()), str(new_id())
    envelope = operation(
        uuid4(),
        1,
        NO_HASH,
        [
            {"t": "village_house", "id": house, "k": "ins", "base": 0, "old": {},
             "new": {**values, "name": "Mit Keller", "cellar": "tief"}},
            {"t": "village_pond", "id": pond, "k": "ins", "base": 0, "old": {}, "new": {"depth": 3}},
        ],
        schema=2,
    )  # fmt: skip
    n = link.cursor + 1
    chain = decided(link.chain, n, bytes.fromhex(envelope.hash), None)
    entry = LogEntry(
        n=n, at="2026-11-20T08:30:00.000000Z", chain=chain.hex(), op=msgspec.Raw(encoded(envelope)), schema=2
    )
    follow(one, [encoded(entry)], n)
    assert names(one, village) == ["Mit Keller", "Muster"]
    assert one.examine() == []
    with one.read() as session:
        assert setting(session, NEWER_SCHEMA) == 2
    monkeypatch.setattr(journal, "SCHEMA", 2)
    asked = []
    log = line.log
    monkeypatch.setattr(
        line, "log", lambda town, after, **more: asked.append(after) or log(town, after, **more)
    )
    run_round(one, line)
    assert asked[0] == 0, "from the start"
    with one.read() as session:
        assert setting(session, NEWER_SCHEMA) is None
    asked.clear()
    run_round(one, line)
    assert 0 not in asked


# --- the server's own tables ------------------------------------------------------------------------------

FIRST = 'revision, down_revision = "0001", None\ndef upgrade(): ...\n'
SECOND = """
from alembic import op
import sqlalchemy as sa
revision, down_revision = "0002", "0001"
def upgrade():
    {what}
"""


@pytest.fixture
def steps(tmp_path):
    """Writes the steps of an invented second revision: for the server's own tables and for a town's."""

    def written(control, town):
        folders = []
        for name, what in (("control", control), ("town", town)):
            folder = tmp_path / name
            (folder / "versions").mkdir(parents=True, exist_ok=True)
            (folder / "versions" / "0001_first.py").write_text(FIRST)
            (folder / "versions" / "0002_second.py").write_text(SECOND.format(what=what))
            folders.append(folder)
        upgrading.head_of.cache_clear()
        return {"control_steps": folders[0], "town_steps": folders[1]}

    yield written
    upgrading.head_of.cache_clear()


@pytest.fixture
def database(cluster, keep, village):
    """A server with two towns, of the first revision."""
    from psycopg_pool import ConnectionPool

    conninfo = cluster.database(f"u{uuid4().hex[:8]}")
    towns_of_it = [f"u-{uuid4().hex[:8]}" for _ in range(2)]
    with ConnectionPool(conninfo, min_size=1, max_size=2, open=True) as pool:
        registry = Registry(pool)
        registry.init(keep.public_key())
        for town in towns_of_it:
            registry.add_town(town, town)
    return conninfo, towns_of_it


ADD_REGION = 'op.add_column("municipality", sa.Column("region", sa.Text(), server_default="Nord"))'
ADD_CELLAR = 'op.add_column("village_house", sa.Column("cellar", sa.Text(), server_default="keiner"))'


def test_the_tables_of_the_server_and_of_every_town_are_brought_up(database, steps):
    conninfo, towns_of_it = database
    done = upgrading.upgrade_all(conninfo, **steps(ADD_REGION, ADD_CELLAR))
    assert [(one.before, one.now) for one in done] == [("0001", "0002")] * 3
    with psycopg.connect(conninfo) as connection:
        assert connection.execute("SELECT DISTINCT region FROM rathaus.municipality").fetchall() == [
            ("Nord",)
        ]
        for town in towns_of_it:
            owner = connection.execute(
                "SELECT tableowner FROM pg_tables WHERE schemaname = %s AND tablename = 'village_house'",
                (f"town_{town}",),
            ).fetchone()
            assert owner == (f"town_{town}",)
            connection.execute(f'SELECT cellar FROM "town_{town}".village_house')
    assert upgrading.upgrade_all(conninfo, **steps(ADD_REGION, ADD_CELLAR)) == [], "once is enough"


def test_a_step_that_fails_leaves_its_town_as_it_was_and_goes_on_the_next_time(database, steps):
    conninfo, (first, second) = database
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f'ALTER TABLE "town_{second}".village_house ADD COLUMN cellar text')
    broken = steps(ADD_REGION, ADD_CELLAR)
    if first > second:
        first, second = second, first
    with pytest.raises(Exception, match="cellar"):
        upgrading.upgrade_all(conninfo, **broken)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f'ALTER TABLE "town_{database[1][1]}".village_house DROP COLUMN cellar')
    upgrading.upgrade_all(conninfo, **broken)
    with psycopg.connect(conninfo) as connection:
        for town in (first, second):
            found = connection.execute(f'SELECT version_num FROM "town_{town}".alembic_version').fetchone()
            assert found == ("0002",)


def test_a_server_on_other_tables_does_not_run(database, steps, keep):
    from psycopg_pool import ConnectionPool

    conninfo, _ = database
    with ConnectionPool(conninfo, min_size=1, max_size=2, open=True) as pool:
        ready_to_serve(Registry(pool), keep)
        later = steps(ADD_REGION, ADD_CELLAR)
        with pool.connection() as connection, pytest.raises(Refused, match="server upgrade"):
            upgrading.refuse_other_tables(connection.cursor(), control_steps=later["control_steps"])
        upgrading.upgrade_all(conninfo, **later)
        with pytest.raises(Refused, match="neueren Fassung"):
            ready_to_serve(Registry(pool), keep)
    with pytest.raises(Refused, match="neueren Fassung"):
        upgrading.upgrade_all(conninfo)
