"""Many new records of one class at once, without an object for each: what an import of thousands needs.

The journal reads the rows as they stand, so it and the search see them like any others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import CompositeProperty

from rathaus_desk.kernel.ids import new_id
from rathaus_desk.store.recorder import OperationSession
from rathaus_desk.store.schema import Record

Values = Mapping[str, Any]
"""What a class's constructor takes, by name."""


def add_all(session: OperationSession, kind: type[Record], records: Sequence[Values]) -> None:
    """Writes new records of ``kind`` at once. What a record leaves out is as with the constructor.

    Earlier objects of the session are written first. Raises as their flush would.
    """
    if not records:
        return
    session.flush()
    form = _form(kind, session.connection().dialect)
    moment = session.recorder.moment
    rows = form.rows(
        [{"id": new_id(), **values, "created_at": moment, "changed_at": moment} for values in records]
    )
    session.recorder.write_new(kind.__tablename__, form.statement, form.id_place, rows)


@dataclass(frozen=True, slots=True)
class _Form:
    """How values of a class become a row."""

    statement: str
    id_place: int
    columns: tuple[tuple[str, str, Callable[[Any], Any] | None, Any], ...]
    """Attribute, part of it (of a composite value), conversion, default."""

    def rows(self, records: Sequence[Values]) -> list[tuple[Any, ...]]:
        """The rows in the order of the columns."""
        return list(zip(*(_converted(records, *column) for column in self.columns), strict=True))


def _converted(
    records: Sequence[Values], attribute: str, part: str, convert: Callable[[Any], Any] | None, default: Any
) -> list[Any]:
    """One column of all records. What is the same thing as in the record before is converted once: the dates
    of a series share hall, person and moment.
    """
    made: list[Any] = []
    last, kept = object(), None
    for values in records:
        value = values.get(attribute, default)
        if part and value is not None and attribute in values:
            value = getattr(value, part)
        if value is not last:
            last, kept = value, value if convert is None else convert(value)
        made.append(kept)
    return made


@lru_cache(maxsize=64)
def _form(kind: type[Record], dialect: Dialect) -> _Form:
    mapper = sa.inspect(kind)
    composed: dict[str, tuple[str, str]] = {}
    for composite in mapper.composites:
        composed |= _parts(composite)
    columns = []
    for column in kind.__table__.columns:
        attribute, part = composed.get(column.name) or (mapper.get_property_by_column(column).key, "")
        convert = column.type.dialect_impl(dialect).bind_processor(dialect)
        columns.append((attribute, part, convert, column.default.arg if column.default else None))
    names = [column.name for column in kind.__table__.columns]
    quoted, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    statement = f'INSERT INTO "{kind.__tablename__}" ({quoted}) VALUES ({marks})'
    return _Form(statement, names.index("id"), tuple(columns))


def _parts(composite: CompositeProperty[Any]) -> dict[str, tuple[str, str]]:
    """Column → the attribute of a composite value, and the part of it that the column keeps."""
    made: Any = composite.composite_class
    parts = [field.name for field in fields(made)]
    return {column.name: (composite.key, part) for column, part in zip(composite.columns, parts, strict=True)}
