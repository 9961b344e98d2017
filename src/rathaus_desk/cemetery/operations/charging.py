"""What a decision costs and what is written about it: assessment, notice, due item, letter."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from rathaus_desk.cemetery import letters, queries
from rathaus_desk.cemetery.assessing import (
    EventName,
    burial_occasions,
    clearance_in_advance,
    decision_occasions,
)
from rathaus_desk.cemetery.operations.open_grave import OpenGrave
from rathaus_desk.cemetery.plan import BurialPlan, GraveDecision
from rathaus_desk.cemetery.records import Burial, PrepaidItem
from rathaus_desk.fees.engine import Occasion, assess, items_for
from rathaus_desk.fees.operations import give_notice, keep_assessment
from rathaus_desk.fees.records import Notice
from rathaus_desk.letters.operations import compose_and_file
from rathaus_desk.store.operations import Work
from rathaus_desk.town.operations import case_for
from rathaus_desk.town.records import Case


@dataclass(frozen=True, slots=True)
class Matter:
    """What a notice is about: the event, the title of its case, and how the letter goes on after "für"."""

    event: EventName
    title: str
    occasion: str


def charge_burial(
    work: Work,
    here: OpenGrave,
    plan: BurialPlan,
    burial: Burial,
    debtor: UUID,
    *,
    clearance: bool,
    corrects: Notice | None = None,
) -> None:
    """Assesses a burial by the tariff of its day, and files the fee notice to who owes it.

    With ``clearance`` the later clearance is charged too and kept as paid in advance.
    """
    _, tariff = here.books.tariff(plan.wish.day)
    later = clearance_in_advance(plan, tariff, state=here.books.state) if clearance else None
    occasions = burial_occasions(plan, tariff, state=here.books.state)
    occasions = (*occasions, later) if later and occasions else occasions
    assert burial.case_id is not None
    charged = _give(
        work,
        here,
        occasions,
        act="fee_notice",
        title=f"Gebühren: Bestattung {plan.wish.name}",
        case=burial.case_id,
        debtor=debtor,
        on=plan.wish.day,
        corrects=corrects,
    )
    burial.notice_id = charged.notice.id
    work.session.flush()
    if later is not None:
        _keep_prepaid(work, here, charged, {item.key for item in items_for(tariff, later)})
    facts = letters.fee_notice(work, here.books, charged, grave=here.grave, plan=plan)
    compose_and_file(
        work, "fee_notice", facts, about=charged.notice.id, case=burial.case_id, recipient=debtor
    )


def _keep_prepaid(work: Work, here: OpenGrave, charged: letters.Charged, items: Collection[str]) -> None:
    """The lines of these items are work paid in advance; what was paid before is none."""
    for line in charged.assessment.kept_lines if charged.assessment else ():
        if line.key in items and line.amount:
            work.session.add(
                PrepaidItem(
                    grave_id=here.grave.id,
                    item=line.key,
                    label=line.label,
                    amount=line.amount,
                    paid_with=charged.notice.number,
                )
            )


def use_prepaid(work: Work, here: OpenGrave, decision: GraveDecision, name: EventName) -> None:
    """What was paid in advance for an event is used up now that it takes place."""
    paid = queries.prepaid_in(work.session, here.grave.id)
    if not paid:
        return
    _, tariff = here.books.tariff(decision.on)
    occasions = decision_occasions(name, decision, tariff, state=here.books.state)
    used = {item.key for occasion in occasions[:1] for item in items_for(tariff, occasion)}
    for prepaid in paid:
        if prepaid.item in used:
            prepaid.used_on = decision.on


def confirm_to_undertaker(work: Work, here: OpenGrave, plan: BurialPlan, burial: Burial) -> None:
    """Files the confirmation of the appointment to the undertaker, if there is one and the time is fixed."""
    if burial.undertaker_id is None or burial.buried_at is None:
        return
    facts = letters.burial_confirmation(work, here.books, grave=here.grave, plan=plan, burial=burial)
    compose_and_file(
        work,
        "burial_confirmation",
        facts,
        about=burial.id,
        case=burial.case_id,
        recipient=burial.undertaker_id,
    )


def charge_decision(
    work: Work,
    here: OpenGrave,
    name: EventName,
    decision: GraveDecision,
    *,
    case: Case,
    debtor: UUID,
    title: str,
) -> letters.Charged:
    """Assesses a decision without a burial by the tariff of its day, and gives the notice (no letter yet)."""
    _, tariff = here.books.tariff(decision.on)
    occasions = decision_occasions(name, decision, tariff, state=here.books.state)
    act = {
        "extension": "extension_notice",
        "reacquisition": "extension_notice",
        "transfer": "transfer_notice",
    }
    charged = _give(
        work,
        here,
        occasions,
        act=act.get(name, "fee_notice"),
        title=title,
        case=case.id,
        debtor=debtor,
        on=decision.on,
    )
    work.session.flush()
    return charged


def notice_over(
    work: Work,
    here: OpenGrave,
    decision: GraveDecision,
    matter: Matter,
    *,
    debtor: UUID | None,
    case: UUID | None,
) -> None:
    """Charges a decision that has no letter of its own, and files its fee notice; no debtor: nothing."""
    if debtor is None:
        return
    its_case = case_for(work, case, matter.title)
    charged = charge_decision(
        work, here, matter.event, decision, case=its_case, debtor=debtor, title=matter.title
    )
    if charged.assessment is not None:
        facts = letters.decision_notice(
            work, here.books, charged, matter.title, matter.occasion, decision.reasons
        )
        compose_and_file(
            work, "fee_notice", facts, about=charged.notice.id, case=its_case.id, recipient=debtor
        )


def _give(
    work: Work,
    here: OpenGrave,
    occasions: Sequence[Occasion],
    *,
    act: str,
    title: str,
    case: UUID,
    debtor: UUID,
    on: date,
    corrects: Notice | None = None,
) -> letters.Charged:
    version, tariff = here.books.tariff(on)
    prepaid = [item.item for item in queries.prepaid_in(work.session, here.grave.id)]
    assessment = assess(tariff, occasions, prepaid=prepaid) if occasions else None
    kept = None
    if assessment is not None and assessment.lines:
        kept = keep_assessment(work, assessment, version, case=case, on=on)
    notice = give_notice(
        work, act=act, title=title, case=case, recipient=debtor, assessment=kept, corrects=corrects
    )
    return letters.Charged(notice, kept)
