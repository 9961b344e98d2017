"""Wakes those who wait for a town's log."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import psycopg


class News:
    """Who waits. What other processes of the server do is heard over PostgreSQL."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._events: dict[str, asyncio.Event] = {}

    async def wait(self, town: str, seconds: float) -> None:
        """Until something happens in ``town``, or the time is over."""
        event = self._events.setdefault(f"town_{town}", asyncio.Event())
        with suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), seconds)

    async def listen(self) -> None:
        """For ever; a lost connection is made anew."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._conninfo, autocommit=True
                ) as connection:
                    await connection.execute("LISTEN rathaus")
                    async for notice in connection.notifies():
                        event = self._events.pop(notice.payload, None)
                        if event is not None:
                            event.set()
            except psycopg.Error:
                await asyncio.sleep(1)
