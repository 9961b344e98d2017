"""The server's own tables of the first release: what `server init` makes (control.sql)."""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing: they are made whole, and marked with the newest step."""
