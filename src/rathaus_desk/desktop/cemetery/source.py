"""The graves as a list: the order by cemetery and number, rows as they are painted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.books import statutes_of
from rathaus_desk.cemetery.queries import WholeGrave
from rathaus_desk.cemetery.records import Burial, Cemetery, Grave, RightOfUse
from rathaus_desk.cemetery.rules.terms import StatuteTerms
from rathaus_desk.desktop.parts.described import Chip, Column, State
from rathaus_desk.desktop.parts.sources import Order, Row, Want
from rathaus_desk.kernel.periods import add_years
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.names import list_name
from rathaus_desk.store import search


class GravesSource:
    """Every grave, or a part of them."""

    name = "friedhof"
    title = "Friedhof"
    columns: tuple[Column, ...] = (
        Column("grave", "Grabstätte", width=17),
        Column("kind", "Grabart", width=18, stretch=True),
        Column("people", "Bestattete", width=22, stretch=True, sortable=False),
        Column("holder", "Berechtigt", width=20, stretch=True, sortable=False),
        Column("until", "Recht bis", "date", width=11),
        Column("rest", "Ruhefrist bis", "date", width=13, shown=False),
        Column("state", "Stand", "state", width=17, sortable=False),
    )
    chips: tuple[Chip, ...] = (
        Chip("all", "Alle"),
        Chip("free", "Frei"),
        Chip("ending", "Endet bald"),
        Chip("expired", "Abgelaufen"),
        Chip("short", "Recht zu kurz"),
        Chip("ownerless", "Ohne Berechtigte"),
        Chip("blocked", "Gesperrt"),
    )
    tables = frozenset({"grave", "cemetery", "right_of_use", "burial", "person"})
    empty = (
        "Noch sind keine Gräber eingetragen. Eine alte Gräberliste lässt sich unter Einstellungen übernehmen;"
        " einzelne Gräber legt „Grabstätte anlegen“ an."
    )

    def first(self, session: Session, want: Want, limit: int, /) -> Order | None:
        """The first numbers, as they are sorted in the index."""
        if want.text or want.sort not in ("", "grave") or want.chip not in ("", "all"):
            return None
        return Order(queries.graves_in_order(session, descending=want.descending, limit=limit))

    def order(self, session: Session, want: Want, /) -> Order:
        """All graves of the chosen part."""
        sort = want.sort if want.sort in ("grave", "kind", "until", "rest") else "grave"
        found = queries.graves_in_order(session, sort=sort, descending=want.descending)
        if want.chip not in ("", "all"):
            chosen = part_of(session, want.chip, want.on)
            found = [one for one in found if one in chosen]
        if want.text:
            fitting = _matching(session, want.text)
            found = [one for one in found if one in fitting]
        return Order(found)

    def rows(self, session: Session, ids: Sequence[bytes], on: date, /) -> Mapping[bytes, Row]:
        """Who lies there, who has the right, and until when."""
        statutes: dict[str, StatuteTerms | None] = {}
        rows = {}
        for whole in _whole(session, [UUID(bytes=one) for one in ids]):
            key = whole.cemetery.statute_key
            if key not in statutes:
                statutes[key] = statutes_of(session, key).in_force(on)
            rows[whole.grave.id.bytes] = _row(whole, statutes[key], on)
        return rows


def _row(whole: WholeGrave, statute: StatuteTerms | None, on: date) -> Row:
    right = whole.right
    holder = next((person for one, person in whole.rights if one is right), None)
    names = [list_name(person) if person else burial.name_text for burial, person in whole.burials]
    return (
        whole.name,
        kind_name(whole.grave, statute),
        "; ".join(filter(None, names)),
        list_name(holder) if holder else right.holder_text if right else "",
        (right.surrendered_on or right.until) if right else None,
        whole.rest.end,
        grave_state(whole, on, statute),
    )


def kind_name(grave: Grave, statute: StatuteTerms | None) -> str:
    """The kind as the statute names it; else as an old list did; else its key."""
    known = statute.kinds.get(grave.kind) if statute else None
    return known.name if known else grave.kind_text or grave.kind


def grave_state(whole: WholeGrave, on: date, statute: StatuteTerms | None) -> State:
    """What a grave is on a day."""
    grave, right = whole.grave, whole.right
    if grave.blocked:
        return State("gesperrt", "bad", "✕")
    if any(one.disputed for one, _ in whole.rights):
        return State("Recht strittig", "bad", "!")
    if grave.war_grave:
        return State("Kriegsgrab", "calm", "†")
    if whole.is_free(on):
        return State("frei", "good", "○")
    if right is None:
        return (
            State("belegt ohne Recht", "warn", "!")
            if whole.rest.runs(on)
            else State("nicht abgeräumt", "warn", "╱")
        )
    until = right.surrendered_on or right.until
    if until < on:
        return State("abgelaufen", "bad", "!")
    months = statute.expiry_notice_months if statute else 6
    if until <= add_years(on, max(1, -(-months // 12))) and (until - on).days <= months * 31:
        return State("endet bald", "warn", "▲")
    return State("aktiv", "good", "✓")


def _matching(session: Session, text: str) -> frozenset[bytes]:
    """Graves found by their own words, by who lies there, or by who holds the right."""
    own = search.matching(session, text, kind="grave")
    buried = search.matching(session, text, kind="burial")
    holders = search.matching(session, text, kind="person")
    graves = set(own)
    if buried:
        for grave, burial in session.execute(select(Burial.grave_id, Burial.id)):
            if burial.bytes in buried:
                graves.add(grave.bytes)
    if holders:
        for grave, holder in session.execute(select(RightOfUse.grave_id, RightOfUse.holder_id)):
            if holder is not None and holder.bytes in holders:
                graves.add(grave.bytes)
    return frozenset(graves)


def part_of(session: Session, chip: str, on: date) -> frozenset[bytes]:
    """The graves of one part."""
    match chip:
        case "free":
            return _ids(line.grave for line in queries.free_graves(session, on))
        case "ending":
            return _ids(line.grave for line in queries.ending_rights(session, on, add_years(on, 1)))
        case "expired":
            return _ids(line.grave for line in queries.ending_rights(session, date(1800, 1, 1), on))
        case "ownerless":
            return _ids(line.grave for line in queries.graves_without_holder(session, on))
        case "blocked":
            return _ids(session.scalars(select(Grave.id).where(Grave.blocked != "")))
        case "short":
            return _ids(
                whole.grave.id
                for whole in queries.whole_graves(session, None)
                if whole.is_right_too_short(on)
            )
        case _:
            return frozenset()


def _ids(ids: Iterable[UUID]) -> frozenset[bytes]:
    return frozenset(one.bytes for one in ids)


def _whole(session: Session, ids: Sequence[UUID]) -> Iterable[WholeGrave]:
    rights: defaultdict[UUID, list[tuple[RightOfUse, Person | None]]] = defaultdict(list)
    held = select(RightOfUse, Person).outerjoin(Person, RightOfUse.holder_id == Person.id)
    for right, holder in session.execute(held.where(RightOfUse.grave_id.in_(ids))):
        rights[right.grave_id].append((right, holder))
    burials: defaultdict[UUID, list[tuple[Burial, Person | None]]] = defaultdict(list)
    lying = select(Burial, Person).outerjoin(Person, Burial.deceased_id == Person.id)
    for burial, person in session.execute(
        lying.where(Burial.grave_id.in_(ids), Burial.gone_on.is_(None)).order_by(Burial.place, Burial.id)
    ):
        burials[burial.grave_id].append((burial, person))
    graves = select(Grave, Cemetery).join(Cemetery, Grave.cemetery_id == Cemetery.id).where(Grave.id.in_(ids))
    for grave, cemetery in session.execute(graves):
        yield WholeGrave(grave, cemetery, rights[grave.id], burials[grave.id])


def whole_grave(session: Session, grave: UUID) -> WholeGrave | None:
    """One grave with its rights and burials."""
    return next(iter(_whole(session, [grave])), None)
