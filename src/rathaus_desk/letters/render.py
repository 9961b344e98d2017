"""A letter on paper: `render` turns the value into the bytes of an accessible PDF, DIN 5008 form B."""

from __future__ import annotations

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.letters import din5008, look
from rathaus_desk.letters.blocks import Typesetter
from rathaus_desk.letters.flow import Body, Page, paginate
from rathaus_desk.letters.fonts import clean
from rathaus_desk.letters.letter import Letter, plain
from rathaus_desk.letters.look import MM
from rathaus_desk.letters.paint import show_line
from rathaus_desk.letters.tagged_pdf import TaggedPdf
from rathaus_desk.letters.typeset import Line, Style, break_lines, measure, one_line

_LEFT = din5008.LEFT * MM
_WIDTH = (din5008.RIGHT - din5008.LEFT) * MM
_LABEL_WIDTH = 24 * MM
_MARK = 3.5 * MM


def render(letter: Letter) -> bytes:
    """The PDF of ``letter``: PDF/UA-1 and PDF/A-2a, 3a when data is embedded. Equal letters, equal bytes.

    Raises BadInput for what cannot be printed: a character without glyph, an address that does not fit the
    window, a payment no GiroCode can carry.
    """
    pdf = TaggedPdf(title=clean(letter.title), author=clean(letter.letterhead.name), day=letter.day)
    _letterhead(pdf, letter)
    _address(pdf, letter)
    _information(pdf, letter)
    typesetter = Typesetter(pdf, _LEFT, _WIDTH)
    strips = [*typesetter.subject(letter.subject), *typesetter.strips(letter.blocks)]
    pages = paginate(strips, _body(din5008.FIRST_BODY), _body(din5008.LATER_BODY))
    for number, page in enumerate(pages, 1):
        if number > 1:
            pdf.next_page()
            _short_header(pdf, letter)
        _text(pdf, page)
        _foot(pdf, letter, number, len(pages))
    for file in letter.embedded:
        pdf.embed(file.name, file.content, file.media_type, file.description)
    return pdf.finish()


def _body(zone: din5008.Zone) -> Body:
    return Body(zone.top * MM, zone.bottom * MM)


def _text(pdf: TaggedPdf, page: Page) -> None:
    for top, strip in page.placed:
        strip.draw(pdf, top)


def _letterhead(pdf: TaggedPdf, letter: Letter) -> None:
    """Name and office of the authority, above a thin line."""
    head = letter.letterhead
    y = 15.0 * MM
    for text, style, colour in ((head.name, look.NAME, look.ACCENT), (head.office, look.OFFICE, look.QUIET)):
        if not text:
            continue
        owner = pdf.element("P")
        for line in break_lines(plain(text), style, _WIDTH):
            show_line(pdf, owner, _LEFT, y, line, style, colour)
            y += style.leading
    if y + 6 > din5008.LETTERHEAD.bottom * MM:
        raise BadInput("Name und Stelle der Behörde sind zu lang: Der Briefkopf reicht bis in die Anschrift.")
    pdf.artifact("Layout")
    pdf.colour(look.ACCENT)
    pdf.area(_LEFT, y + 5, _WIDTH, 0.8)


def _address(pdf: TaggedPdf, letter: Letter) -> None:
    """What the envelope's window shows: return line and remark in small letters, the address below."""
    field = din5008.ADDRESS_FIELD
    width = field.right * MM - _LEFT
    for style in look.ADDRESS:
        lines = [line for text in letter.recipient for line in break_lines(plain(text), style, width)]
        if len(lines) == len(letter.recipient):
            break
    if not any(text.strip() for text in letter.recipient):
        raise BadInput("Der Brief hat keine Anschrift.")
    if len(lines) > din5008.ADDRESS_LINES - bool(letter.remark):
        raise BadInput(
            f"Die Anschrift braucht {len(lines)} Zeilen; in das Fenster des Umschlags passen"
            f" {din5008.ADDRESS_LINES - bool(letter.remark)}: „{letter.recipient[0][:40]} …“."
        )
    leading = din5008.ADDRESS_LINE * MM
    usual = int((field.bottom - din5008.ADDRESS_TEXT_TOP) / din5008.ADDRESS_LINE)
    top = din5008.ADDRESS_TEXT_TOP * MM - max(0, len(lines) - usual) * leading
    above = top - (leading if letter.remark else 0.0)
    _return_line(pdf, letter.letterhead.return_line, above - look.RETURN_LINE.leading - 4, width)
    if letter.remark:
        remark = one_line(letter.remark, look.REMARK)
        if remark.width > width:
            raise BadInput(f"Der Vermerk über der Anschrift ist zu lang: „{letter.remark[:40]} …“.")
        show_line(pdf, pdf.element("P"), _LEFT, above, remark, look.REMARK)
    owner = pdf.element("Sect")
    for line in lines:
        show_line(pdf, pdf.element("P", owner), _LEFT, top, line, style)
        top += leading


def _return_line(pdf: TaggedPdf, text: str, top: float, width: float) -> None:
    style = look.RETURN_LINE
    natural = measure(text, style)
    if natural > width:
        style = Style(style.size * width / natural, style.leading)
    if style.size < look.SMALLEST_RETURN_LINE:
        raise BadInput(f"Die Absenderzeile ist zu lang für das Fenster des Umschlags: „{text[:60]} …“.")
    line = one_line(text, style)
    show_line(pdf, pdf.element("P"), _LEFT, top, line, style, look.QUIET)
    pdf.artifact("Layout")
    pdf.colour(look.RULE)
    pdf.area(_LEFT, top + style.leading + 0.5, line.width, 0.4)


def _information(pdf: TaggedPdf, letter: Letter) -> None:
    """Labels and values beside the address."""
    zone = din5008.INFORMATION
    left, y = zone.left * MM, zone.top * MM
    owner = pdf.element("Sect")
    for label, value in letter.information:
        if not value:
            continue
        row = pdf.element("P", owner)
        show_line(pdf, row, left, y, one_line(f"{label}: ", look.LABEL), look.LABEL, look.QUIET)
        for line in break_lines(plain(value), look.VALUE, zone.width * MM - _LABEL_WIDTH):
            show_line(pdf, row, left + _LABEL_WIDTH, y, line, look.VALUE)
            y += look.VALUE.leading
    if y > zone.bottom * MM + look.VALUE.leading:
        raise BadInput("Der Block neben der Anschrift ist zu lang: Er reicht bis in den Betreff.")


def _short_header(pdf: TaggedPdf, letter: Letter) -> None:
    """On later pages: who writes, about what, when. Repetition, so a screen reader passes over it."""
    y = din5008.HEADER_LINE * MM
    pdf.artifact("Header")
    show_line(
        pdf,
        None,
        _LEFT,
        y - look.SMALL.leading,
        _shortened(letter.letterhead.name, 0.55),
        look.SMALL,
        look.QUIET,
    )
    right = one_line(f"{letter.case_number} · {german_date(letter.day)}", look.SMALL)
    show_line(pdf, None, _LEFT + _WIDTH - right.width, y - look.SMALL.leading, right, look.SMALL, look.QUIET)
    pdf.colour(look.RULE)
    pdf.area(_LEFT, y + 2, _WIDTH, 0.5)


def _shortened(text: str, share: float) -> Line:
    """The first line of what fits into a share of the page's width."""
    return break_lines(plain(text), look.SMALL, _WIDTH * share)[0]


def _foot(pdf: TaggedPdf, letter: Letter, number: int, count: int) -> None:
    """Marks at the edge, page number and case number; on the first page the sender's details."""
    pdf.artifact("Page")
    pdf.colour(look.RULE)
    if number == 1:
        for mark in (*din5008.FOLD_MARKS, din5008.HOLE_MARK):
            length = _MARK * (1.6 if mark == din5008.HOLE_MARK else 1)
            pdf.area(din5008.MARK_LEFT * MM, mark * MM, length, 0.5)
    pdf.artifact("Footer")
    place = din5008.FIRST_PAGE_NUMBER if number == 1 else din5008.LATER_PAGE_NUMBER
    line = one_line(f"Aktenzeichen {letter.case_number} · Seite {number} von {count}", look.SMALL)
    show_line(
        pdf, None, _LEFT + _WIDTH - line.width, place * MM - look.SMALL.leading, line, look.SMALL, look.QUIET
    )
    if number == 1 and letter.letterhead.footer:
        _footer(pdf, letter)


def _footer(pdf: TaggedPdf, letter: Letter) -> None:
    columns = letter.letterhead.footer
    top = din5008.FOOTER_TOP * MM
    pdf.colour(look.RULE)
    pdf.area(_LEFT, top - 4, _WIDTH, 0.5)
    natural = [max(measure(text, look.FOOTER) for text in column) for column in columns]
    gap = max(8.0, (_WIDTH - sum(natural)) / max(1, len(columns) - 1))
    scale = min(1.0, (_WIDTH - 8.0 * (len(columns) - 1)) / sum(natural))
    x = _LEFT
    for column, width in zip(columns, natural, strict=True):
        y = top
        for text in column:
            for line in break_lines(plain(text), look.FOOTER, width * scale):
                show_line(pdf, None, x, y, line, look.FOOTER, look.QUIET)
                y += look.FOOTER.leading
        if y > din5008.FOOTER_BOTTOM * MM:
            raise BadInput(f"Die Fußzeile des Briefbogens ist zu lang: „{column[0][:60]} …“.")
        x += width * scale + gap
