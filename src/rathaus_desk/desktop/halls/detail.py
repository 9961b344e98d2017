"""A booking as a clerk sees it: who, where, when, what it costs and why, what is still to be done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.desktop.halls.source import TONES
from rathaus_desk.desktop.parts.described import (
    Banner,
    Detail,
    Fact,
    Facts,
    Line,
    Lines,
    Part,
    State,
    Tab,
    Target,
)
from rathaus_desk.desktop.tabs import case_tab, fees_tab, history_tab, letters_tab
from rathaus_desk.fees.records import Notice
from rathaus_desk.halls import queries
from rathaus_desk.halls.letters import place_name
from rathaus_desk.halls.listings import DEPOSIT_KINDS
from rathaus_desk.halls.prices import kept_price
from rathaus_desk.halls.records import Booking, BookingSeries, Hall
from rathaus_desk.halls.rules.deposit import Ledger
from rathaus_desk.halls.rules.recurrence import rule_words
from rathaus_desk.halls.rules.times import german_span
from rathaus_desk.halls.wish import FEATURES, wish_of
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.names import display_name

_NEXT = {
    "enquiry": ("halls.hold_option", "halls.approve", "halls.move"),
    "option": ("halls.approve", "halls.hold_option", "halls.move"),
    "requested": ("halls.approve", "halls.reject", "halls.move"),
    "approved": ("halls.sign", "halls.receive_deposit", "halls.hand_over"),
    "signed": ("halls.receive_deposit", "halls.hand_over", "halls.move"),
    "handed_over": ("halls.take_back",),
    "returned": ("halls.settle",),
}
"""What comes next in each state, the most used first."""

_ALL = (
    "halls.hold_option",
    "halls.request",
    "halls.approve",
    "halls.reject",
    "halls.change",
    "halls.move",
    "halls.cancel",
    "halls.sign",
    "halls.receive_deposit",
    "halls.hand_over",
    "halls.take_back",
    "halls.settle",
    "halls.refund_deposit",
    "halls.print_form",
    "halls.show_plan",
    "halls.note_unused",
)
_SERIES = ("halls.add_occurrence", "halls.split_series", "halls.follow_holidays")
_EVERYWHERE = ("applications.forward", "town.note", "town.remind", "town.attach")


def booking_detail(session: Session, record: UUID, on: date) -> Detail | None:
    """Everything about one booking; None if it is gone."""
    booking = session.get(Booking, record)
    if booking is None or booking.deleted_at is not None:
        return None
    hall = session.get_one(Hall, booking.hall_id)
    cases = [booking.case_id] if booking.case_id else []
    notices = list(session.scalars(select(Notice.id).where(Notice.case_id.in_(cases))))
    about = [record, *(one.id for one in queries.handovers(session, record))]
    actions = _NEXT.get(booking.state, ())
    return Detail(
        title=booking.purpose,
        second=f"{hall.name} · {german_span(booking.starts, booking.ends)}",
        state=TONES[booking.state],
        actions=actions,
        more=(
            *(one for one in _ALL if one not in actions),
            *(_SERIES if booking.series_id is not None else ()),
            *_EVERYWHERE,
        ),
        tabs=(
            Tab("Übersicht", tuple(_overview(session, booking, on))),
            case_tab(about, cases),
            letters_tab([record, *notices], cases),
            fees_tab(on, cases=cases),
            history_tab(about),
        ),
    )


def _overview(session: Session, booking: Booking, on: date) -> Iterable[Part]:
    if booking.state == "option" and booking.option_until is not None:
        yield Banner(f"Die Option gilt bis {german_date(booking.option_until)} und endet dann von selbst.")
    if booking.end_reason:
        yield Banner(booking.end_reason, "calm")
    yield Facts("Nutzung", tuple(_use(session, booking)))
    yield _price(session, booking)
    yield _tasks(session, booking, on)
    yield _deposit(session, booking)
    records = queries.handovers(session, booking.id)
    if records:
        yield Lines(
            "Übergaben",
            tuple(
                Line(
                    "Übergabe" if one.direction == "out" else "Rücknahme",
                    ", ".join(filter(None, (one.for_town, one.for_user))),
                    german_span(one.at, one.at).split(" bis ")[0],
                    "key-round",
                    State(f"{len(one.damage)} Schäden", "bad", "!") if one.damage else None,
                )
                for one in records
            ),
        )


def _use(session: Session, booking: Booking) -> Iterable[Fact]:
    wish, who = wish_of(booking.wish), session.get(Person, booking.person_id)
    yield Fact("Wer", display_name(who) if who else "", target=Target("personen", booking.person_id))
    yield Fact("Räume", place_name(session, booking))
    yield Fact("Zeit", german_span(booking.starts, booking.ends))
    yield Fact("Nutzergruppe", wish.user_group or "")
    if wish.persons is not None:
        yield Fact("Personen", str(wish.persons))
    if wish.features:
        yield Fact("Dabei", ", ".join(FEATURES[one] for one in wish.features))
    series = session.get(BookingSeries, booking.series_id) if booking.series_id else None
    if series is not None:
        hours = f"{series.time_from}–{series.time_to} Uhr"
        yield Fact("Serie", rule_words(series.rrule, series.first), hours)
    if booking.unused:
        yield Fact("Nicht genutzt", "ja")
    if booking.remark:
        yield Fact("Bemerkung", booking.remark)


def _price(session: Session, booking: Booking) -> Facts:
    if booking.total is None:
        return Facts("Preis", (Fact("Preis", "noch offen", "Es fehlt, was der Tarif dazu wissen muss."),))
    try:
        lines = kept_price(session, booking).assessment.lines
    except DeskError as error:
        return Facts("Preis", (Fact("Preis", booking.total.german(), error.sentence),))
    facts = [
        Fact(line.label, line.amount.german(), " · ".join(filter(None, (line.paragraph, *line.explanation))))
        for line in lines
    ]
    return Facts("Preis", (*facts, Fact("Summe", booking.total.german())))


def _tasks(session: Session, booking: Booking, on: date) -> Lines:
    lines = []
    for task in queries.tasks_of(session, booking.id):
        late = task.due_on is not None and task.due_on < on
        state = State(f"erledigt {task.done_by}", "good", "✓") if task.done_on else None
        lines.append(
            Line(
                task.title,
                task.reason,
                german_date(task.due_on) if task.due_on else "",
                "list-checks",
                state or (State("überfällig", "bad", "!") if late else None),
                action="" if task.done_on else "halls.tick",
                record=task.id,
            )
        )
    return Lines("Aufgaben", tuple(lines), "Nichts weiter zu veranlassen.")


def _deposit(session: Session, booking: Booking) -> Lines:
    entries = queries.deposit_entries(session, booking.id)
    held = Ledger.of((entry.kind, entry.amount) for entry in entries).held
    asked = booking.deposit or Money()
    lines = [
        Line(DEPOSIT_KINDS[one.kind], one.remark, german_date(one.on), "euro", amount=one.amount.german())
        for one in entries
    ]
    title = f"Kaution {asked.german()}" if asked else "Kaution"
    if held:
        title += f", gehalten {held.german()}"
    return Lines(title, tuple(lines), "Noch nichts erhalten." if asked else "Keine Kaution verlangt.")
