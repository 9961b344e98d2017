"""Claims: nothing is ever taken twice, and who has it can be told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlcipher3 import dbapi2

from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.periods import FOR_EVER, SINCE_EVER
from rathaus_desk.store.claims import (
    ALWAYS_WAS,
    NEVER_ENDS,
    Claim,
    ClaimTaken,
    Span,
    claims_of,
    collisions,
    free,
    in_the_way,
)
from rathaus_desk.store.operations import Request, operation
from rathaus_desk.store.tables import make_triggers

HALL = UUID(int=7)


class Reserve(Request, frozen=True, kw_only=True):
    record: UUID
    first: date | datetime
    last: date | datetime
    resource: UUID = HALL


class GiveUp(Request, frozen=True, kw_only=True):
    record: UUID


@operation(Reserve, name="test.reserve", title="Belegen")
def reserve(work, request):
    return work.claim(request.resource, request.first, request.last, request.record).id


@operation(GiveUp, name="test.give_up", title="Freigeben")
def give_up(work, request):
    work.release(request.record)


def moment(hour, minute=0, day=20):
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def test_a_double_booking_is_refused_and_says_who_has_it(store, village):
    store.run(Reserve(record=UUID(int=1), first=moment(14), last=moment(18)))

    with pytest.raises(ClaimTaken, match=r"20\.11\.2026 15:00 bis 20\.11\.2026 19:00 Uhr") as refused:
        store.run(Reserve(record=UUID(int=2), first=moment(17, 59), last=moment(20)))

    assert refused.value.holder == UUID(int=1)
    assert isinstance(refused.value, Refused)


def test_claims_that_touch_do_not_overlap(store, village):
    store.run(Reserve(record=UUID(int=1), first=moment(14), last=moment(18)))
    store.run(Reserve(record=UUID(int=2), first=moment(18), last=moment(20)))
    store.run(Reserve(record=UUID(int=3), first=moment(13), last=moment(14)))


def test_days_are_inclusive_at_both_ends(store, village):
    store.run(Reserve(record=UUID(int=1), first=date(2026, 1, 1), last=date(2026, 1, 2)))
    with pytest.raises(ClaimTaken, match=r"01\.01\.2026 bis 02\.01\.2026"):
        store.run(Reserve(record=UUID(int=2), first=date(2026, 1, 2), last=date(2026, 1, 9)))
    store.run(Reserve(record=UUID(int=3), first=date(2026, 1, 3), last=FOR_EVER))
    with pytest.raises(ClaimTaken, match=r"ab 03\.01\.2026, unbegrenzt"):
        store.run(Reserve(record=UUID(int=4), first=date(2300, 1, 1), last=date(2300, 1, 1)))


def test_a_right_of_which_nobody_knows_the_start_holds_since_ever(store, village):
    store.run(Reserve(record=UUID(int=1), first=SINCE_EVER, last=date(2026, 1, 2)))
    with pytest.raises(ClaimTaken, match=r"\(bis 02\.01\.2026\)"):
        store.run(Reserve(record=UUID(int=2), first=date(1700, 1, 1), last=date(1700, 1, 1)))


def test_what_was_given_up_is_free_for_others(store, village):
    store.run(Reserve(record=UUID(int=1), first=moment(14), last=moment(18)))
    store.run(GiveUp(record=UUID(int=1)))
    store.run(Reserve(record=UUID(int=2), first=moment(14), last=moment(18)))


def test_what_is_free_and_what_is_in_the_way(store, village):
    store.run(Reserve(record=UUID(int=1), first=moment(14), last=moment(18)))
    store.run(Reserve(record=UUID(int=2), first=moment(19), last=moment(20)))
    span = Span.of(moment(17), moment(19, 30))
    with store.read() as session:
        assert [claim.record.int for claim in in_the_way(session, HALL, span)] == [1, 2]
        assert free(session, [HALL, UUID(int=8)], span) == [UUID(int=8)]
        assert free(session, [HALL], Span.of(moment(18), moment(19))) == [HALL]
        assert [claim.starts for claim in claims_of(session, UUID(int=1))] == [
            Span.of(moment(14), moment(18)).starts
        ]


@pytest.mark.parametrize(
    ("first", "last"),
    [(moment(14), moment(14)), (moment(14), moment(13)), (date(2026, 1, 2), date(2026, 1, 1))],
)
def test_an_end_before_the_start_is_bad_input(store, village, first, last):
    with pytest.raises(BadInput, match="Ende"):
        store.run(Reserve(record=UUID(int=1), first=first, last=last))


def test_part_of_a_minute_counts_as_the_whole():
    span = Span.of(moment(14).replace(second=59), moment(15).replace(microsecond=1))
    assert span == Span.of(moment(14), moment(15, 1))


def test_a_day_and_a_moment_do_not_mix():
    with pytest.raises(TypeError):
        Span.of(moment(14), date(2026, 11, 21))


@pytest.fixture(scope="module")
def table():
    """The claims' table with its triggers, and nothing else."""
    raw = dbapi2.connect(":memory:", isolation_level=None)
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.schema import CreateIndex, CreateTable

    raw.execute(str(CreateTable(Claim.__table__).compile(dialect=sqlite.dialect())))
    for index in Claim.__table__.indexes:
        raw.execute(str(CreateIndex(index).compile(dialect=sqlite.dialect())))
    make_triggers(raw)
    return raw


def put(raw, number, resource, starts, ends):
    raw.execute(
        "INSERT INTO claim VALUES (?, 0, ?, ?, ?, ?, 't', 't', NULL)",
        (number.to_bytes(16), resource, starts, ends, b"r"),
    )


spans = st.tuples(
    st.sampled_from([b"1", b"2"]),
    st.one_of(st.integers(0, 30), st.just(ALWAYS_WAS)),
    st.one_of(st.integers(1, 12), st.just(NEVER_ENDS)),
    st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(spans, max_size=25))
def test_the_database_itself_refuses_exactly_the_overlaps(table, wanted):
    """The trigger looks at one row only; a plain comparison with every row must agree with it."""
    table.execute("DELETE FROM claim")
    held: dict[int, tuple[bytes, int, int]] = {}
    for number, (resource, starts, length, delete) in enumerate(wanted):
        ends = NEVER_ENDS if length == NEVER_ENDS else max(starts, 0) + length
        overlaps = any(r == resource and s < ends and starts < e for r, s, e in held.values())
        try:
            put(table, number, resource, starts, ends)
            assert not overlaps
            held[number] = (resource, starts, ends)
        except dbapi2.IntegrityError:
            assert overlaps
        if delete and held:
            gone = min(held)
            del held[gone]
            table.execute("UPDATE claim SET deleted_at = 't' WHERE id = ?", (gone.to_bytes(16),))


def test_a_claim_given_up_comes_back_only_if_nobody_has_it(table):
    table.execute("DELETE FROM claim")
    put(table, 1, b"1", 0, 10)
    table.execute("UPDATE claim SET deleted_at = 't'")
    put(table, 2, b"1", 9, 20)
    with pytest.raises(dbapi2.IntegrityError, match="claim taken"):
        table.execute("UPDATE claim SET deleted_at = NULL")


def test_a_claim_is_never_changed(table):
    table.execute("DELETE FROM claim")
    put(table, 1, b"1", 0, 10)
    with pytest.raises(dbapi2.IntegrityError, match="claim changed"):
        table.execute("UPDATE claim SET ends = 11")


def test_moments_and_days_of_a_century_keep_their_order():
    days = [date(1900, 1, 1) + timedelta(days=97 * step) for step in range(400)]
    spans = [Span.of(day, day) for day in days]
    assert spans == sorted(spans, key=lambda span: span.starts)
    assert all(span.ends - span.starts == 1440 for span in spans)


def test_everybody_in_the_way_is_named_for_many_wishes_at_once(store, village):
    for number, hour in enumerate((8, 10, 12, 16)):
        store.run(Reserve(record=UUID(int=number + 1), first=moment(hour), last=moment(hour + 2)))
    asked = [
        (HALL, Span.of(moment(9), moment(13))),
        (HALL, Span.of(moment(14), moment(16))),
        (UUID(int=9), Span.of(moment(9), moment(13))),
    ]
    with store.read() as session:
        found = collisions(session, asked)
        assert [[one.holder.int for one in taken] for taken in found] == [[1, 2, 3], [], []]
        assert [claim.record.int for claim in in_the_way(session, HALL, asked[0][1])] == [1, 2, 3]


class ReserveAll(Request, frozen=True, kw_only=True):
    hours: tuple[int, ...]


@operation(ReserveAll, name="test.reserve_all", title="Vieles belegen")
def reserve_all(work, request):
    record = UUID(int=5)
    work.claim_all([(HALL, moment(hour), moment(hour + 2), record) for hour in request.hours])


def test_many_claims_are_taken_together_or_none_of_them(store, village):
    store.run(Reserve(record=UUID(int=1), first=moment(14), last=moment(16)))
    with pytest.raises(ClaimTaken):
        store.run(ReserveAll(hours=(8, 15)))
    with pytest.raises(Refused, match="anderweitig belegt"):
        store.run(ReserveAll(hours=(8, 9)))
    with store.read() as session:
        assert claims_of(session, UUID(int=5)) == []
    store.run(ReserveAll(hours=(8, 10, 16)))
    with store.read() as session:
        assert len(claims_of(session, UUID(int=5))) == 3
