"""What must hold: after each step, and when lines are good again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import uuid5

import msgspec

from rathaus_desk.store.journal import NO_HASH, Header, decided
from rathaus_desk.sync.envelope import read_changes, read_entry, read_envelope, read_header
from rathaus_desk.sync.rules import CLAIM, Change, closes, opens

from .rows import BLANK, CONTENT, TABLES, Rows
from .town import SERVER

if TYPE_CHECKING:
    from .desk import Desk, Entry
    from .world import World


class Violation(AssertionError):
    """Something that must hold does not."""


def hold(holds: object, *said: object) -> None:
    if not holds:
        raise Violation(" ".join(map(str, said)))


def after_step(world: World, desk: Desk) -> None:
    """At any time, at any workstation and at the server."""
    # Who made an erased record the log does not say any more; until the erasure comes it is not there.
    rows_hold(desk, str(desk), world.town.rows.erased)
    rows_hold(world.town.rows, "the server")
    note_erased(world)
    for one in reversed(world.town.history):
        if one.id in world.decided_at:
            break
        world.decided_at[one.id] = world.at


def note_erased(world: World) -> None:
    """What `server.register` writes into its file."""
    for record in [one for one in world.town.rows.erased if one not in world.register]:
        for table in BLANK:
            row = world.town.rows.tables[table].get(record)
            if row is not None:
                world.register[record] = (table, {column: row[column] for column in CONTENT[table]})


def rows_hold(rows: Rows, where: str, erased: Container[str] = ()) -> None:
    claims: dict[str, list[tuple[int, int, str]]] = {}
    bookings = {id_: (row["starts"], row["ends"]) for id_, row in rows.live("booking")}
    claimed: Counter[str] = Counter()
    for id_, row in rows.live(CLAIM):
        claims.setdefault(row["resource"], []).append((row["starts"], row["ends"], id_))
        claimed[row["record"]] += 1
        hold(
            bookings.get(row["record"]) == (row["starts"], row["ends"]),
            where,
            "claim without its booking",
            id_,
        )
    hold(set(claimed) == set(bookings), where, "booking without a claim", set(bookings) - set(claimed))
    hold(not claimed or max(claimed.values()) == 1, where, "one booking, two halls")
    for spans in claims.values():
        spans.sort()
        for (_, ends, one), (starts, _, other) in pairwise(spans):
            hold(ends <= starts, where, "claims overlap", one, other)
    plates = [row["plate"] for _, row in rows.live("house") if row["plate"] is not None]
    hold(len(plates) == len(set(plates)), where, "one plate on two houses")
    for name, rule in TABLES.items():
        for column, target in rule.references:
            there = rows.tables[target]
            for id_, row in rows.tables[name].items():
                value = row[column]
                if value is None:
                    continue
                found = there.get(value)
                hold(found is not None, where, "refers to what never was:", name, id_, column)
                if row["deleted_at"] is None:
                    stands = found is not None and found["deleted_at"] is None
                    gone = value in erased or value in rows.erased
                    hold(stands or gone, where, "dangling reference", name, id_, column)


def drawn(world: World, desk: Desk, number: int, entry: Entry) -> None:
    hold(number not in world.drawn, desk, "draws the number", number, "a second time")
    world.drawn[number] = entry.id


def after_healing(world: World) -> None:
    """All workstations are as the server; nothing is lost, nothing stands twice."""
    town, half = world.town, half_erased(world)
    for desk in world.desks:
        hold(not desk.overlay, desk, "has operations nobody decided on", [one.id for one in desk.overlay])
        hold((desk.cursor, desk.chain) == (town.last, town.chain), desk, "is not at the end of the log")
        for name in CONTENT:
            same_rows(_all_but(half, desk.live(name)), _all_but(half, town.rows.live(name)), desk, name)
        mine = sorted(one.id for one in desk.journal.values() if one.is_open)
        hold(mine == sorted(town.rows.open), desk, "has other conflicts", mine, sorted(town.rows.open))
        hold(not desk.shadows, desk, "has shadows left")
    as_the_log_says(world)
    for id_ in world.issued:
        hold(id_ in town.rows.ledger, "an acknowledged edit is nowhere:", id_)
    erased_nowhere(world)


def half_erased(world: World) -> set[str]:
    """What was emptied when the server was restored, and cannot go for everybody: it is referred to.

    It is a conflict, until somebody gives up what refers to it (`server.register.issue`).
    """
    rows = world.town.rows
    return {id_ for table in BLANK for id_, _ in rows.live(table) if id_ in rows.erased}


def _all_but(left_out: set[str], rows: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {id_: row for id_, row in rows if id_ not in left_out}


def same_rows(here: dict[str, Any], there: dict[str, Any], *where: object) -> None:
    here, there = _without_moments(here), _without_moments(there)
    if here != there:
        differing = {
            id_: (here.get(id_), there.get(id_)) for id_ in {*here, *there} if here.get(id_) != there.get(id_)
        }
        raise Violation(f"{' '.join(map(str, where))}: not converged {differing}")


def _without_moments(rows: dict[str, Any]) -> dict[str, Any]:
    return {
        id_: {name: value for name, value in row.items() if name not in ("created_at", "changed_at")}
        for id_, row in rows.items()
    }


def as_the_log_says(world: World) -> None:
    """The whole log read anew, by rules of its own: rows, conflicts, chain, and nothing twice."""
    town, half = world.town, half_erased(world)
    chain, last = NO_HASH, 0
    seen: set[str] = set()
    open_: set[str] = set()
    refused: set[str] = set()
    state: dict[tuple[str, str], dict[str, Any] | None] = {}
    gone: set[tuple[str, str]] = set()
    links: set[tuple[Any, int]] = set()
    versions: dict[tuple[str, str], tuple[int, str]] = {}
    for one in town.history:
        entry = read_entry(one.line)
        envelope = read_envelope(entry.op)
        header, changes = read_header(envelope), read_changes(envelope)
        hold(one.n > last, "the log goes back at", one.n)
        hold(one.id not in seen, "decided on twice:", one.id)
        hold(
            (header.ws, header.seq) not in links, "two histories under one workstation", header.ws, header.seq
        )
        chain, last = decided(chain, one.n, envelope.computed_hash(), one.verdict), one.n
        hold(chain == one.chain, "the chain is broken at", one.n)
        seen.add(one.id)
        links.add((header.ws, header.seq))
        verdict = entry.verdict
        if opens(verdict, len(changes)):
            open_.add(one.id)
        if header.settles is not None and closes(verdict, len(changes)):
            open_.discard(str(header.settles))
        if verdict is not None:
            refused.add(one.id)
            continue
        if not any(change is not None and change.k == "erase" for change in changes):
            causes = refused.intersection(map(str, header.after))
            hold(not causes, "a follow-up was applied without its cause", one.id)
        for change in changes:
            if change is None:
                continue
            key = (change.t, change.id)
            fits(state.get(key), versions.get(key, (0, "")), change, header)
            stands = state.get(key) is not None
            if stands == (change.k in ("upd", "del", "erase")) or change.k == "erase":
                versions[key] = (one.n, one.id)
            match change.k:
                case "ins" if state.get(key) is None:
                    hold(key not in gone or change.t == "tariff", "a deleted row is back", key, one.id)
                    state[key] = dict(change.new)
                case "upd":
                    hold(state.get(key) is not None, "an update made a row", key, one.id)
                    state[key] = {**(state[key] or {}), **change.new}
                case "restore":
                    state[key] = state.get(key) or kept(town.history, key, one.n)
                case "del" | "erase":
                    state[key] = None
                    gone.add(key)
    hold((chain, last) == (town.chain, town.last), "the end of the log is not where the server is")
    there = {
        (name, id_): {column: row[column] for column in CONTENT[name]}
        for name in CONTENT
        for id_, row in town.rows.live(name)
        if id_ not in half
    }
    known = {key: row for key, row in state.items() if row is not None and key[1] not in half}
    if there != known and not any_erased(town.history):
        raise Violation("the server's rows are not what the log makes of them")
    hold(set(there) == set(known), "other rows live than the log says")
    hold(open_ == set(town.rows.open), "other conflicts are open than the log says")
    hold(seen == set(town.rows.ledger), "log and ledger do not fit")


def fits(now: dict[str, Any] | None, last: tuple[int, str], change: Change, header: Header) -> None:
    """An accepted change found what it knew, or what it wanted."""
    if now is None or change.k not in ("upd", "del"):
        return
    rule, (version, writer) = TABLES[change.t], last
    if change.k == "del" or rule.strict:
        known = version <= change.base or writer in map(str, header.after)
        hold(known, "written over what it did not know:", change.t, change.id, header.id)
        return
    for column in change.new:
        group = [name for name in rule.groups[column] if name in change.new]
        there = [now.get(name) for name in rule.groups[column]]
        old = [change.old.get(name) for name in rule.groups[column]]
        wanted = [change.new.get(name) for name in rule.groups[column]]
        hold(group and there in (old, wanted), "values mixed:", change.t, change.id, column, header.id)


def kept(history: Any, key: tuple[str, str], before: int) -> dict[str, Any]:
    """The values of a row that was deleted, from all that was written into it."""
    row: dict[str, Any] = {}
    for one in history:
        if one.n < before and one.verdict is None:
            for change in read_changes(read_envelope(read_entry(one.line).op)):
                if change is not None and (change.t, change.id) == key:
                    row.update(change.new)
    return row


def any_erased(history: Any) -> bool:
    return any(b'"k":"erase"' in one.line for one in history)


def erased_nowhere(world: World) -> None:
    """What stood in an erased record stands nowhere any more."""
    town = world.town
    for desk in world.desks:
        for record in desk.erased:
            again = str(uuid5(SERVER, f"{town.epoch} {record}"))
            hold(record in town.rows.erased or again in town.rows.ledger, "an erasure is forgotten:", record)
    gone = town.rows.erased.keys() - half_erased(world)
    erased = [token for token, records in world.tokens.items() if gone >= records.keys()]
    if not erased:
        return
    places = [("the server's rows", msgspec.json.encode(world.town.rows.tables))]
    places += [(f"the log at {n}", one.line) for n, one in world.town.log.items()]
    places += [(f"the conflict {n}", one.line) for n, one in world.town.conflicts.items()]
    for desk in world.desks:
        places.append(
            (f"the rows of {desk}", msgspec.json.encode([desk.tables, list(desk.shadows.values())]))
        )
        places += [
            (f"the journal of {desk} at {one.n} ({one.id})", msgspec.json.encode(one.envelope))
            for one in desk.journal.values()
        ]
    for where, content in places:
        for token in erased:
            hold(token.encode() not in content, where, "has an erased name", token, *world.tokens[token])


def can_be_emptied(world: World) -> None:
    """Somebody gives up everything that is open."""
    desk = world.desks[0]
    for _ in range(10):
        found = desk.conflicts()
        if not found:
            break
        for one in found:
            world.give_up(desk, one)
        world.heal(1)
    for one in world.desks:
        hold(not one.conflicts(), one, "cannot empty its list of conflicts")
    hold(not world.town.rows.open, "conflicts stay open at the server")
