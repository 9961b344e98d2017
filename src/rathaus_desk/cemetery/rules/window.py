"""When a burial may be held after the death (rule 5).

Outside it: a warning that a clerk confirms with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from rathaus_desk.cemetery.rules.terms import BurialForm, StatuteTerms
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.periods import DAY, german_date


@dataclass(frozen=True, slots=True, kw_only=True)
class BurialLaw:
    """The law's window for those who died on a day, counted from the moment of death; ``source`` is printed.

    The latest burial of a coffin is given in hours or in days; neither: the law sets none.
    ``to_be_confirmed``: nobody has yet checked since when this version holds.
    """

    source: str
    earliest_hours: int = 0
    coffin_latest_hours: int | None = None
    coffin_latest_days: int | None = None
    to_be_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """The moments between which a burial may be held (aware, town time); None: no limit, or none known."""

    earliest: datetime | None
    latest: datetime | None
    reason: str


def burial_window(
    law: BurialLaw | None, statute: StatuteTerms, form: BurialForm, died: date | datetime | None
) -> Window:
    """The window for somebody who died on a day, or at a moment.

    A day without a time counts as its end (24:00) for the earliest moment and as its beginning for the
    latest.
    """
    if died is None:
        return Window(None, None, "Todestag nicht bekannt: die Bestattungsfrist kann nicht geprüft werden.")
    first, last = _bounds(died)
    earliest = _hours_later(last, law.earliest_hours) if law else None
    latest, latest_text = _latest(law, statute, form, first)
    rules = [f"frühestens {law.earliest_hours} Stunden nach dem Tod ({law.source})"] if law else []
    rules += [latest_text] if latest_text else []
    unsure = " Die Geltung dieser Fassung ist noch zu bestätigen." if law and law.to_be_confirmed else ""
    return Window(
        earliest,
        latest,
        f"Bestattung {', '.join(rules)}.{unsure}" if rules else "Keine Bestattungsfrist hinterlegt.",
    )


def window_warning(window: Window, buried: date | datetime) -> str | None:
    """Why a burial at that moment, or on that day, must be confirmed; None if it is certainly inside."""
    first, last = _bounds(buried)
    if window.earliest is not None and first < window.earliest:
        return f"Vor dem frühesten Zeitpunkt {_moment(window.earliest)}. {window.reason}"
    if window.latest is not None and last > window.latest:
        return f"Nach dem spätesten Zeitpunkt {_moment(window.latest)}. {window.reason}"
    return None


def _latest(
    law: BurialLaw | None, statute: StatuteTerms, form: BurialForm, died: datetime
) -> tuple[datetime | None, str]:
    if form == "urn":
        days = statute.urn_latest_days_after_death
        if days is None:
            return None, ""
        return died + timedelta(days=days), f"Urnen spätestens {days} Tage nach dem Tod ({statute.title})"
    if law is not None and law.coffin_latest_days is not None:
        days = law.coffin_latest_days
        return died + timedelta(days=days), f"Särge spätestens {days} Tage nach dem Tod ({law.source})"
    if law is not None and law.coffin_latest_hours is not None:
        hours = law.coffin_latest_hours
        return _hours_later(died, hours), f"Särge spätestens {hours} Stunden nach dem Tod ({law.source})"
    return None, ""


def _hours_later(moment: datetime, hours: int) -> datetime:
    """Hours pass on every day alike, also when the clocks are changed."""
    return at_town(moment.astimezone(UTC) + timedelta(hours=hours))


def _bounds(moment: date | datetime) -> tuple[datetime, datetime]:
    """The earliest and the latest moment it may stand for: the same, or both ends of the day."""
    if isinstance(moment, datetime):
        return at_town(moment), at_town(moment)
    midnight = datetime.combine(moment, time())
    return at_town(midnight), at_town(midnight + DAY)


def _moment(moment: datetime) -> str:
    return f"{german_date(moment.date())}, {moment:%H:%M} Uhr"
