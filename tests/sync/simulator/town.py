"""The server in memory: one town, decided on by the program's own `Push`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from rathaus_desk.server import deciding, erasing
from rathaus_desk.server import town as towns
from rathaus_desk.server.rows import Kept
from rathaus_desk.store.journal import NO_HASH, Header
from rathaus_desk.sync.chains import End
from rathaus_desk.sync.envelope import (
    Answer,
    Answers,
    LogEntry,
    encoded,
    read_changes,
    read_entry,
    read_envelope,
)
from rathaus_desk.sync.rules import Change, Row, Verdict

from .rows import TABLES, Rows, Stored, blank_of

Register = Mapping[str, tuple[str, Stored]]
"""What was erased: record → its table, and what is left of it."""
SERVER = UUID(int=4)
"""What the server issues operations as."""
LEASE = 12
"""Numbers of one lease; few, so that they run out often."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the log as it is kept."""

    n: int
    id: str
    chain: bytes
    line: bytes
    verdict: str | None
    changes: int


class TownRows(Rows):
    """The server's rows, its ledger and what of them is open."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger: dict[str, tuple[int, str | None]] = {}
        self.writers: dict[int, str] = {}
        self.open: dict[str, None] = {}

    def copied(self) -> TownRows:
        made = copy(self)
        made.tables = self.copied_rows()
        made.erased, made.ledger = dict(self.erased), dict(self.ledger)
        made.writers, made.open = dict(self.writers), dict(self.open)
        return made

    def writer(self, version: int) -> str | None:
        return self.writers.get(version)

    def refused(self, operation: str) -> bool:
        return operation not in self.ledger or self.ledger[operation][1] is not None

    def is_open(self, operation: str) -> bool:
        return operation in self.open


class Batch:
    """The rows while a push is decided on: what it decides is seen by what follows, and kept at its end."""

    tables = TABLES

    def __init__(self, below: TownRows) -> None:
        self.below = below
        self.kept = _KeptOf(below)
        self._refused: dict[str, bool] = {}
        self._open: dict[str, bool] = {}
        self._writers: dict[int, str] = {}
        for name in ("row", "referring", "overlapping", "holders", "is_erased"):
            setattr(self, name, getattr(below, name))

    def table_of(self, record: str) -> str | None:
        return next((name for name, rows in self.below.tables.items() if record in rows), None)

    def ahead(self, batch: object) -> None:
        pass

    def decide(self, n: int, operation: str, *, refused: bool, is_open: bool) -> None:
        self._writers[n], self._refused[operation], self._open[operation] = operation, refused, is_open

    def close(self, operation: str) -> None:
        self._open[operation] = False

    def writer(self, version: int) -> str | None:
        return self._writers.get(version) or self.below.writer(version)

    def refused(self, operation: str) -> bool:
        found = self._refused.get(operation)
        return self.below.refused(operation) if found is None else found

    def is_open(self, operation: str) -> bool:
        found = self._open.get(operation)
        return self.below.is_open(operation) if found is None else found

    def write(self, rows: Mapping[tuple[str, str], tuple[Row, Kept, str]]) -> None:
        for (table, record), (row, kept, moment) in rows.items():
            self.below.tables[table][record] = {
                **row.values,
                "version": row.version,
                "created_at": kept.created_at,
                "changed_at": moment,
                "deleted_at": kept.deleted_at,
            }
        for operation, is_open in self._open.items():
            if is_open:
                self.below.open[operation] = None
            else:
                self.below.open.pop(operation, None)


class _KeptOf:
    def __init__(self, rows: TownRows) -> None:
        self._rows = rows

    def get(self, key: tuple[str, str]) -> Kept | None:
        row = self._rows.tables[key[0]].get(key[1])
        return None if row is None else Kept(row["created_at"], row["deleted_at"])


@dataclass(slots=True)
class Device:
    """A workstation as the server knows it."""

    id: UUID
    ws: UUID
    standing: str = ""


@dataclass(slots=True)
class Town:
    """Everything the server has."""

    epoch: str = "e0"
    n: int = 0
    chain: bytes = NO_HASH
    recovering: bool = False
    rows: TownRows = field(default_factory=TownRows)
    log: dict[int, Line] = field(default_factory=dict)
    conflicts: dict[int, Line] = field(default_factory=dict)
    """Refused operations whose entries were removed with the log while they were open."""
    stations: dict[UUID, End] = field(default_factory=dict)
    next_number: int = 1
    leases: dict[tuple[UUID, UUID], tuple[int, int]] = field(default_factory=dict)
    last: int = 0
    horizon: int = 0
    """The log up to here was removed."""
    horizon_chain: bytes = NO_HASH
    again: dict[str, None] = field(default_factory=dict)
    """What was emptied when the server was restored, and not for everybody yet."""
    history: list[Line] = field(default_factory=list)
    """The whole log for the examiner; no part of what the server knows."""

    def copied(self) -> Town:
        """A backup."""
        made = copy(self)
        made.rows = self.rows.copied()
        for name in ("log", "conflicts", "stations", "leases"):
            setattr(made, name, dict(getattr(self, name)))
        made.history = list(self.history)
        return made

    # What the endpoints do

    def push(
        self,
        device: Device,
        epoch: str,
        raw: Sequence[bytes],
        *,
        park: bool,
        allowed: Callable[[Header], bool],
    ) -> Answers:
        came = [deciding.arrived(one, park=park) for one in raw]
        return Push(self, epoch, allowed, device.standing == "retired").decide(came, device.ws)

    def hand_back(self, epoch: str, entries: Sequence[LogEntry]) -> int:
        left = [self._without_erased(entry) for entry in entries]
        return Push(self, epoch, lambda _: True, False).take_back(left)

    def _without_erased(self, entry: LogEntry) -> LogEntry:
        """See `server.town`."""
        changes = deciding.arrived(bytes(entry.op)).changes
        line = encoded(entry)
        for record in {change.id for change in changes if change is not None} & self.rows.erased.keys():
            line = deciding.line_without(line, record, None)
        return read_entry(line)

    def log_after(self, after: int, epoch: str, check: str, limit: int) -> tuple[list[bytes], int]:
        towns.refuse_other(epoch, self.epoch)
        if after < self.horizon:
            raise towns.Conflicting("horizon", "horizon")
        if after > self.last or self.chain_at(after).hex() != check:
            raise towns.Conflicting("history", "history")
        found = []
        for n, one in self.log.items():
            if n > after:
                found.append(one.line)
                if len(found) == limit:
                    break
        return found, self.last

    def chain_at(self, n: int) -> bytes:
        if n == self.horizon:
            return self.horizon_chain
        found = self.log.get(n)
        return b"" if found is None else found.chain

    def lease(self, ws: UUID, request: UUID, at_least: int) -> tuple[int, int]:
        if self.recovering:
            raise towns.Conflicting("recovering", "recovering")
        known = self.leases.get((ws, request))
        if known is None:
            first = max(at_least, self.next_number)
            self.next_number = first + LEASE
            known = self.leases[ws, request] = (first, first + LEASE - 1)
        return known

    # The snapshot

    def snapshot_page(self, table: str, after: str, limit: int) -> list[tuple[str, dict[str, Any]]]:
        rows = self.rows.tables[table]
        return [(id_, rows[id_]) for id_ in sorted(id_ for id_ in rows if id_ > after)[:limit]]

    def open_lines(self, as_of: int) -> list[bytes]:
        """What is open now of what was decided up to ``as_of``, oldest first."""
        numbers = sorted(self.rows.ledger[operation][0] for operation in self.rows.open)
        return [(self.log.get(n) or self.conflicts[n]).line for n in numbers if n <= as_of]

    def decided(self, operations: Iterable[str]) -> list[Answer]:
        """What was decided of ``operations``."""
        ledger = self.rows.ledger
        return [answer_of(id_, *ledger[id_]) for id_ in operations if id_ in ledger]

    # What the administrator does

    def compact(self, horizon: int) -> None:
        """Removes the log up to ``horizon``, and tombstones that nobody refers to."""
        self.horizon_chain = self.chain_at(horizon)
        self.horizon = horizon
        for n in [n for n in self.log if n <= horizon]:
            gone = self.log.pop(n)
            if gone.id in self.rows.open:
                self.conflicts[n] = gone
        for table, record in removable(self.rows, horizon):
            del self.rows.tables[table][record]

    def restored(self, epoch: str, register: Register) -> None:
        """This is a backup that was brought back; what was erased since is emptied at once."""
        self.epoch, self.recovering = epoch, True
        self.again = {}
        names = list(TABLES)
        for record, (table, blank) in sorted(register.items(), key=lambda one: names.index(one[1][0])):
            if record not in self.rows.erased:
                self._empty(table, record, blank)
                self.forget(record, blank)
                self.again[record] = None

    def _empty(self, table: str, record: str, blank: Stored) -> None:
        """See `server.register`."""
        for column, target in TABLES[table].references:
            if blank[column] is not None and blank[column] not in self.rows.tables[target]:
                return
        now = {"version": 0, "created_at": "", "deleted_at": None}
        before = self.rows.tables[table].get(record, now)
        self.rows.tables[table][record] = {**before, **blank, "changed_at": ""}

    def issue(self, register: Register) -> None:
        """Erases, for everybody, what nobody has handed back as erased."""
        accepted = [
            one.line for one in self.log.values() if one.verdict is None and b'"k":"erase"' in one.line
        ]
        wanted = [record for record in self.again if not any(_erases(line, record) for line in accepted)]
        self.again = {}
        Again(self, self.epoch, lambda _: True, False).issue(wanted, SERVER)

    def remind(self, epoch: str, records: Sequence[str]) -> None:
        """A workstation's erasure register."""
        Again(self, epoch, lambda _: True, False).erase(records, SERVER)

    def recovered(self, age: int) -> None:
        """Work goes on; the last decision is ``age`` days old."""
        self.n += towns.JUMP * (1 + age)
        self.next_number += towns.NUMBERS_JUMP * (1 + age)
        self.recovering = False

    def forget(self, record: str, left: Mapping[str, Any] | None = None) -> None:
        """Takes every value of an erased record out of the log."""
        self.rows.erased[record] = None
        for kept in (self.log, self.conflicts):
            for n, one in kept.items():
                if record.encode() in one.line:
                    line = deciding.line_without(one.line, record, left)
                    kept[n] = Line(one.n, one.id, one.chain, line, one.verdict, one.changes)


def _erases(line: bytes, record: str) -> bool:
    changes = read_changes(read_envelope(read_entry(line).op))
    return any(change is not None and change.k == "erase" and change.id == record for change in changes)


def answer_of(id_: str, n: int, verdict: str | None) -> Answer:
    return Answer(id_, n, None if verdict is None else msgspec.json.decode(verdict, type=Verdict))


def removable(rows: TownRows, horizon: int) -> list[tuple[str, str]]:
    """Tombstones as old as ``horizon`` that no row refers to."""
    referred = {
        (target, row[column])
        for name, rule in TABLES.items()
        for column, target in rule.references
        for row in rows.tables[name].values()
    }
    return [
        (table, record)
        for table, found in rows.tables.items()
        for record, row in found.items()
        if row["deleted_at"] is not None and row["version"] <= horizon and (table, record) not in referred
    ]


class Push(deciding.Deciding):
    """The server's decisions, on a town in memory."""

    def __init__(self, town: Town, epoch: str, allowed: Callable[[Header], bool], retired: bool) -> None:
        self._town = town
        self._new_ends: dict[UUID, End] = {}
        super().__init__(None, epoch, allowed, retired)  # type: ignore[arg-type]

    def _counter(self) -> tuple[int, bytes, str, bool]:
        town = self._town
        return town.n, town.chain, town.epoch, town.recovering

    def _last(self) -> int:
        return self._town.last

    def _state(self) -> Any:
        return Batch(self._town.rows)

    def _known(self, came: Sequence[deciding.Arrived]) -> dict[str, Answer]:
        return {one.id: one for one in self._town.decided(str(each.header.id) for each in came)}

    def _ends(self, stations: set[UUID]) -> dict[UUID, End]:
        known = self._town.stations
        return {ws: known[ws] for ws in stations if ws in known}

    def _keep_ends(self, ends: Mapping[UUID, End]) -> None:
        self._new_ends = dict(ends)

    def _write(self) -> None:
        town = self._town
        town.stations.update(self._new_ends)
        self._rows.write(self._written)
        for n, id_, _, chain, line, verdict in self._log:
            count = len(msgspec.json.decode(line)["op"]["changes"])
            one = Line(n, str(id_), chain, line, verdict, count)
            town.log[n] = one
            town.history.append(one)
            town.rows.ledger[one.id] = (n, verdict)
            town.rows.writers[n] = one.id
            town.last = n
        for (_, record), (row, _, _) in self._written.items():
            if row.erased:
                town.forget(record, row.values)
        town.n, town.chain = self._n, self._chain


class Again(Push, erasing.Again):
    """Erasures that the server issues itself after a restore."""

    def _standing(self, records: Sequence[str]) -> list[Change]:
        tables = self._town.rows.tables
        return [
            Change(table, record, "erase", row["version"], {}, blank_of(table, row))
            for table in ("notice", "person")
            for record, row in tables[table].items()
            if record in records
        ]

    def _tried(self, operations: Sequence[UUID]) -> list[str]:
        return [one.id for one in self._town.decided(map(str, operations))]

    def _register(self, records: Iterable[str]) -> None:
        for record in records:
            self._town.forget(record)
