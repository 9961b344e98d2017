"""Connections to the encrypted file, and the guard that keeps records from being changed past the journal."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2

from rathaus_desk.store import schema

PAGE_SIZE = 2048
"""Bytes of a page, half of SQLCipher's own default: an operation writes some forty pages and changes little
in each, so that this halves what encryption adds to it (docs/performance.md)."""

BUSY_TIMEOUT = 5.0
"""Seconds that an operation waits for another to finish."""

_KEY_BYTES = 32
_PRAGMAS = (
    "journal_mode=WAL",
    "foreign_keys=ON",
    "synchronous=FULL",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "recursive_triggers=ON",
    "trusted_schema=OFF",
)
# FTS5 writes these when it likes (at a savepoint, at commit), not only within a statement of the store.
# Whoever else wrote them would only spoil the index, which doctor notices and makes anew.
_FULL_TEXT_PARTS = {"search_text_data", "search_text_idx", "search_text_docsize", "search_text_config"}
_WRITES = {dbapi2.SQLITE_INSERT, dbapi2.SQLITE_UPDATE, dbapi2.SQLITE_DELETE}
_DEFINITIONS = {
    dbapi2.SQLITE_ALTER_TABLE,
    dbapi2.SQLITE_ATTACH,
    dbapi2.SQLITE_CREATE_INDEX,
    dbapi2.SQLITE_CREATE_TABLE,
    dbapi2.SQLITE_CREATE_TRIGGER,
    dbapi2.SQLITE_CREATE_VIEW,
    dbapi2.SQLITE_CREATE_VTABLE,
    dbapi2.SQLITE_DETACH,
    dbapi2.SQLITE_DROP_INDEX,
    dbapi2.SQLITE_DROP_TABLE,
    dbapi2.SQLITE_DROP_TRIGGER,
    dbapi2.SQLITE_DROP_VIEW,
    dbapi2.SQLITE_DROP_VTABLE,
}


def connect(path: Path, key: bytes, *, create: bool = False) -> Any:
    """A raw connection. ``key`` is 32 bytes; the file must exist unless ``create``.

    SQLCipher takes a key of any other form as a passphrase, and none at all as "leave it plain", both
    silently: hence the check of the length here, and of the file's head in `Home.refuse_plain`.
    """
    if len(key) != _KEY_BYTES:
        raise ValueError("the key of the database has 32 bytes")
    mode = "rwc" if create else "rw"
    connection = dbapi2.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_TIMEOUT,
        cached_statements=512,
    )
    try:
        connection.execute("PRAGMA cipher_log_level=NONE")
        connection.execute(f"PRAGMA cipher_default_page_size={PAGE_SIZE}")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


class Guard:
    """Lets writes through to local tables only, unless it is open.

    It stands in SQLite's authorizer, so it judges what a statement does, however it is written. SQLite asks
    when a statement is *prepared*; statements prepared while the guard was open carry a mark that no other
    statement has, so that none of them is found in the cache of prepared statements once it is shut.
    """

    mark = f" /* {secrets.token_hex(8)} */"

    def __init__(self) -> None:
        self._depth = 0

    @property
    def is_open(self) -> bool:
        """Whether the store itself is writing at the moment."""
        return self._depth > 0

    @contextmanager
    def open(self) -> Iterator[None]:
        """The store's own writing goes through inside."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def authorize(self, action: int, first: str | None, _second: Any, place: str | None, _by: Any) -> int:
        """SQLite's question, see its ``sqlite3_set_authorizer``."""
        free = self._depth > 0 or place == "temp" or first in _FULL_TEXT_PARTS or schema.is_local(first)
        forbidden = not free and (action in _WRITES or action in _DEFINITIONS)
        verdict: int = dbapi2.SQLITE_DENY if forbidden else dbapi2.SQLITE_OK
        return verdict


def reading_engine(opened: Callable[[], Any]) -> sa.Engine:
    """An engine whose connections cannot write at all; ``opened`` makes a raw connection."""

    def creator() -> Any:
        connection = opened()
        connection.execute("PRAGMA query_only=ON")
        return connection

    return _engine(creator, "BEGIN")


def writing_engine(opened: Callable[[], Any]) -> sa.Engine:
    """An engine whose connections write under a `Guard` and take the write lock at once.

    A transaction that reads first and writes later fails without waiting when another wrote in between.
    """
    engine = _engine(opened, "BEGIN IMMEDIATE")

    @event.listens_for(engine, "connect")
    def _guarded(connection: Any, record: Any) -> None:
        guard = Guard()
        record.info["guard"] = guard
        connection.set_authorizer(guard.authorize)

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def _marked(
        connection: sa.Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> tuple[str, Any]:
        if connection.info["guard"].is_open:
            statement += Guard.mark
        return statement, parameters

    return engine


def driver_of(session: Session) -> Any:
    """The driver's connection that a session works on."""
    return session.connection().connection.driver_connection


def guard_of(connection: sa.Connection) -> Guard:
    """The guard of a connection of the writing engine."""
    guard: Guard = connection.info["guard"]
    return guard


def _engine(creator: Callable[[], Any], begin: str) -> sa.Engine:
    engine = sa.create_engine(
        "sqlite://", creator=creator, module=dbapi2, poolclass=QueuePool, pool_size=5, hide_parameters=True
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


_TOGETHER = 500
"""Values asked for in one statement."""


def among(driver: Any, query: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """What ``query``, which ends in ``IN``, finds among ``values``, some hundred at a time."""
    for start in range(0, len(values), _TOGETHER):
        some = values[start : start + _TOGETHER]
        yield from driver.execute(f"{query} ({', '.join('?' * len(some))})", some).fetchall()
