"""What a clerk can do with fees: notice them, correct a notice, mark what was posted, paid or cancelled."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from rathaus_desk.catalogue.law import LawBook
from rathaus_desk.catalogue.queries import law_book
from rathaus_desk.catalogue.records import CatalogueVersion
from rathaus_desk.fees import queries
from rathaus_desk.fees.assessment import Assessment
from rathaus_desk.fees.records import (
    NOTICES,
    REFERENCES,
    DueItem,
    KeptAssessment,
    Notice,
    Payment,
    plain_line,
)
from rathaus_desk.fees.rules import check_payment, notice_dates, payment_reference
from rathaus_desk.fees.tariff import Tariff
from rathaus_desk.fees.tariff_kind import tariff_of_version
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.texts import bounded, worded
from rathaus_desk.letters.operations import kept, mark_dispatched
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.town import queries as town

LONGEST_REASON = 2_000
"""Characters of a reason or remark."""


def keep_assessment(
    work: Work, assessment: Assessment, version: CatalogueVersion, *, case: UUID, on: date
) -> KeptAssessment:
    """Keeps what was assessed by a tariff version for a day, line by line with its reasons."""
    kept = KeptAssessment(
        case_id=case,
        tariff_version_id=version.id,
        tariff_sha256=version.sha256,
        tariff_title=assessment.title,
        assessed_for=on,
        lines=[plain_line(line) for line in assessment.lines],
        net=assessment.net,
        vat=assessment.vat,
        total=assessment.total,
        vat_by_rate={str(rate): vat.cents for rate, vat in assessment.vat_by_rate.items()},
        notes=list(assessment.vat_notes),
    )
    work.session.add(kept)
    return kept


def give_notice(
    work: Work,
    *,
    act: str,
    title: str,
    case: UUID,
    recipient: UUID,
    assessment: KeptAssessment | None,
    corrects: Notice | None = None,
) -> Notice:
    """A notice dated today, as if posted today, and what it makes due. No assessment: nothing is charged.

    ``act``: the kind of act in the law table (``fee_notice``, ``extension_notice``, ``transfer_notice``).
    With ``corrects`` the older notice is replaced: what it made due is cancelled, what was paid for it counts
    for this one.
    """
    if corrects is not None:
        _refuse_second_correction(work, corrects)
    tariff = _tariff(work, assessment)
    dates = notice_dates(
        work.today,
        act=act,
        tariff=tariff,
        state=town.town(work.session).state,
        law=law_book(work.session),
        event_day=assessment.assessed_for if assessment else None,
    )
    series = f"{NOTICES}-{work.today.year}"
    notice = Notice(
        number=f"{series}-{work.number(series):05d}",
        act=act,
        title=title,
        case_id=case,
        recipient_id=recipient,
        assessment_id=assessment.id if assessment else None,
        corrects_id=corrects.id if corrects else None,
        dated_on=work.today,
        received_on=dates.received_on,
        appeal_until=dates.appeal_until,
        service_source=dates.service.source,
        appeal_source=dates.appeal.source,
    )
    work.session.add(notice)
    made = None
    if assessment is not None and assessment.total and dates.due_on is not None:
        made = _make_due(work, notice, assessment.total, dates.due_on)
    if corrects is not None:
        _replace(work, corrects, notice, made)
    return notice


def _tariff(work: Work, assessment: KeptAssessment | None) -> Tariff | None:
    if assessment is None:
        return None
    version = work.session.get_one(CatalogueVersion, assessment.tariff_version_id)
    return tariff_of_version(version)


def _make_due(work: Work, notice: Notice, amount: Money, due_on: date) -> DueItem:
    year = work.today.year
    item = DueItem(
        notice_id=notice.id,
        case_id=notice.case_id,
        debtor_id=notice.recipient_id,
        title=notice.title,
        amount=amount,
        reference=payment_reference(year, work.number(f"{REFERENCES}-{year}")),
        due_on=due_on,
    )
    work.session.add(item)
    return item


def _refuse_second_correction(work: Work, notice: Notice) -> None:
    newer = work.session.scalars(select(Notice).where(Notice.corrects_id == notice.id)).first()
    if newer is not None:
        raise Refused(f"Der Bescheid {notice.number} ist schon durch {newer.number} ersetzt.")


def _replace(work: Work, old: Notice, new: Notice, made: DueItem | None) -> None:
    for item in queries.due_items_of(work.session, old.id):
        if item.cancelled_on is None:
            item.cancelled_on = work.today
            item.cancel_reason = f"ersetzt durch Bescheid {new.number}"
        if made is not None:
            for payment in queries.payments_of(work.session, item.id):
                payment.due_item_id = made.id


class Dispatch(Request, frozen=True, kw_only=True):
    """Letters left the house on a day; from then on the periods of the notices among them run."""

    letters: tuple[UUID, ...]
    posted_on: date


@operation(Dispatch, name="fees.dispatch", title="Post ausgegangen", undoable=False)
def dispatch(work: Work, request: Dispatch) -> None:
    """Records the day on every letter and notice; Refused if one of them went out before: then none does."""
    law = law_book(work.session)
    for letter in (kept(work, one) for one in request.letters):
        mark_dispatched(work, letter, request.posted_on)
        notice = work.session.get(Notice, letter.about_id)
        if notice is not None:
            mark_posted(work, notice, request.posted_on, law)


def mark_posted(work: Work, notice: Notice, posted_on: date, law: LawBook) -> None:
    """Fixes the day of posting and what follows from it.

    Refused if it was posted before, BadInput for a day before its date.
    """
    if notice.posted_on is not None:
        raise Refused(f"Der Bescheid {notice.number} ist schon zur Post gegeben.")
    if posted_on < notice.dated_on:
        raise BadInput("Ein Bescheid kann nicht vor seinem Datum zur Post gegeben werden.")
    assessment = work.session.get_one(KeptAssessment, notice.assessment_id) if notice.assessment_id else None
    tariff = _tariff(work, assessment)
    dates = notice_dates(
        posted_on,
        act=notice.act,
        tariff=tariff,
        state=town.town(work.session).state,
        law=law,
        event_day=assessment.assessed_for if assessment else None,
    )
    notice.posted_on = posted_on
    notice.received_on, notice.appeal_until = dates.received_on, dates.appeal_until
    notice.service_source, notice.appeal_source = dates.service.source, dates.appeal.source
    for item in queries.due_items_of(work.session, notice.id):
        if dates.due_on is not None:
            item.due_on = dates.due_on


class RecordPayment(Request, frozen=True, kw_only=True):
    """Money came for a due item; a negative amount was paid out."""

    due_item: UUID
    paid_on: date
    amount: Money
    remark: str = ""


@operation(RecordPayment, name="fees.record_payment", title="Zahlung verbuchen", undoable=False)
def record_payment(work: Work, request: RecordPayment) -> UUID:
    """Keeps the payment; part payments and overpayments are both possible and shown as such."""
    item = work.session.get_one(DueItem, request.due_item)
    check_payment(
        request.amount,
        request.paid_on,
        today=work.today,
        cancelled=item.cancelled_on is not None,
        reference=item.reference,
    )
    payment = Payment(
        due_item_id=item.id,
        paid_on=request.paid_on,
        amount=request.amount,
        remark=bounded(request.remark, LONGEST_REASON, "Bemerkung"),
        clerk_id=work.clerk,
    )
    work.session.add(payment)
    return payment.id


class CancelDueItem(Request, frozen=True, kw_only=True):
    """What was due is due no longer."""

    due_item: UUID
    reason: str


@operation(CancelDueItem, name="fees.cancel_due_item", title="Forderung stornieren")
def cancel_due_item(work: Work, request: CancelDueItem) -> UUID:
    """Cancels with a reason, which must be given; Refused if it was cancelled before."""
    item = work.session.get_one(DueItem, request.due_item)
    if item.cancelled_on is not None:
        raise Refused(f"Die Forderung {item.reference} ist schon storniert: {item.cancel_reason}.")
    reason = worded(request.reason, LONGEST_REASON, "Begründung")
    item.cancelled_on, item.cancel_reason = work.today, reason
    return item.id
