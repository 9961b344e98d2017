"""The line between a workstation and the server in memory, and a round over it: the program's own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from unittest.mock import patch
from uuid import UUID

import msgspec

from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.server import deciding
from rathaus_desk.server import town as towns
from rathaus_desk.server.registry import NotAllowed
from rathaus_desk.store import journal
from rathaus_desk.sync import rounds
from rathaus_desk.sync.client import LogPage, ServerSays, Unreachable
from rathaus_desk.sync.envelope import Answer, Answers, Begun, LogEntry
from rathaus_desk.sync.rounds import Manner, Round
from rathaus_desk.sync.rules import CLAIM
from rathaus_desk.sync.values import misfit

from .desk import Desk, Partial, new_id
from .rows import TABLES, Stored
from .town import Device, Town

if TYPE_CHECKING:
    from .world import World

T = TypeVar("T")

_MOST = 5000
"""Requests in one round."""
ENOUGH = 3
"""Numbers left from which on new ones are asked for."""


class Line:
    """What `sync.client.Client` does. The request may be lost, or the answer, or the request comes twice."""

    def __init__(self, world: World, chance: random.Random, trouble: float, page: int) -> None:
        self.world, self.chance, self.trouble, self.page = world, chance, trouble, page
        self._device: Device | None = None
        self.asked = 0

    def _ask(self, do: Callable[[], T]) -> T:
        self.asked += 1
        if self.asked > _MOST:
            raise AssertionError("a round without end")
        luck = self.chance.random()
        if luck < self.trouble / 3:
            raise Unreachable("request lost")
        try:
            answer = do()
            if luck < self.trouble * 2 / 3:
                answer = do()
        except towns.Conflicting as error:
            raise ServerSays(410 if error.kind == "horizon" else 409, error.kind, error.sentence) from error
        except NotAllowed as error:
            raise ServerSays(403, error.kind, error.sentence) from error
        except DeskError as error:
            raise ServerSays(422, "unprocessable", error.sentence) from error
        if luck < self.trouble:
            raise Unreachable("answer lost")
        return answer

    def _asker(self, *, retired_too: bool = False) -> Device:
        assert self._device is not None
        device = self.world.devices[self._device.id]
        if device.standing == "revoked" or (device.standing and not retired_too):
            raise NotAllowed(device.standing, device.standing)
        return device

    def sign_in(self, device: UUID, _key: bytes) -> str:
        def do() -> str:
            known = self.world.devices[device]
            if known.standing == "revoked":
                raise NotAllowed("revoked", "revoked")
            self._device = known
            return known.standing

        return self._ask(do)

    def fork(self, _town: str, ws: UUID, _old: bytes, _new: bytes) -> dict[str, Any]:
        def do() -> dict[str, Any]:
            self._asker()
            device = self.world.enrolled(ws)
            return {"device": str(device.id)}

        return self._ask(do)

    def state(self, _town: str) -> dict[str, Any]:
        def do() -> dict[str, Any]:
            self._asker()
            town = self.world.town
            return {"n": town.last, "chain": town.chain.hex(), "epoch": town.epoch}

        return self._ask(do)

    def hand_back(self, _town: str, epoch: str, entries: Sequence[bytes]) -> int:
        read = [msgspec.json.decode(one, type=LogEntry) for one in entries]

        def do() -> int:
            self._asker()
            return self.world.town.hand_back(epoch, read)

        return self._ask(do)

    def push(self, _town: str, epoch: str, ops: Sequence[bytes], *, park: bool = False) -> Answers:
        def do() -> Answers:
            device = self._asker(retired_too=True)
            return self.world.town.push(device, epoch, ops, park=park, allowed=self.world.allowed)

        return self._ask(do)

    def log(
        self, _town: str, after: int, *, epoch: str, check: bytes, wait: float = 0.0, limit: int = 1000
    ) -> LogPage:
        def do() -> LogPage:
            self._asker()
            return LogPage(*self.world.town.log_after(after, epoch, check.hex(), min(limit, self.page)))

        return self._ask(do)

    def remind(self, epoch: str, records: Sequence[str]) -> None:
        def do() -> None:
            self._asker()
            self.world.town.remind(epoch, records)

        self._ask(do)

    def lease(self, request: UUID, at_least: int) -> tuple[int, int]:
        return self._ask(lambda: self.world.town.lease(self._asker().ws, request, at_least))

    def begin_snapshot(self, _town: str, epoch: str) -> Begun:
        def do() -> Begun:
            self._asker()
            town = self._town(epoch)
            counts = {name: len(rows) for name, rows in town.rows.tables.items()}
            return Begun(
                as_of=town.last, chain=town.chain.hex(), epoch=epoch, rows=counts, schema=journal.SCHEMA
            )

        return self._ask(do)

    def snapshot_rows(self, _town: str, epoch: str, table: str, after: str) -> list[tuple[str, Stored]]:
        def do() -> list[tuple[str, Stored]]:
            self._asker()
            return self._town(epoch).snapshot_page(table, after, self.page)

        return self._ask(do)

    def snapshot_open(self, _town: str, epoch: str, as_of: int) -> list[bytes]:
        def do() -> list[bytes]:
            self._asker()
            return self._town(epoch).open_lines(as_of)

        return self._ask(do)

    def snapshot_erased(self, _town: str, epoch: str) -> list[str]:
        def do() -> list[str]:
            self._asker()
            return list(self._town(epoch).rows.erased)

        return self._ask(do)

    def decided(self, _town: str, operations: Sequence[str]) -> list[Answer]:
        def do() -> list[Answer]:
            self._asker()
            return self.world.town.decided(operations)

        return self._ask(do)

    def _town(self, epoch: str) -> Town:
        town = self.world.town
        towns.refuse_other(epoch, town.epoch)
        return town


class Fetched(NamedTuple):
    """What came of a snapshot."""

    begun: Begun
    rows: dict[str, dict[str, Stored]]
    conflicts: list[bytes]
    erased: list[str]


def fetch(desk: Desk, client: Line, town: str, epoch: str, _told: object) -> Fetched:
    """See `sync.snapshot.fetch`."""
    if desk.partial is None or not is_of(desk.partial, epoch):
        desk.partial = None
        desk.partial = Partial(client.begin_snapshot(town, epoch), {name: {} for name in TABLES})
    partial, names = desk.partial, list(TABLES)
    while partial.table < len(names):
        name = names[partial.table]
        page = client.snapshot_rows(town, epoch, name, partial.after)
        partial.rows[name].update(page)
        if page:
            partial.after = page[-1][0]
        else:
            partial.table, partial.after = partial.table + 1, ""
    conflicts = client.snapshot_open(town, epoch, partial.begun.as_of)
    return Fetched(partial.begun, partial.rows, conflicts, client.snapshot_erased(town, epoch))


def is_of(partial: Partial, epoch: str) -> bool:
    """Whether what was read of a snapshot is of the history that the server has now."""
    return partial.begun.epoch == epoch


def forget(desk: Desk) -> None:
    desk.partial = None


def take_over(desk: Desk, fetched: Fetched, *args: Any, **named: Any) -> int:
    return desk.take_over(*fetched, *args, **named)


class InMemory(rounds._Round):
    """A round of the program."""

    _store: Desk  # type: ignore[assignment]
    _client: Line  # type: ignore[assignment]


def renew(desk: Desk, client: Line, _town: str) -> None:
    """Numbers before they run out: what `sync.leases.renew` does, for one series."""
    if sum(last - next_ + 1 for next_, last in desk.blocks) > ENOUGH:
        return
    desk.wish = desk.wish or new_id(desk.chance)
    first, last = client.lease(desk.wish, 1)
    desk.blocks.append((first, last))
    desk.wish = None


def forget_wishes(desk: Desk) -> None:
    desk.wish = None


def remind(desk: Desk, client: Line, link: Any) -> None:
    if desk.told == link.epoch:
        return
    try:
        client.remind(link.epoch, list(desk.erased))
    except ServerSays as error:
        if error.kind == "recovering":
            return
        raise
    desk.told = link.epoch


def stand(desk: Desk, standing: str) -> None:
    desk.standing = standing


def new_key() -> bytes:
    return bytes(32)


def run_round(desk: Desk, line: Line, manner: Manner) -> Round:
    """`sync.rounds.run_round` with a desk in the place of a store."""
    return InMemory(desk, line, lambda *_: None, manner).run()  # type: ignore[arg-type]


@contextmanager
def in_memory() -> Iterator[None]:
    """What `sync.rounds` asks of a database is answered by a `Desk`, as long as this lasts.

    The tables of the simulator are none of the house's, though some are called the same.
    """
    answered = patch.multiple(
        rounds,
        driver_of=lambda desk: desk,
        link_of=lambda desk: desk.link(),
        waiting=lambda desk: desk.waiting(),
        next_batch=lambda desk, *args, **named: desk.next_batch(*args, **named),
        undecided=lambda desk: desk.undecided(),
        everything=lambda desk: desk.everything(),
        snapshot=SimpleNamespace(fetch=fetch, forget=forget, take_over=take_over, Fetched=Fetched),
        setting=lambda _desk, _key, default: default,
        known_at=lambda desk, n: desk.known_at(n),
        entries_after=lambda desk, n, limit: desk.entries_after(n, limit),
        follow=lambda desk, raw, head, anew_in=None: desk.follow(raw, head, anew_in=anew_in),
        fork=lambda desk, _mark: desk.fork(),
        rechain=lambda desk, _mark: desk.rechain(),
        stand=stand,
        leases=SimpleNamespace(renew=renew, forget_wishes=lambda desk: forget_wishes(desk)),
        register=SimpleNamespace(remind=lambda *args: remind(*args)),
        files=SimpleNamespace(transfer=lambda *_: (0, 0)),
        proof=SimpleNamespace(new_key=new_key),
    )
    with (
        answered,
        patch.object(deciding, "misfit", lambda change: misfit(change) if change.t == CLAIM else None),
    ):
        yield
