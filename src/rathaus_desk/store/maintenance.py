"""Work that nobody else may be at: change of keys, migration, replacing the whole folder."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.store.connection import connect
from rathaus_desk.store.home import Home

_PATIENCE = 5.0
_PAUSE = 0.05


@contextmanager
def sole_connection(home: Home, key: bytes) -> Iterator[Any]:
    """The only connection to the database, outside of WAL mode; nobody else can open one meanwhile.

    CannotWork after a few seconds if the database is open elsewhere. The file may be replaced inside once the
    connection was closed. The next connection turns WAL on again.
    """
    with home.alone():
        raw = connect(home.database, key)
        try:
            _leave_wal(raw)
            yield raw
        finally:
            raw.close()


def _leave_wal(raw: Any) -> None:
    """SQLite lets the last connection leave WAL mode, and only that one."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            raw.execute("PRAGMA journal_mode=DELETE").fetchone()
            return
        except dbapi2.OperationalError as error:
            if "locked" not in str(error):
                raise
            if time.monotonic() > deadline:
                raise CannotWork(
                    "Rathaus Desk ist noch an anderer Stelle geöffnet. Bitte schließen Sie es dort und "
                    "versuchen Sie es noch einmal. Es wurde nichts geändert.",
                    detail="another connection is open",
                ) from error
            time.sleep(_PAUSE)


def check_sound(path: Path, key: bytes) -> None:
    """CannotWork if the database at ``path`` is damaged or does not open by ``key``."""
    raw = connect(path, key)
    try:
        broken = raw.execute("PRAGMA cipher_integrity_check").fetchall()
        told = raw.execute("PRAGMA integrity_check").fetchall()
        dangling = raw.execute("PRAGMA foreign_key_check").fetchall()
    finally:
        raw.close()
    if broken or told != [("ok",)] or dangling:
        raise CannotWork(
            "Die Prüfung der Datenbank hat Schäden gefunden. Es wurde nichts ersetzt.",
            detail=f"{len(broken)} pages, {len(told)} messages, {len(dangling)} references",
        )


def row_counts(raw: Any) -> dict[str, int]:
    """Table → number of rows, without SQLite's own tables and those of the search index."""
    names = raw.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_text%'"
    ).fetchall()
    return {name: raw.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in names}
