"""The facts that the cemeteries' letters need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from rathaus_desk.cemetery.books import Books
from rathaus_desk.cemetery.plan import BurialPlan, GraveDecision
from rathaus_desk.cemetery.records import Burial, Cemetery, Grave
from rathaus_desk.fees import letters as fees
from rathaus_desk.fees.engine import items_for, service
from rathaus_desk.fees.records import KeptAssessment, Notice
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.letters.facts import BurialConfirmation, ExtensionNotice, FeeNotice, TransferNotice
from rathaus_desk.letters.parties import letter_facts
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.names import display_name
from rathaus_desk.store.operations import Work

FORM_NAMES = {"coffin": "Erdbestattung", "urn": "Urnenbeisetzung"}


@dataclass(frozen=True, slots=True)
class Charged:
    """A notice that was given, and what it charges (None: nothing)."""

    notice: Notice
    assessment: KeptAssessment | None


def fee_notice(work: Work, books: Books, charged: Charged, *, grave: Grave, plan: BurialPlan) -> FeeNotice:
    """Gebührenbescheid over a burial: what is charged and why, with every rule's reason."""
    where = _where(work, grave)
    right = plan.right
    extended = (
        f" und die Verlängerung des Nutzungsrechts bis zum {german_date(right.until)}"
        if right is not None and right.extension is not None and right.change == "extended"
        else ""
    )
    return FeeNotice(
        **_notice(work, books, charged, reasons=plan.reasons),
        matter=f"Bestattung von {plan.wish.name}",
        occasion=(
            f"die {FORM_NAMES[plan.wish.form]} von {plan.wish.name} am {german_date(plan.wish.day)} auf dem "
            f"Friedhof {where[0]}, Grabstätte {where[1]},{extended}".removesuffix(",")
        ),
        corrects=fees.corrected(work.session, charged.notice),
    )


def decision_notice(
    work: Work, books: Books, charged: Charged, matter: str, occasion: str, reasons: tuple[str, ...]
) -> FeeNotice:
    """Gebührenbescheid over a decision that has no notice of its own kind."""
    return FeeNotice(**_notice(work, books, charged, reasons=reasons), matter=matter, occasion=occasion)


def extension_notice(
    work: Work, books: Books, charged: Charged, *, grave: Grave, decision: GraveDecision, former_until: date
) -> ExtensionNotice:
    """Bescheid over the extension of a right."""
    assert decision.extension is not None
    cemetery, number = _where(work, grave)
    return ExtensionNotice(
        **_notice(work, books, charged, reasons=decision.reasons),
        cemetery=cemetery,
        grave=number,
        former_until=former_until,
        until=decision.extension.until,
        term=decision.extension.quantity(),
    )


def transfer_notice(
    work: Work,
    books: Books,
    charged: Charged,
    *,
    grave: Grave,
    former_holder: str,
    until: date,
    reasons: tuple[str, ...],
) -> TransferNotice:
    """Bescheid over the transfer of a right to who is written to."""
    cemetery, number = _where(work, grave)
    return TransferNotice(
        **_notice(work, books, charged, reasons=reasons),
        cemetery=cemetery,
        grave=number,
        former_holder=former_holder,
        transferred_on=work.today,
        until=until,
    )


def burial_confirmation(
    work: Work, books: Books, *, grave: Grave, plan: BurialPlan, burial: Burial
) -> BurialConfirmation:
    """Bestätigung of the appointment to the undertaker; ``burial`` has both, and a case."""
    assert burial.undertaker_id is not None
    assert burial.buried_at is not None
    assert burial.case_id is not None
    assert burial.deceased_id is not None
    cemetery, number = _where(work, grave)
    deceased = work.session.get_one(Person, burial.deceased_id)
    return BurialConfirmation(
        **letter_facts(work, burial.undertaker_id, burial.case_id),
        deceased=display_name(deceased),
        died_on=deceased.died.day,
        form=FORM_NAMES[burial.form],
        moment=at_town(burial.buried_at),
        cemetery=cemetery,
        grave=number,
        place=f"Stelle {burial.place}" if burial.place is not None and grave.places > 1 else "",
        services=_services(books, plan),
    )


def _notice(work: Work, books: Books, charged: Charged, *, reasons: tuple[str, ...]) -> dict[str, Any]:
    """What every notice has."""
    return fees.notice_facts(
        work, charged.notice, charged.assessment, books.law, reasons, basis="legal_basis.cemetery_fee"
    )


def _where(work: Work, grave: Grave) -> tuple[str, str]:
    return work.session.get_one(Cemetery, grave.cemetery_id).name, grave.label


def _services(books: Books, plan: BurialPlan) -> tuple[str, ...]:
    """What was ordered, as the tariff calls it: "Benutzung der Trauerhalle"."""
    _, tariff = books.tariff(plan.wish.day)
    named = []
    for name, quantity in plan.wish.services.items():
        items = items_for(tariff, service(name, quantity, {"kind": plan.kind.key}, during="burial"))
        label = items[0].label if items else name
        named.append(label if quantity == 1 else f"{label} ({quantity})")
    return tuple(named)
