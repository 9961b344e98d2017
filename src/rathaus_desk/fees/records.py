"""What was assessed, noticed, is due and was paid. An assessment once noticed is never changed."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from rathaus_desk.fees.assessment import Line
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.names import list_name
from rathaus_desk.store.numbering import draws_from
from rathaus_desk.store.schema import Found, Json, Record, Searchable

NOTICES = "BE"
"""What the numbers of notices begin with."""
REFERENCES = "KZ"
"""The series of payment references."""

draws_from(lambda _session: (NOTICES, REFERENCES))


class KeptAssessment(Record):
    """A snapshot of what was assessed, by which version of which tariff; a later tariff never changes it."""

    __tablename__ = "assessment"
    __strict__ = True

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"))
    tariff_version_id: Mapped[UUID] = mapped_column(ForeignKey("catalogue_version.id"))
    tariff_sha256: Mapped[str]
    """Of the tariff's text when this was assessed."""
    tariff_title: Mapped[str]
    assessed_for: Mapped[date]
    """The day whose tariff was taken."""
    lines: Mapped[Json]
    net: Mapped[Money]
    vat: Mapped[Money]
    total: Mapped[Money]
    vat_by_rate: Mapped[Json]
    """Rate in percent (text) → cents."""
    notes: Mapped[Json]
    """Sentences the invoice needs; list of text."""

    @property
    def kept_lines(self) -> tuple[Line, ...]:
        """The lines as they were assessed."""
        return tuple(line_of(plain) for plain in self.lines)


def _describe_notice(notice: Notice, session: Session) -> Found:
    debtor = session.get(Person, notice.recipient_id)
    who = list_name(debtor) if debtor else ""
    return Found(notice.title, f"Bescheid {notice.number} vom {german_date(notice.dated_on)} · {who}")


class Notice(Record):
    """A letter that decides, and where it stands: dated, posted, received, open to appeal.

    The three dates hold for the day of posting that was assumed, until it was posted (``posted_on``).
    """

    __tablename__ = "notice"
    __strict__ = True
    __search__ = Searchable("notice", _describe_notice, follow=("recipient_id",))

    number: Mapped[str] = mapped_column(unique=True)
    """``BE-2026-00017``."""
    act: Mapped[str]
    """The kind of act, as the law table names it: ``fee_notice``, ``extension_notice`` …"""
    title: Mapped[str]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"))
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    """Who is addressed and owes what is charged."""
    assessment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assessment.id"))
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("notice.id"))
    """The notice this one takes the place of."""
    dated_on: Mapped[date]
    posted_on: Mapped[date | None]
    received_on: Mapped[date]
    appeal_until: Mapped[date]
    service_source: Mapped[str]
    """The law by which it counts as received."""
    appeal_source: Mapped[str]


def _describe_due_item(item: DueItem, session: Session) -> Found:
    debtor = session.get(Person, item.debtor_id)
    who = list_name(debtor) if debtor else ""
    return Found(f"{item.amount.german()} {item.title}", f"{item.reference} · {who}", item.reference)


class DueItem(Record):
    """What somebody owes the town (or, with a negative amount, the town owes somebody), until when.

    Its state is derived from its payments (``fees.rules.due_state``), never stored.
    """

    __tablename__ = "due_item"
    __strict__ = True
    __merge_groups__ = (("cancelled_on", "cancel_reason"),)
    __search__ = Searchable("due_item", _describe_due_item, follow=("debtor_id",))

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notice.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"))
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str]
    amount: Mapped[Money]
    reference: Mapped[str] = mapped_column(unique=True)
    """ISO 11649, without blanks."""
    due_on: Mapped[date] = mapped_column(index=True)
    cancelled_on: Mapped[date | None]
    cancel_reason: Mapped[str] = mapped_column(default="")


class Payment(Record):
    """Money that came for a due item (negative: was paid out)."""

    __tablename__ = "payment"
    __strict__ = True

    due_item_id: Mapped[UUID] = mapped_column(ForeignKey("due_item.id"))
    paid_on: Mapped[date]
    amount: Mapped[Money]
    remark: Mapped[str] = mapped_column(default="")
    clerk_id: Mapped[UUID | None] = mapped_column(ForeignKey("clerk.id"))


def plain_line(line: Line) -> dict[str, Any]:
    """A line as it is kept: exact fractions as text, money as cents."""
    return {
        "key": line.key,
        "label": line.label,
        "paragraph": line.paragraph,
        "quantity": str(line.quantity),
        "unit": line.unit,
        "rate": line.rate.cents,
        "amount": line.amount.cents,
        "reasons": list(line.reasons),
        "explanation": list(line.explanation),
        "account": line.account,
        "vat_rate": None if line.vat_rate is None else str(line.vat_rate),
        "net": line.net,
        "metered": line.metered,
    }


def line_of(plain: dict[str, Any]) -> Line:
    """The line that was kept."""
    rate = plain["vat_rate"]
    return Line(
        **{
            **plain,
            "quantity": Fraction(plain["quantity"]),
            "rate": Money(plain["rate"]),
            "amount": Money(plain["amount"]),
            "reasons": tuple(plain["reasons"]),
            "explanation": tuple(plain["explanation"]),
            "vat_rate": None if rate is None else Fraction(rate),
        }
    )
