"""Number blocks from the server: asked for before the last one is used up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from rathaus_desk.kernel.ids import new_id
from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.engine import Store
from rathaus_desk.store.local import set_setting, setting
from rathaus_desk.store.numbering import WANTED, series_of
from rathaus_desk.sync.client import Client

ENOUGH = 40
"""Numbers left of a series from which on no more are asked for: a fifth of a lease."""

_WISHES = "sync.lease_requests"
_AHEAD = timedelta(days=60)
"""So long before a year begins its series are stocked."""


def renew(store: Store, client: Client, town: str) -> int:
    """Asks for numbers of every series that runs short; how many blocks came.

    A wish keeps its id until it is answered, so that a lost answer costs no block.
    """
    known = client.series(town)
    with store.read() as session:
        left, next_ = _left(driver_of(session))
        wishes: dict[str, str] = dict(setting(session, _WISHES, {}))
        today = store.clock.today()
        ahead = {today.year, (today + _AHEAD).year}
        wanted = {*setting(session, WANTED, []), *known}
        wanted = {name for name in wanted if not _is_over(name, today.year)}
        for year in ahead:
            wanted |= series_of(session, year)
    short = sorted(name for name in wanted if left.get(name, 0) <= ENOUGH)
    if not short:
        return 0
    wishes.update({name: str(new_id()) for name in short if name not in wishes})
    with store.local() as session:
        set_setting(session, _WISHES, wishes)
    for name in short:
        first, last = client.lease(town, UUID(wishes[name]), name, next_.get(name, 1))
        with store.following() as following:
            following.execute(
                "INSERT OR IGNORE INTO number_block (series, first, last, next) VALUES (?, ?, ?, ?)",
                (name, first, last, first),
            )
        del wishes[name]
        with store.local() as session:
            set_setting(session, _WISHES, wishes or None)
            still = [one for one in setting(session, WANTED, []) if one != name]
            set_setting(session, WANTED, still or None)
    return len(short)


def forget_wishes(store: Store) -> None:
    """A copy or restored database must not have answered what its original asked."""
    with store.local() as session:
        set_setting(session, _WISHES, None)


def _left(driver: Any) -> tuple[dict[str, int], dict[str, int]]:
    """Of every series how many numbers are left, and the next that was never used here."""
    rows = driver.execute(
        "SELECT series, sum(last - next + 1), max(next) FROM number_block GROUP BY series"
    ).fetchall()
    return {name: count for name, count, _ in rows}, {name: next_ for name, _, next_ in rows}


def _is_over(series: str, year: int) -> bool:
    """Whether a series belongs to a year that is over."""
    ending = series.rpartition("-")[2]
    return len(ending) == 4 and ending.isdecimal() and int(ending) < year
