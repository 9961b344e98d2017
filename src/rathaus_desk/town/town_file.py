"""The file ``town.toml``: who the town is, as its letters and notices need it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from rathaus_desk.catalogue.findings import Finding
from rathaus_desk.catalogue.kinds import Bundle, CatalogueFile, FileKind, Version
from rathaus_desk.kernel.periods import SINCE_EVER

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


def _account_findings(file: CatalogueFile) -> Iterator[Finding]:
    from stdnum import bic, iban

    content: TownFile = file.content
    for index, account in enumerate(content.bank_account):
        if not iban.is_valid(account.iban):
            yield file.finding(
                ("bank_account", index, "iban"),
                f"Die IBAN „{account.iban}“ ist nicht gültig (Prüfziffer oder Länge).",
                "die IBAN vom Kontoauszug der Stadtkasse",
            )
        if account.bic and not bic.is_valid(account.bic):
            yield file.finding(
                ("bank_account", index, "bic"), f"Der BIC „{account.bic}“ hat keine gültige Form."
            )


def _doubled_offices(file: CatalogueFile) -> Iterator[Finding]:
    seen: set[str] = set()
    content: TownFile = file.content
    for index, office in enumerate(content.office):
        if office.key in seen:
            yield file.finding(
                ("office", index, "key"), f"Das Amt „{office.key}“ steht zweimal in der Datei."
            )
        seen.add(office.key)


def _refuse(file: CatalogueFile) -> Iterator[Finding]:
    yield from _account_findings(file)
    yield from _doubled_offices(file)


def _find(file: CatalogueFile, _bundle: Bundle) -> Iterator[Finding]:
    content: TownFile = file.content
    if not content.bank_account:
        yield file.finding(
            ("town",),
            "Es ist kein Bankkonto genannt; Gebührenbescheide brauchen eines.",
            "eine Tabelle [[bank_account]]",
        )


TOWN_KIND = FileKind(
    head="town",
    title="Stadt",
    schema=TownFile,
    versions=lambda content: (Version(content.town.ags or content.town.name, content.town.name, SINCE_EVER),),
    refuse=_refuse,
    find=_find,
)
