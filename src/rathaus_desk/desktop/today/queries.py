"""What Heute shows: gathered in one read, as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.applications import queries as applications
from rathaus_desk.applications.records import State as ApplicationState
from rathaus_desk.catalogue import queries as catalogue
from rathaus_desk.cemetery import queries as cemetery
from rathaus_desk.cemetery.records import Burial, Cemetery, Grave
from rathaus_desk.desktop.parts.described import Banner, Line, Target
from rathaus_desk.desktop.tabs import when_words
from rathaus_desk.fees.queries import overdue
from rathaus_desk.halls import queries as halls
from rathaus_desk.halls.rules.times import moment_of, wall_of
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.letters import queries as letters
from rathaus_desk.office.due import Due, due
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.names import display_name
from rathaus_desk.store import local
from rathaus_desk.store.connection import driver_of
from rathaus_desk.sync.conflicts import count_open
from rathaus_desk.town import queries as town

_WEEK = 7
_SOON = 90
_BACKUP_OLD = timedelta(days=3)
_PAGES = {
    "right": ("friedhof", "calendar-clock"),
    "due_item": ("gebuehren", "euro"),
    "appeal": ("gebuehren", "scale"),
    "follow_up": ("", "clock"),
    "hall_task": ("buchungen", "list-checks"),
    "option": ("buchungen", "calendar-clock"),
    "waiting": ("", "bell"),
}
_ACTIONS = {"follow_up": "town.finish_follow_up", "waiting": "halls.offer_waiting"}
_MOST = 12


@dataclass(frozen=True, slots=True)
class Metric:
    """One number with its word; leads somewhere."""

    number: int
    title: str
    second: str
    icon: str
    tone: str
    target: Target


@dataclass(frozen=True, slots=True)
class Today:
    """Everything on Heute."""

    greeting: str
    day: str
    banners: tuple[Banner, ...]
    metrics: tuple[Metric, ...]
    happening: tuple[Line, ...]
    to_do: tuple[Line, ...]
    no_statute: bool
    """Nothing can be decided about graves yet."""
    empty: bool
    """Nothing was entered yet at all."""


_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)


def today(session: Session, now: datetime, clerk: UUID | None) -> Today:
    """Heute, as seen by a clerk at a moment."""
    here = at_town(now)
    on = here.date()
    coming = due(session, on, _WEEK)
    return Today(
        greeting=_greeting(session, here, clerk),
        day=f"{_DAYS[on.weekday()]}, {on.day}. {_MONTHS[on.month - 1]} {on.year}",
        banners=tuple(_banners(session, now)),
        metrics=tuple(_metrics(session, on, coming)),
        happening=(*_happening(session, on), *_lettings(session, on)),
        to_do=tuple(_to_do(session, coming, on, clerk))[:_MOST],
        no_statute=not catalogue.versions(session, "statute"),
        empty=session.scalar(select(Grave.id).limit(1)) is None
        and session.scalar(select(Person.id).limit(1)) is None,
    )


def _greeting(session: Session, here: datetime, clerk: UUID | None) -> str:
    word = "Guten Morgen" if here.hour < 11 else "Guten Tag" if here.hour < 17 else "Guten Abend"
    name = town.clerk(session, clerk).name if clerk else ""
    return f"{word}, {name}" if name else word


def _banners(session: Session, now: datetime) -> Iterator[Banner]:
    open_ones = count_open(driver_of(session))
    if open_ones:
        yield Banner(
            "1 Vorgang passt nicht zu dem, was andere eingetragen haben."
            if open_ones == 1
            else f"{open_ones} Vorgänge passen nicht zu dem, was andere eingetragen haben.",
            target=Target("konflikte"),
            remedy="Konflikte klären",
        )
    kept = local.setting(session, "backup.last")
    last = datetime.fromisoformat(kept) if isinstance(kept, str) else None
    if last is None:
        yield Banner(
            "Es gibt noch keine Datensicherung.",
            target=Target("einstellungen", tab="sicherung"),
            remedy="Sicherung einrichten",
        )
    elif now - last > _BACKUP_OLD:
        yield Banner(
            f"Die letzte Datensicherung ist vom {german_date(at_town(last).date())}.",
            target=Target("einstellungen", tab="sicherung"),
            remedy="Jetzt sichern",
        )


def _metrics(session: Session, on: date, coming: list[Due]) -> Iterator[Metric]:
    waiting = applications.worklist(session, (ApplicationState.NEW,))
    held = len(applications.quarantine(session))
    old = sum((on - at_town(one.received_at).date()).days > 5 for one in waiting)
    yield Metric(
        len(waiting) + held,
        "neue Anträge" if len(waiting) + held != 1 else "neuer Antrag",
        f"{old} warten seit über 5 Tagen"
        if old
        else f"{held} nicht lesbar"
        if held
        else "keiner wartet lange",
        "inbox",
        "warn" if waiting or held else "muted",
        Target("antraege"),
    )
    deadlines = [one for one in coming if one.kind in ("follow_up", "appeal")]
    late = sum(one.on < on for one in deadlines)
    yield Metric(
        len(deadlines),
        "Fristen diese Woche" if len(deadlines) != 1 else "Frist diese Woche",
        f"{late} schon vorbei" if late else _next(deadlines, on),
        "clock",
        "bad" if deadlines else "muted",
        Target("heute", tab="fristen"),
    )
    ending = cemetery.ending_rights(session, on, on + timedelta(days=_SOON))
    yield Metric(
        len(ending),
        "Rechte enden bald" if len(ending) != 1 else "Recht endet bald",
        f"in den nächsten {_SOON} Tagen",
        "calendar-clock",
        "muted",
        Target("friedhof", tab="ending"),
    )
    late_payments = overdue(session, on)
    letters_waiting = len(letters.waiting(session))
    yield Metric(
        letters_waiting,
        "Schreiben zu versenden",
        f"{late_payments} Zahlungen überfällig" if late_payments != 1 else "1 Zahlung überfällig",
        "mail",
        "accent" if letters_waiting else "muted",
        Target("post"),
    )


def _next(deadlines: list[Due], on: date) -> str:
    return f"nächste: {when_words(deadlines[0].on, on)}" if deadlines else "nichts steht an"


def _happening(session: Session, on: date) -> Iterator[Line]:
    last = on + timedelta(days=1)
    columns = Burial.__table__.c
    query = (
        select(Burial, Grave, Cemetery, Person)
        .join(Grave, Burial.grave_id == Grave.id)
        .join(Cemetery, Grave.cemetery_id == Cemetery.id)
        .outerjoin(Person, Burial.deceased_id == Person.id)
        .where(columns.buried_earliest >= on, columns.buried_latest <= last, Burial.gone_on.is_(None))
    )
    found = sorted(
        session.execute(query),
        key=lambda row: (row[0].buried.earliest, row[0].buried_at.timestamp() if row[0].buried_at else 0),
    )
    for burial, grave, its_cemetery, person in found:
        day = burial.buried.earliest
        at = f"{at_town(burial.buried_at):%H:%M}" if burial.buried_at else ""
        undertaker = session.get(Person, burial.undertaker_id) if burial.undertaker_id else None
        name = display_name(person) if person else burial.name_text
        word = "Urnenbeisetzung" if burial.form == "urn" else "Erdbestattung"
        where = f"{its_cemetery.name} {grave.label}"
        yield Line(
            f"{word} {name}",
            " · ".join(filter(None, (where, display_name(undertaker) if undertaker else ""))),
            " ".join(filter(None, ("morgen" if day == last else "", at))) or "heute",
            "flower-2",
            target=Target("friedhof", grave.id),
        )


def _lettings(session: Session, on: date) -> Iterator[Line]:
    """What takes place in the halls today and tomorrow."""
    first, last = (moment_of(datetime(day.year, day.month, day.day)) for day in (on, on + timedelta(days=2)))
    names = {hall.id: hall.name for hall in halls.halls(session)}
    for one in halls.bookings_between(session, first, last):
        begins = wall_of(one.starts)
        day = "morgen" if begins.date() > on else "" if begins.date() == on else "seit"
        yield Line(
            one.purpose,
            names.get(one.hall_id, ""),
            " ".join(filter(None, (day, f"{begins:%H:%M}" if day != "seit" else german_date(begins.date())))),
            "calendar-days",
            target=Target("buchungen", one.id),
        )


def _to_do(session: Session, coming: list[Due], on: date, clerk: UUID | None) -> Iterator[Line]:
    for draft in local.drafts(session, clerk=clerk):
        title = draft.content.get("title") if isinstance(draft.content, dict) else None
        yield Line(
            title or "Angefangene Eingabe",
            f"Entwurf von {at_town(draft.saved_at):%d.%m. %H:%M}: weiterschreiben",
            "Entwurf",
            "pencil",
            target=Target(draft.kind, draft.id),
        )
    for one in coming:
        where, mark = _PAGES.get(one.kind, ("", "clock"))
        title, _, second = one.title.partition(": ")
        yield Line(
            second or title,
            title if second else "",
            german_date(one.on) if one.on < on else when_words(one.on, on),
            mark,
            target=Target(where, one.id) if where else None,
            action=_ACTIONS.get(one.kind, ""),
            record=one.id,
        )
