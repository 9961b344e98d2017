"""The people a decision is about: known ones by their id, new ones with what is known of them."""

from __future__ import annotations

from uuid import UUID

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.people.operations import EnterPerson, enter_person
from rathaus_desk.people.records import Person
from rathaus_desk.store.operations import Work

Someone = UUID | EnterPerson
"""A person of the register, or a new one to enter."""


class Parties:
    """The people of one request: a new one who has two roles in it is entered once."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self._entered: list[tuple[EnterPerson, UUID]] = []

    def id(self, someone: Someone) -> UUID:
        """Their id; a new person is entered. BadInput if there is no such person."""
        for known, known_id in self._entered:
            if known == someone:
                return known_id
        found = person_id(self.work, someone)
        if isinstance(someone, EnterPerson):
            self._entered.append((someone, found))
        return found

    def id_or_none(self, someone: Someone | None) -> UUID | None:
        """As `id`; None for nobody."""
        return None if someone is None else self.id(someone)


def person_id(work: Work, someone: Someone) -> UUID:
    """Their id; a new person is entered. BadInput if there is no such person."""
    if isinstance(someone, EnterPerson):
        return enter_person(work, someone)
    found = work.session.get(Person, someone)
    if found is None or found.deleted_at is not None:
        raise BadInput("Diese Person gibt es nicht (mehr).")
    return found.id


def person_id_or_none(work: Work, someone: Someone | None) -> UUID | None:
    """As `person_id`; None for nobody."""
    return None if someone is None else person_id(work, someone)
