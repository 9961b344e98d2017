"""The people of a row: their names, days, addresses and ways to reach them, each with its doubts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec

from rathaus_desk.cemetery.old_lists.setting import Setting
from rathaus_desk.kernel.german_dates import parse_german_date
from rathaus_desk.kernel.names import fold
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.lists.address_text import AddressText, read_address_columns
from rathaus_desk.lists.people_text import PeopleText, PersonText, read_name_columns, read_people
from rathaus_desk.lists.rows import MappedRow
from rathaus_desk.people.operations import AddressDetails, ContactDetails, PersonDetails
from rathaus_desk.people.records import ContactKind
from rathaus_desk.people.rules.checks import Checked, check_email, check_letters, check_phone

LONGEST_REMARK = 20_000
"""Characters of a remark that are kept."""
TOO_LONG = "länger als 20.000 Zeichen: gekürzt"

_TWO_VALUES = re.compile(r"\s*(?:/|;|\n|&|\bu\.|\bund\b)\s*")
_NAME_FIELDS = ("name", "family_name", "given_names")


def name_fields(subject: str) -> tuple[str, ...]:
    """The fields in which the name of a subject may stand."""
    return tuple(f"{subject}.{name}" for name in _NAME_FIELDS)


def name_written(row: MappedRow, subject: str) -> str:
    """The name as the list writes it, over several columns."""
    return " ".join(filter(None, (row.text(name) for name in name_fields(subject))))


def people_in(row: MappedRow, subject: str, setting: Setting) -> PeopleText:
    """The people a subject's columns name, in one column or several."""
    order = setting.orders.get(subject, "family_first")
    name, family, given = (row.text(field_name) for field_name in name_fields(subject))
    if given or family:
        reading = read_name_columns(" ".join(filter(None, (family, name))), given, order=order)
    else:
        reading = read_people(name, order=order)
    more = any(row.values(f"{subject}.{name}") for name in ("birth_name", "title", "salutation"))
    if len(reading.people) != 1 or not more:
        return reading
    person = reading.people[0]
    birth_name = re.sub(r"^geb(\.|orene?r?)\s*", "", row.text(f"{subject}.birth_name"), flags=re.IGNORECASE)
    return replace(
        reading,
        people=(
            replace(
                person,
                titles=" ".join(filter(None, (row.text(f"{subject}.title"), person.titles))),
                birth_name=birth_name or person.birth_name,
                salutation=_salutation(row.text(f"{subject}.salutation")) or person.salutation,
            ),
        ),
    )


def _salutation(text: str) -> str:
    return (
        {"h": "Herr", "f": "Frau"}.get(fold(text)[:1], "")
        if re.match(r"(herr|frau|hr|fr)", fold(text))
        else ""
    )


def days_in(
    row: MappedRow, name: str, beside: Sequence[str], limits: Sequence[date], setting: Setting
) -> list[UncertainDate]:
    """The days of a field, one per person of the row; ``beside`` are those written with the names."""
    count = len(beside)
    text = row.text(name)
    if not text:
        parts: list[Any] = list(beside)
    elif count == 1:
        parts = [row.cell(name)]
    else:
        parts = [part for part in _TWO_VALUES.split(text) if part]
        if len(parts) == count:
            row.doubt(name, text, f"Angaben zu {count} Personen in einem Feld")
        else:
            row.doubt(name, text, f"eine Angabe für {count} Personen: welche gemeint ist, bleibt offen")
            return [UncertainDate(text)] * count
    days = []
    for part, limit in zip(parts, limits, strict=True):
        reading = parse_german_date(part, not_after=limit, formats=setting.mapping.date_formats)
        if name:
            for doubt in reading.doubts:
                row.doubt(name, text or str(part), doubt)
        days.append(reading.date)
    return days


def note_letters(row: MappedRow, subject: str) -> None:
    """Doubts a name with characters that no register knows."""
    written = name_written(row, subject)
    if not written.isascii() and (problem := check_letters(written)):
        row.doubt(name_fields(subject), written, problem)


def details_of(person: PersonText, born: UncertainDate, died: UncertainDate, remark: str) -> PersonDetails:
    """The person as the register keeps it; remarks of name and address one below the other."""
    return PersonDetails(
        kind=person.kind,
        salutation=person.salutation,
        titles=person.titles,
        given_names=person.given_names,
        family_name=person.family_name,
        name_suffix=person.name_suffix,
        birth_name=person.birth_name,
        organisation=person.organisation,
        born=born,
        died=died,
        remark="\n".join(filter(None, (person.remark, remark))),
    )


def bounded(row: MappedRow, subject: str, details: PersonDetails) -> PersonDetails:
    """The details with a remark that can be kept; that it was cut is noted."""
    if len(details.remark) <= LONGEST_REMARK:
        return details
    row.doubt(name_fields(subject), details.remark[:80], TOO_LONG)
    return msgspec.structs.replace(details, remark=details.remark[:LONGEST_REMARK])


def identity_of(details: PersonDetails) -> tuple[str, ...]:
    """What tells people of the same name apart from others."""
    return (
        details.kind,
        details.family_name,
        details.given_names,
        details.name_suffix,
        details.birth_name,
        details.organisation,
    )


def address_in(row: MappedRow, subject: str) -> tuple[AddressDetails | None, str]:
    """The address, and what of it could not be kept as one."""
    names = [f"{subject}.{name}" for name in ("address", "street", "house_number", "postal_code", "place")]
    whole = row.text(names[0], joined_by=", ")
    reading = read_address_columns(whole, *(row.text(name) for name in names[1:]))
    written = ", ".join(filter(None, (row.text(name) for name in names)))
    for doubt in reading.doubts:
        row.doubt(tuple(names), written, doubt)
    remark = f"Anschrift: {reading.address.remark}" if reading.address.remark else ""
    return _address_details(reading.address), remark


def _address_details(address: AddressText) -> AddressDetails | None:
    if not address.known:
        return None
    return AddressDetails(
        addition=address.addition[:200],
        street=address.street[:200],
        house_number=address.house_number[:200],
        postal_code=address.postal_code[:200],
        place=address.place[:200],
        country=address.country,
    )


def one_line(address: AddressDetails | None) -> str:
    """The whole address on one line, to tell addresses apart."""
    if address is None:
        return ""
    return f"{address.addition} {address.street} {address.house_number} {address.postal_code} {address.place}"


def contacts_in(row: MappedRow) -> list[ContactDetails]:
    """Telephone numbers and e-mail addresses of the holder; what is not well formed is kept and doubted."""
    found = []
    checks: dict[ContactKind, Callable[[str], Checked]] = {"phone": check_phone, "email": check_email}
    for kind, check in checks.items():
        for value in row.values(f"holder.{kind}"):
            if problem := check(value.text).problem:
                row.doubt(f"holder.{kind}", value.text, problem)
            found.append(ContactDetails(kind=kind, value=value.text[:200]))
    return found


def loose_values(row: MappedRow, *names: str) -> str:
    """Values without anybody they could belong to, kept as they stand."""
    return "; ".join(
        f"{value.column}: {value.text}" for name in names for value in row.values(f"holder.{name}")
    )


def plain_name(details: PersonDetails) -> str:
    """Family name (or organisation) and given names, without titles."""
    return f"{details.organisation}{details.family_name}, {details.given_names}".removesuffix(", ")
