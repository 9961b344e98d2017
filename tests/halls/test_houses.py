"""Halls as data: taken over from their file, changed by it, closed for a time."""

from __future__ import annotations

from datetime import datetime

import msgspec
import pytest

from rathaus_desk.catalogue.checking import read_file
from rathaus_desk.catalogue.kinds import Kinds
from rathaus_desk.catalogue.queries import versions
from rathaus_desk.halls import queries
from rathaus_desk.halls.hall_file import HALL
from rathaus_desk.halls.occupancy import Occupied
from rathaus_desk.halls.operations.houses import CloseHall, OpenHall, SetUpHalls
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.office.founding import checked, load


def test_the_hall_file_of_the_town_makes_its_halls(town):
    with town.store.read() as session:
        found = queries.halls(session)
        assert [hall.key for hall in found] == ["dgh-altenfeld", "grillhuette-eichwald", "mzh-kernstadt"]
        rooms = queries.rooms_of(session, found[0].id)
        assert [(room.key, room.buffer_before, room.buffer_after) for room in rooms][:2] == [
            ("saal", 60, 60),
            ("kleiner_saal", 60, 60),
        ]
        assert rooms[0].capacity == {"reihen": 180, "tische": 120}
        assert [one.key for one in queries.sets_of(session, found[2].id)] == [
            "drittel_1",
            "drittel_2",
            "drittel_3",
            "ganze_halle",
            "fest",
        ]


def content(musterrode):
    return read_file(musterrode / "halls.toml", Kinds.of(HALL)).content


def test_the_same_file_changes_nothing_and_a_new_one_what_it_says(town, musterrode, hall_id):
    file = content(musterrode)
    assert town.run(SetUpHalls(owner=town.owner, file=file)).changed == ()
    changed = msgspec.structs.replace(file.hall[0], rooms=("saal", "kleiner_saal", "kueche"), set=())
    town.run(SetUpHalls(owner=town.owner, file=msgspec.structs.replace(file, hall=(changed,))))
    with town.store.read() as session:
        assert [room.key for room in queries.rooms_of(session, hall_id())] == [
            "saal",
            "kleiner_saal",
            "kueche",
        ]
        assert not queries.sets_of(session, hall_id())
    town.run(SetUpHalls(owner=town.owner, file=file))
    with town.store.read() as session:
        assert len(queries.rooms_of(session, hall_id())) == len(queries.sets_of(session, hall_id())) == 4


def test_a_closed_time_takes_its_rooms_and_gives_them_back(town, musterrode, hall_id):
    closing = CloseHall(
        hall=hall_id(),
        starts=datetime(2026, 9, 13),
        ends=datetime(2026, 9, 14),
        reason="Wahl",
        rooms=("theke",),
    )
    closed = town.run(closing).value
    with pytest.raises(Occupied, match=r"Theke: geschlossen: Wahl \(13\.09\.2026, 00:00 bis 24:00 Uhr\)"):
        town.run(msgspec.structs.replace(closing, rooms=()))
    file = content(musterrode)
    without = msgspec.structs.replace(file.hall[0], rooms=("saal", "kleiner_saal", "kueche"), set=())
    with pytest.raises(Refused, match=r"Raum „Theke“ .* kann nicht wegfallen"):
        town.run(SetUpHalls(owner=town.owner, file=msgspec.structs.replace(file, hall=(without,))))
    town.run(OpenHall(closed_time=closed))
    town.run(msgspec.structs.replace(closing, rooms=()))
    with pytest.raises(BadInput, match="gibt es nicht"):
        town.run(OpenHall(closed_time=closed))


def test_a_weekday_that_is_none_is_refused(check_texts):
    report = check_texts(
        hallen='[[hall]]\nkey = "dgh"\nname = "DGH"\nrooms = ["saal"]\n[hall.opening]\n'
        'montag = "08:00-22:00"\n'
    )
    assert ["„montag“ ist kein Wochentag" in one.what for one in report.refused] == [True]


def test_a_file_that_drops_a_booked_room_leaves_the_catalogue_as_it_was(town, musterrode, hall_id, tmp_path):
    closing = CloseHall(
        hall=hall_id(),
        starts=datetime(2026, 9, 13),
        ends=datetime(2026, 9, 14),
        reason="Wahl",
        rooms=("theke",),
    )
    town.run(closing)
    text = (musterrode / "halls.toml").read_text(encoding="utf-8")
    (tmp_path / "halls.toml").write_text(text.replace(', "theke"]', "]"), encoding="utf-8")
    with town.store.read() as session:
        before = [(one.key, one.revision) for one in versions(session, "hall")]
    with pytest.raises(Refused, match="kann nicht wegfallen"):
        load(town, checked(tmp_path))
    with town.store.read() as session:
        assert [(one.key, one.revision) for one in versions(session, "hall")] == before
