"""Hallen und Räume: what can be let, with pictures, rooms, opening hours and whoever looks after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import Page, page
from rathaus_desk.desktop.parts.described import (
    Column,
    Detail,
    Fact,
    Facts,
    Field,
    Line,
    Lines,
    Part,
    Picture,
    Pictures,
    Section,
    Tab,
)
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.desktop.parts.list_page import ListPage
from rathaus_desk.desktop.parts.sources import Row, Want, WholeSource
from rathaus_desk.desktop.tabs import case_tab, history_tab
from rathaus_desk.fees.vocabulary import WEEKDAYS
from rathaus_desk.halls import queries
from rathaus_desk.halls.occupancy import capacity_of
from rathaus_desk.halls.operations.houses import AddPicture, DescribePicture, RemovePicture
from rathaus_desk.halls.pictures import keep_picture
from rathaus_desk.halls.records import Hall, Room
from rathaus_desk.halls.rules.times import german_span, moment_of
from rathaus_desk.store.attachments import Attachment, attachments_of
from rathaus_desk.store.engine import Store


def _load(session: Session, _want: Want) -> Sequence[tuple[UUID, Row]]:
    found = []
    for hall in queries.halls(session):
        rooms = queries.rooms_of(session, hall.id)
        sets = queries.sets_of(session, hall.id)
        pictures = queries.pictures_of(session, hall.id)
        row = (hall.name, hall.district, len(rooms), len(sets), capacity_of(rooms), len(pictures))
        found.append((hall.id, row))
    return found


SOURCE = WholeSource(
    name="haeuser",
    title="Hallen und Räume",
    columns=(
        Column("name", "Halle", width=28, stretch=True),
        Column("district", "Ortsteil", width=16, stretch=True),
        Column("rooms", "Räume", "number", width=8),
        Column("sets", "Zu mieten", "number", width=10),
        Column("persons", "Personen", "number", width=10),
        Column("pictures", "Bilder", "number", width=8),
    ),
    tables=frozenset({"hall", "hall_room", "hall_set", "hall_picture"}),
    load=_load,
    empty=(
        "Noch ist keine Halle eingerichtet. Hallen kommen mit ihrer Datei ([[hall]]) unter Einstellungen,"
        " Satzungen und Tarife."
    ),
)


def hall_detail(session: Session, store: Store, record: UUID, on: date) -> Detail | None:
    """Everything about one hall; None if it is gone."""
    hall = session.get(Hall, record)
    if hall is None or hall.deleted_at is not None:
        return None
    pictures = queries.pictures_of(session, record)
    return Detail(
        title=hall.name,
        second=hall.district,
        actions=("halls.book", "halls.close"),
        more=("town.note", "town.remind", "town.attach"),
        tabs=(
            Tab("Übersicht", tuple(_overview(session, store, hall, on))),
            case_tab([record], ()),
            history_tab([record, *(one.id for one in pictures)]),
        ),
    )


def _overview(session: Session, store: Store, hall: Hall, on: date) -> Iterator[Part]:
    yield _pictures(session, store, hall)
    rooms = queries.rooms_of(session, hall.id)
    yield Facts("Räume", tuple(Fact(room.name, _seats(room), _buffers(room)) for room in rooms))
    names = {room.key: room.name for room in rooms}
    yield Lines(
        "Zu mieten",
        tuple(
            Line(one.name, ", ".join(names.get(key, key) for key in one.rooms), icon="layers")
            for one in queries.sets_of(session, hall.id)
        ),
        "Nur einzelne Räume.",
    )
    yield Facts("Haus", tuple(_house(hall)))
    yield _closed(session, hall, on)


def _pictures(session: Session, store: Store, hall: Hall) -> Pictures:
    tools = ("halls.describe_picture", "halls.remove_picture")
    found = [
        Picture(one.text, file.sha256, partial(_content, store, file.id), one.id, tools)
        for one in queries.pictures_of(session, hall.id)
        for file in attachments_of(session, one.id)[:1]
    ]
    return Pictures("Bilder", tuple(found), "Noch kein Bild.", "halls.add_picture")


def _content(store: Store, attachment: UUID) -> bytes:
    with store.read() as session:
        kept = session.get_one(Attachment, attachment)
    return store.read_attachment(kept)


def _seats(room: Room) -> str:
    plans = [f"{persons} Personen ({plan})" for plan, persons in room.capacity.items()]
    return ", ".join(plans) or "keine Angabe"


def _buffers(room: Room) -> str:
    before, after = room.buffer_before, room.buffer_after
    return f"Auf- und Abbau: {before} und {after} Minuten" if before or after else ""


def _house(hall: Hall) -> Iterator[Fact]:
    hours = [f"{title} {hall.opening[day]}" for day, title in WEEKDAYS.items() if day in hall.opening]
    yield Fact("Geöffnet", ", ".join(hours) or "immer")
    if hall.quiet:
        yield Fact("Ruhezeit", f"{hall.quiet} Uhr")
    if hall.tell:
        yield Fact("Bescheid bekommt", ", ".join(hall.tell), "bei Sperren und Verdrängungen, per E-Mail")
    if hall.caretaker:
        yield Fact("Hausmeister/in", hall.caretaker)
    if hall.equipment:
        yield Fact("Ausstattung", ", ".join(f"{many} {name}" for name, many in hall.equipment.items()))
    if hall.fire_watch_over is not None:
        yield Fact("Brandsicherheitswache", f"bei mehr als {hall.fire_watch_over} Personen")
    if hall.steps:
        yield Fact("Vor jeder Nutzung", ", ".join(step["title"] for step in hall.steps))
    if hall.house_rules:
        yield Fact("Hausordnung", hall.house_rules)
    if hall.tariff_key:
        yield Fact("Tarif", hall.tariff_key)


def _closed(session: Session, hall: Hall, on: date) -> Lines:
    first = moment_of(datetime.combine(on, time()))
    found = queries.closed_between(session, first, first + timedelta(days=366), hall.id)
    return Lines(
        "Geschlossen",
        tuple(Line(one.reason, german_span(one.starts, one.ends), icon="ban") for one in found),
        "Keine geschlossenen Zeiten.",
    )


@page(
    "haeuser",
    "Hallen und Räume",
    within="hallen",
    kinds=("hall",),
    help_page="hallen",
    words="dgh saal bilder",
)
def houses_page(desk: Desk) -> Page:
    """List and detail of the halls."""
    store = desk.office.store
    return ListPage(
        desk,
        SOURCE,
        about="hall",
        detail=lambda session, record: hall_detail(session, store, record, desk.today),
    )


_TEXT = Field(
    "text",
    "&Was ist zu sehen?",
    span=12,
    required=True,
    hint="Wird vorgelesen, wo jemand das Bild nicht sehen kann.",
    placeholder="zum Beispiel: Saal mit Bühne, Tische in Reihen",
)


@command("halls.add_picture", "Bild hinzufügen", icon="image", about="hall", needs=True, words="foto")
def add_picture(desk: Desk, hall: UUID | None) -> None:
    """A picture of the hall that is open."""
    assert hall is not None
    choose = Field("file", "&Bild", "file", 12, required=True, suffixes=(".jpg", ".jpeg", ".png"))
    open_form(
        desk,
        "Bild hinzufügen",
        (Section("", ((choose,), (_TEXT,))),),
        lambda values: AddPicture(
            hall=hall, file=keep_picture(desk.office.store, values["file"]), text=values["text"]
        ),
        save_title="Hinzufügen",
        words="Bild hinzugefügt.",
    )


@command("halls.describe_picture", "Beschreibung ändern", icon="pencil", searchable=False)
def describe_picture(desk: Desk, picture: UUID | None) -> None:
    """Other words for a picture."""
    if picture is None:
        return
    before = desk.read_now(lambda session: queries.picture(session, picture).text)
    open_form(
        desk,
        "Bildbeschreibung ändern",
        (Section("", ((_TEXT,),)),),
        lambda values: DescribePicture(picture=picture, text=values["text"]),
        values={"text": before},
        words="Beschreibung geändert.",
    )


@command("halls.remove_picture", "Bild entfernen", icon="trash-2", searchable=False)
def remove_picture(desk: Desk, picture: UUID | None) -> None:
    """Takes a picture away; the history can bring it back."""
    if picture is not None:
        desk.run(RemovePicture(picture=picture), words="Bild entfernt; der Verlauf bringt es zurück.")
