"""What becomes of a booking: option, approval, agreement, rejection, cancellation, and options that end."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from rathaus_desk.catalogue.queries import law_book
from rathaus_desk.fees import letters as fees
from rathaus_desk.fees.assessment import Assessment
from rathaus_desk.fees.queries import assessment_of
from rathaus_desk.fees.records import Notice
from rathaus_desk.fees.summing import shared_out, with_lines
from rathaus_desk.halls import letters, queries
from rathaus_desk.halls.books import books_of
from rathaus_desk.halls.occupancy import nearest_free, refuse_occupied
from rathaus_desk.halls.operations.bookings import (
    add_tasks,
    claim,
    end,
    end_ended_options,
    option_end,
    place_of,
)
from rathaus_desk.halls.operations.charging import Form, charge, charge_use, deposit_of, standing_notice
from rathaus_desk.halls.plan import plan_booking
from rathaus_desk.halls.prices import Pricing, kept_price
from rathaus_desk.halls.records import Booking, Hall
from rathaus_desk.halls.rules.states import CLAIMING, BookingState, check_step
from rathaus_desk.halls.rules.times import Times, german_span
from rathaus_desk.halls.wish import wish_of
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.kernel.texts import worded
from rathaus_desk.letters.facts import HallAgreement, HallCancellation, HallRejection
from rathaus_desk.letters.operations import compose_and_file
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.town.operations import case_for

LONGEST_REASON = 2_000


class HoldOption(Request, frozen=True, kw_only=True):
    """The rooms are held until a day (inclusive); also an option that is prolonged, or one that had ended."""

    booking: UUID
    until: date
    letter: bool = True


@operation(HoldOption, name="halls.hold_option", title="Option einräumen")
def hold_option(work: Work, request: HoldOption) -> None:
    """Claims the rooms and files the confirmation; Occupied if one is taken."""
    booking = queries.booking(work.session, request.booking)
    if booking.state != "option":
        check_step(booking.state, "option")
    times = Times.of(booking.starts, booking.ends)
    booking.option_until = option_end("option", request.until, times, work.today)
    enter(work, booking, "option", must_price=False)
    if request.letter:
        letters.confirm_option(work, booking)


def enter(work: Work, booking: Booking, state: BookingState, *, must_price: bool = True) -> None:
    """The booking is in ``state`` now, one that claims: with case, price, tasks and the claims it lacks."""
    before = booking.state
    where, times = place_of(work, booking), Times.of(booking.starts, booking.ends)
    if before not in CLAIMING:
        refuse_occupied(work.session, where, times)
    if before not in CLAIMING or booking.total is None:
        pricing = Pricing(
            work.session, books_of(work.session, where.hall), booking.person_id, besides=booking.id
        )
        wish = wish_of(booking.wish)
        plan = plan_booking(pricing, where, times, wish, today=work.today, must_price=must_price)
        if plan.priced is not None:
            plan.priced.keep(booking)
        if before not in CLAIMING and not queries.tasks_of(work.session, booking.id):
            add_tasks(work, booking, where, plan)
    booking.state, booking.ended_on, booking.end_reason = state, None, ""
    if state != "option":
        booking.option_until = None
    if booking.case_id is None:
        booking.case_id = case_for(work, None, f"{where.hall.name}: {booking.purpose}").id
    work.session.flush()
    if before not in CLAIMING:
        claim(work, booking, where)


class RequestFirmly(Request, frozen=True, kw_only=True):
    """Who asked or holds an option wants to use the hall now; it waits for approval."""

    booking: UUID


@operation(RequestFirmly, name="halls.request", title="Verbindlich beantragt")
def request_firmly(work: Work, request: RequestFirmly) -> None:
    """The price must be known now: MissingFact names what nobody said."""
    booking = queries.booking(work.session, request.booking)
    check_step(booking.state, "requested")
    enter(work, booking, "requested")


class ApproveBookings(Request, frozen=True, kw_only=True):
    """Bookings of one case (one, or dates of a series) are approved and charged together.

    ``form``: by notice or invoice; None: nothing is charged now. ``agreement``: the use agreement too.
    """

    bookings: tuple[UUID, ...]
    form: Form | None = "notice"
    agreement: bool = False


@operation(ApproveBookings, name="halls.approve", title="Nutzung genehmigen")
def approve(work: Work, request: ApproveBookings) -> UUID | None:
    """Approves all of them and files the letters; the id of the notice. What was approved before is charged
    anew.
    """
    bookings = _of_one_case(work, request.bookings)
    for booking in bookings:
        if booking.state != "approved":
            check_step(booking.state, "approved")
        enter(work, booking, "approved")
    notice = charge_use(work, bookings, request.form) if request.form else None
    if request.agreement:
        _file_agreement(work, bookings)
    return notice.id if notice else None


def _of_one_case(work: Work, ids: tuple[UUID, ...]) -> list[Booking]:
    bookings = sorted(
        (queries.booking(work.session, one) for one in dict.fromkeys(ids)), key=lambda one: one.starts
    )
    if not bookings:
        raise BadInput("Es ist keine Buchung genannt.")
    if len({(one.series_id, one.person_id, one.hall_id) for one in bookings}) > 1 or (
        len(bookings) > 1 and bookings[0].series_id is None
    ):
        raise BadInput("Zusammen genehmigt werden nur Termine einer Serie.")
    return bookings


def _file_agreement(work: Work, bookings: list[Booking]) -> None:
    first = bookings[0]
    hall = work.session.get_one(Hall, first.hall_id)
    notice = standing_notice(work, first)
    kept = assessment_of(work.session, notice) if notice else None
    tasks = [task for booking in bookings for task in queries.tasks_of(work.session, booking.id)]
    facts = HallAgreement(
        **letters.use_facts(work, bookings),
        user=letters.user_name(work.session, first),
        lines=fees.fee_lines(kept) if kept else (),
        subtotals=fees.subtotals(kept) if kept else (),
        total=kept.total if kept else Money(),
        tariff=kept.tariff_title if kept else "der geltenden Ordnung",
        payment=fees.payment(work.session, notice) if notice else None,
        deposit=deposit_of(bookings),
        duties=tuple(dict.fromkeys(task.reason for task in tasks if task.kind == "duty")),
        house_rules=tuple(line.strip("- ") for line in hall.house_rules.splitlines() if line.strip("- ")),
        caretaker=hall.caretaker,
    )
    letters.file(work, "hall_agreement", facts, first)


class SignAgreement(Request, frozen=True, kw_only=True):
    """The signed agreement came back."""

    booking: UUID


@operation(SignAgreement, name="halls.sign", title="Vertrag unterschrieben")
def sign_agreement(work: Work, request: SignAgreement) -> None:
    """The booking is signed; Refused unless it was approved."""
    booking = queries.booking(work.session, request.booking)
    check_step(booking.state, "signed")
    booking.state = "signed"


class RejectBooking(Request, frozen=True, kw_only=True):
    """A request is turned down, with the reason that the letter gives."""

    booking: UUID
    reason: str
    letter: bool = True


@operation(RejectBooking, name="halls.reject", title="Nutzung ablehnen")
def reject(work: Work, request: RejectBooking) -> None:
    """Gives the rooms back and files the letter with its remedy and the nearest free times."""
    booking = queries.booking(work.session, request.booking)
    check_step(booking.state, "rejected")
    reason = worded(request.reason, LONGEST_REASON, "Begründung")
    end(work, booking, "rejected", reason)
    if not request.letter:
        return
    if booking.case_id is None:
        hall = work.session.get_one(Hall, booking.hall_id)
        booking.case_id = case_for(work, None, f"{hall.name}: {booking.purpose}").id
    words = letters.use_words(work.session, [booking])
    times = Times.of(booking.starts, booking.ends)
    other = nearest_free(work.session, place_of(work, booking), times)
    nothing = Assessment("", "", (), Money(), Money(), Money())
    notice, _ = charge(
        work, [booking], nothing, act="hall_notice", title=f"Ablehnung {words['hall']}, {words['times']}"
    )
    del words["dates"]
    facts = HallRejection(
        **fees.notice_facts(work, notice, None, law_book(work.session), (reason,), basis=letters.HALL_FEE),
        **words,
        alternatives=tuple(german_span(one.starts, one.ends) for one in other if one != times),
    )
    compose_and_file(
        work, "hall_rejection", facts, about=notice.id, case=booking.case_id, recipient=booking.person_id
    )


class CancelBooking(Request, frozen=True, kw_only=True):
    """Who booked calls off on ``told_on`` (None: today). ``free``: why it costs nothing all the same."""

    booking: UUID
    reason: str = ""
    told_on: date | None = None
    free: str = ""
    letter: bool = True


@operation(CancelBooking, name="halls.cancel", title="Buchung absagen")
def cancel(work: Work, request: CancelBooking) -> Money:
    """Gives the rooms back; returns what calling off costs by the tariff (nothing before an approval).

    What was charged before is replaced by that fee.
    """
    booking = queries.booking(work.session, request.booking)
    check_step(booking.state, "cancelled")
    told_on = request.told_on or work.today
    firm = booking.state in ("approved", "signed")
    before = standing_notice(work, booking)
    joint = _charged_with_others(work, booking)
    fee, why = _fee(work, booking, told_on, request.free) if firm else (Money(), "")
    end(work, booking, "cancelled", request.reason.strip() or f"abgesagt am {german_date(told_on)}")
    if fee or (before is not None and not joint):
        _charge_cancellation(work, booking, before, told_on, fee, why, joint=joint, letter=request.letter)
    return fee


def _charged_with_others(work: Work, booking: Booking) -> bool:
    """Whether its notice is over other dates too, so that calling off this one must not replace it."""
    if booking.series_id is None:
        return False
    siblings = queries.occurrences(work.session, booking.series_id)
    return any(one.id != booking.id and one.notice_id == booking.notice_id for one in siblings)


def _fee(work: Work, booking: Booking, told_on: date, free: str) -> tuple[Money, str]:
    day = Times.of(booking.starts, booking.ends).day
    days = (day - told_on).days
    if free.strip():
        return Money(), f"Von den Kosten der Absage wird abgesehen: {free.strip()}"
    if booking.total is None:
        return Money(), ""
    fee = kept_price(work.session, booking, cancelled_days_before=days).cancellation or Money()
    return fee, (
        f"Abgesagt wurde am {german_date(told_on)}, {days} Tage vor der Nutzung; vereinbart waren "
        f"{booking.total.german()}. Der Tarif sieht dafür {fee.german()} vor."
    )


def _charge_cancellation(
    work: Work,
    booking: Booking,
    before: Notice | None,
    told_on: date,
    fee: Money,
    why: str,
    *,
    joint: bool,
    letter: bool,
) -> None:
    priced = kept_price(work.session, booking).assessment
    lines = shared_out(fee, priced, "Absage", "absage") if fee else ()
    assessment = with_lines(priced, lines)
    words = letters.use_words(work.session, [booking])
    notice, kept = charge(
        work,
        [booking],
        assessment,
        act="hall_notice",
        title=f"Absage {words['hall']}, {words['times']}",
        corrects=None if joint else before,
        beside=before if joint else None,
    )
    if not letter:
        return
    del words["dates"]
    facts = HallCancellation(
        **fees.notice_facts(work, notice, kept, law_book(work.session), (why,), basis=letters.HALL_FEE),
        **words,
        cancelled_on=told_on,
        agreed=booking.total or Money(),
        corrects=fees.corrected(work.session, notice),
    )
    compose_and_file(
        work, "hall_cancellation", facts, about=notice.id, case=booking.case_id, recipient=booking.person_id
    )


class EndOptions(Request, frozen=True, kw_only=True):
    """Options whose last day is over end; whoever opens the halls asks for it."""


@operation(EndOptions, name="halls.end_options", title="Abgelaufene Optionen beenden")
def end_options(work: Work, _request: EndOptions) -> int:
    """How many ended."""
    return end_ended_options(work)
