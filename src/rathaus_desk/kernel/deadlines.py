"""Legal deadlines by §§ 187 to 193 BGB. Days in, days out; the day of the event is not counted."""

from __future__ import annotations

from datetime import date, timedelta

from rathaus_desk.kernel.holidays import is_working_day
from rathaus_desk.kernel.periods import DAY, add_months


def next_working_day(day: date, state: str) -> date:
    """``day`` itself if it is a working day in ``state``, else the next one (§ 193 BGB)."""
    while not is_working_day(day, state):
        day += DAY
    return day


def received_on(posted: date, days: int, state: str, *, shift: bool) -> date:
    """Day on which a posted letter counts as received (Bekanntgabe).

    ``days`` after posting (§ 122 AO: 4 since 2025, 3 before; § 41 HVwVfG as the catalogue says);
    with ``shift`` a Saturday, Sunday or holiday moves to the next working day (§ 108 (3) AO).
    """
    day = posted + timedelta(days=days)
    return next_working_day(day, state) if shift else day


def ends_after(event: date, state: str, *, months: int = 0, days: int = 0) -> date:
    """Last day of a period that ``event`` starts (§§ 187 (1), 188 (2) and (3), 193 BGB), inclusive."""
    return next_working_day(add_months(event, months) + timedelta(days=days), state)
