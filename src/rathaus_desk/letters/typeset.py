"""Words to lines. Greedy, ragged right; a line keeps its last blank, so that copied text keeps its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rathaus_desk.letters.fonts import LetterFont, clean, letter_font
from rathaus_desk.letters.letter import Inline, Run
from rathaus_desk.letters.shaping import clusters, has_marks


@dataclass(frozen=True, slots=True)
class Style:
    """Size and distance of baselines in points; ``bold``: everything is."""

    size: float
    leading: float
    bold: bool = False


class Piece(NamedTuple):
    """Words of one look within a line, ``width`` points wide."""

    font: LetterFont
    text: str
    width: float
    link: str = ""


class Line(NamedTuple):
    """``width`` without the blank at its end."""

    pieces: tuple[Piece, ...]
    width: float


# A word with the blanks behind it; inside a word a line may end behind a hyphen or slash between letters,
# and behind the @ of an address.
_WORD = re.compile("[^ ]+ *| +")
_BREAK_INSIDE = re.compile(r"(?<=[^\W\d_]{2}[-–/])(?=[^\W\d_])|(?<=@)(?=\w)")
_BOUND = frozenset(("§", "§§", "Art.", "Artikel", "Abs.", "Absatz", "Satz", "Nr.", "Nummer"))
"""Words that never end a line: their number follows."""

_INNER = frozenset("-–/@")
_ROOM = 0.01


def measure(text: str, style: Style) -> float:
    """Width in points of ``text`` on one line."""
    return letter_font(style.bold).width(clean(text), style.size)


def one_line(text: str, style: Style) -> Line:
    """``text`` as it is, however wide."""
    font, text = letter_font(style.bold), clean(text)
    width = font.width(text, style.size)
    return Line((Piece(font, text, width),), width)


@lru_cache(maxsize=4_000)
def break_lines(runs: Inline, style: Style, width: float) -> tuple[Line, ...]:
    """``runs`` in lines of at most ``width`` points; a word that is wider is broken where it must.

    A line end in a run's text ends the line. Raises BadInput for a character the font lacks.
    Kept for the next letter: most paragraphs of a day's notices are the same.
    """
    if len(runs) == 1 and "\n" not in runs[0].text:
        whole_line = _whole(runs[0], style)
        if whole_line.width <= width + _ROOM:
            return (whole_line,)
    lines: list[Line] = []
    line: list[Piece] = []
    filled = 0.0
    for word in _words(runs, style):
        if word is None:
            lines.append(_line([*line, _blank(style)], style))
            line, filled = [], 0.0
            continue
        pieces, whole, needed = word
        if line and filled + needed > width + _ROOM:
            lines.append(_line(line, style))
            line, filled = [], 0.0
        if needed > width + _ROOM:
            *full, pieces = _broken(pieces, style, width)
            lines.extend(_line(part, style) for part in full)
            whole = sum(piece.width for piece in pieces)
        line += pieces
        filled += whole
    if line or not lines:
        lines.append(_line(line, style))
    return tuple(lines)


def _whole(run: Run, style: Style) -> Line:
    font, text = letter_font(style.bold or run.bold), clean(run.text)
    piece = Piece(font, text, font.width(text, style.size), run.link)
    return Line((piece,), piece.width - _blanks(piece, style))


_Word = tuple[list[Piece], float, float]
"""What stays together: its pieces, their width, and the width without the blanks at the end."""


def _words(runs: Inline, style: Style) -> Iterator[_Word | None]:
    """The words in order; None is a forced line end."""
    word: list[Piece] = []
    for run in runs:
        font = letter_font(style.bold or run.bold)
        for number, text in enumerate(run.text.split("\n")):
            if number:
                if word:
                    yield _word(word, style)
                    word = []
                yield None
            for token, may_break in _tokens(clean(text)):
                word.append(Piece(font, token, font.width(token, style.size), run.link))
                if may_break:
                    yield _word(word, style)
                    word = []
    if word:
        yield _word(word, style)


def _word(pieces: list[Piece], style: Style) -> _Word:
    whole = pieces[0].width if len(pieces) == 1 else sum(piece.width for piece in pieces)
    return pieces, whole, whole - _blanks(pieces[-1], style)


def _tokens(text: str) -> Iterator[tuple[str, bool]]:
    """The words of ``text``, each with whether a line may end behind it."""
    for word in _WORD.findall(text):
        if not _INNER.isdisjoint(word):
            *parts, word = _BREAK_INSIDE.split(word)
            yield from ((part, True) for part in parts)
        yield word, word[-1] == " " and word.strip(" (") not in _BOUND


def _blank(style: Style) -> Piece:
    font = letter_font(style.bold)
    return Piece(font, " ", font.width(" ", style.size))


def _blanks(piece: Piece, style: Style) -> float:
    """Width of the blanks at the end of ``piece``."""
    if not piece.text.endswith(" "):
        return 0.0
    return (len(piece.text) - len(piece.text.rstrip(" "))) * piece.font.width(" ", style.size)


def _line(pieces: list[Piece], style: Style) -> Line:
    """A line with neighbours of one look joined."""
    joined: list[Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if before and before.font is piece.font and before.link == piece.link:
            joined[-1] = Piece(piece.font, before.text + piece.text, before.width + piece.width, piece.link)
        else:
            joined.append(piece)
    width = sum(piece.width for piece in joined)
    return Line(tuple(joined), width - _blanks(joined[-1], style) if joined else 0.0)


def _broken(word: list[Piece], style: Style, width: float) -> list[list[Piece]]:
    """A word wider than the line in parts that fit, never between a letter and its marks."""
    parts: list[list[Piece]] = [[]]
    filled = 0.0
    for piece in word:
        for letter, _ in clusters(piece.text):
            for part in (letter,) if has_marks(letter) else letter:
                needed = piece.font.width(part, style.size)
                if parts[-1] and filled + needed > width + _ROOM:
                    parts.append([])
                    filled = 0.0
                parts[-1].append(Piece(piece.font, part, needed, piece.link))
                filled += needed
    return parts
