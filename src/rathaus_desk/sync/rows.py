"""The rows of this workstation as the rules see them, and how what they decide is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from rathaus_desk.store.canonical import canonical_text, parsed
from rathaus_desk.store.engine import Following
from rathaus_desk.store.journal import Header
from rathaus_desk.store.overlay import image_of, raw_of
from rathaus_desk.store.shape import referring_to, shape_of
from rathaus_desk.sync.envelope import Broken
from rathaus_desk.sync.rules import CLAIM, Change, Row, Unique

_TOGETHER = 500
"""Rows read in one statement."""


class Decided(Protocol):
    """An operation as the server decided on it."""

    @property
    def n(self) -> int:
        """Its number."""

    @property
    def changes(self) -> Sequence[Change | None]:
        """Its changes; None where one was erased."""

    @property
    def images(self) -> Mapping[int, Mapping[str, Any]]:
        """Place of a change → the whole row as it was left."""

    @property
    def header(self) -> Header:
        """Its header."""


class DeskRows:
    """A `rules.State` over the store's own tables, inside a transaction of `Store.following`."""

    def __init__(self, following: Following) -> None:
        self._following = following
        self._ask = following.driver.execute

    def row(self, table: str, record: str) -> Row | None:
        """See `State`."""
        shape, id_ = shape_of(table), UUID(record).bytes
        raw = shape.read(self._following.driver, id_)
        if raw is None:
            return None
        gone = raw["deleted_at"] is not None
        return Row(shape.wire(raw, shape.content), raw["version"], gone, gone and self.is_erased(record))

    def referring(self, table: str, record: str) -> Iterable[tuple[str, str]]:
        """See `State`."""
        for reference in referring_to(table):
            query = (
                f'SELECT id FROM "{reference.table}" WHERE "{reference.column}" = ? AND deleted_at IS NULL'
            )
            for (found,) in self._ask(query, (UUID(record).bytes,)):
                yield reference.table, str(UUID(bytes=found))

    def overlapping(self, resource: str, starts: int, ends: int) -> Iterable[str]:
        """See `State`."""
        query = "SELECT id FROM claim WHERE resource = ? AND starts < ? AND ends > ? AND deleted_at IS NULL"
        for (found,) in self._ask(query, (UUID(resource).bytes, ends, starts)).fetchall():
            yield str(UUID(bytes=found))

    def holders(self, table: str, unique: Unique, values: tuple[Any, ...]) -> Iterable[str]:
        """See `State`."""
        raw = shape_of(table).raw(dict(zip(unique.columns, values, strict=True)))
        where = " AND ".join(f'"{column}" = ?' for column in unique.columns)
        live = " AND deleted_at IS NULL" if unique.among_live else ""
        for (found,) in self._ask(f'SELECT id FROM "{table}" WHERE {where}{live}', tuple(raw.values())):
            yield str(UUID(bytes=found))

    def writer(self, version: int) -> str | None:
        """See `State`."""
        return _text(self._ask("SELECT id FROM journal WHERE n = ?", (version,)).fetchone())

    def refused(self, operation: str) -> bool:
        """See `State`."""
        query = "SELECT 1 FROM journal WHERE id = ? AND state IN ('refused', 'suspended')"
        return self._ask(query, (UUID(operation).bytes,)).fetchone() is not None

    def is_open(self, operation: str) -> bool:
        """See `State`."""
        query = "SELECT 1 FROM journal WHERE id = ? AND is_open"
        return self._ask(query, (UUID(operation).bytes,)).fetchone() is not None

    def is_erased(self, record: str) -> bool:
        """See `State`."""
        query = "SELECT 1 FROM erased WHERE record = ?"
        return self._ask(query, (UUID(record).bytes,)).fetchone() is not None

    def write(self, rows: Mapping[tuple[str, str], Row], moment: str) -> None:
        """Rows as an operation issued at ``moment`` leaves them; claims are given up before any is taken."""
        for (table, record), row in sorted(
            rows.items(), key=lambda item: not (item[0][0] == CLAIM and item[1].gone)
        ):
            self._write(table, UUID(record), row, moment)

    def _write(self, table: str, record: UUID, row: Row, moment: str) -> None:
        shape = shape_of(table)
        before = shape.read(self._following.driver, record.bytes)
        values = shape.raw(dict(row.values))
        made = moment if before is None or row.erased else before["created_at"]
        gone = None if before is None or row.erased else before["deleted_at"]
        self._following.touched[table, record] = None
        self.put(
            table,
            record.bytes,
            {
                **values,
                "version": row.version,
                "created_at": made,
                "changed_at": moment,
                "deleted_at": (gone or moment) if row.gone else None,
            },
            is_there=before is not None,
        )

    def put(self, table: str, record: bytes, raw: Mapping[str, Any], *, is_there: bool) -> None:
        """One raw row."""
        shape = shape_of(table)
        if is_there:
            self._following.execute(*shape.update(record, raw))
        else:
            values = {**raw, "id": record}
            self._following.execute(shape.insertion, tuple(values[column] for column in shape.columns))

    def write_page(self, changes: Sequence[Decided]) -> None:
        """What the server says the operations of a page made of their rows, in its order.

        Each row is read once and written once: claims that are given up first, then the rest table by table.
        """
        page = _Page(self._following)
        page.load((change.t, change.id) for one in changes for change in one.changes if change)
        for one in changes:
            images = one.images
            for place, change in enumerate(one.changes):
                if change is not None:
                    page.write(change, images.get(place), one.n, one.header.issued_at)
        page.flush()

    def remember(self, rows: Iterable[tuple[str, str]]) -> None:
        """Keeps shadows of rows that an operation of the overlay is about to write."""
        kept = []
        for table, record in rows:
            id_ = UUID(record).bytes
            kept.append((table, id_, image_of(table, shape_of(table).read(self._following.driver, id_))))
        self._following.execute_many(
            'INSERT OR IGNORE INTO shadow ("table", record, image) VALUES (?, ?, ?)', kept
        )

    def shadow(self, table: str, record: bytes) -> tuple[dict[str, Any] | None] | None:
        """A row as it is without the overlay, as plain JSON; None if no operation of the overlay wrote it."""
        query = 'SELECT image FROM shadow WHERE "table" = ? AND record = ?'
        found = self._ask(query, (table, record)).fetchone()
        return None if found is None else (None if found[0] is None else parsed(found[0]),)

    def move_shadow(self, table: str, record: bytes, image: Mapping[str, Any]) -> None:
        """The server has the row as ``image`` now; what the overlay made of it stays."""
        statement = 'UPDATE shadow SET image = ? WHERE "table" = ? AND record = ?'
        self._following.execute(statement, (canonical_text(image), table, record))
        statement = f'UPDATE "{table}" SET version = ? WHERE id = ?'
        self._following.execute(statement, (image["version"], record))

    def forget_shadows(self) -> None:
        """Nothing stands in the overlay any more."""
        self._following.execute("DELETE FROM shadow")

    def take_back(self) -> None:
        """Every row as it is without the overlay. All go first, so that nothing is in the way of anything."""
        shadows = self._ask('SELECT "table", record, image FROM shadow').fetchall()
        for table, record, _ in shadows:
            self._following.execute(f'DELETE FROM "{table}" WHERE id = ?', (record,))
            self._following.touched[table, UUID(bytes=record)] = None
        for table, record, image in shadows:
            if image is not None:
                self.put(table, record, raw_of(table, parsed(image)), is_there=False)
        self.forget_shadows()


class _Page:
    """The rows that a page of the log touches, in memory until all of it is applied."""

    def __init__(self, following: Following) -> None:
        self._following = following
        self._before: dict[tuple[str, bytes], dict[str, Any]] = {}
        self._now: dict[tuple[str, bytes], dict[str, Any]] = {}

    def load(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Reads what is there."""
        by_table: dict[str, dict[bytes, None]] = {}
        for table, record in wanted:
            by_table.setdefault(table, {})[UUID(record).bytes] = None
        for table, records in by_table.items():
            shape, ids = shape_of(table), list(records)
            for at in range(0, len(ids), _TOGETHER):
                some = ids[at : at + _TOGETHER]
                query = shape.selection.replace("id = ?", f"id IN ({', '.join('?' * len(some))})")
                for row in self._following.driver.execute(query, some):
                    self._before[table, row[0]] = dict(zip(shape.columns, row, strict=True))

    def write(self, change: Change, image: Mapping[str, Any] | None, n: int, moment: str) -> None:
        """One change more."""
        key = (change.t, UUID(change.id).bytes)
        before = self._now.get(key) or self._before.get(key)
        made = effect(change, image, n, moment, before)
        if made:
            self._now[key] = {"id": key[1], **(before or {}), **shape_of(change.t).raw(made)}
            self._following.touched[change.t, UUID(change.id)] = None

    def flush(self) -> None:
        """Writes what changed."""
        phases: dict[tuple[bool, str, bool], list[Mapping[str, Any]]] = {}
        for key, row in self._now.items():
            later = not (key[0] == CLAIM and row["deleted_at"] is not None)
            phases.setdefault((later, key[0], key in self._before), []).append(row)
        for (_, table, is_there), rows in sorted(phases.items(), key=lambda item: item[0][0]):
            shape = shape_of(table)
            if is_there:
                statement = shape.update(b"", dict.fromkeys(shape.columns[1:]))[0]
                order = (*shape.columns[1:], "id")
            else:
                statement, order = shape.insertion, shape.columns
            self._following.execute_many(statement, [[row[name] for name in order] for row in rows])


def effect(
    change: Change, image: Mapping[str, Any] | None, n: int, moment: str, before: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What an accepted change writes into a row that stood as ``before``: columns as plain JSON.

    Empty if the row is so already, as in `rules.apply_op`. ``image``: the row as the server has it after an
    update. Raises Broken if the row cannot have been so at the server.
    """
    made: dict[str, Any] = {"version": n, "changed_at": moment}
    gone = before is not None and before["deleted_at"] is not None
    match change.k:
        case "ins":
            return {} if before else {**change.new, **made, "created_at": moment, "deleted_at": None}
        case "erase":
            # The same for everybody, also for who never had the row.
            return {**change.new, **made, "created_at": moment, "deleted_at": moment}
        case _ if before is None or (change.k == "upd" and image is None):
            raise Broken(
                "Hier fehlt etwas, das der Server schon kennt.", detail=f"{change.t} {change.id} at {n}"
            )
        case "upd":
            return {**(image or {}), **made}
        case "del":
            return {} if gone else {**made, "deleted_at": moment}
        case _:
            return {**made, "deleted_at": None} if gone else {}


def _text(found: Any) -> str | None:
    return None if found is None else str(UUID(bytes=found[0]))
