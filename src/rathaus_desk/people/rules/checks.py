"""What is well formed: bank accounts, telephone numbers, e-mail addresses, letters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rathaus_desk.kernel.names import nfc, unknown_characters

_EMAIL = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\".]{2,}")
_POSTAL_CODE = re.compile(r"[0-9]{5}")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Checked:
    """A value in the one form in which it is kept, and what is wrong with it ("" if nothing)."""

    value: str
    problem: str = ""


def check_iban(text: str) -> Checked:
    """``text`` as an IBAN without spaces; by its length in that country and its check digits (ISO 13616)."""
    from stdnum import iban
    from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

    plain = re.sub(r"[\s-]", "", text[:_LONGEST]).upper()
    try:
        return Checked(str(iban.validate(plain)))
    except InvalidChecksum:
        return Checked(plain, "Die Prüfziffer der IBAN stimmt nicht.")
    except InvalidLength:
        return Checked(plain, "Die IBAN hat nicht die richtige Länge.")
    except ValidationError:
        return Checked(plain, "Das ist keine IBAN.")


def check_bic(text: str) -> Checked:
    """``text`` as a BIC of 8 or 11 characters (ISO 9362)."""
    from stdnum import bic
    from stdnum.exceptions import ValidationError

    plain = re.sub(r"\s", "", text[:_LONGEST]).upper()
    try:
        return Checked(str(bic.validate(plain)))
    except ValidationError:
        return Checked(plain, "Das ist kein BIC.")


def check_phone(text: str) -> Checked:
    """``text`` in international form ("+49 5699 4711"); a number without country code is a German one."""
    import phonenumbers

    plain = nfc(text[:_LONGEST])
    try:
        number = phonenumbers.parse(plain, "DE")
    except phonenumbers.NumberParseException:
        return Checked(plain, "Das ist keine Telefonnummer.")
    length = phonenumbers.is_possible_number_with_reason(number)
    if length == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY or not re.match(r"\+|0|\(0", plain):
        return Checked(plain, "Der Telefonnummer fehlt die Vorwahl.")
    if length != phonenumbers.ValidationResult.IS_POSSIBLE:
        return Checked(plain, "Die Telefonnummer hat nicht die richtige Länge.")
    return Checked(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def is_mobile(number: str) -> bool:
    """Whether a number in international form is one of a mobile telephone."""
    import phonenumbers

    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number, "DE"))
    except phonenumbers.NumberParseException:
        return False
    return bool(kind == phonenumbers.PhoneNumberType.MOBILE)


def check_email(text: str) -> Checked:
    """``text`` as an e-mail address; only its form is looked at."""
    plain = re.sub(r"^mailto:", "", nfc(text[:_LONGEST]), flags=re.IGNORECASE)
    return Checked(plain, "" if _EMAIL.fullmatch(plain) else "Das ist keine E-Mail-Adresse.")


def check_postal_code(text: str, country: str = "") -> Checked:
    """``text`` as a German postal code of five digits; of other countries anything."""
    plain = nfc(text[:_LONGEST])
    fine = bool(country) or not plain or _POSTAL_CODE.fullmatch(plain)
    return Checked(plain, "" if fine else "Eine deutsche Postleitzahl hat fünf Ziffern.")


def check_letters(text: str) -> str:
    """What is wrong with the characters of a name by DIN SPEC 91379; "" if nothing."""
    unknown = unknown_characters(text)
    if not unknown:
        return ""
    named = ", ".join(
        f"„{character}“" if character.isprintable() else f"U+{ord(character):04X}"
        for character in unknown[:5]
    )
    return f"Diese Zeichen kennt die DIN SPEC 91379 nicht: {named}."
