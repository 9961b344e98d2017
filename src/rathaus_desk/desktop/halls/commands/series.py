"""Commands for series and season plans."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.halls.booking_form import COLLISIONS, sections, series_consequences, series_request
from rathaus_desk.desktop.parts.described import Choice, Field, Section
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.desktop.rehearsal import rehearsed
from rathaus_desk.halls import queries
from rathaus_desk.halls.operations.series import AddOccurrence, CopySeason, FollowHolidays, SplitSeries
from rathaus_desk.halls.records import BookingSeries
from rathaus_desk.halls.series_plan import holiday_difference
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.store.operations import Request

Values = dict[str, Any]


def _series_of(desk: Desk, booking: UUID | None) -> UUID | None:
    """The series of the booking that is open; says so if it has none."""
    assert booking is not None
    found = desk.read_now(lambda session: queries.booking(session, booking).series_id)
    if found is None:
        desk.say("Diese Buchung gehört zu keiner Serie.")
    return found


@command(
    "halls.book_series",
    "Serie buchen",
    icon="calendar-clock",
    words="training wöchentlich monatlich verein",
)
def book_series(desk: Desk, _subject: UUID | None) -> None:
    """A series with its dates, and everything in the way at once."""
    open_form(
        desk,
        "Serie buchen",
        sections(desk, series=True),
        series_request,
        save_title="Serie buchen",
        values={"skip_public": True, "collisions": "none", "rhythm": "weekly"},
        consequences=series_consequences(desk),
        words="Serie gebucht.",
        done=lambda done: desk.go("buchungen", done.value.booked[0]),
    )


@command("halls.add_occurrence", "Serientermin hinzufügen", icon="plus", about="booking", needs=True)
def add_occurrence(desk: Desk, booking: UUID | None) -> None:
    """One more date, such as one that was left out."""
    series = _series_of(desk, booking)
    if series is None:
        return

    def request(values: Values) -> Request | None:
        on = values.get("on")
        return AddOccurrence(series=series, on=on) if on else None

    open_form(
        desk,
        "Serientermin hinzufügen",
        (Section("", ((Field("on", "&Tag", "date", 4, required=True, future=True),),)),),
        request,
        intro=desk.read_now(lambda session: _skipped(session, series)),
        consequences=rehearsed(desk, request),
        words="Termin hinzugefügt.",
    )


def _skipped(session: Session, series: UUID) -> str:
    left_out = queries.series(session, series).skipped
    words = "; ".join(f"{one['on'][8:]}.{one['on'][5:7]}.{one['on'][:4]} ({one['why']})" for one in left_out)
    return f"Bisher ausgelassen: {words}." if words else "Bisher ist kein Termin ausgelassen."


@command("halls.split_series", "Serie teilen", icon="unlink", about="booking", needs=True)
def split_series(desk: Desk, booking: UUID | None) -> None:
    """From a day on it is a series of its own, so that it can be changed from there."""
    series = _series_of(desk, booking)
    if series is None:
        return

    def request(values: Values) -> Request | None:
        on = values.get("on")
        return SplitSeries(series=series, on=on) if on else None

    open_form(
        desk,
        "Serie teilen",
        (Section("", ((Field("on", "&Ab", "date", 4, required=True, future=True),),)),),
        request,
        consequences=rehearsed(desk, request),
        words="Serie geteilt.",
    )


@command("halls.follow_holidays", "Feiertage nachziehen", icon="refresh-cw", about="booking", needs=True)
def follow_holidays(desk: Desk, booking: UUID | None) -> None:
    """Shows what changed in the holidays since, and follows it if wanted."""
    series = _series_of(desk, booking)
    if series is None:
        return
    difference = desk.read_now(lambda session: holiday_difference(session, series, desk.today))
    if not difference:
        desk.say("Die Serie entspricht den Feiertagen, wie sie jetzt bekannt sind.")
        return
    gone = [f"{german_date(one.on)} entfällt ({one.why})" for one in difference.to_skip]
    back = [f"{german_date(one.on)} kommt wieder dazu" for one in difference.to_add]
    open_form(
        desk,
        "Feiertage nachziehen",
        (),
        lambda _values: FollowHolidays(series=series),
        intro="; ".join((*gone, *back)),
        save_title="Nachziehen",
        words="Serie angepasst.",
    )


@command(
    "halls.copy_season", "Saisonplan übernehmen", icon="copy", words="belegungsplan halbjahr winter sommer"
)
def copy_season(desk: Desk, _subject: UUID | None) -> None:
    """All series of a season once more, with all collisions shown before."""
    seasons = desk.read_now(_seasons)
    if not seasons:
        desk.say("Noch gehört keine Serie zu einer Saison.")
        return

    def request(values: Values) -> Request | None:
        first, last = values.get("first"), values.get("last")
        if first is None or last is None or not values.get("season") or not values.get("new_season"):
            return None
        return CopySeason(
            season=values["season"],
            new_season=values["new_season"],
            first=first,
            last=last,
            on_collision=values.get("collisions") or "none",
        )

    open_form(
        desk,
        "Saisonplan übernehmen",
        (
            Section(
                "",
                (
                    (
                        Field("season", "&Saison", "choice", 6, choices=seasons, required=True),
                        Field("new_season", "&Neue Saison", span=6, required=True),
                    ),
                    (
                        Field("first", "&Von", "date", 4, required=True, future=True),
                        Field("last", "&Bis", "date", 4, required=True, future=True),
                    ),
                    (
                        Field(
                            "collisions", "Was belegt ist:", "choice", 12, choices=COLLISIONS, required=True
                        ),
                    ),
                ),
            ),
        ),
        request,
        save_title="Übernehmen",
        values={"collisions": "none"},
        consequences=rehearsed(desk, request),
        words="Saisonplan übernommen.",
    )


def _seasons(session: Session) -> list[Choice]:
    query = select(BookingSeries.season).where(BookingSeries.season != "").distinct()
    return [Choice(season, season) for season in sorted(session.scalars(query))]
