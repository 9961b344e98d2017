"""What whoever uses a hall has to do before, by the law of the event's day: who, until when, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rathaus_desk.kernel.periods import german_date


@dataclass(frozen=True, slots=True)
class DutyLaw:
    """One duty by the law table: which ``feature`` of an event brings it in, whom it does not bind."""

    key: str
    title: str
    source: str
    feature: str
    days_before: int
    exempt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to be done by ``due_on`` (inclusive). ``late``: it was asked for after that day."""

    key: str
    title: str
    due_on: date
    reason: str
    late: bool


def duties(
    event: date, features: Collection[str], groups: Collection[str], laws: Sequence[DutyLaw], today: date
) -> list[Duty]:
    """The duties that an event with these features brings to somebody of these groups, by day."""
    found = []
    for law in laws:
        if law.feature not in features or set(groups) & set(law.exempt):
            continue
        due_on = event - timedelta(days=law.days_before)
        late = today > due_on
        term = _term(law.days_before)
        reason = f"{law.title}: spätestens {term} vorher, also bis {german_date(due_on)} ({law.source})."
        if late:
            reason += f" Es sind weniger als {term} bis zur Veranstaltung."
        found.append(Duty(law.key, law.title, due_on, reason, late))
    return sorted(found, key=lambda duty: (duty.due_on, duty.key))


def with_fire_watch(features: Collection[str], persons: int | None, over: int | None) -> frozenset[str]:
    """The features, with the fire watch where a stage or the number of persons asks for one."""
    crowded = persons is not None and over is not None and persons > over
    return frozenset({*features, *(("fire_watch",) if crowded or "stage" in features else ())})


def _term(days: int) -> str:
    weeks = {7: "eine Woche", 14: "zwei Wochen", 28: "vier Wochen"}
    return weeks.get(days, f"{days} Tage")
