"""The line between a workstation and the server in memory, and a round over it: the program's own."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar
from unittest.mock import patch
from uuid import UUID

import msgspec

from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.server import town as towns
from rathaus_desk.server.registry import NotAllowed
from rathaus_desk.sync import rounds
from rathaus_desk.sync.client import LogPage, ServerSays, Unreachable
from rathaus_desk.sync.envelope import Answers, LogEntry
from rathaus_desk.sync.following import read_decided
from rathaus_desk.sync.rounds import Manner, Round

from .desk import Desk, Partial, new_id
from .rows import TABLES
from .town import Device

if TYPE_CHECKING:
    from .world import World

T = TypeVar("T")

ENOUGH = 3
"""Numbers left from which on new ones are asked for."""


class Line:
    """What `sync.client.Client` does. The request may be lost, or the answer, or the request comes twice."""

    def __init__(self, world: World, chance: random.Random, trouble: float, page: int) -> None:
        self.world, self.chance, self.trouble, self.page = world, chance, trouble, page
        self._device: Device | None = None

    def _ask(self, do: Callable[[], T]) -> T:
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

    def snapshot_begin(self) -> tuple[str, int, bytes]:
        def do() -> tuple[str, int, bytes]:
            self._asker()
            town = self.world.town
            return town.epoch, town.last, town.chain

        return self._ask(do)

    def known(self, epoch: str, operations: Sequence[str]) -> dict[str, tuple[int, str | None]]:
        def do() -> dict[str, tuple[int, str | None]]:
            self._asker()
            town = self.world.town
            if epoch != town.epoch:
                raise towns.Conflicting("epoch", "epoch")
            return {id_: town.rows.ledger[id_] for id_ in operations if id_ in town.rows.ledger}

        return self._ask(do)

    def snapshot_page(self, epoch: str, table: str, after: str) -> list[tuple[str, dict[str, Any]]]:
        def do() -> list[tuple[str, dict[str, Any]]]:
            self._asker()
            if epoch != self.world.town.epoch:
                raise towns.Conflicting("epoch", "epoch")
            return self.world.town.snapshot_page(table, after, self.page)

        return self._ask(do)

    def snapshot_end(self, epoch: str) -> tuple[list[bytes], list[str]]:
        def do() -> tuple[list[bytes], list[str]]:
            self._asker()
            town = self.world.town
            if epoch != town.epoch:
                raise towns.Conflicting("epoch", "epoch")
            return town.open_lines(), list(town.rows.erased)

        return self._ask(do)


class InMemory(rounds._Round):
    """A round of the program, and the snapshot for who is behind the horizon of the log."""

    _store: Desk  # type: ignore[assignment]
    _client: Line  # type: ignore[assignment]

    def _pull_all(self) -> None:
        try:
            super()._pull_all()
        except ServerSays as error:
            if error.kind != "horizon":
                raise
            self._take_snapshot(anew_in=None)

    def _read_anew(self, epoch: str) -> None:
        try:
            super()._read_anew(epoch)
        except ServerSays as error:
            if error.kind != "horizon":
                raise
            self._take_snapshot(anew_in=epoch)

    def _take_snapshot(self, *, anew_in: str | None) -> None:
        desk, client = self._store, self._client
        epoch = anew_in or desk.epoch
        if desk.partial is not None and not is_of(desk.partial, epoch):
            desk.partial = None
        if desk.partial is None:
            here, as_of, chain = client.snapshot_begin()
            if here != epoch:
                raise ServerSays(409, "epoch", "")
            desk.partial = Partial(epoch, as_of, chain, {}, {name: {} for name in TABLES})
        partial = desk.partial
        self._ask_of_own(partial, list(desk.journal) if anew_in else [one.id for one in desk.overlay])
        names = list(TABLES)
        while partial.table < len(names):
            name = names[partial.table]
            page = client.snapshot_page(epoch, name, partial.after)
            partial.rows[name].update(page)
            if page:
                partial.after = page[-1][0]
            else:
                partial.table, partial.after = partial.table + 1, ""
        partial.open_lines, partial.register = client.snapshot_end(epoch)
        lines: list[bytes] = []
        cursor, chain = partial.as_of, partial.chain
        try:
            while True:
                page_ = client.log("", cursor, epoch=epoch, check=chain)
                if not page_.lines:
                    break
                last = read_decided(page_.lines[-1])
                cursor, chain = last.n, last.chain
                lines += page_.lines
        except ServerSays as error:
            if error.kind == "horizon":
                desk.partial = None
                raise Unreachable("the snapshot is too old, another begins") from error
            raise
        if anew_in is not None:
            desk.forget_decisions(anew_in)
        desk.begin_anew_from(partial)
        desk.catch_up(lines, cursor)
        desk.partial = None
        self._link = self._linked()

    def _ask_of_own(self, partial: Partial, operations: Sequence[str]) -> None:
        """What the server decided on what counts as undecided here: the log may not say it any more."""
        left = [id_ for id_ in operations if id_ not in partial.answers]
        partial.answers.update(self._client.known(partial.epoch, left))


def is_of(partial: Partial, epoch: str) -> bool:
    """Whether what was read of a snapshot is of the history that the server has now."""
    return partial.epoch == epoch


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
    if desk.told != link.epoch:
        client.remind(link.epoch, list(desk.erased))
        desk.told = link.epoch


def stand(desk: Desk, standing: str) -> None:
    desk.standing = standing


def new_key() -> bytes:
    return bytes(32)


def run_round(desk: Desk, line: Line, manner: Manner) -> Round:
    """`sync.rounds.run_round` with a desk in the place of a store."""
    return InMemory(desk, line, lambda _cursor, _head: None, manner).run()  # type: ignore[arg-type]


def in_memory() -> Any:
    """What `sync.rounds` asks of a database is answered by a `Desk`, as long as this lasts."""
    return patch.multiple(
        rounds,
        driver_of=lambda desk: desk,
        link_of=lambda desk: desk.link(),
        waiting=lambda desk: desk.waiting(),
        next_batch=lambda desk, *args, **named: desk.next_batch(*args, **named),
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
