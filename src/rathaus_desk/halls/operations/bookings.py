"""What a clerk can do with single bookings: enter, move or lengthen, change, note that it was not used."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from rathaus_desk.halls import letters, queries
from rathaus_desk.halls.books import books_of
from rathaus_desk.halls.occupancy import Place, comparable, nearest_free, place, refuse_occupied
from rathaus_desk.halls.plan import BookingPlan, plan_booking
from rathaus_desk.halls.prices import Pricing
from rathaus_desk.halls.records import Booking, BookingTask, Rank
from rathaus_desk.halls.rules.states import CLAIMING, GERMAN_STATES, BookingState
from rathaus_desk.halls.rules.times import Times, german_span
from rathaus_desk.halls.wish import Wish, wish_of
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.periods import DAY, german_date
from rathaus_desk.kernel.texts import bounded, worded
from rathaus_desk.people.parties import Parties, Someone
from rathaus_desk.store.operations import Instead, Request, Work, offers_instead, operation
from rathaus_desk.town.operations import case_for

LONGEST_PURPOSE = 200
LONGEST_REMARK = 20_000
MOVABLE: frozenset[BookingState] = frozenset({"enquiry", "option", "requested", "approved", "signed"})
"""In these a booking can still be moved or changed."""


class BookHall(Request, frozen=True, kw_only=True):
    """Somebody wants to use a hall; naive times are wall time at the town, the end exclusive.

    ``set`` names what is booked, or ``rooms`` do (keys). An enquiry claims nothing; an option ends by itself
    after ``option_until``. ``confirmed``: why what must be confirmed is right all the same. Buffers (minutes)
    in place of the rooms' own.
    """

    hall: UUID
    set: str = ""
    rooms: tuple[str, ...] = ()
    starts: datetime
    ends: datetime
    person: Someone
    purpose: str
    wish: Wish = Wish()
    state: Literal["enquiry", "option", "requested", "approved"] = "requested"
    option_until: date | None = None
    rank: Rank = "first_come"
    buffer_before: int | None = None
    buffer_after: int | None = None
    confirmed: str = ""
    case: UUID | None = None
    remark: str = ""
    letter: bool = False
    """Whether an option is confirmed by letter."""
    price_later: bool = False
    """An old calendar says too little for a price: it is left open where the tariff asks for more."""


@operation(BookHall, name="halls.book", title="Halle buchen")
def book_hall(work: Work, request: BookHall) -> UUID:
    """Writes the booking with its price, claims and tasks; returns its id.

    Occupied, with what is in the way and what is free instead; Refused where the tariff says no, or nobody
    confirmed what must be; MissingFact where the price depends on what nobody said (an enquiry or an option
    may stay without price).
    """
    where = place(
        work.session,
        request.hall,
        request.set,
        request.rooms,
        before=request.buffer_before,
        after=request.buffer_after,
    )
    times = Times.of(request.starts, request.ends)
    person = Parties(work, request.person).id(request.person)
    pricing = Pricing(work.session, books_of(work.session, where.hall), person)
    firm = request.state in ("requested", "approved") and not request.price_later
    plan = plan_booking(pricing, where, times, request.wish, today=work.today, must_price=firm)
    must_be_confirmed(plan, request.confirmed)
    until = option_end(request.state, request.option_until, times, work.today)
    if request.state in CLAIMING:
        end_ended_options(work)
        refuse_occupied(work.session, where, times)
    purpose = worded(request.purpose, LONGEST_PURPOSE, "Zweck")
    booking = Booking(
        hall_id=where.hall.id,
        person_id=person,
        purpose=purpose,
        state=request.state,
        option_until=until,
        rank=request.rank,
        remark=bounded(request.remark, LONGEST_REMARK, "Bemerkung"),
    )
    take_place(booking, where, times)
    booking.wish = request.wish.plain()
    if plan.priced is not None:
        plan.priced.keep(booking)
    if request.state in CLAIMING or request.case is not None:
        booking.case_id = case_for(work, request.case, f"{where.hall.name}: {purpose}").id
    work.session.add(booking)
    if request.state in CLAIMING:
        claim(work, booking, where)
        add_tasks(work, booking, where, plan)
    if request.letter and booking.state == "option":
        work.session.flush()
        letters.confirm_option(work, booking)
    return booking.id


def must_be_confirmed(plan: BookingPlan, confirmed: str) -> None:
    """Refused, with the sentences, where something must be confirmed and nobody did."""
    if plan.to_confirm and not confirmed.strip():
        raise Refused(
            "Bitte bestätigen und begründen: " + " ".join(plan.to_confirm), detail="confirmation needed"
        )


def option_end(state: BookingState, until: date | None, times: Times, today: date) -> date | None:
    """The last day of an option; BadInput if it is missing or over. None for any other state."""
    if state != "option":
        return None
    if until is None:
        raise BadInput("Eine Option braucht einen Tag, bis zu dem sie gilt.")
    if not today <= until < times.day:
        raise BadInput(
            f"Eine Option gilt höchstens bis zum Tag vor der Nutzung ({german_date(times.day - DAY)}) "
            "und nicht bis zu einem vergangenen Tag."
        )
    return until


def take_place(booking: Booking, where: Place, times: Times) -> None:
    """The booking is for these rooms at this time; the claims follow by `claim`."""
    booking.hall_id, booking.set_key, booking.rooms = where.hall.id, where.set_key, where.room_keys
    booking.starts, booking.ends = times.moments
    booking.buffer_before, booking.buffer_after = where.before, where.after


def place_of(work: Work, booking: Booking) -> Place:
    """The rooms of a booking."""
    return place(
        work.session,
        booking.hall_id,
        booking.set_key,
        booking.rooms,
        before=booking.buffer_before,
        after=booking.buffer_after,
    )


def claim(work: Work, booking: Booking, where: Place) -> None:
    """Every room belongs to the booking for its time with buffers; ClaimTaken if somebody has one."""
    times = Times.of(booking.starts, booking.ends)
    work.claim_all([(room.id, first, last, booking.id) for room, first, last in where.claims(times)])


def add_tasks(
    work: Work, booking: Booking, where: Place, plan: BookingPlan, *, besides: Collection[str] = ()
) -> None:
    """Duties with their days, and the ticks of the hall's approval chain; ``besides``: keys left out."""
    made = [
        BookingTask(kind="duty", key=duty.key, title=duty.title, reason=duty.reason, due_on=duty.due_on)
        for duty in plan.duties
    ]
    made += [
        BookingTask(
            kind="step",
            key=step["key"],
            title=step["title"],
            due_on=plan.times.day - step.get("days_before", 0) * DAY,
        )
        for step in where.hall.steps
    ]
    for task in made:
        if task.key not in besides:
            task.booking_id = booking.id
            work.session.add(task)


@offers_instead(BookHall)
def other_times_and_sets(session: Session, request: BookHall) -> list[Instead]:
    """The nearest free times of the same rooms, then free sets of the same size at the same time."""
    rooms = (request.hall, request.set, request.rooms)
    where = place(session, *rooms, before=request.buffer_before, after=request.buffer_after)
    times = Times.of(request.starts, request.ends)
    found = [
        Instead(
            german_span(other.starts, other.ends),
            where.hall.name,
            msgspec.structs.replace(request, starts=other.starts, ends=other.ends),
        )
        for other in nearest_free(session, where, times)
    ]
    return found + [
        Instead(
            free.name,
            german_span(times.starts, times.ends),
            msgspec.structs.replace(request, hall=free.hall, set=free.set_key, rooms=()),
        )
        for free in comparable(session, where, times)
    ]


class MoveBooking(Request, frozen=True, kw_only=True):
    """A booking at another time (naive: wall time) or in other rooms; what is None stays as it is."""

    booking: UUID
    starts: datetime | None = None
    ends: datetime | None = None
    hall: UUID | None = None
    set: str | None = None
    rooms: tuple[str, ...] | None = None
    buffer_before: int | None = None
    buffer_after: int | None = None
    confirmed: str = ""


@operation(MoveBooking, name="halls.move_booking", title="Buchung verlegen")
def move_booking(work: Work, request: MoveBooking) -> None:
    """Releases, takes, and prices anew by the tariff of the new day; Occupied as in `book_hall`."""
    booking = changeable(work, request.booking)
    times = Times.of(request.starts or booking.starts, request.ends or booking.ends)
    elsewhere = request.set is not None or request.rooms is not None
    where = place(
        work.session,
        request.hall or booking.hall_id,
        (request.set or "") if elsewhere else booking.set_key,
        (request.rooms or ()) if elsewhere else booking.rooms,
        before=booking.buffer_before if request.buffer_before is None else request.buffer_before,
        after=booking.buffer_after if request.buffer_after is None else request.buffer_after,
    )
    wish = wish_of(booking.wish)
    if times.day.year != Times.of(booking.starts, booking.ends).day.year:
        wish = msgspec.structs.replace(wish, free_events_used=None, free_hours_used=None)
    plan = _plan_anew(work, booking, where, times, wish)
    must_be_confirmed(plan, request.confirmed)
    if booking.state in CLAIMING:
        end_ended_options(work)
        refuse_occupied(work.session, where, times, besides=booking.id)
        work.release(booking.id)
    take_place(booking, where, times)
    if plan.priced is not None:
        plan.priced.keep(booking)
    if booking.state in CLAIMING:
        claim(work, booking, where)
        _renew_tasks(work, booking, where, plan)


class ChangeBooking(Request, frozen=True, kw_only=True):
    """Everything a booking says beside time and rooms, as it should be."""

    booking: UUID
    person: Someone
    purpose: str
    wish: Wish
    rank: Rank = "first_come"
    remark: str = ""


@operation(ChangeBooking, name="halls.change_booking", title="Buchung ändern")
def change_booking(work: Work, request: ChangeBooking) -> None:
    """Prices it anew by the tariff of its day."""
    booking = changeable(work, request.booking)
    booking.person_id = Parties(work, request.person).id(request.person)
    booking.purpose = worded(request.purpose, LONGEST_PURPOSE, "Zweck")
    booking.rank = request.rank
    booking.remark = bounded(request.remark, LONGEST_REMARK, "Bemerkung")
    booking.wish = request.wish.plain()
    where, times = place_of(work, booking), Times.of(booking.starts, booking.ends)
    plan = _plan_anew(work, booking, where, times, request.wish)
    if plan.priced is not None:
        plan.priced.keep(booking)
    if booking.state in CLAIMING:
        _renew_tasks(work, booking, where, plan)


def changeable(work: Work, booking_id: UUID) -> Booking:
    """The booking; Refused once it has ended or the hall was handed over."""
    booking = queries.booking(work.session, booking_id)
    if booking.state not in MOVABLE:
        when = german_span(booking.starts, booking.ends)
        raise Refused(
            f"Die Buchung ({when}) ist im Stand „{GERMAN_STATES[booking.state]}“ und ändert sich nicht mehr."
        )
    return booking


def _plan_anew(work: Work, booking: Booking, where: Place, times: Times, wish: Wish) -> BookingPlan:
    """The plan of a booking that changes; its share of the year's quota stays what it was."""
    pricing = Pricing(work.session, books_of(work.session, where.hall), booking.person_id, besides=booking.id)
    firm = booking.state not in ("enquiry", "option")
    return plan_booking(pricing, where, times, wish, today=work.today, must_price=firm)


def _renew_tasks(work: Work, booking: Booking, where: Place, plan: BookingPlan) -> None:
    """Tasks that are open follow the booking; what was ticked stays. Occurrences of a series have none."""
    if booking.series_id is not None:
        return
    tasks = queries.tasks_of(work.session, booking.id)
    for task in tasks:
        if task.done_on is None:
            work.session.delete(task)
    done = {task.key for task in tasks if task.done_on is not None}
    add_tasks(work, booking, where, plan, besides=done)


def end(work: Work, booking: Booking, state: BookingState, reason: str) -> None:
    """The booking has ended: its rooms are free, open tasks go."""
    booking.state, booking.ended_on, booking.end_reason = state, work.today, reason
    work.release(booking.id)
    for task in queries.tasks_of(work.session, booking.id):
        if task.done_on is None:
            work.session.delete(task)


def end_ended_options(work: Work) -> int:
    """Options whose last day is over end, so that they are in nobody's way; how many."""
    ended = queries.ended_options(work.session, work.today)
    for booking in ended:
        assert booking.option_until is not None
        end(work, booking, "expired", f"Option bis {german_date(booking.option_until)}")
    return len(ended)


class TickTask(Request, frozen=True, kw_only=True):
    """A duty or a step of the approval chain is done, by whom; ``done`` False takes the tick away."""

    task: UUID
    done_by: str
    done: bool = True


@operation(TickTask, name="halls.tick_task", title="Aufgabe abhaken")
def tick_task(work: Work, request: TickTask) -> None:
    """Keeps the person and today's date."""
    task = work.session.get(BookingTask, request.task)
    if task is None:
        raise BadInput("Diese Aufgabe gibt es nicht (mehr).")
    task.done_on = work.today if request.done else None
    task.done_by = worded(request.done_by, LONGEST_PURPOSE, "Wer") if request.done else ""


class NoteUnused(Request, frozen=True, kw_only=True):
    """Hours that were booked and not used, or (``unused`` False) were used after all."""

    booking: UUID
    unused: bool = True


@operation(NoteUnused, name="halls.note_unused", title="Nicht genutzt vermerken")
def note_unused(work: Work, request: NoteUnused) -> None:
    """Refused for what has not begun or never claimed anything."""
    booking = queries.booking(work.session, request.booking)
    if booking.state not in CLAIMING or booking.starts > work.now:
        raise Refused("Nicht genutzt werden kann nur, was gebucht war und schon begonnen hat.")
    booking.unused = request.unused
