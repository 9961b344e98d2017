"""Killed, four at once, clock set back, read by a stranger: nothing confirmed is lost, nothing readable."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.store.engine import Store
from rathaus_desk.store.journal import Entry
from rathaus_desk.store.local import save_draft
from rathaus_desk.store.log import log_to

WORKER = Path(__file__).with_name("worker.py")


def worker(store, key_file, seed, count):
    """A process that does ``count`` random things, telling each that was confirmed."""
    arguments = [
        sys.executable,
        str(WORKER),
        str(store.home.folder),
        str(key_file(store).path),
        str(seed),
        str(count),
    ]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def confirmed(lines):
    """The operations a worker told of, and the number each drew (0: none); a line cut off does not count."""
    told = [line.split() for line in lines if line.endswith("\n")]
    return {UUID(operation): int(number) for operation, number in told}


def known(store):
    with store.read() as session:
        return set(session.scalars(sa.select(Entry.id)))


@pytest.mark.skipif(sys.platform == "win32", reason="no kill -9")
def test_killed_at_a_random_moment_nothing_confirmed_is_lost(store, key_file, many):
    """Until as many operations as asked for were confirmed, in processes that each die suddenly."""
    store.close()
    chance = random.Random(7)
    told: dict[UUID, int] = {}
    kills = 0
    while len(told) < many(200, 1000):
        with worker(store, key_file, chance.randrange(10**6), 10**6) as process:
            lines = [process.stdout.readline() for _ in range(chance.randrange(5, 60))]
            # The next operation is under way: it dies somewhere within it.
            chance.choice([lambda: None, lambda: time.sleep(chance.random() * 0.01)])()
            process.send_signal(signal.SIGKILL)
            told |= confirmed(lines + process.stdout.readlines())
        kills += 1
    with Store.open(store.home.folder, key_file(store)) as again:
        assert again.examine() == []
        assert told.keys() <= known(again)
    numbers = [number for number in told.values() if number]
    assert len(set(numbers)) == len(numbers)
    assert kills >= 3


def test_four_processes_at_once_lose_nothing(store, key_file, many):
    count = many(40, 400)
    processes = [worker(store, key_file, seed, count) for seed in range(4)]
    told: dict[UUID, int] = {}
    numbers: list[int] = []
    for process in processes:
        output = process.communicate()[0]
        assert process.returncode == 0
        mine = confirmed(output.splitlines(keepends=True))
        told |= mine
        numbers += [number for number in mine.values() if number]
    assert store.examine() == []
    assert told.keys() == known(store)
    assert len(numbers) > 4
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    with store.read() as session:
        assert list(session.scalars(sa.select(Entry.seq).order_by(Entry.number))) == list(
            range(1, len(told) + 1)
        )


def test_a_clock_set_back_orders_nothing(store, village):
    citizen = store.run(village.MoveIn(name="A")).value
    store.clock = village.SteppingClock(datetime(1999, 1, 1, tzinfo=UTC))
    renamed = store.run(village.Rename(citizen=citizen, name="B"))
    store.clock = village.SteppingClock(datetime(2026, 1, 1, tzinfo=UTC))
    store.run(village.Rename(citizen=citizen, name="C", seen={citizen: renamed.operation}))
    assert store.examine() == []
    with store.read() as session:
        assert session.get_one(village.Citizen, citizen).name == "C"


SECRETS = (
    "Geheimrätin",
    "Rosengasse",
    "Urkundentext",
    "Entwurfswort",
    "Notizwort",
    "EW-2026",
    "village_citizen",
)


def test_no_readable_word_in_any_file_of_the_folder(store, village, key_file, tmp_path):
    """Not in the database, its WAL, attachments, drafts, logs; neither in UTF-8 nor in UTF-16."""
    handler = log_to(store.home.logs / "rathaus-desk.log")
    citizen = store.run(village.MoveIn(name="Geheimrätin")).value
    store.run(village.Relocate(citizen=citizen, street="Rosengasse 3"))
    store.run(village.Scan(citizen=citizen, content=b"Urkundentext" * 50))
    with store.local() as session:
        save_draft(session, "x", {"a": "Entwurfswort"}, clerk=None, at=store.clock.now())
    with pytest.raises(Exception, match="Das geht nicht"):
        store.run(village.Fail(name="Notizwort"))
    reading = store._connected()
    reading.execute("BEGIN")
    reading.execute("SELECT count(*) FROM journal").fetchone()
    store.run(village.Rename(citizen=citizen, name="Geheimrätin Zwei"))
    saved = store.back_up(tmp_path / "backup").path
    contents = {path: path.read_bytes() for path in (saved, *store.home.folder.rglob("*")) if path.is_file()}
    found = [
        (path.name, word)
        for path, content in contents.items()
        for word in SECRETS
        if word.encode() in content or word.encode("utf-16-le") in content
    ]
    assert found == []
    assert {"rathaus.db", "rathaus.db-wal", "keys.json"} <= {path.name for path in contents}
    reading.close()
    handler.close()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="mounting needs root")
def test_a_disk_that_is_really_full(store, village, key_file, tmp_path):
    """On a small file system of its own."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", small], check=False)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        with Store.create(small / "home", key_file(store)) as full:
            done = []

            def write_on():
                citizen = full.run(village.MoveIn(name="A")).value
                while True:
                    name = "Lang" * 3000 + str(len(done))
                    done.append(full.run(village.Rename(citizen=citizen, name=name)))

            with pytest.raises(CannotWork, match="Datenträger ist voll"):
                write_on()
        subprocess.run(["mount", "-o", "remount,size=40m", small], check=True)
        with Store.open(small / "home", key_file(store)) as again:
            assert again.examine() == []
            assert {one.operation for one in done} <= known(again)
    finally:
        subprocess.run(["umount", small], check=True)


STRANGER = """
import os, sys
from pathlib import Path
from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.store.engine import Store
from rathaus_desk.store.keys import RecoveryCode
os.setuid(65534)
try:
    Store.open(Path(sys.argv[1]), RecoveryCode(sys.argv[2]))
except CannotWork as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="needs root to become somebody else")
def test_a_folder_that_somebody_may_only_read(store, village):
    store.run(village.MoveIn(name="A"))
    store.close()
    for path in (store.home.folder, *store.home.folder.parents):
        if path.stat().st_uid == 0 and "pytest" in str(path):
            path.chmod(0o755)
    for path in store.home.folder.iterdir():
        path.chmod(0o755 if path.is_dir() else 0o644)
    before = store.home.database.read_bytes()
    command = [sys.executable, "-c", STRANGER, str(store.home.folder), store.recovery_code]
    told = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert "schreibgeschützt" in told.stdout
    assert told.stderr == ""
    assert store.home.database.read_bytes() == before
