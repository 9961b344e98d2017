"""Numbers: unique, in order, from blocks that a lessor gave."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.store.local import setting
from rathaus_desk.store.numbering import WANTED
from rathaus_desk.store.operations import Request, operation


class Draw(Request, frozen=True, kw_only=True):
    series: str


@operation(Draw, name="test.draw", title="Nummer ziehen")
def draw(work, request):
    import village

    number = work.number(request.series)
    work.session.add(village.House(name=f"{request.series}-{number}", roof=village.Roof.TILES))
    return number


def drawn(store, series, times=1):
    return [store.run(Draw(series=series)).value for _ in range(times)]


def test_each_series_counts_for_itself(store, village):
    assert drawn(store, "FH-2026", 3) == [1, 2, 3]
    assert drawn(store, "FH-2027") == [1]
    assert drawn(store, "FH-2026") == [4]


def test_several_numbers_within_one_operation(store, village):
    class Two(Request, frozen=True, kw_only=True):
        pass

    @operation(Two, name="test.draw_two", title="Zwei Nummern")
    def draw_two(work, request):
        work.session.add(village.House(name="x", roof=village.Roof.TILES))
        return work.number("B-2026"), work.number("A-2026"), work.number("B-2026")

    assert store.run(Two()).value == (1, 1, 2)


def test_a_leased_block_is_used_up_before_the_next(store, village, behind_the_back):
    with behind_the_back(store) as raw:
        raw.execute("INSERT INTO number_block VALUES ('FH-2026', 201, 202, 201), ('FH-2026', 600, 600, 600)")
        raw.execute(
            "INSERT INTO server_link (device, url, town, server, epoch, private_key, release_key, chain,"
            " snapshot_n, snapshot_chain, head, standing)"
            " VALUES (x'00', '', '', x'00', '', x'', x'', x'', 0, x'', 0, '')"
        )
    assert drawn(store, "FH-2026", 3) == [201, 202, 600]
    with pytest.raises(CannotWork, match="keine Nummern"):
        drawn(store, "FH-2026")
    with store.read() as session:
        assert setting(session, WANTED) == ["FH-2026"], "the sync will ask for more"


def test_a_number_that_was_drawn_is_known_for_ever(store, village):
    done = store.run(Draw(series="FH-2026"))
    store.undo(done.operation)
    with store.read() as session:
        kept = (
            session.connection().execute(sa.text("SELECT series, number, operation FROM number_drawn")).all()
        )
    assert kept == [("FH-2026", 1, done.operation.bytes)]
