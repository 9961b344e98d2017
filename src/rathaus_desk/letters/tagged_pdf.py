"""Accessible archive PDFs by ReportLab: PDF/UA-1 and PDF/A-2a (3a when data is embedded) in one pass.

Everything drawn belongs to an `Element` of the structure tree or is an artifact, which a screen reader passes
over. `TaggedPdf.tag` and `TaggedPdf.artifact` say what is drawn next; content is read in the order in which
elements were made, so make and draw them as a person reads.

Places are points from the page's top left corner, y downwards; a text's y is its baseline.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

from reportlab.pdfbase.pdfdoc import PDFString
from reportlab.pdfgen.canvas import Canvas

from rathaus_desk.letters import archive
from rathaus_desk.letters.fonts import LetterFont, letter_font
from rathaus_desk.letters.pdf_objects import Bytes, Document, plain_stream, text_string
from rathaus_desk.letters.shaping import clusters, has_marks
from rathaus_desk.letters.structure import Element, Tree

A4 = (595.2756, 841.8898)
"""Width and height in points."""

PROGRAM = "Rathaus Desk"

Colour = tuple[float, float, float]
"""Red, green, blue from 0 to 1."""

Artifact = Literal["Header", "Footer", "Page", "Layout"]
_ARTIFACTS: dict[Artifact, str] = {
    "Header": "/Artifact<</Type/Pagination/Subtype/Header>>BDC",
    "Footer": "/Artifact<</Type/Pagination/Subtype/Footer>>BDC",
    "Page": "/Artifact<</Type/Page>>BDC",
    "Layout": "/Artifact<</Type/Layout>>BDC",
}


class TaggedPdf:
    """A PDF being drawn. Same calls, same bytes: it knows neither clock nor chance.

    ``day`` becomes its date of making; ``title`` is what a reader's window shows; ``size``: of the paper,
    points.
    """

    def __init__(
        self,
        *,
        title: str,
        author: str,
        day: date,
        subject: str = "",
        language: str = "de-DE",
        size: tuple[float, float] = A4,
    ) -> None:
        self.size = size
        self._day = day
        self._language = language
        self._facts = {"title": title, "author": author, "subject": subject or title}
        # ReportLab would refer to Helvetica, which is not embedded, unless another font comes first.
        first = letter_font(False).fontName
        made_as: Any = Canvas
        self.canvas = made_as(
            io.BytesIO(), size, invariant=1, pdfVersion=(1, 7), initialFontName=first, lang=language
        )
        document = self.canvas._doc
        document.__class__ = Document
        self._document: Document = document
        document.adopt(day)
        self._tree = Tree(document)
        self.root = Element(document, "Document", self._tree)
        self._files: list[tuple[str, int]] = []
        self._current: Element | Artifact | None = None
        self._colour: Colour | None = None
        self.page = 1
        self._page_key = self._tree.new_page()

    # The structure

    def element(self, tag: str, parent: Element | None = None, attributes: bytes = b"") -> Element:
        """A new element behind the kids that ``parent`` (the document) has already."""
        return Element(self._document, tag, parent or self.root, attributes)

    def tag(self, element: Element) -> None:
        """What is drawn from here on is content of ``element``."""
        if self._current is not element:
            self._open(element)

    def _open(self, element: Element, properties: str = "") -> None:
        self._close()
        number = self._tree.new_content(self._page_key, self.page, element)
        self._write(f"/{element.tag}<</MCID {number}{properties}>>BDC")
        self._current = element

    def artifact(self, kind: Artifact) -> None:
        """What is drawn from here on is decoration or repetition, not content."""
        if self._current != kind:
            self._close()
            self._write(_ARTIFACTS[kind])
            self._current = kind

    def _close(self) -> None:
        if self._current is not None:
            self._write("EMC")
            self._current = None

    # Drawing

    def text(self, x: float, y: float, size: float, pieces: Iterable[tuple[LetterFont, str]]) -> None:
        """Shows `clean` pieces one after the other from ``x`` on, in the present colour."""
        self._owned()
        shown: list[str] = []
        start = x
        for font, text in pieces:
            font.use(self._document, text)
            setting = f"/{font.resource} {size:g} Tf"
            if not has_marks(text):
                shown.append(f"{setting} {font.operators(text)}")
                x += font.width(text, size)
                continue
            for part, marked in clusters(text):
                if marked:
                    self._show(start, y, shown)
                    self._show_marked(x, y, f"{setting} {font.shaped_operators(part, size)}", part)
                    shown, start = [], x + font.width(part, size)
                else:
                    shown.append(f"{setting} {font.operators(part)}")
                x += font.width(part, size)
        self._show(start, y, shown)

    def _show(self, x: float, y: float, operators: list[str]) -> None:
        if operators:
            self._write(f"BT 1 0 0 1 {x:.2f} {self.size[1] - y:.2f} Tm {' '.join(operators)} ET")

    def _show_marked(self, x: float, y: float, operators: str, text: str) -> None:
        """One letter with marks, as a Span that says what it stands for.

        The Span has marked content of its own: some readers lose the text behind nested marked content.
        """
        owner = self._current
        if isinstance(owner, Element):
            actual = f"/ActualText{text_string(text).decode()}"
            self._open(self.element("Span", owner, actual.encode()), actual)
            self._show(x, y, [operators])
            self.tag(owner)
        else:
            self._show(x, y, [operators])

    def colour(self, colour: Colour) -> None:
        """Of what is filled from here on: text, areas, rules."""
        if colour != self._colour:
            self._write("{:.3g} {:.3g} {:.3g} rg".format(*colour))
            self._colour = colour

    def area(self, x: float, y: float, width: float, height: float) -> None:
        """A filled rectangle with its top left corner at (x, y)."""
        self._owned()
        self._write(f"{x:.2f} {self.size[1] - y - height:.2f} {width:.2f} {height:.2f} re f")

    def frame(
        self, x: float, y: float, width: float, height: float, colour: Colour, *, dashed: bool = False
    ) -> None:
        """The edge of a rectangle with its top left corner at (x, y), drawn thinly."""
        self._owned()
        dash = "[3 2] 0 d " if dashed else ""
        edge = "{:.3g} {:.3g} {:.3g} RG".format(*colour)
        box = f"{x:.2f} {self.size[1] - y - height:.2f} {width:.2f} {height:.2f} re"
        self._write(f"q 0.7 w {dash}{edge} {box} S Q")

    def hatch(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """Slanting lines inside a rectangle with its top left corner at (x, y)."""
        self._owned()
        bottom = self.size[1] - y - height
        edge = "{:.3g} {:.3g} {:.3g} RG".format(*colour)
        lines = " ".join(
            f"{x + at:.2f} {bottom:.2f} m {x + at + height:.2f} {bottom + height:.2f} l"
            for at in range(-int(height), int(width), 5)
        )
        box = f"{x:.2f} {bottom:.2f} {width:.2f} {height:.2f} re W n"
        self._write(f"q {box} 0.5 w {edge} {lines} S Q")

    def bits(self, x: float, y: float, module: float, runs: Iterable[tuple[int, int, int]]) -> None:
        """A pattern of squares ``module`` points wide: (column, row, length) from the top left at (x, y)."""
        self._owned()
        squares = " ".join([f"{column} {-row - 1} {length} 1 re" for column, row, length in runs])
        self._write(f"q {module:.4f} 0 0 {module:.4f} {x:.2f} {self.size[1] - y:.2f} cm {squares} f Q")

    def strokes(
        self, x: float, y: float, scale: float, lines: Iterable[Iterable[tuple[int, int]]], pen: float
    ) -> None:
        """Lines drawn with a round pen: points (right, down) from (x, y), each unit ``scale`` points."""
        self._owned()
        top = self.size[1] - y
        drawn = []
        for line in lines:
            points = [f"{x + right * scale:.2f} {top - down * scale:.2f}" for right, down in line]
            # A point alone is a dot: a line without length, with round ends.
            drawn.append(" ".join([f"{points[0]} m", *(f"{one} l" for one in points[1:] or points), "S"]))
        self._write(f"q {pen:g} w 1 J 1 j 0 0 0 RG {' '.join(drawn)} Q")

    def picture(self, x: float, y: float, width: float, height: float, jpeg: bytes) -> None:
        """A JPEG in RGB, stretched over a box with its top left corner at (x, y)."""
        from reportlab.lib.utils import ImageReader

        self._owned()
        self.canvas.drawImage(ImageReader(io.BytesIO(jpeg)), x, self.size[1] - y - height, width, height)

    def link(self, element: Element, x: float, y: float, width: float, height: float, address: str) -> None:
        """Makes the rectangle a link to ``address``, belonging to ``element`` (a Link)."""
        key = self._tree.new_annotation(element)
        top = self.size[1] - y
        box = (x, top - height, x + width, top)
        self.canvas.linkURL(address, box, F=4, Contents=PDFString(address), StructParent=key)
        element.add_annotation(self.page, self._document.objectcounter)

    def _owned(self) -> None:
        if self._current is None:
            raise RuntimeError("Drawing outside of an element and an artifact: call tag or artifact first.")

    def _write(self, operators: str) -> None:
        self.canvas._code.append(operators)

    # Pages and the file

    def next_page(self) -> None:
        """Ends the page and begins the next."""
        self._show_page()
        self.page += 1
        self._page_key = self._tree.new_page()

    def _show_page(self) -> None:
        self._close()
        self._colour = None
        self.canvas.showPage()
        self._document.Pages.pages[-1].StructParents = self._page_key

    def embed(self, name: str, content: bytes, media_type: str, description: str) -> None:
        """Embeds data that belongs to the whole document; the file becomes PDF/A-3a."""
        number = archive.embed_file(self._document, name, content, media_type, description, self._day)
        self._files.append((name, number))

    def finish(self) -> bytes:
        """Ends the last page; the file."""
        self._show_page()
        document, catalog, facts = self._document, self._document.Catalog, self._facts
        for setter, value in (
            (document.setTitle, facts["title"]),
            (document.setAuthor, facts["author"]),
            (document.setSubject, facts["subject"]),
            (document.setCreator, PROGRAM),
            (document.setProducer, PROGRAM),
        ):
            setter(value)
        document.info.keywords = ""
        self.canvas.setViewerPreference("DisplayDocTitle", "true")
        catalog.MarkInfo = Bytes(b"<</Marked true>>")
        catalog.OutputIntents = archive.output_intent(document)
        part = 2
        if self._files:
            part = 3
            catalog.AF = b"[%b]" % b" ".join(b"%d 0 R" % number for _, number in self._files)
            named = sorted(self._files)
            names = b" ".join(b"%b %d 0 R" % (text_string(name), number) for name, number in named)
            catalog.Names = Bytes(b"<</EmbeddedFiles<</Names[%b]>>>>" % names)
        packet = archive.metadata(**facts, program=PROGRAM, language=self._language, day=self._day, part=part)
        # PDF/A wants it uncompressed, so that any program can read it.
        catalog.Metadata = Bytes(plain_stream(packet, b"/Type/Metadata/Subtype/XML"))
        return bytes(document.GetPDFData(self.canvas))
