"""The law file: ``[law]`` and its ``[[entry]]`` tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated

import msgspec
from msgspec import Meta

from rathaus_desk.catalogue.findings import BadFile, Finding
from rathaus_desk.catalogue.kinds import CatalogueFile, FileKind, Version
from rathaus_desk.catalogue.law import LawEntry, LawValue
from rathaus_desk.catalogue.reading import convert
from rathaus_desk.catalogue.toml_text import read_source
from rathaus_desk.kernel import resources
from rathaus_desk.kernel.periods import german_date

Key = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9_.-]{1,80}$",
        description="Kleinbuchstaben ohne Umlaute, Ziffern, Punkt, Binde- und Unterstrich",
        examples=["service_by_letter.ao"],
    ),
]
Text = Annotated[str, Meta(min_length=1)]


class LawHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[law]``: which table of law this is."""

    key: Key
    title: Text
    state: str = ""


class EntryTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[[entry]]``: one version of one matter; ``[entry.values]`` holds what it says."""

    key: Key
    title: Text
    valid_from: date
    source: Text
    values: dict[str, LawValue]
    valid_until: date | None = None
    to_be_confirmed: bool = False
    note: str = ""


class LawFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    law: LawHead
    entry: tuple[EntryTable, ...] = ()


def entries(content: LawFile) -> Iterable[LawEntry]:
    """The entries of a file, as the law book holds them."""
    for row in content.entry:
        yield LawEntry(**msgspec.structs.asdict(row))


def read_shipped() -> Iterable[LawEntry]:
    """The entries that travel with the program."""
    for path in sorted(resources.path("law").glob("*.toml")):
        source = read_source(path)
        content, findings = convert(source, source.tree, LawFile)
        if content is None:
            raise BadFile(findings)
        yield from entries(content)


def _versions(content: LawFile) -> Sequence[Version]:
    first = min((row.valid_from for row in content.entry), default=date.min)
    return (Version(content.law.key, content.law.title, first),)


def _refuse(file: CatalogueFile) -> Iterable[Finding]:
    """Two versions of one matter in force on the same day: nobody could say which is the law."""
    numbered = list(enumerate(file.content.entry))
    for key in dict.fromkeys(row.key for _, row in numbered):
        versions = sorted(
            ((row, position) for position, row in numbered if row.key == key),
            key=lambda pair: pair[0].valid_from,
        )
        for (earlier, _), (later, position) in pairwise(versions):
            if earlier.valid_until is None or earlier.valid_until >= later.valid_from:
                yield file.finding(
                    ("entry", position, "valid_from"),
                    f"Zu „{key}“ gelten am {german_date(later.valid_from)} zwei Fassungen.",
                    "valid_until der früheren Fassung auf den Vortag setzen",
                )
    for position, row in numbered:
        if row.valid_until is not None and row.valid_until < row.valid_from:
            yield file.finding(("entry", position, "valid_until"), "valid_until liegt vor valid_from.")


LAW = FileKind("law", "Rechtstabelle", LawFile, _versions, refuse=_refuse)
