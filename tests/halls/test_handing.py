"""Handover records: what was drawn as signature, photos in the letter, both kept with the record."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from rathaus_desk.halls import queries
from rathaus_desk.halls.operations.bookings import BookHall
from rathaus_desk.halls.operations.handing import Damage, HandOverHall, PrintHandoverForm
from rathaus_desk.halls.wish import Wish
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.money import Money
from rathaus_desk.letters import queries as letters
from rathaus_desk.letters.photos import prepared, size
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.store.attachments import KeptFile, attachments_of

DRAWN = (((60, 240), (140, 80), (220, 250)), ((430, 200),))


@pytest.fixture
def handed_out(town: TownHall, hall_id: Callable[[], UUID], club: Callable[[], UUID]) -> UUID:
    """A booking with its keys out."""
    booking = town.run(
        BookHall(
            hall=hall_id(),
            set="saal",
            starts=datetime(2026, 6, 20, 15),
            ends=datetime(2026, 6, 20, 23),
            person=club(),
            purpose="Fest",
            wish=Wish(user_group="club"),
            state="approved",
        )
    ).value
    town.run(record(booking, direction="out", pay_deposit_later="Verein", keys=("14",)))
    return booking


def record(booking: UUID, **more) -> HandOverHall:
    usual = {"direction": "back", "at": datetime(2026, 6, 21, 9), "for_town": "Frau A", "for_user": "Herr B"}
    return HandOverHall(booking=booking, **{**usual, **more})


def picture(mode: str = "RGB", **more) -> bytes:
    drawn = io.BytesIO()
    Image.new(mode, (1600, 900)).save(drawn, **{"format": "PNG", **more})
    return drawn.getvalue()


def kept(town: TownHall, content: bytes, name: str) -> KeptFile:
    sha256 = town.store.keep(content, name)
    return KeptFile(name=name, media_type="image/png", sha256=sha256, size=len(content))


def pdf_of_last(town: TownHall) -> bytes:
    with town.store.read() as session:
        letter = [one for one in letters.waiting(session) if one.kind == "hall_handover"][-1]
        return town.store.read_attachment(letters.pdf_of(session, letter))


def figures(pdf: bytes) -> list[str]:
    """What stands for the pictures, in reading order."""
    found: list[str] = []

    def walk(node: pikepdf.Object) -> None:
        if isinstance(node, pikepdf.Array):
            for kid in node:
                walk(kid)
        elif isinstance(node, pikepdf.Dictionary) and "/K" in node:
            if node.get("/S") == "/Figure":
                found.append(str(node["/Alt"]))
            walk(node["/K"])

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        walk(opened.Root.StructTreeRoot.K)
    return found


def test_signatures_and_photos_stand_in_the_letter(town: TownHall, handed_out: UUID) -> None:
    chair, lamp = kept(town, picture(), "stuhl.png"), kept(town, picture("RGBA"), "lampe.png")
    broken = kept(town, b"no picture at all", "film.mov")
    made = town.run(
        record(
            handed_out,
            signed_town=DRAWN,
            signed_user=DRAWN[:1],
            damage=(
                Damage(text="Stuhl", cost=Money(4000), photos=(chair, broken)),
                Damage(text="Lampe", photos=(lamp, chair)),
            ),
        )
    ).value
    pdf = pdf_of_last(town)
    assert figures(pdf) == [
        "Foto: Stuhl",
        "Foto: Lampe",
        "Unterschrift von Frau A",
        "Unterschrift von Herr B",
    ]
    text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))
    assert "Stuhl (40,00 €)" in text
    with town.store.read() as session:
        back = queries.handovers(session, handed_out)[-1]
        assert back.id == made
        assert back.signed["town"] == [[[60, 240], [140, 80], [220, 250]], [[430, 200]]]
        assert [one["photos"] for one in back.damage] == [
            [chair.sha256, broken.sha256],
            [lamp.sha256, chair.sha256],
        ]
        assert sorted(one.name for one in attachments_of(session, made)) == [
            "film.mov",
            "lampe.png",
            "stuhl.png",
        ]


@pytest.mark.parametrize(
    "strokes",
    [
        (((1001, 0),),),
        (((0, 321),),),
        (((-1, 0),),),
        ((),),
        (tuple((one % 1000, 0) for one in range(20_001)),),
    ],
)
def test_what_is_no_signature_is_refused(town: TownHall, handed_out: UUID, strokes) -> None:
    with pytest.raises(BadInput, match="Unterschrift"):
        town.run(record(handed_out, signed_user=strokes))


def test_the_record_on_paper_has_fields_to_sign(town: TownHall, handed_out: UUID) -> None:
    town.run(PrintHandoverForm(booking=handed_out, direction="back"))
    pdf = pdf_of_last(town)
    assert figures(pdf) == []
    text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))
    assert text.count("Name, Unterschrift") == 2
    assert "( ) Heizung zurückgedreht" in text
    assert "( ) 14" in text
    assert "A 1 (Haupteingang)" not in text


def test_a_photo_becomes_fit_for_paper() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    upright = prepared(picture(format="JPEG", exif=turned))
    assert upright is not None
    assert size(upright) == (675, 1200)
    for mode in ("L", "RGBA", "P", "CMYK"):
        other = prepared(picture(mode, format="PNG" if mode != "CMYK" else "JPEG"))
        assert other is not None
        with Image.open(io.BytesIO(other)) as opened:
            assert (opened.format, opened.mode) == ("JPEG", "RGB")
    assert prepared(b"") is None
    assert prepared(picture()[:500]) is None
    assert prepared(picture()) == prepared(picture())
