"""A grave as a clerk sees it: who lies where, who has the right and until when, and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.books import statutes_of
from rathaus_desk.cemetery.queries import WholeGrave
from rathaus_desk.cemetery.records import Burial, FormerNumber, RightOfUse
from rathaus_desk.cemetery.rules.checks import check_grave
from rathaus_desk.cemetery.rules.terms import GERMAN_FORM, StatuteTerms
from rathaus_desk.desktop.cemetery.source import grave_state, kind_name, whole_grave
from rathaus_desk.desktop.parts.described import Banner, Detail, Fact, Facts, Part, Tab, Target
from rathaus_desk.desktop.parts.sources import day_words
from rathaus_desk.desktop.tabs import case_tab, fees_tab, history_tab, letters_tab
from rathaus_desk.fees.records import Notice
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.periods import FOR_EVER, SINCE_EVER, german_date
from rathaus_desk.people.records import Person
from rathaus_desk.people.rules.names import display_name


def grave_detail(session: Session, grave_id: UUID, on: date) -> Detail | None:
    """Everything about one grave; None if it is gone."""
    whole = whole_grave(session, grave_id)
    if whole is None or whole.grave.deleted_at is not None:
        return None
    statute = statutes_of(session, whole.cemetery.statute_key).in_force(on)
    cases = [burial.case_id for burial, _ in whole.burials if burial.case_id]
    notices = list(session.scalars(select(Notice.id).where(Notice.case_id.in_(cases))))
    about = [grave_id, *(burial.id for burial, _ in whole.burials), *(right.id for right, _ in whole.rights)]
    return Detail(
        title=whole.name,
        second=_second(whole, statute),
        state=grave_state(whole, on, statute),
        actions=("cemetery.enter_burial", "cemetery.extend", "cemetery.transfer"),
        more=(
            "cemetery.award",
            "cemetery.surrender",
            "cemetery.clearance",
            "cemetery.register_burial",
            "cemetery.correct_burial",
            "cemetery.correct_right",
            "cemetery.charge_burial",
            "cemetery.keep_prepaid",
            "cemetery.settle_rights",
            "cemetery.describe_grave",
            "cemetery.renumber_grave",
            "town.note",
            "town.remind",
            "town.attach",
        ),
        tabs=(
            Tab("Übersicht", tuple(_overview(session, whole, statute, on))),
            case_tab(about, cases),
            letters_tab([*about, *notices], cases),
            fees_tab(on, cases=cases),
            history_tab(about),
        ),
    )


def _second(whole: WholeGrave, statute: StatuteTerms | None) -> str:
    grave = whole.grave
    places = "1 Stelle" if grave.places == 1 else f"{grave.places} Stellen"
    return " · ".join(filter(None, (kind_name(grave, statute), places, grave.size)))


def _overview(session: Session, whole: WholeGrave, statute: StatuteTerms | None, on: date) -> Iterable[Part]:
    grave = whole.grave
    if grave.blocked:
        yield Banner(
            f"Gesperrt: {grave.blocked}", "bad", action="cemetery.describe_grave", remedy="Berichtigen"
        )
    kind = statute.kinds.get(grave.kind) if statute else None
    for finding in list(check_grave(whole.checked(kind), on))[:4]:
        yield Banner(finding.sentence, "warn")
    yield Facts("Nutzungsrecht", tuple(_right(session, whole, on)))
    for burial, person in whole.burials:
        yield Facts(_heading(burial), tuple(_burial(session, burial, person)))
    if not whole.burials:
        yield Facts("Bestattungen", (Fact("Belegung", "niemand bestattet"),))
    prepaid = queries.prepaid_in(session, grave.id)
    if prepaid:
        yield Facts(
            "Im Voraus bezahlt",
            tuple(Fact(one.label, one.amount.german(), one.paid_with) for one in prepaid),
        )
    yield Facts("Grabstätte", tuple(_grave(session, whole, statute)))


def _right(session: Session, whole: WholeGrave, on: date) -> Iterable[Fact]:
    right = whole.right or queries.last_right(queries.rights_in(session, whole.grave.id))
    if right is None:
        yield Fact("Recht", "keines")
        return
    holder = next((person for one, person in whole.rights if one.id == right.id), None)
    if holder is not None:
        name = f"{display_name(holder)} †" if holder.died else display_name(holder)
        yield Fact("Berechtigt", name, target=Target("personen", holder.id))
    else:
        yield Fact("Berechtigt", right.holder_text or "nicht bekannt")
    until = right.surrendered_on or right.until
    words = "ohne Ende" if until == FOR_EVER else german_date(until)
    ended = "zurückgegeben zum" if right.surrendered_on else "bis" if until >= on else "endete am"
    last = next(iter(reversed(queries.changes_of(session, right.id))), None)
    yield Fact(
        "Läuft", f"{ended} {words}" if until != FOR_EVER else words, last.reason if last else _since(right)
    )
    if right.disputed:
        yield Fact("Strittig", "mehrere Rechte widersprechen sich")
    if whole.rest.end is not None:
        yield Fact("Ruhefrist", f"bis {german_date(whole.rest.end)}", whole.rest.reason)
    if right.remark:
        yield Fact("Bemerkung", right.remark)


def _since(right: RightOfUse) -> str:
    return "" if right.first == SINCE_EVER else f"seit {german_date(right.first)}"


def _heading(burial: Burial) -> str:
    place = f"Stelle {burial.place}" if burial.place else "Stelle nicht bekannt"
    return f"{place} · {GERMAN_FORM[burial.form]}"


def _burial(session: Session, burial: Burial, person: Person | None) -> Iterable[Fact]:
    if person is not None:
        life = " – ".join(filter(None, (day_words(person.born), day_words(person.died))))
        yield Fact("Verstorben", display_name(person), life, Target("personen", person.id))
    else:
        yield Fact("Verstorben", burial.name_text or "nicht bekannt")
    at = f", {at_town(burial.buried_at):%H:%M} Uhr" if burial.buried_at else ""
    yield Fact("Bestattet", f"{day_words(burial.buried)}{at}" if burial.buried else "")
    yield Fact(
        "Ruhefrist", f"bis {german_date(burial.rest_end)}" if burial.rest_end else "", burial.rest_reason
    )
    for label, who in (("Bestatter", burial.undertaker_id), ("Antrag", burial.applicant_id)):
        if who is not None and (one := session.get(Person, who)) is not None:
            yield Fact(label, display_name(one), target=Target("personen", one.id))
    if burial.register_number:
        yield Fact("Sterbebuch", burial.register_number)
    if burial.confirmed:
        yield Fact("Bestätigt", burial.confirmed)
    if burial.remark:
        yield Fact("Bemerkung", burial.remark)


def _grave(session: Session, whole: WholeGrave, statute: StatuteTerms | None) -> Iterable[Fact]:
    grave = whole.grave
    yield Fact("Friedhof", whole.cemetery.name)
    yield Fact("Grabart", kind_name(grave, statute), grave.kind_text)
    yield Fact("Stellen", str(grave.places))
    former = session.scalars(select(FormerNumber).where(FormerNumber.grave_id == grave.id)).all()
    if former:
        yield Fact("Früher", ", ".join(one.label for one in former))
    if grave.cleared_on:
        yield Fact("Abgeräumt", german_date(grave.cleared_on))
    if grave.remark:
        yield Fact("Bemerkung", grave.remark)
