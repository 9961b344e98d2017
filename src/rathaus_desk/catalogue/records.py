"""The town's catalogue as it is kept: every version of a statute, tariff, hall or law table ever loaded."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session, mapped_column

from rathaus_desk.kernel.periods import FOR_EVER, Period, german_date
from rathaus_desk.store.schema import Found, Record, Searchable


def _describe(version: CatalogueVersion, _session: Session) -> Found:
    return Found(version.title, f"gilt ab {german_date(version.valid_from)}")


class CatalogueVersion(Record):
    """One version of one thing (``head`` and ``key``), as the file said it; never changed, only followed.

    A correction of the same ``valid_from`` is the next ``revision``; the highest one counts. The id is a
    UUIDv5 over all of these: two workstations that load one file make the same row.
    """

    __tablename__ = "catalogue_version"
    __strict__ = True
    __search__ = Searchable("catalogue", _describe)
    __table_args__ = (
        Index("ix_catalogue_version_thing", "head", "key", "valid_from", "revision", unique=True),
    )

    head: Mapped[str]
    """The head table of the file: ``statute``, ``tariff`` …"""
    key: Mapped[str]
    title: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    """Inclusive; None: until a later version begins."""
    revision: Mapped[int]
    file_name: Mapped[str]
    text: Mapped[str]
    """The whole file."""
    sha256: Mapped[str] = mapped_column(index=True)
    """Of the text, in hex: what a notice keeps beside the id."""

    @property
    def validity(self) -> Period:
        """First and last day, both inclusive."""
        return Period(self.valid_from, self.valid_until or FOR_EVER)
