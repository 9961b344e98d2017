"""What a notice's letter is told about its fees: table, subtotals, payment, remedy, legal basis, reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from rathaus_desk.catalogue.examples import number_text
from rathaus_desk.catalogue.law import LawBook
from rathaus_desk.catalogue.records import CatalogueVersion
from rathaus_desk.fees import queries
from rathaus_desk.fees.assessment import Line
from rathaus_desk.fees.records import KeptAssessment, Notice
from rathaus_desk.fees.tariff_kind import tariff_of_version
from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.letters.facts import Appeal, Corrected, FeeLine, SubTotal
from rathaus_desk.letters.letter import BankAccount, Payment
from rathaus_desk.letters.parties import letter_facts
from rathaus_desk.store.operations import Work
from rathaus_desk.town import queries as town
from rathaus_desk.town.records import Case

_PERIODS = {1: "eines Monats", 2: "zweier Monate", 3: "dreier Monate"}


def notice_facts(
    work: Work,
    notice: Notice,
    assessment: KeptAssessment | None,
    law: LawBook,
    reasons: Iterable[str],
    *,
    basis: str,
) -> dict[str, Any]:
    """What every notice has: reasons, remedy, and the fees where something is charged.

    ``basis`` names the entry of the law table that says what such fees rest on.
    """
    return {
        **letter_facts(work, notice.recipient_id, notice.case_id),
        "reasons": tuple(reason for reason in reasons if reason),
        "appeal": appeal(work.session, notice, law),
        "legal_basis": legal_basis(work.session, assessment, law, basis) if assessment else (),
        "lines": fee_lines(assessment) if assessment else (),
        "subtotals": subtotals(assessment) if assessment else (),
        "total": assessment.total if assessment else Money(),
        "payment": payment(work.session, notice),
        "tariff": assessment.tariff_title if assessment else "",
    }


def fee_lines(assessment: KeptAssessment) -> tuple[FeeLine, ...]:
    """The lines of the fee table; what changed a price stands below its label."""
    return tuple(_fee_line(line) for line in assessment.kept_lines)


def _fee_line(line: Line) -> FeeLine:
    return FeeLine(
        label=line.label,
        paragraph=line.paragraph,
        quantity=number_text(line.quantity).replace(".", ","),
        unit=line.unit,
        rate=line.rate,
        amount=line.amount,
        explanation="; ".join(line.explanation),
    )


def subtotals(assessment: KeptAssessment) -> tuple[SubTotal, ...]:
    """Net sum and VAT, where there is any."""
    if not assessment.vat_by_rate:
        return ()
    taxes = [
        SubTotal(label=f"Umsatzsteuer {number_text(Fraction(rate)).replace('.', ',')} %", amount=Money(cents))
        for rate, cents in assessment.vat_by_rate.items()
    ]
    return (SubTotal(label="Netto", amount=assessment.net), *taxes)


def payment(session: Session, notice: Notice) -> Payment | None:
    """How to pay what the notice asks for; None where nothing is to be paid.

    Raises ``CannotWork`` if the town has no bank account.
    """
    for item in queries.due_items_of(session, notice.id):
        if item.cancelled_on is None and item.amount > Money():
            accounts = town.accounts(session)
            if not accounts:
                raise CannotWork(
                    "Für die Stadt ist kein Bankkonto hinterlegt ([[bank_account]] in town.toml)."
                )
            first = accounts[0]
            account = BankAccount(first.owner, first.iban, first.bank, first.bic)
            return Payment(account, item.amount, item.reference, item.due_on)
    return None


def appeal(session: Session, notice: Notice, law: LawBook) -> Appeal:
    """The remedy against the notice: where, how long, and until when if it is posted as assumed."""
    here = town.town(session)
    posted_on = notice.posted_on or notice.dated_on
    months = law.entry(f"appeal.{notice.act}", posted_on).number("months")
    return Appeal(
        office=f"{here.authority}, {here.street}, {here.postal_code} {here.place}",
        court=here.court,
        posted_on=posted_on,
        received_on=notice.received_on,
        until=notice.appeal_until,
        period=_PERIODS.get(months, f"von {months} Monaten"),
    )


def legal_basis(session: Session, assessment: KeptAssessment, law: LawBook, entry: str) -> tuple[str, ...]:
    """The laws a fee rests on (``entry`` of the law table), the tariff with its date, its paragraphs."""
    version = session.get_one(CatalogueVersion, assessment.tariff_version_id)
    tariff = tariff_of_version(version)
    adopted = f" vom {german_date(tariff.adopted)}" if tariff.adopted else ""
    paragraphs = _listed(dict.fromkeys(line.paragraph for line in assessment.kept_lines if line.paragraph))
    basis = law.find(entry, assessment.assessed_for)
    lines = [
        basis.text("text") if basis else "",
        tariff.legal_basis,
        f"{tariff.title}{adopted}, in Kraft seit {german_date(tariff.valid_from)}"
        + (f": {paragraphs}" if paragraphs else ""),
    ]
    return tuple(line for line in lines if line)


def _listed(paragraphs: Sequence[str] | dict[str, None]) -> str:
    *first, last = paragraphs or [""]
    return f"{', '.join(first)} und {last}" if first else last


def corrected(session: Session, notice: Notice) -> Corrected | None:
    """The notice that this one replaces; None if it replaces none."""
    if notice.corrects_id is None:
        return None
    old = session.get_one(Notice, notice.corrects_id)
    charged = queries.assessment_of(session, old)
    return Corrected(
        case_number=session.get_one(Case, old.case_id).number,
        day=old.dated_on,
        total=charged.total if charged else Money(),
    )
