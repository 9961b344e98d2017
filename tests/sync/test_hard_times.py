"""PostgreSQL restarted, killed, full; numbers without gaps; nonsense from the network; rules switched off."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import hypothesis.strategies as st
import psycopg
import pytest
import schemathesis
from direct import DirectClient
from hypothesis import HealthCheck, given, settings
from psycopg_pool import ConnectionPool

from rathaus_desk.server.app import build
from rathaus_desk.server.registry import Registry
from rathaus_desk.server.town import in_town
from rathaus_desk.server.upkeep import examine
from rathaus_desk.store.engine import Store
from rathaus_desk.store.keys import KeyFile
from rathaus_desk.sync import proof
from rathaus_desk.sync.client import Client, Unreachable
from rathaus_desk.sync.proof import Invitation
from rathaus_desk.sync.rounds import enrol, run_round


@pytest.fixture(scope="module")
def own_cluster(village, make_cluster):
    """A cluster that a test may kill."""
    with tempfile.TemporaryDirectory() as folder, make_cluster(Path(folder) / "c") as made:
        yield made


@pytest.fixture
def own_registry(own_cluster):
    name = f"d{uuid4().hex[:8]}"
    conninfo = own_cluster.database(name)
    with ConnectionPool(
        conninfo, min_size=1, max_size=4, timeout=5, open=True, check=ConnectionPool.check_connection
    ) as pool:
        registry = Registry(pool)
        registry.init(bytes(32))
        registry.conninfo = conninfo
        yield registry


def joined(registry, folder, town):
    store = Store.create(folder, KeyFile(folder.with_suffix(".key")))
    client = DirectClient(registry, random.Random(1))
    enrol(store, str(Invitation("https://x", town, registry.invite(town, ""))), "m", client=client)
    return store, client


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgresql_goes_away_during_pushes(own_cluster, own_registry, village, tmp_path, mode):
    """Stopped or killed at any moment: afterwards everything is there once, and nothing twice."""
    town = f"k{uuid4().hex[:10]}"
    own_registry.add_town(town, "T")
    store, client = joined(own_registry, tmp_path / "one", town)
    made = 0
    for at in range(3):
        for _ in range(20):
            store.run(village.Build(name=f"H{made}"))
            made += 1
        timer = threading.Timer(0.02 * at, lambda: own_cluster.restart(mode))
        timer.start()
        with suppress(psycopg.Error, Unreachable):
            run_round(store, client)
        timer.join()
    for _ in range(20):
        try:
            run_round(store, client)
            break
        except psycopg.Error:
            time.sleep(0.2)
    other, other_client = joined(own_registry, tmp_path / "two", town)
    run_round(other, other_client)
    with other.read() as session:
        assert sorted(house.name for house in session.query(village.House)) == sorted(
            f"H{n}" for n in range(made)
        )
    assert store.examine() == other.examine() == list(examine(own_registry.pool, town)) == []
    store.close()
    other.close()


def test_a_full_disk_refuses_and_nothing_is_half(own_registry, village, tmp_path):
    """What PostgreSQL says when it cannot write is an answer to try again later; the outbox stays."""
    town = f"f{uuid4().hex[:10]}"
    own_registry.add_town(town, "T")
    store, client = joined(own_registry, tmp_path / "one", town)
    with own_registry.pool.connection() as connection:
        connection.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE = 'could not extend file'; END $$"
        )
        connection.execute(
            f'CREATE TRIGGER full_disk BEFORE INSERT ON "town_{town}".sync_log EXECUTE FUNCTION full_disk()'
        )
    store.run(village.Build(name="H"))
    with pytest.raises(psycopg.errors.DiskFull):
        run_round(store, client)
    with in_town(own_registry.pool, town) as cursor:
        assert cursor.execute("SELECT count(*) FROM village_house").fetchone() == (0,)
        assert cursor.execute("SELECT n FROM sync_counter").fetchone() == (0,)
    with own_registry.pool.connection() as connection:
        connection.execute(f'DROP TRIGGER full_disk ON "town_{town}".sync_log'.encode())
    assert run_round(store, client).pushed == 1
    store.close()


COUNTER = "UPDATE gap_counter SET n = n + 1 RETURNING n"
SEQUENCE = "SELECT nextval('gap_sequence')"


@pytest.mark.parametrize(("draw", "may_skip"), [(COUNTER, False), (SEQUENCE, True)])
def test_a_reader_never_skips_a_number(own_registry, many, draw, may_skip):
    """Four writers, one reader that goes on from the last number it saw (SYNC.md, 2.4)."""
    conninfo = own_registry.conninfo
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CREATE TABLE gap_counter (n bigint); INSERT INTO gap_counter VALUES (0)")
        connection.execute("CREATE SEQUENCE gap_sequence; CREATE TABLE gap_log (n bigint PRIMARY KEY)")
    end = time.monotonic() + many(1, 4)

    def write():
        chance = random.Random()
        with psycopg.connect(conninfo) as connection:
            while time.monotonic() < end:
                (n,) = connection.execute(draw.encode()).fetchone()
                connection.execute("INSERT INTO gap_log VALUES (%s)", (n,))
                if chance.random() < 0.3:
                    time.sleep(0.001)
                connection.commit()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    seen, last = [], 0
    with psycopg.connect(conninfo, autocommit=True) as connection:
        while any(writer.is_alive() for writer in writers):
            found = connection.execute("SELECT n FROM gap_log WHERE n > %s ORDER BY n", (last,)).fetchall()
            seen += [n for (n,) in found]
            last = seen[-1] if seen else 0
        found = connection.execute("SELECT n FROM gap_log WHERE n > %s ORDER BY n", (last,)).fetchall()
        seen += [n for (n,) in found]
        written = [n for (n,) in connection.execute("SELECT n FROM gap_log ORDER BY n")]
    skipped = set(written) - set(seen)
    if may_skip:
        assert skipped, "a sequence would not do: the counter row is needed"
    else:
        assert not skipped
        assert written == list(range(1, len(written) + 1)), "numbers without gaps"


def test_a_database_that_does_not_answer_is_a_sentence(own_cluster, own_registry, run_server):
    server = run_server(0, own_registry.conninfo)
    client = Client(server.url)
    own_cluster.stop("immediate")
    try:
        with pytest.raises(Unreachable):
            client.sign_in(uuid4(), bytes(32))
    finally:
        own_cluster.start()
    client.close()
    server.stop()


# schemathesis makes its strategies inside others, which hypothesis minds now and then.
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
def test_nonsense_never_breaks_the_server(conninfo, pool, make_town, many):
    """schemathesis against the description of the API, signed in and not: whatever comes, no 5xx."""
    registry, key, town = Registry(pool), proof.new_key(), make_town()
    device = registry.enrol(town, registry.invite(town, ""), uuid4(), proof.public_key(key), "m").device
    challenge = registry.challenge(device)
    token = registry.sign_in(device, challenge, proof.signed_challenge(key, challenge))
    schema = schemathesis.openapi.from_asgi("/v1/openapi.json", build(conninfo))
    problems: list[str] = []
    for result in schema.get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy(), inside=st.booleans())
        @settings(
            max_examples=many(8, 300), deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        def probe(case, inside):
            if inside:
                case.headers = {**(case.headers or {}), "authorization": f"Bearer {token}"}
                case.path_parameters = {**(case.path_parameters or {}), "town": town}
                case.query = {name: value for name, value in (case.query or {}).items() if name != "wait"}
            response = case.call()
            if response.status_code >= 500:
                problems.append(f"{case.method} {case.path}: {response.status_code} {response.text}")

        probe()
    assert problems == []
