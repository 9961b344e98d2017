"""Worked examples: what a statute or tariff must yield, computed before the file is believed.

``catalogue`` finds the examples and compares; computing them is the work of the module whose world they
speak of. That module registers an :class:`ExampleRunner`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Protocol

import msgspec

from rathaus_desk.catalogue.kinds import Bundle, CatalogueFile
from rathaus_desk.kernel.money import Money

Plain = object
"""A value as ``expect`` holds it: str, int, bool, date, or a mapping of these. Money is ``"48.00"``."""


@dataclass(frozen=True)
class Outcome:
    """What computing an example gave.

    ``computed``: every result that could stand in ``expect``, under its name (``total``, ``rest_end``,
    ``lines`` …); Money, dates and whole numbers may be given as they are. ``refused``: the sentence, if a
    rule said no. ``reasons``: how it came about, for whoever compares.
    """

    computed: Mapping[str, Plain] = field(default_factory=dict)
    refused: str | None = None
    warnings: Sequence[str] = ()
    reasons: Sequence[str] = ()


class ExampleRunner(Protocol):
    """Computes the examples of one world (graves, halls).

    ``schema`` is the Struct of the ``[[example]]`` table, field ``expect`` included; unknown keys are
    refused with their line before ``run`` is called. ``expect`` is a Struct whose fields default to
    ``msgspec.UNSET``.
    """

    schema: type[msgspec.Struct]

    def runs(self, example: Mapping[str, object]) -> bool:
        """Whether this raw ``[[example]]`` table speaks of the runner's world."""
        ...

    def run(self, example: Any, file: CatalogueFile, bundle: Bundle) -> Outcome:
        """Computes one example (an instance of ``schema``) of ``file`` (the tariff or statute that carries
        it).

        Raises ``Refused`` (becomes ``Outcome.refused``) and ``BadInput`` (the example itself makes no
        sense: the file is refused).
        """
        ...


@dataclass(frozen=True)
class ExampleResult:
    """One example compared: the form of ``catalogue check --json``."""

    file: str
    example: str
    ok: bool
    expected: Mapping[str, object]
    computed: Mapping[str, object]
    reasons: Sequence[str] = ()

    def as_json(self) -> dict[str, object]:
        """Plain values only."""
        return {
            "file": self.file,
            "example": self.example,
            "ok": self.ok,
            "expected": dict(self.expected),
            "computed": dict(self.computed),
            "reasons": list(self.reasons),
        }


def expectations(expect: msgspec.Struct) -> dict[str, object]:
    """What an ``expect`` table says, without what it leaves out."""
    return {
        name: value
        for name in expect.__struct_fields__
        if (value := getattr(expect, name)) is not msgspec.UNSET
    }


def plain(value: object) -> object:
    """``value`` as JSON and ``expect`` hold it: ``"48.00"``, dates ISO, fractions as ``number_text``."""
    match value:
        case Money():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case Fraction():
            return number_text(value)
        case Mapping():
            return {str(key): plain(entry) for key, entry in value.items()}
        case list() | tuple():
            return [plain(entry) for entry in value]
        case _:
            return value


def number_text(value: Fraction | int) -> str:
    """A quantity as files and JSON hold it: ``"36"``, ``"0.5"``; at most four decimals, half up:
    ``"10.0833"``.
    """
    exact = Fraction(value)
    if exact.denominator == 1:
        return str(exact.numerator)
    sign = "-" if exact < 0 else ""
    scaled = (abs(exact.numerator) * 20_000 + exact.denominator) // (2 * exact.denominator)
    return f"{sign}{scaled // 10_000}.{scaled % 10_000:04d}".rstrip("0").rstrip(".")


def judge(file: str, title: str, expect: Mapping[str, object], outcome: Outcome) -> ExampleResult:
    """Compares. ``refused`` and ``warns`` expect true, false or a word the sentence must contain.

    In ``lines`` only the items named are compared; an item without a line counts as ``"0.00"``.
    """
    expected = {name: plain(value) for name, value in expect.items()}
    found = {name: plain(value) for name, value in outcome.computed.items()}
    computed: dict[str, object] = {}
    ok = True
    for name, value in expected.items():
        if name == "refused":
            computed[name] = outcome.refused if outcome.refused is not None else False
            ok &= _says(value, [outcome.refused] if outcome.refused is not None else [])
        elif name == "warns":
            computed[name] = list(outcome.warnings)
            ok &= _says(value, outcome.warnings)
        elif name == "lines" and isinstance(value, dict):
            lines = found.get("lines")
            lines = lines if isinstance(lines, dict) else {}
            computed[name] = {key: lines.get(key, "0.00") for key in value}
            ok &= computed[name] == value and outcome.refused is None
        else:
            computed[name] = found.get(name)
            ok &= computed[name] == value
    if outcome.refused is not None and "refused" not in expected:
        computed["refused"] = outcome.refused
        ok = False
    return ExampleResult(file, title, ok, expected, computed, tuple(outcome.reasons))


def _says(expected: object, sentences: Sequence[str]) -> bool:
    if isinstance(expected, bool):
        return bool(sentences) == expected
    words = expected if isinstance(expected, list) else [expected]
    return all(any(str(word) in sentence for sentence in sentences) for word in words)
