"""How the rows of a synced table look in the database and in the journal.

The journal takes its values from the stored rows, not from Python objects: what it says is what is there.
"Raw" is a row as SQLite holds it, "wire" the same values as plain JSON.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from rathaus_desk.kernel.ids import raw_id
from rathaus_desk.store import schema
from rathaus_desk.store.canonical import canonical_text, parsed
from rathaus_desk.store.connection import among

Raw = Mapping[str, Any]
Wire = dict[str, Any]

BOOKKEEPING = ("id", "version", "created_at", "changed_at", "deleted_at")
"""Columns that no change lists: they follow from the entry itself (its moment, its kinds of change)."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: ``column`` of ``table`` names a record of ``target``."""

    table: str
    column: str
    target: str


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of one synced table."""

    name: str
    columns: tuple[str, ...]
    content: tuple[str, ...]
    groups: Mapping[str, frozenset[str]]
    """Column → the merge group it belongs to (itself alone, unless the class declares one)."""
    references: tuple[Reference, ...]
    encoders: Mapping[str, Callable[[Any], Any]]
    decoders: Mapping[str, Callable[[Any], Any]]
    nullable: frozenset[str]
    meaning: Mapping[str, str]
    """Column → ``text`` or ``plain`` (JSON) where its values are free; else something else."""
    selection: str
    """The statement that reads a row by its id."""
    insertion: str
    """The statement that makes a row; values in the order of `columns`."""

    def read(self, connection: Any, record: bytes) -> Raw | None:
        """The raw row with this id, tombstones too; None if there is none. ``connection``: the driver's."""
        row = connection.execute(self.selection, (record,)).fetchone()
        return None if row is None else dict(zip(self.columns, row, strict=True))

    def read_all(self, connection: Any, records: Sequence[bytes]) -> dict[bytes, Raw]:
        """The raw rows with these ids, as `read` gives them, in a few statements."""
        place = self.columns.index("id")
        rows = among(connection, f"{self.selection.removesuffix('= ?')}IN", records)
        return {row[place]: dict(zip(self.columns, row, strict=True)) for row in rows}

    def wire(self, raw: Raw, columns: frozenset[str] | tuple[str, ...]) -> Wire:
        """The values of ``columns`` as plain JSON."""
        return {name: self.encoders[name](raw[name]) for name in columns}

    def raw(self, wire: Wire) -> dict[str, Any]:
        """The values as SQLite holds them."""
        return {name: self.decoders[name](value) for name, value in wire.items()}

    def blank(self, column: str, value: Any) -> Any:
        """What stands in ``column`` (raw) once the row is erased: nothing that says anything about anybody.

        NULL where that can be; else an empty text, and what is neither text nor list stays (kinds, days of
        the administration, whom it belonged to).
        """
        if column in self.nullable:
            return None
        return {"text": "", "plain": "[]"}.get(self.meaning[column], value)

    def wire_blank(self, row: Wire) -> Wire:
        """An erased row as it travels; ``row`` is what stood there."""
        raw = self.raw({column: row[column] for column in self.content})
        return self.wire({column: self.blank(column, raw[column]) for column in raw}, self.content)

    def update(self, record: bytes, raw: Raw) -> tuple[str, tuple[Any, ...]]:
        """Statement and values that change some columns of a row."""
        changed = ", ".join(f"{_quoted(name)} = ?" for name in raw)
        return f"UPDATE {_quoted(self.name)} SET {changed} WHERE id = ?", (*raw.values(), record)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _same(value: Any) -> Any:
    return value


def _unreadable(value: Any) -> Any:
    return {"unreadable": repr(value)}


def _identifier_out(value: Any) -> Any:
    if value is None:
        return None
    if not isinstance(value, bytes) or len(value) != 16:
        return _unreadable(value)
    # As str(UUID(bytes=value)), which takes three times as long; a series has hundreds.
    text = value.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _identifier_in(value: Any) -> Any:
    return None if value is None else raw_id(value)


def _bool_out(value: Any) -> Any:
    return bool(value) if type(value) is int and value in (0, 1) else value


def _bool_in(value: Any) -> Any:
    return None if value is None else int(value)


def _json_out(value: Any) -> Any:
    if value is None:
        return None
    try:
        plain = parsed(value)
        if canonical_text(plain) == value and plain is not None:
            return plain
    except ValueError:
        pass
    return _unreadable(value)


def _json_in(value: Any) -> Any:
    return None if value is None else canonical_text(value)


def _bytes_out(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _bytes_in(value: Any) -> Any:
    return None if value is None else base64.b64decode(value)


def _coding(kind: sa.types.TypeEngine[Any]) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    match kind:
        case schema.Identifier():
            return _identifier_out, _identifier_in
        case schema.CanonicalJson():
            return _json_out, _json_in
        case sa.Boolean():
            return _bool_out, _bool_in
        case sa.LargeBinary():
            return _bytes_out, _bytes_in
        case _:
            return _same, _same


def _meaning(kind: sa.types.TypeEngine[Any]) -> str:
    match kind:
        case schema.PlainText():
            return "text"
        case schema.CanonicalJson():
            return "plain"
        case _:
            return "fixed"


@cache
def shape_of(name: str) -> Shape:
    """The shape of the synced table ``name``; KeyError if it is none."""
    table = schema.synced_tables()[name]
    record = schema.record_class(name)
    # SQLAlchemy's names are a kind of str of their own, which no encoder knows.
    name, columns = str(table.name), tuple(str(column.name) for column in table.columns)
    content = tuple(column for column in columns if column not in BOOKKEEPING)
    groups = {column: frozenset((column,)) for column in content}
    for group in record.__merge_groups__:
        groups.update(dict.fromkeys(group, frozenset(group)))
    codings = {str(column.name): _coding(column.type) for column in table.columns}
    synced = schema.synced_tables()
    quoted = ", ".join(map(_quoted, columns))
    return Shape(
        name=name,
        columns=columns,
        content=content,
        groups=groups,
        references=tuple(
            Reference(name, str(column.name), str(key.column.table.name))
            for column in table.columns
            for key in sorted(column.foreign_keys, key=lambda key: key.target_fullname)
            if key.column.table.name in synced
        ),
        encoders={column: coding[0] for column, coding in codings.items()},
        decoders={column: coding[1] for column, coding in codings.items()},
        nullable=frozenset(str(column.name) for column in table.columns if column.nullable),
        meaning={str(column.name): _meaning(column.type) for column in table.columns},
        selection=f"SELECT {quoted} FROM {_quoted(name)} WHERE id = ?",
        insertion=f"INSERT INTO {_quoted(name)} ({quoted}) VALUES ({', '.join('?' * len(columns))})",
    )


def referring_to(target: str) -> list[Reference]:
    """Every foreign key that can name a record of the synced table ``target``."""
    return [
        reference
        for name in schema.synced_tables()
        for reference in shape_of(name).references
        if reference.target == target
    ]
