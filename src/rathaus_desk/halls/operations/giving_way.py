"""Displacing somebody, and who waits for a time: explicit, with letters as the proof that they were told."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from rathaus_desk.halls import letters, queries
from rathaus_desk.halls.occupancy import nearest_free, obstacles, place
from rathaus_desk.halls.operations.bookings import (
    LONGEST_PURPOSE,
    MOVABLE,
    BookHall,
    book_hall,
    end,
    end_ended_options,
    place_of,
)
from rathaus_desk.halls.operations.houses import CloseHall, close_hall
from rathaus_desk.halls.records import Booking, ClosedTime, WaitingRequest
from rathaus_desk.halls.rules.priority import refuse_to_displace
from rathaus_desk.halls.rules.times import Times, german_span
from rathaus_desk.halls.wish import Wish, wish_of
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.texts import worded
from rathaus_desk.letters.facts import HallDisplacement
from rathaus_desk.letters.parties import sender
from rathaus_desk.people.parties import Parties, Someone
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.town import queries as town

LONGEST_REASON = 2_000


class DisplaceBookings(Request, frozen=True, kw_only=True):
    """A booking, or a closed time, goes before others that are in its way; ``displaced`` names all of them.

    ``reason`` is a whole sentence, which the letters to them give.
    """

    for_booking: BookHall | None = None
    for_closing: CloseHall | None = None
    displaced: tuple[UUID, ...]
    reason: str


@operation(DisplaceBookings, name="halls.displace", title="Buchung verdrängen")
def displace(work: Work, request: DisplaceBookings) -> UUID:
    """Ends what is displaced without cost, tells each by letter with other free times, then books or closes;
    returns the new record's id.

    Refused where one of them ranks as high (a closed time goes before all), or has the keys already.
    """
    wish = request.for_booking or request.for_closing
    if wish is None or (request.for_booking and request.for_closing):
        raise BadInput("Verdrängt wird entweder für eine Buchung oder für eine Sperre.")
    reason = worded(request.reason, LONGEST_REASON, "Begründung")
    displaced = [queries.booking(work.session, one) for one in request.displaced]
    for booking in displaced:
        _may_go(booking, request.for_booking)
        end(work, booking, "cancelled", f"verdrängt: {reason}")
    work.session.flush()
    if request.for_booking is not None:
        made = book_hall(work, request.for_booking)
    else:
        assert request.for_closing is not None
        made = close_hall(work, request.for_closing)
    for booking in displaced:
        _tell(work, booking, reason)
    return made


class TellOfHall(Request, frozen=True, kw_only=True):
    """Who must know is written to: of a closed time, or of a booking that displaced others."""

    record: UUID


@operation(TellOfHall, name="halls.tell", title="Mitteilung zur Halle vorbereiten")
def tell_of_hall(work: Work, request: TellOfHall) -> UUID:
    """Keeps the e-mail with the record, as the proof; its attachment's id. Refused where nobody is named."""
    from rathaus_desk.letters.email import MEDIA_TYPE, news

    record = work.session.get(ClosedTime, request.record) or queries.booking(work.session, request.record)
    hall = queries.hall(work.session, record.hall_id)
    if not hall.tell:
        raise Refused(f"In der Hallendatei steht bei „{hall.name}“ niemand, der Bescheid bekommt (tell).")
    rooms = ", ".join(room.name for room in queries.rooms_named(work.session, hall, record.rooms))
    span = german_span(record.starts, record.ends)
    if isinstance(record, ClosedTime):
        subject, what = f"{hall.name} geschlossen, {span}", f"geschlossen: {record.reason}"
    else:
        subject, what = f"{hall.name} anders belegt, {span}", f"vergeben: {record.purpose}"
    lines = (
        f"{hall.name} ({rooms}) ist {span} {what}.",
        "Was vorher in dieser Zeit gebucht war, gilt nicht mehr.",
    )
    message = news(hall.tell, subject, lines, sender(work.session, town.clerk(work.session, work.clerk)))
    return work.attach(message, f"{subject}.eml", MEDIA_TYPE, to=record.id).id


def _may_go(booking: Booking, by: BookHall | None) -> None:
    what = f"„{booking.purpose}“ ({german_span(booking.starts, booking.ends)})"
    if booking.state not in MOVABLE:
        raise Refused(f"{what} läuft schon oder ist beendet und kann nicht weichen.")
    if by is not None:
        refuse_to_displace(by.rank, booking.rank, what)


def _tell(work: Work, booking: Booking, reason: str) -> None:
    times = Times.of(booking.starts, booking.ends)
    other = nearest_free(work.session, place_of(work, booking), times)
    facts = HallDisplacement(
        **letters.use_facts(work, [booking]),
        reason=reason,
        alternatives=tuple(german_span(one.starts, one.ends) for one in other),
    )
    letters.file(work, "hall_displacement", facts, booking)


class JoinWaiting(Request, frozen=True, kw_only=True):
    """Somebody would like a time that is taken (naive: wall time)."""

    hall: UUID
    set: str = ""
    rooms: tuple[str, ...] = ()
    starts: datetime
    ends: datetime
    person: Someone
    purpose: str
    wish: Wish = Wish()


@operation(JoinWaiting, name="halls.join_waiting", title="Auf die Warteliste setzen")
def join_waiting(work: Work, request: JoinWaiting) -> UUID:
    """Claims nothing; returns the id. BadInput if the time is free: then it can be booked."""
    where = place(work.session, request.hall, request.set, request.rooms)
    times = Times.of(request.starts, request.ends)
    end_ended_options(work)
    if not obstacles(work.session, where.claims(times)):
        raise BadInput("Diese Zeit ist frei und kann gebucht werden; niemand muss darauf warten.")
    starts, ends = times.moments
    made = WaitingRequest(
        hall_id=where.hall.id,
        set_key=where.set_key,
        rooms=where.room_keys,
        person_id=Parties(work, request.person).id(request.person),
        purpose=worded(request.purpose, LONGEST_PURPOSE, "Zweck"),
        starts=starts,
        ends=ends,
        wish=request.wish.plain(),
        entered_at=work.now,
        state="waiting",
    )
    work.session.add(made)
    return made.id


class OfferWaiting(Request, frozen=True, kw_only=True):
    """A time that became free is offered to who waits for it, by an option until a day (inclusive)."""

    waiting: UUID
    until: date
    letter: bool = True


@operation(OfferWaiting, name="halls.offer_waiting", title="Warteliste: Zeit anbieten")
def offer_waiting(work: Work, request: OfferWaiting) -> UUID:
    """Makes the option; returns the booking's id. Refused if somebody entered before waits for it too."""
    waiting = _waiting(work, request.waiting)
    end_ended_options(work)
    earlier = _earlier(work, waiting)
    if earlier is not None:
        raise Refused(
            f"Vorher eingetragen und noch nicht gefragt: „{earlier.purpose}“ "
            f"({german_span(earlier.starts, earlier.ends)})."
        )
    booking_id = book_hall(
        work,
        BookHall(
            hall=waiting.hall_id,
            set=waiting.set_key,
            rooms=() if waiting.set_key else tuple(waiting.rooms),
            starts=waiting.starts,
            ends=waiting.ends,
            person=waiting.person_id,
            purpose=waiting.purpose,
            wish=wish_of(waiting.wish),
            state="option",
            option_until=request.until,
        ),
    )
    work.session.flush()
    waiting.state, waiting.offered_until, waiting.booking_id = "offered", request.until, booking_id
    if request.letter:
        letters.confirm_option(work, queries.booking(work.session, booking_id), offered=True)
    return booking_id


def _waiting(work: Work, waiting_id: UUID) -> WaitingRequest:
    found = work.session.get(WaitingRequest, waiting_id)
    if found is None or found.state != "waiting":
        raise Refused("Dieser Eintrag der Warteliste ist schon erledigt.")
    return found


def _earlier(work: Work, waiting: WaitingRequest) -> WaitingRequest | None:
    """Who entered before, still waits, and wants a room at the same time."""
    for other in queries.waiting_for(work.session, waiting.hall_id):
        if other.id == waiting.id:
            return None
        meets = other.starts < waiting.ends and other.ends > waiting.starts
        if other.state == "waiting" and meets and set(other.rooms) & set(waiting.rooms):
            return other
    return None


class WithdrawWaiting(Request, frozen=True, kw_only=True):
    """Somebody waits no longer."""

    waiting: UUID


@operation(WithdrawWaiting, name="halls.withdraw_waiting", title="Von der Warteliste nehmen")
def withdraw_waiting(work: Work, request: WithdrawWaiting) -> None:
    """The entry stays, withdrawn."""
    _waiting(work, request.waiting).state = "withdrawn"
