"""What bookings cost, on paper: assessment, notice or invoice, due item, letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from rathaus_desk.catalogue.queries import law_book
from rathaus_desk.catalogue.records import CatalogueVersion
from rathaus_desk.fees import letters as fees
from rathaus_desk.fees.assessment import Assessment, Line
from rathaus_desk.fees.operations import give_notice, keep_assessment
from rathaus_desk.fees.records import KeptAssessment, Notice
from rathaus_desk.fees.summing import with_lines
from rathaus_desk.halls import letters
from rathaus_desk.halls.prices import kept_price
from rathaus_desk.halls.records import Booking
from rathaus_desk.halls.rules.times import wall_of
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.money import Money
from rathaus_desk.letters.facts import HallInvoice, HallNotice
from rathaus_desk.letters.operations import compose_and_file
from rathaus_desk.store.operations import Work

Form = Literal["notice", "invoice"]
"""How money is asked for: by a notice (public law) or an invoice (private law)."""


def together(assessments: Sequence[Assessment]) -> Assessment:
    """Several assessments by one tariff as one: equal lines are added up; VAT is computed of the sums.

    One invoice rounds the VAT of each rate once (§ 14 (4) no. 8 UStG); single prices would each round theirs.
    """
    lines: dict[tuple[object, ...], Line] = {}
    for line in (line for one in assessments for line in one.lines):
        known = lines.get(_like(line))
        lines[_like(line)] = (
            line
            if known is None
            else replace(known, quantity=known.quantity + line.quantity, amount=known.amount + line.amount)
        )
    notes = tuple(dict.fromkeys(note for one in assessments for note in one.vat_notes))
    return with_lines(replace(assessments[0], vat_notes=notes), tuple(lines.values()))


def _like(line: Line) -> tuple[object, ...]:
    """What lines have in common that are added up."""
    return (line.key, line.label, line.rate, line.unit, line.vat_rate, line.net, line.explanation)


def beyond(assessment: Assessment, charged: Assessment) -> Assessment:
    """What an assessment comes to beyond one that is charged already: lines that are new or have grown.

    Refused where a line became less: what was charged together would have to be charged anew.
    """
    before = {_like(line): line for line in charged.lines}
    added = []
    for line in assessment.lines:
        known = before.pop(_like(line), None)
        if known is None:
            added.append(line)
        elif line.amount != known.amount:
            quantity = line.quantity - known.quantity
            added.append(replace(line, quantity=quantity, amount=line.amount - known.amount))
    if before or any(line.amount < Money() for line in added):
        raise Refused(
            "Für diesen Termin ist jetzt weniger zu zahlen, als mit der Serie berechnet wurde; "
            "bitte berechnen Sie die Serie neu."
        )
    return with_lines(assessment, added)


def keep(work: Work, bookings: Sequence[Booking], assessment: Assessment) -> KeptAssessment | None:
    """Keeps what was assessed for bookings of one case and one tariff version; None if it is nothing."""
    first = bookings[0]
    if not assessment.lines:
        return None
    assert first.case_id is not None
    version = work.session.get_one(CatalogueVersion, first.tariff_version_id)
    return keep_assessment(work, assessment, version, case=first.case_id, on=wall_of(first.starts).date())


def charge(
    work: Work,
    bookings: Sequence[Booking],
    assessment: Assessment,
    *,
    act: str,
    title: str,
    corrects: Notice | None = None,
    beside: Notice | None = None,
) -> tuple[Notice, KeptAssessment | None]:
    """Gives the notice over what was assessed; every booking remembers it.

    With ``beside`` it stands beside an earlier one over several dates, which the bookings go on remembering.
    """
    first = bookings[0]
    assert first.case_id is not None
    kept = keep(work, bookings, assessment)
    notice = give_notice(
        work,
        act=act,
        title=title,
        case=first.case_id,
        recipient=first.person_id,
        assessment=kept,
        corrects=corrects,
    )
    for booking in bookings:
        booking.notice_id = (beside or notice).id
    work.session.flush()
    return notice, kept


def charge_use(work: Work, bookings: Sequence[Booking], form: Form) -> Notice:
    """Charges bookings by the prices they keep and files the notice or the invoice.

    A notice that charged them before is replaced. Refused for bookings of several tariff versions.
    """
    if len({booking.tariff_version_id for booking in bookings}) > 1:
        raise Refused(
            "Die Termine fallen unter mehrere Fassungen des Tarifs; bitte berechnen Sie sie getrennt."
        )
    assessment = together([kept_price(work.session, booking).assessment for booking in bookings])
    words = letters.use_words(work.session, bookings)
    notice, kept = charge(
        work,
        bookings,
        assessment,
        act=f"hall_{form}",
        title=f"{words['hall']}, {words['times']}",
        corrects=standing_notice(work, bookings[0]),
    )
    file_charge(work, bookings, notice, kept, form)
    return notice


def standing_notice(work: Work, booking: Booking) -> Notice | None:
    """The notice that charged a booking last."""
    return work.session.get(Notice, booking.notice_id) if booking.notice_id else None


def form_of(notice: Notice | None) -> Form:
    """The form in which a booking was charged before."""
    return "invoice" if notice is not None and notice.act == "hall_invoice" else "notice"


def file_charge(
    work: Work, bookings: Sequence[Booking], notice: Notice, kept: KeptAssessment | None, form: Form
) -> None:
    """Files the letter of a charge."""
    first = bookings[0]
    deposit = deposit_of(bookings)
    corrected = fees.corrected(work.session, notice)
    if form == "notice":
        facts: HallNotice | HallInvoice = HallNotice(
            **fees.notice_facts(
                work, notice, kept, law_book(work.session), reasons_of(bookings, kept), basis=letters.HALL_FEE
            ),
            **letters.use_words(work.session, bookings),
            deposit=deposit,
            corrects=corrected,
        )
    elif kept is None:
        # Nothing is charged: an invoice over nothing is none.
        return
    else:
        facts = HallInvoice(
            **letters.use_facts(work, bookings),
            number=notice.number,
            lines=fees.fee_lines(kept),
            subtotals=fees.subtotals(kept),
            total=kept.total,
            payment=fees.payment(work.session, notice),
            notes=tuple(kept.notes),
            deposit=deposit,
            corrects=corrected,
        )
    compose_and_file(
        work, f"hall_{form}", facts, about=notice.id, case=first.case_id, recipient=first.person_id
    )


def reasons_of(bookings: Sequence[Booking], kept: KeptAssessment | None) -> tuple[str, ...]:
    """Why it costs what it costs: the explanations of the lines that have one."""
    if kept is None:
        return ("Für diese Nutzung sieht der Tarif kein Entgelt vor.",)
    said = [f"{line.label}: {'; '.join(line.explanation)}." for line in kept.kept_lines if line.explanation]
    day = wall_of(bookings[0].starts)
    return (f"Gerechnet wurde nach dem Tarif, der am {day:%d.%m.%Y} gilt.", *dict.fromkeys(said))


def deposit_of(bookings: Sequence[Booking]) -> Money | None:
    """The deposit to be left: for a series once, the highest."""
    asked = [booking.deposit for booking in bookings if booking.deposit is not None]
    return max(asked) if asked else None
