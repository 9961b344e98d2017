"""What a clerk can do when a grave's time is over: record that it was cleared."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.books import books_of
from rathaus_desk.cemetery.operations.charging import Matter, notice_over, use_prepaid
from rathaus_desk.cemetery.operations.graves import open_grave
from rathaus_desk.cemetery.operations.parties import Someone
from rathaus_desk.cemetery.plan import plan_clearance
from rathaus_desk.kernel.errors import BadInput
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
    grave = open_grave(work, request.grave)
    on = request.on or work.today
    if on > work.today:
        raise BadInput("Eine Abräumung wird eingetragen, wenn sie geschehen ist.")
    books = books_of(work.session, grave)
    decision = plan_clearance(books.statutes, queries.grave_state(work.session, grave), on=on)
    grave.cleared_on = on
    name = queries.grave_name(work.session, grave)
    matter = Matter("clearance", f"Abräumung der Grabstätte {name}", f"die Abräumung der Grabstätte {name}")
    notice_over(work, books, grave, decision, matter, debtor=request.debtor, case=request.case)
    use_prepaid(work, books, grave, decision, matter.event)
