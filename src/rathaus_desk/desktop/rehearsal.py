"""What an operation would bring, found out by rehearsing it: rights, fees and letters as they would be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.cemetery.records import RightChange
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Card, Consequences, Meaning
from rathaus_desk.fees.records import KeptAssessment
from rathaus_desk.kernel.errors import BadInput, DeskError
from rathaus_desk.kernel.periods import FOR_EVER, german_date
from rathaus_desk.letters.records import StoredLetter
from rathaus_desk.store.operations import Done, Request


def rehearsed(
    desk: Desk, request_of: Callable[[dict[str, Any]], Request | None]
) -> Callable[[Mapping[str, Any]], Consequences]:
    """Consequences of the values of a form: its request is carried out and taken back."""

    def consequences(values: Mapping[str, Any]) -> Consequences:
        try:
            request = request_of(dict(values))
        except (DeskError, KeyError):
            return Consequences()
        if request is None:
            return Consequences()
        try:
            cards = desk.office.store.rehearse(request, _cards, clerk=desk.office.clerk)
        except BadInput:
            return Consequences()
        except DeskError as error:
            return Consequences(refused=str(error))
        return Consequences(cards=cards)

    return consequences


def _cards(session: Session, done: Done, _files: Mapping[str, bytes]) -> tuple[Card, ...]:
    cards = []
    changes = session.scalars(select(RightChange).where(RightChange.id.in_(done.changed))).all()
    if changes:
        cards.append(Card("Rechte und Fristen", tuple(map(_right, changes))))
    for kept in session.scalars(select(KeptAssessment).where(KeptAssessment.id.in_(done.changed))):
        lines = [Meaning(line.label, line.amount.german(), line.paragraph) for line in kept.kept_lines]
        cards.append(Card("Gebühren", (*lines, Meaning("Summe", kept.total.german(), strong=True))))
    letters = session.scalars(select(StoredLetter).where(StoredLetter.id.in_(done.changed))).all()
    if letters:
        words = [Meaning(one.title, "", ", ".join(one.recipient_lines[:2])) for one in letters]
        cards.append(Card("Schreiben", tuple(words)))
    return tuple(cards)


def _right(change: RightChange) -> Meaning:
    until = "ohne Ende" if change.until_after == FOR_EVER else f"bis {german_date(change.until_after)}"
    return Meaning("Nutzungsrecht", until, change.reason)
