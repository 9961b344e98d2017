"""Keys out and back with their records, and the settlement from meters and damage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from rathaus_desk.catalogue.queries import law_book
from rathaus_desk.fees import letters as fees
from rathaus_desk.fees.records import KeptAssessment, Notice
from rathaus_desk.halls import letters, queries
from rathaus_desk.halls.operations.charging import (
    beyond,
    charge,
    file_charge,
    form_of,
    reasons_of,
    standing_notice,
)
from rathaus_desk.halls.operations.deposits import ledger_of, settle
from rathaus_desk.halls.prices import kept_price
from rathaus_desk.halls.records import Booking, Direction, HandoverRecord
from rathaus_desk.halls.rules.deposit import divided, refuse_keys_without
from rathaus_desk.halls.rules.states import BookingState, check_step
from rathaus_desk.halls.rules.times import moment_of
from rathaus_desk.halls.wish import wish_of
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.money import Money, total
from rathaus_desk.kernel.texts import bounded, german_number, worded
from rathaus_desk.letters.facts import HallHandover, HallSettlement
from rathaus_desk.letters.letter import SIGNING_HEIGHT, Photo, SignedBy, Stroke
from rathaus_desk.letters.operations import compose_and_file
from rathaus_desk.letters.photos import prepared
from rathaus_desk.store.attachments import KeptFile, attachments_of
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.town import queries as town

LONGEST_TEXT = 2_000
MOST_POINTS = 20_000
"""Of a signature."""
TITLES = {"out": "Übergabeprotokoll", "back": "Rücknahmeprotokoll"}
METERS = {"electricity": ("Strom", "kWh"), "water": ("Wasser", "m³"), "heating": ("Heizung", "kWh")}
"""Meters by the names tariffs use; others are shown by their own name."""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the checklist."""

    item: str
    ok: bool
    remark: str = ""


class Damage(msgspec.Struct, frozen=True, kw_only=True):
    """A damage, what it costs (0.00: not known yet), and how it looks."""

    text: str
    cost: Money = Money()
    photos: tuple[KeptFile, ...] = ()


class HandOverHall(Request, frozen=True, kw_only=True):
    """Keys go out (``out``) or come back (``back``) ``at`` a time (naive: wall time).

    ``meters``: name → reading. ``signed_town`` and ``signed_user``: what was drawn as signature (see
    `letters.letter.Stroke`). ``pay_deposit_later``: why keys go out without the deposit.
    """

    booking: UUID
    direction: Direction
    at: datetime
    for_town: str
    for_user: str
    signed_town: tuple[Stroke, ...] = ()
    signed_user: tuple[Stroke, ...] = ()
    keys: tuple[str, ...] = ()
    meters: dict[str, Decimal] = msgspec.field(default_factory=dict)
    checklist: tuple[Checked, ...] = ()
    damage: tuple[Damage, ...] = ()
    photos: tuple[KeptFile, ...] = ()
    remark: str = ""
    pay_deposit_later: str = ""
    letter: bool = True


@operation(HandOverHall, name="halls.hand_over", title="Übergabe oder Rücknahme")
def hand_over(work: Work, request: HandOverHall) -> UUID:
    """Keeps the record and files it as letter; returns its id.

    Refused out of order (out before back), or while the deposit is not there.
    """
    booking = queries.booking(work.session, request.booking)
    state: BookingState = "handed_over" if request.direction == "out" else "returned"
    check_step(booking.state, state)
    if request.direction == "out" and not request.pay_deposit_later.strip():
        refuse_keys_without(booking.deposit, ledger_of(work, booking))
    if request.direction == "back":
        _refuse_meters_backwards(work, booking, request)
    made = HandoverRecord(
        booking_id=booking.id,
        direction=request.direction,
        at=moment_of(request.at),
        keys=[worded(key, LONGEST_TEXT, "Schlüssel") for key in request.keys],
        meters={name: str(reading) for name, reading in request.meters.items()},
        checklist=[msgspec.to_builtins(one) for one in request.checklist],
        damage=[
            {
                "text": worded(one.text, LONGEST_TEXT, "Schaden"),
                "cents": one.cost.cents,
                "photos": [photo.sha256 for photo in one.photos],
            }
            for one in request.damage
        ],
        signed={"town": _drawn(request.signed_town), "user": _drawn(request.signed_user)},
        for_town=worded(request.for_town, LONGEST_TEXT, "Für die Stadt"),
        for_user=worded(request.for_user, LONGEST_TEXT, "Für die nutzende Person"),
        remark=bounded(
            " ".join(filter(None, (request.remark, request.pay_deposit_later))), LONGEST_TEXT, "Bemerkung"
        ),
    )
    work.session.add(made)
    photos = [*request.photos, *(photo for one in request.damage for photo in one.photos)]
    for photo in {photo.sha256: photo for photo in photos}.values():
        work.attach_file(photo, to=made.id)
    booking.state = state
    if request.letter:
        _file_record(work, booking, made)
    return made.id


def _refuse_meters_backwards(work: Work, booking: Booking, request: HandOverHall) -> None:
    out = queries.last_handover(work.session, booking.id, "out")
    for sentence in lower_meters(out.meters if out else {}, request.meters).values():
        raise BadInput(sentence)


def lower_meters(before: Mapping[str, str], read: Mapping[str, Decimal]) -> dict[str, str]:
    """Meter → what is wrong, of those that show less than when the hall was handed over."""
    return {
        name: f"Der Zähler „{meter_name(name)}“ steht niedriger als bei der Übergabe ({before[name]})."
        for name, reading in read.items()
        if name in before and reading < Decimal(before[name])
    }


def _drawn(strokes: Sequence[Stroke]) -> list[Any]:
    """A signature as it is kept; BadInput for what no field can hold."""
    points = [point for stroke in strokes for point in stroke]
    if len(points) > MOST_POINTS or not all(strokes):
        raise BadInput("Die Unterschrift ist zu lang; bitte noch einmal unterschreiben.")
    if any(not (0 <= x <= 1000 and 0 <= y <= SIGNING_HEIGHT) for x, y in points):
        raise BadInput("Die Unterschrift reicht über ihr Feld hinaus; bitte noch einmal unterschreiben.")
    return [[list(point) for point in stroke] for stroke in strokes]


def meter_name(name: str) -> str:
    """How a meter is called."""
    return METERS.get(name, (name, ""))[0]


def _file_record(work: Work, booking: Booking, record: HandoverRecord) -> None:
    facts = HallHandover(
        **letters.use_facts(work, [booking]),
        title=TITLES[record.direction],
        moment=record.at,
        user=letters.user_name(work.session, booking),
        keys=tuple(record.keys),
        meters=tuple(_reading(name, reading) for name, reading in record.meters.items()),
        checklist=tuple(_checked(one) for one in record.checklist),
        damage=tuple(_damage(one) for one in record.damage),
        remark=record.remark,
        for_town=record.for_town,
        for_user=record.for_user,
        signed=_signed(work, record.for_town, record.for_user, record.signed),
        photos=tuple(_photos(work, record)),
    )
    letters.file(work, "hall_handover", facts, booking)


def _signed(work: Work, for_town: str, for_user: str, drawn: dict[str, Any]) -> tuple[SignedBy, ...]:
    def strokes(who: str) -> tuple[Stroke, ...]:
        return tuple(tuple((x, y) for x, y in stroke) for stroke in drawn.get(who, ()))

    return (
        SignedBy(town.town(work.session).name, for_town, strokes("town")),
        SignedBy("nutzende Person", for_user, strokes("user")),
    )


def _photos(work: Work, record: HandoverRecord) -> Iterator[Photo]:
    """The photos that paper can show, each with its damage; other files stay with the record."""
    shows: dict[str, str] = {}
    for one in record.damage:
        for photo in one.get("photos", ()):
            shows.setdefault(photo, one["text"])
    for kept in attachments_of(work.session, record.id):
        content = prepared(work.read_attachment(kept))
        if content is not None:
            yield Photo(content, shows.get(kept.sha256, kept.name))


def _reading(name: str, reading: str) -> str:
    return f"{meter_name(name)}: {german_number(Decimal(reading))} {METERS.get(name, ('', ''))[1]}".strip()


def _checked(one: dict[str, Any]) -> str:
    said = "in Ordnung" if one["ok"] else "nicht in Ordnung"
    return f"{one['item']}: {said}" + (f" ({one['remark']})" if one.get("remark") else "")


def _damage(one: dict[str, Any]) -> str:
    cost = Money(one["cents"])
    return f"{one['text']} ({cost.german()})" if cost else str(one["text"])


class PrintHandoverForm(Request, frozen=True, kw_only=True):
    """The empty record of a booking, to be filled in on paper."""

    booking: UUID
    direction: Direction


@operation(PrintHandoverForm, name="halls.print_handover_form", title="Protokoll zum Ausfüllen drucken")
def print_handover_form(work: Work, request: PrintHandoverForm) -> UUID:
    """Files it in the print queue, with the hall's keys and checklist to be ticked."""
    booking = queries.booking(work.session, request.booking)
    hall = queries.hall(work.session, booking.hall_id)
    out = queries.last_handover(work.session, booking.id, "out")
    keys = out.keys if out is not None and request.direction == "back" else hall.keys
    facts = HallHandover(
        **letters.use_facts(work, [booking]),
        title=TITLES[request.direction],
        moment=booking.starts if request.direction == "out" else booking.ends,
        user=letters.user_name(work.session, booking),
        keys=tuple(f"( ) {key}" for key in keys),
        checklist=tuple(f"( ) {item}" for item in hall.checklist),
        signed=_signed(work, "", "", {}),
        blank=True,
    )
    return letters.file(work, "hall_handover", facts, booking).id


class SettleBooking(Request, frozen=True, kw_only=True):
    """The use is settled from its two records: meters and damage; the deposit with it.

    ``further_costs``: items of the tariff at cost, name → amount.
    """

    booking: UUID
    further_costs: dict[str, Money] = msgspec.field(default_factory=dict)
    letter: bool = True


@operation(SettleBooking, name="halls.settle", title="Nutzung abrechnen", undoable=False)
def settle_booking(work: Work, request: SettleBooking) -> Money:
    """Prices the use with what the meters show, replaces the earlier notice or invoice, and keeps what damage
    cost of the deposit; returns the new total. Damage beyond the deposit stands in the letter, it is no fee.

    Of dates that were charged together each is settled by itself: the joint notice stays, only what comes to
    it is charged.
    """
    booking = queries.booking(work.session, request.booking)
    check_step(booking.state, "settled")
    used, damage = _used(work, booking), _damages(work, booking)
    charged = kept_price(work.session, booking).assessment
    wish = wish_of(booking.wish)
    meters = {**wish.meters, **used}
    wish = msgspec.structs.replace(wish, meters=meters, costs={**wish.costs, **request.further_costs})
    booking.wish = wish.plain()
    assessment = kept_price(work.session, booking).assessment
    booking.total = assessment.total
    before = standing_notice(work, booking)
    joint = before if before is not None and before.id in _notices_of_others(work, booking) else None
    words = letters.use_words(work.session, [booking])
    form = form_of(before)
    notice, kept = charge(
        work,
        [booking],
        beyond(assessment, charged) if joint else assessment,
        act=f"hall_{form}",
        title=f"Abrechnung {words['hall']}, {words['times']}",
        corrects=None if joint else before,
        beside=joint,
    )
    booking.state = "settled"
    ledger = ledger_of(work, booking)
    part = divided(ledger, total([one.cost for one in damage]))
    if request.letter and form == "invoice":
        file_charge(work, [booking], notice, kept, form)
    elif request.letter:
        _file_settlement(work, booking, notice, kept, used, damage, (ledger.held, *part), joint)
    if ledger.held:
        what = tuple(one.text for one in damage) if part[0] else ()
        settle(work, booking, part[0], work.today, what, letter=request.letter)
    return assessment.total


def _notices_of_others(work: Work, booking: Booking) -> set[UUID | None]:
    if booking.series_id is None:
        return set()
    siblings = queries.occurrences(work.session, booking.series_id)
    return {one.notice_id for one in siblings if one.id != booking.id}


def _used(work: Work, booking: Booking) -> dict[str, Decimal]:
    """Meter → what was used between the two records."""
    out = queries.last_handover(work.session, booking.id, "out")
    back = queries.last_handover(work.session, booking.id, "back")
    if out is None or back is None:
        return {}
    return {
        name: Decimal(reading) - Decimal(out.meters[name])
        for name, reading in back.meters.items()
        if name in out.meters
    }


def _damages(work: Work, booking: Booking) -> list[Damage]:
    back = queries.last_handover(work.session, booking.id, "back")
    found = back.damage if back else []
    return [Damage(text=one["text"], cost=Money(one["cents"])) for one in found]


def _file_settlement(
    work: Work,
    booking: Booking,
    notice: Notice,
    kept: KeptAssessment | None,
    used: dict[str, Decimal],
    damage: Sequence[Damage],
    deposit: tuple[Money, Money, Money],
    joint: Notice | None,
) -> None:
    words = letters.use_words(work.session, [booking])
    del words["dates"]
    facts = HallSettlement(
        **fees.notice_facts(
            work, notice, kept, law_book(work.session), reasons_of([booking], kept), basis=letters.HALL_FEE
        ),
        **words,
        meters=tuple(_reading(name, str(value)) for name, value in used.items()),
        damage=tuple(_damage({"text": one.text, "cents": one.cost.cents}) for one in damage),
        deposit=deposit[0],
        deposit_kept=deposit[1],
        deposit_refunded=deposit[2],
        corrects=fees.corrected(work.session, notice),
        beside=joint.number if joint is not None else "",
    )
    compose_and_file(
        work, "hall_settlement", facts, about=notice.id, case=booking.case_id, recipient=booking.person_id
    )
