"""The rows of this workstation as the rules see them, and how what they decide is written."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from rathaus_desk.kernel.ids import raw_id
from rathaus_desk.store.canonical import canonical_text, parsed
from rathaus_desk.store.connection import Guard
from rathaus_desk.store.engine import Following
from rathaus_desk.store.journal import Header
from rathaus_desk.store.overlay import raw_of, remember
from rathaus_desk.store.shape import Raw, referring_to, shape_of
from rathaus_desk.sync import tables
from rathaus_desk.sync.envelope import Lacking
from rathaus_desk.sync.rules import CLAIM, Change, Row, Unique


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
    def stubs(self) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
        """Table, id and what is left of records that were erased later."""

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
        shape, id_ = shape_of(table), raw_id(record)
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
            for (found,) in self._ask(query, (raw_id(record),)):
                yield reference.table, str(UUID(bytes=found))

    def overlapping(self, resource: str, starts: int, ends: int) -> Iterable[str]:
        """See `State`."""
        query = "SELECT id FROM claim WHERE resource = ? AND starts < ? AND ends > ? AND deleted_at IS NULL"
        for (found,) in self._ask(query, (raw_id(resource), ends, starts)).fetchall():
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
        return self._ask(query, (raw_id(operation),)).fetchone() is not None

    def is_open(self, operation: str) -> bool:
        """See `State`."""
        query = "SELECT 1 FROM journal WHERE id = ? AND is_open"
        return self._ask(query, (raw_id(operation),)).fetchone() is not None

    def is_erased(self, record: str) -> bool:
        """See `State`."""
        query = "SELECT 1 FROM erased WHERE record = ?"
        return self._ask(query, (raw_id(record),)).fetchone() is not None

    def write(self, rows: Mapping[tuple[str, str], Row], moment: str) -> None:
        """Rows as an operation issued at ``moment`` leaves them."""
        written: dict[tuple[str, bytes], dict[str, Any]] = {}
        there: set[tuple[str, bytes]] = set()
        for (table, record), row in rows.items():
            shape, id_ = shape_of(table), raw_id(record)
            before = shape.read(self._following.driver, id_)
            if before is not None:
                there.add((table, id_))
            known = None if row.erased else before
            gone = known["deleted_at"] if known else None
            written[table, id_] = {
                **shape.raw(dict(row.values)),
                "id": id_,
                "version": row.version,
                "created_at": known["created_at"] if known else moment,
                "changed_at": moment,
                "deleted_at": (gone or moment) if row.gone else None,
            }
            self._following.touched[table, id_] = None
        put_all(self._following, written, there)

    def write_page(self, changes: Sequence[Decided]) -> None:
        """What the server says the operations of a page made of their rows, in its order.

        Each row is read once and written once: claims that are given up first, then the rest table by table.
        """
        page = Page(self._following)
        page.load((change.t, change.id) for one in changes for change in one.changes if change)
        page.load((table, record) for one in changes for table, record, _ in one.stubs)
        for one in changes:
            page.take(one)
        page.flush()

    def remember(self, rows: Iterable[tuple[str, str]]) -> None:
        """Keeps shadows of rows that an operation of the overlay is about to write."""
        driver = self._following.driver
        keys = [(table, raw_id(record)) for table, record in rows]
        remember(driver, Guard.mark, [(key, shape_of(key[0]).read(driver, key[1])) for key in keys])

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
        """Every row as it is without the overlay."""
        shadows = self._ask('SELECT "table", record, image FROM shadow').fetchall()
        by_table: dict[str, list[tuple[bytes]]] = {}
        for table, record, _ in shadows:
            by_table.setdefault(table, []).append((record,))
            self._following.touched[table, record] = None
        for table, ids in by_table.items():
            self._following.execute_many(f'DELETE FROM "{table}" WHERE id = ?', ids)
        images = {
            (table, record): {**raw_of(table, parsed(image)), "id": record}
            for table, record, image in shadows
            if image is not None
        }
        put_all(self._following, images, ())
        self.forget_shadows()


class Page:
    """The rows that a page of the log touches, in memory until all of it is applied."""

    def __init__(self, following: Following) -> None:
        self._following = following
        self._before: dict[tuple[str, bytes], Raw] = {}
        self._now: dict[tuple[str, bytes], dict[str, Any]] = {}
        self._has: dict[tuple[str, bytes], int] = {}
        """Rows of a snapshot: the last decision that they have in them."""

    def load(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Reads what is there."""
        by_table: dict[str, dict[bytes, None]] = {}
        for table, record in wanted:
            by_table.setdefault(table, {})[raw_id(record)] = None
        for table, records in by_table.items():
            found = shape_of(table).read_all(self._following.driver, list(records))
            self._before.update(((table, record), row) for record, row in found.items())

    def add(self, table: str, row: dict[str, Any]) -> None:
        """A row that is not there yet and is written whatever becomes of it."""
        self._now[table, row["id"]] = row
        self._has[table, row["id"]] = row["version"]

    def write(self, change: Change, image: Mapping[str, Any] | None, n: int, moment: str) -> None:
        """One change more; what a row has from a snapshot already is not done again."""
        key = (change.t, raw_id(change.id))
        if self._has.get(key, -1) >= n:
            return
        before = self._now.get(key) or self._before.get(key)
        made = effect(change, image, n, moment, before)
        if made:
            self._now[key] = {"id": key[1], **(before or {}), **shape_of(change.t).raw(made)}
            self._following.touched[key] = None

    def take(self, one: Decided) -> None:
        """An accepted operation."""
        images = one.images
        for table, record, left in one.stubs:
            self.write_stub(table, record, left, one.n, one.header.issued_at)
        for place, change in enumerate(one.changes):
            if change is not None:
                self.write(change, images.get(place), one.n, one.header.issued_at)

    def write_stub(self, table: str, record: str, left: Mapping[str, Any], n: int, moment: str) -> None:
        """What is left of a record that was erased later, unless it is here."""
        key = (table, raw_id(record))
        if key not in self._now and key not in self._before:
            self.write(Change(table, record, "erase", 0, {}, dict(left)), None, n, moment)

    def flush(self) -> None:
        """Writes what changed."""
        put_all(self._following, self._now, self._before.keys())


def put_all(
    following: Following,
    rows: Mapping[tuple[str, bytes], Mapping[str, Any]],
    there: Container[tuple[str, bytes]],
) -> None:
    """Whole raw rows by table and id; those ``there`` are replaced.

    Where values or claims exclude each other the old rows all go first, so that two may exchange theirs.
    """
    rules = tables.rules()
    gone: dict[str, list[tuple[bytes]]] = {}
    changed: dict[str, list[list[Any]]] = {}
    new: dict[str, list[list[Any]]] = {}
    for key, row in rows.items():
        table, columns = key[0], shape_of(key[0]).columns
        if key in there and not (table == CLAIM or rules[table].uniques):
            changed.setdefault(table, []).append([row[name] for name in (*columns[1:], "id")])
            continue
        if key in there:
            gone.setdefault(table, []).append((key[1],))
        new.setdefault(table, []).append([row[name] for name in columns])
    for table, ids in gone.items():
        following.execute_many(f'DELETE FROM "{table}" WHERE id = ?', ids)
    for table, values in changed.items():
        shape = shape_of(table)
        following.execute_many(shape.update(b"", dict.fromkeys(shape.columns[1:]))[0], values)
    for table, values in new.items():
        following.execute_many(shape_of(table).insertion, values)


def effect(
    change: Change, image: Mapping[str, Any] | None, n: int, moment: str, before: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What an accepted change writes into a row that stood as ``before``: columns as plain JSON.

    Empty if the row is so already, as in `rules.apply_op`. ``image``: the row as the server has it then,
    where the change alone does not say. A tombstone may stand on one side only: old ones are removed, and
    come back with a server that is restored. Raises Lacking if the row is not here.
    """
    made: dict[str, Any] = {"version": n, "changed_at": moment}
    gone = before is not None and before["deleted_at"] is not None
    stands = before is not None and not gone
    born = {"created_at": moment, "deleted_at": None}
    match change.k:
        case "ins":
            return {} if stands else {**change.new, **made, **born}
        case "erase":
            # The same for everybody, also for who never had the row.
            return {**change.new, **made, **born, "deleted_at": moment}
        case "upd" if before is not None and image is not None:
            return {**image, **made}
        case "del":
            return {**made, "deleted_at": moment} if stands else {}
        case "restore" if before is not None:
            return {**made, "deleted_at": None} if gone else {}
        case "restore" if image is not None:
            return {**image, **made, **born}
        case _:
            raise Lacking(
                "Hier fehlt etwas, das der Server schon kennt.", detail=f"{change.t} {change.id} at {n}"
            )


def _text(found: Any) -> str | None:
    return None if found is None else str(UUID(bytes=found[0]))
