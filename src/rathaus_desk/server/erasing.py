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

from rathaus_desk.server.town import RECOVERING, Conflicting, Deciding, Pool, arrived, counter, erase, in_town
from rathaus_desk.store.canonical import canonical, digest
from rathaus_desk.store.journal import NO_HASH, SCHEMA, Header, chained
from rathaus_desk.store.schema import Base, moment_text
from rathaus_desk.store.shape import shape_of
from rathaus_desk.sync.conflicts import ERASED_AGAIN
from rathaus_desk.sync.envelope import Envelope, Sent, encoded, judged
from rathaus_desk.sync.rules import Change


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
        """An operation for each of ``records`` that stands here; those that could not be erased."""
        # A restored server is another one: what it issued before may still be handed in.
        ws, refused = uuid5(server, self._epoch), list[str]()
        seq, prev = self._ends({ws}).get(ws, (0, NO_HASH))
        for change in list(self._standing(records)):
            id_ = uuid5(server, f"{self._epoch} {change.id}")
            raw = encoded(self._issued(id_, ws, seq + 1, prev, change))
            one = arrived(raw)
            if str(id_) in self._known([one]):
                continue
            self._decide_on(one, judged(one.header, one.changes))
            seq, prev = seq + 1, one.hash
            if self._decided[str(id_)].verdict is not None:
                refused.append(change.id)
        if self._log:
            self._keep_ends({ws: (seq, prev)})
            self._write()
        return refused

    def _issued(self, id_: UUID, ws: UUID, seq: int, prev: bytes, change: Change) -> Envelope:
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
        request, salt = canonical({"table": change.t, "record": change.id}), bytes(16)
        sent = Sent(msgspec.Raw(canonical(change)), salt.hex())
        hash_ = chained(prev, header, digest(salt, request), [sent.digest()])
        return Envelope(
            header=msgspec.Raw(header),
            prev=prev.hex(),
            hash=hash_.hex(),
            changes=[sent],
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
