"""Records: typed columns, tombstones, what a session shows."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.money import Money


def test_every_type_of_column_comes_back_as_it_went_in(store, village):
    done = store.run(village.MoveIn(name="Łęcka, Zoë", owes=Money(-4805)))
    with store.read() as session:
        citizen = session.get_one(village.Citizen, done.value)
        assert citizen.name == "Łęcka, Zoë"
        assert citizen.owes == Money(-4805)
        assert citizen.share == Decimal("0.250")
        assert str(citizen.share) == "0.250"
        assert citizen.facts == {"number": 1, "ä": [None, True, "x"]}
        assert citizen.known is False
        assert citizen.seen_at == citizen.created_at
        assert citizen.seen_at.tzinfo is UTC
        assert citizen.token == done.operation
        assert citizen.version == 0


def test_identifiers_are_sixteen_bytes_in_the_file(store, village):
    done = store.run(village.MoveIn(name="A"))
    with store.read() as session:
        kept = session.connection().exec_driver_sql("SELECT id FROM village_citizen").scalar_one()
    assert kept == done.value.bytes


def test_a_record_has_its_id_before_it_is_written(village):
    assert village.House(name="x", roof=village.Roof.TILES).id.version == 7


def test_what_is_deleted_is_a_tombstone_that_ordinary_queries_do_not_see(store, village):
    citizen = store.run(village.MoveIn(name="A")).value
    store.run(village.Leave(citizen=citizen))
    with store.read() as session:
        query = sa.select(village.Citizen)
        assert session.get(village.Citizen, citizen) is None
        assert session.scalars(query).all() == []
        assert session.scalar(sa.select(sa.func.count()).select_from(village.Citizen)) == 0
        hidden = session.scalars(query, execution_options={"include_deleted": True}).one()
        assert hidden.deleted_at is not None


def test_a_record_in_use_cannot_be_deleted(store, village):
    house = store.run(village.Build(name="Mühle")).value
    store.run(village.MoveIn(name="A", house=house))

    with pytest.raises(Refused, match="wird noch benutzt"):
        store.run(village.Tear(house=house))


def test_a_record_that_is_gone_cannot_be_referred_to(store, village):
    house = store.run(village.Build(name="Mühle")).value
    store.run(village.Tear(house=house))

    with pytest.raises(Refused, match="nicht \\(mehr\\) gibt"):
        store.run(village.MoveIn(name="A", house=house))


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_text_that_would_not_come_back_the_same_is_refused(store, village, name):
    with pytest.raises(BadInput, match="Zeichen"):
        store.run(village.MoveIn(name=name))


def test_a_moment_without_time_zone_is_a_mistake_of_the_program(store, village):
    from rathaus_desk.store.schema import moment_text

    with pytest.raises(ValueError, match="time zone"):
        moment_text(datetime(2026, 11, 20))


def test_a_record_tells_a_log_its_id_and_nothing_else(village):
    citizen = village.Citizen(name="Geheim")
    assert repr(citizen) == f"<Citizen {citizen.id}>"
