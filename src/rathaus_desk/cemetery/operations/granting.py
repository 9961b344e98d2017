"""Writing down what was decided about rights: the right, its claim on the grave, its history."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from rathaus_desk.cemetery.records import Grave, RightAct, RightChange, RightOfUse
from rathaus_desk.cemetery.rules.right import Award, Extension
from rathaus_desk.store.operations import Work


def grant(
    work: Work, grave: Grave, award: Award, holder: UUID | None, *, burial: UUID | None = None
) -> RightOfUse:
    """A new right, as awarded; it claims the grave."""
    right = RightOfUse(
        grave_id=grave.id, holder_id=holder, first=award.first, until=award.until, origin="award"
    )
    work.session.add(right)
    work.claim(grave.id, right.first, right.until, right.id)
    _note(work, right, "award", None, None, award.reason, burial)
    return right


def prolong(work: Work, right: RightOfUse, extension: Extension, *, burial: UUID | None = None) -> None:
    """The right runs until the extension's end."""
    before = right.until
    right.until, right.until_text, right.origin = extension.until, "", "extension"
    claim_anew(work, right)
    _note(work, right, "extension", before, right.holder_id, extension.reason, burial)


def hand_over(work: Work, right: RightOfUse, to: UUID, reason: str) -> None:
    """The right has another holder."""
    before = right.holder_id
    right.holder_id, right.holder_text, right.origin = to, "", "transfer"
    _note(work, right, "transfer", right.until, before, reason, None)


def give_back(work: Work, right: RightOfUse, on: date, reason: str) -> None:
    """The right ends with ``on``; the grave is claimed no longer."""
    right.surrendered_on = on
    claim_anew(work, right)
    _note(work, right, "surrender", right.until, right.holder_id, reason, None)


def correct(work: Work, right: RightOfUse, before: tuple[date, UUID | None], reason: str) -> None:
    """The right was changed to what it should have said; ``before``: its end and holder until now."""
    claim_anew(work, right)
    _note(work, right, "correction", *before, reason, None)


def claim_anew(work: Work, right: RightOfUse) -> None:
    """The claim follows the right's days; one handed back claims until that day, a disputed one nothing."""
    work.release(right.id)
    if not right.disputed:
        work.claim(right.grave_id, right.first, right.surrendered_on or right.until, right.id)


def _note(
    work: Work,
    right: RightOfUse,
    act: RightAct,
    until_before: date | None,
    holder_before: UUID | None,
    reason: str,
    burial: UUID | None,
) -> None:
    work.session.add(
        RightChange(
            right_id=right.id,
            act=act,
            decided_on=work.today,
            until_before=until_before,
            until_after=right.surrendered_on or right.until,
            holder_before_id=holder_before,
            holder_after_id=right.holder_id,
            reason=reason,
            burial_id=burial,
        )
    )
