"""The tariff as a kind of catalogue file."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rathaus_desk.catalogue.checking import read_text
from rathaus_desk.catalogue.findings import Finding
from rathaus_desk.catalogue.kinds import CatalogueFile, FileKind, Kinds, Version
from rathaus_desk.fees.checks import findings
from rathaus_desk.fees.compiling import compile_tariff
from rathaus_desk.fees.tariff import Tariff
from rathaus_desk.fees.tariff_file import TariffFile

if TYPE_CHECKING:
    # Checking files needs no database.
    from rathaus_desk.catalogue.records import CatalogueVersion


def tariff_of(file: CatalogueFile) -> Tariff:
    """The tariff of a file that was read (reading refuses what cannot be computed)."""
    tariff, _ = compile_tariff(file.content)
    return tariff


def tariff_of_version(version: CatalogueVersion) -> Tariff:
    """The tariff of a version in the catalogue; each is read once in a process."""
    return _tariff(version.file_name, version.text)


@lru_cache(maxsize=64)
def _tariff(name: str, text: str) -> Tariff:
    return tariff_of(read_text(Path(name), text, Kinds.of(TARIFF)))


def _versions(content: TariffFile) -> Iterable[Version]:
    head = content.tariff
    return (Version(head.key, head.title, head.valid_from, head.valid_until),)


def _refuse(file: CatalogueFile) -> Iterable[Finding]:
    _, problems = compile_tariff(file.content)
    return [file.finding(problem.at, problem.what, problem.should) for problem in problems]


TARIFF = FileKind("tariff", "Tarif", TariffFile, _versions, refuse=_refuse, find=findings)
