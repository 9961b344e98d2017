"""Every rule of the protocol, switched off: the schedules must notice it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from uuid import UUID

from msgspec import structs

from rathaus_desk.server import deciding
from rathaus_desk.store.witness import Witness
from rathaus_desk.sync import rules
from rathaus_desk.sync.envelope import Answers, Envelope
from rathaus_desk.sync.following import Decided, read_decided
from rathaus_desk.sync.rules import Change

from . import desk as desks
from . import line as lines
from . import town as memory
from .desk import Desk, Entry, Pull
from .line import InMemory, Line
from .town import Batch, Town, TownRows
from .world import CLERK, World

Patch = tuple[object, str, Any]


def nothing(*_args: Any, **_named: Any) -> None:
    return None


def never(*_args: Any, **_named: Any) -> bool:
    return False


_push = Line.push
_push_all = InMemory._push_all


def _answers_kept(line: Line, town: str, epoch: str, ops: Sequence[bytes], *, park: bool = False) -> Answers:
    answers = _push(line, town, epoch, ops, park=park)
    line.__dict__.setdefault("answers", []).append(answers)
    return answers


def _answers_move_the_cursor(round_: InMemory) -> None:
    _push_all(round_)
    desk, town = round_._store, round_._client.world.town
    for answers in round_._client.__dict__.pop("answers", ()):
        for answer in answers.answers:
            state = "accepted" if answer.verdict is None else "refused"
            desk.journal[answer.id] = structs.replace(desk.journal[answer.id], n=answer.n, state=state)
            desk.by_n[answer.n] = answer.id
        desk.cursor, desk.chain = town.last, town.chain
    round_._link = round_._linked()


_take = Pull.take


def _own_entries_skipped(pull: Pull, page: Sequence[Decided]) -> None:
    own = [one for one in page if one.header.ws == pull._desk.ws]
    pull.keep(own)
    for one in own:
        pull._confirm(one)
    _take(pull, [one for one in page if one not in own])


def _rows_with_edits_skipped(pull: Pull, page: Sequence[Decided]) -> None:
    desk = pull._desk
    pull.keep(page)
    before = {key: desk.tables[key[0]].get(key[1]) for key in desk.shadows}
    desk.write_page([one for one in page if one.entry.verdict is None])
    for (table, record), row in before.items():
        if row is not None:
            desk.tables[table][record] = row
    if not desk.overlay:
        desk.forget_shadows()


_write_page = Desk.write_page


def _pages_cut_operations(desk: Desk, page: Sequence[Decided]) -> None:
    """The last row of a page comes with the next one."""
    held = desk.__dict__.pop("held", [])
    if page and len(page[-1].changes) > 1:
        last = page[-1]
        desk.__dict__["held"] = [_only(last, last.changes[-1:], len(last.changes) - 1)]
        page = [*page[:-1], _only(last, last.changes[:-1], 0)]
    _write_page(desk, [*held, *page])


def _only(one: Decided, changes: Sequence[Change | None], place: int) -> Any:
    images = {at - place: image for at, image in one.images.items()}
    return SimpleNamespace(n=one.n, header=one.header, changes=changes, images=images, stubs=[])


_compact = Town.compact


def _ids_compacted(town: Town, horizon: int) -> None:
    _compact(town, horizon)
    for id_, (n, _) in list(town.rows.ledger.items()):
        if n <= horizon and id_ not in town.rows.open:
            del town.rows.ledger[id_]


def _any_tombstone(rows: TownRows, horizon: int) -> list[tuple[str, str]]:
    return [
        (table, record)
        for table, found in rows.tables.items()
        for record, row in found.items()
        if row["deleted_at"] is not None and row["version"] <= horizon
    ]


def _whole(envelope: Envelope) -> Envelope:
    return envelope


def _always_in_force(envelope: Envelope, record: str, *, in_force: bool) -> tuple[Envelope, set[int]]:
    return _without(envelope, record, in_force=True)


_without = deciding.without


def _replayed(world: World, desk: Desk, one: Entry) -> Entry | None:
    """The stored row changes on today's versions."""
    changes = [
        Change(
            change.t,
            change.id,
            change.k,
            row["version"],
            {name: row[name] for name in change.old},
            change.new,
        )
        for change in one.changes
        if change is not None
        and (row := desk.tables[change.t].get(change.id, _NEW)) is not None
        and (change.k != "del" or row["deleted_at"] is None)
    ]
    entry = desk.run("again", {}, changes, world.moment, clerk=CLERK, settles=one.header.id)
    if entry is not None:
        world.testify(desk)
    return entry


_NEW: Mapping[str, Any] = defaultdict(lambda: None, version=0)


def _by_seq_alone(told: Witness | None, here: Witness) -> bool:
    return told is not None and told.seq > here.seq


_forget = Desk.forget_decisions


def _followed_as_ever(desk: Desk, raw: Sequence[bytes], head: int, *, anew_in: str | None = None) -> int:
    if anew_in is not None:
        desk.forget_decisions(anew_in)
    return _follow(desk, raw, head)


_follow = Desk.follow


def _only_own_left(desk: Desk, epoch: str) -> None:
    """What others issued is not offered again."""
    _forget(desk, epoch)
    desk.journal = {id_: one for id_, one in desk.journal.items() if one.header.ws == desk.ws}


_recovered = Town.recovered


def _no_jump(town: Town, _age: int) -> None:
    next_number = town.next_number
    _recovered(town, 0)
    town.next_number = next_number


_run = Desk.run


def _popped(desk: Desk, *args: Any, **named: Any) -> Entry | None:
    entry = _run(desk, *args, **named)
    if entry is not None and named.get("settles") is not None:
        desk.close(str(named["settles"]))
    return entry


def _unchecked(ends: dict[UUID, Any], links: Any, _must_continue: object) -> None:
    for link in links:
        ends[link.ws] = (link.seq, link.hash)


def _log_unchecked(town: Town, after: int, _epoch: str, _check: str, limit: int) -> tuple[list[bytes], int]:
    return [one.line for n, one in town.log.items() if n > after][:limit], town.last


def _page_unchecked(raw: Sequence[bytes], _cursor: int, _chain: bytes) -> list[Decided]:
    return [read_decided(line) for line in raw]


def _lease_of_anybody(town: Town, ws: UUID, request: UUID, at_least: int) -> tuple[int, int]:
    return _lease(town, UUID(int=0), request, at_least)


_lease = Town.lease


def _lease_while_recovering(town: Town, ws: UUID, request: UUID, at_least: int) -> tuple[int, int]:
    was, town.recovering = town.recovering, False
    try:
        return _lease(town, ws, request, at_least)
    finally:
        town.recovering = was


def _opened_once(desk: Desk, told: Witness | None) -> None:
    if desk.standing == "" and desks.contradicts(told, desk.testimony):
        desk.fork()


def _column_alone(_rule: rules.TableRule, column: str) -> list[str]:
    return [column]


def _no_tombstones(town: Town, table: str, after: str, limit: int) -> list[tuple[str, dict[str, Any]]]:
    rows = [(id_, row) for id_, row in town.rows.tables[table].items() if row["deleted_at"] is None]
    return sorted(one for one in rows if one[0] > after)[:limit]


def _not_held(row: rules.Row, change: Change) -> rules.Row | rules.Verdict:
    return row if change.k == "del" else rules._refusal("deleted", change)


SWITCHES: Mapping[str, list[Patch]] = {
    "push answers move the cursor": [
        (Line, "push", _answers_kept),
        (InMemory, "_push_all", _answers_move_the_cursor),
    ],
    "own entries skipped on pull": [(Pull, "take", _own_entries_skipped)],
    "no check of references to tombstones": [(rules, "_dangling", nothing), (rules, "_still_used", nothing)],
    "no undo-apply-redo": [(Pull, "take", _rows_with_edits_skipped)],
    "pull by row instead of by operation": [(Desk, "write_page", _pages_cut_operations)],
    "no cascade to dependent operations": [
        (Desk, "refused", never),
        (TownRows, "refused", never),
        (Batch, "refused", never),
    ],
    "snapshot without the erasure register": [(Line, "snapshot_erased", lambda *_: [])],
    "snapshot without the open conflicts": [(Line, "snapshot_open", lambda *_: [])],
    "own operations not asked for with the snapshot": [(Line, "decided", lambda *_: [])],
    "operation ids compacted with the log": [(Town, "compact", _ids_compacted)],
    "refused payloads not erased": [
        (deciding, "emptied", _whole),
        (deciding, "without", _always_in_force),
        (desks, "without", _always_in_force),
    ],
    "erased comes after other verdicts": [
        (rules, "about_erased", nothing),
        (deciding, "about_erased", nothing),
    ],
    "no witness outside the database": [(desks, "contradicts", never)],
    "no witness, and no check of the chain": [
        (desks, "contradicts", never),
        (deciding, "continued", _unchecked),
    ],
    "a copy of a copy goes unnoticed": [(Desk, "opened", _opened_once)],
    "witness without the workstation": [(desks, "contradicts", _by_seq_alone)],
    "compaction ignores references to stubs": [(memory, "removable", _any_tombstone)],
    "log not checked against the own past": [
        (Town, "log_after", _log_unchecked),
        (desks, "verified", _page_unchecked),
    ],
    "no handing back, only authors re-offer": [
        (InMemory, "_handed_back", never),
        (Desk, "forget_decisions", _only_own_left),
    ],
    "no handing back of log tails": [(InMemory, "_handed_back", never)],
    "only authors re-offer": [(Desk, "forget_decisions", _only_own_left)],
    "overlay not carried out anew after a restore": [(Desk, "follow", _followed_as_ever)],
    "exchanged claim need not be held": [(rules, "_already_gone", _not_held)],
    "snapshot kept across a server restore": [(lines, "is_of", lambda *_: True)],
    "again replays stored row changes": [(World, "rerun", _replayed)],
    "lease request survives a fork": [(lines, "forget_wishes", nothing), (Town, "lease", _lease_of_anybody)],
    "leases while the server is being restored": [(Town, "lease", _lease_while_recovering)],
    "numbers do not jump after a restore": [(Town, "recovered", _no_jump)],
    "popped conflicts": [(Desk, "run", _popped)],
    "restored server not reminded of erasures": [(lines, "remind", nothing)],
    "no merge groups": [(rules, "_group", _column_alone)],
    "no guard of versions": [(rules, "_is_newer", never)],
    "no check of claims": [(rules, "_taken", nothing)],
    "no check of unique values": [(rules, "_doubled", nothing)],
    "decided operations decided on again": [(memory.Push, "_known", lambda *_: {})],
    "snapshot without tombstones": [(Town, "snapshot_page", _no_tombstones)],
}


RARELY = frozenset(
    {
        "exchanged claim need not be held",
        "leases while the server is being restored",
        "numbers do not jump after a restore",
        "overlay not carried out anew after a restore",
        "popped conflicts",
    }
)
"""Noticed by one schedule in a hundred or fewer."""
CLOSED = frozenset(
    {
        "a copy of a copy goes unnoticed",
        "again replays stored row changes",
        "compaction ignores references to stubs",
        "lease request survives a fork",
        "no handing back of log tails",
        "restored server not reminded of erasures",
        "snapshot kept across a server restore",
        "snapshot without tombstones",
    }
)
"""No schedule notices: other rules close the way, too."""


@contextmanager
def off(name: str) -> Iterator[None]:
    """The rule is off as long as this lasts."""
    with ExitStack() as stack:
        for place, attribute, replacement in SWITCHES[name]:
            stack.enter_context(patch.object(place, attribute, replacement))
        yield
