"""The one source of "now". Moments are aware and UTC; days are days at the town hall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

TOWN_ZONE = ZoneInfo("Europe/Berlin")


class Clock:
    """The real clock."""

    def now(self) -> datetime:
        """The present moment, UTC, aware."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The present day in Europe/Berlin."""
        return self.now().astimezone(TOWN_ZONE).date()


@dataclass(frozen=True)
class FixedClock(Clock):
    """A clock that stands still, for tests, the demo and ``--at``; ``moment`` must be aware."""

    moment: datetime

    def now(self) -> datetime:
        """The moment it stands at, in UTC."""
        return self.moment.astimezone(UTC)


def at_town(moment: datetime) -> datetime:
    """``moment`` as wall time in Europe/Berlin; a naive moment is taken as wall time already."""
    return moment.replace(tzinfo=TOWN_ZONE) if moment.tzinfo is None else moment.astimezone(TOWN_ZONE)
