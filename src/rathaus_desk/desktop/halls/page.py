"""Hallen: the occupancy plan of all rooms, and the list of bookings."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from sqlalchemy.orm import Session

from rathaus_desk.desktop.commands import COMMANDS
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.halls.commands.bookings import open_booking_form, open_move_form
from rathaus_desk.desktop.halls.detail import booking_detail
from rathaus_desk.desktop.halls.poster import poster_of, public_bars
from rathaus_desk.desktop.halls.scale import Scale, ScaleName
from rathaus_desk.desktop.halls.source import BookingsSource
from rathaus_desk.desktop.halls.timeline_view import Timeline
from rathaus_desk.desktop.pages import Page, page
from rathaus_desk.desktop.parts.described import Choice, Field, Section, State, Target
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.desktop.parts.list_page import ListPage
from rathaus_desk.desktop.parts.part_widgets import button, hairline, icon_button, label
from rathaus_desk.desktop.theme.pills import Pill
from rathaus_desk.desktop.theme.tokens import XL, L, M, S
from rathaus_desk.halls import queries
from rathaus_desk.halls.operations.bookings import MoveBooking
from rathaus_desk.halls.records import Booking, BookingSeries
from rathaus_desk.halls.rules.times import Times, moment_of, wall_of
from rathaus_desk.halls.timeline import Bar, Lane, bars, lanes
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.store.home import cannot_write
from rathaus_desk.store.operations import Done
from rathaus_desk.store.watch import News
from rathaus_desk.town import queries as town

if TYPE_CHECKING:
    from rathaus_desk.letters.poster import Paper

SCALES: tuple[tuple[ScaleName, str], ...] = (("day", "Tag"), ("week", "Woche"), ("month", "Monat"))
PAPERS = (Choice("A3", "A3 quer"), Choice("A4", "A4 quer"))
_TABLES = frozenset({"booking", "hall", "hall_room", "hall_closed_time", "claim", "person"})
_LEGEND = (
    State("fest gebucht", "calm", "●"),
    State("Option", "warn", "?"),
    State("geschlossen", "calm", "╱"),
)
_EMPTY = (
    "Noch ist keine Halle eingerichtet. Hallen kommen mit ihrer Datei ([[hall]]) unter Einstellungen,"
    " Satzungen und Tarife."
)


class OccupancyPage(Page):
    """Every room as a row over days or hours."""

    about = "booking"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._scale = Scale("week", desk.today)
        self._question = desk.latest(self)
        self._dragged = desk.latest(self)
        self.setProperty("surface", "sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._make_head())
        box.addWidget(hairline())
        self.timeline = Timeline(self._scale, "Belegungsplan")
        self.timeline.opened.connect(self._opened)
        self.timeline.wanted.connect(self._wanted)
        self.timeline.moved.connect(self._moved)
        self.timeline.dragging.connect(self._dragging)
        box.addWidget(self.timeline, 1)
        self._empty = label("muted", _EMPTY, wrap=True)
        self._empty.setContentsMargins(XL, XL, XL, XL)
        self._empty.hide()
        box.addWidget(self._empty)
        box.addWidget(hairline())
        box.addWidget(self._make_foot())

    def _make_head(self) -> QWidget:
        head = QWidget()
        rows = QVBoxLayout(head)
        rows.setContentsMargins(XL, L, L, M)
        rows.setSpacing(M)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(label("page-title", "Hallen"), 0, Qt.AlignmentFlag.AlignBaseline)
        row.addStretch(1)
        listed = button("Liste", "list", tip="Die Buchungen als Liste")
        listed.clicked.connect(lambda: self.desk.go("buchungen"))
        row.addWidget(listed)
        houses = button("Räume", "building-2", tip="Hallen und Räume, mit Bildern")
        houses.clicked.connect(lambda: self.desk.go("haeuser"))
        row.addWidget(houses)
        row.addWidget(icon_button("printer", "Plan als Aushang speichern", self.print_plan))
        command = COMMANDS["halls.book"]
        new = button(command.title, "plus", primary=True, tip=f"{command.title} ({command.key_words})")
        new.clicked.connect(self._book_here)
        row.addWidget(new)
        rows.addLayout(row)
        second = QHBoxLayout()
        second.setSpacing(S)
        second.addWidget(icon_button("chevron-left", "Zurück blättern", lambda: self._turn(-1)))
        today = button("Heute")
        today.clicked.connect(lambda: self.show_scale(Scale(self._scale.name, self.desk.today)))
        second.addWidget(today)
        second.addWidget(icon_button("chevron-right", "Weiter blättern", lambda: self._turn(1)))
        self._chips = QButtonGroup(self)
        for at, (name, title) in enumerate(SCALES):
            made = QPushButton(title)
            made.setCheckable(True)
            made.setProperty("chip", True)
            made.setChecked(name == self._scale.name)
            self._chips.addButton(made, at)
            second.addWidget(made)
        self._title = label("muted", self._scale.title, wrap=True)
        second.addSpacing(S)
        second.addWidget(self._title, 1)
        self._chips.idClicked.connect(lambda at: self.show_scale(Scale(SCALES[at][0], self._scale.day)))
        rows.addLayout(second)
        return head

    def _make_foot(self) -> QWidget:
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(XL, S, XL, S)
        row.setSpacing(S)
        for state in _LEGEND:
            pill = Pill()
            pill.show_state(state)
            row.addWidget(pill)
        self._hint = label("muted", _KEYS, wrap=True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._hint, 1)
        return foot

    # --- as a page --------------------------------------------------------------------------------------

    @property
    def subject(self) -> UUID | None:
        """The booking on which somebody stands."""
        bar = self.timeline.current_bar
        return bar.record if bar is not None and bar.kind != "closed" else None

    def open(self, target: Target) -> None:
        """Shows the plan; a record leads to the day of its booking."""
        if target.record is not None:
            day = self.desk.read_now(lambda session: _day_of(session, target.record))
            if day is not None:
                self._scale = Scale(self._scale.name, day.date())
        self.show_scale(self._scale)
        self.desk.tasks.start(self.desk.office.end_options, lambda _: None, self.desk.failed.emit)

    def happened(self, news: News) -> None:
        """Reads again what changed; place and selection are kept."""
        if news.tables & _TABLES:
            self._load()

    def focus_first(self) -> None:
        """The plan."""
        self.timeline.setFocus()

    # --- what is seen -----------------------------------------------------------------------------------

    def show_scale(self, scale: Scale) -> None:
        """Another day, week or month."""
        self._scale = scale
        for at, (name, _) in enumerate(SCALES):
            self._chips.button(at).setChecked(name == scale.name)
        self._title.setText(scale.title)
        self._load()

    def _turn(self, by: int) -> None:
        self.show_scale(self._scale.moved(by))

    def _load(self) -> None:
        scale = self._scale
        self._question.ask(
            lambda: self.desk.read_now(lambda session: _read(session, scale)),
            lambda found: self._show(scale, *found),
            self.desk.failed.emit,
        )

    def _show(self, scale: Scale, found: list[Lane], held: list[Bar]) -> None:
        self.timeline.today = wall_of(self.desk.office.store.clock.now())
        self.timeline.show_plan(scale, found, held)
        self.timeline.setVisible(bool(found))
        self._empty.setVisible(not found)

    def print_plan(self) -> None:
        """Asks for the paper and the file of a poster of what is seen."""
        open_form(
            self.desk,
            "Plan als Aushang",
            (
                Section(
                    "",
                    (
                        (Field("paper", "&Papier", "choice", 4, choices=PAPERS, required=True),),
                        (
                            Field(
                                "public",
                                "nur „belegt“, ohne Namen und Zwecke",
                                "flag",
                                12,
                                hint="So darf der Plan öffentlich hängen.",
                            ),
                        ),
                    ),
                ),
            ),
            self._poster_wanted,
            save_title="Speichern als PDF",
            values={"paper": "A3", "public": True},
        )

    def _poster_wanted(self, values: dict[str, Any]) -> None:
        proposed = f"{self._scale.title}.pdf"
        chosen, _ = QFileDialog.getSaveFileName(self, "Plan als Aushang", proposed, "PDF (*.pdf)")
        if chosen:
            self.save_poster(Path(chosen), values["paper"], public=values["public"])

    def save_poster(self, path: Path, paper: Paper, *, public: bool) -> None:
        """Writes what is seen as a sheet for the notice board, in a worker; CannotWork if it cannot be."""
        scale, today = self._scale, self.desk.today

        def write() -> None:
            from rathaus_desk.letters.poster import render_poster

            with self.desk.office.store.read() as session:
                found, held = _read(session, scale)
                author = town.town(session).authority
            bars = public_bars(held) if public else held
            sheet = render_poster(poster_of(scale, found, bars, paper, author=author, day=today))
            try:
                path.write_bytes(sheet)
            except OSError as error:
                raise cannot_write(path, error) from error

        self.desk.tasks.start(
            write,
            lambda _: self.desk.say(f"Plan nach „{path.name}“ gespeichert."),
            self.desk.failed.emit,
        )

    # --- what is done -----------------------------------------------------------------------------------

    def _opened(self, bar: Bar) -> None:
        if bar.kind == "closed":
            self.desk.say(f"Geschlossen: {bar.title}")
        else:
            self.desk.go("buchungen", bar.record)

    def _book_here(self) -> None:
        at = self.timeline.current
        if at is None:
            open_booking_form(self.desk)
        else:
            open_booking_form(self.desk, {"hall": str(at[0].hall), "on": at[1].date()})

    def _wanted(self, lane: Lane, starts: datetime, ends: datetime) -> None:
        values = {
            "hall": str(lane.hall),
            "on": starts.date(),
            "starts": starts.time(),
            "ends": ends.time(),
        }
        if ends.date() != starts.date() and ends.time() != starts.time().min:
            values["until"] = ends.date()
        open_booking_form(self.desk, values)

    def _moved(self, bar: Bar, starts: datetime, ends: datetime) -> None:
        """The form shows price and conflicts before anything is saved."""
        try:
            open_move_form(self.desk, bar.record, Times.of(starts, ends))
        except DeskError as error:
            self.desk.say(error.sentence)

    def _dragging(self, bar: Bar | None, starts: datetime, ends: datetime) -> None:
        """Price and conflicts while the mouse is down."""
        if bar is None:
            self._dragged.forget()
            self._hint.setText(_KEYS)
            return
        self._dragged.ask(
            lambda: self._outlook(bar, starts, ends),
            self._hint.setText,
            lambda error: self._hint.setText(error.sentence),
        )

    def _outlook(self, bar: Bar, starts: datetime, ends: datetime) -> str:
        request = MoveBooking(booking=bar.record, starts=starts, ends=ends)
        office = self.desk.office

        def look(session: Session, _done: Done, _files: object) -> str:
            booking = queries.booking(session, bar.record)
            price = booking.total.german() if booking.total is not None else "noch offen"
            return f"{german_date(starts.date())}, {starts:%H:%M}–{ends:%H:%M}: frei, Preis {price}"

        return office.store.rehearse(request, look, clerk=office.clerk)


_KEYS = "Pfeiltasten gehen durch Zeiten und Räume, Eingabe öffnet, N bucht, Alt+Pfeil verlegt."


def _read(session: Session, scale: Scale) -> tuple[list[Lane], list[Bar]]:
    found = lanes(session)
    return found, bars(session, found, moment_of(scale.first), moment_of(scale.last))


def _day_of(session: Session, record: UUID | None) -> datetime | None:
    booking = session.get(Booking, record)
    return wall_of(booking.starts) if booking is not None else None


class BookingsPage(ListPage):
    """List and detail of the bookings; a series that the search found opens its next date."""

    def open(self, target: Target) -> None:
        """Shows a booking, or one of a series."""
        if target.record is not None:
            record = self.desk.read_now(lambda session: _booking_of(session, target.record))
            target = Target(target.page, record, target.tab)
        super().open(target)


def _booking_of(session: Session, record: UUID | None) -> UUID | None:
    if record is None or session.get(BookingSeries, record) is None:
        return record
    return next((one.id for one in queries.occurrences(session, record)), None)


@page("hallen", "Hallen", icon="calendar-days", rank=4, words="dgh saal belegung kalender")
def occupancy_page(desk: Desk) -> Page:
    """The occupancy plan."""
    return OccupancyPage(desk)


@page(
    "buchungen",
    "Hallenbuchungen",
    within="hallen",
    kinds=("booking", "booking_series"),
    help_page="hallen",
    words="vermietung option",
)
def bookings_page(desk: Desk) -> Page:
    """The bookings as a list."""
    return BookingsPage(
        desk,
        BookingsSource(),
        about="booking",
        detail=lambda session, record: booking_detail(session, record, desk.today),
        primary="halls.book",
        tools=("halls.book_series",),
    )
