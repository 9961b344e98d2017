"""The main job on the example town, step by step: from the undertaker's form to the notice in the post.

The demo shows it, the journey test and the acceptance checks compare its results.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.applications import queries as applications
from rathaus_desk.applications.handover import offered
from rathaus_desk.applications.operations import HandOver
from rathaus_desk.cemetery import queries as cemetery
from rathaus_desk.cemetery.books import statutes_of
from rathaus_desk.cemetery.import_graves import ImportResult
from rathaus_desk.cemetery.records import Burial, RightChange
from rathaus_desk.fees import queries as fees
from rathaus_desk.fees.operations import Dispatch
from rathaus_desk.kernel import resources
from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.letters import queries as letters
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.town import queries as town

EXAMPLE_TOWN = ("examples", "musterrode")


@dataclass(frozen=True, slots=True)
class MainJob:
    """What came out: the figures of the notice and where its PDF lies."""

    rest_end: date | None
    extension_years: int
    right_until: date
    lines: tuple[dict[str, object], ...]
    total: Money
    received_on: date
    appeal_until: date
    due_on: date
    payment_reference: str
    notice: Path
    imported: ImportResult


def example_town() -> Path:
    """The folder of the example town."""
    return resources.path(*EXAMPLE_TOWN)


def do_main_job(office: TownHall, notice: Path, say: Callable[[str], None]) -> MainJob:
    """Imports the old list, takes the form in, enters the burial, posts the notice; ``say`` hears each step.

    ``notice`` is where the readable PDF of the notice is written.
    """
    folder = example_town()
    imported = office.import_graves(folder / "graeberliste-alt.csv")
    new = imported.new
    say(
        f"Alte Gräberliste übernommen: {new['graves']} Gräber, {new['burials']} Bestattungen, "
        f"{new['rights']} Nutzungsrechte; {len(imported.doubtful)} zweifelhafte Angaben benannt, "
        "nichts verworfen."
    )
    application = _take_in(office, folder / "bestattungsanmeldung.json", say)
    burial = _enter_burial(office, application, say)
    return _notice(office, burial, notice, imported, say)


def _take_in(office: TownHall, form: Path, say: Callable[[str], None]) -> UUID:
    (outcome,) = office.intake().paths([form])
    if outcome.state == "quarantined" or outcome.case_number is None:
        raise CannotWork(f"Die Anmeldung des Bestatters wurde nicht angenommen: {outcome.reason}")
    say(f"Anmeldung des Bestatters angenommen: Vorgang {outcome.case_number}.")
    with office.store.read() as session:
        case = town.case_numbered(session, outcome.case_number)
        found = applications.application_of_case(session, case.id) if case else None
        if found is None:
            raise CannotWork(f"Zum Vorgang {outcome.case_number} fehlt der Antrag.")
        return found.id


def _enter_burial(office: TownHall, application: UUID, say: Callable[[str], None]) -> UUID:
    """The clerk's part: confirms what the form proposes, and lets the applicant owe the fees."""
    with office.store.read() as session:
        view = applications.view(session, office.services, application)
        assert view.facts is not None
        prefilled = offered("burial").prefill(session, view.facts, view.row.case_id)
    for question in prefilled.open:
        say(f"  Zu klären: {question}")
    request = {**prefilled.request, "debtor": prefilled.request["applicant"]}
    say("  Geklärt: die Person ist dieselbe; der Auftraggeber schuldet die Gebühren.")
    burial: UUID = office.run(HandOver(application=application, to="burial", request=request)).value
    return burial


def _notice(
    office: TownHall, burial_id: UUID, target: Path, imported: ImportResult, say: Callable[[str], None]
) -> MainJob:
    with office.store.read() as session:
        burial = session.get_one(Burial, burial_id)
        assert burial.case_id is not None
        (given,) = fees.notices_of(session, burial.case_id)
        waiting = [letter.id for letter in letters.waiting(session)]
        letter = letters.letters_about(session, given.id)[0]
        pdf = letters.pdf_of(session, letter)
        _say_burial(session, burial, office, say)
    office.run(Dispatch(letters=tuple(waiting), posted_on=office.store.clock.today()))
    target.write_bytes(office.store.read_attachment(pdf))
    with office.store.read() as session:
        given = fees.notices_of(session, burial.case_id)[0]
        charged = fees.assessment_of(session, given)
        (item,) = fees.due_items_of(session, given.id)
        change = _extension(session, burial_id)
        assert charged is not None
        lines = charged.kept_lines
    for line in lines:
        say(f"  {line.label}: {line.amount.german()} ({line.paragraph})")
    say(f"  Zusammen {charged.total.german()}, Kassenzeichen {item.reference}.")
    say(
        f"Bescheid {given.number} zur Post gegeben: bekannt gegeben am {german_date(given.received_on)}, "
        f"Widerspruch bis {german_date(given.appeal_until)}, fällig am {german_date(item.due_on)}."
    )
    return MainJob(
        rest_end=burial.rest_end,
        extension_years=_years(change),
        right_until=change.until_after,
        lines=tuple(line.as_json() for line in lines),
        total=charged.total,
        received_on=given.received_on,
        appeal_until=given.appeal_until,
        due_on=item.due_on,
        payment_reference=item.reference,
        notice=target,
        imported=imported,
    )


def _say_burial(session: Session, burial: Burial, office: TownHall, say: Callable[[str], None]) -> None:
    grave = cemetery.grave(session, burial.grave_id)
    where = cemetery.grave_name(session, grave)
    say(f"Bestattung eingetragen: {cemetery.name_of(session, burial)} in {where}, Stelle {burial.place}.")
    say(f"  {burial.rest_reason}")
    say(f"  {_extension(session, burial.id).reason}")
    statute = statutes_of(session).in_force(office.store.clock.today())
    if statute is not None:
        for one in cemetery.successors(session, grave, statute):
            say(f"  Nachfolge im Nutzungsrecht vorgeschlagen: {one.name}. {one.reason}")


def _extension(session: Session, burial: UUID) -> RightChange:
    return session.scalars(select(RightChange).where(RightChange.burial_id == burial)).one()


def _years(change: RightChange) -> int:
    assert change.until_before is not None
    return change.until_after.year - change.until_before.year
