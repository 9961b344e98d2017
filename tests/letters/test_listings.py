"""The lists of letters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.kernel.listing import Listing, Wanted
from rathaus_desk.kernel.periods import Period
from rathaus_desk.letters.letter import Letter, Letterhead, Paragraph, Run
from rathaus_desk.letters.listings import LETTERS, WAITING
from rathaus_desk.letters.operations import MarkPrinted, file_letter, kept, mark_dispatched
from rathaus_desk.people.operations import EnterPerson, PersonDetails, SetBlockNotice
from rathaus_desk.store.engine import Store
from rathaus_desk.store.operations import Request, Work, operation

TODAY = date(2026, 11, 25)


class WriteTo(Request, frozen=True, kw_only=True):
    title: str
    recipient: UUID | None


@operation(WriteTo, name="tests.letters.listings.write", title="Schreiben")
def write_to(work: Work, request: WriteTo) -> UUID:
    letter = Letter(
        letterhead=Letterhead("Stadt Musterrode", "", "Stadt Musterrode, Am Markt 1, 34999 Musterrode"),
        recipient=("Frau", "Eva Müller", "Am Bach 7", "34999 Musterrode"),
        information=(),
        day=work.today,
        case_number="",
        title=request.title,
        subject=request.title,
        blocks=(Paragraph((Run("Guten Tag."),)),),
    )
    return file_letter(work, letter, kind="letter", about=work.operation, recipient=request.recipient).id


class Post(Request, frozen=True, kw_only=True):
    letter: UUID


@operation(Post, name="tests.letters.listings.post", title="Zur Post geben")
def post(work: Work, request: Post) -> None:
    mark_dispatched(work, kept(work, request.letter), work.today)


@pytest.fixture
def desk(make_store: Callable[..., Store]) -> Store:
    return make_store(clock=FixedClock(datetime(2026, 11, 25, 8, tzinfo=UTC)))


def rows(store: Store, listing: Listing, period: Period | None = None) -> list[dict[str, Any]]:
    keys = [column.key for column in listing.columns]
    with store.read() as session:
        return [dict(zip(keys, row, strict=True)) for row in listing.rows(session, Wanted(TODAY, period))]


def test_what_waits_is_listed_until_it_left_the_house(desk: Store):
    eva = desk.run(EnterPerson(details=PersonDetails(family_name="Müller", given_names="Eva"))).value
    letter = desk.run(WriteTo(title="Gebührenbescheid", recipient=eva)).value
    desk.run(MarkPrinted(letters=(letter,)))
    (row,) = rows(desk, WAITING)
    assert (row["dated_on"], row["title"], row["recipient"]) == (TODAY, "Gebührenbescheid", "Müller, Eva")
    assert row["address"] == "Frau, Eva Müller, Am Bach 7, 34999 Musterrode"
    assert (row["printed_on"], row["posted_on"]) == (TODAY, None)
    desk.run(Post(letter=letter))
    assert rows(desk, WAITING) == []
    assert [row["posted_on"] for row in rows(desk, LETTERS)] == [TODAY]
    assert rows(desk, LETTERS, Period(date(2027, 1, 1), date(2027, 12, 31))) == []


def test_a_block_notice_hides_the_address(desk: Store):
    eva = desk.run(EnterPerson(details=PersonDetails(family_name="Müller", given_names="Eva"))).value
    desk.run(WriteTo(title="Gebührenbescheid", recipient=eva))
    desk.run(WriteTo(title="Rundschreiben", recipient=None))
    desk.run(SetBlockNotice(person=eva, blocked=True))
    assert [(row["recipient"], bool(row["address"])) for row in rows(desk, LETTERS)] == [
        ("Müller, Eva", False),
        ("", True),
    ]
