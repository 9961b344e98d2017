"""The tables of the cemeteries: graves, the rights in them, and who lies there."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from rathaus_desk.cemetery.rules.terms import GERMAN_FORM, BurialForm
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.names import display_name
from rathaus_desk.store.composites import uncertain_columns, uncertain_date
from rathaus_desk.store.parts import parts_of
from rathaus_desk.store.schema import Found, Json, Record, Searchable

RightOrigin = Literal["award", "extension", "transfer", "old_stock"]
RightAct = Literal["award", "extension", "transfer", "surrender", "correction"]


class Cemetery(Record):
    """A cemetery. ``level_names`` is what the town calls the levels above a grave, outermost first
    (["Feld", "Reihe"]).
    """

    __tablename__ = "cemetery"

    name: Mapped[str]
    level_names: Mapped[Json]
    statute_key: Mapped[str] = mapped_column(default="")
    """The statute that holds here, by its key in the catalogue; empty: the town's only one.

    Likewise the tariff.
    """
    tariff_key: Mapped[str] = mapped_column(default="")
    remark: Mapped[str] = mapped_column(default="")


def _describe_grave(grave: Grave, session: Session) -> Found:
    cemetery = session.get_one(Cemetery, grave.cemetery_id)
    former = parts_of(session, FormerNumber, grave.id)
    also = f"früher {', '.join(number.label for number in former)}" if former else ""
    return Found(
        title=f"{cemetery.name} {grave.label}",
        subtitle=" · ".join(filter(None, ("Grabstätte", grave.kind_text or grave.kind, also))),
        words=" ".join((grave.label, grave.remark)),
    )


class Grave(Record):
    """The legal unit: has one kind at a time and one or more places.

    ``levels`` (texts, outermost first) and ``number`` make the ``label``; ``number_key`` sorts it naturally
    and is unique in the cemetery. A grave that is ``blocked`` (the text says why) takes no operation but its
    correction.
    """

    __tablename__ = "grave"
    __merge_groups__ = (
        ("levels", "number", "label", "number_key", "section"),
        ("kind", "kind_text", "places", "size"),
    )
    __search__ = Searchable("grave", _describe_grave, follow=("cemetery_id",))

    cemetery_id: Mapped[UUID] = mapped_column(ForeignKey("cemetery.id"))
    levels: Mapped[Json]
    number: Mapped[str]
    label: Mapped[str]
    number_key: Mapped[str]
    section: Mapped[str] = mapped_column(default="")
    """The outermost level, for lists and prices."""
    kind: Mapped[str]
    """Key of the kind in the statute."""
    kind_text: Mapped[str] = mapped_column(default="")
    """What an old list called it, where that says more."""
    places: Mapped[int]
    size: Mapped[str] = mapped_column(default="")
    war_grave: Mapped[bool] = mapped_column(default=False)
    cleared_on: Mapped[date | None]
    """When the last clearance was recorded: with right and rest ended, the grave is free again from that
    day.
    """
    blocked: Mapped[str] = mapped_column(default="")
    remark: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        sa.Index(
            "uq_grave_number",
            "cemetery_id",
            "number_key",
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
        ),
    )


class FormerNumber(Record):
    """A number that a grave bore ``until`` (inclusive; None: nobody knows until when)."""

    __tablename__ = "former_number"
    __part_of__ = "grave_id"

    grave_id: Mapped[UUID] = mapped_column(ForeignKey("grave.id"))
    label: Mapped[str]
    number_key: Mapped[str] = mapped_column(index=True)
    until: Mapped[date | None]


class RightOfUse(Record):
    """Who may dispose of a grave, from ``first`` to ``until`` (both inclusive).

    ``first`` is SINCE_EVER where nobody knows it, ``until`` FOR_EVER for a right without end. Its state
    follows from the day and is not stored. Unless ``disputed``, it claims the grave for its days, so that no
    two can run at once.
    """

    __tablename__ = "right_of_use"
    __strict__ = True
    __merge_groups__ = (
        ("first", "until", "until_text", "origin", "surrendered_on"),
        ("holder_id", "holder_text"),
    )

    grave_id: Mapped[UUID] = mapped_column(ForeignKey("grave.id"))
    holder_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    holder_text: Mapped[str] = mapped_column(default="")
    """What an old list wrote where it names nobody ("Stadt", "Erben unbekannt")."""
    first: Mapped[date]
    until: Mapped[date] = mapped_column(index=True)
    until_text: Mapped[str] = mapped_column(default="")
    """How an old list wrote an uncertain end, of which ``until`` is the latest day ("01/2041")."""
    origin: Mapped[RightOrigin]
    """What made it what it is now."""
    surrendered_on: Mapped[date | None]
    """Its last day, if it was handed back before its end."""
    disputed: Mapped[bool] = mapped_column(default=False)
    remark: Mapped[str] = mapped_column(default="")


class RightChange(Record):
    """One act on a right: what it was before and after; ``reason`` is the rule's sentence with figures and
    paragraph.
    """

    __tablename__ = "right_change"
    __strict__ = True

    right_id: Mapped[UUID] = mapped_column(ForeignKey("right_of_use.id"))
    act: Mapped[RightAct]
    decided_on: Mapped[date]
    until_before: Mapped[date | None]
    until_after: Mapped[date]
    holder_before_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    holder_after_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]
    burial_id: Mapped[UUID | None] = mapped_column(ForeignKey("burial.id"))


def _describe_burial(burial: Burial, session: Session) -> Found:
    grave = session.get_one(Grave, burial.grave_id)
    cemetery = session.get_one(Cemetery, grave.cemetery_id)
    name = burial.name_text
    if burial.deceased_id is not None and not name:
        name = display_name(session.get_one(Person, burial.deceased_id))
    buried = f"{GERMAN_FORM[burial.form]} {burial.buried}".strip()
    return Found(
        title=name or "ohne Namen",
        subtitle=f"{buried} · {cemetery.name} {grave.label}",
        words=" ".join((burial.register_number, burial.cremation_number, grave.label)),
    )


class Burial(Record):
    """Somebody in a grave: a coffin or an urn, in a place, with the end of their rest.

    Old registers know little: no person (then ``name_text`` keeps what they wrote), an uncertain day, no
    rest end (then ``rest_reason`` says why). The four roles are four people until a clerk says otherwise;
    the holder is the right's.
    """

    __tablename__ = "burial"
    __strict__ = True
    __merge_groups__ = (
        ("deceased_id", "name_text"),
        (*uncertain_columns("buried"), "buried_at", "rest_end", "rest_reason"),
        ("grave_id", "place", "gone_on"),
    )
    __search__ = Searchable("burial", _describe_burial, follow=("deceased_id", "grave_id"))

    grave_id: Mapped[UUID] = mapped_column(ForeignKey("grave.id"))
    place: Mapped[int | None]
    """From 1; None: somewhere in the grave."""
    deceased_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    name_text: Mapped[str] = mapped_column(default="")
    form: Mapped[BurialForm]
    deep: Mapped[bool | None]
    """Whether the coffin lies deep enough for another above it."""
    buried: Mapped[UncertainDate] = uncertain_date("buried")
    buried_at: Mapped[datetime | None]
    rest_end: Mapped[date | None] = mapped_column(index=True)
    rest_reason: Mapped[str] = mapped_column(default="")
    age: Mapped[int | None]
    """Completed years at death."""
    stillborn: Mapped[bool] = mapped_column(default=False)
    resident: Mapped[bool | None]
    register_number: Mapped[str] = mapped_column(default="")
    """Of the death certificate."""
    cremation_number: Mapped[str] = mapped_column(default="")
    undertaker_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    applicant_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    debtor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case_file.id"))
    notice_id: Mapped[UUID | None] = mapped_column(ForeignKey("notice.id"))
    """The notice that charged its fees last; None: nothing was charged yet."""
    confirmed: Mapped[str] = mapped_column(default="")
    """Why a clerk confirmed what the rules warned of."""
    gone_on: Mapped[date | None]
    """When the remains were moved elsewhere; they occupy nothing since."""
    remark: Mapped[str] = mapped_column(default="")


class PrepaidItem(Record):
    """A later work paid in advance, such as the clearance: ``item`` (a key of the tariff) is not charged
    again.
    """

    __tablename__ = "prepaid_item"
    __strict__ = True

    grave_id: Mapped[UUID] = mapped_column(ForeignKey("grave.id"))
    item: Mapped[str]
    label: Mapped[str]
    amount: Mapped[Money]
    paid_with: Mapped[str] = mapped_column(default="")
    """The number of the notice it was charged by."""
    used_on: Mapped[date | None]


class ImportedRow(Record):
    """A row of an old list that was taken over: so the same row is known when it comes again.

    ``content`` is a hash of all it says, ``identity`` one of whom it is about; ``made`` names the records
    made of it: {"burials": [id], "right": id or null, "people": {key: id}}.
    """

    __tablename__ = "imported_row"

    grave_id: Mapped[UUID] = mapped_column(ForeignKey("grave.id"))
    content: Mapped[str]
    identity: Mapped[str]
    made: Mapped[Json]
    __table_args__ = (
        sa.Index("uq_imported_row", "content", unique=True, sqlite_where=sa.text("deleted_at IS NULL")),
    )


class KeptMapping(Record):
    """What the columns of a list of one form hold, for the next one; ``headings``: a hash of its headings."""

    __tablename__ = "kept_mapping"

    headings: Mapped[str] = mapped_column(index=True)
    mapping: Mapped[str]
    """The mapping file's text (TOML)."""
