"""The tables of the halls: what can be let, who has it when, and what goes with a booking.

Halls, rooms and sets are what the hall file says; loading it anew changes them. Moments are UTC; clerks and
rules speak wall time in Europe/Berlin (``halls.rules.times``).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from rathaus_desk.halls.rules.states import GERMAN_STATES, BookingState
from rathaus_desk.halls.rules.times import german_span
from rathaus_desk.kernel.money import Money
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.names import list_name
from rathaus_desk.store.schema import Found, Json, Record, Searchable

Rank = Literal["own", "long_standing", "first_come"]
"""Who goes first: own events and civil protection, long-standing events, first come (rule 3)."""

DepositKind = Literal["received", "kept", "refunded"]
Direction = Literal["out", "back"]
TaskKind = Literal["duty", "step"]
WaitingState = Literal["waiting", "offered", "booked", "withdrawn"]


def _describe_hall(hall: Hall, _session: Session) -> Found:
    return Found(hall.name, " · ".join(filter(None, ("Halle", hall.district))), hall.key)


class Hall(Record):
    """A hall (Dorfgemeinschaftshaus, Mehrzweckhalle, Grillhütte)."""

    __tablename__ = "hall"
    __merge_groups__ = (("opening", "quiet"),)
    __search__ = Searchable("hall", _describe_hall)

    key: Mapped[str]
    name: Mapped[str]
    district: Mapped[str] = mapped_column(default="")
    opening: Mapped[Json]
    """Weekday (English) → "08:00-22:00"; {}: always open."""
    quiet: Mapped[str] = mapped_column(default="")
    """Hours in which a use is warned of ("22:00-07:00"); "": none."""
    equipment: Mapped[Json]
    """Name → how many there are."""
    keys: Mapped[Json]
    """Numbers of the keys that are handed out."""
    checklist: Mapped[Json]
    """What is looked at when it is handed over and taken back."""
    tell: Mapped[Json]
    """E-mail addresses of who must know when it is closed or somebody is displaced."""
    steps: Mapped[Json]
    """The approval chain: list of {key, title, days_before}."""
    caretaker: Mapped[str] = mapped_column(default="")
    house_rules: Mapped[str] = mapped_column(default="")
    tariff_key: Mapped[str] = mapped_column(default="")
    """The tariff that holds here where several name the hall; "": the only one."""
    fire_watch_over: Mapped[int | None]
    __table_args__ = (
        sa.Index("uq_hall_key", "key", unique=True, sqlite_where=sa.text("deleted_at IS NULL")),
    )


class HallPicture(Record):
    """A picture of a hall; the file is the attachment of this record."""

    __tablename__ = "hall_picture"

    hall_id: Mapped[UUID] = mapped_column(ForeignKey("hall.id"), index=True)
    rank: Mapped[int]
    text: Mapped[str]
    """What is to be seen, for whoever cannot see it."""
    source: Mapped[str] = mapped_column(default="")
    """How the hall file names it; "": a clerk added it in the window."""


class Room(Record):
    """A room: what a claim is about. ``capacity``: seating plan → persons. Buffers are minutes."""

    __tablename__ = "hall_room"
    __merge_groups__ = (("buffer_before", "buffer_after"),)

    hall_id: Mapped[UUID] = mapped_column(ForeignKey("hall.id"))
    key: Mapped[str]
    name: Mapped[str]
    rank: Mapped[int]
    """Its place in the hall file."""
    capacity: Mapped[Json]
    buffer_before: Mapped[int] = mapped_column(default=0)
    buffer_after: Mapped[int] = mapped_column(default=0)


class RoomSet(Record):
    """What can be let: names rooms by their keys; two sets that share a room exclude each other."""

    __tablename__ = "hall_set"

    hall_id: Mapped[UUID] = mapped_column(ForeignKey("hall.id"))
    key: Mapped[str]
    name: Mapped[str]
    rank: Mapped[int]
    rooms: Mapped[Json]


class ClosedTime(Record):
    """A hall, or some of its rooms (keys), is closed; claimed like a booking, without buffers."""

    __tablename__ = "hall_closed_time"
    __strict__ = True
    __merge_groups__ = (("starts", "ends", "rooms"),)

    hall_id: Mapped[UUID] = mapped_column(ForeignKey("hall.id"))
    rooms: Mapped[Json]
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    """Exclusive."""
    reason: Mapped[str]


def _describe_series(series: BookingSeries, session: Session) -> Found:
    who = session.get(Person, series.person_id)
    hall = session.get(Hall, series.hall_id)
    return Found(
        f"{series.purpose} · {list_name(who) if who else ''}",
        f"Serie {series.time_from}-{series.time_to} · {hall.name if hall else ''}",
        series.season,
    )


class BookingSeries(Record):
    """A rule by which bookings recur (RFC 5545), in wall time; each occurrence is a `Booking` of its own.

    ``skipped`` keeps each date that the rule names and that was left out: list of {on, why}.
    """

    __tablename__ = "booking_series"
    __strict__ = True
    __search__ = Searchable("booking_series", _describe_series, follow=("person_id", "hall_id"))

    hall_id: Mapped[UUID] = mapped_column(ForeignKey("hall.id"))
    set_key: Mapped[str]
    rooms: Mapped[Json]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case_file.id"))
    purpose: Mapped[str]
    rrule: Mapped[str]
    """``FREQ=WEEKLY;UNTIL=20270630``: without DTSTART, which is ``first`` at ``time_from``."""
    first: Mapped[date]
    time_from: Mapped[str]
    """``19:00``: the same all year."""
    time_to: Mapped[str]
    """``21:00``; not after ``time_from``: on the next day."""
    skip_public: Mapped[bool] = mapped_column(default=True)
    skip_school: Mapped[bool] = mapped_column(default=False)
    season: Mapped[str] = mapped_column(default="", index=True)
    """The season plan it belongs to ("2026/27 Winter"); "": none."""
    skipped: Mapped[Json]


def _describe_booking(booking: Booking, session: Session) -> Found:
    who = session.get(Person, booking.person_id)
    hall = session.get(Hall, booking.hall_id)
    return Found(
        f"{booking.purpose} · {list_name(who) if who else ''}",
        f"{GERMAN_STATES[booking.state]} · {hall.name if hall else ''},"
        f" {german_span(booking.starts, booking.ends)}",
    )


class Booking(Record):
    """Somebody uses rooms of a hall from ``starts`` to ``ends`` (exclusive).

    While its state claims (see ``rules.states``), every room is claimed for the time with the buffers. What
    its price depends on stands in ``wish``; it comes out again from ``wish`` by the stored versions of hall
    and tariff (``pricing_of``). Occurrences of a series are found by their series.
    """

    __tablename__ = "booking"
    __strict__ = True
    __merge_groups__ = (
        ("starts", "ends", "hall_id", "set_key", "rooms", "buffer_before", "buffer_after"),
        ("state", "option_until", "ended_on", "end_reason"),
        ("wish", "tariff_version_id", "hall_version_id", "total", "deposit"),
    )
    __search__ = Searchable("booking", _describe_booking, follow=("person_id", "hall_id"), unless="series_id")
    __table_args__ = (sa.Index("ix_booking_hall_starts", "hall_id", "starts"),)

    hall_id: Mapped[UUID] = mapped_column(ForeignKey("hall.id"))
    set_key: Mapped[str] = mapped_column(default="")
    rooms: Mapped[Json]
    """Keys, in the order of the hall; also where a set was booked."""
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[str]
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    buffer_before: Mapped[int | None]
    """Minutes; None: as the rooms say."""
    buffer_after: Mapped[int | None]
    state: Mapped[BookingState] = mapped_column(index=True)
    option_until: Mapped[date | None]
    """The last day of an option."""
    ended_on: Mapped[date | None]
    """When it was rejected or cancelled, or expired."""
    end_reason: Mapped[str] = mapped_column(default="")
    rank: Mapped[Rank] = mapped_column(default="first_come")
    wish: Mapped[Json]
    """What the price depends on, as ``pricing.Wish`` writes it."""
    tariff_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("catalogue_version.id"))
    hall_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("catalogue_version.id"))
    total: Mapped[Money | None]
    """Gross; None: not priced."""
    deposit: Mapped[Money | None]
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("booking_series.id"))
    occurs_on: Mapped[date | None]
    """The day the series' rule names, though it may have been moved."""
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case_file.id"))
    notice_id: Mapped[UUID | None] = mapped_column(ForeignKey("notice.id"))
    """The notice that charged it last."""
    unused: Mapped[bool] = mapped_column(default=False)
    """Booked but not used."""
    remark: Mapped[str] = mapped_column(default="")


class WaitingRequest(Record):
    """Somebody would like a time that is taken; offered in the order of entry when it becomes free."""

    __tablename__ = "hall_waiting"
    __strict__ = True
    __merge_groups__ = (("state", "offered_until"),)

    hall_id: Mapped[UUID] = mapped_column(ForeignKey("hall.id"))
    set_key: Mapped[str]
    rooms: Mapped[Json]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[str]
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    wish: Mapped[Json]
    entered_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[WaitingState] = mapped_column(default="waiting")
    offered_until: Mapped[date | None]
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("booking.id"))
    """The option it was offered by."""


class DepositEntry(Record):
    """Money of a deposit, never income: received counts up, kept and refunded count down. Amounts are > 0."""

    __tablename__ = "deposit_entry"
    __strict__ = True

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"))
    kind: Mapped[DepositKind]
    on: Mapped[date]
    amount: Mapped[Money]
    remark: Mapped[str] = mapped_column(default="")
    clerk_id: Mapped[UUID | None] = mapped_column(ForeignKey("clerk.id"))


class HandoverRecord(Record):
    """A hall is handed over (``out``) or comes back (``back``); photos are attachments of this record.

    ``keys``: list of numbers; ``meters``: name → reading as text; ``checklist``: list of {item, ok, remark};
    ``damage``: list of {text, cents, photos}, of photos the SHA-256. ``signed``: "town" and "user" → what was
    drawn as signature, a list of strokes of points in thousandths of the field's width.
    """

    __tablename__ = "handover_record"
    __strict__ = True

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"))
    direction: Mapped[Direction]
    at: Mapped[datetime]
    keys: Mapped[Json]
    meters: Mapped[Json]
    checklist: Mapped[Json]
    damage: Mapped[Json]
    for_town: Mapped[str]
    for_user: Mapped[str]
    signed: Mapped[Json]
    remark: Mapped[str] = mapped_column(default="")


class BookingTask(Record):
    """What has to be done for a booking: a duty of law, or a tick of the hall's approval chain."""

    __tablename__ = "booking_task"
    __merge_groups__ = (("done_on", "done_by"),)

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"))
    kind: Mapped[TaskKind]
    key: Mapped[str]
    title: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    """The rule's sentence with its source."""
    due_on: Mapped[date | None] = mapped_column(index=True)
    done_on: Mapped[date | None]
    done_by: Mapped[str] = mapped_column(default="")
