"""Real stores against a real PostgreSQL, without a network between them."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from rathaus_desk.server.deciding import push
from rathaus_desk.server.town import lease, log_after
from rathaus_desk.store import journal
from rathaus_desk.sync.following import follow
from rathaus_desk.sync.link import link_of, tie
from rathaus_desk.sync.outbox import next_batch, waiting


class Side:
    """A workstation and how it talks to the server."""

    def __init__(self, store, pool, town):
        self.store, self.pool, self.town = store, pool, town
        tie(store, url="", town=town, server=uuid4(), epoch="e1", device=uuid4(), private_key=b"")
        first, last = lease(pool, town, uuid4(), uuid4(), "EW-2026", 100)
        with store.following() as following:
            following.execute("INSERT INTO number_block VALUES (?, ?, ?, ?)", ("EW-2026", first, last, first))

    def push(self):
        with self.store.read() as session:
            batch, _ = next_batch(driver(session))
        return push(self.pool, self.town, "e1", batch, lambda _: True) if batch else None

    def pull(self, limit=1000):
        while True:
            with self.store.read() as session:
                link = link_of(driver(session))
            page = log_after(self.pool, self.town, link.cursor, "e1", link.chain.hex(), limit)
            if not page.lines:
                return
            follow(self.store, page.lines, page.head)

    def sync(self):
        answers = self.push()
        self.pull()
        return answers

    def state(self, table):
        with self.store.read() as session:
            return driver(session).execute(f'SELECT * FROM "{table}" ORDER BY id').fetchall()

    def standings(self):
        with self.store.read() as session:
            return [one.state for one in journal.happened(session)]


def driver(session):
    return session.connection().connection.driver_connection


@pytest.fixture
def sides(village, make_store, pool, make_town):
    town = make_town()
    return [Side(make_store(), pool, town) for _ in range(2)]


TABLES = ("village_house", "village_citizen", "claim", "attachment")


def same(one, other):
    for table in TABLES:
        assert one.state(table) == other.state(table), table
    assert one.store.examine() == []
    assert other.store.examine() == []


def test_what_one_enters_the_other_sees(village, sides):
    one, other = sides
    house = one.store.run(village.Build(name="Rathaus")).value
    citizen = one.store.run(village.MoveIn(name="A", house=house)).value
    one.store.run(village.Occupy(citizen=citizen, house=house, first=date(2026, 1, 1), last=date(2026, 1, 3)))
    answers = one.sync()
    assert [answer.verdict for answer in answers.answers] == [None, None, None]
    other.sync()
    same(one, other)
    assert one.standings() == other.standings() == ["accepted"] * 3


def test_both_rename_one_is_refused(village, sides):
    one, other = sides
    citizen = one.store.run(village.MoveIn(name="A")).value
    one.sync()
    other.sync()
    one.store.run(village.Rename(citizen=citizen, name="B"))
    other.store.run(village.Rename(citizen=citizen, name="C"))
    other.store.run(village.Relocate(citizen=citizen, street="Weg 2"))
    one.sync()
    answers = other.sync()
    assert [answer.verdict and answer.verdict.kind for answer in answers.answers] == ["column", "dependent"]
    one.sync()
    same(one, other)
    assert other.standings() == ["accepted", "accepted", "refused", "refused"]


def test_the_same_house_claimed_twice(village, sides):
    one, other = sides
    house = one.store.run(village.Build(name="Halle")).value
    a = one.store.run(village.MoveIn(name="A")).value
    one.sync()
    other.sync()
    b = other.store.run(village.MoveIn(name="B")).value
    one.store.run(village.Occupy(citizen=a, house=house, first=date(2026, 1, 1), last=date(2026, 1, 3)))
    other.store.run(village.Occupy(citizen=b, house=house, first=date(2026, 1, 3), last=date(2026, 1, 4)))
    one.sync()
    other.pull()
    assert other.standings()[-1] == "suspended"
    answers = other.sync()
    assert [answer.verdict and answer.verdict.kind for answer in answers.answers] == [None, "claim"]
    one.sync()
    same(one, other)


def test_a_founding_town_hands_over_everything(village, make_store, pool, make_town):
    store = make_store()
    house = store.run(village.Build(name="Rathaus")).value
    for name in "ABC":
        citizen = store.run(village.MoveIn(name=name, house=house)).value
        store.run(village.Rename(citizen=citizen, name=name * 2))
    store.undo(store.run(village.RenameHouse(house=house, name="X")).operation)
    town = make_town()
    one = Side(store, pool, town)
    other = Side(make_store(), pool, town)
    one.sync()
    other.sync()
    same(one, other)
    assert set(one.standings()) == {"accepted"}
    with one.store.read() as session:
        assert waiting(driver(session)) == 0
        assert driver(session).execute("SELECT count(*) FROM shadow").fetchone()[0] == 0


def test_pages_cut_anywhere(village, sides):
    one, other = sides
    house = one.store.run(village.Build(name="Halle")).value
    citizen = one.store.run(village.MoveIn(name="A", house=house)).value
    for day in range(1, 6):
        one.store.run(
            village.Occupy(citizen=citizen, house=house, first=date(2026, 1, day), last=date(2026, 1, day))
        )
        one.store.run(village.Rename(citizen=citizen, name=f"A{day}"))
    one.push()
    one.pull(limit=1)
    other.pull(limit=1)
    same(one, other)
