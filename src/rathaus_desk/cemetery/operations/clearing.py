"""What a clerk can do when a grave's time is over: record its clearance, or that this is paid already."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.operations.charging import Matter, notice_over, use_prepaid
from rathaus_desk.cemetery.operations.graves import LONGEST_NAME
from rathaus_desk.cemetery.operations.open_grave import open_grave
from rathaus_desk.cemetery.plan import plan_clearance
from rathaus_desk.cemetery.records import PrepaidItem
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.texts import bounded
from rathaus_desk.people.parties import Parties, Someone
from rathaus_desk.store.operations import Request, Work, operation


class RecordClearance(Request, frozen=True, kw_only=True):
    """A grave was cleared on a day (None: today), which makes it free again.

    ``debtor``: who owes the fee and gets the notice; None: nothing is charged. What was paid in advance is
    not charged again.
    """

    grave: UUID
    on: date | None = None
    debtor: Someone | None = None
    case: UUID | None = None


@operation(RecordClearance, name="cemetery.record_clearance", title="Abräumung eintragen")
def record_clearance(work: Work, request: RecordClearance) -> None:
    """Records the day; Refused while a right runs or somebody rests there."""
    here = open_grave(work, request.grave)
    on = request.on or work.today
    if on > work.today:
        raise BadInput("Eine Abräumung wird eingetragen, wenn sie geschehen ist.")
    decision = plan_clearance(here.books.statutes, here.state, on=on)
    debtor = Parties(work, request.debtor).id_or_none(request.debtor)
    here.grave.cleared_on = on
    title = f"Abräumung der Grabstätte {here.name}"
    matter = Matter("clearance", title, f"die {title}")
    notice_over(work, here, decision, matter, debtor=debtor, case=request.case)
    use_prepaid(work, here, decision, matter.event)


class KeepPrepaid(Request, frozen=True, kw_only=True):
    """A later work that was paid long ago, as old files tell: it is not charged again.

    ``item``: its key in the tariff of today; ``paid_with``: the number of the notice, as far as it is known.
    """

    grave: UUID
    item: str
    amount: Money
    paid_with: str = ""


@operation(KeepPrepaid, name="cemetery.keep_prepaid", title="Vorausgezahltes nachtragen")
def keep_prepaid(work: Work, request: KeepPrepaid) -> UUID:
    """Keeps it; BadInput if the tariff has no such item, Refused if it is kept already."""
    here = open_grave(work, request.grave)
    _, tariff = here.books.tariff(work.today)
    item = next((one for one in tariff.items if one.key == request.item), None)
    if item is None:
        keys = ", ".join(one.key for one in tariff.items)
        raise BadInput(f"{tariff.title} kennt „{request.item}“ nicht; vorgesehen: {keys}.")
    if request.amount.cents <= 0:
        raise BadInput("Vorausgezahlt kann nur ein Betrag über 0,00 € sein.")
    if any(known.item == item.key for known in queries.prepaid_in(work.session, here.grave.id)):
        raise Refused(f"„{item.label}“ ist für die Grabstätte {here.name} schon als bezahlt eingetragen.")
    kept = PrepaidItem(
        grave_id=here.grave.id,
        item=item.key,
        label=item.label,
        amount=request.amount,
        paid_with=bounded(request.paid_with, LONGEST_NAME, "Bescheid"),
    )
    work.session.add(kept)
    return kept.id
