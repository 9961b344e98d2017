"""A small vocabulary and a way to write lists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rathaus_desk.lists.fields import Field, Vocabulary


@pytest.fixture
def vocabulary() -> Vocabulary:
    """Fields as a list of borrowed things might have them."""
    return Vocabulary(
        fields=(
            Field("thing.number", "Nummer", "17", ("Nr.", "Nummer", "Inventarnummer")),
            Field("thing.shelf", "Regal", "B", ("Regal", "Fach"), many=True),
            Field("lender.name", "Verleiher", "Meier", ("Name", "Verleiher"), "name"),
            Field("lender.place", "Ort des Verleihers", "Kassel", ("Ort", "PLZ Ort")),
            Field("borrower.name", "Entleiher", "Schulz", ("Name", "Entleiher"), "name"),
            Field("borrower.place", "Ort des Entleihers", "Kassel", ("Ort", "PLZ Ort")),
            Field(
                "loan.on", "Tag der Ausleihe", "1.2.2020", ("ausgeliehen", "Ausleihdatum", "Datum"), "date"
            ),
            Field("remark", "Bemerkung", "", ("Bemerkung",), many=True),
        ),
        subjects={"lender": ("Verleiher",), "borrower": ("Entleiher", "EL")},
    )


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a list file; text in UTF-8 unless told otherwise."""

    def written(content: str | bytes, name: str = "liste.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return written
