"""The house's tables in PostgreSQL, from the same mapped classes, and what the sync keeps beside them.

Every municipality has a schema of its own and a role that sees nothing else. Values stand as they travel
(`store.shape`, "wire"): identifiers as uuid, days as date, amounts as bigint cents, plain values as jsonb,
everything else as text.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path

import sqlalchemy as sa
from psycopg import Cursor, sql

from rathaus_desk.store import schema
from rathaus_desk.store.journal import NO_HASH
from rathaus_desk.sync.rules import CLAIM, Unique
from rathaus_desk.sync.tables import uniques

_STEPS = Path(__file__).parent / "migrations"
CONTROL_STEPS = _STEPS / "control"
TOWN_STEPS = _STEPS / "town"
"""What brings tables up to date that stand already: `upgrading`."""
CONTROL = resources.files(__package__).joinpath("control.sql").read_text("utf-8")
"""What makes the tables of the server itself; does nothing where they are."""
_SYNC = resources.files(__package__).joinpath("town.sql").read_text("utf-8")

LEASE = 200
"""Numbers of one lease."""


@lru_cache(maxsize=8)
def head_of(steps: Path) -> str:
    """The newest step of a folder."""
    from alembic.script import ScriptDirectory

    head = ScriptDirectory(str(steps)).get_current_head()
    assert head is not None
    return head


def mark(steps: Path) -> list[str]:
    """The statements that mark the current schema as made by the newest step."""
    return [
        "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL PRIMARY KEY)",
        f"INSERT INTO alembic_version VALUES ('{head_of(steps)}')",
    ]


def schema_of(town: str) -> str:
    """The name of a municipality's schema, and of its role."""
    return f"town_{town}"


def pg_type(column: sa.Column[object]) -> str:
    """The type of a column in PostgreSQL."""
    match column.type:
        case schema.Identifier():
            return "uuid"
        case schema.CanonicalJson():
            return "jsonb"
        case sa.Boolean():
            return "boolean"
        case schema.Cents() | sa.Integer():
            return "bigint"
        case sa.Date():
            return "date"
        case _:
            return "text"


@lru_cache(maxsize=128)
def typed_columns(table: str) -> tuple[tuple[str, str], ...]:
    """Name and type of every column of a synced table."""
    return tuple((column.name, pg_type(column)) for column in schema.synced_tables()[table].columns)


def make_town(cursor: Cursor[object], town: str, epoch: str) -> None:
    """Schema, role and tables of a municipality. The caller's role must be allowed to make roles."""
    name = sql.Identifier(schema_of(town))
    cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(name))
    cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))
    cursor.execute(sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(name, name))
    cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(name))
    cursor.execute(sql.SQL("SET LOCAL search_path TO {}, public").format(name))
    for statement in statements():
        cursor.execute(statement.encode())
    cursor.execute(
        "INSERT INTO sync_counter (n, chain, epoch, horizon_chain) VALUES (0, %s, %s, %s)",
        (NO_HASH, epoch, NO_HASH),
    )
    cursor.execute("RESET ROLE")


def statements() -> list[str]:
    """What makes the tables of one municipality, in the schema that is current."""
    made = [statement for statement in _SYNC.split(";\n") if statement.strip()]
    tables = [table for table in schema.Base.metadata.sorted_tables if table.info.get("synced")]
    for table in tables:
        made += _table(table)
    return made + mark(TOWN_STEPS)


def _table(table: sa.Table) -> list[str]:
    columns = []
    for column in table.columns:
        null = "" if column.nullable else " NOT NULL"
        key = " PRIMARY KEY" if column.primary_key else ""
        columns.append(f'"{column.name}" {pg_type(column)}{null}{key}')
    for column in table.columns:
        columns += [
            f'FOREIGN KEY ("{column.name}") REFERENCES "{key.column.table.name}"'
            " DEFERRABLE INITIALLY DEFERRED"
            for key in column.foreign_keys
            if key.column.table.info.get("synced")
        ]
    columns += [_exclusion(unique) for unique in uniques(table)]
    if table.name == CLAIM:
        columns.append(
            "CHECK (starts < ends), EXCLUDE USING gist (resource WITH =, int8range(starts, ends) WITH &&)"
            " WHERE (deleted_at IS NULL)"
        )
    made = [f'CREATE TABLE "{table.name}" ({", ".join(columns)})']
    indexed: set[str] = set()
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        names = [column.name for column in index.columns]
        if not index.unique and names and names[0] not in indexed:
            indexed.add(names[0])
            quoted = ", ".join(f'"{name}"' for name in names)
            made.append(f'CREATE INDEX ON "{table.name}" ({quoted})')
    return made


def _exclusion(unique: Unique) -> str:
    """Unique when the transaction ends: two rows may exchange their values."""
    equal = ", ".join(f'"{column}" WITH =' for column in unique.columns)
    live = " WHERE (deleted_at IS NULL)" if unique.among_live else ""
    return f"EXCLUDE USING btree ({equal}){live} DEFERRABLE INITIALLY DEFERRED"
