"""Whether a right may be handed back early, and for how long somebody must still pay for care (rule 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rathaus_desk.cemetery.rules.rest import GraveRest
from rathaus_desk.cemetery.rules.terms import GraveKind
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.periods import Period, day_after, german_date


@dataclass(frozen=True, slots=True)
class Surrender:
    """A right handed back with effect of the end of ``on``.

    ``care``: the days still to be cared for, paid by the holder; None if nobody rests any more.
    ``refund``: the days paid for and not used, where the statute gives money back.
    """

    on: date
    care: Period | None
    refund: Period | None
    reason: str


def surrender(kind: GraveKind, until: date, rest: GraveRest, *, on: date) -> Surrender:
    """Judges the return of a right (running until ``until``) on a day.

    Refused while a rest runs, unless the kind's statute allows it then; refused when the right has ended
    anyway.
    """
    source = kind.source(kind.surrender_paragraph)
    if until < on:
        raise Refused(f"Das Nutzungsrecht ist bereits am {german_date(until)} abgelaufen.", source=source)
    if kind.war_grave:
        raise Refused(
            "Das Ruherecht an einem Kriegsgrab besteht dauernd und kann nicht zurückgegeben werden.",
            source="§ 2 GräbG",
        )
    if not rest.runs(on):
        refund = Period(day_after(on), until) if kind.surrender_refund and until > on else None
        return Surrender(
            on,
            None,
            refund,
            f"Keine Ruhefrist läuft mehr: Rückgabe zum {german_date(on)} möglich ({source}).",
        )
    if rest.unknown:
        raise Refused(f"Das Ende der Ruhefrist ist nicht bekannt ({', '.join(rest.unknown)}).", source=source)
    end = rest.end
    if end is None or not kind.surrender_during_rest:
        raise Refused(f"Rückgabe erst nach Ablauf der Ruhefrist: {rest.reason}", source=source)
    last = end if kind.surrender_remainder_until == "rest" else max(end, until)
    care = Period(day_after(on), last)
    return Surrender(
        on,
        care,
        None,
        "Rückgabe während der Ruhefrist zulässig;"
        f" Pflege vom {german_date(care.first)} bis {german_date(last)} ist abzugelten ({source}).",
    )
