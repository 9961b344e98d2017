"""The burial as a form: its fields, what follows from them, and the request they make. No window in here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.applications.handover import Prefilled
from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.books import books_of
from rathaus_desk.cemetery.foresight import Foresight, foresee_burial
from rathaus_desk.cemetery.operations.burials import EnterBurial
from rathaus_desk.cemetery.plan import BurialWish
from rathaus_desk.cemetery.records import Cemetery, Grave
from rathaus_desk.desktop.applications.handing_over import someone
from rathaus_desk.desktop.cemetery.source import kind_name
from rathaus_desk.desktop.parts.confirming import CONFIRMED
from rathaus_desk.desktop.parts.described import (
    Banner,
    Card,
    Choice,
    Consequences,
    Field,
    Found,
    Meaning,
    Section,
)
from rathaus_desk.fees.engine import Assessment
from rathaus_desk.kernel.clock import TOWN_ZONE, at_town
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.kernel.periods import FOR_EVER, full_years, german_date
from rathaus_desk.people import queries as people
from rathaus_desk.people.operations import EnterPerson
from rathaus_desk.people.rules.names import display_name
from rathaus_desk.store import search

Values = Mapping[str, Any]

APPLICANT, HOLDER, UNDERTAKER, OTHER, NOBODY = "applicant", "holder", "undertaker", "other", "nobody"


def find_graves(session: Session, text: str) -> list[Found]:
    """Graves by their number or by who lies in them, with what must be known to choose one."""
    numbered = [grave.id for grave in queries.graves_numbered(session, text)]
    hits = search.search(session, text, limit=8, kinds=("grave",))
    ids = list(dict.fromkeys([*numbered, *(hit.id for hit in hits)]))[:8]
    return [Found(one, grave_title(session, one), _grave_second(session, one)) for one in ids]


def grave_title(session: Session, grave: UUID) -> str:
    """``Kernstadt B/4/17``."""
    return queries.grave_name(session, queries.grave(session, grave))


def _grave_second(session: Session, grave_id: UUID) -> str:
    grave = queries.grave(session, grave_id)
    right = queries.right_that_counts(session, grave)
    until = (
        f"Recht {queries.holder_name(session, right)} bis {german_date(right.until)}"
        if right is not None and right.until != FOR_EVER
        else "kein Recht"
        if right is None
        else "Recht ohne Ende"
    )
    return f"{grave.kind_text or kind_name(grave, None)} · {until}"


def sections(desk_read: Any) -> tuple[Section, ...]:
    """The fields. ``desk_read(work)`` runs a reading function with a session."""

    def services(values: Values) -> Sequence[Choice]:
        choices: Sequence[Choice] = desk_read(lambda session: _services(session, values))
        return choices

    return (
        Section(
            "Verstorbene Person",
            (
                (Field("deceased", "&Name", "person", 12, required=True),),
                (
                    Field("died_on", "Ges&torben", "date", 3, placeholder="TT.MM.JJJJ"),
                    Field("died_time", "um", "time", 3, placeholder="Uhrzeit"),
                    Field("register_number", "Standesamt, Nu&mmer", span=6),
                ),
                (Field("cremation_number", "Einäscherungsnummer", span=6, shown=_is_urn),),
            ),
        ),
        Section(
            "Grab und Termin",
            (
                (
                    Field(
                        "grave",
                        "&Grab",
                        "record",
                        6,
                        required=True,
                        find=lambda text: desk_read(lambda session: find_graves(session, text)),
                        describe=lambda grave: desk_read(lambda session: grave_title(session, grave)),
                        placeholder="Nummer oder Name",
                    ),
                    Field(
                        "form",
                        "&Art",
                        "choice",
                        6,
                        required=True,
                        choices=(Choice("coffin", "Erdbestattung (Sarg)"), Choice("urn", "Urnenbeisetzung")),
                    ),
                ),
                (
                    Field(
                        "buried_on", "&Datum", "date", 4, required=True, future=True, placeholder="TT.MM.JJJJ"
                    ),
                    Field("buried_time", "&Uhrzeit", "time", 4),
                    Field("place", "Stelle", "number", 4, placeholder="die erste freie"),
                ),
                (Field("services", "Leistungen", "quantities", 12, choices=services),),
            ),
        ),
        Section(
            "Beteiligte",
            (
                (Field("undertaker", "&Bestatter", "person", 12),),
                (
                    Field("applicant", "Antragstelle&r", "person", 8),
                    Field(
                        "applicant_is", "ist zur verstorbenen Person", span=4, placeholder="Sohn, Tochter …"
                    ),
                ),
                (
                    Field(
                        "debtor_is",
                        "Die Gebühren s&chuldet",
                        "choice",
                        6,
                        choices=(
                            Choice(APPLICANT, "wer den Antrag stellt"),
                            Choice(UNDERTAKER, "der Bestatter"),
                            Choice(OTHER, "jemand anderes"),
                            Choice(NOBODY, "noch nicht berechnen"),
                        ),
                    ),
                    Field(
                        "holder_is",
                        "Das Nutzungsrecht erhält",
                        "choice",
                        6,
                        choices=(
                            Choice(APPLICANT, "wer den Antrag stellt"),
                            Choice(OTHER, "jemand anderes"),
                        ),
                        hint="Nur wo ein neues Recht vergeben wird.",
                    ),
                ),
                (
                    Field(
                        "debtor",
                        "Gebührenschuldner",
                        "person",
                        12,
                        shown=lambda v: v.get("debtor_is") == OTHER,
                    ),
                ),
                (
                    Field(
                        "holder",
                        "Nutzungsberechtigt",
                        "person",
                        12,
                        shown=lambda v: v.get("holder_is") == OTHER,
                    ),
                ),
            ),
        ),
        Section(
            "Besonderes",
            (
                (
                    Field(
                        "resident",
                        "Wohnte in der Stadt",
                        "choice",
                        4,
                        choices=(Choice("yes", "ja"), Choice("no", "nein")),
                    ),
                    Field(
                        "age",
                        "Alter",
                        "number",
                        4,
                        unit="Jahre",
                        hint="Nur wenn es nicht aus den Daten folgt.",
                    ),
                    Field("stillborn", "tot geboren", "flag", 4),
                ),
                (
                    Field("deep", "Tieflage", "flag", 4, shown=lambda v: not _is_urn(v)),
                    Field("former_resident_in_home", "früher hier gemeldet, zuletzt im Heim", "flag", 8),
                ),
                (
                    Field("prepay_clearance", "Abräumung jetzt schon berechnen", "flag", 6),
                    Field(
                        "without_extension",
                        "Recht nicht verlängern, weil",
                        span=6,
                        hint="Leer lassen, wenn es wie üblich verlängert wird.",
                    ),
                ),
                (Field("remark", "Bemerkung", "long_text", 12, lines=2),),
            ),
        ),
    )


def _is_urn(values: Values) -> bool:
    return bool(values.get("form") == "urn")


def _services(session: Session, values: Values) -> Sequence[Choice]:
    """What the tariff of the day prices, for the cemetery of the chosen grave (or the only one)."""
    grave = session.get(Grave, values["grave"]) if values.get("grave") else None
    cemetery = (
        session.get(Cemetery, grave.cemetery_id) if grave else session.scalars(select(Cemetery)).first()
    )
    if cemetery is None:
        return ()
    return _offered(session, cemetery, values.get("buried_on"))


def charged_services(session: Session, grave: UUID, on: date) -> Sequence[Choice]:
    """What the tariff of a day prices at a grave's cemetery."""
    return _offered(session, session.get_one(Cemetery, queries.grave(session, grave).cemetery_id), on)


def _offered(session: Session, cemetery: Cemetery, on: date | None) -> Sequence[Choice]:
    books = books_of(session, cemetery)
    day = on or max((version.valid_from for version in books.tariffs), default=None)
    if day is None:
        return ()
    try:
        _, tariff = books.tariff(day)
    except DeskError:
        return ()
    return [Choice(name, label, _counted(unit)) for name, label, unit in tariff.services()]


def _counted(unit: str) -> str:
    return "" if unit in ("Stück", "pauschal", "einmalig") else unit


# --- what the values mean --------------------------------------------------------------------------------


def _moment(day: date | None, at: time | None) -> datetime | None:
    return datetime.combine(day, at, TOWN_ZONE) if day is not None and at is not None else None


def _tri(value: Any) -> bool | None:
    return {"yes": True, "no": False}.get(value)


def consequences(session: Session, values: Values, today: date) -> Consequences:
    """What the burial as it is typed would bring."""
    grave, form, day = values.get("grave"), values.get("form"), values.get("buried_on")
    missing = _missing(values)
    hints = _hints(session, values)
    if grave is None or form is None or day is None:
        return Consequences(missing=missing, hints=hints)
    deceased = values.get("deceased")
    wish = BurialWish(
        form=form,
        buried=_moment(day, values.get("buried_time")) or day,
        died=_moment(values.get("died_on"), values.get("died_time")) or values.get("died_on"),
        age=_age(session, values),
        name=_name(session, deceased),
        place=values.get("place"),
        deep=values.get("deep") or None,
        stillborn=bool(values.get("stillborn")) or None,
        resident=_tri(values.get("resident")),
        former_resident_in_home=bool(values.get("former_resident_in_home")),
        services=values.get("services") or {},
    )
    try:
        found = foresee_burial(
            session,
            grave,
            wish,
            died=values.get("died_on"),
            without_extension=values.get("without_extension") or "",
            clearance=bool(values.get("prepay_clearance")),
        )
    except DeskError as error:
        return Consequences(refused=str(error), missing=missing, hints=hints)
    if found.plan.right is not None and found.plan.right.award is not None and not values.get("holder_is"):
        missing = (*missing, "Wer das Nutzungsrecht erhält")
    return Consequences(
        cards=(*_cards(found), *_letters(session, values, found)),
        missing=missing,
        refused=found.refused,
        confirm=found.warnings,
        problems=_problems(values, today),
        hints=hints,
    )


def _missing(values: Values) -> tuple[str, ...]:
    missing = []
    if not values.get("debtor_is"):
        missing.append("Wer die Gebühren schuldet")
    for choice, name, words in (
        ("debtor_is", "debtor", "Gebührenschuldner"),
        ("holder_is", "holder", "Nutzungsberechtigt"),
    ):
        who = values.get(choice)
        if who == APPLICANT and values.get("applicant") is None:
            missing.append("Antragsteller")
        elif who == UNDERTAKER and values.get("undertaker") is None:
            missing.append("Bestatter")
        elif who == OTHER and values.get(name) is None:
            missing.append(words)
    return tuple(dict.fromkeys(missing))


def _problems(values: Values, today: date) -> dict[str, str]:
    died, buried = values.get("died_on"), values.get("buried_on")
    if died and died > today:
        return {"died_on": "Der Sterbetag liegt in der Zukunft. Bitte das Jahr prüfen."}
    if died and buried and buried < died:
        return {"buried_on": "Die Bestattung liegt vor dem Sterbetag. Bitte beide Daten prüfen."}
    return {}


def _hints(session: Session, values: Values) -> dict[str, str]:
    hints = {}
    if (grave := values.get("grave")) is not None:
        hints["grave"] = _grave_second(session, grave)
    age = _age(session, values)
    if age is not None and not values.get("age"):
        hints["age"] = f"Aus den Daten: {age} Jahre."
    return hints


def _age(session: Session, values: Values) -> int | None:
    said = values.get("age")
    if said is not None:
        return int(said)
    deceased, died = values.get("deceased"), values.get("died_on")
    born = None
    if isinstance(deceased, UUID):
        known = people.people(session, (deceased,)).get(deceased)
        born = known.born.day if known else None
        died = died or (known.died.day if known else None)
    elif isinstance(deceased, EnterPerson):
        born = deceased.details.born.day
    return full_years(born, died) if born and died and born <= died else None


def _name(session: Session, who: Any) -> str:
    if isinstance(who, EnterPerson):
        return display_name(who.details)
    if isinstance(who, UUID):
        known = people.people(session, (who,)).get(who)
        return display_name(known) if known else ""
    return ""


def _cards(found: Foresight) -> Iterator[Card]:
    plan, right = found.plan, found.plan.right
    meanings = []
    if plan.rest.end is not None:
        meanings.append(Meaning("Ruhefrist endet", german_date(plan.rest.end), plan.rest.reason))
    if right is not None:
        words = {
            "kept": "Nutzungsrecht bleibt",
            "extended": "Nutzungsrecht zu verlängern",
            "awarded": "Neues Nutzungsrecht",
            "war_grave": "Ruherecht",
        }[right.change]
        until = "ohne Ende" if right.until == FOR_EVER else f"bis {german_date(right.until)}"
        meanings.append(Meaning(words, until, right.reason))
    if plan.placement.place is not None:
        meanings.append(
            Meaning("Belegung", f"Stelle {plan.placement.place} von {plan.places}", plan.placement.reason)
        )
    if plan.statute.entitlement.outsiders != "allowed":
        meanings.append(Meaning("Anspruch", "", plan.entitled.reason))
    if meanings:
        yield Card("Rechte und Fristen", tuple(meanings))
    if found.unpriced:
        yield Card("Gebühren", banners=(Banner(found.unpriced, "warn"),))
    elif found.assessment is not None:
        yield Card("Gebühren", tuple(_lines(found.assessment)))


def _lines(assessment: Assessment) -> Iterator[Meaning]:
    for line in assessment.lines:
        yield Meaning(
            line.label, line.amount.german(), ", ".join(filter(None, (line.paragraph, _times(line))))
        )
    yield Meaning("Summe", assessment.total.german(), strong=True)


def _times(line: Any) -> str:
    return f"{line.quantity} × {line.rate.german()}" if line.quantity != 1 else ""


def _letters(session: Session, values: Values, found: Foresight) -> Iterator[Card]:
    letters = []
    who = values.get("debtor_is")
    debtor = values.get("debtor") if who == OTHER else values.get(who) if who not in (None, NOBODY) else None
    if debtor is not None and found.assessment is not None:
        letters.append(Meaning("Gebührenbescheid", "", f"an {_name(session, debtor)}"))
    undertaker = values.get("undertaker")
    if undertaker is not None and values.get("buried_time") is not None:
        letters.append(Meaning("Terminbestätigung", "", f"an {_name(session, undertaker)}"))
    if letters:
        yield Card("Schreiben", tuple(letters))


# --- the request -----------------------------------------------------------------------------------------


def request_of(values: Values, *, case: UUID | None = None, details: Any = None) -> EnterBurial:
    """The request the values make; they are complete. ``details``: what the form says of a known person."""
    debtor_is, holder_is = values.get("debtor_is"), values.get("holder_is")
    deceased = values["deceased"]
    return EnterBurial(
        grave=values["grave"],
        deceased=deceased,
        deceased_details=details if isinstance(deceased, UUID) else None,
        form=values["form"],
        buried_on=values["buried_on"],
        buried_at=_moment(values["buried_on"], values.get("buried_time")),
        died_on=values.get("died_on"),
        died_at=_moment(values.get("died_on"), values.get("died_time")),
        age=values.get("age"),
        stillborn=bool(values.get("stillborn")),
        resident=_tri(values.get("resident")),
        former_resident_in_home=bool(values.get("former_resident_in_home")),
        deep=values.get("deep") or None,
        place=values.get("place"),
        register_number=values.get("register_number") or "",
        cremation_number=values.get("cremation_number") or "",
        undertaker=values.get("undertaker"),
        applicant=values.get("applicant"),
        applicant_is=values.get("applicant_is") or "",
        holder=values.get("holder") if holder_is == OTHER else values.get(holder_is) if holder_is else None,
        debtor=values.get("debtor") if debtor_is == OTHER else values.get(debtor_is) if debtor_is else None,
        services=values.get("services") or {},
        prepay_clearance=bool(values.get("prepay_clearance")),
        confirmed=values.get(CONFIRMED) or "",
        without_extension=values.get("without_extension") or "",
        case=case,
        remark=values.get("remark") or "",
    )


def values_of(prefilled: Prefilled) -> dict[str, Any]:
    """The form's values as an application fills them; who is only a guess is left to the caller."""
    plain = dict(prefilled.request)
    values: dict[str, Any] = {}
    for name in ("grave", "deceased", "applicant", "undertaker", "holder", "debtor"):
        if name in plain:
            values[name] = someone(plain[name])
    for name in ("form", "applicant_is", "register_number", "cremation_number", "remark", "age", "services"):
        if plain.get(name):
            values[name] = plain[name]
    for name, moment, at in (("buried_on", "buried_at", "buried_time"), ("died_on", "died_at", "died_time")):
        if plain.get(name):
            values[name] = date.fromisoformat(plain[name])
        if plain.get(moment):
            values[at] = at_town(datetime.fromisoformat(plain[moment])).time()
    if values.get("debtor") is not None:
        values["debtor_is"] = OTHER
    if values.get("holder") is not None:
        values["holder_is"] = OTHER
    return values
