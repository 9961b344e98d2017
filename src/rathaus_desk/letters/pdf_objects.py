"""ReportLab's document, mended where PDF/A and PDF/UA ask for more than it writes.

What ReportLab 5.1 gets wrong for our purpose is mended here, each with its reason;
tests/letters/test_traps.py holds a test for each.
"""

# ruff: noqa: N802 - the names of ReportLab's methods

from __future__ import annotations

import hashlib
import zlib
from datetime import date
from typing import Any

from reportlab import rl_config
from reportlab.pdfbase.pdfdoc import (
    PDFCatalog,
    PDFDocument,
    PDFImageXObject,
    PDFObject,
    PDFPage,
    PDFStream,
)

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_PAGE_LEVEL = 4
"""Half the time of the usual level 6, for a tenth more bytes of what is a tenth of the file."""

_END_OF_STREAM = b"endstream\n"


class Bytes(PDFObject):
    """An indirect object whose bytes are known already."""

    __RefOnly__ = 1

    def __init__(self, content: bytes) -> None:
        self.content = content

    def format(self, document: Document) -> bytes:  # noqa: ARG002 - ReportLab's signature
        """The bytes as given."""
        return self.content


def plain_stream(content: bytes, entries: bytes = b"") -> bytes:
    """Source of a stream; ``entries`` are further entries of its dictionary."""
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(content), content)


def compressed_stream(content: bytes, entries: bytes = b"", level: int = 9) -> bytes:
    """As `plain_stream`, deflated."""
    return plain_stream(zlib.compress(content, level), entries + b"/Filter/FlateDecode")


def text_string(text: str) -> bytes:
    """``text`` as a PDF text string in hexadecimal: UTF-16 with its mark, for any character."""
    return b"<FEFF%b>" % text.encode("utf-16-be").hex().upper().encode()


class _Moment:
    """The time stamp ReportLab asks for; a day instead of the moment of making, so that bytes repeat."""

    def __init__(self, day: date) -> None:
        self.t = 0.0
        self.YMDhms = (day.year, day.month, day.day, 0, 0, 0)
        self.dhh = self.dmm = 0


class Document(PDFDocument):
    """A document whose objects are numbered as they are made and whose /ID is the digest of its bytes."""

    Catalog: Any
    Pages: Any
    Reference: Any

    def adopt(self, day: date) -> None:
        """To be called once after a canvas made a plain `PDFDocument` of itself into this class.

        The canvas names that class outright, so it cannot be handed another.
        """
        self._timeStamp = _Moment(day)
        self.beyond_everyday: set[object] = set()
        catalog = self.Catalog
        # ReportLab writes only the keys on this list; without the entries an output intent vanishes silently.
        catalog.__NoDefault__ = [*PDFCatalog.__NoDefault__, "OutputIntents", "AF"]

    def number(self, thing: Any) -> int:
        """Registers ``thing``, a PDFObject of ours, as an indirect object; its number."""
        # As ReportLab's Reference does, without its searching: a long table has thousands of objects.
        self.objectcounter = number = self.objectcounter + 1
        name = f"R{number}"
        self.numberToId[number], self.idToObject[name] = name, thing
        self.idToObjectNumberAndVersion[name] = (number, 0)
        thing.__InternalName__ = name
        return number

    def page_number(self, page: int) -> int:
        """Object number of the ``page``-th page (from 1), which must have been shown."""
        return int(self.idToObjectNumberAndVersion[f"Page{page}"][0])

    def addPage(self, page: Any) -> None:
        """Mends a page before it is kept: tab order, no empty transition, its content as our own stream.

        Content must be ASCII: ReportLab would write other letters as UTF-8, which no font here is encoded in.
        """
        page.__NoDefault__ = [*PDFPage.__NoDefault__, "StructParents", "Tabs"]
        page.Tabs = "/S"
        page.Trans = None
        page.Contents = Bytes(compressed_stream(page.stream.encode("ascii"), level=_PAGE_LEVEL))
        super().addPage(page)

    def _number_of(self, thing: Any) -> int:
        return int(self.idToObjectNumberAndVersion[thing.__InternalName__][0])

    def format(self) -> bytes:
        """The file. Objects made while others are written are written too."""
        parts, at = [_HEADER], len(_HEADER)
        offsets: list[int] = []
        while (number := len(offsets) + 1) in self.numberToId:
            thing: Any = self.idToObject[self.numberToId[number]]
            body = thing.format(self)
            body = body.encode("latin-1") if isinstance(body, str) else body
            if isinstance(thing, PDFStream | PDFImageXObject):
                # ReportLab writes no line end before endstream; deflated data may end in one by chance,
                # so it is added always.
                body = body.removesuffix(_END_OF_STREAM) + b"\n" + _END_OF_STREAM
            offsets.append(at)
            parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, body.rstrip(b"\n")))
            at += len(parts[-1])
        entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        parts.append(b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(offsets) + 1, entries))
        body = b"".join(parts)
        digest = hashlib.md5(body, usedforsecurity=False).hexdigest().encode()
        root, facts = (self._number_of(thing) for thing in (self.Catalog, self.info))
        return body + (
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]>>\nstartxref\n%d\n%%%%EOF\n"
            % (len(offsets) + 1, root, facts, digest, digest, at)
        )


# Streams of others (pictures) are compressed, not written as ASCII on top.
rl_config.useA85 = 0
