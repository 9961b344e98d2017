"""What every table of the house shares: column types by annotation, the record, local tables.

A synced table is a subclass of `Record`; a table that stays on this workstation is a subclass of `Local`.
Both are SQLAlchemy 2 typed mapped classes::

    class Grave(Record):
        __tablename__ = "grave"
        __merge_groups__ = (("row", "number"),)
        number: Mapped[str]
        cemetery_id: Mapped[UUID] = mapped_column(ForeignKey("cemetery.id"))
        price: Mapped[Money | None]
        facts: Mapped[Json]
"""

# ruff: noqa: ARG002 (the signatures are those of TypeDecorator)
from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.ids import new_id
from rathaus_desk.kernel.money import Money
from rathaus_desk.store.canonical import canonical_text, parsed

Json = Annotated[Any, "json"]
"""Any plain value (None, bool, int, str, list, dict with text keys), kept as canonical JSON text."""


class Identifier(TypeDecorator[UUID]):
    """A UUID as its 16 bytes."""

    impl = sa.LargeBinary(16)
    cache_ok = True

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> bytes | None:
        """The 16 bytes."""
        return None if value is None else value.bytes

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> UUID | None:
        """The UUID of 16 bytes."""
        return None if value is None else UUID(bytes=value)


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept as UTC text of fixed width, so that text order is time order."""

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """``2026-11-20T08:30:00.000000Z``; a naive moment is a mistake of the program."""
        return None if value is None else moment_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """The moment, aware, UTC."""
        return None if value is None else datetime.fromisoformat(value)


class Cents(TypeDecorator[Money]):
    """An amount, kept as integer cents."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Money | None, dialect: Dialect) -> int | None:
        """The cents."""
        return None if value is None else value.cents

    def process_result_value(self, value: int | None, dialect: Dialect) -> Money | None:
        """The amount."""
        return None if value is None else Money(value)


class DecimalText(TypeDecorator[Decimal]):
    """An exact decimal number, kept as the text it was written as."""

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Without exponent, trailing zeros as given."""
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """The number."""
        return None if value is None else Decimal(value)


class CanonicalJson(TypeDecorator[Any]):
    """Any plain value as canonical JSON text; Python's None is NULL."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """The canonical text."""
        return None if value is None else canonical_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """The plain value."""
        return None if value is None else parsed(value)


class PlainText(TypeDecorator[str]):
    """Text. Half a surrogate pair or a NUL comes from broken files and would come back changed: refused."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text itself."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise BadInput("Der Text enthält ein Zeichen, das nicht gespeichert werden kann.")
        return value


def moment_text(moment: datetime) -> str:
    """``moment`` (aware) as it is stored and hashed: ``2026-11-20T08:30:00.000000Z``."""
    if moment.tzinfo is None:
        raise ValueError("a moment without time zone")
    return f"{moment.astimezone(UTC).isoformat(timespec='microseconds')[:26]}Z"


def _choice(kind: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in kind]


_ENUM = sa.Enum(enum.Enum, native_enum=False, values_callable=_choice, length=64)


class Base(DeclarativeBase):
    """All tables of the house."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: PlainText(),
        UUID: Identifier(),
        datetime: Moment(),
        date: sa.Date(),
        Money: Cents(),
        Decimal: DecimalText(),
        Json: CanonicalJson(),
        bytes: sa.LargeBinary(),
        enum.Enum: _ENUM,
        Literal: _ENUM,
    }


@dataclass(frozen=True, slots=True)
class Found:
    """How a record appears in the search: two lines, and further words that find it."""

    title: str
    subtitle: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Searchable:
    """How records of a class are found.

    ``kind`` names them ("person", "grave"). ``describe(record, session)`` returns what is shown and what
    finds it, or None for a record that shall not be found. ``follow`` names columns of this class with a
    foreign key: when the record referred to changes, this one is indexed anew. ``unless`` names a column: a
    record that has a value there is found by something else (an occurrence by its series).
    """

    kind: str
    describe: Callable[[Any, Session], Found | None]
    follow: tuple[str, ...] = ()
    unless: str = ""


class Record(Base):
    """A row that travels: every synced table is a subclass.

    Written only inside an operation. ``session.delete`` makes a tombstone; ordinary queries do not see
    tombstones (``execution_options(include_deleted=True)`` does). Foreign keys are checked at commit and
    each gets an index.
    """

    __abstract__ = True
    __strict__: ClassVar[bool] = False
    """Rows with legal effect: in the sync any later change by somebody else is a conflict."""
    __merge_groups__: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Columns that only make sense together (street, postcode, town)."""
    __search__: ClassVar[Searchable | None] = None
    __part_of__: ClassVar[str] = ""
    """The column that names whom this is a part of (an address of its person): when a part changes, the
    search describes its owner anew.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    version: Mapped[int] = mapped_column(default=0, sort_order=-1)
    """Number of the server's operation that last changed it; 0 until a server has seen it."""
    created_at: Mapped[datetime] = mapped_column(sort_order=101)
    changed_at: Mapped[datetime] = mapped_column(sort_order=102)
    deleted_at: Mapped[datetime | None] = mapped_column(sort_order=103)

    def __init__(self, **values: Any) -> None:
        super().__init__(**{"id": new_id(), **values})

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        table = cls.__dict__.get("__table__")
        if isinstance(table, sa.Table):
            _complete(table)

    if not TYPE_CHECKING:

        def __repr__(self) -> str:
            """Class and id only: a record's values must not slip into a log."""
            return f"<{type(self).__name__} {self.id}>"


def _complete(table: sa.Table) -> None:
    """Foreign keys checked at commit (no order of inserts to mind), and indexed (SQLite does not)."""
    table.info["synced"] = True
    led = {next(iter(index.columns)).name for index in table.indexes if len(index.columns)}
    for constraint in table.foreign_key_constraints:
        constraint.deferrable, constraint.initially = True, "DEFERRED"
        column = next(iter(constraint.columns))
        if column.name not in led:
            sa.Index(None, column)


class Local(Base):
    """A row that stays on this workstation (settings, drafts, leases): written freely, not journaled."""

    __abstract__ = True

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        table = cls.__dict__.get("__table__")
        if isinstance(table, sa.Table):
            table.info["local"] = True


class Kept(Base):
    """A row that the store itself keeps beside the records (journal, numbers); nobody else writes it."""

    __abstract__ = True


def synced_tables() -> dict[str, sa.Table]:
    """Name → table of every record class defined so far."""
    return {str(name): table for name, table in Base.metadata.tables.items() if table.info.get("synced")}


def is_local(table: str | None) -> bool:
    """Whether a table may be written outside operations."""
    known = Base.metadata.tables.get(table or "")
    return known is not None and known.info.get("local", False)


def record_class(table: str) -> type[Record]:
    """The class of a synced table; KeyError if there is none."""
    if table not in _classes:
        for mapper in Base.registry.mappers:
            if isinstance(mapper.local_table, sa.Table):
                _classes[mapper.local_table.name] = mapper.class_
    return _classes[table]


_classes: dict[str, type[Record]] = {}
