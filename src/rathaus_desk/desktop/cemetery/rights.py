"""Rights of use: extend, transfer, award, hand back; each behind a small form that shows what it brings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.books import statutes_of
from rathaus_desk.cemetery.operations.clearing import KeepPrepaid, RecordClearance
from rathaus_desk.cemetery.operations.rights import (
    AwardRight,
    ExtendRight,
    SurrenderRight,
    TransferRight,
)
from rathaus_desk.cemetery.records import Cemetery
from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Choice, Field, Section
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.desktop.rehearsal import rehearsed
from rathaus_desk.people.records import Person
from rathaus_desk.store.operations import Request

Values = dict[str, Any]

DEBTOR = Field(
    "debtor",
    "Die Gebühr &schuldet",
    "person",
    12,
    hint="Leer: es wird jetzt nichts berechnet, kein Bescheid.",
)


def open_decision(
    desk: Desk, title: str, sections: tuple[Section, ...], request_of: Any, **more: Any
) -> None:
    """A small form that shows what its operation would bring."""
    open_form(desk, title, sections, request_of, consequences=rehearsed(desk, request_of), **more)


@command(
    "cemetery.extend", "Verlängern", icon="calendar-clock", about="grave", needs=True, words="nutzungsrecht"
)
def extend(desk: Desk, grave: UUID | None) -> None:
    """The right goes on, as its holder wishes or as the rest needs."""
    assert grave is not None
    holder = desk.read_now(lambda session: _holder(session, grave))

    def request(values: Values) -> Request:
        return ExtendRight(grave=grave, years=values.get("years"), debtor=values.get("debtor"))

    open_decision(
        desk,
        "Nutzungsrecht verlängern",
        (
            Section(
                "",
                (
                    (
                        Field(
                            "years",
                            "&Jahre",
                            "number",
                            4,
                            unit="Jahre",
                            hint="Leer: so weit, wie die Ruhefrist es verlangt.",
                        ),
                    ),
                    (DEBTOR,),
                ),
            ),
        ),
        request,
        save_title="Verlängern",
        values={"debtor": holder},
        words="Nutzungsrecht verlängert.",
    )


@command(
    "cemetery.transfer",
    "Übertragen",
    icon="users",
    about="grave",
    needs=True,
    words="nutzungsrecht umschreiben",
)
def transfer(desk: Desk, grave: UUID | None) -> None:
    """The right passes to somebody else; who may follow is proposed in the statute's order."""
    assert grave is not None
    intro, first = desk.read_now(lambda session: _succession(desk, session, grave))

    def request(values: Values) -> Request | None:
        if values.get("to") is None:
            return None
        return TransferRight(
            grave=grave, to=values["to"], reason=values.get("reason") or "", notice=values["notice"]
        )

    open_decision(
        desk,
        "Nutzungsrecht übertragen",
        (
            Section(
                "",
                (
                    (Field("to", "&An", "person", 12, required=True),),
                    (
                        Field(
                            "reason",
                            "&Grund",
                            "text",
                            12,
                            required=True,
                            placeholder="zum Beispiel: Tod der bisherigen Nutzungsberechtigten",
                        ),
                    ),
                    (Field("notice", "Bescheid mit der Gebühr für die Umschreibung", "flag", 12),),
                ),
            ),
        ),
        request,
        save_title="Übertragen",
        values={"notice": True, **({"to": first} if first else {})},
        intro=intro,
        words="Nutzungsrecht übertragen.",
    )


def _holder(session: Session, grave_id: UUID) -> UUID | None:
    """Who holds the right, and may owe something: the dead do not."""
    right = queries.right_that_counts(session, queries.grave(session, grave_id))
    holder = session.get(Person, right.holder_id) if right and right.holder_id else None
    return holder.id if holder and not holder.died else None


def _succession(desk: Desk, session: Session, grave_id: UUID) -> tuple[str, UUID | None]:
    grave = queries.grave(session, grave_id)
    key = session.get_one(Cemetery, grave.cemetery_id).statute_key
    statute = statutes_of(session, key).in_force(desk.today)
    found = queries.successors(session, grave, statute) if statute else ()
    if not found:
        return (
            "Angehörige der bisherigen Berechtigten sind nicht bekannt; die Satzung nennt die Reihenfolge.",
            None,
        )
    words = "; ".join(f"{at}. {one.name}: {one.reason}" for at, one in enumerate(found[:4], 1))
    return f"Nachfolge nach der Satzung: {words}", UUID(found[0].person)


@command(
    "cemetery.award", "Recht vergeben", icon="key-round", about="grave", needs=True, words="nutzungsrecht neu"
)
def award(desk: Desk, grave: UUID | None) -> None:
    """A free grave is given to somebody without a burial."""
    assert grave is not None

    def request(values: Values) -> Request | None:
        if values.get("holder") is None:
            return None
        debtor = values["holder"] if values.get("charge") else None
        return AwardRight(grave=grave, holder=values["holder"], first=values.get("first"), debtor=debtor)

    open_decision(
        desk,
        "Nutzungsrecht vergeben",
        (
            Section(
                "",
                (
                    (Field("holder", "&Nutzungsberechtigt", "person", 12, required=True),),
                    (
                        Field("first", "&Ab", "date", 4, future=True, placeholder="heute"),
                        Field("charge", "Gebühr berechnen, Bescheid erstellen", "flag", 8),
                    ),
                ),
            ),
        ),
        request,
        save_title="Vergeben",
        values={"charge": True},
        words="Nutzungsrecht vergeben.",
    )


@command(
    "cemetery.surrender",
    "Recht zurückgeben",
    icon="undo-2",
    about="grave",
    needs=True,
    words="rückgabe verzicht",
)
def surrender(desk: Desk, grave: UUID | None) -> None:
    """The holder hands the right back."""
    assert grave is not None

    def request(values: Values) -> Request:
        return SurrenderRight(grave=grave, on=values.get("on"), debtor=values.get("debtor"))

    open_decision(
        desk,
        "Nutzungsrecht zurückgeben",
        (
            Section(
                "",
                ((Field("on", "&Zum Ablauf des", "date", 4, placeholder="heute", future=True),), (DEBTOR,)),
            ),
        ),
        request,
        save_title="Zurückgeben",
        words="Rückgabe eingetragen.",
    )


@command(
    "cemetery.clearance",
    "Abräumung eintragen",
    icon="trash-2",
    about="grave",
    needs=True,
    words="abräumen frei",
)
def clearance(desk: Desk, grave: UUID | None) -> None:
    """The grave was cleared; it is free again."""
    assert grave is not None

    def request(values: Values) -> Request:
        return RecordClearance(grave=grave, on=values.get("on"), debtor=values.get("debtor"))

    open_decision(
        desk,
        "Abräumung eintragen",
        (Section("", ((Field("on", "&Abgeräumt am", "date", 4, placeholder="heute"),), (DEBTOR,))),),
        request,
        words="Abräumung eingetragen.",
    )


@command("cemetery.keep_prepaid", "Vorausgezahltes nachtragen", icon="euro", about="grave", needs=True)
def keep_prepaid(desk: Desk, grave: UUID | None) -> None:
    """A later work that was paid long ago."""
    assert grave is not None
    items = desk.read_now(lambda session: _tariff_items(desk, session, grave))

    open_form(
        desk,
        "Vorausgezahltes nachtragen",
        (
            Section(
                "",
                (
                    (Field("item", "&Leistung", "choice", 12, required=True, choices=items),),
                    (
                        Field("amount", "&Betrag", "money", 6, required=True),
                        Field("paid_with", "Bescheid &Nr.", span=6),
                    ),
                ),
            ),
        ),
        lambda values: KeepPrepaid(
            grave=grave, item=values["item"], amount=values["amount"], paid_with=values.get("paid_with") or ""
        ),
        words="Vorauszahlung eingetragen.",
    )


def _tariff_items(desk: Desk, session: Session, grave_id: UUID) -> Sequence[Choice]:
    from rathaus_desk.cemetery.books import books_of

    grave = queries.grave(session, grave_id)
    _, tariff = books_of(session, session.get_one(Cemetery, grave.cemetery_id)).tariff(desk.today)
    return [Choice(item.key, item.label) for item in tariff.items]
