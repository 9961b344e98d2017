"""A whole list of graves, read: its rows by graves, what contradicts itself, who may be named twice.

Pure: nothing is looked up and nothing written. What the register makes of it is `import_graves`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import msgspec

from rathaus_desk.cemetery.old_lists.fields import GRAVE_LIST
from rathaus_desk.cemetery.old_lists.listed import ListedGrave, ListedPerson, ListedRight, ListedRow
from rathaus_desk.cemetery.old_lists.persons import LONGEST_REMARK, TOO_LONG, name_fields, plain_name
from rathaus_desk.cemetery.old_lists.rights import arranged
from rathaus_desk.cemetery.old_lists.rows import RowFacts, read_row
from rathaus_desk.cemetery.old_lists.same_people import Everybody
from rathaus_desk.cemetery.old_lists.setting import Setting, key_of
from rathaus_desk.cemetery.rules.numbers import grave_label, number_key
from rathaus_desk.cemetery.rules.rest import rest_of_burial
from rathaus_desk.cemetery.rules.right import covers
from rathaus_desk.cemetery.rules.terms import Statutes
from rathaus_desk.kernel.errors import BadInput, Place
from rathaus_desk.kernel.german_dates import parse_german_date
from rathaus_desk.kernel.names import fold
from rathaus_desk.kernel.periods import FOR_EVER, german_date
from rathaus_desk.lists.mapping import Mapping
from rathaus_desk.lists.people_text import usual_order
from rathaus_desk.lists.rows import Doubt, MappedRow, mapped_rows
from rathaus_desk.lists.tables import Table

_GRAVE_FIELDS = ("grave.section", "grave.row", "grave.number", "grave.kind")
_DECEASED, _HOLDER = name_fields("deceased"), name_fields("holder")


@dataclass(frozen=True, slots=True)
class GraveList:
    """What a list says. ``rows`` counts its rows, ``duplicates`` are the lines that only repeat another."""

    rows: int
    graves: tuple[ListedGrave, ...]
    duplicates: tuple[int, ...]
    doubts: tuple[Doubt, ...]
    refused: tuple[Doubt, ...]


@dataclass
class _Grave:
    """A grave while its rows are gathered."""

    facts: list[RowFacts]
    repeated: list[str]
    """Remarks of rows that only repeat another."""


def read_grave_list(
    table: Table, mapping: Mapping, statutes: Statutes, today: date, *, cemetery: str = ""
) -> GraveList:
    """The graves of a table. ``cemetery``: the one meant where a row names none.

    Raises BadInput if the list has no column for the number of the grave, or no cemetery is named at all.
    """
    if "grave.number" not in (*mapping.columns.values(), *mapping.defaults):
        raise BadInput(
            "In der Liste ist keine Spalte mit der Grabnummer zu erkennen. Bitte eine Zuordnung angeben"
            ' (--mapping), zum Beispiel "Grab" = "grave.number".',
            place=Place(table.file, table.heading_line),
        )
    rows = list(mapped_rows(table, mapping, GRAVE_LIST.repeated))
    if not cemetery and not any(row.text("cemetery") for row in rows):
        raise BadInput(
            "Die Liste nennt keinen Friedhof. Bitte angeben, zu welchem sie gehört (--cemetery).",
            place=Place(table.file),
        )
    orders = {
        subject: usual_order(text for row in rows if (text := row.text(names[0])))
        for subject, names in (("deceased", _DECEASED), ("holder", _HOLDER))
    }
    setting = Setting(mapping, statutes, today, cemetery, orders)
    graves, duplicates, refused = _gathered(rows, setting)
    people = Everybody()
    listed = tuple(_listed(grave, setting, people) for grave in graves)
    people.note_alike(
        dict.fromkeys(
            person.key
            for facts in grave.facts
            for person in (*facts.deceased, *((facts.holder,) if facts.holder else ()))
        )
        for grave in graves
    )
    doubts = [doubt for row in rows for doubt in row.doubts]
    return GraveList(
        rows=len(table.rows),
        graves=people.introduced(listed),
        duplicates=tuple(dict.fromkeys(duplicates)),
        doubts=tuple(_joined([*_about_the_file(table, mapping), *doubts])),
        refused=tuple(refused),
    )


def _about_the_file(table: Table, mapping: Mapping) -> Iterator[Doubt]:
    for note in table.notes:
        yield Doubt(table.heading_line, "", "", note)
    known = {*map(fold, mapping.columns), *map(fold, mapping.ignore)}
    for heading in table.headings:
        if fold(heading) not in known:
            reason = "keinem Feld zugeordnet; die Werte stehen als Bemerkung beim Grab"
            yield Doubt(table.heading_line, heading, "", reason)


def _joined(doubts: Iterable[Doubt]) -> Iterator[Doubt]:
    """One doubt per value, in the order of the rows."""
    reasons: dict[tuple[int, str, str], dict[str, None]] = defaultdict(dict)
    for doubt in doubts:
        reasons[doubt.row, doubt.column, doubt.value][doubt.reason] = None
    for (row, column, value), why in sorted(reasons.items(), key=lambda entry: entry[0][0]):
        yield Doubt(row, column, value, "; ".join(why))


# From rows to graves


def _gathered(rows: Sequence[MappedRow], setting: Setting) -> tuple[list[_Grave], list[int], list[Doubt]]:
    graves: dict[tuple[str, str], _Grave] = {}
    first_with: dict[tuple[object, ...], _Grave] = {}
    duplicates: list[int] = []
    refused: list[Doubt] = []
    before: tuple[str, tuple[str, ...], str] | None = None
    for row in rows:
        named = _grave_of(row, setting, before)
        if isinstance(named, Doubt):
            refused.append(named)
            continue
        before = cemetery, levels, number = named
        grave_key = fold(cemetery), number_key(grave_label(levels, number))
        said = (*grave_key, *(entry for entry in row.key if entry[0] != "remark"))
        if (twin := first_with.get(said)) is not None:
            duplicates.append(row.line)
            twin.repeated += [value.text for value in row.values("remark")]
            continue
        grave = graves.setdefault(grave_key, _Grave([], []))
        first_with[said] = grave
        grave.facts.append(read_row(row, setting, cemetery, levels, number))
    return list(graves.values()), duplicates, refused


def _grave_of(
    row: MappedRow, setting: Setting, before: tuple[str, tuple[str, ...], str] | None
) -> tuple[str, tuple[str, ...], str] | Doubt:
    """Cemetery, levels and number of a row's grave; a doubt if it cannot be told."""
    number = row.text("grave.number")
    if not number and before and not any(row.values(name) for name in _GRAVE_FIELDS):
        row.doubt("grave.number", "", f"keine Grabnummer: wie in der Zeile darüber ({before[2]}) angenommen")
        return before
    if not number:
        return Doubt(row.line, row.column("grave.number"), "", "keine Grabnummer")
    cemetery = row.text("cemetery") or setting.cemetery
    if not cemetery and before:
        cemetery = before[0]
        row.doubt("cemetery", "", f"kein Friedhof genannt: wie in der Zeile darüber ({cemetery}) angenommen")
    if not cemetery:
        return Doubt(row.line, row.column("cemetery"), "", "kein Friedhof genannt")
    levels = [value.text for name in ("grave.section", "grave.row") for value in row.values(name)]
    for part in (cemetery, *levels, number):
        if len(part) > 60:
            return Doubt(row.line, row.column("grave.number"), number[:200], "zu lang für eine Grabnummer")
    return cemetery, tuple(levels), number


def _listed(grave: _Grave, setting: Setting, people: Everybody) -> ListedGrave:
    first = grave.facts[0]
    kinds = list(dict.fromkeys(facts.kind.kind for facts in grave.facts if facts.kind.kind))
    places = list(dict.fromkeys(facts.places for facts in grave.facts if facts.places))
    blocked = _contradiction(grave, kinds, places)
    _share_holders(grave)
    _note_missing(grave)
    for facts in grave.facts:
        _note_rest(facts, kinds[0] if kinds else "", setting)
    rights = _rights(grave, setting.today)
    remarks = dict.fromkeys(remark for facts in grave.facts for remark in facts.remarks)
    remarks.update(dict.fromkeys(grave.repeated))
    remark = "\n".join(filter(None, remarks))
    if len(remark) > LONGEST_REMARK:
        first.row.doubt("remark", "", TOO_LONG)
    former = (value.text[:60] for facts in grave.facts for value in facts.row.values("grave.former_number"))
    return ListedGrave(
        cemetery=first.cemetery,
        levels=first.levels,
        number=first.number,
        kind=kinds[0] if kinds else "",
        kind_text=next((text for facts in grave.facts if (text := facts.row.text("grave.kind"))), "")[:200],
        places=places[0] if places else None,
        usual_places=next((known.places for known in setting.kinds if kinds and known.key == kinds[0]), 1),
        war_grave=any(facts.war_grave for facts in grave.facts),
        blocked=blocked,
        former_numbers=tuple(dict.fromkeys(former)),
        remark=remark[:LONGEST_REMARK],
        rows=tuple(_row(facts, right, people) for facts, right in zip(grave.facts, rights, strict=True)),
    )


def _row(facts: RowFacts, right: ListedRight | None, people: Everybody) -> ListedRow:
    row = facts.row
    grave = (facts.cemetery, number_key(grave_label(facts.levels, facts.number)))
    who = sorted(key_of(plain_name(person.details)) for person in facts.deceased)
    about = (
        ("deceased", *who) if who else ("holder", plain_name(facts.holder.details) if facts.holder else "")
    )
    for subject, persons in (
        ("deceased", facts.deceased),
        ("holder", [facts.holder] if facts.holder else []),
        ("burial", [facts.undertaker] if facts.undertaker else []),
    ):
        for person in persons:
            people.add(person, row, subject)
    return ListedRow(
        line=row.line,
        content=key_of(*grave, *(f"{name}={text}" for name, text in row.key), *map(str, row.unmapped)),
        identity=key_of(*grave, *about),
        burials=tuple(facts.burials),
        right=right,
    )


def _contradiction(grave: _Grave, kinds: Sequence[str], places: Sequence[int | None]) -> str:
    """Why nothing may be decided about a grave whose rows say different things; "" if they agree."""
    reasons = []
    for name, different in (("grave.kind", kinds), ("grave.places", places)):
        if len(different) < 2:
            continue
        lines = ", ".join(str(facts.row.line) for facts in grave.facts)
        what = "Grabart" if name == "grave.kind" else "Zahl der Stellen"
        reasons.append(f"{what} in den Zeilen {lines} verschieden")
        for facts in grave.facts:
            told = name if facts.row.values(name) else "grave.kind"
            reason = (
                f"{what} in den Zeilen {lines} verschieden: die Grabstätte bleibt bis zur Klärung gesperrt"
            )
            facts.row.doubt(told, facts.row.text(told), reason)
    return ("Liste widerspricht sich: " + "; ".join(reasons))[:200] if reasons else ""


def _share_holders(grave: _Grave) -> None:
    """A holder named again in the same grave without an address is the one named with it."""
    known: dict[tuple[str, str], ListedPerson] = {}
    for facts in grave.facts:
        if facts.holder and facts.holder.address:
            known.setdefault((facts.holder.details.kind, plain_name(facts.holder.details)), facts.holder)
    for facts in grave.facts:
        holder = facts.holder
        if holder is None or holder.address is not None:
            continue
        same = known.get((holder.details.kind, plain_name(holder.details)))
        if same is not None and holder.details.born == same.details.born:
            facts.holder = msgspec.structs.replace(holder, key=same.key)
            if facts.right:
                facts.right = msgspec.structs.replace(facts.right, holder=same.key)


def _note_missing(grave: _Grave) -> None:
    """Rights without anybody buried, and graves without a holder, where the list could have told."""
    if not any(facts.burials for facts in grave.facts):
        for facts in grave.facts:
            if facts.right and any(facts.row.has_column(name) for name in _DECEASED):
                reason = "Nutzungsrecht ohne Bestattung: die Grabstätte ist reserviert"
                facts.row.doubt(_DECEASED, "", reason)
    if any(facts.holder or (facts.right and facts.right.holder_text) for facts in grave.facts):
        return
    row = grave.facts[0].row
    if any(row.has_column(name) for name in _HOLDER) and not any(map(row.values, _HOLDER)):
        row.doubt(_HOLDER, "", "keine nutzungsberechtigte Person genannt")


def _note_rest(facts: RowFacts, kind: str, setting: Setting) -> None:
    """Works out the end of each rest, and notes those without one, or with another than the list says."""
    row = facts.row
    for place, burial in enumerate(facts.burials):
        rest = rest_of_burial(
            setting.statutes, kind, burial.form, burial.buried, age=burial.age, on=setting.today
        )
        facts.burials[place] = msgspec.structs.replace(burial, rest_end=rest.end, rest_reason=rest.reason)
        if rest.end is None:
            _note_no_rest(facts, burial.deceased, setting, burial.buried.latest)
        elif rest.doubtful:
            row.doubt(
                "burial.date",
                row.text("burial.date"),
                f"Ruhefrist vom spätesten Tag an: {german_date(rest.end)}",
            )
        right = facts.right
        runs = right and right.until >= setting.today and not facts.war_grave
        if right and runs and rest.end and not covers(right.until, rest.end):
            reason = f"kürzer als die Ruhefrist bis {german_date(rest.end)}"
            row.doubt("right.until", row.text("right.until"), reason)
        _compare_rest(facts, rest.end, setting)


def _note_no_rest(facts: RowFacts, deceased: str, setting: Setting, buried: date | None) -> None:
    row, text = facts.row, facts.row.text("burial.date")
    if buried is None:
        died = next((person.details.died for person in facts.deceased if person.key == deceased), None)
        no_statute = died and died.latest and setting.statutes.in_force(died.latest) is None
        why = "kein Tag der Bestattung" if not text else "der Tag der Bestattung ist nicht bekannt"
        also = (
            f"; auch am Sterbetag ({died}) war keine bekannte Friedhofsordnung in Kraft" if no_statute else ""
        )
        row.doubt("burial.date", text, f"{why}{also}: das Ende der Ruhefrist bleibt leer")
    elif setting.statutes.in_force(buried) is None:
        reason = "für diesen Tag ist keine Friedhofsordnung bekannt: das Ende der Ruhefrist bleibt leer"
        row.doubt("burial.date", text, reason)
    else:
        reason = (
            "die Friedhofsordnung dieses Tages kennt die Grabart nicht: das Ende der Ruhefrist bleibt leer"
        )
        row.doubt("grave.kind", row.text("grave.kind"), reason)


def _compare_rest(facts: RowFacts, computed: date | None, setting: Setting) -> None:
    """An end of rest that the list itself names is compared and kept as a remark, never taken over."""
    row = facts.row
    text = row.text("burial.rest_end")
    if not text:
        return
    named = parse_german_date(
        row.cell("burial.rest_end"), not_after=FOR_EVER, formats=setting.mapping.date_formats
    ).date
    if computed is None or not (
        named.earliest and named.latest and named.earliest <= computed <= named.latest
    ):
        ours = f"nach der Friedhofsordnung {german_date(computed)}" if computed else "nicht zu errechnen"
        row.doubt(
            "burial.rest_end", text, f"Ende der Ruhefrist {ours}; die Angabe der Liste steht als Bemerkung"
        )
        remark = f"{row.column('burial.rest_end')}: {text}"
        if remark not in facts.remarks:
            facts.remarks.append(remark)


def _rights(grave: _Grave, today: date) -> list[ListedRight | None]:
    """The right of each row; one that another row has told already is None. Collisions are noted."""
    told: list[tuple[RowFacts, ListedRight]] = []
    rights: list[ListedRight | None] = []
    for facts in grave.facts:
        right = facts.right
        same = right and next((known for _, known in told if _same_right(known, right)), None)
        if right and not same:
            told.append((facts, right))
        rights.append(None if same else right)
    placed = arranged((), [right for _, right in told], today)
    for (facts, right), (other_facts, other) in combinations(told, 2):
        here, there = placed[told.index((facts, right))], placed[told.index((other_facts, other))]
        if not (here.disputed or there.disputed) or here.first > there.until or there.first > here.until:
            continue
        holders = "; anderer Nutzungsberechtigter" if right.holder != other.holder else ""
        _note_collision(facts, other_facts, other, holders)
        _note_collision(other_facts, facts, right, f"{holders}: strittig gespeichert")
    return rights


def _note_collision(facts: RowFacts, other_facts: RowFacts, other: ListedRight, end: str) -> None:
    where = f"in Zeile {other_facts.row.line} (bis {german_date(other.until)})"
    told = "right.until" if facts.row.values("right.until") else "right.years"
    facts.row.doubt(
        told, facts.row.text(told), f"ein anderes Nutzungsrecht an dieser Grabstätte {where}{end}"
    )


def _same_right(one: ListedRight, other: ListedRight) -> bool:
    """Whether two rows tell of one and the same right."""
    same_holder = one.holder == other.holder or not one.holder or not other.holder
    return (
        one.until == other.until
        and same_holder
        and (one.first == other.first or not (one.first and other.first))
    )
