"""The log file: what happened when, by ids and kinds of error, never by values.

Messages of exceptions are left out, since they may quote what somebody typed; of our own errors the technical
detail is written, which holds none.
"""

from __future__ import annotations

import logging
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from rathaus_desk.kernel.errors import DeskError

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
        detail = f": {error.detail}" if isinstance(error, DeskError) and error.detail else ""
        places = (
            f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(trace)
        )
        return "\n".join((f"{kind.__module__}.{kind.__qualname__}{detail}", *places))


def log_to(path: Path, *, level: int = logging.INFO) -> logging.Handler:
    """Writes everything of ours to ``path``, at most four files of 1 MB; remove the handler in the end."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handler = RotatingFileHandler(path, maxBytes=_SIZE, backupCount=_KEEP, encoding="utf-8", delay=True)
    handler.setFormatter(DiscreetFormatter())
    logger = logging.getLogger(ROOT)
    logger.addHandler(handler)
    logger.setLevel(level)
    return handler
