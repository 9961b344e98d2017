"""A town's own wording of letters, as files in its folder: ``briefe/fee_notice.md`` and the like."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rathaus_desk.kernel.errors import BadInput, Place
from rathaus_desk.letters.facts import KINDS
from rathaus_desk.letters.operations import SaveTemplate
from rathaus_desk.office.town_hall import TownHall

LETTER_TITLES = {
    "fee_notice": "Gebührenbescheid",
    "extension_notice": "Bescheid über eine Verlängerung",
    "transfer_notice": "Bescheid über eine Umschreibung",
    "burial_confirmation": "Terminbestätigung an den Bestatter",
    "hall_option": "Bestätigung einer Option",
    "hall_notice": "Bescheid über die Nutzung einer Halle",
    "hall_agreement": "Nutzungsvertrag",
    "hall_invoice": "Rechnung für eine Halle",
    "hall_rejection": "Ablehnung der Nutzung",
    "hall_cancellation": "Bescheid über die Absage",
    "hall_displacement": "Mitteilung über den Wegfall der Nutzung",
    "hall_handover": "Übergabe- und Rücknahmeprotokoll",
    "hall_settlement": "Endabrechnung einer Halle",
    "hall_deposit_receipt": "Quittung über die Kaution",
    "hall_deposit_refund": "Abrechnung der Kaution",
}
"""What the letters of the program are called."""


def own_letters(*paths: Path) -> tuple[SaveTemplate, ...]:
    """The templates among ``paths`` and in folders below: files named like a letter of the program.

    BadInput naming file and line if one of them does not work; other Markdown files are none of it.
    """
    from rathaus_desk.letters.template import check

    found = []
    for file in _files(paths):
        try:
            text = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadInput("Die Vorlage ist nicht in UTF-8 geschrieben.", place=Place(str(file))) from error
        check(text, file.name)
        found.append(SaveTemplate(name=file.stem, text=text))
    return tuple(found)


def _files(paths: Iterable[Path]) -> list[Path]:
    inside = [file for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("*.md")))]
    return [file for file in inside if file.suffix == ".md" and file.stem in KINDS]


def save_letters(office: TownHall, letters: Iterable[SaveTemplate]) -> int:
    """Keeps each as the newest version, unless it is that already; how many were new."""
    return sum(bool(office.run(letter).changed) for letter in letters)
