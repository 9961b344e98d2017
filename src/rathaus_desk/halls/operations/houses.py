"""Halls themselves: taken over from their file, and closed for a time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from rathaus_desk.halls import queries
from rathaus_desk.halls.hall_file import HallFile, HallTable
from rathaus_desk.halls.occupancy import Occupied, Place, obstacles
from rathaus_desk.halls.records import ClosedTime, Hall, HallPicture, Room, RoomSet
from rathaus_desk.halls.rules.times import Times
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.ids import catalogue_id
from rathaus_desk.kernel.texts import worded
from rathaus_desk.store.attachments import KeptFile, attachments_of
from rathaus_desk.store.operations import Request, Work, operation

LONGEST_TEXT = 2_000
LONGEST_ALTERNATIVE = 200


class SetUpHalls(Request, frozen=True, kw_only=True):
    """A hall file of ``owner`` as it is now: the first time it makes its halls, later it changes them."""

    owner: str
    file: HallFile
    pictures: dict[str, KeptFile] = msgspec.field(default_factory=dict)
    """As the file names them; one that the hall has already need not come again."""


@operation(SetUpHalls, name="halls.set_up", title="Hallen einrichten")
def set_up_halls(work: Work, request: SetUpHalls) -> tuple[UUID, ...]:
    """Makes or changes the halls of the file with their rooms and sets; halls of other files stay.

    Refused if a room that is booked is no longer there; BadInput if a picture is missing.
    """
    return tuple(_Setting(work, request.owner, table, request.pictures).hall() for table in request.file.hall)


class _Setting:
    """One hall on its way from the file into the store. Its ids follow from the keys on every workstation."""

    def __init__(self, work: Work, owner: str, table: HallTable, pictures: dict[str, KeptFile]) -> None:
        self._work = work
        self._table = table
        self._kept = pictures
        self._owner = owner
        self._id = self._key("hall")

    def _key(self, kind: str, *keys: str) -> UUID:
        return catalogue_id(self._owner, kind, ".".join((self._table.key, *keys)), "", 1)

    def hall(self) -> UUID:
        table = self._table
        hall = queries.revived(self._work.session, Hall, self._id)
        if hall is None:
            hall = Hall(id=self._id, key=table.key)
            self._work.session.add(hall)
        hall.name, hall.district = table.name, table.district
        hall.opening, hall.quiet = dict(table.opening), table.quiet or ""
        hall.equipment = dict(table.equipment)
        hall.keys, hall.checklist = list(table.keys), list(table.checklist)
        hall.tell = list(table.tell)
        hall.steps = [msgspec.to_builtins(step) for step in table.step]
        hall.caretaker, hall.house_rules = table.caretaker, table.house_rules
        hall.tariff_key, hall.fire_watch_over = table.tariff, table.fire_watch_over
        self._rooms()
        self._sets()
        self._pictures()
        return hall.id

    def _rooms(self) -> None:
        table, session = self._table, self._work.session
        known = {room.key: room for room in queries.rooms_of(session, self._id)}
        for rank, key in enumerate(table.rooms):
            room = known.pop(key, None)
            if room is None:
                its_id = self._key("hall_room", key)
                room = queries.revived(session, Room, its_id)
                if room is None:
                    room = Room(id=its_id, hall_id=self._id, key=key)
                    session.add(room)
            buffer = table.buffers.get(key)
            room.name, room.rank = _room_name(table, key), rank
            room.capacity = dict(table.capacity.get(key, {}))
            room.buffer_before = buffer.before if buffer else table.buffer_minutes
            room.buffer_after = buffer.after if buffer else table.buffer_minutes
        for room in known.values():
            if queries.is_claimed(session, room.id):
                raise Refused(f"Der Raum „{room.name}“ ({table.name}) ist belegt und kann nicht wegfallen.")
            session.delete(room)

    def _sets(self) -> None:
        session = self._work.session
        known = {one.key: one for one in queries.sets_of(session, self._id)}
        for rank, entry in enumerate(self._table.set):
            one = known.pop(entry.key, None)
            if one is None:
                its_id = self._key("hall_set", entry.key)
                one = queries.revived(session, RoomSet, its_id)
                if one is None:
                    one = RoomSet(id=its_id, hall_id=self._id, key=entry.key)
                    session.add(one)
            one.name, one.rank, one.rooms = entry.name, rank, list(entry.rooms)
        for one in known.values():
            session.delete(one)

    def _pictures(self) -> None:
        """Those of the file; what a clerk added stays behind them."""
        session = self._work.session
        known = {one.source: one for one in queries.pictures_of(session, self._id) if one.source}
        for rank, entry in enumerate(self._table.picture):
            picture = known.pop(entry.file, None)
            kept = self._kept.get(entry.file)
            if picture is None and kept is None:
                raise BadInput(
                    f"Das Bild „{entry.file}“ ({self._table.name}) liegt nicht neben der Hallendatei."
                )
            if picture is None:
                its_id = self._key("hall_picture", entry.file)
                picture = queries.revived(session, HallPicture, its_id)
                if picture is None:
                    picture = HallPicture(id=its_id, hall_id=self._id, source=entry.file)
                    session.add(picture)
            picture.text, picture.rank = entry.text, rank
            if kept is not None:
                put_file(self._work, picture, kept)
        for picture in known.values():
            session.delete(picture)


def put_file(work: Work, picture: HallPicture, file: KeptFile) -> None:
    """The picture shows this file, and no other any more."""
    before = attachments_of(work.session, picture.id)
    if [one.sha256 for one in before] == [file.sha256]:
        return
    for one in before:
        work.session.delete(one)
    work.attach_file(file, to=picture.id)


class AddPicture(Request, frozen=True, kw_only=True):
    """A picture of a hall; ``text`` says what is to be seen, for whoever cannot see it."""

    hall: UUID
    file: KeptFile
    text: str


@operation(AddPicture, name="halls.add_picture", title="Bild hinzufügen")
def add_picture(work: Work, request: AddPicture) -> UUID:
    """Puts it behind the others; BadInput without words."""
    hall = queries.hall(work.session, request.hall)
    others = queries.pictures_of(work.session, hall.id)
    picture = HallPicture(
        hall_id=hall.id,
        rank=max((one.rank for one in others), default=-1) + 1,
        text=worded(request.text, LONGEST_ALTERNATIVE, "Beschreibung"),
    )
    work.session.add(picture)
    work.attach_file(request.file, to=picture.id)
    return picture.id


class DescribePicture(Request, frozen=True, kw_only=True):
    """What is to be seen on a picture, in other words."""

    picture: UUID
    text: str


@operation(DescribePicture, name="halls.describe_picture", title="Bildbeschreibung ändern")
def describe_picture(work: Work, request: DescribePicture) -> None:
    """Keeps the words; loading the hall file anew brings back those of the file."""
    picture = queries.picture(work.session, request.picture)
    picture.text = worded(request.text, LONGEST_ALTERNATIVE, "Beschreibung")


class RemovePicture(Request, frozen=True, kw_only=True):
    """A picture goes."""

    picture: UUID


@operation(RemovePicture, name="halls.remove_picture", title="Bild entfernen")
def remove_picture(work: Work, request: RemovePicture) -> None:
    """Marks it as deleted, with its file."""
    picture = queries.picture(work.session, request.picture)
    for one in attachments_of(work.session, picture.id):
        work.session.delete(one)
    work.session.delete(picture)


def _room_name(table: HallTable, key: str) -> str:
    """How a room is called: as the file says, as the set that is this room alone, or by its key."""
    alone = next((entry.name for entry in table.set if entry.rooms == (key,)), "")
    return table.names.get(key) or alone or key.replace("_", " ").capitalize()


class CloseHall(Request, frozen=True, kw_only=True):
    """A hall, or some of its ``rooms`` (keys; () is all), is closed from ``starts`` to ``ends`` (exclusive).

    Naive times are wall time at the town.
    """

    hall: UUID
    starts: datetime
    ends: datetime
    reason: str
    rooms: tuple[str, ...] = ()


@operation(CloseHall, name="halls.close", title="Halle sperren")
def close_hall(work: Work, request: CloseHall) -> UUID:
    """Claims the rooms; Refused with what is in the way if one of them is booked."""
    hall = queries.hall(work.session, request.hall)
    rooms = queries.rooms_named(work.session, hall, request.rooms)
    times = Times.of(request.starts, request.ends)
    starts, ends = times.moments
    closed = ClosedTime(
        hall_id=hall.id,
        rooms=[room.key for room in rooms],
        starts=starts,
        ends=ends,
        reason=worded(request.reason, LONGEST_TEXT, "Grund"),
    )
    found = obstacles(work.session, Place(hall, tuple(rooms), before=0, after=0).claims(times))
    if found:
        raise Occupied(found)
    work.session.add(closed)
    work.claim_all([(room.id, starts, ends, closed.id) for room in rooms])
    return closed.id


class OpenHall(Request, frozen=True, kw_only=True):
    """A closed time is lifted."""

    closed_time: UUID


@operation(OpenHall, name="halls.open", title="Sperre aufheben")
def open_hall(work: Work, request: OpenHall) -> None:
    """Gives the rooms back."""
    closed = work.session.get(ClosedTime, request.closed_time)
    if closed is None:
        raise BadInput("Diese Sperre gibt es nicht (mehr).")
    work.release(closed.id)
    work.session.delete(closed)
