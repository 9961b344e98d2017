"""Whether there is a screen to show a window on. Imports no Qt: it is asked before one is started."""

from __future__ import annotations

import os
import sys


def has_display() -> bool:
    """On Windows and macOS always; elsewhere where a display server was named."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
