"""What becomes of a delivery, and how an application reads: decisions on plain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from rathaus_desk.applications.checking import wrong_values
from rathaus_desk.applications.delivery import Delivery, Limits
from rathaus_desk.applications.envelope import Envelope, open_envelope
from rathaus_desk.applications.facts import read_facts
from rathaus_desk.applications.form import Form, excerpt, faults, find, leaves, without_blanks
from rathaus_desk.applications.handover import Facts
from rathaus_desk.applications.service_file import ChecklistItem
from rathaus_desk.applications.services import Service, Services
from rathaus_desk.applications.values import KINDS, Moment
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.names import unknown_characters
from rathaus_desk.kernel.periods import german_date


@dataclass(frozen=True, slots=True)
class Understood:
    """A delivery that is an application. ``findings`` are sentences for the clerk; none keeps it out."""

    service: Service
    text: str
    form: Form
    facts: Facts | None
    findings: tuple[str, ...]
    is_test: bool


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A delivery for the quarantine, and why."""

    sentence: str
    detail: str = ""


def judge(delivery: Delivery, services: Services, limits: Limits) -> Understood | NotUnderstood:
    """What ``delivery`` is; never raises for anything its bytes may hold."""
    try:
        envelope = open_envelope(delivery, limits)
        service = _the_service(envelope, services, limits)
    except BadInput as error:
        return NotUnderstood(str(error), error.detail)
    filled: Form = without_blanks(envelope.form) or {}
    if wrong := wrong_values(service, filled):
        return NotUnderstood(f"{service.title}: {' '.join(wrong)}")
    facts, unclear = read_facts(service, filled)
    received = at_town(delivery.received_at).date()
    findings = (*_odd_days(service, filled, received), *unclear, *_strange_letters(service, filled))
    return Understood(service, envelope.text, envelope.form, facts, findings, _is_test(service, filled))


def _the_service(envelope: Envelope, services: Services, limits: Limits) -> Service:
    candidates = services.recognise(envelope.form, envelope.leika)
    for fault in faults(envelope.form, limits):
        label = candidates[0].label(fault.path) if candidates else f"„{excerpt(fault.path)}“"
        raise BadInput(f"{label} {fault.sentence}" if fault.path else fault.sentence)
    if not candidates:
        names = ", ".join(service.title for service in services)
        raise BadInput(
            f"Zu welcher Leistung der Antrag gehört, ist nicht zu erkennen. Bekannt sind: {names}."
        )
    if len(candidates) > 1:
        names = " und ".join(service.title for service in candidates)
        raise BadInput(f"Der Antrag passt zu mehreren Leistungen: {names}.")
    return candidates[0]


def _is_test(service: Service, form: Form) -> bool:
    flag = service.file.service.test_flag
    value = find(form, flag) if flag else None
    try:
        return value is not None and bool(KINDS["flag"].read(value))
    except ValueError:
        return False


def _day(service: Service, form: Form, path: str) -> date | None:
    value = find(form, path)
    read = None if value is None else service.kind(path).read(value)
    return read.on if isinstance(read, Moment) else read if isinstance(read, date) else None


def _odd_days(service: Service, form: Form, received: date) -> Iterator[str]:
    for check in service.file.check:
        known = [(path, day) for path in check.in_order if (day := _day(service, form, path))]
        for (earlier, first), (later, second) in pairwise(known):
            if second < first:
                yield (
                    f"{service.label(later)}, {german_date(second)}, liegt vor {service.label(earlier)}, "
                    f"{german_date(first)}."
                )
        for path in check.not_future:
            if (day := _day(service, form, path)) and day > received:
                yield f"{service.label(path)}, {german_date(day)}, liegt in der Zukunft."


def _strange_letters(service: Service, form: Form) -> Iterator[str]:
    for path in service.fields:
        value = find(form, path)
        if isinstance(value, str) and (strange := unknown_characters(value)):
            label, shown = service.label(path), " ".join(strange[:10])
            yield f"{label} enthält Zeichen, die kein Register führt (DIN SPEC 91379): {shown}"


@dataclass(frozen=True, slots=True)
class Row:
    """A value as a clerk reads it."""

    path: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Block:
    """Rows under a heading."""

    title: str
    rows: tuple[Row, ...]


OTHER = "Weitere Angaben"


def lay_out(service: Service, form: Form) -> tuple[Block, ...]:
    """``form`` as its service arranges it; what the service does not know comes last, under its own names.

    Nothing filled in is left out, nothing is shown that was left empty.
    """
    filled = without_blanks(form) or {}
    blocks = []
    shown: set[str] = set()
    for section in service.file.section:
        rows = []
        for field in section.field:
            if (value := find(filled, field.path)) is not None:
                rows.append(Row(field.path, field.label, _show(service, field.path, value)))
                shown.update(path for path, _ in leaves(value, field.path))
        if rows:
            blocks.append(Block(section.title, tuple(rows)))
    other = tuple(Row(path, path, _plain(value)) for path, value in leaves(filled) if path not in shown)
    return (*blocks, Block(OTHER, other)) if other else tuple(blocks)


def lay_out_unknown(form: Form) -> tuple[Block, ...]:
    """``form`` of a service nobody describes any more: every value under its own name."""
    return (Block(OTHER, tuple(Row(path, path, _plain(value)) for path, value in leaves(form))),)


def _show(service: Service, path: str, value: object) -> str:
    kind = service.kind(path)
    try:
        return kind.show(kind.read(value))
    except ValueError:
        return ", ".join(_plain(leaf) for _, leaf in leaves(value))


def _plain(value: object) -> str:
    return KINDS["flag"].show(value) if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Needed:
    """A line of the checklist; ``settled`` is None where only a clerk can say."""

    label: str
    settled: bool | None


def checklist(service: Service, form: Form) -> tuple[Needed, ...]:
    """What must be at hand for this form, and what of it the form already brings."""
    filled = without_blanks(form) or {}

    def settled(item: ChecklistItem) -> bool | None:
        return any(find(filled, path) is not None for path in item.needs) if item.needs else None

    wanted = (item for item in service.file.checklist if item.when is None or item.when.fits(filled))
    return tuple(Needed(item.label, settled(item)) for item in wanted)
