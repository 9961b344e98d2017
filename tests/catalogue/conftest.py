"""What the tests of the catalogue share: one small kind of file, so that no module is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pytest
from msgspec import UNSET, Meta, UnsetType

from rathaus_desk.catalogue.checking import Report, check
from rathaus_desk.catalogue.examples import Outcome
from rathaus_desk.catalogue.kinds import Bundle, CatalogueFile, FileKind, Kinds, Version
from rathaus_desk.catalogue.law_file import LAW
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.money import Money


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: Annotated[str, Meta(pattern="^[a-z]+$", description="Kleinbuchstaben", examples=["a"])]
    amount: Money
    share: Fraction | None = None
    form: Literal["coffin", "urn"] = "coffin"
    until: date | None = None
    tags: tuple[str, ...] = ()


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    valid_from: date
    valid_until: date | None = None
    open: bool = False
    number: Annotated[int, Meta(ge=1, le=9)] = 1


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sheet: Head
    part: tuple[Part, ...] = ()
    example: tuple[dict[str, object], ...] = ()


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    total: Money | UnsetType = UNSET
    refused: bool | str | UnsetType = UNSET
    warns: bool | str | UnsetType = UNSET


class SheetExample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    expect: Expect
    title: str = ""
    parts: tuple[str, ...] = ()


class SheetExamples:
    """Adds up the parts an example names."""

    schema: type[msgspec.Struct] = SheetExample

    def runs(self, example: Mapping[str, object]) -> bool:
        return "parts" in example

    def run(self, example: SheetExample, file: CatalogueFile, bundle: Bundle) -> Outcome:
        amounts = {part.key: part.amount for part in file.content.part}
        if "bad" in example.parts:
            raise BadInput("Das geht nicht.")
        if missing := [key for key in example.parts if key not in amounts]:
            raise Refused(f"Kein Preis für {missing[0]}.")
        total = Money(sum(amounts[key].cents for key in example.parts))
        return Outcome(
            {"total": total}, warnings=("teuer",) if total > Money(10_000) else (), reasons=("Summe",)
        )


SHEET = FileKind(
    "sheet",
    "Blatt",
    Sheet,
    lambda content: [
        Version(content.sheet.key, content.sheet.key, content.sheet.valid_from, content.sheet.valid_until)
    ],
    defines=lambda content: {"part": {part.key: {"amount": part.amount} for part in content.part}},
)
KINDS = Kinds.of(SHEET, LAW)

HEAD = '[sheet]\nkey = "a"\nvalid_from = 2025-01-01\n'


@pytest.fixture
def head() -> str:
    """A head that is in order."""
    return HEAD


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Writes files (name → text or bytes) and gives their folder."""

    def write(**files: str | bytes) -> Path:
        for name, content in files.items():
            path = tmp_path / f"{name}.toml"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write


@pytest.fixture
def checked() -> Callable[..., Report]:
    """Checks files and folders of the small kind."""
    return lambda *paths: check(paths, KINDS, [SheetExamples()])
