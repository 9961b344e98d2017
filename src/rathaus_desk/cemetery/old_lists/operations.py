"""Writing down what was planned: the operations of an import, many of which share one import id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import sqlalchemy as sa

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.old_lists.listed import ListedGrave, ListedPerson
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
from rathaus_desk.people.operations import (
    ChangeAddress,
    ChangePerson,
    EnterPerson,
    Relate,
    add_person,
    change_address,
    change_person,
    relate,
)
from rathaus_desk.people.queries import addresses_of
from rathaus_desk.people.records import Address
from rathaus_desk.store.claims import ClaimTaken
from rathaus_desk.store.operations import Request, Work, operation

R = TypeVar("R", Burial, RightOfUse, ImportedRow)


class ImportGraves(Request, frozen=True, kw_only=True):
    """Part of a list, as planned against the register a moment ago."""

    graves: tuple[PlannedGrave, ...]


@operation(ImportGraves, name=IMPORT, title="Gräberliste übernehmen")
def import_graves(work: Work, request: ImportGraves) -> None:
    """Writes it all. Refused if the register has changed since it was planned."""
    cemeteries: dict[str, Cemetery] = {}
    for planned in request.graves:
        name = planned.listed.cemetery
        cemetery = cemeteries.get(name) or queries.cemetery_named(work.session, name)
        if cemetery is None:
            raise Refused(f"Den Friedhof „{name}“ gibt es nicht (mehr). Bitte noch einmal übernehmen.")
        cemeteries[name] = cemetery
        for person in planned.people:
            _write_person(work, person)
        grave = _new_grave(work, planned, cemetery) if planned.new else _completed_grave(work, planned)
        for row in planned.rows:
            _write_row(work, grave, row, new=planned.new)


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


def _write_person(work: Work, planned: PlannedPerson) -> None:
    listed = planned.listed
    if planned.new:
        request = EnterPerson(
            details=listed.details,
            addresses=(listed.address,) if listed.address else (),
            contacts=listed.contacts,
            roles=listed.roles,
        )
        add_person(work, request, planned.id)
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


def _new_grave(work: Work, planned: PlannedGrave, cemetery: Cemetery) -> Grave:
    listed = planned.listed
    label = grave_label(listed.levels, listed.number)
    grave = Grave(
        id=planned.id,
        cemetery_id=cemetery.id,
        levels=list(listed.levels),
        number=listed.number,
        label=label,
        number_key=number_key(label),
        section=next(filter(None, listed.levels), ""),
        kind=listed.kind,
        kind_text=listed.kind_text,
        places=listed.places or listed.usual_places,
        war_grave=listed.war_grave,
        blocked=listed.blocked,
        remark=listed.remark,
    )
    work.session.add(grave)
    _add_former_numbers(work, grave, listed)
    return grave


def _completed_grave(work: Work, planned: PlannedGrave) -> Grave:
    """A known grave: what it lacks is filled in; what the last import wrote is written anew."""
    listed = planned.listed
    grave = queries.grave(work.session, planned.id)
    if listed.kind and (not grave.kind or untouched(work.session, grave.id)):
        grave.kind, grave.kind_text = listed.kind, listed.kind_text
        grave.places = listed.places or listed.usual_places
    grave.war_grave = grave.war_grave or listed.war_grave
    grave.blocked = grave.blocked or listed.blocked
    lines = dict.fromkeys((*grave.remark.splitlines(), *listed.remark.splitlines()))
    grave.remark = "\n".join(lines)
    _add_former_numbers(work, grave, listed)
    return grave


def _add_former_numbers(work: Work, grave: Grave, listed: ListedGrave) -> None:
    if not listed.former_numbers:
        return
    query = sa.select(FormerNumber.number_key).where(FormerNumber.grave_id == grave.id)
    known = set(work.session.scalars(query))
    for former in listed.former_numbers:
        if number_key(former) not in known:
            work.session.add(
                FormerNumber(grave_id=grave.id, label=former, number_key=number_key(former), until=None)
            )


def _write_row(work: Work, grave: Grave, planned: PlannedRow, *, new: bool) -> None:
    """``new``: the grave was made a moment ago, so that nobody else can hold it."""
    for burial in planned.burials:
        _write_burial(work, grave, burial)
    if planned.right is not None:
        right = _write_right(work, grave, planned.right)
        if not right.disputed and new:
            work.claim_first(grave.id, right.first, right.until, right.id)
        elif not new:
            _claim(work, right)
    values = {"content": planned.content, "identity": planned.identity, "made": planned.made}
    _put(work, ImportedRow, planned.before, values, lambda: ImportedRow(grave_id=grave.id, **values))


def _write_burial(work: Work, grave: Grave, planned: PlannedBurial) -> None:
    listed = planned.listed
    values = {
        "deceased_id": planned.deceased,
        "name_text": listed.name_text,
        "form": listed.form,
        "buried": listed.buried,
        "place": listed.place if listed.place is None or listed.place <= grave.places else None,
        "age": listed.age,
        "rest_end": listed.rest_end,
        "rest_reason": listed.rest_reason,
        "register_number": listed.register_number,
        "undertaker_id": planned.undertaker,
    }
    known = None if planned.new else planned.id
    _put(work, Burial, known, values, lambda: Burial(id=planned.id, grave_id=grave.id, **values))
    if planned.related_holder and planned.deceased and planned.related_holder != planned.deceased:
        request = Relate(person=planned.related_holder, of=planned.deceased, relation=listed.relation)
        relate(work, request)


def _write_right(work: Work, grave: Grave, planned: PlannedRight) -> RightOfUse:
    listed = planned.listed
    values = {
        "first": planned.first,
        "until": listed.until,
        "until_text": listed.until_text,
        "holder_id": planned.holder,
        "holder_text": listed.holder_text,
        "disputed": planned.disputed,
    }
    known = None if planned.new else planned.id
    return _put(
        work,
        RightOfUse,
        known,
        values,
        lambda: RightOfUse(id=planned.id, grave_id=grave.id, origin="old_stock", **values),
    )


def _claim(work: Work, right: RightOfUse) -> None:
    try:
        claim_anew(work, right)
    except ClaimTaken:
        # Somebody has entered another right since this was planned.
        right.disputed = True


def _put(work: Work, kind: type[R], known: UUID | None, values: dict[str, Any], make: Callable[[], R]) -> R:
    """The known record with these values, or a new one. Refused if the known one is gone."""
    if known is None:
        made = make()
        work.session.add(made)
        return made
    record = work.session.get(kind, known)
    if record is None or record.deleted_at is not None:
        raise Refused("Das Verzeichnis wurde inzwischen geändert. Bitte noch einmal übernehmen.")
    for name, value in values.items():
        if getattr(record, name) != value:
            setattr(record, name, value)
    return record
