"""What travels between workstation and server, and how it is checked.

Requests and changes travel as the canonical JSON that was hashed (`store.canonical`), verbatim: whoever
checks a digest hashes the bytes as they came and need not know how they were made.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Annotated
from uuid import UUID

import msgspec

from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.store import journal
from rathaus_desk.store.canonical import canonical, digest
from rathaus_desk.store.journal import Header, StoredChange, chained
from rathaus_desk.store.schema import synced_tables
from rathaus_desk.store.shape import shape_of
from rathaus_desk.store.upcasts import upcast
from rathaus_desk.sync.rules import Change, Judged, Verdict

MOST_OPERATIONS = 100
"""Operations in one push."""
MOST_BYTES = 2**20
"""Bytes of one push; a single larger operation travels alone, up to `MOST_BYTES_ALONE`."""
MOST_BYTES_ALONE = 8 * 2**20
MOST_ASKED = 1000
"""Operations that a workstation may ask about at once."""
MOST_CHANGES = 5000
"""Row changes of one operation; imports are cut into operations with one ``import_id``."""

Digest = Annotated[str, msgspec.Meta(min_length=64, max_length=64)]
"""64 hex digits; that they are hex is seen when they are used."""
Salt = Annotated[str, msgspec.Meta(min_length=32, max_length=32)]


class Sent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row change: the change and its salt, or only their digest once it was erased."""

    c: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    s: Salt | None = None
    d: Digest | None = None
    r: str | None = None
    """The record, where the change itself does not say."""
    t: str | None = None
    """Its table."""

    def digest(self) -> bytes:
        """The digest that the operation's hash is made of."""
        if self.c is msgspec.UNSET or self.s is None:
            return bytes.fromhex(self.d or "")
        return digest(bytes.fromhex(self.s), bytes(self.c))


class Envelope(msgspec.Struct, frozen=True, omit_defaults=True):
    """One operation as a workstation issued it."""

    header: msgspec.Raw
    prev: Digest
    hash: Digest
    changes: list[Sent]
    request: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    request_salt: Salt | None = None
    request_digest: Digest | None = None

    def computed_hash(self) -> bytes:
        """The hash that follows from everything else."""
        return self.hash_over(*self.digests())

    def digests(self) -> tuple[bytes, list[bytes]]:
        """What the hash is made of: the digests of the request and of every change."""
        return self.digest_of_request(), [sent.digest() for sent in self.changes]

    def hash_over(self, request: bytes, changes: Sequence[bytes]) -> bytes:
        """The hash, given the `digests`."""
        return chained(bytes.fromhex(self.prev), bytes(self.header), request, changes)

    def digest_of_request(self) -> bytes:
        """The request's part of the hash."""
        if self.request is not msgspec.UNSET and self.request_salt is not None:
            return digest(bytes.fromhex(self.request_salt), bytes(self.request))
        return bytes.fromhex(self.request_digest or "")


class Image(msgspec.Struct, frozen=True):
    """The whole row as the change at place ``i`` left it, where the change alone does not say.

    Of a record that was erased since: what is left of it, so that others may refer to it.
    """

    i: int
    v: dict[str, object]


class LogEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One operation as the server decided on it. ``op`` is an `Envelope`."""

    n: int
    at: str
    """When the server decided, UTC, as the store writes moments."""
    chain: Digest
    op: msgspec.Raw
    verdict: Verdict | None = None
    """None: accepted."""
    rows: list[Image] = []
    schema: int = 1
    """Revision of the tables that ``rows`` are of: the server's when it decided."""


class Push(msgspec.Struct, frozen=True, omit_defaults=True):
    """A workstation's next operations. ``park``: store the only one as refused if it cannot be read."""

    epoch: str
    ops: list[msgspec.Raw]
    park: bool = False


class Tail(msgspec.Struct, frozen=True):
    """Log entries that a restored server lost."""

    epoch: str
    entries: list[LogEntry]


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one pushed operation."""

    id: str
    n: int
    verdict: Verdict | None = None


class Answers(msgspec.Struct, frozen=True):
    """What became of all of a push, in its order."""

    answers: list[Answer]
    head: int


class Begun(msgspec.Struct, frozen=True):
    """What a snapshot starts from: the last decision, the chain there, and how many rows each table has."""

    as_of: int
    chain: Digest
    epoch: str
    rows: dict[str, int]
    schema: int
    """Revision of the tables that the rows are of."""


class Broken(DeskError):
    """Something that arrived is not what it says it is."""


class Lacking(Broken):
    """What arrived builds on something that is not here."""


_header = msgspec.json.Decoder(Header)
_change = msgspec.json.Decoder(Change)
_envelope = msgspec.json.Decoder(Envelope)
_entry = msgspec.json.Decoder(LogEntry)
_encoder = msgspec.json.Encoder()


def read_envelope(raw: bytes | msgspec.Raw) -> Envelope:
    """An operation as it came; Broken if it is none."""
    try:
        envelope = _envelope.decode(raw)
        _bytes_of(envelope)
    except (msgspec.DecodeError, ValueError) as error:
        raise Broken("Ein Vorgang ist unvollständig angekommen.", detail=str(error)) from error
    return envelope


def _bytes_of(envelope: Envelope) -> None:
    """Raises ValueError unless every digest and salt is what it should be."""
    for digits in (envelope.prev, envelope.hash, envelope.request_salt or envelope.request_digest or "x"):
        bytes.fromhex(digits)
    for sent in envelope.changes:
        bytes.fromhex((sent.d or "x") if sent.c is msgspec.UNSET or sent.s is None else sent.s)


def read_header(envelope: Envelope) -> Header:
    """Its header; Broken if it cannot be read."""
    try:
        return _header.decode(envelope.header)
    except msgspec.DecodeError as error:
        raise Broken("Ein Vorgang ist unvollständig angekommen.", detail=str(error)) from error


def read_entry(raw: bytes | msgspec.Raw) -> LogEntry:
    """A line of the server's log; Broken if it is none."""
    try:
        return _entry.decode(raw)
    except msgspec.DecodeError as error:
        raise Broken("Der Server hat etwas geschickt, das nicht lesbar ist.", detail=str(error)) from error


def read_changes(envelope: Envelope) -> list[Change | None]:
    """Its changes as ones of today's tables, None where one was erased; Broken if one cannot be read.

    What a newer workstation says of tables and columns that are not known here is left out, until this one is
    updated (`following.follow`); a change that is left out whole names its record, as an erased one does.
    """
    try:
        changes = [None if sent.c is msgspec.UNSET else _change.decode(sent.c) for sent in envelope.changes]
    except msgspec.DecodeError as error:
        raise Broken("Ein Vorgang ist unvollständig angekommen.", detail=str(error)) from error
    if b'"schema":%d,' % journal.SCHEMA in bytes(envelope.header):
        return changes
    schema = read_header(envelope).schema
    read = [None if change is None else as_of_today(change, schema) for change in changes]
    for place, (before, after) in enumerate(zip(changes, read, strict=True)):
        if before is not None and after is None:
            envelope.changes[place] = msgspec.structs.replace(envelope.changes[place], r=before.id)
    return read


def as_of_today(change: Change, schema: int) -> Change | None:
    """A change written under the revision ``schema`` as one of today's; None if it is of a table to come."""
    if schema > journal.SCHEMA:
        return _known(change)
    try:
        stored = StoredChange(change.t, UUID(change.id), change.k, change.base, change.old, change.new)
    except ValueError:
        return change
    read = upcast(stored, schema)
    return Change(read.t, str(read.id), read.k, read.base, read.old, read.new)


def _known(change: Change) -> Change | None:
    if change.t not in synced_tables():
        return None
    content = shape_of(change.t).content
    old, new = (
        {name: values[name] for name in content if name in values} for values in (change.old, change.new)
    )
    return Change(change.t, change.id, change.k, change.base, old, new)


def images_of(entry: LogEntry, envelope: Envelope) -> dict[int, dict[str, object]]:
    """Place of a change → the whole row as the server left it, as one of today's tables."""
    if entry.schema == journal.SCHEMA:
        return {image.i: image.v for image in entry.rows}
    found: dict[int, dict[str, object]] = {}
    for image in entry.rows:
        sent = envelope.changes[image.i].c
        if sent is msgspec.UNSET:
            continue
        written = _change.decode(sent)
        read = as_of_today(Change(written.t, written.id, "ins", 0, {}, image.v), entry.schema)
        if read is not None:
            found[image.i] = read.new
    return found


def judged(header: Header, changes: Iterable[Change | None]) -> Judged | Verdict:
    """What `rules.apply_op` takes; the verdict itself if values of it were erased meanwhile."""
    found: list[Change] = []
    for change in changes:
        if change is None:
            return Verdict(kind="erased")
        found.append(change)
    after = tuple(str(earlier) for earlier in header.after)
    return Judged(str(header.id), found, after, str(header.settles) if header.settles else None)


def without(envelope: Envelope, record: str, *, in_force: bool) -> tuple[Envelope, set[int]]:
    """An operation without what it says of an erased record, and the places that were emptied.

    Of one that is not ``in_force`` (refused, or not decided on), or changed nothing, nothing is kept if it
    names the record, also in what was asked for. What remains are digests, so that its hash stays; an erasure
    stays as it is. If it says nothing ``envelope`` itself comes back.
    """
    changes = read_changes(envelope)
    if in_force and changes:
        gone = {at for at, change in enumerate(changes) if change is not None and change.id == record}
    elif _names(envelope, changes, record):
        gone = set(range(len(changes)))
    else:
        return envelope, set()
    gone = {at for at in gone if (change := changes[at]) is not None and change.k != "erase"}
    return (
        (envelope, gone) if in_force and changes and not gone else (_emptied(envelope, changes, gone), gone)
    )


def emptied(envelope: Envelope) -> Envelope:
    """An operation of which nothing is kept but digests, and erasures."""
    changes = read_changes(envelope)
    gone = {at for at, change in enumerate(changes) if change is not None and change.k != "erase"}
    return _emptied(envelope, changes, gone) if gone else envelope


def unreadable(envelope: Envelope) -> Envelope:
    """An operation whose changes cannot be read, as it is kept: their digests, and what was asked for."""
    changes = [Sent(d=sent.digest().hex(), r=sent.r or _NOBODY) for sent in envelope.changes]
    return msgspec.structs.replace(envelope, changes=changes)


_NOBODY = str(UUID(int=0))


def _names(envelope: Envelope, changes: Sequence[Change | None], record: str) -> bool:
    said = [canonical(change) for change in changes if change is not None and change.k != "erase"]
    erases = any(change is not None and change.k == "erase" for change in changes)
    if envelope.request is not msgspec.UNSET and not erases:
        said.append(bytes(envelope.request))
    return any(record.encode() in text for text in said)


def _emptied(envelope: Envelope, changes: Sequence[Change | None], gone: Container[int]) -> Envelope:
    kept = [
        Sent(d=sent.digest().hex(), r=change.id, t=change.t) if change is not None and at in gone else sent
        for at, (sent, change) in enumerate(zip(envelope.changes, changes, strict=True))
    ]
    digest_ = envelope.digest_of_request().hex()
    return Envelope(envelope.header, envelope.prev, envelope.hash, kept, request_digest=digest_)


def encoded(value: msgspec.Struct) -> bytes:
    """As it travels."""
    return _encoder.encode(value)


def verdict_text(verdict: Verdict | None) -> str | None:
    """A verdict as it is kept and hashed; None for an accepted operation."""
    return None if verdict is None else canonical(verdict).decode()


def lines(entries: Sequence[bytes]) -> bytes:
    """Log entries as they travel: one a line."""
    return b"\n".join(entries)
