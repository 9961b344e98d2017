"""Decisions about notices and what is due: dates, references, the state of an open item. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from rathaus_desk.catalogue.law import LawBook, LawEntry
from rathaus_desk.fees.tariff import Tariff
from rathaus_desk.fees.terms import due_on
from rathaus_desk.kernel.deadlines import ends_after, received_on
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import german_date

DueState = Literal["open", "partly", "paid", "overpaid", "cancelled"]

DUE_STATES: dict[DueState, str] = {
    "open": "offen",
    "partly": "teilweise bezahlt",
    "paid": "bezahlt",
    "overpaid": "überzahlt",
    "cancelled": "storniert",
}
"""State → how clerks call it."""

SERVICE_OF_FEES = "service_by_letter.ao"
SERVICE_OF_OTHERS = "service_by_letter.hvwvfg"


@dataclass(frozen=True, slots=True)
class NoticeDates:
    """What follows from posting a notice on a day, with the law that says so."""

    posted_on: date
    received_on: date
    appeal_until: date
    due_on: date | None
    """None where nothing is charged."""
    service: LawEntry
    appeal: LawEntry


def notice_dates(
    posted_on: date,
    *,
    act: str,
    tariff: Tariff | None,
    state: str,
    law: LawBook,
    event_day: date | None = None,
) -> NoticeDates:
    """When a posted notice counts as received, until when it can be appealed, when its fee is due.

    ``act`` names the kind of act in the law table (``appeal.<act>``). With a ``tariff`` something is charged
    and the letter is served by the rules for local fees (§ 122 AO), otherwise by § 41 HVwVfG. Some tariffs
    count back from the ``event_day``.
    """
    service = law.entry(SERVICE_OF_FEES if tariff else SERVICE_OF_OTHERS, posted_on)
    received = received_on(posted_on, service.number("days"), state, shift=service.flag("shift"))
    appeal = law.entry(f"appeal.{act}", posted_on)
    return NoticeDates(
        posted_on=posted_on,
        received_on=received,
        appeal_until=ends_after(received, state, months=appeal.number("months")),
        due_on=(due_on(tariff, received, state=state, law=law, event_day=event_day) if tariff else None),
        service=service,
        appeal=appeal,
    )


def payment_reference(year: int, number: int) -> str:
    """The ISO 11649 reference of an open item: ``RF``, two check digits, year and number.

    The check digits make reference and ``RF`` leave 1 modulo 97; ``number`` is unique in its year.
    """
    from stdnum.iso7064 import mod_97_10

    body = f"{year:04d}{number:06d}"
    return f"RF{mod_97_10.calc_check_digits(f'{body}RF')}{body}"


def due_state(amount: Money, paid: Money, *, cancelled: bool) -> DueState:
    """The state of an open item, derived from what was paid. A negative amount is paid out to the debtor."""
    if cancelled:
        return "cancelled"
    if not paid and amount:
        return "open"
    asked, came = abs(amount.cents), paid.cents if amount.cents >= 0 else -paid.cents
    if came < asked:
        return "partly"
    return "paid" if came == asked else "overpaid"


def check_payment(amount: Money, paid_on: date, *, today: date, cancelled: bool, reference: str) -> None:
    """Whether a payment may be recorded; raises ``BadInput`` (nothing, in the future) or ``Refused``."""
    if not amount:
        raise BadInput("Eine Zahlung über 0,00 € gibt es nicht.")
    if paid_on > today:
        raise BadInput(f"Die Zahlung liegt in der Zukunft ({german_date(paid_on)}).")
    if cancelled:
        raise Refused(f"Die Forderung {reference} ist storniert; es kann keine Zahlung verbucht werden.")
