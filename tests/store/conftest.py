"""What the store's tests share: a village, and a way to look at its rows past the program."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from rathaus_desk.store.connection import connect
from rathaus_desk.store.engine import Store
from rathaus_desk.store.keys import KeyFile


def _load_village() -> ModuleType:
    known = sys.modules.get("village")
    if known is None:
        spec = importlib.util.spec_from_file_location("village", Path(__file__).with_name("village.py"))
        assert spec is not None
        assert spec.loader is not None
        known = sys.modules["village"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(known)
    return known


@pytest.fixture(scope="session")
def village() -> ModuleType:
    """Records and operations of a small village, see village.py."""
    return _load_village()


@pytest.fixture
def store(village: ModuleType, make_store: Callable[..., Store]) -> Store:
    """A fresh store with the village's tables."""
    return make_store()


@pytest.fixture
def key_file() -> Callable[[Store], KeyFile]:
    """The key file of a store made by ``make_store``."""
    return lambda store: KeyFile(store.home.folder.with_suffix(".key"))


@pytest.fixture
def behind_the_back() -> Callable[[Store], AbstractContextManager[Any]]:
    """A connection that writes what it likes, as somebody with the key and a tool would."""

    @contextmanager
    def opened(store: Store) -> Iterator[Any]:
        raw = connect(store.home.database, store._key)
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            yield raw
        finally:
            raw.close()

    return opened


@pytest.fixture(scope="session")
def many() -> Callable[[int, int], int]:
    """``many(200, 1000)``: 200 in the ordinary test run, 1000 in ``make soak``."""
    return lambda usual, soak: soak if os.environ.get("RATHAUS_SOAK") else usual
