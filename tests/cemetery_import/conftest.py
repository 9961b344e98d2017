"""A desk that knows the example town's statutes, and a way to take over lists written down in a test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import rathaus_desk.town.records  # noqa: F401
from rathaus_desk.catalogue.checking import read_file
from rathaus_desk.catalogue.kinds import Kinds
from rathaus_desk.cemetery.import_graves import ImportResult, import_list
from rathaus_desk.cemetery.rules.terms import Statutes
from rathaus_desk.cemetery.statute import terms_of
from rathaus_desk.cemetery.statute_check import STATUTE
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.store.engine import Store

Take = Callable[..., ImportResult]


@pytest.fixture(scope="session")
def statutes(musterrode: Path) -> Statutes:
    """Both versions of the example town's statute."""
    files = sorted(musterrode.glob("friedhofsordnung-*.toml"))
    return Statutes(tuple(terms_of(read_file(file, Kinds.of(STATUTE)).content) for file in files))


@pytest.fixture
def desk(make_store: Callable[..., Store]) -> Store:
    """An empty register; the clock stands at 2026-11-25 09:00."""
    return make_store(clock=FixedClock(datetime(2026, 11, 25, 8, tzinfo=UTC)))


@pytest.fixture
def take(desk: Store, statutes: Statutes, tmp_path: Path) -> Take:
    """Takes over a list: a file, or the text or bytes of one; ``mapping`` is the text of a mapping file."""

    def taken(
        content: Path | str | bytes, *, mapping: str = "", name: str = "liste.csv", **how: Any
    ) -> ImportResult:
        path = content if isinstance(content, Path) else tmp_path / name
        if not isinstance(content, Path):
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        if mapping:
            (tmp_path / "zuordnung.toml").write_text(mapping, encoding="utf-8")
            how["mapping_file"] = tmp_path / "zuordnung.toml"
        return import_list(desk, path, statutes=statutes, today=date(2026, 11, 25), **how)

    return taken
