"""What reading and checking say about a file: where, what is wrong, what would be right. German, for
clerks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rathaus_desk.kernel.errors import BadInput, Place


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One remark on a catalogue file. ``line`` counts from 1; None where the file as a whole is meant.

    The same shape serves what the checker points out and what makes a file unusable ("refused").
    """

    file: str
    line: int | None
    what: str
    should: str = ""

    def __str__(self) -> str:
        where = str(Place(self.file, self.line))
        return f"{where}: {self.sentence}" if where else self.sentence

    @property
    def sentence(self) -> str:
        """What is wrong and what would be right, without the place."""
        return f"{self.what} Richtig wäre: {self.should}" if self.should else self.what

    def as_json(self) -> dict[str, object]:
        """The form of ``catalogue check --json``."""
        return asdict(self)


class BadFile(BadInput):
    """A catalogue file cannot be used. The sentence gives the first reason and counts the others."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        first, *others = findings = sorted(findings, key=lambda finding: finding.line or 0)
        more = {0: "", 1: " (und ein weiterer Fehler)"}.get(
            len(others), f" (und {len(others)} weitere Fehler)"
        )
        super().__init__(
            first.sentence + more,
            place=Place(first.file, first.line),
            detail="\n".join(map(str, findings)),
        )
        self.findings = tuple(findings)
