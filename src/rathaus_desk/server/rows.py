"""The rows of a municipality in PostgreSQL as the rules see them; read and written many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from psycopg import Cursor, sql
from psycopg.types.json import Jsonb

from rathaus_desk.server.tables import typed_columns
from rathaus_desk.store.shape import referring_to, shape_of
from rathaus_desk.sync.rules import CLAIM, Judged, Row, Tables, Unique, named
from rathaus_desk.sync.values import is_uuid

Key = tuple[str, str]


@dataclass(slots=True)
class Kept:
    """What the rules do not ask of a row: since when it is there, and since when it is gone."""

    created_at: str
    deleted_at: str | None


@dataclass(slots=True)
class TownRows:
    """A `rules.State` inside the transaction of one push. `ahead` reads what a batch will ask for."""

    cursor: Cursor[Any]
    tables: Tables
    kept: dict[Key, Kept] = field(default_factory=dict)
    _rows: dict[Key, Row | None] = field(default_factory=dict)
    _holders: dict[tuple[str, tuple[str, ...], tuple[Any, ...]], list[str]] = field(default_factory=dict)
    _claims: dict[str, list[tuple[str, int, int]]] = field(default_factory=dict)
    _writers: dict[int, str | None] = field(default_factory=dict)
    _refused: dict[str, bool] = field(default_factory=dict)
    _open: dict[str, bool] = field(default_factory=dict)
    _erased: dict[str, bool] = field(default_factory=dict)

    def ahead(self, batch: Sequence[Judged]) -> None:
        """Reads at once what judging ``batch`` will ask one by one."""
        wanted: dict[str, set[str]] = {}
        unique: dict[tuple[str, Unique], set[tuple[Any, ...]]] = {}
        spans: dict[str, list[tuple[int, int]]] = {}
        for op in batch:
            for change in op.changes:
                rule = self.tables.get(change.t)
                if rule is None:
                    continue
                wanted.setdefault(change.t, set()).add(change.id)
                for column, target in rule.references:
                    if change.new.get(column) is not None:
                        wanted.setdefault(target, set()).add(change.new[column])
                for one in rule.uniques:
                    values = tuple(change.new.get(column) for column in one.columns)
                    if None not in values:
                        unique.setdefault((change.t, one), set()).add(values)
                if change.t == CLAIM and change.k == "ins":
                    span = (change.new["starts"], change.new["ends"])
                    spans.setdefault(change.new["resource"], []).append(span)
        for table, records in wanted.items():
            self._read(table, sorted(records))
        for (table, one), held in unique.items():
            self._read_holders(table, one, sorted(held, key=repr))
        self._read_claims(spans)
        self._read_ledger({earlier for op in batch for earlier in (*op.after, op.settles) if earlier})
        self._read_erased(
            {record for op in batch for one in op.changes for record in named(one, self.tables)}
        )
        self._read_writers({row.version for row in self._rows.values() if row is not None})

    def row(self, table: str, record: str) -> Row | None:
        """See `State`."""
        if (table, record) not in self._rows:
            self._read(table, [record])
        return self._rows[table, record]

    def _read(self, table: str, records: list[str]) -> None:
        shape = shape_of(table)
        missing = [record for record in records if (table, record) not in self._rows]
        query = sql.SQL("SELECT to_jsonb(t) FROM {} t WHERE id = ANY(%s::uuid[])").format(
            sql.Identifier(table)
        )
        self._rows.update(dict.fromkeys(((table, record) for record in missing), None))
        for (found,) in self.cursor.execute(query, (missing,)):
            record, gone = found["id"], found["deleted_at"] is not None
            values = {column: found[column] for column in shape.content}
            self._rows[table, record] = Row(values, found["version"], gone, gone and self.is_erased(record))
            self.kept[table, record] = Kept(found["created_at"], found["deleted_at"])

    def table_of(self, record: str) -> str | None:
        """The table that has a row of this id."""
        for table in self.tables:
            query = sql.SQL("SELECT 1 FROM {} WHERE id = %s").format(sql.Identifier(table))
            if self.cursor.execute(query, (record,)).fetchone() is not None:
                return table
        return None

    def referring(self, table: str, record: str) -> Iterable[Key]:
        """See `State`."""
        for reference in referring_to(table):
            query = sql.SQL("SELECT id::text FROM {} WHERE {} = %s AND deleted_at IS NULL").format(
                sql.Identifier(reference.table), sql.Identifier(reference.column)
            )
            for (found,) in self.cursor.execute(query, (record,)).fetchall():
                yield reference.table, found

    def overlapping(self, resource: str, starts: int, ends: int) -> Iterable[str]:
        """See `State`."""
        if resource not in self._claims:
            self._read_claims({resource: [(starts, ends)]})
        for record, begins, stops in self._claims[resource]:
            if begins < ends and stops > starts:
                yield record

    def _read_claims(self, spans: Mapping[str, list[tuple[int, int]]]) -> None:
        if not spans:
            return
        asked = [(resource, start, end) for resource, wanted in spans.items() for start, end in wanted]
        self._claims.update({resource: [] for resource in spans})
        # A look-up for each span, not a join: a plan made for an empty table would read all claims.
        query = (
            "SELECT DISTINCT c.resource::text, c.id::text, c.starts, c.ends FROM"
            " unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS w(resource, starts, ends)"
            " CROSS JOIN LATERAL (SELECT * FROM claim WHERE resource = w.resource AND deleted_at IS NULL"
            " AND int8range(starts, ends) && int8range(w.starts, w.ends) OFFSET 0) c"
        )
        columns = [list(column) for column in zip(*asked, strict=True)]
        for resource, record, starts, ends in self.cursor.execute(query, columns):
            self._claims[resource].append((record, starts, ends))

    def holders(self, table: str, unique: Unique, values: tuple[Any, ...]) -> Iterable[str]:
        """See `State`."""
        key = (table, unique.columns, values)
        if key not in self._holders:
            self._read_holders(table, unique, [values])
        return self._holders[key]

    def _read_holders(self, table: str, unique: Unique, wanted: Sequence[tuple[Any, ...]]) -> None:
        self._holders.update({(table, unique.columns, values): [] for values in wanted})
        types = dict(typed_columns(table))
        recordset = sql.SQL("jsonb_to_recordset(%s) AS w({})").format(
            sql.SQL(", ").join(
                sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(types[column]))
                for column in unique.columns
            )
        )
        same = sql.SQL(" AND ").join(
            sql.SQL("t.{0} = w.{0}").format(sql.Identifier(column)) for column in unique.columns
        )
        query = sql.SQL("SELECT to_jsonb(w), t.id::text FROM {} JOIN {} t ON {}{}").format(
            recordset,
            sql.Identifier(table),
            same,
            sql.SQL(" WHERE t.deleted_at IS NULL" if unique.among_live else ""),
        )
        rows = [dict(zip(unique.columns, values, strict=True)) for values in wanted]
        for asked, record in self.cursor.execute(query, (Jsonb(rows),)):
            values = tuple(asked[column] for column in unique.columns)
            self._holders.setdefault((table, unique.columns, values), []).append(record)

    def writer(self, version: int) -> str | None:
        """See `State`."""
        if version not in self._writers:
            self._read_writers({version})
        return self._writers[version]

    def _read_writers(self, versions: set[int]) -> None:
        wanted = sorted(versions - set(self._writers))
        self._writers.update(dict.fromkeys(wanted))
        query = "SELECT n, id::text FROM sync_ledger WHERE n = ANY(%s::bigint[])"
        self._writers.update(self.cursor.execute(query, (wanted,)).fetchall())

    def refused(self, operation: str) -> bool:
        """See `State`."""
        if operation not in self._refused:
            self._read_ledger({operation})
        return self._refused[operation]

    def _read_ledger(self, operations: set[str]) -> None:
        wanted = sorted(operations - set(self._refused))
        if wanted:
            # What nobody has handed in cannot be built on: it was lost, or comes too late.
            self._refused.update(dict.fromkeys(wanted, True))
            query = "SELECT id::text, verdict IS NOT NULL FROM sync_ledger WHERE id = ANY(%s::uuid[])"
            self._refused.update(self.cursor.execute(query, (wanted,)).fetchall())

    def is_open(self, operation: str) -> bool:
        """See `State`."""
        if operation not in self._open:
            query = "SELECT g.is_open FROM sync_ledger l JOIN sync_log g USING (n) WHERE l.id = %s"
            found = self.cursor.execute(query, (operation,)).fetchone()
            self._open[operation] = found is not None and bool(found[0])
        return self._open[operation]

    def decide(self, n: int, operation: str, *, refused: bool, is_open: bool) -> None:
        """The batch has decided on an operation; it is written later, and asked for before."""
        self._writers[n] = operation
        self._refused[operation] = refused
        self._open[operation] = is_open

    def close(self, operation: str) -> None:
        """The batch has settled a conflict."""
        self._open[operation] = False

    def is_erased(self, record: str) -> bool:
        """See `State`."""
        if record not in self._erased:
            self._read_erased({record})
        return self._erased[record]

    def _read_erased(self, records: set[str]) -> None:
        self._erased.update(dict.fromkeys(records, False))
        query = "SELECT record::text FROM sync_erased WHERE record = ANY(%s::uuid[])"
        # Also asked of what cannot be carried out, because of its ids perhaps.
        asked = sorted(record for record in records if is_uuid(record))
        self._erased.update((record, True) for (record,) in self.cursor.execute(query, (asked,)))

    def write(self, rows: Mapping[Key, tuple[Row, Kept, str]]) -> None:
        """Rows as a batch leaves them, with the moment each was changed; what is given up goes first."""
        by_table: dict[tuple[bool, str], list[dict[str, Any]]] = {}
        for (table, record), (row, kept, moment) in rows.items():
            by_table.setdefault((not row.gone, table), []).append(
                {
                    **row.values,
                    "id": record,
                    "version": row.version,
                    "created_at": kept.created_at,
                    "changed_at": moment,
                    "deleted_at": kept.deleted_at,
                }
            )
        for (_, table), written in sorted(by_table.items(), key=lambda item: item[0]):
            self.cursor.execute(upsert(table), (msgspec.json.encode(written).decode(),))


_upserts: dict[str, sql.Composed] = {}


def upsert(table: str) -> sql.Composed:
    """The statement that writes many rows, given as one JSON array."""
    if table not in _upserts:
        columns = typed_columns(table)
        names = [sql.Identifier(name) for name, _ in columns]
        _upserts[table] = sql.SQL(
            "INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_to_recordset(%s::jsonb) AS w({typed})"
            " ON CONFLICT (id) DO UPDATE SET {changed}"
        ).format(
            table=sql.Identifier(table),
            names=sql.SQL(", ").join(names),
            typed=sql.SQL(", ").join(
                sql.SQL("{} {}").format(name, sql.SQL(kind))
                for name, (_, kind) in zip(names, columns, strict=True)
            ),
            changed=sql.SQL(", ").join(sql.SQL("{0} = EXCLUDED.{0}").format(name) for name in names[1:]),
        )
    return _upserts[table]
