"""What every test may use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from rathaus_desk.kernel.clock import Clock
    from rathaus_desk.store.engine import Store


os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# The test run tries the same examples every time; `make soak` looks for new ones. No limit of time for one
# example: the machine may be busy.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", deadline=None, max_examples=1000)
settings.load_profile("new" if os.environ.get("RATHAUS_SOAK") else "same")


@pytest.fixture(scope="session")
def musterrode() -> Path:
    """The folder of the example town."""
    return Path(__file__).resolve().parents[1] / "resources" / "examples" / "musterrode"


@pytest.fixture
def make_store(tmp_path: Path) -> Iterator[Callable[..., Store]]:
    """Makes fresh stores: ``make_store()`` has the tables of every module imported so far.

    ``make_store(clock=FixedClock(…))`` sets its clock. A test imports the ``records`` of the modules it
    needs. The key file lies beside the home: ``KeyFile(store.home.folder.with_suffix(".key"))``.
    """
    from rathaus_desk.store.engine import Store
    from rathaus_desk.store.keys import KeyFile

    made: list[Store] = []

    def fresh(clock: Clock | None = None) -> Store:
        home = tmp_path / f"home-{len(made)}"
        made.append(Store.create(home, KeyFile(home.with_suffix(".key")), clock=clock))
        return made[-1]

    yield fresh
    for store in made:
        store.close()


@pytest.fixture
def store(make_store: Callable[..., Store]) -> Store:
    """One fresh store, see `make_store`."""
    return make_store()
