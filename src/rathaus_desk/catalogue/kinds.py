"""The kinds of catalogue file: how a TOML file with a certain head table is read and what else is asked of
it.

Modules define their kinds (``fees`` the tariff, ``cemetery`` the statute, ``halls`` the hall file …) and hand
them to :class:`Kinds`; this room knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import msgspec

from rathaus_desk.catalogue.findings import Finding
from rathaus_desk.catalogue.law import LawBook
from rathaus_desk.catalogue.lines import At, LineMap
from rathaus_desk.kernel.periods import FOR_EVER, Period

Definitions = Mapping[str, Mapping[str, Mapping[str, object]]]
"""What a file defines for its neighbours: word → name → properties.

Agreed words: ``kind`` (grave kinds; properties ``name``, ``right_years``, ``extendable``, ``coffin_places``,
``takes_urns``, ``sizes``),
``hall``, ``room``, ``set`` (property ``rooms``). A tariff's ``when`` is compared with these names.
"""


@dataclass(frozen=True, slots=True)
class Version:
    """One thing in a file that has validity: a statute version, a tariff version, a hall, a law table."""

    key: str
    title: str
    valid_from: date
    valid_until: date | None = None

    @property
    def validity(self) -> Period:
        """First and last day, both inclusive; without ``valid_until`` for ever."""
        return Period(self.valid_from, self.valid_until or FOR_EVER)


@dataclass(frozen=True)
class CatalogueFile:
    """A file that was read: its text, its content as the kind's Struct, and where everything stands."""

    path: Path
    text: str
    kind: FileKind
    content: Any
    lines: LineMap
    tree: Mapping[str, Any]
    """The TOML document as plain values, as tomllib gives it."""

    @property
    def name(self) -> str:
        """How the file is named in findings."""
        return str(self.path)

    @property
    def versions(self) -> Sequence[Version]:
        """What the file holds, with validity."""
        return tuple(self.kind.versions(self.content))

    def finding(self, at: At, what: str, should: str = "") -> Finding:
        """A finding about the value at ``at``: ``("item", 3, "amount")`` is ``amount`` of the fourth
        ``[[item]]``.

        Where that key does not stand in the file, the line of the nearest table around it is named.
        """
        return Finding(self.name, self.lines.line(at), what, should)


@dataclass(frozen=True)
class Bundle:
    """The files that see each other: those of a folder; of a kind it has none of, all of the run."""

    near: Sequence[CatalogueFile]
    far: Sequence[CatalogueFile] = ()
    law: LawBook = field(default_factory=LawBook.shipped)

    def of(self, head: str) -> Sequence[CatalogueFile]:
        """All files of the kind with this head table."""
        near = [file for file in self.near if file.kind.head == head]
        return near or [file for file in self.far if file.kind.head == head]

    def in_force(self, head: str, on: date, key: str | None = None) -> CatalogueFile | None:
        """The file of that kind that is in force on a day; the one that came into force last, if several
        are.
        """
        found = [
            (version.valid_from, file)
            for file in self.of(head)
            for version in file.versions
            if on in version.validity and key in (None, version.key)
        ]
        return max(found, key=lambda pair: pair[0])[1] if found else None

    def defined(self, word: str) -> dict[str, Mapping[str, object]]:
        """What the files of the bundle together define under ``word`` (see :data:`Definitions`)."""
        heads = dict.fromkeys(file.kind.head for file in (*self.near, *self.far))
        names: dict[str, Mapping[str, object]] = {}
        for head in heads:
            for file in self.of(head):
                names.update(file.kind.defines(file.content).get(word, {}))
        return names


def _nothing(*_: object) -> tuple[()]:
    return ()


def _defines_nothing(_: object) -> Definitions:
    return {}


@dataclass(frozen=True)
class FileKind:
    """How a file with the head table ``head`` (``[tariff]``, ``[[hall]]``) is read.

    ``schema``: the Struct of the whole file, head table included (``class TariffFile: tariff: TariffHead;
    item: …``). ``examples``: the raw ``[[example]]`` tables are taken from the field ``example`` of the
    schema, if it has one; it must be typed ``tuple[dict[str, object], ...]``: whoever runs an example
    brings its schema.
    """

    head: str
    title: str
    """What clerks call it: "Tarif", "Satzung"."""
    schema: type[msgspec.Struct]
    versions: Callable[[Any], Iterable[Version]]
    refuse: Callable[[CatalogueFile], Iterable[Finding]] = _nothing
    """What makes the file unusable though every value is well formed (term under the legal floor, a key
    twice).
    """
    find: Callable[[CatalogueFile, Bundle], Iterable[Finding]] = _nothing
    """The statute checker: what the file should not say, though it can be computed."""
    defines: Callable[[Any], Definitions] = _defines_nothing

    @property
    def written(self) -> str:
        """The head as it stands in files: ``[tariff]``, ``[[hall]]``."""
        several = any(
            field.encode_name == self.head and get_origin(_plain(field.type)) is tuple
            for field in msgspec.structs.fields(self.schema)
        )
        return f"[[{self.head}]]" if several else f"[{self.head}]"


def _plain(annotated: Any) -> Any:
    return get_args(annotated)[0] if get_origin(annotated) is Annotated else annotated


@dataclass(frozen=True)
class Kinds:
    """The registry: every kind of file the program knows, by its head table."""

    kinds: Mapping[str, FileKind]

    @classmethod
    def of(cls, *kinds: FileKind) -> Kinds:
        """A registry of these kinds."""
        return cls({kind.head: kind for kind in kinds})

    def __iter__(self) -> Iterator[FileKind]:
        return iter(self.kinds.values())

    def __getitem__(self, head: str) -> FileKind:
        return self.kinds[head]

    def named_in(self, tree: Mapping[str, object]) -> list[FileKind]:
        """The kinds whose head table stands in a document; one file must have exactly one."""
        return [kind for kind in self if kind.head in tree]
