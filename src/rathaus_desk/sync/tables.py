"""What the rules need to know of the house's tables, read from the mapped classes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from rathaus_desk.store import schema
from rathaus_desk.store.shape import shape_of
from rathaus_desk.sync.rules import TableRule, Unique


def rules() -> dict[str, TableRule]:
    """Name → rule of every synced table the house knows."""
    return _rules(len(schema.synced_tables()))


@lru_cache(maxsize=1)
def _rules(_tables: int) -> dict[str, TableRule]:
    return {name: rule_of(table) for name, table in schema.synced_tables().items()}


def rule_of(table: sa.Table) -> TableRule:
    """The rule of one synced table."""
    shape = shape_of(table.name)
    return TableRule(
        name=shape.name,
        groups=shape.groups,
        references=tuple((reference.column, reference.target) for reference in shape.references),
        names=tuple(
            str(column.name)
            for column in table.columns
            if isinstance(column.type, schema.Identifier) and not column.foreign_keys and column.name != "id"
        ),
        uniques=tuple(uniques(table)),
        strict=schema.record_class(table.name).__strict__,
    )


def uniques(table: sa.Table) -> list[Unique]:
    """What of a table is unique, besides its id."""
    found = [
        Unique(tuple(str(column.name) for column in index.columns), among_live=_where(index) is not None)
        for index in sorted(table.indexes, key=lambda index: str(index.name))
        if index.unique
    ]
    found.extend(
        Unique(tuple(str(column.name) for column in constraint.columns), among_live=False)
        for constraint in table.constraints
        if isinstance(constraint, sa.UniqueConstraint)
    )
    return found


def _where(index: sa.Index) -> Any:
    return index.dialect_options["sqlite"]["where"]
