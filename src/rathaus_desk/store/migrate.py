"""Brings a database of an older program up to date: copy, migrate, verify. A newer one's is refused."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.store import journal, overlay, tables
from rathaus_desk.store.connection import Guard
from rathaus_desk.store.home import PRIVATE, Home, sync_folder
from rathaus_desk.store.maintenance import check_sound, row_counts, sole_connection

STEPS = Path(__file__).parent / "migrations"


def revision_of(raw: Any) -> int:
    """The number of the last step this database has seen; CannotWork if it is newer than this program."""
    if raw.execute("PRAGMA application_id").fetchone()[0] != tables.APPLICATION_ID:
        raise CannotWork(
            "Diese Datenbank stammt nicht von Rathaus Desk. Es wurde nichts geändert.",
            detail="foreign application id",
        )
    revision = int(raw.execute("PRAGMA user_version").fetchone()[0])
    if revision > journal.SCHEMA:
        raise CannotWork(
            "Dieser Datenbestand wurde von einer neueren Fassung von Rathaus Desk geschrieben. "
            "Bitte aktualisieren Sie das Programm auf diesem Rechner. Es wurde nichts geändert.",
            detail=f"revision {revision}, known {journal.SCHEMA}",
        )
    return revision


def migrate(home: Home, key: bytes, *, steps: Path = STEPS, target: int | None = None) -> None:
    """Migrates to ``target`` (None: this program's revision). If anything is wrong the file stays as it was.

    A copy of the file as it was stays in ``backups``. CannotWork if the database is open elsewhere.
    """
    target = journal.SCHEMA if target is None else target
    with sole_connection(home, key) as raw:
        before = int(raw.execute("PRAGMA user_version").fetchone()[0])
        if before >= target:
            return
        copy = _copy_aside(home, before)
        _run(raw, steps, before, target)
        raw.close()
        try:
            check_sound(home.database, key)
        except BaseException:
            fresh = home.database.with_suffix(".neu")
            shutil.copyfile(copy, fresh)
            fresh.replace(home.database)
            sync_folder(home.folder)
            raise


def _copy_aside(home: Home, revision: int) -> Path:
    """The file as it is, encrypted under the same key. Nobody else writes it now, and there is no WAL."""
    home.backups.mkdir(exist_ok=True, mode=PRIVATE)
    copy = home.backups / f"vor-umstellung-{revision:04d}.db"
    shutil.copyfile(home.database, copy)
    with copy.open("rb+") as stream:
        os.fsync(stream.fileno())
    sync_folder(home.backups)
    return copy


def _run(raw: Any, steps: Path, before: int, target: int) -> None:
    """The steps in one transaction.

    Foreign keys are off (the pragma only counts outside a transaction): Alembic rebuilds a table by dropping
    it, and ON DELETE CASCADE would delete its children without a word. It also loses the table's triggers.
    """
    counts = row_counts(raw)
    raw.execute("PRAGMA foreign_keys=OFF")
    engine = sa.create_engine("sqlite://", creator=lambda: raw, module=dbapi2, poolclass=StaticPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        upgrade(connection, steps, f"{target:04d}")
        tables.make_triggers(raw)
        overlay.upcast_shadows(raw, Guard.mark, before)
        dangling = raw.execute("PRAGMA foreign_key_check").fetchall()
        lost = {
            name: (count, now.get(name))
            for now in (row_counts(raw),)
            for name, count in counts.items()
            if name != "alembic_version" and now.get(name, 0) < count
        }
        if dangling or lost:
            raise CannotWork(
                "Die Umstellung des Datenbestands hätte Einträge verloren und wurde abgebrochen. "
                "Es wurde nichts geändert; bitte wenden Sie sich an die Betreuung des Programms.",
                detail=f"{len(dangling)} dangling references, lost rows: {lost}",
            )
        raw.execute(f"PRAGMA user_version={target}")


def upgrade(connection: sa.Connection, steps: Path, target: str, *, schema: str | None = None) -> None:
    """Alembic's part: the steps up to revision ``target``, in the transaction of ``connection``.

    ``schema``: where a server keeps the table that says which step it has seen.
    """
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(steps))
    context = MigrationContext.configure(
        connection,
        opts={
            "fn": lambda revision, _context: script._upgrade_revs(target, revision),
            "transactional_ddl": True,
            "render_as_batch": True,
            "version_table_schema": schema,
        },
    )
    with Operations.context(context):
        context.run_migrations()
