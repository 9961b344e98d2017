"""Strips onto pages: what runs from the subject to the last line, broken where a reader would break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rathaus_desk.letters.tagged_pdf import TaggedPdf


class Strip(Protocol):
    """A part of the text, as wide as the page's text, that lies on one page. Heights are points.

    ``gap``: free space above, left out at the top of a page. ``glued``: the next strip belongs on the same
    page. ``repeat``: drawn above the strip when it is the first of a later page (a table's header).
    """

    gap: float
    glued: bool
    repeat: Plain | None

    @property
    def height(self) -> float:
        """Without the gap."""

    def draw(self, pdf: TaggedPdf, top: float) -> None:
        """Draws it with its upper edge at ``top``."""

    def split(self, room: float) -> tuple[Strip, Strip] | None:
        """In two, the first at most ``room`` high; None if it must stay whole."""


@dataclass(slots=True)
class Plain:
    """A strip that stays whole, drawn by ``paint(pdf, top)``."""

    height: float
    paint: Callable[[TaggedPdf, float], None]
    gap: float = 0.0
    glued: bool = False
    repeat: Plain | None = None

    def draw(self, pdf: TaggedPdf, top: float) -> None:
        """Draws it with its upper edge at ``top``."""
        self.paint(pdf, top)

    def split(self, room: float) -> tuple[Strip, Strip] | None:  # noqa: ARG002 - see Strip
        """Never."""
        return None


@dataclass(frozen=True, slots=True)
class Body:
    """Where text may run on a page, points from its top."""

    top: float
    bottom: float


@dataclass(slots=True)
class Page:
    """Strips with the places of their upper edges."""

    body: Body
    placed: list[tuple[float, Strip]] = field(default_factory=list)


def paginate(strips: Sequence[Strip], first: Body, later: Body) -> list[Page]:
    """``strips`` on as many pages as it takes, at least one.

    Glued strips move to the next page together, unless they need more than half of it and can be split.
    """
    pages = _Pages(first, later)
    half = (later.bottom - later.top) / 2
    for group in _groups(strips):
        height = sum(strip.gap + strip.height for strip in group)
        splits = any(strip.split(strip.height - 1) for strip in group) if height > half else False
        if height <= 2 * half and not splits and not pages.has_room(height):
            pages.turn()
        for strip in group:
            pages.place(strip)
    return pages.made


def _groups(strips: Sequence[Strip]) -> Iterator[list[Strip]]:
    group: list[Strip] = []
    for strip in strips:
        group.append(strip)
        if not strip.glued:
            yield group
            group = []
    if group:
        yield group


class _Pages:
    """The pages made so far, and how far down the last one is filled."""

    def __init__(self, first: Body, later: Body) -> None:
        self._later = later
        self.made = [Page(first)]
        self._y = first.top

    def has_room(self, height: float) -> bool:
        return not self.made[-1].placed or self._y + height <= self.made[-1].body.bottom

    def turn(self) -> None:
        self.made.append(Page(self._later))
        self._y = self._later.top

    def place(self, strip: Strip) -> None:
        page = self.made[-1]
        fresh = not page.placed
        if not fresh:
            self._y += strip.gap
        elif len(self.made) > 1 and strip.repeat:
            self._put(strip.repeat)
        room = page.body.bottom - self._y
        if strip.height <= room:
            self._put(strip)
        elif parts := strip.split(room):
            self._put(parts[0])
            self.turn()
            self.place(parts[1])
        elif fresh:
            self._put(strip)
        else:
            self.turn()
            self.place(strip)

    def _put(self, strip: Strip) -> None:
        self.made[-1].placed.append((self._y, strip))
        self._y += strip.height
