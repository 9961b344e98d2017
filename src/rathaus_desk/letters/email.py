"""A letter as an e-mail that waits to be sent: opened by the mail program of the desk, sent by the clerk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.letters.facts import Sender
from rathaus_desk.people.rules.checks import check_email

MEDIA_TYPE = "message/rfc822"


@dataclass(frozen=True, slots=True)
class Mail:
    """What goes to whom: the letter's title and PDF, and how the recipient is addressed."""

    to: str
    name: str
    salutation: str
    title: str
    pdf: bytes


def composed(mail: Mail, sender: Sender) -> bytes:
    """The message with the PDF attached, as a file that mail programs open to be sent (``X-Unsent``).

    BadInput for an address that cannot stand in a message. Same mail, same bytes.
    """
    title = " ".join(mail.title.split())
    said = (f"{mail.salutation},", "", f"als Anlage erhalten Sie unser Schreiben „{title}“.")
    message = _message({mail.to: mail.name}, title, said, sender)
    message.add_attachment(mail.pdf, maintype="application", subtype="pdf", filename=f"{title}.pdf")
    # Chance would make each file another; nothing in a letter holds this line.
    message.set_boundary("=_rathaus-desk_anlage_=")
    return message.as_bytes()


def news(to: Sequence[str], subject: str, lines: Sequence[str], sender: Sender) -> bytes:
    """A message without letter, to everybody who must know; as `composed` otherwise."""
    said = ("Guten Tag,", "", *lines)
    return _message(dict.fromkeys(to, ""), " ".join(subject.split()), said, sender).as_bytes()


def _message(to: Mapping[str, str], subject: str, lines: Sequence[str], sender: Sender) -> EmailMessage:
    """``to``: address → name."""
    message = EmailMessage(policy=SMTP)
    message["To"] = [_address(one, name) for one, name in to.items()]
    if own := sender.clerk_email or sender.email:
        message["From"] = _address(own, sender.clerk or sender.town)
    message["Subject"] = subject
    message["X-Unsent"] = "1"
    place = f"{sender.street}, {sender.postal_code} {sender.place}"
    phone = f"Telefon {sender.clerk_phone or sender.phone}" if sender.clerk_phone or sender.phone else ""
    signed = [line for line in (sender.clerk, sender.office, sender.authority, place, phone) if line]
    text = "\n".join((*lines, "", "Mit freundlichen Grüßen", *signed, ""))
    message.set_content(text, cte="quoted-printable")
    return message


def _address(email: str, name: str) -> Address:
    try:
        if check_email(email).problem:
            raise ValueError(email)
        return Address(name, addr_spec=email)
    except ValueError as error:
        raise BadInput(f"An „{email}“ lässt sich keine E-Mail schreiben.", detail=str(error)) from error
