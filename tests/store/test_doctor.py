"""The doctor: whatever is changed behind the program's back is found, and a sound house has no findings."""

from __future__ import annotations

import random
import shutil
from datetime import date

import pytest

from rathaus_desk.store.engine import Store
from rathaus_desk.store.schema import synced_tables

CHAIN = ("journal", "journal_change", "workstation")
UNCHAINED = {("workstation", "forked_from"), ("workstation", "cursor"), ("journal", "number")}
"""What tells nothing of what happened: where a chain came from, how far the sync is, the rows' order here."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory, village):
    """A closed home in which everything happened once, to be copied and spoilt."""
    from rathaus_desk.store.keys import KeyFile

    folder = tmp_path_factory.mktemp("sound")
    store = Store.create(folder / "home", KeyFile(folder / "key"))
    house = store.run(village.Build(name="Mühle")).value
    one, other = (store.run(village.MoveIn(name=name, house=house)).value for name in ("Anna", "Bert"))
    store.run(village.Scan(citizen=one, content=b"Urkunde"))
    store.run(village.Occupy(citizen=one, house=house, first=date(2026, 1, 1), last=date(2026, 1, 9)))
    store.run(village.Occupy(citizen=one, house=house, first=date(2026, 3, 1), last=date(2026, 3, 9)))
    store.run(village.Occupy(citizen=other, house=house, first=date(2026, 3, 10), last=date(2026, 4, 9)))
    renamed = store.run(village.Rename(citizen=one, name="Anne"))
    store.undo(renamed.operation)
    with store.importing() as taken:
        gone = taken.run(village.MoveIn(name="Zoë")).value
        taken.run(village.Leave(citizen=gone))
    assert store.examine() == []
    store.close()
    return store


@pytest.fixture
def spoilt(sound, tmp_path, behind_the_back):
    """A copy of the sound home and a connection to it that writes what it likes."""
    shutil.copytree(sound.home.folder, tmp_path / "home")
    store = Store(type(sound.home)(tmp_path / "home"), sound._key, sound.clock)
    with behind_the_back(store) as raw:
        for (trigger,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {trigger}")
        raw.execute("PRAGMA ignore_check_constraints=ON")
        yield store, raw
    store.close()


def checks(store):
    return {finding.check for finding in store.examine()}


def columns(raw, table):
    return [row[1] for row in raw.execute(f"PRAGMA table_info({table})")]


def flipped(value, chance):
    """The same value with one bit changed, of the same kind where that is possible."""
    if value is None:
        return chance.choice([0, "", b""])
    if isinstance(value, int):
        return value ^ 1 << chance.randrange(20)
    content = bytearray(value.encode() if isinstance(value, str) else value)
    if not content:
        return None
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(content)


def spoil(raw, table, column, rowid, value):
    """Writes the bytes ``value`` in place of what was there, as text if that was text; whether it could."""
    kind = raw.execute(f'SELECT typeof("{column}") FROM {table} WHERE rowid = ?', (rowid,)).fetchone()[0]
    new = "CAST(? AS TEXT)" if kind == "text" and isinstance(value, bytes) else "?"
    statement = f'UPDATE OR IGNORE {table} SET "{column}" = {new} WHERE rowid = ?'
    return raw.execute(statement, (value, rowid)).rowcount > 0


def tables_to_spoil(raw):
    present = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return [*CHAIN, *sorted(set(synced_tables()) & present)]


def test_every_value_of_every_row_and_every_entry(spoilt, many):
    """One bit of each value, one after the other; each is found, and undone before the next."""
    store, raw = spoilt
    chance = random.Random(20261120)
    missed, tried = [], 0
    for table in tables_to_spoil(raw):
        names = columns(raw, table)
        for rowid, *values in raw.execute(f"SELECT rowid, * FROM {table}").fetchall():
            for column, value in zip(names, values, strict=True):
                for _ in range(many(1, 8) if (table, column) not in UNCHAINED else 0):
                    if not spoil(raw, table, column, rowid, flipped(value, chance)):
                        continue
                    tried += 1
                    if not checks(store) & {"journal", "rows", "database"}:
                        missed.append((table, column, value))
                    spoil(raw, table, column, rowid, value)
    assert missed == []
    assert tried > 200
    assert checks(store) == set()


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("DELETE FROM village_citizen WHERE name = 'Anna'", "rows"),
        ("DELETE FROM claim WHERE rowid = 1", "rows"),
        (
            "INSERT INTO village_house SELECT x'00112233445566778899aabbccddeeff', version, name, roof,"
            " built, survey, NULL, created_at, changed_at, deleted_at FROM village_house",
            "rows",
        ),
        ("DELETE FROM journal WHERE number = 3", "journal"),
        ("DELETE FROM journal WHERE number = (SELECT max(number) FROM journal)", "journal"),
        ("DELETE FROM journal_change WHERE entry = 2", "journal"),
        ("DELETE FROM journal_change", "journal"),
        ("DELETE FROM journal", "journal"),
        ("DELETE FROM workstation", "journal"),
        ("UPDATE journal_change SET change = NULL, salt = NULL WHERE entry = 2", "journal"),
        ("UPDATE journal SET request = NULL, request_salt = NULL WHERE number = 2", "journal"),
        ("UPDATE number_drawn SET number = 77 WHERE number = 1", "numbers"),
        ("UPDATE number_block SET next = 1", "numbers"),
        ("UPDATE village_citizen SET house = x'00' WHERE name = 'Anna'", "references"),
        ("UPDATE claim SET ends = ends + 99999, deleted_at = NULL", "claims"),
    ],
)
def test_what_somebody_might_do_with_a_tool(spoilt, statement, check):
    store, raw = spoilt
    raw.execute(statement)
    assert check in checks(store)


def test_a_change_and_its_digest_exchanged_together_are_found(spoilt):
    """Without a key anybody could compute a salted digest; the chain gives it away."""
    import hashlib

    store, raw = spoilt
    change, salt = raw.execute("SELECT change, salt FROM journal_change WHERE entry = 2").fetchone()
    forged = change.replace("Anna", "Anja")
    assert forged != change
    digest = hashlib.sha256(salt + forged.encode()).digest()
    raw.execute("UPDATE journal_change SET change = ?, digest = ? WHERE entry = 2", (forged, digest))
    raw.execute("UPDATE village_citizen SET name = 'Anja' WHERE name = 'Anna'")
    assert "journal" in checks(store)


def test_an_index_out_of_step_is_made_anew(spoilt, village):
    store, raw = spoilt
    raw.execute("UPDATE search_entry SET title = 'falsch' WHERE title = 'Anna'")
    assert checks(store) == {"search"}
    assert checks(store) == set()
    raw.execute("DELETE FROM search_entry")
    assert checks(store) == {"search"}
    assert checks(store) == set()
    raw.execute("INSERT INTO search_text(search_text) VALUES('delete-all')")
    assert checks(store) == {"search"}
    assert checks(store) == set()


def test_findings_are_sentences(spoilt):
    store, raw = spoilt
    raw.execute("UPDATE village_citizen SET name = 'Anja' WHERE name = 'Anna'")
    found = store.examine()
    assert found[0].what.startswith("„village_citizen“, Eintrag ")
    assert found[0].what.endswith("am Verlauf vorbei geändert (name).")
    assert found[0].remedy == (
        "Bitte vergleichen Sie den Eintrag mit der Akte; der Verlauf zeigt, was eingetragen wurde."
    )
