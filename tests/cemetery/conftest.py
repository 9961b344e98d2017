"""Statutes for the tests: the example town's, and a small one that says what a case needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import rathaus_desk.cemetery.operations
import rathaus_desk.town.records  # noqa: F401
from rathaus_desk.catalogue.checking import read_file
from rathaus_desk.catalogue.kinds import Kinds
from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.operations.graves import EnterCemetery, EnterGrave
from rathaus_desk.cemetery.rules.terms import GraveKind, RestTerm, Statutes, StatuteTerms
from rathaus_desk.cemetery.rules.window import BurialLaw
from rathaus_desk.cemetery.statute import terms_of
from rathaus_desk.cemetery.statute_check import STATUTE
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.office.founding import checked, load
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.people.operations import AddressDetails, EnterPerson, PersonDetails
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


@pytest.fixture
def hall(desk: Store, musterrode: Path) -> TownHall:
    """The example town, set up, with the cemetery Kernstadt and nobody in it."""
    made = TownHall(desk)
    load(made, checked(musterrode))
    made.run(EnterCemetery(name="Kernstadt", level_names=("Feld", "Reihe")))
    return made


@pytest.fixture
def person(hall: TownHall) -> Callable[..., UUID]:
    """Enters somebody living in the town; returns their id."""

    def entered(given: str, family: str, **details: Any) -> UUID:
        home = AddressDetails(street="Am Bach", house_number="7", postal_code="34999", place="Musterrode")
        known = PersonDetails(given_names=given, family_name=family, **details)
        return hall.run(EnterPerson(details=known, addresses=(home,))).value

    return entered


@pytest.fixture
def grave(hall: TownHall) -> Callable[..., UUID]:
    """Enters a grave of a kind in Kernstadt; returns its id."""

    def entered(number: str, kind: str = "wahl_sarg", places: int = 2, **more: Any) -> UUID:
        with hall.store.read() as session:
            (cemetery,) = queries.cemeteries(session)
        request = EnterGrave(
            cemetery=cemetery.id, levels=("B", "4"), number=number, kind=kind, places=places, **more
        )
        return hall.run(request).value

    return entered
