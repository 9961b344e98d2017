"""The town, its bank accounts and its clerks, as they stand on every letter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Choice, Fact, Facts, Field, Line, Lines, Section
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.desktop.settings.section import SettingsSection
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.store.canonical import as_type
from rathaus_desk.town import queries as town
from rathaus_desk.town.operations import SetUpTown
from rathaus_desk.town.town_file import BankAccountEntry, OfficeEntry, TownFile, TownHead

_STATES = (
    ("BB", "Brandenburg"),
    ("BE", "Berlin"),
    ("BW", "Baden-Württemberg"),
    ("BY", "Bayern"),
    ("HB", "Bremen"),
    ("HE", "Hessen"),
    ("HH", "Hamburg"),
    ("MV", "Mecklenburg-Vorpommern"),
    ("NI", "Niedersachsen"),
    ("NW", "Nordrhein-Westfalen"),
    ("RP", "Rheinland-Pfalz"),
    ("SH", "Schleswig-Holstein"),
    ("SL", "Saarland"),
    ("SN", "Sachsen"),
    ("ST", "Sachsen-Anhalt"),
    ("TH", "Thüringen"),
)

TOWN_FIELDS = (
    Section(
        "",
        (
            (
                Field("name", "&Stadt oder Gemeinde", span=6, required=True),
                Field(
                    "authority",
                    "&Behörde",
                    span=6,
                    required=True,
                    placeholder="Der Magistrat der Stadt …",
                ),
            ),
            (
                Field("street", "S&traße und Hausnummer", span=6, required=True),
                Field("postal_code", "&PLZ", span=2, required=True),
                Field("place", "&Ort", span=4, required=True),
            ),
            (
                Field(
                    "state",
                    "&Land",
                    "choice",
                    6,
                    required=True,
                    choices=tuple(Choice(key, name) for key, name in _STATES),
                    hint="Seine Feiertage verschieben Fristen.",
                ),
                Field("ags", "Amtlicher Gemeindeschlüssel", span=6),
            ),
            (
                Field("phone", "Telefon", span=4),
                Field("email", "E-Mail", span=4),
                Field("web", "Internet", span=4),
            ),
            (
                Field("court", "Verwaltungsgericht für Klagen", span=6),
                Field("creditor_id", "Gläubiger-ID (SEPA)", span=6),
            ),
        ),
    ),
)

ACCOUNT_FIELDS = (
    Section(
        "",
        (
            (Field("iban", "&IBAN", span=12, required=True),),
            (
                Field("owner", "&Kontoinhaber", span=6, required=True),
                Field("bank", "&Bank", span=3),
                Field("bic", "BIC", span=3),
            ),
        ),
    ),
)

CLERK_FIELDS = (
    Section(
        "",
        (
            (
                Field("clerk", "&Name", span=6, required=True, placeholder="Frau Beispiel"),
                Field("function", "&Funktion", span=6),
            ),
            (
                Field("room", "&Zimmer", span=4),
                Field("phone", "&Telefon", span=4),
                Field("email", "&E-Mail", span=4),
            ),
            (
                Field("name", "&Amt", span=6, required=True, placeholder="Friedhofsverwaltung"),
                Field(
                    "case_prefix",
                    "Kürzel der &Vorgänge",
                    span=6,
                    required=True,
                    placeholder="FH",
                    hint="Großbuchstaben: FH ergibt FH-2026-00001.",
                ),
            ),
        ),
    ),
)


def head_of(values: dict[str, Any]) -> TownHead:
    """The town's head from the form; BadInput naming what is wrong."""
    plain = {name: values[name] for name in TownHead.__struct_fields__ if values.get(name)}
    code, key = plain.get("postal_code", ""), plain.get("ags", "")
    if not code.isdigit() or len(code) != 5:
        raise BadInput("Die Postleitzahl hat fünf Ziffern.")
    if key and (not key.isdigit() or len(key) != 8):
        raise BadInput("Der amtliche Gemeindeschlüssel hat acht Ziffern.")
    try:
        return as_type(plain, TownHead)
    except msgspec.ValidationError as error:
        raise BadInput("Bitte die Angaben zur Stadt vervollständigen.", detail=str(error)) from error


def account_of(values: dict[str, Any]) -> BankAccountEntry:
    """An account from the form; BadInput for an IBAN that cannot be."""
    from stdnum import iban

    if not iban.is_valid(values["iban"]):
        raise BadInput(f"Die IBAN „{values['iban']}“ ist nicht gültig (Prüfziffer oder Länge).")
    return BankAccountEntry(
        owner=values["owner"],
        iban=iban.compact(values["iban"]),
        bank=values.get("bank") or "",
        bic=values.get("bic") or "",
    )


def office_of(values: dict[str, Any]) -> OfficeEntry:
    """A clerk with the office from the form."""
    prefix = (values.get("case_prefix") or "").strip().upper()
    if not prefix.isascii() or not prefix.isalpha() or len(prefix) > 6:
        raise BadInput("Das Kürzel der Vorgänge besteht aus einem bis sechs Großbuchstaben.")
    return OfficeEntry(
        key=prefix.lower(),
        name=values["name"],
        clerk=values["clerk"],
        room=values.get("room") or "",
        phone=values.get("phone") or "",
        email=values.get("email") or "",
        function=values.get("function") or "",
        case_prefix=prefix,
    )


class TownSection(SettingsSection):
    """Stadt und Bearbeitung."""

    name = "stadt"
    title = "Stadt und Bearbeitung"
    intro = "Was auf jedem Schreiben steht: die Behörde, ihre Konten, und wer hier arbeitet."
    icon = "landmark"

    def fill(self) -> None:
        """The buttons."""
        self.buttons(
            ("Stadt ändern", "pencil", lambda: self.desk.do("town.change")),
            ("Konto hinzufügen", "plus", lambda: self.desk.do("town.add_account")),
            ("Mitarbeitende hinzufügen", "user-plus", lambda: self.desk.do("town.add_clerk")),
        )

    def refresh(self) -> None:
        """What stands in the books."""
        file, current = self.desk.read_now(lambda session: _state(session, self.desk.office.clerk))
        here = file.town
        self.show_parts(
            Facts(
                here.name,
                (
                    Fact("Behörde", here.authority),
                    Fact("Anschrift", f"{here.street}, {here.postal_code} {here.place}"),
                    Fact("Land", dict(_STATES).get(here.state, here.state)),
                    Fact("Erreichbar", ", ".join(filter(None, (here.phone, here.email, here.web)))),
                    Fact("Gericht", here.court),
                    Fact("Ortsteile", ", ".join(file.districts.names)),
                ),
            ),
            Lines(
                "Konten",
                tuple(
                    Line(one.iban, f"{one.owner} · {one.bank}", icon="landmark", when=f"{at}.")
                    for at, one in enumerate(file.bank_account, 1)
                ),
                "Ohne Konto steht auf Bescheiden nicht, wohin zu zahlen ist.",
            ),
            Lines(
                "Mitarbeitende",
                tuple(
                    Line(
                        one.clerk,
                        " · ".join(filter(None, (one.function, one.name, one.room, one.phone))),
                        icon="user",
                        when="Sie" if one.clerk == current else "",
                    )
                    for one in file.office
                ),
            ),
        )


def _state(session: Session, clerk: UUID | None) -> tuple[TownFile, str]:
    return town.town_file(session), town.clerk(session, clerk).name if clerk else ""


def _changed(
    desk: Desk, change: Callable[[TownFile, dict[str, Any]], TownFile]
) -> Callable[[dict[str, Any]], Any]:
    def request(values: dict[str, Any]) -> SetUpTown:
        return SetUpTown(file=change(desk.read_now(town.town_file), values))

    return request


@command("town.change", "Stadt ändern", icon="landmark", words="behörde anschrift einstellungen")
def change_town(desk: Desk, _subject: UUID | None) -> None:
    """The authority as it signs."""
    file = desk.read_now(town.town_file)
    open_form(
        desk,
        "Stadt ändern",
        TOWN_FIELDS,
        _changed(desk, lambda old, values: msgspec.structs.replace(old, town=head_of(values))),
        values={name: getattr(file.town, name) for name in TownHead.__struct_fields__},
        words="Angaben zur Stadt geändert.",
    )


@command("town.add_account", "Konto der Stadt hinzufügen", icon="landmark", words="iban bank kasse")
def add_account(desk: Desk, _subject: UUID | None) -> None:
    """One more account on which fees are received."""
    open_form(
        desk,
        "Konto hinzufügen",
        ACCOUNT_FIELDS,
        _changed(
            desk,
            lambda old, values: msgspec.structs.replace(
                old, bank_account=(*old.bank_account, account_of(values))
            ),
        ),
        words="Konto hinzugefügt.",
    )


@command(
    "town.add_clerk", "Mitarbeitende hinzufügen", icon="user-plus", words="kollege benutzer sachbearbeiter"
)
def add_clerk(desk: Desk, _subject: UUID | None) -> None:
    """Somebody more who works here, or somebody known with other details."""
    open_form(
        desk,
        "Mitarbeitende hinzufügen",
        CLERK_FIELDS,
        _changed(
            desk, lambda old, values: msgspec.structs.replace(old, office=(*old.office, office_of(values)))
        ),
        words="Eingetragen.",
        intro="Ist der Name in diesem Amt schon bekannt, werden seine Angaben geändert.",
    )


@command("clerk.change", "Als jemand anderes arbeiten", icon="users", words="anmelden wechseln benutzer")
def change_clerk(desk: Desk, _subject: UUID | None) -> None:
    """Who works at this window from now on."""
    clerks = desk.read_now(lambda session: [Choice(str(one.id), one.name) for one in town.clerks(session)])

    def take(values: dict[str, Any]) -> None:
        desk.sign_in(UUID(values["clerk"]))

    open_form(
        desk,
        "Wer arbeitet hier?",
        (Section("", ((Field("clerk", "&Name", "choice", 12, required=True, choices=clerks),),)),),
        take,
        save_title="Weiterarbeiten",
        values={"clerk": str(desk.office.clerk) if desk.office.clerk else None},
    )
