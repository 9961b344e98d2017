"""What is made of facts alone: letterhead, information block, fee table, payment box, ending."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from stdnum import iban, iso11649

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.letters.facts import FeeLine, Sender, SubTotal
from rathaus_desk.letters.letter import (
    Block,
    Column,
    Enclosures,
    HandSignatures,
    Letterhead,
    Payment,
    Photos,
    Run,
    Signature,
    Table,
    Total,
    plain,
)

Facts = Mapping[str, object]
T = TypeVar("T")

_GREETING = "Mit freundlichen Grüßen"


def fact(facts: Facts, name: str, kind: type[T]) -> T:
    """The fact ``name``; BadInput if it is missing or something else."""
    value = facts.get(name)
    if not isinstance(value, kind):
        raise BadInput(f"Die Angabe „{name}“ fehlt.")
    return value


def letterhead(sender: Sender) -> Letterhead:
    """The page's head, return line and footer."""
    address = (sender.street, f"{sender.postal_code} {sender.place}")
    contact = (
        f"Telefon {sender.phone}" if sender.phone else "",
        sender.email,
        sender.web.removeprefix("https://").removeprefix("http://").rstrip("/"),
    )
    account = sender.account
    bank = (account.owner, account.bank, f"IBAN {iban.format(account.iban)}") if account else ()
    columns = tuple(
        tuple(text for text in column if text) for column in ((sender.town, *address), contact, bank)
    )
    return Letterhead(
        name=sender.authority,
        office=sender.office,
        return_line=" · ".join((sender.town, *address)),
        footer=tuple(column for column in columns if column),
    )


def information(facts: Facts) -> tuple[tuple[str, str], ...]:
    """What stands beside the address; empty values are left out on the page."""
    sender = fact(facts, "sender", Sender)
    payment = facts.get("payment")
    return (
        ("Aktenzeichen", str(facts["case_number"])),
        ("Kassenzeichen", iso11649.format(payment.reference) if isinstance(payment, Payment) else ""),
        ("Auskunft", sender.clerk),
        ("Zimmer", sender.room),
        ("Telefon", sender.clerk_phone or sender.phone),
        ("E-Mail", sender.clerk_email or sender.email),
        ("Datum", german_date(facts["day"])),  # type: ignore[arg-type]  # compose has checked it
    )


def fee_table(facts: Facts) -> tuple[Block, ...]:
    """Item, paragraph, quantity, price of one, amount; then subtotals and the total."""
    lines = fact(facts, "lines", tuple)
    if not lines:
        raise BadInput("Die Gebührentabelle hat keine Zeile.")
    columns = (
        Column("Leistung", share=4, heads_row=True),
        Column("Vorschrift", share=1.35),
        Column("Menge", numeric=True),
        Column("Einzelpreis", numeric=True),
        Column("Betrag", numeric=True),
    )
    return (Table(columns, tuple(_fee_row(line) for line in lines), _totals(facts)),)


def _fee_row(line: FeeLine) -> tuple[tuple[Run, ...], ...]:
    label = f"{line.label}\n{line.explanation}" if line.explanation else line.label
    return (
        plain(label),
        plain(line.paragraph),
        plain(line.quantity),
        plain(line.rate.german()),
        plain(line.amount.german()),
    )


def _totals(facts: Facts) -> tuple[Total, ...]:
    between = fact(facts, "subtotals", tuple)
    assert all(isinstance(one, SubTotal) for one in between)
    return (
        *(Total(one.label, one.amount.german(), final=False) for one in between),
        Total("Gesamtbetrag", fact(facts, "total", Money).german()),
    )


def payment_box(facts: Facts) -> tuple[Block, ...]:
    """The box with GiroCode."""
    return (fact(facts, "payment", Payment),)


def signature(facts: Facts, *, notice: bool) -> tuple[Block, ...]:
    """The ending of a letter that a machine made (§ 37 (5) HVwVfG for notices)."""
    sender = fact(facts, "sender", Sender)
    what = "Dieser Bescheid" if notice else "Dieses Schreiben"
    note = f"{what} wurde maschinell erstellt und ist ohne Unterschrift gültig."
    lines = ("Im Auftrag", sender.clerk) if sender.clerk else (sender.authority,)
    return (Signature(_GREETING, lines, note),)


def signed(facts: Facts) -> tuple[Block, ...]:
    """Fields for those who sign by hand."""
    return (HandSignatures(fact(facts, "signed", tuple)),)


def photos(facts: Facts) -> tuple[Block, ...]:
    """The photos; nothing if there are none."""
    found = fact(facts, "photos", tuple)
    return (Photos(found),) if found else ()


def enclosures(facts: Facts) -> tuple[Block, ...]:
    """What lies with the letter; nothing if there is none."""
    items = fact(facts, "enclosures", tuple)
    return (Enclosures(items),) if items else ()
