"""A workstation in memory: its rows, journal, overlay, numbers; and how it follows the log."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any
from uuid import UUID

import msgspec

from rathaus_desk.store.canonical import canonical, digest
from rathaus_desk.store.journal import NO_HASH, SCHEMA, Header, builds_on, chained
from rathaus_desk.store.witness import Witness, contradicts
from rathaus_desk.sync import following
from rathaus_desk.sync.envelope import (
    Answer,
    Begun,
    Envelope,
    Lacking,
    LogEntry,
    Sent,
    encoded,
    judged,
    read_changes,
    verdict_text,
    without,
)
from rathaus_desk.sync.following import Decided, read_decided, verified
from rathaus_desk.sync.link import Link
from rathaus_desk.sync.rows import effect
from rathaus_desk.sync.rules import CLAIM, Change, Judged, Row, Verdict, apply_op, closes, opens

from .rows import CONTENT, TABLES, Rows, Stored, references_of

TOWN = "musterrode"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of the journal."""

    number: int
    header: Header
    envelope: Envelope
    changes: tuple[Change | None, ...]
    state: str = "pending"
    n: int | None = None
    verdict: str | None = None
    chain: bytes | None = None
    at: str = ""
    is_open: bool = False
    number_drawn: int | None = None

    @property
    def id(self) -> str:
        return str(self.header.id)


class Partial(msgspec.Struct):
    """A snapshot that is being read; ``table`` and ``after`` say how far."""

    begun: Begun
    rows: dict[str, dict[str, Stored]]
    table: int = 0
    after: str = ""


class Desk(Rows):
    """A workstation. A `rules.State`, and what `sync.rounds` takes for a store (see `rounds`)."""

    def __init__(self, chance: random.Random, folder: str, machine: str) -> None:
        super().__init__()
        self.chance, self.folder, self.machine = chance, folder, machine
        self.ws = new_id(chance)
        self.seq, self.head = 0, NO_HASH
        self.cursor, self.chain, self.server_head = 0, NO_HASH, 0
        self.snapshot_n, self.snapshot_chain = 0, NO_HASH
        self.device = self.ws
        self.private_key = bytes(32)
        self.standing, self.epoch = "", ""
        self.journal: dict[str, Entry] = {}
        self.by_n: dict[int, str] = {}
        self.made = 0
        self.shadows: dict[tuple[str, str], Stored | None] = {}
        self.blocks: list[tuple[int, int]] = []
        """Numbers left: next and last."""
        self.wish: UUID | None = None
        self.told = ""
        """The history of the server that was told what is erased."""
        self.partial: Partial | None = None

    def copied(self) -> Desk:
        """A copy of its folder."""
        made = copy(self)
        made.tables = self.copied_rows()
        for name in ("erased", "journal", "by_n", "shadows"):
            setattr(made, name, dict(getattr(self, name)))
        made.blocks = list(self.blocks)
        if self.partial is not None:
            rows = {name: dict(rows) for name, rows in self.partial.rows.items()}
            made.partial = msgspec.structs.replace(self.partial, rows=rows)
        return made

    def __str__(self) -> str:
        return self.folder

    # What the rules ask of the journal

    def writer(self, version: int) -> str | None:
        return self.by_n.get(version)

    def refused(self, operation: str) -> bool:
        found = self.journal.get(operation)
        return found is not None and found.state in ("refused", "suspended")

    def is_open(self, operation: str) -> bool:
        found = self.journal.get(operation)
        return found is not None and found.is_open

    # What clerks do

    @property
    def overlay(self) -> list[Entry]:
        return [one for one in self.journal.values() if one.n is None]

    def conflicts(self) -> list[Entry]:
        """What a clerk sees: open, and not being settled here."""
        pending = {one.header.settles for one in self.journal.values() if one.n is None}
        found = [one for one in self.journal.values() if one.is_open and one.header.id not in pending]
        return sorted(found, key=lambda one: one.n or 0)

    def run(
        self,
        op: str,
        request: Mapping[str, Any],
        changes: Sequence[Change],
        moment: str,
        *,
        clerk: UUID | None = None,
        settles: UUID | None = None,
        number: int | None = None,
    ) -> Entry | None:
        """Carries out an operation; None if it breaks a rule on what stands here: the clerk is told."""
        changes = in_order(changes)
        tried = apply_op(self, Judged("", changes, (), str(settles) if settles else None), TABLES)
        if isinstance(tried, Verdict):
            return None
        header = Header(
            id=new_id(self.chance),
            schema=SCHEMA,
            ws=self.ws,
            seq=self.seq + 1,
            clerk=clerk,
            title=op,
            op=op,
            request_version=1,
            issued_at=moment,
            seen=self.cursor,
            after=self._follows(changes),
            settles=settles,
            undoes=None,
            import_id=None,
        )
        envelope = sealed(self.chance, header, self.head, request, changes)
        self.made += 1
        entry = Entry(
            number=self.made, header=header, envelope=envelope, changes=tuple(changes), number_drawn=number
        )
        self.journal[entry.id] = entry
        self.seq, self.head = header.seq, bytes.fromhex(envelope.hash)
        self.remember(tried)
        self.write(tried, moment)
        return entry

    def _follows(self, changes: Sequence[Change]) -> tuple[UUID, ...]:
        mine = [one for one in self.overlay if one.state == "pending"]
        if not mine:
            return ()
        wanted = [_Keyed(UUID(change.id), change.t, change.k, change.new) for change in changes]
        touched, named = builds_on(wanted, references_of)  # type: ignore[arg-type]
        found: dict[UUID, None] = {}
        for record in map(str, touched):
            for one in reversed(mine):
                if any(change is not None and change.id == record for change in one.changes):
                    found[one.header.id] = None
                    break
        for record in map(str, named):
            for one in mine:
                if any(change and change.id == record and change.k == "ins" for change in one.changes):
                    found[one.header.id] = None
                    break
        return tuple(sorted(found))

    # Rows with an overlay: what `sync.rows.DeskRows` does

    def remember(self, rows: Iterable[tuple[str, str]]) -> None:
        for table, record in rows:
            self.shadows.setdefault((table, record), self.tables[table].get(record))

    def write(self, rows: Mapping[tuple[str, str], Row], moment: str) -> None:
        for (table, record), row in rows.items():
            before = self.tables[table].get(record)
            known = None if row.erased else before
            gone = known["deleted_at"] if known else None
            self.tables[table][record] = {
                **row.values,
                "version": row.version,
                "created_at": known["created_at"] if known else moment,
                "changed_at": moment,
                "deleted_at": (gone or moment) if row.gone else None,
            }

    def write_page(self, page: Sequence[Decided]) -> None:
        for one in page:
            images = one.images
            for table, record, left in one.stubs:
                if record not in self.tables[table]:
                    stub = Change(table, record, "erase", 0, {}, left)
                    self.tables[table][record] = effect(stub, None, one.n, one.header.issued_at, None)
            for place, change in enumerate(one.changes):
                if change is not None:
                    before = self.tables[change.t].get(change.id)
                    made = effect(change, images.get(place), one.n, one.header.issued_at, before)
                    if made:
                        self.tables[change.t][change.id] = {**(before or {}), **made}

    def shadow(self, table: str, record: bytes) -> tuple[Stored | None] | None:
        key = (table, str(UUID(bytes=record)))
        return (self.shadows[key],) if key in self.shadows else None

    def move_shadow(self, table: str, record: bytes, image: Stored) -> None:
        id_ = str(UUID(bytes=record))
        self.shadows[table, id_] = image
        self.tables[table][id_] = {**self.tables[table][id_], "version": image["version"]}

    def forget_shadows(self) -> None:
        self.shadows.clear()

    def take_back(self) -> None:
        for (table, record), image in self.shadows.items():
            if image is None:
                self.tables[table].pop(record, None)
            else:
                self.tables[table][record] = image
        self.shadows.clear()

    def scrub(self, record: str) -> None:
        """Takes every value of an erased record out of the journal."""
        self.erased[record] = None
        for id_, one in self.journal.items():
            envelope, _ = without(one.envelope, record, in_force=one.state == "accepted")
            if envelope is not one.envelope:
                self.journal[id_] = emptied_entry(one, envelope)

    # Following

    def follow(self, raw: Sequence[bytes], head: int, *, anew_in: str | None = None) -> int:
        """See `sync.following.follow`."""
        if anew_in is not None:
            self.forget_decisions(anew_in)
        page = verified(raw, self.cursor, self.chain)
        try:
            if anew_in is not None:
                Pull(self).take_anew(page)
            elif page:
                Pull(self).take(page)
        except Lacking as error:
            # The program helps itself with a snapshot; but nothing should ever be lacking.
            raise AssertionError(f"{self} lacks {error.detail}") from error
        if page:
            self.cursor, self.chain = page[-1].n, page[-1].chain
        self.server_head = max(head, self.cursor)
        return self.cursor

    def forget_decisions(self, epoch: str) -> None:
        for id_, one in self.journal.items():
            self.journal[id_] = msgspec.structs.replace(
                one, n=None, state="pending", verdict=None, chain=None, is_open=False
            )
        self.by_n.clear()
        self.cursor, self.chain, self.server_head, self.epoch = 0, NO_HASH, 0, epoch
        self.snapshot_n, self.snapshot_chain = 0, NO_HASH
        self.shadows = {(table, record): None for table, rows in self.tables.items() for record in rows}

    def keep(self, one: Decided) -> None:
        """The journal says what was decided; what somebody else issued is entered."""
        id_, verdict, settles = str(one.header.id), one.entry.verdict, one.header.settles
        if verdict is None:
            sent = zip(one.envelope.changes, one.changes, strict=True)
            self.erased.update({each.r: None for each, change in sent if change is None and each.r})
        count = len(one.changes)
        if settles is not None and closes(verdict, count):
            self.close(str(settles))
        known, came = self.journal.get(id_), without_tables(one.envelope)
        if known is None:
            self.made += 1
            known = Entry(number=self.made, header=one.header, envelope=came, changes=tuple(one.changes))
        envelope = msgspec.structs.replace(
            known.envelope, header=one.envelope.header, prev=one.envelope.prev, hash=one.envelope.hash
        )
        if None in one.changes or one.envelope.request is msgspec.UNSET:
            known, envelope = emptied_entry(known, came), came
        self.journal[id_] = msgspec.structs.replace(
            known,
            header=one.header,
            envelope=envelope,
            n=one.n,
            state="accepted" if verdict is None else "refused",
            verdict=verdict_text(verdict),
            chain=one.chain,
            at=one.entry.at,
            is_open=opens(verdict, count),
        )
        self.by_n[one.n] = id_

    def close(self, operation: str) -> None:
        known = self.journal.get(operation)
        if known is not None and known.is_open:
            self.journal[operation] = msgspec.structs.replace(known, is_open=False)

    def redo(self) -> None:
        for one in self.overlay:
            self.redo_one(one)

    def redo_one(self, one: Entry) -> None:
        """An operation of the overlay, on what the server has now; what no longer fits is suspended."""
        operation = judged(one.header, one.changes)
        rows = operation if isinstance(operation, Verdict) else apply_op(self, operation, TABLES)
        verdict = rows if isinstance(rows, Verdict) else None
        self.journal[one.id] = msgspec.structs.replace(
            one, state="pending" if verdict is None else "suspended", verdict=verdict_text(verdict)
        )
        if not isinstance(rows, Verdict):
            self.remember(rows)
            self.write(rows, one.header.issued_at)

    # The snapshot

    def take_over(
        self,
        begun: Begun,
        rows: Mapping[str, Mapping[str, Stored]],
        conflicts: Sequence[bytes],
        erased: Sequence[str],
        log: Sequence[bytes],
        head: int,
        answers: Sequence[Answer],
        *,
        anew_in: str | None = None,
    ) -> int:
        """See `sync.snapshot.take_over`."""
        if anew_in is not None:
            self.forget_decisions(anew_in)
        page, pull = verified(log, begun.as_of, bytes.fromhex(begun.chain)), Pull(self)
        for answer in answers:
            if answer.n <= begun.as_of and answer.id in self.journal:
                state = "refused" if answer.verdict else "accepted"
                said = {"n": answer.n, "state": state, "verdict": verdict_text(answer.verdict)}
                self.journal[answer.id] = msgspec.structs.replace(self.journal[answer.id], **said)
                self.by_n[answer.n] = answer.id
        for id_, one in self.journal.items():
            self.journal[id_] = msgspec.structs.replace(one, is_open=False)
        pull.keep([read_decided(line) for line in conflicts])
        self.tables = {name: dict(found) for name, found in rows.items()}
        self.shadows.clear()
        pull._apply(page)
        for record in erased:
            self.scrub(record)
        self.cursor, self.chain = (
            (page[-1].n, page[-1].chain) if page else (begun.as_of, bytes.fromhex(begun.chain))
        )
        self.server_head = max(head, self.cursor)
        self.snapshot_n, self.snapshot_chain = begun.as_of, bytes.fromhex(begun.chain)
        self.redo()
        self.partial = None
        return self.cursor

    # Identity

    @property
    def testimony(self) -> Witness:
        """What the witness beside its folder is told."""
        return Witness(self.machine, self.folder, self.ws.hex, self.seq)

    def opened(self, told: Witness | None) -> None:
        """It starts: a copy, or an older state, goes on as another workstation."""
        if self.standing in ("", "forked") and contradicts(told, self.testimony):
            self.fork()

    def fork(self) -> None:
        self.ws = new_id(self.chance)
        self.seq, self.head = 0, NO_HASH
        self.blocks = []
        if self.standing == "":
            self.standing = "forked"

    def rechain(self) -> None:
        seq, head = 0, NO_HASH
        for one in self.overlay:
            seq += 1
            header = msgspec.structs.replace(one.header, ws=self.ws, seq=seq)
            text = canonical(header)
            digests = [sent.digest() for sent in one.envelope.changes]
            prev, head = head, chained(head, text, one.envelope.digest_of_request(), digests)
            envelope = msgspec.structs.replace(
                one.envelope, header=msgspec.Raw(text), prev=prev.hex(), hash=head.hex()
            )
            self.journal[one.id] = msgspec.structs.replace(one, header=header, envelope=envelope)
        self.seq, self.head = seq, head

    # What `sync.outbox` and `sync.link` read

    def link(self) -> Link:
        return Link(
            url="https://x",
            town=TOWN,
            server=self.device,
            epoch=self.epoch,
            device=self.device,
            private_key=self.private_key,
            release_key=None,
            chain=self.chain,
            head=self.server_head,
            standing=self.standing,
            cursor=self.cursor,
            ws=self.ws,
        )

    def undecided(self) -> list[str]:
        return [one.id for one in self.overlay]

    def everything(self) -> list[str]:
        return list(self.journal)

    def waiting(self) -> int:
        return len(self.overlay)

    def next_batch(self, after: int = 0, *, operations: int = 100) -> tuple[list[bytes], int]:
        batch = sorted((one for one in self.overlay if one.number > after), key=lambda one: one.number)
        batch = batch[:operations]
        return [encoded(one.envelope) for one in batch], batch[-1].number if batch else after

    def known_at(self, n: int) -> bytes | None:
        if n in (0, self.snapshot_n):
            return self.snapshot_chain if n else NO_HASH
        return self.journal[self.by_n[n]].chain if n in self.by_n else None

    def entries_after(self, n: int, limit: int) -> list[bytes]:
        found = []
        for number in sorted(number for number in self.by_n if number > n)[:limit]:
            one = self.journal[self.by_n[number]]
            verdict = None if one.verdict is None else msgspec.json.decode(one.verdict, type=Verdict)
            chain = (one.chain or b"").hex() or "0" * 64
            op = msgspec.Raw(encoded(one.envelope))
            found.append(encoded(LogEntry(n=number, at=one.at, chain=chain, op=op, verdict=verdict)))
        return found

    # What `sync.rounds` takes for a store and its transactions

    @contextmanager
    def read(self) -> Iterator[Desk]:
        yield self

    local = writing = following = read

    @property
    def driver(self) -> Desk:
        return self

    def execute(self, statement: Any, values: Sequence[Any] = ()) -> None:
        """The updates of `server_link` that `sync.rounds` makes."""
        found = _UPDATE.fullmatch(str(statement))
        if found is None:
            return
        left = list(values)
        for column, given in re.findall(r"(\w+) = ('\w*'|\?)", found[1]):
            value = left.pop(0) if given == "?" else given.strip("'")
            setattr(self, column, UUID(bytes=value) if column == "device" else value)


_UPDATE = re.compile(r"UPDATE server_link SET (.*)")


class _Keyed(msgspec.Struct):
    id: UUID
    t: str
    k: str
    new: Mapping[str, Any]


class Pull(following.Pull):
    """A page of the log, taken by the program's own code."""

    _rows: Any

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rows = desk
        self._tables = TABLES

    def _overlay(self) -> list[tuple[int, bytes, str]]:
        mine = sorted(self._desk.overlay, key=lambda one: one.number)
        return [(one.number, one.header.id.bytes, one.state) for one in mine]

    def keep(self, page: Sequence[Decided]) -> None:
        for one in page:
            self._desk.keep(one)

    def scrub(self, one: Decided) -> None:
        for change in one.changes:
            if change is not None and change.k == "erase":
                self._desk.scrub(change.id)

    def _redo(self, number: int) -> None:
        self._desk.redo_one(next(one for one in self._desk.overlay if one.number == number))


def emptied_entry(one: Entry, envelope: Envelope) -> Entry:
    changes = tuple(read_changes(envelope))
    return msgspec.structs.replace(one, envelope=without_tables(envelope), changes=changes)


def without_tables(envelope: Envelope) -> Envelope:
    """A journal does not say of which table an erased record was."""
    if all(sent.t is None for sent in envelope.changes):
        return envelope
    changes = [msgspec.structs.replace(sent, t=None) for sent in envelope.changes]
    return msgspec.structs.replace(envelope, changes=changes)


_ORDER = {"ins": 1, "upd": 1, "restore": 1, "erase": 1, "del": 2}


def in_order(changes: Iterable[Change]) -> list[Change]:
    """Claims given up first, deletions last."""
    return sorted(changes, key=lambda one: 0 if one.t == CLAIM and one.k == "del" else _ORDER[one.k])


def sealed(
    chance: random.Random, header: Header, prev: bytes, request: Mapping[str, Any], changes: Iterable[Change]
) -> Envelope:
    """An operation as it travels."""
    text, asked, salt = canonical(header), canonical(request), chance.randbytes(16)
    sent = [Sent(msgspec.Raw(canonical(change)), chance.randbytes(16).hex()) for change in changes]
    hash_ = chained(prev, text, digest(salt, asked), [one.digest() for one in sent])
    return Envelope(
        header=msgspec.Raw(text),
        prev=prev.hex(),
        hash=hash_.hex(),
        changes=sent,
        request=msgspec.Raw(asked),
        request_salt=salt.hex(),
    )


def new_id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128))


__all__ = ["CONTENT", "TOWN", "Desk", "Entry", "Partial", "new_id"]
