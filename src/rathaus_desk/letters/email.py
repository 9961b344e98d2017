"""A letter as an e-mail that waits to be sent: opened by the mail program of the desk, sent by the clerk."""

from __future__ import annotations

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
    message = EmailMessage(policy=SMTP)
    title = " ".join(mail.title.split())
    try:
        if check_email(mail.to).problem:
            raise ValueError(mail.to)
        message["To"] = Address(mail.name, addr_spec=mail.to)
        if own := sender.clerk_email or sender.email:
            message["From"] = Address(sender.clerk or sender.town, addr_spec=own)
    except ValueError as error:
        raise BadInput(f"An „{mail.to}“ lässt sich keine E-Mail schreiben.", detail=str(error)) from error
    message["Subject"] = title
    message["X-Unsent"] = "1"
    message.set_content(_text(mail, sender), cte="quoted-printable")
    message.add_attachment(mail.pdf, maintype="application", subtype="pdf", filename=f"{title}.pdf")
    # Chance would make each file another; nothing in a letter holds this line.
    message.set_boundary("=_rathaus-desk_anlage_=")
    return message.as_bytes()


def _text(mail: Mail, sender: Sender) -> str:
    place = f"{sender.street}, {sender.postal_code} {sender.place}"
    phone = f"Telefon {sender.clerk_phone or sender.phone}" if sender.clerk_phone or sender.phone else ""
    signed = [line for line in (sender.clerk, sender.office, sender.authority, place, phone) if line]
    return "\n".join(
        (
            f"{mail.salutation},",
            "",
            f"als Anlage erhalten Sie unser Schreiben „{mail.title}“.",
            "",
            "Mit freundlichen Grüßen",
            *signed,
            "",
        )
    )
