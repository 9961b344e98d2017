"""The server without HTTP: what `sync.client.Client` does, called directly, with lines that are cut."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.server import deciding, erasing, files, snapshot
from rathaus_desk.server import town as towns
from rathaus_desk.server.registry import NotAllowed
from rathaus_desk.sync import proof
from rathaus_desk.sync.client import LogPage, ServerSays, Unreachable
from rathaus_desk.sync.envelope import LogEntry

T = TypeVar("T")


class DirectClient:
    """One workstation's line to the server. ``trouble``: how often it is cut, 0 to 1."""

    def __init__(self, registry, chance: random.Random, trouble: float = 0.0) -> None:
        self.registry = registry
        self.pool = registry.pool
        self.chance = chance
        self.trouble = trouble
        self.page = 1000
        self._device = None

    def close(self) -> None:
        pass

    def _ask(self, do: Callable[[], T]) -> T:
        """The request may be lost, or the answer, or the request comes twice."""
        luck = self.chance.random()
        if luck < self.trouble / 3:
            raise Unreachable("request lost")
        try:
            answer = do()
            if luck < self.trouble * 2 / 3:
                answer = do()
        except towns.Conflicting as error:
            raise ServerSays(409, error.kind, error.sentence) from error
        except NotAllowed as error:
            raise ServerSays(403, error.kind, error.sentence) from error
        except DeskError as error:
            raise ServerSays(422, "unprocessable", error.sentence) from error
        if luck < self.trouble:
            raise Unreachable("answer lost")
        return answer

    def _active(self):
        device = self.registry.device(self._device.id)
        if device.standing == "revoked":
            raise NotAllowed("revoked", "gesperrt")
        return device

    def enrol(self, invitation, ws, key, machine, *, has_data):
        made = self.registry.enrol(
            invitation.town, invitation.code, ws, proof.public_key(key), machine, has_data=has_data
        )
        return msgspec.to_builtins(made)

    def sign_in(self, device, key):
        def do():
            challenge = self.registry.challenge(device)
            self.registry.sign_in(device, challenge, proof.signed_challenge(key, challenge))
            self._device = self.registry.device(device)
            return self._device.standing

        luck, self.trouble = self.trouble, 0.0
        try:
            return self._ask(do)
        finally:
            self.trouble = luck

    def fork(self, town, ws, old_key, new_key):
        public = proof.public_key(new_key)
        old = self._device
        made = self._ask(lambda: self.registry.fork(old, ws, public, proof.signed_fork(old_key, public)))
        return msgspec.to_builtins(made)

    def state(self, town):
        with towns.in_town(self.pool, town) as cursor:
            n, chain, epoch = towns.counter(cursor)
        return {"n": n, "chain": chain.hex(), "epoch": epoch}

    def hand_back(self, town, epoch, entries):
        read = [msgspec.json.decode(one, type=LogEntry) for one in entries]
        return self._ask(lambda: deciding.hand_back(self.pool, town, epoch, read))

    def remind(self, town, epoch, records):
        self._ask(lambda: erasing.remind(self.pool, town, epoch, records, self.registry.server_id()))

    def push(self, town, epoch, ops, *, park=False):
        retired = self._active().standing == "retired"
        allowed = self.registry.all_in(town)
        return self._ask(
            lambda: deciding.push(
                self.pool, town, epoch, ops, allowed, ws=self._device.ws, retired=retired, park=park
            )
        )

    def log(self, town, after, *, epoch, check, wait=0.0, limit=1000):
        self._active()
        limit = min(limit, self.page)
        page = self._ask(lambda: towns.log_after(self.pool, town, after, epoch, check.hex(), limit))
        if not page.lines:
            self.registry.seen(self._device, after, "")
        return LogPage(page.lines, page.head)

    def begin_snapshot(self, town, epoch):
        self._active()
        begun = self._ask(lambda: snapshot.begin(self.pool, town, epoch))
        self.registry.seen(self._device, begun.as_of, "")
        return begun

    def snapshot_rows(self, town, epoch, table, after):
        return b"\n".join(self._ask(lambda: snapshot.rows(self.pool, town, epoch, table, after)))

    def snapshot_open(self, town, epoch, as_of):
        return self._ask(lambda: snapshot.open_conflicts(self.pool, town, epoch, as_of))

    def snapshot_erased(self, town, epoch):
        return self._ask(lambda: snapshot.erased(self.pool, town, epoch))

    def decided(self, town, operations):
        return self._ask(lambda: snapshot.decided(self.pool, town, operations))

    def lease(self, town, request, series, at_least):
        ws = self._device.ws
        return self._ask(lambda: towns.lease(self.pool, town, ws, request, series, at_least))

    def series(self, town):
        return self._ask(lambda: towns.series(self.pool, town))

    def file_state(self, town, sha256):
        return self._ask(lambda: files.state(self.pool, town, sha256))

    def send_chunk(self, town, sha256, offset, content, *, last):
        return self._ask(lambda: files.put(self.pool, town, sha256, offset, content, last=last))

    def file_chunk(self, town, sha256, offset):
        found = self._ask(lambda: files.get(self.pool, town, sha256, offset))
        if found is None:
            raise ServerSays(404, "missing", "")
        return found


def restore_server(registry, town: str, saved: Any) -> None:
    """The town as `save_server` found it, under a new epoch."""
    from psycopg import sql

    with towns.in_town(registry.pool, town) as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in reversed(list(saved)):
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        for table, content in saved.items():
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                copy.write(content)
    towns.restored(registry.pool, town, secrets.token_hex(8))


def save_server(registry, town: str) -> dict[str, bytes]:
    """Everything of a town, as a backup has it."""
    from psycopg import sql

    saved = {}
    with towns.in_town(registry.pool, town) as cursor:
        names = cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        ).fetchall()
        for (table,) in names:
            with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
                saved[table] = b"".join(bytes(piece) for piece in copy)
    return saved
