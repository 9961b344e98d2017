"""Statutes for the tests: the example town's, and a small one that says what a case needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import rathaus_desk.cemetery.operations
import rathaus_desk.town.records  # noqa: F401
from rathaus_desk.catalogue.checking import read_file
from rathaus_desk.catalogue.kinds import Kinds
from rathaus_desk.cemetery.rules.terms import GraveKind, RestTerm, Statutes, StatuteTerms
from rathaus_desk.cemetery.rules.window import BurialLaw
from rathaus_desk.cemetery.statute import terms_of
from rathaus_desk.cemetery.statute_check import STATUTE
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.store.engine import Store


@pytest.fixture(scope="session")
def town(musterrode: Path) -> Statutes:
    """Both versions of the example town's statute."""
    files = sorted(musterrode.glob("friedhofsordnung-*.toml"))
    return Statutes(tuple(terms_of(read_file(file, Kinds.of(STATUTE)).content) for file in files))


@pytest.fixture(scope="session")
def law() -> BurialLaw:
    """§ 16 FBG as amended."""
    return BurialLaw(source="§ 16 FBG", earliest_hours=48, coffin_latest_days=10)


@pytest.fixture(scope="session")
def kind() -> Callable[..., GraveKind]:
    """A two-place Wahlgrab with 25 years' rest (urns 15), changed as a test asks."""

    def made(**changes: Any) -> GraveKind:
        wahlgrab = GraveKind(
            key="wahl",
            name="Wahlgrab",
            paragraph="§ 16",
            statute="Friedhofsordnung",
            form="Wahl",
            coffin_places=2,
            urns_per_place=4,
            urns_beside_coffin=2,
            right_years=30,
            rest=(RestTerm("coffin", 25), RestTerm("urn", 15), RestTerm("coffin", 15, 5)),
            extendable=True,
            extension_max_years_ahead=30,
        )
        return replace(wahlgrab, **changes)

    return made


@pytest.fixture(scope="session")
def statutes() -> Callable[..., Statutes]:
    """One statute, in force since 1990, with the kinds given."""

    def made(*kinds: GraveKind, **changes: Any) -> Statutes:
        terms = StatuteTerms(
            key="ordnung",
            title="Friedhofsordnung",
            valid_from=date(1990, 1, 1),
            kinds={one.key: one for one in kinds},
        )
        return Statutes((replace(terms, **changes),))

    return made


@pytest.fixture
def desk(make_store: Callable[..., Store]) -> Store:
    """A fresh store of which the clock stands at 2026-11-25 09:00."""
    return make_store(clock=FixedClock(datetime(2026, 11, 25, 8, tzinfo=UTC)))
