"""The code for paying, EPC069-12: what is in it, and that a camera reads it from the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
import zxingcpp

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.money import Money
from rathaus_desk.letters import girocode
from rathaus_desk.letters.letter import BankAccount, Payment
from rathaus_desk.letters.render import render

ACCOUNT = BankAccount("Stadtkasse Musterrode", "DE02120300000000202051", "Beispielbank", "BYLADEM1001")
PAYMENT = Payment(ACCOUNT, Money(273100), "RF18539007547034", date(2026, 12, 30))


@pytest.fixture(scope="module")
def read_code():
    """What a camera sees on a page at a resolution: the code's text and its size in millimetres."""

    def read(pdf, dpi=110, page=0):
        document = pypdfium2.PdfDocument(pdf)
        try:
            sheet = document[page]
            image = sheet.render(scale=dpi / 72).to_pil().convert("L")
            sheet.close()
            (found,) = zxingcpp.read_barcodes(image)
            across = found.position.top_right.x - found.position.top_left.x
            return found, across / dpi * 25.4
        finally:
            document.close()

    return read


def test_the_payload_is_the_standard_line_by_line():
    assert girocode.payload(PAYMENT).split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "BYLADEM1001",
        "Stadtkasse Musterrode",
        "DE02120300000000202051",
        "EUR2731.00",
        "",
        "RF18539007547034",
    ]


def test_a_bic_may_be_left_out():
    assert girocode.payload(replace(PAYMENT, account=replace(ACCOUNT, bic=""))).split("\n")[4] == ""


@pytest.mark.parametrize("dpi", [110, 150, 300])
def test_the_code_on_the_page_is_read_back(pdf, read_code, dpi):
    found, _ = read_code(pdf, dpi)
    assert found.text == girocode.payload(PAYMENT)
    assert found.ec_level == "M"
    assert found.format == zxingcpp.BarcodeFormat.QRCode


def test_the_code_is_at_least_25_millimetres_wide(pdf, read_code):
    _, width = read_code(pdf, 300)
    assert width >= 25


def test_around_the_code_is_the_quiet_zone_in_white(pdf, read_code):
    found, _ = read_code(pdf, 300)
    document = pypdfium2.PdfDocument(pdf)
    image = document[0].render(scale=300 / 72).to_pil().convert("L")
    document.close()
    size = girocode.symbol(girocode.payload(PAYMENT)).size
    module = (found.position.top_right.x - found.position.top_left.x) / size
    left, top = found.position.top_left.x, found.position.top_left.y
    side = module * size
    for step in range(3, int(girocode.QUIET_ZONE * module) - 2):
        for x, y in (
            (left - step, top + side / 2),
            (left + side + step, top + side / 2),
            (left + side / 2, top - step),
            (left + side / 2, top + side + step),
        ):
            assert image.getpixel((int(x), int(y))) == 255


def test_umlauts_in_the_owners_name_are_utf_8(letter, read_code):
    account = replace(ACCOUNT, owner="Gemeindekasse Großenlüder-Łęg")
    payment = replace(PAYMENT, account=account)
    blocks = tuple(payment if isinstance(block, Payment) else block for block in letter.blocks)
    found, _ = read_code(render(replace(letter, blocks=blocks)))
    assert found.bytes == girocode.payload(payment).encode("utf-8")
    assert found.text.split("\n")[5] == account.owner


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"amount": Money(0)}, "Betrag"),
        ({"amount": Money(-100)}, "Betrag"),
        ({"amount": Money(100_000_000_000)}, "Betrag"),
        ({"reference": "RF00539007547034"}, "Kassenzeichen"),
        ({"reference": "4711"}, "Kassenzeichen"),
        ({"account": replace(ACCOUNT, iban="DE02120300000000202052")}, "IBAN"),
        ({"account": replace(ACCOUNT, bic="XX")}, "BIC"),
        ({"account": replace(ACCOUNT, owner="")}, "Name"),
        ({"account": replace(ACCOUNT, owner="K" * 71)}, "Name"),
    ],
)
def test_what_no_transfer_can_carry_is_refused_by_name(change, named):
    with pytest.raises(BadInput, match=named):
        girocode.payload(replace(PAYMENT, **change))
