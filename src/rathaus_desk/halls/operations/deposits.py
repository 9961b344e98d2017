"""The deposit ledger: received, kept for damage, paid back. It is never income, so no fee knows of it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from rathaus_desk.halls import letters, queries
from rathaus_desk.halls.records import Booking, DepositEntry, DepositKind
from rathaus_desk.halls.rules.deposit import Ledger
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.texts import bounded
from rathaus_desk.letters.facts import HallDepositReceipt, HallDepositRefund
from rathaus_desk.store.operations import Request, Work, operation

LONGEST_REMARK = 2_000


class ReceiveDeposit(Request, frozen=True, kw_only=True):
    """A deposit came in."""

    booking: UUID
    amount: Money
    on: date
    remark: str = ""
    letter: bool = True


@operation(ReceiveDeposit, name="halls.receive_deposit", title="Kaution erhalten", undoable=False)
def receive_deposit(work: Work, request: ReceiveDeposit) -> UUID:
    """Keeps it in the ledger and files the receipt; BadInput for a day ahead or nothing."""
    booking = queries.booking(work.session, request.booking)
    made = enter(work, booking, "received", request.amount, request.on, request.remark)
    if request.letter:
        facts = HallDepositReceipt(**letters.use_facts(work, [booking]), amount=request.amount, on=request.on)
        letters.file(work, "hall_deposit_receipt", facts, booking)
    return made.id


class RefundDeposit(Request, frozen=True, kw_only=True):
    """What is held of a deposit is paid back, but for what is kept (with its reason)."""

    booking: UUID
    on: date
    kept: Money = Money()
    kept_for: str = ""
    letter: bool = True


@operation(RefundDeposit, name="halls.refund_deposit", title="Kaution abrechnen", undoable=False)
def refund_deposit(work: Work, request: RefundDeposit) -> Money:
    """Settles the ledger; returns what goes back. Refused while the keys are out, or if nothing is held."""
    booking = queries.booking(work.session, request.booking)
    if booking.state == "handed_over":
        raise Refused("Die Kaution wird erst nach der Rückgabe abgerechnet.")
    held = ledger_of(work, booking).held
    if not held:
        raise Refused("Zu dieser Buchung wird keine Kaution gehalten.")
    if not Money() <= request.kept <= held:
        raise BadInput(f"Einbehalten werden können höchstens {held.german()}.")
    if request.kept and not request.kept_for.strip():
        raise BadInput("Bitte sagen Sie, wofür einbehalten wird.")
    what = (request.kept_for.strip(),) if request.kept else ()
    return settle(work, booking, request.kept, request.on, what, letter=request.letter)


def settle(
    work: Work, booking: Booking, kept: Money, on: date, kept_for: tuple[str, ...], *, letter: bool
) -> Money:
    """Keeps ``kept`` of what is held and pays back the rest, so that the ledger sums up to nothing."""
    held = ledger_of(work, booking).held
    refunded = held - kept
    if kept:
        enter(work, booking, "kept", kept, on, "; ".join(kept_for))
    if refunded:
        enter(work, booking, "refunded", refunded, on, "")
    if letter and held:
        facts = HallDepositRefund(
            **letters.use_facts(work, [booking]),
            amount=held,
            kept=kept,
            kept_for=kept_for,
            refunded=refunded,
            on=on,
        )
        letters.file(work, "hall_deposit_refund", facts, booking)
    return refunded


def enter(
    work: Work, booking: Booking, kind: DepositKind, amount: Money, on: date, remark: str
) -> DepositEntry:
    """One entry of the ledger; BadInput for a day ahead or an amount that is none."""
    if amount <= Money():
        raise BadInput("Der Betrag ist größer als null anzugeben.")
    if on > work.today:
        raise BadInput("Der Tag liegt in der Zukunft.")
    made = DepositEntry(
        booking_id=booking.id,
        kind=kind,
        on=on,
        amount=amount,
        remark=bounded(remark, LONGEST_REMARK, "Bemerkung"),
        clerk_id=work.clerk,
    )
    work.session.add(made)
    work.session.flush()
    return made


def ledger_of(work: Work, booking: Booking) -> Ledger:
    """The ledger of a booking as it stands."""
    entries = queries.deposit_entries(work.session, booking.id)
    return Ledger.of((entry.kind, entry.amount) for entry in entries)
