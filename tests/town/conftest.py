"""A town that was just set up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.store.engine import Store
from rathaus_desk.town import queries
from rathaus_desk.town.operations import SetUpTown
from rathaus_desk.town.town_file import TownFile


@pytest.fixture
def town_file(musterrode) -> TownFile:
    """The example town's file."""
    return msgspec.toml.decode((musterrode / "town.toml").read_bytes(), type=TownFile)


@pytest.fixture
def town_store(make_store: Callable[..., Store], town_file: TownFile) -> Store:
    """A store in which the example town stands; the clock stands at 2026-11-25 09:00."""
    store = make_store(clock=FixedClock(datetime(2026, 11, 25, 8, tzinfo=UTC)))
    store.run(SetUpTown(file=town_file))
    return store


@pytest.fixture
def clerk(town_store: Store) -> UUID:
    """The first clerk of the town."""
    with town_store.read() as session:
        return queries.clerks(session)[0].id
