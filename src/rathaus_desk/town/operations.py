"""What a clerk can do with the town itself, its cases, notes and follow-ups."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec

from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.texts import worded
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.town import queries
from rathaus_desk.town.records import (
    TOWN_ID,
    Case,
    Clerk,
    District,
    FollowUp,
    Note,
    Office,
    Town,
    TownAccount,
)
from rathaus_desk.town.town_file import BankAccountEntry, OfficeEntry, TownFile, TownHead

LONGEST_NOTE = 20_000
"""Characters of a note or follow-up."""


class SetUpTown(Request, frozen=True, kw_only=True):
    """The town's file as it is now: the first time it makes the town, later it changes it."""

    file: TownFile


@operation(SetUpTown, name="town.set_up", title="Stadt einrichten")
def set_up_town(work: Work, request: SetUpTown) -> UUID:
    """Makes or changes the town, its accounts, districts and offices; clerks already known by name stay.

    What is no longer in the file is deleted, except clerks and offices: cases refer to them.
    """
    file = request.file
    town = _town(work, file.town)
    _replace_accounts(work, file.bank_account)
    _replace_districts(work, file.districts.names)
    for entry in file.office:
        _office(work, entry)
    return town.id


def _town(work: Work, head: TownHead) -> Town:
    known = queries.town_or_none(work.session)
    town = known or Town(id=TOWN_ID)
    for name, value in msgspec.to_builtins(head).items():
        setattr(town, name, value)
    if known is None:
        work.session.add(town)
    return town


def _replace_accounts(work: Work, entries: tuple[BankAccountEntry, ...]) -> None:
    wanted = {
        (entry.owner, entry.bank, entry.iban.replace(" ", ""), entry.bic): rank
        for rank, entry in enumerate(entries)
    }
    for account in queries.accounts(work.session):
        rank = wanted.pop((account.owner, account.bank, account.iban, account.bic), None)
        if rank is None:
            work.session.delete(account)
        else:
            account.rank = rank
    for (owner, bank, iban, bic), rank in wanted.items():
        work.session.add(TownAccount(rank=rank, owner=owner, bank=bank, iban=iban, bic=bic))


def _replace_districts(work: Work, names: tuple[str, ...]) -> None:
    wanted = dict.fromkeys(names)
    for district in queries.districts(work.session):
        if district.name in wanted:
            del wanted[district.name]
        else:
            work.session.delete(district)
    for name in wanted:
        work.session.add(District(name=name))


def _office(work: Work, entry: OfficeEntry) -> None:
    office = queries.office_or_none(work.session, entry.key)
    if office is None:
        office = Office(key=entry.key)
        work.session.add(office)
    office.name = entry.name
    office.case_prefix = entry.case_prefix or entry.key[:2].upper()
    clerk = next((one for one in queries.clerks(work.session, office.id) if one.name == entry.clerk), None)
    if clerk is None:
        clerk = Clerk(name=entry.clerk, office_id=office.id)
        work.session.add(clerk)
    clerk.function, clerk.room, clerk.phone, clerk.email = (
        entry.function,
        entry.room,
        entry.phone,
        entry.email,
    )


def open_case(work: Work, prefix: str, title: str) -> Case:
    """A new case with the next number of ``prefix`` and year: ``FH-2026-00042``."""
    if work.clerk is None:
        raise Refused("Ein Vorgang braucht eine zuständige Person; bitte melden Sie sich an.")
    series = f"{prefix}-{work.today.year}"
    case = Case(
        number=f"{series}-{work.number(series):05d}", title=title, opened_on=work.today, clerk_id=work.clerk
    )
    work.session.add(case)
    return case


def open_own_case(work: Work, title: str) -> Case:
    """A new case with the prefix of the office in which the clerk works."""
    clerk = queries.clerk(work.session, work.clerk)
    return open_case(work, queries.office_of(work.session, clerk).case_prefix, title)


def case_for(work: Work, case: UUID | None, title: str) -> Case:
    """The case something belongs to: the one it came with, or a new one of the clerk's office."""
    if case is None:
        return open_own_case(work, title)
    known = work.session.get(Case, case)
    if known is None:
        raise Refused("Diesen Vorgang gibt es nicht (mehr).")
    return known


class PassOnCase(Request, frozen=True, kw_only=True):
    """A case goes to another office of this town; ``office`` is its key."""

    case: UUID
    office: str
    note: str = ""


@operation(PassOnCase, name="town.pass_on_case", title="Vorgang an anderes Amt geben")
def pass_on_case(work: Work, request: PassOnCase) -> None:
    """Whoever works there is responsible from now on; the note stands on the case.

    Refused if nobody works there.
    """
    case = work.session.get(Case, request.case)
    if case is None:
        raise Refused("Diesen Vorgang gibt es nicht (mehr).")
    office = queries.office_or_none(work.session, request.office)
    clerks = queries.clerks(work.session, office.id) if office else ()
    if office is None or not clerks:
        raise Refused("In diesem Amt ist niemand eingetragen.")
    case.clerk_id = clerks[0].id
    if request.note.strip():
        text = worded(request.note, LONGEST_NOTE, "Vermerk")
        work.session.add(Note(about_id=case.id, text=f"An {office.name}: {text}", clerk_id=work.clerk))


class WriteNote(Request, frozen=True, kw_only=True):
    """A note on any record."""

    about: UUID
    text: str


@operation(WriteNote, name="town.write_note", title="Notiz schreiben")
def write_note(work: Work, request: WriteNote) -> UUID:
    """Keeps the note; BadInput if it is empty or too long."""
    note = Note(about_id=request.about, text=worded(request.text, LONGEST_NOTE, "Text"), clerk_id=work.clerk)
    work.session.add(note)
    return note.id


class RemindOn(Request, frozen=True, kw_only=True):
    """A follow-up on any record, due on a day."""

    about: UUID
    due_on: date
    text: str


@operation(RemindOn, name="town.remind_on", title="Wiedervorlage setzen")
def remind_on(work: Work, request: RemindOn) -> UUID:
    """Keeps the follow-up; a day in the past is allowed, it is simply due."""
    follow_up = FollowUp(
        about_id=request.about,
        due_on=request.due_on,
        text=worded(request.text, LONGEST_NOTE, "Text"),
        clerk_id=work.clerk,
    )
    work.session.add(follow_up)
    return follow_up.id


class FinishFollowUp(Request, frozen=True, kw_only=True):
    """A follow-up is done."""

    follow_up: UUID


@operation(FinishFollowUp, name="town.finish_follow_up", title="Wiedervorlage erledigen")
def finish_follow_up(work: Work, request: FinishFollowUp) -> None:
    """Marks it done today."""
    found = work.session.get(FollowUp, request.follow_up)
    if found is None:
        raise Refused("Diese Wiedervorlage gibt es nicht mehr.")
    found.done_on = work.today


class AttachFile(Request, frozen=True, kw_only=True):
    """A scan or photo of ``size`` bytes for any record; ``sha256`` is what ``Store.keep`` returned."""

    about: UUID
    name: str
    media_type: str
    sha256: str
    size: int


@operation(AttachFile, name="town.attach_file", title="Datei ablegen")
def attach_file(work: Work, request: AttachFile) -> UUID:
    """Puts the kept file on the record."""
    return work.attach_kept(
        request.sha256, request.size, request.name, request.media_type, to=request.about
    ).id
