"""The people an operation is about: known ones by their id, new ones with what is known of them."""

from __future__ import annotations

from uuid import UUID

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.people import queries as people
from rathaus_desk.people.operations import EnterPerson, enter_person
from rathaus_desk.store.operations import Work

Someone = UUID | EnterPerson
"""A person of the register, or a new one to enter."""


class Parties:
    """Everybody of one request, in the register: a new person who has two roles in it is entered once."""

    def __init__(self, work: Work, *everyone: Someone | None) -> None:
        """Enters who is new. BadInput if somebody is not in the register (any more)."""
        known = [someone for someone in everyone if isinstance(someone, UUID)]
        if len(people.people(work.session, known)) < len(set(known)):
            raise BadInput("Diese Person gibt es nicht (mehr).")
        self._entered: list[tuple[EnterPerson, UUID]] = []
        for someone in everyone:
            if isinstance(someone, EnterPerson) and not any(one == someone for one, _ in self._entered):
                self._entered.append((someone, enter_person(work, someone)))
        work.session.flush()

    def id(self, someone: Someone) -> UUID:
        """The id of one of them."""
        if isinstance(someone, UUID):
            return someone
        return next(person for entered, person in self._entered if entered == someone)

    def id_or_none(self, someone: Someone | None) -> UUID | None:
        """As `id`; None for nobody."""
        return None if someone is None else self.id(someone)
