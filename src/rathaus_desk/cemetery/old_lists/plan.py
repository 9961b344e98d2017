"""What taking over a list of graves would do to the register: worked out before anything is written.

A row that was taken over before and says the same is left alone, whatever became of its records since. A row
about the same people that says something else changes its records, unless somebody else has changed them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.old_lists.grave_list import GraveList
from rathaus_desk.cemetery.old_lists.listed import (
    HeldRight,
    ListedBurial,
    ListedGrave,
    ListedPerson,
    ListedRight,
    ListedRow,
)
from rathaus_desk.cemetery.old_lists.register import KnownGrave, chunks, list_name_of, propose_known
from rathaus_desk.cemetery.old_lists.rights import arranged
from rathaus_desk.cemetery.records import Cemetery, Grave, ImportedRow
from rathaus_desk.cemetery.rules.numbers import grave_label, number_key
from rathaus_desk.kernel.ids import new_id
from rathaus_desk.kernel.names import fold
from rathaus_desk.lists.rows import Doubt
from rathaus_desk.store import journal

IMPORT = "cemetery.import_graves"
"""The name of the operation, by which records are known that nobody has changed since they were imported."""

CHANGED_SINCE = "im Programm inzwischen geändert: nicht überschrieben"


class PlannedPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person to make (``new``) or to correct."""

    id: UUID
    new: bool
    listed: ListedPerson


class PlannedBurial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A burial to make or to correct. ``deceased`` and ``undertaker`` are ids of people."""

    id: UUID
    new: bool
    listed: ListedBurial
    deceased: UUID | None
    undertaker: UUID | None
    related_holder: UUID | None = None


class PlannedRight(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A right to make or to correct; ``disputed`` ones get no claim."""

    id: UUID
    new: bool
    listed: ListedRight
    first: date
    disputed: bool
    holder: UUID | None


class PlannedRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row to take over; ``before`` is the `ImportedRow` that it replaces, ``made`` what that will say."""

    content: str
    identity: str
    before: UUID | None
    burials: tuple[PlannedBurial, ...]
    right: PlannedRight | None
    made: dict[str, Any]


class PlannedGrave(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A grave to make or to complete, with the rows to take over."""

    id: UUID
    new: bool
    listed: ListedGrave
    """Without its rows."""
    rows: tuple[PlannedRow, ...]
    people: tuple[PlannedPerson, ...]


@dataclass
class ImportPlan:
    """What would be written, and the counts the clerk is shown."""

    cemeteries: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """New ones: name → names of its levels."""
    graves: list[PlannedGrave] = field(default_factory=list)
    changed: int = 0
    same: int = 0
    doubts: list[Doubt] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many records of each kind would be new."""
        rows = [row for grave in self.graves for row in grave.rows]
        return {
            "graves": sum(grave.new for grave in self.graves),
            "people": sum(person.new for grave in self.graves for person in grave.people),
            "rights": sum(bool(row.right and row.right.new) for row in rows),
            "burials": sum(burial.new for row in rows for burial in row.burials),
        }


def plan_import(session: Session, listed: GraveList, level_names: Sequence[str], today: date) -> ImportPlan:
    """The plan for a list; reads only. ``level_names``: headings of the columns for levels of a grave."""
    return _Planner(session, listed, tuple(level_names), today).plan()


class _Planner:
    """Works out one plan. What the register holds of the graves in question is read in a few queries."""

    def __init__(
        self, session: Session, listed: GraveList, level_names: tuple[str, ...], today: date
    ) -> None:
        self._session = session
        self._listed = listed
        self._level_names = level_names
        self._today = today
        self._plan = ImportPlan()
        self._cemeteries = {fold(cemetery.name): cemetery for cemetery in queries.cemeteries(session)}
        self._taken_over = _taken_over(
            session, (row.content for grave in listed.graves for row in grave.rows)
        )
        self._people: dict[str, UUID] = {}
        """Key of a listed person → id, of those that exist and those that are planned."""
        for known in self._taken_over.values():
            self._people.update({key: UUID(person) for key, person in known.made["people"].items()})
        self._planned: dict[UUID, PlannedPerson] = {}

    def plan(self) -> ImportPlan:
        """The whole plan."""
        known = self._known_graves()
        for grave in self._listed.graves:
            fresh = [row for row in grave.rows if row.content not in self._taken_over]
            self._plan.same += len({row.line for row in grave.rows} - {row.line for row in fresh})
            if fresh:
                self._plan.graves.append(self._grave(grave, fresh, known))
        self._plan.doubts += propose_known(
            self._session,
            self._listed,
            {person.listed.key for person in self._planned.values() if person.new},
        )
        return self._plan

    def _known_graves(self) -> dict[tuple[UUID, str], Grave]:
        """Graves of the register that the list names and of which some row is not taken over yet."""
        wanted: defaultdict[UUID, list[str]] = defaultdict(list)
        for grave in self._listed.graves:
            cemetery = self._cemetery(grave.cemetery)
            if cemetery and any(row.content not in self._taken_over for row in grave.rows):
                wanted[cemetery.id].append(_number_key(grave))
        found: dict[tuple[UUID, str], Grave] = {}
        for cemetery_id, keys in wanted.items():
            for some in chunks(keys):
                query = select(Grave).where(Grave.cemetery_id == cemetery_id, Grave.number_key.in_(some))
                found.update(
                    {(cemetery_id, grave.number_key): grave for grave in self._session.scalars(query)}
                )
        return found

    def _cemetery(self, name: str) -> Cemetery | None:
        """The cemetery of a name, with or without the word Friedhof."""
        wanted = fold(name)
        return self._cemeteries.get(wanted) or next(
            (known for key, known in self._cemeteries.items() if _bare(key) == _bare(wanted)), None
        )

    def _grave(
        self, listed: ListedGrave, fresh: list[ListedRow], known: dict[tuple[UUID, str], Grave]
    ) -> PlannedGrave:
        cemetery = self._cemetery(listed.cemetery)
        if cemetery is None:
            self._plan.cemeteries.setdefault(listed.cemetery, self._level_names[: len(listed.levels)])
        grave = known.get((cemetery.id, _number_key(listed))) if cemetery else None
        register = KnownGrave(self._session, grave) if grave else KnownGrave(self._session)
        before = register.matched(fresh, {row.content for row in listed.rows})
        self._plan.changed += len({row.line for row in fresh if row.content in before})
        planned_before = len(self._planned)
        for row in fresh:
            self._assign_people(row, before.get(row.content), register)
        burials = {row.content: self._burials(row, before.get(row.content), register) for row in fresh}
        rights = self._rights(fresh, before, register)
        rows = []
        for row in fresh:
            lying, ids = burials[row.content]
            right, right_id = rights[row.content]
            made: dict[str, Any] = {
                "burials": [str(burial) for burial in ids],
                "right": str(right_id) if right_id else None,
                "people": {person.key: str(self._people[person.key]) for person in row.people},
            }
            old = before.get(row.content)
            rows.append(
                PlannedRow(row.content, row.identity, old.id if old else None, tuple(lying), right, made)
            )
        return PlannedGrave(
            id=grave.id if grave else new_id(),
            new=grave is None,
            listed=msgspec.structs.replace(
                listed, cemetery=cemetery.name if cemetery else listed.cemetery, rows=()
            ),
            rows=tuple(rows),
            people=tuple(islice(self._planned.values(), planned_before, None)),
        )

    def _assign_people(self, row: ListedRow, old: ImportedRow | None, register: KnownGrave) -> None:
        """Gives everybody a row names an id: who they were before, who holds the grave, or a new one."""
        listed = {person.key: person for person in row.people}
        if old is not None:
            for burial, id_ in zip(row.burials, old.made["burials"], strict=False):
                before = register.burials.get(UUID(id_))
                if burial.deceased and before and before.deceased_id:
                    self._correct(listed[burial.deceased], before.deceased_id, row)
        if row.right and row.right.holder:
            holder = listed[row.right.holder]
            known = register.holder_called(list_name_of(holder))
            if known is not None and old is not None:
                self._correct(holder, known, row)
            elif known is not None:
                self._people.setdefault(holder.key, known)
        for person in row.people:
            if person.key not in self._people:
                self._people[person.key] = new = new_id()
                self._planned[new] = PlannedPerson(new, True, person)

    def _correct(self, person: ListedPerson, known: UUID, row: ListedRow) -> None:
        self._people[person.key] = known
        if untouched(self._session, known):
            self._planned.setdefault(known, PlannedPerson(known, False, person))
        else:
            self._doubt(row, list_name_of(person), CHANGED_SINCE)

    def _burials(
        self, row: ListedRow, old: ImportedRow | None, register: KnownGrave
    ) -> tuple[list[PlannedBurial], list[UUID]]:
        """What to write, and the ids of everybody the row buries."""
        former = [UUID(id_) for id_ in old.made["burials"]] if old else []
        planned: list[PlannedBurial] = []
        ids: list[UUID] = []
        for place, listed in enumerate(row.burials):
            deceased = self._people.get(listed.deceased)
            if place < len(former) and former[place] in register.burials:
                id_, new = former[place], False
                if not untouched(self._session, id_):
                    self._doubt(row, listed.name_text, CHANGED_SINCE)
                    ids.append(id_)
                    continue
            elif same := register.burial_like(
                listed, next((p for p in row.people if p.key == listed.deceased), None)
            ):
                ids.append(same)
                continue
            else:
                id_, new = new_id(), True
            holder = self._people.get(row.right.holder) if row.right and listed.relation else None
            undertaker = self._people.get(listed.undertaker)
            planned.append(PlannedBurial(id_, new, listed, deceased, undertaker, holder))
            ids.append(id_)
        return planned, ids

    def _rights(
        self, fresh: Sequence[ListedRow], before: dict[str, ImportedRow], register: KnownGrave
    ) -> dict[str, tuple[PlannedRight | None, UUID | None]]:
        """Per row what to write and the id of its right."""
        found: dict[str, tuple[PlannedRight | None, UUID | None]] = {}
        due: list[tuple[ListedRow, ListedRight, UUID, bool]] = []
        for row in fresh:
            old = before.get(row.content)
            former = register.rights.get(UUID(old.made["right"])) if old and old.made["right"] else None
            found[row.content] = (None, former.id if former else None)
            if row.right is None:
                if former:
                    self._doubt(row, "", "das Nutzungsrecht steht nicht mehr in der Liste: nicht gelöscht")
                continue
            holder = self._people.get(row.right.holder)
            if former and not untouched(self._session, former.id):
                self._doubt(row, row.right.until_text, CHANGED_SINCE)
            elif former:
                due.append((row, row.right, former.id, False))
            elif same := register.right_like(row.right, holder):
                found[row.content] = (None, same)
            else:
                due.append((row, row.right, new_id(), True))
        corrected = {id_ for _, _, id_, _ in due}
        known = [
            HeldRight(right.first, right.surrendered_on or right.until, right.disputed)
            for right in register.rights.values()
            if right.id not in corrected
        ]
        placed = arranged(known, [right for _, right, _, _ in due], self._today)
        for (row, right, id_, new), held in zip(due, placed, strict=True):
            holder = self._people.get(right.holder)
            found[row.content] = (PlannedRight(id_, new, right, held.first, held.disputed, holder), id_)
        return found

    def _doubt(self, row: ListedRow, value: str, reason: str) -> None:
        self._plan.doubts.append(Doubt(row.line, "", value, reason))


def _taken_over(session: Session, contents: Iterable[str]) -> dict[str, ImportedRow]:
    found: dict[str, ImportedRow] = {}
    for some in chunks(list(contents)):
        rows = session.scalars(select(ImportedRow).where(ImportedRow.content.in_(some)))
        found.update({row.content: row for row in rows})
    return found


def untouched(session: Session, record: UUID) -> bool:
    """Whether nobody has written the record since an import did."""
    operations = journal.history(session, record)
    return bool(operations) and operations[-1].op == IMPORT


def _number_key(grave: ListedGrave) -> str:
    return number_key(grave_label(grave.levels, grave.number))


def _bare(name: str) -> str:
    """A folded name of a cemetery without the word itself."""
    return " ".join(word for word in name.split() if word not in ("friedhof", "der", "auf", "in"))
