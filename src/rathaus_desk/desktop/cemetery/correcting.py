"""Where the register is wrong, or lacks something: rights, burials, what was charged."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.operations.burial_fees import ChargeBurial
from rathaus_desk.cemetery.operations.burials import CorrectBurial, RegisterBurial
from rathaus_desk.cemetery.operations.rights import (
    CorrectRight,
    SettleRights,
)
from rathaus_desk.cemetery.records import Burial
from rathaus_desk.cemetery.rules.terms import GERMAN_FORM
from rathaus_desk.desktop.cemetery.burial_form import charged_services
from rathaus_desk.desktop.cemetery.rights import open_decision
from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Choice, Field, Section
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.periods import FOR_EVER, SINCE_EVER, german_date
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.store.operations import Request

Values = dict[str, Any]


@command("cemetery.correct_right", "Recht berichtigen", icon="pencil", about="grave", needs=True)
def correct_right(desk: Desk, grave: UUID | None) -> None:
    """What a right should say, where the register is wrong."""
    assert grave is not None
    right = desk.read_now(lambda session: queries.last_right(queries.rights_in(session, grave)))
    if right is None:
        desk.say("An dieser Grabstätte ist kein Recht eingetragen, das zu berichtigen wäre.")
        return

    def request(values: Values) -> Request:
        holder = values.get("holder")
        if holder is not None and not isinstance(holder, UUID):
            raise BadInput("Bitte die Person zuerst im Register anlegen.")
        return CorrectRight(
            right=right.id,
            first=values.get("first") or SINCE_EVER,
            until=values.get("until") or FOR_EVER,
            holder=holder,
            remark=values.get("remark") or "",
            reason=values.get("reason") or "",
        )

    open_form(
        desk,
        "Nutzungsrecht berichtigen",
        (
            Section(
                "",
                (
                    (Field("holder", "&Nutzungsberechtigt", "person", 12),),
                    (
                        Field("first", "&Von", "date", 6, hint="Leer: nicht bekannt."),
                        Field("until", "&Bis", "date", 6, hint="Leer: ohne Ende.", future=True),
                    ),
                    (Field("remark", "Be&merkung", span=12),),
                    (Field("reason", "&Woher ist das bekannt?", span=12, required=True),),
                ),
            ),
        ),
        request,
        values={
            "holder": right.holder_id,
            "first": None if right.first == SINCE_EVER else right.first,
            "until": None if right.until == FOR_EVER else right.until,
            "remark": right.remark,
        },
        words="Recht berichtigt.",
    )


@command("cemetery.settle_rights", "Strittige Rechte klären", icon="scale", about="grave", needs=True)
def settle_rights(desk: Desk, grave: UUID | None) -> None:
    """Of rights that contradict each other one holds."""
    assert grave is not None
    rights = desk.read_now(lambda session: _disputed(session, grave))
    if not rights:
        desk.say("An dieser Grabstätte sind keine Rechte strittig.")
        return
    open_form(
        desk,
        "Strittige Rechte klären",
        (Section("", ((Field("keep", "&Es gilt", "choice", 12, required=True, choices=rights),),)),),
        lambda values: SettleRights(grave=grave, keep=UUID(values["keep"])),
        words="Geklärt.",
        intro="Die anderen strittigen Rechte werden gelöscht; im Verlauf bleiben sie sichtbar.",
    )


def _disputed(session: Session, grave: UUID) -> list[Choice]:
    return [
        Choice(
            str(one.id),
            f"{queries.holder_name(session, one) or 'ohne Namen'}, bis "
            f"{'ohne Ende' if one.until == FOR_EVER else german_date(one.until)}",
        )
        for one in queries.rights_in(session, grave)
        if one.disputed
    ]


@command("cemetery.correct_burial", "Bestattung berichtigen", icon="pencil", about="grave", needs=True)
def correct_burial(desk: Desk, grave: UUID | None) -> None:
    """What the register should say about a burial."""
    assert grave is not None
    burials = desk.read_now(lambda session: _burials(session, grave))
    if not burials:
        desk.say("In dieser Grabstätte ist niemand eingetragen.")
        return
    if len(burials) == 1:
        _correct(desk, UUID(burials[0].key))
        return

    def choose(values: Values) -> None:
        _correct(desk, UUID(values["burial"]))

    open_form(
        desk,
        "Welche Bestattung?",
        (Section("", ((Field("burial", "&Bestattung", "choice", 12, required=True, choices=burials),),)),),
        choose,
        save_title="Weiter",
    )


def _burials(session: Session, grave: UUID) -> list[Choice]:
    return [
        Choice(str(one.id), f"{queries.name_of(session, one) or 'ohne Namen'} ({GERMAN_FORM[one.form]})")
        for one in queries.burials_in(session, grave)
    ]


FORMS = (Choice("coffin", "Sarg"), Choice("urn", "Urne"))


def _correct(desk: Desk, burial_id: UUID) -> None:
    burial = desk.read_now(lambda session: session.get_one(Burial, burial_id))

    def request(values: Values) -> Request:
        return CorrectBurial(
            burial=burial_id,
            form=values["form"],
            buried=values.get("buried") or UncertainDate(),
            buried_at=burial.buried_at if values.get("buried") == burial.buried else None,
            place=values.get("place"),
            deep=values.get("deep") or None,
            age=values.get("age"),
            stillborn=values.get("stillborn", False),
            register_number=values.get("register_number") or "",
            cremation_number=values.get("cremation_number") or "",
            remark=values.get("remark") or "",
            reason=values.get("reason") or "",
        )

    at = f" um {at_town(burial.buried_at):%H:%M}" if burial.buried_at else ""
    open_form(
        desk,
        "Bestattung berichtigen",
        (
            Section(
                "",
                (
                    (
                        Field("form", "&Art", "choice", 4, required=True, choices=FORMS),
                        Field("buried", "&Bestattet", "uncertain", 4, hint=f"bisher{at}" if at else ""),
                        Field("place", "S&telle", "number", 4),
                    ),
                    (
                        Field("age", "A&lter", "number", 4, unit="Jahre"),
                        Field("register_number", "Sterbebuch", span=4),
                        Field("cremation_number", "Einäscherung", span=4),
                    ),
                    (Field("deep", "Tieflage", "flag", 4), Field("stillborn", "tot geboren", "flag", 4)),
                    (Field("remark", "Be&merkung", "long_text", 12, lines=2),),
                    (Field("reason", "&Woher ist das bekannt?", span=12, required=True),),
                ),
            ),
        ),
        request,
        values={
            "form": burial.form,
            "buried": burial.buried if burial.buried else None,
            "place": burial.place,
            "age": burial.age,
            "deep": burial.deep,
            "stillborn": burial.stillborn,
            "register_number": burial.register_number,
            "cremation_number": burial.cremation_number,
            "remark": burial.remark,
        },
        words="Bestattung berichtigt.",
        intro="Gebühren, die festgesetzt sind, bleiben; sie werden mit einem neuen Bescheid berichtigt.",
    )


@command(
    "cemetery.charge_burial", "Bestattungsgebühren festsetzen", icon="receipt-euro", about="grave", needs=True
)
def charge_burial(desk: Desk, grave: UUID | None) -> None:
    """Charges a burial that was not charged, or corrects its notice by a new one."""
    assert grave is not None
    burials = desk.read_now(lambda session: _burials(session, grave))
    services = desk.read_now(lambda session: charged_services(session, grave, desk.today))
    if not burials:
        desk.say("In dieser Grabstätte ist niemand eingetragen.")
        return

    def request(values: Values) -> Request | None:
        if values.get("debtor") is None or not values.get("burial"):
            return None
        return ChargeBurial(
            burial=UUID(values["burial"]),
            debtor=values["debtor"],
            services=values.get("services") or {},
            prepay_clearance=values.get("prepay_clearance", False),
        )

    open_decision(
        desk,
        "Bestattungsgebühren festsetzen",
        (
            Section(
                "",
                (
                    (Field("burial", "&Bestattung", "choice", 12, required=True, choices=burials),),
                    (Field("debtor", "Die Gebühren &schuldet", "person", 12, required=True),),
                    (Field("services", "Leistungen", "quantities", 12, choices=services),),
                    (Field("prepay_clearance", "Abräumung jetzt schon berechnen", "flag", 12),),
                ),
            ),
        ),
        request,
        save_title="Festsetzen",
        values={"burial": burials[-1].key},
        intro="Steht schon ein Bescheid, so ersetzt ihn der neue; Gezahltes wird angerechnet.",
        words="Gebühren festgesetzt. Der Bescheid liegt in der Post.",
    )


@command(
    "cemetery.register_burial",
    "Frühere Bestattung nachtragen",
    icon="history",
    about="grave",
    needs=True,
    words="altes register",
)
def register_burial(desk: Desk, grave: UUID | None) -> None:
    """A burial of the past, as an old register knows it."""
    assert grave is not None

    def request(values: Values) -> Request:
        return RegisterBurial(
            grave=grave,
            form=values["form"],
            deceased=values.get("deceased"),
            name_text=values.get("name_text") or "",
            buried=values.get("buried") or UncertainDate(),
            place=values.get("place"),
            age=values.get("age"),
            register_number=values.get("register_number") or "",
            remark=values.get("remark") or "",
        )

    open_form(
        desk,
        "Frühere Bestattung nachtragen",
        (
            Section(
                "",
                (
                    (Field("deceased", "&Verstorben", "person", 12),),
                    (Field("name_text", "oder nur, was im Register steht", span=12),),
                    (
                        Field("form", "&Art", "choice", 4, required=True, choices=FORMS),
                        Field("buried", "&Bestattet", "uncertain", 4, hint="auch „um 1944“"),
                        Field("place", "S&telle", "number", 4),
                    ),
                    (
                        Field("age", "A&lter", "number", 4, unit="Jahre"),
                        Field("register_number", "Sterbebuch", span=8),
                    ),
                    (Field("remark", "Be&merkung", span=12),),
                ),
            ),
        ),
        request,
        words="Bestattung nachgetragen.",
        intro="Hier wird nichts entschieden und nichts berechnet.",
    )
