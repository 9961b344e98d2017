"""What the tests of the sync share: a PostgreSQL of their own, a village, a town on the server."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from psycopg_pool import ConnectionPool

ROOT = Path(__file__).resolve().parents[2]


def _load(name: str, path: Path) -> ModuleType:
    known = sys.modules.get(name)
    if known is None:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        known = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(known)
    return known


sys.path.append(str(ROOT / "tests/sync"))
_load("direct", ROOT / "tests/sync/direct.py")
_load("schedule", ROOT / "tests/sync/schedule.py")


@pytest.fixture(scope="session")
def village() -> ModuleType:
    return _load("village", ROOT / "tests/store/village.py")


@pytest.fixture
def make_town(pool: ConnectionPool[Any]) -> Callable[[], str]:
    """Makes towns on the server, with the tables known so far; their keys. The epoch of each is ``e1``."""
    from rathaus_desk.server.tables import make_town

    def made() -> str:
        key = f"t-{uuid4().hex[:12]}"
        with pool.connection() as connection:
            connection.execute("INSERT INTO rathaus.municipality (key, name) VALUES (%s, %s)", (key, key))
            make_town(connection.cursor(), key, "e1")
        return key

    return made


@pytest.fixture(scope="session")
def many() -> Callable[[int, int], int]:
    """``many(100, 2000)``: 100 in the ordinary test run, 2000 in ``make soak``."""
    return lambda usual, soak: soak if os.environ.get("RATHAUS_SOAK") else usual
