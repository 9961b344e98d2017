"""A new key for everything: database and attachments are encrypted anew, the slots seal the new key.

Safe at every moment: first a whole new file is written and checked; then ``keys.json`` names both keys; then
the file is replaced; then ``keys.json`` names the new key alone. Opening settles what was cut off.
Attachments follow one by one under their names; until the last is done the database knows both their keys.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.store import secret
from rathaus_desk.store.attachments import seal, unseal
from rathaus_desk.store.connection import connect
from rathaus_desk.store.home import Home, sync_folder, write_durably
from rathaus_desk.store.keys import Keys, new_key
from rathaus_desk.store.maintenance import check_sound, row_counts, sole_connection


def rotate(home: Home, key: bytes) -> bytes:
    """Encrypts everything under a new key, which it returns. CannotWork if the database is open elsewhere."""
    fresh_key = new_key()
    fresh = home.database.with_suffix(".neu")
    with sole_connection(home, key) as raw:
        _finish_attachments(home, raw)
        fresh.unlink(missing_ok=True)
        try:
            _export(raw, fresh, fresh_key)
            keys = Keys.of(home)
            keys.with_keys(key, key, fresh_key).save(home)
            raw.close()
            fresh.replace(home.database)
            sync_folder(home.folder)
            keys.with_keys(key, fresh_key).save(home)
        finally:
            fresh.unlink(missing_ok=True)
        changed = connect(home.database, fresh_key)
        try:
            _finish_attachments(home, changed)
        finally:
            changed.close()
    return fresh_key


def _export(raw: Any, fresh: Path, fresh_key: bytes) -> None:
    """A checked copy under the new key, with a new key for attachments in it."""
    version = raw.execute("PRAGMA user_version").fetchone()[0]
    application = raw.execute("PRAGMA application_id").fetchone()[0]
    counts = row_counts(raw)
    raw.execute(f"ATTACH DATABASE ? AS fresh KEY \"x'{fresh_key.hex()}'\"", (str(fresh),))
    raw.execute("SELECT sqlcipher_export('fresh')").fetchall()
    raw.execute(f"PRAGMA fresh.user_version={version}")
    raw.execute(f"PRAGMA fresh.application_id={application}")
    raw.execute("DETACH DATABASE fresh")
    check_sound(fresh, fresh_key)
    copy = connect(fresh, fresh_key)
    try:
        if row_counts(copy) != counts:
            raise CannotWork("Die neu verschlüsselte Fassung ist unvollständig. Es wurde nichts ersetzt.")
        copy.execute("BEGIN IMMEDIATE")
        before = secret.secret(copy, secret.ATTACHMENTS)
        assert before is not None
        secret.keep(copy, "", secret.ATTACHMENTS_BEFORE, before)
        secret.keep(copy, "", secret.ATTACHMENTS, secrets.token_bytes(32))
        copy.execute("COMMIT")
        copy.execute("PRAGMA journal_mode=DELETE")
    finally:
        copy.close()


def _finish_attachments(home: Home, raw: Any) -> None:
    """Encrypts anew every attachment that still is under the key before, then forgets that key."""
    before = secret.secret(raw, secret.ATTACHMENTS_BEFORE)
    key = secret.secret(raw, secret.ATTACHMENTS)
    if before is None or key is None:
        return
    for path in sorted(home.attachments.glob("*/*")):
        content = unseal(path.read_bytes(), before)
        if content is not None:
            write_durably(path, seal(content, key))
    secret.drop(raw, "", secret.ATTACHMENTS_BEFORE)
