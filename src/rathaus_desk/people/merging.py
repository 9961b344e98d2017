"""Joining two people: which details remain, and how everything that referred to one refers to the other."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from rathaus_desk.people.records import Address, BankAccount, ContactPoint, PersonRole, Relation
from rathaus_desk.store.schema import Identifier, Record, record_class, synced_tables

if TYPE_CHECKING:
    from rathaus_desk.people.operations import PersonDetails

_SAME_PART: dict[type[Record], tuple[str, ...]] = {
    Address: ("purpose", "addition", "street", "house_number", "postal_code", "place", "country"),
    ContactPoint: ("kind", "value"),
    BankAccount: ("iban",),
    PersonRole: ("role",),
    Relation: ("person_id", "of_id", "relation"),
}


def combined(keep: PersonDetails, drop: PersonDetails) -> PersonDetails:
    """The details of ``keep``; what it lacks comes from ``drop``. Remarks are kept of both."""
    values = {
        name: getattr(keep, name) or getattr(drop, name)
        for name in keep.__struct_fields__
        if name not in ("remark", "kind")
    }
    remarks = dict.fromkeys(remark for remark in (keep.remark, drop.remark) if remark)
    return type(keep)(kind=keep.kind, remark="\n".join(remarks), **values)


def move_references(session: Session, keep: UUID, drop: UUID) -> None:
    """Lets every record of any module that names ``drop`` name ``keep``.

    An id is nobody else's, so every column of ids counts, whether it is a foreign key or a note "about" any
    record. Parts that ``keep`` has already, and a relation of ``keep`` to itself, go.
    """
    moved: list[Record] = []
    for name, table in synced_tables().items():
        kind = record_class(name)
        mapper = sa.inspect(kind)
        for column in table.columns:
            if not isinstance(column.type, Identifier) or column.primary_key:
                continue
            attribute = mapper.get_property_by_column(column).key
            for record in session.scalars(sa.select(kind).where(column == drop)).all():
                setattr(record, attribute, keep)
                moved.append(record)
    session.flush()
    for record in dict.fromkeys(moved):
        to_itself = isinstance(record, Relation) and record.person_id == record.of_id
        if to_itself or (type(record) in _SAME_PART and _has_twin(session, record)):
            session.delete(record)
    session.flush()


def _has_twin(session: Session, record: Record) -> bool:
    """Whether another record of the same person says just the same."""
    kind = type(record)
    names = {"person_id", *_SAME_PART[kind]}
    same = [getattr(kind, name) == getattr(record, name) for name in names]
    query = sa.select(kind.id).where(kind.id != record.id, kind.deleted_at.is_(None), *same)
    return session.scalars(query).first() is not None
