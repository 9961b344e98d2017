"""Commands about money at the end: the deposit, and the settlement from meters and damage."""

from __future__ import annotations

from uuid import UUID

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.halls.commands.asking import Values, asked
from rathaus_desk.desktop.parts.described import Field
from rathaus_desk.halls import queries
from rathaus_desk.halls.operations.deposits import ReceiveDeposit, RefundDeposit
from rathaus_desk.halls.operations.handing import (
    SettleBooking,
)
from rathaus_desk.kernel.money import Money
from rathaus_desk.store.operations import Request


@command("halls.receive_deposit", "Kaution erhalten", icon="euro", about="booking", needs=True)
def receive_deposit(desk: Desk, booking: UUID | None) -> None:
    """Keeps it in the ledger, with a receipt."""
    assert booking is not None
    owed = desk.read_now(lambda session: queries.booking(session, booking).deposit)

    def request(values: Values) -> Request | None:
        if values.get("amount") is None:
            return None
        return ReceiveDeposit(booking=booking, amount=values["amount"], on=values.get("on") or desk.today)

    asked(
        desk,
        "Kaution erhalten",
        (
            (
                Field("amount", "&Betrag", "money", 4, required=True),
                Field("on", "&Am", "date", 4, placeholder="heute"),
            ),
        ),
        request,
        values={"amount": owed} if owed else {},
        words="Kaution vermerkt.",
    )


@command("halls.refund_deposit", "Kaution abrechnen", icon="euro", about="booking", needs=True)
def refund_deposit(desk: Desk, booking: UUID | None) -> None:
    """Pays back what is held, but for what is kept."""
    assert booking is not None
    asked(
        desk,
        "Kaution abrechnen",
        (
            (Field("kept", "&Einbehalten", "money", 4), Field("kept_for", "&Wofür", span=8)),
            (Field("on", "&Am", "date", 4, placeholder="heute"),),
        ),
        lambda values: RefundDeposit(
            booking=booking,
            on=values.get("on") or desk.today,
            kept=values.get("kept") or Money(),
            kept_for=values.get("kept_for") or "",
        ),
        save_title="Abrechnen",
        words="Kaution abgerechnet.",
    )


@command("halls.settle", "Abrechnen", icon="calculator", about="booking", needs=True)
def settle(desk: Desk, booking: UUID | None) -> None:
    """The final bill from meters and damage, and the deposit."""
    assert booking is not None
    asked(
        desk,
        "Nutzung abrechnen",
        ((Field("letter", "Abrechnung schreiben", "flag", 12),),),
        lambda values: SettleBooking(booking=booking, letter=values.get("letter", True)),
        save_title="Abrechnen",
        values={"letter": True},
        words="Nutzung abgerechnet.",
    )
