"""Outside an operation nothing writes records, however it is tried; inside, only what the journal notices."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.store.failures import OutsideOperation
from rathaus_desk.store.local import set_setting, setting
from rathaus_desk.store.operations import Request, operation

PAST_THE_JOURNAL = [
    "UPDATE village_citizen SET name = 'x'",
    "INSERT INTO village_house (id) VALUES (x'00')",
    "DELETE FROM village_citizen",
    "WITH x AS (SELECT 1) UPDATE village_citizen SET name = 'x'",
    "REPLACE INTO village_house (id) VALUES (x'00')",
    "DELETE FROM journal",
    "UPDATE journal_change SET salt = NULL",
    "UPDATE workstation SET seq = 7",
    "UPDATE number_block SET next = 1",
    "DELETE FROM search_entry",
    "INSERT INTO search_text(search_text) VALUES('delete-all')",
    "DROP TABLE village_citizen",
    "DROP TRIGGER claim_taken",
    "CREATE TABLE mine (x)",
    "ALTER TABLE village_citizen ADD COLUMN x",
    "ATTACH DATABASE ':memory:' AS other",
]


@pytest.mark.parametrize("statement", PAST_THE_JOURNAL)
def test_a_local_session_may_not_write_records(store, village, statement):
    with pytest.raises(OutsideOperation), store.local() as session:
        session.execute(sa.text(statement))


@pytest.mark.parametrize("statement", PAST_THE_JOURNAL[:-1])
def test_a_reading_session_writes_nothing_at_all(store, village, statement):
    with pytest.raises(CannotWork), store.read() as session:
        session.execute(sa.text(statement))


def test_a_reading_session_does_not_flush(store, village):
    citizen = store.run(village.MoveIn(name="A")).value
    with store.read() as session:
        session.get_one(village.Citizen, citizen).name = "B"
        with pytest.raises(OutsideOperation):
            session.flush()


def test_a_local_session_does_not_flush_records(store, village):
    with pytest.raises(OutsideOperation), store.local() as session:
        session.add(village.House(name="x", roof=village.Roof.TILES))


class Meddle(Request, frozen=True, kw_only=True):
    way: str


@operation(Meddle, name="test.meddle", title="Am Verlauf vorbei")
def meddle(work, request):
    import village

    citizen = village.Citizen
    match request.way:
        case "bulk update":
            work.session.execute(sa.update(citizen).values(name="x"))
        case "bulk delete":
            work.session.execute(sa.delete(citizen))
        case "core":
            work.session.connection().execute(citizen.__table__.update().values(name="x"))
        case "text":
            work.session.execute(sa.text("UPDATE village_citizen SET name = 'x'"))
        case "driver":
            raw = work.session.connection().connection.driver_connection
            raw.execute("UPDATE village_citizen SET name = 'x'")
        case "the flush's own statement again":
            one = work.session.scalars(sa.select(citizen)).first()
            one.name = "B"
            work.session.flush()
            raw = work.session.connection().connection.driver_connection
            statement = "UPDATE village_citizen SET name=?, changed_at=? WHERE village_citizen.id = ?"
            raw.execute(statement, ("x", "x", one.id.bytes))


@pytest.mark.parametrize(
    "way", ["bulk update", "bulk delete", "core", "text", "driver", "the flush's own statement again"]
)
def test_inside_an_operation_too_only_what_the_journal_notices_is_written(store, village, way):
    citizen = store.run(village.MoveIn(name="A")).value

    with pytest.raises(OutsideOperation):
        store.run(Meddle(way=way))

    with store.read() as session:
        assert session.get_one(village.Citizen, citizen).name == "A"


def test_settings_are_free(store):
    with store.local() as session:
        set_setting(session, "backup.folder", {"path": "/mnt"})
    with store.read() as session:
        assert setting(session, "backup.folder") == {"path": "/mnt"}
        assert setting(session, "other", "default") == "default"
    with store.local() as session:
        set_setting(session, "backup.folder", None)
        assert setting(session, "backup.folder") is None
