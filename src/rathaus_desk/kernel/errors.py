"""Errors that a clerk can read.

Every error carries one German sentence (what happened, what is safe, what to do next) and a technical
detail for the log. ``exit_status`` is what the command line ends with (docs: command line).
"""

from __future__ import annotations

from dataclasses import dataclass


class DeskError(Exception):
    """Something the clerk must be told; ``str(error)`` is the German sentence."""

    exit_status = 3

    def __init__(self, sentence: str, *, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file a value stands; every part may be unknown. Lines and rows count from 1."""

    file: str = ""
    line: int | None = None
    column: str = ""

    def __str__(self) -> str:
        parts = [self.file] if self.file else []
        if self.line is not None:
            parts.append(f"Zeile {self.line}")
        if self.column:
            parts.append(f"Spalte „{self.column}“")
        return ", ".join(parts)


class BadInput(DeskError):
    """What was handed in cannot be used; nothing was changed. The sentence names the place."""

    exit_status = 2

    def __init__(self, sentence: str, *, place: Place | None = None, detail: str = "") -> None:
        self.place = place or Place()
        where = str(self.place)
        super().__init__(f"{where}: {sentence}" if where else sentence, detail=detail)
        self.what = sentence


class Refused(DeskError):
    """A rule of law, capacity or state forbids it; the sentence names the rule and its source."""

    def __init__(self, sentence: str, *, source: str = "", detail: str = "") -> None:
        super().__init__(f"{sentence} ({source})" if source else sentence, detail=detail)
        self.source = source


class MissingFact(Refused):
    """A rule depends on something nobody has said: it is asked for. ``fact`` names it in code."""

    def __init__(self, sentence: str, *, fact: str, source: str = "") -> None:
        super().__init__(sentence, source=source, detail=fact)
        self.fact = fact


class CannotWork(DeskError):
    """The surroundings do not allow it: locked, no key, no disk, no rights."""


class Damaged(CannotWork):
    """What lies in the data folder is damaged: only a backup helps."""
