"""Migrations: real rows, children and triggers come through; what goes wrong changes nothing."""

from __future__ import annotations

import importlib.util
import re
import signal
import subprocess
import sys
import textwrap
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlcipher3 import dbapi2

from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.store import journal, migrate, tables, upcasts
from rathaus_desk.store.engine import Store
from rathaus_desk.store.home import Home
from rathaus_desk.store.undo import taken_back

ROOT = Path(__file__).resolve().parents[2]

FIRST = """
revision, down_revision = "0001", None
def upgrade(): ...
"""
SECOND = """
import os
import signal
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0002", "0001"
def upgrade():
    with op.batch_alter_table("village_house", recreate="always") as house:
        house.add_column(sa.Column("cellar", sa.Text(), nullable=False, server_default="keiner"))
    with op.batch_alter_table("claim", recreate="always") as claim:
        claim.alter_column("record", nullable=False)
    {more}
"""


@pytest.fixture
def steps(tmp_path):
    """Writes steps: the tables as they are, and one that rebuilds two of them."""

    def written(more="pass"):
        folder = tmp_path / "steps"
        (folder / "versions").mkdir(parents=True, exist_ok=True)
        (folder / "versions" / "0001_first.py").write_text(FIRST)
        (folder / "versions" / "0002_second.py").write_text(SECOND.format(more=more))
        return folder

    return written


@pytest.fixture
def filled(store, village, behind_the_back):
    """Houses with people in them, claims, and children that vanish with their house."""
    houses = [store.run(village.Build(name=f"Haus {number}")).value for number in range(3)]
    for house in houses:
        citizen = store.run(village.MoveIn(name="A", house=house)).value
        store.run(village.Occupy(citizen=citizen, house=house, first=date(2026, 1, 1), last=date(2026, 2, 1)))
    with behind_the_back(store) as raw:
        raw.execute("CREATE TABLE child (house BLOB REFERENCES village_house(id) ON DELETE CASCADE)")
        raw.executemany("INSERT INTO child VALUES (?)", [(house.bytes,) for house in houses])
    store.close()
    return store


def counts(store, behind_the_back):
    with behind_the_back(store) as raw:
        return {
            name: raw.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in ("village_house", "village_citizen", "claim", "child", "journal", "journal_change")
        }


def test_rows_children_and_triggers_come_through(filled, steps, behind_the_back):
    before = counts(filled, behind_the_back)
    assert before["child"] == 3
    migrate.migrate(filled.home, filled._key, steps=steps(), target=2)
    assert counts(filled, behind_the_back) == before
    with behind_the_back(filled) as raw:
        assert raw.execute("SELECT DISTINCT cellar FROM village_house").fetchall() == [("keiner",)]
        assert raw.execute("PRAGMA user_version").fetchone() == (2,)
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        with pytest.raises(dbapi2.IntegrityError, match="claim taken"):
            raw.execute(
                "INSERT INTO claim"
                " SELECT x'00', version, resource, starts, ends, record, 't', 't', NULL FROM claim"
            )


def test_the_file_as_it_was_stays_aside_under_its_key(filled, steps, behind_the_back, key_file, tmp_path):
    before = filled.home.database.read_bytes()
    migrate.migrate(filled.home, filled._key, steps=steps(), target=2)
    (copy,) = filled.home.backups.iterdir()
    filled.home.database.write_bytes(copy.read_bytes())
    with Store.open(filled.home.folder, key_file(filled)) as again:
        assert again.examine() == []
    assert len(before) == copy.stat().st_size


@pytest.mark.parametrize(
    "more",
    [
        'raise RuntimeError("the step breaks off")',
        'op.execute("DELETE FROM village_citizen WHERE rowid = 1")',
        "op.execute(\"UPDATE village_citizen SET house = x'00'\")",
    ],
)
def test_a_step_that_fails_or_loses_rows_changes_nothing(filled, steps, behind_the_back, key_file, more):
    before = counts(filled, behind_the_back)
    with pytest.raises((RuntimeError, CannotWork)):
        migrate.migrate(filled.home, filled._key, steps=steps(more), target=2)
    assert counts(filled, behind_the_back) == before
    with Store.open(filled.home.folder, key_file(filled)) as again:
        assert again.examine() == []


def test_a_power_cut_during_a_migration_leaves_the_old_file_usable(
    filled, steps, behind_the_back, key_file, tmp_path
):
    folder = steps("op.execute('DELETE FROM child'); os.kill(os.getpid(), signal.SIGKILL)")
    script = textwrap.dedent(
        f"""
        from pathlib import Path
        from rathaus_desk.store.home import Home
        from rathaus_desk.store.migrate import migrate
        key = bytes.fromhex(input())
        migrate(Home(Path({str(filled.home.folder)!r})), key, steps=Path({str(folder)!r}), target=2)
        """
    )
    before = counts(filled, behind_the_back)
    killed = subprocess.run([sys.executable, "-c", script], input=filled._key.hex(), text=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert counts(filled, behind_the_back) == before
    with Store.open(filled.home.folder, key_file(filled)) as again:
        assert again.examine() == []
    migrate.migrate(filled.home, filled._key, steps=steps(), target=2)
    assert counts(filled, behind_the_back) == before


def test_opening_an_older_file_migrates_it(filled, steps, key_file, monkeypatch, behind_the_back):
    monkeypatch.setattr(journal, "SCHEMA", 2)
    monkeypatch.setattr(migrate, "STEPS", steps())
    monkeypatch.setattr(migrate.migrate, "__kwdefaults__", {"steps": steps(), "target": None})
    Store.open(filled.home.folder, key_file(filled)).close()
    with behind_the_back(filled) as raw:
        assert raw.execute("PRAGMA user_version").fetchone() == (2,)


def test_while_it_is_open_elsewhere_it_is_not_migrated(filled, steps, monkeypatch):
    monkeypatch.setattr("rathaus_desk.store.maintenance._PATIENCE", 0.1)
    other = filled._connected()
    with pytest.raises(CannotWork, match="anderer Stelle geöffnet"):
        migrate.migrate(Home(filled.home.folder), filled._key, steps=steps(), target=2)
    other.close()


def test_kept_changes_read_as_those_of_today(store, village, monkeypatch):
    """A column was renamed; undo and doctor read the journal through the step's upcast."""
    done = store.run(village.Build(name="Mühle"))

    def renamed(change):
        new = {("title" if name == "name" else name): value for name, value in change.new.items()}
        return journal.StoredChange(change.t, change.id, change.k, change.base, change.old, new)

    monkeypatch.setitem(upcasts.UPCASTS, 2, renamed)
    with store.read() as session:
        (change,) = taken_back(session, done.operation).changes
    assert change.new["title"] == "Mühle"
    (finding,) = store.examine()
    assert finding.check == "rows"


@pytest.fixture(scope="module")
def drafting():
    spec = importlib.util.spec_from_file_location("draft_migration", ROOT / "tools" / "draft_migration.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.import_every_table()
    return module


def schema_of(raw, wanted):
    """Table or index → its definition as a set of lines, since columns may come in another order."""
    found = {}
    query = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql NOT NULL"
    for name, table, text in raw.execute(query):
        if table in wanted:
            lines = (re.sub(r"\s+", " ", line).strip(' ,"') for line in text.split("\n"))
            found[name] = {line.replace('"', "") for line in lines if line.strip(" ()")}
    return found


def test_the_migrated_tables_are_those_of_the_mapped_classes(drafting):
    """If this fails: python tools/draft_migration.py "what changes" (before the first release: --first)."""
    wanted = set(drafting.our_tables().tables)
    made = dbapi2.connect(":memory:", isolation_level=None)
    tables.make(made)

    engine = sa.create_engine("sqlite://", module=dbapi2)
    with engine.begin() as connection:
        migrate.upgrade(connection, migrate.STEPS, f"{journal.SCHEMA:04d}")
        migrated = connection.connection.driver_connection
        assert schema_of(migrated, wanted) == schema_of(made, wanted)
        assert drafting.difference(connection).upgrade_ops.as_diffs() == []
    made.close()
    engine.dispose()


def test_the_program_knows_its_last_step():
    steps = sorted(path.name for path in (migrate.STEPS / "versions").glob("[0-9]*.py"))
    assert len(steps) == journal.SCHEMA
    assert steps[-1].startswith(f"{journal.SCHEMA:04d}_")
