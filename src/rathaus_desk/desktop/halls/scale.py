"""What of the calendar is seen: a day by its hours, a week or a month by its days. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from rathaus_desk.kernel.periods import MONTHS, add_months, german_date

ScaleName = Literal["day", "week", "month"]
DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")


@dataclass(frozen=True, slots=True)
class Scale:
    """``name`` and the day that is looked at. Times are naive wall times."""

    name: ScaleName
    day: date

    @property
    def first(self) -> datetime:
        """Where it begins."""
        if self.name == "week":
            return datetime.combine(self.day - timedelta(days=self.day.weekday()), time())
        return datetime.combine(self.day.replace(day=1) if self.name == "month" else self.day, time())

    @property
    def columns(self) -> int:
        """How many hours or days."""
        if self.name == "day":
            return 24
        return 7 if self.name == "week" else (add_months(self.first.date(), 1) - self.first.date()).days

    @property
    def unit(self) -> timedelta:
        """What a column is."""
        return timedelta(hours=1) if self.name == "day" else timedelta(days=1)

    @property
    def last(self) -> datetime:
        """Where it ends, exclusive."""
        return self.first + self.columns * self.unit

    @property
    def step(self) -> timedelta:
        """By what a bar is moved."""
        return timedelta(minutes=30) if self.name == "day" else timedelta(days=1)

    def at(self, moment: datetime) -> float:
        """Where a wall time stands, in columns from the left."""
        return (moment - self.first) / self.unit

    def column_of(self, moment: datetime) -> int:
        """The column that a wall time falls into, at the edge where it lies beyond."""
        return max(0, min(self.columns - 1, int(self.at(moment))))

    def between(self, first: int, last: int) -> tuple[datetime, datetime]:
        """What is proposed for columns from ``first`` to ``last``: those hours, or the evenings of days."""
        if self.name == "day":
            return self.begins(first), self.begins(last + 1)
        return self.begins(first) + timedelta(hours=18), self.begins(last) + timedelta(hours=22)

    def begins(self, column: int) -> datetime:
        """The wall time at which a column begins."""
        return self.first + column * self.unit

    def moved(self, by: int) -> Scale:
        """The same scale some days, weeks or months on."""
        if self.name == "month":
            return Scale(self.name, add_months(self.day.replace(day=1), by))
        return Scale(self.name, self.day + timedelta(days=by * (7 if self.name == "week" else 1)))

    def head(self, column: int) -> str:
        """What stands over a column, in two lines where it is a day."""
        begins = self.begins(column)
        return f"{begins:%H}" if self.name == "day" else f"{DAYS[begins.weekday()]}\n{begins.day}"

    def spoken(self, column: int) -> str:
        """A column as it is read aloud."""
        begins = self.begins(column)
        return f"{begins:%H:%M} Uhr" if self.name == "day" else f"{DAYS[begins.weekday()]} {begins:%d.%m.}"

    @property
    def title(self) -> str:
        """``Belegung November 2026``."""
        if self.name == "month":
            return f"Belegung {MONTHS[self.day.month - 1]} {self.day.year}"
        if self.name == "week":
            ends = self.last.date() - timedelta(days=1)
            return f"Belegung {self.first:%d.%m.} bis {german_date(ends)}"
        return f"Belegung {DAYS[self.day.weekday()]} {german_date(self.day)}"
