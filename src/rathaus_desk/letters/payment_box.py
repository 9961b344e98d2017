"""How to pay, in a box: the figures in words beside the GiroCode that says the same."""

from __future__ import annotations

from stdnum import iban, iso11649

from rathaus_desk.kernel.periods import german_date
from rathaus_desk.letters import girocode, look
from rathaus_desk.letters.flow import Plain
from rathaus_desk.letters.letter import Payment, plain
from rathaus_desk.letters.paint import show_line
from rathaus_desk.letters.structure import Element, figure_attributes
from rathaus_desk.letters.tagged_pdf import TaggedPdf
from rathaus_desk.letters.typeset import Line, Style, break_lines, one_line

_PAD = 9.0
_BAR = 2.2
_LABELS = 96.0
_SYMBOL = 27 * look.MM
"""Side of the symbol without its quiet zone (at least 25 mm, so that cameras read it from paper)."""

_NAME = Style(9, 13.5)
_FIGURE = Style(10, 13.5, bold=True)
_CAPTION = "GiroCode: mit der Banking-App scannen"


def payment_strip(pdf: TaggedPdf, parent: Element, payment: Payment, left: float, width: float) -> Plain:
    """The box; it stays on one page. Raises BadInput for what no transfer can carry (see girocode)."""
    symbol = girocode.symbol(girocode.payload(payment))
    module = _SYMBOL / symbol.size
    zone = _SYMBOL + 2 * girocode.QUIET_ZONE * module
    words = width - zone - _LABELS - 3 * _PAD - _BAR
    rows = [(label, break_lines(plain(value), _FIGURE, words)) for label, value in _words(payment)]
    height = max(
        zone + look.SMALL.leading + 1.5 * _PAD,
        sum(len(lines) for _, lines in rows) * _FIGURE.leading + 2 * _PAD,
    )
    owners = [pdf.element("P", parent) for _ in rows]
    alternative = girocode.alternative(payment)

    def paint(pdf: TaggedPdf, top: float) -> None:
        pdf.artifact("Layout")
        pdf.colour(look.TINT)
        pdf.area(left, top, width, height)
        pdf.colour(look.ACCENT)
        pdf.area(left, top, _BAR, height)
        x, y = left + width - _PAD - zone, top + _PAD
        pdf.colour(look.WHITE)
        pdf.area(x, y, zone, zone)
        _show_words(pdf, list(zip(owners, rows, strict=True)), left + _BAR + _PAD, y)
        inset = girocode.QUIET_ZONE * module
        x, y = x + inset, y + inset
        box = (x, pdf.size[1] - y - _SYMBOL, x + _SYMBOL, pdf.size[1] - y)
        pdf.tag(pdf.element("Figure", parent, figure_attributes(alternative, box)))
        pdf.colour(look.INK)
        pdf.bits(x, y, module, symbol.runs)
        caption = one_line(_CAPTION, look.SMALL)
        middle = x + _SYMBOL / 2 - caption.width / 2
        right = min(middle, left + width - _PAD - caption.width)
        show_line(
            pdf, pdf.element("P", parent), right, top + _PAD + zone + 2, caption, look.SMALL, look.QUIET
        )

    return Plain(height + 2, paint, gap=look.BLOCK_GAP)


def _words(payment: Payment) -> list[tuple[str, str]]:
    account = payment.account
    rows = [
        ("Betrag", payment.amount.german()),
        ("Fällig am", german_date(payment.due_on) if payment.due_on else ""),
        ("Empfänger", account.owner),
        ("IBAN", iban.format(account.iban)),
        ("BIC", account.bic),
        ("Bank", account.bank),
        ("Verwendungszweck", iso11649.format(payment.reference)),
    ]
    return [(label, value) for label, value in rows if value]


def _show_words(
    pdf: TaggedPdf, rows: list[tuple[Element, tuple[str, tuple[Line, ...]]]], left: float, top: float
) -> None:
    for owner, (label, lines) in rows:
        show_line(pdf, owner, left, top, one_line(f"{label}: ", _NAME), _NAME, look.QUIET)
        for line in lines:
            show_line(pdf, owner, left + _LABELS, top, line, _FIGURE)
            top += _FIGURE.leading
