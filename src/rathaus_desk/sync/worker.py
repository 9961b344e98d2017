"""The sync in the background: rounds when there is something to do, patience when there is no line."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.engine import Store
from rathaus_desk.sync.client import Client, ServerSays, ServerTrouble, Unreachable
from rathaus_desk.sync.conflicts import count_open
from rathaus_desk.sync.link import Link, link_of
from rathaus_desk.sync.outbox import waiting
from rathaus_desk.sync.rounds import Locked, Manner, Round, Step, run_round

State = Literal["working", "idle", "offline", "trouble", "locked"]

SHORTEST = 2.0
LONGEST = 300.0
"""Seconds between two attempts while there is no line: doubled each time, within these, with jitter."""
WAIT = 25.0
"""Seconds that the server holds back an answer without news."""
_STUMBLES = 3
"""After so many troubles with one batch it is cut in half."""
_CLOCK_OFF = 300.0
"""Seconds from which on a clock that differs from the server's is worth a word."""

_OLDER = (
    "Der Server ist älter als dieses Programm. Was hier eingetragen wird, bleibt vorläufig, bis der Server "
    "aktualisiert ist."
)

Errands = Callable[[Client], object]
"""What else is done over the line after each round, by whoever knows what (`office.forwarding`)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Status:
    """How the sync stands, for the status line."""

    state: State = "idle"
    waiting: int = 0
    conflicts: int = 0
    cursor: int = 0
    head: int = 0
    rows: tuple[int, int] | None = None
    """Rows read and rows in all, while the whole state is read."""
    last_contact: datetime | None = None
    sentence: str = ""
    clock_off: float = 0.0
    """Seconds that this workstation's clock is ahead of the server's, if that is worth a word; else 0."""

    def words(self) -> str:
        """One line for a clerk."""
        if self.state == "locked":
            return "Dieser Arbeitsplatz ist gesperrt"
        if self.rows is not None and self.state == "working":
            return "Der ganze Stand kommt: {:,} von {:,} Einträgen".format(*self.rows).replace(",", ".")
        if self.cursor < self.head and self.state == "working":
            return f"Abgleich: {self.cursor:,} von {self.head:,} Vorgängen".replace(",", ".")
        text = {
            "working": "Abgleich läuft",
            "idle": "Mit dem Server abgeglichen",
            "offline": "Ohne Verbindung zum Server",
            "trouble": "Abgleich gestört",
        }[self.state]
        if self.waiting:
            text += f" · {self.waiting} vorläufig"
        if self.conflicts:
            text += " · 1 Konflikt" if self.conflicts == 1 else f" · {self.conflicts} Konflikte"
        return text


def status_of(store: Store) -> Status | None:
    """How it stands before anything was asked of the server; None without one."""
    with store.read() as session:
        driver = driver_of(session)
        link = link_of(driver)
        if link is None:
            return None
        return Status(
            "offline", waiting(driver), count_open(driver), link.cursor, max(link.head, link.cursor)
        )


class Worker:
    """Two threads: one does rounds, one listens for news of others. ``told`` hears every change of status.

    ``told`` is called on the worker's thread. Nothing here ever blocks the clerk: the store's own lock is
    held only while a page of the log is applied.
    """

    def __init__(
        self,
        store: Store,
        told: Callable[[Status], None],
        *,
        client: Client | None = None,
        errands: Errands | None = None,
    ) -> None:
        self._store = store
        self._told = told
        self._client = client
        self._errands = errands
        self._link: Link | None = None
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._online = threading.Event()
        self._status = Status()
        self._manner, self._stumbles = Manner(), 0
        self._threads = [
            threading.Thread(target=self._rounds, name="sync-rounds", daemon=True),
            threading.Thread(target=self._listen, name="sync-listen", daemon=True),
        ]

    def start(self) -> None:
        """Begins with a round."""
        for thread in self._threads:
            thread.start()

    def now(self) -> None:
        """Something was written here, or the clerk asks: a round at once."""
        self._wake.set()

    def holders(self, resource: UUID, starts: int, ends: int) -> list[UUID]:
        """The records that have the resource at the server; none, at once, while there is no line."""
        client, link = self._client, self._link
        if client is None or link is None or not self._online.is_set():
            return []
        try:
            found = client.holders(link.town, resource, starts, ends)
        except DeskError:
            return []
        if found:
            self.now()
        return found

    def close(self, seconds: float = 5.0) -> None:
        """Ends; a round under way is cut, which is safe anywhere."""
        self._stop.set()
        self._wake.set()
        self._online.set()
        if self._client is not None:
            self._client.close()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(seconds)

    @property
    def status(self) -> Status:
        """How it stands."""
        return self._status

    def _rounds(self) -> None:
        pause = SHORTEST
        while not self._stop.is_set():
            self._wake.clear()
            try:
                done = self._round()
            except Locked as error:
                self._say(state="locked", sentence=error.sentence)
                return
            except Unreachable as error:
                self._stumble(error)
                self._say(state="offline", sentence=error.sentence)
                pause = min(LONGEST, pause * 2)
            except DeskError as error:
                log.warning("sync", extra={"detail": error.detail})
                self._say(state="trouble", sentence=error.sentence)
                pause = LONGEST
            except Exception:
                if self._stop.is_set():
                    return
                log.exception("sync")
                self._say(state="trouble", sentence="Der Abgleich ist gestört.")
                pause = LONGEST
            else:
                self._manner, self._stumbles = Manner(), 0
                self._say(
                    state="idle",
                    sentence=_OLDER if done.held_back else "",
                    cursor=done.cursor,
                    last_contact=datetime.now(UTC),
                )
                self._online.set()
                pause = SHORTEST
                self._wake.wait(60.0 + random.uniform(0, 10))
                continue
            self._online.clear()
            self._wake.wait(pause * random.uniform(0.5, 1.5))

    def _round(self) -> Round:
        self._say(state="working", rows=None)
        if self._client is None:
            with self._store.read() as session:
                link = link_of(driver_of(session))
            if link is None:
                raise ServerSays(0, "unlinked", "Dieser Arbeitsplatz gehört zu keinem Server.")
            self._client, self._link = Client(link.url), link
        self._check_clock(self._client)
        done = run_round(self._store, self._client, told=self._progress, manner=self._manner)
        if self._errands is not None:
            self._errands(self._client)
        return done

    def _check_clock(self, client: Client) -> None:
        if self._status.last_contact is None:
            server = datetime.fromisoformat(str(client.hello()["time"]))
            off = (datetime.now(UTC) - server).total_seconds()
            self._status = replace(self._status, clock_off=off if abs(off) > _CLOCK_OFF else 0.0)

    def _progress(self, step: Step, done: int, of: int) -> None:
        """Counts nothing: it comes with every page."""
        if step == "snapshot":
            self._status = replace(self._status, rows=(done, of))
        else:
            self._status = replace(self._status, cursor=done, head=of, rows=None)
        self._told(self._status)
        if self._stop.is_set():
            raise Unreachable("Der Abgleich wurde beendet.")

    def _stumble(self, error: Unreachable) -> None:
        if isinstance(error, ServerTrouble):
            self._stumbles += 1
            if self._stumbles >= _STUMBLES:
                self._stumbles, self._manner = 0, self._manner.more_careful()

    def _listen(self) -> None:
        """Holds one question open at the server; its answer wakes a round."""
        while not self._stop.is_set():
            self._online.wait()
            if self._stop.is_set() or self._client is None:
                return
            try:
                with self._store.read() as session:
                    link = link_of(driver_of(session))
                if link is None:
                    return
                asked = time.monotonic()
                page = self._client.log(
                    link.town, link.cursor, epoch=link.epoch, check=link.chain, wait=WAIT, limit=1
                )
                if page.lines:
                    self._wake.set()
                    time.sleep(0.2)
                elif time.monotonic() - asked < WAIT:
                    # No news in the log, but before its time: something else came, such as a forwarded case.
                    self._wake.set()
                    time.sleep(1.0)
            except ServerSays as error:
                self._online.clear()
                if error.status == 401:
                    self._wake.set()
            except Exception:
                self._online.clear()
                self._wake.set()

    def _say(self, **changed: object) -> None:
        with self._store.read() as session:
            driver = driver_of(session)
            self._status = replace(
                self._status,
                waiting=waiting(driver),
                conflicts=count_open(driver),
                **changed,  # type: ignore[arg-type]
            )
        self._told(self._status)
