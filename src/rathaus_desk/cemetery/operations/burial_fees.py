"""The fees of a burial entered before: charged later, or anew by a notice that replaces the older one."""

from __future__ import annotations

from uuid import UUID

import msgspec
from sqlalchemy import select

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.operations.charging import charge_burial
from rathaus_desk.cemetery.operations.open_grave import OpenGrave, open_grave
from rathaus_desk.cemetery.plan import BurialPlan, BurialWish, plan_burial, plan_without_extension
from rathaus_desk.cemetery.records import Burial, RightChange
from rathaus_desk.fees.records import Notice
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.people.parties import Parties, Someone
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.names import display_name
from rathaus_desk.store.operations import Request, Work, operation


class ChargeBurial(Request, frozen=True, kw_only=True):
    """What a burial costs and who owes it, all of it as it should be.

    If a notice over the burial stands, the new one replaces it: what it made due is cancelled, what was paid
    for it counts for the new one.
    """

    burial: UUID
    debtor: Someone
    former_resident_in_home: bool = False
    services: dict[str, int] = msgspec.field(default_factory=dict)
    third_party: tuple[str, ...] = ()
    prepay_clearance: bool = False


@operation(ChargeBurial, name="cemetery.charge_burial", title="Bestattungsgebühren festsetzen")
def charge(work: Work, request: ChargeBurial) -> UUID:
    """Gives the notice, by the tariff of the burial's day; returns its id.

    Refused where what the burial did to the right is not what the rules say today: the right is put in order
    first.
    """
    burial = work.session.get(Burial, request.burial)
    if burial is None:
        raise Refused("Diese Bestattung gibt es nicht (mehr).")
    if burial.buried.day is None or burial.deceased_id is None or burial.case_id is None:
        raise Refused("Zu dieser Bestattung aus einem alten Verzeichnis werden keine Gebühren festgesetzt.")
    here = open_grave(work, burial.grave_id)
    debtor = Parties(work, request.debtor).id(request.debtor)
    plan = _as_decided(work, here, burial, request)
    replaced = work.session.get(Notice, burial.notice_id) if burial.notice_id else None
    if replaced is not None:
        _give_back_prepaid(work, here, replaced)
    burial.debtor_id = debtor
    charge_burial(work, here, plan, burial, debtor, clearance=request.prepay_clearance, corrects=replaced)
    assert burial.notice_id is not None
    return burial.notice_id


def _as_decided(work: Work, here: OpenGrave, burial: Burial, request: ChargeBurial) -> BurialPlan:
    """The plan of the burial, from the grave as it was before it."""
    assert burial.buried.day is not None
    deceased = work.session.get_one(Person, burial.deceased_id)
    change = work.session.scalars(select(RightChange).where(RightChange.burial_id == burial.id)).first()
    if change is not None:
        until = change.until_before
    else:
        until = here.right.until if here.right else None
    wish = BurialWish(
        form=burial.form,
        buried=burial.buried_at or burial.buried.day,
        died=deceased.died.day,
        age=burial.age,
        name=display_name(deceased),
        place=burial.place,
        deep=burial.deep,
        stillborn=burial.stillborn or None,
        resident=burial.resident,
        former_resident_in_home=request.former_resident_in_home,
        services=request.services,
        third_party=frozenset(request.third_party),
    )
    earlier = (
        occupant
        for other, occupant in here.occupants
        if other.id != burial.id and (other.buried.earliest is None or other.buried.earliest <= wish.day)
    )
    before = queries.grave_state(here.grave, here.cemetery, until, earlier)
    plan = plan_burial(here.books.statutes, None, before, wish)
    if plan.refusals:
        raise Refused(" ".join(plan.refusals))
    if change is None:
        plan = plan_without_extension(plan, "so wurde es bei der Bestattung entschieden.")
    entered = change.until_after if change else until
    assert plan.right is not None
    if plan.right.change != "war_grave" and plan.right.until != entered:
        raise Refused(
            f"Die Bestattung braucht ein Nutzungsrecht bis {german_date(plan.right.until)}; eingetragen wurde"
            f" {f'mit ihr eines bis {german_date(entered)}' if entered else 'keines'}."
            " Bitte bringen Sie zuerst das Nutzungsrecht in Ordnung."
        )
    return plan


def _give_back_prepaid(work: Work, here: OpenGrave, replaced: Notice) -> None:
    """What the replaced notice charged in advance is no longer paid by it; what was used up stays so."""
    for item in queries.prepaid_in(work.session, here.grave.id):
        if item.paid_with == replaced.number:
            work.session.delete(item)
