"""A register with a clock that stands at 2026-11-25 09:00."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

import rathaus_desk.people.operations
import rathaus_desk.town.records  # noqa: F401
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.store.engine import Store


@pytest.fixture
def register(make_store: Callable[..., Store]) -> Store:
    """An empty register."""
    return make_store(clock=FixedClock(datetime(2026, 11, 25, 8, tzinfo=UTC)))
