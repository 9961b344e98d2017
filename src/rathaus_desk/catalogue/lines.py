"""On which line each value of a TOML file stands. tomllib tells lines only for syntax errors, msgspec only
paths.

The scanner reads text that tomllib has accepted already, so it checks nothing: it follows heads, keys,
arrays and inline tables, and steps over values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

At = tuple[str | int, ...]
"""Where in a document: keys and, in arrays, positions from 0. ``("item", 3, "amount")``."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_SCALAR = re.compile(r"[^,\]\}\n#]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'",
    re.DOTALL,
)


@dataclass
class LineMap:
    """Lines (from 1) of every table, key and array element of one document."""

    lines: dict[At, int] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> LineMap:
        """The map of a document that tomllib accepts."""
        scanner = _Scanner(text)
        scanner.document()
        return cls(scanner.lines)

    def line(self, at: At) -> int | None:
        """The line of the value at ``at``, or of the nearest table around it; None for the document."""
        while at:
            if at in self.lines:
                return self.lines[at]
            at = at[:-1]
        return None


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[At, int] = {}
        self.lengths: dict[At, int] = {}
        self._counted_to = 0
        self._line = 1

    def document(self) -> None:
        table: At = ()
        while True:
            self._skip(_BLANK)
            if self.at >= len(self.text):
                return
            if self.text.startswith("[[", self.at):
                self.at += 2
                table = self._element(self._resolved(self._key()))
                self.at = self.text.index("]]", self.at) + 2
                self._note(table)
            elif self.text[self.at] == "[":
                self.at += 1
                table = self._resolved(self._key())
                self.at = self.text.index("]", self.at) + 1
                self._note(table)
            else:
                self._pair(table)

    def _pair(self, table: At) -> None:
        line = self._here()
        place = table
        for part in self._key():
            place = (*place, part)
            self.lines.setdefault(place, line)
        self.at = self.text.index("=", self.at) + 1
        self._skip(_SPACE)
        self._value(place)

    def _value(self, place: At) -> None:
        match self.text[self.at]:
            case "[":
                self._array(place)
            case "{":
                self._inline_table(place)
            case '"' | "'":
                self._skip(_STRING)
            case _:
                self._skip(_SCALAR)

    def _array(self, place: At) -> None:
        self.at += 1
        position = 0
        while True:
            self._skip(_BLANK)
            if self.text[self.at] == "]":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._note((*place, position))
            self._value((*place, position))
            position += 1

    def _inline_table(self, place: At) -> None:
        self.at += 1
        while True:
            self._skip(_BLANK)
            if self.text[self.at] == "}":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._pair(place)

    def _key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            start = self.at
            if self.text[start] in "\"'":
                self._skip(_STRING)
                parts.append(self.text[start + 1 : self.at - 1])
            else:
                self._skip(_BARE)
                parts.append(self.text[start : self.at])
            self._skip(_SPACE)
            if self.text[self.at] != ".":
                return parts
            self.at += 1

    def _resolved(self, key: list[str]) -> At:
        """A head's key as a place: where it passes through an array of tables, the last one is meant."""
        place: At = ()
        for position, part in enumerate(key):
            place = (*place, part)
            if position < len(key) - 1 and place in self.lengths:
                place = (*place, self.lengths[place] - 1)
        return place

    def _element(self, array: At) -> At:
        """The place of a new ``[[element]]`` of an array of tables."""
        position = self.lengths.get(array, 0)
        self.lengths[array] = position + 1
        if position == 0:
            self._note(array)
        return (*array, position)

    def _note(self, place: At) -> None:
        self.lines.setdefault(place, self._here())

    def _here(self) -> int:
        self._line += self.text.count("\n", self._counted_to, self.at)
        self._counted_to = self.at
        return self._line

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
