"""Several tagged PDFs as one, for the printer: pages in order, and one structure tree over all of them.

pikepdf copies pages but leaves the structure tree behind; so the trees are copied here, the pages' keys into
them renumbered, and every file's document becomes a part of one. Fonts that are the same are kept once.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Any

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.letters import din5008, look
from rathaus_desk.letters.archive import metadata
from rathaus_desk.letters.blocks import Typesetter
from rathaus_desk.letters.flow import Body, paginate
from rathaus_desk.letters.letter import Column, Paragraph, Table, plain
from rathaus_desk.letters.paint import show_line
from rathaus_desk.letters.tagged_pdf import A4, PROGRAM, TaggedPdf
from rathaus_desk.letters.typeset import one_line

if TYPE_CHECKING:
    import pikepdf

Report = Callable[[int, int], None]
"""Told after each letter how many are joined, of how many. What it raises ends the work: so one cancels."""

_MM = look.MM
_LEFT, _WIDTH = din5008.LEFT * _MM, (din5008.RIGHT - din5008.LEFT) * _MM


@dataclass(frozen=True, slots=True)
class Posted:
    """One letter of the day's post, as it was stored."""

    recipient: str
    title: str
    case_number: str
    pdf: bytes


def days_post(
    letters: Sequence[Posted],
    day: date,
    sender: str,
    *,
    duplex: bool = False,
    report: Report | None = None,
) -> bytes:
    """The letters in one file, behind a list of them for whoever fills the envelopes.

    PDF/UA-1 and PDF/A-2a like each of them. ``duplex``: an empty page follows an odd number of pages, so
    that no sheet carries two letters. Raises BadInput if there is none, or one that cannot be read.
    """
    if not letters:
        raise BadInput("Es liegt kein Schreiben zum Drucken bereit.")
    counts = [_page_count(letter) for letter in letters]
    title = f"Tagespost vom {german_date(day)}"
    cover = _cover(letters, counts, day, sender, title)
    return join(chain((cover,), _reported(letters, report)), title, sender, day, even=duplex)


def _reported(letters: Sequence[Posted], report: Report | None) -> Iterator[bytes]:
    """The letters' files; whoever asks for the next has done with the one before."""
    for number, letter in enumerate(letters, 1):
        yield letter.pdf
        if report:
            report(number, len(letters))


def join(files: Iterable[bytes], title: str, author: str, day: date, *, even: bool = False) -> bytes:
    """``files``, made by `TaggedPdf`, as one tagged file with this title. Same files, same bytes.

    ``even``: each begins on an odd page.
    """
    import pikepdf

    joined = pikepdf.Pdf.new()
    whole = joined.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name.Document))
    root = joined.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot, K=pikepdf.Array([whole]))
    )
    whole.P = root
    kids, numbers = pikepdf.Array(), pikepdf.Array()
    next_key = 0
    fonts: dict[bytes, Any] = {}
    for content in files:
        with pikepdf.open(io.BytesIO(content)) as part:
            first = len(joined.pages)
            joined.pages.extend(part.pages)
            tree = joined.copy_foreign(part.Root.StructTreeRoot)
            if not first:
                _take_over(joined, part)
            for document in tree.K:
                document.P = whole
                document.S = pikepdf.Name.Part
                kids.append(document)
            for page in list(joined.pages)[first:]:
                _shift_keys(page.obj, next_key)
                _share_fonts(page.obj, fonts)
            entries = tree.ParentTree.Nums
            for at in range(0, len(entries), 2):
                numbers.append(int(entries[at]) + next_key)
                numbers.append(entries[at + 1])
            next_key += int(tree.ParentTreeNextKey)
            if even and len(joined.pages) % 2:
                joined.add_blank_page(page_size=A4)
    whole.K = kids
    root.ParentTree = joined.make_indirect(pikepdf.Dictionary(Nums=numbers))
    root.ParentTreeNextKey = next_key
    joined.Root.StructTreeRoot = root
    _describe(joined, title, author, day)
    target = io.BytesIO()
    joined.save(
        target,
        deterministic_id=True,
        force_version="1.7",
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
    )
    return target.getvalue()


def _shift_keys(page: Any, by: int) -> None:
    """Keys into the parent tree, of a page and its links."""
    page.StructParents = int(page.StructParents) + by
    for annotation in page.get("/Annots", ()):
        annotation.StructParent = int(annotation.StructParent) + by


def _share_fonts(page: Any, known: dict[bytes, Any]) -> None:
    """Replaces fonts by equal ones of earlier files: equal name, program and map to Unicode."""
    used = page.Resources.Font
    for name, font in list(used.items()):
        program = font.DescendantFonts[0].FontDescriptor.FontFile2
        digest = sha256(program.read_raw_bytes())
        digest.update(font.ToUnicode.read_raw_bytes())
        digest.update(str(font.BaseFont).encode())
        used[name] = known.setdefault(digest.digest(), font)


def _take_over(joined: pikepdf.Pdf, first: pikepdf.Pdf) -> None:
    """What a catalog says for all pages; every file of ours says the same."""
    for key in ("/OutputIntents", "/MarkInfo", "/Lang", "/ViewerPreferences"):
        value = first.Root[key]
        joined.Root[key] = joined.copy_foreign(value) if value.is_indirect else _copied(joined, first, value)


def _copied(joined: pikepdf.Pdf, source: pikepdf.Pdf, value: Any) -> Any:
    return joined.copy_foreign(source.make_indirect(value))


def _describe(joined: pikepdf.Pdf, title: str, author: str, day: date) -> None:
    import pikepdf

    packet = metadata(
        title=title, author=author, subject=title, program=PROGRAM, language="de-DE", day=day, part=2
    )
    stamp = f"D:{day:%Y%m%d}000000+00'00'"
    joined.docinfo = joined.make_indirect(
        pikepdf.Dictionary(
            Title=title,
            Author=author,
            Subject=title,
            Creator=PROGRAM,
            Producer=PROGRAM,
            CreationDate=stamp,
            ModDate=stamp,
        )
    )
    stream = joined.make_stream(packet)
    stream.Type, stream.Subtype = pikepdf.Name.Metadata, pikepdf.Name.XML
    joined.Root.Metadata = stream


def _page_count(letter: Posted) -> int:
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(letter.pdf)) as part:
            return len(part.pages)
    except pikepdf.PdfError as error:
        raise BadInput(
            f"Das Schreiben „{letter.title}“ lässt sich nicht lesen.", detail=str(error)
        ) from error


def _cover(letters: Sequence[Posted], counts: Sequence[int], day: date, sender: str, title: str) -> bytes:
    pdf = TaggedPdf(title=title, author=sender, day=day)
    typesetter = Typesetter(pdf, _LEFT, _WIDTH)
    sheets = sum(-(-count // 2) for count in counts)
    columns = (
        Column("Nr.", numeric=True),
        Column("An", share=3, heads_row=True),
        Column("Schreiben", share=3),
        Column("Aktenzeichen", share=1.6),
        Column("Seiten", numeric=True),
    )
    rows = tuple(
        tuple(
            plain(text)
            for text in (str(number), letter.recipient, letter.title, letter.case_number, str(count))
        )
        for number, (letter, count) in enumerate(zip(letters, counts, strict=True), 1)
    )
    summary = f"{sender} · {len(letters)} Schreiben, {sum(counts)} Seiten, beidseitig gedruckt {sheets} Blatt"
    strips = [
        *typesetter.subject(title),
        *typesetter.strips((Paragraph(plain(summary)), Table(columns, rows))),
    ]
    body = Body(din5008.LATER_BODY.top * _MM, din5008.LATER_BODY.bottom * _MM)
    pages = paginate(strips, body, body)
    for number, page in enumerate(pages, 1):
        if number > 1:
            pdf.next_page()
        for top, strip in page.placed:
            strip.draw(pdf, top)
        foot = one_line(f"{title} · Seite {number} von {len(pages)}", look.SMALL)
        pdf.artifact("Footer")
        y = din5008.LATER_PAGE_NUMBER * _MM - look.SMALL.leading
        show_line(pdf, None, _LEFT + _WIDTH - foot.width, y, foot, look.SMALL, look.QUIET)
    return pdf.finish()
