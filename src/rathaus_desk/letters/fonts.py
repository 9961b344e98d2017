"""The letters' two fonts: measured, checked for every character, embedded from bytes made once a process.

A `LetterFont` speaks ReportLab's protocol of dynamic fonts, so that any canvas can set it. Its text is glyph
numbers of two bytes (Identity-H): no subsets, no code pages, and what HarfBuzz chooses can be shown as it is.

Of each weight there is a small program with the outlines of everyday German and the complete one (DIN 91379).
A document embeds the small one, 11 kB, unless a letter in it needs the other, 35 kB.
"""

# ruff: noqa: N802, N815, ARG002 - the names and signatures of ReportLab's protocol

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTEncoding, TTFontFace

from rathaus_desk.kernel import resources
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.letters.pdf_objects import Bytes, Document, compressed_stream
from rathaus_desk.letters.shaping import Glyph, clusters, has_marks, shape

_BLANKS = re.compile("[\t\n\r ]+")
_SOFT_HYPHEN = "\u00ad"
_WORD_JOINER = 0x2060


def clean(text: str) -> str:
    """``text`` as it is printed: composed (NFC), tabs and line ends as one blank, no soft hyphens.

    No-break spaces stay.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).replace(_SOFT_HYPHEN, "")
    return _BLANKS.sub(" ", text)


class LetterFont:
    """One weight. Sizes and widths are points; ``resource`` is its name in content streams."""

    _dynamicFont = 1
    _multiByte = 1
    shapable = False

    def __init__(self, weight: str, resource: str) -> None:
        self.fontName = f"Arimo-{weight}"
        self.resource = resource
        self.encoding = TTEncoding()
        self._path = str(resources.path("fonts", f"{self.fontName}.ttf"))
        self.face: Any = TTFontFace(self._path)
        self._glyphs = _GlyphNumbers({code: f"{glyph:04X}" for code, glyph in self.face.charToGlyph.items()})
        self._widths = {chr(code): width for code, width in self.face.charWidths.items()}
        self._programs: dict[bool, _Program] = {}
        self._em = lru_cache(maxsize=20_000)(self._measured)
        self.operators = lru_cache(maxsize=5_000)(self._operators)

    def width(self, text: str, size: float) -> float:
        """Width of `clean` text; raises BadInput naming a character that has no glyph."""
        return self._em(text) * size / 1000

    def _measured(self, text: str) -> float:
        if has_marks(text):
            return sum(
                sum(glyph.advance for glyph in self._shaped(part)) if marked else self._measured(part)
                for part, marked in clusters(text)
            )
        try:
            return float(sum(map(self._widths.__getitem__, text)))
        except KeyError:
            text.translate(self._glyphs)
            raise

    def _operators(self, text: str) -> str:
        """What shows `clean` text without marks where the pen stands, this font being set."""
        return f"<{text.translate(self._glyphs)}>Tj"

    def shaped_operators(self, cluster: str, size: float) -> str:
        """The same for one letter with its marks, each set where HarfBuzz says.

        A word joiner, which has neither width nor ink, ends it: readers take the place of the last glyph for
        the end of the letter; behind a mark they would see a gap and part the word.
        """
        parts = []
        for glyph in self._shaped(cluster):
            up, back = glyph.up * size / 1000, glyph.width + glyph.right - glyph.advance
            parts.append(f"{up:.3f} Ts[{-glyph.right:.1f}<{glyph.number:04X}>{back:.1f}]TJ")
        return " ".join((*parts, f"0 Ts<{self._glyphs[_WORD_JOINER]}>Tj"))

    def _shaped(self, cluster: str) -> list[Glyph]:
        cluster.translate(self._glyphs)  # refuses what the font lacks, before HarfBuzz would take .notdef
        return shape(self._path, cluster)

    def stringWidth(self, text: str, size: float, encoding: str = "utf8") -> float:
        """As `width`."""
        return self.width(clean(text), size)

    def splitString(self, text: str, document: Document, encoding: str = "utf-8") -> list[tuple[int, bytes]]:
        """``text`` as one run of glyph numbers. Marks are not placed; `operators` does that."""
        self.use(document, text)
        return [(0, bytes.fromhex(clean(text).translate(self._glyphs)))]

    def getSubsetInternalName(self, subset: int, document: Document) -> str:
        """The name of the font in content streams."""
        self.use(document, "")
        return f"/{self.resource}"

    def addObjects(self, document: Document) -> None:
        """Embeds the font, once all that ``document`` shows is known."""
        complete = self in document.beyond_everyday
        if complete not in self._programs:
            self._programs[complete] = _program(self.fontName, self.face, complete=complete)
        fonts: Any = document.idToObject["BasicFonts"]
        fonts.dict[self.resource] = self._programs[complete].embed(document)

    def use(self, document: Document, text: str) -> None:
        """Notes that ``document`` shows ``text`` in this font."""
        if self not in document.delayedFonts:
            document.delayedFonts.append(self)
        if not (text.isascii() or _everyday().issuperset(text)):
            document.beyond_everyday.add(self)


class _GlyphNumbers(dict[int, str]):
    """Code point → glyph number as four hexadecimal digits, for `str.translate`; refuses what the font lacks.

    ReportLab's own fonts print such a character as nothing at all: "−30,00 €" would read "30,00 €".
    """

    def __missing__(self, code: int) -> str:
        name = unicodedata.name(chr(code), "ohne Namen")
        shown = f"„{chr(code)}“ " if chr(code).isprintable() else ""
        raise BadInput(
            f"Das Zeichen {shown}(U+{code:04X}, {name}) kann nicht gedruckt werden: Es gehört nicht zu den"
            " Zeichen der DIN 91379, die die Schrift der Briefe enthält. Bitte ersetzen Sie es."
        )


@dataclass(frozen=True)
class _Program:
    """A font as it goes into a PDF: its objects, ready but for the numbers that link them."""

    name: bytes
    file: bytes
    descriptor: bytes
    to_unicode: bytes
    widths: bytes

    def embed(self, document: Document) -> Bytes:
        """Adds the objects to ``document``; the font dictionary."""
        file = document.number(Bytes(self.file))
        descriptor = document.number(Bytes(b"<<%b/FontFile2 %d 0 R>>" % (self.descriptor, file)))
        to_unicode = document.number(Bytes(self.to_unicode))
        descendant = document.number(
            Bytes(
                b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%b/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
                b"/Supplement 0>>/FontDescriptor %d 0 R/W[%b]/CIDToGIDMap/Identity>>"
                % (self.name, descriptor, self.widths)
            )
        )
        return Bytes(
            b"<</Type/Font/Subtype/Type0/BaseFont/%b/Encoding/Identity-H/DescendantFonts[%d 0 R]"
            b"/ToUnicode %d 0 R>>" % (self.name, descendant, to_unicode)
        )


def _program(font_name: str, face: Any, *, complete: bool) -> _Program:
    name = f"{'DINALL' if complete else 'DINDAY'}+{font_name}".encode()
    content = resources.path("fonts", f"{font_name}{'' if complete else '-common'}.ttf").read_bytes()
    codes = {glyph: min(chars) for glyph, chars in face.glyphToChar.items()}
    if not complete:
        codes = {glyph: code for glyph, code in codes.items() if chr(code) in _everyday()}
    lines = (face.italicAngle, face.ascent, face.descent, face.capHeight, face.stemV)
    return _Program(
        name=name,
        file=compressed_stream(content, b"/Length1 %d" % len(content)),
        descriptor=b"/Type/FontDescriptor/FontName/%b/Flags %d/FontBBox[%d %d %d %d]/ItalicAngle %d/Ascent %d"
        b"/Descent %d/CapHeight %d/StemV %d" % (name, face.flags, *map(round, (*face.bbox, *lines))),
        to_unicode=compressed_stream(_to_unicode(codes)),
        widths=_widths({glyph: face.hmetrics[glyph][0] * 1000 / face.unitsPerEm for glyph in sorted(codes)}),
    )


def _widths(widths: dict[int, float]) -> bytes:
    """The widths of glyphs, in runs of neighbouring numbers."""
    source = ""
    expected = -1
    for glyph, width in widths.items():
        source += f" {width:.6g}" if glyph == expected else f"]{glyph}[{width:.6g}"
        expected = glyph + 1
    return f"{source.removeprefix(']')}]".encode()


def _to_unicode(codes: dict[int, int]) -> bytes:
    """The map from glyph numbers to characters that readers and search use."""
    pairs = [f"<{glyph:04X}><{code:04X}>" for glyph, code in sorted(codes.items())]
    blocks = (pairs[at : at + 100] for at in range(0, len(pairs), 100))
    return "\n".join(
        (
            "/CIDInit/ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def",
            "/CMapName/Adobe-Identity-UCS def/CMapType 2 def",
            "1 begincodespacerange<0000><FFFF>endcodespacerange",
            *(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks),
            "endcmap CMapName currentdict/CMap defineresource pop end end",
        )
    ).encode()


@lru_cache(maxsize=1)
def _everyday() -> frozenset[str]:
    """The characters of the small program."""
    return frozenset(resources.path("fonts", "everyday.txt").read_text(encoding="utf-8")) | {" ", "\u00a0"}


@lru_cache(maxsize=2)
def letter_font(bold: bool, /) -> LetterFont:
    """The font of letters, loaded at first use (4 ms)."""
    font = LetterFont("Bold", "F2") if bold else LetterFont("Regular", "F1")
    pdfmetrics.registerFont(font)
    return font
