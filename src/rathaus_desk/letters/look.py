"""How letters look: colours, sizes, distances. Points, if not said otherwise."""

from __future__ import annotations

from rathaus_desk.letters.tagged_pdf import Colour
from rathaus_desk.letters.typeset import Style

MM = 72 / 25.4

INK: Colour = (0.0, 0.0, 0.0)
QUIET: Colour = (0.33, 0.36, 0.40)
ACCENT: Colour = (0.11, 0.24, 0.38)
RULE: Colour = (0.76, 0.79, 0.82)
TINT: Colour = (0.945, 0.957, 0.969)
WHITE: Colour = (1.0, 1.0, 1.0)
"""Quiet and accent stand out from white by more than 7:1 (BITV asks for 4.5:1)."""

NAME = Style(15, 18, bold=True)
OFFICE = Style(9.5, 12)
RETURN_LINE = Style(7, 9)
SMALLEST_RETURN_LINE = 4.5
ADDRESS = (Style(10.5, 12), Style(9.5, 12), Style(8.5, 12))
"""From usual to smallest: the first in which every line of the address fits."""

REMARK = Style(8, 12)
LABEL = Style(8, 12)
VALUE = Style(9, 12)
SUBJECT = Style(13, 17, bold=True)
HEADING = {2: Style(11, 15, bold=True), 3: Style(10.5, 14.5, bold=True)}
BODY = Style(10.5, 14.5)
CELL = Style(9.5, 12.5)
CELL_HEAD = Style(8.5, 11, bold=True)
CELL_TOTAL = Style(10, 13, bold=True)
FOOTER = Style(7.5, 10)
SMALL = Style(8, 10.5)

PARAGRAPH_GAP = 7.0
HEADING_GAP = 13.0
BLOCK_GAP = 10.0


def baseline(style: Style) -> float:
    """From the upper edge of a line to its baseline: capitals stand in the middle of the line."""
    return (style.leading + 0.716 * style.size) / 2
