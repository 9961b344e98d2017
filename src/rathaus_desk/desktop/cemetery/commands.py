"""What a clerk can do in the cemeteries: each an operation behind a small form that shows what it brings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.books import statutes_of
from rathaus_desk.cemetery.operations.burial_fees import ChargeBurial
from rathaus_desk.cemetery.operations.burials import CorrectBurial, RegisterBurial
from rathaus_desk.cemetery.operations.clearing import KeepPrepaid, RecordClearance
from rathaus_desk.cemetery.operations.graves import DescribeGrave, EnterCemetery, EnterGrave, RenumberGrave
from rathaus_desk.cemetery.operations.rights import (
    AwardRight,
    CorrectRight,
    ExtendRight,
    SettleRights,
    SurrenderRight,
    TransferRight,
)
from rathaus_desk.cemetery.records import Burial, Cemetery, Grave
from rathaus_desk.cemetery.rules.terms import GERMAN_FORM
from rathaus_desk.desktop.cemetery.burial_form import charged_services
from rathaus_desk.desktop.cemetery.source import kind_name
from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Choice, Field, Section
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.desktop.rehearsal import rehearsed
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.periods import FOR_EVER, SINCE_EVER, german_date
from rathaus_desk.kernel.uncertain import UncertainDate
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


def _open(desk: Desk, title: str, sections: tuple[Section, ...], request_of: Any, **more: Any) -> None:
    open_form(desk, title, sections, request_of, consequences=rehearsed(desk, request_of), **more)


@command(
    "cemetery.enter_burial",
    "Bestattung eintragen",
    icon="flower-2",
    key="Ctrl+B",
    about="grave",
    words="beisetzung beerdigung urne sarg",
)
def enter_burial(desk: Desk, grave: UUID | None) -> None:
    """The guided burial, for the grave that is open if there is one."""
    desk.go("bestattung", grave)


# --- rights ----------------------------------------------------------------------------------------------


@command(
    "cemetery.extend", "Verlängern", icon="calendar-clock", about="grave", needs=True, words="nutzungsrecht"
)
def extend(desk: Desk, grave: UUID | None) -> None:
    """The right goes on, as its holder wishes or as the rest needs."""
    assert grave is not None
    holder = desk.read_now(lambda session: _holder(session, grave))

    def request(values: Values) -> Request:
        return ExtendRight(grave=grave, years=values.get("years"), debtor=values.get("debtor"))

    _open(
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

    _open(
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

    _open(
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

    _open(
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

    _open(
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


# --- correcting ------------------------------------------------------------------------------------------


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

    _open(
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


# --- graves ----------------------------------------------------------------------------------------------


@command("cemetery.enter_cemetery", "Friedhof anlegen", icon="map", words="neuer friedhof")
def enter_cemetery(desk: Desk, _subject: UUID | None) -> None:
    """One more cemetery."""
    open_form(
        desk,
        "Friedhof anlegen",
        (
            Section(
                "",
                (
                    (Field("name", "&Name", span=12, required=True),),
                    (
                        Field(
                            "levels",
                            "&Ebenen über dem Grab",
                            span=12,
                            hint="Von außen nach innen, mit Komma: Feld, Reihe",
                        ),
                    ),
                ),
            ),
        ),
        lambda values: EnterCemetery(name=values["name"], level_names=_split(values.get("levels"))),
        words="Friedhof angelegt.",
    )


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


@command("cemetery.enter_grave", "Grabstätte anlegen", icon="plus", words="neues grab")
def enter_grave(desk: Desk, _subject: UUID | None) -> None:
    """One more grave."""
    cemeteries = desk.read_now(
        lambda session: [Choice(str(one.id), one.name) for one in queries.cemeteries(session)]
    )
    if not cemeteries:
        desk.say("Zuerst einen Friedhof anlegen.")
        enter_cemetery(desk, None)
        return

    def request(values: Values) -> Request:
        return EnterGrave(
            cemetery=UUID(values["cemetery"]),
            levels=_split(values.get("levels")),
            number=values["number"],
            kind=values["kind"],
            places=values.get("places") or 1,
            size=values.get("size") or "",
            remark=values.get("remark") or "",
        )

    open_form(
        desk,
        "Grabstätte anlegen",
        (
            Section(
                "",
                (
                    (Field("cemetery", "&Friedhof", "choice", 12, required=True, choices=cemeteries),),
                    (
                        Field("levels", "F&eld, Reihe", span=6, hint="Mit Komma: B, 4"),
                        Field("number", "&Nummer", span=6, required=True),
                    ),
                    (
                        Field("kind", "&Grabart", "choice", 6, required=True, choices=_kinds(desk)),
                        Field("places", "&Stellen", "number", 3),
                        Field("size", "G&röße", span=3),
                    ),
                    (Field("remark", "Be&merkung", span=12),),
                ),
            ),
        ),
        request,
        words="Grabstätte angelegt.",
        done=lambda done: desk.go("friedhof", done.value),
    )


def _kinds(desk: Desk) -> Any:
    """The kinds of the statute that holds at the chosen cemetery."""

    def choices(values: Any) -> Sequence[Choice]:
        chosen = values.get("cemetery")

        def read(session: Session) -> Sequence[Choice]:
            cemetery = session.get(Cemetery, UUID(chosen)) if chosen else None
            statute = statutes_of(session, cemetery.statute_key if cemetery else "").in_force(desk.today)
            return [Choice(kind.key, kind.name) for kind in statute.kinds.values()] if statute else []

        return desk.read_now(read)

    return choices


@command(
    "cemetery.describe_grave", "Grabstätte ändern", icon="pencil", about="grave", needs=True, words="sperren"
)
def describe_grave(desk: Desk, grave_id: UUID | None) -> None:
    """What the grave is: kind, places, whether it is blocked."""
    assert grave_id is not None
    grave, kinds = desk.read_now(lambda session: _described(desk, session, grave_id))

    def request(values: Values) -> Request:
        return DescribeGrave(
            grave=grave_id,
            kind=values["kind"],
            kind_text=values.get("kind_text") or "",
            places=values.get("places") or 1,
            size=values.get("size") or "",
            war_grave=values.get("war_grave", False),
            blocked=values.get("blocked") or "",
            remark=values.get("remark") or "",
        )

    open_form(
        desk,
        "Grabstätte ändern",
        (
            Section(
                "",
                (
                    (
                        Field("kind", "&Grabart", "choice", 6, required=True, choices=kinds),
                        Field("places", "&Stellen", "number", 3, required=True),
                        Field("size", "G&röße", span=3),
                    ),
                    (Field("kind_text", "Bezeichnung in alten Listen", span=12),),
                    (
                        Field(
                            "blocked",
                            "Ge&sperrt, weil",
                            span=12,
                            hint="Leer: nicht gesperrt. Sonst kann nichts entschieden werden.",
                        ),
                    ),
                    (Field("war_grave", "Kriegsgrab", "flag", 12),),
                    (Field("remark", "Be&merkung", "long_text", 12, lines=2),),
                ),
            ),
        ),
        request,
        values={
            "kind": grave.kind,
            "places": grave.places,
            "size": grave.size,
            "kind_text": grave.kind_text,
            "blocked": grave.blocked,
            "war_grave": grave.war_grave,
            "remark": grave.remark,
        },
        words="Grabstätte geändert.",
    )


def _described(desk: Desk, session: Session, grave_id: UUID) -> tuple[Grave, list[Choice]]:
    grave = queries.grave(session, grave_id)
    key = session.get_one(Cemetery, grave.cemetery_id).statute_key
    statute = statutes_of(session, key).in_force(desk.today)
    kinds = [Choice(kind.key, kind.name) for kind in statute.kinds.values()] if statute else []
    if all(kind.key != grave.kind for kind in kinds):
        kinds.append(Choice(grave.kind, kind_name(grave, statute)))
    return grave, kinds


@command("cemetery.renumber_grave", "Grabnummer ändern", icon="pencil", about="grave", needs=True)
def renumber(desk: Desk, grave_id: UUID | None) -> None:
    """Another number; the old one still finds the grave."""
    assert grave_id is not None
    grave = desk.read_now(lambda session: queries.grave(session, grave_id))
    open_form(
        desk,
        "Grabnummer ändern",
        (
            Section(
                "",
                (
                    (
                        Field("levels", "&Feld, Reihe", span=6, hint="Mit Komma: B, 4"),
                        Field("number", "&Nummer", span=6, required=True),
                    ),
                ),
            ),
        ),
        lambda values: RenumberGrave(
            grave=grave_id, levels=_split(values.get("levels")), number=values["number"]
        ),
        values={"levels": ", ".join(grave.levels), "number": grave.number},
        words="Grabnummer geändert.",
    )


@command("cemetery.show_free", "Freie Grabstätten zeigen", icon="flower-2", words="frei belegung")
def show_free(desk: Desk, _subject: UUID | None) -> None:
    """The list, with the free ones only."""
    desk.go("friedhof", tab="free")
