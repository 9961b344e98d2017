"""Whole operations on the encrypted store, beside the same library without a key. Goals: ≤ 1.1 ×, ≤ 30 ms.

One operation is what a burial writes: eight rows, a claim, a number, the search index, the journal; the
second figure has an attachment of 50 kB with it, on the disk before the commit.

Usage: python bench/bench_store.py [--operations N]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from rathaus_desk.kernel.money import Money
from rathaus_desk.store import connection, engine
from rathaus_desk.store.engine import Store
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.store.schema import Found, Record, Searchable


class Plot(Record):
    __tablename__ = "bench_plot"
    number: Mapped[str]


class Person(Record):
    __tablename__ = "bench_person"
    __search__ = Searchable("person", lambda person, _session: Found(person.name, person.street))
    name: Mapped[str]
    street: Mapped[str]
    town: Mapped[str]
    born: Mapped[date | None]


class Burial(Record):
    __tablename__ = "bench_burial"
    plot: Mapped[UUID] = mapped_column(sa.ForeignKey("bench_plot.id"))
    person: Mapped[UUID] = mapped_column(sa.ForeignKey("bench_person.id"))
    on: Mapped[date]
    rest_end: Mapped[date]


class Due(Record):
    __tablename__ = "bench_due"
    burial: Mapped[UUID] = mapped_column(sa.ForeignKey("bench_burial.id"))
    amount: Mapped[Money]
    reference: Mapped[str]


class Enter(Request, frozen=True, kw_only=True):
    name: str
    on: date
    scan: bytes = b""


@operation(Enter, name="bench.enter", title="Bestattung eintragen")
def enter(work: Work, request: Enter) -> UUID:
    number = work.number("FH-2026")
    plot = Plot(number=f"A/{number}")
    people = [
        Person(name=f"{request.name} {place}", street="Am Anger 1", town="Musterrode", born=request.on)
        for place in range(3)
    ]
    burial = Burial(plot=plot.id, person=people[0].id, on=request.on, rest_end=request.on)
    dues = [Due(burial=burial.id, amount=Money(4800), reference=f"RF{number}") for _ in range(2)]
    work.session.add_all([plot, *people, burial, *dues])
    work.claim(plot.id, request.on, request.on + timedelta(days=9000), burial.id)
    if request.scan:
        work.attach(request.scan, "bescheid.pdf", "application/pdf", to=burial.id)
    return burial.id


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--operations", type=int, default=400)
    count = parser.parse_args().operations
    chance = random.Random(7)
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.create(Path(folder) / "encrypted") as encrypted,
        plain_store(Path(folder) / "plain") as plain,
    ):
        stores = {"encrypted": encrypted, "without a key": plain}
        for store in stores.values():
            for _ in range(20):
                timed(store, chance)
        times: dict[str, list[float]] = {name: [] for name in stores}
        scans: list[float] = []
        for _ in range(count):
            # In turn, so that whatever else the machine does falls on both alike.
            for name, store in chance.sample(list(stores.items()), 2):
                times[name].append(timed(store, chance))
            scans.append(timed(encrypted, chance, scan=True))
    for name, took in times.items():
        print(f"{f'one operation, eight rows, {name}':52} {line(took)}")
    ratio = middle(times["encrypted"]) / middle(times["without a key"])
    print(f"{'encrypted against without a key (medians)':52} {ratio:.2f} x            goal: <= 1.1 x")
    print(f"{'one operation with 50 kB attached, durable':52} {line(scans)}   goal: <= 30 ms")


def timed(store: Store, chance: random.Random, *, scan: bool = False) -> float:
    """Milliseconds of one operation from the call to the commit."""
    content = chance.randbytes(50_000) if scan else b""
    request = Enter(name=f"Vogel {chance.randrange(10**6)}", on=date(2026, 1, 1), scan=content)
    start = time.perf_counter()
    store.run(request)
    return (time.perf_counter() - start) * 1000


@contextmanager
def plain_store(home: Path) -> Iterator[Store]:
    """The same store on the same library, its database not encrypted."""

    def without_key(path: Path, _key: bytes, *, create: bool = False) -> Any:
        mode = "rwc" if create else "rw"
        raw = connection.dbapi2.connect(
            f"{path.as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False,
            cached_statements=512,
        )  # fmt: skip
        for pragma in connection._PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")
        return raw

    with patch.object(engine, "connect", without_key):
        store = Store.create(home)
    with store, patch.object(store, "_connected", lambda: without_key(store.home.database, b"")):
        yield store
    if not store.home.database.read_bytes().startswith(b"SQLite format 3"):
        raise AssertionError("the floor is encrypted too")


def middle(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]


def line(times: list[float]) -> str:
    ordered = sorted(times)
    high = ordered[int(len(ordered) * 0.95)]
    return f"median {middle(times):6.2f} ms   p95 {high:6.2f}   worst {ordered[-1]:6.2f}"


if __name__ == "__main__":
    main()
