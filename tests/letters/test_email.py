"""Letters by e-mail: the message that a mail program opens, and the proof that stays."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default

import pytest

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.letters.email import Mail, composed, news
from rathaus_desk.letters.samples import samples

SENDER = samples("hall_displacement")[0].sender
MAIL = Mail(
    to="vorstand@gesangverein.example",
    name="Gesangverein Älterfeld",
    salutation="Sehr geehrte Damen und Herren",
    title="Mitteilung über Ihre Buchung HV-2026-00012",
    pdf=b"%PDF-1.7 a letter",
)


def read(mail: Mail = MAIL):
    return message_from_bytes(composed(mail, SENDER), policy=default)


def test_the_message_waits_to_be_sent_with_the_letter_attached():
    message = read()
    assert message["X-Unsent"] == "1"
    assert message["To"] == "Gesangverein Älterfeld <vorstand@gesangverein.example>"
    assert message["From"].addresses[0].addr_spec == "friedhof@musterrode.example"
    assert message["Subject"] == "Mitteilung über Ihre Buchung HV-2026-00012"
    body = message.get_body().get_content()
    assert body.startswith("Sehr geehrte Damen und Herren,")
    assert "„Mitteilung über Ihre Buchung HV-2026-00012“" in body
    (attached,) = message.iter_attachments()
    assert (attached.get_content(), attached.get_content_type()) == (MAIL.pdf, "application/pdf")
    assert attached.get_filename() == "Mitteilung über Ihre Buchung HV-2026-00012.pdf"


def test_the_same_letter_gives_the_same_bytes():
    assert composed(MAIL, SENDER) == composed(MAIL, SENDER)


@pytest.mark.parametrize("to", ["kein Klammeraffe", "a@b@c", "a@b\nBcc: x@y", ""])
def test_no_address_brings_other_lines_into_the_message(to):
    with pytest.raises(BadInput):
        composed(Mail(to, MAIL.name, MAIL.salutation, MAIL.title, MAIL.pdf), SENDER)


def test_a_title_of_several_lines_stays_one():
    odd = Mail(MAIL.to, MAIL.name, MAIL.salutation, "Absage\nBcc: x@y.example", MAIL.pdf)
    assert read(odd)["Bcc"] is None


def test_news_go_to_everybody_who_must_know_without_letter():
    message = message_from_bytes(
        news(("a@x.example", "b@x.example"), "DGH geschlossen", ("Wasserschaden.",), SENDER), policy=default
    )
    assert [one.addr_spec for one in message["To"].addresses] == ["a@x.example", "b@x.example"]
    assert "Wasserschaden." in message.get_content()
    assert not message.is_multipart()
