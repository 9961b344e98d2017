"""Where the files that travel with the program lie."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def root() -> Path:
    """The folder ``resources``: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "resources"
    return installed if installed.is_dir() else package.parents[1] / "resources"


def path(*parts: str) -> Path:
    """The path of one resource; it may not exist."""
    return root().joinpath(*parts)
