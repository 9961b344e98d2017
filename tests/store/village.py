"""A small village for the store's tests: two kinds of record with every type of column, and what one can do.

The test processes that are killed load this file too; so it stands on its own.
"""

from __future__ import annotations

import enum
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from rathaus_desk.kernel.clock import Clock
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.money import Money
from rathaus_desk.store.attachments import attachments_of
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.store.schema import Found, Json, Record, Searchable


class Roof(enum.StrEnum):
    TILES = "ziegel"
    SLATE = "schiefer"


class House(Record):
    __tablename__ = "village_house"
    __strict__ = True
    __search__ = Searchable("house", lambda house, _session: Found(house.name, house.roof.value))
    name: Mapped[str]
    roof: Mapped[Roof]
    built: Mapped[date | None]
    survey: Mapped[bytes | None]
    plate: Mapped[str | None]
    __table_args__ = (
        sa.Index(
            None, "plate", unique=True, sqlite_where=sa.text("deleted_at IS NULL AND plate IS NOT NULL")
        ),
    )


def _describe(citizen: Citizen, session: Session) -> Found:
    house = session.get(House, citizen.house) if citizen.house else None
    return Found(citizen.name, citizen.town, house.name if house else "")


class Citizen(Record):
    __tablename__ = "village_citizen"
    __merge_groups__ = (("street", "town"),)
    __search__ = Searchable("citizen", _describe, follow=("house",))
    name: Mapped[str]
    street: Mapped[str]
    town: Mapped[str]
    owes: Mapped[Money]
    share: Mapped[Decimal | None]
    facts: Mapped[Json | None]
    known: Mapped[bool] = mapped_column(default=False)
    children: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[datetime | None]
    token: Mapped[UUID | None]
    house: Mapped[UUID | None] = mapped_column(sa.ForeignKey("village_house.id"))


class Build(Request, frozen=True, kw_only=True):
    name: str
    roof: Roof = Roof.TILES


class MoveIn(Request, frozen=True, kw_only=True):
    name: str
    house: UUID | None = None
    owes: Money = Money(4800)


class Rename(Request, frozen=True, kw_only=True):
    citizen: UUID
    name: str


class Relocate(Request, frozen=True, kw_only=True):
    citizen: UUID
    street: str


class Occupy(Request, frozen=True, kw_only=True):
    """Claims a house for a citizen, giving up what the citizen had claimed before."""

    citizen: UUID
    house: UUID
    first: date
    last: date


class Leave(Request, frozen=True, kw_only=True):
    citizen: UUID


class RenameHouse(Request, frozen=True, kw_only=True):
    house: UUID
    name: str


class Plate(Request, frozen=True, kw_only=True):
    """Gives a house the number it shall have alone."""

    house: UUID
    plate: str


class Tear(Request, frozen=True, kw_only=True):
    house: UUID


class Scan(Request, frozen=True, kw_only=True):
    citizen: UUID
    content: bytes


class Pay(Request, frozen=True, kw_only=True):
    citizen: UUID


class Erase(Request, frozen=True, kw_only=True):
    citizen: UUID


class EraseHouse(Request, frozen=True, kw_only=True):
    house: UUID


class Fail(Request, frozen=True, kw_only=True):
    name: str


@operation(Build, name="village.build", title="Haus bauen")
def build(work: Work, request: Build) -> UUID:
    house = House(name=request.name, roof=request.roof, built=work.today, survey=b"\x00\xff" + bytes(3))
    work.session.add(house)
    return house.id


@operation(MoveIn, name="village.move_in", title="Einwohner aufnehmen")
def move_in(work: Work, request: MoveIn) -> UUID:
    number = work.number("EW-2026")
    citizen = Citizen(
        name=request.name,
        street="Am Anger 1",
        town="Musterrode",
        owes=request.owes,
        share=Decimal("0.250"),
        facts={"number": number, "ä": [None, True, "x"]},
        seen_at=work.now,
        token=work.operation,
        house=request.house,
    )
    work.session.add(citizen)
    return citizen.id


@operation(Rename, name="village.rename", title="Namen ändern")
def rename(work: Work, request: Rename) -> None:
    work.session.get_one(Citizen, request.citizen).name = request.name


@operation(Relocate, name="village.relocate", title="Anschrift ändern")
def relocate(work: Work, request: Relocate) -> None:
    work.session.get_one(Citizen, request.citizen).street = request.street


@operation(Occupy, name="village.occupy", title="Haus belegen")
def occupy(work: Work, request: Occupy) -> None:
    work.release(request.citizen)
    work.claim(request.house, request.first, request.last, request.citizen)


@operation(Leave, name="village.leave", title="Einwohner löschen")
def leave(work: Work, request: Leave) -> None:
    work.release(request.citizen)
    work.session.delete(work.session.get_one(Citizen, request.citizen))


@operation(RenameHouse, name="village.rename_house", title="Haus umbenennen")
def rename_house(work: Work, request: RenameHouse) -> None:
    work.session.get_one(House, request.house).name = request.name


@operation(Plate, name="village.plate", title="Hausnummer vergeben")
def plate(work: Work, request: Plate) -> None:
    work.session.get_one(House, request.house).plate = request.plate


@operation(Tear, name="village.tear", title="Haus abreißen")
def tear(work: Work, request: Tear) -> None:
    work.session.delete(work.session.get_one(House, request.house))


@operation(Scan, name="village.scan", title="Scan ablegen")
def scan(work: Work, request: Scan) -> UUID:
    return work.attach(request.content, "scan.pdf", "application/pdf", to=request.citizen).id


@operation(Pay, name="village.pay", title="Zahlung buchen", undoable=False)
def pay(work: Work, request: Pay) -> None:
    citizen = work.session.get_one(Citizen, request.citizen)
    citizen.owes = Money(0)
    citizen.facts = {"paid": True}


@operation(Erase, name="village.erase", title="Einwohner löschen (DSGVO)", undoable=False)
def erase(work: Work, request: Erase) -> None:
    work.release(request.citizen)
    for attachment in attachments_of(work.session, request.citizen):
        work.erase(attachment)
    work.erase(work.session.get_one(Citizen, request.citizen))


@operation(EraseHouse, name="village.erase_house", title="Haus löschen", undoable=False)
def erase_house(work: Work, request: EraseHouse) -> None:
    work.erase(work.session.get_one(House, request.house))


@operation(Fail, name="village.fail", title="Scheitern")
def fail(work: Work, request: Fail) -> None:
    work.session.add(Citizen(name=request.name, street="", town="", owes=Money(work.number("EW-2026"))))
    work.attach(request.name.encode() * 9, "x.txt", "text/plain", to=work.operation)
    work.session.flush()
    raise Refused("Das geht nicht.")


def everyone(session: Session) -> list[UUID]:
    return list(session.scalars(sa.select(Citizen.id).order_by(Citizen.id)))


def houses(session: Session) -> list[UUID]:
    return list(session.scalars(sa.select(House.id).order_by(House.id)))


def any_request(chance: random.Random, session: Session) -> Request:
    """Something that somebody might do now; it may well be refused."""
    citizens, built = everyone(session), houses(session)
    if not built:
        return Build(name=f"Haus {chance.randrange(999)}", roof=chance.choice(list(Roof)))
    if not citizens:
        return MoveIn(name=f"Einwohner {chance.randrange(999)}")
    citizen, house = chance.choice(citizens), chance.choice(built)
    first = date(2026, 1, 1) + timedelta(days=chance.randrange(300))
    kinds = [
        lambda: MoveIn(name=f"Einwohner {chance.randrange(999)}", house=chance.choice([house, None])),
        lambda: Rename(citizen=citizen, name=f"Umbenannt {chance.randrange(999)}"),
        lambda: Relocate(citizen=citizen, street=f"Weg {chance.randrange(99)}"),
        lambda: Occupy(
            citizen=citizen, house=house, first=first, last=first + timedelta(days=chance.randrange(30))
        ),
        lambda: Leave(citizen=citizen),
        lambda: Tear(house=house),
        lambda: Scan(citizen=citizen, content=chance.randbytes(chance.randrange(2000))),
        lambda: Build(name=f"Haus {chance.randrange(999)}"),
    ]
    return chance.choice(kinds)()


class SteppingClock(Clock):
    """A clock that goes on by a second at every look."""

    def __init__(self, start: datetime = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)) -> None:
        self.moment = start

    def now(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment
