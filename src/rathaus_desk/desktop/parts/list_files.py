"""A list of the window as a file, by the same writer as the lists of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rathaus_desk.desktop.parts.described import Column, State
from rathaus_desk.desktop.parts.sources import Row, Source
from rathaus_desk.kernel import listing
from rathaus_desk.lists.writing import write


def write_list(path: Path, source: Source, rows: Sequence[Row], made_at: datetime) -> None:
    """Writes ``rows`` to ``path``: CSV if its name says so, else Excel. BadInput or CannotWork as `write`."""
    described = listing.Listing(
        source.name, source.title, tuple(map(_column, source.columns)), lambda *_: rows
    )
    plain = [tuple(value.word if isinstance(value, State) else value for value in row) for row in rows]
    write(path, "csv" if path.suffix.lower() == ".csv" else "excel", described, plain, made_at)


def _column(column: Column) -> listing.Column:
    return listing.Column(column.key, column.title, "text" if column.kind == "state" else column.kind)
