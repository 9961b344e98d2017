"""Commands that decide and write: approve with notice or invoice, the agreement, reject, cancel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.halls.commands.asking import Values, asked
from rathaus_desk.desktop.parts.described import Choice, Field
from rathaus_desk.halls import queries
from rathaus_desk.halls.operations.decisions import (
    ApproveBookings,
    CancelBooking,
    RejectBooking,
    SignAgreement,
)
from rathaus_desk.store.operations import Request

FORMS = (
    Choice("notice", "Bescheid"),
    Choice("invoice", "Rechnung"),
    Choice("none", "jetzt nichts berechnen"),
)


@command(
    "halls.approve", "Genehmigen", icon="circle-check", about="booking", needs=True, words="bescheid rechnung"
)
def approve(desk: Desk, booking: UUID | None) -> None:
    """Approves and charges, with the letters; of a series all dates at once if wanted."""
    assert booking is not None
    series = desk.read_now(lambda session: _open_dates(session, booking))

    def request(values: Values) -> Request:
        form = values.get("form")
        return ApproveBookings(
            bookings=series if values.get("all") and series else (booking,),
            form=form if form in ("notice", "invoice") else None,
            agreement=values.get("agreement", False),
        )

    together = (
        ((Field("all", f"alle {len(series)} Termine der Serie", "flag", 12),),) if len(series) > 1 else ()
    )
    asked(
        desk,
        "Nutzung genehmigen",
        (
            (Field("form", "&Berechnen durch", "choice", 6, choices=FORMS, required=True),),
            *together,
            (Field("agreement", "Nutzungsvertrag schreiben", "flag", 12),),
        ),
        request,
        save_title="Genehmigen",
        values={"form": "notice", "agreement": not series, **({"all": True} if together else {})},
        words="Nutzung genehmigt.",
    )


def _open_dates(session: Any, booking_id: UUID) -> tuple[UUID, ...]:
    booking = queries.booking(session, booking_id)
    if booking.series_id is None:
        return ()
    return tuple(
        one.id for one in queries.occurrences(session, booking.series_id) if one.state == "requested"
    )


@command("halls.sign", "Vertrag unterschrieben", icon="pencil", about="booking", needs=True)
def sign(desk: Desk, booking: UUID | None) -> None:
    """The signed agreement came back."""
    assert booking is not None
    desk.run(SignAgreement(booking=booking))


@command("halls.reject", "Ablehnen", icon="x", about="booking", needs=True)
def reject(desk: Desk, booking: UUID | None) -> None:
    """Turns a request down, with its reason."""
    assert booking is not None
    asked(
        desk,
        "Nutzung ablehnen",
        ((Field("reason", "&Begründung", "long_text", 12, required=True),),),
        lambda values: RejectBooking(booking=booking, reason=values.get("reason") or ""),
        save_title="Ablehnen",
        words="Nutzung abgelehnt.",
    )


@command("halls.cancel", "Absagen", icon="ban", about="booking", needs=True, words="stornieren")
def cancel(desk: Desk, booking: UUID | None) -> None:
    """Who booked calls off; what that costs is shown before."""
    assert booking is not None
    asked(
        desk,
        "Buchung absagen",
        (
            (Field("told_on", "Abgesagt &am", "date", 4, placeholder="heute"),),
            (Field("free", "Kostet nichts, &weil", span=12, hint="Leer: wie der Tarif sagt."),),
        ),
        lambda values: CancelBooking(
            booking=booking, told_on=values.get("told_on"), free=values.get("free") or ""
        ),
        save_title="Absagen",
        words="Buchung abgesagt.",
    )
