"""The day's post: what waits, in one file, in postal order, exactly as it was stored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
import pytest

from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.letters import queries
from rathaus_desk.letters.facts import BurialConfirmation, Recipient
from rathaus_desk.letters.operations import compose_and_file, kept, mark_dispatched
from rathaus_desk.letters.post import postal_order, print_file
from rathaus_desk.letters.records import StoredLetter
from rathaus_desk.letters.samples import samples
from rathaus_desk.people.operations import EnterPerson, PersonDetails
from rathaus_desk.store.engine import Store
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.town.operations import SetUpTown
from rathaus_desk.town.town_file import TownFile

DAY = date(2026, 11, 25)


class Confirm(Request, frozen=True, kw_only=True):
    recipient: UUID
    lines: tuple[str, ...]


@operation(Confirm, name="tests.letters.post.confirm", title="Bestätigen")
def confirm(work: Work, request: Confirm) -> UUID:
    usual = samples("burial_confirmation")[0]
    assert isinstance(usual, BurialConfirmation)
    facts = replace(usual, recipient=Recipient(lines=request.lines))
    person, about = request.recipient, work.operation
    return compose_and_file(work, "burial_confirmation", facts, about=about, case=None, recipient=person).id


class SendOff(Request, frozen=True, kw_only=True):
    letter: UUID


@operation(SendOff, name="tests.letters.post.send", title="Absenden")
def send_off(work: Work, request: SendOff) -> None:
    mark_dispatched(work, kept(work, request.letter), work.today)


@pytest.fixture
def desk(make_store: Callable[..., Store], musterrode):
    store = make_store(clock=FixedClock(datetime(2026, 11, 25, 8, tzinfo=UTC)))
    town = msgspec.toml.decode((musterrode / "town.toml").read_bytes(), type=TownFile)
    store.run(SetUpTown(file=town))
    return store


@pytest.fixture
def send(desk):
    person = desk.run(EnterPerson(details=PersonDetails(family_name="Müller", given_names="Eva"))).value
    return lambda *lines: desk.run(Confirm(recipient=person, lines=lines)).value


def test_the_post_lies_in_postal_order_behind_its_list(desk, send, page_texts):
    send("Bestattungen Nord", "Weg 1", "99999 Nordhausen")
    send("Bestattungen Süd", "Weg 2", "10115 Berlin")
    send("Pompes funèbres", "Rue 3", "67000 STRASBOURG", "FRANKREICH")
    cover, *letters = page_texts(print_file(desk, DAY))
    assert "3 Schreiben, 3 Seiten" in cover
    places = [cover.index(place) for place in ("Berlin", "Nordhausen", "STRASBOURG")]
    assert places == sorted(places)
    assert ["Berlin" in text for text in letters] == [True, False, False]


def test_what_was_posted_is_not_printed_again(desk, send):
    letter = send("Bestattungen Nord", "Weg 1", "99999 Nordhausen")
    assert print_file(desk, DAY)
    desk.run(SendOff(letter=letter))
    with pytest.raises(BadInput, match="kein Schreiben"):
        print_file(desk, DAY)


def test_one_letter_can_be_printed_alone(desk, send, page_texts):
    send("Bestattungen Nord", "Weg 1", "99999 Nordhausen")
    wanted = send("Bestattungen Süd", "Weg 2", "10115 Berlin")
    cover, letter = page_texts(print_file(desk, DAY, letters=[wanted]))
    assert "1 Schreiben" in cover
    assert "Berlin" in letter


def test_a_reprint_is_the_stored_file(desk, send):
    letter = send("Bestattungen Nord", "Weg 1", "99999 Nordhausen")
    with desk.read() as session:
        stored = session.get_one(StoredLetter, letter)
        attachment = queries.pdf_of(session, stored)
        digest = stored.sha256
    first, second = desk.read_attachment(attachment), desk.read_attachment(attachment)
    assert first == second
    assert hashlib.sha256(first).hexdigest() == digest


def test_no_readable_letter_lies_in_the_data_folder(desk, send):
    send("Bestattungen Nord", "Weg 1", "99999 Nordhausen")
    files = [file for file in desk.home.folder.rglob("*") if file.is_file()]
    assert files
    assert not any(b"%PDF" in file.read_bytes() or b"Nordhausen" in file.read_bytes() for file in files)


def test_the_order_looks_at_the_place_not_at_house_numbers():
    lines = (("Weg 12345", "99999 Ort"), ("Weg 1", "10000 Ort"), ("Weg 2", "10000 Ort"), ("x", "PARIS"))
    letters = [StoredLetter(recipient_lines=list(one)) for one in lines]
    assert [letter.recipient_lines[0] for letter in sorted(letters, key=postal_order)] == [
        "Weg 1",
        "Weg 2",
        "Weg 12345",
        "x",
    ]
