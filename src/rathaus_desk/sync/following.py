"""The workstation follows the server's log: undo the overlay, take what was decided, carry it out anew.

Everything of one page happens in one transaction, the cursor included: a cut leaves the state of before or
of after. Own operations are recognised by their ids. docs/sync-protocol.md, "Pull".
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from rathaus_desk.kernel.ids import raw_id
from rathaus_desk.store import journal
from rathaus_desk.store.attachments import Attachment
from rathaus_desk.store.connection import Guard, among
from rathaus_desk.store.engine import Following, Store
from rathaus_desk.store.journal import NO_HASH, Header, decided
from rathaus_desk.store.overlay import empty, scrub
from rathaus_desk.sync import tables
from rathaus_desk.sync.envelope import (
    Broken,
    Envelope,
    LogEntry,
    images_of,
    judged,
    read_changes,
    read_entry,
    read_envelope,
    read_header,
    verdict_text,
)
from rathaus_desk.sync.link import shadow_everything
from rathaus_desk.sync.outbox import envelope_at
from rathaus_desk.sync.rows import DeskRows, effect
from rathaus_desk.sync.rules import Change, Verdict, apply_op, closes, opens

NEWER_SCHEMA = "sync.newer_schema"
"""A setting: the newest revision of which something was left out here, for want of an update."""


@dataclass(frozen=True, slots=True)
class Decided:
    """One entry of the log, read and verified."""

    entry: LogEntry
    envelope: Envelope
    header: Header
    changes: list[Change | None]
    request_digest: bytes
    digests: list[bytes]
    """Of each change."""
    hash: bytes
    chain: bytes

    @property
    def n(self) -> int:
        """Its number."""
        return self.entry.n

    @property
    def images(self) -> dict[int, dict[str, Any]]:
        """Place of a change → the whole row as it was left."""
        return images_of(self.entry, self.envelope)

    @property
    def stubs(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Table, id and what is left of records that were erased later; others may refer to them before."""
        if None not in self.changes:
            return []
        images = self.images
        return [
            (sent.t, sent.r, images[place])
            for place, (sent, change) in enumerate(zip(self.envelope.changes, self.changes, strict=True))
            if change is None and sent.t is not None and sent.r is not None and place in images
        ]


def verified(raw: Sequence[bytes], cursor: int, chain: bytes) -> list[Decided]:
    """A page of the log, read; Broken unless it continues ``chain`` at ``cursor``, without a gap."""
    page: list[Decided] = []
    for line in raw:
        one = read_decided(line)
        if one.n <= cursor:
            raise Broken("Der Server wiederholt Vorgänge.", detail=f"{one.n} after {cursor}")
        # The chain shows what is left out; numbers alone may jump, when a server was restored.
        cursor, chain = one.n, decided(chain, one.n, one.hash, verdict_text(one.entry.verdict))
        if chain != one.chain:
            raise Broken(
                "Der Verlauf des Servers passt nicht zu dem, was hier schon steht.", detail=f"{one.n}"
            )
        page.append(one)
    return page


def read_decided(line: bytes) -> Decided:
    """One line of the log; Broken if the operation is not what it says it is."""
    entry = read_entry(line)
    envelope = read_envelope(entry.op)
    request, digests = envelope.digests()
    hash_ = envelope.hash_over(request, digests)
    if hash_.hex() != envelope.hash:
        raise Broken("Ein Vorgang wurde unterwegs verändert.", detail=f"log entry {entry.n}")
    return Decided(
        entry,
        envelope,
        read_header(envelope),
        read_changes(envelope),
        request,
        digests,
        hash_,
        bytes.fromhex(entry.chain),
    )


def follow(store: Store, raw: Sequence[bytes], head: int, *, anew_in: str | None = None) -> int:
    """Applies a page of the log; the cursor now. ``head`` is the last number the server has.

    With ``anew_in`` (an epoch) the page is the whole log of a server that was restored: everything known here
    counts as undecided first. Raises Broken, and changes nothing, if the page is not what it must be.
    """
    with uncollected(), store.following() as following:
        if anew_in is not None:
            forget_decisions(following, anew_in)
        (cursor,) = following.execute("SELECT cursor FROM workstation").fetchone()
        (chain,) = following.execute("SELECT chain FROM server_link").fetchone()
        page = verified(raw, cursor, chain)
        pull = Pull(following)
        pull.note_files(page)
        if anew_in is not None:
            pull.take_anew(page)
        elif page:
            pull.take(page)
        note_newer(following, max((max(one.header.schema, one.entry.schema) for one in page), default=0))
        if page:
            cursor, chain = page[-1].n, page[-1].chain
        following.execute("UPDATE workstation SET cursor = ?", (cursor,))
        following.execute("UPDATE server_link SET chain = ?, head = ?", (chain, max(head, cursor)))
    return int(cursor)


def note_newer(following: Following, newest: int) -> None:
    """What is said of tables that are not known here is left out: after an update it is read anew."""
    if newest > journal.SCHEMA:
        following.execute(
            "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value ="
            " CASE WHEN CAST(value AS INTEGER) > CAST(excluded.value AS INTEGER) THEN value"
            " ELSE excluded.value END",
            (NEWER_SCHEMA, str(newest)),
        )


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for garbage while a page is in memory: there is none, and it takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def forget_decisions(following: Following, epoch: str) -> None:
    """Everything known here counts as undecided: the server, now in ``epoch``, may know none of it."""
    following.execute(
        "UPDATE journal SET n = NULL, state = 'pending', verdict = NULL, chain = NULL, decided_at = NULL,"
        " is_open = 0"
    )
    following.execute("UPDATE workstation SET cursor = 0")
    following.execute(
        "UPDATE server_link SET chain = ?1, head = 0, epoch = ?2, snapshot_n = 0, snapshot_chain = ?1",
        (NO_HASH, epoch),
    )
    shadow_everything(following)


class Pull:
    """What a page of the log does to this workstation, inside a transaction of `Store.following`."""

    def __init__(self, following: Following) -> None:
        self._following = following
        self._rows = DeskRows(following)
        self._tables = tables.rules()

    def take(self, page: Sequence[Decided]) -> None:
        """The page, in its order, below the overlay."""
        overlay = self._overlay()
        if not overlay:
            self._apply(page)
        elif self._is_beginning_of(overlay, page):
            self.keep(page)
            for one in page:
                self._confirm(one)
            if not self._overlay():
                self._rows.forget_shadows()
        else:
            self.take_anew(page)

    def take_anew(self, page: Sequence[Decided]) -> None:
        """Undo the overlay, apply, carry out anew."""
        self._rows.take_back()
        self._apply(page)
        self.redo_overlay()

    def note_files(self, page: Sequence[Decided]) -> None:
        """The files of attachments that a page erases; an own erasure has emptied the row already."""
        for one in page:
            for change in one.changes:
                if change is None or change.k != "erase" or change.t != Attachment.__tablename__:
                    continue
                shadow = self._rows.shadow(change.t, raw_id(change.id))
                row = self._rows.row(change.t, change.id)
                before = (shadow and shadow[0]) or (row and row.values)
                if one.entry.verdict is None and before and before["sha256"]:
                    self._following.files_gone.add(before["sha256"])

    def redo_overlay(self) -> None:
        """What no server has decided on, on the rows as they stand."""
        for number, *_ in self._overlay():
            self._redo(number)

    def _overlay(self) -> list[tuple[int, bytes, str]]:
        query = "SELECT number, id, state FROM journal WHERE n IS NULL ORDER BY number"
        return self._following.execute(query).fetchall()  # type: ignore[no-any-return]

    def _is_beginning_of(self, overlay: Sequence[tuple[int, bytes, str]], page: Sequence[Decided]) -> bool:
        """Whether the server accepted exactly what stands here, and nobody else did anything meanwhile."""
        return len(page) <= len(overlay) and all(
            one.entry.verdict is None
            and (one.header.id.bytes, "pending") == own[1:]
            and None not in one.changes
            for one, own in zip(page, overlay, strict=False)
        )

    def _confirm(self, one: Decided) -> None:
        """An own operation was accepted as it stands here; its rows only get their version."""
        for table, record in dict.fromkeys((change.t, change.id) for change in one.changes if change):
            id_ = raw_id(record)
            shadow = self._rows.shadow(table, id_)
            if shadow is None:
                continue
            image, images = shadow[0], one.images
            for place, change in enumerate(one.changes):
                if change is not None and (change.t, change.id) == (table, record):
                    made = effect(change, images.get(place), one.n, one.header.issued_at, image)
                    image = {**(image or {}), **made} if made else image
            if image is not None and image != shadow[0]:
                self._rows.move_shadow(table, id_, image)
        self.scrub(one)

    def _apply(self, page: Sequence[Decided]) -> None:
        self.keep(page)
        accepted = [one for one in page if one.entry.verdict is None]
        self._rows.write_page(accepted)
        for one in accepted:
            self.scrub(one)

    def scrub(self, one: Decided) -> None:
        """What was erased goes out of the journal of this workstation, too."""
        for change in one.changes:
            if change is not None and change.k == "erase":
                scrub(self._following.driver, Guard.mark, raw_id(change.id))
                if change.t == Attachment.__tablename__:
                    # The server has dropped its bytes: whether it has those of others is asked anew.
                    self._following.execute("DELETE FROM file_known")

    def keep(self, page: Sequence[Decided]) -> None:
        """The journal says what was decided; what somebody else issued is entered."""
        # A copy of this workstation may have handed an own operation in, as a link of another chain.
        query = "SELECT id FROM journal WHERE id IN"
        known = {
            id_ for (id_,) in among(self._following.driver, query, [one.header.id.bytes for one in page])
        }
        self._following.execute_many(
            "UPDATE journal SET ws = ?, seq = ?, prev = ?, hash = ?, header = ?,"
            " n = ?, state = ?, verdict = ?, chain = ?, decided_at = ?, is_open = ? WHERE id = ?",
            [
                (*_link(one), *_standing(one), one.header.id.bytes)
                for one in page
                if one.header.id.bytes in known
            ],
        )
        for one in page:
            places = [place for place, change in enumerate(one.changes) if change is None]
            silent = one.envelope.request is msgspec.UNSET
            if (places or silent) and one.header.id.bytes in known:
                empty(self._following.driver, Guard.mark, one.header.id.bytes, places, request=silent)
        self._enter([one for one in page if one.header.id.bytes not in known])
        self._register(page)
        self._following.execute_many(
            "UPDATE journal SET is_open = 0 WHERE id = ?",
            [
                (one.header.settles.bytes,)
                for one in page
                if one.header.settles is not None and closes(one.entry.verdict, len(one.changes))
            ],
        )

    def _register(self, page: Sequence[Decided]) -> None:
        """What came without its values was erased, whoever did it and when."""
        gone = {
            raw_id(sent.r)
            for one in page
            if one.entry.verdict is None
            for sent, change in zip(one.envelope.changes, one.changes, strict=True)
            if change is None and sent.r
        }
        self._following.execute_many("INSERT OR IGNORE INTO erased VALUES (?)", [(one,) for one in gone])

    def _enter(self, page: Sequence[Decided]) -> None:
        (last,) = self._following.execute("SELECT coalesce(max(number), 0) FROM journal").fetchone()
        self._following.execute_many(
            "INSERT INTO journal (number, id, ws, seq, prev, hash, header,"
            " n, state, verdict, chain, decided_at, is_open,"
            " undoes, import_id, request, request_salt, request_digest)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (number, one.header.id.bytes, *_link(one), *_standing(one), *_wish(one))
                for number, one in enumerate(page, last + 1)
            ],
        )
        self._following.execute_many(
            "INSERT INTO journal_change (entry, position, record, change, salt, digest)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    number,
                    place,
                    raw_id(sent.r or "" if change is None else change.id),
                    None if sent.c is msgspec.UNSET else bytes(sent.c).decode(),
                    None if sent.s is None else bytes.fromhex(sent.s),
                    digest,
                )
                for number, one in enumerate(page, last + 1)
                for place, (sent, change, digest) in enumerate(
                    zip(one.envelope.changes, one.changes, one.digests, strict=True)
                )
            ],
        )

    def _redo(self, number: int) -> None:
        """An operation of the overlay, on what the server has now; what no longer fits is suspended."""
        envelope = envelope_at(self._following.driver, number)
        header = read_header(envelope)
        operation = judged(header, read_changes(envelope))
        rows = operation if isinstance(operation, Verdict) else apply_op(self._rows, operation, self._tables)
        verdict = rows if isinstance(rows, Verdict) else None
        self._following.execute(
            "UPDATE journal SET state = ?, verdict = ? WHERE number = ?",
            ("pending" if verdict is None else "suspended", verdict_text(verdict), number),
        )
        if not isinstance(rows, Verdict):
            self._rows.remember(rows)
            self._rows.write(rows, header.issued_at)


def _link(one: Decided) -> tuple[Any, ...]:
    """What ties it into the chain of who issued it."""
    envelope = one.envelope
    header = bytes(envelope.header).decode()
    return one.header.ws.bytes, one.header.seq, bytes.fromhex(envelope.prev), one.hash, header


def _standing(one: Decided) -> tuple[Any, ...]:
    """What the server says of it."""
    verdict = one.entry.verdict
    state = "accepted" if verdict is None else "refused"
    is_open = int(opens(verdict, len(one.changes)))
    return one.n, state, verdict_text(verdict), one.chain, one.entry.at, is_open


def _wish(one: Decided) -> tuple[Any, ...]:
    """What was asked for."""
    header, envelope = one.header, one.envelope
    return (
        header.undoes and header.undoes.bytes,
        header.import_id and header.import_id.bytes,
        None if envelope.request is msgspec.UNSET else bytes(envelope.request).decode(),
        None if envelope.request_salt is None else bytes.fromhex(envelope.request_salt),
        one.request_digest,
    )
