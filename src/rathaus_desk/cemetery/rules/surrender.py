"""Whether a right may be handed back early, and what of it and of the rest is left then (rule 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rathaus_desk.cemetery.rules.rest import GraveRest
from rathaus_desk.cemetery.rules.terms import GraveKind
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.periods import Period, add_years, day_after, german_date


@dataclass(frozen=True, slots=True)
class Surrender:
    """A right handed back with effect of the end of ``on``.

    ``right_left``: the days paid for and not used; ``rest_left``: the days somebody must still care for the
    grave. Both begin the day after ``on``; None: nothing is left. What either costs or gives back is the
    tariff's matter.
    """

    on: date
    right_left: Period | None
    rest_left: Period | None
    reason: str


def surrender(kind: GraveKind, until: date, rest: GraveRest, *, on: date) -> Surrender:
    """Judges the return of a right (running until ``until``, inclusive) on a day.

    Refused while a rest runs, unless the kind's statute allows it then; refused when the right has ended
    anyway.
    """
    source = kind.source(kind.surrender_paragraph)
    if kind.war_grave:
        raise Refused("Das Ruherecht an einem Kriegsgrab besteht dauernd.", source="§ 2 GräbG")
    if until < on:
        raise Refused(f"Das Nutzungsrecht ist bereits am {german_date(until)} abgelaufen.", source=source)
    right_left = Period(day_after(on), until) if until > on else None
    if not rest.runs(on):
        reason = f"Keine Ruhefrist läuft mehr: Rückgabe zum {german_date(on)} möglich ({source})."
        return Surrender(on, right_left, None, reason)
    if rest.end is None or rest.unknown:
        raise Refused(f"Das Ende der Ruhefrist ist nicht bekannt ({', '.join(rest.unknown)}).", source=source)
    if not kind.surrender_during_rest:
        raise Refused(f"Rückgabe erst nach Ablauf der Ruhefrist. {rest.reason}", source=source)
    years = kind.surrender_years_before_rest_end
    if years is not None and on < (earliest := add_years(rest.end, -years)):
        raise Refused(
            f"Rückgabe frühestens {years} Jahre vor Ablauf der Ruhefrist, also ab {german_date(earliest)}."
            f" {rest.reason}",
            source=source,
        )
    rest_left = Period(day_after(on), rest.end) if rest.end > on else None
    reason = f"Rückgabe während der Ruhefrist zulässig, die bis {german_date(rest.end)} läuft ({source})."
    return Surrender(on, right_left, rest_left, reason)
