"""What a clerk can do with people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Choice, Field, Section
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.desktop.parts.person_input import NEW_PERSON, person_of
from rathaus_desk.desktop.parts.questions import ask
from rathaus_desk.desktop.people.source import ROLES
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.people import queries as people
from rathaus_desk.people.operations import (
    AddAddress,
    AddBankAccount,
    AddContact,
    AddressDetails,
    BankAccountDetails,
    ChangeAddress,
    ChangePerson,
    ContactDetails,
    ErasePerson,
    GiveRole,
    PersonDetails,
    Relate,
    RemovePart,
    SetBlockNotice,
    details_of,
)
from rathaus_desk.people.records import Person, PersonRole
from rathaus_desk.store.operations import Request

Values = dict[str, Any]


@command("people.enter", "Person anlegen", icon="user-plus", key="Ctrl+P", words="neue adresse bürger firma")
def enter(desk: Desk, _subject: UUID | None) -> None:
    """Somebody new in the register."""
    open_form(
        desk,
        "Person anlegen",
        NEW_PERSON,
        person_of,
        save_title="Anlegen",
        values={"kind": "natural"},
        words="Person angelegt.",
        done=lambda done: desk.go("personen", done.value),
    )


def _is_human(kind: str) -> bool:
    return kind != "organisation"


@command(
    "people.change",
    "Bearbeiten",
    icon="pencil",
    key="Ctrl+E",
    about="person",
    needs=True,
    words="ändern name",
)
def change(desk: Desk, person_id: UUID | None) -> None:
    """All details of a person as they are now."""
    assert person_id is not None
    details = desk.read_now(lambda session: details_of(session.get_one(Person, person_id)))
    human = _is_human(details.kind)

    def request(values: Values) -> Request:
        texts = {name: values.get(name) or "" for name in _TEXTS}
        return ChangePerson(
            person=person_id,
            details=PersonDetails(
                kind=details.kind,
                born=values.get("born") or UncertainDate(),
                died=values.get("died") or UncertainDate(),
                **texts,
            ),
        )

    rows: tuple[tuple[Field, ...], ...] = (
        (
            (
                Field(
                    "salutation",
                    "Anrede",
                    "choice",
                    4,
                    choices=(Choice("Frau", "Frau"), Choice("Herr", "Herr")),
                ),
                Field("titles", "Titel", span=4),
                Field("name_suffix", "Namenszusatz", span=4),
            ),
            (Field("given_names", "&Vornamen", span=6), Field("family_name", "&Familienname", span=6)),
            (
                Field("birth_name", "Geburtsname", span=4),
                Field("born", "&Geboren", "uncertain", 4),
                Field("died", "Ges&torben", "uncertain", 4),
            ),
            (Field("remark", "Be&merkung", "long_text", 12),),
        )
        if human
        else (
            (Field("organisation", "&Name", span=12),),
            (Field("remark", "Be&merkung", "long_text", 12),),
        )
    )
    open_form(
        desk,
        "Person bearbeiten",
        (Section("", rows),),
        request,
        values={
            **{name: getattr(details, name) for row in rows for field in row for name in (field.name,)},
            **({"salutation": details.salutation or None} if human else {}),
        },
        words="Person geändert.",
    )


_TEXTS = (
    "salutation",
    "titles",
    "given_names",
    "family_name",
    "name_suffix",
    "birth_name",
    "organisation",
    "remark",
)

_ADDRESS = (
    (
        Field(
            "purpose",
            "&Zweck",
            "choice",
            6,
            required=True,
            choices=(Choice("home", "Wohnung oder Sitz"), Choice("post", "Postanschrift")),
        ),
        Field("addition", "Zusatz", span=6, placeholder="c/o, Ortsteil"),
    ),
    (Field("street", "&Straße", span=8), Field("house_number", "&Hausnummer", span=4)),
    (Field("postal_code", "&Postleitzahl", span=4), Field("place", "&Ort", span=8)),
    (
        Field("country", "Land", span=4, placeholder="Deutschland"),
        Field("valid_from", "gilt &ab", "date", 4),
        Field("valid_until", "gilt &bis", "date", 4, future=True),
    ),
)


def _address(values: Mapping[str, Any]) -> AddressDetails:
    texts = ("addition", "street", "house_number", "postal_code", "place", "country")
    return AddressDetails(
        purpose=values.get("purpose") or "home",
        valid_from=values.get("valid_from"),
        valid_until=values.get("valid_until"),
        **{name: values.get(name) or "" for name in texts},
    )


@command(
    "people.add_address", "Neue Anschrift", icon="map-pin", about="person", needs=True, words="umzug adresse"
)
def add_address(desk: Desk, person: UUID | None) -> None:
    """They moved: the address before ends the day before."""
    assert person is not None
    open_form(
        desk,
        "Neue Anschrift",
        (Section("", (*_ADDRESS, (Field("replaces", "Die bisherige endet am Tag davor", "flag", 12),))),),
        lambda values: AddAddress(person=person, address=_address(values), replaces=values["replaces"]),
        values={"purpose": "home", "replaces": True},
        words="Anschrift eingetragen.",
    )


@command("people.change_address", "Anschrift berichtigen", icon="pencil", about="person", needs=True)
def change_address(desk: Desk, person: UUID | None) -> None:
    """The present address was written wrongly."""
    assert person is not None
    address = desk.read_now(lambda session: people.postal_address(session, person, desk.today))
    if address is None:
        add_address(desk, person)
        return
    names = (field.name for row in _ADDRESS for field in row)
    open_form(
        desk,
        "Anschrift berichtigen",
        (Section("", _ADDRESS),),
        lambda values: ChangeAddress(address=address.id, details=_address(values)),
        values={name: getattr(address, name) for name in names},
        words="Anschrift berichtigt.",
    )


@command(
    "people.add_contact", "Telefon oder E-Mail", icon="phone", about="person", needs=True, words="kontakt"
)
def add_contact(desk: Desk, person: UUID | None) -> None:
    """One more way to reach them."""
    assert person is not None
    kinds = (
        Choice("phone", "Telefon"),
        Choice("email", "E-Mail"),
        Choice("fax", "Fax"),
        Choice("web", "Internet"),
    )
    open_form(
        desk,
        "Telefon oder E-Mail",
        (
            Section(
                "",
                (
                    (
                        Field("kind", "&Art", "choice", 4, required=True, choices=kinds),
                        Field("value", "&Nummer oder Adresse", span=8, required=True),
                    ),
                    (Field("remark", "Be&merkung", span=12, placeholder="vormittags, Büro"),),
                ),
            ),
        ),
        lambda values: AddContact(
            person=person,
            contact=ContactDetails(
                kind=values["kind"], value=values["value"], remark=values.get("remark") or ""
            ),
        ),
        values={"kind": "phone"},
        words="Eingetragen.",
    )


@command(
    "people.add_account",
    "Bankverbindung eintragen",
    icon="landmark",
    about="person",
    needs=True,
    words="iban",
)
def add_account(desk: Desk, person: UUID | None) -> None:
    """A bank account, its IBAN checked."""
    assert person is not None
    open_form(
        desk,
        "Bankverbindung eintragen",
        (
            Section(
                "",
                (
                    (Field("iban", "&IBAN", span=12, required=True),),
                    (Field("bank", "&Bank", span=6), Field("owner", "Kontoinhaber, falls anders", span=6)),
                ),
            ),
        ),
        lambda values: AddBankAccount(
            person=person,
            account=BankAccountDetails(
                iban=values["iban"], bank=values.get("bank") or "", owner=values.get("owner") or ""
            ),
        ),
        words="Bankverbindung eingetragen.",
    )


@command(
    "people.give_role",
    "Rolle eintragen",
    icon="list-checks",
    about="person",
    needs=True,
    words="bestatter verein",
)
def give_role(desk: Desk, person: UUID | None) -> None:
    """What they are to the town."""
    assert person is not None
    open_form(
        desk,
        "Rolle eintragen",
        (
            Section(
                "",
                (
                    (
                        Field(
                            "role",
                            "&Rolle",
                            "choice",
                            12,
                            required=True,
                            choices=tuple(Choice(key, words) for key, words in ROLES.items()),
                        ),
                    ),
                ),
            ),
        ),
        lambda values: GiveRole(person=person, role=values["role"]),
        words="Rolle eingetragen.",
    )


@command(
    "people.relate", "Angehörige eintragen", icon="users", about="person", needs=True, words="beziehung sohn"
)
def relate(desk: Desk, person: UUID | None) -> None:
    """Who is what to this person."""
    assert person is not None

    def request(values: Values) -> Request:
        if not isinstance(values.get("who"), UUID):
            raise BadInput("Bitte die Person zuerst im Register anlegen.")
        return Relate(person=values["who"], of=person, relation=values["relation"])

    open_form(
        desk,
        "Angehörige eintragen",
        (
            Section(
                "",
                (
                    (Field("who", "&Wer", "person", 12, required=True),),
                    (
                        Field(
                            "relation",
                            "&ist",
                            span=12,
                            required=True,
                            placeholder="Sohn, Tochter, Ehefrau, Betreuer …",
                        ),
                    ),
                ),
            ),
        ),
        request,
        words="Eingetragen.",
    )


@command("people.block", "Auskunftssperre", icon="shield", about="person", needs=True, words="sperre bmg")
def block(desk: Desk, person: UUID | None) -> None:
    """Sets or lifts a block notice (§ 51 BMG)."""
    assert person is not None
    known = desk.read_now(lambda session: session.get_one(Person, person))
    open_form(
        desk,
        "Auskunftssperre",
        (
            Section(
                "",
                (
                    (Field("blocked", "Auskunftssperre besteht (§ 51 BMG)", "flag", 12),),
                    (
                        Field(
                            "until",
                            "bis &einschließlich",
                            "date",
                            6,
                            future=True,
                            hint="Leer: bis auf weiteres.",
                            shown=lambda values: bool(values.get("blocked")),
                        ),
                    ),
                ),
            ),
        ),
        lambda values: SetBlockNotice(person=person, blocked=values["blocked"], until=values.get("until")),
        values={"blocked": known.blocked, "until": known.blocked_until},
        words="Auskunftssperre geändert.",
    )


@command(
    "people.remove_part", "Angabe entfernen", icon="trash-2", about="person", needs=True, words="löschen"
)
def remove_part(desk: Desk, person: UUID | None) -> None:
    """Takes an address, contact, account, role or relation away."""
    assert person is not None
    parts = desk.read_now(lambda session: _parts(session, person))
    if not parts:
        desk.say("Bei dieser Person ist nichts eingetragen, was sich entfernen ließe.")
        return
    open_form(
        desk,
        "Angabe entfernen",
        (Section("", ((Field("part", "&Was", "choice", 12, required=True, choices=parts),),)),),
        lambda values: RemovePart(part=UUID(values["part"])),
        save_title="Entfernen",
        words="Entfernt.",
        intro="Was schon verschickt wurde, behält seine eigene Anschrift.",
    )


def _parts(session: Session, person: UUID) -> list[Choice]:
    found = [
        Choice(str(one.id), f"Anschrift: {one.one_line}") for one in people.addresses_of(session, person)
    ]
    found += [Choice(str(one.id), f"{one.value}") for one in people.contacts_of(session, person)]
    found += [Choice(str(one.id), f"IBAN {one.iban}") for one in people.bank_accounts_of(session, person)]
    found += [
        Choice(str(one.id), f"Rolle: {ROLES.get(one.role, one.role)}")
        for one in session.scalars(select(PersonRole).where(PersonRole.person_id == person))
    ]
    return found


@command(
    "people.merge",
    "Mit doppeltem Eintrag vergleichen",
    icon="merge",
    about="person",
    needs=True,
    words="dubletten",
)
def merge(desk: Desk, person: UUID | None) -> None:
    """The likeliest other entry beside this one."""
    desk.go("doppelte", person)


@command("people.duplicates", "Doppelte suchen", icon="copy", words="dubletten zusammenführen")
def duplicates(desk: Desk, _subject: UUID | None) -> None:
    """Everybody who may be in the register twice."""
    desk.go("doppelte")


@command(
    "people.erase", "Person löschen (DSGVO)", icon="trash-2", about="person", needs=True, words="datenschutz"
)
def erase(desk: Desk, subject: UUID | None) -> None:
    """Everything about somebody goes, for ever; asks first."""
    if subject is not None and ask(
        desk.window,
        "Person löschen?",
        "Alle Angaben verschwinden aus dem Register und aus dem Verlauf, auch an den anderen Arbeitsplätzen."
        " Das lässt sich nicht rückgängig machen. Solange ein Vorgang, ein Schreiben, ein Recht oder eine"
        " Bestattung auf die Person verweist, bleibt sie erhalten.",
        yes="Löschen",
    ):
        desk.run(ErasePerson(person=subject), words="Die Person ist gelöscht.")
