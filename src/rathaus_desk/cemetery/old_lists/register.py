"""What the register holds of the graves and people that an old list names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.old_lists.grave_list import GraveList
from rathaus_desk.cemetery.old_lists.listed import ListedBurial, ListedPerson, ListedRight, ListedRow
from rathaus_desk.cemetery.old_lists.same_people import LIKELY, profile_of
from rathaus_desk.cemetery.records import Burial, Grave, ImportedRow, RightOfUse
from rathaus_desk.kernel.names import fold
from rathaus_desk.lists.rows import Doubt
from rathaus_desk.people import queries as people_queries
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.duplicates import Profile, compare
from rathaus_desk.people.rules.names import list_name, sounds

_CHUNK = 500


class KnownGrave:
    """What the register holds of one grave; nothing of one that is new."""

    def __init__(self, session: Session, grave: Grave | None = None) -> None:
        self.burials: dict[UUID, Burial] = {}
        self.rights: dict[UUID, RightOfUse] = {}
        self._imported: list[ImportedRow] = []
        self._people: dict[UUID, Person] = {}
        if grave is None:
            return
        self.burials = {burial.id: burial for burial in queries.burials_in(session, grave.id)}
        self.rights = {right.id: right for right in reversed(queries.rights_in(session, grave.id))}
        self._imported = list(session.scalars(select(ImportedRow).where(ImportedRow.grave_id == grave.id)))
        ids = [burial.deceased_id for burial in self.burials.values()]
        ids += [right.holder_id for right in self.rights.values()]
        self._people = people_queries.people(session, filter(None, ids))

    def matched(self, fresh: Sequence[ListedRow], listed: set[str]) -> dict[str, ImportedRow]:
        """Content → the row it replaces: one about the same people, or the only one left about alike ones."""
        gone = [row for row in self._imported if row.content not in listed]
        found: dict[str, ImportedRow] = {}
        for row in fresh:
            for old in gone:
                if old.identity == row.identity:
                    found[row.content] = old
                    gone.remove(old)
                    break
        left = [row for row in fresh if row.content not in found]
        for row in left:
            alike = [old for old in gone if self._alike(row, old)]
            if len(alike) == 1:
                found[row.content] = alike[0]
                gone.remove(alike[0])
        return found

    def _alike(self, row: ListedRow, old: ImportedRow) -> bool:
        """Whether both bury people that may be the same, or neither buries anybody and no others are left."""
        listed = {person.key: person for person in row.people}
        dead = [listed[burial.deceased] for burial in row.burials if burial.deceased]
        before = [self.burials.get(UUID(id_)) for id_ in old.made["burials"]]
        known = [
            self._people[burial.deceased_id]
            for burial in before
            if burial and burial.deceased_id in self._people
        ]
        if not row.burials and not before:
            return True
        return len(dead) == len(known) > 0 and all(
            compare(profile_of(one), Profile.of(other)).suggested
            for one, other in zip(dead, known, strict=True)
        )

    def holder_called(self, name: str) -> UUID | None:
        """Who holds a right in the grave and is called so."""
        for right in self.rights.values():
            person = self._people.get(right.holder_id) if right.holder_id else None
            if person is not None and fold(list_name(person)) == fold(name):
                return person.id
        return None

    def burial_like(self, listed: ListedBurial, deceased: ListedPerson | None) -> UUID | None:
        """The burial of the same person, as another list or a clerk may have entered it."""
        if deceased is None or not (deceased.details.died or listed.buried):
            return None
        for burial in self.burials.values():
            person = self._people.get(burial.deceased_id) if burial.deceased_id else None
            if person is None or fold(list_name(person)) != fold(list_name_of(deceased)):
                continue
            died, buried = (person.died, deceased.details.died), (burial.buried, listed.buried)
            if any(one.known and one == other for one, other in (died, buried)):
                return burial.id
        return None

    def right_like(self, listed: ListedRight, holder: UUID | None) -> UUID | None:
        """The right that ends on the same day and is held by the same person, or by nobody known."""
        for right in self.rights.values():
            if right.until == listed.until and (holder is None or right.holder_id in (holder, None)):
                return right.id
        return None


def propose_known(session: Session, listed: GraveList, new: set[str]) -> Iterator[Doubt]:
    """People of the list who may be in the register already: proposed, never merged by themselves."""
    people: dict[str, tuple[ListedPerson, int]] = {}
    for grave in listed.graves:
        for row in grave.rows:
            for person in row.people:
                if person.key in new and person.details.kind == "natural" and person.details.given_names:
                    people.setdefault(person.key, (person, row.line))
    by_sound: defaultdict[str, list[tuple[ListedPerson, int]]] = defaultdict(list)
    for person, line in people.values():
        details = person.details
        sound, _ = sounds(details.kind, details.family_name, details.organisation, details.birth_name)
        by_sound[sound].append((person, line))
    by_sound.pop("", None)
    for some in chunks(list(by_sound)):
        ids = session.scalars(select(Person.id).where(Person.sound.in_(some), Person.kind == "natural")).all()
        names = people_queries.people(session, ids)
        for known, profile in people_queries.profiles(session, ids).items():
            for person, line in by_sound[names[known].sound]:
                likeness = compare(profile_of(person), profile)
                if likeness.score >= LIKELY:
                    yield Doubt(
                        line,
                        "",
                        list_name_of(person),
                        f"vielleicht schon im Register: „{list_name(names[known])}“"
                        f" ({', '.join(likeness.reasons)}): vorgeschlagen, nicht zusammengeführt",
                    )


def list_name_of(person: ListedPerson) -> str:
    """The name of a listed person as lists are sorted."""
    return list_name(person.details)


def chunks(keys: list[str]) -> Iterator[list[str]]:
    """``keys`` in pieces that fit into one query."""
    return (keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK))
