"""Sample facts, invented, for trying a template: the usual case and the ones that templates forget."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from rathaus_desk.kernel.money import Money
from rathaus_desk.letters.facts import (
    Appeal,
    BurialConfirmation,
    Corrected,
    ExtensionNotice,
    FeeLine,
    FeeNotice,
    LetterFacts,
    Recipient,
    Sender,
    SubTotal,
    TransferNotice,
    address_lines,
)
from rathaus_desk.letters.letter import BankAccount, Payment

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


def samples(name: str) -> tuple[LetterFacts, ...]:
    """Facts to try the template ``name`` with; none for a letter that does not come with the program."""
    made = {
        "fee_notice": _fee_notices,
        "extension_notice": _extension_notices,
        "transfer_notice": _transfer_notices,
        "burial_confirmation": _burial_confirmations,
    }
    return made[name]() if name in made else ()
