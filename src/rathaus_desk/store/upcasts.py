"""How changes that were written under older tables read today.

A migration that renames a column, adds one with a value, or moves values elsewhere puts a function here
beside its step: revision → what it makes of a change written before (`StoredChange`; for an inserted row its
``new`` has every column). Undo, history and ``doctor`` read the journal through it, the server what older
workstations push, and a workstation its own outbox, its shadows and the log of an older server. What was
written is never rewritten: it stands as it was hashed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rathaus_desk.store.journal import StoredChange

UPCASTS: dict[int, Callable[[StoredChange], StoredChange]] = {}


def upcast(change: StoredChange, schema: int) -> StoredChange:
    """``change``, written under revision ``schema``, as one of today."""
    for revision in sorted(UPCASTS):
        if revision > schema:
            change = UPCASTS[revision](change)
    return change
