"""What the tests of halls share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import rathaus_desk.office.tables  # noqa: F401 (the tables of every module)
from rathaus_desk.catalogue.checking import Report, check, read_file
from rathaus_desk.catalogue.kinds import Kinds
from rathaus_desk.fees.tariff import Tariff
from rathaus_desk.fees.tariff_kind import TARIFF, tariff_of
from rathaus_desk.halls import queries
from rathaus_desk.halls.examples import HallExamples, hall_of
from rathaus_desk.halls.hall_file import HALL
from rathaus_desk.halls.pricing import Hall
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.office.founding import checked, load
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.people.operations import AddressDetails, EnterPerson, PersonDetails
from rathaus_desk.store.engine import Store

KINDS = Kinds.of(TARIFF, HALL)


@pytest.fixture
def dgh_tariff(musterrode: Path) -> Tariff:
    """The tariff of the worked examples."""
    return tariff_of(read_file(musterrode / "dgh-tarif-2025.toml", KINDS))


@pytest.fixture
def dgh(musterrode: Path) -> Hall:
    """The hall of the worked examples."""
    return hall_of(read_file(musterrode / "halls.toml", KINDS).content.hall[0])


@pytest.fixture
def check_texts(tmp_path: Path) -> Callable[..., Report]:
    """Checks files given as texts (name → text), all in one folder."""

    def run(**files: str) -> Report:
        for name, text in files.items():
            (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        return check([tmp_path], KINDS, [HallExamples()])

    return run


@pytest.fixture
def town(make_store: Callable[..., Store], musterrode: Path) -> TownHall:
    """The example town with its halls; the clock stands at 2026-05-04 09:00."""
    made = TownHall(make_store(clock=FixedClock(datetime(2026, 5, 4, 7, tzinfo=UTC))))
    load(made, checked(musterrode))
    return made


@pytest.fixture
def hall_id(town: TownHall) -> Callable[[str], UUID]:
    """The id of a hall by its key."""

    def found(key: str = "dgh-altenfeld") -> UUID:
        with town.store.read() as session:
            return queries.hall_named(session, key).id

    return found


@pytest.fixture
def club(town: TownHall) -> Callable[..., UUID]:
    """Enters an invented club of the town; returns its id."""

    def entered(name: str = "Gesangverein Altenfeld", **more: Any) -> UUID:
        home = AddressDetails(street="Am Bach", house_number="7", postal_code="34999", place="Musterrode")
        known = PersonDetails(kind="organisation", organisation=name)
        return town.run(EnterPerson(details=known, addresses=(home,), roles=("club",), **more)).value

    return entered
