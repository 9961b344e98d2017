"""The structure tree of a tagged PDF: what a screen reader reads, and in what order (ISO 32000-1, 14.7)."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from reportlab.pdfbase.pdfdoc import PDFObject

from rathaus_desk.letters.pdf_objects import Document, text_string


class _Marked(NamedTuple):
    """A piece of page content, by page (from 1) and number on that page."""

    page: int
    mcid: int


class _Annotation(NamedTuple):
    """A link on a page, by object number."""

    page: int
    number: int


class Element(PDFObject):
    """One node: a paragraph, a table cell, a figure. Its kids are read in the order they were added."""

    __RefOnly__ = 1
    page = 0  # content has one

    def __init__(self, document: Document, tag: str, parent: Element | Tree, attributes: bytes = b"") -> None:
        self.tag = tag
        self.number = document.number(self)
        self._parent = parent
        self._attributes = attributes
        self._kids: list[Element | _Marked | _Annotation] = []
        parent.add(self)

    def add(self, kid: Element) -> None:
        """Appends a node below this one."""
        self._kids.append(kid)

    def add_content(self, page: int, mcid: int) -> None:
        """Appends marked content; a page break gives an element a second piece."""
        self._kids.append(_Marked(page, mcid))

    def add_annotation(self, page: int, number: int) -> None:
        """Appends a link annotation."""
        self._kids.append(_Annotation(page, number))

    def format(self, document: Document) -> bytes:
        """The node; its /Pg is the page of its first content, other pages are named piece by piece."""
        home, kids = 0, []
        for kid in self._kids:
            home = home or kid.page
            if isinstance(kid, Element):
                kids.append(b"%d 0 R" % kid.number)
            elif isinstance(kid, _Annotation):
                page = document.page_number(kid.page)
                kids.append(b"<</Type/OBJR/Pg %d 0 R/Obj %d 0 R>>" % (page, kid.number))
            elif kid.page == home:
                kids.append(b"%d" % kid.mcid)
            else:
                kids.append(b"<</Type/MCR/Pg %d 0 R/MCID %d>>" % (document.page_number(kid.page), kid.mcid))
        on = b"/Pg %d 0 R" % document.page_number(home) if home else b""
        return b"<</Type/StructElem/S/%b/P %d 0 R%b%b/K[%b]>>" % (
            self.tag.encode(),
            self._parent.number,
            on,
            self._attributes,
            b" ".join(kids),
        )


class Tree(PDFObject):
    """The root, and the parent tree that leads from content back to its element."""

    __RefOnly__ = 1

    def __init__(self, document: Document) -> None:
        self.number = document.number(self)
        self._kids: list[Element] = []
        self._parents: list[list[Element] | Element] = []
        document.Catalog.StructTreeRoot = self

    def add(self, kid: Element) -> None:
        """Appends a node below the root."""
        self._kids.append(kid)

    def new_page(self) -> int:
        """Key of a new page in the parent tree."""
        self._parents.append([])
        return len(self._parents) - 1

    def new_content(self, key: int, page: int, element: Element) -> int:
        """Number (MCID) of a new piece of ``element`` on the page with ``key``."""
        owners = self._parents[key]
        assert isinstance(owners, list)
        owners.append(element)
        element.add_content(page, len(owners) - 1)
        return len(owners) - 1

    def new_annotation(self, element: Element) -> int:
        """Key of an annotation that belongs to ``element``."""
        self._parents.append(element)
        return len(self._parents) - 1

    def format(self, document: Document) -> bytes:  # noqa: ARG002 - ReportLab's signature
        """The root with its parent tree."""
        entries = []
        for key, owner in enumerate(self._parents):
            if isinstance(owner, Element):
                entries.append(b"%d %d 0 R" % (key, owner.number))
            else:
                entries.append(b"%d[%b]" % (key, b" ".join(b"%d 0 R" % element.number for element in owner)))
        return b"<</Type/StructTreeRoot/K[%b]/ParentTree<</Nums[%b]>>/ParentTreeNextKey %d>>" % (
            b" ".join(b"%d 0 R" % kid.number for kid in self._kids),
            b" ".join(entries),
            len(self._parents),
        )


@lru_cache(maxsize=32)
def table_attributes(*, scope: str = "", columns: int = 1) -> bytes:
    """Of a cell: whom a header cell speaks for ("Column" or "Row"), how many columns it spans."""
    return b"/A<</O/Table%b%b>>" % (
        f"/Scope/{scope}".encode() if scope else b"",
        b"/ColSpan %d" % columns if columns > 1 else b"",
    )


def list_attributes(*, numbered: bool) -> bytes:
    """Of a list: how its items are labelled."""
    return b"/A<</O/List/ListNumbering/%b>>" % (b"Decimal" if numbered else b"Disc")


def figure_attributes(alternative: str, box: tuple[float, float, float, float]) -> bytes:
    """Of a figure: its alternative text, its box on the page in PDF coordinates."""
    layout = b"/A<</O/Layout/Placement/Block/BBox[%.2f %.2f %.2f %.2f]>>" % box
    return b"/Alt" + text_string(alternative) + layout
