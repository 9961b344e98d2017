"""What reading and checking say about a file: where, what is wrong, what would be right. German, for clerks."""

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
        sentence = self.what if not self.should else f"{self.what} Richtig wäre: {self.should}"
        where = str(Place(self.file, self.line))
        return f"{where}: {sentence}" if where else sentence

    def as_json(self) -> dict[str, object]:
        """The form of ``catalogue check --json``."""
        return asdict(self)


def refusal(findings: Sequence[Finding]) -> BadInput:
    """The error for a file that cannot be used: the first reason in full, the others counted and in the detail."""
    first, *others = findings
    sentence = first.what if not first.should else f"{first.what} Richtig wäre: {first.should}"
    if others:
        sentence += f" (und {len(others)} weitere Fehler)" if len(others) > 1 else " (und ein weiterer Fehler)"
    return BadInput(sentence, place=Place(first.file, first.line), detail="\n".join(map(str, findings)))
