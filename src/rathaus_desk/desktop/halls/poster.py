"""The occupancy plan for the notice board: what is seen, as the sheet that ``letters.poster`` draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from rathaus_desk.desktop.halls.scale import Scale
from rathaus_desk.halls.timeline import Bar, Lane

if TYPE_CHECKING:
    # Drawing is loaded when a sheet is made, not with the page.
    from rathaus_desk.letters.poster import Paper, Poster, PosterBar

TAKEN = "belegt"


def public_bars(bars: Sequence[Bar]) -> list[Bar]:
    """The same bars without who and what for: what may hang where everybody reads it."""
    return [replace(bar, title=TAKEN if bar.kind != "closed" else "geschlossen", second="") for bar in bars]


def poster_of(
    scale: Scale, lanes: Sequence[Lane], bars: Sequence[Bar], paper: Paper, *, author: str, day: date
) -> Poster:
    """The sheet of what is seen; ``author`` and ``day`` stand in the file."""
    from rathaus_desk.letters.poster import Poster, PosterRow

    by_room: dict[UUID, list[Bar]] = {}
    for bar in bars:
        by_room.setdefault(bar.room, []).append(bar)
    columns = range(scale.columns)
    days = scale.name != "day"
    return Poster(
        title=scale.title,
        author=author,
        day=day,
        columns=tuple(scale.head(column) for column in columns),
        quiet=frozenset(column for column in columns if days and scale.begins(column).weekday() >= 5),
        rows=tuple(
            PosterRow(
                lane.hall_name if lane.alone else lane.room_name,
                "" if lane.alone else lane.hall_name,
                tuple(_bar(scale, bar, by_room[lane.room]) for bar in by_room.get(lane.room, ())),
            )
            for lane in lanes
        ),
        paper=paper,
    )


def _bar(scale: Scale, bar: Bar, own: Sequence[Bar]) -> PosterBar:
    from rathaus_desk.letters.poster import PosterBar

    if scale.name == "day":
        left, right = max(0.0, scale.at(bar.starts)), min(float(scale.columns), scale.at(bar.ends))
    else:
        last = scale.column_of(bar.ends - timedelta(minutes=1))
        left, right = _slot(scale, bar, own, scale.column_of(bar.starts), 0), _slot(scale, bar, own, last, 1)
    return PosterBar(left, right, bar.title, _hours(bar), bar.kind, f"{bar.starts:%H}–{bar.ends:%H}")


def _hours(bar: Bar) -> str:
    """``18:00–22:00``; with the day where it ends on another; whole days by their last."""
    last = bar.ends - timedelta(minutes=1)
    one_day = bar.starts.date() == last.date()
    if bar.starts.time() == bar.ends.time() == time():
        return "ganztägig" if one_day else f"bis {last:%d.%m.}"
    return (
        f"{bar.starts:%H:%M}–{bar.ends:%H:%M}" if one_day else f"{bar.starts:%H:%M}–{bar.ends:%d.%m. %H:%M}"
    )


def _slot(scale: Scale, bar: Bar, own: Sequence[Bar], column: int, end: int) -> float:
    """Bars of one day share its width."""
    begins = scale.begins(column)
    among = [one for one in own if one.starts < begins + scale.unit and one.ends > begins]
    return column + (among.index(bar) + end) / len(among)
