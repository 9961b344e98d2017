"""The server over HTTP: enrolment, sessions, what each may see, bad lines, a database that goes away."""

from __future__ import annotations

import time
from uuid import uuid4

import httpx2
import msgspec
import pytest

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.server.app import build
from rathaus_desk.server.registry import Registry
from rathaus_desk.server.town import in_town
from rathaus_desk.server.upkeep import examine
from rathaus_desk.store.engine import Store
from rathaus_desk.store.keys import KeyFile
from rathaus_desk.sync import proof
from rathaus_desk.sync.client import Client, ServerSays, Unreachable, refuse_plain_http
from rathaus_desk.sync.conflicts import give_up, open_conflicts, run_again
from rathaus_desk.sync.link import link_of
from rathaus_desk.sync.proof import Invitation
from rathaus_desk.sync.rounds import Locked, Manner, enrol, run_round
from rathaus_desk.sync.worker import Worker


@pytest.fixture(scope="module")
def running(run_server):
    made = run_server()
    yield made
    made.stop()


@pytest.fixture
def stranger(running):
    """A line of somebody the server does not know."""
    client = Client(running.url)
    yield client
    client.close()


@pytest.fixture
def registry(pool):
    return Registry(pool)


@pytest.fixture
def joined(running, registry, make_town, tmp_path, village):
    """Makes workstations of a town that are enrolled over HTTP."""
    stores, clients = [], []
    town = make_town()

    def join(town=town):
        folder = tmp_path / f"desk-{len(stores)}"
        store = Store.create(folder, KeyFile(folder.with_suffix(".key")))
        stores.append(store)
        code = registry.invite(town, "Zimmer 3")
        enrol(store, str(Invitation(running.url, town, code)), f"pc-{len(stores)}")
        client = Client(running.url)
        clients.append(client)
        run_round(store, client)
        return store, client

    join.town = town
    yield join
    for client in clients:
        client.close()
    for store in stores:
        store.close()


def of(store):
    with store.read() as session:
        return link_of(session.connection().connection.driver_connection)


def numbers(store, client, village):
    """The first wish of a series fails and is answered by the next round."""
    with pytest.raises(Exception, match="keine Nummern"):
        store.run(village.MoveIn(name="A"))
    run_round(store, client)


def test_two_workstations_over_http(joined, village):
    one, line = joined()
    two, other_line = joined()
    numbers(one, line, village)
    citizen = one.run(village.MoveIn(name="Änne")).value
    attached = one.run(village.Scan(citizen=citizen, content=b"x" * 3_000_000)).value
    done = run_round(one, line)
    assert (done.pushed, done.refused, done.sent_files, done.waiting) == (2, 0, 1, 0)
    done = run_round(two, other_line)
    assert (done.pulled, done.fetched_files) == (2, 1)
    with two.read() as session:
        from rathaus_desk.store.attachments import Attachment

        assert len(two.read_attachment(session.get_one(Attachment, attached))) == 3_000_000
    assert two.examine() == []


def test_a_conflict_is_settled_by_running_it_anew(joined, village):
    one, line = joined()
    two, other_line = joined()
    house = one.run(village.Build(name="Halle")).value
    run_round(one, line)
    run_round(two, other_line)
    one.run(village.RenameHouse(house=house, name="Festhalle"))
    two.run(village.RenameHouse(house=house, name="Mehrzweckhalle"))
    follow_up = two.run(village.RenameHouse(house=house, name="Großsporthalle")).operation
    run_round(one, line)
    assert run_round(two, other_line).refused == 2
    run_round(one, line)
    for store in (one, two):
        with store.read() as session:
            (conflict,) = open_conflicts(session)
        assert conflict.who.title == "Haus umbenennen"
        assert conflict.by.title == "Haus umbenennen"
        assert [(d.column, d.before, d.mine, d.now) for d in conflict.differences] == [
            ("name", "Halle", "Mehrzweckhalle", "Festhalle")
        ]
        assert [one.who.operation for one in conflict.follow_ups] == [follow_up]
    run_again(one, conflict, clerk=None)
    run_round(one, line)
    run_round(two, other_line)
    with two.read() as session:
        assert open_conflicts(session) == []
        assert session.get_one(village.House, house).name == "Großsporthalle"


def test_settled_twice_the_second_is_told(joined, village):
    one, line = joined()
    two, other_line = joined()
    house = one.run(village.Build(name="Halle")).value
    run_round(one, line)
    run_round(two, other_line)
    one.run(village.RenameHouse(house=house, name="A"))
    two.run(village.RenameHouse(house=house, name="B"))
    for store, client in ((one, line), (two, other_line), (one, line)):
        run_round(store, client)
    for store in (one, two):
        with store.read() as session:
            (conflict,) = open_conflicts(session)
        if store is one:
            run_again(store, conflict, clerk=None)
        else:
            give_up(store, conflict, clerk=None)
        with store.read() as session:
            assert open_conflicts(session) == [], "hidden as soon as it is settled here"
    run_round(one, line)
    assert run_round(two, other_line).refused == 1
    run_round(one, line)
    for store in (one, two):
        with store.read() as session:
            assert open_conflicts(session) == []
            assert session.get_one(village.House, house).name == "B"
        with pytest.raises(Exception, match="schon geklärt"):
            give_up(store, conflict, clerk=None)


def test_a_code_works_once_and_only_for_its_town(stranger, registry, make_town, tmp_path, village):
    town, other = make_town(), make_town()
    code = registry.invite(town, "")
    client = stranger
    key = proof.new_key()
    for wrong in (Invitation("x", other, code), Invitation("x", town, "AAAA-AAAA-AAAA-AAAA")):
        with pytest.raises(ServerSays, match="Anmeldecode"):
            client.enrol(wrong, uuid4(), key, "pc", has_data=False)
    client.enrol(Invitation("x", town, code), uuid4(), key, "pc", has_data=False)
    with pytest.raises(ServerSays, match="Anmeldecode"):
        client.enrol(Invitation("x", town, code), uuid4(), key, "pc", has_data=False)


def test_a_second_workstation_must_begin_empty(joined, running, registry, village, tmp_path):
    one, line = joined()
    one.run(village.Build(name="H"))
    run_round(one, line)
    own = Store.create(tmp_path / "own", KeyFile(tmp_path / "own.key"))
    own.run(village.Build(name="Mein Haus"))
    code = registry.invite(joined.town, "")
    with pytest.raises(ServerSays, match="beginnt deshalb leer"):
        enrol(own, str(Invitation(running.url, joined.town, code)), "pc")
    assert of(own) is None
    own.close()


def test_a_revoked_workstation_gets_nothing_and_is_locked(joined, registry, village):
    one, line = joined()
    registry.revoke(of(one).device, "revoked")
    with pytest.raises(Locked):
        run_round(one, line)
    one.close()
    with pytest.raises(Exception, match="gesperrt"):
        Store.open(one.home.folder, KeyFile(one.home.folder.with_suffix(".key")))


def test_a_retired_workstation_hands_over_what_it_has(joined, registry, village):
    one, line = joined()
    two, other_line = joined()
    one.run(village.Build(name="Zuletzt"))
    registry.revoke(of(one).device, "retired")
    with pytest.raises(Locked):
        run_round(one, line)
    run_round(two, other_line)
    with two.read() as session:
        (conflict,) = open_conflicts(session)
    assert conflict.verdict.kind == "revoked"
    run_again(two, conflict, clerk=None)
    run_round(two, other_line)
    with two.read() as session:
        assert [house.name for house in session.query(village.House)] == ["Zuletzt"]


def test_a_role_decides_at_the_server(joined, registry, village):
    one, line = joined()
    reader, worker = uuid4(), uuid4()
    registry.set_role(joined.town, reader, "lesen")
    registry.set_role(joined.town, worker, "sachbearbeitung")
    one.run(village.Build(name="Nein"), clerk=reader)
    one.run(village.Build(name="Ja"), clerk=worker)
    assert run_round(one, line).refused == 1
    with one.read() as session:
        assert [conflict.verdict.kind for conflict in open_conflicts(session)] == ["forbidden"]
        assert [house.name for house in session.query(village.House)] == ["Ja"]


ENDPOINTS = (
    ("POST", "push", b'{"epoch":"e1","ops":[]}'),
    ("GET", "log?after=0", None),
    ("GET", "state", None),
    ("POST", "snapshot?epoch=e1", None),
    ("GET", "snapshot/rows/claim?epoch=e1", None),
    ("GET", "snapshot/open?epoch=e1&as_of=0", None),
    ("GET", "snapshot/erased?epoch=e1", None),
    ("POST", "erased", b'{"epoch":"e1","records":[]}'),
    ("POST", "decided", b'{"operations":[]}'),
    ("POST", "tail", b'{"epoch":"e1","entries":[]}'),
    ("POST", "erased", b'{"epoch":"e1","records":[]}'),
    ("POST", "lease", b'{"request":"01a22266-bd96-77b3-aad2-e39e9ec86d9d","series":"A-2026"}'),
    ("GET", "series", None),
    ("POST", "claims", b'{"resource":"01a22266-bd96-77b3-aad2-e39e9ec86d9d","starts":0,"ends":9}'),
    ("GET", f"files/{'0' * 64}/state", None),
    ("GET", f"files/{'0' * 64}", None),
    ("PUT", f"files/{'0' * 64}?last=true", b"x"),
    ("GET", "releases", None),
    (
        "POST",
        "releases",
        b'{"id":"01a22266-bd96-77b3-aad2-e39e9ec86d9d","kind":"tariff","key":"k","title":"t","content":"c"}',
    ),
    ("GET", "overview", None),
    ("GET", "addressees", None),
    ("GET", "inbox", None),
    ("POST", "inbox/01a22266-bd96-77b3-aad2-e39e9ec86d9d/take", None),
    ("POST", "inbox/01a22266-bd96-77b3-aad2-e39e9ec86d9d/done", None),
    ("POST", "inbox/01a22266-bd96-77b3-aad2-e39e9ec86d9d/answer", b'{"text":"ja"}'),
    ("POST", "forward?id=01a22266-bd96-77b3-aad2-e39e9ec86d9d&receiver=x1", b"x"),
    (
        "POST",
        "fork",
        msgspec.json.encode({"ws": str(uuid4()), "public_key": "0" * 64, "signature": "0" * 128}),
    ),
)


def test_nobody_reaches_another_town(joined, make_town, running, conninfo):
    """Every endpoint, with the session of another town and with none."""
    _, client = joined()
    other = make_town()
    paths = set(build(conninfo).openapi()["paths"])
    covered = {
        "/v1/{town}/"
        + path.split("?")[0]
        .replace("0" * 64, "{sha256}")
        .replace("rows/claim", "rows/{table}")
        .replace("01a22266-bd96-77b3-aad2-e39e9ec86d9d", "{id}")
        for _, path, _ in ENDPOINTS
    }
    assert {path for path in paths if "{town}" in path} == covered
    for method, path, body in ENDPOINTS:
        headers = {"Content-Type": "application/json"}
        answer = httpx2.request(
            method, f"{running.url}/v1/{joined.town}/{path}", content=body, headers=headers
        )
        assert answer.status_code == 401, path
        headers["Authorization"] = f"Bearer {client._token}"
        answer = httpx2.request(method, f"{running.url}/v1/{other}/{path}", content=body, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (403, "town"), path


def test_a_forgotten_where_cannot_cross(pool, make_town):
    from psycopg.errors import InsufficientPrivilege

    from rathaus_desk.server.town import in_town

    one, other = make_town(), make_town()
    with pytest.raises(InsufficientPrivilege), in_town(pool, one) as cursor:
        cursor.execute(f'SELECT * FROM "town_{other}".sync_log')
    with pytest.raises(InsufficientPrivilege), in_town(pool, one) as cursor:
        cursor.execute("SELECT * FROM rathaus.device")


def test_too_large_too_much_and_not_readable(joined, running):
    _, client = joined()
    headers = {"Authorization": f"Bearer {client._token}"}
    url = f"{running.url}/v1/{joined.town}/push"
    for content, status in (
        (b"x" * (9 * 2**20), 413),
        (b"{", 422),
        (b'{"epoch":"e1","ops":[{}]}', 422),
        (b'{"epoch":"e0","ops":[]}', 409),
        (b'{"epoch":"e1","ops":[' + b",".join([b"{}"] * 101) + b"]}", 413),
    ):
        answer = httpx2.post(url, content=content, headers=headers)
        assert answer.status_code == status, content[:40]
        assert answer.json()["sentence"]


def test_plain_http_only_to_this_machine():
    for good in ("https://server.example", "http://127.0.0.1:8000", "http://localhost", "http://[::1]:1"):
        refuse_plain_http(good)
    for bad in ("http://server.example", "http://10.0.0.1", "ftp://x", "server.example"):
        with pytest.raises(BadInput):
            refuse_plain_http(bad)


def test_no_line_is_no_trouble(village, joined):
    one, _ = joined()
    nowhere = Client("http://127.0.0.1:1")
    with pytest.raises(Unreachable):
        run_round(one, nowhere)
    nowhere.close()
    one.run(village.Build(name="Geht trotzdem"))


def test_the_worker_hears_of_others(joined, village):
    one, line = joined()
    two, other_line = joined()
    heard = []
    worker = Worker(two, heard.append, client=other_line)
    worker.start()
    try:
        until(lambda: worker.status.state == "idle")
        one.run(village.Build(name="Neu"))
        run_round(one, line)
        until(lambda: worker.status.cursor == of(one).cursor, seconds=10)
        two.run(village.Build(name="Auch neu"))
        worker.now()
        until(lambda: worker.status.waiting == 0 and worker.status.cursor == 2, seconds=10)
        until(lambda: worker.status.words() == "Mit dem Server abgeglichen")
    finally:
        worker.close()


def until(true, seconds=5.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_health_and_figures(running):
    assert httpx2.get(f"{running.url}/health").json() == {"state": "ok"}
    assert httpx2.get(f"{running.url}/ready").json() == {"state": "ok"}
    assert "rathaus_requests_total" in httpx2.get(f"{running.url}/metrics").text


def test_releases_and_cases_between_towns(joined, make_town, registry, running, village, tmp_path):
    _, client = joined()
    other_town = make_town()
    _, other = joined(other_town)
    id_ = uuid4()
    release = {"id": str(id_), "kind": "tariff", "key": "k", "title": "Gebührenordnung", "content": "x = 1"}
    number = client.publish(joined.town, release)
    assert client.publish(joined.town, release) == number
    (found,) = [one for one in other.releases(other_town, number - 1) if one["id"] == str(id_)]
    assert (found["town"], found["content"]) == (joined.town, "x = 1")
    case = uuid4()
    client.forward(joined.town, case, other_town, "Standesamt", b"PK\x03\x04")
    (received,) = other.inbox(other_town)
    assert (received["sender"], received["office"], received["state"]) == (joined.town, "Standesamt", "sent")
    assert other.inbox(other_town, waiting=True) == [received]
    assert other.take(other_town, case) == b"PK\x03\x04"
    with pytest.raises(ServerSays):
        client.take(joined.town, case)
    other.done(other_town, case)
    other.answer(other_town, case, "Erledigt.")
    assert [one["state"] for one in client.inbox(joined.town, waiting=True)] == ["answered"]
    assert msgspec.json.decode(client.take(joined.town, case))["text"] == "Erledigt."
    client.done(joined.town, case)
    assert [one["state"] for one in client.inbox(joined.town)] == ["closed"]
    assert client.inbox(joined.town, waiting=True) == other.inbox(other_town, waiting=True) == []
    with pytest.raises(ServerSays, match="eigenen Gemeinde"):
        client.forward(joined.town, uuid4(), joined.town, "", b"x")
    assert {one["town"] for one in client.overview(joined.town)} >= {joined.town, other_town}


def test_what_is_erased_is_erased_everywhere(joined, village, registry):
    """At the author's, at the server, at a workstation that has changed the person meanwhile."""
    one, line = joined()
    two, other_line = joined()
    numbers(one, line, village)
    citizen = one.run(village.MoveIn(name="Geheimnisträger")).value
    one.run(village.Scan(citizen=citizen, content=b"Geheimnis" * 300))
    run_round(one, line)
    run_round(two, other_line)
    two.run(village.Rename(citizen=citizen, name="Geheimnisträger-Neu"))
    one.run(village.Erase(citizen=citizen))
    run_round(one, line)
    assert run_round(two, other_line).refused == 1
    run_round(one, line)
    for store in (one, two):
        with store.read() as session:
            driver = session.connection().connection.driver_connection
            for table in ("journal", "journal_change", "village_citizen", "shadow", "search_entry"):
                assert "Geheimnis" not in str(driver.execute(f'SELECT * FROM "{table}"').fetchall()), table
            assert open_conflicts(session) == [], "there is nothing left to settle"
        assert store.examine() == []
    with in_town(registry.pool, joined.town) as cursor:
        assert cursor.execute("SELECT count(*) FROM sync_file").fetchone() == (0,)
        assert cursor.execute("SELECT count(*) FROM sync_chunk").fetchone() == (0,)
        for table in ("sync_log", "sync_ledger", "village_citizen"):
            assert "Geheimnis" not in str(cursor.execute(f'SELECT t::text FROM "{table}" t').fetchall())
        lines = b"".join(bytes(found) for (found,) in cursor.execute("SELECT line FROM sync_log"))
        assert b"Geheimnis" not in lines
    assert list(examine(registry.pool, joined.town)) == []


def test_an_operation_nobody_can_judge_is_kept_unread(joined, village):
    """So that it does not hold up all that follow."""
    one, line = joined()
    one.run(village.Build(name="Unlesbar"))
    done = run_round(one, line, manner=Manner(operations=1, park=True))
    assert (done.pushed, done.refused, done.waiting) == (1, 1, 0)
    with one.read() as session:
        assert [conflict.verdict.kind for conflict in open_conflicts(session)] == ["unprocessable"]
