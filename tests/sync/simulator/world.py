"""Everything there is: the server, workstations, backups, clerks at work; one random step after the other."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

import msgspec

from rathaus_desk.store.canonical import parsed
from rathaus_desk.store.journal import Header
from rathaus_desk.store.witness import Witness
from rathaus_desk.sync.client import ServerSays, ServerTrouble, Unreachable
from rathaus_desk.sync.conflicts import ERASED_AGAIN
from rathaus_desk.sync.rounds import Locked, Manner
from rathaus_desk.sync.rules import CLAIM, Change

from . import checks
from .desk import Desk, Entry, new_id
from .line import Line, run_round
from .rows import TABLES, Stored, blank_of
from .town import Device, Town

READER = UUID(int=1)
"""A clerk who may only read: what she does is refused."""
CLERK = UUID(int=2)
_CATALOGUE = UUID(int=3)

MOST_DESKS = 6
_TROUBLE = 0.35
"""How often a request is cut."""


class World:
    """One schedule under way."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.town = Town()
        self.devices: dict[UUID, Device] = {}
        self.desks: list[Desk] = []
        self.witnesses: dict[tuple[str, str], Witness] = {}
        self.backups: list[tuple[str, Desk]] = []
        self.saved: list[Town] = []
        self.register: dict[str, tuple[str, Stored]] = {}
        """The erasure register, outside of the server's database."""
        self.decided_at: dict[str, int] = {}
        """When each operation was decided on first."""
        self.issued: dict[str, None] = {}
        """What a clerk was told is done, and is not lost with every disk it was on."""
        self.drawn: dict[int, str] = {}
        self.tokens: dict[str, dict[str, None]] = {}
        """A name → the records in whose values alone it stands."""
        self.folders = self.epochs = self.at = 0
        self.log: list[str] = []
        often = _ROUGH if seed % 4 == 3 else 1
        self.steps = {**_WORKING, **{step: share * often for step, share in _MISFORTUNES.items()}}
        for _ in range(self.chance.randint(2, 4)):
            self.join()

    # Helpers

    def say(self, *words: object) -> None:
        self.log.append(f"{self.at:4} " + " ".join(map(str, words)))

    @property
    def moment(self) -> str:
        return f"2026-01-01T{self.at // 3600:02}:{self.at // 60 % 60:02}:{self.at % 60:02}.000000Z"

    def allowed(self, header: Header) -> bool:
        return header.clerk != READER

    def enrolled(self, ws: UUID) -> Device:
        device = Device(new_id(self.chance), ws)
        self.devices[device.id] = device
        return device

    def join(self) -> Desk:
        """A new workstation."""
        self.folders += 1
        desk = Desk(self.chance, f"desk-{self.folders}", "m")
        desk.device = self.enrolled(desk.ws).id
        desk.epoch = self.town.epoch
        self.desks.append(desk)
        self.say("joins", desk)
        self.testify(desk)
        self.sync(desk)
        return desk

    def testify(self, desk: Desk) -> None:
        self.witnesses[desk.machine, desk.folder] = desk.testimony

    def sync(self, desk: Desk, *, sure: bool = False) -> None:
        """A round, over a bad line unless it must be ``sure``."""
        chance = self.chance
        page = 8 if sure else chance.randint(1, 8)
        line = Line(self, chance, 0.0 if sure else chance.choice((0.0, _TROUBLE)), page)
        manner = Manner() if sure else Manner(chance.choice((1, 2, 5, 100)), park=chance.random() < 0.004)
        if manner.park:
            manner = Manner(1, park=True)
        before = desk.cursor
        try:
            run_round(desk, line, manner)
        except Locked:
            self.say(desk, "is locked")
            self.leave(desk)
        except (ServerTrouble, ServerSays) as error:
            # The background worker says so and tries again later.
            self.say(desk, "waits for the server:", error.sentence)
        except Unreachable as error:
            self.say(desk, "syncs", before, "to", desk.cursor, f"({error.sentence})")
        else:
            self.say(desk, "syncs", before, "to", desk.cursor)
        self.testify(desk)
        checks.after_step(self, desk)

    def leave(self, desk: Desk) -> None:
        """Its disk is gone, or nobody may read it."""
        self.desks.remove(desk)
        self.account()

    def account(self) -> None:
        """What no server and no disk has any more is lost, and nothing else may be."""
        held = set(self.town.rows.ledger)
        for desk in self.desks:
            if self.devices[desk.device].standing != "revoked":
                held.update(desk.journal)
        self.issued = {id_: None for id_ in self.issued if id_ in held}

    # Clerks

    def act(
        self,
        desk: Desk,
        op: str,
        request: Mapping[str, Any],
        *,
        settles: UUID | None = None,
        clerk: UUID | None = None,
    ) -> Entry | None:
        """A domain operation on what stands at ``desk`` now; None if it is refused there."""
        made = OPERATIONS[op](self, desk, request)
        if made is None:
            return None
        changes, number = made
        if not changes and settles is None:
            return None
        clerk = clerk or (READER if self.chance.random() < 0.02 else CLERK)
        entry = desk.run(op, request, changes, self.moment, clerk=clerk, settles=settles, number=number)
        if entry is None:
            return None
        self.say(desk, op, entry.id[:8], "settles " + str(settles)[:8] if settles else "")
        if number is not None:
            checks.drawn(self, desk, number, entry)
        if self.devices[desk.device].standing != "revoked":
            self.issued[entry.id] = None
        self.testify(desk)
        return entry

    def pick(self, desk: Desk, table: str) -> str | None:
        rows = [id_ for id_, _ in desk.live(table)]
        return self.chance.choice(rows) if rows else None

    def settle(self, desk: Desk) -> None:
        """One conflict: given up, or run anew; with what followed from it."""
        found = desk.conflicts()
        if not found:
            return
        known = {one.id for one in found}
        tops = [one for one in found if _cause(one) not in known]
        if tops:
            self._settle(desk, self.chance.choice(tops), found, again=self.chance.random() < 0.6)

    def _settle(self, desk: Desk, one: Entry, found: Sequence[Entry], *, again: bool) -> None:
        request = one.envelope.request
        if again and request is not msgspec.UNSET:
            if self.rerun(desk, one) is None:
                return
        else:
            self.give_up(desk, one)
        for follow_up in found:
            if _cause(follow_up) == one.id:
                self._settle(desk, follow_up, found, again=again)

    def rerun(self, desk: Desk, one: Entry) -> Entry | None:
        """The domain operation anew, on today's rows."""
        return self.act(
            desk, one.header.op, parsed(bytes(one.envelope.request)), settles=one.header.id, clerk=CLERK
        )

    def give_up(self, desk: Desk, one: Entry) -> Entry | None:
        return self.act(desk, "discard", {}, settles=one.header.id, clerk=CLERK)

    # Steps

    def step(self) -> None:
        """Something happens."""
        self.at += 1
        chance = self.chance
        if not self.desks:
            self.join()
        desk = chance.choice(self.desks)
        if self.town.recovering and chance.random() < 0.12:
            self.recovered()
        (step,) = chance.choices(list(self.steps), list(self.steps.values()))
        step(self, desk)
        if desk in self.desks:
            checks.after_step(self, desk)

    def clerk_works(self, desk: Desk) -> None:
        op = self.chance.choices(_WORK, _WORK_SHARES)[0]
        request = WISHES[op](self, desk)
        if request is not None:
            self.act(desk, op, request)

    def undo(self, desk: Desk) -> None:
        """One of the latest operations is taken back, if nobody wrote its rows since."""
        mine = [one for one in desk.journal.values() if one.state in ("pending", "accepted")]
        mine = [one for one in mine if one.header.op not in ("erase", "discard", "undo")][-4:]
        if mine:
            self.act(desk, "undo", {"undoes": self.chance.choice(mine).id})

    def back_up(self, desk: Desk) -> None:
        self.backups.append((desk.folder, desk.copied()))
        self.say(desk, "is backed up")

    def bring_back(self, _desk: Desk) -> None:
        """An older state of a workstation, by the program or by hand."""
        if not self.backups:
            return
        folder, saved = self.chance.choice(self.backups)
        here = next((one for one in self.desks if one.folder == folder), None)
        if here is None and len(self.desks) >= MOST_DESKS:
            return
        back = saved.copied()
        if here is not None:
            self.desks[self.desks.index(here)] = back
        else:
            self.desks.append(back)
        self.account()
        if self.chance.random() < 0.5:
            back.fork()
            self.say(back, "is restored by the program")
        else:
            back.opened(self.witnesses.get((back.machine, back.folder)))
            self.say(back, "is put back by hand", back.standing)
        self.testify(back)
        checks.after_step(self, back)

    def clone(self, desk: Desk) -> None:
        """A copy of the folder works beside the original."""
        if len(self.desks) >= MOST_DESKS:
            return
        self.folders += 1
        twin = desk.copied()
        twin.folder = f"desk-{self.folders}"
        twin.opened(self.witnesses.get((twin.machine, twin.folder)))
        self.desks.append(twin)
        self.say(twin, "is a copy of", desk, twin.standing)
        self.testify(twin)

    def new_desk(self, _desk: Desk) -> None:
        if len(self.desks) < MOST_DESKS:
            self.join()

    def disk_dies(self, desk: Desk) -> None:
        if len(self.desks) > 2:
            self.say(desk, "is destroyed")
            self.leave(desk)

    def revoke(self, desk: Desk) -> None:
        if len(self.desks) > 2:
            device = self.devices[desk.device]
            device.standing = device.standing or self.chance.choice(("revoked", "retired"))
            self.say(desk, "is", device.standing)
            self.account()

    def compact(self, _desk: Desk) -> None:
        """The log is cut: behind every workstation, or (some were away too long) further."""
        last = max((n for n in self.town.log), default=0)
        behind = min([desk.cursor for desk in self.desks if desk.cursor] or [0])
        wanted = behind if self.chance.random() < 0.5 else self.chance.randint(0, last)
        horizon = max((n for n in self.town.log if n <= wanted), default=0)
        if horizon > self.town.horizon and not self.town.recovering:
            self.town.compact(horizon)
            self.say("the log begins after", horizon)

    def save(self, _desk: Desk) -> None:
        self.saved.append(self.town.copied())
        self.say("the server is backed up at", self.town.last)

    def restore(self, _desk: Desk) -> None:
        if not self.saved:
            return
        self.epochs += 1
        # The same one or an older one may follow, none of a history that was given up.
        self.saved = self.saved[: len(self.saved) - self.chance.randrange(min(3, len(self.saved)))]
        self.town = self.saved[-1].copied()
        self.town.restored(f"e{self.epochs}", self.register)
        self.say("the server is restored to", self.town.last)
        self.account()

    def recovered(self) -> None:
        history = self.town.history
        self.town.recovered(self.at - (self.decided_at[history[-1].id] if history else 0))
        self.town.issue(self.register)
        self.say("the server works again, from", self.town.n)

    # The end

    def heal(self, rounds: int = 3) -> None:
        if self.town.recovering:
            for desk in list(self.desks):
                self.sync(desk, sure=True)
            self.recovered()
        for _ in range(rounds):
            for desk in list(self.desks):
                self.sync(desk, sure=True)

    def finish(self) -> None:
        """Lines are good again: what must hold then."""
        self.say("healing")
        if not self.desks:
            self.join()
        self.heal()
        while not self.desks:
            self.join()
            self.heal()
        checks.after_healing(self)
        checks.can_be_emptied(self)


def _cause(one: Entry) -> str:
    said = parsed(one.verdict) if one.verdict else {}
    return str(said.get("by", "")) if said.get("kind") == "dependent" else ""


# What clerks wish: a request, or None if there is nothing to do it to


def _some(world: World, desk: Desk, **wanted: str) -> dict[str, Any] | None:
    """A request about random rows of the tables named."""
    found = {key: world.pick(desk, table) for key, table in wanted.items()}
    return None if None in found.values() else found


def _token(world: World) -> str:
    return f"tok{world.chance.getrandbits(40):010x}"


def _move_in(world: World, desk: Desk) -> dict[str, Any]:
    return {
        "name": _token(world),
        "house": world.pick(desk, "house") if world.chance.random() < 0.6 else None,
    }


def _times(world: World) -> dict[str, int]:
    starts = world.chance.randrange(8)
    return {"starts": starts, "ends": starts + world.chance.randint(1, 3)}


def _with(found: dict[str, Any] | None, **more: Any) -> dict[str, Any] | None:
    return None if found is None else {**found, **more}


WISHES: dict[str, Callable[[World, Desk], dict[str, Any] | None]] = {
    "move in": _move_in,
    "build": lambda world, desk: {"name": world.chance.choice("HIJ")},
    "rename": lambda world, desk: _with(_some(world, desk, person="person"), name=_token(world)),
    "relocate": lambda world, desk: _with(
        _some(world, desk, person="person"),
        **{
            world.chance.choice(("street", "zip")): world.chance.choice("XYZ"),
            "zip": world.chance.choice("12"),
        },
    ),
    "rehouse": lambda world, desk: _some(world, desk, person="person", house="house"),
    "rename house": lambda world, desk: _with(
        _some(world, desk, house="house"), name=world.chance.choice("KLM")
    ),
    "plate": lambda world, desk: _with(_some(world, desk, house="house"), plate=world.chance.choice("123")),
    "book": lambda world, desk: _with(_some(world, desk, person="person", house="house"), **_times(world)),
    "move booking": lambda world, desk: _with(
        _some(world, desk, booking="booking", house="house"), **_times(world)
    ),
    "cancel": lambda world, desk: _some(world, desk, booking="booking"),
    "write": lambda world, desk: _some(world, desk, person="person"),
    "amend": lambda world, desk: _with(_some(world, desk, notice="notice"), note=world.chance.choice("ab")),
    "withdraw": lambda world, desk: _some(world, desk, notice="notice"),
    "leave": lambda world, desk: _some(world, desk, person="person"),
    "tear": lambda world, desk: _some(world, desk, house="house"),
    "load": lambda world, desk: {"key": world.chance.choice("uvw"), "value": 1},
    "unload": lambda world, desk: _some(world, desk, tariff="tariff"),
}
_WORK, _WORK_SHARES = zip(
    *{
        "move in": 12,
        "build": 8,
        "rename": 12,
        "relocate": 9,
        "rehouse": 4,
        "rename house": 6,
        "plate": 7,
        "book": 16,
        "move booking": 12,
        "cancel": 6,
        "write": 10,
        "amend": 6,
        "withdraw": 2,
        "leave": 5,
        "tear": 3,
        "load": 3,
        "unload": 2,
    }.items(),
    strict=True,
)

# What operations do: changes and the number drawn, or None if they are refused where they are done

Made = tuple[list[Change], int | None]


def _stored(desk: Desk, table: str, record: str) -> Stored | None:
    row = desk.tables[table].get(record)
    return None if row is None or row["deleted_at"] is not None else row


def _updated(desk: Desk, table: str, record: str, /, **new: Any) -> list[Change]:
    row = desk.tables[table][record]
    new = {column: value for column, value in new.items() if row[column] != value}
    if not new:
        return []
    columns = sorted({name for column in new for name in TABLES[table].groups[column]})
    old = {column: row[column] for column in columns}
    return [Change(table, record, "upd", row["version"], old, {**old, **new})]


def _gone(desk: Desk, table: str, record: str) -> Change:
    return Change(table, record, "del", desk.tables[table][record]["version"], {}, {})


def _inserted(table: str, record: str, /, **new: Any) -> Change:
    return Change(table, record, "ins", 0, {}, new)


def _claims_of(desk: Desk, booking: str) -> list[Change]:
    return [_gone(desk, CLAIM, id_) for id_, row in desk.live(CLAIM) if row["record"] == booking]


def _do_move_in(world: World, desk: Desk, request: Mapping[str, Any]) -> Made:
    id_ = str(new_id(world.chance))
    world.tokens.setdefault(request["name"], {})[id_] = None
    row = {"name": request["name"], "street": "", "zip": "", "house": request["house"]}
    return [_inserted("person", id_, **row)], None


def _do_update(table: str, key: str) -> Callable[[World, Desk, Mapping[str, Any]], Made | None]:
    def do(world: World, desk: Desk, request: Mapping[str, Any]) -> Made | None:
        record = request[key]
        if _stored(desk, table, record) is None:
            return None
        if "name" in request and table == "person":
            world.tokens.setdefault(request["name"], {})[record] = None
        new = {name: value for name, value in request.items() if name != key}
        return _updated(desk, table, record, **new), None

    return do


def _do_delete(table: str) -> Callable[[World, Desk, Mapping[str, Any]], Made | None]:
    def do(_world: World, desk: Desk, request: Mapping[str, Any]) -> Made | None:
        record = request[table]
        return None if _stored(desk, table, record) is None else ([_gone(desk, table, record)], None)

    return do


def _do_build(world: World, _desk: Desk, request: Mapping[str, Any]) -> Made:
    return [_inserted("house", str(new_id(world.chance)), name=request["name"], plate=None)], None


def _claimed(world: World, request: Mapping[str, Any], booking: str) -> Change:
    span = {"starts": request["starts"], "ends": request["ends"]}
    return _inserted(CLAIM, str(new_id(world.chance)), resource=request["house"], **span, record=booking)


def _do_book(world: World, _desk: Desk, request: Mapping[str, Any]) -> Made:
    booking = str(new_id(world.chance))
    return [_inserted("booking", booking, **request), _claimed(world, request, booking)], None


def _do_move_booking(world: World, desk: Desk, request: Mapping[str, Any]) -> Made | None:
    """To other times, perhaps in another house; which house says the claim alone."""
    booking = request["booking"]
    if _stored(desk, "booking", booking) is None:
        return None
    moved = _updated(desk, "booking", booking, starts=request["starts"], ends=request["ends"])
    return [*_claims_of(desk, booking), *moved, _claimed(world, request, booking)], None


def _do_cancel(_world: World, desk: Desk, request: Mapping[str, Any]) -> Made | None:
    booking = request["booking"]
    if _stored(desk, "booking", booking) is None:
        return None
    return [*_claims_of(desk, booking), _gone(desk, "booking", booking)], None


def _do_write(world: World, desk: Desk, request: Mapping[str, Any]) -> Made | None:
    """A notice with a number, if any are left here."""
    if _stored(desk, "person", request["person"]) is None or not desk.blocks:
        return None
    number, last = desk.blocks[0]
    desk.blocks[:1] = [(number + 1, last)] if number < last else []
    notice, text = str(new_id(world.chance)), _token(world)
    world.tokens[text] = {notice: None}
    return [_inserted("notice", notice, person=request["person"], number=number, text=text)], number


def _do_amend(_world: World, desk: Desk, request: Mapping[str, Any]) -> Made | None:
    notice = _stored(desk, "notice", request["notice"])
    if notice is None:
        return None
    return _updated(desk, "notice", request["notice"], text=notice["text"] + request["note"]), None


def _do_load(_world: World, desk: Desk, request: Mapping[str, Any]) -> Made | None:
    """A row of the catalogue: its id is made from its content, so that it is the same everywhere."""
    id_ = str(uuid5(_CATALOGUE, request["key"]))
    if id_ in desk.tables["tariff"]:
        return None
    return [_inserted("tariff", id_, key=request["key"], value=request["value"])], None


def _do_erase(_world: World, desk: Desk, request: Mapping[str, Any]) -> Made | None:
    """A person with all that was written to them; their bookings are given up."""
    person = request["person"]
    if person not in desk.tables["person"] or person in desk.erased:
        return None
    changes: list[Change] = []
    for id_, row in desk.live("booking"):
        if row["person"] == person:
            changes += [*_claims_of(desk, id_), _gone(desk, "booking", id_)]
    for id_, row in desk.tables["notice"].items():
        if row["person"] == person and id_ not in desk.erased:
            changes.append(Change("notice", id_, "erase", row["version"], {}, blank_of("notice", row)))
    row = desk.tables["person"][person]
    changes.append(Change("person", person, "erase", row["version"], {}, blank_of("person", row)))
    return changes, None


def _do_erase_again(_world: World, desk: Desk, request: Mapping[str, Any]) -> Made | None:
    table, record = request["table"], request["record"]
    row = desk.tables[table].get(record)
    if row is None:
        return [], None
    return [Change(table, record, "erase", row["version"], {}, blank_of(table, row))], None


def _do_undo(_world: World, desk: Desk, request: Mapping[str, Any]) -> Made | None:
    earlier = desk.journal.get(request["undoes"])
    if earlier is None or None in earlier.changes or earlier.state not in ("pending", "accepted"):
        return None
    records = {change.id for change in earlier.changes if change is not None}
    for one in desk.journal.values():
        later = one.n is None or (earlier.n is not None and one.n > earlier.n)
        if one.id != earlier.id and later and one.state in ("pending", "accepted"):
            if one.n is None and earlier.n is None and one.number < earlier.number:
                continue
            if any(change is None or change.id in records for change in one.changes):
                return None
    inverse: list[Change] = []
    for change in reversed(earlier.changes):
        if change is None or desk.tables[change.t].get(change.id) is None:
            return None
        row = desk.tables[change.t][change.id]
        match change.k:
            case "upd":
                inverse.append(Change(change.t, change.id, "upd", row["version"], change.new, change.old))
            case "ins":
                inverse.append(_gone(desk, change.t, change.id))
            case "del":
                inverse.append(Change(change.t, change.id, "restore", row["version"], {}, {}))
            case _:
                return None
    return inverse, None


OPERATIONS: dict[str, Callable[[World, Desk, Mapping[str, Any]], Made | None]] = {
    "move in": _do_move_in,
    "build": _do_build,
    "rename": _do_update("person", "person"),
    "relocate": _do_update("person", "person"),
    "rehouse": _do_update("person", "person"),
    "rename house": _do_update("house", "house"),
    "plate": _do_update("house", "house"),
    "book": _do_book,
    "move booking": _do_move_booking,
    "cancel": _do_cancel,
    "write": _do_write,
    "amend": _do_amend,
    "withdraw": _do_delete("notice"),
    "leave": _do_delete("person"),
    "tear": _do_delete("house"),
    "load": _do_load,
    "unload": _do_delete("tariff"),
    "erase": _do_erase,
    ERASED_AGAIN: _do_erase_again,
    "undo": _do_undo,
    "discard": lambda _world, _desk, _request: ([], None),
}


def _erase(world: World, desk: Desk) -> None:
    people = [id_ for id_ in desk.tables["person"] if id_ not in desk.erased]
    if people:
        world.act(desk, "erase", {"person": world.chance.choice(people)}, clerk=CLERK)


def _sync(world: World, desk: Desk) -> None:
    world.sync(desk)


Step = Callable[[World, Desk], None]

_WORKING: dict[Step, float] = {World.clerk_works: 52, _sync: 27, World.undo: 5, World.settle: 6, _erase: 2}
_MISFORTUNES: dict[Step, float] = {
    World.back_up: 1.2,
    World.bring_back: 1.2,
    World.clone: 0.8,
    World.new_desk: 0.8,
    World.disk_dies: 0.4,
    World.revoke: 0.5,
    World.compact: 1.0,
    World.save: 1.0,
    World.restore: 0.7,
}
_ROUGH = 4
"""In every fourth schedule there are so many times more misfortunes."""


def run(seed: int, steps: int) -> None:
    """A whole schedule; raises what does not hold, with what was done. Must stand within `line.in_memory`."""
    world = World(seed)
    try:
        for _ in range(steps):
            world.step()
        world.finish()
    except Exception as error:
        error.add_note("\n".join([f"schedule {seed} of {steps} steps:", *world.log]))
        raise


def shortest(seed: int, steps: int) -> int:
    """The fewest steps after which a schedule that fails, fails."""
    for fewer in range(1, steps):
        try:
            run(seed, fewer)
        except Exception:
            return fewer
    return steps
