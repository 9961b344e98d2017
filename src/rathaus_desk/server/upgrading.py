"""Brings the server's tables up to date, step by step: its own, then those of each municipality.

New tables are made whole and marked with the newest step (``alembic_version`` in their schema); these steps
are for those that stand already. Each schema is upgraded in one transaction: it is as before, or as it
must be.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import Cursor, sql
from sqlalchemy.pool import NullPool

from rathaus_desk.kernel.errors import Refused
from rathaus_desk.server.tables import CONTROL_STEPS, TOWN_STEPS, head_of, schema_of
from rathaus_desk.store.migrate import upgrade

CONTROL_SCHEMA = "rathaus"

OUTDATED = (
    "Die Tabellen des Servers sind von einer älteren Fassung; bitte „rathaus-desk server upgrade“ ausführen."
)
TOO_NEW = (
    "Die Tabellen des Servers sind von einer neueren Fassung von Rathaus Desk. Bitte das Programm auf diesem "
    "Rechner aktualisieren; es wurde nichts geändert."
)


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A schema that was brought up to date."""

    schema: str
    before: str
    now: str


def step_of(cursor: Cursor[Any], schema: str) -> str:
    """The step at which a schema stands."""
    query = sql.SQL("SELECT version_num FROM {}.alembic_version").format(sql.Identifier(schema))
    found = cursor.execute(query).fetchone()
    assert found is not None
    return str(found[0])


def refuse_other_tables(cursor: Cursor[Any], *, control_steps: Path = CONTROL_STEPS) -> None:
    """Refused unless the server's own tables are those of this program."""
    step, head = step_of(cursor, CONTROL_SCHEMA), head_of(control_steps)
    if step != head:
        raise Refused(OUTDATED if step < head else TOO_NEW)


def refuse_other_towns(cursor: Cursor[Any], towns: list[str], *, town_steps: Path = TOWN_STEPS) -> None:
    """Refused unless the tables of every municipality are those of this program."""
    head = head_of(town_steps)
    for town in towns:
        cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(schema_of(town))))
        step = step_of(cursor, schema_of(town))
        cursor.execute("RESET ROLE")
        if step != head:
            raise Refused(OUTDATED if step < head else TOO_NEW)


def upgrade_all(
    database: str, *, control_steps: Path = CONTROL_STEPS, town_steps: Path = TOWN_STEPS
) -> list[Upgraded]:
    """Everything up to the newest steps; what was not there yet. Refused if something is newer than that.

    A step that fails leaves its schema as it was, and those that come after it; the same call again goes on.
    """
    engine = sa.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(database), poolclass=NullPool
    )
    done: list[Upgraded] = []
    with engine.begin() as connection:
        towns = (
            connection.execute(sa.text("SELECT key FROM rathaus.municipality ORDER BY key")).scalars().all()
        )
        _upgrade(connection, CONTROL_SCHEMA, control_steps, done)
    for town in towns:
        with engine.begin() as connection:
            quoted = connection.dialect.identifier_preparer.quote(schema_of(town))
            connection.exec_driver_sql(f"SET LOCAL ROLE {quoted}")
            connection.exec_driver_sql(f"SET LOCAL search_path TO {quoted}, public")
            # Whoever pushes waits, and finds the new tables.
            connection.exec_driver_sql("UPDATE sync_counter SET n = n")
            _upgrade(connection, schema_of(town), town_steps, done)
    engine.dispose()
    return done


def _upgrade(connection: sa.Connection, schema: str, steps: Path, done: list[Upgraded]) -> None:
    quoted = connection.dialect.identifier_preparer.quote(schema)
    connection.exec_driver_sql(f"SET LOCAL search_path TO {quoted}, public")
    before = str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())
    head = head_of(steps)
    if before > head:
        raise Refused(TOO_NEW)
    if before < head:
        upgrade(connection, steps, head, schema=schema)
        done.append(Upgraded(schema, before, head))
