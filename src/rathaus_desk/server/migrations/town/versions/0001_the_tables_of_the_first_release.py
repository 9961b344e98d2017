"""The tables of a municipality of the first release: what `tables.make_town` makes."""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing: they are made whole, and marked with the newest step."""
