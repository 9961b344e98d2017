"""Wall time in Europe/Berlin and moments: where the clocks change, a wall time may be missing or be twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from rathaus_desk.kernel.clock import TOWN_ZONE, at_town
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.periods import german_date

LONGEST_USE = timedelta(days=366)


def moment_of(wall: datetime, *, end: bool = False) -> datetime:
    """The moment (UTC) of a naive wall time.

    Of an hour that is there twice (last Sunday of October) a beginning means the first, an ``end`` the second
    one, so that nothing between is left unclaimed. A wall time that is skipped (last Sunday of March, 02:00
    to 03:00) is what the clock shows then: an hour later.
    """
    return wall.astimezone(UTC) if wall.tzinfo is not None else _moment_of(wall, end)


@lru_cache(maxsize=4096)
def _moment_of(wall: datetime, end: bool) -> datetime:
    """Of a series each wall time is asked for several times."""
    return wall.replace(tzinfo=TOWN_ZONE, fold=1 if end and not _skipped(wall) else 0).astimezone(UTC)


def _skipped(wall: datetime) -> bool:
    local = wall.replace(tzinfo=TOWN_ZONE)
    return local.astimezone(UTC).astimezone(TOWN_ZONE).replace(tzinfo=None) != wall


def wall_of(moment: datetime) -> datetime:
    """The naive wall time of an aware moment."""
    return at_town(moment).replace(tzinfo=None, fold=0)


@dataclass(frozen=True, slots=True)
class Times:
    """A use in naive wall time, the end exclusive."""

    starts: datetime
    ends: datetime

    @classmethod
    def of(cls, starts: datetime, ends: datetime) -> Times:
        """From naive wall times or aware moments; BadInput if nothing is left or it is longer than a year."""
        wall = cls(*(one if one.tzinfo is None else wall_of(one) for one in (starts, ends)))
        begins, over = wall.moments
        if over <= begins or wall.ends <= wall.starts:
            raise BadInput("Das Ende der Nutzung liegt nicht nach dem Beginn.")
        if over - begins > LONGEST_USE:
            raise BadInput(f"Eine Nutzung dauert höchstens {LONGEST_USE.days} Tage; längere sind mehrere.")
        # A wall time that is skipped becomes what the clock shows, so that a price comes out again.
        return cls(wall_of(begins), wall_of(over))

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Beginning and end, UTC."""
        return moment_of(self.starts), moment_of(self.ends, end=True)

    @property
    def day(self) -> date:
        """The local day on which it begins."""
        return self.starts.date()

    def days(self) -> Iterator[date]:
        """Each local calendar day it touches."""
        last = (self.ends - timedelta(microseconds=1)).date()
        for number in range((last - self.day).days + 1):
            yield self.day + timedelta(days=number)


def hours_of(text: str) -> tuple[int, int]:
    """``"22:00-07:00"`` as minutes since midnight; an end not after the beginning is on the next day."""
    first, last = (int(part[:2]) * 60 + int(part[3:]) for part in text.split("-"))
    return first, last if last > first else last + 24 * 60


def day_time(text: str) -> time:
    """``"19:00"``; BadInput for anything else."""
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise BadInput(f"„{text}“ ist keine Uhrzeit; richtig wäre zum Beispiel 19:00.") from None


def german_span(starts: datetime, ends: datetime) -> str:
    """``14.11.2026, 14:00 bis 23:00 Uhr``, of aware moments or wall times."""
    first, last = (one if one.tzinfo is None else wall_of(one) for one in (starts, ends))
    if first.date() == last.date():
        return f"{german_date(first.date())}, {first:%H:%M} bis {last:%H:%M} Uhr"
    if last.time() == time() and last.date() - first.date() == timedelta(days=1):
        return f"{german_date(first.date())}, {first:%H:%M} bis 24:00 Uhr"
    return f"{german_date(first.date())}, {first:%H:%M} Uhr bis {german_date(last.date())}, {last:%H:%M} Uhr"
