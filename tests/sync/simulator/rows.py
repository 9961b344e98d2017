"""A village of five tables, and their rows in memory as the rules see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rathaus_desk.sync.rules import CLAIM, Row, TableRule, Unique

Stored = dict[str, Any]
"""A row with its bookkeeping, as plain JSON. Never changed, only replaced: copies may share it."""

CONTENT: dict[str, tuple[str, ...]] = {
    "house": ("name", "plate"),
    "person": ("name", "street", "zip", "house"),
    "booking": ("person", "house", "starts", "ends"),
    CLAIM: ("resource", "starts", "ends", "record"),
    "notice": ("person", "number", "text"),
    "tariff": ("key", "value"),
}
_ADDRESS = frozenset({"street", "zip"})
_TIMES = frozenset({"starts", "ends"})


def _rule(name: str, *groups: frozenset[str], **more: Any) -> TableRule:
    together = {column: group for group in groups for column in group}
    alone = {column: frozenset({column}) for column in CONTENT[name]}
    return TableRule(name, {**alone, **together}, **more)


TABLES = {
    rule.name: rule
    for rule in (
        _rule("house", uniques=(Unique(("plate",), among_live=True),)),
        _rule("person", _ADDRESS, references=(("house", "house"),)),
        _rule("booking", _TIMES, references=(("person", "person"), ("house", "house"))),
        _rule(CLAIM, references=(("resource", "house"), ("record", "booking"))),
        _rule(
            "notice",
            references=(("person", "person"),),
            uniques=(Unique(("number",), among_live=False),),
            strict=True,
        ),
        _rule("tariff", strict=True),
    )
}
"""What is special about each: merge groups, what it refers to, what is unique, what is strict."""

BLANK: dict[str, Mapping[str, Any]] = {
    "person": {"name": "", "street": "", "zip": "", "house": None},
    "notice": {"number": None, "text": ""},
}
"""What stands in an erased row; the other columns stay."""


def blank_of(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """An erased row; what is neither text nor empty stays."""
    return {**{column: row[column] for column in CONTENT[table]}, **BLANK[table]}


_REFERRING = {
    target: [
        (name, column) for name, rule in TABLES.items() for column, to in rule.references if to == target
    ]
    for target in TABLES
}


def references_of(table: str) -> list[str]:
    """The columns of a table that refer to others."""
    return [column for column, _ in TABLES[table].references]


class Rows:
    """The rows of a workstation or the server: a `rules.State` but for what a journal knows."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Stored]] = {name: {} for name in TABLES}
        self.erased: dict[str, None] = {}

    def copied_rows(self) -> dict[str, dict[str, Stored]]:
        return {name: dict(rows) for name, rows in self.tables.items()}

    def live(self, table: str) -> Iterable[tuple[str, Stored]]:
        return [(id_, row) for id_, row in self.tables[table].items() if row["deleted_at"] is None]

    def row(self, table: str, record: str) -> Row | None:
        stored = self.tables[table].get(record)
        if stored is None:
            return None
        gone = stored["deleted_at"] is not None
        values = {column: stored[column] for column in CONTENT[table]}
        return Row(values, stored["version"], gone, gone and record in self.erased)

    def referring(self, table: str, record: str) -> Iterable[tuple[str, str]]:
        for name, column in _REFERRING[table]:
            for id_, row in self.tables[name].items():
                if row[column] == record and row["deleted_at"] is None:
                    yield name, id_

    def overlapping(self, resource: str, starts: int, ends: int) -> Iterable[str]:
        for id_, row in self.tables[CLAIM].items():
            if (
                row["resource"] == resource
                and row["deleted_at"] is None
                and row["starts"] < ends
                and row["ends"] > starts
            ):
                yield id_

    def holders(self, table: str, unique: Unique, values: tuple[Any, ...]) -> Iterable[str]:
        for id_, row in self.tables[table].items():
            if row["deleted_at"] is not None and unique.among_live:
                continue
            if tuple(row[column] for column in unique.columns) == values:
                yield id_

    def is_erased(self, record: str) -> bool:
        return record in self.erased
