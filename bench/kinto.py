"""Kinto beside our server, on a PostgreSQL made the same way: records pushed in batches, records pulled.

Usage (``make bench-peers`` does it): python bench/kinto.py FOLDER-OF-KINTO'S-PROGRAMS [--records 20000]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
from cluster import cluster

from bench_sync import ROWS, filled, p95
from rathaus_desk.office import tables

_ = tables
PORT = 18444
BATCH = 100
"""Operations of five rows in a batch, as `bench_sync` pushes them."""
SETTINGS = """
[app:main]
use = egg:kinto
kinto.userid_hmac_secret = bench
kinto.bucket_create_principals = system.Everyone
multiauth.policies =
kinto.batch_max_requests = {most}
kinto.paginate_by = 5000
kinto.storage_max_fetch_size = 1000000
kinto.storage_backend = kinto.core.storage.postgresql
kinto.storage_url = {url}
kinto.permission_backend = kinto.core.permission.postgresql
kinto.permission_url = {url}
kinto.cache_backend = kinto.core.cache.memory

[server:main]
use = egg:waitress#main
host = 127.0.0.1
port = {port}
threads = 4
"""


@contextmanager
def kinto(programs: Path, folder: Path, url: str) -> Iterator[httpx2.Client]:
    """Kinto in a process of its own, with a collection to write to."""
    settings = folder / "kinto.ini"
    settings.write_text(SETTINGS.format(url=url, port=PORT, most=BATCH * ROWS))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([programs / "kinto", "migrate", "--ini", settings], check=True, **quiet)
    process = subprocess.Popen([programs / "pserve", settings], **quiet)
    client = httpx2.Client(base_url=f"http://127.0.0.1:{PORT}/v1/", timeout=120)
    try:
        for _ in range(200):
            with suppress(httpx2.HTTPError):
                client.get("").raise_for_status()
                break
            time.sleep(0.1)
        everybody = {"write": ["system.Everyone"]}
        client.put("buckets/town", json={"permissions": everybody}).raise_for_status()
        client.put("buckets/town/collections/rows", json={}).raise_for_status()
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait(10)


def record(number: int) -> dict[str, object]:
    """A person's row as ours has it."""
    return filled("person", {"kind": "natural", "family_name": "Müller", "given_names": f"A{number}"})


def push(client: httpx2.Client, records: int) -> None:
    """Batches as large as ours."""
    taken: list[float] = []
    size = BATCH * ROWS
    for start in range(0, records, size):
        requests = [
            {"method": "POST", "path": "/buckets/town/collections/rows/records", "body": {"data": record(at)}}
            for at in range(start, start + size)
        ]
        began = time.perf_counter()
        answer = client.post("batch", json={"requests": requests})
        taken.append(time.perf_counter() - began)
        answer.raise_for_status()
        assert all(one["status"] == 201 for one in answer.json()["responses"])
    name = f"Kinto, push, {size} records a batch"
    print(f"{name:46} {records / sum(taken):,.0f} rows/s, p95 {p95(taken):.1f} ms")


def pull(client: httpx2.Client) -> None:
    """Everything, page by page."""
    count, page = 0, "buckets/town/collections/rows/records?_limit=5000&_sort=last_modified"
    began = time.perf_counter()
    while page:
        answer = client.get(page)
        answer.raise_for_status()
        count += len(answer.json()["data"])
        page = answer.headers.get("Next-Page", "")
    name = "Kinto, pull"
    print(f"{name:46} {count / (time.perf_counter() - began):,.0f} rows/s")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", type=Path)
    parser.add_argument("--records", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, cluster(Path(folder) / "pg") as running:
        running.database("kinto")
        url = f"postgresql+psycopg2://postgres@/kinto?host={Path(folder) / 'pg'}"
        with kinto(options.programs, Path(folder), url) as client:
            push(client, options.records)
            pull(client)


if __name__ == "__main__":
    main()
