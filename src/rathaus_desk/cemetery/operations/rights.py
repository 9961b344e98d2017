"""What a clerk can do with rights of use: award, extend, transfer, hand back, settle, correct."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from rathaus_desk.cemetery import letters, queries
from rathaus_desk.cemetery.operations.charging import Matter, charge_decision, notice_over
from rathaus_desk.cemetery.operations.granting import (
    claim_anew,
    correct,
    give_back,
    grant,
    hand_over,
    prolong,
)
from rathaus_desk.cemetery.operations.graves import LONGEST_NAME, LONGEST_REMARK
from rathaus_desk.cemetery.operations.open_grave import OpenGrave, open_grave
from rathaus_desk.cemetery.plan import plan_award, plan_extension, plan_plain, plan_surrender
from rathaus_desk.cemetery.records import RightOfUse
from rathaus_desk.cemetery.rules.terms import GraveKind
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.kernel.texts import bounded
from rathaus_desk.letters.operations import compose_and_file
from rathaus_desk.people.parties import Parties, Someone
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.town.operations import case_for


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
    here = open_grave(work, request.grave)
    on = request.first or work.today
    decision = plan_award(here.books.statutes, here.state, on=on)
    assert decision.award is not None
    parties = Parties(work, request.holder, request.debtor)
    holder = parties.id(request.holder)
    _must_be_cleared(here, decision.kind, holder, on)
    right = grant(work, here.grave, decision.award, holder)
    title = f"Vergabe der Grabstätte {here.name}"
    matter = Matter("award", title, f"die {title}")
    notice_over(work, here, decision, matter, debtor=parties.id_or_none(request.debtor), case=request.case)
    return right.id


def _must_be_cleared(here: OpenGrave, kind: GraveKind, holder: UUID, on: date) -> None:
    """A grave is free again only when its clearance was recorded (rule 14).

    But where the statute awards a right anew after its end (``after_expiry``), its holder may go on.
    """
    since = here.uncleared_since(on)
    if since is None:
        return
    if kind.after_expiry == "award" and here.right is not None and here.right.holder_id == holder:
        return
    raise Refused(
        f"Das frühere Nutzungsrecht an der Grabstätte {here.name} endete am {german_date(since)}."
        " Frei ist sie erst wieder, wenn ihre Abräumung eingetragen ist.",
        source=kind.source(),
    )


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
    here = open_grave(work, request.grave)
    decision = plan_extension(here.books.statutes, here.state, on=work.today, years=request.years)
    assert decision.extension is not None
    debtor = Parties(work, request.debtor).id_or_none(request.debtor)
    right = here.held()
    former_until = right.until
    prolong(work, right, decision.extension)
    if debtor is not None:
        title = f"Verlängerung des Nutzungsrechts {here.name}"
        case = case_for(work, request.case, title)
        charged = charge_decision(work, here, "extension", decision, case=case, debtor=debtor, title=title)
        facts = letters.extension_notice(
            work, here.books, charged, grave=here.grave, decision=decision, former_until=former_until
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
    here = open_grave(work, request.grave)
    right = here.held()
    reason = bounded(request.reason, LONGEST_NAME, "Grund")
    if not reason:
        raise BadInput("Es fehlt, warum das Nutzungsrecht übergeht.")
    if right.until < work.today:
        raise Refused(f"Das Nutzungsrecht ist am {german_date(right.until)} abgelaufen.")
    decision = plan_plain(here.books.statutes, here.state, on=work.today)
    to = Parties(work, request.to).id(request.to)
    if to == right.holder_id:
        raise Refused("Diese Person ist bereits nutzungsberechtigt.")
    former = queries.holder_name(work.session, right) or "niemandem"
    hand_over(work, right, to, reason)
    if request.notice:
        title = f"Übertragung des Nutzungsrechts {here.name}"
        case = case_for(work, request.case, title)
        charged = charge_decision(work, here, "transfer", decision, case=case, debtor=to, title=title)
        facts = letters.transfer_notice(
            work,
            here.books,
            charged,
            grave=here.grave,
            former_holder=former,
            until=right.until,
            reasons=(reason,),
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
    here = open_grave(work, request.grave)
    on = request.on or work.today
    decision = plan_surrender(here.books.statutes, here.state, on=on)
    assert decision.surrender is not None
    debtor = Parties(work, request.debtor).id_or_none(request.debtor)
    right = here.held()
    give_back(work, right, on, decision.surrender.reason)
    title = f"Rückgabe der Grabstätte {here.name}"
    notice_over(
        work, here, decision, Matter("surrender", title, f"die {title}"), debtor=debtor, case=request.case
    )
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
