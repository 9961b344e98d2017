"""One row of a list of graves, read: who lies there, who holds the right, and what is doubtful about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import msgspec

from rathaus_desk.cemetery.old_lists.kinds import KindMatch, match_kind
from rathaus_desk.cemetery.old_lists.listed import ListedBurial, ListedPerson, ListedRight
from rathaus_desk.cemetery.old_lists.persons import (
    address_in,
    bounded,
    contacts_in,
    days_in,
    details_of,
    identity_of,
    loose_values,
    name_fields,
    name_written,
    note_letters,
    one_line,
    people_in,
)
from rathaus_desk.cemetery.old_lists.setting import Setting, key_of
from rathaus_desk.cemetery.rules.terms import BurialForm, GraveKind
from rathaus_desk.kernel import german_dates
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.german_dates import parse_end, parse_german_date
from rathaus_desk.kernel.names import fold
from rathaus_desk.kernel.periods import FOR_EVER, add_years, full_years, german_date, term_end
from rathaus_desk.kernel.uncertain import Reading, UncertainDate
from rathaus_desk.lists.people_text import (
    NO_NAME,
    PeopleText,
    PersonText,
)
from rathaus_desk.lists.rows import MappedRow
from rathaus_desk.people.operations import PersonDetails

FURTHEST_RIGHT = 60
"""Years ahead within which an end written with two digits is looked for, and beyond which it is doubted."""

_RANGE_OF_PLACES = re.compile(r"(?:.*[^0-9])?([0-9]{1,4})\s*[-–+&]\s*([0-9]{1,4})")
_FROM_TO = re.compile(r".*[0-9]{2,4}\s*(?:-|–|bis)\s*.*[0-9]{2,4}.*")
_PLACE = re.compile(r"\b(?:stelle|platz|grabstelle)\s*(?:nr\.?)?\s*([0-9]{1,3})\b", re.IGNORECASE)


@dataclass
class RowFacts:
    """What one row says. Keys of people are those of `ListedPerson`."""

    row: MappedRow
    cemetery: str
    levels: tuple[str, ...]
    number: str
    kind: KindMatch
    places: int | None = None
    war_grave: bool = False
    deceased: list[ListedPerson] = field(default_factory=list)
    holder: ListedPerson | None = None
    undertaker: ListedPerson | None = None
    burials: list[ListedBurial] = field(default_factory=list)
    right: ListedRight | None = None
    remarks: list[str] = field(default_factory=list)


def read_row(
    row: MappedRow, setting: Setting, cemetery: str, levels: tuple[str, ...], number: str
) -> RowFacts:
    """Everything a row says about the grave it names. Doubts are noted in ``row``."""
    facts = RowFacts(row, cemetery, levels, number, _kind(row, setting))
    facts.places = _places(row, facts)
    facts.remarks += [value.text for value in row.values("remark")]
    facts.remarks += [f"{value.column}: {value.text}" for value in row.unmapped]
    facts.war_grave = "kriegsgr" in fold(" ".join((row.text("grave.kind"), *facts.remarks)))
    _read_deceased(facts, setting)
    _read_holder(facts, setting)
    _read_right(facts, setting)
    return facts


# The grave


def _kind(row: MappedRow, setting: Setting) -> KindMatch:
    text = row.text("grave.kind")
    stated = setting.mapping.values.get("grave.kind", {})
    for written, meant in stated.items():
        if fold(written) == fold(text):
            return _stated_kind(meant, setting.kinds)
    said = bool(row.values("grave.places"))
    known = setting.kinds_by_text.get((text, said))
    if known is None:
        known = setting.kinds_by_text[text, said] = match_kind(text, setting.kinds, places_said=said)
    for doubt in known.doubts:
        row.doubt("grave.kind", text, doubt)
    return known


def _stated_kind(meant: Any, kinds: Sequence[GraveKind]) -> KindMatch:
    """What [values."grave.kind"] of a mapping says: a key, or { kind = …, places = … }. BadInput."""
    entry = {"kind": meant} if isinstance(meant, str) else meant
    keys = [kind.key for kind in kinds]
    if not isinstance(entry, dict) or entry.get("kind") not in keys or set(entry) - {"kind", "places"}:
        raise BadInput(
            f'Die Zuordnung nennt unter [values."grave.kind"] die Grabart „{meant}“. Möglich sind:'
            f" {', '.join(keys)} oder {{ kind = …, places = … }}."
        )
    places = entry.get("places")
    if places is not None and (not isinstance(places, int) or places < 1):
        raise BadInput(
            f'Die Zuordnung nennt unter [values."grave.kind"] die Zahl der Stellen „{places}“; richtig wäre '
            "eine ganze Zahl ab 1."
        )
    return KindMatch(entry["kind"], places)


def _places(row: MappedRow, facts: RowFacts) -> int | None:
    text = row.text("grave.places")
    if found := re.search(r"[0-9]{1,3}", text):
        if 0 < int(found[0]) <= 500:
            return int(found[0])
        row.doubt("grave.places", text, "keine mögliche Zahl von Stellen")
    elif text:
        row.doubt("grave.places", text, "keine Zahl")
        facts.remarks.append(f"{row.column('grave.places')}: {text}")
    if facts.kind.places is not None:
        return facts.kind.places
    if found := _RANGE_OF_PLACES.fullmatch(facts.number):
        count = int(found[2]) - int(found[1]) + 1
        if 2 <= count <= 20:
            many = {2: "zwei", 3: "drei", 4: "vier"}.get(count, str(count))
            row.doubt("grave.number", facts.number, f"{many} Stellen in einem Grab")
            return count
    return None


# The dead


def _read_deceased(facts: RowFacts, setting: Setting) -> None:
    row = facts.row
    reading = people_in(row, "deceased", setting)
    people = list(reading.people)
    dates = ("deceased.born", "deceased.died", "burial.date")
    if not people and any(row.values(name) for name in dates):
        people = [PersonText()]
        reading = PeopleText(doubts=(NO_NAME,))
    if not people:
        return
    written = name_written(row, "deceased")
    note_letters(row, "deceased")
    for doubt in reading.doubts:
        row.doubt(name_fields("deceased"), written, doubt)
    today = setting.today
    died = days_in(row, "deceased.died", [person.died for person in people], [today] * len(people), setting)
    limits = [day.latest or today for day in died]
    born = days_in(row, "deceased.born", [person.born for person in people], limits, setting)
    buried = days_in(
        row, "burial.date", [""] * len(people), [today + timedelta(days=366)] * len(people), setting
    )
    form = _form(row, facts.kind, setting)
    place = _place(row, facts) if len(people) == 1 else None
    facts.undertaker = _undertaker(row)
    for person, its_born, its_died, its_buried in zip(people, born, died, buried, strict=True):
        _check_order(row, its_born, its_died, its_buried, today)
        listed = _deceased_person(facts, person, its_born, its_died)
        age = full_years(its_born.day, its_died.day) if its_born.day and its_died.day else None
        facts.burials.append(
            ListedBurial(
                deceased=listed.key if listed else "",
                name_text="" if person.named else person.remark[:200],
                form=form,
                buried=its_buried,
                place=place,
                age=age,
                undertaker=facts.undertaker.key if facts.undertaker else "",
                register_number=row.text("burial.register_number")[:200],
                relation=row.text("holder.relation")[:200],
            )
        )


def _deceased_person(
    facts: RowFacts, person: PersonText, born: UncertainDate, died: UncertainDate
) -> ListedPerson | None:
    """The person to keep; nobody if there is neither a name nor a date."""
    if not person.named and not born and not died and len(person.remark) <= 200:
        return None
    address, remark = (
        address_in(facts.row, "deceased") if facts.row.values("deceased.address") else (None, "")
    )
    details = details_of(person, born, died, remark)
    if not (person.named or details.remark):
        details = msgspec.structs.replace(details, remark="ohne Namen")
    grave = (facts.cemetery, *facts.levels, facts.number)
    key = key_of("deceased", *grave, *identity_of(details), str(born), str(died), details.remark)
    listed = ListedPerson(key=key, details=bounded(facts.row, "deceased", details), address=address)
    facts.deceased.append(listed)
    return listed


def _form(row: MappedRow, kind: KindMatch, setting: Setting) -> BurialForm:
    """Coffin or urn: as the row says, else as the kind of grave has it."""
    text = fold(row.text("burial.form"))
    if re.search(r"urn|\bu\b|feuer|asche|krem|einascher", text):
        return "urn"
    if re.search(r"sarg|\bs\b|\be\b|erd|korper", text):
        return "coffin"
    if text:
        row.doubt("burial.form", row.text("burial.form"), "weder Sarg noch Urne, nach der Grabart angenommen")
    for other in ("burial.date", "remark") if not text else ():
        if re.search(r"\burnen?\b", fold(row.text(other))):
            row.doubt(other, row.text(other), "Urne nach dieser Angabe angenommen")
            return "urn"
    found = next((known for known in setting.kinds if known.key == kind.kind), None)
    return "urn" if found is not None and found.coffin_places == 0 else "coffin"


def _place(row: MappedRow, facts: RowFacts) -> int | None:
    text = row.text("burial.place")
    if found := re.fullmatch(r"\D*([0-9]{1,3})\D*", text):
        return int(found[1]) or None
    if text:
        row.doubt("burial.place", text, "keine Nummer einer Stelle")
        facts.remarks.append(f"{row.column('burial.place')}: {text}")
    noted = [found for remark in facts.remarks if (found := _PLACE.search(remark))]
    return int(noted[0][1]) or None if len(noted) == 1 else None


def _undertaker(row: MappedRow) -> ListedPerson | None:
    text = row.text("burial.undertaker")
    if not fold(text).strip("-. "):
        return None
    return ListedPerson(
        key=key_of("undertaker", text),
        details=PersonDetails(kind="organisation", organisation=text[:200]),
        roles=("undertaker",),
    )


def _check_order(
    row: MappedRow, born: UncertainDate, died: UncertainDate, buried: UncertainDate, today: date
) -> None:
    """Birth, death and burial in this order, and none of them to come (rule 15)."""
    if born.certainly_after(died) or born.certainly_after(buried):
        row.doubt(
            "deceased.born", row.text("deceased.born"), "die Geburt liegt nach dem Tod oder der Bestattung"
        )
    if died.certainly_after(buried):
        row.doubt("burial.date", row.text("burial.date"), f"die Bestattung liegt vor dem Tod ({died})")
    for name, day in (("deceased.born", born), ("deceased.died", died), ("burial.date", buried)):
        if day.earliest is not None and day.earliest > today:
            row.doubt(name, row.text(name), "liegt in der Zukunft")


# The holder and the right


def _read_holder(facts: RowFacts, setting: Setting) -> None:
    row = facts.row
    reading = people_in(row, "holder", setting)
    written = name_written(row, "holder")
    note_letters(row, "holder")
    for doubt in reading.doubts:
        row.doubt(name_fields("holder"), written, doubt)
    if not reading.people or not reading.people[0].named:
        facts.remarks += [f"{row.column(*name_fields('holder'))}: {written}"] if written else []
        if any(row.values(f"holder.{name}") for name in ("address", "street", "place", "phone", "email")):
            loose = loose_values(
                row, "address", "street", "house_number", "postal_code", "place", "phone", "email"
            )
            facts.remarks.append(loose)
        return
    person = reading.people[0]
    if len(reading.people) > 1:
        facts.remarks.append(f"{row.column(*name_fields('holder'))}: {written}")
    (died,) = days_in(row, "", [person.died], [setting.today], setting)
    if person.died:
        row.doubt(
            name_fields("holder"), written, f"die nutzungsberechtigte Person ist verstorben ({person.died})"
        )
    (born,) = days_in(row, "holder.born", [person.born], [died.latest or setting.today], setting)
    address, remark = address_in(row, "holder")
    details = details_of(person, born, died, remark)
    where = one_line(address) or key_of(facts.cemetery, *facts.levels, facts.number)
    facts.holder = ListedPerson(
        key=key_of("person", *identity_of(details), str(born), where),
        details=bounded(row, "holder", details),
        address=address,
        contacts=tuple(contacts_in(row)),
    )


def _read_right(facts: RowFacts, setting: Setting) -> None:
    """The right a row tells of: none without an end."""
    row, holder = facts.row, facts.holder
    latest = add_years(setting.today, FURTHEST_RIGHT)
    text = row.text("right.until")
    end = parse_end(row.cell("right.until"), not_after=latest, formats=setting.mapping.date_formats)
    begin = _begin(row, setting)
    if end.date.earliest != end.date.latest and _FROM_TO.fullmatch(text) and not row.values("right.from"):
        begin = UncertainDate.exact(end.date.earliest) if end.date.earliest else begin
        row.doubt("right.until", text, f"als Zeitraum von {begin} an gelesen")
    until = end.date.latest
    if until is None and not text:
        until = _end_by_years(row, begin)
    if until is None:
        _no_right(facts, end)
        return
    if not end.date.is_exact and text:
        row.doubt("right.until", text, f"{', '.join(end.doubts)}: zählt als {german_date(until)}")
    else:
        for doubt in end.doubts:
            row.doubt("right.until", text, doubt)
    if latest < until != FOR_EVER:
        row.doubt("right.until", text, f"mehr als {FURTHEST_RIGHT} Jahre voraus")
    first = begin.earliest
    if first is not None and first > until:
        row.doubt(
            "right.from", row.text("right.from"), "der Beginn liegt nach dem Ende: Beginn offen gelassen"
        )
        facts.remarks.append(f"{row.column('right.from')}: {row.text('right.from')}")
        first = None
    facts.right = ListedRight(
        until=until,
        until_text="" if end.date.is_exact and until != FOR_EVER else text,
        first=first,
        holder=holder.key if holder else "",
        holder_text="" if holder else name_written(row, "holder"),
    )


def _begin(row: MappedRow, setting: Setting) -> UncertainDate:
    text = row.text("right.from")
    reading = parse_german_date(
        row.cell("right.from"), not_after=add_years(setting.today, 1), formats=setting.mapping.date_formats
    )
    for doubt in reading.doubts:
        row.doubt("right.from", text, doubt)
    return reading.date


def _end_by_years(row: MappedRow, begin: UncertainDate) -> date | None:
    """The end of a right of so many years from its first day, where the list names no end itself."""
    text = row.text("right.years")
    found = re.match(r"\s*([0-9]{1,3})\b", text)
    if begin.day is None or found is None or not 0 < int(found[1]) <= 200:
        return None
    until = term_end(begin.day, years=int(found[1]))
    row.doubt("right.years", text, f"Ende aus Beginn und Dauer errechnet: {german_date(until)}")
    return until


def _no_right(facts: RowFacts, end: Reading) -> None:
    row = facts.row
    for name in ("right.until", "right.from", "right.years"):
        if text := row.text(name):
            facts.remarks.append(f"{row.column(name)}: {text}")
    if text := row.text("right.until"):
        why = ", ".join(end.doubts) or german_dates.NO_DATE
        row.doubt("right.until", text, f"{why}: kein Nutzungsrecht angelegt")
    elif text := row.text("right.from"):
        row.doubt("right.from", text, "kein Ende genannt: kein Nutzungsrecht angelegt")
