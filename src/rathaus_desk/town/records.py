"""The tables of the town: itself, its offices and clerks, and what they keep: cases, notes, follow-ups."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from rathaus_desk.kernel.ids import catalogue_id
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.store.numbering import draws_from
from rathaus_desk.store.schema import Found, Record, Searchable

TOWN_ID = catalogue_id("", "town", "town", "", 1)
"""The town's id, the same on every workstation: there is one town in a house."""


class Town(Record):
    """The authority; one row (`TOWN_ID`). Its texts stand on every letter."""

    __tablename__ = "town"
    __merge_groups__ = (("street", "postal_code", "place"),)

    name: Mapped[str]
    authority: Mapped[str]
    street: Mapped[str]
    postal_code: Mapped[str]
    place: Mapped[str]
    state: Mapped[str]
    """Federal state ("HE"): its holidays shift deadlines."""
    ags: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    web: Mapped[str]
    court: Mapped[str]
    creditor_id: Mapped[str]


class TownAccount(Record):
    """A bank account on which fees are received; the one with the lowest ``rank`` stands on notices."""

    __tablename__ = "town_account"
    __merge_groups__ = (("owner", "bank", "iban", "bic"),)

    rank: Mapped[int]
    owner: Mapped[str]
    bank: Mapped[str]
    iban: Mapped[str]
    bic: Mapped[str]


class District(Record):
    """A village of the town."""

    __tablename__ = "district"

    name: Mapped[str]


class Office(Record):
    """An office of the administration; ``case_prefix`` begins its case numbers."""

    __tablename__ = "office"

    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    case_prefix: Mapped[str]


@draws_from
def _case_prefixes(session: Session) -> list[str]:
    return list(session.scalars(select(Office.case_prefix)))


class Clerk(Record):
    """Who works here, as letters name them."""

    __tablename__ = "clerk"

    name: Mapped[str]
    function: Mapped[str]
    room: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))


def _describe_case(case: Case, _session: Session) -> Found:
    return Found(case.number, case.title)


class Case(Record):
    """A numbered file: everything that belongs to one matter."""

    __tablename__ = "case_file"
    __search__ = Searchable("case", _describe_case)

    number: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    clerk_id: Mapped[UUID] = mapped_column(ForeignKey("clerk.id"))


def _describe_note(note: Note, _session: Session) -> Found:
    return Found(note.text[:120], "Notiz", note.text)


class Note(Record):
    """What a clerk wrote down about any record (``about_id``)."""

    __tablename__ = "note"
    __search__ = Searchable("note", _describe_note)

    about_id: Mapped[UUID] = mapped_column(index=True)
    text: Mapped[str]
    clerk_id: Mapped[UUID] = mapped_column(ForeignKey("clerk.id"))


def _describe_follow_up(follow_up: FollowUp, _session: Session) -> Found | None:
    if follow_up.done_on is not None:
        return None
    return Found(follow_up.text[:120], f"Wiedervorlage {german_date(follow_up.due_on)}", follow_up.text)


class FollowUp(Record):
    """A dated reminder about any record (``about_id``); done when ``done_on`` is set."""

    __tablename__ = "follow_up"
    __search__ = Searchable("follow_up", _describe_follow_up)

    about_id: Mapped[UUID] = mapped_column(index=True)
    due_on: Mapped[date] = mapped_column(index=True)
    text: Mapped[str]
    done_on: Mapped[date | None]
    clerk_id: Mapped[UUID] = mapped_column(ForeignKey("clerk.id"))
