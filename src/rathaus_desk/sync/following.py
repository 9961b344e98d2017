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
from uuid import UUID

import msgspec

from rathaus_desk.store import journal
from rathaus_desk.store.connection import Guard
from rathaus_desk.store.engine import Following, Store
from rathaus_desk.store.journal import NO_HASH, Header, decided
from rathaus_desk.store.overlay import scrub
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
    hash_ = envelope.computed_hash()
    if hash_.hex() != envelope.hash:
        raise Broken("Ein Vorgang wurde unterwegs verändert.", detail=f"log entry {entry.n}")
    return Decided(
        entry, envelope, read_header(envelope), read_changes(envelope), hash_, bytes.fromhex(entry.chain)
    )


def follow(store: Store, raw: Sequence[bytes], head: int, *, anew_in: str | None = None) -> int:
    """Applies a page of the log; the cursor now. ``head`` is the last number the server has.

    With ``anew_in`` (an epoch) the page is the whole log of a server that was restored: everything known here
    counts as undecided first. Raises Broken, and changes nothing, if the page is not what it must be.
    """
    with _uncollected(), store.following() as following:
        if anew_in is not None:
            _forget_decisions(following, anew_in)
        (cursor,) = following.execute("SELECT cursor FROM workstation").fetchone()
        (chain,) = following.execute("SELECT chain FROM server_link").fetchone()
        page = verified(raw, cursor, chain)
        _note_newer(following, page)
        if page:
            _Pull(following).take(page)
            cursor, chain = page[-1].n, page[-1].chain
        following.execute("UPDATE workstation SET cursor = ?", (cursor,))
        following.execute("UPDATE server_link SET chain = ?, head = ?", (chain, max(head, cursor)))
    return int(cursor)


def _note_newer(following: Following, page: Sequence[Decided]) -> None:
    """What a page says of tables that are not known here is left out: after an update it is read anew."""
    newest = max((max(one.header.schema, one.entry.schema) for one in page), default=0)
    if newest > journal.SCHEMA:
        following.execute(
            "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value ="
            " CASE WHEN CAST(value AS INTEGER) > CAST(excluded.value AS INTEGER) THEN value"
            " ELSE excluded.value END",
            (NEWER_SCHEMA, str(newest)),
        )


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for garbage while a page is in memory: there is none, and it takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _forget_decisions(following: Following, epoch: str) -> None:
    following.execute(
        "UPDATE journal SET n = NULL, state = 'pending', verdict = NULL, chain = NULL, decided_at = NULL,"
        " is_open = 0"
    )
    following.execute("UPDATE workstation SET cursor = 0")
    following.execute("UPDATE server_link SET chain = ?, head = 0, epoch = ?", (NO_HASH, epoch))
    shadow_everything(following)


class _Pull:
    def __init__(self, following: Following) -> None:
        self._following = following
        self._rows = DeskRows(following)
        self._tables = tables.rules()

    def take(self, page: Sequence[Decided]) -> None:
        overlay = self._overlay()
        if not overlay:
            self._apply(page)
        elif self._is_beginning_of(overlay, page):
            for one in page:
                self._confirm(one)
            if not self._overlay():
                self._rows.forget_shadows()
        else:
            self._rows.take_back()
            self._apply(page)
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
        self._keep(one)
        for table, record in dict.fromkeys((change.t, change.id) for change in one.changes if change):
            id_ = UUID(record).bytes
            shadow = self._rows.shadow(table, id_)
            if shadow is None:
                continue
            image = shadow[0]
            for place, change in enumerate(one.changes):
                if change is not None and (change.t, change.id) == (table, record):
                    made = effect(change, one.images.get(place), one.n, one.header.issued_at, image)
                    image = {**(image or {}), **made} if made else image
            if image is not None and image != shadow[0]:
                self._rows.move_shadow(table, id_, image)
        self._scrub(one)

    def _apply(self, page: Sequence[Decided]) -> None:
        for one in page:
            self._keep(one)
        accepted = [one for one in page if one.entry.verdict is None]
        self._rows.write_page(accepted)
        for one in accepted:
            self._scrub(one)

    def _scrub(self, one: Decided) -> None:
        """What was erased goes out of the journal of this workstation, too."""
        for change in one.changes:
            if change is not None and change.k == "erase":
                scrub(self._following.driver, Guard.mark, UUID(change.id).bytes)

    def _keep(self, one: Decided) -> None:
        """The journal says what was decided; what somebody else issued is entered."""
        verdict, settles, count = one.entry.verdict, one.header.settles, len(one.changes)
        is_open = opens(verdict, count)
        if settles is not None and closes(verdict, count):
            self._following.execute("UPDATE journal SET is_open = 0 WHERE id = ?", (settles.bytes,))
        standing = (
            one.n,
            "accepted" if verdict is None else "refused",
            verdict_text(verdict),
            one.chain,
            one.entry.at,
            int(is_open),
        )
        # A copy of this workstation may have handed an own operation in, as a link of another chain.
        link = (
            one.header.ws.bytes,
            one.header.seq,
            bytes.fromhex(one.envelope.prev),
            one.hash,
            bytes(one.envelope.header).decode(),
        )
        known = self._following.execute(
            "UPDATE journal SET n = ?, state = ?, verdict = ?, chain = ?, decided_at = ?, is_open = ?,"
            " ws = ?, seq = ?, prev = ?, hash = ?, header = ? WHERE id = ?",
            (*standing, *link, one.header.id.bytes),
        )
        if known.rowcount == 0:
            self._enter(one, link, standing)

    def _enter(self, one: Decided, link: tuple[Any, ...], standing: tuple[Any, ...]) -> None:
        header, envelope = one.header, one.envelope
        number = self._following.execute(
            "INSERT INTO journal (id, ws, seq, prev, hash, header, undoes, import_id, request, request_salt,"
            " request_digest, n, state, verdict, chain, decided_at, is_open)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                header.id.bytes,
                *link,
                header.undoes and header.undoes.bytes,
                header.import_id and header.import_id.bytes,
                None if envelope.request is msgspec.UNSET else bytes(envelope.request).decode(),
                None if envelope.request_salt is None else bytes.fromhex(envelope.request_salt),
                envelope.digest_of_request(),
                *standing,
            ),
        ).lastrowid
        self._following.execute_many(
            "INSERT INTO journal_change (entry, position, record, change, salt, digest)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    number,
                    place,
                    UUID(sent.r or "" if change is None else change.id).bytes,
                    None if sent.c is msgspec.UNSET else bytes(sent.c).decode(),
                    None if sent.s is None else bytes.fromhex(sent.s),
                    sent.digest(),
                )
                for place, (sent, change) in enumerate(zip(envelope.changes, one.changes, strict=True))
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
