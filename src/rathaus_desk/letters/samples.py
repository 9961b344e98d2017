"""Sample facts, invented, for trying a template: the usual case and the ones that templates forget."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from rathaus_desk.kernel.money import Money
from rathaus_desk.letters.facts import (
    Appeal,
    BurialConfirmation,
    Corrected,
    ExtensionNotice,
    FeeLine,
    FeeNotice,
    HallAgreement,
    HallCancellation,
    HallDepositReceipt,
    HallDepositRefund,
    HallDisplacement,
    HallHandover,
    HallInvoice,
    HallNotice,
    HallOption,
    HallRejection,
    HallSettlement,
    LetterFacts,
    Recipient,
    Sender,
    SubTotal,
    TransferNotice,
    address_lines,
)
from rathaus_desk.letters.letter import BankAccount, Payment, Photo, SignedBy
from rathaus_desk.letters.photos import prepared

_SENDER = Sender(
    town="Stadt Musterrode",
    authority="Der Magistrat der Stadt Musterrode",
    street="Am Markt 1",
    postal_code="34999",
    place="Musterrode",
    phone="+49 5699 9801-0",
    email="stadtverwaltung@musterrode.example",
    web="https://www.musterrode.example",
    account=BankAccount("Stadtkasse Musterrode", "DE02120300000000202051", "Beispielbank", "BYLADEM1001"),
    office="Fachbereich Bürgerdienste, Friedhofsverwaltung",
    clerk="Frau Beispiel",
    room="0.07",
    clerk_phone="+49 5699 9801-27",
    clerk_email="friedhof@musterrode.example",
)
_RECIPIENT = Recipient(
    lines=address_lines(
        ("Herrn", "Jürgen Großmann"), street="Eichenweg 3", postal_code="34999", place="Musterrode"
    ),
    salutation="Sehr geehrter Herr Großmann",
)
_LINES = (
    FeeLine(
        label="Bestattung (Ausheben und Schließen des Grabes), Verstorbene ab 5 Jahren",
        paragraph="§ 5 Nr. 1",
        quantity="1",
        unit="Stück",
        rate=Money(69000),
        amount=Money(69000),
    ),
    FeeLine(
        label="Benutzung der Trauerhalle",
        paragraph="§ 6 Nr. 1",
        quantity="1",
        unit="Stück",
        rate=Money(18500),
        amount=Money(18500),
    ),
    FeeLine(
        label="Benutzung der Kühlzelle, je angefangenem Tag",
        paragraph="§ 6 Nr. 2",
        quantity="4",
        unit="Tag",
        rate=Money(3200),
        amount=Money(12800),
    ),
    FeeLine(
        label="Verlängerung Wahlgrab, je Stelle und Jahr",
        paragraph="§ 8 Nr. 2",
        quantity="36",
        unit="Stelle und Jahr",
        rate=Money(4800),
        amount=Money(172800),
        explanation="18 Jahre × 2 Stellen",
    ),
)
_APPEAL = Appeal(
    office="Der Magistrat der Stadt Musterrode, Am Markt 1, 34999 Musterrode",
    court="Verwaltungsgericht Kassel, Goethestraße 41-43, 34119 Kassel",
    posted_on=date(2026, 11, 25),
    received_on=date(2026, 11, 30),
    until=date(2026, 12, 30),
)
_TARIFF = "Gebührenordnung zur Friedhofsordnung der Stadt Musterrode"
_LEGAL_BASIS = (
    "§§ 5, 19, 20, 51 Nr. 6 und 93 Abs. 1 der Hessischen Gemeindeordnung (HGO)",
    "§§ 1 bis 5a, 9 und 10 des Gesetzes über kommunale Abgaben (KAG)",
    f"{_TARIFF}, in Kraft seit 01.01.2024: §§ 5, 6 und 8",
)
_REFERENCE = "RF18539007547034"


def _payment(amount: Money) -> Payment:
    assert _SENDER.account is not None
    return Payment(_SENDER.account, amount, _REFERENCE, date(2026, 12, 30))


def _fee_notice() -> FeeNotice:
    return FeeNotice(
        sender=_SENDER,
        recipient=_RECIPIENT,
        case_number="FH-2026-00042",
        day=date(2026, 11, 25),
        matter="Bestattung von Anneliese Erna Großmann, Grab B/4/17",
        occasion="die Bestattung von Anneliese Erna Großmann, geborene Şahin-Łuczak, am 20.11.2026"
        " auf dem Friedhof Kernstadt, Grabstätte B/4/17, Stelle 2,",
        lines=_LINES,
        total=Money(273100),
        payment=_payment(Money(273100)),
        tariff=_TARIFF,
        reasons=(
            "Die Ruhefrist der Bestattung vom 20.11.2026 endet am 20.11.2051"
            " (25 Jahre, § 16 der Friedhofsordnung).",
            "Das Nutzungsrecht an der Grabstätte endet am 30.06.2034 und muss die Ruhefrist decken. Es wird"
            " deshalb um 18 Jahre bis zum 30.06.2052 verlängert.",
        ),
        legal_basis=_LEGAL_BASIS,
        appeal=_APPEAL,
    )


def _fee_notices() -> tuple[FeeNotice, ...]:
    usual = _fee_notice()
    assert usual.payment is not None
    return (
        usual,
        replace(
            usual,
            corrects=Corrected(case_number="FH-2026-00031", day=date(2026, 10, 1), total=Money(243000)),
            joint_debtors=("Jürgen Großmann", "Łucja Großmann"),
            subtotals=(SubTotal(label="Summe ohne Umsatzsteuer", amount=Money(273100)),),
            conditions=("Das Grabmal ist bis zum 30.06.2027 wieder standsicher aufzustellen.",),
            enclosures=("Auszug aus der Gebührenordnung",),
            recipient=replace(_RECIPIENT, remark="Einschreiben"),
        ),
        replace(
            usual,
            total=Money(),
            payment=None,
            lines=(),
            tariff="",
            sender=replace(_SENDER, account=None, clerk="", room="", clerk_phone="", clerk_email=""),
        ),
    )


def _extension_notices() -> tuple[ExtensionNotice, ...]:
    usual = ExtensionNotice(
        sender=_SENDER,
        recipient=_RECIPIENT,
        case_number="FH-2026-00043",
        day=date(2026, 11, 25),
        cemetery="Kernstadt",
        grave="B/4/17",
        former_until=date(2034, 6, 30),
        until=date(2052, 6, 30),
        term="18 Jahre",
        lines=_LINES[3:],
        total=Money(172800),
        payment=_payment(Money(172800)),
        tariff=_TARIFF,
        reasons=("Sie haben die Verlängerung beantragt; sie ist nach § 14 der Friedhofsordnung möglich.",),
        legal_basis=_LEGAL_BASIS,
        appeal=_APPEAL,
    )
    return usual, replace(usual, lines=(), total=Money(), payment=None, tariff="", legal_basis=())


def _transfer_notices() -> tuple[TransferNotice, ...]:
    usual = TransferNotice(
        sender=_SENDER,
        recipient=_RECIPIENT,
        case_number="FH-2026-00044",
        day=date(2026, 11, 25),
        cemetery="Kernstadt",
        grave="B/4/17",
        former_holder="Anneliese Erna Großmann",
        transferred_on=date(2026, 11, 25),
        until=date(2052, 6, 30),
        lines=(
            FeeLine(
                label="Übertragung eines Nutzungsrechts",
                paragraph="§ 9 Nr. 3",
                quantity="1",
                unit="Stück",
                rate=Money(3000),
                amount=Money(3000),
            ),
        ),
        total=Money(3000),
        payment=_payment(Money(3000)),
        tariff=_TARIFF,
        reasons=("Die bisherige Nutzungsberechtigte ist am 16.11.2026 verstorben; Sie sind ihr Sohn.",),
        legal_basis=_LEGAL_BASIS,
        appeal=_APPEAL,
    )
    return usual, replace(usual, lines=(), total=Money(), payment=None, tariff="")


def _burial_confirmations() -> tuple[BurialConfirmation, ...]:
    usual = BurialConfirmation(
        sender=_SENDER,
        recipient=Recipient(
            lines=("Bestattungshaus Abendruh GmbH", "Lange Straße 14", "34999 Musterrode"),
        ),
        case_number="FH-2026-00042",
        day=date(2026, 11, 18),
        deceased="Anneliese Erna Großmann, geborene Şahin-Łuczak",
        died_on=date(2026, 11, 16),
        form="Erdbestattung",
        moment=datetime(2026, 11, 20, 14, 0),
        cemetery="Kernstadt",
        grave="B/4/17",
        place="Stelle 2",
        services=("Trauerhalle", "Kühlzelle (4 Tage)"),
        notes=("Das Grab wird durch den Bauhof geöffnet und geschlossen.",),
    )
    return usual, replace(usual, died_on=None, place="", services=(), notes=())


_HALL: dict[str, Any] = {
    "hall": "Dorfgemeinschaftshaus Altenfeld",
    "rooms": "Saal mit Küche",
    "times": "14.11.2026, 10:00 Uhr bis 15.11.2026, 18:00 Uhr",
    "purpose": "Familienfeier",
}
_HALL_LETTER: dict[str, Any] = {
    "sender": _SENDER,
    "recipient": _RECIPIENT,
    "case_number": "HV-2026-00012",
    "day": date(2026, 10, 5),
    **_HALL,
}
_HALL_TARIFF = "Gebührenordnung für die Dorfgemeinschaftshäuser der Stadt Musterrode"
_HALL_NOTICE: dict[str, Any] = {
    **_HALL_LETTER,
    "reasons": ("Gerechnet wurde nach dem Tarif, der am Tag der Nutzung gilt.",),
    "legal_basis": (f"{_HALL_TARIFF}, in Kraft seit 01.01.2025: §§ 3 und 4",),
    "appeal": _APPEAL,
}
_HALL_LINES = (
    FeeLine(
        label="Saal, erster Tag",
        paragraph="§ 3 Nr. 1",
        quantity="1",
        unit="Tag",
        rate=Money(18000),
        amount=Money(9000),
        explanation="Ermäßigung örtliche Vereine (§ 6 Abs. 1): 50 %",
    ),
    FeeLine(
        label="Heizkostenzuschlag Oktober bis April",
        paragraph="§ 4",
        quantity="2",
        unit="Tag",
        rate=Money(4000),
        amount=Money(8000),
    ),
)
_HALL_CHARGED: dict[str, Any] = {
    "lines": _HALL_LINES,
    "total": Money(17000),
    "payment": _payment(Money(17000)),
}
_HALL_BEFORE = Corrected(case_number="HV-2026-00012", day=date(2026, 9, 1), total=Money(9000))
_DATES = ("04.09.2026, 19:00 bis 21:00 Uhr", "11.09.2026, 19:00 bis 21:00 Uhr")
_DAMAGE = ("zwei Stühle zerbrochen (80,00 €)",)


def _hall_options() -> tuple[HallOption, ...]:
    usual = HallOption(**_HALL_LETTER, until=date(2026, 10, 19), total=Money(17000), deposit=Money(30000))
    return usual, replace(usual, total=None, deposit=None, offered=True)


def _hall_agreements() -> tuple[HallAgreement, ...]:
    usual = HallAgreement(
        **_HALL_LETTER,
        **_HALL_CHARGED,
        user="Jürgen Großmann",
        tariff=_HALL_TARIFF,
        deposit=Money(30000),
        duties=("Anzeige des vorübergehenden Gaststättenbetriebs bis 17.10.2026 (§ 6 HGastG)",),
        house_rules=("Ab 22:00 Uhr ist Zimmerlautstärke einzuhalten.",),
        caretaker="Herr Beispiel, Telefon 05699 9801-40",
    )
    bare = replace(usual, lines=(), total=Money(), payment=None, deposit=None, duties=(), house_rules=())
    return usual, replace(bare, caretaker="", dates=_DATES)


def _hall_notices() -> tuple[HallNotice, ...]:
    usual = HallNotice(**_HALL_NOTICE, **_HALL_CHARGED, tariff=_HALL_TARIFF, deposit=Money(30000))
    return (
        usual,
        replace(usual, corrects=_HALL_BEFORE, dates=_DATES),
        replace(usual, lines=(), total=Money(), payment=None, deposit=None),
    )


def _hall_invoices() -> tuple[HallInvoice, ...]:
    usual = HallInvoice(
        **_HALL_LETTER, **_HALL_CHARGED, number="BE-2026-00031", notes=("Steuerfrei nach § 4 Nr. 12 UStG.",)
    )
    return usual, replace(
        usual,
        payment=None,
        notes=(),
        deposit=Money(50000),
        dates=_DATES,
        corrects=_HALL_BEFORE,
        subtotals=(SubTotal(label="Netto", amount=Money(14286)),),
    )


def _hall_cancellations() -> tuple[HallCancellation, ...]:
    usual = HallCancellation(
        **_HALL_NOTICE, **_HALL_CHARGED, cancelled_on=date(2026, 11, 4), agreed=Money(34000)
    )
    free = replace(usual, lines=(), total=Money(), payment=None)
    return usual, replace(free, corrects=_HALL_BEFORE)


def _hall_rejections() -> tuple[HallRejection, ...]:
    usual = HallRejection(**_HALL_NOTICE, alternatives=("21.11.2026, 10:00 bis 18:00 Uhr",))
    return usual, replace(usual, alternatives=())


def _hall_displacements() -> tuple[HallDisplacement, ...]:
    usual = HallDisplacement(
        **_HALL_LETTER,
        reason="An diesem Tag wird die Halle als Wahllokal gebraucht.",
        alternatives=("21.11.2026, 10:00 bis 18:00 Uhr",),
    )
    return usual, replace(usual, alternatives=(), dates=_DATES)


def _hall_deposit_receipts() -> tuple[HallDepositReceipt, ...]:
    return (HallDepositReceipt(**_HALL_LETTER, amount=Money(30000), on=date(2026, 11, 13)),)


def _hall_deposit_refunds() -> tuple[HallDepositRefund, ...]:
    usual = HallDepositRefund(
        **_HALL_LETTER,
        amount=Money(30000),
        kept=Money(8000),
        kept_for=_DAMAGE,
        refunded=Money(22000),
        on=date(2026, 11, 20),
    )
    return usual, replace(usual, kept=Money(), kept_for=(), refunded=Money(30000))


_DRAWN = (((60, 240), (140, 80), (220, 250), (300, 120), (380, 210)), ((430, 200),))
"""A signature, roughly."""


def _photo() -> bytes:
    from PIL import Image

    drawn = io.BytesIO()
    Image.new("RGB", (640, 480), "#8c6b4a").save(drawn, "PNG")
    photo = prepared(drawn.getvalue())
    assert photo is not None
    return photo


def _hall_handovers() -> tuple[HallHandover, ...]:
    usual = HallHandover(
        **_HALL_LETTER,
        title="Rücknahmeprotokoll",
        moment=datetime(2026, 11, 15, 19, 0),
        user="Jürgen Großmann",
        keys=("Schlüssel 14",),
        meters=("Strom: 12.345 kWh",),
        checklist=("besenrein: ja",),
        damage=_DAMAGE,
        remark="Der Kühlschrank wurde ausgeschaltet.",
        for_town="Herr Beispiel",
        for_user="Jürgen Großmann",
        signed=(
            SignedBy("Stadt Musterrode", "Herr Beispiel", _DRAWN),
            SignedBy("nutzende Person", "Jürgen Großmann", _DRAWN),
        ),
        photos=(Photo(_photo(), "Stuhl zerbrochen"),) * 3,
    )
    unsigned = (SignedBy("Stadt Musterrode"), SignedBy("nutzende Person"))
    empty = replace(
        usual,
        keys=(),
        meters=(),
        checklist=(),
        damage=(),
        remark="",
        for_town="",
        for_user="",
        signed=unsigned,
        photos=(),
    )
    return usual, empty, replace(empty, blank=True)


def _hall_settlements() -> tuple[HallSettlement, ...]:
    usual = HallSettlement(
        **_HALL_NOTICE,
        **_HALL_CHARGED,
        meters=("Strom: 46 kWh",),
        damage=_DAMAGE,
        deposit=Money(30000),
        deposit_kept=Money(8000),
        deposit_refunded=Money(22000),
        corrects=_HALL_BEFORE,
    )
    beside = replace(usual, corrects=None, beside="B-2026-00012")
    bare = replace(usual, lines=(), total=Money(), payment=None, meters=(), damage=(), corrects=None)
    bare = replace(bare, deposit=Money(), deposit_kept=Money(), deposit_refunded=Money())
    return usual, bare, beside, replace(bare, beside="B-2026-00012")


def samples(name: str) -> tuple[LetterFacts, ...]:
    """Facts to try the template ``name`` with; none for a letter that does not come with the program."""
    made: dict[str, Callable[[], tuple[LetterFacts, ...]]] = {
        "fee_notice": _fee_notices,
        "extension_notice": _extension_notices,
        "transfer_notice": _transfer_notices,
        "burial_confirmation": _burial_confirmations,
        "hall_option": _hall_options,
        "hall_agreement": _hall_agreements,
        "hall_notice": _hall_notices,
        "hall_invoice": _hall_invoices,
        "hall_cancellation": _hall_cancellations,
        "hall_rejection": _hall_rejections,
        "hall_displacement": _hall_displacements,
        "hall_deposit_receipt": _hall_deposit_receipts,
        "hall_deposit_refund": _hall_deposit_refunds,
        "hall_handover": _hall_handovers,
        "hall_settlement": _hall_settlements,
    }
    return made[name]() if name in made else ()
