"""How an operation is judged: one pure function, the same at the server and at every workstation.

`apply_op` looks at the state as it stands and either says which rows the operation makes of it, or why it
cannot be carried out. It knows no database: what it asks stands in `State`, what is special about a table in
`TableRule`. docs/sync-protocol.md, "Judging", has the reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

import msgspec

from rathaus_desk.store.recorder import Kind

CLAIM = "claim"
"""The table whose live rows of one resource never overlap."""

Refusal = Literal[
    "column",
    "changed",
    "deleted",
    "referenced",
    "reference",
    "claim",
    "unique",
    "dependent",
    "settled",
    "erased",
    "forbidden",
    "revoked",
    "unprocessable",
    "schema",
]


class Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why an operation was refused. It names rows and columns, never values: it is kept for ever."""

    kind: Refusal
    table: str = ""
    record: str = ""
    columns: tuple[str, ...] = ()
    by: str = ""
    """The operation that is in the way, caused the refusal or settled the matter before."""
    holder: str = ""
    """The row that is in the way: a claim, the holder of a unique value, one that refers to the row."""


class Change(msgspec.Struct, frozen=True):
    """What an operation does to one row; values as plain JSON, ids as text."""

    t: str
    id: str
    k: Kind
    base: int
    old: dict[str, Any]
    new: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """What of an operation matters for its verdict."""

    id: str
    changes: Sequence[Change]
    after: Sequence[str] = ()
    settles: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands: the values of every column but the bookkeeping."""

    values: Mapping[str, Any]
    version: int = 0
    """Number of the operation that wrote it last; 0 if no server has seen it."""
    gone: bool = False
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Unique:
    """Columns whose values only one row of a table may have; rows with an empty one do not count."""

    columns: tuple[str, ...]
    among_live: bool
    """Whether a deleted row frees its values."""


@dataclass(frozen=True, slots=True)
class TableRule:
    """What is special about a table."""

    name: str
    groups: Mapping[str, frozenset[str]]
    """Column → the columns that only make sense together with it, itself included."""
    references: tuple[tuple[str, str], ...] = ()
    """Column and the table it refers to."""
    names: tuple[str, ...] = ()
    """Columns that name a record of any table: what a note or an attachment is about."""
    uniques: tuple[Unique, ...] = ()
    strict: bool = False


class State(Protocol):
    """What stands where the operation arrives."""

    def row(self, table: str, record: str) -> Row | None:
        """The row, deleted or not; None if there never was one."""

    def referring(self, table: str, record: str) -> Iterable[tuple[str, str]]:
        """The live rows (table, id) that refer to a record."""

    def overlapping(self, resource: str, starts: int, ends: int) -> Iterable[str]:
        """The live claims of ``resource`` that overlap ``starts`` (inclusive) to ``ends`` (exclusive)."""

    def holders(self, table: str, unique: Unique, values: tuple[Any, ...]) -> Iterable[str]:
        """The rows of ``table`` that have ``values`` in the columns of ``unique``."""

    def writer(self, version: int) -> str | None:
        """The operation with the number ``version``."""

    def refused(self, operation: str) -> bool:
        """Whether an operation was refused, cannot be carried out here, or is not known at the server."""

    def is_open(self, operation: str) -> bool:
        """Whether an operation was refused and nobody has settled it."""

    def is_erased(self, record: str) -> bool:
        """Whether the record stands in the erasure register."""


Tables = Mapping[str, TableRule]
Rows = dict[tuple[str, str], Row]


def apply_op(state: State, op: Judged, tables: Tables) -> Rows | Verdict:
    """The rows that ``op`` writes, in the order first written and with their old versions; or why not.

    A row that is as ``op`` wants it is not written (made again, deleted again). ``state`` stays as it is.
    """
    return about_erased(state, op.changes, tables) or carry_out(state, op, tables)


def carry_out(state: State, op: Judged, tables: Tables) -> Rows | Verdict:
    """The same for an operation that may refer to what was erased: it was decided on before that."""
    if not any(change.k == "erase" for change in op.changes):
        # What is erased builds on nothing: an erasure stands or falls with what stands there.
        for earlier in op.after:
            if state.refused(earlier):
                return Verdict(kind="dependent", by=earlier)
    if op.settles is not None and not state.is_open(op.settles):
        return Verdict(kind="settled", by=op.settles)
    trial = Trial(state, tables)
    for change in op.changes:
        rule = tables.get(change.t)
        if rule is None:
            return Verdict(kind="schema", table=change.t)
        row = trial.row(change.t, change.id)
        made = _after(trial, op, change, rule, row)
        if isinstance(made, Verdict):
            return made
        if made is not row:
            trial.put(change.t, change.id, made)
    return _broken_rule(trial) or trial.rows


def about_erased(state: State, changes: Iterable[Change], tables: Tables) -> Verdict | None:
    """The verdict on changes that know something of an erased record: it comes before every other.

    They name it, or refer to it. What is refused for another reason is kept, with its values.
    """
    for change in changes:
        if change.k == "erase":
            continue
        if any(map(state.is_erased, named(change, tables))):
            return _refusal("erased", change)
    return None


def named(change: Change, tables: Tables) -> list[str]:
    """The records that a change is about: its own, and those that its values name."""
    rule = tables.get(change.t)
    columns = () if rule is None else (*(column for column, _ in rule.references), *rule.names)
    values = (change.new.get(column) for column in columns)
    return [change.id, *(value for value in values if isinstance(value, str))]


def opens(verdict: Verdict | None, changes: int) -> bool:
    """Whether a decision is a conflict for a clerk: refused, with something in it that is not erased.

    ``changes`` counts those of the operation, erased or not, so that everybody comes to the same list.
    """
    return verdict is not None and verdict.kind != "erased" and changes > 0


def closes(verdict: Verdict | None, changes: int) -> bool:
    """Whether the conflict that an operation settles is none any more: it did, or it stands in its place."""
    return verdict is None or (verdict.kind != "settled" and opens(verdict, changes))


def _after(trial: Trial, op: Judged, change: Change, rule: TableRule, row: Row | None) -> Row | Verdict:
    """One row as ``change`` leaves it; ``row`` itself if there is nothing to do."""
    if change.k == "erase":
        return Row(change.new, row.version if row else 0, gone=True, erased=True)
    if trial.is_erased(change.id):
        return _refusal("erased", change)
    if change.k == "ins":
        return _inserted(row, change)
    if row is None:
        return _refusal("deleted", change)
    if change.k == "restore":
        # What somebody else brought back may not be what this operation knew: a booking that was moved since.
        if not row.gone or _is_newer(trial, op, row, change):
            return _refusal("deleted", change)
        return replace(row, gone=False)
    if row.gone:
        return _already_gone(row, change)
    if change.k == "del" or rule.strict:
        if _is_newer(trial, op, row, change):
            return _refusal("changed", change, by=trial.writer(row.version) or "")
        return replace(row, gone=True) if change.k == "del" else _with(row, change.new)
    return _merged(trial, row, change, rule)


def _inserted(row: Row | None, change: Change) -> Row | Verdict:
    """A new row. Rows of the catalogue have ids made from their content: the same row twice is one."""
    if row is None:
        return Row(change.new)
    if row.gone:
        return _refusal("deleted", change)
    return row if row.values == change.new else _refusal("changed", change)


def _already_gone(row: Row, change: Change) -> Row | Verdict:
    """Deleting what is deleted is nothing, but a claim that is given up must still be held."""
    if change.k == "del" and change.t != CLAIM:
        return row
    return _refusal("deleted", change)


def _is_newer(trial: Trial, op: Judged, row: Row, change: Change) -> bool:
    """Whether somebody wrote the row since the operation looked at it."""
    return row.version > change.base and trial.writer(row.version) not in op.after


def _merged(trial: Trial, row: Row, change: Change, rule: TableRule) -> Row | Verdict:
    """Each group of columns is taken if it is as it was; the same change on both sides is no conflict."""
    conflicting: list[str] = []
    for column in change.new:
        group = _group(rule, column)
        now = [row.values.get(name) for name in group]
        if now == [change.new.get(name) for name in group]:
            continue
        if now != [change.old.get(name) for name in group]:
            conflicting.append(column)
    if conflicting:
        by = trial.writer(row.version) or ""
        return _refusal("column", change, by=by, columns=tuple(sorted(conflicting)))
    return _with(row, change.new)


def _group(rule: TableRule, column: str) -> list[str]:
    return sorted(rule.groups.get(column, {column}))


def _with(row: Row, values: Mapping[str, Any]) -> Row:
    return replace(row, values={**row.values, **values})


def _refusal(kind: Refusal, change: Change, *, by: str = "", columns: tuple[str, ...] = ()) -> Verdict:
    return Verdict(kind=kind, table=change.t, record=change.id, by=by, columns=columns)


def _broken_rule(trial: Trial) -> Verdict | None:
    """What the written rows, all together, must not do."""
    for (table, record), row in trial.rows.items():
        rule = trial.tables[table]
        broken = _still_used(trial, table, record) if row.gone else _broken_row(trial, rule, record, row)
        if broken is not None:
            return broken
    return None


def _broken_row(trial: Trial, rule: TableRule, record: str, row: Row) -> Verdict | None:
    return (
        _dangling(trial, rule, record, row)
        or _taken(trial, rule, record, row)
        or _doubled(trial, rule, record, row)
    )


def _still_used(trial: Trial, table: str, record: str) -> Verdict | None:
    """What is referred to cannot go. Foreign keys do not see tombstones."""
    for name, other in trial.referring(table, record):
        return Verdict(kind="referenced", table=table, record=record, holder=f"{name} {other}")
    return None


def _dangling(trial: Trial, rule: TableRule, record: str, row: Row) -> Verdict | None:
    """What is referred to must be there."""
    for column, target in rule.references:
        value = row.values.get(column)
        if value is None:
            continue
        found = trial.row(target, value)
        if found is None or found.gone:
            return Verdict(kind="reference", table=rule.name, record=record, columns=(column,))
    return None


def _taken(trial: Trial, rule: TableRule, record: str, row: Row) -> Verdict | None:
    if rule.name != CLAIM:
        return None
    values = row.values
    for other in trial.overlapping(values["resource"], values["starts"], values["ends"]):
        if other != record:
            return Verdict(kind="claim", table=CLAIM, record=record, holder=other)
    return None


def _doubled(trial: Trial, rule: TableRule, record: str, row: Row) -> Verdict | None:
    for unique in rule.uniques:
        values = tuple(row.values.get(column) for column in unique.columns)
        if None in values:
            continue
        for other in trial.holders(rule.name, unique, values):
            if other != record:
                return Verdict(
                    kind="unique", table=rule.name, record=record, columns=unique.columns, holder=other
                )
    return None


@dataclass(slots=True)
class Trial:
    """A state with rows laid over it. A `State` itself, so that trials can be laid on trials."""

    below: State
    tables: Tables
    rows: Rows = field(default_factory=dict)
    _referring: dict[tuple[str, str], dict[tuple[str, str], None]] = field(default_factory=dict)
    _claims: dict[str, dict[str, None]] = field(default_factory=dict)
    _unique: dict[tuple[Any, ...], dict[str, None]] = field(default_factory=dict)
    _erased: set[str] = field(default_factory=set)

    def put(self, table: str, record: str, row: Row) -> None:
        """Lays one row over."""
        self.rows[table, record] = row
        if row.erased:
            self._erased.add(record)
        rule, values = self.tables[table], row.values
        for column, target in rule.references:
            value = values.get(column)
            if value is not None:
                self._referring.setdefault((target, value), {})[table, record] = None
        for unique in rule.uniques:
            key = (table, unique.columns, tuple(values.get(column) for column in unique.columns))
            self._unique.setdefault(key, {})[record] = None
        if table == CLAIM and "resource" in values:
            self._claims.setdefault(values["resource"], {})[record] = None

    def row(self, table: str, record: str) -> Row | None:
        """The row as it is laid over, else as it is below."""
        found = self.rows.get((table, record))
        return found if found is not None else self.below.row(table, record)

    def referring(self, table: str, record: str) -> Iterable[tuple[str, str]]:
        """See `State`."""
        for key in self._referring.get((table, record), ()):
            row = self.rows[key]
            if not row.gone and any(
                target == table and row.values.get(column) == record
                for column, target in self.tables[key[0]].references
            ):
                yield key
        for key in self.below.referring(table, record):
            if key not in self.rows:
                yield key

    def overlapping(self, resource: str, starts: int, ends: int) -> Iterable[str]:
        """See `State`."""
        for record in self._claims.get(resource, ()):
            row = self.rows[CLAIM, record]
            if not row.gone and row.values["starts"] < ends and row.values["ends"] > starts:
                yield record
        for record in self.below.overlapping(resource, starts, ends):
            if (CLAIM, record) not in self.rows:
                yield record

    def holders(self, table: str, unique: Unique, values: tuple[Any, ...]) -> Iterable[str]:
        """See `State`."""
        for record in self._unique.get((table, unique.columns, values), ()):
            row = self.rows[table, record]
            kept = tuple(row.values.get(column) for column in unique.columns)
            if kept == values and not (row.gone and unique.among_live):
                yield record
        for record in self.below.holders(table, unique, values):
            if (table, record) not in self.rows:
                yield record

    def writer(self, version: int) -> str | None:
        """See `State`."""
        return self.below.writer(version)

    def refused(self, operation: str) -> bool:
        """See `State`."""
        return self.below.refused(operation)

    def is_open(self, operation: str) -> bool:
        """See `State`."""
        return self.below.is_open(operation)

    def is_erased(self, record: str) -> bool:
        """See `State`."""
        return record in self._erased or self.below.is_erased(record)
