"""What is in the catalogue: the versions kept, and the one in force on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.catalogue.checking import read_text
from rathaus_desk.catalogue.kinds import CatalogueFile, FileKind, Kinds
from rathaus_desk.catalogue.law import LawBook
from rathaus_desk.catalogue.law_file import LAW, entries
from rathaus_desk.catalogue.records import CatalogueVersion


def versions(session: Session, head: str, key: str | None = None) -> Sequence[CatalogueVersion]:
    """The versions that count, oldest first: of every ``valid_from`` the latest revision."""
    query = select(CatalogueVersion).where(CatalogueVersion.head == head)
    if key is not None:
        query = query.where(CatalogueVersion.key == key)
    query = query.order_by(CatalogueVersion.key, CatalogueVersion.valid_from, CatalogueVersion.revision)
    latest = {(version.key, version.valid_from): version for version in session.scalars(query)}
    return tuple(latest.values())


def in_force(session: Session, head: str, key: str, on: date) -> CatalogueVersion | None:
    """The version in force on a day: of those whose validity holds it, the one that began last."""
    found = [version for version in versions(session, head, key) if on in version.validity]
    return found[-1] if found else None


def file_of(version: CatalogueVersion, kind: FileKind) -> CatalogueFile:
    """The version as it was read when it was loaded; ``kind`` must be the one of its head."""
    return _read(version.file_name, version.text, kind)


@lru_cache(maxsize=64)
def _read(name: str, text: str, kind: FileKind) -> CatalogueFile:
    return read_text(Path(name), text, Kinds.of(kind))


def law_book(session: Session) -> LawBook:
    """The law in use: the town's own tables go before the shipped ones, later versions before earlier."""
    book = LawBook.shipped()
    for version in versions(session, LAW.head):
        book = book.with_entries(entries(file_of(version, LAW).content))
    return book
