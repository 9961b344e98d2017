"""What a letter is told: the facts its template may use. Frozen values, so that any room can fill them.

The fields' names are the names in the templates; docs/letter-templates.md explains them to their authors.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from rathaus_desk.kernel.money import Money
from rathaus_desk.letters.letter import BankAccount, Payment, Photo, SignedBy

_NOTHING = Money()
ANYONE = "Sehr geehrte Damen und Herren"


def address_lines(
    names: tuple[str, ...],
    *,
    represented_by: str = "",
    care_of: str = "",
    street: str,
    postal_code: str,
    place: str,
    country: str = "",
) -> tuple[str, ...]:
    """An address by DIN 5008: one line a name, then who represents, c/o, street, place.

    Several ``names`` are joint recipients. A foreign ``country`` stands below in capitals, as its place does.
    """
    town = f"{postal_code} {place}".strip()
    lines = (
        *names,
        f"vertreten durch {represented_by}" if represented_by else "",
        f"c/o {care_of}" if care_of else "",
        street,
        town.upper() if country else town,
        country.upper(),
    )
    return tuple(line for line in lines if line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The town and the office that writes. Optional: what may be empty."""

    town: str
    authority: str
    street: str
    postal_code: str
    place: str
    phone: str = ""
    email: str = ""
    web: str = ""
    account: BankAccount | None = None
    office: str = ""
    clerk: str = ""
    room: str = ""
    clerk_phone: str = ""
    clerk_email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom the post brings it to, how the letter greets them; ``remark`` stands above ("Einschreiben")."""

    lines: tuple[str, ...]
    salutation: str = ANYONE
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeLine:
    """One line of the fee table; ``rate`` is the price of one, ``explanation`` stands below the label."""

    label: str
    paragraph: str
    quantity: str
    unit: str
    rate: Money
    amount: Money
    explanation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubTotal:
    """A line between the fees and the total, such as a VAT amount."""

    label: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """The notice that a new one replaces."""

    case_number: str
    day: date
    total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """The remedy's facts: where an objection (``office``) or an action (``court``) is lodged, with address.

    ``period`` is in the genitive ("eines Monats"); ``until`` is its last day if the letter is posted on
    ``posted_on`` and therefore counts as received on ``received_on``.
    """

    office: str
    court: str
    posted_on: date
    received_on: date
    until: date
    period: str = "eines Monats"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFacts:
    """What every letter has. ``day`` is its date, ``enclosures`` what lies with it."""

    sender: Sender
    recipient: Recipient
    case_number: str
    day: date
    enclosures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts(LetterFacts):
    """What every notice has: reasons (a paragraph each), legal basis (a line each), conditions, the remedy.

    ``lines`` may be empty where nothing is charged; then ``payment`` is None and ``total`` zero.
    """

    reasons: tuple[str, ...]
    legal_basis: tuple[str, ...]
    appeal: Appeal
    conditions: tuple[str, ...] = ()
    lines: tuple[FeeLine, ...] = ()
    subtotals: tuple[SubTotal, ...] = ()
    total: Money = _NOTHING
    payment: Payment | None = None
    tariff: str = ""
    joint_debtors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeNotice(NoticeFacts):
    """Gebührenbescheid. ``matter`` names it in the subject ("Bestattung von Erika Mustermann").

    ``occasion`` continues "für …" in the accusative; with ``corrects`` the notice replaces an older one.
    """

    matter: str
    occasion: str
    corrects: Corrected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionNotice(NoticeFacts):
    """Bescheid über die Verlängerung eines Nutzungsrechts; ``term`` in words ("18 Jahre")."""

    cemetery: str
    grave: str
    former_until: date
    until: date
    term: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferNotice(NoticeFacts):
    """Bescheid über die Übertragung eines Nutzungsrechts auf den Empfänger."""

    cemetery: str
    grave: str
    former_holder: str
    transferred_on: date
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class BurialConfirmation(LetterFacts):
    """Bestätigung eines Bestattungstermins an das Bestattungshaus: it decides nothing and charges nothing.

    ``moment`` is wall time at the town, or aware; ``place`` names the place in the grave ("Stelle 2"),
    ``services`` what is reserved; both may be empty.
    """

    deceased: str
    died_on: date | None
    form: str
    moment: datetime
    cemetery: str
    grave: str
    place: str = ""
    services: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HallUse(LetterFacts):
    """What every letter about the use of a hall has. ``times`` in words ("14.11.2026, 14:00 bis 23:00 Uhr").

    ``dates``: the dates of a series, one text each; then ``times`` sums them up.
    """

    hall: str
    rooms: str
    times: str
    purpose: str
    dates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HallOption(HallUse):
    """Bestätigung einer Option: rooms are kept until ``until`` (inclusive). ``total`` None: not known yet.

    ``offered``: to somebody who waited for the time.
    """

    until: date
    total: Money | None = None
    deposit: Money | None = None
    offered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HallAgreement(HallUse):
    """Nutzungsvertrag, to be signed by both. ``duties`` and ``house_rules``: a text each."""

    user: str
    lines: tuple[FeeLine, ...] = ()
    subtotals: tuple[SubTotal, ...] = ()
    total: Money = _NOTHING
    tariff: str = ""
    joint_debtors: tuple[str, ...] = ()
    payment: Payment | None = None
    deposit: Money | None = None
    duties: tuple[str, ...] = ()
    house_rules: tuple[str, ...] = ()
    caretaker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HallNotice(NoticeFacts):
    """Genehmigungs- und Gebührenbescheid über die Nutzung einer Halle; the fields of `HallUse` too."""

    hall: str
    rooms: str
    times: str
    purpose: str
    dates: tuple[str, ...] = ()
    deposit: Money | None = None
    corrects: Corrected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HallInvoice(HallUse):
    """Rechnung über eine privatrechtliche Nutzung: decides nothing, so it names no remedy.

    ``number`` is that of the invoice, ``notes`` the sentences on VAT that it needs.
    """

    number: str
    lines: tuple[FeeLine, ...]
    subtotals: tuple[SubTotal, ...] = ()
    total: Money = _NOTHING
    payment: Payment | None = None
    joint_debtors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    deposit: Money | None = None
    corrects: Corrected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HallCancellation(NoticeFacts):
    """Bescheid über eine Absage und was sie kostet; ``lines`` empty: nothing."""

    hall: str
    rooms: str
    times: str
    purpose: str
    cancelled_on: date
    agreed: Money
    corrects: Corrected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HallRejection(NoticeFacts):
    """Ablehnung eines Antrags auf Nutzung; ``alternatives``: what would be free."""

    hall: str
    rooms: str
    times: str
    purpose: str
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HallDisplacement(HallUse):
    """Mitteilung that a booking cannot take place: displaced or closed. ``reason`` is a whole sentence."""

    reason: str
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HallDepositReceipt(HallUse):
    """Quittung über eine Kaution, received on ``on``."""

    amount: Money
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HallDepositRefund(HallUse):
    """Abrechnung einer Kaution: what was kept and why, what is paid back."""

    amount: Money
    kept: Money
    kept_for: tuple[str, ...]
    refunded: Money
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HallHandover(HallUse):
    """Übergabe- or Rücknahmeprotokoll (``title``), filled in or (``blank``) to be filled in on paper.

    ``signed``: who signs, with what was drawn on the screen; ``photos`` are of the damage.
    """

    title: str
    moment: datetime
    user: str
    keys: tuple[str, ...] = ()
    meters: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    damage: tuple[str, ...] = ()
    remark: str = ""
    for_town: str = ""
    for_user: str = ""
    signed: tuple[SignedBy, ...] = ()
    photos: tuple[Photo, ...] = ()
    blank: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HallSettlement(NoticeFacts):
    """Endabrechnung after the return: meters and damage; the deposit stands apart, it is no income."""

    hall: str
    rooms: str
    times: str
    purpose: str
    meters: tuple[str, ...] = ()
    damage: tuple[str, ...] = ()
    deposit: Money = _NOTHING
    deposit_kept: Money = _NOTHING
    deposit_refunded: Money = _NOTHING
    corrects: Corrected | None = None
    beside: str = ""
    """Number of the notice that charged several dates together; this one charges only what comes to it."""


KINDS: dict[str, type[LetterFacts]] = {
    "fee_notice": FeeNotice,
    "extension_notice": ExtensionNotice,
    "transfer_notice": TransferNotice,
    "burial_confirmation": BurialConfirmation,
    "hall_option": HallOption,
    "hall_agreement": HallAgreement,
    "hall_notice": HallNotice,
    "hall_invoice": HallInvoice,
    "hall_cancellation": HallCancellation,
    "hall_rejection": HallRejection,
    "hall_displacement": HallDisplacement,
    "hall_deposit_receipt": HallDepositReceipt,
    "hall_deposit_refund": HallDepositRefund,
    "hall_handover": HallHandover,
    "hall_settlement": HallSettlement,
}
"""The letters that come with the program, by the name of their template."""
