"""Setting up a town, its cases, notes, follow-ups and files."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import msgspec
import pytest

from rathaus_desk.kernel.errors import BadInput, CannotWork, Refused
from rathaus_desk.store.attachments import attachments_of
from rathaus_desk.store.engine import Store
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.town import queries
from rathaus_desk.town.operations import (
    LONGEST_NOTE,
    AttachFile,
    FinishFollowUp,
    RemindOn,
    SetUpTown,
    WriteNote,
    open_case,
)
from rathaus_desk.town.town_file import TownFile


class OpenCase(Request, frozen=True, kw_only=True):
    title: str


@operation(OpenCase, name="test.open_case", title="Vorgang anlegen")
def open_a_case(work: Work, request: OpenCase) -> str:
    return open_case(work, "FH", request.title).number


def test_the_towns_file_becomes_the_town(town_store: Store) -> None:
    with town_store.read() as session:
        town = queries.town(session)
        assert (town.authority, town.state) == ("Der Magistrat der Stadt Musterrode", "HE")
        assert [account.iban for account in queries.accounts(session)] == ["DE02120300000000202051"]
        first = queries.clerks(session)[0]
        assert (first.name, first.room) == ("Frau Beispiel", "0.07")
        assert queries.office_of(session, first).key == "friedhof"
        assert len(queries.districts(session)) == 7


def test_the_same_file_again_changes_nothing(town_store: Store, town_file: TownFile) -> None:
    assert town_store.run(SetUpTown(file=town_file)).changed == ()


def test_a_changed_file_changes_what_differs(town_store: Store, town_file: TownFile) -> None:
    offices = tuple(msgspec.structs.replace(office, room="1.01") for office in town_file.office)
    town_store.run(SetUpTown(file=msgspec.structs.replace(town_file, office=offices, bank_account=())))
    with town_store.read() as session:
        assert {clerk.room for clerk in queries.clerks(session)} == {"1.01"}
        assert not queries.accounts(session)


def test_without_a_town_there_is_a_sentence(store: Store) -> None:
    with store.read() as session, pytest.raises(CannotWork, match="noch nicht eingerichtet"):
        queries.town(session)


def test_case_numbers_count_per_office_and_year(town_store: Store, clerk: UUID) -> None:
    numbers = [town_store.run(OpenCase(title="Bestattung"), clerk=clerk).value for _ in range(3)]
    assert numbers == ["FH-2026-00001", "FH-2026-00002", "FH-2026-00003"]
    with town_store.read() as session:
        case = queries.case_numbered(session, "FH-2026-00002")
        assert case is not None
        assert case.opened_on == date(2026, 11, 25)


def test_a_case_needs_a_clerk(town_store: Store) -> None:
    with pytest.raises(Refused, match="melden Sie sich an"):
        town_store.run(OpenCase(title="Bestattung"))


def test_notes_and_files_lie_on_any_record(town_store: Store, clerk: UUID) -> None:
    about = uuid4()
    town_store.run(WriteNote(about=about, text=" Stein schief! "), clerk=clerk)
    kept = town_store.keep(b"scan", "scan.pdf")
    town_store.run(
        AttachFile(about=about, name="scan.pdf", media_type="application/pdf", sha256=kept, size=4),
        clerk=clerk,
    )
    with town_store.read() as session:
        assert [note.text for note in queries.notes_about(session, about)] == ["Stein schief!"]
        (file,) = attachments_of(session, about)
    assert town_store.read_attachment(file) == b"scan"


@pytest.mark.parametrize("text", ["", "   ", "x" * (LONGEST_NOTE + 1)])
def test_a_note_has_words_but_not_too_many(town_store: Store, clerk: UUID, text: str) -> None:
    with pytest.raises(BadInput):
        town_store.run(WriteNote(about=uuid4(), text=text), clerk=clerk)


def test_follow_ups_are_due_until_they_are_done(town_store: Store, clerk: UUID) -> None:
    due = date(2026, 12, 1)
    made = town_store.run(RemindOn(about=uuid4(), due_on=due, text="Stein prüfen"), clerk=clerk).value
    with town_store.read() as session:
        assert [one.id for one in queries.follow_ups_due(session, due)] == [made]
        assert not queries.follow_ups_due(session, date(2026, 11, 30))
    town_store.run(FinishFollowUp(follow_up=made), clerk=clerk)
    with town_store.read() as session:
        assert not queries.follow_ups_due(session, due)
    with pytest.raises(Refused):
        town_store.run(FinishFollowUp(follow_up=uuid4()), clerk=clerk)
