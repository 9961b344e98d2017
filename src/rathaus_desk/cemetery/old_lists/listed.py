"""What an old list says about graves, as plain values: what the import asks the store to write down."""

from __future__ import annotations

from datetime import date

import msgspec

from rathaus_desk.cemetery.rules.terms import BurialForm
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.people.operations import AddressDetails, ContactDetails, PersonDetails


class ListedPerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody a list names. Two rows with the same ``key`` name the same person beyond doubt."""

    key: str
    details: PersonDetails
    address: AddressDetails | None = None
    contacts: tuple[ContactDetails, ...] = ()
    roles: tuple[str, ...] = ()


class ListedBurial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody lying in the grave. ``deceased`` and ``undertaker`` are keys of people ("": nobody named)."""

    deceased: str = ""
    name_text: str = ""
    """What was written instead of a name."""
    form: BurialForm = "coffin"
    buried: UncertainDate = UncertainDate()
    place: int | None = None
    age: int | None = None
    rest_end: date | None = None
    rest_reason: str = ""
    undertaker: str = ""
    register_number: str = ""
    relation: str = ""
    """What the holder named in the same row is to the deceased ("Ehefrau")."""


class ListedRight(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A right of use. ``first`` None: nobody knows since when. ``until`` is the latest day it can mean."""

    until: date
    until_text: str = ""
    first: date | None = None
    holder: str = ""
    """Key of a person; "" if nobody is named."""
    holder_text: str = ""
    remark: str = ""


class ListedRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row. ``content`` says all of it, ``identity`` only whom it is about: so a changed row is known."""

    line: int
    content: str
    identity: str
    people: tuple[ListedPerson, ...] = ()
    burials: tuple[ListedBurial, ...] = ()
    right: ListedRight | None = None


class ListedGrave(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A grave with everything its rows say. ``kind`` "" and ``places`` None: the list does not tell.

    ``usual_places`` are those a grave of this kind has.
    """

    cemetery: str
    levels: tuple[str, ...] = ()
    number: str
    kind: str = ""
    kind_text: str = ""
    places: int | None = None
    usual_places: int = 1
    war_grave: bool = False
    blocked: str = ""
    former_numbers: tuple[str, ...] = ()
    remark: str = ""
    rows: tuple[ListedRow, ...]


class HeldRight(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A right as the order in a grave needs it; ``disputed`` ones hold nothing."""

    first: date
    until: date
    disputed: bool = False
