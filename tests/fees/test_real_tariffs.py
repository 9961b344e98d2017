"""Tariffs as towns have them, written as data only; every figure in their examples was computed by hand.

One folder a place, with what lies beside the tariff: the hall file or the statute.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rathaus_desk.catalogue.checking import Report

REAL = Path(__file__).parent / "real"
PLACES = sorted(folder.name for folder in REAL.iterdir() if folder.is_dir())


@pytest.mark.parametrize("place", PLACES)
def test_every_example_of_the_place_comes_out(place: str, check_paths: Callable[..., Report]) -> None:
    report = check_paths(REAL / place)
    assert [str(finding) for finding in report.refused] == []
    assert [(result.example, result.computed) for result in report.examples if not result.ok] == []
    assert report.examples


def test_the_example_town_comes_out(musterrode: Path, check_paths: Callable[..., Report]) -> None:
    tariffs = [path for path in sorted(musterrode.glob("*.toml")) if path.name != "town.toml"]
    report = check_paths(*tariffs)
    assert report.ok
    assert len(report.examples) == 9


def test_the_town_is_told_what_its_own_events_still_pay(
    musterrode: Path, check_paths: Callable[..., Report]
) -> None:
    report = check_paths(musterrode / "dgh-tarif-2025.toml")
    (finding,) = report.findings
    assert "Stadt und Ortsbeiräte" in finding.what
    assert "Heizkostenzuschlag" in finding.what
    assert finding.line == 126


def test_a_yearly_rate_is_compared_with_the_price_of_the_right(check_paths: Callable[..., Report]) -> None:
    (finding,) = check_paths(REAL / "rlp-village").findings
    assert "20,00" in finding.what
    assert "11,00" in finding.what
