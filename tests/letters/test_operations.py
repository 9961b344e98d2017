"""What clerks do with letters: keep one, tick it as printed, record that it left the house."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.letters import queries
from rathaus_desk.letters.operations import MarkPrinted, file_letter, kept, mark_dispatched
from rathaus_desk.letters.records import StoredLetter
from rathaus_desk.letters.render import render
from rathaus_desk.letters.samples import samples
from rathaus_desk.letters.template import built_in, compose, facts_of
from rathaus_desk.store.engine import Store
from rathaus_desk.store.operations import Request, Work, operation

WRITTEN = date(2026, 11, 25)
NEXT_DAY = datetime(2026, 11, 26, 8, tzinfo=UTC)


def the_letter():
    """The fee notice of the example town, dated 2026-11-25."""
    return compose(built_in("fee_notice"), facts_of(samples("fee_notice")[0]))


class Write(Request, frozen=True, kw_only=True):
    about: UUID
    to: str = "Herrn"


@operation(Write, name="tests.letters.operations.write", title="Schreiben")
def write(work: Work, request: Write) -> UUID:
    letter = the_letter()
    letter = replace(letter, recipient=(request.to, *letter.recipient[1:]))
    return file_letter(work, letter, kind="fee_notice", about=request.about).id


class Send(Request, frozen=True, kw_only=True):
    letter: UUID
    on: date


@operation(Send, name="tests.letters.operations.send", title="Absenden", undoable=False)
def send(work: Work, request: Send) -> None:
    mark_dispatched(work, kept(work, request.letter), request.on)


@pytest.fixture
def desk(make_store: Callable[..., Store]):
    return make_store(clock=FixedClock(NEXT_DAY))


@pytest.fixture
def stored(desk):
    """The letter with this id as it is now."""

    def load(letter: UUID) -> StoredLetter:
        with desk.read() as session:
            return session.get_one(StoredLetter, letter)

    return load


def test_a_letter_is_kept_as_the_bytes_that_were_made(desk, stored):
    about = uuid4()
    letter = stored(desk.run(Write(about=about)).value)
    with desk.read() as session:
        pdf = desk.read_attachment(queries.pdf_of(session, letter))
        assert [one.id for one in queries.letters_about(session, about)] == [letter.id]
    assert pdf == render(the_letter())
    assert letter.sha256 == hashlib.sha256(pdf).hexdigest()
    assert letter.title == "Gebührenbescheid FH-2026-00042"
    assert letter.recipient_lines == ["Herrn", "Jürgen Großmann", "Eichenweg 3", "34999 Musterrode"]
    assert (letter.dated_on, letter.printed_on, letter.posted_on) == (WRITTEN, None, None)


def test_a_letter_that_cannot_be_printed_is_not_kept(desk):
    with pytest.raises(BadInput, match="漢"):
        desk.run(Write(about=uuid4(), to="漢"))
    with desk.read() as session:
        assert queries.waiting(session) == []


def test_printing_again_keeps_the_day_of_the_first_print(desk, stored):
    letter = desk.run(Write(about=uuid4())).value
    desk.run(MarkPrinted(letters=(letter,)))
    desk.clock = FixedClock(datetime(2026, 11, 30, 8, tzinfo=UTC))
    desk.run(MarkPrinted(letters=(letter,)))
    assert stored(letter).printed_on == date(2026, 11, 26)


def test_a_tick_can_be_taken_back(desk, stored):
    letter = desk.run(Write(about=uuid4())).value
    desk.undo(desk.run(MarkPrinted(letters=(letter,))).operation)
    assert stored(letter).printed_on is None


def test_of_several_letters_all_are_ticked_or_none(desk, stored):
    letter = desk.run(Write(about=uuid4())).value
    with pytest.raises(Refused, match="gibt es nicht"):
        desk.run(MarkPrinted(letters=(letter, uuid4())))
    assert stored(letter).printed_on is None


def test_a_letter_leaves_the_house_once(desk, stored):
    letter = desk.run(Write(about=uuid4())).value
    desk.run(Send(letter=letter, on=WRITTEN))
    assert stored(letter).posted_on == WRITTEN
    with desk.read() as session:
        assert queries.waiting(session) == []
    with pytest.raises(Refused, match=r"schon am 25\.11\.2026"):
        desk.run(Send(letter=letter, on=date(2026, 11, 26)))
    assert stored(letter).posted_on == WRITTEN


@pytest.mark.parametrize("on", [date(2026, 11, 24), date(2026, 11, 27), date(1, 1, 1), date(9999, 12, 31)])
def test_no_letter_leaves_before_it_is_written_or_ahead_of_today(desk, stored, on):
    letter = desk.run(Write(about=uuid4())).value
    with pytest.raises(BadInput, match=r"25\.11\.2026"):
        desk.run(Send(letter=letter, on=on))
    assert stored(letter).posted_on is None


def test_a_letter_that_is_not_there_cannot_leave(desk):
    with pytest.raises(Refused, match="gibt es nicht"):
        desk.run(Send(letter=uuid4(), on=WRITTEN))
