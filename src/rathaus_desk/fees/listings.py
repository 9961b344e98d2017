"""The lists of fees: what is open, and everything due, for the town's cashier; what each item brought in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.fees import queries
from rathaus_desk.fees.queries import OpenItem
from rathaus_desk.fees.records import DueItem, KeptAssessment, Notice
from rathaus_desk.fees.rules import DUE_STATES
from rathaus_desk.kernel.listing import Column, Listing, Row, Wanted
from rathaus_desk.kernel.money import Money, total

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


INCOME_COLUMNS = (
    Column("year", "Jahr", "number"),
    Column("tariff", "Gebührenordnung"),
    Column("key", "Posten"),
    Column("label", "Bezeichnung"),
    Column("paragraph", "Paragraf"),
    Column("account", "Buchungsstelle"),
    Column("times", "Anzahl", "number"),
    Column("amount", "Festgesetzt", "money"),
    Column("net", "zuzüglich USt.", "flag"),
)


def income_rows(session: Session, wanted: Wanted) -> Iterator[Row]:
    """What was charged by year of the notice and item of the tariff; ``period`` narrows by the notice's date.

    Notices that were replaced and those whose claim was cancelled do not count. What was charged, not what
    was paid: payments are for a whole notice.
    """
    replaced = select(Notice.corrects_id).where(Notice.corrects_id.is_not(None))
    cancelled = select(DueItem.notice_id).where(DueItem.cancelled_on.is_not(None))
    query = (
        select(Notice.dated_on, KeptAssessment)
        .join(KeptAssessment, Notice.assessment_id == KeptAssessment.id)
        .where(
            Notice.dated_on.between(wanted.days.first, wanted.days.last),
            Notice.id.not_in(replaced),
            Notice.id.not_in(cancelled),
        )
    )
    amounts: defaultdict[tuple[int, str, str, str, str, str, bool], list[Money]] = defaultdict(list)
    for dated_on, assessment in session.execute(query):
        for line in assessment.kept_lines:
            item = (line.key, line.label, line.paragraph, line.account)
            amounts[(dated_on.year, assessment.tariff_title, *item, line.net)].append(line.amount)
    for group, charged in sorted(amounts.items()):
        yield (*group[:-1], len(charged), total(tuple(charged)), group[-1])


OPEN_ITEMS = Listing("offene-posten", "Offene Posten", DUE_COLUMNS, open_rows, frozenset({"period"}))
DUE_ITEMS = Listing("forderungen", "Forderungen", DUE_COLUMNS, due_rows, frozenset({"period"}))
INCOME = Listing(
    "einnahmen", "Einnahmen je Gebührenposten", INCOME_COLUMNS, income_rows, frozenset({"period"})
)

LISTINGS = (OPEN_ITEMS, DUE_ITEMS, INCOME)
