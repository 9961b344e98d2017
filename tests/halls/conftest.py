"""What the tests of halls share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rathaus_desk.catalogue.checking import Report, check, read_file
from rathaus_desk.catalogue.kinds import Kinds
from rathaus_desk.fees.tariff import Tariff
from rathaus_desk.fees.tariff_kind import TARIFF, tariff_of
from rathaus_desk.halls.examples import HallExamples, hall_of
from rathaus_desk.halls.hall_file import HALL
from rathaus_desk.halls.pricing import Hall

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
