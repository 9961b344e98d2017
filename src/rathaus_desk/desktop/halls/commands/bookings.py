"""Commands about the use itself: book, move, change, hold, displace, wait, close."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.halls.booking_form import (
    booking_consequences,
    booking_request,
    hall_choices,
    sections,
    times_of_values,
    values_of_wish,
    wish_of_values,
)
from rathaus_desk.desktop.halls.commands.asking import Values, asked
from rathaus_desk.desktop.parts.confirming import CONFIRMED
from rathaus_desk.desktop.parts.described import Choice, Field, Section
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.desktop.post.emails import open_messages, tell_by_email
from rathaus_desk.desktop.rehearsal import rehearsed
from rathaus_desk.halls import queries
from rathaus_desk.halls.occupancy import Place, obstacles, place
from rathaus_desk.halls.operations.bookings import (
    BookHall,
    ChangeBooking,
    MoveBooking,
    NoteUnused,
    TickTask,
)
from rathaus_desk.halls.operations.decisions import (
    HoldOption,
    RequestFirmly,
)
from rathaus_desk.halls.operations.giving_way import (
    DisplaceBookings,
    JoinWaiting,
    OfferWaiting,
    TellOfHall,
)
from rathaus_desk.halls.operations.houses import CloseHall
from rathaus_desk.halls.records import Booking, ClosedTime, Hall, Rank
from rathaus_desk.halls.rules.times import Times
from rathaus_desk.halls.wish import Wish, wish_of
from rathaus_desk.store.operations import Done, Request

RANKS = (
    Choice("own", "eigene Veranstaltung oder Katastrophenschutz"),
    Choice("long_standing", "langjährige Veranstaltung"),
)


def bookings_in_the_way(session: Session, wanted: BookHall | CloseHall) -> tuple[UUID, ...]:
    """The bookings that hold a room which is wanted."""
    if isinstance(wanted, BookHall):
        where = place(session, wanted.hall, wanted.set, wanted.rooms)
    else:
        hall = queries.hall(session, wanted.hall)
        where = Place(hall, tuple(queries.rooms_named(session, hall, wanted.rooms)), before=0, after=0)
    found = obstacles(session, where.claims(Times.of(wanted.starts, wanted.ends)))
    return tuple(dict.fromkeys(one.record for one in found if session.get(Booking, one.record) is not None))


def open_booking_form(desk: Desk, values: Values | None = None) -> None:
    """The booking form, with what is known already."""
    open_form(
        desk,
        "Halle buchen",
        sections(desk),
        booking_request,
        save_title="Buchen",
        values={"state": "requested", **(values or {})},
        consequences=booking_consequences(desk),
        words="Gebucht.",
        done=lambda done: desk.go("buchungen", done.value),
    )


@command(
    "halls.book", "Halle buchen", icon="calendar-days", key="Ctrl+H", words="buchung saal dgh anfrage option"
)
def book(desk: Desk, subject: UUID | None) -> None:
    """A new booking, option or enquiry; of the hall that is open, if one is."""
    open_booking_form(desk, of_hall(desk, subject))


def of_hall(desk: Desk, subject: UUID | None) -> Values:
    """The hall that is open as the form's value."""
    known = subject is not None and desk.read_now(lambda session: session.get(Hall, subject)) is not None
    return {"hall": str(subject)} if known else {}


@command("halls.show_plan", "Belegungsplan", icon="calendar-days", about="booking", words="kalender woche")
def show_plan(desk: Desk, booking: UUID | None) -> None:
    """The plan of all rooms, on the day of the booking that is open."""
    desk.go("hallen", booking)


@command("halls.close", "Halle sperren", icon="ban", words="geschlossen reparatur wahl urlaub")
def close(desk: Desk, subject: UUID | None) -> None:
    """Repairs, elections, holidays of the caretaker."""
    halls = desk.read_now(hall_choices)

    def request(values: Values) -> Request | None:
        first, last = values.get("first"), values.get("last") or values.get("first")
        if first is None or last is None or not values.get("hall"):
            return None
        closing = CloseHall(
            hall=UUID(values["hall"]),
            starts=datetime.combine(first, time()),
            ends=datetime.combine(last.fromordinal(last.toordinal() + 1), time()),
            reason=values.get("reason") or "",
        )
        if not values.get("displace"):
            return closing
        return DisplaceBookings(
            for_closing=closing,
            displaced=desk.read_now(lambda session: bookings_in_the_way(session, closing)),
            reason=f"Die Halle ist in dieser Zeit geschlossen: {closing.reason}.",
        )

    asked(
        desk,
        "Halle sperren",
        (
            (Field("hall", "&Halle", "choice", 12, choices=halls, required=True),),
            (
                Field("first", "&Vom", "date", 4, required=True, future=True),
                Field("last", "&Bis", "date", 4, future=True, hint="Leer: ein Tag."),
            ),
            (Field("reason", "&Grund", span=12, required=True),),
            (Field("displace", "was gebucht ist, absagen und alle anschreiben", "flag", 12),),
        ),
        request,
        save_title="Sperren",
        values=of_hall(desk, subject),
        words="Halle gesperrt.",
        done=lambda done: _tell(desk, done),
    )


def _tell(desk: Desk, done: Done) -> None:
    """Those displaced by letter and e-mail, and whoever the hall file names."""
    tell_by_email(desk, done)
    if desk.read_now(lambda session: _must_know(session, done.value)):
        desk.run(
            TellOfHall(record=done.value),
            lambda told: open_messages(desk, [told.value]),
            words="Eine E-Mail an alle, die Bescheid bekommen, ist vorbereitet.",
        )


def _must_know(session: Session, record: UUID) -> bool:
    found = session.get(ClosedTime, record) or session.get(Booking, record)
    return found is not None and bool(queries.hall(session, found.hall_id).tell)


@command("halls.displace", "Andere verdrängen", icon="ban", words="vorrang eigene veranstaltung feuerwehr")
def displace(desk: Desk, _subject: UUID | None) -> None:
    """An own event goes before what is booked: that is called off without cost, and each is written to."""

    def request(values: Values) -> Request | None:
        wanted = booking_request(values)
        if wanted is None or not values.get("reason"):
            return None
        own = msgspec.structs.replace(wanted, rank=values.get("rank") or "own", state="requested")
        return DisplaceBookings(
            for_booking=own,
            displaced=desk.read_now(lambda session: bookings_in_the_way(session, own)),
            reason=values["reason"],
        )

    def told(done: Done) -> None:
        desk.go("buchungen", done.value)
        _tell(desk, done)

    when, who = sections(desk)
    why = Section(
        "Vorrang",
        (
            (Field("rank", "&Rang", "choice", 6, choices=RANKS, required=True),),
            (Field("reason", "&Begründung", "long_text", 12, required=True, lines=2),),
        ),
    )
    rows = (when.rows[0], when.rows[1], (when.rows[2][0],))
    open_form(
        desk,
        "Andere verdrängen",
        (Section("Was und wann", rows), who, why),
        request,
        save_title="Verdrängen und buchen",
        values={"rank": "own"},
        consequences=rehearsed(desk, request),
        words="Gebucht; die anderen werden angeschrieben.",
        done=told,
    )


@command("halls.join_waiting", "Auf die Warteliste", icon="bell", words="warten frei")
def join_waiting(desk: Desk, _subject: UUID | None) -> None:
    """Somebody would like a time that is taken."""

    def request(values: Values) -> Request | None:
        wanted = booking_request(values)
        if wanted is None:
            return None
        return JoinWaiting(
            hall=wanted.hall,
            set=wanted.set,
            starts=wanted.starts,
            ends=wanted.ends,
            person=wanted.person,
            purpose=wanted.purpose,
            wish=wanted.wish,
        )

    when, who = sections(desk)
    rows = (when.rows[0], when.rows[1], (when.rows[2][0],))
    open_form(
        desk,
        "Auf die Warteliste setzen",
        (Section("Was und wann", rows), who),
        request,
        save_title="Vormerken",
        consequences=rehearsed(desk, request),
        words="Steht auf der Warteliste. Heute sagt, wenn die Zeit frei wird.",
    )


@command("halls.offer_waiting", "Anbieten", icon="send", searchable=False)
def offer_waiting(desk: Desk, waiting: UUID | None) -> None:
    """A time that became free is offered to who waits for it."""
    if waiting is None:
        return

    def request(values: Values) -> Request | None:
        until = values.get("until")
        return OfferWaiting(waiting=waiting, until=until) if until else None

    asked(
        desk,
        "Zeit anbieten",
        ((Field("until", "Angebot gilt &bis", "date", 4, required=True, future=True),),),
        request,
        save_title="Anbieten",
        words="Angeboten; das Schreiben liegt bei der Post.",
    )


@command("halls.hold_option", "Option einräumen", icon="clock", about="booking", needs=True)
def hold_option(desk: Desk, booking: UUID | None) -> None:
    """The rooms are held until a day."""
    assert booking is not None

    def request(values: Values) -> Request | None:
        until = values.get("until")
        return HoldOption(booking=booking, until=until, letter=values["letter"]) if until else None

    asked(
        desk,
        "Option einräumen",
        (
            (Field("until", "Gilt &bis", "date", 4, required=True, future=True),),
            (Field("letter", "Bestätigung schreiben", "flag", 12),),
        ),
        request,
        save_title="Option einräumen",
        values={"letter": True},
        words="Option eingeräumt.",
    )


@command("halls.request", "Verbindlich beantragt", icon="check", about="booking", needs=True)
def request_firmly(desk: Desk, booking: UUID | None) -> None:
    """An enquiry or option becomes a request."""
    assert booking is not None
    desk.run(RequestFirmly(booking=booking))


def _values_of(session: Session, booking_id: UUID) -> tuple[Values, Wish, Rank]:
    """What the form shows of a booking, its wish as a whole, and its rank."""
    booking = queries.booking(session, booking_id)
    times, wish = Times.of(booking.starts, booking.ends), wish_of(booking.wish)
    values = {
        "hall": str(booking.hall_id),
        "set": booking.set_key,
        "on": times.starts.date(),
        "starts": times.starts.time(),
        "until": times.ends.date() if times.ends.date() != times.starts.date() else None,
        "ends": times.ends.time(),
        "person": booking.person_id,
        "purpose": booking.purpose,
        **values_of_wish(wish),
        "remark": booking.remark,
    }
    return values, wish, booking.rank


@command(
    "halls.move", "Verlegen", icon="calendar-clock", about="booking", needs=True, words="verlängern umbuchen"
)
def move(desk: Desk, booking: UUID | None) -> None:
    """Another time or other rooms, with price and conflicts shown before."""
    assert booking is not None
    open_move_form(desk, booking)


def _shown(rows: tuple[tuple[Field, ...], ...], values: Values) -> Values:
    """What of the values these rows have fields for."""
    names = {field.name for row in rows for field in row}
    return {name: value for name, value in values.items() if name in names and value is not None}


def open_move_form(desk: Desk, booking: UUID, times: Times | None = None) -> None:
    """The form to move a booking, with the times that are wanted."""
    known, *_ = desk.read_now(lambda session: _values_of(session, booking))
    shown = dict(known)
    if times is not None:
        last = times.ends.date()
        shown |= {
            "on": times.starts.date(),
            "starts": times.starts.time(),
            "until": last if last != times.starts.date() else None,
            "ends": times.ends.time(),
        }

    def request(values: Values) -> Request | None:
        wanted = times_of_values(values)
        if wanted is None or not values.get("set"):
            return None
        return MoveBooking(
            booking=booking,
            starts=wanted.starts,
            ends=wanted.ends,
            hall=UUID(values["hall"]),
            set=values["set"],
            confirmed=values.get(CONFIRMED) or "",
        )

    judge = booking_consequences(desk, booking)
    first, *_ = sections(desk)
    rows = (first.rows[0], first.rows[1], (first.rows[2][0],))
    open_form(
        desk,
        "Buchung verlegen",
        (Section("", rows),),
        request,
        save_title="Verlegen",
        values=_shown(rows, shown),
        consequences=lambda values: judge({**known, **values}),
        words="Buchung verlegt.",
    )


@command("halls.change", "Buchung ändern", icon="pencil", about="booking", needs=True)
def change(desk: Desk, booking: UUID | None) -> None:
    """Who, what for, and what price and duties depend on."""
    assert booking is not None
    known, before, rank = desk.read_now(lambda session: _values_of(session, booking))

    def request(values: Values) -> Request | None:
        if values.get("person") is None:
            return None
        return ChangeBooking(
            booking=booking,
            person=values["person"],
            purpose=values.get("purpose") or "",
            wish=wish_of_values(values, before),
            rank=rank,
            remark=values.get("remark") or "",
        )

    judge = booking_consequences(desk, booking)
    when, who = sections(desk)
    open_form(
        desk,
        "Buchung ändern",
        (Section("Halle", (when.rows[0],)), who),
        request,
        values=_shown((when.rows[0], *who.rows), known),
        consequences=lambda values: judge({**known, **values}),
        words="Buchung geändert.",
    )


@command("halls.note_unused", "Nicht genutzt", icon="eye-off", about="booking", needs=True)
def note_unused(desk: Desk, booking: UUID | None) -> None:
    """Hours that were booked and not used."""
    assert booking is not None
    desk.run(NoteUnused(booking=booking))


@command("halls.tick", "Abhaken", icon="check", searchable=False)
def tick(desk: Desk, task: UUID | None) -> None:
    """A duty or a step is done, by whom."""
    if task is None:
        return
    asked(
        desk,
        "Aufgabe abhaken",
        ((Field("done_by", "Erledigt &durch", span=12, required=True),),),
        lambda values: TickTask(task=task, done_by=values.get("done_by") or ""),
        save_title="Abhaken",
        words="Aufgabe abgehakt.",
    )
