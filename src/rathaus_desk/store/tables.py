"""Makes the tables of a new database, and what Alembic does not know of: triggers and the search index."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from rathaus_desk.store import claims, journal, local, numbering, overlay, search, secret
from rathaus_desk.store.schema import Base

STORE_MODULES = (claims, journal, local, numbering, overlay, search, secret)
"""Where the store's own tables are defined."""

APPLICATION_ID = 0x52444B31
"""Stands in the head of the database: ours (``RDK1``)."""

_VERSION_TABLE = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"


def make(connection: Any) -> None:
    """All tables of the modules imported so far, in one transaction. ``connection``: the driver's."""
    dialect = sqlite.dialect()
    connection.execute("BEGIN IMMEDIATE")
    try:
        for table in Base.metadata.sorted_tables:
            connection.execute(str(CreateTable(table).compile(dialect=dialect)))
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                connection.execute(str(CreateIndex(index).compile(dialect=dialect)))
        make_search(connection)
        make_triggers(connection)
        journal.begin(connection)
        secret.begin(connection)
        connection.execute(_VERSION_TABLE)
        connection.execute("INSERT INTO alembic_version VALUES (?)", (f"{journal.SCHEMA:04d}",))
        connection.execute(f"PRAGMA user_version={journal.SCHEMA}")
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def make_triggers(connection: Any) -> None:
    """All triggers, anew. A migration that rebuilds a table loses them without a word."""
    for name, definition in claims.TRIGGERS.items():
        connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        connection.execute(f"CREATE TRIGGER {name} {definition}")


def make_search(connection: Any) -> None:
    """The full-text index over `search.SearchEntry`, empty."""
    connection.execute(search.FULL_TEXT)
    connection.execute("INSERT INTO search_text(search_text, rank) VALUES('secure-delete', 1)")
