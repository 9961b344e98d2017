"""What every page of a window has at hand: the town hall, workers, commands, what happens, where to go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid
from sqlalchemy.orm import Session

from rathaus_desk.desktop.collecting import Collecting
from rathaus_desk.desktop.commands import COMMANDS, Command
from rathaus_desk.desktop.drafts import Draft
from rathaus_desk.desktop.happenings import Happenings
from rathaus_desk.desktop.parts.described import Target
from rathaus_desk.desktop.server.agent import Agent
from rathaus_desk.desktop.tasks import Latest, Progress, Tasks
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.kernel.ids import new_id
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.store import local
from rathaus_desk.store.operations import Done, Request, operation_for
from rathaus_desk.sync.client import Client

T = TypeVar("T")

Failed = Callable[[DeskError], None]


class Desk(QObject):
    """One clerk at one window."""

    wanted = Signal(object)
    """A `Target` to go to."""
    said = Signal(str, object)
    """A sentence for the status line, and the operation it tells of (or None)."""
    page_focus_wanted = Signal()
    back_wanted = Signal()
    lock_wanted = Signal()
    lock_after = Signal(int)
    """Minutes after which the window is locked from now on; 0: never."""
    close_wanted = Signal()
    help_wanted = Signal()
    began = Signal(str, object)
    """Something long begins: its words, and the `Progress` by which it is cancelled (or None)."""
    progressed = Signal(int, int)
    ended = Signal()
    signed_in = Signal()
    failed = Signal(object)
    """A `DeskError` nobody else shows."""

    def __init__(self, office: TownHall, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.office = office
        self.key_file: Path | None = None
        """The key file that was named at the start, if one was."""
        self._collecting = Collecting(self)
        self.tasks = Tasks()
        self.commands = COMMANDS
        self.happenings = Happenings(office.store, self.tasks, self)
        self.agent = Agent(office.store, self.tasks, self, errands=self._errands)
        self.agent.wrote.connect(self.happenings.look)
        self.happenings.news.connect(self.agent.happened)
        self._window: QWidget | None = None
        self._aside: TemporaryDirectory[str] | None = None
        self.help_page = ""
        """The page of the handbook that F1 asked for."""
        self._done: list[tuple[UUID, str]] = []

    # --- going and doing ------------------------------------------------------------------------------

    def go(self, page: str, record: UUID | None = None, tab: str = "") -> None:
        """Shows a page, with a record open on one of its tabs."""
        self.wanted.emit(Target(page, record, tab))

    def focus_page(self) -> None:
        """Puts the focus back into the page."""
        self.page_focus_wanted.emit()

    def follow(self, target: Target) -> None:
        """Goes where a link leads."""
        self.wanted.emit(target)

    def do(self, name: str, subject: UUID | None = None) -> None:
        """Carries out a command; if it is not possible now, says why."""
        command: Command = self.commands[name]
        reason = command.reason_against(self, subject)
        if reason:
            self.say(reason)
        else:
            command.do(self, subject)

    def _errands(self, client: Client) -> None:
        """What is carried over the line beside the sync; loaded with the first round, not with the window."""
        from rathaus_desk.office.forwarding import run_errands

        run_errands(self.office, client)

    def say(self, sentence: str, operation: UUID | None = None) -> None:
        """One sentence in the status line; with ``operation`` it can be undone from there."""
        self.said.emit(sentence, operation)

    def run(
        self,
        request: Request,
        done: Callable[[Done], None] | None = None,
        failed: Failed | None = None,
        *,
        words: str = "",
        owner: QObject | None = None,
    ) -> None:
        """Carries out an operation in a worker; then the status line tells of it, by ``words`` or its title.

        It is told also when its ``owner`` is gone; only ``done`` and ``failed`` are not called then.
        """
        title = words or f"{operation_for(request).title}: gespeichert."

        def after(result: Done) -> None:
            undoable = bool(result.changed) and operation_for(request).undoable
            if undoable:
                self._done.append((result.operation, title))
            self.say(title, result.operation if undoable else None)
            self.happenings.look()
            if done is not None and (owner is None or isValid(owner)):
                done(result)

        def in_vain(error: DeskError) -> None:
            there = failed is not None and (owner is None or isValid(owner))
            (failed if failed is not None and there else self.failed.emit)(error)

        self.tasks.start(lambda: self.office.run(request), after, in_vain)

    def undo(self, operation: UUID | None = None) -> None:
        """Takes an operation back: the one named, or the last of this window."""
        if operation is None:
            if not self._done:
                self.say("Es gibt nichts, was in diesem Fenster rückgängig zu machen wäre.")
                return
            operation, title = self._done[-1]
        else:
            title = ""
        wanted = operation

        def after(result: Done) -> None:
            self._done = [one for one in self._done if one[0] != wanted]
            self.say(f"Rückgängig gemacht{': ' + title.rstrip('.') if title else ''}.", result.operation)
            self.happenings.look()

        self.tasks.start(
            lambda: self.office.store.undo(wanted, clerk=self.office.clerk), after, self.failed.emit
        )

    def long(
        self,
        words: str,
        work: Callable[[Progress], T],
        done: Callable[[T], None],
        failed: Failed | None = None,
        *,
        owner: QObject | None = None,
        cancellable: bool = True,
    ) -> None:
        """What may take longer than a second: the foot shows how far it is, and stops it on demand."""
        progress = Progress(lambda so_far, of, _: self.tasks.later(lambda: self.progressed.emit(so_far, of)))
        self.began.emit(words, progress if cancellable else None)

        def ended(then: Callable[[], None]) -> None:
            self.ended.emit()
            if owner is None or isValid(owner):
                then()

        self.tasks.start(
            lambda: work(progress),
            lambda result: ended(lambda: done(result)),
            lambda error: ended(lambda: (failed or self.failed.emit)(error)),
            cancelled=lambda: ended(lambda: self.say("Abgebrochen; es wurde nichts geändert.")),
        )

    # --- reading --------------------------------------------------------------------------------------

    def read(
        self,
        work: Callable[[Session], T],
        done: Callable[[T], None],
        failed: Failed | None = None,
        *,
        owner: QObject | None = None,
    ) -> None:
        """Reads in a worker with a session of its own; ``work`` gives back plain values, no records."""
        self.tasks.start(lambda: self.read_now(work), done, failed or self.failed.emit, owner=owner)

    def read_now(self, work: Callable[[Session], T]) -> T:
        """Reads on this thread: for what is known to take a few milliseconds."""
        with self.office.store.read() as session:
            return work(session)

    def latest(self, parent: QObject) -> Latest[Any]:
        """Asks again and again, answers only the last question."""
        return Latest(self.tasks, parent)

    @property
    def window(self) -> QWidget:
        """The window; small ones open above it."""
        assert self._window is not None
        return self._window

    def belongs_to(self, window: QWidget) -> None:
        """Tells which window it is."""
        self._window = window

    @property
    def today(self) -> date:
        """Today in the town."""
        return self.office.store.clock.today()

    # --- what stays on this workstation ---------------------------------------------------------------

    def setting(self, key: str, default: Any = None) -> Any:
        """A setting of this workstation."""
        with self.office.store.read() as session:
            return local.setting(session, key, default)

    def set_setting(self, key: str, value: Any) -> None:
        """Keeps a setting; None forgets it."""

        def write() -> None:
            with self.office.store.local() as session:
                local.set_setting(session, key, value)

        self.tasks.start(write, lambda _: None, lambda _: None)

    def remember_now(self, key: str, value: Any) -> None:
        """As `set_setting`, on this thread: for workers."""
        with self.office.store.local() as session:
            local.set_setting(session, key, value)

    def quiet(self, work: Callable[[], T], done: Callable[[T], None], words: str) -> None:
        """Runs what needs the data alone: nobody looks at it meanwhile."""
        self.happenings.close()
        self.agent.close()
        self.say(words)

        def again(result: Any = None) -> None:
            self.happenings.reopen()
            self.agent.begin()
            if not isinstance(result, DeskError):
                done(result)
            else:
                self.failed.emit(result)

        self.tasks.start(work, again, again)

    def sign_in(self, clerk: UUID) -> None:
        """Who works at this window from now on; kept for the next start."""
        self.office.sign_in(clerk)
        self.set_setting("clerk", str(clerk))
        self.signed_in.emit()

    def draft(
        self, kind: str, content: Callable[[], Any], parent: QObject, draft: UUID | None = None
    ) -> Draft:
        """A draft of the clerk at this window; with ``draft`` it goes on with a saved one."""
        store, clerk = self.office.store, self.office.clerk
        return Draft(store, self.tasks, kind, content, clerk=clerk, draft=draft, parent=parent)

    def put_aside(self, name: str, content: bytes) -> Path:
        """A readable copy for another program, in a folder that only this user sees; gone when we end."""
        if self._aside is None:
            self._aside = TemporaryDirectory(prefix="rathaus-desk-", ignore_cleanup_errors=True)
        folder = Path(self._aside.name) / new_id().hex[-8:]
        folder.mkdir()
        safe = "".join("_" if sign in '<>:"/\\|?*' or ord(sign) < 32 else sign for sign in name)[-120:]
        target = folder / (safe or "Datei")
        target.write_bytes(content)
        return target

    def close(self) -> None:
        """Ends the workers; what they write is written."""
        self.agent.close()
        self.happenings.close()
        self.tasks.close()
        self._collecting.stop()
        if self._aside is not None:
            self._aside.cleanup()
