"""What a clerk can see of fees: notices, what is due, what was paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Integer, func, select, type_coerce
from sqlalchemy.orm import Session

from rathaus_desk.fees.records import DueItem, KeptAssessment, Notice, Payment
from rathaus_desk.fees.rules import DueState, due_state
from rathaus_desk.kernel.money import Money, total
from rathaus_desk.people import queries as people
from rathaus_desk.people.rules.names import list_name

_FEW = 500


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A due item as lists show it. ``open``: what is still owed (negative: paid too much)."""

    id: UUID
    reference: str
    debtor: str
    title: str
    amount: Money
    paid: Money
    due_on: date
    state: DueState
    notice: str
    notice_date: date
    cancel_reason: str = ""

    @property
    def open(self) -> Money:
        """What is still owed; nothing once it was cancelled."""
        return Money() if self.state == "cancelled" else self.amount - self.paid

    def days_overdue(self, on: date) -> int:
        """Days since it should have been paid; 0 if it is not overdue."""
        late = self.state in ("open", "partly") and on > self.due_on
        return (on - self.due_on).days if late else 0


def notices_of(session: Session, case: UUID) -> Sequence[Notice]:
    """The notices of a case, the oldest first."""
    query = select(Notice).where(Notice.case_id == case)
    return session.scalars(query.order_by(Notice.dated_on, Notice.number)).all()


def assessment_of(session: Session, notice: Notice) -> KeptAssessment | None:
    """What a notice charges; None if nothing."""
    return None if notice.assessment_id is None else session.get(KeptAssessment, notice.assessment_id)


def due_items_of(session: Session, notice: UUID) -> Sequence[DueItem]:
    """What a notice made due."""
    return session.scalars(select(DueItem).where(DueItem.notice_id == notice).order_by(DueItem.id)).all()


def payments_of(session: Session, due_item: UUID) -> Sequence[Payment]:
    """What was paid for a due item, the oldest first."""
    query = select(Payment).where(Payment.due_item_id == due_item)
    return session.scalars(query.order_by(Payment.paid_on, Payment.id)).all()


def due_item_with(session: Session, reference: str) -> DueItem | None:
    """The due item of a payment reference, blanks and case aside."""
    compact = "".join(reference.split()).upper()
    return session.scalars(select(DueItem).where(DueItem.reference == compact)).first()


def due_items(session: Session) -> list[OpenItem]:
    """Everything that is or was due, by day and reference."""
    return shown(session, session.scalars(select(DueItem)).all())


def open_items(session: Session) -> list[OpenItem]:
    """What is still owed, by day and reference."""
    query = select(DueItem).where(DueItem.cancelled_on.is_(None))
    return [item for item in shown(session, session.scalars(query).all()) if item.open]


def overdue(session: Session, on: date) -> int:
    """How many due items should have been paid before ``on`` and are not."""
    paid = (
        select(func.coalesce(func.sum(Payment.amount), 0))
        .where(Payment.due_item_id == DueItem.id, Payment.deleted_at.is_(None))
        .correlate(DueItem)
        .scalar_subquery()
    )
    query = select(func.count()).select_from(DueItem)
    query = query.where(DueItem.due_on < on, DueItem.cancelled_on.is_(None))
    return session.scalar(query.where(type_coerce(DueItem.amount, Integer) > type_coerce(paid, Integer))) or 0


def shown(session: Session, items: Iterable[DueItem]) -> list[OpenItem]:
    """Due items as lists show them, by day and reference."""
    listed = list(items)
    payments, charging = select(Payment.due_item_id, Payment.amount), select(Notice)
    if len(listed) <= _FEW:
        payments = payments.where(Payment.due_item_id.in_([item.id for item in listed]))
        charging = charging.where(Notice.id.in_([item.notice_id for item in listed]))
    paid: defaultdict[UUID, list[Money]] = defaultdict(list)
    for due_item, amount in session.execute(payments):
        paid[due_item].append(amount)
    notices = {notice.id: notice for notice in session.scalars(charging)}
    debtors = people.people(session, {item.debtor_id for item in listed})
    shown = []
    for item in listed:
        came = total(tuple(paid[item.id]))
        debtor = debtors.get(item.debtor_id)
        notice = notices[item.notice_id]
        shown.append(
            OpenItem(
                id=item.id,
                reference=item.reference,
                debtor=list_name(debtor) if debtor else "",
                title=item.title,
                amount=item.amount,
                paid=came,
                due_on=item.due_on,
                state=due_state(item.amount, came, cancelled=item.cancelled_on is not None),
                notice=notice.number,
                notice_date=notice.dated_on,
                cancel_reason=item.cancel_reason,
            )
        )
    return sorted(shown, key=lambda item: (item.due_on, item.reference))
