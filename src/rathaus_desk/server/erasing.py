"""Erasures that the server issues itself, when it comes back from a backup that is older than they are.

The erasure register stands at every workstation and in a folder outside of the database (`register`). What
came back to life is erased again by operations that everybody follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid5

import msgspec
from psycopg import sql

from rathaus_desk.server.deciding import Deciding, arrived, erase
from rathaus_desk.server.town import RECOVERING, Conflicting, Pool, counter, in_ledger, in_town
from rathaus_desk.store.canonical import canonical, digest
from rathaus_desk.store.journal import NO_HASH, SCHEMA, Header, chained
from rathaus_desk.store.schema import Base, moment_text
from rathaus_desk.store.shape import shape_of
from rathaus_desk.sync.conflicts import ERASED_AGAIN
from rathaus_desk.sync.envelope import Envelope, Sent, encoded, judged
from rathaus_desk.sync.rules import Change, Judged, Verdict, apply_op


def remind(pool: Pool, town: str, epoch: str, records: Sequence[UUID], server: UUID) -> None:
    """The erasure register of a workstation: what stands here nevertheless is erased.

    What is referred to again becomes a conflict for a clerk. Raises Conflicting (``epoch``, ``recovering``).
    """
    with in_town(pool, town) as cursor:
        Again(cursor, epoch, lambda _: True, retired=False).erase([str(one) for one in records], server)


def erase_again(pool: Pool, town: str, records: Sequence[str], server: UUID) -> list[str]:
    """Erases, for everybody, records of the register; the ids of those that something still refers to."""
    with in_town(pool, town) as cursor:
        return Again(cursor, counter(cursor)[2], lambda _: True, retired=False).issue(records, server)


class Again(Deciding):
    """Erasures that the server issues itself, on a chain of its own."""

    def erase(self, records: Sequence[str], server: UUID) -> None:
        """Erases what of ``records`` stands here; the others are entered in the register."""
        if self._recovering:
            raise Conflicting("recovering", RECOVERING)
        left = [record for record in records if not self._batch.is_erased(record)]
        refused = self.issue(left, server)
        erased = {record for _, record in self._written}
        self._register(record for record in left if record not in erased and record not in refused)

    def issue(self, records: Sequence[str], server: UUID) -> list[str]:
        """Erases what of ``records`` stands here, in one operation if that can be; those that could not be.

        One operation is one page of the log: nobody has a record that refers to another one and not that one.
        """
        # A restored server is another one: what it issued before may still be handed in.
        ws, refused = uuid5(server, self._epoch), list[str]()
        seq, prev = self._ends({ws}).get(ws, (0, NO_HASH))
        for together in self._together(server, records):
            raw = encoded(self._issued(self._id(server, together[0]), ws, seq + 1, prev, together))
            one = arrived(raw)
            self._decide_on(one, judged(one.header, one.changes))
            seq, prev = seq + 1, one.hash
            if self._decided[str(one.header.id)].verdict is not None:
                refused.append(together[0].id)
        if self._log:
            self._keep_ends({ws: (seq, prev)})
            self._write()
        return refused

    def _together(self, server: UUID, records: Sequence[str]) -> list[list[Change]]:
        """What is erased in one operation: everything, or, if something is referred to, each for itself."""
        standing = {self._id(server, change): change for change in self._standing(records)}
        known = {UUID(one) for one in self._tried(list(standing))}
        left = [change for id_, change in standing.items() if id_ not in known]
        can_go = left and not isinstance(apply_op(self._batch, Judged("", left), self._rows.tables), Verdict)
        return [left] if can_go else [[change] for change in left]

    def _id(self, server: UUID, change: Change) -> UUID:
        return uuid5(server, f"{self._epoch} {change.id}")

    def _tried(self, operations: Sequence[UUID]) -> list[str]:
        """Those that were decided on already: somebody reminded this server before."""
        return [one.id for one in in_ledger(self._cursor, operations)]

    def _issued(self, id_: UUID, ws: UUID, seq: int, prev: bytes, changes: Sequence[Change]) -> Envelope:
        header = canonical(
            Header(
                id=id_,
                schema=SCHEMA,
                ws=ws,
                seq=seq,
                clerk=None,
                title="Löschung (DSGVO) nach Wiederherstellung",
                op=ERASED_AGAIN,
                request_version=1,
                issued_at=moment_text(datetime.now(UTC)),
                seen=self._n,
                after=(),
                settles=None,
                undoes=None,
                import_id=None,
            )
        )
        # Nothing here is secret: salts only have to be there.
        request, salt = canonical({"table": changes[0].t, "record": changes[0].id}), bytes(16)
        sent = [Sent(msgspec.Raw(canonical(change)), salt.hex()) for change in changes]
        hash_ = chained(prev, header, digest(salt, request), [one.digest() for one in sent])
        return Envelope(
            header=msgspec.Raw(header),
            prev=prev.hex(),
            hash=hash_.hex(),
            changes=sent,
            request=msgspec.Raw(request),
            request_salt=salt.hex(),
        )

    def _standing(self, records: Sequence[str]) -> Iterable[Change]:
        """An erasure for each row that is there, what refers to others first."""
        for table in reversed(Base.metadata.sorted_tables):
            if not table.info.get("synced"):
                continue
            shape = shape_of(str(table.name))
            query = sql.SQL("SELECT to_jsonb(t) FROM {} t WHERE id = ANY(%s::uuid[]) ORDER BY id")
            found = self._cursor.execute(query.format(sql.Identifier(shape.name)), (list(records),))
            for (row,) in found.fetchall():
                blank = shape.wire_blank(row)
                yield Change(shape.name, row["id"], "erase", row["version"], {}, blank)

    def _register(self, records: Iterable[str]) -> None:
        for record in records:
            erase(self._cursor, record)
