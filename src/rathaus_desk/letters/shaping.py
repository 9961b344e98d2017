"""Letters with combining marks, placed by HarfBuzz: 149 sequences of DIN 91379 have no code of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_MARKS = "\u0300-\u036f"
_MARK = re.compile(f"[{_MARKS}]")
_CLUSTER = re.compile(f"[^{_MARKS}]?[{_MARKS}]+")


def has_marks(text: str) -> bool:
    """Whether composed (NFC) ``text`` needs shaping."""
    return not text.isascii() and _MARK.search(text) is not None


def clusters(text: str) -> Iterator[tuple[str, bool]]:
    """``text`` in pieces, in order: a letter with its marks, or marks alone (True), or plain text (False)."""
    at = 0
    for found in _CLUSTER.finditer(text):
        if at < found.start():
            yield text[at : found.start()], False
        yield found.group(), True
        at = found.end()
    if at < len(text):
        yield text[at:], False


@dataclass(frozen=True, slots=True)
class Glyph:
    """One glyph of a shaped cluster, in thousandths of the font size.

    ``right`` and ``up`` move it from where the pen stands, ``advance`` then moves the pen; ``width`` is the
    glyph's own width, by which a PDF viewer moves on.
    """

    number: int
    right: float
    up: float
    advance: float
    width: float


@lru_cache(maxsize=4)
def _font(path: str) -> Any:
    import uharfbuzz

    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(path)))


def shape(path: str, cluster: str) -> list[Glyph]:
    """The glyphs of ``cluster`` in the font file ``path``, in drawing order."""
    import uharfbuzz

    font = _font(path)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(cluster)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    scale = 1000 / font.face.upem
    return [
        Glyph(
            found.codepoint,
            place.x_offset * scale,
            place.y_offset * scale,
            place.x_advance * scale,
            font.get_glyph_h_advance(found.codepoint) * scale,
        )
        for found, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    ]
