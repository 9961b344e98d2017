"""What the tests of fees share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rathaus_desk.catalogue.checking import Report, check, read_text
from rathaus_desk.catalogue.kinds import Kinds
from rathaus_desk.catalogue.law_file import LAW
from rathaus_desk.cemetery.examples import CemeteryExamples
from rathaus_desk.cemetery.statute_check import STATUTE
from rathaus_desk.fees.tariff import Tariff
from rathaus_desk.fees.tariff_kind import TARIFF, tariff_of
from rathaus_desk.halls.examples import HallExamples
from rathaus_desk.halls.hall_file import HALL

KINDS = Kinds.of(LAW, TARIFF, HALL, STATUTE)

HEAD = """
[tariff]
key = "probe"
title = "Probetarif"
valid_from = 2025-01-01
"""


@pytest.fixture
def check_paths() -> Callable[..., Report]:
    """Checks files and folders with every kind and runner there is."""
    return lambda *paths: check(paths, KINDS, [HallExamples(), CemeteryExamples()])


@pytest.fixture
def tariff() -> Callable[[str], Tariff]:
    """A tariff from the tables after its head; refuses as reading a file does."""
    return lambda tables: tariff_of(read_text(Path("probe.toml"), HEAD + tables, KINDS))
