"""Writing down what was planned: the operations of an import, many of which share one import id."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.old_lists.listed import ListedPerson
from rathaus_desk.cemetery.old_lists.plan import (
    IMPORT,
    PlannedBurial,
    PlannedGrave,
    PlannedPerson,
    PlannedRight,
    PlannedRow,
    untouched,
)
from rathaus_desk.cemetery.operations.granting import claim_anew
from rathaus_desk.cemetery.records import (
    Burial,
    Cemetery,
    FormerNumber,
    Grave,
    ImportedRow,
    KeptMapping,
    RightOfUse,
)
from rathaus_desk.cemetery.rules.numbers import grave_label, number_key
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.ids import new_id
from rathaus_desk.people.operations import (
    ChangeAddress,
    ChangePerson,
    EnterPerson,
    Relate,
    change_address,
    change_person,
    person_records,
    relate,
)
from rathaus_desk.people.queries import addresses_of
from rathaus_desk.people.records import Address
from rathaus_desk.store.claims import ClaimTaken
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.store.parts import parts_of
from rathaus_desk.store.schema import Record


class ImportGraves(Request, frozen=True, kw_only=True):
    """Part of a list, as planned against the register a moment ago."""

    graves: tuple[PlannedGrave, ...]


@operation(ImportGraves, name=IMPORT, title="Gräberliste übernehmen")
def import_graves(work: Work, request: ImportGraves) -> None:
    """Writes it all. Refused if the register has changed since it was planned."""
    new = _New()
    cemeteries: dict[str, Cemetery] = {}
    for planned in request.graves:
        name = planned.listed.cemetery
        cemetery = cemeteries.get(name) or queries.cemetery_named(work.session, name)
        if cemetery is None:
            raise Refused(f"Den Friedhof „{name}“ gibt es nicht (mehr). Bitte noch einmal übernehmen.")
        cemeteries[name] = cemetery
        for person in planned.people:
            _write_person(work, new, person)
        if planned.new:
            _new_grave(new, planned, cemetery)
        else:
            _complete_grave(work, new, planned)
        for row in planned.rows:
            _write_row(work, new, planned, row)
    new.write(work)
    for grave in request.graves:
        for row in grave.rows:
            _claim_and_relate(work, grave, row)


class _New:
    """The records an operation makes, by class: thousands are written at once."""

    def __init__(self) -> None:
        self._records: defaultdict[type[Record], list[dict[str, Any]]] = defaultdict(list)

    def add(self, kind: type[Record], values: dict[str, Any]) -> None:
        """One more."""
        self._records[kind].append(values)

    def write(self, work: Work) -> None:
        """All of them."""
        for kind, records in self._records.items():
            work.add_all(kind, records)


class KeepMapping(Request, frozen=True, kw_only=True):
    """The mapping (text of its file) for lists with these headings (a hash of them)."""

    headings: str
    mapping: str


@operation(KeepMapping, name="cemetery.keep_mapping", title="Zuordnung der Spalten merken")
def keep_mapping(work: Work, request: KeepMapping) -> None:
    """Keeps it in place of an earlier one."""
    query = sa.select(KeptMapping).where(KeptMapping.headings == request.headings)
    known = work.session.scalars(query).first()
    if known is None:
        work.session.add(KeptMapping(headings=request.headings, mapping=request.mapping))
    elif known.mapping != request.mapping:
        known.mapping = request.mapping


def _write_person(work: Work, new: _New, planned: PlannedPerson) -> None:
    listed = planned.listed
    if planned.new:
        request = EnterPerson(
            details=listed.details,
            addresses=(listed.address,) if listed.address else (),
            contacts=listed.contacts,
            roles=listed.roles,
        )
        for kind, values in person_records(request, planned.id):
            new.add(kind, values)
        return
    change_person(work, ChangePerson(person=planned.id, details=listed.details))
    _correct_address(work, planned.id, listed)


def _correct_address(work: Work, person: UUID, listed: ListedPerson) -> None:
    """The newest address as the list has it now; a list says nothing about when somebody moved."""
    if listed.address is None:
        return
    known = addresses_of(work.session, person)
    if known:
        change_address(work, ChangeAddress(address=known[0].id, details=listed.address))
    else:
        work.session.add(Address(person_id=person, **msgspec.structs.asdict(listed.address)))


def _new_grave(new: _New, planned: PlannedGrave, cemetery: Cemetery) -> None:
    listed = planned.listed
    label = grave_label(listed.levels, listed.number)
    new.add(
        Grave,
        {
            "id": planned.id,
            "cemetery_id": cemetery.id,
            "levels": list(listed.levels),
            "number": listed.number,
            "label": label,
            "number_key": number_key(label),
            "section": next(filter(None, listed.levels), ""),
            "kind": listed.kind,
            "kind_text": listed.kind_text,
            "places": listed.places or listed.usual_places,
            "war_grave": listed.war_grave,
            "blocked": listed.blocked,
            "remark": listed.remark,
        },
    )
    for former in listed.former_numbers:
        new.add(FormerNumber, _former(planned.id, former))


def _complete_grave(work: Work, new: _New, planned: PlannedGrave) -> None:
    """A known grave: what it lacks is filled in; what the last import wrote is written anew."""
    listed = planned.listed
    grave = queries.grave(work.session, planned.id)
    if listed.kind and (not grave.kind or untouched(work.session, grave.id)):
        grave.kind, grave.kind_text = listed.kind, listed.kind_text
        grave.places = listed.places or listed.usual_places
    grave.war_grave = grave.war_grave or listed.war_grave
    grave.blocked = grave.blocked or listed.blocked
    grave.remark = "\n".join(dict.fromkeys((*grave.remark.splitlines(), *listed.remark.splitlines())))
    known = {former.number_key for former in parts_of(work.session, FormerNumber, grave.id)}
    for former in listed.former_numbers:
        if number_key(former) not in known:
            new.add(FormerNumber, _former(grave.id, former))


def _former(grave: UUID, label: str) -> dict[str, Any]:
    return {"grave_id": grave, "label": label, "number_key": number_key(label)}


def _write_row(work: Work, new: _New, grave: PlannedGrave, planned: PlannedRow) -> None:
    places = grave.listed.places or grave.listed.usual_places
    for burial in planned.burials:
        _put(work, new, Burial, burial.id, _burial_values(grave.id, burial, places), new_record=burial.new)
    if planned.right is not None:
        right = planned.right
        _put(work, new, RightOfUse, right.id, _right_values(grave.id, right), new_record=right.new)
    before = planned.before
    told = {"content": planned.content, "identity": planned.identity, "made": planned.made}
    row = {"grave_id": grave.id, **told}
    _put(work, new, ImportedRow, before or new_id(), row, new_record=before is None)


def _burial_values(grave: UUID, planned: PlannedBurial, places: int) -> dict[str, Any]:
    listed = planned.listed
    return {
        "grave_id": grave,
        "deceased_id": planned.deceased,
        "name_text": listed.name_text,
        "form": listed.form,
        "buried": listed.buried,
        "place": listed.place if listed.place is None or listed.place <= places else None,
        "age": listed.age,
        "rest_end": listed.rest_end,
        "rest_reason": listed.rest_reason,
        "register_number": listed.register_number,
        "undertaker_id": planned.undertaker,
    }


def _right_values(grave: UUID, planned: PlannedRight) -> dict[str, Any]:
    listed = planned.listed
    return {
        "grave_id": grave,
        "first": planned.first,
        "until": listed.until,
        "until_text": listed.until_text,
        "holder_id": planned.holder,
        "holder_text": listed.holder_text,
        "origin": "old_stock",
        "disputed": planned.disputed,
    }


def _put(
    work: Work, new: _New, kind: type[Record], record: UUID, values: dict[str, Any], *, new_record: bool
) -> None:
    """A new record, or the known one with these values. Refused if that is gone."""
    if new_record:
        new.add(kind, {"id": record, **values})
        return
    known = work.session.get(kind, record)
    if known is None or known.deleted_at is not None:
        raise Refused("Das Verzeichnis wurde inzwischen geändert. Bitte noch einmal übernehmen.")
    for name, value in values.items():
        if getattr(known, name) != value:
            setattr(known, name, value)


def _claim_and_relate(work: Work, grave: PlannedGrave, row: PlannedRow) -> None:
    """The grave is claimed for its right; who holds it stands in relation to who lies there."""
    right = row.right
    if right is not None and not right.disputed and grave.new:
        work.claim_first(grave.id, right.first, right.listed.until, right.id)
    elif right is not None:
        known = work.session.get_one(RightOfUse, right.id)
        try:
            claim_anew(work, known)
        except ClaimTaken:
            # Somebody has entered another right since this was planned.
            known.disputed = True
    for burial in row.burials:
        holder, deceased = burial.related_holder, burial.deceased
        if holder and deceased and holder != deceased:
            relate(work, Relate(person=holder, of=deceased, relation=burial.listed.relation))
