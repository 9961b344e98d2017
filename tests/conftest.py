"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session")
def musterrode() -> Path:
    """The folder of the example town."""
    return Path(__file__).resolve().parents[1] / "resources" / "examples" / "musterrode"
