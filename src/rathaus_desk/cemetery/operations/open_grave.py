"""A grave to decide about, read once: who holds it, who lies there, and the books that decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.books import Books, books_of
from rathaus_desk.cemetery.plan import BurialPlan, GraveState
from rathaus_desk.cemetery.records import Burial, Cemetery, Grave, RightOfUse
from rathaus_desk.cemetery.rules.capacity import Occupant
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.periods import german_date
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
    disputed: bool = False

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

    @property
    def obstacle(self) -> str:
        """Why nothing can be decided about it now; "" if nothing stands in the way."""
        if self.grave.blocked:
            return f"{self.name} ist gesperrt: {self.grave.blocked}"
        if self.disputed:
            return (
                f"{self.name}: mehrere Nutzungsrechte widersprechen sich. Bitte zuerst klären, welches gilt."
            )
        return ""


def open_grave(work: Work, grave_id: UUID) -> OpenGrave:
    """The grave; Refused while it is blocked or a right in it is disputed, CannotWork without its books."""
    found = look_at(work.session, grave_id)
    if found.obstacle:
        raise Refused(found.obstacle)
    return found


def look_at(session: Session, grave_id: UUID) -> OpenGrave:
    """The grave as it is, blocked or not; CannotWork without its books."""
    grave = queries.grave(session, grave_id)
    cemetery = session.get_one(Cemetery, grave.cemetery_id)
    rights = queries.rights_in(session, grave.id)
    return OpenGrave(
        grave=grave,
        cemetery=cemetery,
        right=queries.that_counts(grave, rights),
        last_right=queries.last_right(rights),
        occupants=queries.occupants_of(session, grave.id),
        books=books_of(session, cemetery),
        disputed=any(right.disputed for right in rights),
    )


def burial_warnings(here: OpenGrave, plan: BurialPlan) -> tuple[str, ...]:
    """Everything that must be confirmed before a burial is entered."""
    since = here.uncleared_since(plan.wish.day)
    if since is None or here.right is not None or plan.right is None or plan.right.award is None:
        return plan.warnings
    return (
        *plan.warnings,
        f"Das frühere Nutzungsrecht wurde zum {german_date(since)} zurückgegeben; eine Abräumung ist"
        " nicht eingetragen.",
    )
