"""The lists of fees: what is open, and everything due, for the town's cashier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy.orm import Session

from rathaus_desk.fees import queries
from rathaus_desk.fees.queries import OpenItem
from rathaus_desk.fees.rules import DUE_STATES
from rathaus_desk.kernel.listing import Column, Listing, Row, Wanted

DUE_COLUMNS = (
    Column("reference", "Kassenzeichen"),
    Column("debtor", "Zahlungspflichtig"),
    Column("title", "Wofür"),
    Column("notice", "Bescheid"),
    Column("notice_date", "Bescheid vom", "date"),
    Column("due_on", "Fällig am", "date"),
    Column("amount", "Betrag", "money"),
    Column("paid", "Gezahlt", "money"),
    Column("open", "Offen", "money"),
    Column("state", "Stand"),
    Column("days_overdue", "Tage überfällig", "number"),
    Column("cancel_reason", "Storniert, weil"),
)


def _rows(items: Iterable[OpenItem], wanted: Wanted) -> Iterator[Row]:
    for item in items:
        if item.due_on in wanted.days:
            yield (
                item.reference,
                item.debtor,
                item.title,
                item.notice,
                item.notice_date,
                item.due_on,
                item.amount,
                item.paid,
                item.open,
                DUE_STATES[item.state],
                item.days_overdue(wanted.on),
                item.cancel_reason,
            )


def open_rows(session: Session, wanted: Wanted) -> Iterator[Row]:
    """What is still owed; ``period`` narrows by the day it is due."""
    return _rows(queries.open_items(session), wanted)


def due_rows(session: Session, wanted: Wanted) -> Iterator[Row]:
    """Everything that is or was due; ``period`` narrows by the day it is due."""
    return _rows(queries.due_items(session), wanted)


OPEN_ITEMS = Listing("offene-posten", "Offene Posten", DUE_COLUMNS, open_rows, frozenset({"period"}))
DUE_ITEMS = Listing("forderungen", "Forderungen", DUE_COLUMNS, due_rows, frozenset({"period"}))

LISTINGS = (OPEN_ITEMS, DUE_ITEMS)
