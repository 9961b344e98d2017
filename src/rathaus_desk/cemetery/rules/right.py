"""How long a right of use runs, and by how much it must be extended (rules 2, 3 and 12).

Ends are inclusive last days. A right covers a rest if it ends no earlier than the day *before* the rest does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from rathaus_desk.cemetery.rules.terms import GraveKind
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.periods import (
    FOR_EVER,
    add_months,
    add_years,
    day_after,
    day_before,
    extended,
    german_date,
    term_end,
)

RightState = Literal["running", "expiring", "expired", "surrendered"]


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension from ``first`` to ``until``, granted as years, as months or as days; the other two are 0.

    ``length_days`` is its length in days, whatever it was granted as.
    """

    first: date
    until: date
    reason: str
    years: int = 0
    months: int = 0
    days: int = 0
    voluntary: bool = False

    @property
    def length_days(self) -> int:
        """Days from ``first`` to ``until``, both counted."""
        return (self.until - self.first).days + 1

    def quantity(self) -> str:
        """As clerks read it: 18 Jahre, 209 Monate, 1 Tag."""
        if self.years:
            return _counted(self.years, "Jahr")
        return _counted(self.months, "Monat") if self.months else _counted(self.days, "Tag")


@dataclass(frozen=True, slots=True)
class Award:
    """A new right from ``first`` to ``until``; ``years`` of it are what its fee pays for.

    ``extension``: the part beyond those years that is charged apart, included in ``until``.
    """

    first: date
    until: date
    years: int
    reason: str
    extension: Extension | None = None


def covers(until: date, rest: date | None) -> bool:
    """Whether a right covers a rest; one that ends exactly one day before the rest counts as covering it.

    No known rest needs no right.
    """
    return rest is None or until >= day_before(rest)


def state(until: date, on: date, *, notice_months: int, surrendered_on: date | None = None) -> RightState:
    """What a right is on a day. ``expiring``: it ends within ``notice_months``."""
    if surrendered_on is not None and surrendered_on <= on:
        return "surrendered"
    if until < on:
        return "expired"
    return "expiring" if until <= add_months(on, notice_months) else "running"


def award(kind: GraveKind, first: date) -> Award:
    """A new right from ``first`` for the years of the kind; without end in a war grave (§ 2 GräbG)."""
    if kind.war_grave:
        return Award(
            first, FOR_EVER, 0, f"Kriegsgrab: dauerndes Ruherecht ohne Ende (§ 2 GräbG; {kind.source()})."
        )
    if kind.right_years == 0:
        return Award(first, first, 0, f"{kind.name}: Nutzungszeit nach der Ruhefrist ({kind.source()}).")
    until = term_end(first, years=kind.right_years)
    return Award(
        first,
        until,
        kind.right_years,
        f"Das Nutzungsrecht beginnt am {german_date(first)} und endet nach {kind.right_years} Jahren am"
        f" {german_date(until)} ({kind.source()}).",
    )


def award_with_burial(
    kind: GraveKind, first: date, rest: date | None, *, rest_years: int | None, grave_rest: date | None
) -> Award:
    """A new right awarded with a burial: until the later of its years and that burial's ``rest``.

    The difference is free if the right's years are at least ``rest_years``, or if the kind cannot be
    extended; otherwise it is an extension (rounded and charged). So is what an older rest in the same grave
    needs beyond.
    """
    made = award(kind, first)
    if kind.war_grave:
        return made
    free = (
        not kind.extendable
        or kind.right_years == 0
        or (rest_years is not None and kind.right_years >= rest_years)
    )
    if kind.right_years == 0 and rest_years is not None:
        made = replace(made, years=rest_years)
    if free and rest is not None and rest > made.until:
        made = replace(
            made,
            until=rest,
            reason=f"{made.reason} Es wird ohne Gebühr bis zum Ende der Ruhefrist am {german_date(rest)}"
            " verlängert.",
        )
    needed = max((end for end in (rest, grave_rest) if end is not None), default=None)
    if needed is None or covers(made.until, needed):
        return made
    if not kind.extendable:
        return replace(
            made,
            until=needed,
            reason=f"{made.reason} Es wird ohne Gebühr bis zum Ende der Ruhefrist der Grabstätte am"
            f" {german_date(needed)} verlängert.",
        )
    extension = extension_to_cover(kind, made.until, needed)
    return replace(
        made, until=extension.until, reason=f"{made.reason} {extension.reason}", extension=extension
    )


def extension_to_cover(kind: GraveKind, until: date, rest: date) -> Extension:
    """The least extension after which a right covers ``rest``, rounded up as the kind says.

    Forced: no maximum binds it. Refused if the kind cannot be extended. The right must not cover it already.
    """
    _must_be_extendable(
        kind,
        f"die Ruhefrist würde am {german_date(rest)} enden, das Nutzungsrecht endet am {german_date(until)}",
    )
    first = day_after(until)
    if kind.extension_rounding == "exact_days":
        return _explained(kind, Extension(first, rest, "", days=(rest - until).days), until, rest)
    if kind.extension_rounding == "started_months":
        months = max(1, (rest.year - first.year) * 12 + rest.month - first.month)
        while not covers(extended(until, months=months), rest):
            months += 1
        return _explained(
            kind, Extension(first, extended(until, months=months), "", months=months), until, rest
        )
    step = kind.extension_step_years
    years = step * max(1, (rest.year - first.year) // step)
    while not covers(extended(until, years=years), rest):
        years += step
    return _explained(kind, Extension(first, extended(until, years=years), "", years=years), until, rest)


def voluntary_extension(kind: GraveKind, until: date, years: int, *, on: date) -> Extension:
    """An extension the holder wishes, decided on ``on``; bound by step, minimum and both maximums."""
    _must_be_extendable(kind, f"das Nutzungsrecht endet am {german_date(until)}")
    source = kind.source(kind.extension_paragraph)
    step = kind.reacquisition_step_years or kind.extension_step_years
    if years < 1:
        raise Refused("Eine Verlängerung umfasst mindestens ein Jahr.", source=source)
    if years % step:
        raise Refused(
            f"Verlängert wird in Schritten von {step} Jahren; {years} Jahre sind kein Vielfaches davon.",
            source=source,
        )
    if kind.reacquisition_min_years is not None and years < kind.reacquisition_min_years:
        raise Refused(
            f"Der Wiedererwerb umfasst mindestens {kind.reacquisition_min_years} Jahre, nicht {years}.",
            source=source,
        )
    if kind.reacquisition_max_years is not None and years > kind.reacquisition_max_years:
        raise Refused(
            f"Der Wiedererwerb umfasst höchstens {kind.reacquisition_max_years} Jahre, nicht {years}.",
            source=source,
        )
    new_end = extended(until, years=years)
    if kind.extension_max_years_ahead is not None:
        furthest = add_years(on, kind.extension_max_years_ahead)
        if new_end > furthest:
            raise Refused(
                f"Verlängert wird höchstens {kind.extension_max_years_ahead} Jahre im Voraus,"
                f" also bis {german_date(furthest)};"
                f" {_counted(years, 'Jahr')} ergäben {german_date(new_end)}.",
                source=source,
            )
    return Extension(
        day_after(until),
        new_end,
        f"Das Nutzungsrecht, das am {german_date(until)} endet, wird auf Antrag um"
        f" {_counted(years, 'Jahr')} bis"
        f" zum {german_date(new_end)} verlängert ({source}).",
        years=years,
        voluntary=True,
    )


def _must_be_extendable(kind: GraveKind, why: str) -> None:
    if not kind.extendable:
        raise Refused(
            f"Das Nutzungsrecht an dieser Grabart ({kind.name}) kann nicht verlängert werden: {why}.",
            source=kind.source(kind.extension_paragraph),
        )


def _explained(kind: GraveKind, extension: Extension, until: date, rest: date) -> Extension:
    return replace(
        extension,
        reason=f"Das Nutzungsrecht endet am {german_date(until)}, vor der Ruhefrist am {german_date(rest)}."
        " Es wird"
        f" um {extension.quantity()} bis zum {german_date(extension.until)} verlängert"
        f" ({kind.source(kind.extension_paragraph)}).",
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}e"
