"""What a clerk can see of letters: the print queue, what left the house, the letters on a record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.letters.records import OwnTemplate, StoredLetter
from rathaus_desk.people import queries as people
from rathaus_desk.store.attachments import Attachment

if TYPE_CHECKING:
    from rathaus_desk.letters.template import Chosen


def waiting(session: Session) -> Sequence[StoredLetter]:
    """The print queue: everything that has not left the house, oldest first."""
    query = select(StoredLetter).where(StoredLetter.posted_on.is_(None))
    return session.scalars(query.order_by(StoredLetter.dated_on, StoredLetter.id)).all()


def email_of(session: Session, letter: StoredLetter) -> str:
    """The e-mail address of whom a letter goes to, the first that the register has; "" for none."""
    if letter.recipient_id is None:
        return ""
    found = people.contacts_of(session, letter.recipient_id)
    return next((one.value for one in found if one.kind == "email"), "")


def letters_about(session: Session, record: UUID) -> Sequence[StoredLetter]:
    """The letters about a record, newest first."""
    query = select(StoredLetter).where(StoredLetter.about_id == record)
    return session.scalars(query.order_by(StoredLetter.dated_on.desc(), StoredLetter.id.desc())).all()


def letters_of_case(session: Session, case: UUID) -> Sequence[StoredLetter]:
    """The letters of a case, newest first."""
    query = select(StoredLetter).where(StoredLetter.case_id == case)
    return session.scalars(query.order_by(StoredLetter.dated_on.desc(), StoredLetter.id.desc())).all()


def own_templates(session: Session, name: str) -> Sequence[OwnTemplate]:
    """The versions of the town's own text for the letter ``name``, newest first."""
    query = select(OwnTemplate).where(OwnTemplate.name == name)
    return session.scalars(query.order_by(OwnTemplate.revision.desc(), OwnTemplate.id.desc())).all()


def template_for(session: Session, name: str) -> Chosen:
    """The template for the letter ``name``: the town's own, if it has one that works."""
    from rathaus_desk.letters.template import choose

    newest = next(iter(own_templates(session, name)), None)
    return choose(name, newest.text or None if newest else None)


def pdf_of(session: Session, letter: StoredLetter) -> Attachment:
    """The attachment that holds its PDF."""
    return session.get_one(Attachment, letter.attachment_id)
