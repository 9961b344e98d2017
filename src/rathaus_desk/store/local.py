"""What stays on this workstation: settings and drafts. Encrypted as everything else, not in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from rathaus_desk.kernel.ids import new_id
from rathaus_desk.store.schema import Json, Local


class Setting(Local):
    """One setting of this workstation."""

    __tablename__ = "setting"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy reads it as it is)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Json]


class Draft(Local):
    """An unfinished request, saved every few seconds; it survives a crash."""

    __tablename__ = "draft"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """Name of the operation it will become, or of the page."""
    clerk: Mapped[UUID | None]
    content: Mapped[Json]
    saved_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """A draft as it was saved."""

    id: UUID
    kind: str
    clerk: UUID | None
    content: Any
    saved_at: datetime


def setting(session: Session, key: str, default: Any = None) -> Any:
    """The value of a setting (a plain value), or ``default``."""
    found = session.get(Setting, key)
    return default if found is None else found.value


def set_setting(session: Session, key: str, value: Any) -> None:
    """Sets it (any plain value but None) or, with None, forgets it. ``session`` comes from `Store.local`."""
    if value is None:
        session.execute(sa.delete(Setting).where(Setting.key == key))
    else:
        session.merge(Setting(key=key, value=value))


def save_draft(
    session: Session, kind: str, content: Any, *, clerk: UUID | None, at: datetime, draft: UUID | None = None
) -> UUID:
    """Saves a draft, over the one with the id ``draft`` if named; its id."""
    draft = draft or new_id()
    session.merge(Draft(id=draft, kind=kind, clerk=clerk, content=content, saved_at=at))
    return draft


def drop_draft(session: Session, draft: UUID) -> None:
    """Forgets a draft, known or not."""
    session.execute(sa.delete(Draft).where(Draft.id == draft))


def drafts(session: Session, *, clerk: UUID | None) -> list[SavedDraft]:
    """The drafts of a clerk, latest first."""
    query = sa.select(Draft).where(Draft.clerk == clerk).order_by(Draft.saved_at.desc())
    return [
        SavedDraft(found.id, found.kind, found.clerk, found.content, found.saved_at)
        for found in session.scalars(query)
    ]
