"""Values that take several columns of a record."""

from __future__ import annotations

from sqlalchemy import Column, Date
from sqlalchemy.orm import Composite, composite

from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.store.schema import PlainText


def uncertain_date(name: str) -> Composite[UncertainDate]:
    """A day that may be uncertain, in the columns of `uncertain_columns`.

    Assign whole values; name the columns in ``__merge_groups__``, or a sync could mix two dates::

        __merge_groups__ = (uncertain_columns("born"),)
        born: Mapped[UncertainDate] = uncertain_date("born")
    """
    text, earliest, latest = uncertain_columns(name)
    # Plain columns: of a mapped_column the class's module would have to know the types by name.
    return composite(
        UncertainDate,
        Column(text, PlainText(), default="", nullable=False),
        Column(earliest, Date()),
        Column(latest, Date()),
    )


def uncertain_columns(name: str) -> tuple[str, str, str]:
    """The columns that keep an uncertain date: its text, its earliest and its latest day."""
    return f"{name}_text", f"{name}_earliest", f"{name}_latest"
