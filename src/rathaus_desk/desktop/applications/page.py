"""Anträge: what came in, each shown readably, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QFileDialog
from sqlalchemy.orm import Session

from rathaus_desk.applications import queries
from rathaus_desk.applications.operations import PutAside
from rathaus_desk.applications.queries import ApplicationView
from rathaus_desk.applications.records import OPEN, Application, QuarantinedDelivery
from rathaus_desk.applications.records import State as ApplicationState
from rathaus_desk.applications.services import Services
from rathaus_desk.desktop.applications import forwarding
from rathaus_desk.desktop.applications.handing_over import waits, way_of
from rathaus_desk.desktop.applications.taking_in import take_in
from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import Page, page
from rathaus_desk.desktop.parts.described import (
    Banner,
    Chip,
    Column,
    Detail,
    Fact,
    Facts,
    Field,
    Line,
    Lines,
    Part,
    Section,
    State,
    Tab,
    Target,
)
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.desktop.parts.list_page import ListPage
from rathaus_desk.desktop.parts.sources import Row, Want, WholeSource
from rathaus_desk.desktop.tabs import case_tab, fees_tab, history_tab, letters_tab
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.store.attachments import attachments_of

_TONES: dict[ApplicationState, tuple[Any, str]] = {
    ApplicationState.NEW: ("warn", "○"),
    ApplicationState.ACCEPTED: ("calm", "✓"),
    ApplicationState.IN_PROGRESS: ("good", "✓"),
    ApplicationState.WAITING: ("warn", "…"),
    ApplicationState.DECIDED: ("good", "✓"),
    ApplicationState.CLOSED: ("calm", "✓"),
    ApplicationState.REJECTED: ("calm", "✕"),
    ApplicationState.FORWARDED: ("calm", "→"),
}
_ENDED = tuple(state for state in ApplicationState if state not in (*OPEN, ApplicationState.FORWARDED))

COLUMNS = (
    Column("received", "Eingang", "date", width=11),
    Column("title", "Antrag", width=34, stretch=True),
    Column("service", "Leistung", width=22, stretch=True),
    Column("case", "Vorgang", width=15),
    Column("clerk", "Bearbeitung", width=16),
    Column("state", "Stand", "state", width=16),
)


def state_of(state: ApplicationState) -> State:
    """The state as its pill shows it."""
    tone, sign = _TONES[state]
    return State(state.german, tone, sign)


def _load(session: Session, want: Want) -> Sequence[tuple[UUID, Row]]:
    if want.chip == "quarantine":
        return [
            (
                one.id,
                (
                    at_town(one.received_at).date(),
                    one.name,
                    "nicht lesbar",
                    None,
                    None,
                    State("Quarantäne", "bad", "!"),
                ),
            )
            for one in queries.quarantine(session)
        ]
    states = {
        "ended": _ENDED,
        "new": (ApplicationState.NEW,),
        "forwarded": (ApplicationState.FORWARDED,),
    }.get(want.chip, OPEN)
    return [
        (
            one.id,
            (
                at_town(one.received_at).date(),
                one.title,
                f"{one.service_title} (Test)" if one.is_test else one.service_title,
                one.case_number,
                one.clerk,
                state_of(one.state),
            ),
        )
        for one in queries.worklist(session, states)
    ]


SOURCE = WholeSource(
    name="antraege",
    title="Anträge",
    columns=COLUMNS,
    tables=frozenset({"application", "quarantined_delivery", "case_file"}),
    load=_load,
    chips=(
        Chip("open", "Offen"),
        Chip("new", "Neu"),
        Chip("forwarded", "Weitergeleitet"),
        Chip("ended", "Abgeschlossen"),
        Chip("quarantine", "Nicht lesbar"),
    ),
    empty=(
        "Hier liegt nichts. Das Formular des Bestatters oder eine Hallenanfrage lässt sich auf das Fenster"
        " ziehen oder mit „Antrag einlesen“ öffnen."
    ),
)


def application_detail(session: Session, services: Services, record: UUID, on: date) -> Detail | None:
    """An application as a clerk reads it; or a delivery that nobody could read."""
    held = session.get(QuarantinedDelivery, record)
    if held is not None:
        return _held_detail(session, held)
    if session.get(Application, record) is None:
        return None
    view = queries.view(session, services, record)
    row = view.row
    way = way_of(view)
    cases = [row.case_id] if row.case_id else []
    return Detail(
        title=row.title,
        second=" · ".join(
            filter(
                None,
                (row.service_title, view.case_number, f"Eingang {at_town(row.received_at):%d.%m.%Y %H:%M}"),
            )
        ),
        state=state_of(row.state),
        actions=(
            *((way.command,) if way is not None and waits(row) else ()),
            *(("applications.answer_forwarded",) if forwarding.is_to_be_answered(view.forwarded) else ()),
        ),
        more=("applications.forward", "town.note", "town.remind", "town.attach"),
        tabs=(
            Tab("Übersicht", tuple(_overview(view))),
            case_tab([record], cases),
            letters_tab([record], cases),
            fees_tab(on, cases=cases),
            history_tab([record]),
        ),
    )


def _overview(view: ApplicationView) -> Iterator[Part]:
    row = view.row
    if row.is_test:
        yield Banner("Dies ist nur eine Testübermittlung; aus ihr wird kein Vorgang.", "calm")
    yield from forwarding.standing(view.forwarded)
    for finding in view.findings:
        yield Banner(finding, "warn")
    way = way_of(view)
    if row.result_id is not None and way is not None:
        result = Target(way.result_page, row.result_id)
        yield Banner("Übernommen.", "good", target=result, remedy=way.to_result)
    for block in view.blocks:
        yield Facts(block.title, tuple(Fact(one.label, one.value) for one in block.rows))
    if view.checklist:
        words = {True: State("liegt vor", "good", "✓"), False: State("fehlt", "warn", "○"), None: None}
        yield Lines(
            "Was vorliegen muss",
            tuple(Line(one.label, icon="list-checks", state=words[one.settled]) for one in view.checklist),
        )
    yield Lines(
        "Anlagen",
        tuple(
            Line(
                one.name,
                f"{max(1, one.size // 1024)} kB",
                icon="paperclip",
                action="town.open_file",
                record=one.id,
            )
            for one in view.attachments
        ),
        "Keine Anlagen.",
    )
    yield from forwarding.history_there(view.forwarded)


def _held_detail(session: Session, held: QuarantinedDelivery) -> Detail:
    return Detail(
        title=held.name,
        second=f"Eingang {german_date(at_town(held.received_at).date())}",
        state=State("Quarantäne", "bad", "!"),
        actions=("applications.put_aside",),
        tabs=(
            Tab(
                "Übersicht",
                (
                    Banner(held.sentence, "warn"),
                    Lines(
                        "Datei",
                        tuple(
                            Line(one.name, icon="paperclip", action="town.open_file", record=one.id)
                            for one in attachments_of(session, held.id)
                        ),
                        "Die Datei war zu groß, um sie aufzuheben.",
                    ),
                ),
            ),
            history_tab([held.id]),
        ),
    )


class ApplicationsPage(ListPage):
    """The list; unreadable deliveries have a chip of their own."""

    def open(self, target: Target) -> None:
        """``tab`` "quarantine" shows what could not be read."""
        if target.tab == "quarantine":
            self.choose_chip("quarantine")
            target = Target(target.page, target.record)
        super().open(target)


@page(
    "antraege",
    "Anträge",
    icon="inbox",
    rank=2,
    kinds=("application", "quarantined_delivery"),
    words="posteingang online",
)
def applications_page(desk: Desk) -> Page:
    """List and detail of the applications."""
    return ApplicationsPage(
        desk,
        SOURCE,
        about="application",
        detail=lambda session, record: application_detail(session, desk.office.services, record, desk.today),
        primary="applications.take_in",
    )


@command(
    "applications.take_in",
    "Antrag einlesen",
    icon="upload",
    key="Ctrl+O",
    words="formular datei öffnen import",
)
def choose_files(desk: Desk, _subject: UUID | None) -> None:
    """Chooses files and takes them in."""
    chosen, _ = QFileDialog.getOpenFileNames(
        desk.window, "Antrag einlesen", "", "Anträge (*.json *.xml *.zip *.pdf);;Alle Dateien (*)"
    )
    if chosen:
        take_in(desk, chosen)


@command(
    "applications.enter_burial",
    "Bestattung eintragen",
    icon="flower-2",
    about="application",
    needs=True,
    words="übernehmen",
)
def enter_burial(desk: Desk, application: UUID | None) -> None:
    """The guided burial, filled in from the form."""
    desk.go("bestattung", application)


@command(
    "applications.book_hall",
    "Halle buchen",
    icon="calendar-days",
    about="application",
    needs=True,
    words="übernehmen",
)
def book_hall(desk: Desk, application: UUID | None) -> None:
    """The guided booking, filled in from the form."""
    desk.go("buchung", application)


@command(
    "applications.put_aside", "Erledigt", icon="check", about="application", needs=True, searchable=False
)
def put_aside(desk: Desk, delivery: UUID | None) -> None:
    """An unreadable delivery needs nothing more."""
    assert delivery is not None
    open_form(
        desk,
        "Lieferung erledigt",
        (
            Section(
                "",
                (
                    (
                        Field(
                            "reason",
                            "&Was ist damit geschehen?",
                            "text",
                            12,
                            required=True,
                            placeholder="zum Beispiel: Absender angerufen, schickt neu",
                        ),
                    ),
                ),
            ),
        ),
        lambda values: PutAside(delivery=delivery, reason=values["reason"]),
        words="Lieferung erledigt.",
    )
