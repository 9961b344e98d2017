"""What a clerk can do with letters: keep one, tick it as printed, record that it left the house."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.letters import queries
from rathaus_desk.letters.parties import sender
from rathaus_desk.letters.records import OwnTemplate, StoredLetter
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.names import display_name, salutation_of
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.town import queries as town

if TYPE_CHECKING:
    # Drawing is loaded when a letter is made, not when the program starts.
    from rathaus_desk.letters.facts import LetterFacts
    from rathaus_desk.letters.letter import Letter


def file_letter(
    work: Work,
    letter: Letter,
    *,
    kind: str,
    about: UUID,
    case: UUID | None = None,
    recipient: UUID | None = None,
) -> StoredLetter:
    """Renders ``letter``, keeps its PDF encrypted and puts it into the print queue.

    ``recipient``: the person it goes to. BadInput if the letter cannot be shown (a missing glyph).
    """
    from rathaus_desk.letters.render import render

    stored = StoredLetter(
        kind=kind,
        title=letter.title,
        about_id=about,
        case_id=case,
        recipient_id=recipient,
        recipient_lines=list(letter.recipient),
        dated_on=letter.day,
    )
    pdf = work.attach(render(letter), f"{letter.title}.pdf", "application/pdf", to=stored.id)
    stored.attachment_id, stored.sha256 = pdf.id, pdf.sha256
    work.session.add(stored)
    return stored


def compose_and_file(
    work: Work, kind: str, facts: LetterFacts, *, about: UUID, case: UUID | None, recipient: UUID
) -> StoredLetter:
    """The letter ``kind`` with these facts, in the town's own words if it has any that work; filed."""
    from rathaus_desk.letters.template import compose, facts_of

    letter = compose(queries.template_for(work.session, kind).template, facts_of(facts))
    return file_letter(work, letter, kind=kind, about=about, case=case, recipient=recipient)


class SaveTemplate(Request, frozen=True, kw_only=True):
    """The town's own text for a letter, such as ``fee_notice``; an empty one returns to the program's."""

    name: str
    text: str
    origin: str = ""
    """The town it is taken over from."""


@operation(SaveTemplate, name="letters.save_template", title="Briefvorlage ändern")
def save_template(work: Work, request: SaveTemplate) -> UUID:
    """Keeps the text as the newest version, unless it is that already.

    BadInput, with its line, if it does not work with every sample; what was in use then stays so.
    """
    from rathaus_desk.letters.template import built_in, check

    built_in(request.name)
    if request.text:
        check(request.text, f"{request.name}.md")
    newest = next(iter(queries.own_templates(work.session, request.name)), None)
    if newest is not None and newest.text == request.text:
        return newest.id
    version = OwnTemplate(
        name=request.name,
        revision=newest.revision + 1 if newest else 1,
        text=request.text,
        origin=request.origin,
    )
    work.session.add(version)
    return version.id


class MarkPrinted(Request, frozen=True, kw_only=True):
    """Letters that were printed."""

    letters: tuple[UUID, ...]


@operation(MarkPrinted, name="letters.mark_printed", title="Schreiben gedruckt")
def mark_printed(work: Work, request: MarkPrinted) -> None:
    """Ticks them as printed today; printing again changes nothing."""
    for letter in (kept(work, one) for one in request.letters):
        letter.printed_on = letter.printed_on or work.today


class PrepareEmails(Request, frozen=True, kw_only=True):
    """Letters that go by e-mail, each to the address that the register has of its recipient."""

    letters: tuple[UUID, ...]


@operation(PrepareEmails, name="letters.prepare_emails", title="E-Mail vorbereiten")
def prepare_emails(work: Work, request: PrepareEmails) -> tuple[UUID, ...]:
    """Keeps each message, with the letter attached, as the proof of what was sent; the attachments' ids.

    The clerk sends them by the mail program and then notes that they left. Refused for a recipient without
    address by wire.
    """
    return tuple(_prepared(work, kept(work, one)) for one in dict.fromkeys(request.letters))


def _prepared(work: Work, letter: StoredLetter) -> UUID:
    from rathaus_desk.letters.email import MEDIA_TYPE, Mail, composed

    to = queries.email_of(work.session, letter)
    if not to or letter.recipient_id is None:
        raise Refused(f"Zu „{letter.title}“ kennt das Register keine E-Mail-Adresse; bitte dort eintragen.")
    person = work.session.get_one(Person, letter.recipient_id)
    pdf = work.read_attachment(queries.pdf_of(work.session, letter))
    mail = Mail(to, display_name(person), salutation_of(person), letter.title, pdf)
    message = composed(mail, sender(work.session, town.clerk(work.session, work.clerk)))
    letter.emailed_on, letter.emailed_to = work.today, to
    return work.attach(message, f"{letter.title}.eml", MEDIA_TYPE, to=letter.id).id


def mark_dispatched(work: Work, letter: StoredLetter, posted_on: date) -> None:
    """The letter left the house. Refused if it did before; BadInput for a day before its date or ahead."""
    if letter.posted_on is not None:
        raise Refused(
            f"„{letter.title}“ ist schon am {german_date(letter.posted_on)} zur Post gegeben worden."
        )
    if not letter.dated_on <= posted_on <= work.today:
        raise BadInput(
            f"„{letter.title}“ ist vom {german_date(letter.dated_on)} und kann nicht am "
            f"{german_date(posted_on)} zur Post gegeben worden sein."
        )
    letter.posted_on = posted_on


def kept(work: Work, letter: UUID) -> StoredLetter:
    """The letter with this id; Refused if there is none."""
    found = work.session.get(StoredLetter, letter)
    if found is None:
        raise Refused("Dieses Schreiben gibt es nicht (mehr).")
    return found
