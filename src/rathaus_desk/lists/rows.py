"""A row seen through a mapping: the cells of a field, the column they stand in, and what is left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from rathaus_desk.kernel.names import fold
from rathaus_desk.lists.mapping import Mapping
from rathaus_desk.lists.tables import Cell, Row, Table, shown

_ANOTHER = "of another"


@dataclass(frozen=True, slots=True, order=True)
class Doubt:
    """A value somebody should look at: line of the file, heading of the column, the value, and why."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Value:
    """A cell that holds something, with the heading it stands under ("" for a default of the mapping)."""

    column: str
    cell: Cell

    @property
    def text(self) -> str:
        """The cell as the list shows it."""
        return shown(self.cell)


@dataclass
class MappedRow:
    """One row by fields. Doubts about it are collected here."""

    line: int
    by_field: dict[str, list[Value]]
    headings: dict[str, str]
    unmapped: tuple[Value, ...] = ()
    doubts: list[Doubt] = field(default_factory=list)
    _texts: dict[tuple[str, str], str] = field(default_factory=dict)

    def values(self, name: str) -> list[Value]:
        """The cells of the field ``name`` that hold something, from left to right."""
        return self.by_field.get(name, [])

    def has_column(self, name: str) -> bool:
        """Whether the list has a column for the field at all."""
        return name in self.headings

    def cell(self, name: str) -> Cell:
        """The first cell of the field, None if all are empty."""
        found = self.values(name)
        return found[0].cell if found else None

    def text(self, name: str, *, joined_by: str = " ") -> str:
        """What the field says, several columns joined."""
        found = self.by_field.get(name)
        if not found:
            return ""
        known = self._texts.get((name, joined_by))
        if known is None:
            known = self._texts[name, joined_by] = joined_by.join(value.text for value in found)
        return known

    def column(self, *names: str) -> str:
        """The heading a doubt about a field names: where it says something, else its first column."""
        for name in names:
            if found := self.values(name):
                return found[0].column
        return next((self.headings[name] for name in names if name in self.headings), "")

    def doubt(self, names: str | tuple[str, ...], value: str, reason: str) -> None:
        """Note that ``value`` of a field (the first of several that says something) is doubtful."""
        wanted = (names,) if isinstance(names, str) else names
        found = Doubt(self.line, self.column(*wanted), value, reason)
        if found not in self.doubts:
            self.doubts.append(found)

    @cached_property
    def key(self) -> tuple[tuple[str, str], ...]:
        """Everything the row says, folded, by which equal rows are known; empty fields do not count."""
        return tuple((name, fold(self.text(name))) for name in sorted(self.by_field))


def mapped_rows(
    table: Table, mapping: Mapping, repeated: frozenset[str] = frozenset()
) -> Iterator[MappedRow]:
    """The rows of ``table`` by the fields of ``mapping``, in the order of the file.

    A row with several columns of a field of a ``repeated`` subject names several: it becomes one row for each
    that is named, with everything else the same. A default stands in where a row says nothing. Columns that
    are neither mapped nor ignored are kept as ``unmapped``. The texts of [values] are left to who knows the
    field.
    """
    ignored = {fold(heading) for heading in mapping.ignore}
    places = [(heading, mapping.columns.get(heading, "")) for heading in table.headings]
    headings: dict[str, str] = {}
    for heading, name in places:
        if name:
            headings.setdefault(name, heading)
    turns = _turns(places, repeated)
    for row in table.rows:
        filled = [own for own, cell in zip(turns, row.cells, strict=True) if cell is not None]
        for turn in sorted(set(filled) - {0}) or [1]:
            theirs = [
                (heading, name if own in (0, turn) else _ANOTHER)
                for (heading, name), own in zip(places, turns, strict=True)
            ]
            yield _mapped(row, mapping, theirs, headings, ignored)


def _turns(places: list[tuple[str, str]], repeated: frozenset[str]) -> list[int]:
    """Per column whose it is: 0 everybody's, else the first, second, … of a repeated subject."""
    seen: Counter[str] = Counter()
    turns = []
    for _, name in places:
        seen[name] += 1
        turns.append(seen[name] if name.partition(".")[0] in repeated else 0)
    return turns


def _mapped(
    row: Row, mapping: Mapping, places: list[tuple[str, str]], headings: dict[str, str], ignored: set[str]
) -> MappedRow:
    by_field: dict[str, list[Value]] = {}
    unmapped: list[Value] = []
    for (heading, name), cell in zip(places, row.cells, strict=True):
        if cell is None:
            continue
        if name == _ANOTHER:
            continue
        if name:
            by_field.setdefault(name, []).append(Value(heading, cell))
        elif fold(heading) not in ignored:
            unmapped.append(Value(heading, cell))
    for name, standing in mapping.defaults.items():
        by_field.setdefault(name, [Value("", standing)])
    return MappedRow(row.line, by_field, headings, tuple(unmapped))
