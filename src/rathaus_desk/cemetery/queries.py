"""What a clerk can see of the cemeteries: graves by their number, who lies where, which rights end, what is
not right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from rathaus_desk.cemetery.plan import GraveState
from rathaus_desk.cemetery.records import (
    Burial,
    Cemetery,
    FormerNumber,
    Grave,
    PrepaidItem,
    RightChange,
    RightOfUse,
)
from rathaus_desk.cemetery.rules.capacity import Occupant
from rathaus_desk.cemetery.rules.checks import (
    CheckedBurial,
    CheckedGrave,
    CheckedRight,
    Finding,
    check_grave,
    same_numbers,
    same_people,
)
from rathaus_desk.cemetery.rules.numbers import number_key
from rathaus_desk.cemetery.rules.rest import GraveRest, grave_rest
from rathaus_desk.cemetery.rules.right import covers
from rathaus_desk.cemetery.rules.succession import Candidate, Relative, succession
from rathaus_desk.cemetery.rules.terms import GraveKind, Statutes, StatuteTerms
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.names import fold
from rathaus_desk.kernel.periods import SINCE_EVER
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.people import queries as people
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.names import display_name
from rathaus_desk.store.connection import driver_of


def cemeteries(session: Session) -> Sequence[Cemetery]:
    """All cemeteries, by name."""
    return session.scalars(select(Cemetery).order_by(Cemetery.name)).all()


def cemetery_named(session: Session, name: str) -> Cemetery | None:
    """The cemetery of that name; case and the spelling of umlauts do not count."""
    return next((one for one in cemeteries(session) if fold(one.name) == fold(name)), None)


def grave(session: Session, grave_id: UUID) -> Grave:
    """The grave; Refused if there is none (any more)."""
    found = session.get(Grave, grave_id)
    if found is None or found.deleted_at is not None:
        raise Refused("Diese Grabstätte gibt es nicht (mehr).")
    return found


def grave_name(session: Session, grave: Grave) -> str:
    """How sentences name it: "Kernstadt B/4/17"."""
    return f"{session.get_one(Cemetery, grave.cemetery_id).name} {grave.label}"


def graves_numbered(session: Session, number: str, cemetery: UUID | None = None) -> Sequence[Grave]:
    """The graves that bear this number, as it is written anywhere (``B/04/017``); else those that once bore
    it.
    """
    if found := graves_bearing(session, number, cemetery):
        return found
    former = select(FormerNumber.grave_id).where(FormerNumber.number_key == number_key(number))
    return session.scalars(_in(cemetery, select(Grave).where(Grave.id.in_(former)))).all()


def graves_bearing(session: Session, number: str, cemetery: UUID | None = None) -> Sequence[Grave]:
    """The graves that bear this number now."""
    return session.scalars(_in(cemetery, select(Grave).where(Grave.number_key == number_key(number)))).all()


def _in(cemetery: UUID | None, query: Select[Grave]) -> Select[Grave]:
    query = query.order_by(Grave.cemetery_id, Grave.number_key)
    return query if cemetery is None else query.where(Grave.cemetery_id == cemetery)


def burials_in(session: Session, grave_id: UUID) -> Sequence[Burial]:
    """Everyone who lies in a grave, by place and day; who was moved elsewhere is not among them."""
    query = select(Burial).where(Burial.grave_id == grave_id, Burial.gone_on.is_(None))
    found = session.scalars(query.order_by(Burial.id)).all()
    return sorted(found, key=lambda burial: (burial.place or 0, burial.buried.earliest or SINCE_EVER))


def burials_of(session: Session, person: UUID) -> Sequence[Burial]:
    """Where somebody lies; normally one, unless the register has them twice."""
    query = select(Burial).where(Burial.deceased_id == person, Burial.gone_on.is_(None))
    return session.scalars(query.order_by(Burial.id)).all()


_GRAVE_ORDERS = {
    "grave": "c.name {0}, g.number_key {0}",
    "kind": "g.kind {0}, c.name, g.number_key",
    "until": "last IS NULL, last {0}, c.name, g.number_key",
    "rest": "last IS NULL, last {0}, c.name, g.number_key",
}
_LAST = {
    "until": "(SELECT max(until) FROM right_of_use WHERE grave_id = g.id AND deleted_at IS NULL)",
    "rest": "(SELECT max(rest_end) FROM burial WHERE grave_id = g.id AND deleted_at IS NULL"
    " AND gone_on IS NULL)",
}


def graves_in_order(
    session: Session, *, sort: str = "grave", descending: bool = False, limit: int | None = None
) -> list[bytes]:
    """The ids of all graves by ``sort``: grave (cemetery and number), kind, until or rest (none last)."""
    order = _GRAVE_ORDERS[sort].format("DESC" if descending else "")
    query = (
        f"SELECT g.id, {_LAST.get(sort, 'NULL')} AS last FROM grave g JOIN cemetery c ON c.id = g.cemetery_id"
        f" WHERE g.deleted_at IS NULL ORDER BY {order} LIMIT {-1 if limit is None else limit}"
    )
    return [row[0] for row in driver_of(session).execute(query)]


def rights_in(session: Session, grave_id: UUID) -> Sequence[RightOfUse]:
    """Every right there is or was in a grave, the latest first."""
    query = select(RightOfUse).where(RightOfUse.grave_id == grave_id)
    return session.scalars(query.order_by(RightOfUse.until.desc(), RightOfUse.id)).all()


def right_that_counts(session: Session, grave: Grave) -> RightOfUse | None:
    """The right a decision about the grave starts from, see `that_counts`."""
    return that_counts(grave, rights_in(session, grave.id))


def that_counts(grave: Grave, latest_first: Iterable[RightOfUse]) -> RightOfUse | None:
    """Of a grave's rights the one that ends last, running or expired (rule 14).

    None once it was handed back, or the grave was cleared after its end. Disputed rights do not count.
    """
    last = last_right(latest_first)
    if last is None or last.surrendered_on is not None:
        return None
    cleared = grave.cleared_on is not None and grave.cleared_on >= last.until
    return None if cleared else last


def last_right(latest_first: Iterable[RightOfUse]) -> RightOfUse | None:
    """The right that ends last, handed back or not; disputed ones do not count."""
    return next((right for right in latest_first if not right.disputed), None)


def name_of(session: Session, burial: Burial) -> str:
    """Who was buried: the person's name, or what the old register wrote."""
    if burial.deceased_id is None or burial.name_text:
        return burial.name_text
    return display_name(session.get_one(Person, burial.deceased_id))


def occupants_of(session: Session, grave_id: UUID) -> tuple[tuple[Burial, Occupant], ...]:
    """Everyone who lies in a grave, by place and day, each as rule 4 counts them."""
    query = select(Burial, Person).outerjoin(Person, Burial.deceased_id == Person.id)
    query = query.where(Burial.grave_id == grave_id, Burial.gone_on.is_(None)).order_by(Burial.id)
    found = [
        (
            burial,
            Occupant(
                burial.form,
                burial.place,
                burial.buried.earliest,
                burial.rest_end,
                burial.name_text or (display_name(person) if person else ""),
                burial.deep,
            ),
        )
        for burial, person in session.execute(query)
    ]
    return tuple(sorted(found, key=lambda pair: (pair[1].place or 0, pair[1].buried or SINCE_EVER)))


def grave_state(
    grave: Grave, cemetery: Cemetery, right_until: date | None, occupants: Iterable[Occupant]
) -> GraveState:
    """The grave as decisions take it, with the end of the right they start from."""
    return GraveState(
        kind=grave.kind,
        places=grave.places,
        right_until=right_until,
        occupants=tuple(occupants),
        size=grave.size or None,
        label=grave.label,
        cemetery=cemetery.name,
        section=grave.section,
        war_grave=grave.war_grave,
    )


def holder_name(session: Session, right: RightOfUse) -> str:
    """Who holds a right: the person's name, or what an old list wrote; "" if nobody is known."""
    if right.holder_id is None:
        return right.holder_text
    return display_name(session.get_one(Person, right.holder_id))


def changes_of(session: Session, right_id: UUID) -> Sequence[RightChange]:
    """What was done to a right, oldest first."""
    query = select(RightChange).where(RightChange.right_id == right_id)
    return session.scalars(query.order_by(RightChange.decided_on, RightChange.id)).all()


def prepaid_in(session: Session, grave_id: UUID) -> Sequence[PrepaidItem]:
    """What was paid in advance for a grave and not used yet."""
    query = select(PrepaidItem).where(PrepaidItem.grave_id == grave_id, PrepaidItem.used_on.is_(None))
    return session.scalars(query.order_by(PrepaidItem.item)).all()


def successors(session: Session, grave: Grave, statute: StatuteTerms) -> tuple[Candidate, ...]:
    """Who may follow the holder of a grave's right, in the statute's order (rule 7). The clerk decides.

    Nobody where no holder is known, or none is needed: a war grave.
    """
    right = right_that_counts(session, grave)
    if right is None or right.holder_id is None or grave.war_grave:
        return ()
    return succession(statute, relatives_of(session, right.holder_id))


def relatives_of(session: Session, person_id: UUID) -> tuple[Relative, ...]:
    """The people known to be related to somebody, as the succession takes them."""
    return tuple(
        Relative(
            str(known.person.id),
            display_name(known.person),
            known.relation,
            known.person.born.earliest,
            bool(known.person.died),
        )
        for known in people.relatives_of(session, person_id)
    )


@dataclass(frozen=True, slots=True)
class GraveLine:
    """A grave in a list. ``until``: the last day of its right; ``what``: why it is listed."""

    grave: UUID
    name: str
    kind: str
    until: date | None
    what: str


def ending_rights(session: Session, first: date, last: date) -> list[GraveLine]:
    """Rights that end from ``first`` to ``last`` (inclusive), earliest first, and still ask for something.

    Not disputed or handed back ones, nor one after which the grave was cleared or awarded anew.
    """
    newer = aliased(RightOfUse)
    followed = select(newer.id).where(
        newer.grave_id == RightOfUse.grave_id, newer.until > RightOfUse.until, newer.deleted_at.is_(None)
    )
    query = (
        select(RightOfUse, Grave, Cemetery)
        .join(Grave, RightOfUse.grave_id == Grave.id)
        .join(Cemetery, Grave.cemetery_id == Cemetery.id)
        .where(
            RightOfUse.until.between(first, last),
            RightOfUse.disputed.is_(False),
            RightOfUse.surrendered_on.is_(None),
            sa.or_(Grave.cleared_on.is_(None), Grave.cleared_on < RightOfUse.until),
            ~followed.correlate(RightOfUse).exists(),
        )
        .order_by(RightOfUse.until, Cemetery.name, Grave.number_key)
    )
    return [
        GraveLine(grave.id, f"{cemetery.name} {grave.label}", grave.kind, right.until, "Nutzungsrecht endet")
        for right, grave, cemetery in session.execute(query)
    ]


def graves_without_holder(session: Session, on: date) -> list[GraveLine]:
    """Graves with a right running on a day whose holder is unknown or has died; war graves need none."""
    query = (
        select(RightOfUse, Grave, Cemetery, Person)
        .join(Grave, RightOfUse.grave_id == Grave.id)
        .join(Cemetery, Grave.cemetery_id == Cemetery.id)
        .outerjoin(Person, RightOfUse.holder_id == Person.id)
        .where(
            RightOfUse.first <= on,
            RightOfUse.until >= on,
            RightOfUse.surrendered_on.is_(None),
            Grave.war_grave.is_(False),
        )
        .order_by(Cemetery.name, Grave.number_key)
    )
    return [
        GraveLine(
            grave.id,
            f"{cemetery.name} {grave.label}",
            grave.kind,
            right.until,
            f"{display_name(holder)} ist verstorben" if holder else "keine Nutzungsberechtigten bekannt",
        )
        for right, grave, cemetery, holder in session.execute(query)
        if holder is None or holder.died
    ]


def free_graves(
    session: Session, on: date, *, cemetery: UUID | None = None, kind: str = "", limit: int | None = None
) -> list[GraveLine]:
    """Graves that can be awarded on a day, by number, at most ``limit``: no right, nobody resting, cleared
    since the last right (rule 14).
    """
    ended = sa.func.coalesce(RightOfUse.surrendered_on, RightOfUse.until)
    held = _of_grave(RightOfUse).where(
        sa.or_(ended >= on, Grave.cleared_on.is_(None), Grave.cleared_on < ended)
    )
    resting = _of_grave(Burial).where(
        Burial.gone_on.is_(None), sa.or_(Burial.rest_end.is_(None), Burial.rest_end >= on)
    )
    query = (
        select(Grave, Cemetery)
        .join(Cemetery, Grave.cemetery_id == Cemetery.id)
        .where(Grave.blocked == "", Grave.war_grave.is_(False), ~held.exists(), ~resting.exists())
        .order_by(Cemetery.name, Grave.number_key)
        .limit(limit)
    )
    if cemetery is not None:
        query = query.where(Grave.cemetery_id == cemetery)
    if kind:
        query = query.where(Grave.kind == kind)
    return [
        GraveLine(grave.id, f"{its_cemetery.name} {grave.label}", grave.kind, None, "frei")
        for grave, its_cemetery in session.execute(query)
    ]


def _of_grave(kind: type[RightOfUse] | type[Burial]) -> Select[UUID]:
    """The live rights or burials of the grave that the query around it looks at."""
    return select(kind.id).where(kind.grave_id == Grave.id, kind.deleted_at.is_(None)).correlate(Grave)


def data_checks(session: Session, on: date, statutes: Mapping[str, Statutes]) -> Iterator[Finding]:
    """Everything in the register that cannot be right (rule 15), grave by grave; reads all of it.

    ``statutes``: by the key that cemeteries name.
    """
    numbers: defaultdict[UUID, list[tuple[str, str, str]]] = defaultdict(list)
    dead: list[tuple[str, str, UncertainDate]] = []
    for whole in whole_graves(session, None):
        grave = whole.grave
        known = statutes.get(whole.cemetery.statute_key)
        yield from check_grave(whole.checked(known.kind(grave.kind, on) if known else None), on)
        numbers[grave.cemetery_id].append((str(grave.id), whole.name, grave.number_key))
        dead += [
            (str(burial.id), display_name(person), person.died) for burial, person in whole.burials if person
        ]
    for graves in numbers.values():
        yield from same_numbers(graves)
    yield from same_people(dead)


@dataclass(frozen=True, slots=True)
class WholeGrave:
    """A grave with its rights and burials, each with the person it needs."""

    grave: Grave
    cemetery: Cemetery
    rights: list[tuple[RightOfUse, Person | None]]
    burials: list[tuple[Burial, Person | None]]

    @property
    def name(self) -> str:
        """How sentences name it: "Kernstadt B/4/17"."""
        return f"{self.cemetery.name} {self.grave.label}"

    @property
    def right(self) -> RightOfUse | None:
        """The right a decision starts from, see `that_counts`."""
        latest_first = sorted(self.rights, key=lambda held: (-held[0].until.toordinal(), held[0].id))
        return that_counts(self.grave, (right for right, _ in latest_first))

    @property
    def rest(self) -> GraveRest:
        """The rest of the grave (rule 14)."""
        return grave_rest((burial.name_text, burial.rest_end) for burial, _ in self.burials)

    def is_right_too_short(self, on: date) -> bool:
        """Whether somebody still rests here when the right has ended; a war grave's right has no end."""
        right, rest = self.right, self.rest
        return (
            right is not None
            and not self.grave.war_grave
            and rest.end is not None
            and rest.end >= on
            and not covers(right.until, rest.end)
        )

    def is_free(self, on: date) -> bool:
        """Whether the grave can be awarded on a day (rule 14)."""
        if self.grave.blocked or self.grave.war_grave:
            return False
        return not self.rest.runs(on) and not any(self._holds(right, on) for right, _ in self.rights)

    def _holds(self, right: RightOfUse, on: date) -> bool:
        # A right that has ended keeps its grave until the clearance is recorded.
        ended = right.surrendered_on or right.until
        return ended >= on or self.grave.cleared_on is None or self.grave.cleared_on < ended

    def checked(self, kind: GraveKind | None) -> CheckedGrave:
        """As the data checks see it."""
        return CheckedGrave(
            record=str(self.grave.id),
            label=self.name,
            kind=kind,
            places=self.grave.places,
            war_grave=self.grave.war_grave,
            burials=tuple(_checked_burial(burial, person) for burial, person in self.burials),
            rights=tuple(
                _checked_right(right, holder) for right, holder in self.rights if right.surrendered_on is None
            ),
        )


def _checked_burial(burial: Burial, person: Person | None) -> CheckedBurial:
    return CheckedBurial(
        record=str(burial.id),
        name=display_name(person) if person else burial.name_text,
        form=burial.form,
        place=burial.place,
        born=person.born if person else UncertainDate(),
        died=person.died if person else UncertainDate(),
        buried=burial.buried,
        rest_end=burial.rest_end,
    )


def _checked_right(right: RightOfUse, holder: Person | None) -> CheckedRight:
    return CheckedRight(
        record=str(right.id),
        first=right.first,
        until=right.until,
        holder=display_name(holder) if holder else "",
        holder_dead=bool(holder and holder.died),
        disputed=right.disputed,
    )


def whole_graves(session: Session, cemetery: UUID | None) -> Iterator[WholeGrave]:
    """Every grave (of a cemetery) by number, in three queries over all."""
    graves = select(Grave, Cemetery).join(Cemetery, Grave.cemetery_id == Cemetery.id)
    held = select(RightOfUse, Person).outerjoin(Person, RightOfUse.holder_id == Person.id)
    lying = select(Burial, Person).outerjoin(Person, Burial.deceased_id == Person.id)
    lying = lying.where(Burial.gone_on.is_(None))
    if cemetery is not None:
        graves = graves.where(Grave.cemetery_id == cemetery)
        held = held.join(Grave, RightOfUse.grave_id == Grave.id).where(Grave.cemetery_id == cemetery)
        lying = lying.join(Grave, Burial.grave_id == Grave.id).where(Grave.cemetery_id == cemetery)
    rights: defaultdict[UUID, list[tuple[RightOfUse, Person | None]]] = defaultdict(list)
    for right, holder in session.execute(held):
        rights[right.grave_id].append((right, holder))
    burials: defaultdict[UUID, list[tuple[Burial, Person | None]]] = defaultdict(list)
    for burial, person in session.execute(lying):
        burials[burial.grave_id].append((burial, person))
    for grave, its_cemetery in session.execute(graves.order_by(Cemetery.name, Grave.number_key)):
        yield WholeGrave(grave, its_cemetery, rights[grave.id], burials[grave.id])
