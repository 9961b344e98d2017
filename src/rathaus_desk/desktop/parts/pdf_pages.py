"""Pages of PDFs as pictures, drawn by a process of its own, which is started at the first need."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from hashlib import sha256
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QImage

from rathaus_desk.desktop.parts.pdf_worker import Answer, Ask, receive, send
from rathaus_desk.desktop.tasks import Postman
from rathaus_desk.kernel.errors import BadInput

_log = logging.getLogger(__name__)
_KEPT = 48
_UNREADABLE = "Diese Datei lässt sich nicht als PDF anzeigen."


class PdfPages(QObject):
    """Asks the process; one thread speaks with it, pictures arrive on the window's thread."""

    def __init__(self) -> None:
        super().__init__()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pdf")
        self._postman = Postman()
        self._process: subprocess.Popen[bytes] | None = None
        self._open = b""
        self.under_way = 0
        """Questions that are not answered yet."""
        self._kept: OrderedDict[tuple[bytes, int, int], QImage] = OrderedDict()

    def draw(
        self,
        pdf: bytes,
        page: int,
        width: int,
        owner: QObject,
        done: Callable[[QImage], None],
        failed: Callable[[str], None] | None = None,
        *,
        sharp: bool = True,
    ) -> None:
        """Draws a page ``width`` logical pixels wide, sharp on this screen; else ``width`` real ones."""
        application = QGuiApplication.instance()
        screen = isinstance(application, QGuiApplication) and sharp
        ratio = application.devicePixelRatio() if screen else 1.0  # type: ignore[union-attr]
        key = (sha256(pdf).digest(), page, round(width * ratio))
        known = self._kept.get(key)
        if known is not None:
            done(known)
            return

        def work() -> QImage:
            found = self._ask(pdf, Ask(page, key[2]))
            image = QImage(found.pixels, found.width, found.height, QImage.Format.Format_RGB32)
            # The bytes belong to Python: the picture needs its own. A line may be longer than the page.
            image = image.copy(0, 0, min(key[2], found.width), found.height)
            image.setDevicePixelRatio(ratio)
            return image

        def keep(image: QImage) -> None:
            if sharp:
                self._kept[key] = image
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            done(image)

        self._start(work, keep, owner, failed)

    def fetch(
        self,
        load: Callable[[], bytes],
        owner: QObject,
        done: Callable[[bytes], None],
        failed: Callable[[str], None] | None = None,
    ) -> None:
        """Reads a file before it is drawn."""
        self._start(load, done, owner, failed)

    def measure(
        self,
        pdf: bytes,
        owner: QObject,
        done: Callable[[Answer], None],
        failed: Callable[[str], None] | None = None,
    ) -> None:
        """Sizes and texts of all pages."""
        self._start(lambda: self._ask(pdf, Ask(-1)), done, owner, failed)

    def _start(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        owner: QObject,
        failed: Callable[[str], None] | None,
    ) -> None:
        future = self._thread.submit(work)
        self.under_way += 1
        future.add_done_callback(lambda _: self._postman.arrived.emit(self._one_less))
        self._postman.deliver_later(future, done, lambda error: failed(str(error)) if failed else None, owner)

    def _one_less(self) -> None:
        self.under_way -= 1

    def _ask(self, pdf: bytes, asked: Ask) -> Answer:
        """One question; a process that died is started anew once, a file that killed it is not shown."""
        digest = sha256(pdf).digest()
        for attempt in range(2):
            process = self._running()
            same = digest == self._open
            try:
                assert process.stdin is not None
                assert process.stdout is not None
                send(process.stdin, Ask(asked.page, asked.width, None if same else pdf))
                found: Answer = receive(process.stdout, Answer)
            except (EOFError, OSError):
                _log.warning("the process that draws PDFs ended (attempt %d)", attempt + 1)
                self._end()
                continue
            self._open = digest if not found.error else b""
            if found.error:
                raise BadInput(_UNREADABLE, detail=found.error)
            return found
        raise BadInput(_UNREADABLE)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._open = b""
            hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "rathaus_desk.desktop.parts.pdf_worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                creationflags=hidden,
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
            process.kill()
            process.wait()

    def close(self) -> None:
        """Ends the process."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._end()


@cache
def pages_shared() -> PdfPages:
    """The one process of this program."""
    made = PdfPages()
    application = QGuiApplication.instance()
    if application is not None:
        application.aboutToQuit.connect(made.close)
    return made
