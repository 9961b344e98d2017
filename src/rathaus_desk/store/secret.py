"""Random keys that live inside the encrypted database: of attachments, of their names."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from rathaus_desk.store.schema import Kept

ATTACHMENT_NAMES = "attachment names"
"""Key of the HMAC that names attachment files; never changes, so that no file is renamed."""

ATTACHMENTS = "attachments"
"""Key that attachments are encrypted by."""

ATTACHMENTS_BEFORE = "attachments before"
"""The key before, as long as a change of keys is not through with every file."""


class Secret(Kept):
    """One named key."""

    __tablename__ = "secret"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy reads it as it is)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes]


def begin(driver: Any) -> None:
    """The keys of a new database."""
    for name in (ATTACHMENT_NAMES, ATTACHMENTS):
        driver.execute("INSERT INTO secret VALUES (?, ?)", (name, secrets.token_bytes(32)))


def keep(driver: Any, mark: str, name: str, value: bytes) -> None:
    """Sets the key ``name``. ``mark``: what the guard knows the store's own statements by."""
    driver.execute("INSERT OR REPLACE INTO secret VALUES (?, ?)" + mark, (name, value))


def drop(driver: Any, mark: str, name: str) -> None:
    """Forgets the key ``name``."""
    driver.execute("DELETE FROM secret WHERE name = ?" + mark, (name,))


def secret(driver: Any, name: str) -> bytes | None:
    """The key ``name``; None if there is none."""
    row = driver.execute("SELECT value FROM secret WHERE name = ?", (name,)).fetchone()
    return None if row is None else bytes(row[0])
