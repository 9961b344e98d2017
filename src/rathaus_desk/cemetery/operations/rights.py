"""What a clerk can do with rights of use: award, extend, transfer, hand back, settle, correct."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from rathaus_desk.cemetery import letters, queries
from rathaus_desk.cemetery.books import books_of
from rathaus_desk.cemetery.operations.charging import Matter, case_for, charge_decision, notice_over
from rathaus_desk.cemetery.operations.granting import (
    claim_anew,
    correct,
    give_back,
    grant,
    hand_over,
    prolong,
)
from rathaus_desk.cemetery.operations.graves import LONGEST_NAME, LONGEST_REMARK, open_grave
from rathaus_desk.cemetery.operations.parties import Someone, person_id, person_id_or_none
from rathaus_desk.cemetery.plan import plan_award, plan_extension, plan_plain, plan_surrender
from rathaus_desk.cemetery.records import Grave, RightOfUse
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.kernel.texts import bounded
from rathaus_desk.letters.operations import compose_and_file
from rathaus_desk.store.operations import Request, Work, operation


class AwardRight(Request, frozen=True, kw_only=True):
    """A free grave is given to somebody without a burial, from ``first`` (None: today).

    ``debtor``: who owes the fee and gets the notice; None: nothing is charged now.
    """

    grave: UUID
    holder: Someone
    first: date | None = None
    debtor: Someone | None = None
    case: UUID | None = None


@operation(AwardRight, name="cemetery.award_right", title="Nutzungsrecht vergeben")
def award_right(work: Work, request: AwardRight) -> UUID:
    """Makes the right and gives the notice; Refused while the grave is held or occupied."""
    grave = open_grave(work, request.grave)
    books = books_of(work.session, grave)
    state = queries.grave_state(work.session, grave)
    decision = plan_award(books.statutes, state, on=request.first or work.today)
    assert decision.award is not None
    right = grant(work, grave, decision.award, person_id(work, request.holder))
    name = queries.grave_name(work.session, grave)
    matter = Matter("award", f"Vergabe der Grabstätte {name}", f"die Vergabe der Grabstätte {name}")
    notice_over(work, books, grave, decision, matter, debtor=request.debtor, case=request.case)
    return right.id


class ExtendRight(Request, frozen=True, kw_only=True):
    """A right is extended without a burial: by ``years`` as its holder wishes, or (None) as the rest needs.

    ``debtor``: who owes the fee and gets the notice; None: nothing is charged now.
    """

    grave: UUID
    years: int | None = None
    debtor: Someone | None = None
    case: UUID | None = None


@operation(ExtendRight, name="cemetery.extend_right", title="Nutzungsrecht verlängern")
def extend_right(work: Work, request: ExtendRight) -> date:
    """Extends it and gives the notice; returns its new last day."""
    grave = open_grave(work, request.grave)
    books = books_of(work.session, grave)
    state = queries.grave_state(work.session, grave)
    decision = plan_extension(books.statutes, state, on=work.today, years=request.years)
    assert decision.extension is not None
    right = _right(work, grave)
    former_until = right.until
    prolong(work, right, decision.extension)
    debtor = person_id_or_none(work, request.debtor)
    if debtor is not None:
        title = f"Verlängerung des Nutzungsrechts {queries.grave_name(work.session, grave)}"
        case = case_for(work, request.case, title)
        charged = charge_decision(
            work, books, grave, "extension", decision, case=case, debtor=debtor, title=title
        )
        facts = letters.extension_notice(
            work, books, charged, grave=grave, decision=decision, former_until=former_until
        )
        compose_and_file(
            work, "extension_notice", facts, about=charged.notice.id, case=case.id, recipient=debtor
        )
    return decision.extension.until


class TransferRight(Request, frozen=True, kw_only=True):
    """A right passes to somebody else; ``reason`` in words ("Tod der bisherigen Nutzungsberechtigten").

    ``notice``: whether the new holder gets the transfer notice, with the tariff's fee for it.
    """

    grave: UUID
    to: Someone
    reason: str
    notice: bool = True
    case: UUID | None = None


@operation(TransferRight, name="cemetery.transfer_right", title="Nutzungsrecht übertragen")
def transfer_right(work: Work, request: TransferRight) -> UUID:
    """Changes the holder; Refused if they hold it already, or the right has ended."""
    grave = open_grave(work, request.grave)
    books = books_of(work.session, grave)
    right = _right(work, grave)
    reason = bounded(request.reason, LONGEST_NAME, "Grund")
    if not reason:
        raise BadInput("Es fehlt, warum das Nutzungsrecht übergeht.")
    if right.until < work.today:
        raise Refused(f"Das Nutzungsrecht ist am {german_date(right.until)} abgelaufen.")
    decision = plan_plain(books.statutes, queries.grave_state(work.session, grave), on=work.today)
    to = person_id(work, request.to)
    if to == right.holder_id:
        raise Refused("Diese Person ist bereits nutzungsberechtigt.")
    former = queries.holder_name(work.session, right) or "niemandem"
    hand_over(work, right, to, reason)
    if request.notice:
        title = f"Übertragung des Nutzungsrechts {queries.grave_name(work.session, grave)}"
        case = case_for(work, request.case, title)
        charged = charge_decision(work, books, grave, "transfer", decision, case=case, debtor=to, title=title)
        facts = letters.transfer_notice(
            work, books, charged, grave=grave, former_holder=former, until=right.until, reasons=(reason,)
        )
        compose_and_file(work, "transfer_notice", facts, about=charged.notice.id, case=case.id, recipient=to)
    return right.id


class SurrenderRight(Request, frozen=True, kw_only=True):
    """A right is handed back with the end of ``on`` (None: today).

    ``debtor``: who owes (or gets back) what the tariff says; None: nothing is charged now.
    """

    grave: UUID
    on: date | None = None
    debtor: Someone | None = None
    case: UUID | None = None


@operation(SurrenderRight, name="cemetery.surrender_right", title="Nutzungsrecht zurücknehmen")
def surrender_right(work: Work, request: SurrenderRight) -> UUID:
    """Ends the right and gives the notice; Refused during a rest, unless the statute allows it."""
    grave = open_grave(work, request.grave)
    books = books_of(work.session, grave)
    on = request.on or work.today
    decision = plan_surrender(books.statutes, queries.grave_state(work.session, grave), on=on)
    assert decision.surrender is not None
    right = _right(work, grave)
    give_back(work, right, on, decision.surrender.reason)
    name = queries.grave_name(work.session, grave)
    matter = Matter("surrender", f"Rückgabe der Grabstätte {name}", f"die Rückgabe der Grabstätte {name}")
    notice_over(work, books, grave, decision, matter, debtor=request.debtor, case=request.case)
    return right.id


class SettleRights(Request, frozen=True, kw_only=True):
    """Of the rights of a grave that contradict each other, ``keep`` holds; the disputed others go."""

    grave: UUID
    keep: UUID


@operation(SettleRights, name="cemetery.settle_rights", title="Strittige Nutzungsrechte klären")
def settle_rights(work: Work, request: SettleRights) -> None:
    """Strikes out every right that overlaps the one that holds, and gives that one its claim."""
    grave = queries.grave(work.session, request.grave)
    rights = queries.rights_in(work.session, grave.id)
    keep = next((right for right in rights if right.id == request.keep), None)
    if keep is None:
        raise Refused("Dieses Nutzungsrecht gehört nicht zu dieser Grabstätte.")
    if not any(right.disputed for right in rights):
        raise Refused("An dieser Grabstätte ist kein Nutzungsrecht strittig.")
    for right in rights:
        meets = right.first <= keep.until and keep.first <= right.until
        if right is not keep and (right.disputed or meets):
            work.release(right.id)
            work.session.delete(right)
    keep.disputed = False
    claim_anew(work, keep)


class CorrectRight(Request, frozen=True, kw_only=True):
    """What a right should say, all of it; ``reason``: how the clerk knows. Not for what changes by law."""

    right: UUID
    first: date
    until: date
    holder: UUID | None
    remark: str = ""
    reason: str


@operation(CorrectRight, name="cemetery.correct_right", title="Nutzungsrecht berichtigen")
def correct_right(work: Work, request: CorrectRight) -> None:
    """Writes it; ClaimTaken if it then overlaps another right of the grave."""
    right = work.session.get(RightOfUse, request.right)
    if right is None:
        raise Refused("Dieses Nutzungsrecht gibt es nicht (mehr).")
    reason = bounded(request.reason, LONGEST_NAME, "Grund")
    if not reason:
        raise BadInput("Es fehlt, woher die Berichtigung kommt.")
    if request.first > request.until:
        raise BadInput("Das Nutzungsrecht endet, bevor es beginnt.")
    before = right.until, right.holder_id
    right.first, right.until, right.until_text = request.first, request.until, ""
    if request.holder != right.holder_id:
        right.holder_id, right.holder_text = request.holder, ""
    right.remark = bounded(request.remark, LONGEST_REMARK, "Bemerkung")
    correct(work, right, before, reason)


def _right(work: Work, grave: Grave) -> RightOfUse:
    right = queries.right_that_counts(work.session, grave)
    if right is None:
        raise Refused("An dieser Grabstätte besteht kein Nutzungsrecht.")
    return right
