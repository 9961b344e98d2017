"""The page by DIN 5008:2020, form B. Millimetres from the top left corner, y downwards."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH, HEIGHT = 210.0, 297.0
LEFT, RIGHT = 25.0, 190.0
"""Left and right edge of the text (margins 25 and 20)."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A rectangle on the page."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left


LETTERHEAD = Zone(LEFT, 0.0, RIGHT, 45.0)
ADDRESS_FIELD = Zone(20.0, 45.0, 105.0, 90.0)
"""What the window of a DL or C6 envelope shows: return line, remarks, address."""

ADDRESS_TEXT_TOP = 62.7
"""Where the address proper begins; remarks and a long address grow upwards from here."""

ADDRESS_LINE = 4.23
ADDRESS_LINES = 9
"""Height of a line of the address (12 pt), and how many the field holds above each other."""

INFORMATION = Zone(125.0, 50.0, 200.0, 95.0)
SUBJECT_TOP = 98.5
FOLD_MARKS = (105.0, 210.0)
HOLE_MARK = 148.5
MARK_LEFT = 5.0

FIRST_BODY = Zone(LEFT, SUBJECT_TOP, RIGHT, 259.0)
LATER_BODY = Zone(LEFT, 27.0, RIGHT, 277.0)
"""Where text runs: on the first page above the footer, later between short header and page number."""

HEADER_LINE = 18.0
FOOTER_TOP, FOOTER_BOTTOM = 268.0, 292.0
FIRST_PAGE_NUMBER = 263.5
LATER_PAGE_NUMBER = 285.0
"""Baselines of the page numbers."""
