"""A letter as a value: who writes to whom, and the blocks it is made of. Knows neither templates nor PDF."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rathaus_desk.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one look. A line end in ``text`` breaks the line; ``link`` is an address (https:, mailto:)."""

    text: str
    bold: bool = False
    link: str = ""


Inline = tuple[Run, ...]
"""What stands in one paragraph, list item or cell."""


def plain(text: str) -> Inline:
    """``text`` without any emphasis."""
    return (Run(text),)


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where to pay; ``iban`` and ``bic`` without blanks, ``bic`` and ``bank`` may be empty."""

    owner: str
    iban: str
    bank: str = ""
    bic: str = ""


# Blocks, in the order of the letter


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading below the subject: ``level`` 2 or 3."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    runs: Inline


@dataclass(frozen=True, slots=True)
class BulletList:
    """Items with a bullet, or numbered from ``first``."""

    items: tuple[Inline, ...]
    numbered: bool = False
    first: int = 1


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``share`` of the width relative to the others; ``numeric`` sets it to the right.

    ``heads_row``: its cells are the headers of their rows (at most one column).
    """

    title: str
    share: float = 1
    numeric: bool = False
    heads_row: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """A line below the rows: a label over all columns but the last, the amount in the last."""

    label: str
    amount: str
    final: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """Rows have as many cells as there are columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Inline, ...], ...]
    totals: tuple[Total, ...] = ()


@dataclass(frozen=True, slots=True)
class Payment:
    """How to pay, in words and as GiroCode; ``reference`` is an ISO 11649 reference (RF…) without blanks."""

    account: BankAccount
    amount: Money
    reference: str
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """The end: a greeting ("" for none), who signs, and the note that a machine made it."""

    greeting: str
    lines: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Enclosures:
    """What lies with the letter."""

    items: tuple[str, ...]


Stroke = tuple[tuple[int, int], ...]
"""A line drawn in one go: points (right, down) from the field's top left corner, in 1/1000 of its width."""

SIGNING_HEIGHT = 320
"""Height of the field for a signature, in thousandths of its width."""


@dataclass(frozen=True, slots=True)
class SignedBy:
    """Who signs by hand: for whom, the name ("" where it is still to be written), and what was drawn."""

    role: str
    name: str = ""
    strokes: tuple[Stroke, ...] = ()


@dataclass(frozen=True, slots=True)
class HandSignatures:
    """Fields side by side, drawn on a screen already or to be signed on paper."""

    signers: tuple[SignedBy, ...]


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo with its words, which also stand for it; ``content`` is what `photos.prepared` made."""

    content: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Photos:
    """Photos, two in a row."""

    photos: tuple[Photo, ...]


Block = Heading | Paragraph | BulletList | Table | Payment | Signature | Enclosures | HandSignatures | Photos


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The sender as the page shows it.

    ``name`` and ``office`` stand at the top; ``return_line`` above the recipient in the window; ``footer``
    are columns of short lines at the foot of the first page.
    """

    name: str
    office: str
    return_line: str
    footer: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Embedded:
    """Data that travels inside the PDF."""

    name: str
    content: bytes
    media_type: str
    description: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole letter. ``title`` names the document, ``subject`` is its first heading.

    ``recipient`` are the address lines (one to nine) as the post reads them, ``remark`` a line above them;
    ``information`` are the lines beside, label and value; ``case_number`` stands on every page.
    """

    letterhead: Letterhead
    recipient: tuple[str, ...]
    information: tuple[tuple[str, str], ...]
    day: date
    case_number: str
    title: str
    subject: str
    blocks: tuple[Block, ...]
    remark: str = ""
    embedded: tuple[Embedded, ...] = ()
