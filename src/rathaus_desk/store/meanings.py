"""What tables and columns mean, in the words of the classes that describe them."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper

from rathaus_desk.store.schema import Base, Record


def table_meaning(name: str) -> str:
    """The docstring of the table's class; "" if nothing describes it."""
    mapper = _mapper(name)
    doc = mapper.class_.__doc__ if mapper is not None else None
    return " ".join((doc or "").split())


def column_meanings(name: str) -> dict[str, str]:
    """Column → what stands under its attribute in the class; columns that nothing is said of are left out.

    Read from the source of the class, so empty where the program is installed without its sources.
    """
    mapper = _mapper(name)
    if mapper is None:
        return {}
    said = _attribute_docs(Record) if issubclass(mapper.class_, Record) else {}
    said |= _attribute_docs(mapper.class_)
    meanings = {column.name: said[column.name] for column in mapper.columns if column.name in said}
    for composite in mapper.composites:
        if composite.key in said:
            meanings |= dict.fromkeys((column.name for column in composite.columns), said[composite.key])
    return meanings


def _mapper(name: str) -> Mapper[Any] | None:
    for mapper in Base.registry.mappers:
        if isinstance(mapper.local_table, sa.Table) and mapper.local_table.name == name:
            return mapper
    return None


def _attribute_docs(kind: type) -> dict[str, str]:
    """Attribute → the text that follows its line."""
    try:
        source = textwrap.dedent(inspect.getsource(kind))
    except (OSError, TypeError):
        return {}
    (definition,) = ast.parse(source).body
    assert isinstance(definition, ast.ClassDef)
    found: dict[str, str] = {}
    for line, after in zip(definition.body, definition.body[1:], strict=False):
        if (
            isinstance(line, ast.AnnAssign)
            and isinstance(line.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            found[line.target.id] = " ".join(after.value.value.split())
    return found
