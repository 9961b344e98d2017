"""Public holidays of a federal state, by the library of that name (imported at first use: it is large)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=512)
def public_holidays(state: str, year: int) -> dict[date, str]:
    """Day → German name of the statutory holidays of ``state`` ("HE") in ``year``."""
    from holidays.countries.germany import Germany

    found: dict[date, str] = dict(Germany(subdiv=state, years=year, language="de"))
    return found


def is_working_day(day: date, state: str) -> bool:
    """Whether ``day`` is neither Saturday, Sunday nor a statutory holiday of ``state`` (§ 193 BGB)."""
    return day.weekday() < 5 and day not in public_holidays(state, day.year)


@lru_cache(maxsize=128)
def school_holidays(state: str, year: int) -> dict[date, str]:
    """Day → German name of the school holidays of ``state`` that the library knows (Hessen: until 2029)."""
    from holidays.countries.germany import Germany

    found: dict[date, str] = dict(Germany(subdiv=state, years=year, language="de", categories=("school",)))
    return found
