"""What a burial would bring with it, worked out while somebody types: the plan and its price. Reads only.

The same functions decide as in the operation (`plan_burial`, `burial_occasions`, `assess`), so what is shown
is what will be written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.assessing import burial_occasions, clearance_in_advance
from rathaus_desk.cemetery.operations.open_grave import OpenGrave, burial_warnings, look_at
from rathaus_desk.cemetery.plan import BurialPlan, BurialWish, plan_burial, plan_without_extension
from rathaus_desk.fees.engine import Assessment, assess
from rathaus_desk.kernel.errors import DeskError


@dataclass(frozen=True, slots=True)
class Foresight:
    """What follows. ``unpriced``: why there is no price yet; ``clearable``: a clearance can be paid ahead."""

    here: OpenGrave
    plan: BurialPlan
    warnings: tuple[str, ...]
    assessment: Assessment | None = None
    unpriced: str = ""
    clearable: bool = False

    @property
    def refused(self) -> str:
        """Why it cannot be done; "" if it can."""
        return self.here.obstacle or " ".join(self.plan.refusals)


def foresee_burial(
    session: Session,
    grave: UUID,
    wish: BurialWish,
    *,
    died: date | None = None,
    without_extension: str = "",
    clearance: bool = False,
) -> Foresight:
    """What the burial would bring. Refused or CannotWork where nothing can be decided at all."""
    here = look_at(session, grave)
    law = here.books.burial_law(died or wish.day)
    plan = plan_burial(here.books.statutes, law, here.state, wish)
    if without_extension.strip():
        plan = plan_without_extension(plan, without_extension.strip())
    found = Foresight(here, plan, burial_warnings(here, plan))
    if found.refused:
        return found
    try:
        return _priced(session, found, clearance=clearance)
    except DeskError as error:
        return Foresight(here, plan, found.warnings, unpriced=str(error))


def _priced(session: Session, found: Foresight, *, clearance: bool) -> Foresight:
    here, plan = found.here, found.plan
    _, tariff = here.books.tariff(plan.wish.day)
    later = clearance_in_advance(plan, tariff, state=here.books.state)
    occasions = burial_occasions(plan, tariff, state=here.books.state)
    if clearance and later and occasions:
        occasions = (*occasions, later)
    prepaid = [item.item for item in queries.prepaid_in(session, here.grave.id)]
    assessment = assess(tariff, occasions, prepaid=prepaid) if occasions else None
    return Foresight(here, plan, found.warnings, assessment, clearable=later is not None)
