"""The log file: what happened when, by ids and kinds of error, never by values.

Messages of exceptions are left out, since they may quote what somebody typed; of our own errors the technical
detail is written, but not of `BadInput`, whose detail may quote the file it is about.
"""

from __future__ import annotations

import logging
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from rathaus_desk.kernel.errors import BadInput, CannotWork, DeskError

_SIZE = 1_000_000
_KEEP = 3
ROOT = "rathaus_desk"

_Exception = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class DiscreetFormatter(logging.Formatter):
    """One line for the event, then kind and places of an error, without its message."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")

    def formatException(self, ei: _Exception) -> str:  # noqa: N802 (logging's name)
        """Kind of error, technical detail of ours, and the places in the code it passed."""
        kind, error, trace = ei
        if kind is None:
            return ""
        detail = ""
        if isinstance(error, DeskError) and not isinstance(error, BadInput) and error.detail:
            detail = f": {error.detail}"
        places = (
            f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(trace)
        )
        return "\n".join((f"{kind.__module__}.{kind.__qualname__}{detail}", *places))


class _QuietHandler(RotatingFileHandler):
    """A full disk ends the log, not the work; Python would write a traceback to stderr."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        """Nothing: there is nowhere to say it."""


def log_to(path: Path, *, level: int = logging.INFO) -> logging.Handler:
    """Writes everything of ours to ``path``, at most four files of 1 MB, until `close_log`.

    CannotWork if it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = _QuietHandler(path, maxBytes=_SIZE, backupCount=_KEEP, encoding="utf-8")
    except OSError as error:
        raise CannotWork(
            f"Das Protokoll „{path}“ lässt sich nicht schreiben. Es wurde nichts geändert.",
            detail=f"log, errno {error.errno}",
        ) from error
    handler.setFormatter(DiscreetFormatter())
    logger = logging.getLogger(ROOT)
    logger.addHandler(handler)
    logger.setLevel(level)
    return handler


def close_log(handler: logging.Handler) -> None:
    """Ends what `log_to` began."""
    logging.getLogger(ROOT).removeHandler(handler)
    handler.close()
