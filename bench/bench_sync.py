"""The sync: push, pull, first sync, over HTTP against a PostgreSQL of its own; floor: COPY of the same rows.

Operations of five rows in five of the house's tables, chained and hashed as workstations issue them.

Usage: python bench/bench_sync.py [--rows 200000] [--desktops 100]
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import psycopg
from psycopg_pool import ConnectionPool

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
from cluster import cluster

from rathaus_desk.kernel.ids import new_id
from rathaus_desk.office import tables
from rathaus_desk.server.keep import Keep
from rathaus_desk.server.registry import Registry
from rathaus_desk.server.rows import upsert
from rathaus_desk.server.tables import schema_of, typed_columns
from rathaus_desk.store.canonical import canonical, digest
from rathaus_desk.store.engine import Store
from rathaus_desk.store.journal import NO_HASH, Header, chained
from rathaus_desk.store.keys import KeyFile
from rathaus_desk.store.schema import moment_text, synced_tables
from rathaus_desk.store.shape import shape_of
from rathaus_desk.sync import proof
from rathaus_desk.sync.client import Client
from rathaus_desk.sync.envelope import Envelope, Sent, encoded
from rathaus_desk.sync.following import follow
from rathaus_desk.sync.link import link_of, tie
from rathaus_desk.sync.rounds import enrol, run_round
from rathaus_desk.sync.rules import Change

_ = tables, upsert, typed_columns

ROWS = 5
SURNAMES = ("Müller", "Schmidt", "Großmann", "von der Heyden", "Öztürk", "Weiß", "Krüger", "Żak")


class Station:
    """Makes operations as a workstation would."""

    def __init__(self) -> None:
        self.ws, self.seq, self.prev = uuid4(), 0, NO_HASH

    def operation(self, number: int, *, resource: UUID | None = None) -> bytes:
        """A person with address, contact, a role and a note's claim: five rows."""
        person = str(new_id())
        rows = [
            (
                "person",
                person,
                {"kind": "natural", "family_name": SURNAMES[number % 8], "given_names": f"A{number}"},
            ),
            (
                "address",
                None,
                {"person_id": person, "street": f"Lindenweg {number % 200}", "city": "Musterrode"},
            ),
            ("contact_point", None, {"person_id": person, "value": f"05693 {number}"}),
            ("person_role", None, {"person_id": person}),
            (
                "claim",
                None,
                {"resource": str(resource or new_id()), "starts": 10, "ends": 20, "record": person},
            ),
        ]
        changes = [
            Change(t, id_ or str(new_id()), "ins", 0, {}, filled(t, values)) for t, id_, values in rows
        ]
        self.seq += 1
        header = canonical(
            Header(
                id=new_id(), schema=1, ws=self.ws, seq=self.seq, clerk=None, title="Person aufnehmen",
                op="people.enter", request_version=1, issued_at=moment_text(datetime.now(UTC)), seen=0,
                after=(), settles=None, undoes=None, import_id=None,
            )
        )  # fmt: skip
        sent, digests = [], []
        for change in changes:
            salt, raw = secrets.token_bytes(16), canonical(change)
            sent.append(Sent(msgspec.Raw(raw), salt.hex()))
            digests.append(digest(salt, raw))
        salt, request = secrets.token_bytes(16), canonical({"family_name": "x", "seen": {}})
        hash_ = chained(self.prev, header, digest(salt, request), digests)
        made = Envelope(
            msgspec.Raw(header), self.prev.hex(), hash_.hex(), sent, msgspec.Raw(request), salt.hex()
        )
        self.prev = hash_
        return encoded(made)


def filled(table: str, values: dict[str, object]) -> dict[str, object]:
    """Every column of a table: what is given, else something that can stand there."""
    columns = synced_tables()[table].columns
    made: dict[str, object] = {}
    for name in shape_of(table).content:
        column = columns[name]
        kinds = {"bigint": 0, "boolean": False, "jsonb": [], "uuid": str(new_id()), "date": "2026-01-01"}
        default: object = None if column.nullable else kinds.get(dict(typed_columns(table))[name], "")
        if not column.nullable and hasattr(column.type, "enums"):
            default = column.type.enums[0]
        made[name] = values.get(name, default)
    return made


@contextmanager
def server(database: str, keep: Path) -> Iterator[str]:
    """The server in a process of its own."""
    port = 18443
    process = subprocess.Popen(
        [sys.executable, "-m", "rathaus_desk", "server", "run", "--port", str(port)],
        env={**os.environ, "RATHAUS_DATABASE": database, "RATHAUS_SERVER_KEEP": str(keep)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    client = Client(url)
    try:
        for _ in range(200):
            try:
                client.hello()
                break
            except Exception:
                time.sleep(0.1)
        yield url
    finally:
        client.close()
        process.terminate()
        process.wait(10)


def signed_in(registry: Registry, url: str, town: str) -> Client:
    """A line of a workstation that is enrolled and signed in."""
    client, key = Client(url), proof.new_key()
    answer = client.enrol(
        proof.Invitation(url, town, registry.invite(town, "")), uuid4(), key, "bench", has_data=False
    )
    client.sign_in(UUID(answer["device"]), key)
    return client


def p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)] * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--desktops", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, cluster(Path(folder) / "pg") as running:
        database = running.database("rathaus")
        with ConnectionPool(database, min_size=1, max_size=4, open=True) as pool:
            registry = Registry(pool)
            keep = Keep(Path(folder) / "keep")
            registry.init(keep.make())
            registry.add_town("bench", "Bench")
            epoch = epoch_of(pool)
            with server(database, keep.folder) as url:
                measure(options, registry, url, epoch, Path(folder), database)


def epoch_of(pool: ConnectionPool[psycopg.Connection]) -> str:
    with pool.connection() as connection:
        return str(connection.execute(f'SELECT epoch FROM "{schema_of("bench")}".sync_counter').fetchone()[0])


def measure(
    options: argparse.Namespace, registry: Registry, url: str, epoch: str, folder: Path, database: str
) -> None:
    client, station = signed_in(registry, url, "bench"), Station()
    count = options.rows // ROWS
    grown(client, epoch, station, count, database)
    pushed(
        client, epoch, station, "push, 100 operations a request", 60, 100, 0.0, "≥ 10,000 rows/s, p95 ≤ 80 ms"
    )
    pushed(client, epoch, station, "… with 5 % refused", 60, 100, 0.05, "≥ 8,000 rows/s")
    pushed(client, epoch, station, "a single operation", 200, 1, 0.0, "p95 ≤ 8 ms at the server")
    copied(database, station)
    pulled(client, epoch)
    applied(client, epoch, folder)
    first_sync(registry, url, folder)
    together(registry, url, epoch, options.desktops)
    client.close()


def grown(client: Client, epoch: str, station: Station, count: int, database: str) -> None:
    """Preloads; what a row costs must not grow with the log."""
    taken: list[float] = []
    analysed = 1
    for start in range(0, count, 100):
        batch = [station.operation(start + at) for at in range(100)]
        began = time.perf_counter()
        client.push("bench", epoch, batch)
        taken.append(time.perf_counter() - began)
        if start >= analysed * 2:
            analysed = start
            with psycopg.connect(database, autocommit=True) as connection:
                connection.execute("ANALYZE")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("ANALYZE")
    print(f"{'preloaded':46} {count * ROWS:,} rows in {sum(taken):.1f} s")
    at = 10_000
    while at <= count * ROWS:
        last = at // ROWS // 100
        window = taken[max(0, last - 20) : last]
        print(f"{f'  at {at:,} rows of log':46} {len(window) * 100 * ROWS / sum(window):,.0f} rows/s")
        at = at * 2 if at * 2 <= count * ROWS or at == count * ROWS else count * ROWS


def pushed(
    client: Client,
    epoch: str,
    station: Station,
    name: str,
    requests: int,
    size: int,
    refused: float,
    goal: str,
) -> None:
    taken, clash = [], new_id()
    for start in range(requests):
        every = round(1 / refused) if refused else 0
        batch = [
            station.operation(start * size + at, resource=clash if every and at % every == 0 else None)
            for at in range(size)
        ]
        began = time.perf_counter()
        client.push("bench", epoch, batch)
        taken.append(time.perf_counter() - began)
    rows = requests * size * ROWS
    print(f"{name:46} {rows / sum(taken):,.0f} rows/s, p95 {p95(taken):.1f} ms   goal: {goal}")


def copied(database: str, station: Station) -> None:
    """The floor: the same rows by COPY into tables of the same shape."""
    changes = [
        (change.t, [change.id, *change.new.values()])
        for at in range(1000)
        for change in (
            msgspec.json.decode(
                sent["c"] if isinstance(sent["c"], bytes) else msgspec.json.encode(sent["c"]), type=Change
            )
            for sent in msgspec.json.decode(station.operation(at))["changes"]
        )
    ]
    with psycopg.connect(database) as connection, connection.cursor() as cursor:
        by_table: dict[str, list[list[object]]] = {}
        for table, row in changes:
            by_table.setdefault(table, []).append(row)
        for table in by_table:
            columns = ", ".join(f'"{name}" text' for name in ("id", *shape_of(table).content))
            cursor.execute(f'CREATE TEMP TABLE "copy_{table}" ({columns})')
        began = time.perf_counter()
        for table, rows in by_table.items():
            with cursor.copy(f'COPY "copy_{table}" FROM STDIN') as copy:
                for row in rows:
                    copy.write_row([None if value is None else str(value) for value in row])
        connection.commit()
        took = time.perf_counter() - began
    print(f"{'floor: COPY of the same rows':46} {len(changes) / took:,.0f} rows/s")


def pulled(client: Client, epoch: str) -> None:
    cursor, operations, check = 0, 0, NO_HASH
    began = time.perf_counter()
    while True:
        page = client.log("bench", cursor, epoch=epoch, check=check)
        if not page.lines:
            break
        operations += len(page.lines)
        last = msgspec.json.decode(page.lines[-1])
        cursor, check = last["n"], bytes.fromhex(last["chain"])
    took = time.perf_counter() - began
    print(f"{'pull of the log with zstd':46} {operations * ROWS / took:,.0f} rows/s   goal: ≥ 150,000 rows/s")


def applied(client: Client, epoch: str, folder: Path) -> None:
    """Pages that are here already, applied through the real store."""
    with Store.create(folder / "applied", KeyFile(folder / "applied.key")) as store:
        tie(store, url="", town="bench", server=uuid4(), epoch=epoch, device=uuid4(), private_key=b"")
        pages, cursor, check = [], 0, NO_HASH
        for _ in range(10):
            page = client.log("bench", cursor, epoch=epoch, check=check)
            pages.append(page)
            last = msgspec.json.decode(page.lines[-1])
            cursor, check = last["n"], bytes.fromhex(last["chain"])
        began = time.perf_counter()
        for page in pages:
            follow(store, page.lines, page.head)
        took = time.perf_counter() - began
        rows = sum(len(page.lines) for page in pages) * ROWS
    print(
        f"{'applied through the store, search included':46} {rows / took:,.0f} rows/s   goal: ≥ 25,000 rows/s"
    )


def first_sync(registry: Registry, url: str, folder: Path) -> None:
    with Store.create(folder / "first", KeyFile(folder / "first.key")) as store:
        client = Client(url)
        text = str(proof.Invitation(url, "bench", registry.invite("bench", "")))
        began = time.perf_counter()
        enrol(store, text, "bench", client=client)
        done = run_round(store, client)
        took = time.perf_counter() - began
        client.close()
        with store.read() as session:
            assert link_of(session.connection().connection.driver_connection) is not None
    name = "first sync, history and search included"
    print(f"{name:46} {done.pulled * ROWS:,} rows in {took:.1f} s   goal: < 15 s")


def together(registry: Registry, url: str, epoch: str, desktops: int) -> None:
    clients = [signed_in(registry, url, "bench") for _ in range(desktops)]
    times: list[float] = []
    errors: list[Exception] = []

    def work(client: Client) -> None:
        station = Station()
        for at in range(5):
            operation = station.operation(at)
            began = time.perf_counter()
            try:
                client.push("bench", epoch, [operation])
            except Exception as error:
                errors.append(error)
            times.append(time.perf_counter() - began)
            time.sleep(1)

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
        time.sleep(1 / desktops)
    for thread in threads:
        thread.join()
    for client in clients:
        client.close()
    name = f"{desktops} desktops, a push a second each"
    print(f"{name:46} p95 {p95(times):.0f} ms, {len(errors)} errors   goal: no error, p95 < 300 ms")


if __name__ == "__main__":
    main()
