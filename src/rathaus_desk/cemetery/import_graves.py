"""Taking over an old list of graves: dry run, then one transaction; nothing dropped, nothing invented."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.books import statutes_of
from rathaus_desk.cemetery.old_lists.fields import GRAVE_LIST
from rathaus_desk.cemetery.old_lists.grave_list import read_grave_list
from rathaus_desk.cemetery.old_lists.operations import ImportGraves, KeepMapping
from rathaus_desk.cemetery.old_lists.plan import ImportPlan, PlannedGrave, plan_import
from rathaus_desk.cemetery.old_lists.setting import key_of
from rathaus_desk.cemetery.operations.graves import EnterCemetery
from rathaus_desk.cemetery.records import KeptMapping
from rathaus_desk.cemetery.rules.terms import Statutes
from rathaus_desk.lists.mapping import (
    Guess,
    Mapping,
    fitted,
    mapping_of,
    propose,
    read_mapping,
    write_mapping,
)
from rathaus_desk.lists.rows import Doubt
from rathaus_desk.lists.tables import Layout, Table, read_table
from rathaus_desk.store.engine import Store

Report = Callable[[int, int], None]
"""Told how much is done, of how much."""

_MOST_ROWS = 4_000
"""Rows of the database one operation writes at most, roughly (the sync bounds it at 5,000)."""


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list with its mapping. ``guesses`` say why each column was taken for what; none if it was stated."""

    table: Table
    mapping: Mapping
    guesses: tuple[Guess, ...] = ()

    @property
    def mapping_text(self) -> str:
        """The mapping as a file to correct and use again."""
        return write_mapping(self.mapping)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What was taken over, or would be. ``doubtful`` and ``refused`` name row, column, value and reason."""

    rows: int
    new: dict[str, int]
    changed: int
    same: int
    duplicate: int
    doubtful: tuple[Doubt, ...]
    refused: tuple[Doubt, ...]
    import_id: UUID | None = None
    guesses: tuple[Guess, ...] = field(default=(), compare=False)
    mapping_text: str = field(default="", compare=False)

    def plain(self) -> dict[str, Any]:
        """The JSON document of the command line."""

        def listed(doubts: Sequence[Doubt]) -> list[dict[str, Any]]:
            return [
                {"row": doubt.row, "column": doubt.column, "value": doubt.value, "reason": doubt.reason}
                for doubt in doubts
            ]

        return {
            "rows": self.rows,
            "new": self.new,
            "changed": self.changed,
            "same": self.same,
            "duplicate": self.duplicate,
            "doubtful": listed(self.doubtful),
            "refused": listed(self.refused),
            "import_id": str(self.import_id) if self.import_id else None,
        }


def fields() -> list[dict[str, str]]:
    """The field names a mapping may use, with German meaning and example."""
    return list(GRAVE_LIST.described())


def read_list(path: Path, mapping_file: Path | None = None, *, session: Session | None = None) -> ReadList:
    """The list in ``path``: by the mapping file, else by one kept for its headings, else by proposal.

    Raises BadInput for what is no list, or no mapping of it.
    """
    if mapping_file is not None:
        stated = read_mapping(mapping_file, GRAVE_LIST)
        table = read_table(path, stated.layout, recognise=GRAVE_LIST.recognises)
        return ReadList(table, fitted(stated, table, file=mapping_file.name))
    table = read_table(path, Layout(), recognise=GRAVE_LIST.recognises)
    if session is not None:
        query = select(KeptMapping.mapping).where(KeptMapping.headings == _headings_key(table))
        if (kept := session.scalars(query).first()) is not None:
            return ReadList(table, fitted(mapping_of(kept, GRAVE_LIST), table))
    proposal = propose(table, GRAVE_LIST)
    return ReadList(table, proposal.mapping, proposal.guesses)


def import_list(
    store: Store,
    path: Path,
    *,
    statutes: Statutes | None = None,
    today: date | None = None,
    mapping_file: Path | None = None,
    cemetery: str = "",
    clerk: UUID | None = None,
    dry_run: bool = False,
    report: Report | None = None,
) -> ImportResult:
    """Takes over the list in ``path``, in one local transaction; with ``dry_run`` only says what would be.

    ``cemetery``: the one meant where a row names none; without it the only one there is. ``statutes`` and
    ``today`` are the catalogue's and the clock's, unless given. ``report`` is told how many graves of how
    many are written, and may cancel by raising: then nothing was. Raises BadInput.
    """
    today = today or store.clock.today()
    with _without_collector(), store.read() as session:
        statutes = statutes or statutes_of(session)
        found = read_list(path, mapping_file, session=session)
        known = queries.cemeteries(session)
        meant = cemetery or (known[0].name if len(known) == 1 else "")
        listed = read_grave_list(found.table, found.mapping, statutes, today, cemetery=meant)
        plan = plan_import(session, listed, _level_names(found), today)
    with _without_collector():
        import_id = (
            None if dry_run else _carry_out(store, plan, found, mapping_file is not None, clerk, report)
        )
    return ImportResult(
        rows=listed.rows,
        new=plan.counts(),
        changed=plan.changed,
        same=plan.same,
        duplicate=len(listed.duplicates),
        doubtful=tuple(sorted((*listed.doubts, *plan.doubts), key=lambda doubt: doubt.row)),
        refused=listed.refused,
        import_id=import_id,
        guesses=found.guesses,
        mapping_text=found.mapping_text,
    )


@contextmanager
def _without_collector() -> Iterator[None]:
    """Python looks for no reference cycles inside: with so many objects it would take a third of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _carry_out(
    store: Store,
    plan: ImportPlan,
    found: ReadList,
    stated: bool,
    clerk: UUID | None,
    report: Report | None,
) -> UUID | None:
    """Writes the plan; None if there is nothing to write."""
    if not plan.graves:
        return None
    with store.importing(clerk=clerk) as importing:
        for name, levels in plan.cemeteries.items():
            importing.run(EnterCemetery(name=name, level_names=levels))
        written = 0
        for graves in _parts(plan.graves):
            if report is not None:
                report(written, len(plan.graves))
            importing.run(ImportGraves(graves=tuple(graves)))
            written += len(graves)
        if stated:
            importing.run(KeepMapping(headings=_headings_key(found.table), mapping=found.mapping_text))
        return importing.id


def _parts(graves: Sequence[PlannedGrave]) -> Iterator[list[PlannedGrave]]:
    """The graves in parts of a size that one operation may have."""
    part: list[PlannedGrave] = []
    weight = 0
    for grave in graves:
        own = 1 + 3 * len(grave.people) + sum(3 + 2 * len(row.burials) for row in grave.rows)
        if part and weight + own > _MOST_ROWS:
            yield part
            part, weight = [], 0
        part.append(grave)
        weight += own
    if part:
        yield part


def _level_names(found: ReadList) -> list[str]:
    """The headings of the columns for levels, outermost first, as rows are read."""
    columns = found.mapping.columns
    return [
        heading
        for name in ("grave.section", "grave.row")
        for heading in found.table.headings
        if columns.get(heading) == name
    ]


def _headings_key(table: Table) -> str:
    return key_of("graves", *table.headings)
