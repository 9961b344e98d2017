"""The hall file (``[[hall]]``): halls, their rooms, and what can be let."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from rathaus_desk.catalogue.findings import Finding
from rathaus_desk.catalogue.kinds import CatalogueFile, Definitions, FileKind, Version
from rathaus_desk.catalogue.reading import nearest
from rathaus_desk.fees.vocabulary import WEEKDAYS

Key = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$",
        description="Kleinbuchstaben ohne Umlaute, Ziffern, Binde- und Unterstrich",
        examples=["saal"],
    ),
]
Text = Annotated[str, Meta(min_length=1, max_length=200)]
EmailAddress = Annotated[
    str,
    Meta(
        pattern=r"^[^\s@,;<>\"]+@[^\s@,;<>\"]+$",
        max_length=254,
        description="eine E-Mail-Adresse",
        examples=["hausmeister@musterrode.example"],
    ),
]
Persons = Annotated[int, Meta(ge=0, le=100_000)]
Minutes = Annotated[int, Meta(ge=0, le=10_080)]
Hours = Annotated[
    str,
    Meta(
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]:[0-5][0-9]|2[0-3]:[0-5][0-9]|24:00)$",
        description="zwei Uhrzeiten mit Strich",
        examples=["08:00-22:00"],
    ),
]
"""From–to of a day's wall clock, the end exclusive; an end before the beginning is on the next day."""


class BufferTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Minutes a room needs before and after each use, where they are not the hall's."""

    before: Minutes = 0
    after: Minutes = 0


class StepTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[[hall.step]]``: one tick of the approval chain (caretaker, cleaning, key …), in the file's order."""

    key: Key
    title: Text
    days_before: Annotated[int, Meta(ge=0, le=366)] = 0
    """How many days before the use it should be ticked."""


class PictureTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[[hall.picture]]``: a file beside this one, and what is to be seen on it."""

    file: Annotated[
        str,
        Meta(
            pattern=r"^(?!.*\.\.)[^/\\:][^\\:]{0,199}\.([Pp][Nn][Gg]|[Jj][Pp][Ee]?[Gg])$",
            description="ein Pfad neben dieser Datei, mit / und auf .jpg oder .png",
            examples=["bilder/saal.jpg"],
        ),
    ]
    text: Text


class SetTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[[hall.set]]``: what can be let; two sets that share a room exclude each other."""

    key: Key
    name: Text
    rooms: Annotated[tuple[Key, ...], Meta(min_length=1)]


class HallTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[hall]]``. ``capacity``: room → seating plan → persons. ``names``: room → how it is called.

    ``opening``: weekday (English) → hours, a missing day is not open; no table at all: always open. In the
    ``quiet`` hours a use is warned of. ``keys`` and ``checklist`` stand in the handover record.
    ``tell``: who must know when it is closed or somebody is displaced.
    ``fire_watch_over``: from more persons on a fire watch is a duty.
    """

    key: Key
    name: Text
    rooms: Annotated[tuple[Key, ...], Meta(min_length=1)]
    district: str = ""
    buffer_minutes: Minutes = 0
    names: dict[str, Text] = {}
    capacity: dict[str, dict[str, Persons]] = {}
    equipment: dict[str, Persons] = {}
    set: tuple[SetTable, ...] = ()
    buffers: dict[str, BufferTable] = {}
    opening: dict[str, Hours] = {}
    quiet: Hours | None = None
    caretaker: str = ""
    house_rules: str = ""
    tariff: str = ""
    fire_watch_over: Persons | None = None
    step: tuple[StepTable, ...] = ()
    picture: tuple[PictureTable, ...] = ()
    keys: tuple[Text, ...] = ()
    checklist: tuple[Text, ...] = ()
    tell: tuple[EmailAddress, ...] = ()

    def rooms_of(self, set_key: str) -> tuple[str, ...] | None:
        """The rooms of a set; None if there is no such set."""
        return next((entry.rooms for entry in self.set if entry.key == set_key), None)

    def room_name(self, room: str) -> str:
        """How a room is called; its key where the file gives no name."""
        return self.names.get(room, room)


class HallFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    hall: Annotated[tuple[HallTable, ...], Meta(min_length=1)]


def _versions(content: HallFile) -> Iterable[Version]:
    """Halls have no validity of their own: what a file says holds until it is replaced."""
    return [Version(hall.key, hall.name, date.min) for hall in content.hall]


def _refuse(file: CatalogueFile) -> Iterable[Finding]:
    seen: set[str] = set()
    for position, hall in enumerate(file.content.hall):
        at = ("hall", position)
        if hall.key in seen:
            yield file.finding((*at, "key"), f"Die Halle „{hall.key}“ gibt es in dieser Datei schon.")
        seen.add(hall.key)
        for room in _twice(hall.rooms):
            yield file.finding((*at, "rooms"), f"Der Raum „{room}“ steht zweimal in „{hall.key}“.")
        for key in _twice(entry.key for entry in hall.set):
            yield file.finding((*at, "set"), f"Die Raumkombination „{key}“ gibt es in „{hall.key}“ zweimal.")
        for place, entry in enumerate(hall.set):
            yield from _known(file, (*at, "set", place, "rooms"), entry.rooms, hall)
        for name in ("names", "capacity", "buffers"):
            for room in getattr(hall, name):
                yield from _known(file, (*at, name, room), (room,), hall)
        for key in _twice(step.key for step in hall.step):
            yield file.finding((*at, "step"), f"Den Schritt „{key}“ gibt es in „{hall.key}“ zweimal.")
        for name in _twice(picture.file for picture in hall.picture):
            yield file.finding((*at, "picture"), f"Das Bild „{name}“ steht zweimal in „{hall.key}“.")
        for day in hall.opening:
            if day not in WEEKDAYS:
                near = nearest(day, list(WEEKDAYS))
                should = f'"{near}"' if near else f"einer von: {', '.join(WEEKDAYS)}"
                yield file.finding((*at, "opening", day), f"„{day}“ ist kein Wochentag.", should)


def _known(
    file: CatalogueFile, at: tuple[str | int, ...], rooms: Iterable[str], hall: HallTable
) -> Iterable[Finding]:
    for room in rooms:
        if room not in hall.rooms:
            near = nearest(room, list(hall.rooms))
            should = f'"{near}"' if near else f"einer von: {', '.join(hall.rooms)}"
            yield file.finding(at, f"Den Raum „{room}“ hat die Halle „{hall.key}“ nicht.", should)


def _twice(names: Iterable[str]) -> list[str]:
    listed = list(names)
    return sorted({name for name in listed if listed.count(name) > 1})


def _find(file: CatalogueFile, _: object) -> Iterable[Finding]:
    for position, hall in enumerate(file.content.hall):
        let = {room for entry in hall.set for room in entry.rooms}
        for room in hall.rooms:
            if room not in let:
                yield file.finding(
                    ("hall", position, "rooms"),
                    f"Der Raum „{room}“ ({hall.name}) gehört zu keiner Raumkombination: er kann nur einzeln "
                    "über rooms gebucht werden.",
                    f'[[hall.set]] mit rooms = ["{room}"]',
                )


def _defines(content: HallFile) -> Definitions:
    return {
        "hall": {
            hall.key: {
                "name": hall.name,
                "rooms": hall.rooms,
                "sets": {entry.key: entry.rooms for entry in hall.set},
            }
            for hall in content.hall
        },
        "room": {room: {"hall": hall.key} for hall in content.hall for room in hall.rooms},
        "set": {
            entry.key: {"hall": hall.key, "rooms": entry.rooms} for hall in content.hall for entry in hall.set
        },
    }


HALL = FileKind("hall", "Hallen", HallFile, _versions, refuse=_refuse, find=_find, defines=_defines)
