"""How often somebody may ask, so that codes and keys cannot be guessed and one asker cannot stop the rest."""

from __future__ import annotations

import time
from threading import Lock

_ENTRY = ("/v1/enrol", "/v1/session", "/v1/session/challenge")
_PER_MINUTE = 600
"""Requests of one address at the doors where nobody is known yet. A town hall has one address for all its
workstations."""
_FREE = ("/health", "/ready", "/metrics")
_OTHERS_PER_MINUTE = 6000


class Limits:
    """A bucket of permits for each address and kind of request; it refills evenly."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, bool], tuple[float, float]] = {}
        self._alone = Lock()

    def lets(self, host: str, path: str) -> bool:
        """Whether a request may pass; takes a permit if so."""
        if path in _FREE:
            return True
        at_the_door = path in _ENTRY
        most = _PER_MINUTE if at_the_door else _OTHERS_PER_MINUTE
        now = time.monotonic()
        with self._alone:
            if len(self._buckets) > 10_000:
                self._buckets.clear()
            left, last = self._buckets.get((host, at_the_door), (float(most), now))
            left = min(float(most), left + (now - last) * most / 60)
            self._buckets[host, at_the_door] = (left - 1 if left >= 1 else left, now)
        return left >= 1
