"""A random schedule of real stores and a real server, over lines that are cut: everything must come out even.

Every clerk's work is accounted for: accepted, an open conflict, or settled. Nothing is applied twice, no
deleted row comes back, no number is given twice, and in the end every workstation has the same rows and the
same conflicts as the server.
"""

from __future__ import annotations

import hashlib
import random
import shutil
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from direct import DirectClient, restore_server, save_server

from rathaus_desk.kernel.errors import CannotWork, DeskError, Refused
from rathaus_desk.server import town as towns
from rathaus_desk.server.registry import Registry
from rathaus_desk.server.tidying import tidy
from rathaus_desk.server.upkeep import examine
from rathaus_desk.store.engine import Store
from rathaus_desk.store.journal import happened, read_header
from rathaus_desk.store.keys import KeyFile
from rathaus_desk.store.shape import shape_of
from rathaus_desk.sync.client import Unreachable
from rathaus_desk.sync.conflicts import give_up, open_conflicts, run_again
from rathaus_desk.sync.proof import Invitation
from rathaus_desk.sync.rounds import Locked, Manner, enrol, run_round

TABLES = ("village_house", "village_citizen", "claim", "attachment")
SCANS = [bytes([letter]) * 3000 for letter in range(3)]


class Desk:
    """A workstation of the schedule."""

    def __init__(self, village, store, key, client, trouble):
        self.village, self.store, self.key, self.client = village, store, key, client
        self.trouble = trouble

    def everyone(self):
        with self.store.read() as session:
            return self.village.everyone(session)

    def houses(self):
        with self.store.read() as session:
            return self.village.houses(session)

    def rows(self):
        with self.store.read() as session:
            driver = session.connection().connection.driver_connection
            return {
                table: driver.execute(f'SELECT * FROM "{table}" ORDER BY id').fetchall() for table in TABLES
            }

    def live(self):
        return {
            table: [row for row in rows if row[shape_of(table).columns.index("deleted_at")] is None]
            for table, rows in self.rows().items()
        }

    def conflicts(self):
        with self.store.read() as session:
            return open_conflicts(session)

    def standing(self):
        with self.store.read() as session:
            driver = session.connection().connection.driver_connection
            return driver.execute("SELECT id, state, is_open, n FROM journal ORDER BY n").fetchall()


class Schedule:
    def __init__(self, seed, folder, village, pool, make_town):
        self.chance = random.Random(seed)
        self.folder, self.village = folder, village
        self.registry = Registry(pool)
        self.town = make_town()
        self.desks: list[Desk] = []
        self.issued: set[UUID] = set()
        self.lost: set[UUID] = set()
        self.made = 0
        self.saved = None
        self.backups = []
        self.disks_gone = False

    def join(self):
        folder = self.folder / f"desk-{self.made}"
        self.made += 1
        key = KeyFile(folder.with_suffix(".key"))
        store = Store.create(folder, key)
        client = DirectClient(self.registry, self.chance)
        code = self.registry.invite(self.town, "")
        enrol(store, str(Invitation("https://x", self.town, code)), "m", client=client)
        desk = Desk(self.village, store, key, client, 0.2)
        self.desks.append(desk)
        self.sync(desk)
        return desk

    def sync(self, desk):
        desk.client.trouble = desk.trouble
        desk.client.page = self.chance.choice([1, 2, 3, 8, 1000])
        with suppress(Unreachable, Locked):
            run_round(desk.store, desk.client, manner=Manner(self.chance.choice([1, 2, 5, 100])))

    def act(self, desk, request):
        try:
            done = desk.store.run(request)
        except (Refused, CannotWork):
            return
        if done.changed:
            self.issued.add(done.operation)

    def step(self):
        v, chance = self.village, self.chance
        desk = chance.choice(self.desks)
        people, houses = desk.everyone(), desk.houses()
        what = chance.random()
        if what < 0.30:
            self.sync(desk)
        elif what < 0.38 or not people:
            self.act(desk, v.MoveIn(name=f"P{self.made}", house=chance.choice([None, *houses])))
        elif what < 0.44 or not houses:
            self.act(desk, v.Build(name="H"))
        elif what < 0.54:
            self.act(desk, v.Rename(citizen=chance.choice(people), name=chance.choice("ABC")))
        elif what < 0.60:
            self.act(desk, v.Relocate(citizen=chance.choice(people), street=chance.choice("XYZ")))
        elif what < 0.70:
            first = date(2026, 1, 1) + timedelta(days=chance.randrange(6))
            last = first + timedelta(days=chance.randrange(3))
            self.act(
                desk,
                v.Occupy(citizen=chance.choice(people), house=chance.choice(houses), first=first, last=last),
            )
        elif what < 0.75:
            self.act(desk, v.RenameHouse(house=chance.choice(houses), name=chance.choice("KLM")))
        elif what < 0.79:
            self.act(desk, v.Plate(house=chance.choice(houses), plate=chance.choice("123")))
        elif what < 0.82:
            self.act(desk, v.Leave(citizen=chance.choice(people)))
        elif what < 0.84:
            self.act(desk, v.Tear(house=chance.choice(houses)))
        elif what < 0.87:
            self.act(desk, v.Scan(citizen=chance.choice(people), content=chance.choice(SCANS)))
        elif what < 0.90:
            self.undo(desk)
        elif what < 0.95:
            self.settle(desk)
        elif what < 0.96:
            self.clone_or_restore(desk)
        elif what < 0.97 and len(self.desks) < 5:
            self.join()
        elif what < 0.98:
            self.saved, self.in_save = save_server(self.registry, self.town), self.on_server()
        elif what < 0.983:
            self.act(desk, v.Erase(citizen=chance.choice(people)))
        elif what < 0.99:
            # Long after all that was done so far: whoever is not up to date reads a snapshot.
            tidy(self.registry, self.town, datetime.now(UTC) + timedelta(days=500))
        elif what < 0.994 and self.saved is not None:
            self.account_for_loss(
                self.on_server() - self.in_save, [self.journal_of(one) for one in self.desks]
            )
            restore_server(self.registry, self.town, self.saved)
            for one in self.desks:
                self.sync(one)
            towns.recovered(self.registry.pool, self.town)

    def undo(self, desk):
        with desk.store.read() as session:
            latest = [one.operation for one in happened(session) if one.state != "refused"][-3:]
        if latest:
            with suppress(Refused):
                done = desk.store.undo(self.chance.choice(latest))
                self.issued.update([done.operation] if done.changed else [])

    def settle(self, desk):
        found = desk.conflicts()
        if not found:
            return
        conflict = self.chance.choice(found)
        act = give_up if self.chance.random() < 0.5 else run_again
        with suppress(DeskError):
            self.issued.update(one.operation for one in act(desk.store, conflict, clerk=None))

    def clone_or_restore(self, desk):
        """A backup now, an older one put back, or a copy of the folder that works beside the original."""
        what = self.chance.random()
        if what < 0.4:
            copy = self.folder / f"backup-{len(self.backups)}"
            desk.store.close()
            shutil.copytree(desk.store.home.folder, copy)
            self.backups.append((desk, copy))
        elif what < 0.7 and self.backups:
            owner, copy = self.chance.choice(self.backups)
            if owner in self.desks:
                self.sync(owner)
                before, self.disks_gone = self.journal_of(owner), True
                owner.store.close()
                shutil.rmtree(owner.store.home.folder)
                shutil.copytree(copy, owner.store.home.folder)
                owner.store = Store.open(owner.store.home.folder, owner.key)
                others = [self.journal_of(one) for one in self.desks]
                self.account_for_loss(before, [*others, self.on_server()])
        elif len(self.desks) < 5:
            folder = self.folder / f"desk-{self.made}"
            self.made += 1
            desk.store.close()
            shutil.copytree(desk.store.home.folder, folder)
            client = DirectClient(self.registry, self.chance)
            store = Store.open(folder, desk.key)
            self.desks.append(Desk(self.village, store, desk.key, client, 0.2))

    def journal_of(self, desk):
        return {UUID(bytes=one[0]) for one in desk.standing()}

    def on_server(self):
        with towns.in_town(self.registry.pool, self.town) as cursor:
            return {id_ for (id_,) in cursor.execute("SELECT id FROM sync_ledger")}

    def account_for_loss(self, gone, left):
        """A disk is gone: what nobody else has is lost, and nothing else may be."""
        self.issued -= gone.difference(*left)

    def is_lost_file(self, finding):
        """A scan that lay on a disk that is gone, before the server had it."""
        with towns.in_town(self.registry.pool, self.town) as cursor:
            there = {name for (name,) in cursor.execute("SELECT sha256 FROM sync_file")}
        lost = {hashlib.sha256(scan).hexdigest() for scan in SCANS} - there
        return finding.check == "attachments" and self.disks_gone and bool(lost)

    def sync_for_sure(self, desk):
        desk.client.trouble = 0.0
        desk.client.page = 1000
        run_round(desk.store, desk.client)

    def heal(self):
        for _ in range(2):
            for desk in self.desks:
                self.sync_for_sure(desk)

    def check(self):
        self.heal()
        live = self.desks[0].live()
        conflicts = self.desks[0].conflicts()
        for desk in self.desks:
            assert desk.live() == live
            assert [one.who.operation for one in desk.conflicts()] == [one.who.operation for one in conflicts]
            assert [one[1] for one in desk.standing() if one[1] in ("pending", "suspended")] == []
            found = [one.what for one in desk.store.examine() if not self.is_lost_file(one)]
            assert found == [], found
        self.same_as_server()
        assert list(examine(self.registry.pool, self.town)) == []
        self.nothing_without_its_cause()
        assert self.issued <= self.on_server(), "an acknowledged edit is nowhere"
        self.no_number_twice()
        self.empty_the_list()

    def nothing_without_its_cause(self):
        with self.desks[0].store.read() as session:
            standing = {one.operation: one.state for one in happened(session)}
            headers = session.connection().connection.driver_connection.execute(
                "SELECT header FROM journal WHERE state = 'accepted'"
            )
            for header in (read_header(text) for (text,) in headers.fetchall()):
                # An erasure waits for nothing.
                for earlier in () if header.op == "village.erase" else header.after:
                    assert standing.get(earlier) != "refused", "a follow-up without its cause"

    def same_as_server(self):
        """The server's tombstones go in time; what is live is the same everywhere."""
        with towns.in_town(self.registry.pool, self.town) as cursor:
            for table in TABLES:
                shape = shape_of(table)
                there = {
                    found["id"]: found for (found,) in cursor.execute(f'SELECT to_jsonb(t) FROM "{table}" t')
                }
                for desk in self.desks:
                    rows = [dict(zip(shape.columns, row, strict=True)) for row in desk.rows()[table]]
                    here = {wire["id"]: wire for wire in (shape.wire(raw, shape.columns) for raw in rows)}
                    # A restored server may have tombstones that went before somebody read its snapshot.
                    common = here.keys() & there.keys()
                    assert {id_: here[id_] for id_ in common} == {id_: there[id_] for id_ in common}
                    assert all(there[id_]["deleted_at"] for id_ in there.keys() - common)
                    assert all(here[id_]["deleted_at"] for id_ in here.keys() - common)

    def no_number_twice(self):
        for desk in self.desks:
            with desk.store.read() as session:
                driver = session.connection().connection.driver_connection
                numbers = driver.execute(
                    "SELECT json_extract(facts, '$.number') FROM village_citizen"
                    " WHERE json_extract(facts, '$.number') IS NOT NULL"
                ).fetchall()
            assert len(numbers) == len(set(numbers)), "a number stands twice"

    def empty_the_list(self):
        for _ in range(10):
            found = self.desks[0].conflicts()
            if not found:
                break
            for conflict in found:
                give_up(self.desks[0].store, conflict, clerk=None)
            self.heal()
        for desk in self.desks:
            assert desk.conflicts() == []

    def close(self):
        for desk in self.desks:
            desk.store.close()


def run(seed, folder, village, pool, make_town, steps=140):
    """One schedule from its start to the last check; raises what does not come out even."""
    folder.mkdir()
    schedule = Schedule(seed, folder, village, pool, make_town)
    try:
        for _ in range(schedule.chance.choice([2, 3])):
            schedule.join()
        for _ in range(steps):
            schedule.step()
        schedule.check()
    finally:
        schedule.close()
        shutil.rmtree(folder, ignore_errors=True)
