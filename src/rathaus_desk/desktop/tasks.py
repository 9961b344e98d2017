"""Whatever may take longer than a frame runs in a worker and hands back plain values.

A task has its own read session, can tell how far it is and can be cancelled. Results arrive on the window's
thread; what asked may be gone by then, so they travel through an object that lives as long as the program.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from rathaus_desk.kernel.errors import CannotWork, DeskError

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Cancelled(Exception):
    """The clerk cancelled a task; raised inside it by `Progress.tell`."""


class Progress:
    """What a running task tells of itself. Heeds no thread: may be used wherever the task runs."""

    def __init__(self, told: Callable[[int, int, str], None] | None = None) -> None:
        self._told = told
        self._cancelled = Event()

    def tell(self, done: int, of: int = 0, words: str = "") -> None:
        """``done`` of ``of`` (0: nobody knows) pieces are done; raises Cancelled if it shall stop."""
        if self._cancelled.is_set():
            raise Cancelled
        if self._told is not None:
            self._told(done, of, words)

    def cancel(self) -> None:
        """Makes the task stop at the next `tell`."""
        self._cancelled.set()


class Postman(QObject):
    """Carries results to the window's thread; lives as long as the program."""

    arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _deliver(self, call: Callable[[], None]) -> None:
        call()

    def deliver_later(
        self,
        future: Future[Any],
        done: Callable[[Any], None],
        failed: Callable[[DeskError], None] | None,
        owner: QObject | None,
        cancelled: Callable[[], None] | None = None,
    ) -> None:
        """Calls ``done``, ``failed`` or ``cancelled`` when ``future`` is there, unless ``owner`` is gone."""

        def deliver() -> None:
            if future.cancelled() or (owner is not None and not isValid(owner)):
                return
            error = future.exception()
            if error is None:
                done(future.result())
            elif isinstance(error, Cancelled):
                if cancelled is not None:
                    cancelled()
            elif failed is not None:
                failed(in_a_sentence(error))
            else:
                _log.error("a task failed", exc_info=error)

        future.add_done_callback(lambda _: self.arrived.emit(deliver))


class Tasks:
    """The workers of one running program."""

    def __init__(self, workers: int = 3) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="task")
        self._postman = Postman()
        self._closed = False
        self._open: set[Future[Any]] = set()

    def start(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[DeskError], None] | None = None,
        *,
        owner: QObject | None = None,
        cancelled: Callable[[], None] | None = None,
    ) -> Future[T]:
        """Runs ``work`` in a worker, then ``done`` or ``failed`` on the window's thread.

        Nothing is delivered to an ``owner`` that is gone by then. What is no sentence of ours is logged and
        becomes one.
        """
        if self._closed:  # a timer that fires at the very end asks in vain
            return Future()
        future = self._pool.submit(work)
        self._open.add(future)

        self.later_when(future, lambda: self._open.discard(future))
        self._postman.deliver_later(future, done, failed, owner, cancelled)
        return future

    def later_when(self, future: Future[Any], call: Callable[[], None]) -> None:
        """Runs ``call`` on the window's thread when ``future`` is there, whatever became of it."""
        future.add_done_callback(lambda _: self._postman.arrived.emit(call))

    def later(self, call: Callable[[], None]) -> None:
        """Runs ``call`` on the window's thread; may be asked from any thread."""
        self._postman.arrived.emit(call)

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._open)

    def close(self) -> None:
        """Waits for what is under way; nothing is delivered, and nothing begun, any more."""
        self._closed = True
        self._postman.arrived.disconnect()
        self._pool.shutdown(wait=True, cancel_futures=True)


class Latest(QObject, Generic[T]):
    """Asks again and again; only the last question is answered. At most one runs, one waits."""

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._running = False
        self._waiting: (
            tuple[Callable[[], T], Callable[[T], None], Callable[[DeskError], None] | None] | None
        ) = None

    def ask(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[DeskError], None] | None = None,
    ) -> None:
        """Answers with ``work``'s result, unless another question comes before it is there."""
        self._waiting = (work, done, failed)
        if not self._running:
            self._next()

    def forget(self) -> None:
        """The question that waits, and the answer under way, are wanted no longer."""
        self._waiting = (_nothing, lambda _: None, None) if self._running else None

    def _next(self) -> None:
        if self._waiting is None:
            return
        work, done, failed = self._waiting
        self._waiting, self._running = None, True

        def answered(result: T) -> None:
            self._running = False
            if self._waiting is None:
                done(result)
            self._next()

        def in_vain(error: DeskError) -> None:
            self._running = False
            if self._waiting is None and failed is not None:
                failed(error)
            self._next()

        self._tasks.start(work, answered, in_vain, owner=self)


def _nothing() -> Any:
    return None


def in_a_sentence(error: BaseException) -> DeskError:
    """An error as a clerk may read it; what was not foreseen is logged whole."""
    if isinstance(error, DeskError):
        return error
    _log.error("not foreseen", exc_info=error)
    return CannotWork(
        "Das hat nicht geklappt; Ihre Daten sind unverändert. Einzelheiten stehen im Protokoll.",
        detail=f"{type(error).__name__}: {error}",
    )
