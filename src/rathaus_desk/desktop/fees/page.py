"""Gebühren: what is owed, what came, what was cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import Page, page
from rathaus_desk.desktop.parts.described import (
    Chip,
    Column,
    Detail,
    Fact,
    Facts,
    Field,
    Line,
    Lines,
    Section,
    Tab,
    Target,
)
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.desktop.parts.list_page import ListPage
from rathaus_desk.desktop.parts.sources import Row, Want, WholeSource
from rathaus_desk.desktop.tabs import case_tab, due_state, history_tab, letters_tab
from rathaus_desk.fees import queries
from rathaus_desk.fees.operations import CancelDueItem, RecordPayment
from rathaus_desk.fees.records import DueItem, Notice
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.names import display_name
from rathaus_desk.store.operations import Request

COLUMNS = (
    Column("debtor", "Schuldner", width=22, stretch=True),
    Column("title", "Wofür", width=28, stretch=True),
    Column("amount", "Betrag", "money", width=12),
    Column("open", "Offen", "money", width=12),
    Column("due", "Fällig", "date", width=11),
    Column("reference", "Kassenzeichen", width=20, shown=False),
    Column("notice", "Bescheid", width=15, shown=False),
    Column("state", "Stand", "state", width=18),
)


def _load(session: Session, want: Want) -> Sequence[tuple[UUID, Row]]:
    found = (
        queries.due_items(session)
        if want.chip in ("all", "paid", "cancelled")
        else queries.open_items(session)
    )
    if want.chip == "overdue":
        found = [one for one in found if one.days_overdue(want.on)]
    elif want.chip in ("paid", "cancelled"):
        found = [one for one in found if one.state == want.chip]
    return [
        (
            one.id,
            (
                one.debtor,
                one.title,
                one.amount,
                one.open if one.open else None,
                one.due_on,
                one.reference,
                one.notice,
                due_state(one, want.on),
            ),
        )
        for one in found
    ]


SOURCE = WholeSource(
    name="gebuehren",
    title="Gebühren",
    columns=COLUMNS,
    tables=frozenset({"due_item", "payment", "notice", "person"}),
    load=_load,
    chips=(
        Chip("open", "Offen"),
        Chip("overdue", "Überfällig"),
        Chip("paid", "Bezahlt"),
        Chip("cancelled", "Storniert"),
        Chip("all", "Alle"),
    ),
    empty="Nichts ist offen. Forderungen entstehen mit Bescheiden, zum Beispiel über eine Bestattung.",
)


def due_item_detail(session: Session, record: UUID, on: date) -> Detail | None:
    """A due item, by its own id or by that of its notice."""
    item = session.get(DueItem, record)
    if item is None:
        return None
    shown = queries.shown(session, [item])[0]
    notice = session.get_one(Notice, item.notice_id)
    debtor = session.get(Person, item.debtor_id)
    assessment = queries.assessment_of(session, notice)
    payments = queries.payments_of(session, item.id)
    about = [item.id, notice.id]
    return Detail(
        title=item.amount.german(),
        second=f"{item.title} · {shown.debtor}",
        state=due_state(shown, on),
        actions=("fees.pay", "fees.cancel"),
        more=("town.note", "town.remind", "town.attach"),
        tabs=(
            Tab(
                "Übersicht",
                (
                    Facts(
                        "Forderung",
                        (
                            Fact(
                                "Schuldner",
                                display_name(debtor) if debtor else "",
                                target=Target("personen", item.debtor_id),
                            ),
                            Fact("Offen", shown.open.german()),
                            Fact("Fällig", german_date(item.due_on)),
                            Fact("Kassenzeichen", item.reference),
                            *((Fact("Storniert", item.cancel_reason),) if item.cancelled_on else ()),
                        ),
                    ),
                    Lines(
                        "Zahlungen",
                        tuple(
                            Line(
                                one.remark or "Zahlung",
                                when=german_date(one.paid_on),
                                icon="euro",
                                amount=one.amount.german(),
                            )
                            for one in payments
                        ),
                        "Noch nichts gezahlt.",
                    ),
                    Facts("Bescheid", tuple(_notice(notice))),
                ),
            ),
            case_tab(about, [item.case_id]),
            letters_tab(about, [item.case_id]),
            Tab(
                "Gebühren",
                (
                    Facts(
                        notice.title,
                        (
                            *(
                                Fact(line.label, line.amount.german(), line.paragraph)
                                for line in (assessment.kept_lines if assessment else ())
                            ),
                            *((Fact("Summe", assessment.total.german()),) if assessment else ()),
                        ),
                    ),
                ),
            ),
            history_tab([*about, *(one.id for one in payments)]),
        ),
    )


def _notice(notice: Notice) -> list[Fact]:
    posted = german_date(notice.posted_on) if notice.posted_on else "noch nicht versandt"
    return [
        Fact("Nummer", notice.number),
        Fact("Datum", german_date(notice.dated_on)),
        Fact("Zur Post", posted),
        Fact("Bekannt gegeben", german_date(notice.received_on), notice.service_source),
        Fact("Widerspruch bis", german_date(notice.appeal_until), notice.appeal_source),
    ]


class FeesPage(ListPage):
    """The list; a notice that was searched for opens what it made due."""

    def open(self, target: Target) -> None:
        """Shows a due item, or that of a notice."""
        if target.record is not None:
            item = self.desk.read_now(lambda session: _item_of(session, target.record))
            target = Target(target.page, item, target.tab)
        super().open(target)


def _item_of(session: Session, record: UUID | None) -> UUID | None:
    item = session.scalars(select(DueItem.id).where(DueItem.notice_id == record)).first()
    return item or record


@page(
    "gebuehren",
    "Gebühren",
    icon="receipt-euro",
    rank=6,
    kinds=("due_item", "notice"),
    words="zahlungen forderungen kasse bescheide",
)
def fees_page(desk: Desk) -> Page:
    """List and detail of what is owed."""
    return FeesPage(
        desk,
        SOURCE,
        about="due_item",
        detail=lambda session, record: due_item_detail(session, record, desk.today),
    )


@command(
    "fees.pay", "Zahlung eintragen", icon="check", key="Ctrl+M", about="due_item", needs=True, words="bezahlt"
)
def pay(desk: Desk, item: UUID | None) -> None:
    """Money came; what is open is proposed."""
    assert item is not None
    shown = desk.read_now(lambda session: queries.shown(session, [session.get_one(DueItem, item)])[0])

    def request(values: dict[str, Any]) -> Request:
        amount: Money = values["amount"]
        if not amount:
            raise BadInput("Bitte einen Betrag eintragen.")
        return RecordPayment(
            due_item=item, paid_on=values["on"], amount=amount, remark=values.get("remark") or ""
        )

    open_form(
        desk,
        "Zahlung eintragen",
        (
            Section(
                "",
                (
                    (
                        Field("amount", "&Betrag", "money", 6, required=True),
                        Field("on", "Eingegangen &am", "date", 6, required=True),
                    ),
                    (Field("remark", "Be&merkung", span=12, placeholder="Kontoauszug 214"),),
                ),
            ),
        ),
        request,
        values={"amount": shown.open if shown.open.cents > 0 else None, "on": desk.today},
        words="Zahlung eingetragen.",
        intro=f"{shown.debtor} · {shown.title} · {shown.reference}",
    )


@command(
    "fees.cancel", "Stornieren", icon="ban", about="due_item", needs=True, words="erlassen niederschlagen"
)
def cancel(desk: Desk, item: UUID | None) -> None:
    """What was due is due no longer, with the reason."""
    assert item is not None
    open_form(
        desk,
        "Forderung stornieren",
        (Section("", ((Field("reason", "&Grund", span=12, required=True),),)),),
        lambda values: CancelDueItem(due_item=item, reason=values["reason"]),
        save_title="Stornieren",
        words="Forderung storniert.",
    )
