"""Whether the values of a change can stand in the columns of its table: what a stranger sends is checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from rathaus_desk.store import schema
from rathaus_desk.store.shape import shape_of
from rathaus_desk.sync.rules import CLAIM, Change

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_MOST = 2**63


def misfit(change: Change) -> str | None:
    """The first column of a change whose value cannot stand there (or that is missing); None if all fit.

    A table that is not known is no misfit: the rules say so.
    """
    if change.t not in schema.synced_tables():
        return None
    if not is_uuid(change.id) or not 0 <= change.base < _MOST:
        return "id"
    fits = _checks(change.t)
    for column in (*change.old, *change.new):
        if column not in fits:
            return column
    for values in (change.old, change.new):
        for column, value in values.items():
            if not fits[column](value):
                return column
    needed: Mapping[str, Any] | tuple[str, ...] = ()
    if change.k in ("ins", "erase"):
        needed = shape_of(change.t).content
    elif change.k == "upd":
        groups = shape_of(change.t).groups
        needed = tuple(sorted({name for column in change.new for name in groups[column]}))
        if set(change.old) != set(change.new):
            return next(iter(set(change.old) ^ set(change.new)))
    elif change.new or change.old:
        return next(iter({**change.old, **change.new}))
    for column in needed:
        if column not in change.new:
            return column
    if change.t == CLAIM and change.new and not change.new["starts"] < change.new["ends"]:
        return "ends"
    return None


@lru_cache(maxsize=128)
def _checks(table: str) -> dict[str, Callable[[Any], bool]]:
    shape = shape_of(table)
    columns = schema.synced_tables()[table].columns
    return {name: _check(columns[name]) for name in shape.content}


def _check(column: sa.Column[Any]) -> Callable[[Any], bool]:
    fits = _fits(column.type)
    nullable = bool(column.nullable)
    return lambda value: nullable if value is None else fits(value)


def _fits(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], bool]:
    match kind:
        case schema.Identifier():
            return is_uuid
        case schema.CanonicalJson():
            return _is_plain
        case sa.Boolean():
            return lambda value: isinstance(value, bool)
        case schema.Cents() | sa.Integer():
            return _is_whole
        case sa.Date():
            return _is_day
        case schema.Moment():
            return lambda value: isinstance(value, str) and _MOMENT.fullmatch(value) is not None
        case schema.DecimalText():
            return lambda value: isinstance(value, str) and _DECIMAL.fullmatch(value) is not None
        case sa.Enum():
            allowed = frozenset(kind.enums)
            return lambda value: isinstance(value, str) and value in allowed
        case _:
            return _is_text


def is_uuid(value: Any) -> bool:
    """Whether it is a UUID as it travels."""
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_MOST <= value < _MOST


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value


def _is_plain(value: Any) -> bool:
    """Plain values without fractions: canonical JSON has none."""
    match value:
        case None | bool():
            return True
        case int():
            return True
        case str():
            return "\0" not in value
        case list():
            return all(map(_is_plain, value))
        case dict():
            return all(_is_text(key) and _is_plain(inner) for key, inner in value.items())
        case _:
            return False
