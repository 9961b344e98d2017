"""Who writes and who is written to: the facts of a letter that come from the town and the register."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from rathaus_desk.kernel.errors import Refused
from rathaus_desk.letters.facts import Recipient, Sender
from rathaus_desk.letters.letter import BankAccount
from rathaus_desk.people import queries as people
from rathaus_desk.people.rules.addresses import envelope_lines
from rathaus_desk.people.rules.names import display_name, letter_name, salutation_of
from rathaus_desk.store.operations import Work
from rathaus_desk.town import queries as town
from rathaus_desk.town.records import Case, Clerk


def sender(session: Session, clerk: Clerk) -> Sender:
    """The town, the office of ``clerk``, and the clerk, as they stand on a letter."""
    here = town.town(session)
    return Sender(
        town=here.name,
        authority=here.authority,
        street=here.street,
        postal_code=here.postal_code,
        place=here.place,
        phone=here.phone,
        email=here.email,
        web=here.web,
        account=account_of(session),
        office=town.office_of(session, clerk).name,
        clerk=clerk.name,
        room=clerk.room,
        clerk_phone=clerk.phone,
        clerk_email=clerk.email,
    )


def letter_facts(work: Work, to: UUID, case: UUID) -> dict[str, Any]:
    """What every letter has, written today by the clerk who works; Refused without clerk or address."""
    return {
        "sender": sender(work.session, town.clerk(work.session, work.clerk)),
        "recipient": recipient(work.session, to, work.today),
        "case_number": work.session.get_one(Case, case).number,
        "day": work.today,
    }


def account_of(session: Session) -> BankAccount | None:
    """The account that stands on notices; None if the town has none."""
    return next((BankAccount(one.owner, one.iban, one.bank, one.bic) for one in town.accounts(session)), None)


def recipient(session: Session, person: UUID, on: date) -> Recipient:
    """The person as recipient of a letter on a day.

    Refused, naming them, if no address is known: a letter without one cannot be posted.
    """
    found = people.people(session, (person,)).get(person)
    if found is None:
        raise Refused("Diese Person gibt es nicht (mehr).")
    address = people.postal_address(session, person, on)
    if address is None:
        raise Refused(
            f"Von {display_name(found)} ist keine Anschrift bekannt; das Schreiben hätte keinen Empfänger. "
            "Bitte tragen Sie zuerst die Anschrift ein."
        )
    return Recipient(lines=envelope_lines(letter_name(found), address), salutation=salutation_of(found))
