"""What a clerk can see of the town, its cases, notes and follow-ups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.kernel.errors import CannotWork, Refused
from rathaus_desk.town.records import (
    TOWN_ID,
    Case,
    Clerk,
    District,
    FollowUp,
    Note,
    Office,
    Town,
    TownAccount,
)
from rathaus_desk.town.town_file import BankAccountEntry, Districts, OfficeEntry, TownFile, TownHead


def town_or_none(session: Session) -> Town | None:
    """The town, if it was set up."""
    return session.get(Town, TOWN_ID)


def town(session: Session) -> Town:
    """The town; CannotWork if none was set up."""
    found = town_or_none(session)
    if found is None:
        raise CannotWork(
            "Die Stadt ist noch nicht eingerichtet. Richten Sie sie mit „rathaus-desk init“ ein."
        )
    return found


def accounts(session: Session) -> Sequence[TownAccount]:
    """The town's bank accounts; the first stands on notices."""
    return session.scalars(select(TownAccount).order_by(TownAccount.rank)).all()


def districts(session: Session) -> Sequence[District]:
    """The villages, by name."""
    return session.scalars(select(District).order_by(District.name)).all()


def office_or_none(session: Session, key: str) -> Office | None:
    """The office with this key."""
    return session.scalars(select(Office).where(Office.key == key)).first()


def office_of(session: Session, clerk: Clerk) -> Office:
    """The office a clerk works in."""
    return session.get_one(Office, clerk.office_id)


def clerks(session: Session, office: UUID | None = None) -> Sequence[Clerk]:
    """Who works here, in the order of their making; of one office, if it is named."""
    query = select(Clerk).order_by(Clerk.created_at, Clerk.id)
    return session.scalars(query if office is None else query.where(Clerk.office_id == office)).all()


def clerk(session: Session, clerk_id: UUID | None) -> Clerk:
    """The clerk with this id; Refused if nobody signed in."""
    found = None if clerk_id is None else session.get(Clerk, clerk_id)
    if found is None:
        raise Refused("Dafür muss jemand angemeldet sein.")
    return found


def case_numbered(session: Session, number: str) -> Case | None:
    """The case with this number."""
    return session.scalars(select(Case).where(Case.number == number)).first()


def notes_about(session: Session, record: UUID) -> Sequence[Note]:
    """The notes on a record, newest first."""
    return session.scalars(select(Note).where(Note.about_id == record).order_by(Note.created_at.desc())).all()


def follow_ups_due(session: Session, until: date) -> Sequence[FollowUp]:
    """Open follow-ups due up to and including ``until``, earliest first."""
    query = select(FollowUp).where(FollowUp.done_on.is_(None), FollowUp.due_on <= until)
    return session.scalars(query.order_by(FollowUp.due_on, FollowUp.id)).all()


def town_file(session: Session) -> TownFile:
    """The town as its file would say it now: what `SetUpTown` takes. CannotWork if none was set up."""
    here = town(session)
    return TownFile(
        town=TownHead(**{name: getattr(here, name) for name in TownHead.__struct_fields__}),
        bank_account=tuple(
            BankAccountEntry(owner=one.owner, iban=one.iban, bank=one.bank, bic=one.bic)
            for one in accounts(session)
        ),
        office=tuple(
            OfficeEntry(
                key=office.key,
                name=office.name,
                clerk=one.name,
                room=one.room,
                phone=one.phone,
                email=one.email,
                function=one.function,
                case_prefix=office.case_prefix,
            )
            for one in clerks(session)
            for office in (office_of(session, one),)
        ),
        districts=Districts(names=tuple(one.name for one in districts(session))),
    )
