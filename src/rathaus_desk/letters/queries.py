"""What a clerk can see of letters: the print queue, what left the house, the letters on a record."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.letters.records import StoredLetter
from rathaus_desk.store.attachments import Attachment


def waiting(session: Session) -> Sequence[StoredLetter]:
    """The print queue: everything that has not left the house, oldest first."""
    query = select(StoredLetter).where(StoredLetter.posted_on.is_(None))
    return session.scalars(query.order_by(StoredLetter.dated_on, StoredLetter.id)).all()


def letters_about(session: Session, record: UUID) -> Sequence[StoredLetter]:
    """The letters about a record, newest first."""
    query = select(StoredLetter).where(StoredLetter.about_id == record)
    return session.scalars(query.order_by(StoredLetter.dated_on.desc(), StoredLetter.id.desc())).all()


def letters_of_case(session: Session, case: UUID) -> Sequence[StoredLetter]:
    """The letters of a case, newest first."""
    query = select(StoredLetter).where(StoredLetter.case_id == case)
    return session.scalars(query.order_by(StoredLetter.dated_on.desc(), StoredLetter.id.desc())).all()


def pdf_of(session: Session, letter: StoredLetter) -> Attachment:
    """The attachment that holds its PDF."""
    return session.get_one(Attachment, letter.attachment_id)
