"""A grave to decide about, read once: who holds it, who lies there, and the books that decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.books import Books, books_of
from rathaus_desk.cemetery.plan import GraveState
from rathaus_desk.cemetery.records import Burial, Cemetery, Grave, RightOfUse
from rathaus_desk.cemetery.rules.capacity import Occupant
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.store.operations import Work


@dataclass(frozen=True, slots=True)
class OpenGrave:
    """``right``: the one decisions start from (see `queries.that_counts`); ``last_right``: the one that ends
    last, though it was handed back or the grave was cleared since.
    """

    grave: Grave
    cemetery: Cemetery
    right: RightOfUse | None
    last_right: RightOfUse | None
    occupants: tuple[tuple[Burial, Occupant], ...]
    books: Books

    @property
    def name(self) -> str:
        """How sentences name it: "Kernstadt B/4/17"."""
        return f"{self.cemetery.name} {self.grave.label}"

    @property
    def state(self) -> GraveState:
        """The grave as decisions take it."""
        until = self.right.until if self.right else None
        return queries.grave_state(self.grave, self.cemetery, until, (one for _, one in self.occupants))

    def uncleared_since(self, on: date) -> date | None:
        """The last day of a right that has ended by ``on``, if no clearance was recorded since (rule 14)."""
        if self.last_right is None:
            return None
        ended = self.last_right.surrendered_on or self.last_right.until
        cleared = self.grave.cleared_on is not None and self.grave.cleared_on >= ended
        return None if cleared or ended >= on else ended

    def held(self) -> RightOfUse:
        """The right; Refused if there is none."""
        if self.right is None:
            raise Refused(f"An der Grabstätte {self.name} besteht kein Nutzungsrecht.")
        return self.right


def open_grave(work: Work, grave_id: UUID) -> OpenGrave:
    """The grave; Refused while it is blocked or a right in it is disputed, CannotWork without its books."""
    session = work.session
    grave = queries.grave(session, grave_id)
    cemetery = session.get_one(Cemetery, grave.cemetery_id)
    rights = queries.rights_in(session, grave.id)
    found = OpenGrave(
        grave=grave,
        cemetery=cemetery,
        right=queries.that_counts(grave, rights),
        last_right=queries.last_right(rights),
        occupants=queries.occupants_of(session, grave.id),
        books=books_of(session, cemetery),
    )
    if grave.blocked:
        raise Refused(f"{found.name} ist gesperrt: {grave.blocked}")
    if any(right.disputed for right in rights):
        raise Refused(
            f"{found.name}: mehrere Nutzungsrechte widersprechen sich. Bitte zuerst klären, welches gilt."
        )
    return found
