"""The kinds of argument that commands take."""

from __future__ import annotations

import os
import re
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import click

from rathaus_desk.kernel.clock import at_town


class FilePath(click.ParamType[Path]):
    """A file or folder, whether it exists or not; ``absolute``: from the root, without "..".

    An empty name is refused: pathlib takes it for the present folder, but it is a script's unset variable.
    """

    name = "PFAD"

    def __init__(self, *, absolute: bool = False) -> None:
        self._absolute = absolute

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path; a usage error if it is empty."""
        if not str(value).strip():
            self.fail("der Name ist leer.", param, ctx)
        return Path(os.path.abspath(value)) if self._absolute else Path(value)  # noqa: PTH100 (takes out "..")


class Words(click.ParamType[str]):
    """A text. Bytes of another encoding, which a terminal may hand over, become marks: nothing is guessed."""

    name = "TEXT"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> str:
        """The text without anything that is no letter in UTF-8."""
        return readable(str(value))


class Day(click.ParamType[date]):
    """A day, as programs write it (2026-11-20) or as Germans do (20.11.2026)."""

    name = "TAG"
    _iso = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
    _german = re.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day; a usage error if there is no such day."""
        if isinstance(value, date):
            return value
        found = self._iso.fullmatch(value.strip()) or self._german.fullmatch(value.strip())
        try:
            if found is None:
                raise ValueError(value)
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
        except ValueError:
            self.fail(f"„{value}“ ist kein Tag; richtig wäre zum Beispiel 2026-11-20.", param, ctx)


class WallTime(click.ParamType[datetime]):
    """A time at the town hall: 2026-11-14T10:00 or "14.11.2026 10:00"; a day alone is its 00:00."""

    name = "ZEITPUNKT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The naive wall time; a moment with offset is brought to the town's wall clock."""
        if isinstance(value, datetime):
            return value
        day, _, clock = str(value).strip().replace("T", " ").partition(" ")
        try:
            if clock:
                moment = datetime.fromisoformat(f"{DAY.convert(day, param, ctx)} {clock.strip()}")
                return moment if moment.tzinfo is None else at_town(moment).replace(tzinfo=None)
        except ValueError:
            self.fail(
                f"„{value}“ ist kein Zeitpunkt; richtig wäre zum Beispiel 2026-11-14T10:00.", param, ctx
            )
        return datetime.combine(DAY.convert(day, param, ctx), time())


PATH = FilePath()
DAY = Day()
WALL_TIME = WallTime()
PLACE = FilePath(absolute=True)
WORDS = Words()


def readable(text: str) -> str:
    """``text`` with a mark for each byte of another encoding: Python hands them on as lone surrogates."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
