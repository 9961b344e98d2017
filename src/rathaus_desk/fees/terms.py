"""What a tariff says beside prices: deposit, cancellation, when it is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

from rathaus_desk.catalogue.law import LawBook
from rathaus_desk.fees.assessment import Assessment, Line
from rathaus_desk.fees.hits import missing
from rathaus_desk.fees.occasions import Counts, Fact
from rathaus_desk.fees.tariff import Cancellation, Tariff
from rathaus_desk.kernel.deadlines import ends_after
from rathaus_desk.kernel.money import Money, round_half_up


def deposit(
    tariff: Tariff, assessment: Assessment, facts: Mapping[str, Fact], counts: Counts
) -> Money | None:
    """What has to be left as security: the first rule that holds and those ``in_addition``; None: nothing.

    A percentage is of the total, rounded half up.
    """
    found: Money | None = None
    first_found = False
    for rule in tariff.deposits:
        if first_found and not rule.in_addition:
            continue
        answer = rule.rule.verdict(facts, counts)
        if isinstance(answer, str):
            raise missing(answer, rule.label or "Kaution", rule.paragraph)
        if answer:
            share = (rule.percent or Fraction(0)) / 100
            asked = rule.amount if rule.amount is not None else assessment.total.times(share)
            found = (found or Money()) + asked
            first_found = first_found or not rule.in_addition
    return found


def cancellation_fee(
    tariff: Tariff,
    assessment: Assessment,
    days_before: int,
    facts: Mapping[str, Fact],
    counts: Counts,
) -> Money:
    """What calling off so many days before the event costs; 0.00 where no step holds.

    A percentage is of the gross total without what meters show and what is charged at cost, rounded half up,
    then kept between the step's minimum and maximum.
    """
    for step in tariff.cancellations:
        if days_before <= step.more_than:
            continue
        answer = step.rule.verdict(facts, counts)
        if isinstance(answer, str):
            raise missing(answer, step.label or "Absage", step.paragraph)
        if answer:
            return _step_fee(step, assessment)
    return Money()


def _step_fee(step: Cancellation, assessment: Assessment) -> Money:
    if step.percent is None:
        return step.amount or Money()
    agreed = sum((_gross(line) for line in assessment.lines if not line.metered), Fraction(0))
    fee = Money(round_half_up(agreed * step.percent / 100))
    if step.minimum is not None:
        fee = max(fee, step.minimum)
    return fee if step.maximum is None else min(fee, step.maximum)


def due_on(
    tariff: Tariff, received_on: date, *, state: str, law: LawBook, event_day: date | None = None
) -> date:
    """When a fee has to be paid: as the tariff says, otherwise as the law table's ``fee_due`` does.

    Periods after service end on a working day (§ 193 BGB); a day before the event is that day.
    """
    if tariff.due_days_before_event is not None and event_day is not None:
        return event_day - timedelta(days=tariff.due_days_before_event)
    if tariff.due_days_after_service is not None:
        return ends_after(received_on, state, days=tariff.due_days_after_service)
    months = tariff.due_months_after_service
    if months is None:
        months = law.entry("fee_due", received_on).number("months_after_service")
    return ends_after(received_on, state, months=months)


def _gross(line: Line) -> Fraction:
    rate = line.vat_rate if line.net and line.vat_rate else Fraction(0)
    return Fraction(line.amount.cents) * (100 + rate) / 100
