"""Undo: a new operation with the inverse changes of an earlier one.

Possible while the earlier operation is the last that wrote each of its records; operations that were undone,
and their undoing, do not count. Exact for every column but version and times. Numbers stay used. Undoing an
undo is redoing.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.journal import COUNTS, Entry, Happened, StoredChange, happened
from rathaus_desk.store.operations import Request, Work, operation, operation_named
from rathaus_desk.store.schema import moment_text
from rathaus_desk.store.shape import shape_of


class Undo(Request, frozen=True, kw_only=True):
    """Take back ``undoes``."""

    undoes: UUID


@operation(Undo, name="store.undo", title="Rückgängig machen")
def undo(work: Work, request: Undo) -> None:
    """Refused if it cannot be taken back."""
    earlier = taken_back(work.session, request.undoes)
    work.title, work.undoes = f"Rückgängig: {earlier.title}", earlier.operation
    for change in reversed(earlier.changes):
        _invert(work, change)
    work.session.expire_all()


def taken_back(session: Session, operation_id: UUID) -> Happened:
    """The operation, if it can be undone now; else Refused with the reason."""
    found = happened(session, Entry.id == operation_id)
    if not found:
        raise Refused("Dieser Vorgang steht nicht im Verlauf; er hat nichts geändert.")
    earlier = found[0]
    if not earlier.counts:
        raise Refused(
            f"„{earlier.title}“ ist nicht in Kraft: Die Änderung hat sich mit einer anderen überschnitten."
        )
    known = operation_named(earlier.op)
    if known is None or not known.undoable:
        raise Refused(f"„{earlier.title}“ lässt sich nicht rückgängig machen.")
    if any(change.k == "erase" for change in earlier.changes) or earlier.has_erased:
        raise Refused(f"„{earlier.title}“ betraf Angaben, die inzwischen gelöscht sind (DSGVO).")
    _refuse_later_writer(session, earlier)
    return earlier


def _refuse_later_writer(session: Session, earlier: Happened) -> None:
    """Walks back through what wrote the same records since; what was undone, and its undoing, cancel out."""
    records = list({change.id.bytes for change in earlier.changes})
    # One question for all records, and not through the mapper: an import undone has thousands of operations.
    writers = driver_of(session).execute(
        "SELECT c.record, j.id, j.undoes FROM journal_change c JOIN journal j ON j.number = c.entry"
        f" WHERE c.record IN ({', '.join('?' * len(records))}) AND {COUNTS}"
        " AND (j.n IS NULL, ifnull(j.n, 0), j.number) >= (?, ?, ?)"
        " ORDER BY j.n IS NULL DESC, j.n DESC, j.number DESC",
        (*records, earlier.n is None, earlier.n or 0, earlier.number),
    )
    cancelled: dict[bytes, set[bytes]] = {record: set() for record in records}
    for record, writer, undoes in writers:
        if writer == earlier.operation.bytes:
            if writer in cancelled[record]:
                raise Refused(f"„{earlier.title}“ wurde schon rückgängig gemacht.")
        elif writer not in cancelled[record]:
            if undoes is None:
                later = happened(session, Entry.id == UUID(bytes=writer))[0]
                raise Refused(
                    f"„{earlier.title}“ lässt sich nicht mehr rückgängig machen: Inzwischen wurde daran "
                    f"weitergearbeitet („{later.title}“, {at_town(later.at):%d.%m.%Y um %H:%M Uhr}).",
                    detail=f"record {UUID(bytes=record)} written by {later.operation}",
                )
            cancelled[record].add(undoes)


def _invert(work: Work, change: StoredChange) -> None:
    shape = shape_of(change.t)
    recorder = work.session.recorder
    moment = moment_text(work.now)
    recorder.touch(change.t, change.id)
    match change.k:
        case "upd":
            values = shape.raw(change.old)
        case "del":
            values = {"deleted_at": None}
        case _:
            values = {"deleted_at": moment}
    recorder.write(*shape.update(change.id.bytes, {**values, "changed_at": moment}))
