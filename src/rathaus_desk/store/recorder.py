"""The hook: notices every record that an operation touches and says in the end what changed.

It hangs in SQLAlchemy's flush. Before a row is written for the first time its stored values are read, and
when the operation is done the row is read again; the difference is what the journal keeps. So defaults,
expressions and several flushes in a row all come out right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapper, Session, object_session

from rathaus_desk.kernel.errors import Refused
from rathaus_desk.store.connection import Guard, driver_of, guard_of
from rathaus_desk.store.failures import OutsideOperation
from rathaus_desk.store.schema import Base, Record, moment_text
from rathaus_desk.store.shape import Raw, Shape, Wire, referring_to, shape_of

Kind = Literal["ins", "upd", "del", "restore", "erase"]


_GONE: tuple[Kind, ...] = ("del", "erase")


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one row, as the journal keeps it. ``old`` holds every column of each touched group."""

    t: str
    id: UUID
    k: Kind
    base: int
    old: Wire
    new: Wire


class OperationSession(Session):
    """The session of an operation: its flushes, and nothing else, may write records."""

    def flush(self, objects: Any = None) -> None:
        """As ever, with the guard open. Most calls come before a query and find nothing to write."""
        if self._is_clean():
            return
        with guard_of(self.connection()).open():
            super().flush(objects)

    @property
    def recorder(self) -> Recorder:
        """What notices the changes of the operation under way."""
        recorder: Recorder = self.info["recorder"]
        return recorder


class Recorder:
    """Notices what one operation touches."""

    def __init__(self, session: OperationSession, moment: datetime) -> None:
        self._session = session
        self.moment = moment
        self._before: dict[tuple[str, bytes], Raw | None] = {}
        self._erased: set[tuple[str, bytes]] = set()
        self._kept: list[Record] = []
        self._held: list[object] = []

    @property
    def driver(self) -> Any:
        """The driver's connection that the operation works on."""
        return driver_of(self._session)

    def touch(self, table: str, record: UUID) -> None:
        """``record`` is about to be written."""
        key = (table, record.bytes)
        if key not in self._before:
            self._before[key] = shape_of(table).read(self.driver, record.bytes)

    def hold(self, loaded: object) -> None:
        """Keeps what was read until the operation ends; the session alone would read it again."""
        self._held.append(loaded)

    def made(self, record: Record) -> None:
        """``record`` is new. It is held until the operation ends: the search need not read it anew."""
        self._before.setdefault((record.__tablename__, record.id.bytes), None)
        self._kept.append(record)

    def erase(self, table: str, record: UUID) -> None:
        """Empties a row and marks it as gone, for ever: what is said of it in the journal goes as well."""
        self.touch(table, record)
        key, shape = (table, record.bytes), shape_of(table)
        before = self._before[key]
        if before is None:
            return
        moment = moment_text(self.moment)
        blank = {column: shape.blank(column, before[column]) for column in shape.content}
        gone = dict.fromkeys(("created_at", "changed_at", "deleted_at"), moment)
        self.write(*shape.update(record.bytes, {**blank, **gone}))
        self._erased.add(key)

    def write(self, statement: str, values: tuple[Any, ...]) -> None:
        """One row written by the store itself; say `touch` before."""
        with guard_of(self._session.connection()).open():
            self.driver.execute(statement + Guard.mark, values)

    def write_new(self, table: str, statement: str, id_place: int, rows: Sequence[tuple[Any, ...]]) -> None:
        """Many new rows at once; the id stands at ``id_place`` of each."""
        with guard_of(self._session.connection()).open():
            self.driver.executemany(statement + Guard.mark, rows)
        self._before.update(dict.fromkeys(((table, bytes(row[id_place])) for row in rows), None))

    def before(self, changes: Sequence[Change]) -> list[tuple[tuple[str, bytes], Raw | None]]:
        """The rows of ``changes`` as they were before the operation."""
        keys = dict.fromkeys((change.t, change.id.bytes) for change in changes)
        return [(key, self._before[key]) for key in keys]

    def changes(self) -> list[Change]:
        """Everything that changed, ready for the journal: what was released first, owners before their parts.

        Raises Refused if a record that is gone is still referred to.
        """
        order = _table_order(len(Base.metadata.tables))
        found: list[tuple[tuple[int, int], Change]] = []
        rows: dict[tuple[str, bytes], Raw] = {}
        now = self._rows_now()
        for (name, record), before in self._before.items():
            shape = shape_of(name)
            after = now.get((name, record))
            if after is None:
                continue
            rows[name, record] = after
            differing = (
                _erasure(shape, UUID(bytes=record), before, after)
                if (name, record) in self._erased
                else _difference(shape, UUID(bytes=record), before, after)
            )
            for change in differing:
                gone = change.k in _GONE
                phase = 0 if gone and name == "claim" else 2 if gone else 1
                found.append(((phase, -order[name] if gone else order[name]), change))
        changes = [change for _, change in sorted(found, key=lambda pair: pair[0])]
        self._check_references(changes, rows)
        return changes

    def _rows_now(self) -> dict[tuple[str, bytes], Raw]:
        """Every row that was touched, as it is now."""
        touched: dict[str, list[bytes]] = {}
        for name, record in self._before:
            touched.setdefault(name, []).append(record)
        return {
            (name, record): row
            for name, records in touched.items()
            for record, row in shape_of(name).read_all(self.driver, records).items()
        }

    def _check_references(self, changes: list[Change], rows: dict[tuple[str, bytes], Raw]) -> None:
        """Foreign keys do not see tombstones: a record in use cannot go, one that is gone cannot be used."""
        asked: dict[tuple[str, bytes], bool] = {}
        for change in changes:
            if change.k in _GONE:
                for reference in referring_to(change.t):
                    if self._is_live(reference.table, reference.column, change.id.bytes):
                        raise Refused(
                            "Der Eintrag wird noch benutzt und kann deshalb nicht entfernt werden.",
                            detail=f"{change.t} {change.id}, {reference.table}.{reference.column}",
                        )
                continue
            row = rows[change.t, change.id.bytes]
            if row["deleted_at"] is not None:
                continue
            for reference in shape_of(change.t).references:
                target = row[reference.column]
                known = rows.get((reference.target, target))
                live = known["deleted_at"] is None if known else None
                if target is None or live:
                    continue
                if (reference.target, target) not in asked:
                    asked[reference.target, target] = self._is_live(reference.target, "id", target)
                if not asked[reference.target, target]:
                    raise Refused(
                        "Die Eingabe verweist auf einen Eintrag, den es nicht (mehr) gibt.",
                        detail=f"{change.t} {change.id}, {reference.column}",
                    )

    def _is_live(self, table: str, column: str, value: bytes) -> bool:
        query = f'SELECT 1 FROM "{table}" WHERE "{column}" = ? AND deleted_at IS NULL LIMIT 1'
        return self.driver.execute(query, (value,)).fetchone() is not None


@lru_cache(maxsize=1)
def _table_order(_tables: int) -> dict[str, int]:
    """Table → its place, those referred to before those that refer (``_tables``: how many there are)."""
    return {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}


def _difference(shape: Shape, record: UUID, before: Raw | None, after: Raw) -> list[Change]:
    """One row, before and after. A row can be made and marked as gone within one operation: two changes."""
    changes: list[Change] = []
    base = 0 if before is None else int(before["version"])
    was_gone = before is not None and before["deleted_at"] is not None
    if before is None:
        changes.append(Change(shape.name, record, "ins", base, {}, shape.wire(after, shape.content)))
    else:
        if was_gone and after["deleted_at"] is None:
            changes.append(Change(shape.name, record, "restore", base, {}, {}))
        touched = {column for column in shape.content if not _equal(before[column], after[column])}
        if touched or not (was_gone or after["deleted_at"] is not None):
            groups = frozenset().union(*(shape.groups[column] for column in touched))
            changes.append(
                Change(shape.name, record, "upd", base, shape.wire(before, groups), shape.wire(after, groups))
            )
    if after["deleted_at"] is not None and not was_gone:
        changes.append(Change(shape.name, record, "del", base, {}, {}))
    return changes


def _erasure(shape: Shape, record: UUID, before: Raw | None, after: Raw) -> list[Change]:
    base = 0 if before is None else int(before["version"])
    return [Change(shape.name, record, "erase", base, {}, shape.wire(after, shape.content))]


def _equal(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _recorder_of(record: Record) -> Recorder:
    session = object_session(record)
    if not isinstance(session, OperationSession):
        raise OutsideOperation(f"flush of {record!r}")
    return session.recorder


@event.listens_for(Session, "before_flush")
def _tombstones(session: Session, _context: Any, _instances: Any) -> None:
    for gone in list(session.deleted):
        if isinstance(gone, Record):
            session.add(gone)
            gone.deleted_at = _recorder_of(gone).moment


@event.listens_for(Record, "before_insert", propagate=True)
def _made(_mapper: Mapper[Any], _connection: sa.Connection, record: Record) -> None:
    recorder = _recorder_of(record)
    record.created_at = record.changed_at = recorder.moment
    recorder.made(record)


@event.listens_for(Record, "before_update", propagate=True)
def _changed(_mapper: Mapper[Any], _connection: sa.Connection, record: Record) -> None:
    recorder = _recorder_of(record)
    session = object_session(record)
    if session is not None and session.is_modified(record, include_collections=False):
        recorder.touch(record.__tablename__, record.id)
        record.changed_at = recorder.moment


@event.listens_for(Session, "after_flush_postexec")
def _forget_tombstones(session: Session, _context: Any) -> None:
    for record in list(session.identity_map.values()):
        if isinstance(record, Record) and record.__dict__.get("deleted_at") is not None:
            session.expunge(record)


@event.listens_for(OperationSession, "loaded_as_persistent")
def _hold(session: Session, loaded: object) -> None:
    recorder = session.info.get("recorder")
    if recorder is not None:
        recorder.hold(loaded)
