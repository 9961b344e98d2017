"""The parts of a record (the addresses of a person), read one owner at a time or ahead for many.

A class whose ``__part_of__`` names a column is read here; what describes an owner for the search asks this,
so that an import of thousands does not ask the database thousands of times.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from rathaus_desk.store.schema import Base, Record, record_class

P = TypeVar("P", bound=Record)

_AHEAD = "parts read ahead"
_MANY = 20
_CHUNK = 500


def parts_of(session: Session, kind: type[P], owner: UUID) -> Sequence[P]:
    """The records of ``kind`` that are parts of ``owner``, in the order they were made."""
    ahead: dict[type[Record], dict[UUID, list[Any]]] = session.info.get(_AHEAD, {})
    if kind in ahead and owner in ahead[kind]:
        return ahead[kind][owner]
    column = kind.__table__.c[kind.__part_of__]
    return session.scalars(sa.select(kind).where(column == owner).order_by(kind.id)).all()


@contextmanager
def read_ahead(session: Session, owners: Mapping[UUID, type[Record]]) -> Iterator[None]:
    """If they are many, within it these owners and `parts_of` them are in memory."""
    if len(owners) < _MANY:
        yield
        return
    ahead: dict[type[Record], dict[UUID, list[Any]]] = {}
    for kind in _part_classes(len(Base.registry._class_registry)):
        column = kind.__table__.c[kind.__part_of__]
        owner_class = record_class(next(iter(column.foreign_keys)).column.table.name)
        wanted = [owner for owner, cls in owners.items() if cls is owner_class]
        found: dict[UUID, list[Any]] = {owner: [] for owner in wanted}
        for start in range(0, len(wanted), _CHUNK):
            some = wanted[start : start + _CHUNK]
            for part in session.scalars(sa.select(kind).where(column.in_(some)).order_by(kind.id)):
                found[getattr(part, kind.__part_of__)].append(part)
        ahead[kind] = found
    # What descriptions have in common (the cemetery of a thousand graves) is loaded once and held.
    held: list[object] = []

    def hold(_session: Session, record: object) -> None:
        held.append(record)

    event.listen(session, "loaded_as_persistent", hold)
    for owner_kind in dict.fromkeys(owners.values()):
        wanted = [owner for owner, cls in owners.items() if cls is owner_kind]
        for start in range(0, len(wanted), _CHUNK):
            some = wanted[start : start + _CHUNK]
            held += session.scalars(sa.select(owner_kind).where(owner_kind.id.in_(some)))
    session.info[_AHEAD] = ahead
    try:
        yield
    finally:
        del session.info[_AHEAD]
        event.remove(session, "loaded_as_persistent", hold)


@lru_cache(maxsize=1)
def _part_classes(_mapped: int) -> list[type[Record]]:
    """Every class of parts defined so far (``_mapped``: how many classes there are)."""
    classes = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Record)]
    return sorted((cls for cls in classes if cls.__part_of__), key=lambda cls: cls.__tablename__)
