"""Addresses as lists have them, in one field or several; what is not there stays empty and is doubted."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from rathaus_desk.kernel.names import fold, nfc

NO_ADDRESS = "keine Anschrift"
NO_PLACE = "der Ort fehlt"
NO_POSTAL_CODE = "die Postleitzahl fehlt"
NO_STREET = "die Straße fehlt"
NOT_WHOLLY_READ = "die Anschrift ist nicht ganz zu lesen"
SHORT_POSTAL_CODE = "die Postleitzahl hat nicht fünf Ziffern"

_LONGEST = 300
_NOTHING = re.compile(
    r"(unbek\w*|unbekannt\b.*|verzogen\b.*|nicht bekannt|keine|k\. ?a\.|\?+|n\.? ?n\.?|ohne)\.?"
)
_EMPTY = re.compile(r"[-–—./\s]*")
_COUNTRIES = {
    "A": "Österreich", "AT": "Österreich", "CH": "Schweiz", "F": "Frankreich", "FR": "Frankreich",
    "NL": "Niederlande", "B": "Belgien", "BE": "Belgien", "L": "Luxemburg", "LU": "Luxemburg",
    "I": "Italien", "IT": "Italien",
    "PL": "Polen", "CZ": "Tschechien", "DK": "Dänemark", "DE": "", "D": "", "E": "Spanien", "ES": "Spanien",
    "GB": "Vereinigtes Königreich", "UK": "Vereinigtes Königreich", "US": "USA", "USA": "USA",
}  # fmt: skip
_COUNTRY_NAMES = {
    fold(name): name
    for name in (*_COUNTRIES.values(), "Türkei", "Kroatien", "Ungarn", "Rumänien", "Griechenland", "Portugal")
    if name
}
_POSTAL = re.compile(r"(?:(?P<country>[A-Z]{1,3})\s?-\s?)?(?P<code>[0-9]{4,5})(?:\s+(?P<place>\S.*))?")
_DUTCH = re.compile(r"(?:NL\s?-\s?)?(?P<code>[0-9]{4}\s?[A-Z]{2})\s+(?P<place>\S.*)")
_POSTAL_INSIDE = re.compile(r"(?P<before>.*?\S)\s+(?P<postal>(?:[A-Z]{1,3}\s?-\s?)?[0-9]{5}\s+[^\W\d].*)")
_NUMBER = r"[0-9]{1,4}\s?[a-zA-Z]?(?:\s?[-–/+]\s?[0-9]{1,4}\s?[a-zA-Z]?)?(?:\s1/2)?"
_STREET_NUMBER = re.compile(rf"(?P<street>[^\W\d].*?|[0-9]+\.\s?\D.*?)\s*\b(?P<number>{_NUMBER})")
_STREET_NUMBER_PLACE = re.compile(
    rf"(?P<street>[^\W\d].*?)\s+(?P<number>{_NUMBER})\s+(?P<place>[^\W\d_a-z][^\d]*)"
)
_HOUSE = re.compile(rf"(?:haus|hs\.?|nr\.?|haus-?\s?nr\.?|hausnummer)\s*(?P<number>{_NUMBER})", re.IGNORECASE)
_STREET_WORD = re.compile(
    r"(str\.|stra(ss|ß)e|weg|gasse|platz|allee|ring|ufer|damm|pfad|steig|chaussee|hof|berg|tal|markt|winkel)$"
    r"|^(am|an der|an den|auf der|auf dem|im|in der|in den|zum|zur|unter|hinter|vor|ober|bei der|beim)\s",
    re.IGNORECASE,
)
_ADDITION = re.compile(
    r"(c/o|co\.|bei|z\. ?h\w*\.?|zu händen|postfach|ot|ortsteil|stadtteil)\b\.?", re.IGNORECASE
)
_BOX = re.compile(r"postfach\s+[0-9 ]+", re.IGNORECASE)
_TELEPHONE = re.compile(r"(tel|telefon|fon|mobil|handy)\b\.?:?.*|[^\s@]+@[^\s@]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AddressText:
    """An address as far as it could be read; ``remark`` keeps what could not."""

    addition: str = ""
    street: str = ""
    house_number: str = ""
    postal_code: str = ""
    place: str = ""
    country: str = ""
    remark: str = ""

    @property
    def known(self) -> bool:
        """Whether there is anything to write down as an address."""
        return bool(self.addition or self.street or self.house_number or self.postal_code or self.place)


@dataclass(frozen=True, slots=True)
class AddressReading:
    """An address and why somebody should look at it."""

    address: AddressText
    doubts: tuple[str, ...] = ()


@lru_cache(maxsize=8192)
def read_address(text: str) -> AddressReading:
    """The address in one field: "Eichenweg 3, 34999 Musterrode", "Ringstr. 4 Hainrode", "unbekannt"."""
    text = text.strip()
    if _EMPTY.fullmatch(text):
        return AddressReading(AddressText())
    if len(text) > _LONGEST or _NOTHING.fullmatch(fold(text)):
        return AddressReading(AddressText(remark=text), (NO_ADDRESS,))
    address, left = AddressText(), []
    for part in re.split(r"[,;\n]", _apart(text)):
        taken = _with_part(address, nfc(part))
        if taken is None:
            left.append(nfc(part))
        else:
            address = taken
    return _judged(replace(address, remark="; ".join(filter(None, left))))


def read_address_columns(
    whole: str, street: str, house_number: str, postal_code: str, place: str
) -> AddressReading:
    """The address in several fields, each of which may hold more than its heading says."""
    if not (street or house_number or postal_code or place):
        return read_address(whole)
    if all(_NOTHING.fullmatch(fold(text)) for text in (street, place) if text) and not postal_code:
        return AddressReading(AddressText(remark=" ".join(filter(None, (street, place)))), (NO_ADDRESS,))
    parts = read_address(f"{street} {house_number}".strip()).address if not house_number else AddressText()
    town = _with_part(AddressText(), nfc(f"{postal_code} {place}")) or AddressText(place=nfc(place))
    address = AddressText(
        addition=parts.addition,
        street=parts.street or nfc(street),
        house_number=nfc(house_number) or parts.house_number,
        postal_code=town.postal_code or parts.postal_code or nfc(postal_code),
        place=town.place or parts.place,
        country=town.country or parts.country,
        remark="; ".join(filter(None, (parts.remark, nfc(whole)))),
    )
    if not parts.street and parts.place and street:
        address = replace(address, street=nfc(street), place=town.place or "")
    return _judged(address)


def _apart(text: str) -> str:
    """``text`` with a comma before a postal code that follows the street directly."""
    lines = (_POSTAL_INSIDE.fullmatch(line.strip()) for line in text.splitlines())
    found = [line for line in lines if line and "," not in line["before"][-1:]]
    for line in found:
        text = text.replace(line[0], f"{line['before'].rstrip(' ,;-')}, {line['postal']}")
    return text


def _with_part(address: AddressText, part: str) -> AddressText | None:
    """``address`` with what one part of the text says; None if the part says nothing that fits."""
    if not part or _TELEPHONE.fullmatch(part):
        return None if part else address
    if (found := _DUTCH.fullmatch(part) or _POSTAL.fullmatch(part)) and not address.postal_code:
        letters: str = "NL" if found.re is _DUTCH else (found["country"] or "")
        country = _COUNTRIES.get(letters, letters)
        place = (found["place"] or "").strip() or address.place
        return replace(address, postal_code=found["code"], place=place, country=country or address.country)
    if (country := _COUNTRY_NAMES.get(fold(part), "")) != "":
        return replace(address, country=country) if address.country in ("", country) else None
    if _BOX.fullmatch(part) and not address.street:
        return replace(address, street=part)
    if _ADDITION.match(part):
        return replace(address, addition=", ".join(filter(None, (address.addition, part))))
    if not address.street and not address.house_number and (street := _with_street(address, part)):
        return street
    if not address.place and not any(character.isdigit() for character in part):
        return replace(address, place=part)
    return None


def _with_street(address: AddressText, part: str) -> AddressText | None:
    if house := _HOUSE.fullmatch(part):
        return replace(address, house_number=house["number"])
    if (found := _STREET_NUMBER.fullmatch(part)) and not _POSTAL.fullmatch(part):
        return replace(address, street=found["street"].strip(), house_number=found["number"].strip())
    if (found := _STREET_NUMBER_PLACE.fullmatch(part)) and not address.place:
        street, number, place = (text.strip() for text in found.groups())
        return replace(address, street=street, house_number=number, place=place)
    if _STREET_WORD.search(part) and not any(character.isdigit() for character in part):
        return replace(address, street=part)
    return None


def _judged(address: AddressText) -> AddressReading:
    """The address with what a letter would lack."""
    doubts = []
    if address.remark:
        doubts.append(NOT_WHOLLY_READ)
    if not (address.street or address.house_number):
        doubts.append(NO_STREET)
    if not address.place:
        doubts.append(NO_PLACE)
    if not address.postal_code and not address.country:
        doubts.append(NO_POSTAL_CODE)
    elif not address.country and not re.fullmatch(r"[0-9]{5}", address.postal_code):
        doubts.append(SHORT_POSTAL_CODE)
    return AddressReading(address, tuple(doubts))
