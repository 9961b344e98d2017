"""The file ``town.toml``: who the town is, as its letters and notices need it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(min_length=1, max_length=300)]
PostalCode = Annotated[str, Meta(pattern=r"^[0-9]{5}$")]


class TownHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[town]``: the authority as it signs, and where it is."""

    name: Text
    authority: Text
    street: Text
    postal_code: PostalCode
    place: Text
    state: Annotated[str, Meta(pattern=r"^(BB|BE|BW|BY|HB|HE|HH|MV|NI|NW|RP|SH|SL|SN|ST|TH)$")]
    ags: Annotated[str, Meta(pattern=r"^[0-9]{8}$")] = ""
    phone: str = ""
    email: str = ""
    web: str = ""
    court: str = ""
    creditor_id: str = ""


class BankAccountEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[[bank_account]]``: where fees are paid; the first one stands on the notices."""

    owner: Text
    iban: Text
    bank: str = ""
    bic: str = ""


class OfficeEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[[office]]``: an office and the clerk who signs for it.

    ``case_prefix`` begins the office's case numbers (``FH-2026-00042``).
    """

    key: Annotated[str, Meta(pattern=r"^[a-z0-9_-]+$")]
    name: Text
    clerk: Text
    room: str = ""
    phone: str = ""
    email: str = ""
    function: str = ""
    case_prefix: Annotated[str, Meta(pattern=r"^[A-Z]{1,6}$")] | None = None


class Districts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[districts]``: the villages of the town."""

    names: tuple[Text, ...] = ()


class TownFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    town: TownHead
    bank_account: tuple[BankAccountEntry, ...] = ()
    office: Annotated[tuple[OfficeEntry, ...], Meta(min_length=1)] = ()
    districts: Districts = Districts()
